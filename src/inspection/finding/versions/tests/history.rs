//! Histories of several devices. `KINDREFLEX_HISTORIES` tells how many, `KINDREFLEX_SEED` which.
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::Version;
use super::model::Model;
use super::play::{Flaw, On, Step, World};

/// How many devices there are.
pub const DEVICES: usize = 4;
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

/// What happens.
#[derive(Debug, Clone)]
pub struct History {
    /// Does every device begin with the first versions of all findings?
    shared: bool,
    steps: Vec<Step>,
    /// In which pieces and order what is left arrives, and everything once more.
    pub most: usize,
    pub seed: u64,
}

/// Any history.
pub fn history() -> impl Strategy<Value = History> {
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

/// How many histories were asked for.
pub fn asked(otherwise: u64) -> u64 {
    setting("KINDREFLEX_HISTORIES", otherwise)
}

/// Makes as many histories, the same for the same seed.
pub fn runner(histories: u64) -> TestRunner {
    let config = Config {
        cases: u32::try_from(histories).expect("a number of histories"),
        failure_persistence: None,
        ..Config::default()
    };
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&setting("KINDREFLEX_SEED", 5).to_le_bytes());
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed))
}

/// Everything that was delivered, but for second versions with one id: the one thing that depends on the order.
pub fn without_second_contents(model: &Model) -> Vec<Version> {
    let kept = model.kept();
    let delivered = model.delivered().iter();
    let first = delivered.filter(|item| kept.get(&item.id).is_none_or(|kept| kept.is_same(item)));
    first.cloned().collect()
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

/// The history as far as its last step.
pub fn begun(history: &History) -> World {
    let mut world = World::new(DEVICES);
    if history.shared {
        begin(&mut world);
    }
    for step in &history.steps {
        world.play(step);
    }
    world
}
