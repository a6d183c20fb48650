//! `/surveys`, their versions and waves, and what they found.
use actix_web::{HttpResponse, get, post, put};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::document::SurveyDocument;
use super::results::{SurveyIndicatorResult, SurveyResults};
use super::{
    Survey, SurveyClosureInput, SurveyLinks, SurveyLinksInput, SurveyText, SurveyVersion,
    SurveyWave, SurveyWaveInput, store, work,
};
use crate::access::link::{Secret, SecretHash};
use crate::access::policy::{AskSurvey, ManageSurveys, ReadSurveyResults, ReadSurveys};
use crate::access::{Allowed, Tx};
use crate::db::types::{Id, Moment};
use crate::http::answer;
use crate::http::etag::{IfNoneMatch, Precondition};
use crate::http::idempotency::{IdempotencyKey, Stored};
use crate::http::page::{Arrival, Window};
use crate::http::query::{FromQuery, Nothing, Query, Reader, expected_code};
use crate::http::{ETag, IfMatch, Json, Page, Path};
use crate::problem::Problem;
use crate::words::{Code, Texts};

/// List surveys
#[utoipa::path(tag = "Rollout", operation_id = "listSurveys", extensions(("x-action" = json!("ReadSurveys"))),
    responses((status = 200, description = "A page of surveys.", body = Page<Survey>)))]
#[get("/surveys")]
pub async fn list_surveys(
    allowed: Allowed<ReadSurveys>,
    query: Query<Window<Arrival>>,
) -> Result<HttpResponse, Problem> {
    let window = query.0;
    let link = allowed.state().link("/surveys");
    let page = allowed
        .read(move |tx| {
            let items = store::surveys(tx, &window)?;
            Ok(window.page(items, &link, &[], |item| {
                Arrival::of(item.created_at, &item.code)
            }))
        })
        .await?;
    answer::plain(&page)
}

/// Read a survey
#[utoipa::path(tag = "Rollout", operation_id = "readSurvey", params(("surveyCode" = Code, Path, description = "The survey.")),
    extensions(("x-action" = json!("ReadSurveys"))),
    responses((status = 200, description = "The survey with its versions.", body = Survey)))]
#[get("/surveys/{surveyCode}")]
pub async fn read_survey(
    allowed: Allowed<ReadSurveys>,
    path: Path<Code>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let found = allowed.read(move |tx| survey(tx, path.0.as_str())).await?;
    let said = serde_json::to_vec(&found).map_err(Problem::internal)?;
    answer::found(&found, &ETag::of_content("s", &said), &known)
}

fn survey(tx: &mut Tx, code: &str) -> Result<Survey, Problem> {
    store::find_survey(tx, code)?.ok_or_else(Problem::not_found)
}

/// Read a version of a survey
#[utoipa::path(tag = "Rollout", operation_id = "readSurveyVersion",
    params(("surveyCode" = Code, Path, description = "The survey."), ("versionCode" = Code, Path, description = "The version.")),
    extensions(("x-action" = json!("ReadSurveys"))),
    responses((status = 200, description = "The version with all that it asks.", body = SurveyVersion)))]
#[get("/surveys/{surveyCode}/versions/{versionCode}")]
pub async fn read_survey_version(
    allowed: Allowed<ReadSurveys>,
    path: Path<(Code, Code)>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let (survey, version) = path.0;
    let found = allowed
        .read(move |tx| work::version(tx, survey.as_str(), version.as_str()))
        .await?;
    answer::found(&found, &found.tag(), &known)
}

/// Add a version of a survey, or replace one that was not asked yet
///
/// The survey comes with its first version. Every fault is named. A version that a wave asks is fixed: 409. An item that has the code of one in another version
/// is answered in the same way.
#[utoipa::path(tag = "Rollout", operation_id = "putSurveyVersion",
    params(("surveyCode" = Code, Path, description = "The survey."), ("versionCode" = Code, Path, description = "The version.")),
    request_body = SurveyDocument, extensions(("x-action" = json!("ManageSurveys"))),
    responses((status = 200, description = "The version as it is now.", body = SurveyVersion),
        (status = 201, description = "The new version.", body = SurveyVersion)))]
#[put("/surveys/{surveyCode}/versions/{versionCode}")]
pub async fn put_survey_version(
    allowed: Allowed<ManageSurveys>,
    path: Path<(Code, Code)>,
    condition: Precondition,
    _: Query<Nothing>,
    body: Json<SurveyDocument>,
) -> Result<HttpResponse, Problem> {
    let (survey, version) = path.0;
    let (saved, new) = allowed
        .write(move |tx| {
            let codes = (survey.as_str(), version.as_str());
            work::put_version(tx, codes, &condition, &body.value)
        })
        .await?;
    answer::put(&saved, &saved.tag(), &saved.href, new)
}

/// List the waves of a survey
#[utoipa::path(tag = "Rollout", operation_id = "listSurveyWaves", params(("surveyCode" = Code, Path, description = "The survey.")),
    extensions(("x-action" = json!("ReadSurveys"))),
    responses((status = 200, description = "A page of waves, oldest first.", body = Page<SurveyWave>)))]
#[get("/surveys/{surveyCode}/waves")]
pub async fn list_survey_waves(
    allowed: Allowed<ReadSurveys>,
    path: Path<Code>,
    query: Query<Window<Id>>,
) -> Result<HttpResponse, Problem> {
    let (code, window) = (path.0, query.0);
    let link = allowed.state().link(&format!("/surveys/{code}/waves"));
    let page = allowed
        .read(move |tx| {
            survey(tx, code.as_str())?;
            let items = store::waves(tx, code.as_str(), &window)?;
            Ok(window.page(items, &link, &[], |item| item.id.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// Plan a wave of a survey
///
/// In which sectors a version is asked, from which day to which. The version is fixed from then on.
#[utoipa::path(tag = "Rollout", operation_id = "createSurveyWave", params(("surveyCode" = Code, Path, description = "The survey.")),
    request_body = SurveyWaveInput, extensions(("x-action" = json!("ManageSurveys"))),
    responses((status = 201, description = "The new wave.", body = SurveyWave)))]
#[post("/surveys/{surveyCode}/waves")]
pub async fn create_survey_wave(
    allowed: Allowed<ManageSurveys>,
    path: Path<Code>,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<SurveyWaveInput>,
) -> Result<HttpResponse, Problem> {
    let (code, id, input) = (path.0, Id::new(), body.value);
    let right = {
        let code = code.clone();
        move |tx: &mut Tx| survey(tx, code.as_str()).map(drop)
    };
    let create = move |tx: &mut Tx| {
        let made = work::create_wave(tx, code.as_str(), id, &input)?;
        Stored::created(made.href.clone(), &made.tag(), &made)
    };
    Ok(allowed
        .write_once(key, body.bytes, right, create)
        .await?
        .response())
}

/// Read a wave of a survey
#[utoipa::path(tag = "Rollout", operation_id = "readSurveyWave",
    params(("surveyCode" = Code, Path, description = "The survey."), ("waveId" = Id, Path, description = "The wave.")),
    extensions(("x-action" = json!("ReadSurveys"))),
    responses((status = 200, description = "The wave.", body = SurveyWave)))]
#[get("/surveys/{surveyCode}/waves/{waveId}")]
pub async fn read_survey_wave(
    allowed: Allowed<ReadSurveys>,
    path: Path<(Code, Id)>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let (survey, id) = path.0;
    let found = allowed
        .read(move |tx| store::wave(tx, survey.as_str(), id))
        .await?;
    answer::found(&found, &found.tag(), &known)
}

/// The wave is there: looked at every time, also when a stored answer is replayed.
fn right(code: &Code, id: Id) -> impl Fn(&mut Tx) -> Result<(), Problem> + use<> {
    let code = code.clone();
    move |tx: &mut Tx| store::wave(tx, code.as_str(), id).map(drop)
}

/// Make links to answer a survey
///
/// Each is good for one answer in this sector, without an account, and leads to nobody: nothing but its hash is kept, and that only until it is used. The links are in
/// this answer alone; a replay by `Idempotency-Key` comes without them. Who gives each to one person, and remembers it, can see whether it was used, and never what
/// was answered.
#[utoipa::path(tag = "Rollout", operation_id = "makeSurveyLinks",
    params(("surveyCode" = Code, Path, description = "The survey."), ("waveId" = Id, Path, description = "The wave.")),
    request_body = SurveyLinksInput, extensions(("x-action" = json!("AskSurvey"))),
    responses((status = 200, description = "The links.", body = SurveyLinks)))]
#[post("/surveys/{surveyCode}/waves/{waveId}/links")]
pub async fn make_survey_links(
    allowed: Allowed<AskSurvey>,
    path: Path<(Code, Id)>,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<SurveyLinksInput>,
) -> Result<HttpResponse, Problem> {
    let ((code, id), input) = (path.0, body.value);
    let secrets: Vec<Secret> = (0..input.count)
        .map(|_| Secret::new())
        .collect::<Result<_, _>>()?;
    let right = right(&code, id);
    let make = move |tx: &mut Tx| {
        let hashes: Vec<SecretHash> = secrets.iter().map(Secret::hash).collect();
        work::make_links(tx, (code.as_str(), id), &input, &hashes)?;
        let mut made = SurveyLinks {
            sector_code: input.sector_code.to_string(),
            links: None,
        };
        let stored = Stored::done(&ETag::named("made"), &made)?;
        let links = secrets.iter().map(|secret| secret.survey_link(tx.state));
        made.links = Some(links.collect());
        stored.showing_once(&made)
    };
    Ok(allowed
        .write_once(key, body.bytes, right, make)
        .await?
        .response())
}

/// Close a wave of a survey
///
/// For good, with its results. What waits is joined with the other answers, and links that were not used end.
#[utoipa::path(tag = "Rollout", operation_id = "closeSurveyWave",
    params(("surveyCode" = Code, Path, description = "The survey."), ("waveId" = Id, Path, description = "The wave.")),
    request_body = SurveyClosureInput, extensions(("x-action" = json!("ManageSurveys"))),
    responses((status = 200, description = "The wave, closed.", body = SurveyWave)))]
#[post("/surveys/{surveyCode}/waves/{waveId}/closures")]
pub async fn close_survey_wave(
    allowed: Allowed<ManageSurveys>,
    path: Path<(Code, Id)>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<SurveyClosureInput>,
) -> Result<HttpResponse, Problem> {
    let (code, id) = path.0;
    let right = right(&code, id);
    let close = move |tx: &mut Tx| {
        let closed = work::close(tx, (code.as_str(), id), &if_match)?;
        Stored::done(&closed.tag(), &closed)
    };
    Ok(allowed
        .write_once(key, body.bytes, right, close)
        .await?
        .response())
}

/// Read the results of a wave
///
/// Frozen when it was closed; 409 until then, for what one answer adds would show. Each share has its base, the people who answered of those who were asked, and
/// an interval of 95 % by Wilson's score method (E. B. Wilson 1927). No figure is about fewer people than `smallestGroup`, nor can one be found by adding and
/// subtracting: what is absent is hidden. For the expert centre; figures for others are released.
#[utoipa::path(tag = "Rollout", operation_id = "readSurveyResults",
    params(("surveyCode" = Code, Path, description = "The survey."), ("waveId" = Id, Path, description = "The wave.")),
    extensions(("x-action" = json!("ReadSurveyResults"))),
    responses((status = 200, description = "The results.", body = SurveyResults)))]
#[get("/surveys/{surveyCode}/waves/{waveId}/results")]
pub async fn read_survey_results(
    allowed: Allowed<ReadSurveyResults>,
    path: Path<(Code, Id)>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let (survey, id) = path.0;
    let found = allowed
        .read(move |tx| work::results(tx, survey.as_str(), id))
        .await?;
    answer::found(&found, &ETag::named("frozen"), &known)
}

/// Which texts.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "the document's side of FromQuery")]
pub struct TextFilter {
    /// Those that answer this item; all, when left out.
    #[param(required = false, nullable = false, rename = "itemCode")]
    item_code: Option<Code>,
}

struct TextQuery {
    window: Window<Id>,
    item: Option<Code>,
}

impl FromQuery for TextQuery {
    fn from_query(reader: &mut Reader) -> Self {
        Self {
            window: Window::from_query(reader),
            item: reader.one("itemCode", &expected_code()),
        }
    }
}

/// List what was said in words
///
/// Each text by itself, in an order that says nothing; none of an item that fewer than the smallest group answered in words. 409 until the wave is closed.
#[utoipa::path(tag = "Rollout", operation_id = "listSurveyTexts",
    params(("surveyCode" = Code, Path, description = "The survey."), ("waveId" = Id, Path, description = "The wave."), TextFilter),
    extensions(("x-action" = json!("ReadSurveyResults"))),
    responses((status = 200, description = "A page of texts.", body = Page<SurveyText>)))]
#[get("/surveys/{surveyCode}/waves/{waveId}/texts")]
pub async fn list_survey_texts(
    allowed: Allowed<ReadSurveyResults>,
    path: Path<(Code, Id)>,
    query: Query<TextQuery>,
) -> Result<HttpResponse, Problem> {
    let ((survey, id), TextQuery { window, item }) = (path.0, query.0);
    let link = format!("/surveys/{survey}/waves/{id}/texts");
    let link = allowed.state().link(&link);
    let filters: Vec<_> = item
        .iter()
        .map(|code| ("itemCode", code.to_string()))
        .collect();
    let page = allowed
        .read(move |tx| {
            let items = work::texts(tx, (survey.as_str(), id), item.as_ref(), &window)?;
            Ok(window.page(items, &link, &filters, |item| item.id.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// What the surveys found last.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SurveyOverview {
    /// Each survey of which a wave was closed, in the order in which they came.
    pub surveys: Vec<SurveyOutcome>,
}

/// What the last closed wave of a survey found.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SurveyOutcome {
    /// The survey.
    #[schema(example = "monitorKindreflex")]
    pub survey_code: String,
    /// What the wave is called.
    pub title: Texts,
    /// When it was closed.
    pub closed_at: Moment,
    /// Where all its results are.
    #[schema(format = "uri-reference")]
    pub results: String,
    /// How many answered; absent where that is hidden.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub respondents: Option<u32>,
    /// Its indicators.
    pub indicators: Vec<SurveyIndicatorResult>,
}

impl From<SurveyResults> for SurveyOutcome {
    fn from(results: SurveyResults) -> Self {
        Self {
            survey_code: results.survey_code,
            title: results.title,
            closed_at: results.closed_at,
            results: results.href,
            respondents: results.respondents.whole,
            indicators: results.indicators,
        }
    }
}

/// Read what the surveys found
///
/// The indicators of the last closed wave of each survey, in all its sectors and in each. For the expert centre; figures for others are released.
#[utoipa::path(tag = "Rollout", operation_id = "readSurveyOverview", extensions(("x-action" = json!("ReadSurveyResults"))),
    responses((status = 200, description = "Every survey.", body = SurveyOverview)))]
#[get("/statistics/surveys")]
pub async fn read_survey_overview(
    allowed: Allowed<ReadSurveyResults>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let found = allowed.read(store::last_results).await?;
    let surveys = found.into_iter().map(SurveyOutcome::from).collect();
    let found = SurveyOverview { surveys };
    let said = serde_json::to_vec(&found).map_err(Problem::internal)?;
    answer::found(&found, &ETag::of_content("s", &said), &known)
}
