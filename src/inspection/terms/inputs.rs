//! What is sent about terms.
use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::db::types::{Id, day_if_any};
use crate::http::body::Check;
use crate::http::checks::{at_least_one, at_most, check_length};
use crate::inspection::report::{dutch, nothing_said};
use crate::problem::Issue;
use crate::text::{Language, Text};
use crate::words::LanguageCode;

/// Improvement points in one term report at most.
const MOST_TERMS: usize = 1000;
/// Reactions in one request at most.
const MOST_REACTIONS: usize = 200;

/// A term report to freeze: a draft, or the definitive one once the facility was heard.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TermReportInput {
    /// What comes first in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, min_length = 1, max_length = 8000)]
    pub summary: Option<String>,
    /// The language that it is written in; Dutch when left out.
    #[serde(default = "dutch", with = "LanguageCode")]
    #[schema(required = false, value_type = LanguageCode)]
    pub language: Language,
    /// What is decided on every improvement point of the last numbered report. A definitive one that leaves it out keeps to the draft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, min_items = 1, max_items = 1000)]
    pub terms: Option<Vec<TermInput>>,
}

/// What is decided on an improvement point: a last day, or a reason why there is none.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TermInput {
    /// The improvement point.
    pub improvement_point_id: Id,
    /// The last day to mend it; after today.
    #[serde(
        default,
        deserialize_with = "day_if_any",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(required = false, nullable = false, example = "2027-06-30")]
    pub due: Option<NaiveDate>,
    /// Why this term, or why none: needed where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, min_length = 1, max_length = 4000)]
    pub reason: Option<String>,
}

impl Check for TermReportInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        if let Some(summary) = &self.summary {
            check_length("summary", summary, 8000, faults);
        }
        let Some(terms) = &self.terms else { return };
        at_least_one("terms", terms.len(), no_terms(), faults);
        if !at_most("terms", terms.len(), MOST_TERMS, faults) {
            return;
        }
        let mut seen = BTreeSet::new();
        for (index, term) in terms.iter().enumerate() {
            let at = |field: &str| format!("terms[{index}].{field}");
            if !seen.insert(term.improvement_point_id) {
                faults.push(twice(at("improvementPointId"), term.improvement_point_id));
            }
            match &term.reason {
                Some(reason) => check_length(&at("reason"), reason, 4000, faults),
                None if term.due.is_none() => {
                    faults.push(Issue::body("missing", at("reason"), no_reason()));
                }
                None => {}
            }
        }
    }
}

fn no_terms() -> Text {
    Text::new(
        "Geef voor elk verbeterpunt een termijn, of een reden waarom er geen is.",
        "Donnez pour chaque point à améliorer un délai, ou la raison pour laquelle il n'y en a pas.",
        "Give every improvement point a term, or a reason why there is none.",
    )
}

fn no_reason() -> Text {
    Text::new(
        "Geef een dag (due), of een reden waarom er geen termijn is.",
        "Donnez un jour (due), ou la raison pour laquelle il n'y a pas de délai.",
        "Give a day (due), or a reason why there is no term.",
    )
}

fn twice(at: String, id: Id) -> Issue {
    let detail = Text::new(
        "Dit verbeterpunt staat er twee keer.",
        "Ce point à améliorer figure deux fois.",
        "This improvement point is there twice.",
    );
    Issue::body("repeated", at, detail).with_value(id.to_string())
}

/// What a facility says to a draft of terms.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TermReactionsInput {
    /// What it says, each to one improvement point or to the draft as a whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 200)]
    pub reactions: Vec<TermReactionInput>,
    /// Does nothing more come? Then its clock stops.
    #[serde(default)]
    #[schema(required = false)]
    pub complete: bool,
}

/// What a facility says to a term, or to the draft as a whole.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TermReactionInput {
    /// The improvement point; the draft as a whole when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub improvement_point_id: Option<Id>,
    /// What is said.
    #[schema(
        min_length = 1,
        max_length = 8000,
        example = "De nieuwe procedure gaat in september langs de ondernemingsraad."
    )]
    pub text: String,
}

impl Check for TermReactionsInput {
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

/// Nothing is left to follow up: an empty object.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosingInput {}

impl Check for ClosingInput {}
