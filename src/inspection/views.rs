//! Inspections as they are shown: whole to planners and the team, and to others what they may know.
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AssignmentRole, CancellationGround, Reason, State, VisitState};
use crate::attachment::AttachmentReference;
use crate::audit::ActorView;
use crate::db::types::{Id, Moment};
use crate::http::ETag;
use crate::problem::Problem;

/// An inspection in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InspectionSummary {
    /// Its own address.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its identity.
    pub id: Id,
    /// The round that it is part of.
    pub round_id: Id,
    /// The facility (inspectiepunt).
    pub facility_id: Id,
    /// The unit of it that is inspected.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub unit_id: Option<Id>,
    /// The type of what is inspected.
    #[schema(example = "pz")]
    pub facility_type: String,
    /// Where it stands.
    #[schema(value_type = State)]
    pub status: State,
    /// Why it is done. Absent where that is a complaint that is not disclosed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub reason: Option<Reason>,
    /// Is the facility told beforehand?
    pub announced: bool,
    /// Since when the facility may know of it: an announcement, or the first visit. For planners and the team, while absent nobody else does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub known_at: Option<Moment>,
    /// Your own part in it, where you have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub assigned_as: Option<AssignmentRole>,
}

/// An inspection (opdracht).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Inspection {
    /// What a list shows of it.
    #[serde(flatten)]
    pub summary: InspectionSummary,
    /// The number or name of the assignment at the inspectorate.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false, example = "OPD-2026-0451")]
    pub reference: Option<String>,
    /// May the facility know the reason, where that is a complaint? For planners and the team.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub reason_disclosed: Option<bool>,
    /// The inspection that it follows up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub follows_id: Option<Id>,
    /// The checklist that it goes by: from its start on the revision that it is pinned to, before that the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub checklist: Option<ChecklistReference>,
    /// The moves to newer revisions since its start, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub checklist_moves: Vec<ChecklistMove>,
    /// When its first visit began.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub began_at: Option<Moment>,
    /// Its visits, in the order in which they were planned.
    pub visits: Vec<Visit>,
    /// Who works on it, and who did.
    pub assignments: Vec<Assignment>,
    /// What the facility was told, oldest first.
    pub announcements: Vec<Announcement>,
    /// What it was asked for, and what it sent.
    pub document_requests: Vec<DocumentRequest>,
    /// Why it does not go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub cancellation: Option<Cancellation>,
    /// When it was planned. For planners and the team.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub created_at: Option<Moment>,
    /// The edit, for who sees all of it.
    #[serde(skip)]
    pub(crate) edit: Option<i64>,
}

impl Inspection {
    /// Its tag. Who sees all of it gets the edit's; who sees a part gets one of what it sees, which does not change with the rest.
    pub fn tag(&self) -> Result<ETag, Problem> {
        if let Some(edit) = self.edit {
            return Ok(ETag::edit(edit));
        }
        let said = serde_json::to_vec(self).map_err(Problem::internal)?;
        Ok(ETag::of_content("s", &said))
    }
}

/// A revision of the round's checklist.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChecklistReference {
    /// Where it is read.
    #[schema(format = "uri-reference")]
    pub href: String,
    /// Its number.
    #[schema(minimum = 1, example = 1)]
    pub revision: i64,
    /// Does the inspection stay with it, until it is moved?
    pub pinned: bool,
}

/// A move to a newer revision of the checklist.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChecklistMove {
    /// From this revision.
    pub from: i64,
    /// To this one.
    pub to: i64,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Moment,
    /// By whom.
    pub by: ActorView,
}

/// A visit (inspectiebezoek).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Visit {
    /// Its identity within the inspection, made by the client.
    pub id: Id,
    /// The site (uitbatingsplaats).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub site_id: Option<Id>,
    /// Is the facility told beforehand?
    pub announced: bool,
    /// What became of it.
    #[schema(value_type = VisitState)]
    pub status: VisitState,
    /// From when it is planned.
    pub planned_from: Moment,
    /// Until when.
    pub planned_to: Moment,
    /// When it really began, or was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub from: Option<Moment>,
    /// When it ended; absent while it is under way.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub to: Option<Moment>,
    /// With whom the inspectors talked, by function.
    pub interlocutors: Vec<String>,
    /// What is to be known about it. For planners and the team.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub note: Option<String>,
    /// Who recorded what became of it. For planners and the team.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub recorded_by: Option<ActorView>,
    /// When that was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub recorded_at: Option<Moment>,
}

/// Somebody's part in an inspection.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Assignment {
    /// Its identity.
    pub id: Id,
    /// The subject of the person's tokens. For planners and the team.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub person: Option<String>,
    /// What the person is called.
    pub name: String,
    /// The part.
    pub role: AssignmentRole,
    /// Since when. For planners and the team.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub assigned_at: Option<Moment>,
    /// Until when; absent while it lasts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub ended_at: Option<Moment>,
}

/// What the facility was told.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = InspectionAnnouncement)]
pub struct Announcement {
    /// What it was told, beside dates, scope and checklist.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub message: Option<String>,
    /// When.
    pub at: Moment,
}

/// A document that the facility is asked for.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocumentRequest {
    /// Its identity.
    pub id: Id,
    /// What is asked for.
    pub title: String,
    /// What it has to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub description: Option<String>,
    /// The last day on which it is of use.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub due: Option<NaiveDate>,
    /// What the facility sent, oldest first.
    pub answers: Vec<DocumentAnswer>,
}

/// What the facility sent for a document request.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocumentAnswer {
    /// Its identity.
    pub id: Id,
    /// What was said with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub note: Option<String>,
    /// The files.
    pub attachments: Vec<AttachmentReference>,
    /// Who sent it.
    pub answered_by: ActorView,
    /// When.
    pub answered_at: Moment,
}

/// Why an inspection does not go on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = InspectionCancellation)]
pub struct Cancellation {
    /// On which ground.
    pub ground: CancellationGround,
    /// What happened.
    pub reason: String,
    /// When.
    pub at: Moment,
}
