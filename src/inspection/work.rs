//! What is done to an inspection as a whole, each in one transaction: planned, planned otherwise, moved to a newer checklist, cancelled.
use super::rules::Step;
use super::sides::take_side;
use super::store::{self, Head, Row};
use super::{
    Cancellation, CancellationInput, ChecklistMove, ChecklistMoveInput, Inspection,
    InspectionInput, PlanInput, State, events, finding, reach, team, visits,
};
use crate::access::Tx;
use crate::audit::ActorView;
use crate::db::types::{Id, JsonText};
use crate::facility::{self, Facility};
use crate::http::{ETag, IfMatch};
use crate::problem::{Issue, Problem};
use crate::text::Text;

/// May the caller take this step, if the state allows it? The inspection is absent where it may not know of it.
pub fn may(tx: &mut Tx, id: Id, step: &Step) -> Result<(), Problem> {
    find_for(tx, id, step).map(drop)
}

/// The inspection, when the caller may take this step in it.
pub fn find_for(tx: &mut Tx, id: Id, step: &Step) -> Result<Head, Problem> {
    let head = store::find(tx, id)?;
    step.require_hand(&reach::hands(&tx.scope, &head))?;
    Ok(head)
}

/// The state of the inspection allows the step, for one that waits for no tag.
pub fn require_state(head: &Head, step: &Step) -> Result<(), Problem> {
    step.require_state(head.row.state)
}

/// The inspection, when the caller sees all of it; otherwise what it asks for is absent.
pub fn find_inside(tx: &mut Tx, id: Id) -> Result<Head, Problem> {
    let head = store::find(tx, id)?;
    if reach::sees_all(&reach::hands(&tx.scope, &head)) {
        Ok(head)
    } else {
        Err(Problem::not_found())
    }
}

/// The inspection for a step that writes findings, or what belongs to them: as it is once it is this one's turn. Who may not take the step waits
/// for nobody.
pub fn find_in_turn(tx: &mut Tx, id: Id, step: &Step) -> Result<Head, Problem> {
    may(tx, id, step)?;
    finding::take_turn(tx, id)?;
    find_for(tx, id, step)
}

/// Holds an inspection for a step: the caller may take it, has seen the inspection as it is, and its state allows it.
pub fn take(tx: &mut Tx, id: Id, step: &Step, seen: &IfMatch) -> Result<Head, Problem> {
    may(tx, id, step)?;
    store::hold(tx, id)?;
    // No finding slips past a change of state.
    finding::take_turn(tx, id)?;
    // As it is now that nobody else changes it.
    let head = store::find(tx, id)?;
    let hands = reach::hands(&tx.scope, &head);
    step.require_hand(&hands)?;
    // The audit asks too, but last: who stands elsewhere would be told of states that it can do nothing about.
    take_side(tx, id)?;
    if reach::sees_all(&hands) {
        seen.check(&ETag::edit(head.row.edit - 1))?;
    } else {
        seen.check(&store::view(tx, &head)?.tag()?)?;
    }
    step.require_state(head.row.state)?;
    Ok(head)
}

/// Plans an inspection in a round, with its team: an id for each of its assignments.
pub fn plan(
    tx: &mut Tx,
    (id, assignments): (Id, &[Id]),
    input: &InspectionInput,
) -> Result<Inspection, Problem> {
    require_running_round(tx, input.round_id)?;
    let facility = facility::facility(tx, input.facility_id)
        .map_err(|fault| fault.as_unknown("facilityId", input.facility_id))?;
    if let Some(follows) = input.follows_id {
        let followed =
            store::find(tx, follows).map_err(|fault| fault.as_unknown("followsId", follows))?;
        if followed.row.facility_id != facility.id {
            return Err(Problem::fault(of_another_facility(follows)));
        }
    }
    let row = Row {
        id,
        round_id: input.round_id,
        facility_id: facility.id,
        unit_id: input.unit_id,
        facility_type: type_of(tx, &facility, input)?,
        reason: input.reason,
        reason_disclosed: input.reason_disclosed,
        announced: input.announced,
        reference: input.reference.clone(),
        follows_id: input.follows_id,
        state: State::Planned,
        known_at: None,
        checklist_revision: None,
        checklist_moves: JsonText::of(&[(); 0])?,
        announcements: JsonText::of(&[(); 0])?,
        began_at: None,
        cancellation: None,
        edit: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    store::insert(tx, &row)?;
    for (assignment, input) in assignments.iter().zip(&input.assignments) {
        team::insert(tx, id, *assignment, input)?;
    }
    events::inside(tx, "inspectionPlanned", id, input)?;
    store::read(tx, id)
}

/// What is inspected: the facility, or a unit of it, by its type.
fn type_of(tx: &mut Tx, facility: &Facility, input: &InspectionInput) -> Result<String, Problem> {
    match input.unit_id {
        None => Ok(facility.facility_type.clone()),
        Some(unit) => facility::unit(tx, facility.id, unit)
            .map(|unit| unit.facility_type)
            .map_err(|fault| fault.as_unknown("unitId", unit)),
    }
}

fn of_another_facility(follows: Id) -> Issue {
    let detail = Text::new(
        "Dit is een inspectie van een andere voorziening.",
        "C'est une inspection d'une autre structure.",
        "This is an inspection of another facility.",
    );
    Issue::body("unknownReference", "followsId", detail).with_value(follows.to_string())
}

/// Inspections are planned in rounds that are not closed.
fn require_running_round(tx: &mut Tx, round_id: Id) -> Result<(), Problem> {
    let state = store::round_state(tx, round_id)?
        .ok_or_else(|| Problem::unknown_reference("roundId", round_id))?;
    if state == "closed" {
        return Err(Problem::conflict(Text::new(
            "Deze ronde is afgesloten; plan de inspectie in een andere.",
            "Cette ronde est clôturée ; planifiez l'inspection dans une autre.",
            "This round is closed; plan the inspection in another.",
        )));
    }
    Ok(())
}

/// Plans it otherwise. What the facility was told stays so.
pub fn replan(tx: &mut Tx, head: &Head, input: &PlanInput) -> Result<(), Problem> {
    let row = &head.row;
    let told = row.known_at.is_some();
    let moved = [
        ("announced", told && input.announced != row.announced),
        ("reason", told && input.reason != row.reason),
        (
            "reasonDisclosed",
            told && row.reason_disclosed && !input.reason_disclosed,
        ),
    ];
    let faults: Vec<Issue> = moved
        .into_iter()
        .filter(|(_, moved)| *moved)
        .map(|(field, _)| Issue::body("fixed", field, fixed()))
        .collect();
    Problem::refuse(faults)?;
    store::save_plan(tx, row.id, input)?;
    if !input.announced && row.known_at.is_none() {
        visits::untell(tx, row.id)?;
    }
    events::inside(tx, "inspectionChanged", row.id, input)
}

fn fixed() -> Text {
    Text::new(
        "De voorziening kent deze inspectie al; dit ligt vast.",
        "La structure connaît déjà cette inspection ; ceci est fixé.",
        "The facility knows of this inspection already; this is fixed.",
    )
}

/// Goes by a newer revision of the checklist from now on.
pub fn move_checklist(tx: &mut Tx, head: &Head, input: &ChecklistMoveInput) -> Result<(), Problem> {
    let mut row = head.row.clone();
    let from = row.checklist_revision.unwrap_or(0);
    let last = store::latest_checklist(tx, row.round_id)?;
    if input.revision <= from || input.revision > last {
        return Err(Problem::fault(no_newer(from, last, input.revision)));
    }
    let mut moves: Vec<ChecklistMove> = row.checklist_moves.to()?;
    moves.push(ChecklistMove {
        from,
        to: input.revision,
        reason: input.reason.clone(),
        at: tx.now,
        by: ActorView::of(tx),
    });
    row.checklist_moves = JsonText::of(&moves)?;
    row.checklist_revision = Some(input.revision);
    store::save(tx, &row)?;
    events::inside(tx, "checklistMoved", row.id, input)
}

fn no_newer(from: i64, last: i64, wanted: i64) -> Issue {
    let detail = Text::new(
        format!(
            "Deze inspectie gaat uit van versie {from} van de checklist; de laatste is {last}."
        ),
        format!("Cette inspection suit la révision {from} de la liste ; la dernière est {last}."),
        format!(
            "This inspection goes by revision {from} of the checklist; the last one is {last}."
        ),
    );
    Issue::body("unknownReference", "revision", detail).with_value(wanted.to_string())
}

/// Cancels it, for good. Of one that the facility does not know of it never hears.
pub fn cancel(tx: &mut Tx, head: &Head, input: &CancellationInput) -> Result<(), Problem> {
    let mut row = head.row.clone();
    row.state = State::Cancelled;
    row.cancellation = Some(JsonText::of(&Cancellation {
        ground: input.ground,
        reason: input.reason.clone(),
        at: tx.now,
    })?);
    store::save(tx, &row)?;
    events::of(tx, "inspectionCancelled", head, input)
}
