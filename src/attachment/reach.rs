//! Which attachments a caller may know about.
use diesel::prelude::*;

use super::{Attachment, AttachmentStatus};
use crate::access::policy::ReadInspections;
use crate::access::{Scope, Tx};
use crate::db::schema::{
    attachment, document_answer, document_answer_attachment as sent, facility,
    finding_attachment as found, followed_point, improvement_answer,
    improvement_answer_attachment as shown, inspection, inspection_assignment as assignment,
    revision_attachment as reference, self_assessment,
};
use crate::db::types::{AnyBackend, Id, Visible};
use crate::facility as facilities;
use crate::problem::Problem;
use crate::self_assessment::Purpose;

type Joined = diesel::dsl::InnerJoinQuerySource<attachment::table, facility::table>;

/// The attachments that the caller may know about: its own; for inspectors those that a self-assessment handed in to prepare an inspection
/// names, or what was sent for an inspection that they work on or follow up, with the very bytes that are named, or its team sent with a finding; and for the recognising body those
/// that show what was done about an improvement point.
pub(super) fn visible(tx: &Tx) -> Visible<Joined> {
    let scope = &tx.scope;
    let mut own = of_facility(tx, scope);
    if scope.authority {
        own = Box::new(own.or(told()));
    }
    if !scope.submitted {
        return own;
    }
    match &scope.inspector {
        Some(person) => {
            let inspected = sent_to(person).or(found_by(person)).or(told_to(person));
            Box::new(own.or(handed_in()).or(inspected))
        }
        None => Box::new(own.or(handed_in())),
    }
}

/// What somebody of the facility sent, and has arrived.
fn of_the_facility() -> Visible<Joined> {
    let own = attachment::inspection_id.is_null();
    Box::new(own.and(attachment::state.ne(AttachmentStatus::Receiving)))
}

/// A facility's own, within this scope; and to who may read its inspections, what inspectors sent of their findings once a report that names it
/// was delivered.
fn of_facility(tx: &Tx, scope: &Scope) -> Visible<Joined> {
    let own = attachment::inspection_id.is_null();
    let own = Box::new(facilities::owned::<Joined>(scope).and(own));
    let Some(reading) = tx.scope_for::<ReadInspections>() else {
        return own;
    };
    let shown = attachment::shown_at.is_not_null();
    let shown = facilities::owned::<Joined>(&reading.improving()).and(shown);
    Box::new(own.or(shown))
}

/// Those that were sent for an inspection that this person works on.
fn sent_to(person: &str) -> Visible<Joined> {
    let named = sent::table
        .inner_join(document_answer::table.on(document_answer::id.eq(sent::answer_id)))
        .inner_join(
            assignment::table.on(assignment::inspection_id.eq(document_answer::inspection_id)),
        )
        .filter(sent::facility_id.eq(attachment::facility_id))
        .filter(sent::attachment_id.eq(attachment::id))
        .filter(sent::sha256.eq(attachment::sent_sha256))
        .filter(assignment::person.eq(person.to_owned()))
        .filter(assignment::ended_at.is_null())
        .select(sent::attachment_id);
    Box::new(of_the_facility().and(diesel::dsl::exists(named)))
}

/// Those that the team of an inspection sent with a finding, and this person works on it.
fn found_by(person: &str) -> Visible<Joined> {
    let named = found::table
        .inner_join(assignment::table.on(assignment::inspection_id.eq(found::inspection_id)))
        .filter(attachment::inspection_id.eq(found::inspection_id.nullable()))
        .filter(found::attachment_id.eq(attachment::id))
        .filter(found::sha256.eq(attachment::sent_sha256))
        .filter(assignment::person.eq(person.to_owned()))
        .filter(assignment::ended_at.is_null())
        .select(found::attachment_id);
    let arrived = attachment::state.ne(AttachmentStatus::Receiving);
    Box::new(arrived.and(diesel::dsl::exists(named)))
}

/// Those that show what was done about an improvement point: every one is of an inspection that the recognising body may know.
fn told() -> Visible<Joined> {
    let named = shown::table
        .filter(shown::facility_id.eq(attachment::facility_id))
        .filter(shown::attachment_id.eq(attachment::id))
        .filter(shown::sha256.eq(attachment::sent_sha256))
        .select(shown::attachment_id);
    Box::new(of_the_facility().and(diesel::dsl::exists(named)))
}

/// Those of them that are of an inspection that this person works on, or whose follow-up it works on.
fn told_to(person: &str) -> Visible<Joined> {
    let mine = || {
        assignment::table
            .filter(assignment::person.eq(person.to_owned()))
            .filter(assignment::ended_at.is_null())
    };
    let works = mine()
        .filter(assignment::inspection_id.eq(followed_point::inspection_id))
        .select(assignment::id);
    let follows = mine()
        .inner_join(inspection::table.on(inspection::id.eq(assignment::inspection_id)))
        .filter(inspection::follows_id.eq(followed_point::inspection_id.nullable()))
        .select(assignment::id);
    let named = shown::table
        .inner_join(improvement_answer::table.on(improvement_answer::id.eq(shown::answer_id)))
        .inner_join(followed_point::table.on(followed_point::id.eq(improvement_answer::point_id)))
        .filter(shown::facility_id.eq(attachment::facility_id))
        .filter(shown::attachment_id.eq(attachment::id))
        .filter(shown::sha256.eq(attachment::sent_sha256))
        .filter(diesel::dsl::exists(works).or(diesel::dsl::exists(follows)))
        .select(shown::attachment_id);
    Box::new(of_the_facility().and(diesel::dsl::exists(named)))
}

/// Those that what was handed in to prepare an inspection names.
fn handed_in() -> Visible<Joined> {
    let named = reference::table
        .inner_join(
            self_assessment::table.on(self_assessment::id.eq(reference::self_assessment_id)),
        )
        .filter(reference::facility_id.eq(attachment::facility_id))
        .filter(reference::attachment_id.eq(attachment::id))
        .filter(reference::sha256.eq(attachment::sent_sha256))
        .filter(self_assessment::purpose.eq(Purpose::InspectionPreparation))
        .select(reference::attachment_id);
    Box::new(of_the_facility().and(diesel::dsl::exists(named)))
}

/// Those that a finding of this inspection can name as they are: what its own team sent, and what the facility gave to inspectors, handed in to
/// prepare an inspection, sent for this one, or told of what it or the one that it follows asked.
pub(super) fn usable(inspection_id: Id) -> Visible<Joined> {
    let arrived = attachment::state.ne(AttachmentStatus::Receiving);
    let own = attachment::inspection_id
        .assume_not_null()
        .eq(inspection_id);
    let answered = sent::table
        .inner_join(document_answer::table.on(document_answer::id.eq(sent::answer_id)))
        .filter(sent::facility_id.eq(attachment::facility_id))
        .filter(sent::attachment_id.eq(attachment::id))
        .filter(sent::sha256.eq(attachment::sent_sha256))
        .filter(document_answer::inspection_id.eq(inspection_id))
        .select(sent::attachment_id);
    let follows = inspection::table
        .filter(inspection::id.eq(inspection_id))
        .filter(inspection::follows_id.eq(followed_point::inspection_id.nullable()))
        .select(inspection::id);
    let of_this = followed_point::inspection_id.eq(inspection_id);
    let asked = shown::table
        .inner_join(improvement_answer::table.on(improvement_answer::id.eq(shown::answer_id)))
        .inner_join(followed_point::table.on(followed_point::id.eq(improvement_answer::point_id)))
        .filter(shown::facility_id.eq(attachment::facility_id))
        .filter(shown::attachment_id.eq(attachment::id))
        .filter(shown::sha256.eq(attachment::sent_sha256))
        .filter(of_this.or(diesel::dsl::exists(follows)))
        .select(shown::attachment_id);
    let given = diesel::dsl::exists(answered).or(diesel::dsl::exists(asked));
    let given = of_the_facility().and(given);
    Box::new(arrived.and(own).or(given).or(handed_in()))
}

/// May the caller see it? Of what is only lent to it, a machine sees what it stored itself and what was handed in to prepare an inspection:
/// anything else can go with something for own improvement.
pub(super) fn is_shown(tx: &mut Tx, found: &Attachment) -> Result<bool, Problem> {
    let client = &tx.actor.claims.client;
    if tx.scope.lent.is_empty() || (client.is_some() && found.stored_by.client == *client) {
        return Ok(true);
    }
    let own = of_facility(tx, &tx.scope.improving());
    let shown: Option<Id> = attachment::table
        .inner_join(facility::table)
        .filter(own.or(handed_in()))
        .filter(attachment::content_id.eq(found.content_id))
        .select(attachment::id)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    Ok(shown.is_some())
}
