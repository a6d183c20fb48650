//! Blind double judgement: two inspectors judge a finding apart from each other, and the lead adopts one of the two.
//!
//! Until both exist, each is there for who gave it alone: the other shows in no list, count, tag or event, and the finding is as it was. From
//! then on both are there for all who see the inspection whole, and neither is changed any more. Every version is kept. How far the two agree over
//! a round tells how alike inspectors judge ([`figures`]).
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::Operations;
use crate::audit::ActorView;
use crate::db::types::{Id, Moment};
use crate::http::ETag;
use crate::http::body::Check;
use crate::http::checks::check_length;
use crate::problem::Issue;
use crate::words::Code;

pub mod figures;
pub mod routes;
mod store;
pub mod work;

/// The operations on judgements.
pub fn operations(to: &mut impl Operations) {
    to.operation(routes::put_judgement)
        .operation(routes::read_own_judgement)
        .operation(routes::list_judgements)
        .operation(routes::adopt_judgement)
        .operation(routes::read_agreement);
}

/// The longest reason, in characters.
const LONGEST_REASON: usize = 4000;

/// One's own judgement of a finding.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JudgementInput {
    /// The judgement (oordeel): one that the framework allows for this kind of criterion.
    #[schema(value_type = Code, example = "aandachtspunt")]
    pub judgement: Code,
    /// What it rests on, without data of clients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, min_length = 1, max_length = 4000)]
    pub reason: Option<String>,
}

impl Check for JudgementInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_reason(self.reason.as_deref(), faults);
    }
}

fn check_reason(reason: Option<&str>, faults: &mut Vec<Issue>) {
    if let Some(reason) = reason {
        check_length("reason", reason, LONGEST_REASON, faults);
    }
}

/// One of two judgements becomes the finding's.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AdoptionInput {
    /// The judgement that is adopted. The other is kept beside it.
    pub judgement_id: Id,
    /// Why this one, without data of clients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, min_length = 1, max_length = 4000)]
    pub reason: Option<String>,
}

impl Check for AdoptionInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_reason(self.reason.as_deref(), faults);
    }
}

/// An inspector's judgement of a finding.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FindingJudgement {
    /// Its identity: another one for each version.
    pub id: Id,
    /// The finding.
    pub finding_id: Id,
    /// The judgement.
    #[schema(value_type = Code, example = "aandachtspunt")]
    pub judgement: String,
    /// What it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub reason: Option<String>,
    /// Which version of this inspector's judgement it is, from 1 on.
    #[schema(minimum = 1, example = 1)]
    pub version: i64,
    /// Did the same inspector replace it by a later version?
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub replaced: bool,
    /// The heads of the finding that it is about.
    pub heads: Vec<Id>,
    /// Who gave it.
    pub given_by: ActorView,
    /// When.
    pub given_at: Moment,
    /// The lead adopted it: it is the finding's judgement.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub adoption: Option<JudgementAdoption>,
    #[serde(skip)]
    pub(crate) person: String,
}

impl FindingJudgement {
    /// The tag of one's own judgement: its version.
    pub fn tag(&self) -> ETag {
        ETag::edit(self.version)
    }
}

/// The lead adopted a judgement.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JudgementAdoption {
    /// Why this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub reason: Option<String>,
    /// Who adopted it.
    pub adopted_by: ActorView,
    /// When.
    pub adopted_at: Moment,
}
