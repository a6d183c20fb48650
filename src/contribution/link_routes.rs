//! `/contributionLinks/{secret}`: for who holds a link, without a token.
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, get, post, web};

use super::answering::{self, Opened};
use super::form::Filled;
use super::inputs::ContributionAnswersInput;
use super::{ContributionLink, Questionnaire, page};
use crate::access::Tx;
use crate::access::link::{ByLink, Link};
use crate::http::form::{Pairs, Sent};
use crate::http::idempotency::{IdempotencyKey, Stored};
use crate::http::query::{Nothing, Query};
use crate::http::wrap::{Trace, language_of};
use crate::http::{ETag, Rendition, answer};
use crate::problem::{Issue, Problem};

/// Open a link
///
/// The questions that it asks, as JSON or as a page with a form (`Accept: text/html`), and nothing else of the self-assessment. Opening it changes
/// nothing, however often. Once it was answered, and where its time is over or it was taken back, only that is told.
#[utoipa::path(tag = "Self-assessment", operation_id = "openContributionLink", security(()),
    params(("secret" = String, Path, description = "The secret of the link.", min_length = 1, max_length = 200)),
    responses((status = 200, description = "What the link asks.", content((ContributionLink = "application/json"), (String = "text/html")))))]
#[get("/contributionLinks/{secret}")]
pub async fn open_contribution_link(
    request: HttpRequest,
    by: ByLink,
    rendition: Rendition,
    _: Query<Nothing>,
) -> Result<HttpResponse, Problem> {
    let found = by
        .read(|tx, link| {
            let opened = answering::open(tx, link)?;
            answering::view(tx, &opened)
        })
        .await;
    if rendition == Rendition::Json {
        return answer::plain(&found?);
    }
    let language = language_of(&request);
    Ok(match found {
        Ok(link) => {
            // From where the page stands, whatever stands before it.
            let secret = request.match_info().get("secret").unwrap_or_default();
            page::show(&link, &format!("{secret}/answers"), language)
        }
        Err(problem) => page::trouble(&problem, false, language, &trace(&request)),
    })
}

fn trace(request: &HttpRequest) -> String {
    Trace::of(request).0.to_string()
}

/// What comes of a form.
enum Outcome {
    /// It was handed in.
    HandedIn,
    /// Something has to be mended: nothing was stored.
    Faulty(Box<(Questionnaire, Filled, Vec<Issue>)>),
}

/// Answer by a link
///
/// Every question needs an answer; all faults are told at once, and then nothing is stored. It can be answered once: after that it is 409, as it is where
/// the link's time is over, it was taken back, or the self-assessment is no draft. The page sends its form, with the same checks.
#[utoipa::path(tag = "Self-assessment", operation_id = "answerContribution", security(()),
    params(("secret" = String, Path, description = "The secret of the link.", min_length = 1, max_length = 200)),
    request_body(content((ContributionAnswersInput = "application/json"),
        (String = "application/x-www-form-urlencoded", example = json!("level%3AactiefWerken=volledig&givenBy=hoofdverpleegkundige")))),
    responses((status = 200, description = "They are handed in.", body = ContributionLink),
        (status = 303, description = "The page's form is handed in; the link's own page says so.",
            headers(("Location" = String, description = "Where the link's own page is.")))))]
#[post("/contributionLinks/{secret}/answers")]
pub async fn answer_contribution(
    request: HttpRequest,
    by: ByLink,
    rendition: Rendition,
    key: IdempotencyKey,
    _: Query<Nothing>,
    sent: Sent<ContributionAnswersInput>,
) -> Result<HttpResponse, Problem> {
    match sent {
        Sent::Json(body) => {
            let given = body.value;
            let hand_in = move |tx: &mut Tx, link| stored(&answering::hand_in(tx, link, &given)?);
            let stored = by.write_once(key, body.bytes, hand_in).await?;
            Ok(stored.response())
        }
        Sent::Form(pairs, _) if rendition == Rendition::Html => {
            let outcome = by
                .write(move |tx, link| hand_in_form(tx, link, &pairs))
                .await;
            Ok(page_of(&request, outcome))
        }
        Sent::Form(pairs, bytes) => program_form(&by, key, pairs, bytes).await,
    }
}

/// A form that a program sends, answered in JSON.
async fn program_form(
    by: &ByLink,
    key: IdempotencyKey,
    pairs: Pairs,
    bytes: web::Bytes,
) -> Result<HttpResponse, Problem> {
    let hand_in = move |tx: &mut Tx, link| match hand_in_form(tx, link, &pairs)? {
        Outcome::HandedIn => {
            let opened = answering::open(tx, link)?;
            stored(&answering::view(tx, &opened)?)
        }
        Outcome::Faulty(faulty) => Err(Problem::faults(faulty.2)),
    };
    Ok(by.write_once(key, bytes, hand_in).await?.response())
}

/// What was handed in is always the same.
fn stored(link: &ContributionLink) -> Result<Stored, Problem> {
    Stored::done(&ETag::named(link.status.name()), link)
}

/// Hands in what stands in a form; what has to be mended is given back with the questions.
fn hand_in_form(tx: &mut Tx, link: Link, pairs: &Pairs) -> Result<Outcome, Problem> {
    let opened: Opened = answering::open_to_answer(tx, link)?;
    if let Some(conflict) = answering::closed(opened.status) {
        return Err(conflict);
    }
    let mut faults = Vec::new();
    let filled = Filled::read(pairs, opened.asked(), &mut faults);
    let given = filled.input(&mut faults);
    faults.extend(answering::faults_of(&opened, &given));
    if faults.is_empty() {
        answering::keep(tx, &opened, &given)?;
        return Ok(Outcome::HandedIn);
    }
    let questionnaire = answering::questionnaire(tx, &opened)?;
    Ok(Outcome::Faulty(Box::new((questionnaire, filled, faults))))
}

/// The page after a form: the link's own page once it is handed in, so that loading it again sends nothing.
fn page_of(request: &HttpRequest, outcome: Result<Outcome, Problem>) -> HttpResponse {
    let language = language_of(request);
    match outcome {
        Ok(Outcome::HandedIn) => {
            let secret = request.match_info().get("secret").unwrap_or_default();
            HttpResponse::SeeOther()
                .insert_header((header::LOCATION, format!("../{secret}")))
                .finish()
        }
        Ok(Outcome::Faulty(faulty)) => {
            let (questionnaire, filled, faults) = *faulty;
            page::form(&questionnaire, &filled, &faults, "answers", language)
        }
        Err(problem) => page::trouble(&problem, true, language, &trace(request)),
    }
}
