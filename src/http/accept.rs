//! Where a thing can be had as JSON or as a page: which of the two the caller wants.
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{ACCEPT, HeaderMap};
use actix_web::{FromRequest, HttpRequest};

use crate::problem::{Kind, Problem};
use crate::text::Text;

/// What is wanted, by `Accept`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rendition {
    /// `application/json`; also where the caller does not mind.
    Json,
    /// `text/html`, as browsers ask.
    Html,
}

impl FromRequest for Rendition {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(of(request.headers()).ok_or_else(not_acceptable))
    }
}

/// The one of greater weight; nothing when neither is wanted.
fn of(headers: &HeaderMap) -> Option<Rendition> {
    if !headers.contains_key(ACCEPT) {
        return Some(Rendition::Json);
    }
    let values = headers.get_all(ACCEPT);
    let header: Vec<&str> = values.filter_map(|value| value.to_str().ok()).collect();
    let header = header.join(",");
    let html = weight(&header, &["text/html", "text/*", "*/*"]);
    let problem = weight(&header, &["application/problem+json"]);
    let json = weight(&header, &["application/json", "application/*", "*/*"]).max(problem);
    match (html > json, html > 0.0 || json > 0.0) {
        (true, _) => Some(Rendition::Html),
        (false, true) => Some(Rendition::Json),
        (false, false) => None,
    }
}

/// The weight of a type: that of the narrowest of its names that the header holds.
fn weight(header: &str, names: &[&str]) -> f32 {
    let of_name = |name: &&str| {
        header.split(',').find_map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let named = parts.next()?.eq_ignore_ascii_case(name);
            let quality = parts.find_map(|part| part.strip_prefix("q="));
            named.then(|| quality.map_or(1.0, |quality| quality.parse().unwrap_or(0.0)))
        })
    };
    names.iter().find_map(of_name).unwrap_or(0.0)
}

fn not_acceptable() -> Problem {
    Problem::new(
        Kind::NotAcceptable,
        Text::new(
            "Hier zijn er application/json en text/html.",
            "Il y a ici application/json et text/html.",
            "There are application/json and text/html here.",
        ),
    )
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn a_browser_gets_the_page_and_a_program_json() {
        for (header, wanted) in [
            ("*/*", Some(Rendition::Json)),
            ("", None),
            ("application/json", Some(Rendition::Json)),
            ("application/problem+json", Some(Rendition::Json)),
            ("text/html", Some(Rendition::Html)),
            (
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                Some(Rendition::Html),
            ),
            ("application/json, text/html", Some(Rendition::Json)),
            ("application/json;q=0.5, TEXT/HTML", Some(Rendition::Html)),
            ("text/html;q=0, */*", Some(Rendition::Json)),
            ("image/png", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(header));
            assert_eq!(of(&headers), wanted, "{header}");
        }
        assert_eq!(of(&HeaderMap::new()), Some(Rendition::Json));
    }
}
