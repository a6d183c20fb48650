//! `/inspections/{inspectionId}/findings` and `/inspectionRounds/{roundId}/findings`.
use actix_web::{HttpResponse, get, put};
use utoipa::IntoParams;

use super::walk::{self, Walk};
use super::{Finding, FindingContent, FindingSummary, FindingVersion, checks, store, work};
use crate::access::policy::{ReadFindings, ReadRoundFindings, RecordInspections};
use crate::access::{Allowed, Tx};
use crate::db::types::Id;
use crate::http::answer;
use crate::http::body::Json;
use crate::http::etag::{IfNoneMatch, Precondition};
use crate::http::page::Window;
use crate::http::query::{FromQuery, Nothing, Query, Reader, expected_code};
use crate::http::{Page, Path};
use crate::inspection::{events, rules, work as inspections};
use crate::problem::Problem;
use crate::text::Text;
use crate::words::Code;

/// Which findings of an inspection.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "the document's side of FromQuery")]
pub struct FindingFilter {
    /// Those in a conflict alone.
    #[param(required = false, nullable = false)]
    conflict: Option<bool>,
}

struct FindingQuery {
    window: Window<Id>,
    conflict: bool,
}

impl FromQuery for FindingQuery {
    fn from_query(reader: &mut Reader) -> Self {
        Self {
            window: Window::from_query(reader),
            conflict: reader
                .one("conflict", &expected_true())
                .is_some_and(|One| true),
        }
    }
}

/// `true`: what is left out is asked for by leaving the parameter out.
struct One;

impl std::str::FromStr for One {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        (text == "true").then_some(Self).ok_or(())
    }
}

fn expected_true() -> Text {
    Text::new(
        "Gebruik true, of laat de parameter weg.",
        "Utilisez true, ou omettez le paramètre.",
        "Use true, or leave the parameter out.",
    )
}

/// List the findings of an inspection
#[utoipa::path(tag = "Inspection", operation_id = "listFindings", params(("inspectionId" = Id, Path, description = "The inspection."), FindingFilter),
    extensions(("x-action" = json!("ReadFindings"))),
    responses((status = 200, description = "A page of findings, in the order of arrival.", body = Page<FindingSummary>)))]
#[get("/inspections/{inspectionId}/findings")]
pub async fn list_findings(
    allowed: Allowed<ReadFindings>,
    path: Path<Id>,
    query: Query<FindingQuery>,
) -> Result<HttpResponse, Problem> {
    let (id, FindingQuery { window, conflict }) = (path.0, query.0);
    let link = allowed.state().link(&format!("/inspections/{id}/findings"));
    let filters: Vec<(&str, String)> = conflict
        .then(|| ("conflict", "true".to_owned()))
        .into_iter()
        .collect();
    let page = allowed
        .read(move |tx| {
            inspections::find_inside(tx, id)?;
            let items = store::of_inspection(tx, id, &window, conflict)?;
            Ok(window.page(items, &link, &filters, |item| item.arrival.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// Read a finding
///
/// With its heads whole, and in a conflict the versions that they go back to.
#[utoipa::path(tag = "Inspection", operation_id = "readFinding",
    params(("inspectionId" = Id, Path, description = "The inspection."), ("findingId" = Id, Path, description = "The finding.")),
    extensions(("x-action" = json!("ReadFindings"))),
    responses((status = 200, description = "The finding.", body = Finding)))]
#[get("/inspections/{inspectionId}/findings/{findingId}")]
pub async fn read_finding(
    allowed: Allowed<ReadFindings>,
    path: Path<(Id, Id)>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let (id, finding) = path.0;
    let found = allowed
        .read(move |tx| {
            let head = inspections::find_inside(tx, id)?;
            work::read(tx, &head, finding)
        })
        .await?;
    answer::found(&found, &found.summary.tag(), &known)
}

/// Record a finding
///
/// The simple way, when online: the service makes a version on top of every head. With the tag of a finding in a conflict it resolves that.
#[utoipa::path(tag = "Inspection", operation_id = "putFinding",
    params(("inspectionId" = Id, Path, description = "The inspection."), ("findingId" = Id, Path, description = "The finding; the client makes the id.")),
    request_body = FindingContent, extensions(("x-action" = json!("RecordInspections"))),
    responses((status = 200, description = "The finding as it is now.", body = Finding), (status = 201, description = "The new finding.", body = Finding)))]
#[put("/inspections/{inspectionId}/findings/{findingId}")]
pub async fn put_finding(
    allowed: Allowed<RecordInspections>,
    path: Path<(Id, Id)>,
    condition: Precondition,
    _: Query<Nothing>,
    body: Json<FindingContent>,
) -> Result<HttpResponse, Problem> {
    let ((id, finding), version, content) = (path.0, Id::new(), body.value);
    let (saved, new) = allowed
        .write(move |tx| put(tx, (id, finding, version), &condition, &content))
        .await?;
    answer::put(&saved, &saved.summary.tag(), &saved.summary.href, new)
}

fn put(
    tx: &mut Tx,
    (id, finding, version): (Id, Id, Id),
    condition: &Precondition,
    content: &FindingContent,
) -> Result<(Finding, bool), Problem> {
    let head = inspections::find_in_turn(tx, id, &rules::RECORD_FINDING)?;
    let there = store::rows(tx, id, &[finding])?.remove(&finding);
    let current = there.map(|row| row.summary()).transpose()?;
    condition.check(current.as_ref().map(FindingSummary::tag).as_ref())?;
    rules::RECORD_FINDING.require_state(head.row.state)?;
    let mut faults = Vec::new();
    let frameworks = checks::Frameworks::of(tx, head.row.round_id)?;
    frameworks.check(content, "", &mut faults);
    Problem::refuse(faults)?;
    let new = work::write(tx, &head, (finding, version), content)?;
    let said =
        serde_json::json!({"findingId": finding, "versionId": version, "hash": content.hash()?});
    events::inside(tx, "findingRecorded", id, &said)?;
    Ok((work::read(tx, &head, finding)?, new))
}

/// List the versions of a finding
///
/// All that ever came in, in the order of arrival; those of a revoked device are `setApart`.
#[utoipa::path(tag = "Inspection", operation_id = "listFindingVersions",
    params(("inspectionId" = Id, Path, description = "The inspection."), ("findingId" = Id, Path, description = "The finding.")),
    extensions(("x-action" = json!("ReadFindings"))),
    responses((status = 200, description = "A page of versions.", body = Page<FindingVersion>)))]
#[get("/inspections/{inspectionId}/findings/{findingId}/versions")]
pub async fn list_finding_versions(
    allowed: Allowed<ReadFindings>,
    path: Path<(Id, Id)>,
    query: Query<Window<Id>>,
) -> Result<HttpResponse, Problem> {
    let ((id, finding), window) = (path.0, query.0);
    let link = allowed
        .state()
        .link(&format!("/inspections/{id}/findings/{finding}/versions"));
    let page = allowed
        .read(move |tx| {
            inspections::find_inside(tx, id)?;
            let items = store::versions_of(tx, id, finding, &window)?;
            if items.is_empty() && window.after.is_none() {
                return Err(Problem::not_found());
            }
            let page = window.page(items, &link, &[], |(arrival, _)| arrival.to_string());
            Ok(Page {
                items: page.items.into_iter().map(|(_, version)| version).collect(),
                next: page.next,
            })
        })
        .await?;
    answer::plain(&page)
}

/// Which findings of a round.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "the document's side of FromQuery")]
pub struct RoundFindingFilter {
    /// About one of these criteria.
    #[param(required = false, nullable = false, rename = "criterionCode")]
    criterion_code: Vec<Code>,
    /// With one of these judgements.
    #[param(required = false, nullable = false)]
    judgement: Vec<Code>,
    /// Those in a conflict alone.
    #[param(required = false, nullable = false)]
    conflict: Option<bool>,
}

impl FromQuery for Walk {
    fn from_query(reader: &mut Reader) -> Self {
        let code = expected_code();
        let codes = |codes: Vec<Code>| codes.iter().map(ToString::to_string).collect();
        let walk = Self {
            window: Window::from_query(reader),
            criteria: codes(reader.many("criterionCode", &code)),
            judgements: codes(reader.many("judgement", &code)),
            conflict: reader
                .one("conflict", &expected_true())
                .is_some_and(|One| true),
        };
        if walk.ways() > walk::MOST_WAYS {
            reader.fault("criterionCode", "length", walk::too_many());
        }
        walk
    }
}

/// Walk the findings of a round
///
/// For planners. Every finding that was there when the walk began shows once, whatever is written meanwhile; the last page costs what the first
/// did.
#[utoipa::path(tag = "Inspection", operation_id = "listRoundFindings", params(("roundId" = Id, Path, description = "The round."), RoundFindingFilter),
    extensions(("x-action" = json!("ReadRoundFindings"))),
    responses((status = 200, description = "A page of findings, in the order of arrival.", body = Page<FindingSummary>)))]
#[get("/inspectionRounds/{roundId}/findings")]
pub async fn list_round_findings(
    allowed: Allowed<ReadRoundFindings>,
    path: Path<Id>,
    query: Query<Walk>,
) -> Result<HttpResponse, Problem> {
    let (round, walk) = (path.0, query.0);
    let link = allowed
        .state()
        .link(&format!("/inspectionRounds/{round}/findings"));
    let page = allowed
        .read(move |tx| {
            let items = walk::findings(tx, round, &walk)?;
            let filters = walk.filters();
            Ok(walk
                .window
                .page(items, &link, &filters, |item| item.arrival.to_string()))
        })
        .await?;
    answer::plain(&page)
}
