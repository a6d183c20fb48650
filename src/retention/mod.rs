//! What is kept no longer than it must be: listed, exported for an archive, and disposed of only by a list that somebody approved.
//!
//! How long is a setting for each kind of record, and none has a default: what is not set is kept for ever. A list names each record that is due with
//! a hash of what it says; what has changed since, or is not due any more, stays. The audit keeps that a record was disposed of, by whose approval and
//! with which hash, and none of its content; it can still be verified ([`crate::audit::frozen`]).
use std::collections::BTreeMap;

use chrono::Months;
use serde::{Deserialize, Serialize};

use crate::db::types::{Id, Moment};
use crate::problem::Problem;

pub mod disposal;
pub mod due;
pub mod export;
pub mod record;

crate::text_enum! {
    /// The kinds of record that have a period of their own.
    pub enum Kind {
        /// A self-assessment that a later cycle's superseded, with its answers and revisions. From the moment the later one was handed in.
        SelfAssessment = "selfAssessment",
        /// A draft that was never handed in. From the cycle's due day, or its last change where that is later.
        Draft = "draft",
        /// An attachment that nothing names. From its arrival.
        Attachment = "attachment",
        /// The record of a redaction that is done. From that moment.
        Redaction = "redaction",
        /// What the audit recorded with an event; the event stays. From the event.
        AuditPayload = "auditPayload",
    }
}

impl Kind {
    /// The setting of its period, in months.
    pub const fn setting(self) -> &'static str {
        match self {
            Self::SelfAssessment => "KINDREFLEX_RETENTION_SELF_ASSESSMENT_MONTHS",
            Self::Draft => "KINDREFLEX_RETENTION_DRAFT_MONTHS",
            Self::Attachment => "KINDREFLEX_RETENTION_ATTACHMENT_MONTHS",
            Self::Redaction => "KINDREFLEX_RETENTION_REDACTION_MONTHS",
            Self::AuditPayload => "KINDREFLEX_RETENTION_AUDIT_PAYLOAD_MONTHS",
        }
    }
}

/// How long records are kept, in months; a kind that is not here is kept for ever.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Periods(pub BTreeMap<Kind, u32>);

impl Periods {
    /// Records of this kind from before this moment are due; none where it is kept for ever.
    pub fn limit(&self, kind: Kind, now: Moment) -> Option<Moment> {
        let months = Months::new(*self.0.get(&kind)?);
        now.0.checked_sub_months(months).map(Moment)
    }
}

/// A record that is due, as a list names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Item {
    /// What it is.
    pub kind: Kind,
    /// Which; an attachment by its facility's id and its own, with a slash between them.
    pub id: String,
    /// From which moment its period counts.
    pub since: Moment,
    /// Why it is due.
    pub why: String,
    /// The SHA-256 of its record, in hexadecimal.
    pub sha256: String,
}

/// An attachment's two ids.
fn attachment_ids(id: &str) -> Result<(Id, Id), Problem> {
    let ids = id
        .split_once('/')
        .and_then(|(facility, own)| Some((facility.parse().ok()?, own.parse().ok()?)));
    ids.ok_or_else(Problem::not_found)
}

fn id_of(id: &str) -> Result<Id, Problem> {
    id.parse().map_err(|_| Problem::not_found())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_counts_in_months_of_the_calendar_and_one_that_is_not_set_never_ends() {
        let periods = Periods([(Kind::Draft, 18)].into());
        let now: Moment = "2028-03-31T12:00:00Z"
            .to_owned()
            .try_into()
            .expect("a moment");
        let limit = periods.limit(Kind::Draft, now).expect("a limit");
        assert_eq!(limit.to_string(), "2026-09-30T12:00:00.000000Z");
        assert_eq!(periods.limit(Kind::Redaction, now), None);
    }
}
