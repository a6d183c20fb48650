//! Who reads the feed: which events it may know about, and what of each.
use diesel::dsl::not;
use diesel::prelude::*;

use super::kinds::{DANGER, DIRECTORY, FOR_EVERYONE, KINDS, PLANNING, Whereabouts, href};
use super::store::Row;
use super::{Item, Subject};
use crate::access::policy::ReadInspections;
use crate::access::{Role, Scope, Tx};
use crate::audit::SCOPE_CHANGED;
use crate::audit::reach::{InOrder, Reach};
use crate::db::schema::{audit_event, audit_order};
use crate::db::types::{Id, Visible};
use crate::inspection::reach as inspection;
use crate::problem::Problem;

/// Kinds of things, and what the caller reaches when it reads them. Only a machine with several mandates reaches more of one than of
/// another.
struct Share {
    kinds: Vec<&'static str>,
    reach: Reach,
}

/// Who reads.
pub struct Caller {
    /// What it reaches when it reads the feed.
    reach: Reach,
    /// What it may read of what.
    shares: Vec<Share>,
    /// What it reaches of inspections, where it may read them.
    inside: Option<Scope>,
    /// Does it hear of its own things of kinds that are not known here, without their address?
    hears_of_others: bool,
}

impl Caller {
    /// The caller of this transaction.
    pub fn of(tx: &mut Tx) -> Result<Self, Problem> {
        let mut shares: Vec<Share> = Vec::new();
        for kind in KINDS {
            let Some(scope) = (kind.within)(tx) else {
                continue;
            };
            let same = shares
                .iter_mut()
                .find(|share| reaches_alike(&share.reach.scope, &scope));
            match same {
                Some(share) => share.kinds.push(kind.name),
                None => shares.push(Share {
                    kinds: vec![kind.name],
                    reach: Reach::within(tx, scope)?,
                }),
            }
        }
        Ok(Self {
            hears_of_others: tx.actor.roles.contains(&Role::Facility),
            reach: Reach::of(tx)?,
            inside: tx.scope_for::<ReadInspections>(),
            shares,
        })
    }

    /// The events that the caller may know about now.
    pub fn visible(&self) -> Visible<InOrder> {
        let of_scope = audit_event::action.eq(SCOPE_CHANGED);
        let changes = self.changes().and(not(of_scope));
        Box::new(changes.or(self.mine().and(of_scope)))
    }

    /// Those that say that what the caller itself reaches has changed: told to nobody else, not even to who sees everything.
    fn mine(&self) -> Visible<InOrder> {
        match self.reach.client.clone() {
            None => self.reach.own(),
            Some(client) => {
                let for_it = audit_event::client_id.assume_not_null().eq(client);
                Box::new(self.reach.own().or(for_it))
            }
        }
    }

    /// Those about things that changed. An admin hears that anything was done, as in the audit.
    fn changes(&self) -> Visible<InOrder> {
        if self.reach.scope.admin {
            return self.reach.audited();
        }
        let mut changes: Visible<InOrder> = Box::new(audit_order::seq.lt(0));
        for share in &self.shares {
            let known = audit_event::subject_kind.eq_any(share.kinds.clone());
            changes = Box::new(changes.or(known.and(audible(&share.reach))));
        }
        if let Some(inside) = self.inside.as_ref().and_then(inspection::events_within) {
            changes = Box::new(changes.or(inside));
        }
        if self.hears_of_others {
            let all: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
            let others = audit_event::subject_kind.ne_all(all);
            changes = Box::new(changes.or(others.and(self.reach.own())));
        }
        changes
    }

    /// An event as the caller is told of it; `found` is what its subject is found by.
    pub fn item(&self, row: Row, found: Whereabouts) -> Item {
        let href = self.href(&row, found);
        let organisation = row.organisation_id.filter(|id| self.knows(*id));
        Item {
            id: row.id,
            at: row.at,
            kind: row.action,
            subject: Subject {
                kind: row.subject_kind,
                id: row.subject_id,
                href,
            },
            organisation_id: organisation,
            facility_id: row.facility_id,
        }
    }

    /// May the caller know about the organisation? What a facility brought along when it moved names the one that it came from.
    fn knows(&self, organisation: Id) -> bool {
        let scope = &self.reach.scope;
        scope.directory
            || scope.organisations.contains(&organisation)
            || scope.parents.contains(&organisation)
    }

    /// Where the caller reads the thing. What moved away from it, it can read no more.
    fn href(&self, row: &Row, found: Whereabouts) -> Option<String> {
        let kind = row.subject_kind.as_str();
        let share = self
            .shares
            .iter()
            .find(|share| share.kinds.contains(&kind))?;
        let id = row.subject_id.parse().ok();
        let is_there = match kind {
            "facility" => id.is_some_and(|id| share.reach.facilities.contains(&id)),
            "organisation" => id.is_some_and(|id| self.knows(id)),
            _ => true,
        };
        (is_there || share.reach.scope.directory)
            .then(|| href(kind, &row.subject_id, found))
            .flatten()
    }
}

fn reaches_alike(one: &Scope, other: &Scope) -> bool {
    one.organisations == other.organisations
        && one.facilities == other.facilities
        && one.lent == other.lent
        && (one.directory, one.submitted, one.plans())
            == (other.directory, other.submitted, other.plans())
}

/// The events about what is the caller's own, everyone's, or open to the likes of it.
fn audible(reach: &Reach) -> Visible<InOrder> {
    let scope = &reach.scope;
    let nobodys = audit_event::organisation_id
        .is_null()
        .and(audit_event::facility_id.is_null());
    let everyones = nobodys.and(audit_event::action.eq_any(FOR_EVERYONE));
    let mut audible: Visible<InOrder> = Box::new(reach.own().or(everyones));
    if scope.directory {
        let listed = audit_event::subject_kind.eq_any(DIRECTORY);
        audible = Box::new(audible.or(listed));
    }
    if scope.plans() {
        let planned = audit_event::subject_kind.eq_any(PLANNING);
        audible = Box::new(audible.or(planned));
    }
    if scope.authority {
        let dangers = audit_event::subject_kind.eq_any(DANGER);
        audible = Box::new(audible.or(dangers));
        audible = Box::new(audible.or(inspection::events_of_authority()));
    }
    if scope.submitted {
        audible = Box::new(audible.or(audit_event::public_to_inspectors));
    }
    audible
}
