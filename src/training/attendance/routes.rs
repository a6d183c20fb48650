//! `/trainings/{trainingId}/sessions/{sessionId}/attendance`.
use actix_web::{HttpResponse, get, post, put};
use utoipa::IntoParams;

use super::list::{AttendanceListOutcome, ListTaking};
use super::participants::Secret;
use super::store::Place;
use super::{Attendance, AttendanceInput, work};
use crate::access::policy::{ReadAttendance, RecordAttendance};
use crate::access::{Allowed, Tx, aside};
use crate::app::State;
use crate::db::types::{Id, JsonText, Moment};
use crate::http::answer;
use crate::http::etag::{IfNoneMatch, Precondition};
use crate::http::idempotency::{IdempotencyKey, Stored};
use crate::http::page::Window;
use crate::http::query::{FromQuery, Nothing, Query, Reader, expected_one_of};
use crate::http::{ETag, Json, Page, Path};
use crate::problem::Problem;
use crate::self_assessment::sheet::Grid;
use crate::self_assessment::sheet::routes::{Sheet, SheetBytes};
use crate::training::work as training;

/// List who took part in a session, per facility
///
/// How many of each facility, never who. A facility sees its own.
#[utoipa::path(tag = "Rollout", operation_id = "listAttendance",
    params(("trainingId" = Id, Path, description = "The training."), ("sessionId" = Id, Path, description = "The session.")),
    extensions(("x-action" = json!("ReadAttendance"))),
    responses((status = 200, description = "A page of facilities.", body = Page<Attendance>)))]
#[get("/trainings/{trainingId}/sessions/{sessionId}/attendance")]
pub async fn list_attendance(
    allowed: Allowed<ReadAttendance>,
    path: Path<(Id, Id)>,
    query: Query<Window<Id>>,
) -> Result<HttpResponse, Problem> {
    let (session, window) = (path.0, query.0);
    let link = format!("/trainings/{}/sessions/{}/attendance", session.0, session.1);
    let link = allowed.state().link(&link);
    let page = allowed
        .read(move |tx| {
            let items = work::list(tx, session, &window)?;
            Ok(window.page(items, &link, &[], |item| item.facility_id.to_string()))
        })
        .await?;
    answer::plain(&page)
}

fn place((training_id, session_id, facility_id): (Id, Id, Id)) -> Place {
    Place {
        training_id,
        session_id,
        facility_id,
    }
}

/// Read how many of a facility took part in a session
#[utoipa::path(tag = "Rollout", operation_id = "readAttendance",
    params(("trainingId" = Id, Path, description = "The training."), ("sessionId" = Id, Path, description = "The session."),
        ("facilityId" = Id, Path, description = "The facility.")),
    extensions(("x-action" = json!("ReadAttendance"))),
    responses((status = 200, description = "How many.", body = Attendance)))]
#[get("/trainings/{trainingId}/sessions/{sessionId}/attendance/{facilityId}")]
pub async fn read_attendance(
    allowed: Allowed<ReadAttendance>,
    path: Path<(Id, Id, Id)>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let place = place(path.0);
    let found = allowed.read(move |tx| work::read(tx, place)).await?;
    answer::found(&found, &found.tag(), &known)
}

/// Record who of a facility took part in a session
///
/// Without names. The facility gives each of its people a key of its own, of which a keyed hash is kept: somebody who takes part in two sessions is
/// one person in the figures. That is pseudonymous; after a set time the secret of the hashes is destroyed, and people are counted anew. What was recorded before is replaced.
/// From the first day of the session on: 409 before, and where the session was dropped.
#[utoipa::path(tag = "Rollout", operation_id = "putAttendance",
    params(("trainingId" = Id, Path, description = "The training."), ("sessionId" = Id, Path, description = "The session."),
        ("facilityId" = Id, Path, description = "The facility.")),
    request_body = AttendanceInput, extensions(("x-action" = json!("RecordAttendance"))),
    responses((status = 200, description = "As it is recorded now.", body = Attendance),
        (status = 201, description = "Recorded.", body = Attendance)))]
#[put("/trainings/{trainingId}/sessions/{sessionId}/attendance/{facilityId}")]
pub async fn put_attendance(
    allowed: Allowed<RecordAttendance>,
    path: Path<(Id, Id, Id)>,
    condition: Precondition,
    _: Query<Nothing>,
    body: Json<AttendanceInput>,
) -> Result<HttpResponse, Problem> {
    let (place, input) = (place(path.0), body.value);
    let secret = secret(allowed.state()).await?;
    let (saved, new) = allowed
        .write(move |tx| work::record(tx, place, &condition, &input, secret.as_ref()))
        .await?;
    answer::put(&saved, &saved.tag(), &saved.href, new)
}

/// What hashes the keys today, where that is set.
async fn secret(state: &State) -> Result<Option<Secret>, Problem> {
    let keeper = state.settings.participants.clone();
    let today = Moment(state.clock.now()).day();
    aside(move || keeper.secret(today).map_err(Problem::internal)).await
}

/// What is taken of a list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "the document's side of FromQuery")]
pub struct TakingParameter {
    /// What is taken; nothing when left out.
    #[param(required = false, nullable = false, inline)]
    take: Option<ListTaking>,
}

struct TakingQuery(ListTaking);

impl FromQuery for TakingQuery {
    fn from_query(reader: &mut Reader) -> Self {
        let names: Vec<&str> = ListTaking::ALL.iter().map(|one| one.name()).collect();
        let taking = reader.one("take", &expected_one_of(&names));
        Self(taking.unwrap_or(ListTaking::Nothing))
    }
}

/// Send a list of who took part in a session
///
/// CSV or XLSX with the heads *facility* (its id, or one of its numbers), *participant* (the facility's key for somebody) and, where there are people without a key, *others*, in nl,
/// fr or en; a line per person, or per facility with a number. Without `take=good` it is only checked. With it the good lines are recorded beside what was recorded before,
/// and those with a fault left out: every one is named in `faults`. The same list again changes nothing.
#[utoipa::path(tag = "Rollout", operation_id = "sendAttendanceList",
    params(("trainingId" = Id, Path, description = "The training."), ("sessionId" = Id, Path, description = "The session."), TakingParameter),
    request_body(content((SheetBytes = "text/csv", example = json!(EXAMPLE)),
        (SheetBytes = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", example = json!(EXAMPLE)),
        (SheetBytes = "application/octet-stream", example = json!(EXAMPLE))), description = "The list."),
    extensions(("x-action" = json!("RecordAttendance"))),
    responses((status = 200, description = "What came of it.", body = AttendanceListOutcome)))]
#[post("/trainings/{trainingId}/sessions/{sessionId}/attendanceLists")]
pub async fn send_attendance_list(
    allowed: Allowed<RecordAttendance>,
    path: Path<(Id, Id)>,
    query: Query<TakingQuery>,
    key: IdempotencyKey,
    sheet: Sheet,
) -> Result<HttpResponse, Problem> {
    let (session, TakingQuery(taking)) = (path.0, query.0);
    let right = move |tx: &mut Tx| training::session(tx, session.0, session.1).map(drop);
    allowed.read(right).await?;
    let (bytes, secret) = (sheet.0, secret(allowed.state()).await?);
    let sent = bytes.clone();
    // Unpacked while no turn to read or write is taken: nobody waits for a workbook.
    let grid = aside(move || Grid::of(&sent)).await?;
    let take = move |tx: &mut Tx| {
        let outcome = work::take_list(tx, session, &grid, taking, secret.as_ref())?;
        let said = JsonText::of(&outcome)?;
        let tag = ETag::of_content("l", said.0.as_bytes());
        Stored::done(&tag, &outcome)
    };
    if taking == ListTaking::Nothing {
        return Ok(allowed.read(take).await?.response());
    }
    Ok(allowed
        .write_once(key, bytes, right, take)
        .await?
        .response())
}

/// A list of two people of the demo's hospital, and one more.
const EXAMPLE: &str =
    "Facility;Participant;Others\r\n990100;P-0419;\r\n990100;P-0420;\r\n990100;;1\r\n";
