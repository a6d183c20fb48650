//! Who sends an attachment: somebody of its facility; or an inspector, for what a finding names.
use diesel::prelude::*;

use super::AttachmentStatus;
use super::store::Announced;
use crate::access::{Role, Tx};
use crate::db::schema::{
    attachment, finding_attachment as found, inspection, inspection_assignment as assignment,
};
use crate::db::types::{AnyBackend, Id, Moment};
use crate::facility as facilities;
use crate::inspection::AssignmentRole;
use crate::problem::{Kind, Problem};
use crate::text::Text;

/// Who sends it.
pub struct Sender {
    /// The organisation of the facility.
    pub organisation_id: Id,
    /// The inspection, where its team sends it.
    pub inspection_id: Option<Id>,
}

impl Sender {
    /// On whose side it is sent: the facility's people, one machine, or the team of an inspection.
    pub fn side(&self, tx: &Tx) -> String {
        let client = &tx.actor.claims.client;
        match (self.inspection_id, client) {
            (Some(inspection_id), _) => format!("inspection {inspection_id}"),
            (None, Some(client)) if tx.actor.roles.contains(&Role::Integration) => {
                format!("client {client}")
            }
            (None, _) => "facility".to_owned(),
        }
    }
}

/// On whose side the caller may send these bytes: of its own facility; or, as lead or member, of an inspection in which a finding names them: 409
/// before that is known to the facility. To others the facility is absent.
pub fn of(tx: &mut Tx, announced: &Announced) -> Result<Sender, Problem> {
    match facilities::own(tx, announced.facility_id) {
        Ok(facility) => {
            return Ok(Sender {
                organisation_id: facility.organisation_id,
                inspection_id: None,
            });
        }
        Err(fault) if fault.kind() != Kind::ResourceNotFound => return Err(fault),
        Err(_) => {}
    }
    let Some(person) = tx.scope.inspector.clone() else {
        return Err(Problem::not_found());
    };
    let here = attachment::table
        .filter(attachment::inspection_id.eq(found::inspection_id.nullable()))
        .filter(attachment::id.eq(announced.id))
        .filter(attachment::state.ne(AttachmentStatus::Receiving))
        .select(attachment::id);
    let named: Option<(Id, Option<Moment>)> = found::table
        .inner_join(assignment::table.on(assignment::inspection_id.eq(found::inspection_id)))
        .inner_join(inspection::table.on(inspection::id.eq(found::inspection_id)))
        .filter(found::facility_id.eq(announced.facility_id))
        .filter(found::attachment_id.eq(announced.id))
        .filter(found::sha256.eq(announced.sha256.clone()))
        .filter(assignment::person.eq(person))
        .filter(assignment::role.eq_any(vec![AssignmentRole::Lead, AssignmentRole::Member]))
        .filter(assignment::ended_at.is_null())
        // One that is known to the facility first (the databases do not agree where NULL comes), then one that has it to come, and of those
        // always the same.
        .order((
            inspection::known_at.is_null(),
            diesel::dsl::exists(here),
            found::inspection_id,
        ))
        .select((found::inspection_id, inspection::known_at))
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    match named {
        None => Err(Problem::not_found()),
        Some((_, None)) => Err(before_the_visit()),
        Some((inspection_id, Some(_))) => {
            let facility = facilities::facility(tx, announced.facility_id)?;
            Ok(Sender {
                organisation_id: facility.organisation_id,
                inspection_id: Some(inspection_id),
            })
        }
    }
}

fn before_the_visit() -> Problem {
    Problem::conflict(Text::new(
        "De voorziening kent deze inspectie nog niet; leg eerst het bezoek vast, en stuur dan de bestanden.",
        "La structure ne connaît pas encore cette inspection ; consignez d'abord la visite, puis envoyez les fichiers.",
        "The facility does not know of this inspection yet; record the visit first, and then send the files.",
    ))
}
