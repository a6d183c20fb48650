//! Terms (termijnbepaling): what the recognising body decides on each improvement point of a final report.
//!
//! ```text
//! draft ──delivery──▶ the facility reacts, while its clock runs ──▶ definitive: each point has a term, or none with a reason
//! ```
//!
//! The inspectors establish what must be mended; by when is the recognising body's alone, and who stands on another side of the inspection has no part in
//! it. Drafts and definitive ones are frozen beside the reports. How long the facility has to react is a setting; no number is built in.
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::report::Delivery;
use super::report::document::{Body, Subject};
use crate::app::Operations;
use crate::audit::ActorView;
use crate::db::types::{Id, Moment, day_if_any};
use crate::text::Language;
use crate::words::LanguageCode;

mod inputs;
mod page;
mod routes;
mod store;
pub mod tasks;
pub mod work;

pub use inputs::*;

/// The operations on terms.
pub fn operations(to: &mut impl Operations) {
    to.operation(routes::list_term_reports)
        .operation(routes::create_term_report)
        .operation(routes::read_term_report)
        .operation(routes::deliver_term_report)
        .operation(routes::record_term_receipt)
        .operation(routes::extend_term_reaction)
        .operation(routes::react_to_terms)
        .operation(routes::close_inspection);
}

crate::text_enum! {
    /// What stage a term report is of.
    pub enum TermReportKind {
        /// *Voorlopig verslag van termijnbepaling*: the facility can react to it.
        Draft = "termDraft",
        /// *Definitief verslag van termijnbepaling*.
        Definitive = "termDefinitive",
    }
}

/// A term report in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TermReportSummary {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its identity.
    pub id: Id,
    /// The inspection.
    pub inspection_id: Id,
    /// Whether it is a draft, or definitive.
    pub kind: TermReportKind,
    /// When it was frozen.
    pub frozen_at: Moment,
}

/// A term report (verslag van termijnbepaling).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TermReport {
    /// What a list shows of it.
    #[serde(flatten)]
    pub summary: TermReportSummary,
    /// What it says.
    pub document: TermDocument,
    /// Its way to the facility, once it was sent, and the clock that its delivery starts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub delivery: Option<Delivery>,
    /// What the facility said to it, oldest first.
    pub reactions: Vec<TermReaction>,
}

/// A term report with everything in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TermDocument {
    /// Whether it is a draft, or definitive.
    pub kind: TermReportKind,
    /// The language that it is written in.
    #[serde(with = "LanguageCode")]
    #[schema(value_type = LanguageCode)]
    pub language: Language,
    /// When it was frozen.
    pub frozen_at: Moment,
    /// The report that established the points.
    pub report: ReportNumber,
    /// The legal entity (*inrichtende macht*).
    pub organisation: Body,
    /// The facility (*inspectiepunt*).
    pub facility: Body,
    /// What comes first in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub summary: Option<String>,
    /// What was decided on each improvement point, in the order of the report.
    pub terms: Vec<Term>,
    /// What the facility said to the draft. In a definitive one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub reactions: Vec<SaidToTerms>,
}

/// A numbered report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReportNumber {
    /// Its identity.
    pub report_id: Id,
    /// Its number.
    #[schema(example = "ZI-2026-00012")]
    pub number: String,
}

/// What was decided on an improvement point: the last day to mend it, or none and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Term {
    /// The improvement point.
    pub improvement_point_id: Id,
    /// What the finding is about.
    pub subject: Subject,
    /// What must be mended.
    pub text: String,
    /// Whether it has priority.
    pub priority: bool,
    /// The last day to mend it, to its end in Flanders.
    #[serde(
        default,
        deserialize_with = "day_if_any",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(required = false, nullable = false)]
    pub due: Option<NaiveDate>,
    /// Why this term, or why none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub reason: Option<String>,
}

/// What a facility said to a draft of terms, as the definitive one tells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SaidToTerms {
    /// The improvement point that it is about; the draft as a whole when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub improvement_point_id: Option<Id>,
    /// What was said.
    pub text: String,
}

/// What a facility said to a draft of terms.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TermReaction {
    /// Its identity.
    pub id: Id,
    /// The improvement point that it is about; the draft as a whole when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub improvement_point_id: Option<Id>,
    /// What was said.
    pub text: String,
    /// Who said it.
    pub given_by: ActorView,
    /// When.
    pub given_at: Moment,
}
