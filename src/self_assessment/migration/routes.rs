//! `/frameworks/{frameworkCode}/versions/{versionCode}/migrations`.
use actix_web::{HttpResponse, get, post};

use super::{Migration, MigrationInput, MigrationPreview, store, work};
use crate::access::policy::{MigrateFramework, ReadMigrations};
use crate::access::{Allowed, Tx};
use crate::app::Operations;
use crate::db::types::Id;
use crate::framework;
use crate::framework::document::Code;
use crate::http::answer;
use crate::http::etag::IfNoneMatch;
use crate::http::idempotency::{IdempotencyKey, Stored};
use crate::http::page::Window;
use crate::http::query::{Nothing, Query};
use crate::http::{ETag, Json, Page, Path};
use crate::problem::Problem;

/// Move drafts and cycles to this version
///
/// Drafts against the versions that this one descends from move to it, those that were taken up again too, with their answers; so do the
/// cycles that are not past their due moment. An answer stands where its criterion means what it meant. Where it does not, the criterion is
/// asked again, and the earlier answers stand beside it in `openCriteria`; where it is gone, they stand in `withdrawnAnswers`. What is
/// submitted or superseded stays as it is. The work is done in the background: `Location` says how far it is. With `dryRun` nothing is
/// stored, and the answer counts what would happen. Self-assessments for own improvement move too, and are in no count. One migration of a framework runs at a time; 409 also when this version supersedes none.
#[utoipa::path(tag = "Frameworks", operation_id = "migrateFramework",
    params(("frameworkCode" = Code, Path, description = "The framework."), ("versionCode" = Code, Path, description = "The version.")),
    request_body = MigrationInput, extensions(("x-action" = json!("MigrateFramework"))),
    responses((status = 200, description = "With `dryRun`: what would happen.", body = MigrationPreview),
        (status = 201, description = "The migration, which is running from now on.", body = Migration)))]
#[post("/frameworks/{frameworkCode}/versions/{versionCode}/migrations")]
pub async fn migrate_framework(
    allowed: Allowed<MigrateFramework>,
    path: Path<(Code, Code)>,
    key: IdempotencyKey,
    _: Query<Nothing>,
    body: Json<MigrationInput>,
) -> Result<HttpResponse, Problem> {
    let (framework, version) = path.0;
    let input = body.value;
    if input.dry_run {
        let counted = allowed
            .read(move |tx| work::preview(tx, framework.as_str(), version.as_str(), &input))
            .await?;
        return answer::plain(&counted);
    }
    let id = Id::new();
    let start = move |tx: &mut Tx| {
        let asked = work::start(tx, id, framework.as_str(), version.as_str(), &input)?;
        Stored::created(asked.href.clone(), &tag(&asked)?, &asked)
    };
    let stored = allowed
        .write_once(key, body.bytes, |_| Ok(()), start)
        .await?;
    allowed.state().migrations.wake();
    Ok(stored.response())
}

/// List the migrations to a version
#[utoipa::path(tag = "Frameworks", operation_id = "listMigrations",
    params(("frameworkCode" = Code, Path, description = "The framework."), ("versionCode" = Code, Path, description = "The version.")),
    extensions(("x-action" = json!("ReadMigrations"))),
    responses((status = 200, description = "A page of migrations.", body = Page<Migration>)))]
#[get("/frameworks/{frameworkCode}/versions/{versionCode}/migrations")]
pub async fn list_migrations(
    allowed: Allowed<ReadMigrations>,
    path: Path<(Code, Code)>,
    query: Query<Window<Id>>,
) -> Result<HttpResponse, Problem> {
    let ((framework, version), window) = (path.0, query.0);
    let link = allowed.state().link(&format!(
        "/frameworks/{framework}/versions/{version}/migrations"
    ));
    let page = allowed
        .read(move |tx| {
            framework::store::get(tx, framework.as_str(), version.as_str())?;
            let items = store::list(tx, framework.as_str(), version.as_str(), &window)?;
            Ok(window.page(items, &link, &[], |item| item.id.to_string()))
        })
        .await?;
    answer::plain(&page)
}

/// Read how far a migration is
#[utoipa::path(tag = "Frameworks", operation_id = "readMigration",
    params(("frameworkCode" = Code, Path, description = "The framework."), ("versionCode" = Code, Path, description = "The version."),
        ("migrationId" = Id, Path, description = "The migration.")),
    extensions(("x-action" = json!("ReadMigrations"))),
    responses((status = 200, description = "The migration.", body = Migration)))]
#[get("/frameworks/{frameworkCode}/versions/{versionCode}/migrations/{migrationId}")]
pub async fn read_migration(
    allowed: Allowed<ReadMigrations>,
    path: Path<(Code, Code, Id)>,
    _: Query<Nothing>,
    known: IfNoneMatch,
) -> Result<HttpResponse, Problem> {
    let (framework, version, id) = path.0;
    let found = allowed
        .read(move |tx| {
            let row = store::get(tx, id)?;
            let is_here =
                framework == *row.framework_code.as_str() && version == *row.version_code.as_str();
            if is_here {
                row.view()
            } else {
                Err(Problem::not_found())
            }
        })
        .await?;
    answer::found(&found, &tag(&found)?, &known)
}

/// The operations on migrations.
pub fn operations(to: &mut impl Operations) {
    to.operation(migrate_framework)
        .operation(list_migrations)
        .operation(read_migration);
}

/// The tag of what is shown of it. Not a counter: that would also count the steps that moved what nobody is shown.
fn tag(migration: &Migration) -> Result<ETag, Problem> {
    let shown = serde_json::to_vec(migration).map_err(Problem::internal)?;
    Ok(ETag::of_content("m", &shown))
}
