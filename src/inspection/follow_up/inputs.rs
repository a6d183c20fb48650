//! What is sent about improvement points that are followed up.
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ImprovementOutcome, VerificationWay};
use crate::attachment::AttachmentReference;
use crate::db::types::{Id, day, day_if_any};
use crate::http::body::Check;
use crate::http::checks::{at_most, check_length};
use crate::inspection::{MOST_PARTS, missing};
use crate::problem::Issue;
use crate::text::Text;

fn check_files(files: &[AttachmentReference], faults: &mut Vec<Issue>) {
    if at_most("attachments", files.len(), MOST_PARTS, faults) {
        for (index, file) in files.iter().enumerate() {
            file.check_at(&format!("attachments[{index}]."), faults);
        }
    }
}

/// A measure that was taken.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MeasureInput {
    /// What was done, without data of clients.
    #[schema(
        min_length = 1,
        max_length = 4000,
        example = "De procedure zegt nu dat de hoofdverpleegkundige het gesprek voert."
    )]
    pub text: String,
    /// On which day; today when left out.
    #[serde(
        default,
        deserialize_with = "day_if_any",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(required = false, nullable = false)]
    pub taken_on: Option<NaiveDate>,
    /// What shows it: attachments of the facility, whose bytes may come later.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 50)]
    pub attachments: Vec<AttachmentReference>,
}

impl Check for MeasureInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_length("text", &self.text, 4000, faults);
        check_files(&self.attachments, faults);
    }
}

/// A plan: how, by when, and why not sooner.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanOfMeasuresInput {
    /// How it will be mended, without data of clients.
    #[schema(
        min_length = 1,
        max_length = 4000,
        example = "Wij herschrijven de procedure met de drie afdelingen samen."
    )]
    pub how: String,
    /// By which day; after today.
    #[serde(deserialize_with = "day")]
    #[schema(example = "2027-09-30")]
    pub by: NaiveDate,
    /// Why not sooner.
    #[schema(
        min_length = 1,
        max_length = 4000,
        example = "De ondernemingsraad beslist in september."
    )]
    pub why_not_sooner: String,
    /// What shows it: attachments of the facility, whose bytes may come later.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 50)]
    pub attachments: Vec<AttachmentReference>,
}

impl Check for PlanOfMeasuresInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_length("how", &self.how, 4000, faults);
        check_length("whyNotSooner", &self.why_not_sooner, 4000, faults);
        check_files(&self.attachments, faults);
    }
}

/// What is decided on the last answer of the facility.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImprovementDecisionInput {
    /// Accepted or refused. A plan that is accepted moves the term to its day.
    pub outcome: ImprovementOutcome,
    /// Why: needed where it is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, min_length = 1, max_length = 4000)]
    pub reason: Option<String>,
}

impl Check for ImprovementDecisionInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        match &self.reason {
            Some(reason) => check_length("reason", reason, 4000, faults),
            None if self.outcome == ImprovementOutcome::Refused => faults.push(missing("reason")),
            None => {}
        }
    }
}

/// Another term.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TermChangeInput {
    /// The last day to mend it; after today.
    #[serde(deserialize_with = "day")]
    #[schema(example = "2027-12-31")]
    pub due: NaiveDate,
    /// Why.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

impl Check for TermChangeInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_length("reason", &self.reason, 4000, faults);
    }
}

/// The end of a term.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TermEndInput {
    /// Why nothing has to follow any more.
    #[schema(min_length = 1, max_length = 4000)]
    pub reason: String,
}

impl Check for TermEndInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_length("reason", &self.reason, 4000, faults);
    }
}

/// Whether a point was found to be mended.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VerificationInput {
    /// On documents, or on a visit.
    pub way: VerificationWay,
    /// The inspection whose visit it was: one that follows this one up. Needed with a visit, and with nothing else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub inspection_id: Option<Id>,
    /// Is it mended?
    pub met: bool,
    /// What was seen, without data of clients.
    #[schema(
        min_length = 1,
        max_length = 4000,
        example = "De nieuwe procedure noemt de hoofdverpleegkundige."
    )]
    pub note: String,
}

impl Check for VerificationInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_length("note", &self.note, 4000, faults);
        match (self.way, self.inspection_id) {
            (VerificationWay::Visit, None) => faults.push(missing("inspectionId")),
            (VerificationWay::Documents, Some(_)) => {
                faults.push(Issue::body(
                    "unknownField",
                    "inspectionId",
                    only_with_visit(),
                ));
            }
            _ => {}
        }
    }
}

fn only_with_visit() -> Text {
    Text::new(
        "Dit hoort bij een bezoek (way: visit).",
        "Ceci va avec une visite (way: visit).",
        "This goes with a visit (way: visit).",
    )
}
