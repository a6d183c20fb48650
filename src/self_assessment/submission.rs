//! Handing in: the revision is frozen, and the facility's self-assessment of an earlier cycle is superseded.
use diesel::prelude::*;

use super::store::{self, Head};
use super::{Purpose, Status, cycle_store, rules, work};
use crate::access::Tx;
use crate::audit::{self, ActorView, Event};
use crate::db::schema::{cycle, self_assessment, self_assessment_revision as revision};
use crate::db::types::{AnyBackend, Id, JsonText, Moment};
use crate::http::IfMatch;
use crate::problem::Problem;

/// Hands the caller's own draft in, at the edit that the caller has seen (none: at whichever it is), when nothing is missing.
pub fn submit(tx: &mut Tx, id: Id, seen: Option<&IfMatch>) -> Result<Head, Problem> {
    take_turn(tx, id)?;
    let draft = work::lock(tx, id, seen)?;
    let document = store::document(tx, &draft)?;
    let missing = rules::missing(&work::position(tx, &draft, &document)?);
    if !missing.is_empty() {
        return Err(Problem::faults(missing));
    }
    let (earlier, later) = neighbours(tx, &draft)?;
    let submitted = close(tx, &draft, later)?;
    freeze(tx, &submitted)?;
    record(tx, &submitted)?;
    for one in earlier {
        supersede(tx, &one, &submitted)?;
    }
    Ok(submitted)
}

/// A facility's self-assessments are handed in and taken up again one at a time. Before any row is locked: or two at once would not
/// see each other, or wait for each other.
pub(super) fn take_turn(tx: &mut Tx, id: Id) -> Result<(), Problem> {
    let facility = store::own_head(tx, id)?.facility_id;
    tx.wait_for_name(&format!("submissions of {facility}"))
}

fn record(tx: &mut Tx, submitted: &Head) -> Result<(), Problem> {
    let event = Event::new("selfAssessmentSubmitted", "selfAssessment", submitted.id);
    let said = serde_json::json!({"revision": submitted.revision});
    let event = work::whose(event, submitted).to_inspectors(is_seen(submitted));
    audit::record(tx, event.with(&said)?)
}

/// Do inspectors see it once it is handed in?
fn is_seen(head: &Head) -> bool {
    head.purpose == Purpose::InspectionPreparation
}

/// One of the facility's that was handed in.
struct Neighbour {
    id: Id,
    status: Status,
}

/// The facility's others against this framework for this purpose that were handed in: those of earlier cycles that nothing superseded
/// yet, and the one that supersedes this one, of the latest cycle. Cycles are in the order in which they open.
fn neighbours(tx: &mut Tx, head: &Head) -> Result<(Vec<Neighbour>, Option<Id>), Problem> {
    type Row = (Id, Status, Option<Id>, Moment, Id);
    let rows: Vec<Row> = self_assessment::table
        .inner_join(cycle::table)
        .filter(self_assessment::facility_id.eq(head.facility_id))
        .filter(self_assessment::framework_code.eq(&head.framework_code))
        .filter(self_assessment::purpose.eq(head.purpose))
        .filter(self_assessment::submitted_revision.is_not_null())
        .filter(self_assessment::id.ne(head.id))
        .order((cycle::opens, cycle::id))
        .select((
            self_assessment::id,
            self_assessment::state,
            self_assessment::superseded_by,
            cycle::opens,
            cycle::id,
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let own = (cycle_store::get(tx, head.cycle_id)?.opens, head.cycle_id);
    let (mut earlier, mut later) = (Vec::new(), None);
    for (id, status, superseded_by, opens, cycle) in rows {
        if (opens, cycle) > own {
            later = Some(id);
        } else if superseded_by.is_none() {
            earlier.push(Neighbour { id, status });
        }
    }
    Ok((earlier, later))
}

/// Closes a draft that this transaction has locked.
fn close(tx: &mut Tx, draft: &Head, later: Option<Id>) -> Result<Head, Problem> {
    let status = match later {
        None => Status::Submitted,
        Some(_) => Status::Superseded,
    };
    diesel::update(self_assessment::table)
        .filter(self_assessment::id.eq(draft.id))
        .set((
            self_assessment::state.eq(status),
            self_assessment::submitted_revision.eq(Some(draft.revision)),
            self_assessment::submitted_at.eq(Some(tx.now)),
            self_assessment::superseded_by.eq(later),
        ))
        .execute(tx.conn)?;
    store::own_head(tx, draft.id)
}

/// Keeps the revision as it is, without the answers that do not apply: they are its facility's alone.
fn freeze(tx: &mut Tx, head: &Head) -> Result<(), Problem> {
    let mut view = store::current(tx, head)?;
    let hidden = &view.progress.not_applicable;
    view.answers.retain(|answer| {
        let code = answer.criterion_code.as_str();
        hidden.iter().all(|verdict| verdict.criterion_code != *code)
    });
    diesel::insert_into(revision::table)
        .values((
            revision::self_assessment_id.eq(head.id),
            revision::revision.eq(head.revision),
            revision::submitted_at.eq(tx.now),
            revision::submitted_by.eq(JsonText::of(&ActorView::of(tx))?),
            revision::document.eq(JsonText::of(&view)?),
        ))
        .execute(tx.conn)?;
    crate::attachment::refer(tx, head, &view.answers)
}

/// Lets `one` make way for what was just handed in. A draft that was taken up again stays one, for its facility to finish.
fn supersede(tx: &mut Tx, one: &Neighbour, by: &Head) -> Result<(), Problem> {
    let status = match one.status {
        Status::Submitted => Status::Superseded,
        other => other,
    };
    diesel::update(self_assessment::table)
        .filter(self_assessment::id.eq(one.id))
        .set((
            self_assessment::state.eq(status),
            self_assessment::superseded_by.eq(Some(by.id)),
            self_assessment::edit.eq(self_assessment::edit + 1),
        ))
        .execute(tx.conn)?;
    let event = Event::new("selfAssessmentSuperseded", "selfAssessment", one.id);
    let said = serde_json::json!({"supersededBy": by.id});
    let event = work::whose(event, by).to_inspectors(is_seen(by));
    audit::record(tx, event.with(&said)?)
}
