//! `/inspectionRounds`.
use actix_web::{HttpResponse, get, post, put};
use utoipa::IntoParams;

use super::checklist::{Checklist, ChecklistRevision, ChecklistRevisionSummary};
use super::store::{self, Filter};
use super::{Round, RoundInput, RoundState, RoundStepInput, work};
use crate::access::policy::{ManageRounds, ReadRounds};
use crate::access::{Allowed, Tx};
use crate::db::types::Id;
use crate::http::answer;
use crate::http::etag::IfNoneMatch;
use crate::http::idempotency::{IdempotencyKey, Stored};
use crate::http::page::Window;
use crate::http::path::Number;
use crate::http::query::{FromQuery, Nothing, Query, Reader, expected_code, expected_one_of};
use crate::http::{IfMatch, Json, Page, Path};
use crate::problem::Problem;
use crate::words::Code;

/// Which rounds.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "the document's side of FromQuery")]
pub struct RoundFilter {
    /// In one of these states.
    #[param(required = false, nullable = false)]
    status: Vec<RoundState>,
    /// Over one of these sectors.
    #[param(required = false, nullable = false, rename = "sectorCode")]
    sector_code: Vec<Code>,
    /// Against one of these frameworks.
    #[param(required = false, nullable = false, rename = "frameworkCode")]
    framework_code: Vec<Code>,
}

struct RoundQuery {
    window: Window<Id>,
    filter: Filter,
}

impl FromQuery for RoundQuery {
    fn from_query(reader: &mut Reader) -> Self {
        let states: Vec<&str> = RoundState::ALL.iter().map(|state| state.name()).collect();
        Self {
            window: Window::from_query(reader),
            filter: Filter {
                states: reader.many("status", &expected_one_of(&states)),
                sectors: reader.many("sectorCode", &expected_code()),
                frameworks: reader.many("frameworkCode", &expected_code()),
            },
        }
    }
}

/// The filters in force, for the link to the next page.
fn in_force(filter: &Filter) -> Vec<(&'static str, String)> {
    let states = filter.states.iter().map(|one| ("status", one.to_string()));
    let sectors = filter.sectors.iter();
    let sectors = sectors.map(|one| ("sectorCode", one.to_string()));
    let frameworks = filter.frameworks.iter();
    let frameworks = frameworks.map(|one| ("frameworkCode", one.to_string()));
    states.chain(sectors).chain(frameworks).collect()
}

/// List inspection rounds
///
/// One whose checklist is not published yet shows to planners, inspectors and admins alone.
#[utoipa::path(tag = "Inspection", operation_id = "listInspectionRounds", params(RoundFilter), extensions(("x-action" = json!("ReadRounds"))),
    responses((status = 200, description = "A page of rounds.", body = Page<Round>)))]
#[get("/inspectionRounds")]
pub async fn list_inspection_rounds(
    allowed: Allowed<ReadRounds>,
    query: Query<RoundQuery>,
) -> Result<HttpResponse, Problem> {
    let RoundQuery { window, filter } = query.0;
    let (link, filters) = (allowed.state().link("/inspectionRounds"), in_force(&filter));
    let page = allowed
        .read(move |tx| {
            let items = store::list(tx, &window, &filter)?;
            Ok(window.page(items, &link, &filters, |item| item.id.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// Plan an inspection round
#[utoipa::path(tag = "Inspection", operation_id = "createInspectionRound", request_body = RoundInput, extensions(("x-action" = json!("ManageRounds"))),
    responses((status = 201, description = "The new round.", body = Round)))]
#[post("/inspectionRounds")]
pub async fn create_inspection_round(
    allowed: Allowed<ManageRounds>,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<RoundInput>,
) -> Result<HttpResponse, Problem> {
    let (id, input) = (Id::new(), body.value);
    let create = move |tx: &mut Tx| {
        let made = work::create(tx, id, input.clone())?;
        Stored::created(made.href.clone(), &made.tag(), &made)
    };
    Ok(allowed
        .write_once(key, body.bytes, |_| Ok(()), create)
        .await?
        .response())
}

/// Read an inspection round
#[utoipa::path(tag = "Inspection", operation_id = "readInspectionRound", params(("roundId" = Id, Path, description = "The round.")),
    extensions(("x-action" = json!("ReadRounds"))),
    responses((status = 200, description = "The round.", body = Round)))]
#[get("/inspectionRounds/{roundId}")]
pub async fn read_inspection_round(
    allowed: Allowed<ReadRounds>,
    path: Path<Id>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let found = allowed.read(move |tx| store::get(tx, path.0)).await?;
    answer::found(&found, &found.tag(), &known)
}

/// Replan an inspection round
///
/// The frameworks are fixed once a checklist is published; sectors, first day and double judgement once the round is open: a change of them
/// is 409. A closed round is fixed wholly.
#[utoipa::path(tag = "Inspection", operation_id = "replaceInspectionRound", params(("roundId" = Id, Path, description = "The round.")),
    request_body = RoundInput, extensions(("x-action" = json!("ManageRounds"))),
    responses((status = 200, description = "The round as it is now.", body = Round)))]
#[put("/inspectionRounds/{roundId}")]
pub async fn replace_inspection_round(
    allowed: Allowed<ManageRounds>,
    path: Path<Id>,
    if_match: IfMatch,
    _: Query<Nothing>,
    body: Json<RoundInput>,
) -> Result<HttpResponse, Problem> {
    let changed = allowed
        .write(move |tx| work::replace(tx, path.0, &if_match, body.value.clone()))
        .await?;
    answer::changed(&changed, &changed.tag())
}

/// Open an inspection round
///
/// It needs a published checklist, and ground to inspect today (`controlBasis` is `regulated`) in every sector of the round: 409, naming the
/// sectors where that is still to be worked out.
#[utoipa::path(tag = "Inspection", operation_id = "openInspectionRound", params(("roundId" = Id, Path, description = "The round.")),
    request_body = RoundStepInput, extensions(("x-action" = json!("ManageRounds"))),
    responses((status = 200, description = "The round, open.", body = Round)))]
#[post("/inspectionRounds/{roundId}/openings")]
pub async fn open_inspection_round(
    allowed: Allowed<ManageRounds>,
    path: Path<Id>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<RoundStepInput>,
) -> Result<HttpResponse, Problem> {
    let id = path.0;
    let open = move |tx: &mut Tx| {
        let opened = work::open(tx, id, &if_match)?;
        Stored::done(&opened.tag(), &opened)
    };
    Ok(allowed
        .write_once(key, body.bytes, right(id), open)
        .await?
        .response())
}

/// Close an inspection round
///
/// For good: from then on it is fixed. An inspection of it that has no final report yet and is not cancelled forbids it: 409.
#[utoipa::path(tag = "Inspection", operation_id = "closeInspectionRound", params(("roundId" = Id, Path, description = "The round.")),
    request_body = RoundStepInput, extensions(("x-action" = json!("ManageRounds"))),
    responses((status = 200, description = "The round, closed.", body = Round)))]
#[post("/inspectionRounds/{roundId}/closures")]
pub async fn close_inspection_round(
    allowed: Allowed<ManageRounds>,
    path: Path<Id>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<RoundStepInput>,
) -> Result<HttpResponse, Problem> {
    let id = path.0;
    let close = move |tx: &mut Tx| {
        let closed = work::close(tx, id, &if_match)?;
        Stored::done(&closed.tag(), &closed)
    };
    Ok(allowed
        .write_once(key, body.bytes, right(id), close)
        .await?
        .response())
}

/// The round is there for the caller: looked at every time, also when a stored answer is replayed.
fn right(id: Id) -> impl Fn(&mut Tx) -> Result<(), Problem> {
    move |tx: &mut Tx| store::get(tx, id).map(drop)
}

/// List the revisions of a round's checklist
#[utoipa::path(tag = "Inspection", operation_id = "listChecklistRevisions", params(("roundId" = Id, Path, description = "The round.")),
    extensions(("x-action" = json!("ReadRounds"))),
    responses((status = 200, description = "A page of revisions, oldest first.", body = Page<ChecklistRevisionSummary>)))]
#[get("/inspectionRounds/{roundId}/checklistRevisions")]
pub async fn list_checklist_revisions(
    allowed: Allowed<ReadRounds>,
    path: Path<Id>,
    query: Query<Window<i64>>,
) -> Result<HttpResponse, Problem> {
    let (id, window) = (path.0, query.0);
    let link = format!("/inspectionRounds/{id}/checklistRevisions");
    let link = allowed.state().link(&link);
    let page = allowed
        .read(move |tx| {
            let items = store::revisions(tx, id, &window)?;
            Ok(window.page(items, &link, &[], |item| item.revision.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// Publish the next revision of a round's checklist
///
/// The first one announces the round: everyone may read it from then on, and its frameworks are fixed. A later one says in `note` what changed;
/// earlier ones stay as they were. Guarded by the ETag of the **round**, of which the answer carries the new one.
#[utoipa::path(tag = "Inspection", operation_id = "publishChecklistRevision", params(("roundId" = Id, Path, description = "The round.")),
    request_body = Checklist, extensions(("x-action" = json!("ManageRounds"))),
    responses((status = 201, description = "The new revision.", body = ChecklistRevision)))]
#[post("/inspectionRounds/{roundId}/checklistRevisions")]
pub async fn publish_checklist_revision(
    allowed: Allowed<ManageRounds>,
    path: Path<Id>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<Checklist>,
) -> Result<HttpResponse, Problem> {
    let (id, checklist) = (path.0, body.value);
    let publish = move |tx: &mut Tx| {
        let (round, made) = work::publish(tx, id, &if_match, &checklist)?;
        Stored::created(made.summary.href.clone(), &round.tag(), &made)
    };
    Ok(allowed
        .write_once(key, body.bytes, right(id), publish)
        .await?
        .response())
}

/// Read a revision of a round's checklist, as it was published
#[utoipa::path(tag = "Inspection", operation_id = "readChecklistRevision",
    params(("roundId" = Id, Path, description = "The round."),
        ("revision" = i64, Path, description = "The number of the revision.", minimum = 1, example = 1)),
    extensions(("x-action" = json!("ReadRounds"))),
    responses((status = 200, description = "The revision.", body = ChecklistRevision)))]
#[get("/inspectionRounds/{roundId}/checklistRevisions/{revision}")]
pub async fn read_checklist_revision(
    allowed: Allowed<ReadRounds>,
    path: Path<(Id, Number)>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let (id, Number(number)) = path.0;
    let found = allowed
        .read(move |tx| store::revision(tx, id, number))
        .await?;
    answer::found(&found, &found.tag(), &known)
}
