//! The events as callers may read them, in their one order. The number of an event stays in here.
use diesel::dsl::{Eq, InnerJoinOn, IntoBoxed, not};
use diesel::prelude::*;
use serde::Serialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::ActorView;
use super::chain::StoredEvent;
use crate::access::{Scope, Tx};
use crate::db::schema::{audit_event, audit_order};
use crate::db::types::{AnyBackend, Id, Moment};
use crate::facility;
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
    /// Who did it.
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

type InOrder =
    InnerJoinOn<audit_order::table, audit_event::table, Eq<audit_event::id, audit_order::event_id>>;

/// Whose events the caller may know about, judged today: a facility that moved takes its past along.
struct Reach {
    scope: Scope,
    /// The facilities that are the caller's own, whichever way.
    facilities: Vec<Id>,
}

impl Reach {
    fn of(tx: &mut Tx) -> Result<Self, Problem> {
        Ok(Self {
            facilities: facility::own_ids(tx)?,
            scope: tx.scope.clone(),
        })
    }

    fn owns_some(&self) -> bool {
        !self.scope.organisations.is_empty() || !self.facilities.is_empty()
    }

    /// The events that the caller may know about.
    fn visible(&self) -> IntoBoxed<'static, InOrder, AnyBackend> {
        let in_order = audit_order::table
            .inner_join(audit_event::table.on(audit_event::id.eq(audit_order::event_id)))
            .into_boxed::<AnyBackend>();
        let own = audit_event::facility_id
            .assume_not_null()
            .eq_any(self.facilities.clone())
            .or(audit_event::facility_id.is_null().and(
                audit_event::organisation_id
                    .assume_not_null()
                    .eq_any(self.scope.organisations.clone()),
            ));
        match (self.scope.admin, self.scope.submitted) {
            (true, _) => in_order.filter(not(audit_event::only_own).or(own)),
            (false, true) if !self.owns_some() => {
                in_order.filter(audit_event::public_to_inspectors)
            }
            (false, true) => in_order.filter(own.or(audit_event::public_to_inspectors)),
            (false, false) => in_order.filter(own),
        }
    }

    /// May the caller read what was written?
    fn may_read_payload(&self, event: &StoredEvent) -> bool {
        match (event.organisation_id, event.facility_id) {
            (_, Some(facility)) => self.facilities.contains(&facility),
            (Some(organisation), None) => self.scope.organisations.contains(&organisation),
            (None, None) => self.scope.admin,
        }
    }
}

/// A stretch of the events that the caller may know about, in their order.
pub fn events(
    tx: &mut Tx,
    window: &Window<Id>,
    filter: &Filter,
) -> Result<Vec<AuditEvent>, Problem> {
    let reach = Reach::of(tx)?;
    let mut query = reach
        .visible()
        .select(audit_event::all_columns)
        .order(audit_order::seq)
        .limit(window.limit());
    if let Some(after) = window.after {
        let seq: i64 = reach
            .visible()
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
        actor: event.actor.to()?,
        trace: event.trace,
        payload: payload.map(crate::db::types::JsonText::raw).transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::chain::tests::event;
    use super::*;

    #[test]
    fn what_was_written_is_read_by_those_whose_it_is_and_a_setting_by_an_admin() {
        let (own, other) = (Id::new(), Id::new());
        let reach = |scope: Scope, facilities: &[Id]| Reach {
            scope,
            facilities: facilities.to_vec(),
        };
        let (facility, moved) = (Id::new(), Id::new());
        let owner = Scope {
            organisations: vec![own],
            ..Scope::default()
        };
        let admin = Scope {
            admin: true,
            directory: true,
            ..Scope::default()
        };
        let inspector = Scope {
            submitted: true,
            directory: true,
            ..Scope::default()
        };
        let owner = reach(owner, &[facility]);
        let unit = reach(Scope::default(), &[facility]);
        let (admin, inspector) = (reach(admin, &[]), reach(inspector, &[]));
        for (organisation, about, readers) in [
            (Some(own), None, [true, false, false, false]),
            (Some(own), Some(facility), [true, true, false, false]),
            (Some(own), Some(moved), [false; 4]),
            (Some(other), Some(facility), [true, true, false, false]),
            (Some(other), None, [false; 4]),
            (None, None, [false, false, true, false]),
        ] {
            let mut event = event(1);
            (event.organisation_id, event.facility_id) = (organisation, about);
            let found =
                [&owner, &unit, &admin, &inspector].map(|reach| reach.may_read_payload(&event));
            assert_eq!(found, readers, "{organisation:?} {about:?}");
        }
    }
}
