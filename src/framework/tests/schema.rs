use serde_json::{Value, json};

use super::super::document::Document;
use super::super::library;
use super::super::rules::answer_schema;
use super::rules::applying;
use super::{SMALL, bent, read};

const SITE: &str = "0190a000-0000-7000-8000-000000000021";

/// Whether a set of answers is valid in the making, and whether it is complete.
fn judged(document: &Document, facility_type: Option<&str>, answers: Value) -> (bool, bool) {
    let schema = answer_schema(document, facility_type);
    let set = json!({ "answers": answers });
    let valid = jsonschema::validator_for(&schema).unwrap().is_valid(&set);
    let mut complete = schema["$defs"]["complete"].clone();
    complete["$defs"] = schema["$defs"].clone();
    let complete = jsonschema::validator_for(&complete).unwrap().is_valid(&set);
    (valid, complete)
}

#[test]
fn the_answer_schema_says_what_is_valid_and_what_is_complete() {
    let document = read(SMALL);
    let evidence = json!([{"kind": "document", "observedOn": "2026-01-31"}]);
    let a = json!({"criterionCode": "a", "level": "goed", "evidence": evidence});
    let a_waived = json!({"criterionCode": "a", "level": "slecht"});
    let a_bare = json!({"criterionCode": "a", "level": "goed"});
    let b_yes = json!({"criterionCode": "b", "level": "ja"});
    let b_no = json!({"criterionCode": "b", "level": "neen"});
    let c_well = json!({"criterionCode": "c", "level": "goed"});
    let c_partly = json!({"criterionCode": "c", "level": "deels", "note": "Bezig"});
    let d = json!({"criterionCode": "d", "level": "goed"});
    let with =
        |evidence: Value| json!([{"criterionCode": "a", "level": "goed", "evidence": [evidence]}]);
    for (facility_type, answers, expected) in [
        (Some("pz"), json!([]), (true, false)),
        (Some("pz"), json!([a]), (true, false)),
        (Some("pz"), json!([a_bare, b_no]), (true, false)),
        (Some("pz"), json!([a_waived, b_no]), (true, true)),
        (Some("pz"), json!([a, b_no]), (true, true)),
        (Some("pz"), json!([a, b_yes]), (true, false)),
        (Some("pz"), json!([a, b_yes, c_well]), (true, true)),
        (Some("pz"), json!([a, b_yes, c_partly]), (true, false)),
        (Some("pz"), json!([d, c_partly, b_yes, a]), (true, true)),
        // A hidden answer does not count, nor does it harm.
        (Some("pz"), json!([a, b_no, c_partly]), (true, true)),
        (Some("cgg"), json!([a]), (true, true)),
        (Some("cgg"), json!([a, b_no]), (false, false)),
        (None, json!([a]), (true, true)),
        (None, json!([a, b_yes]), (true, false)),
        // What is not well formed.
        (Some("pz"), json!([a, a]), (false, false)),
        (
            Some("pz"),
            json!([{"criterionCode": "x", "level": "goed"}]),
            (false, false),
        ),
        (
            Some("pz"),
            json!([{"criterionCode": "b", "level": "goed"}]),
            (false, false),
        ),
        (
            Some("pz"),
            json!([{"criterionCode": "c", "level": "deels"}]),
            (false, false),
        ),
        (
            Some("pz"),
            json!([{"criterionCode": "c", "level": "deels", "note": ""}]),
            (false, false),
        ),
        (Some("pz"), json!([{"criterionCode": "c"}]), (false, false)),
        (
            Some("pz"),
            json!([{"criterionCode": "c", "level": "goed", "score": 3}]),
            (false, false),
        ),
        (
            Some("pz"),
            with(json!({"kind": "dossiers", "filesChecked": 10, "filesMet": 8})),
            (true, false),
        ),
        (
            Some("pz"),
            with(json!({"kind": "dossiers"})),
            (false, false),
        ),
        (
            Some("pz"),
            with(json!({"kind": "document", "filesChecked": 10})),
            (false, false),
        ),
        (Some("pz"), with(json!({"kind": "foto"})), (false, false)),
        (
            Some("pz"),
            with(json!({"kind": "document", "sha256": "abc"})),
            (false, false),
        ),
    ] {
        assert_eq!(
            judged(&document, facility_type, answers.clone()),
            expected,
            "{facility_type:?} {answers}"
        );
    }
}

#[test]
fn the_answer_schema_and_the_rules_agree_on_what_applies() {
    let a = "answer: { criterion: a, levels: [goed, slecht] }";
    let b = "answer: { criterion: b, levels: [ja] }";
    for condition in [
        format!("all: [{{ {a} }}, {{ {b} }}]"),
        format!("any: [{{ {a} }}, {{ not: {{ {b} }} }}]"),
        format!("not: {{ all: [{{ {a} }}, {{ {b} }}] }}"),
        format!("not: {{ any: [{{ {a} }}, {{ not: {{ {b} }} }}] }}"),
    ] {
        let yaml = bent(
            "{ answer: { criterion: b, levels: [ja] } }",
            &format!("{{ {condition} }}"),
        );
        let document = read(&yaml.replace("evidenceRequired: true", "evidenceRequired: false"));
        for facility_type in ["pz", "cgg"] {
            for a in ["", "goed", "deels", "slecht"] {
                for b in ["", "ja", "neen"] {
                    let given: Vec<(&str, &str)> = [("a", a), ("b", b)]
                        .into_iter()
                        .filter(|(_, level)| !level.is_empty())
                        .collect();
                    if facility_type == "cgg" && !b.is_empty() {
                        continue;
                    }
                    let text: Vec<String> = given
                        .iter()
                        .map(|(code, level)| format!("{code}={level}"))
                        .collect();
                    let open = applying(&document, facility_type, &text.join(" "))
                        .iter()
                        .any(|code| !given.iter().any(|(known, _)| known == code));
                    let answers: Vec<Value> = given
                        .iter()
                        .map(|(code, level)| json!({"criterionCode": code, "level": level, "note": "x"}))
                        .collect();
                    let (valid, complete) = judged(&document, Some(facility_type), json!(answers));
                    assert_eq!(
                        (valid, complete),
                        (true, !open),
                        "{condition} {facility_type} {text:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn every_shipped_framework_has_a_usable_answer_schema() {
    for (name, text) in library() {
        let document = read(text);
        for facility_type in &document.facility_types {
            let schema = answer_schema(&document, Some(facility_type.as_str()));
            assert!(
                jsonschema::meta::is_valid(&schema),
                "{name} {facility_type}"
            );
        }
    }
}

#[test]
fn what_a_place_says_otherwise_is_checked_as_an_answer_of_its_own() {
    let document = read(SMALL);
    for (exception, expected) in [
        (json!({"siteIds": [SITE], "level": "slecht"}), (true, true)),
        (json!({"unitIds": [SITE], "level": "goed"}), (true, false)),
        (json!({"level": "slecht"}), (false, false)),
        (
            json!({"siteIds": [SITE], "level": "perfect"}),
            (false, false),
        ),
    ] {
        let a = json!({"criterionCode": "a", "level": "slecht", "exceptions": [exception]});
        let answers = json!([a, {"criterionCode": "b", "level": "neen"}]);
        assert_eq!(
            judged(&document, Some("pz"), answers),
            expected,
            "{exception}"
        );
    }
}
