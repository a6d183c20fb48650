//! Who decides on an inspection stands apart from it (*functiescheiding*): neither works on it, nor speaks for its facility, nor ever did. A person is known by the
//! subject of a token, in whichever role; what somebody did stands in the audit.
use diesel::prelude::*;

use super::store::ever_worked;
use crate::access::{Role, Tx};
use crate::audit::ActorView;
use crate::db::schema::audit_event;
use crate::db::types::{AnyBackend, Id, JsonText};
use crate::problem::{Kind, Problem};
use crate::text::Text;

/// The roles that speak for a facility.
const FACILITY: [Role; 2] = [Role::Facility, Role::FacilityContributor];
/// The roles that inspect, and plan to.
const INSPECTORATE: [Role; 2] = [Role::Inspector, Role::Planner];

/// Who planned an inspection, ever worked on it, or spoke for its facility has no part in what the recognising body decides on it.
pub fn require_apart(tx: &mut Tx, inspection_id: Id) -> Result<(), Problem> {
    let person = tx.actor.claims.subject.clone();
    if ever_worked(tx, inspection_id, &person)? || has_acted(tx, inspection_id, &INSPECTORATE)? {
        return Err(refused(Text::new(
            "U werkte zelf aan deze inspectie; iemand anders beslist hierover.",
            "Vous avez travaillé vous-même à cette inspection ; quelqu'un d'autre en décide.",
            "You worked on this inspection yourself; somebody else decides on this.",
        )));
    }
    require_no_voice(tx, inspection_id)
}

/// Who ever spoke for its facility decides on nothing of an inspection, on neither side.
pub fn require_no_voice(tx: &mut Tx, inspection_id: Id) -> Result<(), Problem> {
    if has_acted(tx, inspection_id, &FACILITY)? {
        return Err(refused(Text::new(
            "U sprak zelf voor de voorziening; iemand anders beslist hierover.",
            "Vous avez parlé vous-même pour la structure ; quelqu'un d'autre en décide.",
            "You spoke for the facility yourself; somebody else decides on this.",
        )));
    }
    Ok(())
}

fn refused(detail: Text) -> Problem {
    Problem::new(Kind::MissingPermission, detail)
}

/// Did the caller ever do something to this inspection in one of these roles?
fn has_acted(tx: &mut Tx, inspection_id: Id, roles: &[Role]) -> Result<bool, Problem> {
    let actors: Vec<JsonText> = audit_event::table
        .filter(audit_event::inspection_id.eq(inspection_id))
        .select(audit_event::actor)
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let person = &tx.actor.claims.subject;
    for actor in actors {
        let by: ActorView = actor.to()?;
        if by.id == *person && roles.iter().any(|role| role.name() == by.role) {
            return Ok(true);
        }
    }
    Ok(false)
}
