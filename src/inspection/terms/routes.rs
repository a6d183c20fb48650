//! `/inspections/{inspectionId}/termReports`, and the end of an inspection.
use actix_web::{HttpRequest, HttpResponse, get, post};

use super::{
    ClosingInput, TermReactionsInput, TermReport, TermReportInput, TermReportSummary, page, work,
};
use crate::access::policy::{
    AnswerInspections, CloseInspections, ReadInspections, ReceiveTerms, SetTerms,
};
use crate::access::{Allowed, Tx};
use crate::db::types::Id;
use crate::http::accept::Rendition;
use crate::http::answer;
use crate::http::etag::{ETag, IfNoneMatch};
use crate::http::idempotency::{IdempotencyKey, Stored};
use crate::http::page::Window;
use crate::http::query::{Nothing, Query};
use crate::http::{IfMatch, Json, Page, Path};
use crate::inspection::report::{DeliveryInput, ExtensionInput, ReceiptInput, shown};
use crate::inspection::routes::act;
use crate::inspection::store::{self as inspections, Head};
use crate::inspection::{Inspection, rules, work as inspection_work};
use crate::problem::Problem;

/// List the term reports of an inspection
///
/// The recognising body sees all; the facility, planners and the team definitive ones and drafts that were sent.
#[utoipa::path(tag = "Inspection", operation_id = "listTermReports", params(("inspectionId" = Id, Path, description = "The inspection.")),
    extensions(("x-action" = json!("ReadInspections"))),
    responses((status = 200, description = "A page of term reports, oldest first.", body = Page<TermReportSummary>)))]
#[get("/inspections/{inspectionId}/termReports")]
pub async fn list_term_reports(
    allowed: Allowed<ReadInspections>,
    path: Path<Id>,
    query: Query<Window<Id>>,
) -> Result<HttpResponse, Problem> {
    let (id, window) = (path.0, query.0);
    let link = allowed
        .state()
        .link(&format!("/inspections/{id}/termReports"));
    let page = allowed
        .read(move |tx| {
            let head = inspections::find(tx, id)?;
            let mut items = work::visible(tx, &head)?;
            items.retain(|report| window.after.is_none_or(|after| report.id > after));
            Ok(window.page(items, &link, &[], |item| item.id.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// Set terms
///
/// By the recognising body, on every improvement point of the last numbered report: a last day, or a reason why there is none. First a draft
/// (*voorlopig verslag van termijnbepaling*), which is sent to the facility; once its time to react is over, or it said that nothing more comes, the
/// definitive one, from which on the points are followed up. Who stands on another side of the inspection has no part in it: 403.
#[utoipa::path(tag = "Inspection", operation_id = "createTermReport", params(("inspectionId" = Id, Path, description = "The inspection.")),
    request_body = TermReportInput, extensions(("x-action" = json!("SetTerms"))),
    responses((status = 201, description = "The inspection as it is now; `Location` is the term report.", body = Inspection)))]
#[post("/inspections/{inspectionId}/termReports")]
pub async fn create_term_report(
    allowed: Allowed<SetTerms>,
    path: Path<Id>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<TermReportInput>,
) -> Result<HttpResponse, Problem> {
    let ((id, report), input) = ((path.0, Id::new()), body.value);
    let right = move |tx: &mut Tx| inspection_work::may(tx, id, &rules::SET_TERMS);
    let freeze = move |tx: &mut Tx| {
        let head = inspection_work::take(tx, id, &rules::SET_TERMS, &if_match)?;
        work::freeze(tx, &head, report, &input)?;
        let now = inspections::read(tx, id)?;
        let at = format!("/v1/inspections/{id}/termReports/{report}");
        Stored::created(at, &now.tag()?, &now)
    };
    Ok(allowed
        .write_once(key, body.bytes, right, freeze)
        .await?
        .response())
}

/// Read a term report
///
/// As JSON, or as a page that reads on a screen and on paper where `Accept` asks for `text/html`; the fixed words of the page are in the language
/// of `Accept-Language`.
#[utoipa::path(tag = "Inspection", operation_id = "readTermReport",
    params(("inspectionId" = Id, Path, description = "The inspection."), ("termReportId" = Id, Path, description = "The term report.")),
    extensions(("x-action" = json!("ReadInspections"))),
    responses((status = 200, description = "The term report.", content((TermReport = "application/json"), (String = "text/html")))))]
#[get("/inspections/{inspectionId}/termReports/{termReportId}")]
pub async fn read_term_report(
    allowed: Allowed<ReadInspections>,
    path: Path<(Id, Id)>,
    _: Query<Nothing>,
    rendition: Rendition,
    known: IfNoneMatch,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (id, report) = path.0;
    let found = allowed.read(move |tx| work::read(tx, id, report)).await?;
    match rendition {
        Rendition::Json => {
            let said = serde_json::to_vec(&found).map_err(Problem::internal)?;
            answer::one_of_several(&found, &ETag::of_content("s", &said), &known)
        }
        Rendition::Html => {
            let tag = ETag::named(report.to_string());
            shown(&request, &tag, &known, |language| {
                page::render(&found.document, language)
            })
        }
    }
}

/// Deliver a term report
///
/// The last one, once. With a draft the facility can react: its clock starts at the delivery that is proven, or presumed where that is set.
#[utoipa::path(tag = "Inspection", operation_id = "deliverTermReport",
    params(("inspectionId" = Id, Path, description = "The inspection."), ("termReportId" = Id, Path, description = "The term report.")),
    request_body = DeliveryInput, extensions(("x-action" = json!("SetTerms"))),
    responses((status = 200, description = "The inspection as it is now.", body = Inspection)))]
#[post("/inspections/{inspectionId}/termReports/{termReportId}/deliveries")]
pub async fn deliver_term_report(
    allowed: Allowed<SetTerms>,
    path: Path<(Id, Id)>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<DeliveryInput>,
) -> Result<HttpResponse, Problem> {
    let ((id, report), delivery, input) = (path.0, Id::new(), body.value);
    let work = move |tx: &mut Tx, head: &Head| work::deliver(tx, head, (report, delivery), &input);
    let step = (&rules::DELIVER_TERMS, if_match);
    act(&allowed, id, step, (key, body.bytes), work).await
}

/// Record that a term report was delivered
///
/// By somebody of the facility, who opens it: then it was delivered today. By the recognising body, with the day and what proves it.
#[utoipa::path(tag = "Inspection", operation_id = "recordTermReceipt",
    params(("inspectionId" = Id, Path, description = "The inspection."), ("termReportId" = Id, Path, description = "The term report.")),
    request_body = ReceiptInput, extensions(("x-action" = json!("ReceiveTerms"))),
    responses((status = 200, description = "The inspection as it is now.", body = Inspection)))]
#[post("/inspections/{inspectionId}/termReports/{termReportId}/receipts")]
pub async fn record_term_receipt(
    allowed: Allowed<ReceiveTerms>,
    path: Path<(Id, Id)>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<ReceiptInput>,
) -> Result<HttpResponse, Problem> {
    let ((id, report), input) = (path.0, body.value);
    let work = move |tx: &mut Tx, head: &Head| work::receive(tx, head, report, &input);
    let step = (&rules::RECEIVE_TERMS, if_match);
    act(&allowed, id, step, (key, body.bytes), work).await
}

/// Give the facility more time to react to a draft of terms
#[utoipa::path(tag = "Inspection", operation_id = "extendTermReaction",
    params(("inspectionId" = Id, Path, description = "The inspection."), ("termReportId" = Id, Path, description = "The term report.")),
    request_body = ExtensionInput, extensions(("x-action" = json!("SetTerms"))),
    responses((status = 200, description = "The inspection as it is now.", body = Inspection)))]
#[post("/inspections/{inspectionId}/termReports/{termReportId}/extensions")]
pub async fn extend_term_reaction(
    allowed: Allowed<SetTerms>,
    path: Path<(Id, Id)>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<ExtensionInput>,
) -> Result<HttpResponse, Problem> {
    let ((id, report), input) = (path.0, body.value);
    let work = move |tx: &mut Tx, head: &Head| work::extend(tx, head, report, &input);
    let step = (&rules::EXTEND_TERMS, if_match);
    act(&allowed, id, step, (key, body.bytes), work).await
}

/// React to a draft of terms
///
/// To single improvement points, or to the draft as a whole, while the clock runs.
#[utoipa::path(tag = "Inspection", operation_id = "reactToTerms",
    params(("inspectionId" = Id, Path, description = "The inspection."), ("termReportId" = Id, Path, description = "The term report.")),
    request_body = TermReactionsInput, extensions(("x-action" = json!("AnswerInspections"))),
    responses((status = 200, description = "The inspection as it is now.", body = Inspection)))]
#[post("/inspections/{inspectionId}/termReports/{termReportId}/reactions")]
pub async fn react_to_terms(
    allowed: Allowed<AnswerInspections>,
    path: Path<(Id, Id)>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<TermReactionsInput>,
) -> Result<HttpResponse, Problem> {
    let ((id, report), input) = (path.0, body.value);
    let ids: Vec<Id> = input.reactions.iter().map(|_| Id::new()).collect();
    let work = move |tx: &mut Tx, head: &Head| work::react(tx, head, (report, &ids), &input);
    let step = (&rules::REACT_TO_TERMS, if_match);
    act(&allowed, id, step, (key, body.bytes), work).await
}

/// Close an inspection
///
/// Once nothing is left to follow up: a final report without improvement points, or all of them mended, ended or without a term. Otherwise 409, which
/// names what is open.
#[utoipa::path(tag = "Inspection", operation_id = "closeInspection", params(("inspectionId" = Id, Path, description = "The inspection.")),
    request_body = ClosingInput, extensions(("x-action" = json!("CloseInspections"))),
    responses((status = 200, description = "The inspection as it is now.", body = Inspection)))]
#[post("/inspections/{inspectionId}/closings")]
pub async fn close_inspection(
    allowed: Allowed<CloseInspections>,
    path: Path<Id>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<ClosingInput>,
) -> Result<HttpResponse, Problem> {
    let step = (&rules::CLOSE, if_match);
    act(&allowed, path.0, step, (key, body.bytes), work::close).await
}
