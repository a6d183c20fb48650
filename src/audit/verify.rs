//! Walks the order and its seals, and says where something was changed.
//!
//! The walk goes in stretches, each a short read of its own, so that a log of any length neither fills the memory nor holds a connection. Every
//! link is checked against the stored one before it, so that one edit is one fault and not a fault in all that follows; that all links
//! were made anew is what the seals show.
use std::collections::VecDeque;

use diesel::prelude::*;

use super::chain::{self, Hash, PayloadState, StoredEvent};
use super::frozen::{self, Differing};
use super::report::{Fault, FaultKind, Head, Report};
use super::seal::{Seal, SealKeys, Signature};
use super::sequencer::{Bounds, Numbered, last, newest_seal};
use crate::access::{Tx, operator};
use crate::app::State;
use crate::db::schema::{audit_event, audit_order, audit_seal};
use crate::db::types::{AnyBackend, Id, Moment};
use crate::hash::hex;
use crate::problem::Problem;

/// Numbers in one stretch.
const STRETCH: i64 = 1000;

/// What a walk wants to read next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Where the order ends; at most so many of its newest numbers are walked.
    Start(Option<i64>),
    /// The numbers after this one, up to that one.
    Order(i64, i64),
    /// The events after this one, numbered or not.
    Events(Option<Id>),
}

/// What was read.
pub enum Stretch {
    /// The ends of the order and of the seals, and the link before the walk's first.
    Start(Option<Numbered>, Option<Seal>, Option<Numbered>),
    /// Numbers with their events, the seals that end among them, and the submissions among them whose revision differs.
    Order(
        Vec<(Numbered, Option<StoredEvent>)>,
        Vec<Seal>,
        Vec<Differing>,
    ),
    /// Unnumbered events that the sequencer has passed, how many are still to be numbered, and the last event looked at if there are more.
    Events(Vec<Id>, u64, Option<Id>),
}

/// Walks everything as the operator, saying now and then how far it is.
pub async fn whole(
    state: &State,
    saved: Option<Head>,
    mut progress: impl FnMut(i64, i64),
) -> Result<Report, Problem> {
    let now = Moment(state.clock.now());
    let mut walk = Walk::new(state.audit.keys(), None, saved);
    while let Some(step) = walk.next() {
        walk.take(operator::read(state, now, move |tx| read(tx, &step)).await?);
        let (at, end) = walk.progress();
        progress(at, end);
    }
    Ok(walk.finish())
}

/// Reads what a walk wants.
pub fn read(tx: &mut Tx, step: &Step) -> Result<Stretch, Problem> {
    match *step {
        Step::Start(newest) => {
            let end = last(tx.conn)?;
            let before = match (newest, &end) {
                (Some(newest), Some(end)) if end.seq > newest => audit_order::table
                    .filter(audit_order::seq.le(end.seq - newest))
                    .order(audit_order::seq.desc())
                    .into_boxed::<AnyBackend>()
                    .first(tx.conn)
                    .optional()?,
                _ => None,
            };
            Ok(Stretch::Start(end, newest_seal(tx.conn)?, before))
        }
        Step::Order(after, until) => order(tx, after, until),
        Step::Events(after) => events(tx, after),
    }
}

fn order(tx: &mut Tx, after: i64, until: i64) -> Result<Stretch, Problem> {
    let rows: Vec<(Numbered, Option<StoredEvent>)> = audit_order::table
        .left_join(audit_event::table.on(audit_event::id.eq(audit_order::event_id)))
        .filter(audit_order::seq.gt(after))
        .filter(audit_order::seq.le(until))
        .order(audit_order::seq)
        .limit(STRETCH)
        .select((
            audit_order::all_columns,
            audit_event::all_columns.nullable(),
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let end = rows.last().map_or(until, |(row, _)| row.seq);
    let seals = audit_seal::table
        .filter(audit_seal::seq_to.gt(after))
        .filter(audit_seal::seq_to.le(end))
        .order(audit_seal::seq_to)
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let differing = frozen::differing(tx, &rows)?;
    Ok(Stretch::Order(rows, seals, differing))
}

fn events(tx: &mut Tx, after: Option<Id>) -> Result<Stretch, Problem> {
    let bounds = Bounds::of(tx.conn)?;
    let mut query = audit_event::table
        .left_join(audit_order::table.on(audit_order::event_id.eq(audit_event::id)))
        .order(audit_event::id)
        .limit(STRETCH)
        .select((
            audit_event::id,
            audit_event::arrival,
            audit_order::seq.nullable(),
        ))
        .into_boxed::<AnyBackend>();
    if let Some(after) = after {
        query = query.filter(audit_event::id.gt(after));
    }
    let rows: Vec<(Id, i64, Option<i64>)> = query.load(tx.conn)?;
    let more = i64::try_from(rows.len()).is_ok_and(|found| found >= STRETCH);
    let next = rows.last().map(|row| row.0).filter(|_| more);
    let (passed, pending): (Vec<_>, Vec<_>) = rows
        .into_iter()
        .filter(|(_, _, seq)| seq.is_none())
        .partition(|(_, arrival, _)| *arrival < bounds.from);
    let pending = u64::try_from(pending.len()).unwrap_or(u64::MAX);
    Ok(Stretch::Events(
        passed.into_iter().map(|row| row.0).collect(),
        pending,
        next,
    ))
}

/// A walk over the order. Pure: it says what it wants to read, and is given it.
pub struct Walk<'k> {
    keys: Option<&'k SealKeys>,
    saved: Option<Head>,
    next: Option<Step>,
    until: i64,
    /// The number and chain of the link before.
    at: (i64, Hash),
    /// The last number under the seal before, and its hash; not known where the walk begins in the middle.
    sealed: Option<(i64, Hash)>,
    /// Events since the last seal, and the first of them.
    loose: (u64, Option<(i64, Id)>),
    report: Report,
}

impl<'k> Walk<'k> {
    /// A walk over everything, or over at most so many of the newest numbers.
    pub fn new(keys: Option<&'k SealKeys>, newest: Option<i64>, saved: Option<Head>) -> Self {
        Self {
            keys,
            saved,
            next: Some(Step::Start(newest)),
            until: 0,
            at: (0, chain::beginning()),
            sealed: Some((0, chain::beginning())),
            loose: (0, None),
            report: Report {
                whole: true,
                ..Report::default()
            },
        }
    }

    /// What to read next; nothing at the end.
    pub fn next(&self) -> Option<Step> {
        self.next.clone()
    }

    /// How far it is, of how far it goes.
    pub fn progress(&self) -> (i64, i64) {
        (self.at.0, self.until)
    }

    /// What it found.
    pub fn finish(self) -> Report {
        self.report
    }

    /// Takes what was read.
    pub fn take(&mut self, stretch: Stretch) {
        match stretch {
            Stretch::Start(end, seal, before) => self.start(end, seal, before),
            Stretch::Order(rows, seals, differing) => {
                self.order(rows, seals);
                for one in differing {
                    let (seq, id) = (Some(one.seq), Some(one.event_id));
                    self.fault(FaultKind::RevisionChanged, seq, id, one.detail);
                }
            }
            Stretch::Events(passed, pending, next) => {
                for id in passed {
                    let detail = "it has no number, and the sequencer has passed it".to_owned();
                    self.fault(FaultKind::NotInOrder, None, Some(id), detail);
                }
                self.report.pending += pending;
                self.next = next.map(|after| Step::Events(Some(after)));
            }
        }
    }

    fn fault(&mut self, kind: FaultKind, seq: Option<i64>, event_id: Option<Id>, detail: String) {
        self.report.add(Fault {
            kind,
            seq,
            event_id,
            detail,
        });
    }

    fn start(&mut self, end: Option<Numbered>, seal: Option<Seal>, before: Option<Numbered>) {
        self.until = end.as_ref().map_or(0, |end| end.seq);
        let sealed = seal.map_or(0, |seal| seal.seq_to);
        if sealed > self.until {
            let detail = format!(
                "it is sealed up to number {sealed}, and the order ends at {}",
                self.until
            );
            let id = end.as_ref().map(|end| end.event_id);
            self.fault(FaultKind::Truncated, Some(self.until), id, detail);
        }
        if let Some(head) = self.saved.as_ref().filter(|head| head.seq > self.until) {
            let detail = format!(
                "the saved head is number {}, and the order ends at {}",
                head.seq, self.until
            );
            let id = Some(head.event_id);
            self.fault(FaultKind::Truncated, Some(self.until), id, detail);
        }
        self.report.head = end.map(|end| Head {
            seq: end.seq,
            event_id: end.event_id,
            chain: hex(&end.chain),
        });
        if let Some(before) = before {
            self.report.whole = false;
            self.at = (before.seq, before.chain);
            self.sealed = None;
        }
        self.next = Some(Step::Order(self.at.0, self.until));
    }

    fn order(&mut self, rows: Vec<(Numbered, Option<StoredEvent>)>, seals: Vec<Seal>) {
        let mut seals = VecDeque::from(seals);
        let ended = rows.last().is_none_or(|(row, _)| row.seq >= self.until);
        for (row, event) in rows {
            while let Some(seal) = seals.pop_front_if(|seal| seal.seq_to < row.seq) {
                self.seal(&seal, None);
            }
            self.link(&row, event);
            if let Some(seal) = seals.pop_front_if(|seal| seal.seq_to == row.seq) {
                self.seal(&seal, Some(&row));
            }
            self.against_saved(&row);
        }
        if !ended {
            self.next = Some(Step::Order(self.at.0, self.until));
            return;
        }
        if let (Some(_), (count @ 1.., Some((seq, id)))) = (self.keys, self.loose) {
            let detail = format!("no seal is over this number and the {} after it", count - 1);
            self.fault(FaultKind::NotSealed, Some(seq), Some(id), detail);
        }
        self.next = self.report.whole.then_some(Step::Events(None));
    }

    fn link(&mut self, row: &Numbered, event: Option<StoredEvent>) {
        let (seq, id) = (Some(row.seq), Some(row.event_id));
        let expected = self.at.0 + 1;
        let follows = row.seq == expected;
        if !follows {
            let detail = format!("the numbers {expected} to {} are gone", row.seq - 1);
            self.fault(FaultKind::Gap, seq, id, detail);
        }
        match event {
            None => self.fault(
                FaultKind::EventMissing,
                seq,
                id,
                "there is a number and no event".to_owned(),
            ),
            Some(event) => {
                match event.payload_state() {
                    PayloadState::Whole => {}
                    PayloadState::Erased => self.report.erased += 1,
                    PayloadState::Edited => {
                        let detail = "the payload is not the one of its hash".to_owned();
                        self.fault(FaultKind::PayloadChanged, seq, id, detail);
                    }
                }
                // Where the link before is gone, only the next seal can tell.
                if follows && chain::link(&self.at.1, row.seq, &event.hash()) != row.chain {
                    let detail = "the event, or its place, is not the one of its hash".to_owned();
                    self.fault(FaultKind::EventChanged, seq, id, detail);
                }
            }
        }
        self.report.events += 1;
        self.loose.0 += 1;
        self.loose.1.get_or_insert((row.seq, row.event_id));
        self.at = (row.seq, row.chain.clone());
    }

    fn seal(&mut self, seal: &Seal, row: Option<&Numbered>) {
        let (seq, id) = (Some(seal.seq_to), row.map(|row| row.event_id));
        let before = self.report.fault_count;
        if let Some((sealed, hash)) = &self.sealed
            && (seal.seq_from != sealed + 1 || seal.previous != *hash)
        {
            let detail = format!(
                "this seal is over {} to {}, and the seal before it ends at {sealed}",
                seal.seq_from, seal.seq_to
            );
            self.fault(FaultKind::SealMissing, seq, id, detail);
        }
        match self.keys.map(|keys| keys.verify(seal)) {
            Some(Signature::Bad) => {
                let detail = format!("the signature is not by the key {}", seal.key_id);
                self.fault(FaultKind::SealForged, seq, id, detail);
            }
            Some(Signature::UnknownKey) => {
                let detail = format!("the key {} is not known here", seal.key_id);
                self.fault(FaultKind::UnknownKey, seq, id, detail);
            }
            Some(Signature::Good) | None => {}
        }
        if row.is_none_or(|row| row.chain != seal.chain) {
            let detail = format!(
                "the seal over {} to {} was made over other events",
                seal.seq_from, seal.seq_to
            );
            self.fault(FaultKind::Rewritten, seq, id, detail);
        }
        if self.report.fault_count == before {
            self.report.seals += 1;
            self.report.sealed += self.loose.0;
        }
        self.loose = (0, None);
        self.sealed = Some((seal.seq_to, seal.hash()));
    }

    fn against_saved(&mut self, row: &Numbered) {
        let differs = self.saved.as_ref().is_some_and(|head| {
            head.seq == row.seq && (head.event_id != row.event_id || head.chain != hex(&row.chain))
        });
        if differs {
            let detail = "the saved head has another event or chain here".to_owned();
            self.fault(
                FaultKind::HeadDiffers,
                Some(row.seq),
                Some(row.event_id),
                detail,
            );
        }
    }
}
