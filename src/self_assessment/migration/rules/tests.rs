//! What becomes of drafts, as tables.
use serde_json::json;

use super::*;
use crate::audit::ActorView;
use crate::db::types::Moment;
use crate::framework::rules::carry;
use crate::framework::tests::version;
use crate::framework::{check, library};
use crate::self_assessment::{AnswerException, Evidence};

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

fn given(code: &str, level: &str, origin: AnswerOrigin) -> Answer {
    Answer {
        criterion_code: code.into(),
        level: level.into(),
        note: Some("Omdat.".into()),
        evidence: Vec::new(),
        origin,
        answered_by: ActorView {
            id: "an".into(),
            name: None,
            role: "facility".into(),
            client: None,
            on_behalf_of: None,
        },
        answered_at: Moment("2026-01-01T10:00:00Z".parse().expect("a moment")),
        confirmed_by: None,
        confirmed_at: None,
        exceptions: Vec::new(),
    }
}

/// Answers as `code=level`; one that was carried over has a `~` after it.
fn answers(noted: &str) -> Vec<Answer> {
    let answer = |word: &str| {
        let origin = if word.ends_with('~') {
            AnswerOrigin::CarriedOver
        } else {
            AnswerOrigin::Answered
        };
        let (code, level) = word.trim_end_matches('~').split_once('=').expect("a level");
        given(code, level, origin)
    };
    noted.split_whitespace().map(answer).collect()
}

fn noted(answer: &Answer) -> String {
    let carried = match answer.origin {
        AnswerOrigin::CarriedOver => "~",
        _ => "",
    };
    format!("{}={}{carried}", answer.criterion_code, answer.level)
}

fn shown(previous: &PreviousAnswer) -> String {
    format!("{}@{}", noted(&previous.answer), previous.version_code)
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(" ")
}

/// What became of a draft: `answers | questions | what is set aside`.
fn told(moved: &Moved) -> String {
    let answers = joined(moved.answers.iter().map(noted));
    let opening = joined(moved.opening.iter().map(|(code, asked)| {
        let previous: Vec<String> = asked.previous.iter().map(shown).collect();
        let reason = serde_json::to_value(asked.reason).expect("json");
        format!(
            "{code}:{}({})",
            reason.as_str().expect("a reason"),
            previous.join(",")
        )
    }));
    let aside = joined(moved.withdrawn.iter().map(shown));
    format!("{answers} | {opening} | {aside}")
}

/// The way over these versions, each given by its criteria and its withdrawals. The first is the one that is left.
fn way(versions: &[(&str, &str)]) -> Way {
    let documents: Vec<Document> = versions
        .iter()
        .enumerate()
        .map(|(number, (criteria, withdrawn))| version(number, criteria, withdrawn))
        .collect();
    let chain: Vec<&Document> = documents.iter().skip(1).collect();
    Way {
        fates: carry(&chain),
        source: documents.first().expect("a version").clone().into(),
        target: documents.last().expect("a version").clone().into(),
    }
}

fn draft<'a>(answers: &'a [Answer], opening: &'a Opening) -> Before<'a> {
    Before {
        facility_type: "pz",
        answers,
        opening,
        withdrawn: &[],
    }
}

/// What a case shows, the versions, the answers, and what became of them.
type Case = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
    &'static str,
);

const CASES: [Case; 15] = [
    (
        "what means what it meant stands, and stays carried over",
        &[("a b", ""), ("a b", "")],
        "a=goed b=deels~",
        "a=goed b=deels~ |  | ",
    ),
    (
        "in other words, under another code",
        &[("a", ""), ("x:editorial(a)", "")],
        "a=goed",
        "x=goed |  | ",
    ),
    (
        "two that change places",
        &[("a b", ""), ("a:editorial(b) b:editorial(a)", "")],
        "a=goed b=slecht",
        "a=slecht b=goed |  | ",
    ),
    (
        "what asks more is asked again",
        &[("a", ""), ("a:tightened()", "")],
        "a=goed",
        " | a:tightened(a=goed@v0) | ",
    ),
    (
        "a split in three",
        &[("a", ""), ("a:split(a) p:split(a) q:split(a)", "")],
        "a=deels",
        " | a:split(a=deels@v0) p:split(a=deels@v0) q:split(a=deels@v0) | ",
    ),
    (
        "two that were merged, both answered",
        &[("a b", ""), ("m:merged(a,b)", "")],
        "a=goed b=slecht",
        " | m:merged(a=goed@v0,b=slecht@v0) | ",
    ),
    (
        "two that were merged, one answered",
        &[("a b", ""), ("m:merged(a,b)", "")],
        "b=slecht",
        " | m:merged(b=slecht@v0) | ",
    ),
    (
        "what is gone is set aside, whatever replaces it",
        &[("a w", ""), ("a n:new()", "w>n")],
        "a=goed w=deels",
        "a=goed | n:new() | w=deels@v0",
    ),
    (
        "a code that comes back for something new takes no old answer",
        &[("a w", ""), ("a", "w"), ("a w:new()", "")],
        "w=deels",
        " | w:new() | w=deels@v0",
    ),
    (
        "over two versions in one go: renamed, then tightened",
        &[("a", ""), ("x:editorial(a)", ""), ("x:tightened()", "")],
        "a=goed",
        " | x:tightened(a=goed@v0) | ",
    ),
    (
        "over two versions in one go: split, then merged with another",
        &[
            ("a b", ""),
            ("p:split(a) q:split(a) b", ""),
            ("m:merged(p,b) q", ""),
        ],
        "a=goed b=deels",
        " | m:merged(a=goed@v0,b=deels@v0) q:split(a=goed@v0) | ",
    ),
    (
        "over two versions in one go: split, and a part is gone",
        &[("a", ""), ("p:split(a) q:split(a)", ""), ("p", "q")],
        "a=goed",
        " | p:split(a=goed@v0) | ",
    ),
    (
        "a level that the new scale lacks",
        &[("a", ""), ("a", "")],
        "a=weg",
        " | a:tightened(a=weg@v0) | ",
    ),
    (
        "what was never answered is asked as it was",
        &[("a b", ""), ("a b:tightened()", "")],
        "a=goed",
        "a=goed | b:tightened() | ",
    ),
    (
        "an answer of which the earlier version knew nothing is not lost",
        &[("a", ""), ("a", "")],
        "a=goed z=goed",
        "a=goed |  | z=goed@v0",
    ),
];

#[test]
fn an_answer_stands_or_is_shown_beside_what_took_its_place_or_is_set_aside() {
    for (shows, versions, before, expected) in CASES {
        let (answers, opening) = (answers(before), Opening::new());
        let after = moved(&way(versions), draft(&answers, &opening), day("2026-02-01"));
        assert_eq!(told(&after), expected, "{shows}");
        for answer in &answers {
            let told = told(&after);
            let level = format!("={}", answer.level);
            assert!(told.contains(&level), "{shows}: {level} is lost in {told}");
        }
    }
}

#[test]
fn an_answer_that_stands_keeps_who_gave_it_and_when() {
    let (mut before, opening) = (answers("a=goed"), Opening::new());
    let answer = before.first_mut().expect("an answer");
    answer.origin = AnswerOrigin::Confirmed;
    answer.confirmed_by = Some(ActorView {
        id: "jan".into(),
        ..answer.answered_by.clone()
    });
    answer.confirmed_at = Some(answer.answered_at);
    let way = way(&[("a", ""), ("x:editorial(a)", "")]);
    let after = moved(&way, draft(&before, &opening), day("2026-02-01"));
    let expected = Answer {
        criterion_code: "x".into(),
        ..before.first().expect("an answer").clone()
    };
    assert_eq!(after.answers, [expected]);
}

#[test]
fn what_was_asked_again_already_goes_along() {
    let previous = |noted: &str, version: &str| PreviousAnswer {
        version_code: version.into(),
        answer: answers(noted).remove(0),
    };
    let asked = |reason, previous| Asked {
        previous,
        ..Asked::only(reason)
    };
    let opening: Opening = [
        (
            "a".to_owned(),
            asked(OpenReason::EvidenceExpired, vec![previous("a=slecht", "v")]),
        ),
        (
            "b".to_owned(),
            asked(
                OpenReason::Merged,
                vec![previous("k=goed", "v"), previous("l=deels", "v")],
            ),
        ),
        (
            "w".to_owned(),
            asked(OpenReason::Tightened, vec![previous("w=goed", "v")]),
        ),
    ]
    .into();
    let versions = [("a b w", ""), ("x:editorial(a) b:tightened()", "w")];
    let unanswered = moved(&way(&versions), draft(&[], &opening), day("2026-02-01"));
    assert_eq!(
        told(&unanswered),
        " | b:tightened(k=goed@v,l=deels@v) x:evidenceExpired(a=slecht@v) | w=goed@v",
        "the last answers are still the last"
    );
    assert_eq!(
        unanswered.counts.asked_again,
        super::super::AskedAgainCounts::default()
    );
    let given = answers("a=goed b=deels w=slecht");
    let answered = moved(&way(&versions), draft(&given, &opening), day("2026-02-01"));
    assert_eq!(
        told(&answered),
        "x=goed | b:tightened(b=deels@v0,k=goed@v,l=deels@v) x:evidenceExpired(a=slecht@v) | w=slecht@v0 w=goed@v",
        "the newest first"
    );
}

#[test]
fn what_was_set_aside_stays_so_and_one_more_move_adds_to_it() {
    let aside = [PreviousAnswer {
        version_code: "v".into(),
        answer: answers("y=goed").remove(0),
    }];
    let (given, opening) = (answers("w=deels"), Opening::new());
    let standing = Before {
        withdrawn: &aside,
        ..draft(&given, &opening)
    };
    let after = moved(
        &way(&[("a w", ""), ("a y:new()", "w")]),
        standing,
        day("2026-02-01"),
    );
    assert_eq!(told(&after), " | y:new() | y=goed@v w=deels@v0");
    assert_eq!(after.counts.withdrawn, 1, "only what this move sets aside");
}

#[test]
fn what_a_type_is_not_asked_any_more_is_set_aside_unless_it_stands() {
    let mut way = way(&[("a b", ""), ("a:tightened() b", "")]);
    let mut target = (*way.target).clone();
    for theme in &mut target.themes {
        for criterion in &mut theme.criteria {
            criterion.applies_to =
                Some(serde_json::from_value(json!({"facilityTypes": ["cgg"]})).expect("a limit"));
        }
    }
    way.target = target.into();
    let (given, opening) = (answers("a=goed b=deels"), Opening::new());
    let after = moved(&way, draft(&given, &opening), day("2026-02-01"));
    assert_eq!(told(&after), "b=deels |  | a=goed@v0");
}

#[test]
fn evidence_is_asked_again_only_where_the_new_version_makes_it_too_old() {
    let observed = |on: &str| Evidence {
        kind: "document".into(),
        description: None,
        observed_on: Some(day(on)),
        files_checked: None,
        files_met: None,
        attachment_id: None,
        sha256: None,
    };
    for (before, after, on, asked) in [
        (Some(12), Some(12), "2025-12-01", false),
        (Some(12), Some(3), "2025-12-01", false),
        (Some(12), Some(3), "2025-10-01", true),
        (None, Some(3), "2025-10-01", true),
        (Some(1), Some(3), "2025-10-01", false),
    ] {
        let mut way = way(&[("a", ""), ("a", "")]);
        for (document, months) in [(&mut way.source, before), (&mut way.target, after)] {
            let mut changed = (**document).clone();
            for criterion in changed
                .themes
                .iter_mut()
                .flat_map(|theme| &mut theme.criteria)
            {
                criterion.evidence_valid_months = months;
            }
            *document = changed.into();
        }
        let (mut given, opening) = (answers("a=goed"), Opening::new());
        given.first_mut().expect("an answer").evidence = vec![observed(on)];
        let moved = moved(&way, draft(&given, &opening), day("2026-02-01"));
        let counts = moved.counts.asked_again.evidence_expired;
        assert_eq!(
            (counts, moved.answers.is_empty()),
            (i64::from(asked), asked),
            "{before:?} {after:?} {on}"
        );
    }
}

#[test]
fn what_places_say_otherwise_goes_along_and_counts_as_the_answer_does() {
    let exception = |level: &str| -> AnswerException {
        let site = "0190a000-0000-7000-8000-000000000021";
        serde_json::from_value(json!({"siteIds": [site], "level": level})).expect("an exception")
    };
    let mut way = way(&[("a b c", ""), ("x:editorial(a) b c:tightened()", "")]);
    let mut source = (*way.source).clone();
    for theme in &mut source.themes {
        for criterion in &mut theme.criteria {
            criterion.evidence_required = false;
        }
    }
    way.source = source.into();
    let (mut given, opening) = (answers("a=slecht b=slecht c=goed"), Opening::new());
    for (answer, level) in given.iter_mut().zip(["goed", "weg", "deels"]) {
        answer.exceptions = vec![exception(level)];
    }
    let after = moved(&way, draft(&given, &opening), day("2026-02-01"));
    assert_eq!(
        told(&after),
        "x=slecht | b:tightened(b=slecht@v0) c:tightened(c=goed@v0) | ",
        "a level that the scale lacks is asked again, wherever it holds"
    );
    let kept = after.answers.iter().chain(
        after
            .opening
            .values()
            .flat_map(|asked| &asked.previous)
            .map(|one| &one.answer),
    );
    let levels: Vec<&str> = kept
        .flat_map(|answer| &answer.exceptions)
        .map(|one| one.level.as_str())
        .collect();
    assert_eq!(levels, ["goed", "weg", "deels"]);
    assert_eq!(
        after.counts.evidence_missing, 1,
        "what a site says needs evidence now"
    );
}

#[test]
fn the_counts_say_what_becomes_of_each() {
    let way = way(&[
        ("a b c d e f w", ""),
        (
            "a b:tightened() p:split(c) q:split(c) r:split(c) m:merged(d,e) n:new() f",
            "w",
        ),
    ]);
    let given = answers("a=goed~ b=goed c=goed d=goed e=goed f=slecht w=goed");
    let opening = Opening::new();
    let counts = moved(&way, draft(&given, &opening), day("2026-02-01")).counts;
    let expected = json!({
        "kept": 2, "toConfirm": 1, "evidenceMissing": 0, "new": 1, "withdrawn": 1,
        "askedAgain": {"tightened": 1, "split": 3, "merged": 1, "evidenceExpired": 0},
    });
    assert_eq!(serde_json::to_value(counts).expect("json"), expected);
}

#[test]
fn the_shipped_framework_moves_every_answer_of_its_first_version() {
    let shipped = |code: &str| -> Arc<Document> {
        library()
            .iter()
            .map(|(_, text)| check::from_yaml(text).expect("a document"))
            .find(|document| document.version.code == *code)
            .expect("a version")
            .into()
    };
    let (source, target) = (shipped("2025-1"), shipped("2026-1"));
    let way = Way {
        fates: carry(&[&target]),
        source: source.clone(),
        target,
    };
    let given: Vec<Answer> = source
        .criteria()
        .filter(|(_, criterion)| criterion.is_for("pz"))
        .map(|(_, criterion)| {
            let scale = source.scale_of(criterion).expect("a scale");
            let level = scale.levels.first().expect("a level");
            given(
                criterion.code.as_str(),
                level.code.as_str(),
                AnswerOrigin::Answered,
            )
        })
        .collect();
    let opening = Opening::new();
    let after = moved(&way, draft(&given, &opening), day("2026-02-01"));
    let told = told(&after);
    for passage in [
        "ouderrolOndersteuning:merged(ouderrolGesprek=volledig@2025-1,veerkrachtContext=volledig@2025-1)",
        "interneAfspraken:split(afspraken=volledig@2025-1)",
        "externeAfspraken:split(afspraken=volledig@2025-1)",
        "stap3Gewaarborgd=volledig",
        "andereVoorziening=volledig@2025-1",
        "cijfersOpvolgen=",
    ] {
        assert!(told.contains(passage), "{passage} in {told}");
    }
    let shown: HashSet<&str> = after
        .opening
        .values()
        .flat_map(|asked| &asked.previous)
        .chain(&after.withdrawn)
        .map(|previous| previous.answer.criterion_code.as_str())
        .collect();
    let stand = after.answers.len();
    assert_eq!(
        stand + shown.len(),
        given.len(),
        "each answer is in one place"
    );
}
