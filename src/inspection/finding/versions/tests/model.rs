//! What api.md promises of findings, written down as naively as it reads, and slow: nothing here is shared with the implementation
//! but the words for what there is. The pure core is held against it, and in `tests/it/finding_histories.rs` the whole service.
//!
//! "A finding is a grow-only set of versions, each made on a device with its own id and its parents; parents not known yet stay pending; more
//! than one head is a conflict, kept with base and heads until someone resolves it by a version that has them all as parents." A receipt
//! says "per item id, content hash and outcome (stored, unchanged, pending, conflict, rejected with issues)".
use std::collections::{BTreeMap, BTreeSet};

use super::{Id, Never, Outcome, Reason, Standing, Version, Waiting};

type Ids = BTreeSet<Id>;

/// Everything that was ever delivered, in the order in which it was.
#[derive(Debug, Clone, Default)]
pub struct Model {
    delivered: Vec<Version>,
}

impl Model {
    pub fn deliver(&mut self, batch: &[Version]) {
        self.delivered.extend_from_slice(batch);
    }

    pub fn delivered(&self) -> &[Version] {
        &self.delivered
    }

    /// The grow-only set: of each id the first version without a fault.
    pub fn kept(&self) -> BTreeMap<Id, &Version> {
        let mut kept = BTreeMap::new();
        for version in &self.delivered {
            if faults(version).is_empty() {
                kept.entry(version.id).or_insert(version);
            }
        }
        kept
    }

    pub fn findings(&self) -> Ids {
        self.kept()
            .values()
            .map(|version| version.finding)
            .collect()
    }

    pub fn standing(&self, finding: Id) -> Standing {
        let kept = self.kept();
        let stored = stored(&kept, finding);
        let heads = heads(&kept, &stored);
        let pending = kept.values().filter(|version| version.finding == finding);
        let pending = pending.filter(|version| !stored.contains(&version.id));
        let waiting = |version: &&Version| Waiting {
            id: version.id,
            unknown: set(&version.parents)
                .into_iter()
                .filter(|parent| !kept.contains_key(parent))
                .collect(),
            never: never(&kept, version),
        };
        Standing {
            pending: pending.map(waiting).collect(),
            base: base(&kept, &heads).into_iter().collect(),
            heads: heads.into_iter().collect(),
            stored: stored.into_iter().collect(),
        }
    }

    /// The outcome of the items of a batch, this being what was delivered with the batch, and `before` what was without.
    pub fn outcomes(&self, before: &Model, batch: &[Version]) -> Vec<Outcome> {
        let mut before = before.clone();
        let mut outcomes = Vec::new();
        for item in batch {
            outcomes.push(self.outcome(&before, item));
            before.deliver(std::slice::from_ref(item));
        }
        outcomes
    }

    fn outcome(&self, before: &Model, item: &Version) -> Outcome {
        let earlier = before.kept().get(&item.id).copied().cloned();
        let mut reasons = faults(item);
        if earlier
            .as_ref()
            .is_some_and(|earlier| content(earlier) != content(item))
        {
            reasons.push(Reason::OtherContent);
        }
        if !reasons.is_empty() {
            return Outcome::Rejected(reasons);
        }
        if earlier.is_some() {
            return Outcome::Unchanged;
        }
        let standing = self.standing(item.finding);
        if let Some(waiting) = standing.pending.iter().find(|one| one.id == item.id) {
            let never = waiting.never;
            return Outcome::Pending { never };
        }
        if standing.heads.len() > 1 {
            return Outcome::Conflict;
        }
        Outcome::Stored
    }

    /// What was delivered before and was pending, and is stored now.
    pub fn freed(&self, before: &Model, finding: Id) -> Vec<Id> {
        let stored = set(&self.standing(finding).stored);
        let pending = before.standing(finding).pending;
        let pending = pending.into_iter().map(|one| one.id);
        pending.filter(|id| stored.contains(id)).collect()
    }
}

fn set(ids: &[Id]) -> Ids {
    ids.iter().copied().collect()
}

/// What two deliveries of one version have in common.
fn content(version: &Version) -> (Id, Ids, &str) {
    (version.finding, set(&version.parents), &version.hash)
}

fn faults(version: &Version) -> Vec<Reason> {
    let mut faults = Vec::new();
    if version.parents.contains(&version.id) {
        faults.push(Reason::OwnParent);
    }
    if set(&version.parents).len() < version.parents.len() {
        faults.push(Reason::RepeatedParent);
    }
    if version.parents.len() > 50 {
        faults.push(Reason::TooManyParents);
    }
    faults
}

/// Stored: all parents are stored versions of the finding. Repeated until nothing is added.
fn stored(kept: &BTreeMap<Id, &Version>, finding: Id) -> Ids {
    let mut stored = Ids::new();
    loop {
        let more: Ids = kept
            .values()
            .filter(|version| version.finding == finding && !stored.contains(&version.id))
            .filter(|version| version.parents.iter().all(|parent| stored.contains(parent)))
            .map(|version| version.id)
            .collect();
        if more.is_empty() {
            return stored;
        }
        stored.extend(more);
    }
}

/// Heads: the stored versions that no stored version has as a parent.
fn heads(kept: &BTreeMap<Id, &Version>, stored: &Ids) -> Ids {
    let is_parent = |id: &Id| stored.iter().any(|child| kept[child].parents.contains(id));
    let heads = stored.iter().filter(|id| !is_parent(id));
    heads.copied().collect()
}

/// Everything that a version descends from, as far as it is known and of the same finding. A version in a circle is among its own.
fn ancestors(kept: &BTreeMap<Id, &Version>, of: Id) -> Ids {
    let mut ancestors = Ids::new();
    let mut next = vec![of];
    while let Some(id) = next.pop() {
        for parent in &kept[&id].parents {
            let is_own = kept
                .get(parent)
                .is_some_and(|one| one.finding == kept[&of].finding);
            if is_own && ancestors.insert(*parent) {
                next.push(*parent);
            }
        }
    }
    ancestors
}

/// The base of a conflict: the common ancestors of its heads that are not ancestors of another common ancestor.
fn base(kept: &BTreeMap<Id, &Version>, heads: &Ids) -> Ids {
    if heads.len() < 2 {
        return Ids::new();
    }
    let sets: Vec<Ids> = heads.iter().map(|head| ancestors(kept, *head)).collect();
    let everything: Ids = sets.iter().flatten().copied().collect();
    let common: Ids = everything
        .into_iter()
        .filter(|id| sets.iter().all(|set| set.contains(id)))
        .collect();
    let is_behind = |id: &Id| {
        common
            .iter()
            .any(|other| ancestors(kept, *other).contains(id))
    };
    common.iter().filter(|id| !is_behind(id)).copied().collect()
}

/// Pending for good: it, or an ancestor, is its own ancestor, or has a parent that is a version of another finding.
fn never(kept: &BTreeMap<Id, &Version>, version: &Version) -> Option<Never> {
    let mut line = ancestors(kept, version.id);
    line.insert(version.id);
    if line.iter().any(|id| ancestors(kept, *id).contains(id)) {
        return Some(Never::ParentCycle);
    }
    let is_foreign = |parent: &Id| {
        let parent = kept.get(parent);
        parent.is_some_and(|parent| parent.finding != version.finding)
    };
    let has_foreign = |id: &Id| kept[id].parents.iter().any(is_foreign);
    line.iter().any(has_foreign).then_some(Never::OtherFinding)
}
