//! `/selfAssessments`.
use actix_web::{HttpResponse, delete, get, patch, post, put};
use utoipa::IntoParams;

use super::store::{self, Filter};
use super::{
    Answer, AnswerInput, AnswersInput, AnswersSaved, ConfirmationInput, CriterionCode, Outcome,
    ReopeningInput, Revision, RevisionSummary, SelfAssessment, SelfAssessmentInput,
    SelfAssessmentSummary, Status, SubmissionInput, revision_store, rules, submission, work,
};
use crate::access::policy::{
    AnswerSelfAssessment, ConfirmSelfAssessment, CreateSelfAssessment, ReadSelfAssessments,
    ReopenSelfAssessment, SubmitSelfAssessment,
};
use crate::access::{Allowed, OnBehalfOf, Tx};
use crate::db::types::Id;
use crate::http::answer;
use crate::http::etag::IfNoneMatch;
use crate::http::idempotency::{IdempotencyKey, Stored};
use crate::http::page::Window;
use crate::http::path::Number;
use crate::http::query::{FromQuery, Nothing, Query, Reader, expected_id, expected_one_of};
use crate::http::{ETag, IfMatch, Json, Page, Path};
use crate::problem::Problem;

/// Which self-assessments.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "the document's side of FromQuery")]
pub struct SelfAssessmentFilter {
    /// In one of these states.
    #[param(required = false, nullable = false)]
    status: Vec<Status>,
    /// Of one of these facilities.
    #[param(required = false, nullable = false, rename = "facilityId")]
    facility_id: Vec<Id>,
    /// Of one of these units, which assess themselves.
    #[param(required = false, nullable = false, rename = "unitId")]
    unit_id: Vec<Id>,
    /// In one of these cycles.
    #[param(required = false, nullable = false, rename = "cycleId")]
    cycle_id: Vec<Id>,
}

struct SelfAssessmentQuery(Window<Id>, Filter);

impl FromQuery for SelfAssessmentQuery {
    fn from_query(reader: &mut Reader) -> Self {
        let names: Vec<&str> = Status::ALL.iter().map(|status| status.name()).collect();
        Self(
            Window::from_query(reader),
            Filter {
                states: reader.many("status", &expected_one_of(&names)),
                facilities: reader.many("facilityId", &expected_id()),
                units: reader.many("unitId", &expected_id()),
                cycles: reader.many("cycleId", &expected_id()),
            },
        )
    }
}

impl Filter {
    fn parameters(&self) -> Vec<(&'static str, String)> {
        let states = self.states.iter().map(|one| ("status", one.to_string()));
        let facilities = self
            .facilities
            .iter()
            .map(|one| ("facilityId", one.to_string()));
        let units = self.units.iter().map(|one| ("unitId", one.to_string()));
        let cycles = self.cycles.iter().map(|one| ("cycleId", one.to_string()));
        states
            .chain(facilities)
            .chain(units)
            .chain(cycles)
            .collect()
    }
}

/// List self-assessments
///
/// A facility sees its own; an inspector those handed in to prepare an inspection, as they were last handed in.
#[utoipa::path(tag = "Self-assessment", operation_id = "listSelfAssessments", params(SelfAssessmentFilter),
    extensions(("x-action" = json!("ReadSelfAssessments"))),
    responses((status = 200, description = "A page of self-assessments.", body = Page<SelfAssessmentSummary>)))]
#[get("/selfAssessments")]
pub async fn list_self_assessments(
    allowed: Allowed<ReadSelfAssessments>,
    query: Query<SelfAssessmentQuery>,
) -> Result<HttpResponse, Problem> {
    let SelfAssessmentQuery(window, filter) = query.0;
    let filters = filter.parameters();
    let link = allowed.state().link("/selfAssessments");
    let page = allowed
        .read(move |tx| {
            let items = store::list(tx, &window, &filter)?;
            Ok(window.page(items, &link, &filters, |item| item.id.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// Start a self-assessment
///
/// One per facility and cycle. It starts from the facility's last one: what still stands is carried over, and `openCriteria` says what
/// needs a person, and why.
#[utoipa::path(tag = "Self-assessment", operation_id = "createSelfAssessment", request_body = SelfAssessmentInput,
    extensions(("x-action" = json!("CreateSelfAssessment"))),
    responses((status = 201, description = "The new draft.", body = SelfAssessment)))]
#[post("/selfAssessments")]
pub async fn create_self_assessment(
    allowed: Allowed<CreateSelfAssessment>,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<SelfAssessmentInput>,
) -> Result<HttpResponse, Problem> {
    let (id, input) = (Id::new(), body.value);
    let named = input.clone();
    let right = move |tx: &mut Tx| work::may_create(tx, &named);
    let create = move |tx: &mut Tx| {
        let head = work::create(tx, id, &input)?;
        let made = store::current(tx, &head)?;
        Stored::created(made.summary.href.clone(), &store::tag(&head), &made)
    };
    Ok(allowed
        .write_once(key, body.bytes, right, create)
        .await?
        .response())
}

/// Read a self-assessment
///
/// Its own facility reads it as it stands; others as it was last handed in.
#[utoipa::path(tag = "Self-assessment", operation_id = "readSelfAssessment", params(("selfAssessmentId" = Id, Path, description = "The self-assessment.")),
    extensions(("x-action" = json!("ReadSelfAssessments"))),
    responses((status = 200, description = "The self-assessment.", body = SelfAssessment)))]
#[get("/selfAssessments/{selfAssessmentId}")]
pub async fn read_self_assessment(
    allowed: Allowed<ReadSelfAssessments>,
    path: Path<Id>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let (view, tag) = allowed
        .read(move |tx| {
            let head = store::head(tx, path.0)?;
            let view = store::view(tx, &head)?;
            let tag = store::tag_of(&head, &view);
            Ok((view, tag))
        })
        .await?;
    answer::found(&view, &tag, &known)
}

/// Read the counts of a self-assessment
///
/// Answers counted per theme and level, for the whole and for each site, and why each criterion counts or not. No score.
#[utoipa::path(tag = "Self-assessment", operation_id = "readOutcome", params(("selfAssessmentId" = Id, Path, description = "The self-assessment.")),
    extensions(("x-action" = json!("ReadSelfAssessments"))),
    responses((status = 200, description = "The counts.", body = Outcome)))]
#[get("/selfAssessments/{selfAssessmentId}/result")]
pub async fn read_outcome(
    allowed: Allowed<ReadSelfAssessments>,
    path: Path<Id>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let (outcome, tag) = allowed
        .read(move |tx| {
            let head = store::head(tx, path.0)?;
            let view = store::view(tx, &head)?;
            let document = store::document_of(tx, &view.summary)?;
            let standings = rules::standings(&view.answers);
            let places = work::places_of(tx, &head)?;
            let outcome = rules::outcome(&document, &view.summary, &standings, &places);
            // The directory has a say in it: a site that is added or renamed makes another result.
            let content = serde_json::to_vec(&outcome).map_err(Problem::internal)?;
            Ok((outcome, ETag::of_content("r", &content)))
        })
        .await?;
    answer::found(&outcome, &tag, &known)
}

/// Read an answer
#[utoipa::path(tag = "Self-assessment", operation_id = "readAnswer",
    params(("selfAssessmentId" = Id, Path, description = "The self-assessment."), ("criterionCode" = CriterionCode, Path, description = "The criterion.")),
    extensions(("x-action" = json!("ReadSelfAssessments"))),
    responses((status = 200, description = "The answer, with the tag of its self-assessment.", body = Answer)))]
#[get("/selfAssessments/{selfAssessmentId}/answers/{criterionCode}")]
pub async fn read_answer(
    allowed: Allowed<ReadSelfAssessments>,
    path: Path<(Id, CriterionCode)>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let (id, code) = path.0;
    let (found, tag) = allowed
        .read(move |tx| {
            let head = store::head(tx, id)?;
            let view = store::view(tx, &head)?;
            let tag = store::tag_of(&head, &view);
            let is_it = |answer: &Answer| answer.criterion_code == code.as_str();
            let mut found = view.answers.into_iter().find(is_it);
            // What is gone is no answer to a criterion that came back under its code.
            if found.is_none()
                && store::document_of(tx, &view.summary)?
                    .criterion(code.as_str())
                    .is_none()
            {
                let mut gone = view.withdrawn_answers.into_iter().map(|gone| gone.answer);
                found = gone.find(is_it);
            }
            let found = found.ok_or_else(Problem::not_found)?;
            Ok((found, tag))
        })
        .await?;
    answer::found(&found, &tag, &known)
}

/// Answer a criterion
///
/// Replaces the answer whole. Guarded by the self-assessment's ETag, of which the answer carries the new one.
#[utoipa::path(tag = "Self-assessment", operation_id = "putAnswer",
    params(("selfAssessmentId" = Id, Path, description = "The self-assessment."), ("criterionCode" = CriterionCode, Path, description = "The criterion.")),
    request_body = AnswerInput, extensions(("x-action" = json!("AnswerSelfAssessment"))),
    responses((status = 200, description = "How far the self-assessment is now.", body = AnswersSaved)))]
#[put("/selfAssessments/{selfAssessmentId}/answers/{criterionCode}")]
pub async fn put_answer(
    allowed: Allowed<AnswerSelfAssessment>,
    path: Path<(Id, CriterionCode)>,
    if_match: IfMatch,
    _: Query<Nothing>,
    body: Json<AnswerInput>,
) -> Result<HttpResponse, Problem> {
    let (id, code) = path.0;
    let inputs = vec![(code.to_string(), body.value)];
    save(&allowed, id, if_match, inputs, false).await
}

/// Take an answer away
#[utoipa::path(tag = "Self-assessment", operation_id = "deleteAnswer",
    params(("selfAssessmentId" = Id, Path, description = "The self-assessment."), ("criterionCode" = CriterionCode, Path, description = "The criterion.")),
    extensions(("x-action" = json!("AnswerSelfAssessment"))),
    responses((status = 200, description = "How far the self-assessment is now.", body = AnswersSaved)))]
#[delete("/selfAssessments/{selfAssessmentId}/answers/{criterionCode}")]
pub async fn delete_answer(
    allowed: Allowed<AnswerSelfAssessment>,
    path: Path<(Id, CriterionCode)>,
    if_match: IfMatch,
    _: Query<Nothing>,
) -> Result<HttpResponse, Problem> {
    let (id, code) = path.0;
    let (saved, tag) = allowed
        .write(move |tx| {
            let head = work::lock(tx, id, Some(&if_match))?;
            Ok((work::unanswer(tx, &head, code.as_str())?, store::tag(&head)))
        })
        .await?;
    answer::changed(&saved, &tag)
}

/// Answer several criteria at once
///
/// Each listed answer is replaced whole; the others stay. All are stored or none.
#[utoipa::path(tag = "Self-assessment", operation_id = "patchAnswers", params(("selfAssessmentId" = Id, Path, description = "The self-assessment.")),
    request_body = AnswersInput, extensions(("x-action" = json!("AnswerSelfAssessment"))),
    responses((status = 200, description = "How far the self-assessment is now.", body = AnswersSaved)))]
#[patch("/selfAssessments/{selfAssessmentId}/answers")]
pub async fn patch_answers(
    allowed: Allowed<AnswerSelfAssessment>,
    path: Path<Id>,
    if_match: IfMatch,
    _: Query<Nothing>,
    body: Json<AnswersInput>,
) -> Result<HttpResponse, Problem> {
    let inputs = body
        .value
        .answers
        .into_iter()
        .map(|answer| {
            let input = AnswerInput {
                level: answer.level,
                note: answer.note,
                evidence: answer.evidence,
                exceptions: answer.exceptions,
            };
            (answer.criterion_code.to_string(), input)
        })
        .collect();
    save(&allowed, path.0, if_match, inputs, true).await
}

async fn save(
    allowed: &Allowed<AnswerSelfAssessment>,
    id: Id,
    if_match: IfMatch,
    inputs: Vec<(String, AnswerInput)>,
    listed: bool,
) -> Result<HttpResponse, Problem> {
    let (saved, tag) = allowed
        .write(move |tx| {
            let head = work::lock(tx, id, Some(&if_match))?;
            let at = |index| {
                if listed {
                    format!("answers[{index}].")
                } else {
                    String::new()
                }
            };
            Ok((work::answer(tx, &head, &inputs, at)?, store::tag(&head)))
        })
        .await?;
    answer::changed(&saved, &tag)
}

/// The right to do what a person stands for: it is the caller's own, and a machine names the person.
fn right_in_person(
    id: Id,
    person: Option<OnBehalfOf>,
) -> impl Fn(&mut Tx) -> Result<(), Problem> + Send + 'static {
    move |tx| {
        store::own_head(tx, id)?;
        tx.act_for(person.as_ref())
    }
}

/// Confirm that nothing changed
///
/// For the answers that were carried over: these, or all of them. Who confirmed is kept apart from who answered. A machine names the
/// person who confirms in `onBehalfOf`.
#[utoipa::path(tag = "Self-assessment", operation_id = "confirmAnswers", params(("selfAssessmentId" = Id, Path, description = "The self-assessment.")),
    request_body = ConfirmationInput, extensions(("x-action" = json!("ConfirmSelfAssessment"))),
    responses((status = 200, description = "How far the self-assessment is now.", body = AnswersSaved)))]
#[post("/selfAssessments/{selfAssessmentId}/confirmations")]
pub async fn confirm_answers(
    allowed: Allowed<ConfirmSelfAssessment>,
    path: Path<Id>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<ConfirmationInput>,
) -> Result<HttpResponse, Problem> {
    let id = path.0;
    let ConfirmationInput {
        criterion_codes,
        on_behalf_of,
    } = body.value;
    let codes: Option<Vec<String>> =
        criterion_codes.map(|codes| codes.iter().map(ToString::to_string).collect());
    let right = right_in_person(id, on_behalf_of);
    let confirm = move |tx: &mut Tx| {
        let head = work::lock(tx, id, Some(&if_match))?;
        let saved = work::confirm(tx, &head, codes.as_deref())?;
        Stored::done(&store::tag(&head), &saved)
    };
    Ok(allowed
        .write_once(key, body.bytes, right, confirm)
        .await?
        .response())
}

/// Hand a self-assessment in
///
/// When something is missing it is 400, naming each criterion. The revision is frozen, and stays readable as it was. A machine names the
/// person who hands in in `onBehalfOf`.
#[utoipa::path(tag = "Self-assessment", operation_id = "submitSelfAssessment", params(("selfAssessmentId" = Id, Path, description = "The self-assessment.")),
    request_body = SubmissionInput, extensions(("x-action" = json!("SubmitSelfAssessment"))),
    responses((status = 201, description = "The self-assessment, handed in; `Location` is its frozen revision.", body = SelfAssessment)))]
#[post("/selfAssessments/{selfAssessmentId}/submissions")]
pub async fn submit_self_assessment(
    allowed: Allowed<SubmitSelfAssessment>,
    path: Path<Id>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<SubmissionInput>,
) -> Result<HttpResponse, Problem> {
    let id = path.0;
    let right = right_in_person(id, body.value.on_behalf_of);
    let submit = move |tx: &mut Tx| {
        let head = submission::submit(tx, id, Some(&if_match))?;
        let view = store::current(tx, &head)?;
        let location = format!("{}/revisions/{}", view.summary.href, head.revision);
        Stored::created(location, &store::tag(&head), &view)
    };
    Ok(allowed
        .write_once(key, body.bytes, right, submit)
        .await?
        .response())
}

/// Take a submitted self-assessment up again
///
/// As the next revision, with a reason. Others keep reading the last one that was handed in.
#[utoipa::path(tag = "Self-assessment", operation_id = "reopenSelfAssessment", params(("selfAssessmentId" = Id, Path, description = "The self-assessment.")),
    request_body = ReopeningInput, extensions(("x-action" = json!("ReopenSelfAssessment"))),
    responses((status = 200, description = "The self-assessment, a draft again.", body = SelfAssessment)))]
#[post("/selfAssessments/{selfAssessmentId}/reopenings")]
pub async fn reopen_self_assessment(
    allowed: Allowed<ReopenSelfAssessment>,
    path: Path<Id>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<ReopeningInput>,
) -> Result<HttpResponse, Problem> {
    let (id, reason) = (path.0, body.value.reason);
    let right = move |tx: &mut Tx| store::own_head(tx, id).map(drop);
    let reopen = move |tx: &mut Tx| {
        let head = work::reopen(tx, id, &if_match, &reason)?;
        let view = store::current(tx, &head)?;
        Stored::done(&store::tag(&head), &view)
    };
    Ok(allowed
        .write_once(key, body.bytes, right, reopen)
        .await?
        .response())
}

/// List the submitted revisions
#[utoipa::path(tag = "Self-assessment", operation_id = "listRevisions", params(("selfAssessmentId" = Id, Path, description = "The self-assessment.")),
    extensions(("x-action" = json!("ReadSelfAssessments"))),
    responses((status = 200, description = "A page of revisions, oldest first.", body = Page<RevisionSummary>)))]
#[get("/selfAssessments/{selfAssessmentId}/revisions")]
pub async fn list_revisions(
    allowed: Allowed<ReadSelfAssessments>,
    path: Path<Id>,
    query: Query<Window<i64>>,
) -> Result<HttpResponse, Problem> {
    let (id, window) = (path.0, query.0);
    let link = allowed
        .state()
        .link(&format!("/selfAssessments/{id}/revisions"));
    let page = allowed
        .read(move |tx| {
            let items = revision_store::revisions(tx, id, &window)?;
            Ok(window.page(items, &link, &[], |item| item.revision.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// Read a submitted revision, as it was
///
/// But for what a redaction removed from it since: `redactions` says so.
#[utoipa::path(tag = "Self-assessment", operation_id = "readRevision",
    params(("selfAssessmentId" = Id, Path, description = "The self-assessment."), ("revision" = i64, Path, description = "The number of the revision.", minimum = 1, example = 1)),
    extensions(("x-action" = json!("ReadSelfAssessments"))),
    responses((status = 200, description = "The revision.", body = Revision)))]
#[get("/selfAssessments/{selfAssessmentId}/revisions/{revision}")]
pub async fn read_revision(
    allowed: Allowed<ReadSelfAssessments>,
    path: Path<(Id, Number)>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let (id, Number(number)) = path.0;
    let (summary, document) = allowed
        .read(move |tx| revision_store::revision(tx, id, number))
        .await?;
    let tag = revision_store::tag(number, &document);
    let revision = Revision {
        summary,
        self_assessment: document.raw()?,
    };
    answer::found(&revision, &tag, &known)
}
