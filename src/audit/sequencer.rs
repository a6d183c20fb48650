//! Gives every event its place in one order without a gap, and seals the order.
//!
//! Neither database says in which order transactions committed. One sequencer at a time (a lock in the database sees to it) numbers what it can see
//! and has no number yet, by arrival: PostgreSQL's transaction number, SQLite's place in the table. What was committed before something else
//! started was visible no later and arrived earlier, so it comes first. A transaction that is held open blocks nobody: its events are numbered
//! when they can be seen. Numbering, seal and watermark are one transaction, so every number is under a seal.
use std::time::{Duration, Instant};

use diesel::dsl::{exists, max, not, sql};
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use tokio::time::{sleep, timeout};

use super::chain::{self, Hash, StoredEvent};
use super::seal::Seal;
use crate::access::{Tx, operator};
use crate::app::State;
use crate::db::schema::{audit_event, audit_order, audit_seal, audit_watermark};
use crate::db::types::{AnyBackend, Conn, Id, Moment};
use crate::problem::Problem;

/// Events in one pass at most.
const BATCH: i64 = 500;
/// Passes begin on a beat of its own, so that there is one seal a second at most, and what somebody wrote can be read after a while that says nothing of
/// whether others wrote.
const BEAT: Duration = Duration::from_secs(1);
/// After this long it looks without being woken: for events of another process.
const ROUND: Duration = Duration::from_mins(1);
/// After a failure.
const RETRY: Duration = Duration::from_secs(5);

/// An event's place in the order.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = audit_order, check_for_backend(AnyBackend))]
pub struct Numbered {
    /// The number.
    pub seq: i64,
    /// The event.
    pub event_id: Id,
    /// The chain up to and including it.
    pub chain: Hash,
}

/// What a pass found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// It numbered so many, and these were all.
    All(usize),
    /// It numbered as many as it may; there can be more.
    More(usize),
    /// Another instance is at it.
    Elsewhere,
}

/// Numbers for as long as the process runs. Costs nothing while nothing is written, but for a look every minute.
pub async fn run(state: State) {
    let started = Instant::now();
    loop {
        match drain(&state).await {
            Ok(Pass::All(_) | Pass::More(_)) => {
                // Woken or not: it is time to look.
                drop(timeout(ROUND, state.audit.0.written.notified()).await);
            }
            // The other one may have looked before ours was committed.
            Ok(Pass::Elsewhere) => {}
            Err(fault) => {
                let causes = fault.causes().unwrap_or_default();
                log::error!("the audit's events could not be numbered: {fault}: {causes}");
                sleep(RETRY).await;
            }
        }
        sleep(until_beat(started.elapsed())).await;
    }
}

/// How long it is to the next beat, after so long.
fn until_beat(elapsed: Duration) -> Duration {
    let into_it = elapsed.as_nanos() % BEAT.as_nanos();
    BEAT.saturating_sub(Duration::from_nanos_u128(into_it))
}

/// Numbers whatever can be numbered now.
pub async fn drain(state: &State) -> Result<Pass, Problem> {
    let mut total = 0;
    loop {
        match pass(state).await? {
            Pass::More(numbered) => total += numbered,
            Pass::All(numbered) => return Ok(Pass::All(total + numbered)),
            Pass::Elsewhere => return Ok(Pass::Elsewhere),
        }
    }
}

/// One pass, in a transaction of its own.
pub async fn pass(state: &State) -> Result<Pass, Problem> {
    let now = Moment(state.clock.now());
    let (pass, seal) = operator::upkeep(state, now, number).await?;
    if let Some(seal) = seal {
        state.audit.remember(&seal);
    }
    Ok(pass)
}

fn number(tx: &mut Tx) -> Result<(Pass, Option<Seal>), Problem> {
    if !tx.lock_name("kindreflex audit sequencer")? {
        return Ok((Pass::Elsewhere, None));
    }
    let bounds = Bounds::of(tx.conn)?;
    let events = unnumbered(tx.conn, &bounds)?;
    let full = i64::try_from(events.len()).is_ok_and(|found| found >= BATCH);
    let pass = if full { Pass::More } else { Pass::All }(events.len());
    if let Some(settled) = bounds.settled_after(&events, full) {
        diesel::update(audit_watermark::table)
            .set(audit_watermark::settled.eq(settled))
            .execute(tx.conn)?;
    }
    if events.is_empty() {
        return Ok((pass, None));
    }
    let last = last(tx.conn)?;
    let rows = chained(last.as_ref(), &events);
    append(tx.conn, &rows)?;
    let seal = match rows.last() {
        Some(end) => seal(tx, last.as_ref(), end)?,
        None => None,
    };
    Ok((pass, seal))
}

fn chained(last: Option<&Numbered>, events: &[StoredEvent]) -> Vec<Numbered> {
    let mut seq = last.map_or(0, |last| last.seq);
    let mut chain = last.map_or_else(chain::beginning, |last| last.chain.clone());
    events
        .iter()
        .map(|event| {
            seq += 1;
            chain = chain::link(&chain, seq, &event.hash());
            Numbered {
                seq,
                event_id: event.id,
                chain: chain.clone(),
            }
        })
        .collect()
}

/// Adds to the order: one statement on PostgreSQL, row by row on SQLite.
fn append(conn: &mut Conn, rows: &[Numbered]) -> Result<(), Problem> {
    match conn {
        Conn::Postgres(conn) => {
            diesel::insert_into(audit_order::table)
                .values(rows)
                .execute(conn)?;
        }
        Conn::Sqlite(conn) => {
            for row in rows {
                diesel::insert_into(audit_order::table)
                    .values(row)
                    .execute(conn)?;
            }
        }
    }
    Ok(())
}

/// The end of the order.
pub fn last(conn: &mut Conn) -> Result<Option<Numbered>, Problem> {
    Ok(audit_order::table
        .order(audit_order::seq.desc())
        .into_boxed::<AnyBackend>()
        .first(conn)
        .optional()?)
}

/// The newest seal.
pub fn newest_seal(conn: &mut Conn) -> Result<Option<Seal>, Problem> {
    Ok(audit_seal::table
        .order(audit_seal::seq_to.desc())
        .into_boxed::<AnyBackend>()
        .first(conn)
        .optional()?)
}

/// Seals what was numbered just now, if all before it is as this sequencer left it: what somebody else put in order is never signed.
fn seal(tx: &mut Tx, last: Option<&Numbered>, end: &Numbered) -> Result<Option<Seal>, Problem> {
    let Some(keys) = tx.state.audit.keys().filter(|keys| keys.can_sign()) else {
        return Ok(None);
    };
    let newest = newest_seal(tx.conn)?;
    let sealed = newest.as_ref().map(|seal| (seal.seq_to, &seal.chain));
    let ordered = last.map(|last| (last.seq, &last.chain));
    if sealed != ordered || !remembered(tx)? {
        log::error!(
            "the audit's order and its seals are not as this service left them: nothing more is sealed; run: kindreflex audit verify"
        );
        return Ok(None);
    }
    let from = last.map_or(1, |last| last.seq + 1);
    let range = (from, end.seq);
    let seal = keys.seal(range, end.chain.clone(), newest.as_ref(), tx.now);
    if let Some(seal) = &seal {
        diesel::insert_into(audit_seal::table)
            .values(seal)
            .execute(tx.conn)?;
    }
    Ok(seal)
}

/// Is the seal that this process made last still there?
fn remembered(tx: &mut Tx) -> Result<bool, Problem> {
    let Some((seq, hash)) = tx.state.audit.sealed() else {
        return Ok(true);
    };
    let there: Option<Seal> = audit_seal::table
        .filter(audit_seal::seq_to.eq(seq))
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    Ok(there.is_some_and(|seal| seal.hash() == hash))
}

/// Where unnumbered events can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounds {
    /// Below this arrival all are numbered.
    pub from: i64,
    /// From this arrival on there are none yet.
    pub to: i64,
    /// Below this arrival no more will come.
    lowest: i64,
    /// Everything is looked at: the arrivals began anew, as after a move to another server.
    whole: bool,
}

impl Bounds {
    /// The bounds, by the clock of the database.
    pub fn of(conn: &mut Conn) -> Result<Self, Problem> {
        let settled: i64 = audit_watermark::table
            .select(audit_watermark::settled)
            .into_boxed::<AnyBackend>()
            .first(conn)?;
        let (lowest, to) = match conn {
            Conn::Postgres(conn) => diesel::select((
                sql::<BigInt>("pg_snapshot_xmin(pg_current_snapshot())::text::bigint"),
                sql::<BigInt>("pg_snapshot_xmax(pg_current_snapshot())::text::bigint"),
            ))
            .get_result(conn)?,
            Conn::Sqlite(conn) => {
                let newest: Option<i64> = audit_event::table
                    .select(max(audit_event::arrival))
                    .first(conn)?;
                let next = newest.map_or(0, |newest| newest + 1);
                (next, next)
            }
        };
        Ok(Self::between(settled, lowest, to))
    }

    fn between(settled: i64, lowest: i64, to: i64) -> Self {
        // A restored database has the arrivals of the server that it came from. Those above `to` are numbered, or the watermark is below them.
        let whole = lowest < settled;
        Self {
            from: if whole { i64::MIN } else { settled },
            to: if whole { i64::MAX } else { to },
            lowest,
            whole,
        }
    }

    /// The watermark after these were numbered; nothing when it need not move.
    fn settled_after(&self, events: &[StoredEvent], full: bool) -> Option<i64> {
        match (events.last(), self.whole) {
            (Some(last), false) if full => Some(self.lowest.min(last.arrival)),
            (Some(_), false) => Some(self.lowest),
            (_, true) if !full => Some(self.lowest),
            _ => None,
        }
    }
}

fn unnumbered(conn: &mut Conn, bounds: &Bounds) -> Result<Vec<StoredEvent>, Problem> {
    let numbered = audit_order::table.filter(audit_order::event_id.eq(audit_event::id));
    Ok(audit_event::table
        .filter(audit_event::arrival.ge(bounds.from))
        .filter(audit_event::arrival.lt(bounds.to))
        .filter(not(exists(numbered)))
        .order((audit_event::arrival, audit_event::id))
        .limit(BATCH)
        .select(audit_event::all_columns)
        .into_boxed::<AnyBackend>()
        .load(conn)?)
}

#[cfg(test)]
mod tests {
    use super::super::chain::tests::event;
    use super::*;

    #[test]
    fn a_pass_waits_for_the_next_beat_whenever_it_was_woken() {
        for (elapsed, wait) in [
            (0, 1000),
            (1, 999),
            (999, 1),
            (1000, 1000),
            (2250, 750),
            (61_999, 1),
        ] {
            let wait = Duration::from_millis(wait);
            assert_eq!(
                until_beat(Duration::from_millis(elapsed)),
                wait,
                "{elapsed}"
            );
        }
    }

    #[test]
    fn the_watermark_never_passes_what_may_still_come() {
        let events = [event(10), event(20)];
        let bounds = Bounds::between(5, 15, 30);
        assert_eq!((bounds.from, bounds.to), (5, 30));
        assert_eq!(bounds.settled_after(&events, false), Some(15));
        assert_eq!(bounds.settled_after(&events[..1], true), Some(10));
        assert_eq!(bounds.settled_after(&[], false), None);
    }

    #[test]
    fn arrivals_that_began_anew_are_looked_for_everywhere_once() {
        let bounds = Bounds::between(1_000, 15, 30);
        assert_eq!((bounds.from, bounds.to), (i64::MIN, i64::MAX));
        assert_eq!(bounds.settled_after(&[event(99)], true), None);
        assert_eq!(bounds.settled_after(&[], false), Some(15));
    }
}
