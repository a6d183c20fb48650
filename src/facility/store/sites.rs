//! Rows of sites.
use chrono::NaiveDate;
use diesel::prelude::*;

use super::facility;
use super::identifiers::{Identifiers, save_identifiers};
use crate::access::Tx;
use crate::audit::{self, Event};
use crate::db::guarded::one_changed;
use crate::db::schema::site;
use crate::db::types::{AnyBackend, Id};
use crate::facility::{Site, SiteInput};
use crate::http::page::Window;
use crate::problem::Problem;

#[derive(Queryable, Selectable)]
#[diesel(table_name = site, check_for_backend(AnyBackend))]
struct Row {
    id: Id,
    facility_id: Id,
    name: String,
    address: Option<String>,
    postal_code: Option<String>,
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
    edit: i64,
}

impl Row {
    fn site(self, identifiers: &mut Identifiers) -> Site {
        Site {
            href: format!("/v1/facilities/{}/sites/{}", self.facility_id, self.id),
            id: self.id,
            facility_id: self.facility_id,
            name: self.name,
            address: self.address,
            postal_code: self.postal_code,
            identifiers: identifiers.take(self.id),
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            edit: self.edit,
        }
    }
}

/// A site of a facility that the caller may know about.
pub fn site(tx: &mut Tx, facility_id: Id, id: Id) -> Result<Site, Problem> {
    facility(tx, facility_id)?;
    let row = site::table
        .filter(site::facility_id.eq(facility_id))
        .filter(site::id.eq(id))
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?
        .ok_or_else(Problem::not_found)?;
    Ok(row.site(&mut Identifiers::of(tx, &[id])?))
}

/// The sites of a facility, in the order of arrival.
pub fn sites(tx: &mut Tx, facility_id: Id, window: &Window<Id>) -> Result<Vec<Site>, Problem> {
    facility(tx, facility_id)?;
    let mut query = site::table
        .filter(site::facility_id.eq(facility_id))
        .select(Row::as_select())
        .order(site::id)
        .limit(window.limit())
        .into_boxed::<AnyBackend>();
    if let Some(after) = window.after {
        query = query.filter(site::id.gt(after));
    }
    let rows: Vec<Row> = query.load(tx.conn)?;
    let ids: Vec<Id> = rows.iter().map(|row| row.id).collect();
    let mut identifiers = Identifiers::of(tx, &ids)?;
    Ok(rows
        .into_iter()
        .map(|row| row.site(&mut identifiers))
        .collect())
}

/// Stores a new site (`current` absent) or replaces the one that the caller has seen, and records it.
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
        site::postal_code.eq(input.postal_code.as_deref()),
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
