//! What the versions of a finding add up to, in whichever order they arrive. Pure: a store gives what is known, and keeps what is decided.
//!
//! A finding is a grow-only set of versions, each made on a device with its own id and its parents. Everything here follows from the set of
//! versions that arrived, not from the order in which they did, how often, or how they were cut into batches. One thing depends on the
//! order: of two different versions with one id the first to arrive stands and the second is rejected. A device makes its ids (UUIDv7), so
//! among honest devices there are no two.
use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::db::types::Id;

mod standing;
mod weighing;

pub use standing::{Never, Standing, Waiting, standing};
pub use weighing::{Outcome, Reason, Touched, Weighed, weigh};

/// The most parents that a version may name. More heads than these are resolved in steps.
pub const MOST_PARENTS: usize = 50;

/// What of a version decides about its place among the others.
#[derive(Serialize, Deserialize, Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// Its own id, made on the device.
    pub id: Id,
    /// The finding that it is a version of.
    pub finding: Id,
    /// The versions that it was made from; none for a first version.
    pub parents: Vec<Id>,
    /// The SHA-256 of its canonical content, in hexadecimal.
    pub hash: String,
}

impl Version {
    /// Is this the other version, sent again? In which order the parents are named says nothing.
    pub fn is_same(&self, other: &Self) -> bool {
        let parents = |version: &Self| version.parents.iter().copied().collect::<BTreeSet<Id>>();
        self.id == other.id
            && self.finding == other.finding
            && self.hash == other.hash
            && parents(self) == parents(other)
    }
}

/// Versions by their id.
type Known<'a> = HashMap<Id, &'a Version>;

fn by_id(versions: &[Version]) -> Known<'_> {
    let mut known = Known::new();
    for version in versions {
        known.entry(version.id).or_insert(version);
    }
    known
}

#[cfg(test)]
mod tests;
