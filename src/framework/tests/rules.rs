use std::collections::BTreeMap;

use serde_json::json;

use super::super::document::Document;
use super::super::rules::{applicability, judgements_allowed};
use super::{SMALL, bent, read};

/// The criteria that apply, with answers given as `criterion=level`.
pub fn applying(document: &Document, facility_type: &str, answers: &str) -> Vec<String> {
    let answers: BTreeMap<&str, &str> = answers
        .split_whitespace()
        .filter_map(|answer| answer.split_once('='))
        .collect();
    applicability(document, facility_type, &|code| {
        answers.get(code).map(ToString::to_string)
    })
    .into_iter()
    .filter(|verdict| verdict.applies)
    .map(|verdict| verdict.criterion_code.to_string())
    .collect()
}

#[test]
fn a_criterion_applies_by_facility_type_and_by_the_answers_that_count() {
    let document = read(SMALL);
    for (facility_type, answers, expected) in [
        ("pz", "", "a b"),
        ("cgg", "", "a"),
        ("pz", "b=neen", "a b"),
        ("pz", "b=ja", "a b c"),
        // An answer to what does not apply itself does not count.
        ("cgg", "b=ja", "a"),
        ("pz", "b=neen c=slecht", "a b"),
        // "Not" waits for an answer as well.
        ("pz", "b=ja c=goed", "a b c"),
        ("pz", "b=ja c=slecht", "a b c d"),
    ] {
        assert_eq!(
            applying(&document, facility_type, answers).join(" "),
            expected,
            "{facility_type} {answers}"
        );
    }
}

#[test]
fn an_open_part_settles_nothing_unless_the_others_do() {
    let a = "answer: { criterion: a, levels: [goed] }";
    let b = "answer: { criterion: b, levels: [ja] }";
    for (condition, answers, expected) in [
        (format!("all: [{{ {a} }}, {{ {b} }}]"), "a=goed", false),
        (format!("all: [{{ {a} }}, {{ {b} }}]"), "a=goed b=ja", true),
        (format!("any: [{{ {a} }}, {{ {b} }}]"), "a=goed", true),
        (format!("any: [{{ {a} }}, {{ {b} }}]"), "a=deels", false),
        (
            format!("any: [{{ {a} }}, {{ {b} }}]"),
            "a=deels b=neen",
            false,
        ),
        (
            format!("not: {{ all: [{{ {a} }}, {{ {b} }}] }}"),
            "a=deels",
            true,
        ),
        (
            format!("not: {{ all: [{{ {a} }}, {{ {b} }}] }}"),
            "a=goed",
            false,
        ),
        (
            format!("not: {{ any: [{{ {a} }}, {{ {b} }}] }}"),
            "a=deels",
            false,
        ),
        (
            format!("not: {{ any: [{{ {a} }}, {{ {b} }}] }}"),
            "a=deels b=neen",
            true,
        ),
    ] {
        let document = read(&bent(
            "{ answer: { criterion: b, levels: [ja] } }",
            &format!("{{ {condition} }}"),
        ));
        let applies = applying(&document, "pz", answers).contains(&"c".to_owned());
        assert_eq!(applies, expected, "{condition} with {answers}");
    }
}

#[test]
fn a_verdict_says_why() {
    let document = read(SMALL);
    let level = |code: &str| (code == "b").then(|| "ja".to_owned());
    let verdicts = serde_json::to_value(applicability(&document, "pz", &level)).unwrap();
    assert_eq!(
        verdicts,
        json!([
            {"criterionCode": "a", "applies": true, "why": {"rule": "always", "version": "v1"}},
            {"criterionCode": "b", "applies": true, "why": {"rule": "facilityTypes", "version": "v1", "facilityType": "pz"}},
            {"criterionCode": "c", "applies": true, "why": {"rule": "condition", "version": "v1", "inputs": {"b": "ja"}}},
            {"criterionCode": "d", "applies": false, "why": {"rule": "condition", "version": "v1"}},
        ])
    );
}

#[test]
fn a_breach_is_judged_only_on_a_requirement_with_a_legal_basis() {
    let document = read(SMALL);
    for (code, expected) in [
        ("a", "voldaan aandacht inbreuk"),
        ("b", "voldaan aandacht"),
        ("c", "voldaan aandacht"),
    ] {
        let criterion = document.criterion(code).unwrap();
        let judgements: Vec<&str> = judgements_allowed(&document, criterion)
            .iter()
            .map(|judgement| judgement.code.as_str())
            .collect();
        assert_eq!(judgements.join(" "), expected, "{code}");
    }
}

#[test]
fn evidence_is_needed_where_it_is_required_and_not_waived() {
    let document = read(SMALL);
    for (code, level, needed) in [
        ("a", "goed", true),
        ("a", "slecht", false),
        ("c", "goed", false),
    ] {
        let criterion = document.criterion(code).unwrap();
        assert_eq!(
            document.needs_evidence(criterion, level),
            needed,
            "{code} {level}"
        );
    }
}
