//! The row of an answer.
use diesel::prelude::*;

use super::{Answer, AnswerOrigin};
use crate::db::schema::answer;
use crate::db::types::{Id, JsonText, Moment};
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
