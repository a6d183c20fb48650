//! `/trainingKinds` and `/trainings`.
use actix_web::{HttpResponse, get, post, put};
use utoipa::IntoParams;

use super::store::{self, Filter};
use super::{
    Training, TrainingInput, TrainingKind, TrainingKindInput, TrainingSession,
    TrainingSessionInput, TrainingSummary, work,
};
use crate::access::policy::{ManageTrainings, ReadTrainings};
use crate::access::{Allowed, Tx};
use crate::db::types::Id;
use crate::http::answer;
use crate::http::etag::{IfNoneMatch, Precondition};
use crate::http::idempotency::{IdempotencyKey, Stored};
use crate::http::page::{Arrival, Window};
use crate::http::query::{FromQuery, Nothing, Query, Reader, expected_code};
use crate::http::{ETag, IfMatch, Json, Page, Path};
use crate::problem::Problem;
use crate::words::Code;

/// List kinds of trainings
#[utoipa::path(tag = "Rollout", operation_id = "listTrainingKinds", extensions(("x-action" = json!("ReadTrainings"))),
    responses((status = 200, description = "A page of kinds of trainings.", body = Page<TrainingKind>)))]
#[get("/trainingKinds")]
pub async fn list_training_kinds(
    allowed: Allowed<ReadTrainings>,
    query: Query<Window<Arrival>>,
) -> Result<HttpResponse, Problem> {
    let window = query.0;
    let link = allowed.state().link("/trainingKinds");
    let page = allowed
        .read(move |tx| {
            let items = store::kinds(tx, &window)?;
            Ok(window.page(items, &link, &[], |item| {
                Arrival::of(item.created_at, &item.code)
            }))
        })
        .await?;
    answer::plain(&page)
}

/// Read a kind of training
#[utoipa::path(tag = "Rollout", operation_id = "readTrainingKind", params(("kindCode" = Code, Path, description = "The kind of training.")),
    extensions(("x-action" = json!("ReadTrainings"))),
    responses((status = 200, description = "The kind of training.", body = TrainingKind)))]
#[get("/trainingKinds/{kindCode}")]
pub async fn read_training_kind(
    allowed: Allowed<ReadTrainings>,
    path: Path<Code>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let found = allowed
        .read(move |tx| store::find_kind(tx, path.0.as_str())?.ok_or_else(Problem::not_found))
        .await?;
    answer::found(&found, &ETag::edit(found.edit), &known)
}

/// Add or replace a kind of training
#[utoipa::path(tag = "Rollout", operation_id = "putTrainingKind", params(("kindCode" = Code, Path, description = "The kind of training.")),
    request_body = TrainingKindInput, extensions(("x-action" = json!("ManageTrainings"))),
    responses((status = 200, description = "The kind as it is now.", body = TrainingKind),
        (status = 201, description = "The new kind.", body = TrainingKind)))]
#[put("/trainingKinds/{kindCode}")]
pub async fn put_training_kind(
    allowed: Allowed<ManageTrainings>,
    path: Path<Code>,
    condition: Precondition,
    _: Query<Nothing>,
    body: Json<TrainingKindInput>,
) -> Result<HttpResponse, Problem> {
    let (saved, new) = allowed
        .write(move |tx| work::put_kind(tx, path.0.as_str(), &condition, &body.value))
        .await?;
    answer::put(&saved, &ETag::edit(saved.edit), &saved.href, new)
}

/// Which trainings.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "the document's side of FromQuery")]
pub struct TrainingFilter {
    /// Of one of these kinds.
    #[param(required = false, nullable = false, rename = "kindCode")]
    kind_code: Vec<Code>,
    /// For one of these sectors.
    #[param(required = false, nullable = false, rename = "sectorCode")]
    sector_code: Vec<Code>,
}

struct TrainingQuery {
    window: Window<Id>,
    filter: Filter,
}

impl FromQuery for TrainingQuery {
    fn from_query(reader: &mut Reader) -> Self {
        Self {
            window: Window::from_query(reader),
            filter: Filter {
                kinds: reader.many("kindCode", &expected_code()),
                sectors: reader.many("sectorCode", &expected_code()),
            },
        }
    }
}

/// List trainings
#[utoipa::path(tag = "Rollout", operation_id = "listTrainings", params(TrainingFilter), extensions(("x-action" = json!("ReadTrainings"))),
    responses((status = 200, description = "A page of trainings.", body = Page<TrainingSummary>)))]
#[get("/trainings")]
pub async fn list_trainings(
    allowed: Allowed<ReadTrainings>,
    query: Query<TrainingQuery>,
) -> Result<HttpResponse, Problem> {
    let TrainingQuery { window, filter } = query.0;
    let kinds = filter.kinds.iter().map(|one| ("kindCode", one.to_string()));
    let sectors = filter.sectors.iter();
    let sectors = sectors.map(|one| ("sectorCode", one.to_string()));
    let filters: Vec<_> = kinds.chain(sectors).collect();
    let link = allowed.state().link("/trainings");
    let page = allowed
        .read(move |tx| {
            let items = store::list(tx, &window, &filter)?;
            Ok(window.page(items, &link, &filters, |item| item.id.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// Add a training
#[utoipa::path(tag = "Rollout", operation_id = "createTraining", request_body = TrainingInput, extensions(("x-action" = json!("ManageTrainings"))),
    responses((status = 201, description = "The new training.", body = Training)))]
#[post("/trainings")]
pub async fn create_training(
    allowed: Allowed<ManageTrainings>,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<TrainingInput>,
) -> Result<HttpResponse, Problem> {
    let (id, input) = (Id::new(), body.value);
    let create = move |tx: &mut Tx| {
        let made = work::create(tx, id, &input)?;
        Stored::created(made.summary.href.clone(), &made.tag(), &made)
    };
    Ok(allowed
        .write_once(key, body.bytes, |_| Ok(()), create)
        .await?
        .response())
}

/// Read a training with its sessions
#[utoipa::path(tag = "Rollout", operation_id = "readTraining", params(("trainingId" = Id, Path, description = "The training.")),
    extensions(("x-action" = json!("ReadTrainings"))),
    responses((status = 200, description = "The training.", body = Training)))]
#[get("/trainings/{trainingId}")]
pub async fn read_training(
    allowed: Allowed<ReadTrainings>,
    path: Path<Id>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let found = allowed.read(move |tx| store::get(tx, path.0)).await?;
    answer::found(&found, &found.tag(), &known)
}

/// Replace what a training says
#[utoipa::path(tag = "Rollout", operation_id = "replaceTraining", params(("trainingId" = Id, Path, description = "The training.")),
    request_body = TrainingInput, extensions(("x-action" = json!("ManageTrainings"))),
    responses((status = 200, description = "The training as it is now.", body = Training)))]
#[put("/trainings/{trainingId}")]
pub async fn replace_training(
    allowed: Allowed<ManageTrainings>,
    path: Path<Id>,
    if_match: IfMatch,
    _: Query<Nothing>,
    body: Json<TrainingInput>,
) -> Result<HttpResponse, Problem> {
    let changed = allowed
        .write(move |tx| work::replace(tx, path.0, &if_match, &body.value))
        .await?;
    answer::changed(&changed, &changed.tag())
}

/// Read a session of a training
#[utoipa::path(tag = "Rollout", operation_id = "readTrainingSession",
    params(("trainingId" = Id, Path, description = "The training."), ("sessionId" = Id, Path, description = "The session.")),
    extensions(("x-action" = json!("ReadTrainings"))),
    responses((status = 200, description = "The session.", body = TrainingSession)))]
#[get("/trainings/{trainingId}/sessions/{sessionId}")]
pub async fn read_training_session(
    allowed: Allowed<ReadTrainings>,
    path: Path<(Id, Id)>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let (training, id) = path.0;
    let found = allowed
        .read(move |tx| work::session(tx, training, id))
        .await?;
    answer::found(&found, &found.tag(), &known)
}

/// Add or replace a session of a training
///
/// Once somebody took part, it stays in the year in which it began and cannot be dropped: 409.
#[utoipa::path(tag = "Rollout", operation_id = "putTrainingSession",
    params(("trainingId" = Id, Path, description = "The training."), ("sessionId" = Id, Path, description = "The session; the client makes the id.")),
    request_body = TrainingSessionInput, extensions(("x-action" = json!("ManageTrainings"))),
    responses((status = 200, description = "The session as it is now.", body = TrainingSession),
        (status = 201, description = "The new session.", body = TrainingSession)))]
#[put("/trainings/{trainingId}/sessions/{sessionId}")]
pub async fn put_training_session(
    allowed: Allowed<ManageTrainings>,
    path: Path<(Id, Id)>,
    condition: Precondition,
    _: Query<Nothing>,
    body: Json<TrainingSessionInput>,
) -> Result<HttpResponse, Problem> {
    let place = path.0;
    let (saved, new) = allowed
        .write(move |tx| work::put_session(tx, place, &condition, &body.value))
        .await?;
    answer::put(&saved, &saved.tag(), &saved.href, new)
}
