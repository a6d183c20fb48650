//! A record as it is exported, and as it is hashed: all that is disposed of with it.
use diesel::prelude::*;
use serde_json::{Value, json};

use super::{Kind, attachment_ids, id_of};
use crate::access::Tx;
use crate::attachment::erasure;
use crate::audit::chain::StoredEvent;
use crate::contribution;
use crate::db::schema::{
    audit_event, facility, revision_attachment as reference, self_assessment,
    self_assessment_revision as revision,
};
use crate::db::types::{AnyBackend, Id, JsonText, Moment};
use crate::hash::{hex, sha256};
use crate::problem::Problem;
use crate::redaction;
use crate::self_assessment::{Purpose, store};

/// A record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The organisation and the facility whose it is, where it is somebody's.
    pub of: Option<(Id, Id)>,
    /// Is what becomes of it its facility's alone to know?
    pub only_own: bool,
    /// The bytes of a file that goes with it.
    pub content: Option<Id>,
    /// Its JSON, each object's members in the order of their names.
    pub text: String,
}

impl Record {
    fn new(of: Option<(Id, Id)>, only_own: bool, value: &Value) -> Self {
        Self {
            of,
            only_own,
            content: None,
            text: format!("{value}\n"),
        }
    }

    /// Its SHA-256, in hexadecimal.
    pub fn sha256(&self) -> String {
        hex(&sha256(self.text.as_bytes()))
    }
}

/// The record, or 404.
pub fn of(tx: &mut Tx, kind: Kind, id: &str) -> Result<Record, Problem> {
    match kind {
        Kind::SelfAssessment | Kind::Draft => assessment(tx, kind, id_of(id)?),
        Kind::Attachment => file(tx, id),
        Kind::Redaction => {
            let found = redaction::store::get(tx, id_of(id)?)?;
            let of = (organisation(tx, found.facility_id)?, found.facility_id);
            let value = json!({"kind": kind, "redaction": found});
            Ok(Record::new(Some(of), true, &value))
        }
        Kind::AuditPayload => payload(tx, id_of(id)?),
    }
}

fn organisation(tx: &mut Tx, id: Id) -> Result<Id, Problem> {
    facility::table
        .filter(facility::id.eq(id))
        .select(facility::organisation_id)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?
        .ok_or_else(Problem::not_found)
}

/// Lets the operator look at what is this facility's.
fn as_its_own(tx: &mut Tx, id: Id) -> Result<Id, Problem> {
    let organisation = organisation(tx, id)?;
    tx.scope.organisations = vec![organisation];
    Ok(organisation)
}

/// A self-assessment as its facility sees it, what wards contributed to it, and each revision. Without its links to others, which change when those are disposed of.
fn assessment(tx: &mut Tx, kind: Kind, id: Id) -> Result<Record, Problem> {
    let facility: Id = self_assessment::table
        .filter(self_assessment::id.eq(id))
        .select(self_assessment::facility_id)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?
        .ok_or_else(Problem::not_found)?;
    let organisation = as_its_own(tx, facility)?;
    let head = store::own_head(tx, id)?;
    let mut view = store::current(tx, &head)?;
    (view.based_on, view.summary.superseded_by) = (None, None);
    let contributions = contribution::store::all_of(tx, &head)?;
    let rows: Vec<(i64, Moment, JsonText, JsonText)> = revision::table
        .filter(revision::self_assessment_id.eq(id))
        .order(revision::revision)
        .select((
            revision::revision,
            revision::submitted_at,
            revision::submitted_by,
            revision::document,
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let mut revisions = Vec::new();
    for (number, at, by, document) in rows {
        let (by, document): (Value, Value) = (by.to()?, document.to()?);
        revisions.push(json!({"revision": number, "submittedAt": at, "submittedBy": by, "selfAssessment": document}));
    }
    let named: Vec<(i64, Id, String)> = reference::table
        .filter(reference::self_assessment_id.eq(id))
        .order((reference::revision, reference::attachment_id))
        .select((
            reference::revision,
            reference::attachment_id,
            reference::sha256,
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let named: Vec<Value> = named
        .into_iter()
        .map(|(revision, id, sha256)| json!({"revision": revision, "attachmentId": id, "sha256": sha256}))
        .collect();
    let value = json!({"kind": kind, "organisationId": organisation, "selfAssessment": view, "contributions": contributions,
        "revisions": revisions, "attachments": named});
    let only_own = head.purpose == Purpose::OwnImprovement;
    Ok(Record::new(
        Some((organisation, facility)),
        only_own,
        &value,
    ))
}

fn file(tx: &mut Tx, id: &str) -> Result<Record, Problem> {
    let (facility, own) = attachment_ids(id)?;
    let organisation = as_its_own(tx, facility)?;
    let found = erasure::find(tx, facility, own)?;
    let value = json!({"kind": Kind::Attachment, "attachment": found});
    let has_bytes = found.status == crate::attachment::AttachmentStatus::Finished;
    Ok(Record {
        content: has_bytes.then_some(found.content_id),
        ..Record::new(Some((organisation, facility)), true, &value)
    })
}

fn payload(tx: &mut Tx, id: Id) -> Result<Record, Problem> {
    let event: StoredEvent = audit_event::table
        .filter(audit_event::id.eq(id))
        .select(audit_event::all_columns)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?
        .ok_or_else(Problem::not_found)?;
    let said = event.payload.ok_or_else(Problem::not_found)?;
    let (said, actor): (Value, Value) = (said.to()?, event.actor.to()?);
    let value = json!({"kind": Kind::AuditPayload, "id": event.id, "at": event.at, "action": event.action,
        "subject": {"kind": event.subject_kind, "id": event.subject_id}, "actor": actor, "payload": said});
    Ok(Record::new(
        event.organisation_id.zip(event.facility_id),
        event.only_own,
        &value,
    ))
}
