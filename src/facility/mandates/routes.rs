//! `/organisations/{organisationId}/mandates`.
use actix_web::{HttpResponse, delete, get, post, put};

use super::{Mandate, MandateInput, work};
use crate::access::policy::{GiveMandate, ReadMandates, RevokeMandate};
use crate::access::{Allowed, Tx};
use crate::db::types::Id;
use crate::http::answer;
use crate::http::etag::IfNoneMatch;
use crate::http::idempotency::{IdempotencyKey, Stored};
use crate::http::page::Window;
use crate::http::query::{Nothing, Query};
use crate::http::{IfMatch, Json, Page, Path};
use crate::problem::Problem;

/// List the mandates of an organisation
///
/// Those that are live, and those that were. Who is there for one facility sees those that reach it.
#[utoipa::path(tag = "Mandates", operation_id = "listMandates", params(("organisationId" = Id, Path, description = "The organisation.")),
    extensions(("x-action" = json!("ReadMandates"))),
    responses((status = 200, description = "A page of mandates.", body = Page<Mandate>)))]
#[get("/organisations/{organisationId}/mandates")]
pub async fn list_mandates(
    allowed: Allowed<ReadMandates>,
    path: Path<Id>,
    query: Query<Window<Id>>,
) -> Result<HttpResponse, Problem> {
    let (organisation, window) = (path.0, query.0);
    let link = allowed
        .state()
        .link(&format!("/organisations/{organisation}/mandates"));
    let page = allowed
        .read(move |tx| {
            let items = work::list(tx, organisation, &window)?;
            Ok(window.page(items, &link, &[], |item| item.id.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// Give a machine a mandate
///
/// What it may do, for which facilities and until when; the machine's token must say each scope too. Where it has a live mandate already
/// the answer is 409, naming that one.
#[utoipa::path(tag = "Mandates", operation_id = "giveMandate", params(("organisationId" = Id, Path, description = "The organisation.")),
    request_body = MandateInput, extensions(("x-action" = json!("GiveMandate"))),
    responses((status = 201, description = "The new mandate.", body = Mandate)))]
#[post("/organisations/{organisationId}/mandates")]
pub async fn give_mandate(
    allowed: Allowed<GiveMandate>,
    path: Path<Id>,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<MandateInput>,
) -> Result<HttpResponse, Problem> {
    let (organisation, id, input) = (path.0, Id::new(), body.value);
    let right = move |tx: &mut Tx| work::may_give(tx, organisation);
    let give = move |tx: &mut Tx| {
        let made = work::give(tx, organisation, id, &input)?;
        Stored::created(made.href.clone(), &made.tag(), &made)
    };
    Ok(allowed
        .write_once(key, body.bytes, right, give)
        .await?
        .response())
}

/// Read a mandate
#[utoipa::path(tag = "Mandates", operation_id = "readMandate",
    params(("organisationId" = Id, Path, description = "The organisation."), ("mandateId" = Id, Path, description = "The mandate.")),
    extensions(("x-action" = json!("ReadMandates"))),
    responses((status = 200, description = "The mandate.", body = Mandate)))]
#[get("/organisations/{organisationId}/mandates/{mandateId}")]
pub async fn read_mandate(
    allowed: Allowed<ReadMandates>,
    path: Path<(Id, Id)>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let (organisation, id) = path.0;
    let found = allowed
        .read(move |tx| work::read(tx, organisation, id))
        .await?;
    answer::found(&found, &found.tag(), &known)
}

/// Replace what a mandate says
///
/// But for its client. One that expired is live again by a later `validUntil`.
#[utoipa::path(tag = "Mandates", operation_id = "replaceMandate",
    params(("organisationId" = Id, Path, description = "The organisation."), ("mandateId" = Id, Path, description = "The mandate.")),
    request_body = MandateInput, extensions(("x-action" = json!("GiveMandate"))),
    responses((status = 200, description = "The mandate as it is now.", body = Mandate)))]
#[put("/organisations/{organisationId}/mandates/{mandateId}")]
pub async fn replace_mandate(
    allowed: Allowed<GiveMandate>,
    path: Path<(Id, Id)>,
    if_match: IfMatch,
    _: Query<Nothing>,
    body: Json<MandateInput>,
) -> Result<HttpResponse, Problem> {
    let which = path.0;
    let changed = allowed
        .write(move |tx| work::replace(tx, which, &if_match, &body.value))
        .await?;
    answer::changed(&changed, &changed.tag())
}

/// Revoke a mandate, at once
///
/// It stays readable, with who revoked it and when.
#[utoipa::path(tag = "Mandates", operation_id = "revokeMandate",
    params(("organisationId" = Id, Path, description = "The organisation."), ("mandateId" = Id, Path, description = "The mandate.")),
    extensions(("x-action" = json!("RevokeMandate"))),
    responses((status = 204, description = "It is revoked.")))]
#[delete("/organisations/{organisationId}/mandates/{mandateId}")]
pub async fn revoke_mandate(
    allowed: Allowed<RevokeMandate>,
    path: Path<(Id, Id)>,
    if_match: IfMatch,
    _: Query<Nothing>,
) -> Result<HttpResponse, Problem> {
    let (organisation, id) = path.0;
    allowed
        .write(move |tx| work::revoke(tx, organisation, id, &if_match))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}
