//! Reports (inspectieverslagen): frozen drafts and final ones, what the facility says to a draft, what is decided on that, and what is published.
//!
//! ```text
//! draft ──delivery──▶ the facility reacts, while its clock runs ──decisions──▶ final, with a number ──publication──▶ everyone
//! ```
//!
//! A report is a document that was frozen: nothing that is edited later changes it. A correction is a new document that names the old one. How
//! long the facility has to react, when a delivery is presumed and which days are holidays are settings; no number is built in.
use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::Operations;
use crate::audit::ActorView;
use crate::db::types::{Id, Moment};
use crate::inspection::clock::Length;

mod build;
pub mod document;
mod inputs;
pub mod page;
pub mod points;
pub mod publication;
mod publication_routes;
pub mod replies;
mod reply_routes;
mod routes;
pub mod store;
pub mod tasks;
pub mod words;
pub mod work;

pub use document::{Outcome, ReactionType, ReportDocument, ReportKind};
pub use inputs::*;
pub use routes::shown;

/// The operations on reports.
pub fn operations(to: &mut impl Operations) {
    to.operation(routes::list_reports)
        .operation(routes::create_report)
        .operation(routes::read_report)
        .operation(routes::list_improvement_points)
        .operation(routes::put_improvement_point)
        .operation(reply_routes::list_deliveries)
        .operation(reply_routes::deliver_report)
        .operation(reply_routes::record_receipt)
        .operation(reply_routes::extend_reaction)
        .operation(reply_routes::list_reactions)
        .operation(reply_routes::react)
        .operation(reply_routes::decide_reaction)
        .operation(publication_routes::publish_report)
        .operation(publication_routes::withdraw_publication)
        .operation(publication_routes::list_published_reports)
        .operation(publication_routes::read_published_report);
}

/// What the authority that runs the service has set.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// How long a facility has to react to a draft; nothing: no draft can be delivered.
    pub reaction: Option<Length>,
    /// How long a facility has to react to a draft of terms; nothing: none can be delivered.
    pub terms: Option<Length>,
    /// After how long what was sent is presumed to have been delivered; nothing: never without proof.
    pub presumed: Option<Length>,
    /// The days that are no working days, beside weekends.
    pub holidays: BTreeSet<NaiveDate>,
    /// What a report's number begins with.
    pub prefix: String,
}

/// A report in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportSummary {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its identity.
    pub id: Id,
    /// The inspection.
    pub inspection_id: Id,
    /// Whether it is a draft, final, or corrects an earlier one.
    pub kind: ReportKind,
    /// Its number; a draft has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, example = "ZI-2026-00012")]
    pub number: Option<String>,
    /// The report that it corrects.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub corrects_id: Option<Id>,
    /// When it was frozen.
    pub frozen_at: Moment,
}

/// A report.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// What a list shows of it.
    #[serde(flatten)]
    pub summary: ReportSummary,
    /// What it says.
    pub document: ReportDocument,
}

/// An improvement point (verbeterpunt) in the making.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ImprovementPointDraft {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its identity within the inspection, made by the client.
    pub id: Id,
    /// The finding that it follows from.
    pub finding_id: Id,
    /// What must be mended.
    pub text: String,
    /// Whether it has priority.
    pub priority: bool,
    /// Was it taken back? It stays, and is in no report.
    pub withdrawn: bool,
    /// Who saved it last.
    pub saved_by: ActorView,
    /// When.
    pub saved_at: Moment,
    #[serde(skip)]
    pub(crate) edit: i64,
    #[serde(skip)]
    pub(crate) arrival: Id,
}

crate::text_enum! {
    /// What shows that a report was delivered.
    pub enum ProofKind {
        /// Somebody of the facility opened it here.
        Opened = "opened",
        /// Something else, which the note says.
        Document = "document",
    }
}

/// What shows that a report was delivered.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = DeliveryProof)]
pub struct Proof {
    /// What kind of proof.
    #[schema(value_type = ProofKind)]
    pub kind: ProofKind,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub note: Option<String>,
    /// Who recorded it. For the side that sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub by: Option<ActorView>,
    /// When.
    pub at: Moment,
}

/// A longer time to react.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReactionExtension)]
pub struct Extension {
    /// So many days more, counted as the term is.
    pub days: u32,
    /// Why.
    pub reason: String,
    /// Who extended it. For the side that sent it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub by: Option<ActorView>,
    /// When.
    pub at: Moment,
}

/// A report on its way to the facility, and the clock that its delivery starts.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its identity.
    pub id: Id,
    /// The report.
    pub report_id: Id,
    /// How it was sent.
    #[schema(example = "aangetekende brief")]
    pub way: String,
    /// The day on which it was sent.
    pub sent_on: NaiveDate,
    /// What shows that it was delivered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub proof: Option<Proof>,
    /// The day on which it was delivered: proven, or presumed where that is set. The clock starts after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub delivered_on: Option<NaiveDate>,
    /// Is that day presumed?
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[schema(required = false)]
    pub presumed: bool,
    /// The last day to react, to its end in Flanders.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub react_by: Option<NaiveDate>,
    /// The time left to react, in seconds; below zero it is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub seconds_left: Option<i64>,
    /// The longer times that were given.
    pub extensions: Vec<Extension>,
    /// When the facility said that nothing more comes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub completed_at: Option<Moment>,
    #[serde(skip)]
    pub(crate) asks_reaction: bool,
}

impl Delivery {
    /// Can the facility still react?
    pub fn is_running(&self) -> bool {
        self.asks_reaction
            && self.completed_at.is_none()
            && self.seconds_left.is_none_or(|left| left > 0)
    }
}

/// What the facility said to a draft, and what was decided on it.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = GivenReaction)]
pub struct Reaction {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its identity.
    pub id: Id,
    /// The report that it is about.
    pub report_id: Id,
    /// The finding that it is about; the report as a whole when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub finding_id: Option<Id>,
    /// What kind of thing was said.
    #[serde(rename = "type")]
    pub kind: ReactionType,
    /// What was said.
    pub text: String,
    /// Who said it.
    pub given_by: ActorView,
    /// When.
    pub given_at: Moment,
    /// What was decided on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub decision: Option<document::Decision>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub decided_at: Option<Moment>,
}

/// A published report in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublishedReportSummary {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its identity.
    pub id: Id,
    /// The report's number.
    #[schema(example = "ZI-2026-00012")]
    pub number: String,
    /// When it was published.
    pub published_at: Moment,
    /// The publication that corrects it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub superseded_by: Option<Id>,
    /// When it was withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub withdrawn_at: Option<Moment>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub withdrawal_reason: Option<String>,
}

/// A published report, without the names of people.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublishedReport {
    /// What a list shows of it.
    #[serde(flatten)]
    pub summary: PublishedReportSummary,
    /// What it says; absent once it was withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub document: Option<ReportDocument>,
}
