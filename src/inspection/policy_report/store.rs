//! Rows of policy reports, and of what closed rounds found of self-reports.
use diesel::prelude::*;

use super::PolicyReport;
use crate::access::Tx;
use crate::db::schema::{policy_report as table, round_comparison as comparison};
use crate::db::types::{AnyBackend, Conn, Id, JsonText, Moment, SqlId, SqlMoment};
use crate::problem::Problem;

/// Rows in one statement at most: SQLite binds 32,766 values, and a row has seven.
const MOST_ROWS: usize = 1000;

/// Keeps the figures of a round for good, as its text.
pub fn insert(tx: &mut Tx, report: &PolicyReport) -> Result<JsonText, Problem> {
    let document = JsonText::of(report)?;
    diesel::insert_into(table::table)
        .values((
            table::round_id.eq(report.round_id),
            table::document.eq(&document),
            table::frozen_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    Ok(document)
}

/// The figures of a round; nothing before it is closed.
pub fn find(tx: &mut Tx, round_id: Id) -> Result<Option<PolicyReport>, Problem> {
    let document: Option<JsonText> = table::table
        .filter(table::round_id.eq(round_id))
        .select(table::document)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    document.map(|document| document.to()).transpose()
}

/// What a closed round found of a facility's self-report on a criterion.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = comparison)]
pub struct ComparisonRow {
    /// The round.
    pub round_id: Id,
    /// The facility.
    pub facility_id: Id,
    /// The sector in which it was inspected.
    pub sector_code: String,
    /// The framework.
    pub framework_code: String,
    /// The criterion.
    pub criterion_code: String,
    /// Do the findings say the same?
    pub agrees: bool,
    /// When the round was closed.
    pub closed_at: Moment,
}

/// Keeps what a round found, for the figures of its sectors.
pub fn insert_comparisons(tx: &mut Tx, rows: &[ComparisonRow]) -> Result<(), Problem> {
    rows.chunks(MOST_ROWS)
        .try_for_each(|rows| insert_some(tx, rows))
}

fn insert_some(tx: &mut Tx, rows: &[ComparisonRow]) -> Result<(), Problem> {
    use diesel::sql_types::{Bool, Text};
    match tx.conn {
        Conn::Postgres(conn) => insert_columns!(
            rows,
            "round_comparison",
            (
                round_id: SqlId,
                facility_id: SqlId,
                sector_code: Text,
                framework_code: Text,
                criterion_code: Text,
                agrees: Bool,
                closed_at: SqlMoment,
            ),
            ""
        )
        .execute(conn),
        Conn::Sqlite(conn) => diesel::insert_into(comparison::table)
            .values(rows)
            .execute(conn),
    }?;
    Ok(())
}

/// What a closed round found at a facility on a criterion.
#[derive(Debug, Clone, Queryable)]
pub struct Compared {
    /// The criterion.
    pub criterion_code: String,
    /// The facility.
    pub facility_id: Id,
    /// Do both say the same?
    pub agrees: bool,
}

/// What closed rounds found in a sector against a framework: round by round, in the order in which they were closed.
pub fn comparisons(
    tx: &mut Tx,
    sector: &str,
    framework: &str,
) -> Result<Vec<Vec<Compared>>, Problem> {
    let rows: Vec<(Id, Compared)> = comparison::table
        .filter(comparison::sector_code.eq(sector.to_owned()))
        .filter(comparison::framework_code.eq(framework.to_owned()))
        .order((comparison::closed_at, comparison::round_id))
        .select((
            comparison::round_id,
            (
                comparison::criterion_code,
                comparison::facility_id,
                comparison::agrees,
            ),
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let mut rounds: Vec<(Id, Vec<Compared>)> = Vec::new();
    for (round_id, one) in rows {
        match rounds.last_mut() {
            Some((last, found)) if *last == round_id => found.push(one),
            _ => rounds.push((round_id, vec![one])),
        }
    }
    Ok(rounds.into_iter().map(|(_, found)| found).collect())
}
