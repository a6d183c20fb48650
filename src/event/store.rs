//! The part of the one order that is the caller's, stretch by stretch.
use std::collections::BTreeMap;
use std::ops::Range;

use aws_lc_rs::rand;
use diesel::prelude::*;

use super::EventPage;
use super::caller::Caller;
use super::cursor::{After, Place};
use super::kinds::Whereabouts;
use crate::access::Tx;
use crate::audit::sequencer;
use crate::contribution;
use crate::db::schema::{audit_event, audit_order};
use crate::db::types::{AnyBackend, Id, Moment};
use crate::problem::Problem;
use crate::self_assessment::migration;

/// Numbers that are looked at in one go.
const STRETCH: i64 = 5000;
/// Numbers that one request looks at, at least and at most: who has few events among very many is not kept waiting, but goes on from the cursor. Where it
/// stops is left to chance, or `more` would count what others did.
const LOOKED_AT: Range<i64> = 100_000..200_000;

/// What is asked for. An empty list stands for all.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Where to go on; nothing: at the beginning.
    pub after: Option<After>,
    /// Events on a page at most.
    pub size: i64,
    /// Of one of these types.
    pub types: Vec<String>,
    /// About one of these facilities.
    pub facilities: Vec<Id>,
}

#[derive(Debug, Queryable)]
pub struct Row {
    seq: i64,
    chain: Vec<u8>,
    /// The event.
    pub id: Id,
    /// When.
    pub at: Moment,
    /// What was done.
    pub action: String,
    /// To what kind of thing.
    pub subject_kind: String,
    /// To which.
    pub subject_id: String,
    /// Whose it is.
    pub organisation_id: Option<Id>,
    /// Whose it is.
    pub facility_id: Option<Id>,
}

/// The next stretch for the caller.
pub fn stretch(tx: &mut Tx, asked: &Asked) -> Result<EventPage, Problem> {
    let end = sequencer::last(tx.conn)?;
    let end = Place::after(end.as_ref());
    let from = match &asked.after {
        None => Place::beginning(),
        Some(After::Latest) => end.clone(),
        Some(After::Cursor(sealed)) => Place::named(tx, sealed)?,
    };
    if from.seq >= end.seq {
        let cursor = end.cursor(tx)?;
        return Ok(EventPage {
            items: Vec::new(),
            cursor,
            more: false,
        });
    }
    let caller = Caller::of(tx)?;
    let last = end.seq.min(from.seq.saturating_add(by_chance(LOOKED_AT)?));
    let (mut rows, until) = found(tx, &caller, asked, (from.seq, last))?;
    let size = usize::try_from(asked.size).unwrap_or(usize::MAX);
    let full = rows.len() > size;
    rows.truncate(size);
    let reached = match rows.last() {
        Some(last) if full => Place::at(last.seq, &last.chain),
        _ if until == end.seq => end.clone(),
        _ => Place::numbered(tx, until)?.ok_or_else(|| Problem::internal("the order has a gap"))?,
    };
    let within = Within::of(tx, &rows)?;
    let items = rows.into_iter().map(|row| {
        let around = within.around(&row);
        caller.item(row, around)
    });
    Ok(EventPage {
        items: items.collect(),
        cursor: reached.cursor(tx)?,
        more: reached.seq < end.seq,
    })
}

/// What the caller finds between two numbers, one more than a page holds at most, and how far was looked: until there are so many, or to the end. Who has
/// little among much is not told how much that is.
fn found(
    tx: &mut Tx,
    caller: &Caller,
    asked: &Asked,
    (from, last): (i64, i64),
) -> Result<(Vec<Row>, i64), Problem> {
    let (mut found, mut until) = (Vec::new(), from);
    while until < last {
        let after = until;
        until = last.min(after.saturating_add(STRETCH));
        let sought = asked.size + 1 - i64::try_from(found.len()).map_err(Problem::internal)?;
        found.extend(rows(tx, caller, asked, (after, until, sought))?);
        if i64::try_from(found.len()).is_ok_and(|found| found > asked.size) {
            break;
        }
    }
    Ok((found, until))
}

/// A number of these, each as likely.
fn by_chance(range: Range<i64>) -> Result<i64, Problem> {
    let mut bytes = [0_u8; 4];
    rand::fill(&mut bytes).map_err(|_| Problem::internal("no randomness"))?;
    let width = (range.end - range.start).max(1);
    Ok(range.start + i64::from(u32::from_be_bytes(bytes)) % width)
}

/// What the things are part of that are read as a part of another: their events do not name it.
struct Within {
    self_assessments: BTreeMap<Id, Id>,
    versions: BTreeMap<Id, (String, String)>,
}

impl Within {
    fn of(tx: &mut Tx, rows: &[Row]) -> Result<Self, Problem> {
        let ids = |kind: &str| -> Vec<Id> {
            let these = rows.iter().filter(|row| row.subject_kind == kind);
            these
                .filter_map(|row| row.subject_id.parse().ok())
                .collect()
        };
        let (contributions, migrations) = (ids("contribution"), ids("frameworkMigration"));
        let (mut self_assessments, mut versions) = (BTreeMap::new(), BTreeMap::new());
        if !contributions.is_empty() {
            self_assessments = contribution::store::self_assessments_of(tx, &contributions)?;
        }
        if !migrations.is_empty() {
            versions = migration::versions_of(tx, &migrations)?;
        }
        Ok(Self {
            self_assessments,
            versions,
        })
    }

    fn around(&self, row: &Row) -> Whereabouts {
        let id: Option<Id> = row.subject_id.parse().ok();
        Whereabouts {
            organisation: row.organisation_id,
            facility: row.facility_id,
            self_assessment: id.and_then(|id| self.self_assessments.get(&id).copied()),
            version: id.and_then(|id| self.versions.get(&id).cloned()),
        }
    }
}

fn rows(
    tx: &mut Tx,
    caller: &Caller,
    asked: &Asked,
    (from, until, sought): (i64, i64, i64),
) -> Result<Vec<Row>, Problem> {
    let mut query = audit_order::table
        .inner_join(audit_event::table.on(audit_event::id.eq(audit_order::event_id)))
        .filter(audit_order::seq.gt(from))
        .filter(audit_order::seq.le(until))
        .order(audit_order::seq)
        .limit(sought)
        .select((
            audit_order::seq,
            audit_order::chain,
            audit_event::id,
            audit_event::at,
            audit_event::action,
            audit_event::subject_kind,
            audit_event::subject_id,
            audit_event::organisation_id,
            audit_event::facility_id,
        ))
        .into_boxed::<AnyBackend>()
        .filter(caller.visible());
    if !asked.types.is_empty() {
        query = query.filter(audit_event::action.eq_any(asked.types.clone()));
    }
    if !asked.facilities.is_empty() {
        let facility = audit_event::facility_id.assume_not_null();
        query = query.filter(facility.eq_any(asked.facilities.clone()));
    }
    Ok(query.load(tx.conn)?)
}
