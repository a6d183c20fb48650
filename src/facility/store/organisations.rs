//! Rows of organisations.
use chrono::NaiveDate;
use diesel::prelude::*;

use super::identifiers::{Identifiers, matched, owners, save_identifiers};
use crate::access::{Scope, Tx};
use crate::audit::{self, Event};
use crate::db::guarded::one_changed;
use crate::db::schema::organisation;
use crate::db::types::{AnyBackend, Id, Visible};
use crate::facility::{Organisation, OrganisationInput};
use crate::http::page::Window;
use crate::problem::Problem;

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

#[derive(Queryable, Selectable)]
#[diesel(table_name = organisation, check_for_backend(AnyBackend))]
struct Row {
    id: Id,
    name: String,
    valid_from: NaiveDate,
    valid_to: Option<NaiveDate>,
    edit: i64,
}

impl Row {
    fn organisation(self, identifiers: &mut Identifiers) -> Organisation {
        Organisation {
            href: format!("/v1/organisations/{}", self.id),
            id: self.id,
            name: self.name,
            identifiers: identifiers.take(self.id),
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            edit: self.edit,
        }
    }
}

/// The organisation, if the caller may know about it.
pub fn organisation(tx: &mut Tx, id: Id) -> Result<Organisation, Problem> {
    let row = organisation::table
        .filter(visible_organisations(&tx.scope))
        .filter(organisation::id.eq(id))
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?
        .ok_or_else(Problem::not_found)?;
    Ok(row.organisation(&mut Identifiers::of(tx, &[id])?))
}

/// Organisations, those with one of these identifiers if any are named, in the order of arrival.
pub fn organisations(
    tx: &mut Tx,
    window: &Window<Id>,
    numbers: &[String],
) -> Result<Vec<Organisation>, Problem> {
    let mut query = organisation::table
        .filter(visible_organisations(&tx.scope))
        .select(Row::as_select())
        .order(organisation::id)
        .limit(window.limit())
        .into_boxed::<AnyBackend>();
    if !numbers.is_empty() {
        let named = owners(tx, "organisation", numbers)?;
        query = query.filter(organisation::id.eq_any(named));
    }
    if let Some(after) = window.after {
        query = query.filter(organisation::id.gt(after));
    }
    let rows: Vec<Row> = query.load(tx.conn)?;
    let ids: Vec<Id> = rows.iter().map(|row| row.id).collect();
    let mut identifiers = Identifiers::of(tx, &ids)?;
    Ok(rows
        .into_iter()
        .map(|row| row.organisation(&mut identifiers))
        .collect())
}

/// Stores a new organisation, and records it.
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

/// Replaces an organisation whose edit the caller has seen, and records it.
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
    let changed = organisation(tx, current.id)?;
    if matched(&current.identifiers) != matched(&changed.identifiers) {
        let event = Event::scope_changed("organisation", current.id);
        audit::record(tx, event.of(current.id, None))?;
    }
    Ok(changed)
}
