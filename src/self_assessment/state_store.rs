//! Rows that go from one state to the next: handed in, superseded, taken up again.
use diesel::prelude::*;

use super::store::{Head, assessed, own_head};
use super::{Reopening, Status};
use crate::access::Tx;
use crate::db::schema::{cycle, self_assessment};
use crate::db::types::{AnyBackend, Id, JsonText, Moment};
use crate::problem::Problem;
use crate::step_plan;

/// One of the facility's that was handed in.
pub struct Neighbour {
    /// Its identity.
    pub id: Id,
    status: Status,
}

/// The facility's others against this framework for this purpose that were handed in: those of earlier cycles that nothing superseded
/// yet, and the one that supersedes this one, of the latest cycle. Cycles are in the order in which they open; this one's opens then.
pub fn neighbours(
    tx: &mut Tx,
    head: &Head,
    opens: Moment,
) -> Result<(Vec<Neighbour>, Option<Id>), Problem> {
    type Row = (Id, Status, Option<Id>, Moment, Id);
    let rows: Vec<Row> = self_assessment::table
        .inner_join(cycle::table)
        .filter(assessed(head.facility_id, head.unit_id))
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
    let own = (opens, head.cycle_id);
    let (mut earlier, mut later) = (Vec::new(), None);
    for (id, status, superseded_by, other, cycle) in rows {
        if (other, cycle) > own {
            later = Some(id);
        } else if superseded_by.is_none() {
            earlier.push(Neighbour { id, status });
        }
    }
    Ok((earlier, later))
}

/// The step plan that is in force now, as a row keeps it.
fn plan_of(tx: &mut Tx, head: &Head) -> Result<(Option<Id>, Option<i64>), Problem> {
    let plans = step_plan::in_force(tx, head.facility_id, &head.framework_code)?;
    let pin = plans.of(head.unit_id);
    Ok(pin.map(|pin| (pin.plan_id, pin.version)).unzip())
}

/// Closes a draft that this transaction has locked, with the step plan that it shows.
pub fn close(tx: &mut Tx, draft: &Head, later: Option<Id>) -> Result<Head, Problem> {
    let plan = plan_of(tx, draft)?;
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
            self_assessment::submitted_version_code.eq(Some(&draft.version_code)),
            self_assessment::superseded_by.eq(later),
            self_assessment::step_plan_id.eq(plan.0),
            self_assessment::step_plan_version.eq(plan.1),
        ))
        .execute(tx.conn)?;
    own_head(tx, draft.id)
}

/// Keeps which one took this one's place. A draft that was taken up again stays one, for its facility to finish.
pub fn supersede(tx: &mut Tx, one: &Neighbour, by: Id) -> Result<(), Problem> {
    let status = match one.status {
        Status::Submitted => Status::Superseded,
        other => other,
    };
    diesel::update(self_assessment::table)
        .filter(self_assessment::id.eq(one.id))
        .set((
            self_assessment::state.eq(status),
            self_assessment::superseded_by.eq(Some(by)),
            self_assessment::edit.eq(self_assessment::edit + 1),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Takes a submitted one up again, with the step plan that is in force now; 0 rows when its edit is not this one any more.
pub fn reopen(tx: &mut Tx, head: &Head, reopening: &Reopening) -> Result<usize, Problem> {
    let plan = plan_of(tx, head)?;
    Ok(diesel::update(self_assessment::table)
        .filter(self_assessment::id.eq(head.id))
        .filter(self_assessment::edit.eq(head.edit))
        .filter(self_assessment::state.eq(Status::Submitted))
        .set((
            self_assessment::state.eq(Status::Draft),
            self_assessment::revision.eq(head.revision + 1),
            self_assessment::reopening.eq(Some(JsonText::of(reopening)?)),
            self_assessment::step_plan_id.eq(plan.0),
            self_assessment::step_plan_version.eq(plan.1),
            self_assessment::edit.eq(head.edit + 1),
            self_assessment::updated_at.eq(tx.now),
        ))
        .execute(tx.conn)?)
}
