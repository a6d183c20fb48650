//! The page of a term report: HTML for screens, screen readers and paper, in the language of the reader.
use std::collections::BTreeMap;

use minijinja::Error;
use minijinja::value::{Serde, Value};
use serde::Serialize;

use super::TermDocument;
use crate::inspection::report::page::{STYLE, engine};
use crate::inspection::report::words;
use crate::text::Language;

const TEMPLATE: &str = concat!(
    include_str!("../report/templates/macros.html"),
    include_str!("templates/terms.html")
);

/// What the template sees.
#[derive(Serialize)]
struct Page<'a> {
    report: &'a TermDocument,
    /// The language of the page.
    lang: &'static str,
    /// The language that it was written in, where that is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    written: Option<&'static str>,
    w: BTreeMap<&'static str, &'static str>,
    style: Value,
}

/// The page in a language. What is written in another one is marked as such.
pub fn render(report: &TermDocument, language: Language) -> Result<String, Error> {
    let page = Page {
        report,
        lang: language.code(),
        written: (report.language != language).then(|| report.language.code()),
        w: words::all(language),
        style: Value::from_safe_string(STYLE.to_owned()),
    };
    let mut engine = engine(language, report.language)?;
    engine.add_template("terms.html", TEMPLATE)?;
    engine.get_template("terms.html")?.render(Serde(&page))
}
