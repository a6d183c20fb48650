//! Which version of the facility's step plan stands beside a self-assessment: a draft has the one in force, and keeps it when it is handed in.
//! One that is over by its day stays pinned until a plan is saved or the draft changes its state; meanwhile it shows what is in force.
use diesel::prelude::*;

use super::Status;
use crate::access::Tx;
use crate::db::schema::self_assessment;
use crate::db::types::{AnyBackend, Id};
use crate::problem::Problem;
use crate::step_plan;

/// A draft, its unit, and the plan and version that it has.
type Draft = (Id, Option<Id>, Option<Id>, Option<i64>);

/// Pins the step plan that is in force now to the facility's drafts against this framework. Those whose words change by it get a new tag.
pub fn repin(tx: &mut Tx, facility: Id, framework: &str) -> Result<(), Problem> {
    let plans = step_plan::in_force(tx, facility, framework)?;
    let drafts: Vec<Draft> = self_assessment::table
        .filter(self_assessment::facility_id.eq(facility))
        .filter(self_assessment::framework_code.eq(framework))
        .filter(self_assessment::state.eq(Status::Draft))
        // One after another in this order, as everybody who takes more than one.
        .order(self_assessment::id)
        .select((
            self_assessment::id,
            self_assessment::unit_id,
            self_assessment::step_plan_id,
            self_assessment::step_plan_version,
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    for (id, unit_id, plan_id, version) in drafts {
        let pin = plans.of(unit_id);
        let wanted = pin.map(|pin| (pin.plan_id, pin.version)).unzip();
        if wanted != (plan_id, version) {
            pin_draft(tx, id, wanted)?;
        }
    }
    Ok(())
}

fn pin_draft(tx: &mut Tx, id: Id, pin: (Option<Id>, Option<i64>)) -> Result<(), Problem> {
    diesel::update(self_assessment::table)
        .filter(self_assessment::id.eq(id))
        .filter(self_assessment::state.eq(Status::Draft))
        .set((
            self_assessment::step_plan_id.eq(pin.0),
            self_assessment::step_plan_version.eq(pin.1),
            self_assessment::edit.eq(self_assessment::edit + 1),
            self_assessment::updated_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    Ok(())
}
