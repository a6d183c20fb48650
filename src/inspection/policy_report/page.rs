//! The page of a policy report: HTML for screens, screen readers and paper, in the language of the reader. It has no script and loads nothing.
use std::collections::BTreeMap;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, Error, UndefinedBehavior};
use serde::Serialize;

use super::words;
use super::{
    Calibration, Measured, PolicyFigure, PolicyFigureCode, PolicyLabel, PolicyReport, PolicyRow,
};
use crate::figures::chart::{Figure, Label, Row, bars, table};
use crate::inspection::report::page::STYLE;
use crate::inspection::report::words as report_words;
use crate::text::Language;
use crate::words::Texts;

const TEMPLATE: &str = include_str!("templates/policy.html");

/// The page in a language. What is written in another one is marked as such.
pub fn render(report: &PolicyReport, language: Language) -> Result<String, Error> {
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    let mut syntax = SyntaxConfig::builder();
    engine.set_syntax(syntax.trim_blocks(true).lstrip_blocks(true).build()?);
    // The engine escapes what a template with this ending prints.
    engine.add_template("policy.html", TEMPLATE)?;
    let page = Page::new(report, language);
    engine.get_template("policy.html")?.render(Serde(&page))
}

/// What the template sees.
#[derive(Serialize)]
struct Page {
    lang: &'static str,
    w: BTreeMap<&'static str, &'static str>,
    style: Value,
    title: Passage,
    period: [String; 2],
    closed: String,
    facilities: Option<u64>,
    smallest: u32,
    frameworks: Vec<String>,
    sections: Vec<Section>,
    measures: Vec<Measure>,
}

/// A text, and its language where that is not the page's.
#[derive(Serialize)]
struct Passage {
    text: String,
    lang: Option<&'static str>,
}

/// A figure, drawn and as a table.
#[derive(Serialize)]
struct Section {
    id: String,
    title: String,
    /// Both escape what they print.
    bars: Value,
    table: Value,
    total: Option<u64>,
    /// The rows are all there are, so that their sum means something.
    is_summed: bool,
}

/// A measure of calibration, as people read it.
#[derive(Serialize)]
pub struct Measure {
    /// The framework, where it is one criterion's.
    pub framework: String,
    /// The criterion, or the whole round.
    pub row: String,
    /// Which measure.
    pub name: String,
    /// Its value.
    pub value: String,
}

impl Page {
    fn new(report: &PolicyReport, language: Language) -> Self {
        let day = |day| report_words::day(day, language);
        let version = words::say("version", language);
        let frameworks = report.frameworks.iter();
        let sections = (1..).zip(&report.figures);
        Self {
            lang: language.code(),
            w: words::all(language),
            style: Value::from_safe_string(STYLE.to_owned()),
            title: passage(&report.title, language),
            period: [day(report.begins), day(report.ends)],
            closed: report_words::day_of(report.closed_at, language),
            facilities: report.facilities,
            smallest: report.smallest_group,
            frameworks: frameworks
                .map(|one| format!("{} ({version} {})", one.framework_code, one.version_code))
                .collect(),
            sections: sections
                .map(|(number, figure)| section(number, figure, language))
                .collect(),
            measures: measures(&report.calibration, language),
        }
    }
}

fn passage(texts: &Texts, wanted: Language) -> Passage {
    let order = [wanted, Language::Nl, Language::Fr, Language::En];
    let mut found = order.into_iter();
    let found = found.find_map(|language| Some((language, texts.get(language)?)));
    let (language, text) = found.unwrap_or((wanted, ""));
    Passage {
        text: text.to_owned(),
        lang: (language != wanted).then(|| language.code()),
    }
}

fn label(label: &PolicyLabel, language: Language) -> Label {
    let Passage { text, lang } = passage(&label.title, language);
    Label { text, lang }
}

fn section(number: usize, figure: &PolicyFigure, language: Language) -> Section {
    let id = format!("figure-{number}");
    let say = |name| words::say(name, language);
    let framework = figure.framework.as_ref();
    let of = framework.map(|one| format!(" – {} {}", one.framework_code, one.version_code));
    let title = format!("{}{}", say(figure.code.name()), of.unwrap_or_default());
    let drawn = Figure {
        id: id.clone(),
        title: title.clone(),
        note: note(figure.code, language),
        heading: say(if framework.is_some() {
            "criterion"
        } else {
            "sector"
        })
        .to_owned(),
        legend: figure
            .columns
            .iter()
            .map(|one| label(one, language))
            .collect(),
        rows: figure
            .rows
            .iter()
            .map(|row| drawn_row(row, language))
            .collect(),
    };
    Section {
        id,
        title,
        bars: Value::from_safe_string(bars(&drawn)),
        table: Value::from_safe_string(table(&drawn)),
        total: figure.facilities,
        is_summed: framework.is_none(),
    }
}

fn note(figure: PolicyFigureCode, language: Language) -> String {
    let dash = words::say("dash", language);
    match figure {
        PolicyFigureCode::Agreement => {
            format!("{} {dash}", words::say("agreement_note", language))
        }
        _ => dash.to_owned(),
    }
}

/// The row, with its total beside what it is about.
fn drawn_row(row: &PolicyRow, language: Language) -> Row {
    let mut label = label(&row.label, language);
    let together = words::say("row_total", language);
    let total = row.facilities;
    let total = total.map_or_else(|| "–".to_owned(), |total| total.to_string());
    // In another language than the page's, a word of the page's would be read out wrongly.
    let total = match label.lang {
        None => format!(" ({together}: {total})"),
        Some(_) => format!(" ({total})"),
    };
    label.text.push_str(&total);
    Row {
        label,
        values: row.counts.iter().map(|count| count.facilities).collect(),
    }
}

/// The measures of calibration, the whole round first; none where there is nothing to show.
pub fn measures(calibration: &Calibration, language: Language) -> Vec<Measure> {
    let say = |name| words::say(name, language);
    let number = |measured: &Measured| {
        let value = format!("{:.2}", measured.value);
        match language {
            Language::En => value,
            Language::Nl | Language::Fr => value.replace('.', ","),
        }
    };
    let told = |framework: &str, row: &str, measured: Option<&Measured>| Measure {
        framework: framework.to_owned(),
        row: row.to_owned(),
        name: measured
            .map_or(say("undefined"), |one| say(one.measure.name()))
            .to_owned(),
        value: measured.map_or_else(String::new, number),
    };
    let overall = calibration.overall.iter();
    let overall = overall.map(|measured| told("", say("overall"), Some(measured)));
    let criteria = calibration.criteria.iter();
    let criteria = criteria.map(|one| {
        told(
            &one.framework_code,
            &one.criterion_code,
            one.measured.as_ref(),
        )
    });
    overall.chain(criteria).collect()
}
