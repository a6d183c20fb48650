//! Plays a history: devices that make versions on what they have seen, a network that loses and repeats batches, and a store.
use std::collections::BTreeMap;

use super::model::Model;
use super::{Id, MOST_PARENTS, Outcome, Standing, Version};

/// One thing that happens. The numbers choose among what there is at that moment.
#[derive(Debug, Clone)]
pub enum Step {
    /// A device makes a version of a finding on what it has seen.
    Make {
        device: usize,
        finding: usize,
        on: On,
        pick: usize,
    },
    /// A device sends what no app should.
    Flaw {
        device: usize,
        finding: usize,
        flaw: Flaw,
        pick: usize,
    },
    /// A device sees what is stored at this moment.
    Pull { device: usize },
    /// A device sends some of its outbox, shuffled. Without a receipt it keeps them, to send again.
    Send {
        device: usize,
        most: usize,
        seed: u64,
        receipt: bool,
    },
    /// A batch under way arrives; maybe it stays under way and arrives again.
    Arrive { which: usize, again: bool },
    /// All devices send what they have, and see what is stored: the start of a day.
    Gather { most: usize, seed: u64 },
    /// A batch under way is lost, and the device that sent it does not know.
    Lose { which: usize },
}

/// What a version is made on.
#[derive(Debug, Clone)]
pub enum On {
    /// All the heads that the device sees: it goes on, or resolves a conflict.
    Heads,
    /// One of them, the others ignored.
    OneHead,
    /// Some version from earlier on.
    Earlier,
    /// Two of whatever it has seen.
    Two,
    /// Nothing.
    Nothing,
}

/// What is wrong with a version.
#[derive(Debug, Clone)]
pub enum Flaw {
    OtherContent,
    OtherParents,
    OtherFindingsId,
    OwnParent,
    RepeatedParent,
    TooManyParents,
    ParentOfOtherFinding,
    Circle,
    ParentNobodyMakes,
    ParentsTurned,
}

#[derive(Default)]
struct Device {
    seen: BTreeMap<Id, Version>,
    outbox: Vec<Version>,
}

/// What a device sends at once.
#[derive(Debug, Clone)]
pub struct Batch {
    pub number: usize,
    pub device: usize,
    pub items: Vec<Version>,
}

/// A batch that arrived, maybe for another time, and what the contract says of it.
#[derive(Debug, Clone)]
pub struct Arrival {
    pub batch: Batch,
    /// What becomes of each item, when it arrives for the first time.
    pub outcomes: Vec<Outcome>,
    /// Where the findings of its items stand afterwards, and what waited and does no longer.
    pub touched: BTreeMap<Id, (Standing, Vec<Id>)>,
}

/// A history as far as it has gone.
#[derive(Default)]
pub struct World {
    devices: Vec<Device>,
    under_way: Vec<Batch>,
    made: u128,
    sent: usize,
    pub model: Model,
    pub arrivals: Vec<Arrival>,
}

/// An id that does not tell when it was made: an order by id must not pass for one of descent.
fn scrambled(number: u128) -> Id {
    const ODD: u128 = 0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835;
    Id(uuid::Uuid::from_u128(number.wrapping_mul(ODD)))
}

fn finding_id(number: usize) -> Id {
    Id(uuid::Uuid::from_u128(
        u128::try_from(number).expect("a number") + 1,
    ))
}

/// The same things in another order, the same for the same seed.
pub fn shuffled<T>(things: Vec<T>, seed: u64) -> Vec<T> {
    let mut state = seed;
    let mut keyed: Vec<(u64, usize, T)> = Vec::new();
    for (place, thing) in things.into_iter().enumerate() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        keyed.push((state >> 33, place, thing));
    }
    keyed.sort_by_key(|(key, place, _)| (*key, *place));
    keyed.into_iter().map(|(_, _, thing)| thing).collect()
}

fn one_of<T: Copy>(things: &[T], pick: usize) -> Vec<T> {
    let place = pick.checked_rem(things.len());
    place.map(|place| things[place]).into_iter().collect()
}

impl World {
    pub fn new(devices: usize) -> Self {
        let devices = std::iter::repeat_with(Device::default).take(devices);
        Self {
            devices: devices.collect(),
            ..Self::default()
        }
    }

    pub fn play(&mut self, step: &Step) {
        match step {
            Step::Make {
                device,
                finding,
                on,
                pick,
            } => self.make(*device, *finding, on, *pick),
            Step::Flaw {
                device,
                finding,
                flaw,
                pick,
            } => self.flaw(*device, *finding, flaw, *pick),
            Step::Pull { device } => self.pull(*device),
            Step::Send {
                device,
                most,
                seed,
                receipt,
            } => self.send(*device, *most, *seed, *receipt),
            Step::Arrive { which, again } => self.arrive(*which, *again),
            Step::Gather { most, seed } => {
                self.settle(*most, *seed);
                (0..self.devices.len()).for_each(|device| self.pull(device));
            }
            Step::Lose { which } => self.lose(*which),
        }
    }

    fn fresh(&mut self) -> Id {
        self.made += 1;
        scrambled(self.made)
    }

    fn version(&mut self, finding: usize, parents: Vec<Id>) -> Version {
        let id = self.fresh();
        Version {
            id,
            finding: finding_id(finding),
            parents,
            hash: format!("content of {id}"),
        }
    }

    fn seen(&self, device: usize, finding: usize) -> Vec<Id> {
        let seen = self.devices[device].seen.values();
        let seen = seen.filter(|version| version.finding == finding_id(finding));
        seen.map(|version| version.id).collect()
    }

    fn seen_heads(&self, device: usize, finding: usize) -> Vec<Id> {
        let mut heads = self.seen(device, finding);
        let seen = &self.devices[device].seen;
        heads.retain(|id| !seen.values().any(|version| version.parents.contains(id)));
        heads
    }

    fn make(&mut self, device: usize, finding: usize, on: &On, pick: usize) {
        if self.seen(device, finding).is_empty() && !pick.is_multiple_of(4) {
            self.pull(device);
        }
        let (seen, heads) = (self.seen(device, finding), self.seen_heads(device, finding));
        let mut parents = match on {
            On::Heads => heads.into_iter().take(MOST_PARENTS).collect(),
            On::OneHead => one_of(&heads, pick),
            On::Earlier => one_of(&seen, pick),
            On::Two => [one_of(&seen, pick), one_of(&seen, pick / 7)].concat(),
            On::Nothing => Vec::new(),
        };
        parents.dedup();
        let version = self.version(finding, parents);
        self.devices[device]
            .seen
            .insert(version.id, version.clone());
        self.devices[device].outbox.push(version);
    }

    fn flaw(&mut self, device: usize, finding: usize, flaw: &Flaw, pick: usize) {
        let mut items = vec![self.version(finding, one_of(&self.seen(device, finding), pick))];
        let seen = self.devices[device].seen.values();
        let is_turned = matches!(flaw, Flaw::ParentsTurned);
        let fit = seen.filter(|version| !is_turned || version.parents.len() > 1);
        let all: Vec<Id> = fit.map(|version| version.id).collect();
        let found = one_of(&all, pick);
        let found = found
            .first()
            .map(|id| self.devices[device].seen[id].clone());
        let sent = found.unwrap_or_else(|| items[0].clone());
        let item = &mut items[0];
        match flaw {
            Flaw::OtherContent => {
                *item = Version {
                    hash: "other".to_owned(),
                    ..sent
                }
            }
            Flaw::OtherParents => {
                *item = Version {
                    parents: item.parents.clone(),
                    ..sent
                }
            }
            Flaw::OtherFindingsId => item.id = sent.id,
            Flaw::OwnParent => item.parents.push(item.id),
            Flaw::RepeatedParent => item.parents = vec![sent.id, sent.id],
            Flaw::TooManyParents => item.parents = (1..=51).map(|n| scrambled(n << 64)).collect(),
            Flaw::ParentOfOtherFinding => item.parents.push(sent.id),
            Flaw::ParentNobodyMakes => item.parents.push(scrambled(1 << 100)),
            Flaw::ParentsTurned => {
                *item = Version {
                    parents: sent.parents.iter().rev().copied().collect(),
                    ..sent
                }
            }
            Flaw::Circle => self.close_circle(&mut items, finding, pick % 3 + 2),
        }
        if matches!(flaw, Flaw::ParentOfOtherFinding) {
            items[0].parents.dedup();
        }
        for item in items {
            // What follows may be made on it, as on anything that the device has.
            self.devices[device]
                .seen
                .entry(item.id)
                .or_insert_with(|| item.clone());
            self.devices[device].outbox.push(item);
        }
    }

    fn close_circle(&mut self, items: &mut Vec<Version>, finding: usize, length: usize) {
        while items.len() < length {
            let last = items[items.len() - 1].id;
            let next = self.version(finding, vec![last]);
            items.push(next);
        }
        let last = items[length - 1].id;
        items[0].parents.push(last);
    }

    fn pull(&mut self, device: usize) {
        let kept = self.model.kept();
        let standings = self
            .model
            .findings()
            .into_iter()
            .map(|one| self.model.standing(one));
        let stored: Vec<Id> = standings.flat_map(|standing| standing.stored).collect();
        let news = stored.iter().map(|id| (*id, kept[id].clone()));
        self.devices[device].seen.extend(news);
    }

    fn send(&mut self, device: usize, most: usize, seed: u64, receipt: bool) {
        let outbox = &mut self.devices[device].outbox;
        let count = most.min(outbox.len());
        let mut waiting = shuffled(std::mem::take(outbox), seed);
        let batch: Vec<Version> = waiting.drain(..count).collect();
        if !receipt {
            waiting.extend(batch.iter().cloned());
        }
        *outbox = waiting;
        self.sent += 1;
        self.under_way.push(Batch {
            number: self.sent,
            device,
            items: batch,
        });
    }

    fn arrive(&mut self, which: usize, again: bool) {
        let Some(place) = which.checked_rem(self.under_way.len()) else {
            return;
        };
        let batch = if again {
            self.under_way[place].clone()
        } else {
            self.under_way.swap_remove(place)
        };
        self.deliver(batch);
    }

    fn lose(&mut self, which: usize) {
        if let Some(place) = which.checked_rem(self.under_way.len()) {
            let batch = self.under_way.swap_remove(place);
            self.devices[batch.device].outbox.extend(batch.items);
        }
    }

    /// What is still in an outbox or under way arrives after all.
    pub fn settle(&mut self, most: usize, seed: u64) {
        for device in 0..self.devices.len() {
            while !self.devices[device].outbox.is_empty() {
                self.send(device, most, seed, true);
            }
        }
        while !self.under_way.is_empty() {
            self.arrive(usize::try_from(seed % 1009).expect("a place"), false);
        }
    }

    fn deliver(&mut self, batch: Batch) {
        let before = self.model.clone();
        self.model.deliver(&batch.items);
        let outcomes = self.model.outcomes(&before, &batch.items);
        let kept = batch.items.iter().zip(&outcomes);
        let kept = kept.filter(|(_, outcome)| !matches!(outcome, Outcome::Rejected(_)));
        let touched = kept.map(|(item, _)| {
            let finding = item.finding;
            let freed = self.model.freed(&before, finding);
            (finding, (self.model.standing(finding), freed))
        });
        let arrival = Arrival {
            touched: touched.collect(),
            batch,
            outcomes,
        };
        self.arrivals.push(arrival);
    }
}
