//! What is checked of inputs in more than one place: lengths, names, titles, periods.
use chrono::NaiveDate;

use crate::problem::Issue;
use crate::text::Text;
use crate::words::{Code, Texts};

/// Refuses a list that is longer than documented, before anything looks at its items; says whether it is short enough.
pub fn at_most(name: &str, length: usize, most: usize, faults: &mut Vec<Issue>) -> bool {
    if length <= most {
        return true;
    }
    faults.push(Issue::body(
        "length",
        name,
        Text::new(
            format!("Geef er ten hoogste {most}."),
            format!("Donnez-en au plus {most}."),
            format!("Give {most} at most."),
        ),
    ));
    false
}

/// Refuses an empty list, saying what would be right.
pub fn at_least_one(name: &str, length: usize, detail: Text, faults: &mut Vec<Issue>) {
    if length == 0 {
        faults.push(Issue::body("length", name, detail));
    }
}

/// A name holds 1 to 200 characters, more than blanks.
pub fn check_name(field: &str, name: &str, faults: &mut Vec<Issue>) {
    if name.trim().is_empty() || name.chars().count() > 200 {
        faults.push(
            Issue::body(
                "length",
                field,
                Text::new(
                    "Gebruik 1 tot 200 tekens.",
                    "Utilisez de 1 à 200 caractères.",
                    "Use 1 to 200 characters.",
                ),
            )
            .with_value(name),
        );
    }
}

/// A validity ends after it starts.
pub fn check_validity(
    from: NaiveDate,
    to: Option<NaiveDate>,
    field: &str,
    faults: &mut Vec<Issue>,
) {
    let year = |date: NaiveDate| (1000..=9999).contains(&chrono::Datelike::year(&date));
    if to.is_some_and(|to| to <= from) || !year(from) || !to.is_none_or(year) {
        faults.push(
            Issue::body(
                "validity",
                field,
                Text::new(
                    format!("Gebruik een dag na validFrom ({from}), in de jaren 1000 tot 9999."),
                    format!(
                        "Utilisez un jour après validFrom ({from}), entre les années 1000 et 9999."
                    ),
                    format!("Use a day after validFrom ({from}), in the years 1000 to 9999."),
                ),
            )
            .with_value(to.unwrap_or(from).to_string()),
        );
    }
}

/// A text holds 1 to `longest` characters, more than blanks.
pub fn check_length(name: &str, text: &str, longest: usize, faults: &mut Vec<Issue>) {
    if text.trim().is_empty() || text.chars().count() > longest {
        faults.push(Issue::body(
            "length",
            name,
            Text::new(
                format!("Gebruik 1 tot {longest} tekens."),
                format!("Utilisez de 1 à {longest} caractères."),
                format!("Use 1 to {longest} characters."),
            ),
        ));
    }
}

/// Refuses a list of codes that is longer than documented, or holds one twice.
pub fn check_codes(name: &str, codes: &[Code], most: usize, faults: &mut Vec<Issue>) {
    if !at_most(name, codes.len(), most, faults) {
        return;
    }
    for (index, code) in codes.iter().enumerate() {
        if codes.iter().take(index).any(|other| other == code) {
            faults.push(repeated(format!("{name}[{index}]"), code));
        }
    }
}

/// Refuses a number that is not within its limits, both of which it may be.
pub fn check_range(name: &str, number: i64, (least, most): (i64, i64), faults: &mut Vec<Issue>) {
    if !(least..=most).contains(&number) {
        let detail = Text::new(
            format!("Gebruik een getal van {least} tot {most}."),
            format!("Utilisez un nombre de {least} à {most}."),
            format!("Use a number from {least} to {most}."),
        );
        faults.push(Issue::body("outOfRange", name, detail).with_value(number.to_string()));
    }
}

/// The fault of a code that stands in a list before.
pub fn repeated(name: impl Into<String>, code: &Code) -> Issue {
    let detail = Text::new(
        "Deze code staat er twee keer.",
        "Ce code figure deux fois.",
        "This code is there twice.",
    );
    Issue::body("repeated", name, detail).with_value(code.as_str())
}

/// A title in its languages, as inputs carry it: one at least.
pub fn check_title(field: &str, title: &Texts, faults: &mut Vec<Issue>) {
    check_languages(field, title, check_name, faults);
}

/// A text in its languages, as inputs carry it: one at least, each of 1 to 4000 characters.
pub fn check_texts(field: &str, texts: &Texts, faults: &mut Vec<Issue>) {
    let check = |name: &str, text: &str, faults: &mut Vec<Issue>| {
        check_length(name, text, 4000, faults);
    };
    check_languages(field, texts, check, faults);
}

fn check_languages(
    field: &str,
    texts: &Texts,
    check: impl Fn(&str, &str, &mut Vec<Issue>),
    faults: &mut Vec<Issue>,
) {
    let texts = [("nl", &texts.nl), ("fr", &texts.fr), ("en", &texts.en)];
    if texts.iter().all(|(_, text)| text.is_none()) {
        faults.push(Issue::body(
            "missing",
            field,
            Text::new(
                "Geef een tekst in minstens één taal (nl, fr of en).",
                "Donnez un texte dans au moins une langue (nl, fr ou en).",
                "Give a text in one language at least (nl, fr or en).",
            ),
        ));
    }
    for (language, text) in texts {
        if let Some(text) = text {
            check(&format!("{field}.{language}"), text, faults);
        }
    }
}
