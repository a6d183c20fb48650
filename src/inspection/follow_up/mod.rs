//! Following up (opvolging): what a facility does about each improvement point within its term, and whether it was mended.
//!
//! A point is followed from the moment that a numbered report has it. The recognising body gives it a term, or none; the facility tells of a
//! measure, or of a plan with how, by when and why not sooner; that is accepted or refused; and on documents or on a visit it is verified. What is
//! allowed when stands in one table ([`rules::after`]). What was said stays.
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::report::document::Subject;
use crate::app::Operations;
use crate::attachment::AttachmentReference;
use crate::audit::ActorView;
use crate::db::types::{Id, Moment, day_if_any};
use crate::http::ETag;
use crate::problem::Problem;

mod inputs;
mod routes;
pub mod rules;
pub mod store;
pub mod tasks;
pub mod work;

pub use inputs::*;
pub use rules::PointStatus;
pub use work::{begin, keep, require_settled};

/// The operations on improvement points that are followed up.
pub fn operations(to: &mut impl Operations) {
    to.operation(routes::list_followed_points)
        .operation(routes::read_followed_point)
        .operation(routes::give_measure)
        .operation(routes::give_plan)
        .operation(routes::decide_improvement)
        .operation(routes::change_term)
        .operation(routes::end_term)
        .operation(routes::verify_improvement);
}

crate::text_enum! {
    /// What became of the term of an improvement point.
    pub enum TermChangeKind {
        /// It got one.
        Set = "set",
        /// It got none, for a reason.
        None = "none",
        /// It got another one.
        Changed = "changed",
        /// It went along with a plan that was accepted.
        Planned = "planned",
        /// It ended: nothing is followed up any more.
        Ended = "ended",
    }
}

crate::text_enum! {
    /// What a facility tells of an improvement point.
    pub enum ImprovementAnswerKind {
        /// It is mended: what was done.
        Measure = "measure",
        /// It will be mended: how, by when, and why not sooner.
        Plan = "plan",
    }
}

crate::text_enum! {
    /// What the recognising body decides on what a facility told.
    pub enum ImprovementOutcome {
        /// It will do.
        Accepted = "accepted",
        /// It will not.
        Refused = "refused",
    }
}

crate::text_enum! {
    /// How it was found out whether a point is mended.
    pub enum VerificationWay {
        /// On documents.
        Documents = "documents",
        /// On a visit: of an inspection that follows up.
        Visit = "visit",
    }
}

/// An improvement point (verbeterpunt) in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FollowedPointSummary)]
pub struct PointSummary {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its identity, as reports and terms name it.
    pub id: Id,
    /// The inspection.
    pub inspection_id: Id,
    /// The facility.
    pub facility_id: Id,
    /// The last numbered report that has it.
    pub report_id: Id,
    /// The finding that it follows from.
    pub finding_id: Id,
    /// What the finding is about.
    pub subject: Subject,
    /// What must be mended.
    pub text: String,
    /// Whether it has priority.
    pub priority: bool,
    /// Where it stands.
    pub status: PointStatus,
    /// The last day of its term, to its end in Flanders.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub due: Option<NaiveDate>,
    /// Is its term over, and the facility has not told of a measure that may do?
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub overdue: bool,
    #[serde(skip)]
    pub(crate) edit: i64,
    #[serde(skip)]
    pub(crate) arrival: Id,
}

/// An improvement point (verbeterpunt) with its terms, what the facility did about it, and what was found of that.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = FollowedPoint)]
pub struct Point {
    /// What a list shows of it.
    #[serde(flatten)]
    pub summary: PointSummary,
    /// What became of its term, oldest first.
    pub terms: Vec<TermChange>,
    /// What the facility told, oldest first.
    pub answers: Vec<ImprovementAnswer>,
    /// Whether it was found to be mended, oldest first.
    pub verifications: Vec<Verification>,
    /// Since when it is followed.
    pub established_at: Moment,
}

impl Point {
    /// Its tag: the edit, and what is shown of it.
    pub fn tag(&self) -> Result<ETag, Problem> {
        let said = serde_json::to_vec(self).map_err(Problem::internal)?;
        Ok(ETag::of_content(self.summary.edit, &said))
    }
}

/// What became of a term.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TermChange {
    /// What kind of change.
    pub kind: TermChangeKind,
    /// The last day from then on.
    #[serde(
        default,
        deserialize_with = "day_if_any",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(required = false, nullable = false)]
    pub due: Option<NaiveDate>,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub reason: Option<String>,
    /// When.
    pub at: Moment,
}

/// What a facility told of an improvement point, and what was decided on that.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImprovementAnswer {
    /// Its identity.
    pub id: Id,
    /// A measure, or a plan.
    pub kind: ImprovementAnswerKind,
    /// What was done, or how it will be.
    pub text: String,
    /// The day on which a measure was taken, or by which one is planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub day: Option<NaiveDate>,
    /// Why a plan cannot be carried out sooner.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub why_not_sooner: Option<String>,
    /// What shows it.
    pub attachments: Vec<AttachmentReference>,
    /// Who told it.
    pub given_by: ActorView,
    /// When.
    pub given_at: Moment,
    /// What was decided on it; absent while that is to come, or where something else came first: a later answer, another term, a verification.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub decision: Option<ImprovementDecision>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub decided_at: Option<Moment>,
}

/// What was decided on an answer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImprovementDecision {
    /// Accepted or refused.
    pub outcome: ImprovementOutcome,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub reason: Option<String>,
}

/// Whether a point was found to be mended.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    /// Its identity.
    pub id: Id,
    /// On documents, or on a visit.
    pub way: VerificationWay,
    /// The inspection whose visit it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub inspection_id: Option<Id>,
    /// Is it mended?
    pub met: bool,
    /// What was seen.
    pub note: String,
    /// When it was recorded.
    pub verified_at: Moment,
}
