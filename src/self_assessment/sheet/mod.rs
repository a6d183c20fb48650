//! Answers as a sheet: a file for a spreadsheet that goes out with what is asked, and comes back filled.
//!
//! The same rows in both formats: first a row of marks (whose sheet it is, at which edit), then the heads of the columns, then a row per
//! criterion. Only the code, the level and the note are read back; the rest is there for who fills it in.
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) use csv::of_rows;
pub(crate) use grid::Grid;
pub(crate) use reading::{column, no_column, refused_cells};

use super::AnswersSaved;
use crate::problem::Issue;
use crate::text::Text;
use crate::words::Texts;

mod csv;
mod grid;
mod reading;
pub mod routes;
mod table;
mod work;
mod xlsx;

/// The first cell of a sheet that went out from here.
const MARK: &str = "kindreflex";
/// The largest sheet that is read, in bytes.
const LIMIT: usize = 1_048_576;
/// Rows in a sheet at most.
const MOST_ROWS: usize = 2000;
/// Cells in a row at most.
const MOST_COLUMNS: usize = 100;

crate::text_enum! {
    /// What a sheet is written in.
    pub enum SheetFormat {
        /// Text with semicolons, as spreadsheets in Belgium want it (UTF-8 with a byte order mark, RFC 4180 quotes).
        Csv = "csv",
        /// An Excel workbook, with a list of the levels in each cell.
        Xlsx = "xlsx",
    }
}

impl SheetFormat {
    /// Its media type.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// A cell that cannot be taken.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SheetFault {
    /// The row, as the spreadsheet counts: from 1.
    #[schema(minimum = 1, example = 14)]
    pub row: u32,
    /// The column, as the spreadsheet names it.
    #[schema(example = "G")]
    pub column: String,
    /// The cell.
    #[schema(example = "G14")]
    pub name: String,
    /// Which kind of fault.
    #[serde(rename = "type")]
    #[schema(example = "urn:problem-type:kindreflex:input:unknownLevel")]
    pub kind: String,
    /// What was given; absent when it was refused as personal data, or is long.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub value: Option<String>,
    /// What is wrong and what would be right.
    pub detail: Texts,
}

/// What came of a sheet.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SheetOutcome {
    /// The self-assessment.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Rows that name a criterion.
    pub rows: usize,
    /// Answers that would be stored, when it was only checked and has no faults.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub would_save: Option<usize>,
    /// Answers that were stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub saved: Option<usize>,
    /// Rows that say what is there already.
    pub unchanged: usize,
    /// Rows without a level: no answer was given, and what is there stays.
    pub blank: usize,
    /// Does the sheet come from an earlier edit than the one that is there? Then only `If-Match: *` stores it.
    pub stale: bool,
    /// Every cell that cannot be taken.
    pub faults: Vec<SheetFault>,
    /// How far the self-assessment is now, when something was stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub progress: Option<super::Progress>,
}

impl SheetOutcome {
    fn stored(mut self, saved: AnswersSaved) -> Self {
        self.saved = self.would_save.take();
        self.progress = Some(saved.progress);
        self
    }
}

/// A cell by its row and its column, both from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) row: u32,
    pub(crate) column: u32,
}

impl Place {
    /// The row as a spreadsheet counts.
    fn row(self) -> u32 {
        self.row + 1
    }

    /// The letters that a spreadsheet has for the column: A to Z, then AA.
    fn letters(self) -> String {
        let mut letters = String::new();
        let mut rest = self.column + 1;
        while rest > 0 {
            let letter = u8::try_from((rest - 1) % 26).unwrap_or_default();
            letters.insert(0, char::from(b'A' + letter));
            rest = (rest - 1) / 26;
        }
        letters
    }

    fn name(self) -> String {
        format!("{}{}", self.letters(), self.row())
    }
}

/// A fault with the cell that it stands in.
#[derive(Debug)]
pub(crate) struct Fault {
    place: Place,
    issue: Issue,
}

impl Fault {
    pub(crate) fn new(kind: &'static str, place: Place, detail: Text) -> Self {
        Self {
            place,
            issue: Issue::body(kind, place.name(), detail),
        }
    }

    pub(crate) fn with_value(mut self, value: &str) -> Self {
        self.issue = self.issue.with_value(value);
        self
    }

    /// Where it stands.
    pub(crate) fn place(&self) -> Place {
        self.place
    }

    /// The row of it, from 0.
    pub(crate) fn row(&self) -> u32 {
        self.place.row
    }

    /// As the outcome of a check tells it.
    pub(crate) fn shown(self) -> SheetFault {
        let Issue {
            kind,
            name,
            value,
            detail,
            ..
        } = self.issue;
        SheetFault {
            row: self.place.row(),
            column: self.place.letters(),
            name,
            kind: format!("urn:problem-type:kindreflex:input:{kind}"),
            value: value.and_then(|value| value.as_str().map(str::to_owned)),
            detail: Texts {
                nl: Some(detail.nl),
                fr: Some(detail.fr),
                en: Some(detail.en),
            },
        }
    }
}

#[cfg(test)]
mod tests;
