//! Path values: a malformed one is 400, naming it.
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::db::types::{Id, is_technical};
use crate::personal::holds_register_number;
use crate::problem::{In, Issue, Problem};
use crate::text::Text;

/// The values in the path, as a tuple or a single one.
pub struct Path<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Path<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let personal = request
            .match_info()
            .iter()
            .any(|(_, value)| holds_register_number(&unescaped(value)) && !is_technical(value));
        if personal {
            return ready(Err(Problem::fault(Issue::new(
                "personalData",
                In::Path,
                "",
                super::body::personal_data(),
            ))));
        }
        let read = web::Path::<T>::extract(request).into_inner();
        ready(
            read.map(|path| Path(path.into_inner()))
                .map_err(|_| malformed(request)),
        )
    }
}

/// The value with a blank for each escape that the router leaves (`%2F`, `%2B`, `%25`): their digits are none of the text's.
fn unescaped(value: &str) -> String {
    let mut parts = value.split('%');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        format!("{text} {}", part.get(2..).unwrap_or_default())
    })
}

/// A number from 1 on, written in digits alone: one thing has one URL.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "std::borrow::Cow<'_, str>")]
pub struct Number(pub i64);

impl TryFrom<std::borrow::Cow<'_, str>> for Number {
    type Error = &'static str;

    fn try_from(text: std::borrow::Cow<'_, str>) -> Result<Self, Self::Error> {
        let plain = text.starts_with(|first| matches!(first, '1'..='9'));
        let number = text.parse().ok().filter(|_| plain);
        number.map(Self).ok_or("use digits alone, from 1 on")
    }
}

/// Every value of the path that can be wrong is named, for serde does not tell which of them it was: all but the ids that are good. Where those are
/// all there is, the fault is theirs after all.
fn malformed(request: &HttpRequest) -> Problem {
    let all = || request.match_info().iter();
    let is_good =
        |(name, value): &(&str, &str)| name.ends_with("Id") && value.parse::<Id>().is_ok();
    let only_good = all().all(|one| is_good(&one));
    let issues = all()
        .filter(|one| only_good || !is_good(one))
        .map(|(name, value)| {
            Issue::new(
                "malformedPathValue",
                In::Path,
                name,
                Text::new(
                    "Gebruik voor een id een UUID met streepjes, voor een code letters, cijfers, punten en streepjes, en voor een nummer alleen cijfers, vanaf 1.",
                    "Utilisez un UUID avec tirets pour un id, des lettres, chiffres, points et tirets pour un code, et des chiffres seuls, à partir de 1, pour un numéro.",
                    "Use a hyphenated UUID for an id, letters, digits, dots and hyphens for a code, and digits alone, from 1 on, for a number.",
                ),
            )
            .with_value(value)
        })
        .collect();
    Problem::faults(issues)
}
