//! Rows of answers.
use std::collections::HashMap;

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{Array, Bool, Nullable, Text};
use diesel::upsert::excluded;

use super::places::Said;
use super::rules::{Standing, Standings};
use super::{Answer, AnswerException, AnswerOrigin};
use crate::access::Tx;
use crate::audit::ActorView;
use crate::db::schema::answer;
use crate::db::types::{AnyBackend, Conn, Id, JsonText, Moment, SqlId, SqlJson, SqlMoment};
use crate::framework::document::Document;
use crate::problem::Problem;

/// An answer as the table holds it.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = answer, check_for_backend(crate::db::types::AnyBackend))]
struct CriterionAnswerRow {
    self_assessment_id: Id,
    criterion_code: String,
    level: String,
    note: Option<String>,
    evidence: JsonText,
    origin: AnswerOrigin,
    answered_by: JsonText,
    answered_at: Moment,
    confirmed_by: Option<JsonText>,
    confirmed_at: Option<Moment>,
    exceptions: JsonText,
}

impl CriterionAnswerRow {
    /// The columns, in the order of the fields.
    const COLUMNS: <answer::table as Table>::AllColumns = answer::all_columns;

    /// The row of an answer.
    fn of(self_assessment_id: Id, answer: &Answer) -> Result<Self, Problem> {
        Ok(Self {
            self_assessment_id,
            criterion_code: answer.criterion_code.clone(),
            level: answer.level.clone(),
            note: answer.note.clone(),
            evidence: JsonText::of(&answer.evidence)?,
            origin: answer.origin,
            answered_by: JsonText::of(&answer.answered_by)?,
            answered_at: answer.answered_at,
            confirmed_by: answer.confirmed_by.as_ref().map(JsonText::of).transpose()?,
            confirmed_at: answer.confirmed_at,
            exceptions: JsonText::of(&answer.exceptions)?,
        })
    }

    /// The answer in the row.
    fn answer(self) -> Result<Answer, Problem> {
        Ok(Answer {
            criterion_code: self.criterion_code,
            level: self.level,
            note: self.note,
            evidence: self.evidence.to()?,
            exceptions: exceptions(&self.exceptions)?,
            origin: self.origin,
            answered_by: self.answered_by.to()?,
            answered_at: self.answered_at,
            confirmed_by: self.confirmed_by.map(|by| by.to()).transpose()?,
            confirmed_at: self.confirmed_at,
        })
    }
}

/// What places say otherwise: mostly nothing, which need not be read.
fn exceptions(written: &JsonText) -> Result<Vec<AnswerException>, Problem> {
    if written.0 == "[]" {
        return Ok(Vec::new());
    }
    written.to()
}

/// The answers, in the order of the framework.
pub fn answers(tx: &mut Tx, id: Id, document: &Document) -> Result<Vec<Answer>, Problem> {
    let rows: Vec<CriterionAnswerRow> = answer::table
        .filter(answer::self_assessment_id.eq(id))
        .select(CriterionAnswerRow::COLUMNS)
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let mut answers = rows
        .into_iter()
        .map(CriterionAnswerRow::answer)
        .collect::<Result<Vec<Answer>, Problem>>()?;
    let place: HashMap<&str, usize> = document
        .criteria()
        .enumerate()
        .map(|(place, (_, criterion))| (criterion.code.as_str(), place))
        .collect();
    answers.sort_by_key(|answer| {
        place
            .get(answer.criterion_code.as_str())
            .copied()
            .unwrap_or(usize::MAX)
    });
    Ok(answers)
}

/// The answers of several self-assessments.
pub fn of_all(tx: &mut Tx, ids: &[Id]) -> Result<HashMap<Id, Vec<Answer>>, Problem> {
    let rows: Vec<CriterionAnswerRow> = answer::table
        .filter(answer::self_assessment_id.eq_any(ids))
        .order((answer::self_assessment_id, answer::criterion_code))
        .select(CriterionAnswerRow::COLUMNS)
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let mut all: HashMap<Id, Vec<Answer>> = HashMap::new();
    for row in rows {
        let of = row.self_assessment_id;
        all.entry(of).or_default().push(row.answer()?);
    }
    Ok(all)
}

/// What of the answers decides about others: without their texts.
pub fn standings(tx: &mut Tx, id: Id) -> Result<Standings, Problem> {
    let rows: Vec<(String, String, AnswerOrigin, bool, JsonText)> = answer::table
        .filter(answer::self_assessment_id.eq(id))
        .select((
            answer::criterion_code,
            answer::level,
            answer::origin,
            diesel::dsl::sql::<Bool>("evidence <> '[]'"),
            answer::exceptions,
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    rows.into_iter()
        .map(|(code, level, origin, has_evidence, others)| {
            let standing = Standing {
                level,
                origin,
                has_evidence,
                exceptions: exceptions(&others)?.iter().map(Said::from).collect(),
            };
            Ok((code, standing))
        })
        .collect()
}

/// Replaces these answers whole. One statement on PostgreSQL; row by row on SQLite, where that costs nothing.
pub fn save_answers(tx: &mut Tx, id: Id, answers: &[Answer]) -> Result<(), Problem> {
    let rows = answers
        .iter()
        .map(|answer| CriterionAnswerRow::of(id, answer))
        .collect::<Result<Vec<_>, _>>()?;
    if rows.is_empty() {
        return Ok(());
    }
    match tx.conn {
        Conn::Postgres(conn) => {
            AnswerColumns::of(&rows).execute(conn)?;
        }
        Conn::Sqlite(conn) => {
            for row in &rows {
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
            answer::exceptions.eq(excluded(answer::exceptions)),
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
    exceptions: Vec<&'a JsonText>,
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
            columns.exceptions.push(&row.exceptions);
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
             answered_by, answered_at, confirmed_by, confirmed_at, exceptions) SELECT * FROM unnest(",
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
        out.push_sql(", ");
        out.push_bind_param::<Array<SqlJson>, _>(&self.exceptions)?;
        out.push_sql(
            ") ON CONFLICT (self_assessment_id, criterion_code) DO UPDATE SET level = excluded.level, \
             note = excluded.note, evidence = excluded.evidence, origin = excluded.origin, \
             answered_by = excluded.answered_by, answered_at = excluded.answered_at, \
             confirmed_by = excluded.confirmed_by, confirmed_at = excluded.confirmed_at, \
             exceptions = excluded.exceptions",
        );
        Ok(())
    }
}

/// Takes an answer away; false when there was none.
pub fn delete_answer(tx: &mut Tx, id: Id, criterion: &str) -> Result<bool, Problem> {
    let gone = diesel::delete(answer::table)
        .filter(answer::self_assessment_id.eq(id))
        .filter(answer::criterion_code.eq(criterion))
        .execute(tx.conn)?;
    Ok(gone > 0)
}

/// Takes several answers away, where what they said is kept elsewhere.
pub fn delete_answers(tx: &mut Tx, id: Id, criteria: &[String]) -> Result<(), Problem> {
    if criteria.is_empty() {
        return Ok(());
    }
    diesel::delete(answer::table)
        .filter(answer::self_assessment_id.eq(id))
        .filter(answer::criterion_code.eq_any(criteria))
        .execute(tx.conn)?;
    Ok(())
}

/// Confirms carried-over answers.
pub fn confirm(tx: &mut Tx, id: Id, criteria: &[String]) -> Result<usize, Problem> {
    let by = JsonText::of(&ActorView::of(tx))?;
    Ok(diesel::update(answer::table)
        .filter(answer::self_assessment_id.eq(id))
        .filter(answer::origin.eq(AnswerOrigin::CarriedOver))
        .filter(answer::criterion_code.eq_any(criteria.to_vec()))
        .set((
            answer::origin.eq(AnswerOrigin::Confirmed),
            answer::confirmed_by.eq(Some(by)),
            answer::confirmed_at.eq(Some(tx.now)),
        ))
        .execute(tx.conn)?)
}
