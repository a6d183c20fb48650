//! The cells of a sheet that came in.
use std::collections::BTreeMap;

use super::{MOST_COLUMNS, MOST_ROWS, Place, csv, xlsx};
use crate::problem::{AnyError, Issue, Problem};
use crate::text::Text;

/// The longest text in a cell, in bytes.
const LONGEST: usize = 131_072;

/// The cells that hold something, by their place.
#[derive(Debug, Default)]
pub struct Grid {
    cells: BTreeMap<Place, String>,
    /// Cells that hold what is no text, such as a date.
    pub(super) not_text: Vec<Place>,
}

impl Grid {
    /// Reads a sheet of either format, told by its content.
    pub fn of(bytes: &[u8]) -> Result<Self, Problem> {
        if bytes.is_empty() {
            return Err(empty());
        }
        if bytes.starts_with(b"PK\x03\x04") {
            xlsx::read(bytes)
        } else {
            csv::read(bytes)
        }
    }

    /// Keeps a cell. Blank ones are none.
    pub fn put(&mut self, row: u32, column: u32, text: &str) -> Result<(), Problem> {
        if text.trim().is_empty() {
            return Ok(());
        }
        let inside = |place: u32, most: usize| usize::try_from(place).is_ok_and(|at| at < most);
        if !inside(row, MOST_ROWS) || !inside(column, MOST_COLUMNS) || text.len() > LONGEST {
            return Err(if row == 0 { one_line() } else { too_large() });
        }
        let place = Place { row, column };
        self.cells.insert(place, text.replace("\r\n", "\n"));
        Ok(())
    }

    /// What a cell holds; nothing when it is blank.
    pub fn get(&self, row: u32, column: u32) -> Option<&str> {
        self.cells.get(&Place { row, column }).map(String::as_str)
    }

    /// Every cell with its row and its column, row by row.
    pub fn cells(&self) -> impl Iterator<Item = (u32, u32, &str)> {
        self.cells
            .iter()
            .map(|(place, text)| (place.row, place.column, text.as_str()))
    }

    /// The rows that hold something.
    pub fn rows(&self) -> Vec<u32> {
        let mut rows: Vec<u32> = self.cells.keys().map(|place| place.row).collect();
        rows.dedup();
        rows
    }
}

/// 400 for a file that is no sheet.
pub fn malformed(detail: Text) -> Problem {
    Problem::fault(Issue::body("malformedSheet", "", detail))
}

fn empty() -> Problem {
    malformed(Text::new(
        "Het bestand is leeg; vul het in en stuur het opnieuw.",
        "Le fichier est vide ; remplissez-le et renvoyez-le.",
        "The file is empty; fill it in and send it again.",
    ))
}

/// The same, for one that cannot be read to its end. What stands in it is not repeated.
pub fn unreadable(cause: impl Into<AnyError>) -> Problem {
    malformed(Text::new(
        "Dit bestand is niet te lezen als CSV of XLSX; bewaar het opnieuw in een van beide.",
        "Ce fichier n'est pas lisible comme CSV ou XLSX ; enregistrez-le à nouveau dans l'un des deux.",
        "This file cannot be read as CSV or XLSX; save it again as one of them.",
    ))
    .because(cause)
}

fn one_line() -> Problem {
    malformed(Text::new(
        "Dit blad is één lange regel: de regeleinden zijn weg, of een aanhalingsteken sluit niet. Met curl: --data-binary @bestand, niet -d.",
        "Cette feuille n'est qu'une longue ligne : les fins de ligne manquent, ou un guillemet n'est pas fermé. Avec curl : --data-binary @fichier, pas -d.",
        "This sheet is one long line: its line ends are gone, or a quote does not close. With curl: --data-binary @file, not -d.",
    ))
}

/// The same, for one that is larger than any answer sheet.
pub fn too_large() -> Problem {
    malformed(Text::new(
        format!(
            "Dit blad is te groot; gebruik ten hoogste {MOST_ROWS} rijen en {MOST_COLUMNS} kolommen."
        ),
        format!(
            "Cette feuille est trop grande ; utilisez au plus {MOST_ROWS} lignes et {MOST_COLUMNS} colonnes."
        ),
        format!(
            "This sheet is too large; use {MOST_ROWS} rows and {MOST_COLUMNS} columns at most."
        ),
    ))
}
