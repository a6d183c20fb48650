//! Whose events a caller may know about: shared by the audit and the feed of changes.
use diesel::dsl::{Eq, InnerJoinQuerySource, not};
use diesel::prelude::*;

use super::chain::StoredEvent;
use crate::access::{Role, Scope, Tx};
use crate::db::schema::{audit_event, audit_order};
use crate::db::types::{Id, Visible};
use crate::facility;
use crate::inspection::reach as inspection;
use crate::problem::Problem;

/// An event belongs to its number.
pub type OfNumber = Eq<audit_event::id, audit_order::event_id>;
/// The events with their numbers.
pub type InOrder = InnerJoinQuerySource<audit_order::table, audit_event::table, OfNumber>;

/// Whose events the caller may know about, judged today: a facility that moved takes its past along.
pub struct Reach {
    /// What the caller reaches.
    pub scope: Scope,
    /// The facilities that are the caller's own, whichever way.
    pub facilities: Vec<Id>,
    /// Those of them whose own improvement is the caller's too; nothing when all are.
    improving: Option<Vec<Id>>,
    /// The caller itself, when it is a machine.
    pub client: Option<String>,
}

impl Reach {
    /// The reach of the caller of this transaction.
    pub fn of(tx: &mut Tx) -> Result<Self, Problem> {
        let scope = tx.scope.clone();
        Self::within(tx, scope)
    }

    /// The same, as far as it reaches within this scope.
    pub fn within(tx: &mut Tx, scope: Scope) -> Result<Self, Problem> {
        let actor = tx.actor;
        let is_machine = actor.roles.contains(&Role::Integration);
        let improving = match scope.lent.as_slice() {
            [] => None,
            _ => Some(facility::ids_in(tx, &scope.improving())?),
        };
        Ok(Self {
            facilities: facility::ids_in(tx, &scope)?,
            improving,
            scope,
            client: actor.claims.client.clone().filter(|_| is_machine),
        })
    }

    fn owns_some(&self) -> bool {
        !self.scope.organisations.is_empty() || !self.facilities.is_empty()
    }

    /// The events about what is the caller's own.
    pub fn own(&self) -> Visible<InOrder> {
        let facility = audit_event::facility_id.assume_not_null();
        let of_facilities = facility.eq_any(self.facilities.clone());
        let of_organisations = audit_event::facility_id.is_null().and(
            audit_event::organisation_id
                .assume_not_null()
                .eq_any(self.scope.organisations.clone()),
        );
        let own = of_facilities.or(of_organisations);
        match self.improving.clone() {
            None => Box::new(own),
            Some(improving) => {
                let shown = not(audit_event::only_own).or(facility.eq_any(improving));
                Box::new(own.and(shown))
            }
        }
    }

    /// The events that the caller may know about in the audit.
    pub fn audited(&self) -> Visible<InOrder> {
        match (self.scope.admin, self.scope.submitted) {
            (true, _) => {
                let shown = not(audit_event::only_own).or(self.own());
                Box::new(shown.and(inspection::events_in_the_open()))
            }
            (false, true) if !self.owns_some() => {
                self.or_inside(Box::new(audit_event::public_to_inspectors))
            }
            (false, true) => {
                self.or_inside(Box::new(self.own().or(audit_event::public_to_inspectors)))
            }
            (false, false) => self.own(),
        }
    }

    /// These events, and those about inspections that the caller sees all of.
    fn or_inside(&self, shown: Visible<InOrder>) -> Visible<InOrder> {
        match inspection::events_within(&self.scope) {
            Some(inside) => Box::new(shown.or(inside)),
            None => shown,
        }
    }

    /// May the caller know who inspected, and who decided on that?
    pub fn sees_who_inspects(&self) -> bool {
        self.scope.inspects() || self.scope.admin
    }

    /// May the caller read what was written? Of an inspection, whoever sees all of it may, and an admin never.
    pub fn may_read_payload(&self, event: &StoredEvent) -> bool {
        let is_settings = event.inspection_id.is_none();
        match (event.organisation_id, event.facility_id) {
            _ if !is_settings && self.scope.inspector.is_some() => !self.scope.admin,
            (_, Some(facility)) => self.facilities.contains(&facility),
            (Some(organisation), None) => self.scope.organisations.contains(&organisation),
            (None, None) => self.scope.admin && is_settings,
        }
    }
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
            improving: None,
            client: None,
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
