//! Rows of answers.
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::rules::{Standing, Standings};
use super::{Answer, AnswerOrigin};
use crate::access::Tx;
use crate::audit::ActorView;
use crate::db::batch;
use crate::db::schema::answer;
use crate::db::types::{AnyBackend, Id, JsonText, Moment};
use crate::framework::document::Document;
use crate::problem::Problem;

/// An answer as the table holds it.
#[derive(Debug, Clone, Queryable, Insertable)]
#[diesel(table_name = answer, check_for_backend(crate::db::types::AnyBackend))]
pub struct CriterionAnswerRow {
    /// The self-assessment.
    pub self_assessment_id: Id,
    /// The criterion.
    pub criterion_code: String,
    /// The level.
    pub level: String,
    /// The explanation.
    pub note: Option<String>,
    /// What it rests on.
    pub evidence: JsonText,
    /// How it came to stand here.
    pub origin: AnswerOrigin,
    /// Who gave it.
    pub answered_by: JsonText,
    /// When.
    pub answered_at: Moment,
    /// Who confirmed it.
    pub confirmed_by: Option<JsonText>,
    /// When.
    pub confirmed_at: Option<Moment>,
}

impl CriterionAnswerRow {
    /// The columns, in the order of the fields.
    pub const COLUMNS: <answer::table as Table>::AllColumns = answer::all_columns;

    /// The row of an answer.
    pub fn of(self_assessment_id: Id, answer: &Answer) -> Result<Self, Problem> {
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
        })
    }

    /// The answer in the row.
    pub fn answer(self) -> Result<Answer, Problem> {
        Ok(Answer {
            criterion_code: self.criterion_code,
            level: self.level,
            note: self.note,
            evidence: self.evidence.to()?,
            origin: self.origin,
            answered_by: self.answered_by.to()?,
            answered_at: self.answered_at,
            confirmed_by: self.confirmed_by.map(|by| by.to()).transpose()?,
            confirmed_at: self.confirmed_at,
        })
    }
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
    let place: std::collections::HashMap<&str, usize> = document
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

/// What of the answers decides about others: without their texts.
pub fn standings(tx: &mut Tx, id: Id) -> Result<Standings, Problem> {
    let rows: Vec<(String, String, AnswerOrigin, bool)> = answer::table
        .filter(answer::self_assessment_id.eq(id))
        .select((
            answer::criterion_code,
            answer::level,
            answer::origin,
            diesel::dsl::sql::<Bool>("evidence <> '[]'"),
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    Ok(rows
        .into_iter()
        .map(|(code, level, origin, has_evidence)| {
            (
                code,
                Standing {
                    level,
                    origin,
                    has_evidence,
                },
            )
        })
        .collect())
}

/// Replaces these answers whole.
pub fn save_answers(tx: &mut Tx, id: Id, answers: &[Answer]) -> Result<(), Problem> {
    let rows = answers
        .iter()
        .map(|answer| CriterionAnswerRow::of(id, answer))
        .collect::<Result<Vec<_>, _>>()?;
    batch::save_answers(tx.conn, &rows)
}

/// Takes an answer away; false when there was none.
pub fn delete_answer(tx: &mut Tx, id: Id, criterion: &str) -> Result<bool, Problem> {
    let gone = diesel::delete(answer::table)
        .filter(answer::self_assessment_id.eq(id))
        .filter(answer::criterion_code.eq(criterion))
        .execute(tx.conn)?;
    Ok(gone > 0)
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
