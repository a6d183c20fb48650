//! Who did what, when: an event written in the same transaction as the change it speaks of.
//!
//! The [`sequencer`] gives the events one order, chains their hashes ([`chain`]) and seals the chain ([`seal`]) with a key that is not in
//! the database; [`verify`] walks it all and says where something was changed.
//!
//! # What verification cannot see
//!
//! - What happened to an event before it was numbered, normally within a second of its writing; and an event that somebody with write access to
//!   the database adds by the proper means: it is numbered and sealed like any other.
//! - That the newest events, their numbers and their seals were all deleted, or deleted and numbered anew by a restarted service: only a head that
//!   was saved elsewhere shows that. The running service remembers its last seal, and seals no more when that one is gone.
//! - Who has the file of the seal key can sign anything.
//! - What was never recorded, and whether an erased payload should have been: erased ones are counted.
//! - Whether the other tables still say what the events recorded, but for a revision that was handed in, or redacted: its hash is in the
//!   event ([`frozen`]).
use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::rand;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub mod chain;
pub mod frozen;
pub mod reach;
pub mod report;
pub mod routes;
pub mod seal;
pub mod sequencer;
mod store;
pub mod verify;

use crate::access::{OnBehalfOf, Role, Tx, link};
use crate::db::schema::audit_event;
use crate::db::types::{Id, JsonText};
use crate::inspection::sides::take_side;
use crate::problem::Problem;

use seal::SealKeys;

/// The action of an event that says: what those whom it is for reach has changed.
pub const SCOPE_CHANGED: &str = "scopeChanged";

/// What is recorded of a change.
#[derive(Debug)]
pub struct Event {
    action: &'static str,
    subject_kind: &'static str,
    subject_id: String,
    organisation: Option<Id>,
    facility: Option<Id>,
    client: Option<String>,
    inspection: Option<Id>,
    to_inspectors: bool,
    only_own: bool,
    payload: Option<JsonText>,
}

impl Event {
    /// Something was done to a thing.
    pub fn new(action: &'static str, subject_kind: &'static str, subject: impl ToString) -> Self {
        Self {
            action,
            subject_kind,
            subject_id: subject.to_string(),
            organisation: None,
            facility: None,
            client: None,
            inspection: None,
            to_inspectors: false,
            only_own: false,
            payload: None,
        }
    }

    /// What somebody reaches was changed, by a change of this thing. Say whose it is, or for which machine.
    pub fn scope_changed(kind: &'static str, thing: impl ToString) -> Self {
        Self::new(SCOPE_CHANGED, kind, thing)
    }

    /// Whose it is: those may see the event.
    #[must_use]
    pub fn of(mut self, organisation: Id, facility: Option<Id>) -> Self {
        self.organisation = Some(organisation);
        self.facility = facility;
        self
    }

    /// The machine that it is for: it may see the event too.
    #[must_use]
    pub fn for_client(mut self, client: &str) -> Self {
        self.client = Some(client.to_owned());
        self
    }

    /// The inspection that it is about: its team may see it, and until the inspection is known nobody else. Who does it takes its side there.
    #[must_use]
    pub fn within(mut self, inspection: Id) -> Self {
        self.inspection = Some(inspection);
        self
    }

    /// Inspectors may see it too.
    #[must_use]
    pub fn to_inspectors(mut self, visible: bool) -> Self {
        self.to_inspectors = visible;
        self
    }

    /// It shows to those whose it is, and to nobody else, not to an admin either.
    #[must_use]
    pub fn only_own(mut self, only: bool) -> Self {
        self.only_own = only;
        self
    }

    /// What was written. Only those whose it is ever read it.
    pub fn with(mut self, payload: &(impl Serialize + ?Sized)) -> Result<Self, Problem> {
        self.payload = Some(JsonText::of(payload)?);
        Ok(self)
    }
}

/// A person or machine as the audit and answers name it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Actor)]
pub struct ActorView {
    /// The token's subject; where it came by a link, the contribution that the link is for; where the caller may not know who it was, the role.
    pub id: String,
    /// The name in the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub name: Option<String>,
    /// The role in which it was done; `contributionLink` where it came by a link.
    #[schema(example = "facility")]
    pub role: String,
    /// The client, where a machine did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub client: Option<String>,
    /// The person for whom a machine did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false, nullable = false)]
    pub on_behalf_of: Option<OnBehalfOf>,
}

impl ActorView {
    /// The caller of this transaction.
    pub fn of(tx: &Tx) -> Self {
        let claims = &tx.actor.claims;
        let role = match tx.actor.roles.first() {
            Some(role) => role.name(),
            None if tx.actor.by_link => link::ROLE,
            None => "system",
        };
        Self {
            id: claims.subject.clone(),
            name: claims.name.clone(),
            role: role.to_owned(),
            client: claims.client.clone(),
            on_behalf_of: tx.on_behalf_of.clone(),
        }
    }

    /// The same for who may not know the people that inspect, or decide on that.
    #[must_use]
    pub fn as_role(self) -> Self {
        let names = [Role::Inspector, Role::Planner, Role::Authority];
        if names.iter().all(|role| role.name() != self.role) {
            return self;
        }
        Self {
            id: self.role.clone(),
            name: None,
            role: self.role,
            client: None,
            on_behalf_of: None,
        }
    }
}

/// Writes the event, in the transaction of the change. What is done within an inspection is done on one side of it: 403 to who stands on another.
pub fn record(tx: &mut Tx, event: Event) -> Result<(), Problem> {
    // Who only inspects was given its part: that is not looked up with every finding.
    let only_inspects = tx.actor.roles.as_slice() == [Role::Inspector];
    if let Some(inspection) = event.inspection
        && !only_inspects
    {
        take_side(tx, inspection)?;
    }
    let Event {
        action,
        subject_kind,
        subject_id,
        organisation,
        facility,
        client,
        inspection,
        to_inspectors,
        only_own,
        payload,
    } = event;
    let salted = payload.as_ref().map(salted).transpose()?;
    let (salt, payload_hash) = salted.unzip();
    let actor = JsonText::of(&ActorView::of(tx))?;
    diesel::insert_into(audit_event::table)
        .values((
            audit_event::id.eq(Id::new()),
            audit_event::at.eq(tx.now),
            audit_event::action.eq(action),
            audit_event::subject_kind.eq(subject_kind),
            audit_event::subject_id.eq(subject_id),
            audit_event::organisation_id.eq(organisation),
            audit_event::facility_id.eq(facility),
            audit_event::public_to_inspectors.eq(to_inspectors),
            audit_event::actor.eq(actor),
            audit_event::trace.eq(Id(tx.actor.trace)),
            audit_event::payload.eq(payload),
            audit_event::payload_hash.eq(payload_hash),
            audit_event::salt.eq(salt),
            audit_event::only_own.eq(only_own),
            audit_event::client_id.eq(client),
            audit_event::inspection_id.eq(inspection),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Erases what an event recorded, and the salt with it: the hash under the seals says nothing about it any more, and still verifies.
pub fn erase(tx: &mut Tx, event: Id) -> Result<(), Problem> {
    diesel::update(audit_event::table)
        .filter(audit_event::id.eq(event))
        .set((
            audit_event::payload.eq(None::<JsonText>),
            audit_event::salt.eq(None::<Vec<u8>>),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// A fresh salt, and the payload's hash with it.
fn salted(payload: &JsonText) -> Result<(Vec<u8>, chain::Hash), Problem> {
    let mut salt = vec![0_u8; 16];
    rand::fill(&mut salt).map_err(|_| Problem::internal("no randomness"))?;
    let hash = chain::payload_hash(&salt, payload);
    Ok((salt, hash))
}

/// What the process holds for the audit.
#[derive(Clone, Default)]
pub struct Audit(Arc<Held>);

#[derive(Default)]
struct Held {
    keys: Option<SealKeys>,
    written: tokio::sync::Notify,
    verifying: tokio::sync::Mutex<()>,
    sealed: Mutex<Option<(i64, chain::Hash)>>,
}

impl Audit {
    /// With the key that seals.
    pub fn with(keys: SealKeys) -> Self {
        Self(Arc::new(Held {
            keys: Some(keys),
            ..Held::default()
        }))
    }

    /// The keys of the seals.
    pub fn keys(&self) -> Option<&SealKeys> {
        self.0.keys.as_ref()
    }

    /// Something was committed: there may be events to number.
    pub fn wake(&self) {
        self.0.written.notify_one();
    }

    /// The last seal that this process made: its last number and its hash.
    fn sealed(&self) -> Option<(i64, chain::Hash)> {
        self.0
            .sealed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn remember(&self, seal: &seal::Seal) {
        let mut sealed = self.0.sealed.lock().unwrap_or_else(PoisonError::into_inner);
        *sealed = Some((seal.seq_to, seal.hash()));
    }
}

/// The operations on the audit.
pub fn operations(to: &mut impl crate::app::Operations) {
    to.operation(routes::list_audit_events)
        .operation(routes::verify_audit_events);
}
