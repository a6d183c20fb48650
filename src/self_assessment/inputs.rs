//! What callers send for cycles and self-assessments.
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Answer, AnswerExceptionInput, Evidence, Purpose, places};
use crate::access::OnBehalfOf;
use crate::db::types::{Id, Moment};
use crate::framework::document::{Code, Texts};
use crate::http::body::Check;
use crate::http::checks::{at_most, check_length, check_title};
use crate::problem::Issue;
use crate::text::Text;

/// The longest note, in characters.
const MAX_NOTE: usize = 4000;

/// Pieces of evidence under an answer at most.
pub const MOST_EVIDENCE: usize = 20;

/// What a cycle is made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CycleInput {
    /// What it is called.
    pub title: Texts,
    /// The framework.
    #[schema(min_length = 1, max_length = 64, example = "ggz")]
    pub framework_code: String,
    /// A published version of it.
    #[schema(min_length = 1, max_length = 64, example = "1")]
    pub version_code: String,
    /// The facility types that it is for, all within the version's.
    #[schema(min_items = 1, max_items = 50, example = json!(["pz"]))]
    pub facility_types: Vec<String>,
    /// From this moment on it can be answered, and is fixed.
    pub opens: Moment,
    /// It is asked for by this moment.
    #[schema(example = "2027-03-31T21:59:59Z")]
    pub due: Moment,
    /// What it is for.
    pub purpose: Purpose,
}

impl Check for CycleInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_title("title", &self.title, faults);
        if self.due <= self.opens {
            faults.push(
                Issue::body(
                    "validity",
                    "due",
                    Text::new(
                        "Gebruik een moment na opens.",
                        "Utilisez un moment après opens.",
                        "Use a moment after opens.",
                    ),
                )
                .with_value(self.due.to_string()),
            );
        }
        at_most("facilityTypes", self.facility_types.len(), 50, faults);
        if self.facility_types.is_empty() {
            faults.push(Issue::body(
                "missing",
                "facilityTypes",
                Text::new(
                    "Noem minstens één type voorziening.",
                    "Nommez au moins un type de structure.",
                    "Name one facility type at least.",
                ),
            ));
        }
    }
}

/// Whose self-assessment, in which cycle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SelfAssessmentInput {
    /// The facility.
    pub facility_id: Id,
    /// One of its units, when that is in another sector and assesses itself against a framework of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub unit_id: Option<Id>,
    /// The cycle, which is open and meant for the facility's type, or the unit's.
    pub cycle_id: Id,
}

impl Check for SelfAssessmentInput {}

/// An answer to a criterion that is named elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AnswerInput {
    /// The level on the criterion's scale.
    #[schema(min_length = 1, max_length = 64)]
    pub level: String,
    /// An explanation. No data of clients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, min_length = 1, max_length = 4000)]
    pub note: Option<String>,
    /// What it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 20)]
    pub evidence: Vec<Evidence>,
    /// What some sites and units say otherwise; everywhere else the answer holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 50)]
    pub exceptions: Vec<AnswerExceptionInput>,
}

/// An answer with its criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CriterionAnswerInput {
    /// The criterion.
    pub criterion_code: Code,
    /// The level on the criterion's scale.
    #[schema(min_length = 1, max_length = 64)]
    pub level: String,
    /// An explanation. No data of clients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, min_length = 1, max_length = 4000)]
    pub note: Option<String>,
    /// What it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 20)]
    pub evidence: Vec<Evidence>,
    /// What some sites and units say otherwise; everywhere else the answer holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 50)]
    pub exceptions: Vec<AnswerExceptionInput>,
}

/// Several answers at once: each listed one is replaced whole, the others stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AnswersInput {
    /// The answers, each criterion once.
    #[schema(min_items = 1, max_items = 500)]
    pub answers: Vec<CriterionAnswerInput>,
}

/// Its faults are named by the work that it is for, beside what only the framework's version tells.
impl Check for AnswerInput {}

/// What was given of an answer, for the audit.
impl From<&Answer> for AnswerInput {
    fn from(answer: &Answer) -> Self {
        Self {
            level: answer.level.clone(),
            note: answer.note.clone(),
            evidence: answer.evidence.clone(),
            exceptions: answer.exceptions.iter().map(Into::into).collect(),
        }
    }
}

impl AnswerInput {
    /// Adds what is wrong with its texts and its evidence, each under `at`.
    pub fn check_parts(&self, at: &str, faults: &mut Vec<Issue>) {
        if let Some(note) = &self.note {
            check_length(&format!("{at}note"), note, MAX_NOTE, faults);
        }
        let evidence = &self.evidence;
        if !at_most(
            &format!("{at}evidence"),
            evidence.len(),
            MOST_EVIDENCE,
            faults,
        ) {
            return;
        }
        for (index, piece) in evidence.iter().enumerate() {
            check_piece(piece, &format!("{at}evidence[{index}]."), faults);
        }
        if places::check_numbers(&self.exceptions, at, faults) {
            for (index, exception) in self.exceptions.iter().enumerate() {
                let at = format!("{at}exceptions[{index}].");
                exception.as_answer().check_parts(&at, faults);
            }
        }
    }
}

/// The number of answers alone: the work that they are for names what is wrong with each.
impl Check for AnswersInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        if self.answers.is_empty() {
            faults.push(Issue::body(
                "length",
                "answers",
                Text::new(
                    "Geef minstens één antwoord.",
                    "Donnez au moins une réponse.",
                    "Give one answer at least.",
                ),
            ));
        }
        at_most("answers", self.answers.len(), 500, faults);
    }
}

/// Adds what a piece of evidence shows by itself to be wrong with it, named after `at`.
pub fn check_piece(piece: &Evidence, at: &str, faults: &mut Vec<Issue>) {
    if let Some(description) = &piece.description {
        check_length(&format!("{at}description"), description, 2000, faults);
    }
    let years = 1990..=2999;
    if piece
        .observed_on
        .is_some_and(|day| !years.contains(&chrono::Datelike::year(&day)))
    {
        faults.push(Issue::body(
            "outOfRange",
            format!("{at}observedOn"),
            Text::new(
                "Gebruik een dag vanaf 1990.",
                "Utilisez un jour à partir de 1990.",
                "Use a day from 1990 on.",
            ),
        ));
    }
    check_counts(piece, at, faults);
    check_reference(piece, at, faults);
}

/// Files are counted in two numbers, the second within the first.
fn check_counts(piece: &Evidence, at: &str, faults: &mut Vec<Issue>) {
    let counts = (piece.files_checked, piece.files_met);
    let right = match counts {
        (Some(checked), Some(met)) => {
            (0..=1_000_000).contains(&checked) && (0..=checked).contains(&met)
        }
        (None, None) => true,
        _ => false,
    };
    if !right {
        faults.push(Issue::body(
            "fileCounts",
            format!("{at}filesMet"),
            Text::new(
                "Geef filesChecked en filesMet samen, het tweede niet groter dan het eerste.",
                "Donnez filesChecked et filesMet ensemble, le second ne dépassant pas le premier.",
                "Give filesChecked and filesMet together, the second no greater than the first.",
            ),
        ));
    }
}

/// An attachment is named by its id and the hash of the bytes sent.
fn check_reference(piece: &Evidence, at: &str, faults: &mut Vec<Issue>) {
    let hash_right = piece.sha256.as_ref().is_none_or(|hash| {
        hash.len() == 64
            && hash
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    });
    if !hash_right || piece.sha256.is_some() != piece.attachment_id.is_some() {
        faults.push(Issue::body(
            "attachmentReference",
            format!("{at}sha256"),
            Text::new(
                "Noem een bijlage met attachmentId en sha256 samen; sha256 telt 64 hexadecimale tekens in kleine letters.",
                "Nommez une annexe par attachmentId et sha256 ensemble ; sha256 compte 64 caractères hexadécimaux en minuscules.",
                "Name an attachment by attachmentId and sha256 together; sha256 has 64 hexadecimal characters in lower case.",
            ),
        ));
    }
}

/// Which answers still hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConfirmationInput {
    /// These criteria; all that are carried over, when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, min_items = 1, max_items = 500)]
    pub criterion_codes: Option<Vec<Code>>,
    /// The person who confirms, where a machine says so: required from a machine, and from nobody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub on_behalf_of: Option<OnBehalfOf>,
}

impl Check for ConfirmationInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        if let Some(person) = &self.on_behalf_of {
            person.check(faults);
        }
        let Some(codes) = &self.criterion_codes else {
            return;
        };
        if codes.is_empty() {
            faults.push(Issue::body(
                "length",
                "criterionCodes",
                Text::new(
                    "Noem minstens één criterium, of laat het veld weg voor alle.",
                    "Nommez au moins un critère, ou omettez le champ pour tous.",
                    "Name one criterion at least, or leave the field out for all.",
                ),
            ));
        }
        at_most("criterionCodes", codes.len(), 500, faults);
    }
}

/// Handing in. The answers say it all, but for whom a machine hands in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SubmissionInput {
    /// The person who hands in, where a machine does it: required from a machine, and from nobody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub on_behalf_of: Option<OnBehalfOf>,
}

impl Check for SubmissionInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        if let Some(person) = &self.on_behalf_of {
            person.check(faults);
        }
    }
}

/// Why it is taken up again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReopeningInput {
    /// The reason.
    #[schema(
        min_length = 1,
        max_length = 2000,
        example = "Een afdeling was vergeten."
    )]
    pub reason: String,
}

impl Check for ReopeningInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_length("reason", &self.reason, 2000, faults);
    }
}
