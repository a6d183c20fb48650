//! Handing in: the revision is frozen, and the facility's self-assessment of an earlier cycle is superseded.
use std::collections::HashSet;

use super::state_store::{self, Neighbour};
use super::store::{self, Head};
use super::{Answer, Purpose, cycle_store, places, revision_store, rules, work};
use crate::access::Tx;
use crate::audit::frozen::{SUBMITTED, Submitted};
use crate::audit::{self, Event};
use crate::db::types::{Id, JsonText};
use crate::framework::document::Code;
use crate::http::IfMatch;
use crate::problem::Problem;

/// Hands the caller's own draft in, at the edit that the caller has seen (none: at whichever it is), when nothing is missing.
pub fn submit(tx: &mut Tx, id: Id, seen: Option<&IfMatch>) -> Result<Head, Problem> {
    take_turn(tx, id)?;
    let draft = work::lock(tx, id, seen)?;
    let document = store::document(tx, &draft)?;
    let missing = rules::missing(&work::position(tx, &draft, &document)?);
    Problem::refuse(missing)?;
    let opens = cycle_store::get(tx, draft.cycle_id)?.opens;
    let (earlier, later) = state_store::neighbours(tx, &draft, opens)?;
    let submitted = state_store::close(tx, &draft, later)?;
    let said = freeze(tx, &submitted)?;
    record(tx, &submitted, &said)?;
    for one in earlier {
        supersede(tx, &one, &submitted)?;
    }
    Ok(submitted)
}

/// A facility's self-assessments are handed in and taken up again one at a time. Before any row is locked: or two at once would not
/// see each other, or wait for each other.
pub(super) fn take_turn(tx: &mut Tx, id: Id) -> Result<(), Problem> {
    let facility = store::own_head(tx, id)?.facility_id;
    take_turn_of(tx, facility)
}

/// The same, for what is done to the facility's self-assessments together.
pub(crate) fn take_turn_of(tx: &mut Tx, facility: Id) -> Result<(), Problem> {
    tx.wait_for_name(&format!("submissions of {facility}"))
}

fn record(tx: &mut Tx, submitted: &Head, said: &Submitted) -> Result<(), Problem> {
    let event = Event::new(SUBMITTED, "selfAssessment", submitted.id);
    let event = work::of_facility(event, submitted).to_inspectors(is_seen(submitted));
    audit::record(tx, event.with(said)?)
}

/// Do inspectors see it once it is handed in?
fn is_seen(head: &Head) -> bool {
    head.purpose == Purpose::InspectionPreparation
}

/// Keeps the revision as it is, without the answers that apply nowhere or whose criterion is gone: they are its facility's alone.
fn freeze(tx: &mut Tx, head: &Head) -> Result<Submitted, Problem> {
    let mut view = store::current(tx, head)?;
    view.withdrawn_answers.clear();
    let somewhere = applying_somewhere(tx, head, &view.answers)?;
    let hidden = &view.progress.not_applicable;
    view.answers.retain(|answer| {
        let code = answer.criterion_code.as_str();
        let is_hidden = hidden.iter().any(|verdict| verdict.criterion_code == *code);
        !is_hidden || somewhere.iter().any(|known| *known == *code)
    });
    // What was removed before it was handed in is its facility's alone too.
    view.redactions.clear();
    let document = JsonText::of(&view)?;
    revision_store::insert(tx, head, &document)?;
    crate::attachment::refer(tx, head, &view.answers)?;
    Submitted::of(head.revision, &document)
}

/// The criteria that apply at a place that says otherwise than the whole. Mostly none does, and nothing is read.
fn applying_somewhere(
    tx: &mut Tx,
    head: &Head,
    answers: &[Answer],
) -> Result<HashSet<Code>, Problem> {
    if answers.iter().all(|answer| answer.exceptions.is_empty()) {
        return Ok(HashSet::new());
    }
    let (document, places) = (store::document(tx, head)?, work::places_of(tx, head)?);
    let standings = rules::standings(answers);
    Ok(places::applying(
        &document,
        &head.facility_type,
        &standings,
        &places,
    ))
}

/// Lets one make way for what was just handed in.
fn supersede(tx: &mut Tx, one: &Neighbour, by: &Head) -> Result<(), Problem> {
    state_store::supersede(tx, one, by.id)?;
    let event = Event::new("selfAssessmentSuperseded", "selfAssessment", one.id);
    let said = serde_json::json!({"supersededBy": by.id});
    let event = work::of_facility(event, by).to_inspectors(is_seen(by));
    audit::record(tx, event.with(&said)?)
}
