//! What coordinators, and holders of a link, send.
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ContributedAnswer;
use crate::db::types::{Id, Moment};
use crate::framework::document::Code;
use crate::http::body::Check;
use crate::http::checks::{at_most, check_length};
use crate::problem::Issue;
use crate::text::Text;

/// Criteria asked by one link at most.
const MOST_CRITERIA: usize = 50;

/// What is asked, of whom, until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContributionInput {
    /// The criteria, in the order in which they are shown.
    #[schema(min_items = 1, max_items = 50)]
    pub criteria: Vec<Code>,
    /// The unit of the facility that it is asked of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub unit_id: Option<Id>,
    /// Whom it is sent to, such as a ward or a function. No person's data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        min_length = 1,
        max_length = 200,
        example = "Opname 2"
    )]
    pub recipient: Option<String>,
    /// What stands above the questions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, min_length = 1, max_length = 2000)]
    pub message: Option<String>,
    /// Until when it can be answered, within 90 days; in 14 days when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub expires: Option<Moment>,
}

impl Check for ContributionInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_codes("criteria", &self.criteria, faults);
        if let Some(recipient) = &self.recipient {
            check_length("recipient", recipient, 200, faults);
        }
        if let Some(message) = &self.message {
            check_length("message", message, 2000, faults);
        }
    }
}

fn check_codes(name: &str, codes: &[Code], faults: &mut Vec<Issue>) {
    if codes.is_empty() {
        let text = Text::new(
            "Noem minstens één criterium.",
            "Nommez au moins un critère.",
            "Name one criterion at least.",
        );
        faults.push(Issue::body("length", name, text));
    }
    if !at_most(name, codes.len(), MOST_CRITERIA, faults) {
        return;
    }
    for (index, code) in codes.iter().enumerate() {
        if codes.iter().take(index).any(|earlier| earlier == code) {
            let text = Text::new(
                "Dit criterium staat er twee keer; noem het één keer.",
                "Ce critère figure deux fois ; nommez-le une seule fois.",
                "This criterion is there twice; name it once.",
            );
            let issue = Issue::body("repeated", format!("{name}[{index}]"), text);
            faults.push(issue.with_value(code.as_str()));
        }
    }
}

/// A new link instead of the former.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LinkInput {
    /// Until when it can be answered, within 90 days; in 14 days when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub expires: Option<Moment>,
}

impl Check for LinkInput {}

/// Why it is sent back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReturnInput {
    /// The reason, which the holder of the new link reads.
    #[schema(
        min_length = 1,
        max_length = 2000,
        example = "Over welke maanden gaat de steekproef?"
    )]
    pub reason: String,
    /// Until when it can be answered anew, within 90 days; in 14 days when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub expires: Option<Moment>,
}

impl Check for ReturnInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_length("reason", &self.reason, 2000, faults);
    }
}

crate::text_enum! {
    /// What an answer that came by a link becomes in the draft.
    pub enum TakenAs {
        /// The answer of the whole facility. What other sites and units say otherwise stays.
        Answer = "answer",
        /// What the contribution's unit says otherwise, beside the answer that is there.
        Exception = "exception",
    }
}

/// Which answers are taken over, and as what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AcceptanceInput {
    /// To these criteria; to all that were not taken over yet, when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, min_items = 1, max_items = 50)]
    pub criterion_codes: Option<Vec<Code>>,
    /// As the answer of the whole facility, or as what the contribution's unit says otherwise. When left out: what its unit says otherwise, where it
    /// has a unit and the facility has an answer already; else the answer.
    #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub taken_as: Option<TakenAs>,
    /// The ETag of the contribution as it was looked at. When it was sent back and handed in anew since, nothing is taken over: 412.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        min_length = 1,
        max_length = 100,
        example = "\"2\""
    )]
    pub contribution_etag: Option<String>,
}

impl Check for AcceptanceInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        if let Some(codes) = &self.criterion_codes {
            check_codes("criterionCodes", codes, faults);
        }
        if let Some(tag) = &self.contribution_etag {
            check_length("contributionEtag", tag, 100, faults);
        }
    }
}

/// What is handed in by a link: an answer to each question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ContributionAnswersInput {
    /// The answers, each criterion once.
    #[schema(min_items = 1, max_items = 50)]
    pub answers: Vec<ContributedAnswer>,
    /// The function of who answers. No name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        min_length = 1,
        max_length = 200,
        example = "hoofdverpleegkundige"
    )]
    pub given_by: Option<String>,
    /// The version of the framework whose questions were read. When they were changed since, nothing is handed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, value_type = Option<Code>)]
    pub version_code: Option<String>,
}

/// Its faults are named by the work, beside what only the questions tell.
impl Check for ContributionAnswersInput {}
