//! `/inspections/{inspectionId}/assignments`.
use actix_web::{HttpResponse, delete, post};

use super::routes::{act, change};
use super::store::Head;
use super::{AssignmentInput, Inspection, rules, team};
use crate::access::policy::PlanInspections;
use crate::access::{Allowed, Tx};
use crate::db::types::Id;
use crate::http::idempotency::IdempotencyKey;
use crate::http::query::{Nothing, Query};
use crate::http::{IfMatch, Json, Path};
use crate::problem::Problem;

/// Assign an inspector
///
/// As lead, member, reviewer or observer. From then on the inspection is there for whoever has this subject in its token and the role
/// `inspector`, and that person stands on the inspectorate's side of this inspection for good: 409 for who acted on another. Somebody has one part
/// at a time.
#[utoipa::path(tag = "Inspection", operation_id = "assignInspector", params(("inspectionId" = Id, Path, description = "The inspection.")),
    request_body = AssignmentInput, extensions(("x-action" = json!("PlanInspections"))),
    responses((status = 200, description = "The inspection as it is now.", body = Inspection)))]
#[post("/inspections/{inspectionId}/assignments")]
pub async fn assign_inspector(
    allowed: Allowed<PlanInspections>,
    path: Path<Id>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<AssignmentInput>,
) -> Result<HttpResponse, Problem> {
    let (id, input) = (Id::new(), body.value);
    let step = (&rules::ASSIGN, if_match);
    let assign = move |tx: &mut Tx, head: &Head| team::assign(tx, head, id, &input);
    act(&allowed, path.0, step, (key, body.bytes), assign).await
}

/// End an assignment
///
/// It stays on record; the inspection is there for the person no more.
#[utoipa::path(tag = "Inspection", operation_id = "endAssignment",
    params(("inspectionId" = Id, Path, description = "The inspection."), ("assignmentId" = Id, Path, description = "The assignment.")),
    extensions(("x-action" = json!("PlanInspections"))),
    responses((status = 200, description = "The inspection as it is now.", body = Inspection)))]
#[delete("/inspections/{inspectionId}/assignments/{assignmentId}")]
pub async fn end_assignment(
    allowed: Allowed<PlanInspections>,
    path: Path<(Id, Id)>,
    if_match: IfMatch,
    _: Query<Nothing>,
) -> Result<HttpResponse, Problem> {
    let (id, assignment) = path.0;
    let end = move |tx: &mut Tx, head: &Head| team::end(tx, head, assignment);
    change(&allowed, id, (&rules::END_ASSIGNMENT, if_match), end).await
}
