//! `/sectors/{sectorCode}/rolloutPlan`, and the overview of all sectors.
use std::str::FromStr;

use actix_web::{HttpResponse, get, put};
use chrono::NaiveDate;
use utoipa::IntoParams;

use super::work::{self, Days};
use super::{RolloutHistory, RolloutItemInput, RolloutOverview, RolloutPlan, tag_of};
use crate::access::Allowed;
use crate::access::policy::{ManageRollout, ReadRollout, ReadRolloutOverview};
use crate::db::types::{Id, day_of};
use crate::http::answer;
use crate::http::etag::{IfNoneMatch, Precondition};
use crate::http::query::{FromQuery, Nothing, Query, Reader};
use crate::http::{Json, Path};
use crate::problem::Problem;
use crate::text::Text;
use crate::words::Code;

/// For which days.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "the document's side of FromQuery")]
pub struct DaysParameters {
    /// The day that it is for; `asOf`, or today, when left out.
    #[param(required = false, nullable = false, rename = "validOn")]
    valid_on: Option<NaiveDate>,
    /// The day on which it was known: what was entered later is left out. `asOf`, or today, when left out.
    #[param(required = false, nullable = false, rename = "knownOn")]
    known_on: Option<NaiveDate>,
    /// Both at once.
    #[param(required = false, nullable = false, rename = "asOf")]
    as_of: Option<NaiveDate>,
}

/// A day as RFC 3339 writes it, and no other way.
struct Day(NaiveDate);

impl FromStr for Day {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        day_of(text).map(Self).ok_or(())
    }
}

impl FromQuery for Days {
    fn from_query(reader: &mut Reader) -> Self {
        let expected = Text::new(
            "Gebruik een dag zoals 2021-04-01.",
            "Utilisez un jour comme 2021-04-01.",
            "Use a day such as 2021-04-01.",
        );
        let mut day = |name| reader.one::<Day>(name, &expected).map(|day| day.0);
        Self {
            valid_on: day("validOn"),
            known_on: day("knownOn"),
            as_of: day("asOf"),
        }
    }
}

/// Read the rollout plan of a sector
///
/// Its phases, work packages and activities, as they were for one day and known on another. What is entered later changes nothing of what was known before; what
/// somebody reported before it was entered carries that day and its source (`reported`). A sector without a plan has an empty one.
#[utoipa::path(tag = "Rollout", operation_id = "readRolloutPlan", params(("sectorCode" = Code, Path, description = "The sector."), DaysParameters),
    extensions(("x-action" = json!("ReadRollout"))),
    responses((status = 200, description = "The plan.", body = RolloutPlan)))]
#[get("/sectors/{sectorCode}/rolloutPlan")]
pub async fn read_rollout_plan(
    allowed: Allowed<ReadRollout>,
    path: Path<Code>,
    query: Query<Days>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let days = query.0;
    let found = allowed
        .read(move |tx| work::plan(tx, path.0.as_str(), days))
        .await?;
    answer::found(&found, &tag_of(&found)?, &known)
}

/// Read everything that was said of an item of a rollout plan
#[utoipa::path(tag = "Rollout", operation_id = "readRolloutItem",
    params(("sectorCode" = Code, Path, description = "The sector."), ("itemId" = Id, Path, description = "The item.")),
    extensions(("x-action" = json!("ReadRollout"))),
    responses((status = 200, description = "The item with its statements.", body = RolloutHistory)))]
#[get("/sectors/{sectorCode}/rolloutPlan/items/{itemId}")]
pub async fn read_rollout_item(
    allowed: Allowed<ReadRollout>,
    path: Path<(Code, Id)>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let (code, id) = path.0;
    let found = allowed
        .read(move |tx| work::history(tx, code.as_str(), id))
        .await?;
    answer::found(&found, &found.tag(), &known)
}

/// Say something of an item of a rollout plan
///
/// Of a new one, or what is otherwise of one that is there, from `validFrom` on. Nothing is replaced: each statement stays, and `readRolloutItem` shows
/// them all. With `reported`, it counts as known from the day on which somebody reported it.
#[utoipa::path(tag = "Rollout", operation_id = "putRolloutItem",
    params(("sectorCode" = Code, Path, description = "The sector."), ("itemId" = Id, Path, description = "The item; the client makes the id.")),
    request_body = RolloutItemInput, extensions(("x-action" = json!("ManageRollout"))),
    responses((status = 200, description = "The item with its new statement.", body = RolloutHistory),
        (status = 201, description = "The new item.", body = RolloutHistory)))]
#[put("/sectors/{sectorCode}/rolloutPlan/items/{itemId}")]
pub async fn put_rollout_item(
    allowed: Allowed<ManageRollout>,
    path: Path<(Code, Id)>,
    condition: Precondition,
    _: Query<Nothing>,
    body: Json<RolloutItemInput>,
) -> Result<HttpResponse, Problem> {
    let ((code, id), arrival) = (path.0, Id::new());
    let (saved, new) = allowed
        .write(move |tx| work::say(tx, (code.as_str(), id, arrival), &condition, &body.value))
        .await?;
    answer::put(&saved, &saved.tag(), &saved.href, new)
}

/// Read how far each sector is
///
/// Per sector the phases that it is in and the activities that are to come, as they were for one day and known on another.
#[utoipa::path(tag = "Rollout", operation_id = "readRolloutOverview", params(DaysParameters),
    extensions(("x-action" = json!("ReadRolloutOverview"))),
    responses((status = 200, description = "Every sector.", body = RolloutOverview)))]
#[get("/statistics/rollout")]
pub async fn read_rollout_overview(
    allowed: Allowed<ReadRolloutOverview>,
    query: Query<Days>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let days = query.0;
    let found = allowed.read(move |tx| work::overview(tx, days)).await?;
    answer::found(&found, &tag_of(&found)?, &known)
}
