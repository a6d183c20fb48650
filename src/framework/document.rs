//! A framework version as a document: YAML for authors, JSON on the wire, one shape.
//!
//! Sectors, facility types, scales, levels and judgements are data in here, never Rust. A `Document` that was merely
//! deserialized has the right shape; one that came from [`super::check`] also makes sense.
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::types::day_if_any;
use crate::text::Language;
pub use crate::words::{BadCode, Code, LanguageCode, Texts};

/// One version of a framework (*referentiekader*) with all that it needs: no other document has to be read to use it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = FrameworkDocument)]
pub struct Document {
    /// The framework's code; the same in each of its versions.
    pub code: Code,
    /// The language in which every text is present.
    #[serde(with = "LanguageCode")]
    #[schema(value_type = LanguageCode)]
    pub default_language: Language,
    /// What the framework is called.
    pub title: Texts,
    /// What it is for, and what is not official about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub description: Option<Texts>,
    /// Where the framework as a whole comes from.
    pub source: Source,
    /// Which version this is.
    pub version: Version,
    /// The facility types that this version is for.
    #[schema(min_items = 1)]
    pub facility_types: Vec<Code>,
    /// The scale of every criterion that names none.
    pub default_scale: Code,
    /// The scales that answers are given on.
    #[schema(min_items = 1)]
    pub scales: Vec<Scale>,
    /// What an inspector can conclude on a criterion.
    #[schema(min_items = 1)]
    pub judgements: Vec<Judgement>,
    /// Which judgements are allowed for each kind of criterion.
    pub allowed_judgements: AllowedJudgements,
    /// The kinds of evidence that an answer can carry.
    #[serde(default)]
    #[schema(required = true)]
    pub evidence_kinds: Vec<EvidenceKind>,
    /// The steps of the stappenplan that criteria belong to, where it has steps.
    #[serde(default)]
    #[schema(required = false)]
    pub steps: Vec<Step>,
    /// The roles that criteria belong to, where the plan goes by role.
    #[serde(default)]
    #[schema(required = false)]
    pub roles: Vec<PlanRole>,
    /// The criteria, by theme, in the order in which they are asked.
    #[schema(min_items = 1)]
    pub themes: Vec<Theme>,
    /// Criteria of the superseded version that are gone.
    #[serde(default)]
    #[schema(required = false)]
    pub withdrawn: Vec<Withdrawn>,
}

/// Where a text comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = FrameworkSource)]
pub struct Source {
    /// Whether it stands in a public document or is our own wording.
    pub origin: Origin,
    /// The document, and the place in it. An official source has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 500)]
    pub reference: Option<String>,
    /// Where the document can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 500, format = "uri")]
    pub url: Option<String>,
}

/// Whose wording it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Origin {
    /// What a public source says.
    Official,
    /// Written for this service: no official text fixes it.
    Ours,
}

/// Which version of the framework a document is, and when it counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = FrameworkVersion)]
pub struct Version {
    /// The version's code, unique within the framework.
    pub code: Code,
    /// What people call it, such as a phase.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub label: Option<Texts>,
    /// What a reader has to know about this version.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub note: Option<Texts>,
    /// The day on which it was published; a draft has none.
    #[serde(
        default,
        deserialize_with = "day_if_any",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(nullable = false)]
    pub published_on: Option<NaiveDate>,
    /// The day from which it is binding.
    #[serde(
        default,
        deserialize_with = "day_if_any",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(nullable = false)]
    pub binding_from: Option<NaiveDate>,
    /// The version of the same framework that it replaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub supersedes: Option<Code>,
}

/// A scale that answers are given on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Scale {
    /// The scale's code.
    pub code: Code,
    /// What it is called.
    pub title: Texts,
    /// Its levels, in the order in which they are offered.
    #[schema(min_items = 2)]
    pub levels: Vec<Level>,
}

/// One answer on a scale.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ScaleLevel)]
pub struct Level {
    /// The level's code, unique within its scale.
    pub code: Code,
    /// What a person reads.
    pub title: Texts,
    /// When to choose it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub description: Option<Texts>,
    /// Whether an answer on this level has to be explained in a note.
    #[serde(default)]
    #[schema(required = false)]
    pub needs_note: bool,
    /// Whether an answer on this level needs no evidence, even on a criterion that requires it.
    #[serde(default)]
    #[schema(required = false)]
    pub waives_evidence: bool,
    /// The judgements that say the same as this level.
    #[serde(default)]
    #[schema(required = false)]
    pub agrees: Vec<Code>,
}

/// A judgement (*oordeel*) that an inspector can give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Judgement {
    /// The judgement's code.
    pub code: Code,
    /// What a person reads.
    pub title: Texts,
    /// What it means.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub description: Option<Texts>,
    /// Whether it says that regulation was breached (*inbreuk*): only on a requirement with a legal basis.
    #[serde(default)]
    #[schema(required = false)]
    pub breach: bool,
}

/// The judgements allowed for each kind of criterion, by their codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AllowedJudgements {
    /// On a requirement. One that is a breach needs a legal basis as well.
    pub requirement: Vec<Code>,
    /// On an expectation: never a breach.
    pub expectation: Vec<Code>,
}

/// A kind of evidence that an answer can carry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EvidenceKind {
    /// The kind's code.
    pub code: Code,
    /// What a person reads.
    pub title: Texts,
    /// Whether it counts files: how many were checked, and how many of them met the criterion.
    #[serde(default)]
    #[schema(required = false)]
    pub counts_files: bool,
}

/// A step of the stappenplan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = PlanStep)]
pub struct Step {
    /// The step's code.
    pub code: Code,
    /// Its number in the plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1)]
    pub number: Option<u8>,
    /// What it is called; absent as long as that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub title: Option<Texts>,
    /// Whether the step's name and content still await an official source.
    #[serde(default)]
    #[schema(required = false)]
    pub unconfirmed: bool,
    /// Whether it is taken with every client; the others depend on the situation.
    #[serde(default)]
    #[schema(required = false)]
    pub standard: bool,
}

/// A role in a plan that goes by role instead of by step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanRole {
    /// The role's code.
    pub code: Code,
    /// What a person reads.
    pub title: Texts,
}

/// A group of criteria.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Theme {
    /// The theme's code.
    pub code: Code,
    /// What a person reads.
    pub title: Texts,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub description: Option<Texts>,
    /// Its criteria, in order.
    #[schema(min_items = 1)]
    pub criteria: Vec<Criterion>,
}

/// One thing that a facility answers for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Criterion {
    /// The criterion's code, unique within the version.
    pub code: Code,
    /// A requirement (*eis*) or an expectation (*verwachting*).
    pub kind: CriterionKind,
    /// The criterion itself.
    pub text: Texts,
    /// How to look at it, and what counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub guidance: Option<Texts>,
    /// Where it comes from.
    pub source: Source,
    /// The regulation that it rests on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub legal_basis: Option<Texts>,
    /// The step of the stappenplan that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub step: Option<Code>,
    /// The role that it belongs to, where the plan goes by role.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub role: Option<Code>,
    /// The scale it is answered on; without one, the document's default scale.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub scale: Option<Code>,
    /// Whether an answer needs evidence to be complete, on every level that does not waive it.
    #[serde(default)]
    #[schema(required = false)]
    pub evidence_required: bool,
    /// For how many months evidence stays valid; without it, evidence does not expire.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 120)]
    pub evidence_valid_months: Option<u32>,
    /// When it applies; without it, always.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub applies_to: Option<AppliesTo>,
    /// What changed against the superseded version; without it, nothing did.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub change: Option<Change>,
}

/// What weight a criterion has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum CriterionKind {
    /// *Eis*.
    Requirement,
    /// *Verwachting*: not meeting it is a point of attention, never a breach.
    Expectation,
}

/// When a criterion applies: every part that is given has to hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppliesTo {
    /// To these facility types only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, min_items = 1)]
    pub facility_types: Vec<Code>,
    /// Only when this holds for the answers to earlier criteria.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub when: Option<Condition>,
}

/// A condition on the answers to earlier criteria.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub enum Condition {
    /// A criterion was answered with one of these levels.
    Answer(AnswerIs),
    /// Each of these holds.
    #[schema(no_recursion)]
    All(Vec<Condition>),
    /// At least one of these holds.
    #[schema(no_recursion)]
    Any(Vec<Condition>),
    /// This does not hold.
    #[schema(no_recursion)]
    Not(Box<Condition>),
}

/// A criterion, and the levels that count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AnswerIs {
    /// A criterion that stands earlier in the document.
    pub criterion: Code,
    /// Levels of its scale.
    #[schema(min_items = 1)]
    pub levels: Vec<Code>,
}

/// How a criterion differs from the superseded version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = MarkedChange)]
pub struct Change {
    /// What kind of change it is.
    pub kind: ChangeKind,
    /// The criteria of the superseded version that it comes from; without them, the one with the same code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub from: Vec<Code>,
    /// What changed, for those who answered before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub explanation: Option<Texts>,
}

/// The kinds of change that a criterion is marked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ChangeKind {
    /// Was not there before.
    New,
    /// Other words, the same meaning: earlier answers stand.
    Editorial,
    /// Asks more than it did.
    Tightened,
    /// One of several that one criterion became.
    Split,
    /// What several criteria became.
    Merged,
}

/// A criterion of the superseded version that is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = WithdrawnCriterion)]
pub struct Withdrawn {
    /// Its code in the superseded version.
    pub code: Code,
    /// Why it is gone.
    pub reason: Texts,
    /// The criteria of this version that cover what it asked, if any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub replaced_by: Vec<Code>,
}
