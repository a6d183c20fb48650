//! `/inspections/{inspectionId}/reports` and `…/improvementPoints`.
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, get, post, put};

use super::{
    ImprovementPointDraft, ImprovementPointInput, Report, ReportInput, ReportSummary, page, points,
    work,
};
use crate::access::policy::{ReadFindings, ReadInspections, RecordInspections};
use crate::access::{Allowed, Tx};
use crate::db::types::Id;
use crate::http::accept::Rendition;
use crate::http::answer;
use crate::http::etag::{ETag, IfNoneMatch, Precondition};
use crate::http::html;
use crate::http::idempotency::{IdempotencyKey, Stored};
use crate::http::page::Window;
use crate::http::query::{Nothing, Query};
use crate::http::wrap::language_of;
use crate::http::{IfMatch, Json, Page, Path};
use crate::inspection::store as inspections;
use crate::inspection::{Inspection, rules, work as inspection_work};
use crate::problem::Problem;
use crate::text::Language;

/// List the reports of an inspection
///
/// Its team sees all, the facility the drafts that were sent to it and final ones, the recognising body final ones.
#[utoipa::path(tag = "Inspection", operation_id = "listReports", params(("inspectionId" = Id, Path, description = "The inspection.")),
    extensions(("x-action" = json!("ReadInspections"))),
    responses((status = 200, description = "A page of reports, oldest first.", body = Page<ReportSummary>)))]
#[get("/inspections/{inspectionId}/reports")]
pub async fn list_reports(
    allowed: Allowed<ReadInspections>,
    path: Path<Id>,
    query: Query<Window<Id>>,
) -> Result<HttpResponse, Problem> {
    let (id, window) = (path.0, query.0);
    let link = allowed.state().link(&format!("/inspections/{id}/reports"));
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

/// Freeze a report
///
/// The one that the state calls for: a draft (ontwerpverslag) while the inspection is under way; the final one, with its number, once the facility's
/// time to react is over or it said that nothing more comes, and a reviewer decided on all that it said; after that a correction, a new document
/// that names the one before and says why. A finding in a conflict forbids it, and a draft a visit that is still planned: 409. Numbers have no gap
/// within a year.
#[utoipa::path(tag = "Inspection", operation_id = "createReport", params(("inspectionId" = Id, Path, description = "The inspection.")),
    request_body = ReportInput, extensions(("x-action" = json!("RecordInspections"))),
    responses((status = 201, description = "The inspection as it is now; `Location` is the report.", body = Inspection)))]
#[post("/inspections/{inspectionId}/reports")]
pub async fn create_report(
    allowed: Allowed<RecordInspections>,
    path: Path<Id>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<ReportInput>,
) -> Result<HttpResponse, Problem> {
    let ((id, report), input) = ((path.0, Id::new()), body.value);
    let right = move |tx: &mut Tx| inspection_work::may(tx, id, &rules::FREEZE);
    let freeze = move |tx: &mut Tx| {
        let head = inspection_work::take(tx, id, &rules::FREEZE, &if_match)?;
        work::freeze(tx, &head, report, &input)?;
        let now = inspections::read(tx, id)?;
        Stored::created(
            format!("/v1/inspections/{id}/reports/{report}"),
            &now.tag()?,
            &now,
        )
    };
    Ok(allowed
        .write_once(key, body.bytes, right, freeze)
        .await?
        .response())
}

/// Read a report
///
/// As JSON, or as a page that reads on a screen and on paper where `Accept` asks for `text/html`; the fixed words of the page are in the language
/// of `Accept-Language`.
#[utoipa::path(tag = "Inspection", operation_id = "readReport",
    params(("inspectionId" = Id, Path, description = "The inspection."), ("reportId" = Id, Path, description = "The report.")),
    extensions(("x-action" = json!("ReadInspections"))),
    responses((status = 200, description = "The report.", content((Report = "application/json"), (String = "text/html")))))]
#[get("/inspections/{inspectionId}/reports/{reportId}")]
pub async fn read_report(
    allowed: Allowed<ReadInspections>,
    path: Path<(Id, Id)>,
    _: Query<Nothing>,
    rendition: Rendition,
    known: IfNoneMatch,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let (id, report) = path.0;
    let found = allowed.read(move |tx| work::read(tx, id, report)).await?;
    let tag = ETag::named(format!(
        "{}-{}",
        found.summary.id,
        found.document.people.len()
    ));
    match rendition {
        Rendition::Json => answer::one_of_several(&found, &tag, &known),
        Rendition::Html => shown(&request, &tag, &known, |language| {
            page::render(&found.document, language)
        }),
    }
}

/// A page. It loads nothing and runs nothing.
pub fn shown(
    request: &HttpRequest,
    tag: &ETag,
    known: &IfNoneMatch,
    render: impl FnOnce(Language) -> Result<String, minijinja::Error>,
) -> Result<HttpResponse, Problem> {
    let language = language_of(request);
    let tag = tag.form(format!("{language:?}").to_lowercase());
    if known.has(&tag) {
        return Ok(answer::not_modified(&tag));
    }
    let page = render(language).map_err(Problem::internal)?;
    Ok(html::page(StatusCode::OK, page::STYLE)
        .insert_header((header::ETAG, tag.to_string()))
        .insert_header((header::VARY, "accept, accept-language"))
        .body(page))
}

/// List the improvement points of an inspection
#[utoipa::path(tag = "Inspection", operation_id = "listImprovementPoints", params(("inspectionId" = Id, Path, description = "The inspection.")),
    extensions(("x-action" = json!("ReadFindings"))),
    responses((status = 200, description = "A page of improvement points, in the order in which they were made.", body = Page<ImprovementPointDraft>)))]
#[get("/inspections/{inspectionId}/improvementPoints")]
pub async fn list_improvement_points(
    allowed: Allowed<ReadFindings>,
    path: Path<Id>,
    query: Query<Window<Id>>,
) -> Result<HttpResponse, Problem> {
    let (id, window) = (path.0, query.0);
    let link = allowed
        .state()
        .link(&format!("/inspections/{id}/improvementPoints"));
    let page = allowed
        .read(move |tx| {
            inspection_work::find_inside(tx, id)?;
            let mut items = points::all(tx, id)?;
            items.retain(|point| window.after.is_none_or(|after| point.arrival > after));
            Ok(window.page(items, &link, &[], |item| item.arrival.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// Establish an improvement point, or say it otherwise
///
/// What must be mended (verbeterpunt), priority or not, from a finding. Its term is set by the recognising body, never here. One that is withdrawn
/// stays, and is in no report.
#[utoipa::path(tag = "Inspection", operation_id = "putImprovementPoint",
    params(("inspectionId" = Id, Path, description = "The inspection."), ("improvementPointId" = Id, Path, description = "The improvement point; the client makes the id.")),
    request_body = ImprovementPointInput, extensions(("x-action" = json!("RecordInspections"))),
    responses((status = 200, description = "The improvement point as it is now.", body = ImprovementPointDraft),
        (status = 201, description = "The new improvement point.", body = ImprovementPointDraft)))]
#[put("/inspections/{inspectionId}/improvementPoints/{improvementPointId}")]
pub async fn put_improvement_point(
    allowed: Allowed<RecordInspections>,
    path: Path<(Id, Id)>,
    condition: Precondition,
    _: Query<Nothing>,
    body: Json<ImprovementPointInput>,
) -> Result<HttpResponse, Problem> {
    let ((id, point), arrival, input) = (path.0, Id::new(), body.value);
    let (saved, new) = allowed
        .write(move |tx| points::put(tx, (id, point, arrival), &condition, &input))
        .await?;
    answer::put(&saved, &saved.tag(), &saved.href, new)
}
