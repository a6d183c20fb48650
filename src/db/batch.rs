//! The one place that matches on the backend: what the multi backend cannot say (batch insert, upsert) each says by itself.
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, Nullable, Text};
use diesel::upsert::excluded;

use super::schema::{answer, audit_order};
use super::types::{Conn, Id, JsonText, Moment, SqlId, SqlJson, SqlMoment};
use crate::audit::sequencer::Numbered;
use crate::problem::Problem;
use crate::self_assessment::{AnswerOrigin, CriterionAnswerRow};

/// Stores answers, replacing those that are there. One statement on PostgreSQL; row by row on SQLite, where that costs nothing.
pub fn save_answers(conn: &mut Conn, rows: &[CriterionAnswerRow]) -> Result<(), Problem> {
    if rows.is_empty() {
        return Ok(());
    }
    match conn {
        Conn::Postgres(conn) => {
            AnswerColumns::of(rows).execute(conn)?;
        }
        Conn::Sqlite(conn) => {
            for row in rows {
                replace_answer(conn, row)?;
            }
        }
    }
    Ok(())
}

fn replace_answer(conn: &mut SqliteConnection, row: &CriterionAnswerRow) -> QueryResult<usize> {
    diesel::insert_into(answer::table)
        .values(row)
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
        .execute(conn)
}

/// Answers by column, each column one array: the statement is the same for any number of rows, so PostgreSQL prepares it once. (With
/// a value list it would be parsed and planned anew every time, which costs as much as storing the rows.)
#[derive(Default)]
struct AnswerColumns<'a> {
    self_assessment_id: Vec<Id>,
    criterion_code: Vec<&'a str>,
    level: Vec<&'a str>,
    note: Vec<Option<&'a str>>,
    evidence: Vec<&'a JsonText>,
    origin: Vec<AnswerOrigin>,
    answered_by: Vec<&'a JsonText>,
    answered_at: Vec<Moment>,
    confirmed_by: Vec<Option<&'a JsonText>>,
    confirmed_at: Vec<Option<Moment>>,
}

impl<'a> AnswerColumns<'a> {
    fn of(rows: &'a [CriterionAnswerRow]) -> Self {
        let mut columns = Self::default();
        for row in rows {
            columns.self_assessment_id.push(row.self_assessment_id);
            columns.criterion_code.push(&row.criterion_code);
            columns.level.push(&row.level);
            columns.note.push(row.note.as_deref());
            columns.evidence.push(&row.evidence);
            columns.origin.push(row.origin);
            columns.answered_by.push(&row.answered_by);
            columns.answered_at.push(row.answered_at);
            columns.confirmed_by.push(row.confirmed_by.as_ref());
            columns.confirmed_at.push(row.confirmed_at);
        }
        columns
    }
}

impl QueryId for AnswerColumns<'_> {
    type QueryId = AnswerColumns<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl RunQueryDsl<PgConnection> for AnswerColumns<'_> {}

impl QueryFragment<Pg> for AnswerColumns<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "INSERT INTO answer (self_assessment_id, criterion_code, level, note, evidence, origin, \
             answered_by, answered_at, confirmed_by, confirmed_at) SELECT * FROM unnest(",
        );
        out.push_bind_param::<Array<SqlId>, _>(&self.self_assessment_id)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.criterion_code)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.level)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<Text>>, _>(&self.note)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<SqlJson>, _>(&self.evidence)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Text>, _>(&self.origin)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<SqlJson>, _>(&self.answered_by)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<SqlMoment>, _>(&self.answered_at)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<SqlJson>>, _>(&self.confirmed_by)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Nullable<SqlMoment>>, _>(&self.confirmed_at)?;
        out.push_sql(
            ") ON CONFLICT (self_assessment_id, criterion_code) DO UPDATE SET level = excluded.level, \
             note = excluded.note, evidence = excluded.evidence, origin = excluded.origin, \
             answered_by = excluded.answered_by, answered_at = excluded.answered_at, \
             confirmed_by = excluded.confirmed_by, confirmed_at = excluded.confirmed_at",
        );
        Ok(())
    }
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
