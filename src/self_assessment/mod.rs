//! A facility's self-assessment (*zelfevaluatie*) against its sector's framework.
//!
//! ```text
//! draft ──submissions──▶ submitted ──reopenings──▶ draft (next revision) ──▶ …      submitted ──▶ superseded
//! ```
use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Scope;
use crate::audit::ActorView;
use crate::db::types::{Id, Moment, day_if_any};
use crate::framework::document::{Code, Texts};
use crate::framework::rules::Verdict;
use crate::redaction::RedactionMark;
use crate::step_plan::{OwnSteps, StepPlanReference};

mod answer_store;
mod checks;
pub mod cycle_routes;
pub mod cycle_store;
pub mod handed_in;
pub mod inputs;
pub mod migration;
mod pin_store;
pub mod places;
pub mod reach;
pub mod revision_store;
pub mod routes;
pub mod rules;
pub mod sheet;
pub mod state_store;
pub mod store;
pub mod submission;
pub mod taking_over;
pub mod tasks;
pub mod work;

pub use cycle_store::insert_cycle;
pub use inputs::{
    AnswerInput, AnswersInput, ConfirmationInput, CycleInput, ReopeningInput, SelfAssessmentInput,
    SubmissionInput,
};
pub use pin_store::repin;
pub use places::{AnswerException, AnswerExceptionInput, PlaceResult};

crate::text_enum! {
    /// What a cycle is for, which decides who ever sees its answers.
    pub enum Purpose {
        /// Seen by the facility alone.
        OwnImprovement = "ownImprovement",
        /// Seen by inspectors once submitted.
        InspectionPreparation = "inspectionPreparation",
    }
}

impl Purpose {
    /// Is what this facility answers for it the caller's own?
    pub fn is_own_of(self, scope: &Scope, facility: Id, organisation: Id) -> bool {
        match self {
            Self::OwnImprovement => scope.improves(facility, organisation),
            Self::InspectionPreparation => scope.owns(facility, organisation),
        }
    }
}

crate::text_enum! {
    /// Where a self-assessment stands.
    pub enum Status {
        /// Being answered.
        Draft = "draft",
        /// Handed in.
        Submitted = "submitted",
        /// Handed in, as was a later cycle's.
        Superseded = "superseded",
    }
}

crate::text_enum! {
    /// How an answer came to stand here.
    pub enum AnswerOrigin {
        /// Given for this self-assessment.
        Answered = "answered",
        /// Taken over from the last one, not looked at yet.
        CarriedOver = "carriedOver",
        /// Taken over, and confirmed by a person: nothing changed.
        Confirmed = "confirmed",
    }
}

crate::text_enum! {
    /// Why a criterion still needs a person.
    pub enum OpenReason {
        /// Nobody answered it yet.
        NotAnswered = "notAnswered",
        /// It is new in this version of the framework.
        New = "new",
        /// It asks more than it did.
        Tightened = "tightened",
        /// One criterion became several.
        Split = "split",
        /// Several criteria became one.
        Merged = "merged",
        /// The evidence behind last time's answer is too old.
        EvidenceExpired = "evidenceExpired",
        /// It is answered, without the evidence that the level needs.
        EvidenceMissing = "evidenceMissing",
    }
}

/// A cycle: which facilities assess themselves against what, and by when.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Cycle {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its identity.
    pub id: Id,
    /// What it is called.
    pub title: Texts,
    /// The framework.
    pub framework_code: String,
    /// Its version.
    pub version_code: String,
    /// The facility types that it is for.
    pub facility_types: Vec<String>,
    /// From this moment on it can be answered, and is fixed.
    pub opens: Moment,
    /// It is asked for by this moment; later is still taken.
    pub due: Moment,
    /// What it is for.
    pub purpose: Purpose,
    /// Whether it can be answered now.
    pub open: bool,
    #[serde(skip)]
    pub(crate) edit: i64,
}

/// A piece of evidence behind an answer. Counts of files only: no data of clients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Evidence {
    /// One of the framework's kinds of evidence.
    #[schema(min_length = 1, max_length = 64, example = "dossiercontrole")]
    pub kind: String,
    /// What it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        min_length = 1,
        max_length = 2000,
        example = "Steekproef van opnames in september"
    )]
    pub description: Option<String>,
    /// The day it speaks of.
    #[serde(
        deserialize_with = "day_if_any",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(required = false, nullable = false)]
    pub observed_on: Option<NaiveDate>,
    /// How many files were checked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        minimum = 0,
        maximum = 1_000_000,
        example = 30
    )]
    pub files_checked: Option<i32>,
    /// How many of them met the criterion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        minimum = 0,
        maximum = 1_000_000,
        example = 24
    )]
    pub files_met: Option<i32>,
    /// An attachment; its bytes may come later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub attachment_id: Option<Id>,
    /// The SHA-256 of the bytes that are sent for it, in hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, pattern = "^[0-9a-f]{64}$")]
    pub sha256: Option<String>,
}

/// An answer to a criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// The criterion.
    #[schema(example = "gesprekBijOpname")]
    pub criterion_code: String,
    /// The level on the criterion's scale.
    pub level: String,
    /// An explanation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub note: Option<String>,
    /// What it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub evidence: Vec<Evidence>,
    /// What some sites and units say otherwise; everywhere else the answer holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub exceptions: Vec<AnswerException>,
    /// How it came to stand here.
    pub origin: AnswerOrigin,
    /// Who gave it.
    pub answered_by: ActorView,
    /// When.
    pub answered_at: Moment,
    /// Who confirmed that nothing changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub confirmed_by: Option<ActorView>,
    /// When.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub confirmed_at: Option<Moment>,
}

impl Answer {
    /// Every piece of evidence, also of what places say otherwise, with its name within the answer.
    pub fn pieces(&self) -> impl Iterator<Item = (String, &Evidence)> {
        let own = named(String::new(), &self.evidence);
        let others = self.exceptions.iter().enumerate();
        own.chain(
            others.flat_map(|(index, one)| named(format!("exceptions[{index}]."), &one.evidence)),
        )
    }
}

fn named(at: String, evidence: &[Evidence]) -> impl Iterator<Item = (String, &Evidence)> {
    let pieces = evidence.iter().enumerate();
    pieces.map(move |(index, piece)| (format!("{at}evidence[{index}]"), piece))
}

/// An earlier answer, shown beside the question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreviousAnswer {
    /// The version of the framework in which it was given.
    pub version_code: String,
    /// The answer.
    #[serde(flatten)]
    pub answer: Answer,
}

impl PreviousAnswer {
    /// The answer, given in this version.
    pub fn of(version: impl ToString, answer: &Answer) -> Self {
        Self {
            version_code: version.to_string(),
            answer: answer.clone(),
        }
    }
}

/// Why a criterion is asked again, fixed when the self-assessment was made or moved to another version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    /// The reason.
    pub reason: OpenReason,
    /// What changed in the framework.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub explanations: Vec<Texts>,
    /// Last time's answers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub previous: Vec<PreviousAnswer>,
}

impl Asked {
    /// A reason that needs no more words.
    pub fn only(reason: OpenReason) -> Self {
        Self {
            reason,
            explanations: Vec::new(),
            previous: Vec::new(),
        }
    }
}

/// What is asked again, per criterion.
pub type Opening = BTreeMap<String, Asked>;

/// A criterion that still needs a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OpenCriterion {
    /// The criterion.
    pub criterion_code: String,
    /// Why.
    pub reason: OpenReason,
    /// What changed in the framework.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub explanations: Vec<Texts>,
    /// Last time's answers, as a help.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub previous: Vec<PreviousAnswer>,
}

/// How far a self-assessment is, counted over the criteria that apply, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Progress {
    /// The rule of counting: what applies is answered, confirmed or open. It is ours.
    #[schema(example = "answersToWhatApplies")]
    pub rule: String,
    /// The version of the framework that the counting went by.
    pub version_code: String,
    /// Criteria that apply.
    pub applicable: usize,
    /// Answered anew.
    pub answered: usize,
    /// Taken over and confirmed.
    pub confirmed: usize,
    /// Taken over, not confirmed yet.
    pub to_confirm: usize,
    /// Without an answer.
    pub open: usize,
    /// Answered, without the evidence that the level needs.
    pub without_evidence: usize,
    /// Whether it can be submitted: nothing is open, to be confirmed or without its evidence.
    pub complete: bool,
    /// The criteria that do not apply, each with the rule, the version and the inputs that say so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub not_applicable: Vec<Verdict>,
}

/// The answers of one theme, counted per level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ThemeResult {
    /// The theme.
    pub theme_code: String,
    /// How many criteria apply.
    pub applicable: usize,
    /// How many answers on each level. No score: levels are not added up.
    pub levels: BTreeMap<String, usize>,
}

/// The answers counted, and how.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// The rule of counting. It is ours: no official score exists.
    #[schema(example = "answersPerThemeAndLevel")]
    pub rule: String,
    /// The framework.
    pub framework_code: String,
    /// The version that the counting went by.
    pub version_code: String,
    /// The facility type that it went by.
    pub facility_type: String,
    /// The revision that was counted.
    pub revision: i64,
    /// The counts.
    pub themes: Vec<ThemeResult>,
    /// Why each criterion counts or not: rule, version and inputs.
    pub criteria: Vec<Verdict>,
    /// The same for each site of today, and for each unit that says something of its own. Absent for a unit's own self-assessment.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub places: Vec<PlaceResult>,
}

/// Why a submitted self-assessment was taken up again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reopening {
    /// The reason given.
    pub reason: String,
    /// By whom.
    pub reopened_by: ActorView,
    /// When.
    pub reopened_at: Moment,
}

/// A self-assessment in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SelfAssessmentSummary {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its identity.
    pub id: Id,
    /// The facility that assesses itself.
    pub facility_id: Id,
    /// The unit, where it is one of another sector that assesses itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub unit_id: Option<Id>,
    /// The cycle.
    pub cycle_id: Id,
    /// The type of the facility, or of the unit, when it was made.
    pub facility_type: String,
    /// The framework.
    pub framework_code: String,
    /// Its version.
    pub version_code: String,
    /// What the cycle is for.
    pub purpose: Purpose,
    /// Where it stands, as far as the caller may know.
    pub status: Status,
    /// The revision shown.
    pub revision: i64,
    /// The last one submitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub submitted_revision: Option<i64>,
    /// A later cycle's, which took its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub superseded_by: Option<Id>,
    /// When it was made.
    pub created_at: Moment,
    /// When it last changed, as far as the caller may know.
    pub updated_at: Moment,
}

/// A self-assessment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SelfAssessment {
    /// What a list shows of it.
    #[serde(flatten)]
    pub summary: SelfAssessmentSummary,
    /// The self-assessment whose answers it started from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub based_on: Option<Id>,
    /// Why it was taken up again, when it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub reopening: Option<Reopening>,
    /// How far it is.
    pub progress: Progress,
    /// Only what still needs a person.
    pub open_criteria: Vec<OpenCriterion>,
    /// The answers, in the order of the framework; those to criteria that do not apply stay, uncounted.
    pub answers: Vec<Answer>,
    /// The facility's own step plan, where it has one: as it is in force, or as it was when this was handed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub step_plan: Option<StepPlanReference>,
    /// The plan's words, beside the generic ones of each criterion.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub own_steps: Vec<OwnSteps>,
    /// The redactions that removed texts from what is shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub redactions: Vec<RedactionMark>,
    /// Answers to criteria that are gone from the framework, and earlier ones to criteria that changed and do not apply now, each with the
    /// version in which it was given: they stay readable for the facility, are not counted and are not handed in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub withdrawn_answers: Vec<PreviousAnswer>,
}

/// What a write of answers gives back.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AnswersSaved {
    /// The self-assessment.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// How far it is now.
    pub progress: Progress,
    /// The criteria that still need an answer, or evidence.
    pub open_criteria: Vec<String>,
    /// The criteria whose answer still needs to be confirmed.
    pub to_confirm: Vec<String>,
}

/// A submitted revision in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RevisionSummary {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its number.
    pub revision: i64,
    /// When it was handed in.
    pub submitted_at: Moment,
    /// By whom.
    pub submitted_by: ActorView,
}

/// A submitted revision, as it was.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Revision {
    /// What a list shows of it.
    #[serde(flatten)]
    pub summary: RevisionSummary,
    /// The self-assessment as it was handed in.
    #[schema(value_type = SelfAssessment)]
    pub self_assessment: Box<serde_json::value::RawValue>,
}

/// The code of a criterion in a path.
pub type CriterionCode = Code;
