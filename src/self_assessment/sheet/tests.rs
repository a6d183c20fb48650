use super::grid::Grid;
use super::table::{label, level_of};
use super::*;
use crate::framework::{check, library};
use crate::text::Language;

#[test]
fn columns_have_the_letters_of_a_spreadsheet() {
    for (column, letters) in [
        (0, "A"),
        (25, "Z"),
        (26, "AA"),
        (51, "AZ"),
        (52, "BA"),
        (701, "ZZ"),
        (702, "AAA"),
    ] {
        assert_eq!(Place { row: 13, column }.name(), format!("{letters}14"));
    }
}

#[test]
fn every_level_of_the_library_is_read_back_from_how_it_is_written() {
    for (_, text) in library() {
        let document = check::from_yaml(text).expect("a document");
        for scale in &document.scales {
            for level in &scale.levels {
                for language in [Language::Nl, Language::Fr, Language::En] {
                    let code = level.code.as_str();
                    let written = label(scale, code, language, document.default_language);
                    assert_eq!(
                        level_of(scale, &format!(" {} ", written.to_uppercase())),
                        Some(code)
                    );
                    assert_eq!(level_of(scale, code), Some(code));
                }
            }
            assert_eq!(level_of(scale, "perfect"), None);
        }
    }
}

#[test]
fn a_title_that_two_levels_share_names_neither() {
    let (_, text) = library().into_iter().next().expect("a framework");
    let mut document = check::from_yaml(text).expect("a document");
    let scale = document.scales.first_mut().expect("a scale");
    for level in scale.levels.iter_mut().take(2) {
        level.title.nl = Some("Min of meer".to_owned());
    }
    let (first, second) = (
        scale.levels[0].code.to_string(),
        scale.levels[1].code.to_string(),
    );
    for code in [first, second] {
        assert_eq!(label(scale, &code, Language::Nl, Language::Nl), code);
    }
    assert_eq!(
        level_of(scale, scale.levels[0].title.nl.as_deref().expect("Dutch")),
        None
    );
}

#[test]
fn what_is_no_sheet_is_refused() {
    for bytes in [
        &b""[..],
        b"PK\x03\x04 en dan niets",
        b"\xff\xfe\x00",
        &[b"PK\x03\x04".as_slice(), &[0; 500]].concat(),
    ] {
        let refused = Grid::of(bytes).expect_err("a problem");
        assert_eq!(
            refused.issues().first().map(|issue| issue.kind),
            Some("malformedSheet")
        );
    }
    let long = "a;b\n".repeat(MOST_ROWS + 1);
    assert!(Grid::of(long.as_bytes()).is_err());
    let wide = "a;".repeat(MOST_COLUMNS + 1);
    assert!(Grid::of(wide.as_bytes()).is_err());
}

/// A workbook with these texts put in the place of others, in whichever part they stand.
fn bent(book: &[u8], from: &str, to: &str) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(book)).expect("a workbook");
    let mut bent = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).expect("a part");
        let mut text = String::new();
        std::io::Read::read_to_string(&mut part, &mut text).expect("text");
        let name = part.name().expect("a name").into_owned();
        bent.start_file(name, options).expect("a part");
        let text = text.replace(from, to);
        std::io::Write::write_all(&mut bent, text.as_bytes()).expect("written");
    }
    bent.finish().expect("a workbook").into_inner()
}

#[test]
fn what_a_workbook_says_of_its_size_is_not_believed() {
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet()
        .write_string(0, 0, "Code")
        .expect("a cell");
    let book = book.save_to_buffer().expect("a workbook");
    assert!(super::grid::Grid::of(&bent(&book, "Code", "code")).is_ok());
    for said in [
        "4000000000",
        "99999999999999999999999",
        "",
        "400001",
        "&#52;",
    ] {
        let bomb = bent(
            &book,
            "uniqueCount=\"1\"",
            &format!("uniqueCount = '{said}'"),
        );
        let refused = super::grid::Grid::of(&bomb).expect_err(said);
        assert_eq!(refused.issues()[0].kind, "malformedSheet", "{said}");
    }
    // As often as it says it, its number is looked for, and not far away.
    let often = format!("{} = '1'", "uniqueCount".repeat(1_000_000));
    let bomb = bent(&book, "uniqueCount=\"1\"", &often);
    assert!(super::grid::Grid::of(&bomb).is_err());
    let rows = bent(
        &book,
        "</row>",
        &format!("</row>{}", "<row/>".repeat(400_001)),
    );
    assert!(super::grid::Grid::of(&rows).is_err());
}
