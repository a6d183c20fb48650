use std::collections::{BTreeMap, BTreeSet};

use utoipa::{PartialSchema, ToSchema};

use super::super::check::{against, from_json, from_yaml, locate};
use super::super::document::Document;
use super::{SMALL, bent, listed, read};

/// What a document is refused for: place, line and value of each fault.
fn faults(yaml: &str) -> Vec<(String, Option<usize>, Option<String>)> {
    let Err(faults) = from_yaml(yaml) else {
        return Vec::new();
    };
    for fault in &faults {
        for sentence in [&fault.what.nl, &fault.what.fr, &fault.what.en] {
            assert!(sentence.ends_with('.') && sentence.len() > 20, "{sentence}");
        }
    }
    faults
        .into_iter()
        .map(|fault| (fault.pointer, fault.line, fault.value))
        .collect()
}

/// The line of the small document on which a passage starts.
fn line_of(yaml: &str, passage: &str) -> Option<usize> {
    let start = yaml.find(passage)?;
    Some(yaml[..start].lines().count().max(1) + usize::from(yaml[..start].ends_with('\n')))
}

#[test]
fn a_right_document_is_read() {
    assert_eq!(read(SMALL).criteria().count(), 4);
}

/// A passage of the small document, what replaces it, the place of the one fault that follows, and a text on its line.
type Bent = (&'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const WRITTEN: &[Bent] = &[
    ("code: small\n", "", "code", "default"),
    ("code: small", "code: sm all", "code", "sm all"),
    ("code: small", "code: [small]", "code", "code: [small]"),
    ("code: small", "code: small\nkleur: rood", "kleur", "kleur"),
    ("code: small", "code: small\ncode: klein", "code", "code: klein"),
    ("{ code: v1 }", "{ code: 1.10 }", "version.code", "version:"),
    ("{ code: v1 }", "{ code: v1, publishedOn: 2026-13-01 }", "version.publishedOn", "version:"),
    ("{ code: v1 }", "{ code: v1, publishedOn: }", "version.publishedOn", "version:"),
    ("{ nl: Ja } }", "{ nl: Yes } }", "scales[1].levels[0].title.nl", "{ nl: Yes }"),
    ("{ nl: Ja } }", "{ nl: ~ } }", "scales[1].levels[0].title.nl", "{ nl: ~ }"),
    ("{ nl: Ja } }", "{ nl: \" \" } }", "scales[1].levels[0].title.nl", "{ nl: \" \" }"),
    ("{ nl: Ja } }", "{ nl: \"J\\0a\" } }", "scales[1].levels[0].title.nl", "J\\0a"),
    ("{ nl: Ja } }", "{ fr: Oui } }", "scales[1].levels[0].title.nl", "Oui"),
    ("{ nl: Ja } }", "{ nl: Ja, de: Ja } }", "scales[1].levels[0].title.de", "de: Ja"),
    ("needsNote: true", "needsNote: yes", "scales[0].levels[1].needsNote", "needsNote: yes"),
    ("needsNote: true", "needsNote: 'true'", "scales[0].levels[1].needsNote", "needsNote: 'true'"),
    ("evidenceValidMonths: 12", "evidenceValidMonths: 0", "themes[0].criteria[0].evidenceValidMonths", "Months: 0"),
    ("evidenceValidMonths: 12", "evidenceValidMonths: 1.5", "themes[0].criteria[0].evidenceValidMonths", "Months: 1.5"),
    ("kind: requirement\n        text: { nl: Tekst a", "kind: eis\n        text: { nl: Tekst a", "themes[0].criteria[0].kind", "kind: eis"),
    ("{ origin: official, reference: Besluit }", "{ origin: official, reference: Besluit, url: besluit }", "themes[0].criteria[0].source.url", "url: besluit"),
    ("{ answer: { criterion: b, levels: [ja] } }", "{ antwoord: b }", "themes[1].criteria[0].appliesTo.when", "antwoord"),
    ("{ answer: { criterion: b, levels: [ja] } }", "{ answer: { criterion: b, levels: [] } }", "themes[1].criteria[0].appliesTo.when.answer.levels", "levels: []"),
    ("code: small", "code: &x small", "code", "&x"),
    ("code: small", "code: !!str small", "code", "!!str"),
    ("Tekst a", "\"Tekst\\ta\"", "themes[0].criteria[0].text.nl", "Tekst\\ta"),
];

#[rustfmt::skip]
const MEANT: &[Bent] = &[
    ("defaultScale: mate", "defaultScale: maat", "defaultScale", "maat"),
    ("agrees: [aandacht]", "agrees: [aandagt]", "scales[0].levels[1].agrees[0]", "aandagt"),
    ("agrees: [aandacht]", "agrees: [aandacht, aandacht]", "scales[0].levels[1].agrees[1]", "aandacht, aandacht"),
    ("[pz, cgg]", "[pz, cgg, pz]", "facilityTypes[2]", "cgg, pz"),
    ("code: neen", "code: ja", "scales[1].levels[1].code", "code: ja, title: { nl: Neen"),
    ("steps:\n", "steps:\n  - { code: stap1, unconfirmed: true }\n", "steps[1].code", "{ code: stap1, number"),
    ("code: tweede", "code: eerste", "themes[1].code", "code: eerste\n    title: { nl: Tweede"),
    ("code: d\n", "code: a\n", "themes[1].criteria[1].code", "code: a\n        kind: expectation"),
    ("expectation: [voldaan, aandacht]", "expectation: [voldaan, inbreuk]", "allowedJudgements.expectation[1]", "expectation: [voldaan, inbreuk]"),
    ("expectation: [voldaan, aandacht]", "expectation: []", "allowedJudgements.expectation", "expectation: []"),
    ("requirement: [voldaan, aandacht, inbreuk]", "requirement: [inbreuk]", "themes[1].criteria[0].kind", "kind: requirement\n        text: { nl: Tekst c"),
    ("step: stap1", "step: stap2", "themes[0].criteria[0].step", "step: stap2"),
    ("step: stap1", "role: arts", "themes[0].criteria[0].role", "role: arts"),
    ("scale: jaNee", "scale: jaNeen", "themes[0].criteria[1].scale", "jaNeen"),
    ("{ facilityTypes: [pz] }", "{ facilityTypes: [paaz] }", "themes[0].criteria[1].appliesTo.facilityTypes[0]", "paaz"),
    ("{ origin: official, reference: Besluit }", "{ origin: official }", "themes[0].criteria[0].source.reference", "{ origin: official }"),
    ("source: { origin: ours }\n        scale", "source: { origin: ours }\n        legalBasis: { nl: Artikel }\n        scale", "themes[0].criteria[1].legalBasis", "legalBasis: { nl: Artikel }\n        scale"),
    ("number: 1, title: { nl: Eerste stap }", "number: 1", "steps[0].title", "stap1, number"),
    ("standard: true }", "standard: true }\n  - { code: stap2, number: 1, unconfirmed: true }", "steps[1].number", "stap2"),
    ("criterion: b, levels: [ja]", "criterion: c, levels: [goed]", "themes[1].criteria[0].appliesTo.when.answer.criterion", "criterion: c, levels: [goed] } } }\n      - code: d"),
    ("criterion: b, levels: [ja]", "criterion: d, levels: [goed]", "themes[1].criteria[0].appliesTo.when.answer.criterion", "criterion: d"),
    ("criterion: b, levels: [ja]", "criterion: x, levels: [goed]", "themes[1].criteria[0].appliesTo.when.answer.criterion", "criterion: x"),
    ("criterion: b, levels: [ja]", "criterion: b, levels: [goed]", "themes[1].criteria[0].appliesTo.when.answer.levels[0]", "b, levels: [goed]"),
    ("{ answer: { criterion: b, levels: [ja] } }", "{ any: [] }", "themes[1].criteria[0].appliesTo.when.any", "any: []"),
    ("{ code: v1 }", "{ code: v1, publishedOn: 2026-02-01, bindingFrom: 2026-01-31 }", "version.bindingFrom", "bindingFrom"),
    ("{ code: v1 }", "{ code: v1, supersedes: v1 }", "version.supersedes", "supersedes"),
    ("step: stap1", "change: { kind: new }", "themes[0].criteria[0].change", "change:"),
    ("standard: true }", "standard: true }\nwithdrawn:\n  - { code: z, reason: { nl: Weg } }", "withdrawn", "withdrawn:"),
];

#[test]
fn every_fault_is_named_with_its_place_and_line() {
    for (passage, replacement, place, marker) in WRITTEN.iter().chain(MEANT) {
        let yaml = bent(passage, replacement);
        let line = line_of(&yaml, marker);
        let found = faults(&yaml);
        let [(pointer, at, _)] = found.as_slice() else {
            panic!("{replacement}: {found:?}");
        };
        assert_eq!((pointer.as_str(), *at), (*place, line), "{replacement}");
    }
}

#[test]
fn what_is_missing_is_said_with_an_example_and_in_the_plural_of_no_number() {
    for (passage, replacement, said) in [
        (
            "{ nl: Ja } }",
            "Ja }",
            "An object with the fields en, fr, nl belongs here, such as { nl: … }.",
        ),
        (
            "levels: [ja]",
            "levels: []",
            "This list is too short; minimum length: 1.",
        ),
    ] {
        let found = from_yaml(&bent(passage, replacement)).unwrap_err();
        assert_eq!(found[0].what.en, said);
    }
}

#[test]
fn marks_of_change_have_to_make_sense_in_themselves() {
    let yaml = SMALL.replace("{ code: v1 }", "{ code: v2, supersedes: v1 }");
    for (change, place) in [
        ("{ kind: new }", None),
        ("{ kind: editorial }", None),
        ("{ kind: tightened, from: [z] }", None),
        ("{ kind: merged, from: [x, z] }", None),
        ("{ kind: new, from: [z] }", Some("change.from")),
        ("{ kind: editorial, from: [x, z] }", Some("change.from")),
        ("{ kind: tightened, from: [x, z] }", Some("change.from")),
        ("{ kind: merged, from: [z] }", Some("change.from")),
        ("{ kind: merged, from: [z, z] }", Some("change.from[1]")),
        ("{ kind: split }", Some("change.from")),
        ("{ kind: split, from: [x, z] }", Some("change.from")),
        ("{ kind: split, from: [z] }", Some("change.kind")),
        ("{ kind: withdrawn }", Some("change.kind")),
    ] {
        let found = faults(&yaml.replace("step: stap1", &format!("change: {change}")));
        let places: Vec<&str> = found.iter().map(|(place, _, _)| place.as_str()).collect();
        let expected: Vec<String> = place
            .iter()
            .map(|place| format!("themes[0].criteria[0].{place}"))
            .collect();
        let expected: Vec<&str> = expected.iter().map(String::as_str).collect();
        if change.contains("split }") {
            assert!(places.contains(&expected[0]), "{change}: {places:?}");
        } else {
            assert_eq!(places, expected, "{change}");
        }
    }
}

#[test]
fn what_is_withdrawn_is_gone() {
    let yaml = SMALL.replace("{ code: v1 }", "{ code: v2, supersedes: v1 }");
    for (withdrawn, place) in [
        ("{ code: z, reason: { nl: Weg } }", None),
        ("{ code: z, reason: { nl: Weg }, replacedBy: [a, b] }", None),
        (
            "{ code: z, reason: { nl: Weg }, replacedBy: [x] }",
            Some("withdrawn[0].replacedBy[0]"),
        ),
        (
            "{ code: b, reason: { nl: Weg } }",
            Some("withdrawn[0].code"),
        ),
        (
            "{ code: o, reason: { nl: Weg } }",
            Some("withdrawn[0].code"),
        ),
    ] {
        let yaml = yaml.replace("step: stap1", "change: { kind: tightened, from: [o] }");
        let found = faults(&format!("{yaml}withdrawn:\n  - {withdrawn}\n"));
        let places: Vec<&str> = found.iter().map(|(place, _, _)| place.as_str()).collect();
        assert_eq!(places, place.into_iter().collect::<Vec<_>>(), "{withdrawn}");
    }
}

#[test]
fn all_faults_come_at_once_and_none_follows_from_another() {
    let yaml = SMALL
        .replace("code: mate\n", "kode: mate\n")
        .replace("{ code: voldaan, title", "{ title")
        .replace("defaultLanguage: nl", "defaultLanguage: de")
        .replace("code: a\n", "code: é\n")
        .replace("levels: [ja]", "levels: [misschien]")
        .replace("scale: jaNee", "scale: [jaNee]");
    let found = faults(&yaml);
    let places: Vec<&str> = found.iter().map(|(place, _, _)| place.as_str()).collect();
    assert_eq!(
        places,
        [
            "defaultLanguage",
            "scales[0].code",
            "scales[0].kode",
            "judgements[0].code",
            "themes[0].criteria[0].code",
            "themes[0].criteria[1].scale",
        ]
    );
    assert_eq!(found[4].2.as_deref(), Some("é"));
}

#[test]
fn what_is_no_yaml_or_no_framework_is_told_apart() {
    let deep = format!("a: {}1", "[".repeat(100));
    let deeper = "- ".repeat(50_000);
    let bomb = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n";
    let long = format!("code: {}", "x".repeat(2 << 20));
    for (yaml, line, said) in [
        ("", None, "empty"),
        ("# nothing\n", None, "empty"),
        ("- a\n- b\n", Some(1), "object"),
        ("just words", Some(1), "object"),
        ("code: a\n\ttitle: b\n", Some(2), "tab"),
        ("code: [a\ntitle: b\n", Some(2), "valid YAML"),
        ("code: \"a\n", Some(1), "valid YAML"),
        ("a: b\n---\na: c\n", Some(2), "one document"),
        ("? [a, b]\n: c\n", Some(1), "plain name"),
        (deep.as_str(), Some(1), "levels deep"),
        (deeper.as_str(), Some(1), "levels deep"),
        (bomb, Some(1), "anchors"),
        (long.as_str(), None, "bytes"),
        ("a: \0\n", Some(1), "valid YAML"),
    ] {
        let found = from_yaml(yaml).unwrap_err();
        let shown = &yaml[..yaml.len().min(40)];
        let named = found
            .iter()
            .any(|fault| fault.line == line && fault.what.en.contains(said));
        assert!(named, "{shown:?}: {}", listed(&found));
        assert!(
            found
                .iter()
                .all(|fault| fault.value.as_ref().is_none_or(|value| value.len() < 400))
        );
    }
}

#[test]
fn no_bent_document_makes_the_reader_panic() {
    let marks = [
        "", "\t", ": ", "- ", "[", "}", "&a ", "*a", "!", "\"", "'", "|", ">", "\n", "\0", "é",
        "? ", "---\n", "%", "#",
    ];
    for (index, _) in SMALL.char_indices().step_by(31) {
        for mark in marks {
            let inserted = format!("{}{mark}{}", &SMALL[..index], &SMALL[index..]);
            drop(from_yaml(&inserted));
        }
        drop(from_yaml(&SMALL[..index]));
    }
}

#[test]
fn a_flood_of_faults_is_cut_short_and_says_so() {
    let fields: Vec<String> = (0..20_000).map(|index| format!("x{index}: 1")).collect();
    let items = format!("{SMALL}withdrawn: [{}]\n", "1, ".repeat(20_000));
    for yaml in [fields.join("\n"), items] {
        let found = from_yaml(&yaml).unwrap_err();
        assert_eq!(found.len(), 501);
        assert!(
            found
                .iter()
                .any(|fault| fault.what.en == "There are more faults; mend these first.")
        );
    }
}

#[test]
fn json_is_held_to_the_same_rules() {
    let right = serde_json::to_value(read(SMALL)).unwrap();
    assert_eq!(from_json(&right), Ok(read(SMALL)));
    for (pointer, value, place) in [
        ("/code", serde_json::json!(12), "code"),
        ("/code", serde_json::json!(null), "code"),
        (
            "/themes/0/criteria/0/evidenceRequired",
            serde_json::json!("true"),
            "themes[0].criteria[0].evidenceRequired",
        ),
        (
            "/themes/0/criteria/0/evidenceValidMonths",
            serde_json::json!(-1),
            "themes[0].criteria[0].evidenceValidMonths",
        ),
        (
            "/themes/0/criteria/0/text",
            serde_json::json!("Tekst"),
            "themes[0].criteria[0].text",
        ),
        ("/version", serde_json::json!([]), "version"),
        ("/themes", serde_json::json!([]), "themes"),
        ("", serde_json::json!("framework"), ""),
    ] {
        let mut bent = right.clone();
        *bent.pointer_mut(pointer).unwrap() = value;
        let found = from_json(&bent).unwrap_err();
        assert!(
            found.iter().any(|fault| fault.pointer == place),
            "{pointer}: {}",
            listed(&found)
        );
        assert!(found.iter().all(|fault| fault.line.is_none()));
    }
}

/// The second version of the small document, with a passage replaced.
fn second(passage: &str, replacement: &str) -> String {
    let next = SMALL.replace("{ code: v1 }", "{ code: v2, supersedes: v1 }");
    assert_eq!(
        next.matches(passage).count(),
        1,
        "not exactly once: {passage}"
    );
    next.replace(passage, replacement)
}

/// The places of the faults that a second version has against the first.
fn against_the_first(yaml: &str) -> String {
    let mut found = against(&read(SMALL), &read(yaml));
    locate(yaml, &mut found);
    assert!(found.iter().all(|fault| fault.line.is_some()));
    let places: Vec<&str> = found.iter().map(|fault| fault.pointer.as_str()).collect();
    places.join(" ")
}

#[test]
fn a_change_that_is_marked_as_heavy_as_it_is_follows_on() {
    for (passage, replacement) in [
        ("Tekst a }", "Tekst a }"),
        ("Tekst a }", "Tekst a, fr: Texte a }"),
        (
            "{ nl: Tekst a }",
            "{ nl: Anders }\n        change: { kind: editorial }",
        ),
        (
            "{ nl: Tekst a }",
            "{ nl: Anders }\n        change: { kind: tightened }",
        ),
        (
            "code: d\n",
            "code: e\n        change: { kind: editorial, from: [d] }\n",
        ),
        ("evidenceRequired: true\n", "evidenceRequired: false\n"),
    ] {
        assert_eq!(
            against_the_first(&second(passage, replacement)),
            "",
            "{replacement}"
        );
    }
}

#[rustfmt::skip]
const UNTRUE: &[(&str, &str, &str)] = &[
    ("code: small", "code: groot", "code"),
    ("supersedes: v1", "supersedes: v0", "version.supersedes"),
    ("{ nl: Tekst a }", "{ nl: Anders }", "themes[0].criteria[0].text"),
    ("jaNee\n        appliesTo", "mate\n        appliesTo", "themes[0].criteria[1].scale"),
    ("jaNee\n        appliesTo", "mate\n        change: { kind: editorial }\n        appliesTo", "themes[0].criteria[1].scale"),
    ("requirement\n        text: { nl: Tekst c", "expectation\n        text: { nl: Tekst c", "themes[1].criteria[0].kind"),
    ("{ nl: Tekst d }", "{ nl: Tekst d }\n        evidenceRequired: true", "themes[1].criteria[1].evidenceRequired"),
    ("{ nl: Tekst d }", "{ nl: Tekst d }\n        change: { kind: new }", "themes[1].criteria[1].change.kind"),
    ("{ nl: Tekst d }", "{ nl: Tekst d }\n        change: { kind: merged, from: [d, x] }", "themes[1].criteria[1].change.from[1]"),
    ("code: d\n", "code: e\n        change: { kind: tightened }\n", "themes[1].criteria[1].change.from withdrawn"),
    ("code: d\n", "code: e\n", "themes[1].criteria[1].code withdrawn"),
    ("themes:\n", "withdrawn:\n  - { code: z, reason: { nl: Weg } }\nthemes:\n", "withdrawn[0].code"),
];

#[test]
fn a_change_that_is_not_what_it_says_is_a_fault() {
    for (passage, replacement, places) in UNTRUE {
        let yaml = second(passage, replacement)
            .replace("criterion: b, levels: [ja]", "criterion: a, levels: [goed]");
        assert_eq!(against_the_first(&yaml), *places, "{replacement}");
    }
}

#[test]
fn no_criterion_vanishes_without_a_word() {
    let next = second("Tekst a }", "Tekst a }");
    let without_d = next.split("      - code: d\n").next().unwrap();
    let withdrawn = format!("{without_d}withdrawn:\n  - {{ code: d, reason: {{ nl: Weg }} }}\n");
    assert_eq!(against_the_first(without_d), "withdrawn");
    assert_eq!(against_the_first(&withdrawn), "");
}

#[test]
fn the_published_schema_has_no_loose_ends() {
    let mut schemas = Vec::new();
    Document::schemas(&mut schemas);
    schemas.push(("Document".to_owned(), Document::schema()));
    let schemas: BTreeMap<String, String> = schemas
        .into_iter()
        .map(|(name, schema)| (name, serde_json::to_string(&schema).unwrap()))
        .collect();
    let mut named = BTreeSet::new();
    for schema in schemas.values() {
        assert!(!schema.contains("\"null\""), "{schema}");
        for reference in schema.split("#/components/schemas/").skip(1) {
            named.insert(reference.split('"').next().unwrap().to_owned());
        }
    }
    for name in &named {
        assert!(schemas.contains_key(name), "{name}");
    }
    assert_eq!(named.len() + 1, schemas.len());
}
