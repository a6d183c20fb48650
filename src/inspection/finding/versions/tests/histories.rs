//! Plays histories of several devices: what the pure core says of them is what the model says.
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::super::{Outcome, Standing, Touched, Version, Weighed, standing, weigh};
use super::history::{History, asked, begun, history, runner, without_second_contents};
use super::play::{Arrival, World, shuffled};
use super::said;
use crate::db::types::Id;

/// The versions as a database would keep them.
#[derive(Debug, Clone, Default)]
struct Store {
    versions: Vec<Version>,
}

impl Store {
    fn take(&mut self, batch: &[Version]) -> Weighed {
        let near = self.near(batch);
        let weighed = weigh(&self.with_what_waits(&near), batch);
        assert_alike(&weighed, &weigh(&near, batch));
        let new = weighed.inserted.iter().map(|place| batch[*place].clone());
        self.versions.extend(new);
        weighed
    }

    /// The least that may be known: the findings of the batch, and the ids that it uses or names.
    fn near(&self, batch: &[Version]) -> Vec<Version> {
        let findings: BTreeSet<Id> = batch.iter().map(|item| item.finding).collect();
        let named = batch.iter().flat_map(|item| item.parents.iter().copied());
        let named: BTreeSet<Id> = batch.iter().map(|item| item.id).chain(named).collect();
        let near = self.versions.iter();
        near.filter(|one| findings.contains(&one.finding) || named.contains(&one.id))
            .cloned()
            .collect()
    }

    /// As well as what those name as parents.
    fn with_what_waits(&self, near: &[Version]) -> Vec<Version> {
        let near_ids: BTreeSet<Id> = near.iter().map(|one| one.id).collect();
        let named: BTreeSet<Id> = near.iter().flat_map(|one| one.parents.clone()).collect();
        let all = self.versions.iter();
        all.filter(|one| near_ids.contains(&one.id) || named.contains(&one.id))
            .cloned()
            .collect()
    }

    fn standing(&self, finding: Id) -> Standing {
        standing(finding, &self.versions)
    }
}

/// With less known of what is pending, nothing differs but what is said of that.
fn assert_alike(whole: &Weighed, near: &Weighed) {
    let outcomes = |weighed: &Weighed| {
        let outcomes = weighed.outcomes.iter().cloned();
        let outcomes = outcomes.map(|outcome| match outcome {
            Outcome::Pending { .. } => Outcome::Pending { never: None },
            other => other,
        });
        outcomes.collect::<Vec<_>>()
    };
    let findings = |weighed: &Weighed| {
        let mut findings = weighed.findings.clone();
        for Touched { standing, .. } in findings.values_mut() {
            for waiting in &mut standing.pending {
                (waiting.never, waiting.unknown) = (None, Vec::new());
            }
        }
        findings
    };
    assert_eq!(outcomes(whole), outcomes(near));
    assert_eq!(findings(whole), findings(near));
    assert_eq!(whole.inserted, near.inserted);
}

/// What the store holds, whichever order it came in: parents are a set.
fn held(store: &Store) -> BTreeMap<Id, (Id, BTreeSet<Id>, String)> {
    let content = |one: &Version| {
        let parents = one.parents.iter().copied().collect();
        (one.id, (one.finding, parents, one.hash.clone()))
    };
    store.versions.iter().map(content).collect()
}

/// The same deliveries, in another order, cut otherwise, half of them twice, come to the same.
fn assert_same_in_another_order(store: &Store, world: &World, history: &History) {
    let mut items = without_second_contents(&world.model);
    let again: Vec<Version> = items.iter().step_by(2).cloned().collect();
    items.extend(again);
    let mut other = Store::default();
    for batch in shuffled(items, history.seed).chunks(history.most) {
        other.take(batch);
    }
    assert_eq!(held(&other), held(store), "versions");
    for finding in world.model.findings() {
        let (other, one) = (other.standing(finding), store.standing(finding));
        assert_eq!(other, one, "standing in another order");
    }
}

/// Nothing that arrived without a fault is lost, and all of it stands as the model says.
fn assert_whole(store: &Store, world: &World) {
    let kept: BTreeSet<Id> = world.model.kept().keys().copied().collect();
    let ids: Vec<Id> = store.versions.iter().map(|one| one.id).collect();
    assert_eq!(ids.len(), kept.len(), "each version once");
    assert_eq!(
        ids.into_iter().collect::<BTreeSet<Id>>(),
        kept,
        "no version is lost"
    );
    for finding in world.model.findings() {
        assert_eq!(store.standing(finding), world.model.standing(finding));
    }
}

/// The store takes a batch, and says of it what the model says.
fn take(store: &mut Store, arrival: &Arrival) -> BTreeSet<String> {
    let Arrival {
        batch,
        outcomes,
        touched,
    } = arrival;
    let weighed = store.take(&batch.items);
    assert_eq!(
        &weighed.outcomes, outcomes,
        "outcomes of batch {}: {:#?}",
        batch.number, batch.items
    );
    assert!(
        weighed.findings.keys().eq(touched.keys()),
        "findings touched"
    );
    let mut met: BTreeSet<String> = outcomes.iter().map(said).collect();
    for (finding, Touched { standing, freed }) in &weighed.findings {
        assert_eq!(
            (standing, freed),
            (&touched[finding].0, &touched[finding].1)
        );
        met.extend(notes(standing, freed));
    }
    met
}

fn notes(standing: &Standing, freed: &[Id]) -> impl Iterator<Item = String> + use<> {
    let heads = standing.heads.len();
    let notes = [
        ("freed", !freed.is_empty()),
        ("three heads", heads > 2),
        ("one base", standing.base.len() == 1),
        ("no base", heads > 1 && standing.base.is_empty()),
        ("several bases", standing.base.len() > 1),
    ];
    let notes = notes.into_iter().filter(|(_, is_so)| *is_so);
    notes.map(|(note, _)| note.to_owned())
}

fn play(history: &History) -> BTreeSet<String> {
    let (mut world, mut store) = (begun(history), Store::default());
    let mut met = BTreeSet::new();
    let mut taken = 0;
    for is_settled in [false, true] {
        if is_settled {
            world.settle(history.most, history.seed);
        }
        for arrival in &world.arrivals[taken..] {
            met.extend(take(&mut store, arrival));
        }
        taken = world.arrivals.len();
        assert_whole(&store, &world);
        assert_same_in_another_order(&store, &world, history);
    }
    met
}

/// Everything that the histories must have brought about, or they prove less than they seem to.
const MUST_MEET: [&str; 15] = [
    "stored",
    "unchanged",
    "pending",
    "pending:OtherFinding",
    "pending:ParentCycle",
    "conflict",
    "OtherContent",
    "OwnParent",
    "RepeatedParent",
    "TooManyParents",
    "freed",
    "three heads",
    "one base",
    "no base",
    "several bases",
];

#[test]
fn whatever_happens_between_devices_and_store_findings_stand_as_the_contract_says() {
    let histories = asked(256);
    let met = RefCell::new(BTreeMap::<String, u32>::new());
    let outcome = runner(histories).run(&history(), |history| {
        for note in play(&history) {
            *met.borrow_mut().entry(note).or_default() += 1;
        }
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}\n{error:#?}");
    }
    let met = met.into_inner();
    println!("{histories} histories: {met:?}");
    if histories >= 256 {
        let missing = MUST_MEET.iter().find(|note| !met.contains_key(**note));
        assert_eq!(missing, None, "no history came to this");
    }
}
