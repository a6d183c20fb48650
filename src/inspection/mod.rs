//! Inspections: rounds with their checklists, visits, what is found there, and what follows from it.
//!
//! ```text
//! planned ─▶ inProgress ─▶ draftReport ─▶ reaction ─▶ final ─▶ termDraft ─▶ termReaction ─▶ followUp ─▶ closed
//!    └──────────┴─▶ cancelled                             └─▶ closed, when nothing needs follow-up
//! ```
//!
//! An inspection is one thing with its visits, its team, its announcements and the documents that it asks for: whatever is written to one of
//! them is guarded by the inspection's tag, and gives the inspection back. What may be done in which state, and by whose hand, stands in one
//! table ([`rules::STEPS`]).
//!
//! Until its `knownAt` an inspection is there for planners and its team alone. Whoever is not of the team is shown a tag that is
//! made of what it is shown, so that a change that it may not notice changes nothing for it.
use crate::app::Operations;
use crate::problem::Problem;
use crate::text::Text;

pub mod agreement;
pub mod clock;
pub mod comparison;
pub mod device;
pub mod documents;
mod events;
pub mod finding;
pub mod follow_up;
mod inputs;
pub mod policy_report;
pub mod reach;
pub mod report;
pub mod round;
pub mod routes;
pub mod rules;
pub mod sample;
pub(crate) mod sides;
pub mod store;
pub mod team;
mod team_routes;
pub mod terms;
pub mod urgent;
mod views;
mod visit_routes;
pub mod visits;
pub mod work;

pub use inputs::*;
pub use rules::{AssignmentRole, Hand, State};
pub use views::*;

/// The operations on inspections.
pub fn operations(to: &mut impl Operations) {
    to.operation(routes::list_inspections)
        .operation(routes::plan_inspection)
        .operation(routes::read_inspection)
        .operation(routes::replace_inspection)
        .operation(routes::cancel_inspection)
        .operation(routes::move_checklist)
        .operation(team_routes::assign_inspector)
        .operation(team_routes::end_assignment)
        .operation(visit_routes::plan_visit)
        .operation(visit_routes::record_visit)
        .operation(visit_routes::announce_inspection)
        .operation(visit_routes::answer_document_request);
    round::operations(to);
    finding::operations(to);
    device::operations(to);
    report::operations(to);
    urgent::operations(to);
    sample::operations(to);
    comparison::operations(to);
    policy_report::operations(to);
    terms::operations(to);
    follow_up::operations(to);
}

/// One more of these fits into an inspection; otherwise 409. Nothing of it is ever taken away, so it must not grow without end.
pub fn require_room(what: &'static str, there: usize) -> Result<(), Problem> {
    if there < MOST_PARTS {
        return Ok(());
    }
    Err(Problem::conflict(Text::new(
        format!("Een inspectie heeft ten hoogste {MOST_PARTS} {what}."),
        format!("Une inspection a au plus {MOST_PARTS} {what}."),
        format!("An inspection has {MOST_PARTS} {what} at most."),
    )))
}

crate::text_enum! {
    /// Why a facility is inspected. The list grows.
    pub enum Reason {
        /// Periodic follow-up.
        Periodic = "periodic",
        /// Renewal of its recognition.
        RecognitionRenewal = "recognitionRenewal",
        /// A complaint: hidden from the facility unless it is disclosed.
        Complaint = "complaint",
        /// What an earlier inspection left open (opvolgingsinspectie).
        FollowUp = "followUp",
        /// A round about a theme.
        ThematicRound = "thematicRound",
    }
}

crate::text_enum! {
    /// What became of a visit (inspectiebezoek).
    pub enum VisitState {
        /// It is to come.
        Planned = "planned",
        /// It took place.
        Held = "held",
        /// The facility did not let the inspectors in.
        Refused = "refused",
        /// It did not take place.
        Cancelled = "cancelled",
    }
}

crate::text_enum! {
    /// Why an inspection was cancelled. The list grows.
    pub enum CancellationGround {
        /// The inspectors were obstructed.
        Obstruction = "obstruction",
        /// The facility, or what would be inspected of it, is no more.
        FacilityClosed = "facilityClosed",
        /// The inspectorate plans otherwise.
        Planning = "planning",
        /// Something else, which the reason says.
        Other = "other",
    }
}
