//! What was handed in, held against the event that says so: a revision is frozen, and its hash is under the seals.
//!
//! Where a redaction took something out of a revision, an event of its own says how it reads since. The newest event that speaks of a
//! revision is the one that counts; also one that has no number yet, or verification would fail until it has.
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::chain::StoredEvent;
use super::sequencer::Numbered;
use crate::access::Tx;
use crate::db::schema::{audit_event, audit_order, self_assessment_revision as revision};
use crate::db::types::{AnyBackend, Id, JsonText};
use crate::hash::{hex, sha256};
use crate::problem::Problem;

/// The action of the event of a submission.
pub const SUBMITTED: &str = "selfAssessmentSubmitted";
/// The action of the event of a revision from which a redaction took something out.
pub const REDACTED: &str = "revisionRedacted";

/// The action of the event of a record that was disposed of.
pub const DISPOSED: &str = "recordDisposed";

/// What such an event says.
#[derive(Debug, Serialize, Deserialize)]
pub struct Submitted {
    /// The revision.
    pub revision: i64,
    /// The SHA-256 of its document, in hexadecimal.
    pub sha256: String,
}

impl Submitted {
    /// What is said of this revision.
    pub fn of(revision: i64, document: &JsonText) -> Result<Self, Problem> {
        Ok(Self {
            revision,
            sha256: hash(document)?,
        })
    }
}

/// The hash of a document, whichever way its database writes JSON: by its values, each object's members in the order of their names.
fn hash(document: &JsonText) -> Result<String, Problem> {
    let value: Value = document.to()?;
    let written = serde_json::to_vec(&value).map_err(Problem::internal)?;
    Ok(hex(&sha256(&written)))
}

/// A submission whose revision is not as its event says.
pub struct Differing {
    /// The number of the event.
    pub seq: i64,
    /// The event.
    pub event_id: Id,
    /// In what.
    pub detail: String,
}

/// The events among these that are the last to speak of a revision, and from which it differs. An event that was erased says nothing.
pub(super) fn differing(
    tx: &mut Tx,
    rows: &[(Numbered, Option<StoredEvent>)],
) -> Result<Vec<Differing>, Problem> {
    let mut found = Vec::new();
    for (row, event) in rows {
        let Some((id, said)) = event.as_ref().and_then(word) else {
            continue;
        };
        let stored: Option<JsonText> = revision::table
            .filter(revision::self_assessment_id.eq(id))
            .filter(revision::revision.eq(said.revision))
            .select(revision::document)
            .into_boxed::<AnyBackend>()
            .first(tx.conn)
            .optional()?;
        let number = said.revision;
        let detail = match stored.as_ref().map(hash).transpose()? {
            None if is_disposed(tx, id)? => continue,
            None => format!("revision {number}, which was handed in, is gone"),
            Some(hash) if hash != said.sha256 => {
                format!("revision {number} is not as it was handed in, or redacted")
            }
            Some(_) => continue,
        };
        if last_word(tx, id, number)? != Some(row.event_id) {
            continue;
        }
        found.push(Differing {
            seq: row.seq,
            event_id: row.event_id,
            detail,
        });
    }
    Ok(found)
}

/// Of which self-assessment the event speaks, and what it says of its revision.
fn word(event: &StoredEvent) -> Option<(Id, Submitted)> {
    let payload = event.payload.as_ref()?;
    if event.action != SUBMITTED && event.action != REDACTED {
        return None;
    }
    Some((event.subject_id.parse().ok()?, payload.to().ok()?))
}

/// Was the self-assessment disposed of, once its period was over? Then its revisions are gone, and not lost.
fn is_disposed(tx: &mut Tx, id: Id) -> Result<bool, Problem> {
    let found: Option<Id> = audit_event::table
        .filter(audit_event::subject_id.eq(id.to_string()))
        .filter(audit_event::subject_kind.eq("selfAssessment"))
        .filter(audit_event::action.eq(DISPOSED))
        .select(audit_event::id)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    Ok(found.is_some())
}

/// Erases what events said of a revision, before another event speaks of it. Their own hashes stay under the seals.
pub fn forget(tx: &mut Tx, id: Id, number: i64) -> Result<(), Problem> {
    for (event, _) in speaking_of(tx, id, number)? {
        super::erase(tx, event.id)?;
    }
    Ok(())
}

/// The last event that speaks of a revision: the one with the highest number, or one that is still to be numbered.
fn last_word(tx: &mut Tx, id: Id, number: i64) -> Result<Option<Id>, Problem> {
    let speaking = speaking_of(tx, id, number)?.into_iter();
    let last = speaking.max_by_key(|(event, seq)| (seq.unwrap_or(i64::MAX), event.arrival));
    Ok(last.map(|(event, _)| event.id))
}

/// The events that speak of a revision, with their numbers.
fn speaking_of(
    tx: &mut Tx,
    id: Id,
    number: i64,
) -> Result<Vec<(StoredEvent, Option<i64>)>, Problem> {
    let mut rows: Vec<(StoredEvent, Option<i64>)> = audit_event::table
        .left_join(audit_order::table.on(audit_order::event_id.eq(audit_event::id)))
        .filter(audit_event::subject_id.eq(id.to_string()))
        .filter(
            audit_event::action
                .eq(SUBMITTED)
                .or(audit_event::action.eq(REDACTED)),
        )
        .select((audit_event::all_columns, audit_order::seq.nullable()))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    rows.retain(|(event, _)| word(event).is_some_and(|(_, said)| said.revision == number));
    Ok(rows)
}
