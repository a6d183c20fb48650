//! Who took part in a session, per facility: how many, and never who. Written by the facility, or by the expert centre that gives the training.
use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::audit::ActorView;
use crate::db::types::{Id, Moment};
use crate::http::ETag;
use crate::http::body::Check;
use crate::http::checks::at_most;
use crate::problem::Issue;
use crate::text::Text;

pub mod kept;
pub mod list;
pub mod participants;
pub mod routes;
pub mod store;
pub mod work;

/// People of one facility in one session at most, by key.
const MOST_PARTICIPANTS: usize = 1000;
/// The same, without one.
const MOST_OTHERS: u32 = 100_000;

/// Who of a facility took part in a session.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AttendanceInput {
    /// The facility's own key for each who took part, such as a number on a list that it keeps itself: the same person has the same key every time, and
    /// nobody else can read who it is. Letters, digits, points and hyphens, with a digit at least. Only a keyed hash of it is kept.
    #[serde(default)]
    #[schema(required = false, max_items = 1000, example = json!(["P-0417", "P-0418"]))]
    pub participants: Vec<String>,
    /// How many more took part for whom there is no key. They are counted in each session anew.
    #[serde(default)]
    #[schema(required = false, maximum = 100_000)]
    pub others: u32,
}

/// How many of a facility took part in a session.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Attendance {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// The training.
    pub training_id: Id,
    /// The session.
    pub session_id: Id,
    /// The facility.
    pub facility_id: Id,
    /// How many took part for whom the facility gave a key.
    pub participants: u32,
    /// How many more.
    pub others: u32,
    /// Who recorded it last.
    pub recorded_by: ActorView,
    /// When.
    pub recorded_at: Moment,
    #[serde(skip)]
    pub(crate) edit: i64,
}

impl Attendance {
    /// Its tag.
    pub fn tag(&self) -> ETag {
        ETag::edit(self.edit)
    }
}

/// A key says nothing about who it is: it is short, no address, and has a digit, as names have none.
fn is_key(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-';
    let is_long_enough = (3..=64).contains(&text.len());
    is_long_enough && text.bytes().all(fits) && text.bytes().any(|byte| byte.is_ascii_digit())
}

impl Check for AttendanceInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        if self.others > MOST_OTHERS {
            let detail = Text::new(
                format!("Gebruik een getal tot {MOST_OTHERS}."),
                format!("Utilisez un nombre jusqu'à {MOST_OTHERS}."),
                format!("Use a number up to {MOST_OTHERS}."),
            );
            faults.push(Issue::body("outOfRange", "others", detail));
        }
        let count = self.participants.len();
        if !at_most("participants", count, MOST_PARTICIPANTS, faults) {
            return;
        }
        let mut seen = BTreeSet::new();
        for (index, key) in self.participants.iter().enumerate() {
            let at = format!("participants[{index}]");
            // What is no key may be a name: it is not repeated.
            if !is_key(key) {
                faults.push(Issue::body("invalidValue", at, no_key()));
            } else if !seen.insert(key) {
                faults.push(Issue::body("repeated", at, twice()));
            }
        }
    }
}

fn no_key() -> Text {
    Text::new(
        "Gebruik een sleutel van 3 tot 64 letters, cijfers, punten en streepjes, met een cijfer erin, die niet zegt wie het is, zoals P-0417.",
        "Utilisez une clé de 3 à 64 lettres, chiffres, points et tirets, avec un chiffre, qui ne dit pas qui c'est, comme P-0417.",
        "Use a key of 3 to 64 letters, digits, points and hyphens, with a digit in it, that does not say who it is, such as P-0417.",
    )
}

fn twice() -> Text {
    Text::new(
        "Deze sleutel staat er twee keer; één persoon telt één keer per sessie.",
        "Cette clé figure deux fois ; une personne compte une fois par session.",
        "This key is there twice; one person counts once in a session.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_does_not_say_who_it_is() {
        for (key, fits) in [
            ("P-0417", true),
            ("4711", true),
            ("a.1", true),
            ("jan.peeters", false),
            ("jan@example.org", false),
            ("Jan 1", false),
            ("P1", false),
            ("", false),
        ] {
            assert_eq!(is_key(key), fits, "{key}");
        }
        assert!(!is_key(&"1".repeat(65)));
    }
}
