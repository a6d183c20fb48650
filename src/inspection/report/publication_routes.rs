//! `/inspections/{inspectionId}/publications`, and `/publishedReports` for everyone.
use actix_web::{HttpRequest, HttpResponse, get, post};

use super::{
    PublicationInput, PublishedReport, PublishedReportSummary, WithdrawalInput, page, publication,
    routes,
};
use crate::access::open::ToAll;
use crate::access::policy::RecordInspections;
use crate::access::{Allowed, Tx};
use crate::db::types::Id;
use crate::http::accept::Rendition;
use crate::http::answer;
use crate::http::etag::{ETag, IfNoneMatch};
use crate::http::idempotency::IdempotencyKey;
use crate::http::page::Window;
use crate::http::query::{Nothing, Query};
use crate::http::{IfMatch, Json, Page, Path};
use crate::inspection::routes::act;
use crate::inspection::store::Head;
use crate::inspection::{Inspection, rules};
use crate::problem::Problem;

/// Publish the report
///
/// The last one with a number, after a named person looked for what must not be in it. People are left out, and so are the texts in `redactions`; the
/// name of somebody of the team that is left in a text is 400, saying where. Of a report that it corrects it takes the place.
#[utoipa::path(tag = "Inspection", operation_id = "publishReport", params(("inspectionId" = Id, Path, description = "The inspection.")),
    request_body = PublicationInput, extensions(("x-action" = json!("RecordInspections"))),
    responses((status = 200, description = "The inspection as it is now.", body = Inspection)))]
#[post("/inspections/{inspectionId}/publications")]
pub async fn publish_report(
    allowed: Allowed<RecordInspections>,
    path: Path<Id>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<PublicationInput>,
) -> Result<HttpResponse, Problem> {
    let (publication, input) = (Id::new(), body.value);
    let work = move |tx: &mut Tx, head: &Head| publication::publish(tx, head, publication, &input);
    act(
        &allowed,
        path.0,
        (&rules::PUBLISH, if_match),
        (key, body.bytes),
        work,
    )
    .await
}

/// Withdraw a publication
///
/// For a reason that everyone can read; what it said is gone from there.
#[utoipa::path(tag = "Inspection", operation_id = "withdrawPublication",
    params(("inspectionId" = Id, Path, description = "The inspection."), ("publicationId" = Id, Path, description = "The publication.")),
    request_body = WithdrawalInput, extensions(("x-action" = json!("RecordInspections"))),
    responses((status = 200, description = "The inspection as it is now.", body = Inspection)))]
#[post("/inspections/{inspectionId}/publications/{publicationId}/withdrawals")]
pub async fn withdraw_publication(
    allowed: Allowed<RecordInspections>,
    path: Path<(Id, Id)>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<WithdrawalInput>,
) -> Result<HttpResponse, Problem> {
    let ((id, publication), input) = (path.0, body.value);
    let work = move |tx: &mut Tx, head: &Head| publication::withdraw(tx, head, publication, &input);
    act(
        &allowed,
        id,
        (&rules::WITHDRAW, if_match),
        (key, body.bytes),
        work,
    )
    .await
}

/// List published reports
#[utoipa::path(tag = "Published reports", operation_id = "listPublishedReports", security(()),
    responses((status = 200, description = "A page of published reports, in the order of publication.", body = Page<PublishedReportSummary>)))]
#[get("/publishedReports")]
pub async fn list_published_reports(
    everyone: ToAll,
    query: Query<Window<Id>>,
) -> Result<HttpResponse, Problem> {
    let (window, link) = (query.0, everyone.state().link("/publishedReports"));
    let page = everyone
        .read(move |tx| {
            let items = publication::list(tx, &window)?;
            Ok(window.page(items, &link, &[], |item| item.id.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// Read a published report
///
/// As JSON, or as a page where `Accept` asks for `text/html`. Of one that was withdrawn it says so, and why.
#[utoipa::path(tag = "Published reports", operation_id = "readPublishedReport", security(()),
    params(("publicationId" = Id, Path, description = "The publication.")),
    responses((status = 200, description = "The report, without the names of people.", content((PublishedReport = "application/json"), (String = "text/html")))))]
#[get("/publishedReports/{publicationId}")]
pub async fn read_published_report(
    everyone: ToAll,
    path: Path<Id>,
    _: Query<Nothing>,
    rendition: Rendition,
    known: IfNoneMatch,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let found = everyone
        .read(move |tx| publication::read(tx, path.0))
        .await?;
    let said = serde_json::to_vec(&found.summary).map_err(Problem::internal)?;
    let tag = ETag::of_content("p", &said);
    match rendition {
        Rendition::Json => answer::one_of_several(&found, &tag, &known),
        Rendition::Html => {
            routes::shown(&request, &tag, &known, |language| match &found.document {
                Some(document) => page::render(document, language),
                None => page::withdrawn(&found.summary, language),
            })
        }
    }
}
