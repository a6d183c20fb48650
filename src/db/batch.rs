//! The one place that matches on the backend: what the multi backend cannot say (batch insert, upsert) each says by itself.
use diesel::prelude::*;
use diesel::upsert::excluded;

use super::schema::{answer, audit_order};
use super::types::Conn;
use crate::audit::sequencer::Numbered;
use crate::problem::Problem;
use crate::self_assessment::CriterionAnswerRow;

/// Stores answers, replacing those that are there. One statement on PostgreSQL; row by row on SQLite, where that costs nothing.
pub fn save_answers(conn: &mut Conn, rows: &[CriterionAnswerRow]) -> Result<(), Problem> {
    macro_rules! replacing {
        ($values:expr) => {
            diesel::insert_into(answer::table)
                .values($values)
                .on_conflict((answer::self_assessment_id, answer::criterion_code))
                .do_update()
                .set((
                    answer::level.eq(excluded(answer::level)),
                    answer::note.eq(excluded(answer::note)),
                    answer::evidence.eq(excluded(answer::evidence)),
                    answer::origin.eq(excluded(answer::origin)),
                    answer::answered_by.eq(excluded(answer::answered_by)),
                    answer::answered_at.eq(excluded(answer::answered_at)),
                    answer::confirmed_by.eq(excluded(answer::confirmed_by)),
                    answer::confirmed_at.eq(excluded(answer::confirmed_at)),
                ))
        };
    }
    if rows.is_empty() {
        return Ok(());
    }
    match conn {
        Conn::Postgres(conn) => {
            replacing!(rows).execute(conn)?;
        }
        Conn::Sqlite(conn) => {
            for row in rows {
                replacing!(row).execute(conn)?;
            }
        }
    }
    Ok(())
}

/// Adds numbered events to the order.
pub fn append_order(conn: &mut Conn, rows: &[Numbered]) -> Result<(), Problem> {
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
