//! Keyset pagination: a walk shows every item that was there at its start once, whatever is written meanwhile.
use std::fmt;
use std::str::FromStr;

use chrono::DateTime;
use serde::Serialize;
use utoipa::ToSchema;

use super::query::{FromQuery, Reader};
use crate::db::types::Moment;
use crate::problem::{In, Issue, Problem};
use crate::text::Text;
use crate::words::Code;

/// Items on a page when the caller does not say.
pub const DEFAULT_SIZE: i64 = 25;
/// Items on a page at most; more is refused, never cut.
pub const MAX_SIZE: i64 = 200;

/// A page of a collection.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The items, in the order of the collection.
    pub items: Vec<T>,
    /// The address of the next page; absent on the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(
        format = "uri",
        example = "https://kindreflex.example/v1/facilities?after=01890a5d-ac96-774b-bcce-b302099a8057&pageSize=25"
    )]
    pub next: Option<String>,
}

/// Where a page starts and how long it is.
#[derive(Debug, Clone)]
pub struct Window<K> {
    /// The key of the last item of the page before.
    pub after: Option<K>,
    /// How many items.
    pub size: i64,
}

impl<K: std::str::FromStr> FromQuery for Window<K> {
    fn from_query(reader: &mut Reader) -> Self {
        let size = page_size(reader);
        let after = reader.one("after", &expected_cursor());
        Self { after, size }
    }
}

/// How many items a page has, as the caller says or by default.
pub fn page_size(reader: &mut Reader) -> i64 {
    let expected = Text::new(
        format!("Gebruik een paginagrootte van 1 tot {MAX_SIZE}."),
        format!("Utilisez une taille de page de 1 à {MAX_SIZE}."),
        format!("Use a page size from 1 to {MAX_SIZE}."),
    );
    let asked = reader.one::<i64>("pageSize", &expected);
    if asked.is_some_and(|asked| !(1..=MAX_SIZE).contains(&asked)) {
        reader.fault("pageSize", "outOfRange", expected);
    }
    asked.unwrap_or(DEFAULT_SIZE).clamp(1, MAX_SIZE)
}

/// The place of a thing with a code in the order of arrival: when it came; its code, where several came at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival {
    /// When it came.
    pub at: Moment,
    /// Its code.
    pub code: String,
}

impl Arrival {
    /// The cursor after a thing.
    pub fn of(at: Moment, code: &str) -> String {
        let code = code.to_owned();
        Self { at, code }.to_string()
    }
}

/// A cursor has letters for digits: one in a hundred moments holds what could be a national register number, and its link would be refused.
const DIGITS: &str = "0123456789";
const LETTERS: &str = "abcdefghij";

/// The text with each of its characters that is among these replaced by the one in the same place among those.
fn exchanged(text: &str, these: &str, those: &str) -> String {
    let exchange = |one| {
        let mut pairs = these.chars().zip(those.chars());
        pairs
            .find(|(this, _)| *this == one)
            .map_or(one, |(_, that)| that)
    };
    text.chars().map(exchange).collect()
}

impl Window<Arrival> {
    /// Does a thing come after the page before? For a list that is read whole.
    pub fn is_ahead(&self, at: Moment, code: &str) -> bool {
        let after = self.after.as_ref();
        after.is_none_or(|after| (at, code) > (after.at, after.code.as_str()))
    }
}

impl fmt::Display for Arrival {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.at.0.timestamp_micros().to_string();
        write!(f, "{}-{}", exchanged(&micros, DIGITS, LETTERS), self.code)
    }
}

impl FromStr for Arrival {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (micros, code) = text.split_once('-').ok_or(())?;
        if !micros.chars().all(|letter| LETTERS.contains(letter)) {
            return Err(());
        }
        let micros = exchanged(micros, LETTERS, DIGITS);
        let micros = micros.parse().map_err(|_| ())?;
        let at = DateTime::from_timestamp_micros(micros).ok_or(())?;
        let code: Code = code.parse().map_err(|_| ())?;
        Ok(Self {
            at: at.try_into().map_err(|_| ())?,
            code: code.to_string(),
        })
    }
}

fn expected_cursor() -> Text {
    Text::new(
        "Volg de link in next; deze cursor is niet geldig.",
        "Suivez le lien next ; ce curseur n'est pas valable.",
        "Follow the link in next; this cursor is not valid.",
    )
}

/// The problem of a cursor that names nothing the caller may know about: the same as of one that cannot be read.
pub fn unknown_cursor(cursor: impl ToString) -> Problem {
    Problem::fault(
        Issue::new("invalidValue", In::Query, "after", expected_cursor())
            .with_value(cursor.to_string()),
    )
}

impl<K> Window<K> {
    /// How many rows to read: one more than asked tells whether there is a next page.
    pub fn limit(&self) -> i64 {
        self.size + 1
    }

    /// The page of the rows that were read, its link made of the last item's key and the filters in force.
    pub fn page<T>(
        &self,
        mut items: Vec<T>,
        collection: &str,
        filters: &[(&str, String)],
        key: impl Fn(&T) -> String,
    ) -> Page<T> {
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let more = items.len() > size;
        items.truncate(size);
        let next = items.last().filter(|_| more).map(|last| {
            let start = format!("{collection}?after={}&pageSize={size}", encode(&key(last)));
            filters.iter().fold(start, |link, (name, value)| {
                format!("{link}&{name}={}", encode(value))
            })
        });
        Page { items, next }
    }
}

/// A value as it may stand in a query (RFC 3986: everything but the unreserved characters is escaped).
fn encode(value: &str) -> String {
    value
        .bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}
