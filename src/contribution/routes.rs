//! `/selfAssessments/{selfAssessmentId}/contributions`.
use actix_web::{HttpResponse, delete, get, post};

use super::inputs::{AcceptanceInput, ContributionInput, LinkInput, ReturnInput};
use super::{Contribution, ContributionSummary, store, work};
use crate::access::link::Secret;
use crate::access::policy::{AskContribution, DecideContribution, ReadContributions};
use crate::access::{Allowed, Tx};
use crate::db::types::Id;
use crate::http::answer;
use crate::http::etag::IfNoneMatch;
use crate::http::idempotency::{IdempotencyKey, Stored};
use crate::http::page::Window;
use crate::http::query::{Nothing, Query};
use crate::http::{IfMatch, Json, Page, Path};
use crate::problem::Problem;
use crate::self_assessment::AnswersSaved;
use crate::self_assessment::store::{self as assessments, own_head};

/// A contribution with the link that was just made for it. What is kept for a replay has none.
fn with_link(stored: Stored, mut made: Contribution, link: String) -> Result<Stored, Problem> {
    made.link = Some(link);
    stored.showing_once(&made)
}

/// List what was asked of others
#[utoipa::path(tag = "Self-assessment", operation_id = "listContributions", params(("selfAssessmentId" = Id, Path, description = "The self-assessment.")),
    extensions(("x-action" = json!("ReadContributions"))),
    responses((status = 200, description = "A page of contributions.", body = Page<ContributionSummary>)))]
#[get("/selfAssessments/{selfAssessmentId}/contributions")]
pub async fn list_contributions(
    allowed: Allowed<ReadContributions>,
    path: Path<Id>,
    query: Query<Window<Id>>,
) -> Result<HttpResponse, Problem> {
    let (id, window) = (path.0, query.0);
    let link = allowed
        .state()
        .link(&format!("/selfAssessments/{id}/contributions"));
    let page = allowed
        .read(move |tx| {
            let items = store::list(tx, id, &window)?;
            Ok(window.page(items, &link, &[], |item| item.id.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// Ask a ward by a link
///
/// Whoever holds `link` can answer these criteria, once, without an account, and nothing else. The link is in this answer alone: only its hash is
/// kept, so a replay (`Idempotency-Key`) comes without it. A lost one is replaced with `POST …/links`.
#[utoipa::path(tag = "Self-assessment", operation_id = "askContribution", params(("selfAssessmentId" = Id, Path, description = "The self-assessment.")),
    request_body = ContributionInput, extensions(("x-action" = json!("AskContribution"))),
    responses((status = 201, description = "What was asked, with its link.", body = Contribution)))]
#[post("/selfAssessments/{selfAssessmentId}/contributions")]
pub async fn ask_contribution(
    allowed: Allowed<AskContribution>,
    path: Path<Id>,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<ContributionInput>,
) -> Result<HttpResponse, Problem> {
    let (of, id, input, secret) = (path.0, Id::new(), body.value, Secret::new()?);
    let right = move |tx: &mut Tx| own_head(tx, of).map(drop);
    let ask = move |tx: &mut Tx| {
        let made = work::ask(tx, of, id, secret.hash(), &input)?;
        let stored = Stored::created(made.summary.href.clone(), &store::tag(&made), &made)?;
        with_link(stored, made, secret.link(tx.state))
    };
    Ok(allowed
        .write_once(key, body.bytes, right, ask)
        .await?
        .response())
}

/// Read what was asked, and what came of it
#[utoipa::path(tag = "Self-assessment", operation_id = "readContribution",
    params(("selfAssessmentId" = Id, Path, description = "The self-assessment."), ("contributionId" = Id, Path, description = "The contribution.")),
    extensions(("x-action" = json!("ReadContributions"))),
    responses((status = 200, description = "The contribution.", body = Contribution)))]
#[get("/selfAssessments/{selfAssessmentId}/contributions/{contributionId}")]
pub async fn read_contribution(
    allowed: Allowed<ReadContributions>,
    path: Path<(Id, Id)>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let (of, id) = path.0;
    let found = allowed.read(move |tx| work::read(tx, of, id)).await?;
    answer::found(&found, &store::tag(&found), &known)
}

/// Take back what was asked
///
/// Its link cannot be answered any more. What was answered already is not taken back: 409.
#[utoipa::path(tag = "Self-assessment", operation_id = "withdrawContribution",
    params(("selfAssessmentId" = Id, Path, description = "The self-assessment."), ("contributionId" = Id, Path, description = "The contribution.")),
    extensions(("x-action" = json!("AskContribution"))),
    responses((status = 204, description = "It is withdrawn, and stays readable.")))]
#[delete("/selfAssessments/{selfAssessmentId}/contributions/{contributionId}")]
pub async fn withdraw_contribution(
    allowed: Allowed<AskContribution>,
    path: Path<(Id, Id)>,
    if_match: IfMatch,
    _: Query<Nothing>,
) -> Result<HttpResponse, Problem> {
    let (of, id) = path.0;
    allowed
        .write(move |tx| work::withdraw(tx, of, id, &if_match))
        .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Replace a link
///
/// The former link ends. So one that expired is asked again, or one that was lost. As with the first, the new link is in this answer alone.
#[utoipa::path(tag = "Self-assessment", operation_id = "renewContributionLink",
    params(("selfAssessmentId" = Id, Path, description = "The self-assessment."), ("contributionId" = Id, Path, description = "The contribution.")),
    request_body = LinkInput, extensions(("x-action" = json!("AskContribution"))),
    responses((status = 200, description = "The contribution with its new link.", body = Contribution)))]
#[post("/selfAssessments/{selfAssessmentId}/contributions/{contributionId}/links")]
pub async fn renew_contribution_link(
    allowed: Allowed<AskContribution>,
    path: Path<(Id, Id)>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<LinkInput>,
) -> Result<HttpResponse, Problem> {
    let (at, input, secret) = (path.0, body.value, Secret::new()?);
    let right = move |tx: &mut Tx| own_head(tx, at.0).map(drop);
    let renew = move |tx: &mut Tx| {
        let made = work::renew(tx, at, &if_match, secret.hash(), &input)?;
        let stored = Stored::done(&store::tag(&made), &made)?;
        with_link(stored, made, secret.link(tx.state))
    };
    Ok(allowed
        .write_once(key, body.bytes, right, renew)
        .await?
        .response())
}

/// Take answers over into the draft
///
/// These, or all that were not taken over yet: as the answer of the whole, or beside it as what the contribution's unit says otherwise (`as`). What
/// other sites and units say stays. Guarded by the ETag of the **self-assessment**, of which the answer carries the new one, and with
/// `contributionEtag` by that of the contribution too. Answers to criteria that its version does not ask any more stay in the contribution: 409
/// names them, and the contribution is accepted without them once the others were taken over.
#[utoipa::path(tag = "Self-assessment", operation_id = "acceptContribution",
    params(("selfAssessmentId" = Id, Path, description = "The self-assessment."), ("contributionId" = Id, Path, description = "The contribution.")),
    request_body = AcceptanceInput, extensions(("x-action" = json!("DecideContribution"))),
    responses((status = 200, description = "How far the self-assessment is now.", body = AnswersSaved)))]
#[post("/selfAssessments/{selfAssessmentId}/contributions/{contributionId}/acceptances")]
pub async fn accept_contribution(
    allowed: Allowed<DecideContribution>,
    path: Path<(Id, Id)>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<AcceptanceInput>,
) -> Result<HttpResponse, Problem> {
    let (at, input) = (path.0, body.value);
    let right = move |tx: &mut Tx| own_head(tx, at.0).map(drop);
    let accept = move |tx: &mut Tx| {
        let (head, saved) = work::accept(tx, at, &if_match, &input)?;
        Stored::done(&assessments::tag(&head), &saved)
    };
    Ok(allowed
        .write_once(key, body.bytes, right, accept)
        .await?
        .response())
}

/// Send answers back
///
/// With a reason and a new link, by which they can be changed; the former link ended when they were handed in. What was taken over already stays in
/// the draft.
#[utoipa::path(tag = "Self-assessment", operation_id = "returnContribution",
    params(("selfAssessmentId" = Id, Path, description = "The self-assessment."), ("contributionId" = Id, Path, description = "The contribution.")),
    request_body = ReturnInput, extensions(("x-action" = json!("DecideContribution"))),
    responses((status = 200, description = "The contribution with its new link.", body = Contribution)))]
#[post("/selfAssessments/{selfAssessmentId}/contributions/{contributionId}/returns")]
pub async fn return_contribution(
    allowed: Allowed<DecideContribution>,
    path: Path<(Id, Id)>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<ReturnInput>,
) -> Result<HttpResponse, Problem> {
    let (at, input, secret) = (path.0, body.value, Secret::new()?);
    let right = move |tx: &mut Tx| own_head(tx, at.0).map(drop);
    let send_back = move |tx: &mut Tx| {
        let made = work::send_back(tx, at, &if_match, secret.hash(), &input)?;
        let stored = Stored::done(&store::tag(&made), &made)?;
        with_link(stored, made, secret.link(tx.state))
    };
    Ok(allowed
        .write_once(key, body.bytes, right, send_back)
        .await?
        .response())
}
