//! What a sheet that came in says: which row answers which criterion, and which cells cannot be taken. Pure.
use super::grid::Grid;
use super::table::{self, heads};
use super::{Fault, MARK, Place};
use crate::db::types::{Id, is_technical};
use crate::http::body::personal_data;
use crate::personal::holds_register_number;
use crate::text::Text;

/// A row that names a criterion.
#[derive(Debug, PartialEq, Eq)]
pub struct Given {
    /// Where, from 0.
    pub row: u32,
    /// The criterion.
    pub code: String,
    /// The level, as it stands in the cell.
    pub level: Option<String>,
    /// The note.
    pub note: Option<String>,
}

/// Which columns hold what is read.
#[derive(Debug, Clone, Copy)]
pub struct Columns {
    /// The criterion's code.
    pub code: u32,
    /// The level.
    pub level: u32,
    /// The note.
    pub note: u32,
}

/// What a sheet says.
#[derive(Debug)]
pub struct Reading {
    /// Its columns.
    pub columns: Columns,
    /// Its rows.
    pub given: Vec<Given>,
    /// The tag of the edit that it comes from, if it says so.
    pub tag: Option<String>,
    /// What cannot be taken.
    pub faults: Vec<Fault>,
}

/// Reads what came in for this self-assessment.
pub fn read(grid: &Grid, id: Id) -> Reading {
    let mut faults = refused_cells(grid);
    let rows = grid.rows();
    let top = rows.first().copied().unwrap_or_default();
    let marked = grid.get(top, 0).is_some_and(|mark| mark.trim() == MARK);
    // Empty lines may stand above the heads.
    let head = rows.get(usize::from(marked)).copied().unwrap_or(top);
    if marked
        && grid
            .get(top, 1)
            .is_some_and(|of| of.trim().parse() != Ok(id))
    {
        faults.push(Fault::new(
            "otherSelfAssessment",
            Place {
                row: top,
                column: 1,
            },
            of_another(),
        ));
    }
    let tag = grid
        .get(top, 2)
        .filter(|_| marked)
        .map(|tag| tag.trim().trim_matches('"').to_owned());
    let columns = columns(grid, head, &mut faults);
    faults.extend(not_text(grid, head, columns));
    let mut given = Vec::new();
    for row in rows.into_iter().filter(|row| *row > head) {
        let cell = |column: u32| grid.get(row, column).map(str::to_owned);
        let (level, note) = (cell(columns.level), cell(columns.note));
        match cell(columns.code) {
            Some(code) => given.push(Given {
                row,
                code: code.trim().to_owned(),
                level,
                note,
            }),
            None if level.is_some() || note.is_some() => {
                let place = Place {
                    row,
                    column: columns.code,
                };
                faults.push(Fault::new("missing", place, no_code()));
            }
            None => {}
        }
    }
    Reading {
        columns,
        given,
        tag,
        faults,
    }
}

/// The column under this head, in whichever language, or under the name of the field.
pub(crate) fn column(grid: &Grid, head: u32, wanted: &Text, field: &str) -> Option<u32> {
    let names = [&wanted.nl, &wanted.fr, &wanted.en].map(|name| name.to_lowercase());
    let mut cells = grid.cells();
    let found = cells.find(|(row, _, text)| {
        let text = text.trim().to_lowercase();
        *row == head && (names.contains(&text) || text == field)
    });
    found.map(|(_, column, _)| column)
}

/// The column of each thing that is read, by its head in whichever language.
fn columns(grid: &Grid, head: u32, faults: &mut Vec<Fault>) -> Columns {
    let heads = heads();
    let mut find = |usual: u32, wanted: &Text, field: &str| {
        if let Some(column) = column(grid, head, wanted, field) {
            return column;
        }
        let place = Place {
            row: head,
            column: usual,
        };
        faults.push(Fault::new("missingColumn", place, no_column(wanted)));
        usual
    };
    let [code, _, _, _, _, _, level, note, _, _] = &heads;
    Columns {
        code: find(table::CODE, code, "criterioncode"),
        level: find(table::LEVEL, level, "level"),
        note: find(table::NOTE, note, "note"),
    }
}

/// Cells that are read and hold no text. What somebody keeps in a column of their own, such as a day, is theirs.
fn not_text(grid: &Grid, head: u32, columns: Columns) -> Vec<Fault> {
    let read = [columns.code, columns.level, columns.note];
    let is_read = |place: &&Place| place.row > head && read.contains(&place.column);
    let places = grid.not_text.iter().filter(is_read);
    places
        .map(|place| Fault::new("wrongType", *place, no_text()))
        .collect()
}

/// Cells that hold what is never stored.
pub(crate) fn refused_cells(grid: &Grid) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (row, column, text) in grid.cells() {
        let place = Place { row, column };
        if text.contains('\0') {
            faults.push(Fault::new("invalidCharacter", place, no_nul()));
        }
        if holds_register_number(text) && !is_technical(text) {
            faults.push(Fault::new("personalData", place, personal_data()));
        }
    }
    faults
}

fn of_another() -> Text {
    Text::new(
        "Dit blad hoort bij een andere zelfevaluatie; haal het blad van deze met GET …/answerSheet.",
        "Cette feuille appartient à une autre auto-évaluation ; obtenez celle-ci par GET …/answerSheet.",
        "This sheet belongs to another self-assessment; get the sheet of this one with GET …/answerSheet.",
    )
}

fn no_code() -> Text {
    Text::new(
        "Hier staat een antwoord zonder code van het criterium.",
        "Il y a ici une réponse sans code de critère.",
        "There is an answer here without the criterion's code.",
    )
}

pub(crate) fn no_column(head: &Text) -> Text {
    Text::new(
        format!(
            "De kolom {} ontbreekt; laat de kolommen staan zoals ze kwamen.",
            head.nl
        ),
        format!(
            "La colonne {} manque ; laissez les colonnes comme elles sont venues.",
            head.fr
        ),
        format!(
            "The column {} is missing; leave the columns as they came.",
            head.en
        ),
    )
}

fn no_nul() -> Text {
    Text::new(
        "Een tekst mag geen NUL-teken (U+0000) bevatten.",
        "Un texte ne peut pas contenir le caractère NUL (U+0000).",
        "A text cannot hold the character NUL (U+0000).",
    )
}

fn no_text() -> Text {
    Text::new(
        "Deze cel bevat een datum of een fout en geen tekst; maak er tekst van.",
        "Cette cellule contient une date ou une erreur et pas de texte ; faites-en du texte.",
        "This cell holds a date or an error and no text; make it text.",
    )
}
