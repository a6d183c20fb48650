//! What is sent about inspections.
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AssignmentRole, CancellationGround, Reason};
use crate::attachment::AttachmentReference;
use crate::db::types::{Id, Moment, day_if_any};
use crate::http::body::Check;
use crate::http::checks::{at_least_one, at_most, check_length, check_name};
use crate::problem::Issue;
use crate::text::Text;

/// Parts of a team, visits, announcements or document requests in one inspection at most, and longer times for one delivery. Ours.
pub const MOST_PARTS: usize = 50;

/// An inspection to plan.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InspectionInput {
    /// The round that it is part of: planned or open.
    pub round_id: Id,
    /// The facility.
    pub facility_id: Id,
    /// The unit of it that is inspected, where that is in another sector; the facility as a whole when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub unit_id: Option<Id>,
    /// The inspection that it follows up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub follows_id: Option<Id>,
    /// Why it is done.
    pub reason: Reason,
    /// May the facility know the reason, where that is a complaint? Other reasons are never hidden.
    #[serde(default)]
    #[schema(required = false)]
    pub reason_disclosed: bool,
    /// Is the facility told beforehand? If not, the inspection cannot be noticed before its first visit.
    pub announced: bool,
    /// The number or name of the assignment (opdracht) at the inspectorate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        min_length = 1,
        max_length = 200,
        example = "OPD-2026-0451"
    )]
    pub reference: Option<String>,
    /// Who works on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 50)]
    pub assignments: Vec<AssignmentInput>,
}

/// What of an inspection can be planned otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = InspectionPlanInput)]
pub struct PlanInput {
    /// Why it is done.
    pub reason: Reason,
    /// May the facility know the reason, where that is a complaint? Other reasons are never hidden.
    #[serde(default)]
    #[schema(required = false)]
    pub reason_disclosed: bool,
    /// Is the facility told beforehand? If not, the inspection cannot be noticed before its first visit.
    pub announced: bool,
    /// The number or name of the assignment (opdracht) at the inspectorate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(
        required = false,
        nullable = false,
        min_length = 1,
        max_length = 200,
        example = "OPD-2026-0451"
    )]
    pub reference: Option<String>,
}

impl Check for InspectionInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        self.plan().check(faults);
        if !at_most("assignments", self.assignments.len(), MOST_PARTS, faults) {
            return;
        }
        for (index, assignment) in self.assignments.iter().enumerate() {
            let at = format!("assignments[{index}].");
            assignment.check_at(&at, faults);
            let mut before = self.assignments.iter().take(index);
            if before.any(|one| one.person == assignment.person) {
                faults.push(twice(&at));
            }
        }
    }
}

fn twice(at: &str) -> Issue {
    Issue::body(
        "repeated",
        format!("{at}person"),
        Text::new(
            "Deze persoon staat er twee keer.",
            "Cette personne figure deux fois.",
            "This person is there twice.",
        ),
    )
}

impl Check for PlanInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        if let Some(reference) = &self.reference {
            check_name("reference", reference, faults);
        }
    }
}

impl InspectionInput {
    /// What of it can be planned otherwise.
    pub fn plan(&self) -> PlanInput {
        PlanInput {
            reason: self.reason,
            reason_disclosed: self.reason_disclosed,
            announced: self.announced,
            reference: self.reference.clone(),
        }
    }
}

/// Somebody's part in an inspection.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AssignmentInput {
    /// The subject of the person's tokens: by it the person is known.
    #[schema(min_length = 1, max_length = 200, example = "demo-inspector")]
    pub person: String,
    /// What the person is called.
    #[schema(min_length = 1, max_length = 200, example = "An Voorbeeld (fictief)")]
    pub name: String,
    /// The part.
    pub role: AssignmentRole,
}

impl AssignmentInput {
    fn check_at(&self, at: &str, faults: &mut Vec<Issue>) {
        check_name(&format!("{at}person"), &self.person, faults);
        check_name(&format!("{at}name"), &self.name, faults);
    }
}

impl Check for AssignmentInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        self.check_at("", faults);
    }
}

/// A visit to plan.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VisitInput {
    /// The site (uitbatingsplaats); the facility as a whole when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub site_id: Option<Id>,
    /// From when.
    pub from: Moment,
    /// Until when: on the same day or a later one.
    pub to: Moment,
    /// Is the facility told beforehand? As the inspection is, when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub announced: Option<bool>,
}

impl Check for VisitInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_period(self.from, Some(self.to), faults);
    }
}

fn check_period(from: Moment, to: Option<Moment>, faults: &mut Vec<Issue>) {
    if let Some(to) = to.filter(|to| *to <= from) {
        let detail = Text::new(
            format!("Gebruik een moment na from ({from})."),
            format!("Utilisez un moment après from ({from})."),
            format!("Use a moment after from ({from})."),
        );
        faults.push(Issue::body("validity", "to", detail).with_value(to.to_string()));
    }
}

crate::text_enum! {
    /// What became of a visit, as it is recorded.
    pub enum VisitOutcome {
        /// It took place.
        Held = "held",
        /// The facility did not let the inspectors in.
        Refused = "refused",
        /// It did not take place.
        Cancelled = "cancelled",
    }
}

/// What became of a visit.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VisitRecordInput {
    /// What became of it.
    pub outcome: VisitOutcome,
    /// When it really began, or was refused. Needed unless it was cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub from: Option<Moment>,
    /// When it ended; left out while it is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub to: Option<Moment>,
    /// With whom the inspectors talked (gesprekspartners): by function, never by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 50, example = json!(["hoofdverpleegkundige", "kwaliteitscoördinator"]))]
    pub interlocutors: Vec<String>,
    /// What is to be known about it. Needed when it was refused or cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, min_length = 1, max_length = 4000)]
    pub note: Option<String>,
}

impl Check for VisitRecordInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        let is_cancelled = self.outcome == VisitOutcome::Cancelled;
        match self.from {
            Some(from) => check_period(from, self.to, faults),
            None if is_cancelled => {}
            None => faults.push(missing("from")),
        }
        if at_most(
            "interlocutors",
            self.interlocutors.len(),
            MOST_PARTS,
            faults,
        ) {
            for (index, function) in self.interlocutors.iter().enumerate() {
                check_name(&format!("interlocutors[{index}]"), function, faults);
            }
        }
        match &self.note {
            Some(note) => check_length("note", note, 4000, faults),
            None if self.outcome == VisitOutcome::Held => {}
            None => faults.push(missing("note")),
        }
    }
}

/// The fault of a field that is needed because of what else was sent.
pub fn missing(field: &str) -> Issue {
    Issue::body(
        "missing",
        field,
        Text::new(
            "Dit is hier nodig.",
            "Ceci est nécessaire ici.",
            "This is needed here.",
        ),
    )
}

/// What the facility is told and asked beforehand.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AnnouncementInput {
    /// What it is told, beside dates, scope and checklist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, min_length = 1, max_length = 4000)]
    pub message: Option<String>,
    /// The documents that it is asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 50)]
    pub document_requests: Vec<DocumentRequestInput>,
}

/// A document that the facility is asked for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DocumentRequestInput {
    /// What is asked for.
    #[schema(
        min_length = 1,
        max_length = 200,
        example = "Procedure voor het gesprek over de kinderen"
    )]
    pub title: String,
    /// What it has to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, min_length = 1, max_length = 4000)]
    pub description: Option<String>,
    /// The last day on which it is of use.
    #[serde(
        deserialize_with = "day_if_any",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(required = false, nullable = false)]
    pub due: Option<NaiveDate>,
}

impl Check for AnnouncementInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        if let Some(message) = &self.message {
            check_length("message", message, 4000, faults);
        }
        let asked = &self.document_requests;
        if !at_most("documentRequests", asked.len(), MOST_PARTS, faults) {
            return;
        }
        for (index, request) in asked.iter().enumerate() {
            let at = format!("documentRequests[{index}].");
            check_name(&format!("{at}title"), &request.title, faults);
            if let Some(description) = &request.description {
                check_length(&format!("{at}description"), description, 4000, faults);
            }
        }
    }
}

/// What the facility sends for a document request: a note, attachments or both.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DocumentAnswerInput {
    /// What is to be said with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, min_length = 1, max_length = 4000)]
    pub note: Option<String>,
    /// The files: attachments of the facility, whose bytes may come later.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 50)]
    pub attachments: Vec<AttachmentReference>,
}

impl Check for DocumentAnswerInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        if let Some(note) = &self.note {
            check_length("note", note, 4000, faults);
        }
        if at_most("attachments", self.attachments.len(), MOST_PARTS, faults) {
            for (index, file) in self.attachments.iter().enumerate() {
                file.check_at(&format!("attachments[{index}]."), faults);
            }
        }
        let said = usize::from(self.note.is_some()) + self.attachments.len();
        at_least_one("attachments", said, nothing_sent(), faults);
    }
}

fn nothing_sent() -> Text {
    Text::new(
        "Geef een bijlage of een toelichting.",
        "Donnez une annexe ou une explication.",
        "Give an attachment or a note.",
    )
}

/// The inspection goes by a newer revision of its checklist.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChecklistMoveInput {
    /// The number of the newer revision.
    #[schema(minimum = 2, example = 2)]
    pub revision: i64,
    /// Why.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
}

impl Check for ChecklistMoveInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_length("reason", &self.reason, 2000, faults);
    }
}

/// The inspection does not go on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CancellationInput {
    /// On which ground.
    pub ground: CancellationGround,
    /// What happened.
    #[schema(min_length = 1, max_length = 2000)]
    pub reason: String,
}

impl Check for CancellationInput {
    fn check(&self, faults: &mut Vec<Issue>) {
        check_length("reason", &self.reason, 2000, faults);
    }
}
