//! Rows of the machines that were let in.
use diesel::prelude::*;

use super::{IntegrationGrant, IntegrationGrantInput};
use crate::access::Tx;
use crate::audit::{self, Event};
use crate::db::guarded::{first_of_its_code, one_changed};
use crate::db::schema::integration;
use crate::db::types::{AnyBackend, JsonText, Moment};
use crate::facility::store::organisation;
use crate::http::page::{Arrival, Window};
use crate::problem::Problem;

#[derive(Queryable, Selectable)]
#[diesel(table_name = integration, check_for_backend(AnyBackend))]
struct Row {
    client_id: String,
    name: String,
    scopes: JsonText,
    organisations: JsonText,
    all_organisations: bool,
    valid_until: Option<Moment>,
    edit: i64,
    created_at: Moment,
}

impl Row {
    fn grant(self) -> Result<IntegrationGrant, Problem> {
        Ok(IntegrationGrant {
            href: format!("/v1/integrations/{}", self.client_id),
            client_id: self.client_id,
            name: self.name,
            scopes: self.scopes.to()?,
            organisations: self.organisations.to()?,
            all_organisations: self.all_organisations,
            valid_until: self.valid_until,
            edit: self.edit,
            created_at: self.created_at,
        })
    }
}

/// How a machine was let in, if it was.
pub fn find(tx: &mut Tx, client: &str) -> Result<Option<IntegrationGrant>, Problem> {
    let row = integration::table
        .filter(integration::client_id.eq(client))
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    row.map(Row::grant).transpose()
}

/// Lets a machine in, or changes how, and records it.
pub fn save(
    tx: &mut Tx,
    client: &str,
    current: Option<&IntegrationGrant>,
    input: &IntegrationGrantInput,
) -> Result<IntegrationGrant, Problem> {
    for (index, id) in input.organisations.iter().enumerate() {
        organisation(tx, *id)
            .map_err(|fault| fault.as_unknown(&format!("organisations[{index}]"), id))?;
    }
    let values = (
        integration::name.eq(&input.name),
        integration::scopes.eq(JsonText::of(&input.scopes)?),
        integration::organisations.eq(JsonText::of(&input.organisations)?),
        integration::all_organisations.eq(input.all_organisations),
        integration::valid_until.eq(input.valid_until),
    );
    if let Some(current) = current {
        tx.wait_for_client(client)?;
        let changed = diesel::update(integration::table)
            .filter(integration::client_id.eq(client))
            .filter(integration::edit.eq(current.edit))
            .set((values, integration::edit.eq(current.edit + 1)))
            .execute(tx.conn)?;
        one_changed(changed)?;
    } else {
        let stored = diesel::insert_into(integration::table)
            .values((
                integration::client_id.eq(client),
                values,
                integration::edit.eq(1_i64),
                integration::created_at.eq(tx.now),
            ))
            .execute(tx.conn);
        first_of_its_code(stored)?;
    }
    audit::record(
        tx,
        Event::new("integrationLetIn", "integration", client).with(input)?,
    )?;
    tell(tx, client)?;
    find(tx, client)?.ok_or_else(Problem::not_found)
}

/// The machines that were let in, in the order of arrival.
pub fn list(tx: &mut Tx, window: &Window<Arrival>) -> Result<Vec<IntegrationGrant>, Problem> {
    let mut query = integration::table
        .select(Row::as_select())
        .order((integration::created_at, integration::client_id))
        .limit(window.limit())
        .into_boxed::<AnyBackend>();
    if let Some(after) = &window.after {
        let same = integration::created_at.eq(after.at);
        let later = integration::created_at.gt(after.at);
        let behind = integration::client_id.gt(after.code.clone());
        query = query.filter(later.or(same.and(behind)));
    }
    let rows = query.load(tx.conn)?;
    rows.into_iter().map(Row::grant).collect()
}

/// Shuts a machine out whose edit the caller has seen, and records it.
pub fn remove(tx: &mut Tx, current: &IntegrationGrant) -> Result<(), Problem> {
    let client = current.client_id.as_str();
    tx.wait_for_client(client)?;
    let gone = diesel::delete(integration::table)
        .filter(integration::client_id.eq(client))
        .filter(integration::edit.eq(current.edit))
        .execute(tx.conn)?;
    one_changed(gone)?;
    audit::record(tx, Event::new("integrationShutOut", "integration", client))?;
    tell(tx, client)
}

/// The machine itself is told that what it reaches has changed.
fn tell(tx: &mut Tx, client: &str) -> Result<(), Problem> {
    let event = Event::scope_changed("integration", client);
    audit::record(tx, event.for_client(client))
}
