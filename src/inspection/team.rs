//! Who works on an inspection. A part that ends stays on record.
use std::collections::HashMap;

use diesel::prelude::*;

use super::sides::give_part;
use super::store::Head;
use super::{Assignment, AssignmentInput, AssignmentRole, events, require_room};
use crate::access::Tx;
use crate::audit::ActorView;
use crate::db::guarded::one_changed;
use crate::db::schema::inspection_assignment as assignment;
use crate::db::types::{AnyBackend, BOUND_AT_ONCE, Id, JsonText, Moment};
use crate::problem::Problem;
use crate::text::Text;

#[derive(Queryable, Selectable)]
#[diesel(table_name = assignment, check_for_backend(AnyBackend))]
struct Row {
    id: Id,
    person: String,
    name: String,
    role: AssignmentRole,
    assigned_at: Moment,
    ended_at: Option<Moment>,
}

/// The caller's own part in each of these inspections, where it has one.
pub fn parts_of_caller(tx: &mut Tx, ids: &[Id]) -> Result<HashMap<Id, AssignmentRole>, Problem> {
    let Some(person) = tx.scope.inspector.clone() else {
        return Ok(HashMap::new());
    };
    let mut found = HashMap::new();
    for some in ids.chunks(BOUND_AT_ONCE) {
        let parts: Vec<(Id, AssignmentRole)> = assignment::table
            .filter(assignment::inspection_id.eq_any(some.to_vec()))
            .filter(assignment::person.eq(person.clone()))
            .filter(assignment::ended_at.is_null())
            .select((assignment::inspection_id, assignment::role))
            .into_boxed::<AnyBackend>()
            .load(tx.conn)?;
        found.extend(parts);
    }
    Ok(found)
}

/// Every part that the caller ever had in an inspection.
pub fn parts_ever(tx: &mut Tx, inspection_id: Id) -> Result<Vec<AssignmentRole>, Problem> {
    let person = tx.actor.claims.subject.clone();
    let rows = rows(tx, inspection_id)?;
    let mine = rows.into_iter().filter(|row| row.person == person);
    Ok(mine.map(|row| row.role).collect())
}

fn rows(tx: &mut Tx, inspection_id: Id) -> Result<Vec<Row>, Problem> {
    Ok(assignment::table
        .filter(assignment::inspection_id.eq(inspection_id))
        .order(assignment::id)
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?)
}

/// The team: with who left it for who sees all, and otherwise as it is, without the subjects of tokens.
pub fn shown(tx: &mut Tx, inspection_id: Id, all: bool) -> Result<Vec<Assignment>, Problem> {
    let rows = rows(tx, inspection_id)?;
    let there = rows.into_iter().filter(|row| all || row.ended_at.is_none());
    let shown = there.map(|row| Assignment {
        id: row.id,
        person: all.then_some(row.person),
        name: row.name,
        role: row.role,
        assigned_at: all.then_some(row.assigned_at),
        ended_at: row.ended_at,
    });
    Ok(shown.collect())
}

/// Stores a new part: 409 where the person stands on another side.
pub fn insert(
    tx: &mut Tx,
    inspection_id: Id,
    id: Id,
    input: &AssignmentInput,
) -> Result<(), Problem> {
    give_part(tx, inspection_id, &input.person)?;
    diesel::insert_into(assignment::table)
        .values((
            assignment::id.eq(id),
            assignment::inspection_id.eq(inspection_id),
            assignment::person.eq(&input.person),
            assignment::name.eq(&input.name),
            assignment::role.eq(input.role),
            assignment::assigned_by.eq(JsonText::of(&ActorView::of(tx))?),
            assignment::assigned_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Gives somebody a part; 409 while the same person has one.
pub fn assign(tx: &mut Tx, head: &Head, id: Id, input: &AssignmentInput) -> Result<(), Problem> {
    let rows = rows(tx, head.row.id)?;
    let has_part = |row: &Row| row.person == input.person && row.ended_at.is_none();
    if rows.iter().any(has_part) {
        return Err(has_one());
    }
    require_room("assignments", rows.len())?;
    insert(tx, head.row.id, id, input)?;
    events::inside(tx, "inspectorAssigned", head.row.id, input)
}

fn has_one() -> Problem {
    Problem::conflict(Text::new(
        "Deze persoon heeft al een rol in deze inspectie; beëindig die eerst.",
        "Cette personne a déjà un rôle dans cette inspection ; terminez-le d'abord.",
        "This person has a part in this inspection already; end that first.",
    ))
}

/// Ends somebody's part.
pub fn end(tx: &mut Tx, head: &Head, id: Id) -> Result<(), Problem> {
    let rows = rows(tx, head.row.id)?;
    let there = rows
        .iter()
        .find(|row| row.id == id)
        .ok_or_else(Problem::not_found)?;
    if there.ended_at.is_some() {
        return Err(Problem::conflict(Text::new(
            "Deze rol is al beëindigd.",
            "Ce rôle est déjà terminé.",
            "This part has ended already.",
        )));
    }
    let ended_by = JsonText::of(&ActorView::of(tx))?;
    let ended = diesel::update(assignment::table)
        .filter(assignment::id.eq(id))
        .filter(assignment::ended_at.is_null())
        .set((
            assignment::ended_at.eq(Some(tx.now)),
            assignment::ended_by.eq(Some(ended_by)),
        ))
        .execute(tx.conn)?;
    one_changed(ended)?;
    let said = serde_json::json!({"assignmentId": id, "role": there.role});
    events::inside(tx, "assignmentEnded", head.row.id, &said)
}
