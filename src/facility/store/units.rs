//! Rows of units.
use chrono::NaiveDate;
use diesel::prelude::*;

use super::{facility, site};
use crate::access::Tx;
use crate::audit::{self, Event};
use crate::db::guarded::one_changed;
use crate::db::schema::unit;
use crate::db::types::{AnyBackend, Id};
use crate::facility::{Unit, UnitInput, require_facility_type};
use crate::http::page::Window;
use crate::problem::Problem;

#[derive(Queryable, Selectable)]
#[diesel(table_name = unit, check_for_backend(AnyBackend))]
struct Row {
    id: Id,
    facility_id: Id,
    site_id: Option<Id>,
    facility_type: String,
    name: String,
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
    edit: i64,
}

impl Row {
    fn unit(self) -> Unit {
        Unit {
            href: format!("/v1/facilities/{}/units/{}", self.facility_id, self.id),
            id: self.id,
            facility_id: self.facility_id,
            site_id: self.site_id,
            facility_type: self.facility_type,
            name: self.name,
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            edit: self.edit,
        }
    }
}

/// A unit of a facility that the caller may know about.
pub fn unit(tx: &mut Tx, facility_id: Id, id: Id) -> Result<Unit, Problem> {
    facility(tx, facility_id)?;
    let row = unit::table
        .filter(unit::facility_id.eq(facility_id))
        .filter(unit::id.eq(id))
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?
        .ok_or_else(Problem::not_found)?;
    Ok(row.unit())
}

/// The units of a facility, in the order of arrival.
pub fn units(tx: &mut Tx, facility_id: Id, window: &Window<Id>) -> Result<Vec<Unit>, Problem> {
    facility(tx, facility_id)?;
    let mut query = unit::table
        .filter(unit::facility_id.eq(facility_id))
        .select(Row::as_select())
        .order(unit::id)
        .limit(window.limit())
        .into_boxed::<AnyBackend>();
    if let Some(after) = window.after {
        query = query.filter(unit::id.gt(after));
    }
    let rows: Vec<Row> = query.load(tx.conn)?;
    Ok(rows.into_iter().map(Row::unit).collect())
}

/// Stores a new unit (`current` absent) or replaces the one that the caller has seen, and records it.
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
