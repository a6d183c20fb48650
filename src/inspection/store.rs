//! Rows of inspections. One that the caller may not know about is absent.
use diesel::prelude::*;

use super::round::store::turn;
use super::rules::Hand;
use super::{
    AssignmentRole, ChecklistReference, Inspection, InspectionSummary, PlanInput, Reason, State,
    documents, reach, team, visits,
};
use crate::access::{Scope, Tx};
use crate::db::guarded::one_changed;
use crate::db::schema::{facility, inspection, inspection_round as round};
use crate::db::types::{AnyBackend, Id, JsonText, Moment};
use crate::http::page::Window;
use crate::problem::{Kind, Problem};
use crate::text::Text;

/// A row.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = inspection, check_for_backend(AnyBackend))]
pub struct Row {
    pub(super) id: Id,
    pub(super) round_id: Id,
    pub(super) facility_id: Id,
    pub(super) unit_id: Option<Id>,
    pub(super) facility_type: String,
    pub(super) reason: Reason,
    pub(super) reason_disclosed: bool,
    pub(super) announced: bool,
    pub(super) reference: Option<String>,
    pub(super) follows_id: Option<Id>,
    pub(super) state: State,
    pub(super) known_at: Option<Moment>,
    pub(super) checklist_revision: Option<i64>,
    pub(super) checklist_moves: JsonText,
    pub(super) announcements: JsonText,
    pub(super) began_at: Option<Moment>,
    pub(super) cancellation: Option<JsonText>,
    pub(super) edit: i64,
    pub(super) created_at: Moment,
    pub(super) updated_at: Moment,
}

impl Row {
    /// The facility knows of it from now on, if it did not yet: true then.
    pub(super) fn reveal(&mut self, now: Moment) -> bool {
        let was_hidden = self.known_at.is_none();
        self.known_at = self.known_at.or(Some(now));
        was_hidden
    }
}

/// An inspection without its parts, and what the caller is in it.
#[derive(Debug, Clone)]
pub struct Head {
    pub(super) row: Row,
    pub(super) organisation_id: Id,
    pub(super) assigned_as: Option<AssignmentRole>,
}

impl Head {
    /// The inspection.
    pub fn id(&self) -> Id {
        self.row.id
    }

    fn summary(&self, hands: &[Hand]) -> InspectionSummary {
        let row = &self.row;
        let hidden = row.reason == Reason::Complaint && !row.reason_disclosed;
        let shown = !hidden || reach::sees_all(hands) || hands.contains(&Hand::Authority);
        InspectionSummary {
            href: format!("/v1/inspections/{}", row.id),
            id: row.id,
            round_id: row.round_id,
            facility_id: row.facility_id,
            unit_id: row.unit_id,
            facility_type: row.facility_type.clone(),
            status: row.state,
            reason: shown.then_some(row.reason),
            announced: row.announced,
            known_at: row.known_at,
            assigned_as: self.assigned_as,
        }
    }
}

fn heads(tx: &mut Tx, rows: Vec<(Row, Id)>) -> Result<Vec<Head>, Problem> {
    let ids: Vec<Id> = rows.iter().map(|(row, _)| row.id).collect();
    let parts = team::parts_of_caller(tx, &ids)?;
    let head = |(row, organisation_id): (Row, Id)| Head {
        assigned_as: parts.get(&row.id).copied(),
        row,
        organisation_id,
    };
    Ok(rows.into_iter().map(head).collect())
}

/// The inspection, if the caller may know about it.
pub fn find(tx: &mut Tx, id: Id) -> Result<Head, Problem> {
    let rows: Vec<(Row, Id)> = inspection::table
        .inner_join(facility::table)
        .filter(reach::visible(&tx.scope))
        .filter(inspection::id.eq(id))
        .select((Row::as_select(), facility::organisation_id))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    heads(tx, rows)?.pop().ok_or_else(Problem::not_found)
}

/// The inspection, whether or not the caller may know about it: for one who does something to what follows from it.
pub fn any(tx: &mut Tx, id: Id) -> Result<Head, Problem> {
    let rows: Vec<(Row, Id)> = inspection::table
        .inner_join(facility::table)
        .filter(inspection::id.eq(id))
        .select((Row::as_select(), facility::organisation_id))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    heads(tx, rows)?.pop().ok_or_else(Problem::not_found)
}

/// Which inspections; an empty list stands for all.
#[derive(Debug, Default)]
pub struct Filter {
    /// Of one of these rounds.
    pub rounds: Vec<Id>,
    /// Of one of these facilities.
    pub facilities: Vec<Id>,
    /// In one of these states.
    pub states: Vec<State>,
}

/// Every inspection in these states within this scope.
pub fn standing(
    tx: &mut Tx,
    scope: &Scope,
    states: &[State],
) -> Result<Vec<InspectionSummary>, Problem> {
    let rows: Vec<(Row, Id)> = inspection::table
        .inner_join(facility::table)
        .filter(reach::visible(scope))
        .filter(inspection::state.eq_any(states.to_vec()))
        .select((Row::as_select(), facility::organisation_id))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let heads = heads(tx, rows)?;
    let shown = |head: &Head| head.summary(&reach::hands(scope, head));
    Ok(heads.iter().map(shown).collect())
}

/// Inspections in the order in which they were planned.
pub fn list(
    tx: &mut Tx,
    window: &Window<Id>,
    filter: &Filter,
) -> Result<Vec<InspectionSummary>, Problem> {
    let mut query = inspection::table
        .inner_join(facility::table)
        .filter(reach::visible(&tx.scope))
        .select((Row::as_select(), facility::organisation_id))
        .order(inspection::id)
        .limit(window.limit())
        .into_boxed::<AnyBackend>();
    if !filter.rounds.is_empty() {
        query = query.filter(inspection::round_id.eq_any(filter.rounds.clone()));
    }
    if !filter.facilities.is_empty() {
        query = query.filter(inspection::facility_id.eq_any(filter.facilities.clone()));
    }
    if !filter.states.is_empty() {
        query = query.filter(inspection::state.eq_any(filter.states.clone()));
    }
    if let Some(after) = window.after {
        query = query.filter(inspection::id.gt(after));
    }
    let rows = query.load(tx.conn)?;
    let heads = heads(tx, rows)?;
    let shown = |head: &Head| head.summary(&reach::hands(&tx.scope, head));
    Ok(heads.iter().map(shown).collect())
}

/// The inspection as the caller may see it.
pub fn view(tx: &mut Tx, head: &Head) -> Result<Inspection, Problem> {
    let row = &head.row;
    let hands = reach::hands(&tx.scope, head);
    let all = reach::sees_all(&hands);
    Ok(Inspection {
        summary: head.summary(&hands),
        reference: row.reference.clone(),
        reason_disclosed: all.then_some(row.reason_disclosed),
        follows_id: followed(tx, row.follows_id, all)?,
        checklist: checklist(tx, row)?,
        checklist_moves: if all {
            row.checklist_moves.to()?
        } else {
            Vec::new()
        },
        began_at: row.began_at,
        visits: visits::shown(tx, row, all)?,
        assignments: team::shown(tx, row.id, all)?,
        announcements: row.announcements.to()?,
        document_requests: documents::shown(tx, row.id)?,
        cancellation: row.cancellation.as_ref().map(JsonText::to).transpose()?,
        created_at: all.then_some(row.created_at),
        edit: all.then_some(row.edit),
    })
}

/// The inspection that this one follows up, where the caller may know of it.
fn followed(tx: &mut Tx, follows: Option<Id>, all: bool) -> Result<Option<Id>, Problem> {
    let Some(id) = follows.filter(|_| !all) else {
        return Ok(follows);
    };
    match find(tx, id) {
        Ok(_) => Ok(Some(id)),
        Err(fault) if fault.kind() == Kind::ResourceNotFound => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// The inspection as the caller may see it now.
pub fn read(tx: &mut Tx, id: Id) -> Result<Inspection, Problem> {
    let head = find(tx, id)?;
    view(tx, &head)
}

/// The revision that it is pinned to, else the round's last one; nothing before the first.
fn checklist(tx: &mut Tx, row: &Row) -> Result<Option<ChecklistReference>, Problem> {
    let pinned = row.checklist_revision;
    let revision = match pinned {
        Some(revision) => revision,
        None => latest_checklist(tx, row.round_id)?,
    };
    Ok((revision > 0).then(|| ChecklistReference {
        href: format!(
            "/v1/inspectionRounds/{}/checklistRevisions/{revision}",
            row.round_id
        ),
        revision,
        pinned: pinned.is_some(),
    }))
}

/// The number of the last revision of a round's checklist; 0 before the first.
pub fn latest_checklist(tx: &mut Tx, round_id: Id) -> Result<i64, Problem> {
    Ok(round::table
        .filter(round::id.eq(round_id))
        .select(round::checklist_revision)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)?)
}

/// Stores a new inspection.
pub fn insert(tx: &mut Tx, row: &Row) -> Result<(), Problem> {
    each!(tx.conn, conn => diesel::insert_into(inspection::table).values(row).execute(conn))?;
    Ok(())
}

/// Moves the edit on, and with it holds the inspection until the end of the transaction: whoever else changes something of it waits.
pub fn hold(tx: &mut Tx, id: Id) -> Result<(), Problem> {
    let held = diesel::update(inspection::table)
        .filter(inspection::id.eq(id))
        .set((
            inspection::edit.eq(inspection::edit + 1),
            inspection::updated_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    one_changed(held)
}

/// Stores what a held inspection has become.
pub fn save(tx: &mut Tx, row: &Row) -> Result<(), Problem> {
    let saved = diesel::update(inspection::table)
        .filter(inspection::id.eq(row.id))
        .set((
            inspection::state.eq(row.state),
            inspection::known_at.eq(row.known_at),
            inspection::checklist_revision.eq(row.checklist_revision),
            inspection::checklist_moves.eq(&row.checklist_moves),
            inspection::announcements.eq(&row.announcements),
            inspection::began_at.eq(row.began_at),
            inspection::cancellation.eq(row.cancellation.as_ref()),
        ))
        .execute(tx.conn)?;
    one_changed(saved)
}

/// Stores what a held inspection is planned as.
pub fn save_plan(tx: &mut Tx, id: Id, plan: &PlanInput) -> Result<(), Problem> {
    let saved = diesel::update(inspection::table)
        .filter(inspection::id.eq(id))
        .set((
            inspection::reason.eq(plan.reason),
            inspection::reason_disclosed.eq(plan.reason_disclosed),
            inspection::announced.eq(plan.announced),
            inspection::reference.eq(plan.reference.as_deref()),
        ))
        .execute(tx.conn)?;
    one_changed(saved)
}

/// Where a round stands, and goes on standing until the end of the transaction; nothing when there is none.
pub fn round_state(tx: &mut Tx, round_id: Id) -> Result<Option<String>, Problem> {
    tx.share_name(&turn(round_id))?;
    Ok(round::table
        .filter(round::id.eq(round_id))
        .select(round::state)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?)
}

/// Inspections start in a round that is open; otherwise 409.
pub fn require_open_round(tx: &mut Tx, round_id: Id) -> Result<(), Problem> {
    match round_state(tx, round_id)?.as_deref() {
        Some("open") => Ok(()),
        _ => Err(Problem::conflict(Text::new(
            "De ronde van deze inspectie is niet open; een planner opent ze met POST …/openings.",
            "La ronde de cette inspection n'est pas ouverte ; un planificateur l'ouvre par POST …/openings.",
            "The round of this inspection is not open; a planner opens it with POST …/openings.",
        ))),
    }
}

/// Is somebody at work, or due to be, in this round?
pub fn under_way_in(tx: &mut Tx, round_id: Id) -> Result<bool, Problem> {
    let before_final = [
        State::Planned,
        State::InProgress,
        State::DraftReport,
        State::Reaction,
    ];
    let one: Option<Id> = inspection::table
        .filter(inspection::round_id.eq(round_id))
        .filter(inspection::state.eq_any(before_final))
        .select(inspection::id)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    Ok(one.is_some())
}
