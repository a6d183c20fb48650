//! Query parameters: each is read once, and what is not known is refused, all faults at once.
use std::future::{Ready, ready};
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};

use crate::db::types::is_technical;
use crate::personal::holds_register_number;
use crate::problem::{In, Issue, Problem};
use crate::text::Text;

/// How often a parameter may repeat.
pub const MOST: usize = 50;

/// Parameters in one query at most.
const MOST_PAIRS: usize = 200;

/// The parameters of one operation.
pub trait FromQuery: Sized {
    /// Takes what it knows from the reader.
    fn from_query(reader: &mut Reader) -> Self;
}

/// The query of a request.
pub struct Query<T>(pub T);

impl<T: FromQuery> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(read(request.query_string()).map(Query))
    }
}

fn read<T: FromQuery>(query: &str) -> Result<T, Problem> {
    if query.split('&').count() > MOST_PAIRS {
        return Err(Problem::fault(Issue::new(
            "length",
            In::Query,
            "",
            Text::new(
                format!("Geef ten hoogste {MOST_PAIRS} parameters."),
                format!("Donnez au plus {MOST_PAIRS} paramètres."),
                format!("Give {MOST_PAIRS} parameters at most."),
            ),
        )));
    }
    let pairs = web::Query::<Vec<(String, String)>>::from_query(query)
        .map(web::Query::into_inner)
        .unwrap_or_default();
    let mut reader = Reader {
        pairs,
        known: Vec::new(),
        faults: Vec::new(),
    };
    let parameters = T::from_query(&mut reader);
    reader.finish()?;
    Ok(parameters)
}

/// No parameters at all: whatever is sent is refused.
pub struct Nothing;

impl FromQuery for Nothing {
    fn from_query(_: &mut Reader) -> Self {
        Self
    }
}

/// Hands out parameters by name and keeps the faults.
pub struct Reader {
    pairs: Vec<(String, String)>,
    known: Vec<&'static str>,
    faults: Vec<Issue>,
}

impl Reader {
    /// Every value of a parameter that may repeat.
    pub fn many<T: FromStr>(&mut self, name: &'static str, expected: &Text) -> Vec<T> {
        self.known.push(name);
        let mut values = Vec::new();
        for (_, text) in self.pairs.iter().filter(|(key, _)| key == name) {
            if holds_register_number(text) && !is_technical(text) {
                let detail = super::body::personal_data();
                self.faults
                    .push(Issue::new("personalData", In::Query, name, detail));
                continue;
            }
            match text.parse() {
                Ok(value) if !text.contains('\0') => values.push(value),
                _ => self.faults.push(
                    Issue::new("invalidValue", In::Query, name, expected.clone())
                        .with_value(text.clone()),
                ),
            }
        }
        if values.len() > MOST {
            self.fault(
                name,
                "length",
                Text::new(
                    format!("Geef deze parameter ten hoogste {MOST} keer."),
                    format!("Donnez ce paramètre {MOST} fois au plus."),
                    format!("Give this parameter {MOST} times at most."),
                ),
            );
        }
        values
    }

    /// The value of a parameter that may come once.
    pub fn one<T: FromStr>(&mut self, name: &'static str, expected: &Text) -> Option<T> {
        let mut values = self.many(name, expected);
        if values.len() > 1 {
            self.faults.push(Issue::new(
                "repeatedParameter",
                In::Query,
                name,
                Text::new(
                    "Geef deze parameter één keer.",
                    "Donnez ce paramètre une seule fois.",
                    "Give this parameter once.",
                ),
            ));
        }
        values.pop()
    }

    /// The same, for a parameter that must come: nothing only where the request is refused anyway.
    pub fn required<T: FromStr>(&mut self, name: &'static str, expected: &Text) -> Option<T> {
        if !self.pairs.iter().any(|(key, _)| key == name) {
            self.fault(name, "missing", expected.clone());
        }
        self.one(name, expected)
    }

    /// A required parameter is absent from a request that was not refused: a fault of ours.
    pub fn unchecked() -> Problem {
        Problem::internal("a required parameter was not checked")
    }

    /// Adds a fault of the caller's own.
    pub fn fault(&mut self, name: &'static str, kind: &'static str, detail: Text) {
        self.faults.push(Issue::new(kind, In::Query, name, detail));
    }

    fn finish(mut self) -> Result<(), Problem> {
        let known = self.known.join(", ");
        for (name, _) in &self.pairs {
            if !self.known.contains(&name.as_str()) {
                let shown = if holds_register_number(name) {
                    ""
                } else {
                    name.as_str()
                };
                self.faults.push(Issue::new(
                    "unknownParameter",
                    In::Query,
                    shown,
                    if known.is_empty() {
                        Text::new(
                            "Hier worden geen parameters gelezen.",
                            "Aucun paramètre n'est lu ici.",
                            "No parameters are read here.",
                        )
                    } else {
                        Text::new(
                            format!("Deze parameter bestaat hier niet; wel: {known}."),
                            format!("Ce paramètre n'existe pas ici ; existent : {known}."),
                            format!("There is no such parameter here; there are: {known}."),
                        )
                    },
                ));
            }
        }
        if self.faults.is_empty() {
            Ok(())
        } else {
            Err(Problem::faults(self.faults))
        }
    }
}

/// What an id in a query must look like.
pub fn expected_id() -> Text {
    Text::new(
        "Gebruik een UUID met streepjes.",
        "Utilisez un UUID avec tirets.",
        "Use a hyphenated UUID.",
    )
}

/// What a code in a query must look like.
pub fn expected_code() -> Text {
    Text::new(
        "Gebruik een code: letters, cijfers, punten en streepjes.",
        "Utilisez un code : lettres, chiffres, points et tirets.",
        "Use a code: letters, digits, dots and hyphens.",
    )
}

/// What a number of bytes, or of anything else that is counted, looks like.
pub fn expected_number() -> Text {
    Text::new(
        "Gebruik een geheel getal vanaf 0.",
        "Utilisez un nombre entier à partir de 0.",
        "Use a whole number from 0 on.",
    )
}

/// One of a list of names.
pub fn expected_one_of(names: &[&str]) -> Text {
    let names = names.join(", ");
    Text::new(
        format!("Gebruik een van: {names}."),
        format!("Utilisez l'un de : {names}."),
        format!("Use one of: {names}."),
    )
}
