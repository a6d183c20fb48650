//! `/improvementPoints`.
use actix_web::{HttpResponse, get, post};
use utoipa::IntoParams;

use super::store::{self, Filter};
use super::{
    ImprovementDecisionInput, MeasureInput, PlanOfMeasuresInput, Point, PointStatus, PointSummary,
    TermChangeInput, TermEndInput, VerificationInput, work,
};
use crate::access::policy::{
    AnswerInspections, ReadInspections, SetTerms, VerifyImprovements, Writes,
};
use crate::access::{Allowed, Tx};
use crate::db::types::Id;
use crate::http::answer;
use crate::http::etag::IfNoneMatch;
use crate::http::idempotency::{IdempotencyKey, Stored};
use crate::http::page::Window;
use crate::http::query::{FromQuery, Nothing, Query, Reader, expected_id, expected_one_of};
use crate::http::{IfMatch, Json, Page, Path};
use crate::inspection::rules::{self, Step};
use crate::problem::Problem;

/// Which improvement points.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "the document's side of FromQuery")]
pub struct PointFilter {
    /// Of one of these inspections.
    #[param(required = false, nullable = false, rename = "inspectionId")]
    inspection_id: Vec<Id>,
    /// Of one of these facilities.
    #[param(required = false, nullable = false, rename = "facilityId")]
    facility_id: Vec<Id>,
    /// Standing so.
    #[param(required = false, nullable = false)]
    status: Vec<PointStatus>,
    /// Those whose term is over alone, or those whose term is not.
    #[param(required = false, nullable = false)]
    overdue: Option<bool>,
}

struct PointQuery {
    window: Window<Id>,
    filter: Filter,
}

impl FromQuery for PointQuery {
    fn from_query(reader: &mut Reader) -> Self {
        let names: Vec<&str> = PointStatus::ALL.iter().map(|state| state.name()).collect();
        Self {
            window: Window::from_query(reader),
            filter: Filter {
                inspections: reader.many("inspectionId", &expected_id()),
                facilities: reader.many("facilityId", &expected_id()),
                states: reader.many("status", &expected_one_of(&names)),
                overdue: reader.one("overdue", &expected_one_of(&["true", "false"])),
            },
        }
    }
}

impl Filter {
    fn parameters(&self) -> Vec<(&'static str, String)> {
        let inspections = self.inspections.iter();
        let inspections = inspections.map(|id| ("inspectionId", id.to_string()));
        let facilities = self.facilities.iter();
        let facilities = facilities.map(|id| ("facilityId", id.to_string()));
        let states = self.states.iter();
        let states = states.map(|state| ("status", state.to_string()));
        let overdue = self.overdue.map(|one| ("overdue", one.to_string()));
        let of = inspections.chain(facilities);
        of.chain(states).chain(overdue).collect()
    }
}

/// List improvement points that are followed up
///
/// Of every inspection that you may know of, from its final report on; and for inspectors of those that theirs follow up.
#[utoipa::path(tag = "Inspection", operation_id = "listFollowedPoints", params(PointFilter), extensions(("x-action" = json!("ReadInspections"))),
    responses((status = 200, description = "A page of improvement points, in the order in which they were established.", body = Page<PointSummary>)))]
#[get("/improvementPoints")]
pub async fn list_followed_points(
    allowed: Allowed<ReadInspections>,
    query: Query<PointQuery>,
) -> Result<HttpResponse, Problem> {
    let PointQuery { window, filter } = query.0;
    let link = allowed.state().link("/improvementPoints");
    let parameters = filter.parameters();
    let page = allowed
        .read(move |tx| {
            let items = store::list(tx, &window, &filter)?;
            Ok(window.page(items, &link, &parameters, |item| item.arrival.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// Read an improvement point that is followed up
#[utoipa::path(tag = "Inspection", operation_id = "readFollowedPoint", params(("improvementPointId" = Id, Path, description = "The improvement point.")),
    extensions(("x-action" = json!("ReadInspections"))),
    responses((status = 200, description = "The improvement point, with all that was told and decided.", body = Point)))]
#[get("/improvementPoints/{improvementPointId}")]
pub async fn read_followed_point(
    allowed: Allowed<ReadInspections>,
    path: Path<Id>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let found = allowed.read(move |tx| store::get(tx, path.0)).await?;
    answer::found(&found, &found.tag()?, &known)
}

/// A step that is taken once for an `Idempotency-Key`.
async fn act<A: Writes>(
    allowed: &Allowed<A>,
    (id, step): (Id, &'static Step),
    (key, body): (IdempotencyKey, actix_web::web::Bytes),
    work: impl Fn(&mut Tx) -> Result<Point, Problem> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let right = move |tx: &mut Tx| work::may(tx, id, step);
    let take = move |tx: &mut Tx| {
        let now = work(tx)?;
        Stored::done(&now.tag()?, &now)
    };
    Ok(allowed.write_once(key, body, right, take).await?.response())
}

/// Tell of a measure
///
/// By the facility, within the term: the point is mended, and this was done. It can be told again as long as nothing was decided on it; the last
/// answer counts, and all of them stay.
#[utoipa::path(tag = "Inspection", operation_id = "giveMeasure", params(("improvementPointId" = Id, Path, description = "The improvement point.")),
    request_body = MeasureInput, extensions(("x-action" = json!("AnswerInspections"))),
    responses((status = 200, description = "The improvement point as it is now.", body = Point)))]
#[post("/improvementPoints/{improvementPointId}/measures")]
pub async fn give_measure(
    allowed: Allowed<AnswerInspections>,
    path: Path<Id>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<MeasureInput>,
) -> Result<HttpResponse, Problem> {
    let (id, answer, step, input) = (path.0, Id::new(), &rules::GIVE_MEASURE, body.value);
    let work = move |tx: &mut Tx| work::give_measure(tx, (id, answer), (step, &if_match), &input);
    act(&allowed, (id, step), (key, body.bytes), work).await
}

/// Tell of a plan
///
/// By the facility, where a point cannot be mended within its term: how it will be, by when, and why not sooner.
#[utoipa::path(tag = "Inspection", operation_id = "givePlan", params(("improvementPointId" = Id, Path, description = "The improvement point.")),
    request_body = PlanOfMeasuresInput, extensions(("x-action" = json!("AnswerInspections"))),
    responses((status = 200, description = "The improvement point as it is now.", body = Point)))]
#[post("/improvementPoints/{improvementPointId}/plans")]
pub async fn give_plan(
    allowed: Allowed<AnswerInspections>,
    path: Path<Id>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<PlanOfMeasuresInput>,
) -> Result<HttpResponse, Problem> {
    let (id, answer, step, input) = (path.0, Id::new(), &rules::GIVE_PLAN, body.value);
    let work = move |tx: &mut Tx| work::give_plan(tx, (id, answer), (step, &if_match), &input);
    act(&allowed, (id, step), (key, body.bytes), work).await
}

/// Decide on what a facility told
///
/// By the recognising body, on the last answer. A plan that is accepted moves the term to its day; what is refused leaves the point open.
#[utoipa::path(tag = "Inspection", operation_id = "decideImprovement", params(("improvementPointId" = Id, Path, description = "The improvement point.")),
    request_body = ImprovementDecisionInput, extensions(("x-action" = json!("SetTerms"))),
    responses((status = 200, description = "The improvement point as it is now.", body = Point)))]
#[post("/improvementPoints/{improvementPointId}/decisions")]
pub async fn decide_improvement(
    allowed: Allowed<SetTerms>,
    path: Path<Id>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<ImprovementDecisionInput>,
) -> Result<HttpResponse, Problem> {
    let (id, step, input) = (path.0, &rules::DECIDE_IMPROVEMENT, body.value);
    let work = move |tx: &mut Tx| work::decide(tx, id, (step, &if_match), &input);
    act(&allowed, (id, step), (key, body.bytes), work).await
}

/// Give an improvement point another term
///
/// By the recognising body alone, with the reason.
#[utoipa::path(tag = "Inspection", operation_id = "changeTerm", params(("improvementPointId" = Id, Path, description = "The improvement point.")),
    request_body = TermChangeInput, extensions(("x-action" = json!("SetTerms"))),
    responses((status = 200, description = "The improvement point as it is now.", body = Point)))]
#[post("/improvementPoints/{improvementPointId}/terms")]
pub async fn change_term(
    allowed: Allowed<SetTerms>,
    path: Path<Id>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<TermChangeInput>,
) -> Result<HttpResponse, Problem> {
    let (id, step, input) = (path.0, &rules::CHANGE_TERM, body.value);
    let work = move |tx: &mut Tx| work::change_term(tx, id, (step, &if_match), &input);
    act(&allowed, (id, step), (key, body.bytes), work).await
}

/// End the term of an improvement point
///
/// By the recognising body alone, with the reason: nothing has to follow any more.
#[utoipa::path(tag = "Inspection", operation_id = "endTerm", params(("improvementPointId" = Id, Path, description = "The improvement point.")),
    request_body = TermEndInput, extensions(("x-action" = json!("SetTerms"))),
    responses((status = 200, description = "The improvement point as it is now.", body = Point)))]
#[post("/improvementPoints/{improvementPointId}/termEnds")]
pub async fn end_term(
    allowed: Allowed<SetTerms>,
    path: Path<Id>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<TermEndInput>,
) -> Result<HttpResponse, Problem> {
    let (id, step, input) = (path.0, &rules::END_TERM, body.value);
    let work = move |tx: &mut Tx| work::end_term(tx, id, (step, &if_match), &input);
    act(&allowed, (id, step), (key, body.bytes), work).await
}

/// Verify that an improvement point is mended
///
/// On documents by the recognising body; on a visit by who leads the inspection that follows this one up, once that visit took place, or by the
/// recognising body once the report of that inspection is final: before, it does not know of it. What is not mended is open again.
#[utoipa::path(tag = "Inspection", operation_id = "verifyImprovement", params(("improvementPointId" = Id, Path, description = "The improvement point.")),
    request_body = VerificationInput, extensions(("x-action" = json!("VerifyImprovements"))),
    responses((status = 200, description = "The improvement point as it is now.", body = Point)))]
#[post("/improvementPoints/{improvementPointId}/verifications")]
pub async fn verify_improvement(
    allowed: Allowed<VerifyImprovements>,
    path: Path<Id>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<VerificationInput>,
) -> Result<HttpResponse, Problem> {
    let (id, verification, input) = (path.0, Id::new(), body.value);
    let asked = input.clone();
    let right = move |tx: &mut Tx| work::may_verify(tx, id, &asked);
    let verify = move |tx: &mut Tx| {
        let now = work::verify(tx, (id, verification), &if_match, &input)?;
        Stored::done(&now.tag()?, &now)
    };
    Ok(allowed
        .write_once(key, body.bytes, right, verify)
        .await?
        .response())
}
