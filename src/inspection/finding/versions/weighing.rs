//! What a batch of versions adds to what is known, item by item and finding by finding.
use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use super::standing::{among, complete, sorted};
use super::{Known, MOST_PARENTS, Never, Standing, Version, by_id};
use crate::db::types::Id;

/// What becomes of an item of a batch, judged after the whole batch: a child may come before its parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// New, and all its ancestors are known.
    Stored,
    /// Known already, from earlier or from higher up in the batch.
    Unchanged,
    /// New, and some ancestor is not known, or is a version of another finding.
    Pending {
        /// Why it stays so whatever still arrives.
        never: Option<Never>,
    },
    /// New and stored, and its finding has more than one head now.
    Conflict,
    /// Not kept, for every reason given.
    Rejected(Vec<Reason>),
}

/// Why a version is rejected. All but one lie in the version itself, so that it is rejected whenever it arrives.
#[derive(Serialize, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[serde(rename_all = "camelCase")]
pub enum Reason {
    /// It names itself as a parent.
    OwnParent,
    /// It names a parent more than once.
    RepeatedParent,
    /// It names more than [`MOST_PARENTS`].
    TooManyParents,
    /// Its id is that of an earlier version with another finding, other parents or another hash.
    OtherContent,
}

/// What a batch comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weighed {
    /// What becomes of each item, in the batch's order.
    pub outcomes: Vec<Outcome>,
    /// The places in the batch of the versions to insert, each new id once.
    pub inserted: Vec<usize>,
    /// The findings of the items that are not rejected.
    pub findings: BTreeMap<Id, Touched>,
}

/// What a finding comes to by a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touched {
    /// Where its versions stand now.
    pub standing: Standing,
    /// The versions pending from earlier batches that this one stored, sorted by id.
    pub freed: Vec<Id>,
}

impl Touched {
    fn outcome(&self, id: Id) -> Outcome {
        let standing = &self.standing;
        if standing.stored.binary_search(&id).is_err() {
            let place = standing.pending.binary_search_by_key(&id, |one| one.id);
            let waiting = place.ok().and_then(|place| standing.pending.get(place));
            let never = waiting.and_then(|waiting| waiting.never);
            return Outcome::Pending { never };
        }
        if standing.is_conflict() {
            Outcome::Conflict
        } else {
            Outcome::Stored
        }
    }
}

/// Weighs a batch.
///
/// The known are all versions of the findings that the batch names, and any version with an id that the batch uses or names as a parent.
/// What earlier pending versions name in other findings may be among them as well: without, `never` and `unknown` of those, and `never` of
/// their descendants, say less; nothing else differs.
pub fn weigh(known: &[Version], batch: &[Version]) -> Weighed {
    let before = by_id(known);
    let (after, entries) = enter(&before, batch);
    let findings = touched(&before, &after, batch, &entries);
    let outcome = |(version, entry): (&Version, &Entry)| match entry {
        Entry::Refused(reasons) => Outcome::Rejected(reasons.clone()),
        Entry::Resent => Outcome::Unchanged,
        Entry::New => {
            let finding = findings.get(&version.finding);
            finding.map_or(Outcome::Pending { never: None }, |one| {
                one.outcome(version.id)
            })
        }
    };
    let outcomes = batch.iter().zip(&entries).map(outcome).collect();
    let places = entries.iter().enumerate();
    let new = places.filter(|(_, entry)| matches!(entry, Entry::New));
    Weighed {
        outcomes,
        inserted: new.map(|(place, _)| place).collect(),
        findings,
    }
}

/// How an item enters, before it is known what it comes to.
enum Entry {
    New,
    Resent,
    Refused(Vec<Reason>),
}

/// What is known after the batch, and how each item entered.
fn enter<'a>(before: &Known<'a>, batch: &'a [Version]) -> (Known<'a>, Vec<Entry>) {
    let mut known = before.clone();
    let entries = batch.iter().map(|version| {
        let entry = entry(version, known.get(&version.id).copied());
        if matches!(entry, Entry::New) {
            known.insert(version.id, version);
        }
        entry
    });
    let entries = entries.collect();
    (known, entries)
}

fn entry(version: &Version, earlier: Option<&Version>) -> Entry {
    let mut reasons = faults(version);
    if earlier.is_some_and(|earlier| !earlier.is_same(version)) {
        reasons.push(Reason::OtherContent);
    }
    match (reasons.is_empty(), earlier) {
        (false, _) => Entry::Refused(reasons),
        (true, Some(_)) => Entry::Resent,
        (true, None) => Entry::New,
    }
}

/// What is wrong with a version by itself.
fn faults(version: &Version) -> Vec<Reason> {
    let parents = &version.parents;
    let mut seen = HashSet::new();
    let checks = [
        (Reason::OwnParent, parents.contains(&version.id)),
        (
            Reason::RepeatedParent,
            !parents.iter().all(|parent| seen.insert(parent)),
        ),
        (Reason::TooManyParents, parents.len() > MOST_PARENTS),
    ];
    let found = checks.into_iter().filter(|(_, is_so)| *is_so);
    found.map(|(reason, _)| reason).collect()
}

fn touched(
    before: &Known<'_>,
    after: &Known<'_>,
    batch: &[Version],
    entries: &[Entry],
) -> BTreeMap<Id, Touched> {
    let items = batch.iter().zip(entries);
    let kept = items.filter(|(_, entry)| !matches!(entry, Entry::Refused(_)));
    let mut own: HashMap<Id, Vec<&Version>> =
        kept.map(|(item, _)| (item.finding, vec![])).collect();
    for version in after.values() {
        if let Some(own) = own.get_mut(&version.finding) {
            own.push(version);
        }
    }
    let touched = own
        .into_iter()
        .map(|(finding, own)| (finding, touch(before, after, &own)));
    touched.collect()
}

fn touch(before: &Known<'_>, after: &Known<'_>, own: &[&Version]) -> Touched {
    let standing = among(own, after);
    let mut earlier = own.to_vec();
    earlier.retain(|version| before.contains_key(&version.id));
    let stored: HashSet<Id> = complete(&earlier, |_| false).iter().map(|v| v.id).collect();
    let now = standing.stored.iter().copied();
    let freed = sorted(now.filter(|id| before.contains_key(id) && !stored.contains(id)));
    Touched { standing, freed }
}
