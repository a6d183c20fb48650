//! A text that should not have been written (a child's name in a note) is removed everywhere, and a mark says on what ground and by whom.
//!
//! ```text
//! removing ──nothing of it is left on disk──▶ done
//! ```
//!
//! The rows are changed in one transaction: from then on nobody reads the text. What the database keeps of the rows that were there before (free
//! pages, the write-ahead log of SQLite, dead rows of PostgreSQL) is written anew after that, by the service: [`upkeep`]. Not reached, and
//! for the operator: older backups, and PostgreSQL's own write-ahead log. What is written after the redaction, the same text again
//! included, is not covered; what is written while it runs comes before it or after it, for it locks the facility's self-assessments.
//!
//! The text itself is never stored, logged or sent back. The audit can still be verified: an erased payload has its hash, and a frozen
//! revision has an event of its own that says how it reads now ([`crate::audit::frozen`]).
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Tx;
use crate::app::Operations;
use crate::audit::ActorView;
use crate::db::types::{Id, Moment};
use crate::http::ETag;
use crate::http::body::Check;
use crate::http::checks::{at_most, check_length};
use crate::problem::Issue;
use crate::text::Text;

pub mod needle;
pub mod places;
mod removal;
pub mod routes;
pub mod store;
pub mod upkeep;
pub mod work;

use needle::{MARK, Needle};
pub use removal::named_in_texts;

/// The shortest text: a shorter one would stand in too many words.
const SHORTEST: usize = 3;
/// The longest text, in characters.
const LONGEST: usize = 500;
/// Attachments in one redaction at most.
const MOST_ATTACHMENTS: usize = 100;

/// The operations on redactions.
pub fn operations(to: &mut impl Operations) {
    to.operation(routes::list_redactions)
        .operation(routes::create_redaction)
        .operation(routes::read_redaction);
}

crate::text_enum! {
    /// How far a redaction is.
    pub enum RedactionStatus {
        /// Nobody reads the text any more; the service is writing the database anew, so that nothing of it is left on disk.
        Removing = "removing",
        /// Nothing of it is left in the database's files.
        Done = "done",
    }
}

/// What a redaction removed: how many values in each kind of place. The list of places grows; one where nothing was found is left out.
pub type Counts = BTreeMap<String, i64>;

/// A redaction. It does not say what was removed.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Redaction {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its identity.
    pub id: Id,
    /// The facility whose data it is about.
    pub facility_id: Id,
    /// How far it is.
    pub status: RedactionStatus,
    /// Why. An admin reads it of its own redactions alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub ground: Option<String>,
    /// Who asked for it.
    pub by: ActorView,
    /// When.
    pub at: Moment,
    /// How many values made way, by the kind of place: `answers`, `revisions`, `auditPayloads`, `attachments` and so on. Not for an admin:
    /// they would tell what stands in drafts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, value_type = BTreeMap<String, i64>, example = json!({"answers": 1, "auditPayloads": 1}))]
    pub counts: Option<Counts>,
    /// When nothing of it was left on disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub done_at: Option<Moment>,
    #[serde(skip)]
    pub(crate) edit: i64,
}

impl Redaction {
    /// As the caller may see it: counts tell what stands in drafts, which is not an admin's to know, and a ground is for whom it was written.
    #[must_use]
    pub fn seen_by(mut self, tx: &Tx) -> Self {
        if tx.scope.admin {
            self.counts = None;
            let caller = ActorView::of(tx);
            let own = self.by.id == caller.id && self.by.role == caller.role;
            self.ground = self.ground.filter(|_| own);
        }
        self
    }

    /// Its tag.
    pub fn tag(&self) -> ETag {
        ETag::edit(self.edit)
    }
}

/// What a redaction would remove.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RedactionPreview {
    /// The facility whose data was looked at.
    pub facility_id: Id,
    /// How many values would make way, by the kind of place.
    #[schema(value_type = BTreeMap<String, i64>, example = json!({"answers": 1, "auditPayloads": 1}))]
    pub counts: Counts,
}

/// What a redaction leaves where it removed something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RedactionMark {
    /// The redaction.
    pub redaction_id: Id,
    /// When.
    pub at: Moment,
    /// On what ground.
    pub ground: String,
    /// By whom.
    pub by: ActorView,
    /// The submitted revisions that read otherwise since.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub revisions: Vec<i64>,
}

/// What is to be removed, and why.
// It has no `Debug`: the text is never shown.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RedactionInput {
    /// The facility whose data it is about.
    pub facility_id: Id,
    /// The text, exactly as it was written, without more around it than what must go. It may be a national register number: this is the one
    /// field that takes one. It is not stored.
    #[serde(default)]
    #[schema(
        required = false,
        nullable = false,
        min_length = 3,
        max_length = 500,
        example = "Lotte Peeters"
    )]
    pub text: Option<String>,
    /// Also where its letters are larger or smaller?
    #[serde(default)]
    #[schema(required = false)]
    pub ignore_case: bool,
    /// Attachments of the facility whose bytes go, whatever they hold: a PDF or photo is not looked into.
    #[serde(default)]
    #[schema(required = false, max_items = 100)]
    pub attachments: Vec<Id>,
    /// Why, without the text itself.
    #[schema(
        min_length = 1,
        max_length = 500,
        example = "Naam van een kind in een toelichting"
    )]
    pub ground: String,
    /// Only count what would go? Not for an admin.
    #[serde(default)]
    #[schema(required = false)]
    pub dry_run: bool,
}

impl RedactionInput {
    /// The text, to be looked for.
    pub fn needle(&self) -> Option<Needle> {
        let text = self.text.as_deref()?;
        Some(Needle::new(text, self.ignore_case))
    }
}

impl Check for RedactionInput {
    const PRIVATE: &'static [&'static str] = &["text"];

    fn check(&self, faults: &mut Vec<Issue>) {
        check_length("ground", &self.ground, LONGEST, faults);
        at_most(
            "attachments",
            self.attachments.len(),
            MOST_ATTACHMENTS,
            faults,
        );
        match &self.text {
            Some(text) => self.check_text(text, faults),
            None if self.attachments.is_empty() => faults.push(nothing_named()),
            None => {}
        }
    }
}

impl RedactionInput {
    fn check_text(&self, text: &str, faults: &mut Vec<Issue>) {
        let (letters, all) = (text.trim().chars().count(), text.chars().count());
        if letters < SHORTEST || all > LONGEST {
            faults.push(Issue::body(
                "length",
                "text",
                Text::new(
                    format!("Gebruik {SHORTEST} tot {LONGEST} tekens."),
                    format!("Utilisez de {SHORTEST} à {LONGEST} caractères."),
                    format!("Use {SHORTEST} to {LONGEST} characters."),
                ),
            ));
            return;
        }
        let needle = Needle::new(text, self.ignore_case);
        if needle.is_in(MARK) {
            faults.push(Issue::body(
                "partOfMark",
                "text",
                Text::new(
                    format!("Dit is een deel van {MARK}, dat komt waar een tekst verwijderd is."),
                    format!(
                        "Ceci est une partie de {MARK}, qui prend la place d'un texte supprimé."
                    ),
                    format!("This is part of {MARK}, which stands where a text was removed."),
                ),
            ));
        }
        if needle.is_in(&self.ground) {
            faults.push(Issue::body(
                "repeatsText",
                "ground",
                Text::new(
                    "De grond herhaalt de tekst die weg moet; zeg het zonder die tekst.",
                    "Le motif répète le texte à supprimer ; dites-le sans ce texte.",
                    "The ground repeats the text that is to go; say it without that text.",
                ),
            ));
        }
    }
}

fn nothing_named() -> Issue {
    Issue::body(
        "missing",
        "text",
        Text::new(
            "Geef de tekst die weg moet, of noem bijlagen in attachments.",
            "Donnez le texte à supprimer, ou nommez des annexes dans attachments.",
            "Give the text that is to go, or name attachments in attachments.",
        ),
    )
}
