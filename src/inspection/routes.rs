//! `/inspections`.
use actix_web::{HttpResponse, get, post, put};
use utoipa::IntoParams;

use super::rules::{self, Step};
use super::store::{self, Filter, Head};
use super::{
    CancellationInput, ChecklistMoveInput, Inspection, InspectionInput, InspectionSummary,
    PlanInput, State, work,
};
use crate::access::policy::{
    PlanInspections, ReadInspections, RecordInspections, WorkInspections, Writes,
};
use crate::access::{Allowed, Tx};
use crate::db::types::Id;
use crate::http::answer;
use crate::http::etag::IfNoneMatch;
use crate::http::idempotency::{IdempotencyKey, Stored};
use crate::http::page::Window;
use crate::http::query::{FromQuery, Nothing, Query, Reader, expected_id, expected_one_of};
use crate::http::{IfMatch, Json, Page, Path};
use crate::problem::Problem;

/// Which inspections.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "the document's side of FromQuery")]
pub struct InspectionFilter {
    /// Of one of these rounds.
    #[param(required = false, nullable = false, rename = "roundId")]
    round_id: Vec<Id>,
    /// Of one of these facilities.
    #[param(required = false, nullable = false, rename = "facilityId")]
    facility_id: Vec<Id>,
    /// In one of these states.
    #[param(required = false, nullable = false)]
    status: Vec<State>,
}

struct InspectionQuery {
    window: Window<Id>,
    filter: Filter,
}

impl FromQuery for InspectionQuery {
    fn from_query(reader: &mut Reader) -> Self {
        let names: Vec<&str> = State::ALL.iter().map(|state| state.name()).collect();
        Self {
            window: Window::from_query(reader),
            filter: Filter {
                rounds: reader.many("roundId", &expected_id()),
                facilities: reader.many("facilityId", &expected_id()),
                states: reader.many("status", &expected_one_of(&names)),
            },
        }
    }
}

impl Filter {
    fn parameters(&self) -> Vec<(&'static str, String)> {
        let rounds = self.rounds.iter().map(|id| ("roundId", id.to_string()));
        let facilities = self
            .facilities
            .iter()
            .map(|id| ("facilityId", id.to_string()));
        let states = self
            .states
            .iter()
            .map(|state| ("status", state.to_string()));
        rounds.chain(facilities).chain(states).collect()
    }
}

/// List inspections
///
/// Planners see all, inspectors those that they are assigned to, a facility its own once it may know of them, and the recognising body those
/// whose report is final.
#[utoipa::path(tag = "Inspection", operation_id = "listInspections", params(InspectionFilter), extensions(("x-action" = json!("ReadInspections"))),
    responses((status = 200, description = "A page of inspections, in the order in which they were planned.", body = Page<InspectionSummary>)))]
#[get("/inspections")]
pub async fn list_inspections(
    allowed: Allowed<ReadInspections>,
    query: Query<InspectionQuery>,
) -> Result<HttpResponse, Problem> {
    let InspectionQuery { window, filter } = query.0;
    let (link, parameters) = (allowed.state().link("/inspections"), filter.parameters());
    let page = allowed
        .read(move |tx| {
            let items = store::list(tx, &window, &filter)?;
            Ok(window.page(items, &link, &parameters, |item| item.id.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// Plan an inspection
///
/// In a round that is planned or open. Until it is announced, or its first visit took place, nobody but planners and the team can know of it.
#[utoipa::path(tag = "Inspection", operation_id = "planInspection", request_body = InspectionInput, extensions(("x-action" = json!("PlanInspections"))),
    responses((status = 201, description = "The new inspection.", body = Inspection)))]
#[post("/inspections")]
pub async fn plan_inspection(
    allowed: Allowed<PlanInspections>,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<InspectionInput>,
) -> Result<HttpResponse, Problem> {
    let (id, input) = (Id::new(), body.value);
    let assignments: Vec<Id> = input.assignments.iter().map(|_| Id::new()).collect();
    let plan = move |tx: &mut Tx| {
        let made = work::plan(tx, (id, &assignments), &input)?;
        Stored::created(made.summary.href.clone(), &made.tag()?, &made)
    };
    Ok(allowed
        .write_once(key, body.bytes, |_| Ok(()), plan)
        .await?
        .response())
}

/// Read an inspection
#[utoipa::path(tag = "Inspection", operation_id = "readInspection", params(("inspectionId" = Id, Path, description = "The inspection.")),
    extensions(("x-action" = json!("ReadInspections"))),
    responses((status = 200, description = "The inspection, as far as you may know it.", body = Inspection)))]
#[get("/inspections/{inspectionId}")]
pub async fn read_inspection(
    allowed: Allowed<ReadInspections>,
    path: Path<Id>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let found = allowed.read(move |tx| store::read(tx, path.0)).await?;
    answer::found(&found, &found.tag()?, &known)
}

/// Plan an inspection otherwise
///
/// Its reason, reference and way of coming. What the facility was told stays so.
#[utoipa::path(tag = "Inspection", operation_id = "replaceInspection", params(("inspectionId" = Id, Path, description = "The inspection.")),
    request_body = PlanInput, extensions(("x-action" = json!("PlanInspections"))),
    responses((status = 200, description = "The inspection as it is now.", body = Inspection)))]
#[put("/inspections/{inspectionId}")]
pub async fn replace_inspection(
    allowed: Allowed<PlanInspections>,
    path: Path<Id>,
    if_match: IfMatch,
    _: Query<Nothing>,
    body: Json<PlanInput>,
) -> Result<HttpResponse, Problem> {
    let input = body.value;
    let replan = move |tx: &mut Tx, head: &Head| work::replan(tx, head, &input);
    change(&allowed, path.0, (&rules::REPLACE, if_match), replan).await
}

/// Go by a newer checklist
///
/// The inspection stays with the revision that it started with until it is moved, which is recorded with its reason.
#[utoipa::path(tag = "Inspection", operation_id = "moveChecklist", params(("inspectionId" = Id, Path, description = "The inspection.")),
    request_body = ChecklistMoveInput, extensions(("x-action" = json!("RecordInspections"))),
    responses((status = 200, description = "The inspection as it is now.", body = Inspection)))]
#[post("/inspections/{inspectionId}/checklistMoves")]
pub async fn move_checklist(
    allowed: Allowed<RecordInspections>,
    path: Path<Id>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<ChecklistMoveInput>,
) -> Result<HttpResponse, Problem> {
    let input = body.value;
    let step = (&rules::MOVE_CHECKLIST, if_match);
    let work = move |tx: &mut Tx, head: &Head| work::move_checklist(tx, head, &input);
    act(&allowed, path.0, step, (key, body.bytes), work).await
}

/// Cancel an inspection
///
/// For good, with the ground and the reason: an obstruction too. Where the facility did not know of it, it never hears of it.
#[utoipa::path(tag = "Inspection", operation_id = "cancelInspection", params(("inspectionId" = Id, Path, description = "The inspection.")),
    request_body = CancellationInput, extensions(("x-action" = json!("WorkInspections"))),
    responses((status = 200, description = "The inspection as it is now.", body = Inspection)))]
#[post("/inspections/{inspectionId}/cancellations")]
pub async fn cancel_inspection(
    allowed: Allowed<WorkInspections>,
    path: Path<Id>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<CancellationInput>,
) -> Result<HttpResponse, Problem> {
    let input = body.value;
    let step = (&rules::CANCEL, if_match);
    let work = move |tx: &mut Tx, head: &Head| work::cancel(tx, head, &input);
    act(&allowed, path.0, step, (key, body.bytes), work).await
}

/// A step that is taken again when it is sent again.
pub(super) async fn change<A: Writes>(
    allowed: &Allowed<A>,
    id: Id,
    (step, seen): (&'static Step, IfMatch),
    work: impl Fn(&mut Tx, &Head) -> Result<(), Problem> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let changed = allowed
        .write(move |tx| taken(tx, id, step, &seen, &work))
        .await?;
    answer::changed(&changed, &changed.tag()?)
}

/// A step that is taken once for an `Idempotency-Key`.
pub(super) async fn act<A: Writes>(
    allowed: &Allowed<A>,
    id: Id,
    (step, seen): (&'static Step, IfMatch),
    (key, body): (IdempotencyKey, actix_web::web::Bytes),
    work: impl Fn(&mut Tx, &Head) -> Result<(), Problem> + Send + 'static,
) -> Result<HttpResponse, Problem> {
    let right = move |tx: &mut Tx| work::may(tx, id, step);
    let take = move |tx: &mut Tx| {
        let now = taken(tx, id, step, &seen, &work)?;
        Stored::done(&now.tag()?, &now)
    };
    Ok(allowed.write_once(key, body, right, take).await?.response())
}

fn taken(
    tx: &mut Tx,
    id: Id,
    step: &Step,
    seen: &IfMatch,
    work: &impl Fn(&mut Tx, &Head) -> Result<(), Problem>,
) -> Result<Inspection, Problem> {
    let head = work::take(tx, id, step, seen)?;
    work(tx, &head)?;
    store::read(tx, id)
}
