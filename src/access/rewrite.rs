//! Private to `access`: the database's files are written anew, so that nothing is left in them of rows that were there before.
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Integer, Nullable, Text};

use super::pool::POSTGRES;
use crate::db::types::Conn;
use crate::problem::Problem;

/// How long transactions that began earlier are waited for, and how often it is looked.
const PATIENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(100);
/// A rewrite waits for its lock no longer than this: whoever comes after it waits too.
const LOCKING: &str = "SET lock_timeout = '2s'; SET statement_timeout = 0";

/// Writes anew: on SQLite the whole file, on PostgreSQL these tables. It is 503 while others are in the way; nothing is lost then.
pub(super) fn rewrite(conn: &mut Conn, tables: &[&'static str]) -> Result<(), Problem> {
    match conn {
        Conn::Sqlite(conn) => {
            conn.batch_execute("VACUUM")?;
            empty_log(conn)
        }
        Conn::Postgres(conn) => rewrite_patiently(conn, tables),
    }
}

/// Takes what was deleted from the disk: SQLite overwrites it, so its log is emptied; these tables of PostgreSQL are written anew.
pub(super) fn wipe(conn: &mut Conn, tables: &[&'static str]) -> Result<(), Problem> {
    match conn {
        Conn::Sqlite(conn) => empty_log(conn),
        Conn::Postgres(conn) => rewrite_patiently(conn, tables),
    }
}

fn rewrite_patiently(conn: &mut PgConnection, tables: &[&'static str]) -> Result<(), Problem> {
    conn.batch_execute(LOCKING)?;
    let outcome = rewrite_tables(conn, tables);
    conn.batch_execute(POSTGRES)?;
    outcome
}

#[derive(QueryableByName)]
struct Checkpoint {
    #[diesel(sql_type = Integer)]
    busy: i32,
}

/// What stands in the log goes to the file and the log is emptied, for which no reader may need it any more.
fn empty_log(conn: &mut SqliteConnection) -> Result<(), Problem> {
    let done: Checkpoint = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result(conn)?;
    if done.busy == 0 {
        Ok(())
    } else {
        Err(Problem::busy().because("readers still need the write-ahead log"))
    }
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
}

/// Rows that a transaction can still see are copied along, so all that began before now must have ended.
fn rewrite_tables(conn: &mut PgConnection, tables: &[&'static str]) -> Result<(), Problem> {
    let started = Instant::now();
    let mut earlier = under_way(conn)?;
    while !earlier.is_empty() {
        if started.elapsed() > PATIENCE {
            return Err(Problem::busy().because("transactions that began earlier still go on"));
        }
        std::thread::sleep(PAUSE);
        let now = under_way(conn)?;
        earlier.retain(|one| now.contains(one));
    }
    for table in tables {
        let before = file_of(conn, table)?;
        conn.batch_execute(&format!("VACUUM (FULL) {table}"))?;
        if file_of(conn, table)? == before {
            // PostgreSQL skips, with a warning, what the role may not do.
            let why =
                format!("the database's role cannot rewrite the table {table}; make it its owner");
            return Err(Problem::busy().because(why));
        }
    }
    Ok(())
}

/// Every transaction of others that goes on now. The locks on their own numbers show all of them, whoever asks.
fn under_way(conn: &mut PgConnection) -> Result<BTreeSet<String>, Problem> {
    let rows: Vec<Name> = diesel::sql_query(
        "SELECT virtualtransaction AS name FROM pg_locks WHERE locktype = 'virtualxid' AND pid <> pg_backend_pid()",
    )
    .load(conn)?;
    Ok(rows.into_iter().filter_map(|row| row.name).collect())
}

/// The file in which a table is.
fn file_of(conn: &mut PgConnection, table: &str) -> Result<Option<String>, Problem> {
    let row: Name = diesel::sql_query(format!(
        "SELECT pg_relation_filenode('{table}')::text AS name"
    ))
    .get_result(conn)?;
    Ok(row.name)
}
