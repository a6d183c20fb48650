//! `/facilities/{facilityId}/stepPlans`.
use actix_web::{HttpResponse, get, put};

use super::{StepPlan, StepPlanInput, StepPlanSummary, store, work};
use crate::access::Allowed;
use crate::access::policy::{ReadStepPlans, WriteStepPlan};
use crate::db::types::Id;
use crate::http::answer;
use crate::http::etag::{IfNoneMatch, Precondition};
use crate::http::page::Window;
use crate::http::path::Number;
use crate::http::query::{Nothing, Query};
use crate::http::{Json, Page, Path};
use crate::problem::Problem;

/// List a facility's own step plans
#[utoipa::path(tag = "Facilities", operation_id = "listStepPlans", params(("facilityId" = Id, Path, description = "The facility.")),
    extensions(("x-action" = json!("ReadStepPlans"))),
    responses((status = 200, description = "A page of plans, each in its last version.", body = Page<StepPlanSummary>)))]
#[get("/facilities/{facilityId}/stepPlans")]
pub async fn list_step_plans(
    allowed: Allowed<ReadStepPlans>,
    path: Path<Id>,
    query: Query<Window<Id>>,
) -> Result<HttpResponse, Problem> {
    let (facility_id, window) = (path.0, query.0);
    let link = allowed
        .state()
        .link(&format!("/facilities/{facility_id}/stepPlans"));
    let page = allowed
        .read(move |tx| {
            let items = store::list(tx, facility_id, &window)?;
            Ok(window.page(items, &link, &[], |item| item.arrival.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// Read a step plan
///
/// In its last version.
#[utoipa::path(tag = "Facilities", operation_id = "readStepPlan",
    params(("facilityId" = Id, Path, description = "The facility."), ("stepPlanId" = Id, Path, description = "The plan.")),
    extensions(("x-action" = json!("ReadStepPlans"))),
    responses((status = 200, description = "The plan.", body = StepPlan)))]
#[get("/facilities/{facilityId}/stepPlans/{stepPlanId}")]
pub async fn read_step_plan(
    allowed: Allowed<ReadStepPlans>,
    path: Path<(Id, Id)>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let (facility_id, id) = path.0;
    let found = allowed
        .read(move |tx| store::get(tx, facility_id, id))
        .await?;
    answer::found(&found, &found.tag(), &known)
}

/// Make a step plan, or its next version
///
/// The facility's own steps, in its own words, each mapped onto the generic steps of the framework that it is part of (or onto roles, where the
/// framework goes by role). From then on `ownSteps` shows those words in the facility's drafts against that framework, whose ETag changes with it;
/// what was handed in keeps the words that it had. What no step is mapped onto is listed in `unmapped`, and is no fault. One plan is in force per framework, for
/// the facility and for each unit that has its own; `validTo` ends it. The id is unique within the facility.
#[utoipa::path(tag = "Facilities", operation_id = "putStepPlan",
    params(("facilityId" = Id, Path, description = "The facility."), ("stepPlanId" = Id, Path, description = "The plan; the client makes the id.")),
    request_body = StepPlanInput, extensions(("x-action" = json!("WriteStepPlan"))),
    responses((status = 200, description = "The plan in its new version.", body = StepPlan),
        (status = 201, description = "The new plan.", body = StepPlan)))]
#[put("/facilities/{facilityId}/stepPlans/{stepPlanId}")]
pub async fn put_step_plan(
    allowed: Allowed<WriteStepPlan>,
    path: Path<(Id, Id)>,
    condition: Precondition,
    _: Query<Nothing>,
    body: Json<StepPlanInput>,
) -> Result<HttpResponse, Problem> {
    let (place, arrival) = (path.0, Id::new());
    let (saved, new) = allowed
        .write(move |tx| work::put(tx, place, arrival, &condition, &body.value))
        .await?;
    answer::put(&saved, &saved.tag(), &saved.summary.href, new)
}

/// List the versions of a step plan
#[utoipa::path(tag = "Facilities", operation_id = "listStepPlanVersions",
    params(("facilityId" = Id, Path, description = "The facility."), ("stepPlanId" = Id, Path, description = "The plan.")),
    extensions(("x-action" = json!("ReadStepPlans"))),
    responses((status = 200, description = "A page of versions, oldest first.", body = Page<StepPlanSummary>)))]
#[get("/facilities/{facilityId}/stepPlans/{stepPlanId}/versions")]
pub async fn list_step_plan_versions(
    allowed: Allowed<ReadStepPlans>,
    path: Path<(Id, Id)>,
    query: Query<Window<i64>>,
) -> Result<HttpResponse, Problem> {
    let ((facility_id, id), window) = (path.0, query.0);
    let link = format!("/facilities/{facility_id}/stepPlans/{id}/versions");
    let link = allowed.state().link(&link);
    let page = allowed
        .read(move |tx| {
            let items = store::versions(tx, facility_id, id, &window)?;
            Ok(window.page(items, &link, &[], |item| item.version.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// Read a version of a step plan, as it was
#[utoipa::path(tag = "Facilities", operation_id = "readStepPlanVersion",
    params(("facilityId" = Id, Path, description = "The facility."), ("stepPlanId" = Id, Path, description = "The plan."),
        ("version" = i64, Path, description = "The number of the version.", minimum = 1, example = 1)),
    extensions(("x-action" = json!("ReadStepPlans"))),
    responses((status = 200, description = "The version.", body = StepPlan)))]
#[get("/facilities/{facilityId}/stepPlans/{stepPlanId}/versions/{version}")]
pub async fn read_step_plan_version(
    allowed: Allowed<ReadStepPlans>,
    path: Path<(Id, Id, Number)>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let (facility_id, id, Number(number)) = path.0;
    let found = allowed
        .read(move |tx| store::version(tx, facility_id, id, number))
        .await?;
    answer::found(&found, &found.tag(), &known)
}
