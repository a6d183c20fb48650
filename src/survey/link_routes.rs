//! `/surveyLinks/{secret}`: for who answers a survey, without a token.
use actix_web::{HttpRequest, HttpResponse, get, post};

use super::page::{self, Fault, Filled};
use super::{SurveyAnswersInput, SurveyLink, SurveyThanks, answering, rules};
use crate::access::Tx;
use crate::access::link::{BySurveyLink, SecretHash};
use crate::contribution::page::trouble;
use crate::http::form::{Pairs, Sent};
use crate::http::query::{Nothing, Query};
use crate::http::wrap::language_of;
use crate::http::{Rendition, answer};
use crate::problem::{Issue, Problem};

/// What stands in the log for who answers.
const NO_TRACE: &str = "surveyLink";

/// Open a link to a survey
///
/// What it asks, as JSON or as a page with a form (`Accept: text/html`). Opening it changes nothing, however often. It is good for one answer: used, it is 404, as
/// one that never was; before its first day and after its last it is 409.
#[utoipa::path(tag = "Rollout", operation_id = "openSurveyLink", security(()),
    params(("secret" = String, Path, description = "The secret of the link.", min_length = 1, max_length = 200)),
    responses((status = 200, description = "What the link asks.", content((SurveyLink = "application/json"), (String = "text/html")))))]
#[get("/surveyLinks/{secret}")]
pub async fn open_survey_link(
    request: HttpRequest,
    by: BySurveyLink,
    rendition: Rendition,
    _: Query<Nothing>,
) -> Result<HttpResponse, Problem> {
    let found = by.read(|tx, hash| answering::open(tx, hash)?.view()).await;
    if rendition == Rendition::Json {
        return answer::plain(&found?);
    }
    let language = language_of(&request);
    match found {
        Ok(link) => {
            // From where the page stands, whatever stands before it.
            let secret = request.match_info().get("secret").unwrap_or_default();
            let action = format!("{secret}/answers");
            page::form(&link, &Filled::default(), &[], (&action, language))
        }
        Err(problem) => Ok(trouble(&problem, false, language, NO_TRACE)),
    }
}

/// What has to be mended in a form.
struct Faulty {
    link: SurveyLink,
    filled: Filled,
    faults: Vec<Issue>,
    /// The same, each with its item.
    shown: Vec<Fault>,
}

/// What comes of a form.
enum Outcome {
    /// It is kept.
    Kept,
    /// Something has to be mended: nothing was kept, and the link is as good as before.
    Faulty(Box<Faulty>),
}

/// Answer a survey by a link
///
/// All faults are told at once, and then nothing is kept and the link stays good. What is kept goes without moment, trace or `Idempotency-Key`: a link is used
/// once, so what is sent again is 404, and kept once. The page sends its form, with the same checks; of that, what was not asked is left out.
#[utoipa::path(tag = "Rollout", operation_id = "answerSurvey", security(()),
    params(("secret" = String, Path, description = "The secret of the link.", min_length = 1, max_length = 200)),
    request_body(content((SurveyAnswersInput = "application/json"),
        (String = "application/x-www-form-urlencoded", example = json!("option%3Aovertuigd=helemaal&minutes=6")))),
    responses((status = 200, description = "The answers are kept.", content((SurveyThanks = "application/json"), (String = "text/html")))))]
#[post("/surveyLinks/{secret}/answers")]
pub async fn answer_survey(
    request: HttpRequest,
    by: BySurveyLink,
    rendition: Rendition,
    _: Query<Nothing>,
    sent: Sent<SurveyAnswersInput>,
) -> Result<HttpResponse, Problem> {
    let pairs = match sent {
        Sent::Json(body) => {
            let given: SurveyAnswersInput = body.value;
            by.write(move |tx, hash| answering::open(tx, hash)?.keep(tx, &given))
                .await?;
            return answer::plain(&SurveyThanks { kept: true });
        }
        Sent::Form(pairs, _) => pairs,
    };
    let outcome = by.write(move |tx, hash| keep_form(tx, hash, &pairs)).await;
    let language = language_of(&request);
    match (outcome, rendition) {
        (Ok(Outcome::Kept), Rendition::Html) => page::thanks(language),
        (Ok(Outcome::Kept), Rendition::Json) => answer::plain(&SurveyThanks { kept: true }),
        (Ok(Outcome::Faulty(faulty)), Rendition::Html) => page::form(
            &faulty.link,
            &faulty.filled,
            &faulty.shown,
            ("answers", language),
        ),
        (Ok(Outcome::Faulty(faulty)), Rendition::Json) => Err(Problem::faults(faulty.faults)),
        (Err(problem), Rendition::Html) => Ok(trouble(&problem, true, language, NO_TRACE)),
        (Err(problem), Rendition::Json) => Err(problem),
    }
}

/// Keeps what stands in a form; what has to be mended is given back with the questions.
fn keep_form(tx: &mut Tx, hash: SecretHash, pairs: &Pairs) -> Result<Outcome, Problem> {
    let opened = answering::open(tx, hash)?;
    let mut faults = Vec::new();
    let filled = Filled::read(pairs, &opened.document, &mut faults);
    let input = filled.input(&opened.document, &mut faults);
    faults.extend(rules::faults(&opened.document, &input.answers));
    if faults.is_empty() {
        opened.keep(tx, &input)?;
        return Ok(Outcome::Kept);
    }
    let shown = page::shown(&faults, &input.answers);
    let link = opened.view()?;
    Ok(Outcome::Faulty(Box::new(Faulty {
        link,
        filled,
        faults,
        shown,
    })))
}
