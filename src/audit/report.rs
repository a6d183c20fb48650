//! What verification finds, for operators and for the wire.
use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::types::{Id, Moment};

/// Faults that are kept; the others are counted.
const KEPT: usize = 100;

crate::text_enum! {
    /// What is wrong.
    pub enum FaultKind {
        /// The event is not what was recorded, or does not belong in this place.
        EventChanged = "eventChanged",
        /// What was written is not what was recorded.
        PayloadChanged = "payloadChanged",
        /// What was handed in is not what its event says.
        RevisionChanged = "revisionChanged",
        /// The event is in the order, and gone.
        EventMissing = "eventMissing",
        /// Events before this one are gone from the order.
        Gap = "gap",
        /// The event is not in the order, and the sequencer has passed it.
        NotInOrder = "notInOrder",
        /// No seal is over this event and those after it.
        NotSealed = "notSealed",
        /// The seal up to here does not follow the seal before it.
        SealMissing = "sealMissing",
        /// The signature of the seal up to here is not the key's.
        SealForged = "sealForged",
        /// The seal up to here is by a key that is not known here.
        UnknownKey = "unknownKey",
        /// The seal up to here was made over other events: something in or before its stretch was changed, and the hashes with it.
        Rewritten = "rewritten",
        /// The end of the order is gone.
        Truncated = "truncated",
        /// The order is not the one of the saved head.
        HeadDiffers = "headDiffers",
    }
}

/// Something that is wrong, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What.
    pub kind: FaultKind,
    /// The number at which it shows. For operators alone.
    pub seq: Option<i64>,
    /// The event at which it shows.
    pub event_id: Option<Id>,
    /// More about it.
    pub detail: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.name())?;
        if let Some(seq) = self.seq {
            write!(f, " at number {seq}")?;
        }
        if let Some(id) = self.event_id {
            write!(f, " (event {id})")?;
        }
        write!(f, ": {}", self.detail)
    }
}

/// The end of a sealed order: kept elsewhere, it shows later that nothing before it was taken away or changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Head {
    /// The last number.
    pub seq: i64,
    /// The event.
    pub event_id: Id,
    /// The chain up to it, in hexadecimal.
    pub chain: String,
}

/// What a walk found.
#[derive(Debug, Default)]
pub struct Report {
    /// Events that were checked.
    pub events: u64,
    /// Of these, how many are under a good seal.
    pub sealed: u64,
    /// Good seals.
    pub seals: u64,
    /// Payloads that were erased.
    pub erased: u64,
    /// Events that are not numbered yet.
    pub pending: u64,
    /// What is wrong, as far as it is kept.
    pub faults: Vec<Fault>,
    /// How many faults there are.
    pub fault_count: u64,
    /// The end of the order.
    pub head: Option<Head>,
    /// Was the walk from the very beginning?
    pub whole: bool,
}

impl Report {
    /// Adds a fault.
    pub fn add(&mut self, fault: Fault) {
        self.fault_count += 1;
        if self.faults.len() < KEPT {
            self.faults.push(fault);
        }
    }
}

/// What verification found.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditVerification)]
pub struct Verification {
    /// Was nothing found?
    pub valid: bool,
    /// Was the whole log walked, and not its newest part alone?
    pub complete: bool,
    /// Does this instance have a key to check seals with?
    pub sealed: bool,
    /// Events that were walked.
    #[schema(minimum = 0)]
    pub events: u64,
    /// Of these, how many are under a good seal.
    #[schema(minimum = 0)]
    pub sealed_events: u64,
    /// Payloads that were erased; the rest of their events was verified.
    #[schema(minimum = 0)]
    pub erased_payloads: u64,
    /// Events that have no place in the order yet; counted where the whole log was walked.
    #[schema(minimum = 0)]
    pub pending_events: u64,
    /// What is wrong: the first hundred.
    pub faults: Vec<FaultView>,
    /// How many faults there are.
    #[schema(minimum = 0)]
    pub fault_count: u64,
    /// When it was asked for.
    pub checked_at: Moment,
}

/// Something that is wrong.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AuditFault)]
pub struct FaultView {
    /// The event at which it shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub event_id: Option<Id>,
    /// What. The list grows.
    pub what: FaultKind,
}

impl Verification {
    /// The report for the wire, without any number.
    pub fn of(report: Report, sealed: bool, checked_at: Moment) -> Self {
        Self {
            valid: report.fault_count == 0,
            complete: report.whole,
            sealed,
            events: report.events,
            sealed_events: if sealed { report.sealed } else { 0 },
            erased_payloads: report.erased,
            pending_events: report.pending,
            faults: report
                .faults
                .into_iter()
                .map(|fault| FaultView {
                    event_id: fault.event_id,
                    what: fault.kind,
                })
                .collect(),
            fault_count: report.fault_count,
            checked_at,
        }
    }
}
