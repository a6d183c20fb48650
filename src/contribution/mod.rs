//! What a coordinator asks others, such as a ward, by a link that needs no account.
//!
//! ```text
//! open ──answers (by the link)──▶ answered ──acceptances──▶ accepted        open ──DELETE──▶ withdrawn
//!   ▲                                │                                     open, its time passed: shown as expired
//!   └──────────── returns ───────────┘   (with a reason and a new link)
//! ```
//!
//! Opening a link never changes anything: mail scanners open links. What was answered waits until the coordinator takes it over into the draft.
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::Operations;
use crate::audit::ActorView;
use crate::db::types::{Id, Moment, day_if_any};
use crate::framework::document::{EvidenceKind, Texts};
use crate::self_assessment::Evidence;

mod answering;
mod form;
pub mod inputs;
mod link_routes;
pub(crate) mod page;
mod routes;
mod rules;
pub mod store;
pub mod tasks;
pub mod work;

pub use answering::hand_in;

/// The operations on contributions, and those by a link.
pub fn operations(to: &mut impl Operations) {
    to.operation(routes::list_contributions)
        .operation(routes::ask_contribution)
        .operation(routes::read_contribution)
        .operation(routes::withdraw_contribution)
        .operation(routes::renew_contribution_link)
        .operation(routes::accept_contribution)
        .operation(routes::return_contribution)
        .operation(link_routes::open_contribution_link)
        .operation(link_routes::answer_contribution);
}

crate::text_enum! {
    /// Where a contribution stands.
    pub enum ContributionStatus {
        /// Asked; its link can be answered.
        Open = "open",
        /// Answered; it awaits the coordinator.
        Answered = "answered",
        /// Taken over into the draft.
        Accepted = "accepted",
        /// Taken back before it was answered.
        Withdrawn = "withdrawn",
        /// Not answered in time. A new link opens it again.
        Expired = "expired",
    }
}

crate::text_enum! {
    /// What the holder of a link finds.
    pub enum LinkStatus {
        /// Questions that can be answered.
        Open = "open",
        /// They were answered.
        HandedIn = "handedIn",
        /// The time is over.
        Expired = "expired",
        /// They were taken back.
        Withdrawn = "withdrawn",
        /// The self-assessment is not being worked on: nothing is asked any more.
        Closed = "closed",
    }
}

/// A piece of evidence behind a contributed answer. Counts of files only: no data of clients. Attachments need an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContributedEvidence {
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
}

impl From<ContributedEvidence> for Evidence {
    fn from(piece: ContributedEvidence) -> Self {
        let ContributedEvidence {
            kind,
            description,
            observed_on,
            files_checked,
            files_met,
        } = piece;
        Self {
            kind,
            description,
            observed_on,
            files_checked,
            files_met,
            attachment_id: None,
            sha256: None,
        }
    }
}

/// An answer that came by a link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContributedAnswer {
    /// The criterion.
    #[schema(min_length = 1, max_length = 64, example = "gesprekBijOpname")]
    pub criterion_code: String,
    /// The level on the criterion's scale.
    #[schema(min_length = 1, max_length = 64)]
    pub level: String,
    /// An explanation. No data of clients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, min_length = 1, max_length = 4000)]
    pub note: Option<String>,
    /// What it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 20)]
    pub evidence: Vec<ContributedEvidence>,
}

/// A contribution in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContributionSummary {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its identity.
    pub id: Id,
    /// Where it stands.
    pub status: ContributionStatus,
    /// The criteria that are asked, in the order in which they are shown.
    pub criteria: Vec<String>,
    /// The unit that it is asked of.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub unit_id: Option<Id>,
    /// Whom it was sent to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, example = "Opname 2")]
    pub recipient: Option<String>,
    /// Until when its link can be answered.
    pub expires: Moment,
    /// When it was asked.
    pub created_at: Moment,
    /// When it was answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub answered_at: Option<Moment>,
    /// The criteria whose answers were taken over.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub accepted_criteria: Vec<String>,
}

/// What was asked of somebody by a link, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Contribution {
    /// What a list shows of it.
    #[serde(flatten)]
    pub summary: ContributionSummary,
    /// The facility that asks.
    pub facility_id: Id,
    /// The link to send. It is there once, in the answer that made it: only its hash is kept, so a replay comes without it. A lost link is replaced
    /// with `POST …/links`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        format = "uri",
        example = "https://kindreflex.example/v1/contributionLinks/abcdefghijklmnopabcdefghijklmnopabcdefghijklmnopabcdefghijklmnop"
    )]
    pub link: Option<String>,
    /// What the coordinator wrote with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub message: Option<String>,
    /// Who asked.
    pub asked_by: ActorView,
    /// What came by the link, until it is answered anew.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub answers: Vec<ContributedAnswer>,
    /// The function of who answered, as filled in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, example = "hoofdverpleegkundige")]
    pub given_by: Option<String>,
    /// Why it was sent back last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub return_reason: Option<String>,
    /// Who took answers over last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub accepted_by: Option<ActorView>,
    /// When.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub accepted_at: Option<Moment>,
    #[serde(skip)]
    pub(crate) edit: i64,
}

/// What a link shows: its questions while they can be answered, and otherwise only why not.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContributionLink {
    /// What there is.
    pub status: LinkStatus,
    /// Why there is nothing to answer, and what to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub explanation: Option<Texts>,
    /// What is asked, while it can be answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub questionnaire: Option<Questionnaire>,
}

/// The questions of a link.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Questionnaire {
    /// The facility that asks.
    pub facility_name: String,
    /// The unit that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, example = "Opname 2")]
    pub unit_name: Option<String>,
    /// What the coordinator wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub message: Option<String>,
    /// Why the earlier answers were sent back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub return_reason: Option<String>,
    /// Until when it can be answered.
    pub expires: Moment,
    /// The version of the framework that asks; sent back with the answers, it shows that these are the questions that were read.
    #[schema(example = "2026-1")]
    pub version_code: String,
    /// The questions. Each needs an answer.
    pub questions: Vec<Question>,
    /// The kinds of evidence that an answer can carry.
    pub evidence_kinds: Vec<EvidenceKind>,
    /// The function filled in earlier, where it was sent back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub given_by: Option<String>,
    /// The language in which every text is present.
    #[serde(skip)]
    pub(crate) language: crate::text::Language,
}

/// One question of a link.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    /// The criterion.
    #[schema(example = "gesprekBijOpname")]
    pub criterion_code: String,
    /// The criterion itself.
    pub text: Texts,
    /// How to look at it, and what counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub guidance: Option<Texts>,
    /// What the facility, or the unit, calls the step that it belongs to: the titles in its own step plan.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, example = json!(["Het gesprek aan de keukentafel"]))]
    pub own_steps: Vec<String>,
    /// Whether the framework asks evidence with an answer.
    pub evidence_required: bool,
    /// The levels to choose from.
    pub levels: Vec<QuestionLevel>,
    /// The answer given earlier, where it was sent back.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub answer: Option<ContributedAnswer>,
}

/// One level to choose.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct QuestionLevel {
    /// Its code.
    pub code: String,
    /// What a person reads.
    pub title: Texts,
    /// When to choose it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub description: Option<Texts>,
    /// Whether it has to be explained in a note.
    pub needs_note: bool,
}
