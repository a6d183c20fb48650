//! What a self-assessment's answers mean: which criteria ask for a person, how far it is, what is missing. Pure: the clock is given.
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use chrono::{Months, NaiveDate};

use super::{
    Answer, AnswerInput, AnswerOrigin, Asked, OpenCriterion, OpenReason, Opening, Outcome,
    PreviousAnswer, Progress, SelfAssessmentSummary, ThemeResult,
};
use crate::framework::document::{Code, Criterion, Document};
use crate::framework::rules::{Carry, Difference, Verdict, applicability};
use crate::problem::Issue;
use crate::text::Text;

/// What of an answer decides about others: its level and how it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The level.
    pub level: String,
    /// How it came to stand here.
    pub origin: AnswerOrigin,
    /// Whether it carries evidence.
    pub has_evidence: bool,
}

/// The standing of every answer, by criterion.
pub type Standings = BTreeMap<String, Standing>;

/// The standings of whole answers.
pub fn standings(answers: &[Answer]) -> Standings {
    answers
        .iter()
        .map(|answer| {
            let standing = Standing {
                level: answer.level.clone(),
                origin: answer.origin,
                has_evidence: !answer.evidence.is_empty(),
            };
            (answer.criterion_code.clone(), standing)
        })
        .collect()
}

/// Which criteria apply with these answers, and why.
pub fn verdicts(document: &Document, facility_type: &str, standings: &Standings) -> Vec<Verdict> {
    applicability(document, facility_type, &|code| {
        standings.get(code).map(|standing| standing.level.clone())
    })
}

/// The criteria of a draft that need something, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// How far.
    pub progress: Progress,
    /// Without an answer.
    pub open: Vec<String>,
    /// Carried over, not confirmed.
    pub to_confirm: Vec<String>,
    /// Answered, without the evidence that the level needs.
    pub without_evidence: Vec<String>,
}

/// How far a self-assessment is. Criteria that do not apply are not counted.
pub fn position(document: &Document, verdicts: &[Verdict], standings: &Standings) -> Position {
    let mut position = Position {
        progress: Progress {
            applicable: 0,
            answered: 0,
            confirmed: 0,
            to_confirm: 0,
            open: 0,
            complete: false,
        },
        open: Vec::new(),
        to_confirm: Vec::new(),
        without_evidence: Vec::new(),
    };
    for ((_, criterion), verdict) in document.criteria().zip(verdicts) {
        if verdict.applies {
            count(document, criterion, standings, &mut position);
        }
    }
    position.progress.complete = position.open.is_empty()
        && position.to_confirm.is_empty()
        && position.without_evidence.is_empty();
    position
}

fn count(
    document: &Document,
    criterion: &Criterion,
    standings: &Standings,
    position: &mut Position,
) {
    let code = criterion.code.to_string();
    let progress = &mut position.progress;
    progress.applicable += 1;
    let Some(standing) = standings.get(&code) else {
        progress.open += 1;
        position.open.push(code);
        return;
    };
    match standing.origin {
        AnswerOrigin::Answered => progress.answered += 1,
        AnswerOrigin::Confirmed => progress.confirmed += 1,
        AnswerOrigin::CarriedOver => {
            progress.to_confirm += 1;
            position.to_confirm.push(code.clone());
        }
    }
    if !standing.has_evidence && document.needs_evidence(criterion, &standing.level) {
        position.without_evidence.push(code);
    }
}

/// What still needs a person, with the reason and last time's answers.
pub fn open_criteria(position: &Position, opening: &Opening) -> Vec<OpenCriterion> {
    position
        .open
        .iter()
        .map(|code| {
            let asked = opening.get(code).cloned().unwrap_or(Asked {
                reason: OpenReason::NotAnswered,
                explanations: Vec::new(),
                previous: Vec::new(),
            });
            OpenCriterion {
                criterion_code: code.clone(),
                reason: asked.reason,
                explanations: asked.explanations,
                previous: asked.previous,
            }
        })
        .collect()
}

/// Everything that stands in the way of a submission, each named.
pub fn missing(position: &Position) -> Vec<Issue> {
    let mut issues = Vec::new();
    for code in &position.open {
        issues.push(Issue::body(
            "missingAnswer",
            format!("answers.{code}"),
            Text::new(
                format!("Criterium {code} is nog niet beantwoord."),
                format!("Le critère {code} n'a pas encore de réponse."),
                format!("Criterion {code} is not answered yet."),
            ),
        ));
    }
    for code in &position.to_confirm {
        issues.push(Issue::body(
            "unconfirmedAnswer",
            format!("answers.{code}"),
            Text::new(
                format!("Het overgenomen antwoord op {code} is nog niet bevestigd; bevestig het met POST …/confirmations of antwoord opnieuw."),
                format!("La réponse reprise pour {code} n'est pas encore confirmée ; confirmez-la par POST …/confirmations ou répondez à nouveau."),
                format!("The answer carried over for {code} is not confirmed yet; confirm it with POST …/confirmations or answer anew."),
            ),
        ));
    }
    for code in &position.without_evidence {
        issues.push(Issue::body(
            "missingEvidence",
            format!("answers.{code}.evidence"),
            Text::new(
                format!("Bij criterium {code} hoort op dit niveau een bewijsstuk."),
                format!("Le critère {code} demande une pièce justificative à ce niveau."),
                format!("Criterion {code} needs a piece of evidence on this level."),
            ),
        ));
    }
    issues
}

/// Counts the answers per theme and level.
pub fn outcome(
    document: &Document,
    summary: &SelfAssessmentSummary,
    standings: &Standings,
) -> Outcome {
    let verdicts = verdicts(document, &summary.facility_type, standings);
    let mut themes: Vec<ThemeResult> = Vec::new();
    for ((theme, criterion), verdict) in document.criteria().zip(&verdicts) {
        if !verdict.applies {
            continue;
        }
        if themes
            .last()
            .is_none_or(|last| theme.code != *last.theme_code.as_str())
        {
            themes.push(ThemeResult {
                theme_code: theme.code.to_string(),
                applicable: 0,
                levels: BTreeMap::new(),
            });
        }
        if let Some(counted) = themes.last_mut() {
            counted.applicable += 1;
            if let Some(standing) = standings.get(criterion.code.as_str()) {
                *counted.levels.entry(standing.level.clone()).or_default() += 1;
            }
        }
    }
    Outcome {
        rule: "answersPerThemeAndLevel".to_owned(),
        framework_code: summary.framework_code.clone(),
        version_code: summary.version_code.clone(),
        facility_type: summary.facility_type.clone(),
        revision: summary.revision,
        themes,
        criteria: verdicts,
    }
}

/// What is wrong with an answer to this criterion, each fault under `at`.
pub fn check_answer(
    document: &Document,
    facility_type: &str,
    code: &str,
    answer: &AnswerInput,
    at: &str,
    faults: &mut Vec<Issue>,
) {
    let Some(criterion) = document
        .criterion(code)
        .filter(|criterion| is_for(criterion, facility_type))
    else {
        faults.push(unknown_criterion(
            document,
            code,
            &format!("{at}criterionCode"),
        ));
        return;
    };
    let levels: Vec<&str> = document
        .scale_of(criterion)
        .map(|scale| {
            scale
                .levels
                .iter()
                .map(|level| level.code.as_str())
                .collect()
        })
        .unwrap_or_default();
    match document.level(criterion, &answer.level) {
        None => faults.push(unknown_level(&answer.level, &levels, &format!("{at}level"))),
        Some(level) if level.needs_note && answer.note.is_none() => {
            faults.push(Issue::body(
                "missing",
                format!("{at}note"),
                Text::new(
                    format!("Bij niveau {} hoort een toelichting.", level.code),
                    format!("Le niveau {} demande une explication.", level.code),
                    format!("Level {} needs a note.", level.code),
                ),
            ));
        }
        Some(_) => {}
    }
    for (index, piece) in answer.evidence.iter().enumerate() {
        let at = format!("{at}evidence[{index}].");
        match document.evidence_kind(&piece.kind) {
            None => faults.push(unknown_evidence(
                document,
                &piece.kind,
                &format!("{at}kind"),
            )),
            Some(kind) if kind.counts_files != piece.files_checked.is_some() => {
                faults.push(Issue::body(
                    "fileCounts",
                    format!("{at}filesChecked"),
                    if kind.counts_files {
                        Text::new(
                            "Bij deze soort horen filesChecked en filesMet.",
                            "Ce genre demande filesChecked et filesMet.",
                            "This kind needs filesChecked and filesMet.",
                        )
                    } else {
                        Text::new(
                            "Deze soort telt geen dossiers; laat filesChecked en filesMet weg.",
                            "Ce genre ne compte pas de dossiers ; omettez filesChecked et filesMet.",
                            "This kind counts no files; leave filesChecked and filesMet out.",
                        )
                    },
                ));
            }
            Some(_) => {}
        }
    }
}

/// Does the criterion apply to this facility type at all, whatever the answers?
fn is_for(criterion: &Criterion, facility_type: &str) -> bool {
    criterion.applies_to.as_ref().is_none_or(|applies| {
        applies.facility_types.is_empty()
            || applies
                .facility_types
                .iter()
                .any(|code| *code == *facility_type)
    })
}

/// A criterion that this version does not ask of this facility type.
pub fn unknown_criterion(document: &Document, code: &str, name: &str) -> Issue {
    let (framework, version) = (&document.code, &document.version.code);
    Issue::body(
        "unknownCriterion",
        name,
        Text::new(
            format!("Dit criterium wordt hier niet gevraagd; zie GET /v1/frameworks/{framework}/versions/{version}."),
            format!("Ce critère n'est pas demandé ici ; voir GET /v1/frameworks/{framework}/versions/{version}."),
            format!("This criterion is not asked here; see GET /v1/frameworks/{framework}/versions/{version}."),
        ),
    )
    .with_value(code)
}

fn unknown_level(given: &str, levels: &[&str], name: &str) -> Issue {
    let levels = levels.join(", ");
    Issue::body(
        "unknownLevel",
        name,
        Text::new(
            format!("Dit niveau bestaat niet op deze schaal; gebruik: {levels}."),
            format!("Ce niveau n'existe pas sur cette échelle ; utilisez : {levels}."),
            format!("There is no such level on this scale; use: {levels}."),
        ),
    )
    .with_value(given)
}

fn unknown_evidence(document: &Document, given: &str, name: &str) -> Issue {
    let kinds: Vec<&str> = document
        .evidence_kinds
        .iter()
        .map(|kind| kind.code.as_str())
        .collect();
    let kinds = kinds.join(", ");
    Issue::body(
        "unknownEvidenceKind",
        name,
        Text::new(
            format!("Deze soort bewijs kent het referentiekader niet; gebruik: {kinds}."),
            format!("Le référentiel ne connaît pas ce genre de preuve ; utilisez : {kinds}."),
            format!("The framework does not know this kind of evidence; use: {kinds}."),
        ),
    )
    .with_value(given)
}

/// The facility's last self-assessment, as a new one starts from it.
#[derive(Debug, Clone)]
pub struct Last {
    /// The version that it was answered against.
    pub version: String,
    /// Its answers.
    pub answers: Vec<Answer>,
}

/// What a new self-assessment starts with: answers that still stand, and why the others are asked.
///
/// An answer stands when its criterion means what it meant and its evidence has not expired today. `carry` says the first, per
/// criterion of the new version; nothing in it for a criterion of the same version.
pub fn start(
    document: &Document,
    last: Option<&Last>,
    carry: Option<&BTreeMap<Code, Carry>>,
    today: NaiveDate,
) -> (Vec<Answer>, Opening) {
    let mut answers = Vec::new();
    let mut opening = Opening::new();
    let Some(last) = last else {
        return (answers, opening);
    };
    for (_, criterion) in document.criteria() {
        let code = criterion.code.to_string();
        let kept = Carry::Keep(criterion.code.clone());
        let fate = match carry {
            Some(carry) => carry.get(&criterion.code).unwrap_or(&kept),
            None => &kept,
        };
        match fate {
            Carry::Keep(from) => {
                let Some(answer) = find(last, from.as_str()) else {
                    continue;
                };
                if expired(criterion, answer, today)
                    || document.level(criterion, &answer.level).is_none()
                {
                    let previous = vec![as_previous(last, answer)];
                    insert(
                        &mut opening,
                        code,
                        OpenReason::EvidenceExpired,
                        Vec::new(),
                        previous,
                    );
                } else {
                    answers.push(carried(criterion, answer));
                }
            }
            Carry::Ask {
                kind,
                from,
                explanations,
            } => {
                let previous = from
                    .iter()
                    .filter_map(|code| find(last, code.as_str()))
                    .map(|answer| as_previous(last, answer))
                    .collect();
                insert(
                    &mut opening,
                    code,
                    reason(*kind),
                    explanations.clone(),
                    previous,
                );
            }
        }
    }
    (answers, opening)
}

fn insert(
    opening: &mut Opening,
    code: String,
    reason: OpenReason,
    explanations: Vec<crate::framework::document::Texts>,
    previous: Vec<PreviousAnswer>,
) {
    if let Entry::Vacant(place) = opening.entry(code) {
        place.insert(Asked {
            reason,
            explanations,
            previous,
        });
    }
}

fn find<'a>(last: &'a Last, code: &str) -> Option<&'a Answer> {
    last.answers
        .iter()
        .find(|answer| answer.criterion_code == code)
}

fn carried(criterion: &Criterion, answer: &Answer) -> Answer {
    Answer {
        criterion_code: criterion.code.to_string(),
        origin: AnswerOrigin::CarriedOver,
        confirmed_by: None,
        confirmed_at: None,
        ..answer.clone()
    }
}

fn as_previous(last: &Last, answer: &Answer) -> PreviousAnswer {
    PreviousAnswer {
        version_code: last.version.clone(),
        answer: answer.clone(),
    }
}

fn reason(kind: Difference) -> OpenReason {
    match kind {
        Difference::New => OpenReason::New,
        Difference::Split => OpenReason::Split,
        Difference::Merged => OpenReason::Merged,
        Difference::Tightened | Difference::Editorial | Difference::Withdrawn => {
            OpenReason::Tightened
        }
    }
}

/// Is the evidence behind the answer too old? Its youngest piece counts; without a date, the day of the answer.
fn expired(criterion: &Criterion, answer: &Answer, today: NaiveDate) -> bool {
    let Some(months) = criterion.evidence_valid_months else {
        return false;
    };
    let answered = answer.answered_at.0.date_naive();
    let youngest = answer
        .evidence
        .iter()
        // A day in the future would never grow old: nothing was seen after it was answered.
        .map(|piece| piece.observed_on.unwrap_or(answered).min(answered))
        .max()
        .unwrap_or(answered);
    youngest
        .checked_add_months(Months::new(months))
        .is_some_and(|end| end <= today)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::audit::ActorView;
    use crate::db::types::Moment;
    use crate::framework::{check, library, rules::carry};
    use crate::self_assessment::Evidence;

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
            origin: AnswerOrigin::Answered,
            answered_by: ActorView {
                id: "an".into(),
                name: None,
                role: "facility".into(),
                client: None,
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
}
