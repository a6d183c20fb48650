//! Rows of devices. An inspector knows its own; planners and admins know all.
use diesel::prelude::*;

use super::{Device, DeviceInput};
use crate::access::{Scope, Tx};
use crate::audit::{self, ActorView, Event};
use crate::db::guarded::{first_of_its_code, one_changed};
use crate::db::schema::device;
use crate::db::types::{AnyBackend, Id, JsonText, Moment, Visible};
use crate::http::page::Window;
use crate::problem::{Issue, Problem};
use crate::text::Text;

#[derive(Queryable, Selectable)]
#[diesel(table_name = device, check_for_backend(AnyBackend))]
struct Row {
    id: Id,
    name: String,
    registered_by: JsonText,
    registered_at: Moment,
    revoked_by: Option<JsonText>,
    revoked_at: Option<Moment>,
    edit: i64,
}

impl Row {
    fn device(self) -> Result<Device, Problem> {
        Ok(Device {
            href: format!("/v1/devices/{}", self.id),
            id: self.id,
            name: self.name,
            registered_by: self.registered_by.to()?,
            registered_at: self.registered_at,
            revoked_by: self.revoked_by.as_ref().map(JsonText::to).transpose()?,
            revoked_at: self.revoked_at,
            edit: self.edit,
        })
    }
}

fn visible(scope: &Scope) -> Visible<device::table> {
    match &scope.inspector {
        _ if scope.planner || scope.admin => Box::new(device::edit.ge(0)),
        Some(person) => Box::new(device::person.eq(person.clone())),
        None => Box::new(device::edit.lt(0)),
    }
}

/// The device, if the caller may know about it.
pub fn find(tx: &mut Tx, id: Id) -> Result<Option<Device>, Problem> {
    let row: Option<Row> = device::table
        .filter(visible(&tx.scope))
        .filter(device::id.eq(id))
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    row.map(Row::device).transpose()
}

/// The same, or it is absent.
pub fn get(tx: &mut Tx, id: Id) -> Result<Device, Problem> {
    find(tx, id)?.ok_or_else(Problem::not_found)
}

/// The caller's own device, as a batch names it.
pub fn own(tx: &mut Tx, id: Id) -> Result<Device, Problem> {
    let person = tx.actor.claims.subject.clone();
    of(tx, &person, id)
}

/// This person's device, as a batch names it.
pub fn of(tx: &mut Tx, person: &str, id: Id) -> Result<Device, Problem> {
    let row: Option<Row> = device::table
        .filter(device::id.eq(id))
        .filter(device::person.eq(person))
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    row.map(Row::device)
        .transpose()?
        .ok_or_else(|| Problem::fault(not_yours(id)))
}

fn not_yours(id: Id) -> Issue {
    let detail = Text::new(
        "Dit toestel is niet op uw naam geregistreerd; doe dat met PUT /v1/devices/{deviceId}.",
        "Cet appareil n'est pas enregistré à votre nom ; faites-le par PUT /v1/devices/{deviceId}.",
        "This device is not registered to you; do so with PUT /v1/devices/{deviceId}.",
    );
    Issue::body("unknownReference", "deviceId", detail).with_value(id.to_string())
}

/// Devices by their ids.
pub fn list(tx: &mut Tx, window: &Window<Id>) -> Result<Vec<Device>, Problem> {
    let mut query = device::table
        .filter(visible(&tx.scope))
        .select(Row::as_select())
        .order(device::id)
        .limit(window.limit())
        .into_boxed::<AnyBackend>();
    if let Some(after) = window.after {
        query = query.filter(device::id.gt(after));
    }
    let rows: Vec<Row> = query.load(tx.conn)?;
    rows.into_iter().map(Row::device).collect()
}

/// Registers a device of the caller's own, or calls it otherwise.
pub fn save(
    tx: &mut Tx,
    id: Id,
    current: Option<&Device>,
    input: &DeviceInput,
) -> Result<Device, Problem> {
    match current {
        None => {
            let person = tx.actor.claims.subject.clone();
            insert(tx, id, &person, input)?;
        }
        Some(current) => {
            let changed = diesel::update(device::table)
                .filter(device::id.eq(id))
                .filter(device::edit.eq(current.edit))
                .set((
                    device::name.eq(&input.name),
                    device::edit.eq(current.edit + 1),
                ))
                .execute(tx.conn)?;
            one_changed(changed)?;
        }
    }
    audit::record(tx, Event::new("deviceSaved", "device", id).with(input)?)?;
    get(tx, id)
}

/// Stores a device of this person.
pub fn insert(tx: &mut Tx, id: Id, person: &str, input: &DeviceInput) -> Result<(), Problem> {
    let stored = diesel::insert_into(device::table)
        .values((
            device::id.eq(id),
            device::person.eq(person),
            device::name.eq(&input.name),
            device::registered_by.eq(JsonText::of(&ActorView::of(tx))?),
            device::registered_at.eq(tx.now),
            device::edit.eq(1_i64),
        ))
        .execute(tx.conn);
    first_of_its_code(stored)
}

/// Revokes a device, for good.
pub fn revoke(tx: &mut Tx, current: &Device) -> Result<Device, Problem> {
    if current.is_revoked() {
        return Err(Problem::conflict(Text::new(
            "Dit toestel is al ingetrokken.",
            "Cet appareil est déjà révoqué.",
            "This device is revoked already.",
        )));
    }
    let by = JsonText::of(&ActorView::of(tx))?;
    let changed = diesel::update(device::table)
        .filter(device::id.eq(current.id))
        .filter(device::edit.eq(current.edit))
        .set((
            device::revoked_by.eq(Some(by)),
            device::revoked_at.eq(Some(tx.now)),
            device::edit.eq(current.edit + 1),
        ))
        .execute(tx.conn)?;
    one_changed(changed)?;
    audit::record(tx, Event::new("deviceRevoked", "device", current.id))?;
    get(tx, current.id)
}
