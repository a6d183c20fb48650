//! What the holder of a link finds and hands in, each judged in one transaction.
use std::sync::Arc;

use super::inputs::ContributionAnswersInput;
use super::store::{self, Around, Row};
use super::{ContributionLink, LinkStatus, Question, QuestionLevel, Questionnaire, rules};
use crate::access::Tx;
use crate::access::link::Link;
use crate::audit::{self, Event};
use crate::framework;
use crate::framework::document::{Criterion, Document};
use crate::problem::{Issue, Problem};
use crate::self_assessment::{Purpose, store as assessments};
use crate::step_plan;

/// A contribution as its link leads to it.
pub struct Opened {
    link: Link,
    row: Row,
    around: Around,
    document: Arc<Document>,
    /// The criteria that the draft's version still asks: a version that a draft moved to can have withdrawn one.
    asked: Vec<String>,
    /// What there is to find.
    pub status: LinkStatus,
}

impl Opened {
    /// The criteria that are asked.
    pub fn asked(&self) -> &[String] {
        &self.asked
    }
}

/// Looks at what a link leads to. It changes nothing.
pub fn open(tx: &mut Tx, link: Link) -> Result<Opened, Problem> {
    let (row, around) = store::by_link(tx, link)?;
    let (framework, version) = (&around.framework_code, &around.version_code);
    let document = framework::store::published(tx, framework, version)?
        .ok_or_else(|| Problem::internal("a draft points to a version that is not published"))?;
    let mut asked = row.criteria()?;
    asked.retain(|code| {
        let criterion = document.criterion(code);
        criterion.is_some_and(|criterion| criterion.is_for(&around.facility_type))
    });
    let status = rules::link_status(row.status(tx.now), around.status, asked.len());
    Ok(Opened {
        link,
        row,
        around,
        document,
        asked,
        status,
    })
}

/// Looks at what a link leads to, to answer it: the self-assessment is held until the end of the transaction, so it is not handed in meanwhile.
pub fn open_to_answer(tx: &mut Tx, link: Link) -> Result<Opened, Problem> {
    let (row, _) = store::by_link(tx, link)?;
    assessments::hold(tx, row.self_assessment_id)?;
    open(tx, link)
}

/// What a link shows.
pub fn view(tx: &mut Tx, opened: &Opened) -> Result<ContributionLink, Problem> {
    let questionnaire = match opened.status {
        LinkStatus::Open => Some(questionnaire(tx, opened)?),
        _ => None,
    };
    Ok(ContributionLink {
        status: opened.status,
        explanation: rules::explanation(opened.status).map(rules::as_texts),
        questionnaire,
    })
}

/// The questions of an open link.
pub fn questionnaire(tx: &mut Tx, opened: &Opened) -> Result<Questionnaire, Problem> {
    let (row, document, around) = (&opened.row, &opened.document, &opened.around);
    let unit = row.unit_id.or(around.unit_id);
    let words = step_plan::words_for(tx, around.facility_id, document, unit)?;
    let earlier = row.answers()?;
    let questions = opened.asked.iter().filter_map(|code| {
        let criterion = document.criterion(code)?;
        let mut question = question(document, criterion);
        if let Some(words) = &words {
            question.own_steps = words.beside(code).to_vec();
        }
        let mut earlier = earlier.iter();
        question.answer = earlier
            .find(|answer| answer.criterion_code == *code)
            .cloned();
        Some(question)
    });
    Ok(Questionnaire {
        facility_name: around.facility_name.clone(),
        unit_name: store::unit_name(tx, unit)?,
        message: row.message.clone(),
        return_reason: row.return_reason.clone(),
        expires: row.expires_at,
        version_code: around.version_code.clone(),
        questions: questions.collect(),
        evidence_kinds: document.evidence_kinds.clone(),
        given_by: row.given_by.clone(),
        language: document.default_language,
    })
}

fn question(document: &Document, criterion: &Criterion) -> Question {
    let scale = document.scale_of(criterion).into_iter();
    let levels = scale.flat_map(|scale| &scale.levels);
    Question {
        criterion_code: criterion.code.to_string(),
        text: criterion.text.clone(),
        guidance: criterion.guidance.clone(),
        own_steps: Vec::new(),
        evidence_required: criterion.evidence_required,
        levels: levels
            .map(|level| QuestionLevel {
                code: level.code.to_string(),
                title: level.title.clone(),
                description: level.description.clone(),
                needs_note: level.needs_note,
            })
            .collect(),
        answer: None,
    }
}

/// Everything that is wrong with what is handed in by an open link.
pub fn faults_of(opened: &Opened, given: &ContributionAnswersInput) -> Vec<Issue> {
    let facility_type = &opened.around.facility_type;
    rules::faults_of(&opened.document, facility_type, &opened.asked, given)
}

/// 409, saying why; nothing where the link is open.
pub fn closed(status: LinkStatus) -> Option<Problem> {
    rules::explanation(status).map(Problem::conflict)
}

/// Keeps what came by an open link, when nobody was first.
pub fn keep(tx: &mut Tx, opened: &Opened, given: &ContributionAnswersInput) -> Result<(), Problem> {
    let version = &opened.around.version_code;
    if !store::keep_answers(tx, opened.link, &opened.row, version, given)? {
        // Read again: somebody handed in, or the coordinator took it back or gave a new link, in the same moment.
        let now = open(tx, opened.link)?;
        return Err(closed(now.status).unwrap_or_else(Problem::stale));
    }
    let around = &opened.around;
    let event = Event::new("contributionAnswered", "contribution", opened.row.id)
        .of(around.organisation_id, Some(around.facility_id))
        .only_own(around.purpose == Purpose::OwnImprovement)
        .with(given)?;
    audit::record(tx, event)
}

/// Hands in by a link: all faults at once, and 409 where it cannot be answered.
pub fn hand_in(
    tx: &mut Tx,
    link: Link,
    given: &ContributionAnswersInput,
) -> Result<ContributionLink, Problem> {
    let opened = open_to_answer(tx, link)?;
    if let Some(conflict) = closed(opened.status) {
        return Err(conflict);
    }
    let faults = faults_of(&opened, given);
    Problem::refuse(faults)?;
    keep(tx, &opened, given)?;
    let now = open(tx, link)?;
    view(tx, &now)
}
