//! The rules, as tables.
use std::sync::Arc;

use super::*;
use crate::audit::ActorView;
use crate::db::types::Moment;
use crate::framework::{check, library, rules::carry};
use crate::self_assessment::{AnswerException, Evidence};

fn version(code: &str) -> Arc<Document> {
    library()
        .iter()
        .map(|(_, text)| check::from_yaml(text).expect("a document"))
        .find(|document| document.version.code == *code)
        .expect("a version")
        .into()
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn given(code: &str, level: &str) -> Answer {
    Answer {
        criterion_code: code.into(),
        level: level.into(),
        note: Some("Omdat.".into()),
        evidence: Vec::new(),
        exceptions: Vec::new(),
        origin: AnswerOrigin::Answered,
        answered_by: ActorView {
            id: "an".into(),
            name: None,
            role: "facility".into(),
            client: None,
            on_behalf_of: None,
        },
        answered_at: Moment("2025-11-01T10:00:00Z".parse().expect("a moment")),
        confirmed_by: None,
        confirmed_at: None,
    }
}

fn last(answers: &[(&str, &str)]) -> Last {
    Last {
        version: "2025-1".into(),
        answers: answers
            .iter()
            .map(|(code, level)| given(code, level))
            .collect(),
    }
}

#[test]
fn the_first_one_starts_empty() {
    let (answers, opening) = start(&version("2026-1"), None, None, day("2026-01-01"));
    assert!(answers.is_empty() && opening.is_empty());
}

#[test]
fn an_answer_stands_unless_its_criterion_means_something_else() {
    let (before, now) = (version("2025-1"), version("2026-1"));
    let fates = carry(&[&now]);
    for (old, new, expected) in [
        ("actiefWerken", "actiefWerken", None),
        (
            "nietPluisGevoel",
            "nietPluisGevoel",
            Some(OpenReason::Tightened),
        ),
        (
            "ouderrolGesprek",
            "ouderrolOndersteuning",
            Some(OpenReason::Merged),
        ),
        ("basisvorming", "basisvorming", Some(OpenReason::Tightened)),
    ] {
        assert!(before.criterion(old).is_some(), "{old}");
        let past = last(&[(old, "volledig")]);
        let (answers, opening) = start(&now, Some(&past), Some(&fates), day("2026-01-01"));
        let stands = answers.iter().any(|answer| answer.criterion_code == new);
        let asked = opening.get(new).filter(|asked| !asked.previous.is_empty());
        assert_eq!(asked.map(|asked| asked.reason), expected, "{new}");
        assert_eq!(stands, expected.is_none(), "{new}");
        assert!(
            answers
                .iter()
                .all(|one| one.origin == AnswerOrigin::CarriedOver)
        );
    }
}

#[test]
fn evidence_is_good_until_its_months_have_passed() {
    let document = version("2026-1");
    let criterion = document
        .criterion("kinderenInDossier")
        .expect("a criterion");
    assert_eq!(criterion.evidence_valid_months, Some(12));
    let mut answer = given("kinderenInDossier", "meeste");
    for (observed, today, too_old) in [
        (None, "2026-10-31", false),
        (None, "2026-11-01", true),
        (Some("2025-10-01"), "2026-09-30", false),
        (Some("2025-10-01"), "2026-10-01", true),
        (Some("2999-01-01"), "2026-11-01", true),
    ] {
        answer.evidence = observed
            .map(|observed| Evidence {
                kind: "document".into(),
                description: None,
                observed_on: Some(day(observed)),
                files_checked: None,
                files_met: None,
                attachment_id: None,
                sha256: None,
            })
            .into_iter()
            .collect();
        assert_eq!(
            expired(criterion, &answer, day(today)),
            too_old,
            "{observed:?} {today}"
        );
    }
}

#[test]
fn a_position_counts_what_applies_and_names_what_is_missing() {
    let document = version("2026-1");
    let answered = |code: &str, level: &str, origin, has_evidence| {
        let standing = Standing {
            level: level.into(),
            origin,
            has_evidence,
            exceptions: Vec::new(),
        };
        (code.to_owned(), standing)
    };
    let all: Standings = [
        answered("actiefWerken", "volledig", AnswerOrigin::Answered, false),
        answered("kinderenInDossier", "meeste", AnswerOrigin::Answered, false),
        answered(
            "ouderrolInDossier",
            "nietNagegaan",
            AnswerOrigin::Confirmed,
            false,
        ),
        answered("continuiteit", "volledig", AnswerOrigin::CarriedOver, false),
        answered("opvangKinderen", "volledig", AnswerOrigin::Answered, false),
    ]
    .into();
    let verdicts = verdicts(&document, "pz", &all);
    let position = position(&document, &verdicts, &all);
    assert_eq!(
        position.progress.answered, 2,
        "the hidden one is not counted"
    );
    assert_eq!(position.progress.confirmed, 1);
    assert_eq!(position.to_confirm, ["continuiteit"]);
    assert_eq!(position.without_evidence, ["kinderenInDossier"]);
    assert!(!position.progress.complete);
    let kinds: std::collections::BTreeSet<&str> =
        missing(&position).iter().map(|issue| issue.kind).collect();
    assert_eq!(
        kinds,
        ["missingAnswer", "missingEvidence", "unconfirmedAnswer"].into()
    );
}

#[test]
fn an_answer_falls_with_what_a_place_says_otherwise() {
    let document = version("2026-1");
    let criterion = |code: &str| document.criterion(code).expect("a criterion");
    let aged = document
        .criteria()
        .map(|(_, criterion)| criterion)
        .find(|criterion| criterion.evidence_valid_months == Some(12))
        .expect("one whose evidence lasts a year");
    let level = |criterion: &Criterion| {
        let levels = &document.scale_of(criterion).expect("a scale").levels;
        levels.first().expect("a level").code.to_string()
    };
    let except = |criterion: &Criterion, at: String, observed: Option<&str>| {
        let mut answer = given(criterion.code.as_str(), &level(criterion));
        answer.exceptions = vec![AnswerException {
            site_ids: vec![crate::db::types::Id::new()],
            unit_ids: Vec::new(),
            level: at,
            note: None,
            evidence: observed
                .map(|seen| Evidence {
                    kind: "document".into(),
                    description: None,
                    observed_on: Some(day(seen)),
                    files_checked: None,
                    files_met: None,
                    attachment_id: None,
                    sha256: None,
                })
                .into_iter()
                .collect(),
            answered_by: None,
        }];
        fallen(&document, criterion, &answer, day("2026-06-01"))
    };
    let plain = criterion("actiefWerken");
    assert_eq!(except(plain, "volledig".into(), None), None);
    assert_eq!(
        except(plain, "vervallen".into(), None),
        Some(OpenReason::Tightened)
    );
    assert_eq!(except(aged, level(aged), Some("2025-10-01")), None);
    assert_eq!(
        except(aged, level(aged), Some("2025-05-01")),
        Some(OpenReason::EvidenceExpired)
    );
}
