//! `/integrations`.
use actix_web::{HttpResponse, delete, get, put};

use super::{IntegrationGrant, IntegrationGrantInput, store};
use crate::access::Allowed;
use crate::access::policy::{ManageIntegrations, ReadIntegrations};
use crate::http::answer;
use crate::http::etag::{IfNoneMatch, Precondition};
use crate::http::page::{Arrival, Window};
use crate::http::query::{Nothing, Query};
use crate::http::{ETag, IfMatch, Json, Page, Path};
use crate::problem::Problem;
use crate::words::Code;

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
            let items = store::list(tx, &window)?;
            Ok(window.page(items, &link, &[], |item| {
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
        .read(move |tx| store::find(tx, path.0.as_str())?.ok_or_else(Problem::not_found))
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
            let current = store::find(tx, path.0.as_str())?;
            let tag = current.as_ref().map(|current| ETag::edit(current.edit));
            precondition.check(tag.as_ref())?;
            let saved = store::save(tx, path.0.as_str(), current.as_ref(), &body.value)?;
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
            let current = store::find(tx, client)?.ok_or_else(Problem::not_found)?;
            if_match.check(&ETag::edit(current.edit))?;
            store::remove(tx, &current)
        })
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
