//! `/integrations`: the machines that an admin let in. Mandates by the organisations themselves come beside it later.
use actix_web::{HttpResponse, delete, get, put};
use diesel::prelude::*;

use super::store::organisation;
use super::{IntegrationGrant, IntegrationGrantInput};
use crate::access::policy::{ACTIONS, ManageIntegrations, ReadIntegrations};
use crate::access::{Allowed, Role, Tx};
use crate::audit::{self, Event};
use crate::db::guarded::{first_of_its_code, one_changed};
use crate::db::schema::integration;
use crate::db::types::{AnyBackend, JsonText, Moment};
use crate::http::answer;
use crate::http::body::Check;
use crate::http::checks::{at_most, check_name};
use crate::http::etag::{IfNoneMatch, Precondition};
use crate::http::page::{Arrival, Window};
use crate::http::query::{Nothing, Query};
use crate::http::{ETag, IfMatch, Json, Page, Path};
use crate::problem::{Issue, Problem};
use crate::text::Text;
use crate::words::Code;

/// Every scope that some action asks of a machine.
pub fn known_scopes() -> Vec<&'static str> {
    let mut scopes: Vec<&str> = ACTIONS
        .iter()
        .filter(|(_, roles, scope)| roles.contains(&Role::Integration) && !scope.is_empty())
        .map(|(_, _, scope)| *scope)
        .collect();
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

impl Check for IntegrationGrantInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_name("name", &self.name, faults);
        at_most("organisations", self.organisations.len(), 500, faults);
        if !at_most("scopes", self.scopes.len(), 20, faults) {
            return;
        }
        let known = known_scopes();
        for (index, scope) in self.scopes.iter().enumerate() {
            let name = format!("scopes[{index}]");
            if !known.contains(&scope.as_str()) {
                let known = known.join(", ");
                let detail = Text::new(
                    format!("Deze scope bestaat niet; gebruik: {known}."),
                    format!("Ce scope n'existe pas ; utilisez : {known}."),
                    format!("There is no such scope; use: {known}."),
                );
                faults.push(Issue::body("unknownScope", name, detail).with_value(scope.clone()));
            } else if self.all_organisations && scope.starts_with("write:") {
                let detail = Text::new(
                    "Wie over alle organisaties leest, schrijft niet; noem de organisaties waarvoor dit mag.",
                    "Qui lit sur toutes les organisations n'écrit pas ; nommez les organisations concernées.",
                    "Who reads about all organisations does not write; name the organisations that this is for.",
                );
                faults.push(Issue::body("tooWide", name, detail).with_value(scope.clone()));
            }
        }
    }
}

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

fn find(tx: &mut Tx, client: &str) -> Result<Option<IntegrationGrant>, Problem> {
    let row = integration::table
        .filter(integration::client_id.eq(client))
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    row.map(Row::grant).transpose()
}

/// Lets a machine in, or changes how.
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
    find(tx, client)?.ok_or_else(Problem::not_found)
}

/// List the machines that were let in
#[utoipa::path(tag = "Settings", operation_id = "listIntegrations", extensions(("x-action" = json!("ReadIntegrations"))),
    responses((status = 200, description = "A page of grants.", body = Page<IntegrationGrant>)))]
#[get("/integrations")]
pub async fn list_integrations(
    allowed: Allowed<ReadIntegrations>,
    query: Query<Window<Arrival>>,
) -> Result<HttpResponse, Problem> {
    let window = query.0;
    let link = allowed.state().link("/integrations");
    let page = allowed
        .read(move |tx| {
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
            let items = rows.into_iter().map(Row::grant).collect::<Result<_, _>>()?;
            Ok(window.page(items, &link, &[], |item: &IntegrationGrant| {
                Arrival::of(item.created_at, &item.client_id)
            }))
        })
        .await?;
    answer::plain(&page)
}

/// Read how a machine was let in
#[utoipa::path(tag = "Settings", operation_id = "readIntegration", params(("clientId" = Code, Path, description = "The `client_id` in its tokens.")),
    extensions(("x-action" = json!("ReadIntegrations"))),
    responses((status = 200, description = "The grant.", body = IntegrationGrant)))]
#[get("/integrations/{clientId}")]
pub async fn read_integration(
    allowed: Allowed<ReadIntegrations>,
    path: Path<Code>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let found = allowed
        .read(move |tx| find(tx, path.0.as_str())?.ok_or_else(Problem::not_found))
        .await?;
    answer::found(&found, &ETag::edit(found.edit), &known)
}

/// Let a machine in, or change how
#[utoipa::path(tag = "Settings", operation_id = "putIntegration", params(("clientId" = Code, Path, description = "The `client_id` in its tokens.")),
    request_body = IntegrationGrantInput, extensions(("x-action" = json!("ManageIntegrations"))),
    responses((status = 200, description = "The grant as it is now.", body = IntegrationGrant),
        (status = 201, description = "The new grant.", body = IntegrationGrant)))]
#[put("/integrations/{clientId}")]
pub async fn put_integration(
    allowed: Allowed<ManageIntegrations>,
    path: Path<Code>,
    precondition: Precondition,
    _: Query<Nothing>,
    body: Json<IntegrationGrantInput>,
) -> Result<HttpResponse, Problem> {
    let (saved, new) = allowed
        .write(move |tx| {
            let current = find(tx, path.0.as_str())?;
            let tag = current.as_ref().map(|current| ETag::edit(current.edit));
            precondition.check(tag.as_ref())?;
            let saved = save(tx, path.0.as_str(), current.as_ref(), &body.value)?;
            Ok((saved, current.is_none()))
        })
        .await?;
    answer::put(&saved, &ETag::edit(saved.edit), &saved.href, new)
}

/// Shut a machine out, at once
#[utoipa::path(tag = "Settings", operation_id = "deleteIntegration", params(("clientId" = Code, Path, description = "The `client_id` in its tokens.")),
    extensions(("x-action" = json!("ManageIntegrations"))),
    responses((status = 204, description = "It is out.")))]
#[delete("/integrations/{clientId}")]
pub async fn delete_integration(
    allowed: Allowed<ManageIntegrations>,
    path: Path<Code>,
    if_match: IfMatch,
    _: Query<Nothing>,
) -> Result<HttpResponse, Problem> {
    allowed
        .write(move |tx| {
            let client = path.0.as_str();
            let current = find(tx, client)?.ok_or_else(Problem::not_found)?;
            if_match.check(&ETag::edit(current.edit))?;
            let gone = diesel::delete(integration::table)
                .filter(integration::client_id.eq(client))
                .filter(integration::edit.eq(current.edit))
                .execute(tx.conn)?;
            one_changed(gone)?;
            audit::record(tx, Event::new("integrationShutOut", "integration", client))
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
