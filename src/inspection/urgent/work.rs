//! What happens to urgent signals, each in one transaction: raised, acknowledged, and acted upon.
use serde::Serialize;

use super::store::{self, Row};
use super::{UrgentMeasureInput, UrgentSignal, UrgentSignalInput};
use crate::access::Tx;
use crate::audit::{self, ActorView, Event};
use crate::db::types::{Id, JsonText};
use crate::facility::{self, PlaceKind};
use crate::http::IfMatch;
use crate::inspection::device::Device;
use crate::inspection::events;
use crate::inspection::store::Head;
use crate::problem::{Issue, Problem};
use crate::text::Text;

/// The sites and units of a facility: where something can be seen.
pub struct Places(Vec<(PlaceKind, Id)>);

impl Places {
    /// Those of today.
    pub fn of(tx: &mut Tx, facility: Id) -> Result<Self, Problem> {
        let today = tx.now.day();
        let places = facility::places(tx, facility, today)?;
        let named = places.into_iter().map(|place| (place.kind, place.id));
        Ok(Self(named.collect()))
    }

    /// Adds the faults of a signal about a place that is none of the facility's.
    pub fn check(&self, input: &UrgentSignalInput, faults: &mut Vec<Issue>) {
        for (kind, field, id) in [
            (PlaceKind::Site, "siteId", input.site_id),
            (PlaceKind::Unit, "unitId", input.unit_id),
        ] {
            if let Some(id) = id.filter(|id| !self.0.contains(&(kind, *id))) {
                faults.push(elsewhere(field, id));
            }
        }
    }
}

fn elsewhere(field: &'static str, id: Id) -> Issue {
    let detail = Text::new(
        "Dit is geen vestiging of afdeling van deze voorziening.",
        "Ce n'est ni un site ni une unité de cette structure.",
        "This is no site or unit of this facility.",
    );
    Issue::body("unknownReference", field, detail).with_value(id.to_string())
}

/// Tells of a danger.
pub fn raise(
    tx: &mut Tx,
    head: &Head,
    device: Option<&Device>,
    id: Id,
    input: &UrgentSignalInput,
) -> Result<UrgentSignal, Problem> {
    let mut faults = Vec::new();
    Places::of(tx, head.row.facility_id)?.check(input, &mut faults);
    Problem::refuse(faults)?;
    keep(tx, head, device, &[(id, input)])?;
    store::get(tx, id)
}

/// Keeps signals that are new and right, and lets those hear of them whom they are for.
pub fn keep(
    tx: &mut Tx,
    head: &Head,
    device: Option<&Device>,
    signals: &[(Id, &UrgentSignalInput)],
) -> Result<(), Problem> {
    let set_apart = device.is_some_and(Device::is_revoked);
    let raised_by = JsonText::of(&ActorView::of(tx))?;
    let rows = signals.iter().map(|(id, input)| {
        Ok(Row {
            id: *id,
            arrival: Id::new(),
            inspection_id: head.row.id,
            facility_id: head.row.facility_id,
            site_id: input.site_id,
            unit_id: input.unit_id,
            finding_id: input.finding_id,
            text: input.text.clone(),
            seen_at: input.seen_at,
            hash: input.hash()?,
            device_id: device.map(|device| device.id),
            set_apart,
            raised_by: raised_by.clone(),
            raised_at: tx.now,
            acknowledged_by: None,
            acknowledged_at: None,
            edit: 1,
        })
    });
    let rows: Vec<Row> = rows.collect::<Result<_, Problem>>()?;
    store::insert(tx, &rows)?;
    for row in &rows {
        if set_apart {
            let said = serde_json::json!({"urgentSignalId": row.id, "hash": row.hash});
            events::inside(tx, "urgentSignalSetApart", head.row.id, &said)?;
        } else {
            record(tx, "urgentSignalRaised", row.id, &said(row))?;
        }
    }
    Ok(())
}

/// What of a signal its facility may read too.
fn said(row: &Row) -> serde_json::Value {
    serde_json::json!({"text": row.text, "siteId": row.site_id, "unitId": row.unit_id, "seenAt": row.seen_at})
}

/// Something for the recognising body, planners and the team, and for the facility where it knows of the inspection.
fn record(
    tx: &mut Tx,
    action: &'static str,
    id: Id,
    said: &(impl Serialize + ?Sized),
) -> Result<(), Problem> {
    let inspection = store::inspection_of(tx, id)?;
    // It does not come to light while this is recorded, or the facility would hear of neither.
    tx.share_name(&coming_to_light(inspection))?;
    let (facility, organisation, known_at) = store::known_to(tx, inspection)?;
    let event = Event::new(action, "urgentSignal", id).within(inspection);
    let event = match known_at {
        Some(_) => event.of(organisation, Some(facility)),
        None => event,
    };
    audit::record(tx, event.with(said)?)
}

fn coming_to_light(inspection: Id) -> String {
    format!("urgent signals of {inspection}")
}

/// The facility knows of the inspection from now on: it hears of the signals that were raised before.
pub fn come_to_light(tx: &mut Tx, head: &Head) -> Result<(), Problem> {
    tx.wait_for_name(&coming_to_light(head.row.id))?;
    for row in store::of_inspection(tx, head.row.id)? {
        record(tx, "urgentSignalDisclosed", row.id, &said(&row))?;
    }
    Ok(())
}

/// The recognising body has seen a signal.
pub fn acknowledge(tx: &mut Tx, id: Id, seen: &IfMatch) -> Result<UrgentSignal, Problem> {
    let current = held(tx, id, seen)?;
    if current.acknowledged_at.is_some() {
        return Err(Problem::conflict(Text::new(
            "De ontvangst van dit signaal is al bevestigd.",
            "La réception de ce signal est déjà confirmée.",
            "This signal was acknowledged already.",
        )));
    }
    store::acknowledge(tx, &current)?;
    record(tx, "urgentSignalAcknowledged", id, &serde_json::json!({}))?;
    store::get(tx, id)
}

/// Something was done to protect people.
pub fn add_measure(
    tx: &mut Tx,
    (id, measure): (Id, Id),
    seen: &IfMatch,
    input: &UrgentMeasureInput,
) -> Result<UrgentSignal, Problem> {
    let current = held(tx, id, seen)?;
    store::add_measure(tx, &current, measure, input)?;
    record(tx, "urgentMeasureRecorded", id, input)?;
    store::get(tx, id)
}

/// The signal, as the caller has seen it.
fn held(tx: &mut Tx, id: Id, seen: &IfMatch) -> Result<UrgentSignal, Problem> {
    let current = store::get(tx, id)?;
    seen.check_edit(current.edit)?;
    Ok(current)
}

/// The signal is there for the caller: looked at every time, also when a stored answer is replayed.
pub fn there(tx: &mut Tx, id: Id) -> Result<(), Problem> {
    store::get(tx, id).map(drop)
}
