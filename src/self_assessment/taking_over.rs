//! Answers that somebody else gave, taken over into a draft by who may answer it.
use super::answer_store;
use super::checks;
use super::places::{AnswerException, AnswerExceptionInput, MOST_EXCEPTIONS};
use super::store::{self, Head};
use super::work;
use super::{Answer, AnswerInput, AnswerOrigin, AnswersSaved};
use crate::access::Tx;
use crate::audit::ActorView;
use crate::db::types::{Id, Moment};
use crate::http::checks::at_most;
use crate::problem::{Issue, Problem};
use crate::text::Text;

/// Who gave the answers, and when.
pub struct Given {
    /// Who.
    pub by: ActorView,
    /// When.
    pub at: Moment,
}

/// One answer to take over.
pub struct Taken {
    /// The criterion.
    pub criterion_code: String,
    /// What is said.
    pub answer: AnswerInput,
    /// The unit that says it otherwise than the whole; none: it is the answer of the whole.
    pub unit: Option<Id>,
}

impl Taken {
    fn exception(&self, unit: Id) -> AnswerExceptionInput {
        AnswerExceptionInput {
            site_ids: Vec::new(),
            unit_ids: vec![unit],
            level: self.answer.level.clone(),
            note: self.answer.note.clone(),
            evidence: self.answer.evidence.clone(),
        }
    }

    /// The places that it names, for the check of those.
    fn placed(&self) -> (String, AnswerInput) {
        let exceptions = self.unit.map(|unit| self.exception(unit));
        let input = AnswerInput {
            exceptions: exceptions.into_iter().collect(),
            ..self.answer.clone()
        };
        (self.criterion_code.clone(), input)
    }

    /// The draft's answer once this is in it. What other places say stays; what the same unit said before is replaced.
    fn within(&self, stands: Option<&Answer>, given: &Given) -> Option<Answer> {
        let Some(unit) = self.unit else {
            return Some(self.as_whole(stands, given));
        };
        let mut answer = stands?.clone();
        for one in &mut answer.exceptions {
            one.unit_ids.retain(|id| *id != unit);
        }
        answer
            .exceptions
            .retain(|one| !one.unit_ids.is_empty() || !one.site_ids.is_empty());
        answer.exceptions.push(AnswerException {
            answered_by: Some(given.by.clone()),
            ..AnswerException::from(self.exception(unit))
        });
        Some(answer)
    }

    fn as_whole(&self, stands: Option<&Answer>, given: &Given) -> Answer {
        Answer {
            criterion_code: self.criterion_code.clone(),
            level: self.answer.level.clone(),
            note: self.answer.note.clone(),
            evidence: self.answer.evidence.clone(),
            exceptions: stands.map_or_else(Vec::new, |stands| stands.exceptions.clone()),
            origin: AnswerOrigin::Answered,
            answered_by: given.by.clone(),
            answered_at: given.at,
            confirmed_by: None,
            confirmed_at: None,
        }
    }
}

/// The criteria of a draft that have an answer.
pub fn answered(tx: &mut Tx, head: &Head) -> Result<Vec<String>, Problem> {
    let standings = answer_store::standings(tx, head.id)?;
    Ok(standings.into_keys().collect())
}

/// Puts answers of others into a draft that this transaction has locked, checked as its own are: 400 with every fault, in which `at` names
/// the answer.
pub fn take_over(
    tx: &mut Tx,
    head: &Head,
    taken: &[Taken],
    given: &Given,
    at: impl Fn(usize) -> String,
) -> Result<AnswersSaved, Problem> {
    let document = store::document(tx, head)?;
    if taken.is_empty() {
        return work::saved(tx, head, &document);
    }
    let stands = answer_store::answers(tx, head.id, &document)?;
    let whole: Vec<(String, AnswerInput)> = taken
        .iter()
        .map(|one| (one.criterion_code.clone(), one.answer.clone()))
        .collect();
    let placed: Vec<(String, AnswerInput)> = taken.iter().map(Taken::placed).collect();
    let mut faults = checks::check_each(&document, &head.facility_type, &whole, &at);
    checks::check_places(tx, head, &document, &placed, &at, &mut faults)?;
    let mut answers = Vec::new();
    for (index, one) in taken.iter().enumerate() {
        let mut stands = stands.iter();
        let stands = stands.find(|answer| answer.criterion_code == one.criterion_code);
        match one.within(stands, given) {
            Some(answer) => {
                let name = format!("{}exceptions", at(index));
                at_most(&name, answer.exceptions.len(), MOST_EXCEPTIONS, &mut faults);
                answers.push(answer);
            }
            None => faults.push(no_answer(&at(index), &one.criterion_code)),
        }
    }
    Problem::refuse(faults)?;
    work::keep(tx, head, &document, &answers)
}

/// There is nothing that the unit could say otherwise than.
fn no_answer(at: &str, code: &str) -> Issue {
    let name = at.trim_end_matches('.');
    let text = Text::new(
        "De voorziening heeft hier nog geen antwoord waarvan een afdeling kan afwijken; neem het over als antwoord (as: answer).",
        "La structure n'a pas encore ici de réponse dont une unité puisse s'écarter ; reprenez-la comme réponse (as : answer).",
        "The facility has no answer here yet that a unit can differ from; take it over as the answer (as: answer).",
    );
    Issue::body("noAnswerYet", name, text).with_value(code)
}
