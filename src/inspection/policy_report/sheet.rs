//! A policy report as text with semicolons: a line for each figure, row and column, so that any program can read it.
use super::{Calibration, PolicyReport, PolicyRow, page, words};
use crate::problem::Problem;
use crate::self_assessment::sheet::of_rows;
use crate::text::Language;
use crate::words::Texts;

/// The bytes, in a language.
pub fn write(report: &PolicyReport, language: Language) -> Result<Vec<u8>, Problem> {
    let mut rows = vec![heads(language)];
    for figure in &report.figures {
        let framework = figure.framework.as_ref();
        let framework = framework.map(|one| format!("{} {}", one.framework_code, one.version_code));
        let first = [figure.code.to_string(), framework.unwrap_or_default()];
        for row in &figure.rows {
            let columns = figure.columns.iter().zip(&row.counts);
            for (column, count) in columns {
                let count = count.facilities.map(u64::from);
                let title = said(&column.title, language);
                rows.push(line(&first, (row, language), [&column.code, &title], count));
            }
            let together = words::say("row_total", language);
            rows.push(line(
                &first,
                (row, language),
                ["*", together],
                row.facilities,
            ));
        }
    }
    rows.extend(calibrated(&report.calibration, language));
    of_rows(rows.iter().map(Vec::as_slice))
}

fn heads(language: Language) -> Vec<String> {
    let heads = [
        "figure",
        "framework",
        "row",
        "row_title",
        "column",
        "column_title",
        "value",
        "is_hidden",
    ];
    heads
        .map(|head| words::say(head, language).to_owned())
        .into()
}

fn said(texts: &Texts, language: Language) -> String {
    texts.in_language_or(language, Language::Nl).to_owned()
}

/// What is hidden has no value, and says that it is hidden.
fn line(
    [figure, framework]: &[String; 2],
    (row, language): (&PolicyRow, Language),
    [column, title]: [&str; 2],
    count: Option<u64>,
) -> Vec<String> {
    let hidden = if count.is_some() { "no" } else { "yes" };
    vec![
        figure.clone(),
        framework.clone(),
        row.label.code.clone(),
        said(&row.label.title, language),
        column.to_owned(),
        title.to_owned(),
        count.map_or_else(String::new, |count| count.to_string()),
        words::say(hidden, language).to_owned(),
    ]
}

fn calibrated(calibration: &Calibration, language: Language) -> Vec<Vec<String>> {
    let measures = page::measures(calibration, language);
    let lines = measures.into_iter().map(|one| {
        vec![
            "calibration".to_owned(),
            one.framework,
            one.row.clone(),
            one.row,
            "*".to_owned(),
            one.name,
            one.value,
            words::say("no", language).to_owned(),
        ]
    });
    lines.collect()
}
