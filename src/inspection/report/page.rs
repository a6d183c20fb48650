//! The page of a report: HTML for screens, screen readers and paper, in the language of the reader. It has no script and loads nothing.
use std::collections::BTreeMap;

use chrono::NaiveDate;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, Error, UndefinedBehavior};
use serde::Serialize;

use super::document::{Finding, ImprovementPoint, Judgement, ReportDocument, Subject};
use super::{PublishedReportSummary, words};
use crate::db::types::Moment;
use crate::framework::document::CriterionKind;
use crate::text::Language;
use crate::words::Texts;

/// The page's one style block, for the hash in `Content-Security-Policy`: nothing else on the page needs a permission.
pub const STYLE: &str = include_str!("templates/report.css");

const TEMPLATE: &str = concat!(
    include_str!("templates/macros.html"),
    include_str!("templates/report.html")
);
const WITHDRAWN: &str = include_str!("templates/withdrawn.html");

/// The page in a language. What is written in another one is marked as such.
pub fn render(report: &ReportDocument, language: Language) -> Result<String, Error> {
    // The engine escapes what a template with this ending prints.
    let mut engine = engine(language, report.language)?;
    engine.add_template("report.html", TEMPLATE)?;
    let page = Page::new(report, language);
    engine.get_template("report.html")?.render(Serde(&page))
}

/// What renders a page in a language, of something that was written in one.
pub fn engine(language: Language, written: Language) -> Result<Environment<'static>, Error> {
    let mut engine = Environment::new();
    // What is absent may be asked after; to print it is a fault of the template.
    engine.set_undefined_behavior(UndefinedBehavior::SemiStrict);
    let mut syntax = SyntaxConfig::builder();
    engine.set_syntax(syntax.trim_blocks(true).lstrip_blocks(true).build()?);
    add_functions(&mut engine, language, written);
    Ok(engine)
}

/// The page of a publication that was withdrawn: that it was, and why.
pub fn withdrawn(
    publication: &PublishedReportSummary,
    language: Language,
) -> Result<String, Error> {
    let mut engine = Environment::new();
    engine.add_function("day_of", move |moment: Serde<Moment>| {
        words::day_of(moment.0, language)
    });
    engine.add_template("withdrawn.html", WITHDRAWN)?;
    let page = Withdrawn {
        publication,
        lang: language.code(),
        w: words::all(language),
        style: Value::from_safe_string(STYLE.to_owned()),
    };
    engine.get_template("withdrawn.html")?.render(Serde(&page))
}

/// What the template of a withdrawn publication sees.
#[derive(Serialize)]
struct Withdrawn<'a> {
    publication: &'a PublishedReportSummary,
    lang: &'static str,
    w: BTreeMap<&'static str, &'static str>,
    style: Value,
}

/// What the template calls.
fn add_functions(engine: &mut Environment, language: Language, default: Language) {
    engine.add_function("pick", move |texts: Serde<Texts>| {
        Value::from(Serde(pick(&texts, language, default)))
    });
    engine.add_function(
        "span",
        move |from: Serde<Moment>, to: Option<Serde<Moment>>| {
            words::span(from.0, to.map(|to| to.0), language)
        },
    );
    engine.add_function("day_of", move |moment: Serde<Moment>| {
        words::day_of(moment.0, language)
    });
    engine.add_function("day", move |day: Serde<NaiveDate>| {
        words::day(day.0, language)
    });
    engine.add_function("paragraphs", |text: &str| -> Vec<String> {
        let lines = text.lines().map(str::trim);
        let lines = lines.filter(|line| !line.is_empty());
        lines.map(str::to_owned).collect()
    });
}

/// What the template sees.
#[derive(Serialize)]
struct Page<'a> {
    report: &'a ReportDocument,
    /// The language of the page.
    lang: &'static str,
    /// The language that the inspectors wrote in, where that is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    written: Option<&'static str>,
    w: BTreeMap<&'static str, &'static str>,
    style: Value,
    tallies: Vec<Tally<'a>>,
    sum: Tally<'a>,
    points: Vec<Point<'a>>,
    /// The number of the group of findings outside the checklist.
    outside: usize,
}

impl<'a> Page<'a> {
    fn new(report: &'a ReportDocument, language: Language) -> Self {
        let other = report.language != language;
        Self {
            report,
            lang: language.code(),
            written: other.then(|| report.language.code()),
            w: words::all(language),
            style: Value::from_safe_string(STYLE.to_owned()),
            tallies: tallies(report),
            sum: sum(report),
            points: points(report),
            outside: report.themes.len() + 1,
        }
    }
}

/// A text, and its language where that is not the page's.
#[derive(Serialize)]
struct Passage {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    lang: Option<&'static str>,
}

fn pick(texts: &Texts, wanted: Language, default: Language) -> Passage {
    let order = [wanted, default, Language::Nl, Language::Fr, Language::En];
    let found = order
        .into_iter()
        .find_map(|language| texts.get(language).map(|text| (language, text)));
    let (language, text) = found.unwrap_or((wanted, ""));
    Passage {
        text: text.to_owned(),
        lang: (language != wanted).then(|| language.code()),
    }
}

/// How many findings have a judgement.
#[derive(Serialize, Default, Clone, Copy)]
struct Tally<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    judgement: Option<&'a Judgement>,
    requirement: usize,
    expectation: usize,
    outside: usize,
    all: usize,
}

impl Tally<'_> {
    fn add(&mut self, finding: &Finding) {
        let column = match &finding.subject {
            Subject::Title(_) => &mut self.outside,
            Subject::Criterion(criterion) => match criterion.kind {
                CriterionKind::Requirement => &mut self.requirement,
                CriterionKind::Expectation => &mut self.expectation,
            },
        };
        *column += 1;
        self.all += 1;
    }
}

fn findings(report: &ReportDocument) -> impl Iterator<Item = &Finding> {
    let on_checklist = report.themes.iter().flat_map(|theme| &theme.findings);
    on_checklist.chain(&report.outside)
}

/// Breaches first, then the others as they come; what has no judgement last.
fn tallies(report: &ReportDocument) -> Vec<Tally<'_>> {
    let mut tallies: Vec<Tally> = Vec::new();
    for finding in findings(report) {
        let judgement = finding.judgement.as_ref();
        match tallies.iter_mut().find(|one| one.judgement == judgement) {
            Some(tally) => tally.add(finding),
            None => tallies.push(first(judgement, finding)),
        }
    }
    tallies.sort_by_key(|tally| tally.judgement.map_or(2, |it| u8::from(!it.breach)));
    tallies
}

fn first<'a>(judgement: Option<&'a Judgement>, finding: &Finding) -> Tally<'a> {
    let mut tally = Tally {
        judgement,
        ..Tally::default()
    };
    tally.add(finding);
    tally
}

fn sum(report: &ReportDocument) -> Tally<'_> {
    let mut sum = Tally::default();
    findings(report).for_each(|finding| sum.add(finding));
    sum
}

/// An improvement point, with the number of its finding in the page: those of the template, theme by theme.
#[derive(Serialize)]
struct Point<'a> {
    theme: usize,
    finding: usize,
    improvement: &'a ImprovementPoint,
}

fn points(report: &ReportDocument) -> Vec<Point<'_>> {
    let groups = report.themes.iter().map(|theme| &theme.findings);
    let mut points = Vec::new();
    for (theme, group) in (1..).zip(groups.chain([&report.outside])) {
        for (finding, one) in (1..).zip(group) {
            let improvements = one.improvement_points.iter();
            points.extend(improvements.map(|improvement| Point {
                theme,
                finding,
                improvement,
            }));
        }
    }
    points
}
