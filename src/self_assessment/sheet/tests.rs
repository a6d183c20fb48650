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
