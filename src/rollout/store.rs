//! Rows of rollout plans: items, and what was said of them.
use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::{RolloutHistory, RolloutItemInput, RolloutItemKind, RolloutStatement};
use crate::access::Tx;
use crate::audit::ActorView;
use crate::db::guarded::{first_of_its_code, one_changed};
use crate::db::schema::{rollout_item as item, rollout_statement as statement};
use crate::db::types::{AnyBackend, Id, JsonText, Moment};
use crate::problem::Problem;

/// Where an item is read.
pub fn href(sector: &str, id: Id) -> String {
    format!("/v1/sectors/{sector}/rolloutPlan/items/{id}")
}

type StatementRow = (Id, i64, NaiveDate, JsonText, Moment);

fn said(row: StatementRow) -> Result<(Id, RolloutStatement), Problem> {
    let (item_id, number, known_on, document, recorded_at) = row;
    let statement = RolloutStatement {
        number,
        known_on,
        recorded_at,
        says: document.to()?,
    };
    Ok((item_id, statement))
}

/// An item of a sector: its place in lists, and what was said of it by a day.
pub struct Said {
    /// Its sector.
    pub sector: String,
    /// The item.
    pub id: Id,
    /// Its place in lists.
    pub arrival: Id,
    /// What was said of it.
    pub statements: Vec<RolloutStatement>,
}

/// The items of a sector, or of all, in the order in which they were entered, with what was known of them by a day.
pub fn known(tx: &mut Tx, sector: Option<&str>, known_on: NaiveDate) -> Result<Vec<Said>, Problem> {
    let mut items = item::table
        .order(item::arrival)
        .select((item::sector_code, item::id, item::arrival))
        .into_boxed::<AnyBackend>();
    let mut statements = statement::table
        .filter(statement::known_on.le(known_on))
        .order(statement::number)
        .select((
            statement::sector_code,
            (
                statement::item_id,
                statement::number,
                statement::known_on,
                statement::document,
                statement::recorded_at,
            ),
        ))
        .into_boxed::<AnyBackend>();
    if let Some(sector) = sector {
        items = items.filter(item::sector_code.eq(sector.to_owned()));
        statements = statements.filter(statement::sector_code.eq(sector.to_owned()));
    }
    let items: Vec<(String, Id, Id)> = items.load(tx.conn)?;
    let rows: Vec<(String, StatementRow)> = statements.load(tx.conn)?;
    let mut of: BTreeMap<(String, Id), Vec<RolloutStatement>> = BTreeMap::new();
    for (sector, row) in rows {
        let (id, statement) = said(row)?;
        of.entry((sector, id)).or_default().push(statement);
    }
    let with_statements = |(sector, id, arrival): (String, Id, Id)| Said {
        statements: of.remove(&(sector.clone(), id)).unwrap_or_default(),
        sector,
        id,
        arrival,
    };
    Ok(items.into_iter().map(with_statements).collect())
}

/// Everything that was said of an item of a sector.
pub fn find(tx: &mut Tx, sector: &str, id: Id) -> Result<Option<RolloutHistory>, Problem> {
    let kind: Option<RolloutItemKind> = item::table
        .filter(item::sector_code.eq(sector.to_owned()))
        .filter(item::id.eq(id))
        .select(item::kind)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    let Some(kind) = kind else {
        return Ok(None);
    };
    let rows: Vec<StatementRow> = statement::table
        .filter(statement::sector_code.eq(sector.to_owned()))
        .filter(statement::item_id.eq(id))
        .order(statement::number)
        .select((
            statement::item_id,
            statement::number,
            statement::known_on,
            statement::document,
            statement::recorded_at,
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let statements: Result<Vec<RolloutStatement>, Problem> =
        rows.into_iter().map(|row| Ok(said(row)?.1)).collect();
    Ok(Some(RolloutHistory {
        href: href(sector, id),
        id,
        sector_code: sector.to_owned(),
        kind,
        statements: statements?,
    }))
}

/// A statement to be kept.
pub struct Saying<'a> {
    /// The sector.
    pub sector: &'a str,
    /// The item.
    pub id: Id,
    /// Its place in lists, when it is new.
    pub arrival: Id,
    /// The day from which on it is known.
    pub known_on: NaiveDate,
    /// What it says.
    pub says: &'a RolloutItemInput,
}

/// Keeps what is said of a new item (`last` is 0), or of one of which the caller has seen the last statement.
pub fn say(tx: &mut Tx, saying: &Saying, last: i64) -> Result<(), Problem> {
    let number = last + 1;
    if last == 0 {
        let stored = diesel::insert_into(item::table)
            .values((
                item::sector_code.eq(saying.sector),
                item::id.eq(saying.id),
                item::arrival.eq(saying.arrival),
                item::kind.eq(saying.says.kind),
                item::last.eq(number),
            ))
            .execute(tx.conn);
        first_of_its_code(stored)?;
    } else {
        let moved = diesel::update(item::table)
            .filter(item::sector_code.eq(saying.sector))
            .filter(item::id.eq(saying.id))
            .filter(item::last.eq(last))
            .set(item::last.eq(number))
            .execute(tx.conn)?;
        one_changed(moved)?;
    }
    diesel::insert_into(statement::table)
        .values((
            statement::sector_code.eq(saying.sector),
            statement::item_id.eq(saying.id),
            statement::number.eq(number),
            statement::known_on.eq(saying.known_on),
            statement::document.eq(JsonText::of(saying.says)?),
            statement::recorded_by.eq(JsonText::of(&ActorView::of(tx))?),
            statement::recorded_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    Ok(())
}
