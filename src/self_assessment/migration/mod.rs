//! Drafts and cycles that move to a later version of their framework, and answers with them. Nothing answered is lost: what is asked
//! again shows the earlier answers beside the question, and what nobody asks any more stays readable.
//!
//! A migration is asked for once ([`work`]) and carried out in the background ([`runner`]), a few drafts at a time, each time in one
//! transaction with the place that it reached: whatever ends it, it goes on from there. [`rules`] says what becomes of one draft.
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::audit::ActorView;
use crate::db::types::{Id, Moment};
use crate::framework::document::{Code, Texts};
use crate::http::body::Check;
use crate::http::checks::at_most;
use crate::problem::Issue;
use crate::text::Text;

mod plan;
pub mod routes;
pub mod rules;
pub mod runner;
mod store;
pub mod work;

pub use store::versions_of;

/// Versions that can be named at most.
const MOST_VERSIONS: usize = 100;

crate::text_enum! {
    /// How far a migration is.
    pub enum MigrationState {
        /// It is being carried out.
        Running = "running",
        /// Everything that moves has moved.
        Done = "done",
        /// Some drafts could not be moved, and stay as they were; all others have moved. A new migration tries them again.
        Failed = "failed",
    }
}

/// Which drafts move, and whether they really do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MigrationInput {
    /// The versions that drafts and cycles leave: some of those that this version descends from. All of them, when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, min_items = 1, max_items = 100)]
    pub from: Option<Vec<Code>>,
    /// Only count what would happen: nothing is stored.
    pub dry_run: bool,
}

impl Check for MigrationInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        let Some(from) = &self.from else {
            return;
        };
        if from.is_empty() {
            faults.push(Issue::body(
                "length",
                "from",
                Text::new(
                    "Noem minstens één versie, of laat het veld weg voor alle.",
                    "Nommez au moins une version, ou omettez le champ pour toutes.",
                    "Name one version at least, or leave the field out for all.",
                ),
            ));
        }
        at_most("from", from.len(), MOST_VERSIONS, faults);
    }
}

/// What becomes of the self-assessments against the versions that are left. Only those that prepare an inspection are counted: drafts for
/// own improvement move too, but a count could single one out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MigratedSelfAssessments)]
pub struct SelfAssessmentCounts {
    /// Drafts that move, those that were taken up again too.
    pub moved: i64,
    /// Submitted ones: they stay on their version.
    pub submitted: i64,
    /// Superseded ones: they stay on their version.
    pub superseded: i64,
    /// Drafts of facility types that the new version is not made for: they stay.
    pub wrong_facility_type: i64,
    /// Drafts against other versions of the framework: they are left alone.
    pub other_version: i64,
    /// Drafts that could not be moved, and stay as they were.
    pub failed: i64,
}

/// What becomes of the cycles against the versions that are left.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MigratedCycles)]
pub struct CycleCounts {
    /// Open and planned ones that move: whoever starts in them later starts on the new version.
    pub moved: i64,
    /// Those past their due moment: they stay on their version.
    pub past_due: i64,
    /// Those for a facility type that the new version is not made for: they stay.
    pub wrong_facility_type: i64,
}

/// Criteria that are asked again although they were answered; the earlier answers are shown beside them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CriteriaAskedAgain)]
pub struct AskedAgainCounts {
    /// They ask more than they did, or are answered on a scale without the level that was given.
    pub tightened: i64,
    /// Each is one of several that one criterion became.
    pub split: i64,
    /// Each is what several criteria became.
    pub merged: i64,
    /// Evidence behind the answer is valid for a shorter time now, and too old.
    pub evidence_expired: i64,
}

/// What becomes of the answers in the drafts that move; those for own improvement are not counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = MigratedAnswers)]
pub struct AnswerCounts {
    /// Answers that stand as they were given: their criterion means what it meant.
    pub kept: i64,
    /// Those among them that were carried over from an earlier self-assessment, and still need to be confirmed.
    pub to_confirm: i64,
    /// Criteria that are asked again.
    pub asked_again: AskedAgainCounts,
    /// Answers among those that stand to which the new version wants evidence where the earlier one did not.
    pub evidence_missing: i64,
    /// Criteria that are asked for the first time.
    pub new: i64,
    /// Answers to criteria that are gone: they stay readable, and are not counted any more.
    pub withdrawn: i64,
}

/// What becomes of everything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MigrationCounts {
    /// Self-assessments.
    pub self_assessments: SelfAssessmentCounts,
    /// Cycles.
    pub cycles: CycleCounts,
    /// Answers, and what is asked.
    pub answers: AnswerCounts,
}

/// What a migration would come to now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MigrationPreview {
    /// The framework.
    pub framework_code: String,
    /// The version that drafts and cycles move to.
    pub version_code: String,
    /// The versions that they leave.
    pub from: Vec<String>,
    /// Always true: nothing was stored.
    pub dry_run: bool,
    /// Drafts that would move, without those for own improvement.
    pub total: i64,
    /// What would become of everything.
    pub counts: MigrationCounts,
}

/// A migration of drafts and cycles to a later version of their framework.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Migration {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its identity.
    pub id: Id,
    /// The framework.
    pub framework_code: String,
    /// The version that drafts and cycles move to.
    pub version_code: String,
    /// The versions that they leave.
    pub from: Vec<String>,
    /// How far it is.
    pub status: MigrationState,
    /// Drafts that were to move when it began, without those for own improvement. Fewer have moved in the end where some were handed in before their turn, more where
    /// some were made meanwhile.
    pub total: i64,
    /// Drafts that have moved so far, without those for own improvement.
    pub done: i64,
    /// What became of everything so far; what stays is counted at the beginning, and once more at the end.
    pub counts: MigrationCounts,
    /// Who asked for it.
    pub requested_by: ActorView,
    /// When.
    pub created_at: Moment,
    /// When it last went on.
    pub updated_at: Moment,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub finished_at: Option<Moment>,
    /// Why it failed, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub failure: Option<Texts>,
    #[serde(skip)]
    pub(crate) edit: i64,
}

impl AnswerCounts {
    fn add(&mut self, more: Self) {
        self.kept += more.kept;
        self.to_confirm += more.to_confirm;
        self.asked_again.tightened += more.asked_again.tightened;
        self.asked_again.split += more.asked_again.split;
        self.asked_again.merged += more.asked_again.merged;
        self.asked_again.evidence_expired += more.asked_again.evidence_expired;
        self.evidence_missing += more.evidence_missing;
        self.new += more.new;
        self.withdrawn += more.withdrawn;
    }
}
