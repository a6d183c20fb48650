//! On an inspection everybody stands on one side: its facility's, the inspectorate's or the recognising body's (*functiescheiding*). The first thing
//! that a person does there, or is given to do, decides it for good, in whichever token the person comes back.
//!
//! A person is the subject of a token. Machines, and admins, experts and policy makers, stand on no side: they do nothing there of their own. What
//! somebody did elsewhere, for the same facility too, does not count: who works where is for the issuer of the tokens to know. Nor does it
//! matter for reading, which goes by the role of the token.
use std::collections::BTreeSet;

use diesel::prelude::*;

use crate::access::{Role, Tx};
use crate::db::schema::inspection_side as side;
use crate::db::types::{AnyBackend, Id};
use crate::problem::{Kind, Problem};
use crate::text::Text;

crate::text_enum! {
    /// A side of an inspection.
    pub enum Side {
        /// Its facility: is inspected, reacts, mends.
        Facility = "facility",
        /// The inspectorate: plans, inspects, reports, weighs what the facility says of it.
        Inspectorate = "inspectorate",
        /// The recognising body: sets the terms, and decides on what was mended.
        RecognisingBody = "recognisingBody",
    }
}

impl Side {
    /// That of these roles; a token with roles on more than one was refused.
    fn of(roles: &[Role]) -> Option<Self> {
        roles.iter().find_map(|role| match role {
            Role::Facility | Role::FacilityContributor => Some(Self::Facility),
            Role::Inspector | Role::Planner => Some(Self::Inspectorate),
            Role::Authority => Some(Self::RecognisingBody),
            Role::Integration | Role::Expert | Role::Policy | Role::Admin => None,
        })
    }
}

/// The caller acts on its side of this inspection from now on: 403 when it stands on another. The audit sees to it with all that it records within an
/// inspection, so that no deed slips by.
pub fn take_side(tx: &mut Tx, inspection_id: Id) -> Result<(), Problem> {
    let Some(own) = Side::of(&tx.actor.roles) else {
        return Ok(());
    };
    let person = tx.actor.claims.subject.clone();
    let stands = first(tx, inspection_id, &person, own)?;
    if stands == own {
        return Ok(());
    }
    let detail = match stands {
        Side::Facility => Text::new(
            "U sprak zelf voor de voorziening; iemand anders doet dit.",
            "Vous avez parlé vous-même pour la structure ; quelqu'un d'autre s'en charge.",
            "You spoke for the facility yourself; somebody else does this.",
        ),
        Side::Inspectorate => Text::new(
            "U werkte zelf aan deze inspectie, of kreeg er een rol in; iemand anders doet dit.",
            "Vous avez travaillé vous-même à cette inspection, ou y avez reçu un rôle ; quelqu'un d'autre s'en charge.",
            "You worked on this inspection yourself, or were given a part in it; somebody else does this.",
        ),
        Side::RecognisingBody => Text::new(
            "U beslist over deze inspectie voor de bevoegde entiteit; iemand anders doet dit.",
            "Vous décidez de cette inspection pour l'entité compétente ; quelqu'un d'autre s'en charge.",
            "You decide on this inspection for the recognising body; somebody else does this.",
        ),
    };
    Err(Problem::new(Kind::MissingPermission, detail))
}

/// A person inspects from now on: 409 when it stands on another side.
pub fn give_part(tx: &mut Tx, inspection_id: Id, person: &str) -> Result<(), Problem> {
    if first(tx, inspection_id, person, Side::Inspectorate)? == Side::Inspectorate {
        return Ok(());
    }
    Err(Problem::conflict(Text::new(
        "Deze persoon handelde bij deze inspectie al voor de voorziening of de bevoegde entiteit; kies iemand anders.",
        "Cette personne a déjà agi dans cette inspection pour la structure ou l'entité compétente ; choisissez quelqu'un d'autre.",
        "This person acted in this inspection for the facility or the recognising body already; choose somebody else.",
    )))
}

/// The side on which a person stands: this one, where it stands on none yet.
fn first(tx: &mut Tx, inspection_id: Id, person: &str, own: Side) -> Result<Side, Problem> {
    if let Some(stands) = stands(tx, inspection_id, person)? {
        return Ok(stands);
    }
    let values = (
        side::inspection_id.eq(inspection_id),
        side::person.eq(person),
        side::side.eq(own),
    );
    each!(tx.conn, conn => diesel::insert_into(side::table).values(values).on_conflict_do_nothing().execute(conn))?;
    // Another request of the same person may have been first.
    stands(tx, inspection_id, person)?.ok_or_else(|| Problem::internal("no side was kept"))
}

fn stands(tx: &mut Tx, inspection_id: Id, person: &str) -> Result<Option<Side>, Problem> {
    Ok(side::table
        .filter(side::inspection_id.eq(inspection_id))
        .filter(side::person.eq(person.to_owned()))
        .select(side::side)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?)
}

/// The inspections on another side of which the caller stands: nothing of them awaits it.
pub fn elsewhere(tx: &mut Tx) -> Result<BTreeSet<Id>, Problem> {
    let Some(own) = Side::of(&tx.actor.roles) else {
        return Ok(BTreeSet::new());
    };
    let ids: Vec<Id> = side::table
        .filter(side::person.eq(tx.actor.claims.subject.clone()))
        .filter(side::side.ne(own))
        .select(side::inspection_id)
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    Ok(ids.into_iter().collect())
}
