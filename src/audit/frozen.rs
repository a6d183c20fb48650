//! What was handed in, held against the event that says so: a revision is frozen, and its hash is under the seals.
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::chain::StoredEvent;
use super::sequencer::Numbered;
use crate::access::Tx;
use crate::db::schema::self_assessment_revision as revision;
use crate::db::types::{AnyBackend, Id, JsonText};
use crate::hash::{hex, sha256};
use crate::problem::Problem;

/// The action of the event.
pub const SUBMITTED: &str = "selfAssessmentSubmitted";

/// What the event of a submission says.
#[derive(Debug, Serialize, Deserialize)]
pub struct Submitted {
    /// The revision that was handed in.
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

/// The submissions among these events whose revision differs. An event that was erased says nothing.
pub(super) fn differing(
    tx: &mut Tx,
    rows: &[(Numbered, Option<StoredEvent>)],
) -> Result<Vec<Differing>, Problem> {
    let mut found = Vec::new();
    for (row, event) in rows {
        let Some((id, said)) = event.as_ref().and_then(submission) else {
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
            None => format!("revision {number}, which was handed in, is gone"),
            Some(hash) if hash != said.sha256 => {
                format!("revision {number} is not as it was handed in")
            }
            Some(_) => continue,
        };
        found.push(Differing {
            seq: row.seq,
            event_id: row.event_id,
            detail,
        });
    }
    Ok(found)
}

/// Which self-assessment was handed in, and what the event says of it.
fn submission(event: &StoredEvent) -> Option<(Id, Submitted)> {
    let payload = event.payload.as_ref()?;
    if event.action != SUBMITTED {
        return None;
    }
    Some((event.subject_id.parse().ok()?, payload.to().ok()?))
}
