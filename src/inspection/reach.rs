//! Which inspections a caller may know about, and as what.
use diesel::dsl::{exists, not};
use diesel::prelude::*;

use super::rules::{AUTHORITYS, Hand};
use super::store::Head;
use crate::access::Scope;
use crate::audit::reach::InOrder;
use crate::db::schema::{audit_event, facility, inspection, inspection_assignment as assignment};
use crate::db::types::Visible;
use crate::facility::owned;

/// Inspections with their facilities.
pub type Joined = diesel::dsl::InnerJoinQuerySource<inspection::table, facility::table>;

/// The inspections that the caller may know about: all for planners, for inspectors those that they are assigned to; and, once they are known,
/// those of its own facilities, and for the recognising body those whose report is final.
pub(super) fn visible(scope: &Scope) -> Visible<Joined> {
    if scope.planner {
        return Box::new(inspection::edit.ge(0));
    }
    let known = || inspection::known_at.is_not_null();
    // Drafts of reports are among it: what an admin lends to a machine does not reach them.
    let mut visible: Visible<Joined> = Box::new(owned::<Joined>(&scope.improving()).and(known()));
    if let Some(person) = &scope.inspector {
        let mine = assignment::table
            .filter(assignment::inspection_id.eq(inspection::id))
            .filter(assignment::person.eq(person.clone()))
            .filter(assignment::ended_at.is_null())
            .select(assignment::id);
        visible = Box::new(visible.or(exists(mine)));
    }
    if scope.authority {
        let theirs = inspection::state.eq_any(AUTHORITYS.to_vec());
        visible = Box::new(visible.or(theirs.and(known())));
    }
    visible
}

/// As what the caller stands before an inspection.
pub(super) fn hands(scope: &Scope, head: &Head) -> Vec<Hand> {
    let mut hands = Vec::new();
    if scope.planner {
        hands.push(Hand::Planner);
    }
    hands.extend(head.assigned_as.map(Hand::Assigned));
    if scope.improves(head.row.facility_id, head.organisation_id) {
        hands.push(Hand::Facility);
    }
    if scope.authority {
        hands.push(Hand::Authority);
    }
    hands
}

/// Does the caller see all of it, what its facility may not know included?
pub(super) fn sees_all(hands: &[Hand]) -> bool {
    hands
        .iter()
        .any(|hand| matches!(hand, Hand::Planner | Hand::Assigned(_)))
}

/// The events about inspections that the caller sees all of, but for those that are the recognising body's alone.
pub fn events_within(scope: &Scope) -> Option<Visible<InOrder>> {
    let about = audit_event::inspection_id.is_not_null();
    let told = || about.and(not(audit_event::only_own));
    if scope.planner {
        return Some(Box::new(told()));
    }
    let person = scope.inspector.clone()?;
    let about = audit_event::inspection_id.assume_not_null();
    let mine = assignment::table
        .filter(assignment::inspection_id.eq(about))
        .filter(assignment::person.eq(person))
        .filter(assignment::ended_at.is_null())
        .select(assignment::id);
    Some(Box::new(told().and(exists(mine))))
}

/// The events about inspections that are for the recognising body alone.
pub fn events_of_authority() -> Visible<InOrder> {
    let nobodys = audit_event::facility_id
        .is_null()
        .and(audit_event::organisation_id.is_null());
    let about = audit_event::inspection_id.is_not_null();
    Box::new(about.and(audit_event::only_own).and(nobodys))
}

/// The events about nothing that has to stay hidden: about no inspection, or what the facility of one that is known hears too.
pub fn events_in_the_open() -> Visible<InOrder> {
    let about = audit_event::inspection_id.assume_not_null();
    let known = inspection::table
        .filter(inspection::id.eq(about))
        .filter(inspection::known_at.is_not_null())
        .select(inspection::id);
    let told = audit_event::facility_id.is_not_null().and(exists(known));
    Box::new(audit_event::inspection_id.is_null().or(told))
}
