//! Inspection rounds (*inspectieronde*) and the checklists that inspectors go by in them.
//!
//! ```text
//! planned ──openings──▶ open ──closures──▶ closed
//! ```
//!
//! The first revision of its checklist announces a round. Until then it is there for those who plan and inspect and for admins alone.
//! Revisions are numbered from 1 and never change.
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::Operations;
use crate::db::types::{Id, Moment, day};
use crate::http::ETag;
use crate::http::body::Check;
use crate::http::checks::{at_least_one, at_most};
use crate::problem::Issue;
use crate::text::Text;
use crate::words::{Code, Texts};

pub mod checklist;
pub mod routes;
mod rules;
pub mod store;
pub mod tasks;
pub mod work;

/// Sectors of a round at most.
const MOST_SECTORS: usize = 50;
/// Framework versions of a round at most.
const MOST_FRAMEWORKS: usize = 20;

/// The operations on rounds and their checklists.
pub fn operations(to: &mut impl Operations) {
    to.operation(routes::list_inspection_rounds)
        .operation(routes::create_inspection_round)
        .operation(routes::read_inspection_round)
        .operation(routes::replace_inspection_round)
        .operation(routes::open_inspection_round)
        .operation(routes::close_inspection_round)
        .operation(routes::list_checklist_revisions)
        .operation(routes::publish_checklist_revision)
        .operation(routes::read_checklist_revision);
}

crate::text_enum! {
    /// Where an inspection round stands.
    pub enum RoundState {
        /// It is being prepared.
        Planned = "planned",
        /// Its inspections can begin.
        Open = "open",
        /// It is over, and fixed.
        Closed = "closed",
    }
}

/// A framework version that is inspected against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RoundFramework {
    /// The framework.
    #[schema(example = "ggz")]
    pub framework_code: Code,
    /// A published version of it.
    #[schema(example = "2026-1")]
    pub version_code: Code,
}

/// What an inspection round is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = InspectionRoundInput)]
pub struct RoundInput {
    /// What it is called, such as its theme.
    pub title: Texts,
    /// The sectors that are inspected. They are fixed once the round is open.
    #[schema(min_items = 1, max_items = 50, example = json!(["ggz"]))]
    pub sectors: Vec<Code>,
    /// The published framework versions that are inspected against. They are fixed once a checklist is published.
    #[schema(min_items = 1, max_items = 20)]
    pub frameworks: Vec<RoundFramework>,
    /// Its first day, fixed once the round is open.
    #[serde(deserialize_with = "day")]
    pub begins: NaiveDate,
    /// Its last day.
    #[serde(deserialize_with = "day")]
    #[schema(example = "2027-06-30")]
    pub ends: NaiveDate,
    /// Whether two inspectors judge each criterion, neither of them seeing first what the other thinks. It is fixed once the round is open.
    #[serde(default)]
    #[schema(required = false)]
    pub double_judgement: bool,
}

/// An inspection round.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = InspectionRound)]
pub struct Round {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its identity.
    pub id: Id,
    /// What it is called, such as its theme.
    pub title: Texts,
    /// The sectors that are inspected.
    pub sectors: Vec<Code>,
    /// The framework versions that are inspected against.
    pub frameworks: Vec<RoundFramework>,
    /// Its first day.
    pub begins: NaiveDate,
    /// Its last day.
    pub ends: NaiveDate,
    /// Whether two inspectors judge each criterion, neither of them seeing first what the other thinks.
    pub double_judgement: bool,
    /// Where it stands.
    pub status: RoundState,
    /// The number of the last revision of its checklist; absent before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, minimum = 1)]
    pub checklist_revision: Option<i64>,
    /// When it was opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub opened_at: Option<Moment>,
    /// When it was closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub closed_at: Option<Moment>,
    #[serde(skip)]
    pub(crate) edit: i64,
}

impl Round {
    /// A new one, planned.
    fn planned(id: Id, input: RoundInput) -> Self {
        Self {
            href: format!("/v1/inspectionRounds/{id}"),
            id,
            title: input.title,
            sectors: input.sectors,
            frameworks: input.frameworks,
            begins: input.begins,
            ends: input.ends,
            double_judgement: input.double_judgement,
            status: RoundState::Planned,
            checklist_revision: None,
            opened_at: None,
            closed_at: None,
            edit: 1,
        }
    }

    /// Its tag.
    pub fn tag(&self) -> ETag {
        ETag::edit(self.edit)
    }
}

/// What needs no more words: an empty object.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoundStepInput {}

impl Check for RoundStepInput {}

/// The length of its lists alone: the work names what is wrong with the rest, beside what only sectors and frameworks tell.
impl Check for RoundInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        let (sectors, frameworks) = (self.sectors.len(), self.frameworks.len());
        at_least_one("sectors", sectors, no_sector(), faults);
        at_most("sectors", sectors, MOST_SECTORS, faults);
        at_least_one("frameworks", frameworks, no_framework(), faults);
        at_most("frameworks", frameworks, MOST_FRAMEWORKS, faults);
    }
}

fn no_sector() -> Text {
    Text::new(
        "Noem minstens één sector.",
        "Nommez au moins un secteur.",
        "Name one sector at least.",
    )
}

fn no_framework() -> Text {
    Text::new(
        "Noem minstens één versie van een referentiekader.",
        "Nommez au moins une version d'un référentiel.",
        "Name one version of a framework at least.",
    )
}
