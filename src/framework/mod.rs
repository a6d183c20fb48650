//! Frameworks (*referentiekaders*): the documents that say what is asked of whom, on which scale, and how it is judged.
//!
//! All in here is pure but the store, the work and the routes: [`document`] is the shape, [`check`] reads and refuses, [`rules`]
//! draws conclusions. A new sector, framework or version is a document, never a line of Rust.
use serde::Serialize;
use utoipa::ToSchema;

use crate::db::types::Moment;
use crate::http::ETag;
use document::{Code, Document, Texts};

pub mod check;
pub mod document;
mod fault;
mod history;
mod look_up;
mod marks;
pub mod routes;
pub mod rules;
mod schema;
mod sense;
mod shape;
pub mod store;
mod succession;
pub mod tasks;
#[cfg(test)]
pub(crate) mod tests;
pub mod work;
mod yaml;

crate::text_enum! {
    /// Whether a version can still change.
    pub enum VersionState {
        /// It can.
        Draft = "draft",
        /// Frozen for good.
        Published = "published",
    }
}

/// A version of a framework.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FrameworkVersionView)]
pub struct VersionView {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Whether it can still change.
    pub status: VersionState,
    /// When it was frozen.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub published_at: Option<Moment>,
    /// Everything that it says.
    pub document: Document,
    #[serde(skip)]
    pub(crate) edit: i64,
}

/// A version in a list: all but its criteria.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FrameworkVersionSummary)]
pub struct VersionSummary {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// The framework.
    pub framework_code: Code,
    /// The version.
    pub version_code: Code,
    /// Whether it can still change.
    pub status: VersionState,
    /// What the framework is called.
    pub title: Texts,
    /// The facility types that it is for.
    pub facility_types: Vec<Code>,
    /// The day on which it was published.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub published_on: Option<chrono::NaiveDate>,
    /// The day from which it is binding.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub binding_from: Option<chrono::NaiveDate>,
    /// The version that it replaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub supersedes: Option<Code>,
    /// When it came to be there for the caller, which is its place among others.
    #[serde(skip)]
    pub(crate) came: Moment,
}

impl VersionView {
    /// Its tag. A published one is frozen, and does not tell how often it was edited before.
    pub fn tag(&self) -> ETag {
        match self.status {
            VersionState::Draft => ETag::edit(self.edit),
            VersionState::Published => ETag::named("published"),
        }
    }
}

impl VersionSummary {
    fn of(view: &VersionView, came: Moment) -> Self {
        let document = &view.document;
        Self {
            href: view.href.clone(),
            framework_code: document.code.clone(),
            version_code: document.version.code.clone(),
            status: view.status,
            title: document.title.clone(),
            facility_types: document.facility_types.clone(),
            published_on: document.version.published_on,
            binding_from: document.version.binding_from,
            supersedes: document.version.supersedes.clone(),
            came,
        }
    }

    fn place(&self) -> (Moment, &Code, &Code) {
        (self.came, &self.framework_code, &self.version_code)
    }
}

/// A framework with the latest of its versions.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Framework {
    /// The address of its versions.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its code.
    pub code: Code,
    /// What it is called.
    pub title: Texts,
    /// The version that arrived last.
    pub latest: VersionSummary,
    /// When its first version came to be there for the caller, which is its place among others.
    #[serde(skip)]
    pub(crate) came: Moment,
}

impl Framework {
    fn of(came: Moment, latest: VersionSummary) -> Self {
        Self {
            href: format!("/v1/frameworks/{}/versions", latest.framework_code),
            code: latest.framework_code.clone(),
            title: latest.title.clone(),
            latest,
            came,
        }
    }
}

/// The frameworks that the service ships: file name and text. A version stands after the one that it supersedes.
pub const fn library() -> [(&'static str, &'static str); 4] {
    [
        ("ggz-1.yaml", include_str!("library/ggz-1.yaml")),
        ("ggz-2.yaml", include_str!("library/ggz-2.yaml")),
        ("caw-draft.yaml", include_str!("library/caw-draft.yaml")),
        ("spoed-draft.yaml", include_str!("library/spoed-draft.yaml")),
    ]
}
