//! `/cycles`.
use actix_web::{HttpResponse, get, post, put};
use utoipa::IntoParams;

use super::{Cycle, CycleInput, Purpose, cycle_store as store};
use crate::access::policy::{ManageCycles, ReadCycles};
use crate::access::{Allowed, Tx};
use crate::db::types::Id;
use crate::framework::document::Code;
use crate::http::answer;
use crate::http::etag::IfNoneMatch;
use crate::http::idempotency::{IdempotencyKey, Stored};
use crate::http::page::Window;
use crate::http::query::{FromQuery, Nothing, Query, Reader, expected_code, expected_one_of};
use crate::http::{ETag, IfMatch, Json, Page, Path};
use crate::problem::Problem;

/// Which cycles.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "the document's side of FromQuery")]
pub struct CycleFilter {
    /// With one of these purposes.
    #[param(required = false, nullable = false)]
    purpose: Vec<Purpose>,
    /// Against one of these frameworks.
    #[param(required = false, nullable = false, rename = "frameworkCode")]
    framework_code: Vec<Code>,
}

struct CycleQuery {
    window: Window<Id>,
    purposes: Vec<Purpose>,
    frameworks: Vec<Code>,
}

impl FromQuery for CycleQuery {
    fn from_query(reader: &mut Reader) -> Self {
        let names: Vec<&str> = Purpose::ALL.iter().map(|purpose| purpose.name()).collect();
        Self {
            window: Window::from_query(reader),
            purposes: reader.many("purpose", &expected_one_of(&names)),
            frameworks: reader.many("frameworkCode", &expected_code()),
        }
    }
}

/// List cycles
#[utoipa::path(tag = "Self-assessment", operation_id = "listCycles", params(CycleFilter), extensions(("x-action" = json!("ReadCycles"))),
    responses((status = 200, description = "A page of cycles.", body = Page<Cycle>)))]
#[get("/cycles")]
pub async fn list_cycles(
    allowed: Allowed<ReadCycles>,
    query: Query<CycleQuery>,
) -> Result<HttpResponse, Problem> {
    let CycleQuery {
        window,
        purposes,
        frameworks,
    } = query.0;
    let frameworks: Vec<String> = frameworks.iter().map(ToString::to_string).collect();
    let mut filters: Vec<(&str, String)> = purposes
        .iter()
        .map(|purpose| ("purpose", purpose.to_string()))
        .collect();
    filters.extend(
        frameworks
            .iter()
            .map(|code| ("frameworkCode", code.clone())),
    );
    let link = allowed.state().link("/cycles");
    let page = allowed
        .read(move |tx| {
            let items = store::list(tx, &window, &purposes, &frameworks)?;
            Ok(window.page(items, &link, &filters, |item| item.id.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// Plan a cycle
#[utoipa::path(tag = "Self-assessment", operation_id = "createCycle", request_body = CycleInput, extensions(("x-action" = json!("ManageCycles"))),
    responses((status = 201, description = "The new cycle.", body = Cycle)))]
#[post("/cycles")]
pub async fn create_cycle(
    allowed: Allowed<ManageCycles>,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<CycleInput>,
) -> Result<HttpResponse, Problem> {
    let (id, input) = (Id::new(), body.value);
    let work = move |tx: &mut Tx| {
        let made = store::insert_cycle(tx, id, &input)?;
        Stored::created(made.href.clone(), &tag(&made), &made)
    };
    Ok(allowed
        .write_once(key, body.bytes, |_| Ok(()), work)
        .await?
        .response())
}

/// The tag of a cycle: opening it changes what it says.
fn tag(cycle: &Cycle) -> ETag {
    ETag::named(format!(
        "{}{}",
        cycle.edit,
        if cycle.open { "o" } else { "p" }
    ))
}

/// Read a cycle
#[utoipa::path(tag = "Self-assessment", operation_id = "readCycle", params(("cycleId" = Id, Path, description = "The cycle.")),
    extensions(("x-action" = json!("ReadCycles"))),
    responses((status = 200, description = "The cycle.", body = Cycle)))]
#[get("/cycles/{cycleId}")]
pub async fn read_cycle(
    allowed: Allowed<ReadCycles>,
    path: Path<Id>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let found = allowed.read(move |tx| store::get(tx, path.0)).await?;
    answer::found(&found, &tag(&found), &known)
}

/// Replan a cycle
///
/// Until it opens; from then on it is fixed: 409.
#[utoipa::path(tag = "Self-assessment", operation_id = "replaceCycle", params(("cycleId" = Id, Path, description = "The cycle.")),
    request_body = CycleInput, extensions(("x-action" = json!("ManageCycles"))),
    responses((status = 200, description = "The cycle as it is now.", body = Cycle)))]
#[put("/cycles/{cycleId}")]
pub async fn replace_cycle(
    allowed: Allowed<ManageCycles>,
    path: Path<Id>,
    if_match: IfMatch,
    _: Query<Nothing>,
    body: Json<CycleInput>,
) -> Result<HttpResponse, Problem> {
    let changed = allowed
        .write(move |tx| {
            let current = store::get(tx, path.0)?;
            if_match.check(&tag(&current))?;
            store::update(tx, &current, &body.value)
        })
        .await?;
    answer::changed(&changed, &tag(&changed))
}
