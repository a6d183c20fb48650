//! A sheet as text with semicolons.
use ::csv::{ReaderBuilder, StringRecord, Terminator, WriterBuilder};

use super::grid::{Grid, unreadable};
use super::table::{Table, heads};
use crate::problem::Problem;
use crate::text::Text;

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The bytes of a sheet.
pub fn write(table: &Table) -> Result<Vec<u8>, Problem> {
    let heads = heads().map(|head| head.in_language(table.language).to_owned());
    let lines = table.lines.iter().map(|line| line.cells.as_slice());
    let rows = [table.marks.as_slice(), heads.as_slice()].into_iter();
    of_rows(rows.chain(lines))
}

/// The bytes of a text of these rows, as spreadsheets open it, in which no cell runs.
pub fn of_rows<'a>(rows: impl Iterator<Item = &'a [String]>) -> Result<Vec<u8>, Problem> {
    let mut writer = WriterBuilder::new()
        .delimiter(b';')
        .terminator(Terminator::CRLF)
        .flexible(true)
        .from_writer(BYTE_ORDER_MARK.as_bytes().to_vec());
    for row in rows {
        let cells = row.iter().map(|cell| harmless(cell));
        writer.write_record(cells).map_err(Problem::internal)?;
    }
    writer
        .into_inner()
        .map_err(|fault| Problem::internal(fault.to_string()))
}

/// What spreadsheets take for the start of a formula, or for nothing before one.
fn may_run(text: &str) -> bool {
    let text = text.trim_start_matches('\'');
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// The text, written so that no spreadsheet runs it: with an apostrophe before it.
fn harmless(text: &str) -> String {
    if may_run(text) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// The text that [`harmless`] was given.
fn as_it_was(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(inner) if may_run(inner) => inner,
        _ => text,
    }
}

/// What stands between the cells, by the first line outside quotes: a semicolon, unless there are more of another.
fn delimiter(text: &str) -> u8 {
    let mut counts = [(b';', 0), (b',', 0), (b'\t', 0)];
    let mut quoted = false;
    for byte in text.bytes() {
        quoted ^= byte == b'"';
        if byte == b'\n' && !quoted {
            break;
        }
        let mut marks = counts.iter_mut();
        if let Some((_, count)) = marks.find(|(mark, _)| *mark == byte && !quoted) {
            *count += 1;
        }
    }
    let [first, others @ ..] = counts;
    others
        .into_iter()
        .filter(|(_, count)| *count > first.1)
        .max_by_key(|(_, count)| *count)
        .map_or(first.0, |(mark, _)| mark)
}

/// Reads a sheet.
pub fn read(bytes: &[u8]) -> Result<Grid, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|_| not_utf8())?;
    let text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter(text))
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let (mut grid, mut record, mut row) = (Grid::default(), StringRecord::new(), 0);
    while reader.read_record(&mut record).map_err(unreadable)? {
        row += empty_lines_at(text, record.position().map_or(0, ::csv::Position::byte));
        for (column, cell) in (0..).zip(&record) {
            grid.put(row, column, as_it_was(cell))?;
        }
        row += 1;
    }
    Ok(grid)
}

/// The lines that the reader passes over before the record that it looks for from here: to a spreadsheet they are rows.
fn empty_lines_at(text: &str, from: u64) -> u32 {
    let from = usize::try_from(from).unwrap_or(usize::MAX);
    let (Some(before), Some(mut rest)) = (text.get(..from), text.get(from..)) else {
        return 0;
    };
    if before.ends_with('\r') {
        // The other half of the end of the record before.
        rest = rest.strip_prefix('\n').unwrap_or(rest);
    }
    let mut lines = 0;
    let next = |rest: &str| {
        ["\r\n", "\n", "\r"]
            .iter()
            .find(|end| rest.starts_with(**end))
            .map(|end| end.len())
    };
    while let Some(length) = next(rest) {
        rest = rest.get(length..).unwrap_or_default();
        lines += 1;
    }
    lines
}

fn not_utf8() -> Problem {
    super::grid::malformed(Text::new(
        "Dit CSV-bestand is geen UTF-8; bewaar het als \"CSV UTF-8\", of stuur het als XLSX.",
        "Ce fichier CSV n'est pas en UTF-8 ; enregistrez-le en « CSV UTF-8 », ou envoyez-le en XLSX.",
        "This CSV file is not UTF-8; save it as \"CSV UTF-8\", or send it as XLSX.",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_written_harmless_and_read_back_the_same() {
        for (text, written) in [
            ("=1+1", "'=1+1"),
            ("+32 9 000", "'+32 9 000"),
            ("- punt één", "'- punt één"),
            ("@team", "'@team"),
            ("\t=1", "'\t=1"),
            ("＝1", "'＝1"),
            ("'=1", "''=1"),
            ("''-", "'''-"),
            ("'s morgens", "'s morgens"),
            (
                "gewoon; \"tekst\"\nop twee regels",
                "gewoon; \"tekst\"\nop twee regels",
            ),
            ("", ""),
        ] {
            assert_eq!(harmless(text), written);
            assert_eq!(as_it_was(written), text);
        }
    }

    #[test]
    fn an_empty_line_is_a_row_and_a_line_within_a_cell_is_none() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a;b", "", "", "\"één", "twee\";c", "", "d", "e", ""].join(end);
            let grid = read(text.as_bytes()).expect("a grid");
            assert_eq!(grid.rows(), [0, 3, 5, 6], "{end:?}");
        }
        assert_eq!(read(b"\n\na;b").expect("a grid").rows(), [2]);
    }

    #[test]
    fn cells_are_told_apart_however_they_were_saved() {
        for text in [
            "a;\"b;\nc\";d\r\n1;;2",
            "a,\"b;\nc\",d\n1,,2",
            "a\t\"b;\nc\"\td\n1\t\t2\n",
        ] {
            let grid = read(text.as_bytes()).expect("a grid");
            let cells: Vec<(u32, u32, &str)> = grid.cells().collect();
            assert_eq!(
                cells,
                [
                    (0, 0, "a"),
                    (0, 1, "b;\nc"),
                    (0, 2, "d"),
                    (1, 0, "1"),
                    (1, 2, "2")
                ]
            );
        }
        assert!(read(b"caf\xe9;b").is_err());
    }
}
