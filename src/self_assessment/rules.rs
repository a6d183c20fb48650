//! What a self-assessment's answers mean: which criteria ask for a person, how far it is, what is missing. Pure: the clock is given.
use std::collections::BTreeMap;

use chrono::{Months, NaiveDate};

use super::places::{self, Said};
use super::{
    Answer, AnswerOrigin, Asked, Evidence, OpenCriterion, OpenReason, Opening, Outcome,
    PreviousAnswer, Progress, SelfAssessmentSummary, ThemeResult,
};
use crate::facility::Place;
use crate::framework::document::{Code, Criterion, Document};
use crate::framework::rules::{Carry, Difference, Verdict, applicability};
use crate::problem::Issue;
use crate::text::Text;

mod given;

pub use given::{asked, check_answer, check_evidence, unknown_criterion};

/// What of an answer decides about others: its level and how it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The level.
    pub level: String,
    /// How it came to stand here.
    pub origin: AnswerOrigin,
    /// Whether it carries evidence.
    pub has_evidence: bool,
    /// What places say otherwise.
    pub exceptions: Vec<Said>,
}

/// The standing of every answer, by criterion.
pub type Standings = BTreeMap<String, Standing>;

impl From<&Answer> for Standing {
    fn from(answer: &Answer) -> Self {
        Self {
            level: answer.level.clone(),
            origin: answer.origin,
            has_evidence: !answer.evidence.is_empty(),
            exceptions: answer.exceptions.iter().map(Said::from).collect(),
        }
    }
}

/// The standings of whole answers.
pub fn standings(answers: &[Answer]) -> Standings {
    answers
        .iter()
        .map(|answer| (answer.criterion_code.clone(), answer.into()))
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
            rule: "answersToWhatApplies".to_owned(),
            version_code: document.version.code.to_string(),
            applicable: 0,
            answered: 0,
            confirmed: 0,
            to_confirm: 0,
            open: 0,
            without_evidence: 0,
            complete: false,
            not_applicable: Vec::new(),
        },
        open: Vec::new(),
        to_confirm: Vec::new(),
        without_evidence: Vec::new(),
    };
    for ((_, criterion), verdict) in document.criteria().zip(verdicts) {
        if verdict.applies {
            count(document, criterion, standings, &mut position);
        } else {
            position.progress.not_applicable.push(verdict.clone());
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
    if is_bare(document, criterion, standing) {
        progress.without_evidence += 1;
        position.without_evidence.push(code);
    }
}

/// Does an answer lack the evidence that its level needs, or what a place says otherwise?
pub fn is_bare(document: &Document, criterion: &Criterion, standing: &Standing) -> bool {
    let is_bare = |level: &str, has_evidence: bool| {
        !has_evidence && document.needs_evidence(criterion, level)
    };
    let mut exceptions = standing.exceptions.iter();
    is_bare(&standing.level, standing.has_evidence)
        || exceptions.any(|one| is_bare(&one.level, one.has_evidence))
}

/// What still needs a person, with the reason and last time's answers.
pub fn open_criteria(position: &Position, opening: &Opening) -> Vec<OpenCriterion> {
    let unanswered = position.open.iter().map(|code| {
        let asked = opening.get(code).cloned();
        (code, asked.unwrap_or(Asked::only(OpenReason::NotAnswered)))
    });
    let bare = position
        .without_evidence
        .iter()
        .map(|code| (code, Asked::only(OpenReason::EvidenceMissing)));
    unanswered
        .chain(bare)
        .map(|(code, asked)| OpenCriterion {
            criterion_code: code.clone(),
            reason: asked.reason,
            explanations: asked.explanations,
            previous: asked.previous,
        })
        .collect()
}

/// The criteria that do not apply, and have no answer.
pub fn hidden_unanswered(position: &Position, standings: &Standings) -> Vec<String> {
    let hidden = position.progress.not_applicable.iter();
    hidden
        .map(|verdict| verdict.criterion_code.to_string())
        .filter(|code| !standings.contains_key(code))
        .collect()
}

/// What was answered to these before they changed: it would be asked again if they applied.
pub fn earlier_answers(codes: &[String], opening: &Opening) -> Vec<PreviousAnswer> {
    let asked = codes.iter().filter_map(|code| opening.get(code));
    asked.flat_map(|asked| asked.previous.clone()).collect()
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

/// Counts the answers per theme and level, for the whole and for each place.
pub fn outcome(
    document: &Document,
    summary: &SelfAssessmentSummary,
    standings: &Standings,
    places: &[Place],
) -> Outcome {
    let verdicts = verdicts(document, &summary.facility_type, standings);
    Outcome {
        rule: "answersPerThemeAndLevel".to_owned(),
        framework_code: summary.framework_code.clone(),
        version_code: summary.version_code.clone(),
        facility_type: summary.facility_type.clone(),
        revision: summary.revision,
        themes: themes(document, &verdicts, standings),
        criteria: verdicts,
        places: places::results(document, &summary.facility_type, standings, places),
    }
}

/// The answers to what applies, counted per theme and level.
pub fn themes(
    document: &Document,
    verdicts: &[Verdict],
    standings: &Standings,
) -> Vec<ThemeResult> {
    let mut themes: Vec<ThemeResult> = Vec::new();
    for ((theme, criterion), verdict) in document.criteria().zip(verdicts) {
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
    themes
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
/// `carry` tells, per criterion of the new version, whether the old answer stands; absent when last time's version is this one. An
/// answer stands when its criterion means what it meant and its evidence has not expired today.
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
        let kept = Carry::Keep(criterion.code.clone());
        let fate = carry.and_then(|carry| carry.get(&criterion.code));
        let asked = match fate.unwrap_or(&kept) {
            Carry::Keep(from) => {
                let Some(answer) = find(last, from.as_str()) else {
                    continue;
                };
                let Some(reason) = fallen(document, criterion, answer, today) else {
                    answers.push(carried(criterion, answer));
                    continue;
                };
                Asked {
                    previous: vec![PreviousAnswer::of(&last.version, answer)],
                    ..Asked::only(reason)
                }
            }
            Carry::Ask {
                kind,
                from,
                explanations,
            } => Asked {
                reason: reason(*kind),
                explanations: explanations.clone(),
                previous: from
                    .iter()
                    .filter_map(|code| find(last, code.as_str()))
                    .map(|answer| PreviousAnswer::of(&last.version, answer))
                    .collect(),
            },
        };
        opening.insert(criterion.code.to_string(), asked);
    }
    (answers, opening)
}

/// Why an answer to a criterion that means what it meant does not stand any more; nothing, when it does.
fn fallen(
    document: &Document,
    criterion: &Criterion,
    answer: &Answer,
    today: NaiveDate,
) -> Option<OpenReason> {
    if lacks_level(document, criterion, answer) {
        return Some(OpenReason::Tightened);
    }
    expired(criterion, answer, today).then_some(OpenReason::EvidenceExpired)
}

/// Is an answer on a level that the criterion's scale lacks, or what a place says otherwise?
pub fn lacks_level(document: &Document, criterion: &Criterion, answer: &Answer) -> bool {
    let others = answer.exceptions.iter().map(|one| &one.level);
    std::iter::once(&answer.level)
        .chain(others)
        .any(|level| document.level(criterion, level).is_none())
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

/// The reason that a change of this kind gives.
pub fn reason(kind: Difference) -> OpenReason {
    match kind {
        Difference::New => OpenReason::New,
        Difference::Split => OpenReason::Split,
        Difference::Merged => OpenReason::Merged,
        Difference::Tightened | Difference::Editorial | Difference::Withdrawn => {
            OpenReason::Tightened
        }
    }
}

/// Is the evidence behind the answer too old, or that behind what a place says otherwise? The youngest piece of each counts; without a
/// date, the day of the answer.
pub fn expired(criterion: &Criterion, answer: &Answer, today: NaiveDate) -> bool {
    let Some(months) = criterion.evidence_valid_months else {
        return false;
    };
    let answered = answer.answered_at.day();
    let youngest = |evidence: &[Evidence]| {
        let days = evidence
            .iter()
            // A day in the future would never grow old: nothing was seen after it was answered.
            .map(|piece| piece.observed_on.unwrap_or(answered).min(answered));
        days.max().unwrap_or(answered)
    };
    let others = answer.exceptions.iter().map(|one| one.evidence.as_slice());
    std::iter::once(answer.evidence.as_slice())
        .chain(others)
        .filter_map(|evidence| youngest(evidence).checked_add_months(Months::new(months)))
        .any(|end| end <= today)
}

#[cfg(test)]
mod tests;
