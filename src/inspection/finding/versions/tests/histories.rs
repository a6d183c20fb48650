//! Plays histories of several devices against the model. `KINDREFLEX_HISTORIES` tells how many, `KINDREFLEX_SEED` which.
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::super::Version;
use super::model::Model;
use super::play::{Flaw, On, Step, Store, World, shuffled};
use crate::db::types::Id;

const DEVICES: usize = 4;
const FINDINGS: usize = 3;

fn on() -> impl Strategy<Value = On> {
    prop_oneof![
        6 => Just(On::Heads),
        3 => Just(On::OneHead),
        2 => Just(On::Earlier),
        2 => Just(On::Two),
        1 => Just(On::Nothing),
    ]
}

fn flaw() -> impl Strategy<Value = Flaw> {
    prop_oneof![
        Just(Flaw::OtherContent),
        Just(Flaw::OtherParents),
        Just(Flaw::OtherFindingsId),
        Just(Flaw::OwnParent),
        Just(Flaw::RepeatedParent),
        Just(Flaw::TooManyParents),
        Just(Flaw::ParentOfOtherFinding),
        Just(Flaw::Circle),
        Just(Flaw::ParentNobodyMakes),
        Just(Flaw::ParentsTurned),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let (device, finding) = (0..DEVICES, 0..FINDINGS);
    let pick = 0..1000_usize;
    let make = (device.clone(), finding.clone(), on(), pick.clone());
    let flaw = (device.clone(), finding, flaw(), pick.clone());
    let send = (device.clone(), 1..8_usize, any::<u64>(), any::<bool>());
    prop_oneof![
        10 => make.prop_map(|(device, finding, on, pick)| Step::Make { device, finding, on, pick }),
        1 => flaw.prop_map(|(device, finding, flaw, pick)| Step::Flaw { device, finding, flaw, pick }),
        4 => device.prop_map(|device| Step::Pull { device }),
        5 => send.prop_map(|(device, most, seed, receipt)| Step::Send { device, most, seed, receipt }),
        5 => (pick.clone(), any::<bool>()).prop_map(|(which, again)| Step::Arrive { which, again }),
        1 => (1..8_usize, any::<u64>()).prop_map(|(most, seed)| Step::Gather { most, seed }),
        1 => pick.prop_map(|which| Step::Lose { which }),
    ]
}

#[derive(Debug, Clone)]
struct History {
    /// Does every device begin with the first versions of all findings?
    shared: bool,
    steps: Vec<Step>,
    /// In which pieces and order what is left arrives, and everything once more.
    most: usize,
    seed: u64,
}

fn history() -> impl Strategy<Value = History> {
    let parts = (
        any::<bool>(),
        prop::collection::vec(step(), 1..70),
        1..9_usize,
        any::<u64>(),
    );
    parts.prop_map(|(shared, steps, most, seed)| History {
        shared,
        steps,
        most,
        seed,
    })
}

#[allow(
    clippy::disallowed_methods,
    reason = "a test's own settings, not the service's"
)]
fn setting(name: &str, otherwise: u64) -> u64 {
    let value = std::env::var(name).ok();
    value.map_or(otherwise, |value| value.parse().expect("a number"))
}

fn runner(histories: u64) -> TestRunner {
    let config = Config {
        cases: u32::try_from(histories).expect("a number of histories"),
        failure_persistence: None,
        ..Config::default()
    };
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&setting("KINDREFLEX_SEED", 5).to_le_bytes());
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed))
}

/// What the store holds, whichever order it came in: parents are a set.
fn held(store: &Store) -> BTreeMap<Id, (Id, BTreeSet<Id>, String)> {
    let content = |one: &Version| {
        let parents = one.parents.iter().copied().collect();
        (one.id, (one.finding, parents, one.hash.clone()))
    };
    store.versions.iter().map(content).collect()
}

/// Everything that was delivered, but for second versions with one id: the one thing that depends on the order.
fn without_second_contents(model: &Model) -> Vec<Version> {
    let kept = model.kept();
    let delivered = model.delivered().iter();
    let first = delivered.filter(|item| kept.get(&item.id).is_none_or(|kept| kept.is_same(item)));
    first.cloned().collect()
}

/// The same deliveries, in another order, cut otherwise, half of them twice, come to the same.
fn assert_same_in_another_order(world: &World, history: &History) {
    let mut items = without_second_contents(&world.model);
    let again: Vec<Version> = items.iter().step_by(2).cloned().collect();
    items.extend(again);
    let mut other = Store::default();
    for batch in shuffled(items, history.seed).chunks(history.most) {
        other.take(batch);
    }
    assert_eq!(held(&other), held(&world.store), "versions");
    for finding in world.model.findings() {
        let (other, one) = (other.standing(finding), world.store.standing(finding));
        assert_eq!(other, one, "standing in another order");
    }
}

/// Nothing that arrived without a fault is lost, and all of it stands as the model says.
fn assert_whole(world: &World) {
    let kept: BTreeSet<Id> = world.model.kept().keys().copied().collect();
    let ids: Vec<Id> = world.store.versions.iter().map(|one| one.id).collect();
    assert_eq!(ids.len(), kept.len(), "each version once");
    assert_eq!(
        ids.into_iter().collect::<BTreeSet<Id>>(),
        kept,
        "no version is lost"
    );
    for finding in world.model.findings() {
        assert_eq!(world.store.standing(finding), world.model.standing(finding));
    }
}

fn begin(world: &mut World) {
    for finding in 0..FINDINGS {
        let (device, on, pick) = (finding % DEVICES, On::Nothing, 0);
        world.play(&Step::Make {
            device,
            finding,
            on,
            pick,
        });
    }
    world.play(&Step::Gather { most: 8, seed: 0 });
}

fn play(history: &History) -> BTreeSet<String> {
    let mut world = World::new(DEVICES);
    if history.shared {
        begin(&mut world);
    }
    for step in &history.steps {
        world.play(step);
    }
    assert_whole(&world);
    assert_same_in_another_order(&world, history);
    world.settle(history.most, history.seed);
    assert_whole(&world);
    assert_same_in_another_order(&world, history);
    world.met
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
    let histories = setting("KINDREFLEX_HISTORIES", 256);
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
