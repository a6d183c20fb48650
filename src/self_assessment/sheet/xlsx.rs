//! A sheet as an Excel workbook.
use std::io::{Cursor, Read};

use calamine::{DataRef, Reader, Xlsx};
use memchr::memmem;
use rust_xlsxwriter::{
    DataValidation, DocProperties, Format, FormatAlign, Formula, ProtectionOptions, Workbook,
    Worksheet, XlsxError,
};
use zip::ZipArchive;

use super::grid::{Grid, too_large, unreadable};
use super::table::{LEVEL, Line, NOTE, Table, heads};
use super::{MOST_COLUMNS, MOST_ROWS, Place};
use crate::problem::Problem;
use crate::text::{Language, Text};

/// Files in a workbook at most.
const MOST_FILES: usize = 200;
/// What a workbook may hold unpacked, in bytes: some hundred times a whole framework.
const MOST_BYTES: u64 = 16_777_216;
/// Texts, and rows, that a workbook may have: more than its cells can hold.
const MOST_TEXTS: usize = 400_000;
/// Within how many bytes of its name the number of an attribute begins and ends.
const NEARBY: usize = 64;
/// How wide each column is, in characters.
const WIDTHS: [f64; 10] = [22.0, 20.0, 24.0, 60.0, 50.0, 30.0, 18.0, 50.0, 24.0, 18.0];

/// The bytes of a workbook.
pub fn write(table: &Table) -> Result<Vec<u8>, Problem> {
    workbook(table).map_err(Problem::internal)
}

fn workbook(table: &Table) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // The same self-assessment gives the same bytes, whenever it is asked for.
    let day = rust_xlsxwriter::ExcelDateTime::from_ymd(2020, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&day));
    answers(workbook.add_worksheet(), table)?;
    levels(workbook.add_worksheet(), table)?;
    workbook.save_to_buffer()
}

/// Every cell is a text, whatever it starts with: nothing here is run.
fn answers(sheet: &mut Worksheet, table: &Table) -> Result<(), XlsxError> {
    let read = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let filled = read
        .clone()
        .set_unlocked()
        .set_num_format("@")
        .set_background_color("#FFF8DC");
    let bold = Format::new().set_bold();
    sheet.set_name(say(
        &Text::new("Antwoorden", "Réponses", "Answers"),
        table.language,
    ))?;
    for (column, width) in (0..).zip(WIDTHS) {
        sheet.set_column_width(column, width)?;
    }
    for (column, mark) in (0..).zip(&table.marks) {
        sheet.write_string(0, column, mark)?;
    }
    sheet.set_row_hidden(0)?;
    for (column, head) in (0..).zip(&heads()) {
        sheet.write_string_with_format(1, column, say(head, table.language), &bold)?;
    }
    sheet.set_freeze_panes(2, 1)?;
    for (row, line) in (2..).zip(&table.lines) {
        for (column, cell) in (0_u16..).zip(&line.cells) {
            let own = [LEVEL, NOTE].contains(&u32::from(column));
            let format = if own { &filled } else { &read };
            sheet.write_string_with_format(row, column, cell, format)?;
        }
        offer(sheet, row, line, table)?;
    }
    sheet.protect_with_options(&ProtectionOptions {
        format_columns: true,
        format_rows: true,
        ..ProtectionOptions::default()
    });
    Ok(())
}

/// Puts the list of levels on a row's cell.
fn offer(sheet: &mut Worksheet, row: u32, line: &Line, table: &Table) -> Result<(), XlsxError> {
    let count = table.levels.get(line.scale).map_or(0, Vec::len);
    let column = u32::try_from(line.scale).unwrap_or_default();
    let letters = Place { row: 0, column }.letters();
    let levels = levels_name(table.language);
    let list = Formula::new(format!("={levels}!${letters}$1:${letters}${count}"));
    let wrong = Text::new(
        "Kies een niveau uit de lijst.",
        "Choisissez un niveau de la liste.",
        "Choose a level from the list.",
    );
    let rule = DataValidation::new()
        .allow_list_formula(list)
        .set_error_message(say(&wrong, table.language))?;
    let at = u16::try_from(LEVEL).unwrap_or_default();
    sheet.add_data_validation(row, at, row, at, &rule)?;
    Ok(())
}

/// The levels of each scale in a column of their own: a list within a rule is cut at 255 characters, and at every comma.
fn levels(sheet: &mut Worksheet, table: &Table) -> Result<(), XlsxError> {
    sheet.set_name(levels_name(table.language))?;
    for (column, labels) in (0..).zip(&table.levels) {
        sheet.set_column_width(column, 30.0)?;
        for (row, label) in (0..).zip(labels) {
            sheet.write_string(row, column, label)?;
        }
    }
    sheet.protect();
    Ok(())
}

fn levels_name(language: Language) -> &'static str {
    match language {
        Language::Nl => "Niveaus",
        Language::Fr => "Niveaux",
        Language::En => "Levels",
    }
}

fn say(text: &Text, language: Language) -> &str {
    text.in_language(language)
}

/// Reads the first sheet of a workbook.
pub fn read(bytes: &[u8]) -> Result<Grid, Problem> {
    refuse_bombs(bytes)?;
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(unreadable)?;
    let name = workbook.sheet_names().into_iter().next();
    let name = name.ok_or_else(|| unreadable("the workbook has no sheet"))?;
    // Cell by cell: a range would take room for every cell before the last.
    let mut cells = workbook.worksheet_cells_reader(&name).map_err(unreadable)?;
    let mut grid = Grid::default();
    for count in 0.. {
        let Some(cell) = cells.next_cell().map_err(unreadable)? else {
            break;
        };
        if count > MOST_ROWS * MOST_COLUMNS {
            return Err(too_large());
        }
        let (row, column) = cell.get_position();
        match cell.get_value() {
            DataRef::Empty => {}
            DataRef::String(text) => grid.put(row, column, text)?,
            DataRef::SharedString(text) => grid.put(row, column, text)?,
            DataRef::Int(number) => grid.put(row, column, &number.to_string())?,
            DataRef::Float(number) => grid.put(row, column, &number.to_string())?,
            DataRef::Bool(truth) => grid.put(row, column, &truth.to_string())?,
            _ => grid.not_text.push(Place { row, column }),
        }
    }
    Ok(grid)
}

/// Unpacks everything once without keeping it: what a file says of its size is not believed, nor how many texts or rows it says or has.
fn refuse_bombs(bytes: &[u8]) -> Result<(), Problem> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    if archive.len() > MOST_FILES {
        return Err(too_large());
    }
    let mut left = MOST_BYTES;
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(unreadable)?;
        let mut part = Vec::new();
        let read = file
            .take(left + 1)
            .read_to_end(&mut part)
            .map_err(unreadable)?;
        let read = u64::try_from(read).unwrap_or(u64::MAX);
        left = left.checked_sub(read).ok_or_else(too_large)?;
        if says_too_much(&part) {
            return Err(too_large());
        }
    }
    Ok(())
}

/// Does a part say that it has more texts than any answer sheet, for which the reader would make room before it looks; or has it more rows?
fn says_too_much(part: &[u8]) -> bool {
    let mut counts = memmem::find_iter(part, b"uniqueCount").filter_map(|at| part.get(at..));
    counts.any(|said| number_in(said).is_none_or(|number| number > MOST_TEXTS))
        || memmem::find_iter(part, b"row").count() > MOST_TEXTS
}

/// The number of an attribute: `uniqueCount="12"`. It is looked for nearby: a part can say the name a million times.
fn number_in(attribute: &[u8]) -> Option<usize> {
    let digits = attribute
        .iter()
        .take(NEARBY)
        .skip_while(|byte| !matches!(byte, b'"' | b'\''))
        .skip(1)
        .take_while(|byte| byte.is_ascii_digit())
        .take(10);
    let digits: String = digits.copied().map(char::from).collect();
    digits.parse().ok()
}
