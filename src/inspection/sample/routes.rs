//! `/inspectionRounds/{roundId}/samples`.
use actix_web::{HttpResponse, get, post};

use super::{Sample, SampleInput, SampleSummary, store, work};
use crate::access::policy::{DrawSample, ReadSamples};
use crate::access::{Allowed, Tx};
use crate::db::types::Id;
use crate::http::answer;
use crate::http::etag::IfNoneMatch;
use crate::http::idempotency::{IdempotencyKey, Stored};
use crate::http::page::Window;
use crate::http::query::{Nothing, Query};
use crate::http::{Json, Page, Path};
use crate::inspection::round;
use crate::problem::Problem;

/// List the samples of a round
#[utoipa::path(tag = "Inspection", operation_id = "listSamples", params(("roundId" = Id, Path, description = "The round.")),
    extensions(("x-action" = json!("ReadSamples"))),
    responses((status = 200, description = "A page of samples, oldest first.", body = Page<SampleSummary>)))]
#[get("/inspectionRounds/{roundId}/samples")]
pub async fn list_samples(
    allowed: Allowed<ReadSamples>,
    path: Path<Id>,
    query: Query<Window<Id>>,
) -> Result<HttpResponse, Problem> {
    let (id, window) = (path.0, query.0);
    let link = allowed
        .state()
        .link(&format!("/inspectionRounds/{id}/samples"));
    let page = allowed
        .read(move |tx| {
            round::store::get(tx, id)?;
            let items = store::list(tx, id, &window)?;
            Ok(window.page(items, &link, &[], |item| item.id.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// Draw a sample of facilities
///
/// Of the types of the round's sectors, by **risk** and by chance. The rule is data, sent with the request and kept with the sample, and it is *ours*: no law
/// or inspectorate has set one. Points come from the last self-assessment of the facility as a whole that was handed in to prepare an inspection, against a
/// framework of the round: for answers at a level, for answers without evidence, and for handing in nothing in the last cycle whose term is past. Each pick
/// says which answers gave which points. The seed decides among equals and draws the rest, so that the same facilities, self-assessments, rule and seed give the
/// same sample. A region is what who draws says it is, by the postal codes of sites. Nothing is planned: plan inspections with `POST /inspections`.
#[utoipa::path(tag = "Inspection", operation_id = "drawSample", params(("roundId" = Id, Path, description = "The round.")),
    request_body = SampleInput, extensions(("x-action" = json!("DrawSample"))),
    responses((status = 201, description = "The sample.", body = Sample)))]
#[post("/inspectionRounds/{roundId}/samples")]
pub async fn draw_sample(
    allowed: Allowed<DrawSample>,
    path: Path<Id>,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<SampleInput>,
) -> Result<HttpResponse, Problem> {
    let (round, id, input) = (path.0, Id::new(), body.value);
    let right = move |tx: &mut Tx| round::store::get(tx, round).map(drop);
    let draw = move |tx: &mut Tx| {
        let made = work::draw(tx, (round, id), input.clone())?;
        Stored::created(made.summary.href.clone(), &made.tag(), &made)
    };
    Ok(allowed
        .write_once(key, body.bytes, right, draw)
        .await?
        .response())
}

/// Read a sample, as it was drawn
#[utoipa::path(tag = "Inspection", operation_id = "readSample",
    params(("roundId" = Id, Path, description = "The round."), ("sampleId" = Id, Path, description = "The sample.")),
    extensions(("x-action" = json!("ReadSamples"))),
    responses((status = 200, description = "The sample.", body = Sample)))]
#[get("/inspectionRounds/{roundId}/samples/{sampleId}")]
pub async fn read_sample(
    allowed: Allowed<ReadSamples>,
    path: Path<(Id, Id)>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let (round, id) = path.0;
    let found = allowed.read(move |tx| store::get(tx, round, id)).await?;
    answer::found(&found, &found.tag(), &known)
}
