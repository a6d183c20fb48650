//! `/inspections/{inspectionId}/deliveries` and `…/reactions`.
use actix_web::{HttpResponse, get, post};

use super::{
    DecisionInput, Delivery, DeliveryInput, ExtensionInput, Reaction, ReactionsInput, ReceiptInput,
    replies,
};
use crate::access::policy::{
    AnswerInspections, ReadInspections, ReceiveReports, RecordInspections,
};
use crate::access::{Allowed, Tx};
use crate::db::types::Id;
use crate::http::answer;
use crate::http::idempotency::IdempotencyKey;
use crate::http::page::Window;
use crate::http::query::{Nothing, Query};
use crate::http::{IfMatch, Json, Page, Path};
use crate::inspection::routes::act;
use crate::inspection::store::{self as inspections, Head};
use crate::inspection::{Inspection, rules};
use crate::problem::Problem;

/// List the deliveries of an inspection's reports
///
/// Each with what proves it, and the time that the facility has left to react.
#[utoipa::path(tag = "Inspection", operation_id = "listDeliveries", params(("inspectionId" = Id, Path, description = "The inspection.")),
    extensions(("x-action" = json!("ReadInspections"))),
    responses((status = 200, description = "A page of deliveries, oldest first.", body = Page<Delivery>)))]
#[get("/inspections/{inspectionId}/deliveries")]
pub async fn list_deliveries(
    allowed: Allowed<ReadInspections>,
    path: Path<Id>,
    query: Query<Window<Id>>,
) -> Result<HttpResponse, Problem> {
    let (id, window) = (path.0, query.0);
    let link = allowed
        .state()
        .link(&format!("/inspections/{id}/deliveries"));
    let page = allowed
        .read(move |tx| {
            let head = inspections::find(tx, id)?;
            let mut items = replies::sent(tx, &head)?;
            items.retain(|one| window.after.is_none_or(|after| one.id > after));
            Ok(window.page(items, &link, &[], |item| item.id.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// Deliver a report
///
/// The last one that was frozen. With a draft the facility can react: its clock starts at the delivery that is proven, or presumed where that is set.
/// A file that it names and that has not arrived yet forbids it: 409.
#[utoipa::path(tag = "Inspection", operation_id = "deliverReport", params(("inspectionId" = Id, Path, description = "The inspection.")),
    request_body = DeliveryInput, extensions(("x-action" = json!("RecordInspections"))),
    responses((status = 200, description = "The inspection as it is now.", body = Inspection)))]
#[post("/inspections/{inspectionId}/deliveries")]
pub async fn deliver_report(
    allowed: Allowed<RecordInspections>,
    path: Path<Id>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<DeliveryInput>,
) -> Result<HttpResponse, Problem> {
    let (delivery, input) = (Id::new(), body.value);
    let work = move |tx: &mut Tx, head: &Head| replies::deliver(tx, head, delivery, &input);
    act(
        &allowed,
        path.0,
        (&rules::DELIVER, if_match),
        (key, body.bytes),
        work,
    )
    .await
}

/// Record that a report was delivered
///
/// By somebody of the facility, who opens it: then it was delivered today. By the lead, with the day and what proves it; also where delivery is
/// presumed, which only the lead can set aside.
#[utoipa::path(tag = "Inspection", operation_id = "recordReceipt",
    params(("inspectionId" = Id, Path, description = "The inspection."), ("deliveryId" = Id, Path, description = "The delivery.")),
    request_body = ReceiptInput, extensions(("x-action" = json!("ReceiveReports"))),
    responses((status = 200, description = "The inspection as it is now.", body = Inspection)))]
#[post("/inspections/{inspectionId}/deliveries/{deliveryId}/receipts")]
pub async fn record_receipt(
    allowed: Allowed<ReceiveReports>,
    path: Path<(Id, Id)>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<ReceiptInput>,
) -> Result<HttpResponse, Problem> {
    let ((id, delivery), input) = (path.0, body.value);
    let work = move |tx: &mut Tx, head: &Head| replies::receive(tx, head, delivery, &input);
    act(
        &allowed,
        id,
        (&rules::RECEIVE, if_match),
        (key, body.bytes),
        work,
    )
    .await
}

/// Give the facility more time to react
#[utoipa::path(tag = "Inspection", operation_id = "extendReaction",
    params(("inspectionId" = Id, Path, description = "The inspection."), ("deliveryId" = Id, Path, description = "The delivery.")),
    request_body = ExtensionInput, extensions(("x-action" = json!("RecordInspections"))),
    responses((status = 200, description = "The inspection as it is now.", body = Inspection)))]
#[post("/inspections/{inspectionId}/deliveries/{deliveryId}/extensions")]
pub async fn extend_reaction(
    allowed: Allowed<RecordInspections>,
    path: Path<(Id, Id)>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<ExtensionInput>,
) -> Result<HttpResponse, Problem> {
    let ((id, delivery), input) = (path.0, body.value);
    let work = move |tx: &mut Tx, head: &Head| replies::extend(tx, head, delivery, &input);
    act(
        &allowed,
        id,
        (&rules::EXTEND, if_match),
        (key, body.bytes),
        work,
    )
    .await
}

/// List what a facility said to a draft
///
/// With what was decided on each.
#[utoipa::path(tag = "Inspection", operation_id = "listReactions", params(("inspectionId" = Id, Path, description = "The inspection.")),
    extensions(("x-action" = json!("ReadInspections"))),
    responses((status = 200, description = "A page of reactions, oldest first.", body = Page<Reaction>)))]
#[get("/inspections/{inspectionId}/reactions")]
pub async fn list_reactions(
    allowed: Allowed<ReadInspections>,
    path: Path<Id>,
    query: Query<Window<Id>>,
) -> Result<HttpResponse, Problem> {
    let (id, window) = (path.0, query.0);
    let link = allowed
        .state()
        .link(&format!("/inspections/{id}/reactions"));
    let page = allowed
        .read(move |tx| {
            let head = inspections::find(tx, id)?;
            let mut items = replies::shown(tx, &head)?;
            items.retain(|one| window.after.is_none_or(|after| one.id > after));
            Ok(window.page(items, &link, &[], |item| item.id.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// React to a draft
///
/// To its findings, each by type (typo, factual, evidence, other), or to the report as a whole; more can follow while there is time, unless
/// `complete` says that nothing more comes.
#[utoipa::path(tag = "Inspection", operation_id = "react", params(("inspectionId" = Id, Path, description = "The inspection.")),
    request_body = ReactionsInput, extensions(("x-action" = json!("AnswerInspections"))),
    responses((status = 200, description = "The inspection as it is now.", body = Inspection)))]
#[post("/inspections/{inspectionId}/reactions")]
pub async fn react(
    allowed: Allowed<AnswerInspections>,
    path: Path<Id>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<ReactionsInput>,
) -> Result<HttpResponse, Problem> {
    let input = body.value;
    let ids: Vec<Id> = input.reactions.iter().map(|_| Id::new()).collect();
    let work = move |tx: &mut Tx, head: &Head| replies::react(tx, head, &ids, &input);
    act(
        &allowed,
        path.0,
        (&rules::REACT, if_match),
        (key, body.bytes),
        work,
    )
    .await
}

/// Decide on a reaction
///
/// By a reviewer who was not on the visit: accepted, partly accepted or rejected, with the reason and what is changed in the text.
#[utoipa::path(tag = "Inspection", operation_id = "decideReaction",
    params(("inspectionId" = Id, Path, description = "The inspection."), ("reactionId" = Id, Path, description = "The reaction.")),
    request_body = DecisionInput, extensions(("x-action" = json!("RecordInspections"))),
    responses((status = 200, description = "The inspection as it is now.", body = Inspection)))]
#[post("/inspections/{inspectionId}/reactions/{reactionId}/decisions")]
pub async fn decide_reaction(
    allowed: Allowed<RecordInspections>,
    path: Path<(Id, Id)>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<DecisionInput>,
) -> Result<HttpResponse, Problem> {
    let ((id, reaction), input) = (path.0, body.value);
    let work = move |tx: &mut Tx, head: &Head| replies::decide(tx, head, reaction, &input);
    act(
        &allowed,
        id,
        (&rules::DECIDE, if_match),
        (key, body.bytes),
        work,
    )
    .await
}
