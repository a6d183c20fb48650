//! The events as callers may read them, in their one order. The number of an event stays in here.
use diesel::dsl::{InnerJoinOn, IntoBoxed};
use diesel::prelude::*;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::ActorView;
use super::chain::StoredEvent;
use super::reach::{OfNumber, Reach};
use crate::access::Tx;
use crate::db::schema::{audit_event, audit_order};
use crate::db::types::{AnyBackend, Id, Moment};
use crate::http::page::{Window, unknown_cursor};
use crate::problem::Problem;

/// What was done to a thing, by whom and when.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditEvent {
    /// The event.
    pub id: Id,
    /// The moment of the request.
    pub at: Moment,
    /// What was done. The list of actions grows.
    #[schema(example = "selfAssessmentSubmitted")]
    pub action: String,
    /// To which thing.
    pub subject: Subject,
    /// The organisation that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub organisation_id: Option<Id>,
    /// The facility that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub facility_id: Option<Id>,
    /// Who did it; to a facility, of what was done to an inspection for the inspectorate or the recognising body, the role alone.
    pub actor: ActorView,
    /// The `BelGov-Trace-Id` of the request.
    pub trace: Id,
    /// What was written: for those whose it is, and for an admin where it is a setting. Absent where nothing was, and once it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object, required = false, nullable = false)]
    pub payload: Option<Box<RawValue>>,
}

/// The thing that something was done to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AuditSubject)]
pub struct Subject {
    /// What kind of thing. The list of kinds grows.
    #[schema(example = "selfAssessment")]
    pub kind: String,
    /// Its id or code.
    #[schema(example = "01890a5d-ac96-774b-bcce-b302099a8057")]
    pub id: String,
}

/// Which events; an empty list stands for all.
#[derive(Debug, Default)]
pub struct Filter {
    /// One of these actions.
    pub actions: Vec<String>,
    /// One of these kinds of thing.
    pub subject_kinds: Vec<String>,
    /// One of these things.
    pub subject_ids: Vec<String>,
    /// About one of these facilities.
    pub facilities: Vec<Id>,
}

type Query =
    IntoBoxed<'static, InnerJoinOn<audit_order::table, audit_event::table, OfNumber>, AnyBackend>;

/// The events that the caller may know about.
fn visible(reach: &Reach) -> Query {
    audit_order::table
        .inner_join(audit_event::table.on(audit_event::id.eq(audit_order::event_id)))
        .into_boxed::<AnyBackend>()
        .filter(reach.audited())
}

/// A stretch of the events that the caller may know about, in their order.
pub fn events(
    tx: &mut Tx,
    window: &Window<Id>,
    filter: &Filter,
) -> Result<Vec<AuditEvent>, Problem> {
    let reach = Reach::of(tx)?;
    let mut query = visible(&reach)
        .select(audit_event::all_columns)
        .order(audit_order::seq)
        .limit(window.limit());
    if let Some(after) = window.after {
        let seq: i64 = visible(&reach)
            .filter(audit_event::id.eq(after))
            .select(audit_order::seq)
            .first(tx.conn)
            .optional()?
            .ok_or_else(|| unknown_cursor(after))?;
        query = query.filter(audit_order::seq.gt(seq));
    }
    if !filter.actions.is_empty() {
        query = query.filter(audit_event::action.eq_any(filter.actions.clone()));
    }
    if !filter.subject_kinds.is_empty() {
        query = query.filter(audit_event::subject_kind.eq_any(filter.subject_kinds.clone()));
    }
    if !filter.subject_ids.is_empty() {
        query = query.filter(audit_event::subject_id.eq_any(filter.subject_ids.clone()));
    }
    if !filter.facilities.is_empty() {
        let facility = audit_event::facility_id.assume_not_null();
        query = query.filter(facility.eq_any(filter.facilities.clone()));
    }
    let rows: Vec<StoredEvent> = query.load(tx.conn)?;
    rows.into_iter().map(|row| view(&reach, row)).collect()
}

fn view(reach: &Reach, event: StoredEvent) -> Result<AuditEvent, Problem> {
    let payload = reach
        .may_read_payload(&event)
        .then_some(event.payload)
        .flatten();
    let actor: ActorView = event.actor.to()?;
    let names = event.inspection_id.is_none() || reach.sees_who_inspects();
    Ok(AuditEvent {
        id: event.id,
        at: event.at,
        action: event.action,
        subject: Subject {
            kind: event.subject_kind,
            id: event.subject_id,
        },
        organisation_id: event.organisation_id,
        facility_id: event.facility_id,
        actor: if names { actor } else { actor.as_role() },
        trace: event.trace,
        payload: payload.map(crate::db::types::JsonText::raw).transpose()?,
    })
}
