//! Rows of framework versions. A draft is there for an admin alone.
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use chrono::Duration;
use diesel::prelude::*;

use super::document::{Code, Document};
use super::{Framework, VersionState, VersionSummary, VersionView};
use crate::access::Tx;
use crate::audit::{self, Event};
use crate::db::guarded::{first_of_its_code, one_changed};
use crate::db::schema::framework_version as table;
use crate::db::types::{AnyBackend, Id, JsonText, Moment};
use crate::problem::Problem;

/// Published versions as they are used: frozen, so read once per process.
#[derive(Debug, Clone, Default)]
pub struct PublishedVersions(Arc<RwLock<Versions>>);

/// Documents by framework and version.
type Versions = HashMap<(String, String), Arc<Document>>;

impl PublishedVersions {
    fn get(&self, key: &(String, String)) -> Option<Arc<Document>> {
        let versions = self.0.read().unwrap_or_else(PoisonError::into_inner);
        versions.get(key).cloned()
    }

    /// Keeps what a committed transaction has read.
    pub fn keep(&self, learned: Vec<Arc<Document>>) {
        if learned.is_empty() {
            return;
        }
        let mut versions = self.0.write().unwrap_or_else(PoisonError::into_inner);
        versions.extend(learned.into_iter().map(|document| {
            let version = document.version.code.to_string();
            ((document.code.to_string(), version), document)
        }));
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = table, check_for_backend(AnyBackend))]
struct Row {
    framework_code: String,
    version_code: String,
    state: VersionState,
    document: JsonText,
    edit: i64,
    created_at: Moment,
    published_at: Option<Moment>,
}

impl Row {
    fn view(self) -> Result<VersionView, Problem> {
        Ok(VersionView {
            href: format!(
                "/v1/frameworks/{}/versions/{}",
                self.framework_code, self.version_code
            ),
            status: self.state,
            published_at: self.published_at,
            document: self.document.to()?,
            edit: self.edit,
        })
    }

    /// When it came to be there for a caller: who sees no drafts must not learn from its place how long it was one.
    fn came(&self, sees_drafts: bool) -> Moment {
        match self.published_at {
            Some(published_at) if !sees_drafts => published_at,
            _ => self.created_at,
        }
    }

    fn summary(self, sees_drafts: bool) -> Result<VersionSummary, Problem> {
        let came = self.came(sees_drafts);
        Ok(VersionSummary::of(&self.view()?, came))
    }
}

/// One version, if the caller may know about it.
pub fn find(tx: &mut Tx, framework: &str, version: &str) -> Result<Option<VersionView>, Problem> {
    let mut query = table::table
        .filter(table::framework_code.eq(framework))
        .filter(table::version_code.eq(version))
        .select(Row::as_select())
        .into_boxed::<AnyBackend>();
    if !tx.scope.admin {
        query = query.filter(table::state.eq(VersionState::Published));
    }
    let row = query.first(tx.conn).optional()?;
    row.map(Row::view).transpose()
}

/// The same, or 404.
pub fn get(tx: &mut Tx, framework: &str, version: &str) -> Result<VersionView, Problem> {
    find(tx, framework, version)?.ok_or_else(Problem::not_found)
}

/// Every version that the caller may know about (of one framework), in the order in which they came to be there for the caller. There are
/// dozens at most.
pub fn all(tx: &mut Tx, framework: Option<&str>) -> Result<Vec<VersionSummary>, Problem> {
    let mut query = table::table
        .select(Row::as_select())
        .into_boxed::<AnyBackend>();
    if let Some(framework) = framework {
        query = query.filter(table::framework_code.eq(framework.to_owned()));
    }
    let sees_drafts = tx.scope.admin;
    if !sees_drafts {
        query = query.filter(table::state.eq(VersionState::Published));
    }
    let rows: Vec<Row> = query.load(tx.conn)?;
    let mut versions = rows
        .into_iter()
        .map(|row| row.summary(sees_drafts))
        .collect::<Result<Vec<_>, _>>()?;
    versions.sort_by(|one, other| one.place().cmp(&other.place()));
    Ok(versions)
}

/// The frameworks that the caller may know about, in the order in which the first version of each came to be there for the caller: no later one
/// moves it.
pub fn frameworks(tx: &mut Tx) -> Result<Vec<Framework>, Problem> {
    let versions = all(tx, None)?;
    let firsts: Vec<(Moment, Code)> = versions
        .iter()
        .map(|version| (version.came, version.framework_code.clone()))
        .collect();
    let mut latest: HashMap<Code, VersionSummary> = versions
        .into_iter()
        .map(|version| (version.framework_code.clone(), version))
        .collect();
    Ok(firsts
        .into_iter()
        .filter_map(|(came, code)| Some(Framework::of(came, latest.remove(&code)?)))
        .collect())
}

/// A published version's document, for the work of other features; nothing when it is a draft or absent.
pub fn published(
    tx: &mut Tx,
    framework: &str,
    version: &str,
) -> Result<Option<Arc<Document>>, Problem> {
    let key = (framework.to_owned(), version.to_owned());
    if let Some(known) = tx.state.frameworks.get(&key) {
        return Ok(Some(known));
    }
    let document: Option<JsonText> = table::table
        .filter(table::framework_code.eq(framework))
        .filter(table::version_code.eq(version))
        .filter(table::state.eq(VersionState::Published))
        .select(table::document)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    let Some(document) = document else {
        return Ok(None);
    };
    let document: Arc<Document> = Arc::new(document.to()?);
    tx.learned.push(document.clone());
    Ok(Some(document))
}

/// The documents from the one after `since` up to `version`, oldest first: the chain of `supersedes`. Nothing when `since` is not
/// on it.
pub fn chain(
    tx: &mut Tx,
    last: Arc<Document>,
    since: &str,
) -> Result<Option<Vec<Arc<Document>>>, Problem> {
    let framework = last.code.to_string();
    let mut documents = vec![last];
    loop {
        let Some(oldest) = documents.last() else {
            return Ok(None);
        };
        let Some(before) = oldest.version.supersedes.as_ref().map(ToString::to_string) else {
            return Ok(None);
        };
        if before == since {
            documents.reverse();
            return Ok(Some(documents));
        }
        match published(tx, &framework, &before)? {
            Some(document) if documents.len() < 100 => documents.push(document),
            _ => return Ok(None),
        }
    }
}

/// Stores a draft, new (`current` absent) or instead of the one that the caller has seen, and records it.
pub fn save_draft(
    tx: &mut Tx,
    id: Id,
    current: Option<&VersionView>,
    document: &Document,
) -> Result<VersionView, Problem> {
    let (framework, version) = (document.code.as_str(), document.version.code.as_str());
    let json = JsonText::of(document)?;
    if let Some(current) = current {
        let changed = diesel::update(table::table)
            .filter(table::framework_code.eq(framework))
            .filter(table::version_code.eq(version))
            .filter(table::edit.eq(current.edit))
            .filter(table::state.eq(VersionState::Draft))
            .set((table::document.eq(json), table::edit.eq(current.edit + 1)))
            .execute(tx.conn)?;
        one_changed(changed)?;
    } else {
        let stored = diesel::insert_into(table::table)
            .values((
                table::id.eq(id),
                table::framework_code.eq(framework),
                table::version_code.eq(version),
                table::state.eq(VersionState::Draft),
                table::document.eq(json),
                table::edit.eq(1_i64),
                table::created_at.eq(tx.now),
            ))
            .execute(tx.conn);
        first_of_its_code(stored)?;
    }
    audit::record(
        tx,
        Event::new(
            "frameworkSaved",
            "frameworkVersion",
            format!("{framework}/{version}"),
        )
        .with(document)?,
    )?;
    get(tx, framework, version)
}

/// Freezes a draft for good, and records it.
pub fn publish(
    tx: &mut Tx,
    current: &VersionView,
    document: &Document,
) -> Result<VersionView, Problem> {
    let (framework, version) = (document.code.as_str(), document.version.code.as_str());
    let published_at = after_all_others(tx)?;
    let changed = diesel::update(table::table)
        .filter(table::framework_code.eq(framework))
        .filter(table::version_code.eq(version))
        .filter(table::edit.eq(current.edit))
        .filter(table::state.eq(VersionState::Draft))
        .set((
            table::document.eq(JsonText::of(document)?),
            table::state.eq(VersionState::Published),
            table::published_at.eq(published_at),
            table::edit.eq(current.edit + 1),
        ))
        .execute(tx.conn)?;
    one_changed(changed)?;
    audit::record(
        tx,
        Event::new(
            "frameworkPublished",
            "frameworkVersion",
            format!("{framework}/{version}"),
        ),
    )?;
    get(tx, framework, version)
}

/// The moment of a publication: now, and after every other, so that lists in their order only grow at the end.
fn after_all_others(tx: &mut Tx) -> Result<Moment, Problem> {
    tx.wait_for_name("publications of frameworks")?;
    let newest: Option<Option<Moment>> = table::table
        .filter(table::published_at.is_not_null())
        .order(table::published_at.desc())
        .select(table::published_at)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    let earliest = newest
        .flatten()
        .map(|Moment(at)| Moment(at + Duration::microseconds(1)));
    Ok(earliest.map_or(tx.now, |earliest| tx.now.max(earliest)))
}
