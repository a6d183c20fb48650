//! Rows of facilities.
use chrono::NaiveDate;
use diesel::prelude::*;

use super::identifiers::{Identifiers, matched, save_identifiers};
use super::{organisation, owned};
use crate::access::{Scope, Tx};
use crate::audit::{self, Event};
use crate::db::guarded::one_changed;
use crate::db::schema::{facility, mandate, mandate_facility};
use crate::db::types::{AnyBackend, Id, Visible};
use crate::facility::{Facility, FacilityInput, require_facility_type};
use crate::http::page::Window;
use crate::problem::{Kind, Problem};
use crate::text::Text;
use crate::training::attendance::kept;

/// The facilities that the caller may know about.
fn visible_facilities(scope: &Scope) -> Visible<facility::table> {
    if scope.directory {
        return Box::new(facility::edit.ge(0));
    }
    owned(scope)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = facility, check_for_backend(AnyBackend))]
struct Row {
    id: Id,
    organisation_id: Id,
    facility_type: String,
    name: String,
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
    edit: i64,
}

impl Row {
    fn facility(self, identifiers: &mut Identifiers) -> Facility {
        Facility {
            href: format!("/v1/facilities/{}", self.id),
            id: self.id,
            organisation_id: self.organisation_id,
            facility_type: self.facility_type,
            name: self.name,
            identifiers: identifiers.take(self.id),
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            edit: self.edit,
        }
    }
}

/// The facility, if the caller may know about it.
pub fn facility(tx: &mut Tx, id: Id) -> Result<Facility, Problem> {
    let row = facility::table
        .filter(visible_facilities(&tx.scope))
        .filter(facility::id.eq(id))
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?
        .ok_or_else(Problem::not_found)?;
    Ok(row.facility(&mut Identifiers::of(tx, &[id])?))
}

/// The facility, when it is the caller's own.
pub fn own(tx: &mut Tx, id: Id) -> Result<Facility, Problem> {
    let found = facility(tx, id)?;
    if tx.scope.owns(found.id, found.organisation_id) {
        Ok(found)
    } else {
        Err(Problem::not_found())
    }
}

/// A look-up of the facility that a body names as `facilityId`: whose it is, or whether it is there, is not told; where it was looked for is.
pub fn in_body(found: Result<Facility, Problem>) -> Result<Facility, Problem> {
    found.map_err(|fault| match fault.kind() {
        Kind::ResourceNotFound => Problem::new(
            Kind::ResourceNotFound,
            Text::new(
                "De voorziening in facilityId bestaat niet, of is niet de uwe.",
                "La structure dans facilityId n'existe pas, ou n'est pas la vôtre.",
                "The facility in facilityId does not exist, or is not yours.",
            ),
        ),
        _ => fault,
    })
}

/// Every facility that is its own whose scope this is.
pub fn ids_in(tx: &mut Tx, scope: &Scope) -> Result<Vec<Id>, Problem> {
    Ok(facility::table
        .filter(owned(scope))
        .select(facility::id)
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?)
}

/// Facilities of these types and organisations, in the order of arrival.
pub fn facilities(
    tx: &mut Tx,
    window: &Window<Id>,
    types: &[String],
    organisations: &[Id],
) -> Result<Vec<Facility>, Problem> {
    let mut query = facility::table
        .filter(visible_facilities(&tx.scope))
        .select(Row::as_select())
        .order(facility::id)
        .limit(window.limit())
        .into_boxed::<AnyBackend>();
    if !types.is_empty() {
        query = query.filter(facility::facility_type.eq_any(types.to_vec()));
    }
    if !organisations.is_empty() {
        query = query.filter(facility::organisation_id.eq_any(organisations.to_vec()));
    }
    if let Some(after) = window.after {
        query = query.filter(facility::id.gt(after));
    }
    let rows: Vec<Row> = query.load(tx.conn)?;
    let ids: Vec<Id> = rows.iter().map(|row| row.id).collect();
    let mut identifiers = Identifiers::of(tx, &ids)?;
    Ok(rows
        .into_iter()
        .map(|row| row.facility(&mut identifiers))
        .collect())
}

/// Stores a new facility, and records it.
pub fn insert_facility(tx: &mut Tx, id: Id, input: &FacilityInput) -> Result<Facility, Problem> {
    require_facility_type(tx, "facilityType", &input.facility_type)?;
    organisation(tx, input.organisation_id)
        .map_err(|fault| fault.as_unknown("organisationId", input.organisation_id))?;
    diesel::insert_into(facility::table)
        .values((
            facility::id.eq(id),
            facility::organisation_id.eq(input.organisation_id),
            facility::facility_type.eq(&input.facility_type),
            facility::name.eq(&input.name),
            facility::valid_from.eq(input.valid_from),
            facility::valid_to.eq(input.valid_to),
            facility::edit.eq(1_i64),
            facility::created_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    save_identifiers(
        tx,
        id,
        "facility",
        (input.valid_from, input.valid_to),
        &input.identifiers,
    )?;
    audit::record(
        tx,
        Event::new("facilityCreated", "facility", id)
            .of(input.organisation_id, Some(id))
            .with(input)?,
    )?;
    facility(tx, id)
}

/// Replaces a facility whose edit the caller has seen, and records it.
pub fn update_facility(
    tx: &mut Tx,
    current: &Facility,
    input: &FacilityInput,
) -> Result<Facility, Problem> {
    require_facility_type(tx, "facilityType", &input.facility_type)?;
    organisation(tx, input.organisation_id)
        .map_err(|fault| fault.as_unknown("organisationId", input.organisation_id))?;
    let changed = diesel::update(facility::table)
        .filter(facility::id.eq(current.id))
        .filter(facility::edit.eq(current.edit))
        .set((
            facility::organisation_id.eq(input.organisation_id),
            facility::facility_type.eq(&input.facility_type),
            facility::name.eq(&input.name),
            facility::valid_from.eq(input.valid_from),
            facility::valid_to.eq(input.valid_to),
            facility::edit.eq(current.edit + 1),
        ))
        .execute(tx.conn)?;
    one_changed(changed)?;
    save_identifiers(
        tx,
        current.id,
        "facility",
        (input.valid_from, input.valid_to),
        &input.identifiers,
    )?;
    audit::record(
        tx,
        Event::new("facilityChanged", "facility", current.id)
            .of(input.organisation_id, Some(current.id))
            .with(input)?,
    )?;
    if input.facility_type != current.facility_type {
        // It may be of another sector now.
        kept::recount(tx)?;
    }
    let changed = facility(tx, current.id)?;
    tell_whom_it_concerns(tx, current, &changed)?;
    Ok(changed)
}

/// The machines that have a mandate for this facility by name.
fn clients_of(tx: &mut Tx, id: Id) -> Result<Vec<String>, Problem> {
    let mut clients: Vec<String> = mandate::table
        .inner_join(mandate_facility::table.on(mandate_facility::mandate_id.eq(mandate::id)))
        .filter(mandate_facility::facility_id.eq(id))
        .filter(mandate::revoked_at.is_null())
        .select(mandate::client_id)
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    clients.sort_unstable();
    clients.dedup();
    Ok(clients)
}

/// Who had the facility and who has it now are told, and whoever is recognised by its numbers.
fn tell_whom_it_concerns(tx: &mut Tx, before: &Facility, after: &Facility) -> Result<(), Problem> {
    let (old, new) = (before.organisation_id, after.organisation_id);
    if old != new {
        for organisation in [old, new] {
            let event = Event::scope_changed("facility", after.id);
            audit::record(tx, event.of(organisation, None))?;
        }
        for client in clients_of(tx, after.id)? {
            let event = Event::scope_changed("facility", after.id);
            audit::record(tx, event.for_client(&client))?;
        }
    }
    if matched(&before.identifiers) != matched(&after.identifiers) {
        let event = Event::scope_changed("facility", after.id);
        audit::record(tx, event.of(new, Some(after.id)))?;
    }
    Ok(())
}
