//! The feed of changes (`/events`): the audit's one order, of which a caller sees its own part, and a cursor that says how far it has read.
//!
//! - An event tells *that* something changed and where to read it, never what was written nor by whom.
//! - What a caller sees is judged when it reads: what it owns today, and no more than it may read. So nothing that it may not know about
//!   leaves a trace: the number of an event stays in here, and a cursor is another text every time ([`cursor`]).
//! - The order has no gaps and is never changed ([`crate::audit::sequencer`]), so whoever goes on from a cursor misses nothing and gets nothing
//!   twice.
use serde::Serialize;
use utoipa::ToSchema;

use crate::db::types::{Id, Moment};

mod caller;
pub mod cursor;
mod kinds;
pub mod routes;
mod store;

/// The thing that changed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EventSubject)]
pub struct Subject {
    /// What kind of thing. The list of kinds grows.
    #[schema(example = "selfAssessment")]
    pub kind: String,
    /// Its id or code.
    #[schema(example = "01890a5d-ac96-774b-bcce-b302099a8057")]
    pub id: String,
    /// Where the caller may read it as it is now; 404 there means that it is gone, or no longer the caller's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, format = "uri-reference")]
    pub href: Option<String>,
}

/// Something changed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChangeEvent)]
pub struct Item {
    /// The event; the same in the audit.
    pub id: Id,
    /// The moment of the request that changed it.
    pub at: Moment,
    /// What was done, as the audit names it; the list grows. `scopeChanged`: what the caller itself reaches has changed, by a change of the
    /// subject: read anew what is yours.
    #[serde(rename = "type")]
    #[schema(example = "selfAssessmentSubmitted")]
    pub kind: String,
    /// To which thing.
    pub subject: Subject,
    /// The organisation that it is about, where the caller may know about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub organisation_id: Option<Id>,
    /// The facility that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub facility_id: Option<Id>,
}

/// A stretch of the feed.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventPage {
    /// The events, in their one order.
    pub items: Vec<Item>,
    /// Where the next stretch begins: give it as `after`. It is another text every time, also for the same place.
    #[schema(example = "hgcapmnkbblfdeoajcgmhaplnkdifboe")]
    pub cursor: String,
    /// Whether there is more to look at already: ask again at once. A stretch can be empty and have more behind it.
    pub more: bool,
}

/// The operations on the feed.
pub fn operations(to: &mut impl crate::app::Operations) {
    to.operation(routes::list_events);
}
