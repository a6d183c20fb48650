//! What is sent about reports.
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::document::{Outcome, ReactionType};
use crate::db::types::{Id, day_if_any};
use crate::http::body::Check;
use crate::http::checks::{at_least_one, at_most, check_length, check_name};
use crate::problem::Issue;
use crate::text::{Language, Text};
use crate::words::LanguageCode;

/// Reactions in one request at most.
const MOST_REACTIONS: usize = 200;
/// Texts to take out of what is published at most.
const MOST_REDACTIONS: usize = 200;

pub(crate) fn dutch() -> Language {
    Language::Nl
}

/// A report to freeze. Which kind it is follows from where the inspection stands.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReportInput {
    /// What comes first in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, min_length = 1, max_length = 8000)]
    pub summary: Option<String>,
    /// The language that the inspectors wrote in; Dutch when left out.
    #[serde(default = "dutch", with = "LanguageCode")]
    #[schema(required = false, value_type = LanguageCode)]
    pub language: Language,
    /// Its number, where that was given elsewhere. A final report gets one here when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        min_length = 1,
        max_length = 64,
        pattern = "^[0-9A-Za-z][0-9A-Za-z./-]*$",
        example = "ZI-2024-03677"
    )]
    pub number: Option<String>,
    /// Why a final report is corrected. Needed for a correction, and for nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, min_length = 1, max_length = 2000)]
    pub reason: Option<String>,
    /// Are versions left out that wait for others which are not there, as when a tablet was lost? Otherwise they forbid the report.
    #[serde(default)]
    #[schema(required = false)]
    pub leave_out_pending: bool,
}

impl Check for ReportInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        if let Some(summary) = &self.summary {
            check_length("summary", summary, 8000, faults);
        }
        if let Some(number) = &self.number {
            check_number(number, faults);
        }
        if let Some(reason) = &self.reason {
            check_length("reason", reason, 2000, faults);
        }
    }
}

/// A number from elsewhere can be read aloud and typed over: letters, digits, and what stands between them.
fn check_number(number: &str, faults: &mut Vec<Issue>) {
    let is_part = |one: char| one.is_ascii_alphanumeric() || "-./".contains(one);
    let begins = number.starts_with(|one: char| one.is_ascii_alphanumeric());
    if begins && number.len() <= 64 && number.chars().all(is_part) {
        return;
    }
    let detail = Text::new(
        "Gebruik 1 tot 64 letters, cijfers en - . /, te beginnen met een letter of cijfer.",
        "Utilisez de 1 à 64 lettres, chiffres et - . /, en commençant par une lettre ou un chiffre.",
        "Use 1 to 64 letters, digits and - . /, beginning with a letter or digit.",
    );
    faults.push(Issue::body("invalidValue", "number", detail).with_value(number));
}

/// What must be mended.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImprovementPointInput {
    /// The finding that it follows from.
    pub finding_id: Id,
    /// What must be mended.
    #[schema(
        min_length = 1,
        max_length = 4000,
        example = "Leg in de procedure vast wie het gesprek over de kinderen voert."
    )]
    pub text: String,
    /// Whether it has priority.
    #[serde(default)]
    #[schema(required = false)]
    pub priority: bool,
    /// Is it taken back?
    #[serde(default)]
    #[schema(required = false)]
    pub withdrawn: bool,
}

impl Check for ImprovementPointInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_length("text", &self.text, 4000, faults);
    }
}

/// The last report that was frozen goes to the facility.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DeliveryInput {
    /// How it is sent.
    #[schema(min_length = 1, max_length = 200, example = "aangetekende brief")]
    pub way: String,
    /// The day on which it is sent, from the day that it was frozen on; today when left out.
    #[serde(
        default,
        deserialize_with = "day_if_any",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(required = false, nullable = false)]
    pub sent_on: Option<NaiveDate>,
}

impl Check for DeliveryInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_name("way", &self.way, faults);
    }
}

/// What shows that a report was delivered. Nothing at all is said by who opens it for the facility.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReceiptInput {
    /// The day on which it was delivered, where the inspectors record it; today when left out.
    #[serde(
        default,
        deserialize_with = "day_if_any",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(required = false, nullable = false)]
    pub delivered_on: Option<NaiveDate>,
    /// What proves it. Needed where the inspectors record it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, min_length = 1, max_length = 2000)]
    pub note: Option<String>,
}

impl Check for ReceiptInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        if let Some(note) = &self.note {
            check_length("note", note, 2000, faults);
        }
    }
}

/// A longer time to react.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExtensionInput {
    /// So many days more, counted as the term is.
    #[schema(minimum = 1, maximum = 365, example = 10)]
    pub days: u32,
    /// Why.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
}

impl Check for ExtensionInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_length("reason", &self.reason, 2000, faults);
        if !(1..=365).contains(&self.days) {
            let detail = Text::new(
                "Gebruik 1 tot 365 dagen.",
                "Utilisez de 1 à 365 jours.",
                "Use 1 to 365 days.",
            );
            faults.push(Issue::body("outOfRange", "days", detail));
        }
    }
}

/// What the facility says to a draft.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReactionsInput {
    /// What it says, each to one finding or to the report as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 200)]
    pub reactions: Vec<ReactionInput>,
    /// Does nothing more come? Then its clock stops.
    #[serde(default)]
    #[schema(required = false)]
    pub complete: bool,
}

/// What the facility says to a finding, or to the report as a whole.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReactionInput {
    /// The finding; the report as a whole when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub finding_id: Option<Id>,
    /// What kind of thing is said.
    #[serde(rename = "type")]
    pub kind: ReactionType,
    /// What is said.
    #[schema(min_length = 1, max_length = 8000)]
    pub text: String,
}

impl Check for ReactionsInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        if !at_most("reactions", self.reactions.len(), MOST_REACTIONS, faults) {
            return;
        }
        for (index, reaction) in self.reactions.iter().enumerate() {
            check_length(
                &format!("reactions[{index}].text"),
                &reaction.text,
                8000,
                faults,
            );
        }
        let said = self.reactions.len() + usize::from(self.complete);
        at_least_one("reactions", said, nothing_said(), faults);
    }
}

pub(crate) fn nothing_said() -> Text {
    Text::new(
        "Geef een reactie, of zeg met complete dat er geen meer komt.",
        "Donnez une réaction, ou dites par complete qu'il n'en viendra plus.",
        "Give a reaction, or say with complete that nothing more comes.",
    )
}

/// What is decided on a reaction.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DecisionInput {
    /// Whether the reaction is followed.
    pub outcome: Outcome,
    /// Why.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
    /// What is changed in the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, min_length = 1, max_length = 4000)]
    pub text_change: Option<String>,
}

impl Check for DecisionInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_length("reason", &self.reason, 4000, faults);
        if let Some(change) = &self.text_change {
            check_length("textChange", change, 4000, faults);
        }
    }
}

/// The last numbered report is published, once a named person has looked for what must not be in it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = ReportPublicationInput)]
pub struct PublicationInput {
    /// Who looked at it: kept, never published.
    #[schema(min_length = 1, max_length = 200, example = "Fien Voorbeeld (fictief)")]
    pub checked_by: String,
    /// What is taken out of every text of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 200)]
    pub redactions: Vec<String>,
}

impl Check for PublicationInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_name("checkedBy", &self.checked_by, faults);
        if at_most("redactions", self.redactions.len(), MOST_REDACTIONS, faults) {
            for (index, text) in self.redactions.iter().enumerate() {
                check_length(&format!("redactions[{index}]"), text, 2000, faults);
            }
        }
    }
}

/// A publication is taken back.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WithdrawalInput {
    /// Why: everyone can read it.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
}

impl Check for WithdrawalInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_length("reason", &self.reason, 2000, faults);
    }
}
