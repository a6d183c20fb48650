//! The page of a link: plain HTML that works without scripts, on a phone and with a screen reader. Nothing is loaded from elsewhere.
use std::fmt::Write as _;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;

use super::form::Filled;
use super::{ContributionLink, LinkStatus, Questionnaire, rules};
use crate::http::html;
use crate::problem::{Issue, Kind, Problem};
use crate::text::Language;

mod words;
mod writer;

use writer::Writer;

const STYLE: &str = include_str!("page/style.css");

/// A text for HTML, also within an attribute.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

fn answer(status: StatusCode, body: String) -> HttpResponse {
    html::form(status, STYLE).body(body)
}

fn document(language: Language, title: &str, main: &str) -> String {
    let (lang, title) = (language.code(), escaped(title));
    format!(
        "<!doctype html>\n<html lang=\"{lang}\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"robots\" content=\"noindex\"><style>{STYLE}</style></head>\n<body><main>\n{main}</main></body></html>\n"
    )
}

/// What a link shows. `action` is where its form is sent, from where the page stands.
pub fn show(link: &ContributionLink, action: &str, language: Language) -> HttpResponse {
    match &link.questionnaire {
        Some(questionnaire) => {
            let filled = Filled::earlier(questionnaire);
            form(questionnaire, &filled, &[], action, language)
        }
        None => without_questions(link.status, StatusCode::OK, language),
    }
}

fn without_questions(status: LinkStatus, code: StatusCode, language: Language) -> HttpResponse {
    let title = words::TITLE.in_language(language);
    let text = rules::explanation(status);
    let text = text.as_ref().map_or("", |text| text.in_language(language));
    let main = format!(
        "<h1>{}</h1>\n<p role=\"status\">{}</p>\n",
        escaped(title),
        escaped(text)
    );
    answer(code, document(language, title, &main))
}

/// What went wrong, where there is no form to show it in.
pub fn trouble(problem: &Problem, sent: bool, language: Language, trace: &str) -> HttpResponse {
    if let Some(causes) = problem.causes() {
        log::error!("{trace} {problem}: {causes}");
    }
    let title = words::TROUBLE.in_language(language);
    let mut main = format!("<h1>{}</h1>\n", escaped(title));
    let detail = problem.detail().in_language(language);
    paragraph(&mut main, "role=\"alert\"", detail);
    for issue in problem.issues() {
        paragraph(&mut main, "", issue.detail.in_language(language));
    }
    if sent && problem.kind() == Kind::ServiceUnavailable {
        paragraph(&mut main, "", words::BACK.in_language(language));
    }
    let status = StatusCode::from_u16(problem.kind().status());
    let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    answer(status, document(language, title, &main))
}

fn paragraph(main: &mut String, attributes: &str, text: &str) {
    let space = if attributes.is_empty() { "" } else { " " };
    put(
        main,
        format_args!("<p{space}{attributes}>{}</p>\n", escaped(text)),
    );
}

/// Writing into a text never fails.
fn put(main: &mut String, what: std::fmt::Arguments) {
    let _ = main.write_fmt(what);
}

/// The form, with what stands in its fields and what is wrong with them: 200, or 400 where something is.
pub fn form(
    questionnaire: &Questionnaire,
    filled: &Filled,
    faults: &[Issue],
    action: &str,
    language: Language,
) -> HttpResponse {
    let writer = Writer::new(questionnaire, faults, language);
    let mut title = words::TITLE.in_language(language).to_owned();
    let mut status = StatusCode::OK;
    if !faults.is_empty() {
        title = format!("{} – {title}", words::FAULTY.in_language(language));
        status = StatusCode::BAD_REQUEST;
    }
    let main = writer.main(filled, action);
    answer(status, document(language, &title, &main))
}
