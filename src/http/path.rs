//! Path values: a malformed one is 400, naming it.
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use serde::de::DeserializeOwned;

use crate::db::types::is_technical;
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
            .any(|(_, value)| holds_register_number(value) && !is_technical(value));
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

/// Every value of the path is named: serde does not tell which of them it was.
fn malformed(request: &HttpRequest) -> Problem {
    let issues = request
        .match_info()
        .iter()
        .map(|(name, value)| {
            Issue::new(
                "malformedPathValue",
                In::Path,
                name,
                Text::new(
                    "Gebruik voor een id een UUID in kleine letters met streepjes, en voor een code letters, cijfers, punten en streepjes.",
                    "Utilisez un UUID en minuscules avec tirets pour un id, et des lettres, chiffres, points et tirets pour un code.",
                    "Use a hyphenated UUID for an id, and letters, digits, dots and hyphens for a code.",
                ),
            )
            .with_value(value)
        })
        .collect();
    Problem::faults(issues)
}
