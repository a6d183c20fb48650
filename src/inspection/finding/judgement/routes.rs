//! `/inspections/{inspectionId}/findings/{findingId}/judgement`, `…/judgements` and `…/adoptions`, and `/inspectionRounds/{roundId}/agreement`.
use actix_web::{HttpResponse, get, post, put};

use super::figures::{self, RoundAgreement};
use super::{AdoptionInput, FindingJudgement, JudgementInput, work};
use crate::access::policy::{ReadFindings, ReadRoundFindings, RecordInspections};
use crate::access::{Allowed, Tx};
use crate::db::types::Id;
use crate::http::answer;
use crate::http::etag::{IfNoneMatch, Precondition};
use crate::http::idempotency::{IdempotencyKey, Stored};
use crate::http::page::Window;
use crate::http::query::{Nothing, Query};
use crate::http::{IfMatch, Json, Page, Path};
use crate::inspection::finding::Finding;
use crate::inspection::{rules, work as inspections};
use crate::problem::Problem;

/// Judge a finding, apart from the other inspector
///
/// In a round with double judgement, by the lead or a member: gives one's own judgement, or replaces it. Nobody else can notice it until another
/// inspector has judged too; from then on both are there to see, and neither can be changed (409).
#[utoipa::path(tag = "Inspection", operation_id = "putJudgement",
    params(("inspectionId" = Id, Path, description = "The inspection."), ("findingId" = Id, Path, description = "The finding.")),
    request_body = JudgementInput, extensions(("x-action" = json!("RecordInspections"))),
    responses((status = 200, description = "Your judgement as it is now.", body = FindingJudgement),
        (status = 201, description = "Your judgement.", body = FindingJudgement)))]
#[put("/inspections/{inspectionId}/findings/{findingId}/judgement")]
pub async fn put_judgement(
    allowed: Allowed<RecordInspections>,
    path: Path<(Id, Id)>,
    condition: Precondition,
    _: Query<Nothing>,
    body: Json<JudgementInput>,
) -> Result<HttpResponse, Problem> {
    let ((id, finding), version, input) = (path.0, Id::new(), body.value);
    let (saved, new) = allowed
        .write(move |tx| work::put(tx, (id, finding, version), &condition, &input))
        .await?;
    let location = format!("/v1/inspections/{id}/findings/{finding}/judgement");
    answer::put(&saved, &saved.tag(), &location, new)
}

/// Read one's own judgement of a finding
#[utoipa::path(tag = "Inspection", operation_id = "readOwnJudgement",
    params(("inspectionId" = Id, Path, description = "The inspection."), ("findingId" = Id, Path, description = "The finding.")),
    extensions(("x-action" = json!("RecordInspections"))),
    responses((status = 200, description = "Your judgement.", body = FindingJudgement)))]
#[get("/inspections/{inspectionId}/findings/{findingId}/judgement")]
pub async fn read_own_judgement(
    allowed: Allowed<RecordInspections>,
    path: Path<(Id, Id)>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let (id, finding) = path.0;
    let found = allowed.read(move |tx| work::own(tx, id, finding)).await?;
    answer::found(&found, &found.tag(), &known)
}

/// List the judgements of a finding
///
/// One's own, with its earlier versions; those of the other once both have judged, and for who did not judge none before that.
#[utoipa::path(tag = "Inspection", operation_id = "listJudgements",
    params(("inspectionId" = Id, Path, description = "The inspection."), ("findingId" = Id, Path, description = "The finding.")),
    extensions(("x-action" = json!("ReadFindings"))),
    responses((status = 200, description = "A page of judgements, oldest first.", body = Page<FindingJudgement>)))]
#[get("/inspections/{inspectionId}/findings/{findingId}/judgements")]
pub async fn list_judgements(
    allowed: Allowed<ReadFindings>,
    path: Path<(Id, Id)>,
    query: Query<Window<Id>>,
) -> Result<HttpResponse, Problem> {
    let ((id, finding), window) = (path.0, query.0);
    let link = allowed
        .state()
        .link(&format!("/inspections/{id}/findings/{finding}/judgements"));
    let page = allowed
        .read(move |tx| {
            let mut items = work::seen(tx, id, finding)?;
            items.retain(|item| window.after.is_none_or(|after| item.id > after));
            Ok(window.page(items, &link, &[], |item| item.id.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// Adopt one of two judgements
///
/// By the lead, once both exist: it is the finding's judgement from then on. Both are kept.
#[utoipa::path(tag = "Inspection", operation_id = "adoptJudgement",
    params(("inspectionId" = Id, Path, description = "The inspection."), ("findingId" = Id, Path, description = "The finding.")),
    request_body = AdoptionInput, extensions(("x-action" = json!("RecordInspections"))),
    responses((status = 200, description = "The finding as it is now.", body = Finding)))]
#[post("/inspections/{inspectionId}/findings/{findingId}/adoptions")]
pub async fn adopt_judgement(
    allowed: Allowed<RecordInspections>,
    path: Path<(Id, Id)>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<AdoptionInput>,
) -> Result<HttpResponse, Problem> {
    let ((id, finding), input) = (path.0, body.value);
    let right = move |tx: &mut Tx| inspections::may(tx, id, &rules::ADOPT);
    let adopt = move |tx: &mut Tx| {
        let now = work::adopt(tx, (id, finding), &if_match, &input)?;
        Stored::done(&now.summary.tag(), &now)
    };
    Ok(allowed
        .write_once(key, body.bytes, right, adopt)
        .await?
        .response())
}

/// Read how far the judges of a round agree
///
/// For planners, to calibrate: over the round and per criterion, of the findings that two inspectors judged apart from each other.
///
/// - Where one fixed pair judged them all, **Cohen's kappa**: κ = (pₒ − pₑ) / (1 − pₑ), with pₒ the share of findings on which they agree and pₑ the sum,
///   over the judgements, of the share of findings to which the one gave it times the share to which the other did. J. Cohen, *A coefficient of
///   agreement for nominal scales*, Educational and Psychological Measurement 20 (1960), pp. 37–46.
/// - Otherwise **Krippendorff's alpha** for nominal data: α = 1 − Dₒ / Dₑ, with Dₒ the share of pairs of judgements of one finding that differ, and Dₑ the
///   share of all pairs of judgements that do. K. Krippendorff, *Computing Krippendorff's Alpha-Reliability* (2011).
///
/// Either is undefined, and absent, where only one judgement was ever given: chance alone would agree each time.
#[utoipa::path(tag = "Inspection", operation_id = "readAgreement", params(("roundId" = Id, Path, description = "The round.")),
    extensions(("x-action" = json!("ReadRoundFindings"))),
    responses((status = 200, description = "The figures as they are now.", body = RoundAgreement)))]
#[get("/inspectionRounds/{roundId}/agreement")]
pub async fn read_agreement(
    allowed: Allowed<ReadRoundFindings>,
    path: Path<Id>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let found = allowed
        .read(move |tx| figures::of_round(tx, path.0))
        .await?;
    answer::found(&found, &found.tag()?, &known)
}
