//! `/inspections/{inspectionId}/visits`, what the facility is told, and what it sends.
use actix_web::{HttpResponse, post, put};

use super::routes::{act, change};
use super::store::Head;
use super::{
    AnnouncementInput, DocumentAnswerInput, Inspection, VisitInput, VisitRecordInput, documents,
    rules, visits,
};
use crate::access::policy::{AnswerInspections, RecordInspections, WorkInspections};
use crate::access::{Allowed, Tx};
use crate::db::types::Id;
use crate::http::idempotency::IdempotencyKey;
use crate::http::query::{Nothing, Query};
use crate::http::{IfMatch, Json, Path};
use crate::problem::Problem;

/// Plan a visit, or plan it otherwise
///
/// The client makes the id. A visit can last more than a day; one that is not announced shows to the facility once it took place.
#[utoipa::path(tag = "Inspection", operation_id = "planVisit",
    params(("inspectionId" = Id, Path, description = "The inspection."), ("visitId" = Id, Path, description = "The visit; the client makes the id.")),
    request_body = VisitInput, extensions(("x-action" = json!("WorkInspections"))),
    responses((status = 200, description = "The inspection as it is now.", body = Inspection)))]
#[put("/inspections/{inspectionId}/visits/{visitId}")]
pub async fn plan_visit(
    allowed: Allowed<WorkInspections>,
    path: Path<(Id, Id)>,
    if_match: IfMatch,
    _: Query<Nothing>,
    body: Json<VisitInput>,
) -> Result<HttpResponse, Problem> {
    let ((id, visit), arrival, input) = (path.0, Id::new(), body.value);
    let plan = move |tx: &mut Tx, head: &Head| visits::plan(tx, head, (visit, arrival), &input);
    change(&allowed, id, (&rules::PLAN_VISIT, if_match), plan).await
}

/// Record what became of a visit
///
/// Held, refused or cancelled; again to correct it. The first that was held starts the inspection, and pins the checklist as it is.
#[utoipa::path(tag = "Inspection", operation_id = "recordVisit",
    params(("inspectionId" = Id, Path, description = "The inspection."), ("visitId" = Id, Path, description = "The visit.")),
    request_body = VisitRecordInput, extensions(("x-action" = json!("RecordInspections"))),
    responses((status = 200, description = "The inspection as it is now.", body = Inspection)))]
#[put("/inspections/{inspectionId}/visits/{visitId}/record")]
pub async fn record_visit(
    allowed: Allowed<RecordInspections>,
    path: Path<(Id, Id)>,
    if_match: IfMatch,
    _: Query<Nothing>,
    body: Json<VisitRecordInput>,
) -> Result<HttpResponse, Problem> {
    let ((id, visit), input) = (path.0, body.value);
    let record = move |tx: &mut Tx, head: &Head| visits::record(tx, head, visit, &input);
    change(&allowed, id, (&rules::RECORD_VISIT, if_match), record).await
}

/// Announce an inspection
///
/// From then on the facility sees its date, scope and checklist, and the documents that it is asked for; again to tell or ask more. An unannounced
/// inspection is announced only after its first visit.
#[utoipa::path(tag = "Inspection", operation_id = "announceInspection", params(("inspectionId" = Id, Path, description = "The inspection.")),
    request_body = AnnouncementInput, extensions(("x-action" = json!("WorkInspections"))),
    responses((status = 200, description = "The inspection as it is now.", body = Inspection)))]
#[post("/inspections/{inspectionId}/announcements")]
pub async fn announce_inspection(
    allowed: Allowed<WorkInspections>,
    path: Path<Id>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<AnnouncementInput>,
) -> Result<HttpResponse, Problem> {
    let input = body.value;
    let ids: Vec<Id> = input.document_requests.iter().map(|_| Id::new()).collect();
    let step = (&rules::ANNOUNCE, if_match);
    let announce = move |tx: &mut Tx, head: &Head| visits::announce(tx, head, &ids, &input);
    act(&allowed, path.0, step, (key, body.bytes), announce).await
}

/// Send what was asked for
///
/// A note, attachments of the facility, or both; what was sent before stays.
#[utoipa::path(tag = "Inspection", operation_id = "answerDocumentRequest",
    params(("inspectionId" = Id, Path, description = "The inspection."), ("requestId" = Id, Path, description = "The document request.")),
    request_body = DocumentAnswerInput, extensions(("x-action" = json!("AnswerInspections"))),
    responses((status = 200, description = "The inspection as it is now.", body = Inspection)))]
#[post("/inspections/{inspectionId}/documentRequests/{requestId}/answers")]
pub async fn answer_document_request(
    allowed: Allowed<AnswerInspections>,
    path: Path<(Id, Id)>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<DocumentAnswerInput>,
) -> Result<HttpResponse, Problem> {
    let ((id, request), answer, input) = (path.0, Id::new(), body.value);
    let step = (&rules::ANSWER_DOCUMENTS, if_match);
    let keep =
        move |tx: &mut Tx, head: &Head| documents::answer(tx, head, (request, answer), &input);
    act(&allowed, id, step, (key, body.bytes), keep).await
}
