//! What is recorded of inspections, and for whom.
use serde::Serialize;

use super::store::Head;
use crate::access::Tx;
use crate::audit::{self, Event};
use crate::db::types::Id;
use crate::problem::Problem;

/// Something for planners and the team alone.
pub fn inside(
    tx: &mut Tx,
    action: &'static str,
    id: Id,
    said: &(impl Serialize + ?Sized),
) -> Result<(), Problem> {
    let event = Event::new(action, "inspection", id).within(id);
    audit::record(tx, event.with(said)?)
}

/// Something for the recognising body alone: what it has not sent yet, planners and the team do not hear of either.
pub fn to_authority(
    tx: &mut Tx,
    action: &'static str,
    id: Id,
    said: &(impl Serialize + ?Sized),
) -> Result<(), Problem> {
    let event = Event::new(action, "inspection", id).within(id);
    audit::record(tx, event.only_own(true).with(said)?)
}

/// Something that the facility hears too, where it knows of the inspection.
pub fn of(
    tx: &mut Tx,
    action: &'static str,
    head: &Head,
    said: &(impl Serialize + ?Sized),
) -> Result<(), Problem> {
    if head.row.known_at.is_none() {
        return inside(tx, action, head.row.id, said);
    }
    let event = Event::new(action, "inspection", head.row.id)
        .within(head.row.id)
        .of(head.organisation_id, Some(head.row.facility_id));
    audit::record(tx, event.with(said)?)
}
