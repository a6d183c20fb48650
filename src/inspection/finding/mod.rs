//! Findings (vaststellingen): what inspectors see, each a set of versions that only grows, made on a tablet or here.
//!
//! A device makes the ids of findings and versions, and each version names those that it was made from. What they add up to follows from the
//! set of versions alone ([`versions`]): a version whose parents are not all there waits for them; with more than one head there is a conflict,
//! until somebody makes a version that has all heads as parents. Nothing that arrived is ever taken away.
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::Operations;
use crate::audit::ActorView;
use crate::db::types::{Id, JsonText, Moment};
use crate::hash::{hex, sha256};
use crate::http::ETag;
use crate::http::body::Check;
use crate::problem::Problem;
use crate::self_assessment::Evidence;
use crate::words::Code;

mod checks;
pub mod judgement;
pub mod pack;
pub mod routes;
mod store;
pub mod sync;
pub mod sync_routes;
pub mod versions;
mod walk;
mod work;

pub use checks::Frameworks;
pub use store::{require, summaries, take_turn};
pub use work::write as record;

/// The operations on findings.
pub fn operations(to: &mut impl Operations) {
    to.operation(sync_routes::read_pack)
        .operation(sync_routes::read_receipt)
        .operation(routes::list_findings)
        .operation(routes::read_finding)
        .operation(routes::put_finding)
        .operation(routes::list_finding_versions)
        .operation(routes::list_round_findings);
    judgement::operations(to);
}

/// The longest observation, in characters.
pub const LONGEST_OBSERVATION: usize = 8000;

/// A criterion of a framework version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CriterionReference {
    /// The framework.
    #[schema(example = "ggz")]
    pub framework_code: Code,
    /// The version: one of the round's.
    #[schema(example = "2026-1")]
    pub version_code: Code,
    /// The criterion.
    #[schema(example = "actiefWerken")]
    pub criterion_code: Code,
}

/// What a finding says. No data of clients: files are counted, never named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FindingContent {
    /// The criterion that it is about: of the checklist, or another of the round's frameworks. Left out for what no criterion asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub criterion: Option<CriterionReference>,
    /// What it is about. Needed where there is no criterion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, min_length = 1, max_length = 200)]
    pub title: Option<String>,
    /// What was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        min_length = 1,
        max_length = 8000,
        example = "Op twee van de drie afdelingen staat het gesprek in het dossier."
    )]
    pub observation: Option<String>,
    /// Was it good to see, or not? Left out where it is neither.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub positive: Option<bool>,
    /// What it rests on: kinds of evidence of the framework, files checked and files that met the criterion, photos.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 20)]
    pub evidence: Vec<Evidence>,
    /// The judgement (oordeel): one that the framework allows for this kind of criterion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, value_type = Option<Code>)]
    pub judgement: Option<Code>,
    /// Was it made by mistake? It stays, and counts for nothing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub withdrawn: bool,
}

/// Its faults are named by the round's frameworks.
impl Check for FindingContent {}

impl FindingContent {
    /// The SHA-256, in hexadecimal, of the content as canonical JSON (RFC 8785): members sorted, no blanks, and without what says nothing. A
    /// device can work it out too.
    pub fn hash(&self) -> Result<String, Problem> {
        Ok(hex(&sha256(self.canonical()?.0.as_bytes())))
    }

    /// The content as canonical JSON.
    fn canonical(&self) -> Result<JsonText, Problem> {
        // A value's members are sorted, and it has strings, whole numbers and booleans alone: its text is canonical.
        let value = serde_json::to_value(self).map_err(Problem::internal)?;
        JsonText::of(&value)
    }
}

/// A version of a finding, as a device made it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FindingVersionInput {
    /// Its identity, made by the device.
    pub id: Id,
    /// The finding that it is a version of; the device makes the id of a new one.
    pub finding_id: Id,
    /// The versions that it was made from; none for a first one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 50)]
    pub parents: Vec<Id>,
    /// When it was made, by the device's clock.
    pub made_at: Moment,
    /// What it says.
    pub content: FindingContent,
}

crate::text_enum! {
    /// Where a version stands among the others.
    pub enum VersionStatus {
        /// All versions that it goes back to are there.
        Stored = "stored",
        /// A version that it goes back to is not there yet.
        Pending = "pending",
        /// It came from a device that was revoked, and counts for nothing.
        SetApart = "setApart",
    }
}

/// A version of a finding.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FindingVersion {
    /// Its identity.
    pub id: Id,
    /// The finding.
    pub finding_id: Id,
    /// The versions that it was made from.
    pub parents: Vec<Id>,
    /// The SHA-256 of its content as canonical JSON (RFC 8785), in hexadecimal; as it is kept, without a list that is empty and a `withdrawn` that
    /// is false.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub hash: String,
    /// Where it stands among the others.
    pub status: VersionStatus,
    /// Did it come when the inspection had ended?
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub late: bool,
    /// The device that it was made on; absent where it was made here.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub device_id: Option<Id>,
    /// Who made it.
    pub made_by: ActorView,
    /// When, by the device's clock.
    pub made_at: Moment,
    /// When it came in, by the service's.
    pub received_at: Moment,
    /// What it says.
    pub content: FindingContent,
}

/// A finding in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FindingSummary {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its identity within the inspection, made by the device.
    pub id: Id,
    /// The inspection.
    pub inspection_id: Id,
    /// The facility.
    pub facility_id: Id,
    /// The heads: the versions that none was made from. Send them all as `parents` of the next one.
    pub heads: Vec<Id>,
    /// Is there more than one head?
    pub conflict: bool,
    /// Versions that wait for one that is not there yet.
    pub pending: i64,
    /// What its only head says; absent in a conflict, and while nothing but pending versions are there.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub content: Option<FindingContent>,
    /// The judgement that counts: what its only head says, or where two judge apart from each other, the one that the lead adopted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, value_type = Option<Code>)]
    pub judgement: Option<String>,
    /// When a version last came in.
    pub updated_at: Moment,
    #[serde(skip)]
    pub(crate) arrival: Id,
}

/// A finding with the versions that matter now.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// What a list shows of it.
    #[serde(flatten)]
    pub summary: FindingSummary,
    /// The heads, whole.
    pub head_versions: Vec<FindingVersion>,
    /// In a conflict, the nearest versions that all heads go back to.
    pub base_versions: Vec<FindingVersion>,
}

impl FindingSummary {
    /// Its tag: the heads, and what waits.
    pub fn tag(&self) -> ETag {
        let said = serde_json::to_vec(&(&self.heads, self.pending, self.updated_at));
        ETag::of_content("f", &said.unwrap_or_default())
    }
}
