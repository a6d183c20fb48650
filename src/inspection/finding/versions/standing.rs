//! Where the versions of one finding stand: stored or pending, its heads, and the base of its conflict.
use std::collections::{HashMap, HashSet};

use serde::Serialize;

use super::{Known, Version, by_id};
use crate::db::types::Id;

/// Where the versions of one finding stand. Every list is sorted by id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// The versions all of whose ancestors are known, and of this finding.
    pub stored: Vec<Id>,
    /// The other versions.
    pub pending: Vec<Waiting>,
    /// The stored versions that no stored version has as a parent.
    pub heads: Vec<Id>,
    /// In a conflict, the nearest common ancestors of the heads: none when they share nothing, several when merges crossed.
    pub base: Vec<Id>,
}

impl Standing {
    /// Is there more than one head?
    pub fn is_conflict(&self) -> bool {
        self.heads.len() > 1
    }
}

/// A pending version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The version.
    pub id: Id,
    /// Those of its parents that are not known; none, when it waits for a parent that is pending itself.
    pub unknown: Vec<Id>,
    /// Why it stays pending whatever still arrives.
    pub never: Option<Never>,
}

/// Why a version stays pending for good. It is kept all the same: a rejection would depend on which of them arrived first.
#[derive(Serialize, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[serde(rename_all = "camelCase")]
pub enum Never {
    /// It is its own ancestor, or has an ancestor that is.
    ParentCycle,
    /// It has a parent that is a version of another finding, or has an ancestor with one.
    OtherFinding,
}

/// Where the versions of a finding stand. Versions of other findings among the known only tell whose a parent is.
pub fn standing(finding: Id, known: &[Version]) -> Standing {
    let known = by_id(known);
    let all = known.values().copied();
    let own: Vec<&Version> = all.filter(|version| version.finding == finding).collect();
    among(&own, &known)
}

/// Where a finding's own versions stand among all that is known.
pub(super) fn among(own: &[&Version], known: &Known<'_>) -> Standing {
    let complete = complete(own, |_| false);
    let heads = uncovered(&complete);
    let base = match heads.as_slice() {
        [] | [_] => Vec::new(),
        heads => uncovered(&common(&complete, heads)),
    };
    let stored = sorted(ids(&complete));
    let pending = waiting(own, &stored, known);
    Standing {
        stored,
        pending,
        heads,
        base,
    }
}

/// The versions whose every ancestor is among these, parents before children. A parent that is granted counts as if it were.
pub(super) fn complete<'a>(
    versions: &[&'a Version],
    is_granted: impl Fn(&Id) -> bool,
) -> Vec<&'a Version> {
    let needed = |version: &Version| version.parents.iter().filter(|id| !is_granted(id)).count();
    let mut lacking: HashMap<Id, usize> = versions.iter().map(|v| (v.id, needed(v))).collect();
    let mut children = children(versions);
    let (mut ready, mut complete) = (versions.to_vec(), Vec::new());
    ready.retain(|version| lacking.get(&version.id) == Some(&0));
    while let Some(version) = ready.pop() {
        complete.push(version);
        for child in children.remove(&version.id).into_iter().flatten() {
            if let Some(left) = lacking.get_mut(&child.id) {
                *left -= 1;
                ready.extend((*left == 0).then_some(child));
            }
        }
    }
    complete
}

fn children<'a>(versions: &[&'a Version]) -> HashMap<Id, Vec<&'a Version>> {
    let mut children: HashMap<Id, Vec<&Version>> = HashMap::new();
    for version in versions {
        for parent in &version.parents {
            children.entry(*parent).or_default().push(version);
        }
    }
    children
}

/// Those of the versions that none of them has as a parent.
fn uncovered(versions: &[&Version]) -> Vec<Id> {
    let covered: HashSet<Id> = versions
        .iter()
        .flat_map(|version| version.parents.iter().copied())
        .collect();
    sorted(ids(versions).filter(|id| !covered.contains(id)))
}

/// The versions that every head descends from. With each of them its own ancestors are there, so that the nearest are those uncovered.
fn common<'a>(complete: &[&'a Version], heads: &[Id]) -> Vec<&'a Version> {
    let mut common = complete.to_vec();
    for some in heads.chunks(WORD) {
        let reached = reached(complete, some);
        let all = u64::MAX >> (WORD - some.len());
        common.retain(|version| reached.get(&version.id) == Some(&all));
    }
    common
}

/// How many heads one walk carries: a bit each.
const WORD: usize = 64;

/// From which of the heads each version is reached, in one walk from children to parents.
fn reached(complete: &[&Version], heads: &[Id]) -> HashMap<Id, u64> {
    let bits = heads.iter().enumerate();
    let mut reached: HashMap<Id, u64> = bits.map(|(place, head)| (*head, 1 << place)).collect();
    for version in complete.iter().rev() {
        let Some(from) = reached.get(&version.id).copied() else {
            continue;
        };
        for parent in &version.parents {
            *reached.entry(*parent).or_default() |= from;
        }
    }
    reached
}

fn waiting(own: &[&Version], stored: &[Id], known: &Known<'_>) -> Vec<Waiting> {
    let mut pending = own.to_vec();
    pending.retain(|version| stored.binary_search(&version.id).is_err());
    if pending.is_empty() {
        return Vec::new();
    }
    pending.sort_unstable_by_key(|version| version.id);
    let never = never(own, known);
    let waiting = pending.into_iter().map(|version| Waiting {
        id: version.id,
        unknown: sorted(unknown(version, known)),
        never: never.get(&version.id).copied(),
    });
    waiting.collect()
}

fn unknown<'a>(version: &'a Version, known: &'a Known<'_>) -> impl Iterator<Item = Id> + 'a {
    let parents = version.parents.iter().copied();
    parents.filter(|parent| !known.contains_key(parent))
}

/// The versions that would still be pending if every unknown parent arrived, and why. Grant the parents of other findings as well, and what is
/// left goes in a circle.
fn never(own: &[&Version], known: &Known<'_>) -> HashMap<Id, Never> {
    let mine: HashSet<Id> = ids(own).collect();
    let hopeful: HashSet<Id> = ids(&complete(own, |id| !known.contains_key(id))).collect();
    let acyclic: HashSet<Id> = ids(&complete(own, |id| !mine.contains(id))).collect();
    let why = |id: Id| {
        if acyclic.contains(&id) {
            Never::OtherFinding
        } else {
            Never::ParentCycle
        }
    };
    let hopeless = ids(own).filter(|id| !hopeful.contains(id));
    hopeless.map(|id| (id, why(id))).collect()
}

fn ids<'a>(versions: &'a [&Version]) -> impl Iterator<Item = Id> + 'a {
    versions.iter().map(|version| version.id)
}

pub(super) fn sorted(ids: impl Iterator<Item = Id>) -> Vec<Id> {
    let mut ids: Vec<Id> = ids.collect();
    ids.sort_unstable();
    ids
}
