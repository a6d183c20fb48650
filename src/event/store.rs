//! The part of the one order that is the caller's, stretch by stretch.
use std::collections::BTreeMap;

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
/// Stretches that one request looks at: who has few events among very many is not kept waiting, but goes on from the cursor.
const MOST_STRETCHES: usize = 20;

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
    let (mut rows, until) = first_found(tx, &caller, asked, from.seq, end.seq)?;
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

/// What the caller finds in the first stretch that has something for it, and where that ends. Who has little among much is not told how much that is.
fn first_found(
    tx: &mut Tx,
    caller: &Caller,
    asked: &Asked,
    from: i64,
    end: i64,
) -> Result<(Vec<Row>, i64), Problem> {
    let (mut found, mut until) = (Vec::new(), from);
    for _ in 0..MOST_STRETCHES {
        let after = until;
        until = end.min(after.saturating_add(STRETCH));
        found = rows(tx, caller, asked, (after, until))?;
        if !found.is_empty() || until == end {
            break;
        }
    }
    Ok((found, until))
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
    (from, until): (i64, i64),
) -> Result<Vec<Row>, Problem> {
    let mut query = audit_order::table
        .inner_join(audit_event::table.on(audit_event::id.eq(audit_order::event_id)))
        .filter(audit_order::seq.gt(from))
        .filter(audit_order::seq.le(until))
        .order(audit_order::seq)
        .limit(asked.size + 1)
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
