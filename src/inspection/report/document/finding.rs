//! The findings of a report: what was seen, what it is judged to be, what must be mended, and what the facility said to it.
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::attachment::AttachmentReference;
use crate::db::types::Id;
use crate::framework::document::CriterionKind;
use crate::words::{Code, Texts};

/// The findings on one theme of a framework.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ReportTheme)]
pub struct Theme {
    /// The theme's code.
    pub code: Code,
    /// What a person reads.
    pub title: Texts,
    /// The findings, in the order of the checklist.
    pub findings: Vec<Finding>,
}

/// A finding (*vaststelling*), positive or negative.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ReportFinding)]
pub struct Finding {
    /// Its identity.
    pub id: Id,
    /// What it is about.
    pub subject: Subject,
    /// What was seen.
    pub observation: String,
    /// What the observation rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub evidence_kinds: Vec<EvidenceKind>,
    /// How many files were checked, where files were.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub files: Option<Files>,
    /// What it is judged to be; outside the checklist there may be none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub judgement: Option<Judgement>,
    /// What must be mended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub improvement_points: Vec<ImprovementPoint>,
    /// The photos and files that the observation rests on: in no rendition for everyone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub attachments: Vec<AttachmentReference>,
    /// What was said to it, and what was decided on that.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub reactions: Vec<Reaction>,
}

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ReportSubject)]
pub enum Subject {
    /// A criterion of the checklist.
    Criterion(Criterion),
    /// Something outside the checklist, by its title.
    Title(String),
}

/// A criterion, as the framework had it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ReportCriterion)]
pub struct Criterion {
    /// The framework's code.
    pub framework_code: Code,
    /// The version's code.
    pub version_code: Code,
    /// The criterion's code.
    pub code: Code,
    /// A requirement (*eis*) or an expectation (*verwachting*).
    pub kind: CriterionKind,
    /// The criterion itself.
    pub text: Texts,
    /// The regulation that it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub legal_basis: Option<Texts>,
}

/// A kind of evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ReportEvidenceKind)]
pub struct EvidenceKind {
    /// The kind's code.
    pub code: Code,
    /// What a person reads.
    pub title: Texts,
}

/// Counts of files: of clients there is nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ReportFiles)]
pub struct Files {
    /// How many were checked.
    pub checked: u32,
    /// How many of those met the criterion.
    pub met: u32,
}

/// A judgement (*oordeel*).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ReportJudgement)]
pub struct Judgement {
    /// The judgement's code.
    pub code: Code,
    /// What a person reads.
    pub title: Texts,
    /// Whether it says that regulation was breached (*inbreuk*).
    #[serde(default)]
    #[schema(required = true)]
    pub breach: bool,
}

/// An improvement point (*verbeterpunt*).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ReportImprovementPoint)]
pub struct ImprovementPoint {
    /// Its identity, which terms and follow-up refer to.
    pub id: Id,
    /// What must be mended.
    pub text: String,
    /// Whether it has priority.
    #[serde(default)]
    #[schema(required = true)]
    pub priority: bool,
}

/// What was said to a finding, or to the report as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ReportReaction)]
pub struct Reaction {
    /// What kind of thing was said.
    #[serde(rename = "type")]
    pub kind: ReactionType,
    /// What was said.
    pub text: String,
    /// What was decided on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub decision: Option<Decision>,
}

/// The types of reaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReportReactionType)]
pub enum ReactionType {
    /// A slip of the pen.
    Typo,
    /// A fact that is wrong.
    Factual,
    /// Evidence that was not seen.
    Evidence,
    /// Anything else.
    Other,
}

/// What was decided on a reaction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ReportDecision)]
pub struct Decision {
    /// Whether the reaction was followed.
    pub outcome: Outcome,
    /// Why.
    pub reason: String,
    /// What was changed in the text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub text_change: Option<String>,
}

/// Whether a reaction was followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReportOutcome)]
pub enum Outcome {
    /// Wholly.
    Accepted,
    /// In part.
    PartlyAccepted,
    /// Not.
    Rejected,
}
