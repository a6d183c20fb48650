//! Rows of organisations, facilities, sites and units. A row outside the caller's scope is absent.
use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::{
    Facility, FacilityInput, Identifier, IdentifierKind, Organisation, OrganisationInput, Site,
    SiteInput, Unit, UnitInput, identifiers, require_facility_type,
};
use crate::access::{Scope, Tx};
use crate::audit::{self, Event};
use crate::db::guarded::one_changed;
use crate::db::schema::{facility, identifier, organisation, site, unit};
use crate::db::types::{AnyBackend, Id};
use crate::http::page::Window;
use crate::problem::{Issue, Problem};
use crate::text::Text;

/// A condition on a table's rows, to be put into a query of it.
pub type Visible<T> = Box<dyn BoxableExpression<T, AnyBackend, SqlType = Bool>>;

/// The facilities that the caller may know about.
pub fn visible_facilities(scope: &Scope) -> Visible<facility::table> {
    if scope.directory {
        return Box::new(facility::edit.ge(0));
    }
    Box::new(
        facility::organisation_id
            .eq_any(scope.organisations.clone())
            .or(facility::id.eq_any(scope.facilities.clone())),
    )
}

fn visible_organisations(scope: &Scope) -> Visible<organisation::table> {
    if scope.directory {
        return Box::new(organisation::edit.ge(0));
    }
    let known: Vec<Id> = scope
        .organisations
        .iter()
        .chain(&scope.parents)
        .copied()
        .collect();
    Box::new(organisation::id.eq_any(known))
}

type FacilityRow = (Id, Id, String, String, NaiveDate, Option<NaiveDate>, i64);
const FACILITY: (
    facility::id,
    facility::organisation_id,
    facility::facility_type,
    facility::name,
    facility::valid_from,
    facility::valid_to,
    facility::edit,
) = (
    facility::id,
    facility::organisation_id,
    facility::facility_type,
    facility::name,
    facility::valid_from,
    facility::valid_to,
    facility::edit,
);

fn facility_of(row: FacilityRow, identifiers: &mut Identifiers) -> Facility {
    let (id, organisation_id, facility_type, name, valid_from, valid_to, edit) = row;
    Facility {
        href: format!("/v1/facilities/{id}"),
        id,
        organisation_id,
        facility_type,
        name,
        identifiers: identifiers.take(id),
        valid_from,
        valid_to,
        edit,
    }
}

/// The facility, if the caller may know about it.
pub fn facility(tx: &mut Tx, id: Id) -> Result<Facility, Problem> {
    let row: FacilityRow = facility::table
        .filter(visible_facilities(&tx.scope))
        .filter(facility::id.eq(id))
        .select(FACILITY)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?
        .ok_or_else(Problem::not_found)?;
    Ok(facility_of(row, &mut Identifiers::of(tx, &[id])?))
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
        .select(FACILITY)
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
    let rows: Vec<FacilityRow> = query.load(tx.conn)?;
    let ids: Vec<Id> = rows.iter().map(|row| row.0).collect();
    let mut identifiers = Identifiers::of(tx, &ids)?;
    Ok(rows
        .into_iter()
        .map(|row| facility_of(row, &mut identifiers))
        .collect())
}

/// The organisation that runs a facility, whoever asks.
pub fn organisation_of(tx: &mut Tx, id: Id) -> Result<Id, Problem> {
    facility::table
        .filter(facility::id.eq(id))
        .select(facility::organisation_id)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?
        .ok_or_else(Problem::not_found)
}

/// Stores a new facility.
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

/// Replaces a facility whose edit the caller has seen.
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
    facility(tx, current.id)
}

type OrganisationRow = (Id, String, NaiveDate, Option<NaiveDate>, i64);
const ORGANISATION: (
    organisation::id,
    organisation::name,
    organisation::valid_from,
    organisation::valid_to,
    organisation::edit,
) = (
    organisation::id,
    organisation::name,
    organisation::valid_from,
    organisation::valid_to,
    organisation::edit,
);

fn organisation_from(row: OrganisationRow, identifiers: &mut Identifiers) -> Organisation {
    let (id, name, valid_from, valid_to, edit) = row;
    Organisation {
        href: format!("/v1/organisations/{id}"),
        id,
        name,
        identifiers: identifiers.take(id),
        valid_from,
        valid_to,
        edit,
    }
}

/// The organisation, if the caller may know about it.
pub fn organisation(tx: &mut Tx, id: Id) -> Result<Organisation, Problem> {
    let row: OrganisationRow = organisation::table
        .filter(visible_organisations(&tx.scope))
        .filter(organisation::id.eq(id))
        .select(ORGANISATION)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?
        .ok_or_else(Problem::not_found)?;
    Ok(organisation_from(row, &mut Identifiers::of(tx, &[id])?))
}

/// Organisations, those with one of these identifiers if any are named, in the order of arrival.
pub fn organisations(
    tx: &mut Tx,
    window: &Window<Id>,
    numbers: &[String],
) -> Result<Vec<Organisation>, Problem> {
    let mut query = organisation::table
        .filter(visible_organisations(&tx.scope))
        .select(ORGANISATION)
        .order(organisation::id)
        .limit(window.limit())
        .into_boxed::<AnyBackend>();
    if !numbers.is_empty() {
        let values: Vec<String> = numbers
            .iter()
            .map(|number| identifiers::canonical(number))
            .collect();
        let owners: Vec<Id> = identifier::table
            .filter(identifier::value.eq_any(values))
            .filter(identifier::owner_kind.eq("organisation"))
            .select(identifier::owner_id)
            .into_boxed::<AnyBackend>()
            .load(tx.conn)?;
        query = query.filter(organisation::id.eq_any(owners));
    }
    if let Some(after) = window.after {
        query = query.filter(organisation::id.gt(after));
    }
    let rows: Vec<OrganisationRow> = query.load(tx.conn)?;
    let ids: Vec<Id> = rows.iter().map(|row| row.0).collect();
    let mut identifiers = Identifiers::of(tx, &ids)?;
    Ok(rows
        .into_iter()
        .map(|row| organisation_from(row, &mut identifiers))
        .collect())
}

/// Stores a new organisation.
pub fn insert_organisation(
    tx: &mut Tx,
    id: Id,
    input: &OrganisationInput,
) -> Result<Organisation, Problem> {
    diesel::insert_into(organisation::table)
        .values((
            organisation::id.eq(id),
            organisation::name.eq(&input.name),
            organisation::valid_from.eq(input.valid_from),
            organisation::valid_to.eq(input.valid_to),
            organisation::edit.eq(1_i64),
            organisation::created_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    save_identifiers(
        tx,
        id,
        "organisation",
        (input.valid_from, input.valid_to),
        &input.identifiers,
    )?;
    audit::record(
        tx,
        Event::new("organisationCreated", "organisation", id)
            .of(id, None)
            .with(input)?,
    )?;
    organisation(tx, id)
}

/// Replaces an organisation whose edit the caller has seen.
pub fn update_organisation(
    tx: &mut Tx,
    current: &Organisation,
    input: &OrganisationInput,
) -> Result<Organisation, Problem> {
    let changed = diesel::update(organisation::table)
        .filter(organisation::id.eq(current.id))
        .filter(organisation::edit.eq(current.edit))
        .set((
            organisation::name.eq(&input.name),
            organisation::valid_from.eq(input.valid_from),
            organisation::valid_to.eq(input.valid_to),
            organisation::edit.eq(current.edit + 1),
        ))
        .execute(tx.conn)?;
    one_changed(changed)?;
    save_identifiers(
        tx,
        current.id,
        "organisation",
        (input.valid_from, input.valid_to),
        &input.identifiers,
    )?;
    audit::record(
        tx,
        Event::new("organisationChanged", "organisation", current.id)
            .of(current.id, None)
            .with(input)?,
    )?;
    organisation(tx, current.id)
}

type SiteRow = (
    Id,
    Id,
    String,
    Option<String>,
    NaiveDate,
    Option<NaiveDate>,
    i64,
);
const SITE: (
    site::id,
    site::facility_id,
    site::name,
    site::address,
    site::valid_from,
    site::valid_to,
    site::edit,
) = (
    site::id,
    site::facility_id,
    site::name,
    site::address,
    site::valid_from,
    site::valid_to,
    site::edit,
);

fn site_of(row: SiteRow, identifiers: &mut Identifiers) -> Site {
    let (id, facility_id, name, address, valid_from, valid_to, edit) = row;
    Site {
        href: format!("/v1/facilities/{facility_id}/sites/{id}"),
        id,
        facility_id,
        name,
        address,
        identifiers: identifiers.take(id),
        valid_from,
        valid_to,
        edit,
    }
}

/// A site of a facility that the caller may know about.
pub fn site(tx: &mut Tx, facility_id: Id, id: Id) -> Result<Site, Problem> {
    facility(tx, facility_id)?;
    let row: SiteRow = site::table
        .filter(site::facility_id.eq(facility_id))
        .filter(site::id.eq(id))
        .select(SITE)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?
        .ok_or_else(Problem::not_found)?;
    Ok(site_of(row, &mut Identifiers::of(tx, &[id])?))
}

/// The sites of a facility, in the order of arrival.
pub fn sites(tx: &mut Tx, facility_id: Id, window: &Window<Id>) -> Result<Vec<Site>, Problem> {
    facility(tx, facility_id)?;
    let mut query = site::table
        .filter(site::facility_id.eq(facility_id))
        .select(SITE)
        .order(site::id)
        .limit(window.limit())
        .into_boxed::<AnyBackend>();
    if let Some(after) = window.after {
        query = query.filter(site::id.gt(after));
    }
    let rows: Vec<SiteRow> = query.load(tx.conn)?;
    let ids: Vec<Id> = rows.iter().map(|row| row.0).collect();
    let mut identifiers = Identifiers::of(tx, &ids)?;
    Ok(rows
        .into_iter()
        .map(|row| site_of(row, &mut identifiers))
        .collect())
}

/// Stores a new site (`current` absent) or replaces the one that the caller has seen.
pub fn save_site(
    tx: &mut Tx,
    facility_id: Id,
    id: Id,
    current: Option<&Site>,
    input: &SiteInput,
) -> Result<Site, Problem> {
    let organisation_id = facility(tx, facility_id)?.organisation_id;
    let values = (
        site::name.eq(&input.name),
        site::address.eq(input.address.as_deref()),
        site::valid_from.eq(input.valid_from),
        site::valid_to.eq(input.valid_to),
    );
    let action = if let Some(current) = current {
        let changed = diesel::update(site::table)
            .filter(site::id.eq(id))
            .filter(site::edit.eq(current.edit))
            .set((values, site::edit.eq(current.edit + 1)))
            .execute(tx.conn)?;
        one_changed(changed)?;
        "siteChanged"
    } else {
        diesel::insert_into(site::table)
            .values((
                site::id.eq(id),
                site::facility_id.eq(facility_id),
                values,
                site::edit.eq(1_i64),
                site::created_at.eq(tx.now),
            ))
            .execute(tx.conn)?;
        "siteCreated"
    };
    save_identifiers(
        tx,
        id,
        "site",
        (input.valid_from, input.valid_to),
        &input.identifiers,
    )?;
    audit::record(
        tx,
        Event::new(action, "site", id)
            .of(organisation_id, Some(facility_id))
            .with(input)?,
    )?;
    site(tx, facility_id, id)
}

type UnitRow = (
    Id,
    Id,
    Option<Id>,
    String,
    String,
    NaiveDate,
    Option<NaiveDate>,
    i64,
);
const UNIT: (
    unit::id,
    unit::facility_id,
    unit::site_id,
    unit::facility_type,
    unit::name,
    unit::valid_from,
    unit::valid_to,
    unit::edit,
) = (
    unit::id,
    unit::facility_id,
    unit::site_id,
    unit::facility_type,
    unit::name,
    unit::valid_from,
    unit::valid_to,
    unit::edit,
);

fn unit_of(row: UnitRow) -> Unit {
    let (id, facility_id, site_id, facility_type, name, valid_from, valid_to, edit) = row;
    Unit {
        href: format!("/v1/facilities/{facility_id}/units/{id}"),
        id,
        facility_id,
        site_id,
        facility_type,
        name,
        valid_from,
        valid_to,
        edit,
    }
}

/// A unit of a facility that the caller may know about.
pub fn unit(tx: &mut Tx, facility_id: Id, id: Id) -> Result<Unit, Problem> {
    facility(tx, facility_id)?;
    let row: UnitRow = unit::table
        .filter(unit::facility_id.eq(facility_id))
        .filter(unit::id.eq(id))
        .select(UNIT)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?
        .ok_or_else(Problem::not_found)?;
    Ok(unit_of(row))
}

/// The units of a facility, in the order of arrival.
pub fn units(tx: &mut Tx, facility_id: Id, window: &Window<Id>) -> Result<Vec<Unit>, Problem> {
    facility(tx, facility_id)?;
    let mut query = unit::table
        .filter(unit::facility_id.eq(facility_id))
        .select(UNIT)
        .order(unit::id)
        .limit(window.limit())
        .into_boxed::<AnyBackend>();
    if let Some(after) = window.after {
        query = query.filter(unit::id.gt(after));
    }
    let rows: Vec<UnitRow> = query.load(tx.conn)?;
    Ok(rows.into_iter().map(unit_of).collect())
}

/// Stores a new unit (`current` absent) or replaces the one that the caller has seen.
pub fn save_unit(
    tx: &mut Tx,
    facility_id: Id,
    id: Id,
    current: Option<&Unit>,
    input: &UnitInput,
) -> Result<Unit, Problem> {
    let organisation_id = facility(tx, facility_id)?.organisation_id;
    require_facility_type(tx, "facilityType", &input.facility_type)?;
    if let Some(site_id) = input.site_id {
        site(tx, facility_id, site_id).map_err(|fault| fault.as_unknown("siteId", site_id))?;
    }
    let values = (
        unit::site_id.eq(input.site_id),
        unit::facility_type.eq(&input.facility_type),
        unit::name.eq(&input.name),
        unit::valid_from.eq(input.valid_from),
        unit::valid_to.eq(input.valid_to),
    );
    let action = if let Some(current) = current {
        let changed = diesel::update(unit::table)
            .filter(unit::id.eq(id))
            .filter(unit::edit.eq(current.edit))
            .set((values, unit::edit.eq(current.edit + 1)))
            .execute(tx.conn)?;
        one_changed(changed)?;
        "unitChanged"
    } else {
        diesel::insert_into(unit::table)
            .values((
                unit::id.eq(id),
                unit::facility_id.eq(facility_id),
                values,
                unit::edit.eq(1_i64),
                unit::created_at.eq(tx.now),
            ))
            .execute(tx.conn)?;
        "unitCreated"
    };
    audit::record(
        tx,
        Event::new(action, "unit", id)
            .of(organisation_id, Some(facility_id))
            .with(input)?,
    )?;
    unit(tx, facility_id, id)
}

/// The identifiers of some owners.
struct Identifiers(Vec<(Id, Identifier)>);

impl Identifiers {
    fn of(tx: &mut Tx, owners: &[Id]) -> Result<Self, Problem> {
        type Row = (Id, IdentifierKind, String, NaiveDate, Option<NaiveDate>);
        let rows: Vec<Row> = identifier::table
            .filter(identifier::owner_id.eq_any(owners.to_vec()))
            .select((
                identifier::owner_id,
                identifier::kind,
                identifier::value,
                identifier::valid_from,
                identifier::valid_to,
            ))
            .order((identifier::kind, identifier::valid_from, identifier::value))
            .into_boxed::<AnyBackend>()
            .load(tx.conn)?;
        Ok(Self(
            rows.into_iter()
                .map(|(owner, kind, value, valid_from, valid_to)| {
                    let identifier = Identifier {
                        kind,
                        value,
                        valid_from: Some(valid_from),
                        valid_to,
                    };
                    (owner, identifier)
                })
                .collect(),
        ))
    }

    fn take(&mut self, owner: Id) -> Vec<Identifier> {
        self.0
            .extract_if(.., |(id, _)| *id == owner)
            .map(|(_, identifier)| identifier)
            .collect()
    }
}

/// Replaces an owner's identifiers, none of which outlives its owner. One that stands for somebody else in the same period is refused:
/// a token would match both, of whichever kind they are.
fn save_identifiers(
    tx: &mut Tx,
    owner: Id,
    owner_kind: &str,
    (from, to): (NaiveDate, Option<NaiveDate>),
    all: &[Identifier],
) -> Result<(), Problem> {
    diesel::delete(identifier::table)
        .filter(identifier::owner_id.eq(owner))
        .execute(tx.conn)?;
    let mut faults = Vec::new();
    for (index, one) in all.iter().enumerate() {
        let value = identifiers::canonical(&one.value);
        let valid_from = one.valid_from.unwrap_or(from);
        let valid_to = [one.valid_to, to].into_iter().flatten().min();
        if !tx.lock_name(&format!("identifier {value}"))? {
            return Err(Problem::busy().because("the same identifier is being given out"));
        }
        let mut taken = identifier::table
            .filter(identifier::value.eq(&value))
            .filter(
                identifier::kind.eq(one.kind).or(identifier::kind
                    .eq_any(one.kind.rivals())
                    .and(identifier::owner_id.ne(owner))),
            )
            .filter(
                identifier::valid_to
                    .is_null()
                    .or(identifier::valid_to.gt(valid_from)),
            )
            .select(identifier::owner_id)
            .into_boxed::<AnyBackend>();
        if let Some(end) = valid_to {
            taken = taken.filter(identifier::valid_from.lt(end));
        }
        if !taken.load::<Id>(tx.conn)?.is_empty() {
            faults.push(taken_already(index, &one.value));
            continue;
        }
        diesel::insert_into(identifier::table)
            .values((
                identifier::kind.eq(one.kind),
                identifier::value.eq(value),
                identifier::valid_from.eq(valid_from),
                identifier::valid_to.eq(valid_to),
                identifier::owner_id.eq(owner),
                identifier::owner_kind.eq(owner_kind),
            ))
            .execute(tx.conn)?;
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Problem::faults(faults))
    }
}

fn taken_already(index: usize, value: &str) -> Issue {
    Issue::body(
        "identifierTaken",
        format!("identifiers[{index}].value"),
        Text::new(
            "Deze identificator is in die periode al toegekend; controleer het nummer of beëindig eerst de andere.",
            "Cet identifiant est déjà attribué pour cette période ; vérifiez le numéro ou mettez d'abord fin à l'autre.",
            "This identifier is taken in that period; check the number, or end the other one first.",
        ),
    )
    .with_value(value)
}
