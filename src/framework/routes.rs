//! `/frameworks` and their versions.
use actix_web::{HttpResponse, get, post, put};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::check;
use super::document::{Code, Document};
use super::rules::{self, CriterionChange};
use super::work::{self, PublicationInput};
use super::{Framework, VersionSummary, VersionView, store};
use crate::access::policy::{ManageFrameworks, ReadFrameworks};
use crate::access::{Allowed, Tx};
use crate::db::types::Id;
use crate::http::answer;
use crate::http::body::Check;
use crate::http::etag::{IfNoneMatch, Precondition};
use crate::http::idempotency::{IdempotencyKey, Stored};
use crate::http::page::{Arrival, Window};
use crate::http::query::{FromQuery, Nothing, Query, Reader, expected_code};
use crate::http::{IfMatch, Json, Page, Path};
use crate::problem::{Issue, Problem};
use crate::text::Text;

/// List frameworks
///
/// With the latest version of each that the caller may know about.
#[utoipa::path(tag = "Frameworks", operation_id = "listFrameworks", extensions(("x-action" = json!("ReadFrameworks"))),
    responses((status = 200, description = "A page of frameworks.", body = Page<Framework>)))]
#[get("/frameworks")]
pub async fn list_frameworks(
    allowed: Allowed<ReadFrameworks>,
    query: Query<Window<Arrival>>,
) -> Result<HttpResponse, Problem> {
    let window = query.0;
    let link = allowed.state().link("/frameworks");
    let page = allowed
        .read(move |tx| {
            let mut items = store::frameworks(tx)?;
            items.retain(|item| window.is_ahead(item.came, item.code.as_str()));
            Ok(window.page(items, &link, &[], |item| {
                Arrival::of(item.came, item.code.as_str())
            }))
        })
        .await?;
    answer::plain(&page)
}

/// List the versions of a framework
#[utoipa::path(tag = "Frameworks", operation_id = "listFrameworkVersions", params(("frameworkCode" = Code, Path, description = "The framework.")),
    extensions(("x-action" = json!("ReadFrameworks"))),
    responses((status = 200, description = "A page of versions.", body = Page<VersionSummary>)))]
#[get("/frameworks/{frameworkCode}/versions")]
pub async fn list_framework_versions(
    allowed: Allowed<ReadFrameworks>,
    path: Path<Code>,
    query: Query<Window<Arrival>>,
) -> Result<HttpResponse, Problem> {
    let (code, window) = (path.0, query.0);
    let link = allowed
        .state()
        .link(&format!("/frameworks/{code}/versions"));
    let page = allowed
        .read(move |tx| {
            let mut items = store::all(tx, Some(code.as_str()))?;
            if items.is_empty() {
                return Err(Problem::not_found());
            }
            items.retain(|item| window.is_ahead(item.came, item.version_code.as_str()));
            Ok(window.page(items, &link, &[], |item| {
                Arrival::of(item.came, item.version_code.as_str())
            }))
        })
        .await?;
    answer::plain(&page)
}

/// Read a framework version
#[utoipa::path(tag = "Frameworks", operation_id = "readFrameworkVersion",
    params(("frameworkCode" = Code, Path, description = "The framework."), ("versionCode" = Code, Path, description = "The version.")),
    extensions(("x-action" = json!("ReadFrameworks"))),
    responses((status = 200, description = "The version with its document.", body = VersionView)))]
#[get("/frameworks/{frameworkCode}/versions/{versionCode}")]
pub async fn read_framework_version(
    allowed: Allowed<ReadFrameworks>,
    path: Path<(Code, Code)>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let (framework, version) = path.0;
    let found = allowed
        .read(move |tx| store::get(tx, framework.as_str(), version.as_str()))
        .await?;
    answer::found(&found, &found.tag(), &known)
}

/// The structure is checked when the body is read; what it means, in [`check`].
impl Check for Document {
    const KNOWS_ITS_SHAPE: bool = true;
}

/// Add or edit a draft version
///
/// The document is checked as a whole, and every fault is named. A published version cannot be edited: 409.
#[utoipa::path(tag = "Frameworks", operation_id = "putFrameworkVersion",
    params(("frameworkCode" = Code, Path, description = "The framework."), ("versionCode" = Code, Path, description = "The version.")),
    request_body = Document, extensions(("x-action" = json!("ManageFrameworks"))),
    responses((status = 200, description = "The draft as it is now.", body = VersionView),
        (status = 201, description = "The new draft.", body = VersionView)))]
#[put("/frameworks/{frameworkCode}/versions/{versionCode}")]
pub async fn put_framework_version(
    allowed: Allowed<ManageFrameworks>,
    path: Path<(Code, Code)>,
    precondition: Precondition,
    _: Query<Nothing>,
    body: Json<Document>,
) -> Result<HttpResponse, Problem> {
    let (framework, version) = path.0;
    let id = Id::new();
    let document = checked(&body.bytes)?;
    require_same("code", &document.code, &framework)?;
    require_same("version.code", &document.version.code, &version)?;
    let (saved, new) = allowed
        .write(move |tx| {
            let current = store::find(tx, framework.as_str(), version.as_str())?;
            let tag = current.as_ref().map(VersionView::tag);
            precondition.check(tag.as_ref())?;
            if let Some(current) = &current {
                work::require_draft(current)?;
            }
            work::require_facility_types(tx, &document)?;
            let saved = store::save_draft(tx, id, current.as_ref(), &document)?;
            Ok((saved, current.is_none()))
        })
        .await?;
    answer::put(&saved, &saved.tag(), &saved.href, new)
}

fn checked(bytes: &[u8]) -> Result<Document, Problem> {
    let value = serde_json::from_slice(bytes).map_err(Problem::internal)?;
    check::from_json(&value).map_err(work::faults)
}

fn require_same(field: &str, given: &Code, path: &Code) -> Result<(), Problem> {
    if given == path {
        return Ok(());
    }
    Err(Problem::fault(
        Issue::body(
            "differsFromPath",
            field,
            Text::new(
                format!("In het pad staat {path}; maak beide gelijk."),
                format!("Le chemin indique {path} ; rendez-les identiques."),
                format!("The path says {path}; make them the same."),
            ),
        )
        .with_value(given.to_string()),
    ))
}

impl Check for PublicationInput {}

/// Publish a draft version, for good
#[utoipa::path(tag = "Frameworks", operation_id = "publishFrameworkVersion",
    params(("frameworkCode" = Code, Path, description = "The framework."), ("versionCode" = Code, Path, description = "The version.")),
    request_body = PublicationInput, extensions(("x-action" = json!("ManageFrameworks"))),
    responses((status = 201, description = "The version, published.", body = VersionView)))]
#[post("/frameworks/{frameworkCode}/versions/{versionCode}/publications")]
pub async fn publish_framework_version(
    allowed: Allowed<ManageFrameworks>,
    path: Path<(Code, Code)>,
    if_match: IfMatch,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<PublicationInput>,
) -> Result<HttpResponse, Problem> {
    let (framework, version) = path.0;
    let right = {
        let (framework, version) = (framework.clone(), version.clone());
        move |tx: &mut Tx| store::get(tx, framework.as_str(), version.as_str()).map(drop)
    };
    let input = body.value;
    let work = move |tx: &mut Tx| {
        let current = store::get(tx, framework.as_str(), version.as_str())?;
        if_match.check(&current.tag())?;
        work::require_draft(&current)?;
        let published = work::publish(tx, &current, &input)?;
        Stored::created(published.href.clone(), &published.tag(), &published)
    };
    Ok(allowed
        .write_once(key, body.bytes, right, work)
        .await?
        .response())
}

/// For whom a schema is.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "the document's side of FromQuery")]
pub struct SchemaFilter {
    /// Leave out what does not apply to this facility type.
    #[param(required = false, nullable = false, rename = "facilityType")]
    facility_type: Option<Code>,
}

struct SchemaQuery(Option<Code>);

impl FromQuery for SchemaQuery {
    fn from_query(reader: &mut Reader) -> Self {
        Self(reader.one("facilityType", &expected_code()))
    }
}

/// Read the JSON Schema of a valid set of answers
#[utoipa::path(tag = "Frameworks", operation_id = "readAnswerSchema",
    params(("frameworkCode" = Code, Path, description = "The framework."), ("versionCode" = Code, Path, description = "The version."), SchemaFilter),
    extensions(("x-action" = json!("ReadFrameworks"))),
    responses((status = 200, description = "A JSON Schema (2020-12).", body = Object)))]
#[get("/frameworks/{frameworkCode}/versions/{versionCode}/answerSchema")]
pub async fn read_answer_schema(
    allowed: Allowed<ReadFrameworks>,
    path: Path<(Code, Code)>,
    query: Query<SchemaQuery>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let (framework, version) = path.0;
    let found = allowed
        .read(move |tx| store::get(tx, framework.as_str(), version.as_str()))
        .await?;
    let facility_type = query.0.0;
    let schema = rules::answer_schema(&found.document, facility_type.as_ref().map(Code::as_str));
    answer::found(&schema, &found.tag(), &known)
}

/// Since when.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "the document's side of FromQuery")]
pub struct ChangesFilter {
    /// An earlier version of the same framework.
    #[param(example = "2025-1")]
    since: Code,
}

struct ChangesQuery(Option<Code>);

impl FromQuery for ChangesQuery {
    fn from_query(reader: &mut Reader) -> Self {
        Self(reader.required("since", &expected_code()))
    }
}

/// What changed between two versions.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FrameworkChanges {
    /// The earlier version.
    pub since: String,
    /// The later version.
    pub version: String,
    /// Every criterion that changed, in the order of the document; the withdrawn ones last.
    pub changes: Vec<CriterionChange>,
}

/// Read what changed since an earlier version
#[utoipa::path(tag = "Frameworks", operation_id = "readFrameworkChanges",
    params(("frameworkCode" = Code, Path, description = "The framework."), ("versionCode" = Code, Path, description = "The version."), ChangesFilter),
    extensions(("x-action" = json!("ReadFrameworks"))),
    responses((status = 200, description = "The changes, typed per criterion.", body = FrameworkChanges)))]
#[get("/frameworks/{frameworkCode}/versions/{versionCode}/changes")]
pub async fn read_framework_changes(
    allowed: Allowed<ReadFrameworks>,
    path: Path<(Code, Code)>,
    query: Query<ChangesQuery>,
) -> Result<HttpResponse, Problem> {
    let (framework, version) = path.0;
    let since = query.0.0.ok_or_else(Reader::unchecked)?.to_string();
    let changes = allowed
        .read(move |tx| {
            let last = store::get(tx, framework.as_str(), version.as_str())?;
            let chain = store::chain(tx, last.document.into(), &since)?
                .ok_or_else(|| not_on_the_chain(&since))?;
            let documents: Vec<&Document> = chain.iter().map(AsRef::as_ref).collect();
            Ok(FrameworkChanges {
                since: since.clone(),
                version: version.to_string(),
                changes: rules::changes(&documents),
            })
        })
        .await?;
    answer::plain(&changes)
}

fn not_on_the_chain(since: &str) -> Problem {
    Problem::fault(
        Issue::new(
            "unknownReference",
            crate::problem::In::Query,
            "since",
            Text::new(
                "Dit is geen versie waarop deze voortbouwt; volg supersedes.",
                "Ce n'est pas une version dont celle-ci découle ; suivez supersedes.",
                "This is no version that this one descends from; follow supersedes.",
            ),
        )
        .with_value(since),
    )
}
