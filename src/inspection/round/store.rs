//! Rows of rounds and of their checklists. A round that is not announced is there for who plans and inspects alone.
use chrono::NaiveDate;
use diesel::prelude::*;

use super::checklist::{Checklist, ChecklistRevision, ChecklistRevisionSummary};
use super::{Round, RoundFramework, RoundState};
use crate::access::Tx;
use crate::audit::ActorView;
use crate::db::guarded::one_changed;
use crate::db::schema::{checklist_revision as revision, inspection_round as table};
use crate::db::types::{AnyBackend, Id, JsonText, Moment, Visible};
use crate::http::page::Window;
use crate::problem::Problem;
use crate::words::Code;

#[derive(Queryable, Selectable)]
#[diesel(table_name = table, check_for_backend(AnyBackend))]
struct Row {
    id: Id,
    title: JsonText,
    sectors: JsonText,
    frameworks: JsonText,
    begins: NaiveDate,
    ends: NaiveDate,
    double_judgement: bool,
    state: RoundState,
    checklist_revision: i64,
    opened_at: Option<Moment>,
    closed_at: Option<Moment>,
    edit: i64,
}

impl Row {
    fn round(self) -> Result<Round, Problem> {
        Ok(Round {
            href: format!("/v1/inspectionRounds/{}", self.id),
            id: self.id,
            title: self.title.to()?,
            sectors: self.sectors.to()?,
            frameworks: self.frameworks.to()?,
            begins: self.begins,
            ends: self.ends,
            double_judgement: self.double_judgement,
            status: self.state,
            checklist_revision: Some(self.checklist_revision).filter(|number| *number > 0),
            opened_at: self.opened_at,
            closed_at: self.closed_at,
            edit: self.edit,
        })
    }
}

/// The rounds that the caller may know about.
fn visible(tx: &Tx) -> Visible<table::table> {
    let least = i64::from(!tx.scope.plans());
    Box::new(table::checklist_revision.ge(least))
}

/// A round, if the caller may know about it.
pub fn get(tx: &mut Tx, id: Id) -> Result<Round, Problem> {
    let row: Option<Row> = table::table
        .filter(visible(tx))
        .filter(table::id.eq(id))
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    row.ok_or_else(Problem::not_found)?.round()
}

/// The name under which a round stays as it is. Who writes it waits for the name; who adds to it what must not come to a closed round
/// shares it.
pub fn turn(id: Id) -> String {
    format!("inspection round {id}")
}

/// The framework versions of a round, and whether two inspectors judge in it. The right to know them must have been checked.
pub fn frameworks_of(tx: &mut Tx, id: Id) -> Result<(Vec<RoundFramework>, bool), Problem> {
    let (frameworks, double_judgement): (JsonText, bool) = table::table
        .filter(table::id.eq(id))
        .select((table::frameworks, table::double_judgement))
        .into_boxed::<AnyBackend>()
        .first(tx.conn)?;
    Ok((frameworks.to()?, double_judgement))
}

/// Which rounds; an empty list stands for all.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// In one of these states.
    pub states: Vec<RoundState>,
    /// Over one of these sectors.
    pub sectors: Vec<Code>,
    /// Against one of these frameworks.
    pub frameworks: Vec<Code>,
}

impl Filter {
    /// Does it take a round that is in one of its states?
    fn takes(&self, round: &Round) -> bool {
        let sector = round.sectors.iter().any(|one| self.sectors.contains(one));
        let mut frameworks = round.frameworks.iter().map(|one| &one.framework_code);
        let framework = frameworks.any(|one| self.frameworks.contains(one));
        (self.sectors.is_empty() || sector) && (self.frameworks.is_empty() || framework)
    }
}

/// Rounds in the order of arrival. There are dozens a year at most: what stands in JSON is looked at here.
pub fn list(tx: &mut Tx, window: &Window<Id>, filter: &Filter) -> Result<Vec<Round>, Problem> {
    let mut query = table::table
        .filter(visible(tx))
        .select(Row::as_select())
        .order(table::id)
        .into_boxed::<AnyBackend>();
    if !filter.states.is_empty() {
        query = query.filter(table::state.eq_any(filter.states.clone()));
    }
    if let Some(after) = window.after {
        query = query.filter(table::id.gt(after));
    }
    let rows: Vec<Row> = query.load(tx.conn)?;
    let mut rounds = rows
        .into_iter()
        .map(Row::round)
        .collect::<Result<Vec<_>, _>>()?;
    rounds.retain(|round| filter.takes(round));
    rounds.truncate(usize::try_from(window.limit()).unwrap_or(usize::MAX));
    Ok(rounds)
}

/// The planned rounds with a checklist that begin by this day.
pub fn beginning(tx: &mut Tx, by: NaiveDate) -> Result<Vec<Round>, Problem> {
    let rows: Vec<Row> = table::table
        .filter(table::state.eq(RoundState::Planned))
        .filter(table::checklist_revision.gt(0))
        .filter(table::begins.le(by))
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    rows.into_iter().map(Row::round).collect()
}

/// The open rounds whose last day comes before this one.
pub fn ending(tx: &mut Tx, before: NaiveDate) -> Result<Vec<Round>, Problem> {
    let rows: Vec<Row> = table::table
        .filter(table::state.eq(RoundState::Open))
        .filter(table::ends.lt(before))
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    rows.into_iter().map(Row::round).collect()
}

/// Stores a new round.
pub fn insert(tx: &mut Tx, round: &Round) -> Result<(), Problem> {
    diesel::insert_into(table::table)
        .values((
            table::id.eq(round.id),
            table::title.eq(JsonText::of(&round.title)?),
            table::sectors.eq(JsonText::of(&round.sectors)?),
            table::frameworks.eq(JsonText::of(&round.frameworks)?),
            table::begins.eq(round.begins),
            table::ends.eq(round.ends),
            table::double_judgement.eq(round.double_judgement),
            table::state.eq(round.status),
            table::checklist_revision.eq(round.checklist_revision.unwrap_or(0)),
            table::edit.eq(round.edit),
            table::created_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Stores what became of a round, at the edit that was read.
pub fn update(tx: &mut Tx, round: Round) -> Result<Round, Problem> {
    let edit = round.edit + 1;
    let changed = diesel::update(table::table)
        .filter(table::id.eq(round.id))
        .filter(table::edit.eq(round.edit))
        .set((
            table::title.eq(JsonText::of(&round.title)?),
            table::sectors.eq(JsonText::of(&round.sectors)?),
            table::frameworks.eq(JsonText::of(&round.frameworks)?),
            table::begins.eq(round.begins),
            table::ends.eq(round.ends),
            table::double_judgement.eq(round.double_judgement),
            table::state.eq(round.status),
            table::checklist_revision.eq(round.checklist_revision.unwrap_or(0)),
            table::opened_at.eq(round.opened_at),
            table::closed_at.eq(round.closed_at),
            table::edit.eq(edit),
        ))
        .execute(tx.conn)?;
    one_changed(changed)?;
    Ok(Round { edit, ..round })
}

fn summary(
    round_id: Id,
    number: i64,
    published_at: Moment,
    by: &JsonText,
) -> Result<ChecklistRevisionSummary, Problem> {
    Ok(ChecklistRevisionSummary {
        href: format!("/v1/inspectionRounds/{round_id}/checklistRevisions/{number}"),
        round_id,
        revision: number,
        published_at,
        published_by: by.to()?,
    })
}

/// The revisions of a round's checklist, oldest first.
pub fn revisions(
    tx: &mut Tx,
    round_id: Id,
    window: &Window<i64>,
) -> Result<Vec<ChecklistRevisionSummary>, Problem> {
    get(tx, round_id)?;
    let rows: Vec<(i64, Moment, JsonText)> = revision::table
        .filter(revision::round_id.eq(round_id))
        .filter(revision::revision.gt(window.after.unwrap_or(0)))
        .order(revision::revision)
        .limit(window.limit())
        .select((
            revision::revision,
            revision::published_at,
            revision::published_by,
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    rows.into_iter()
        .map(|(number, at, by)| summary(round_id, number, at, &by))
        .collect()
}

/// A revision of a round's checklist, as it was published.
pub fn revision(tx: &mut Tx, round_id: Id, number: i64) -> Result<ChecklistRevision, Problem> {
    get(tx, round_id)?;
    let row: Option<(JsonText, Moment, JsonText)> = revision::table
        .filter(revision::round_id.eq(round_id))
        .filter(revision::revision.eq(number))
        .select((
            revision::document,
            revision::published_at,
            revision::published_by,
        ))
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    let (document, at, by) = row.ok_or_else(Problem::not_found)?;
    let Checklist { items, note } = document.to()?;
    Ok(ChecklistRevision {
        summary: summary(round_id, number, at, &by)?,
        items,
        note,
    })
}

/// Keeps a revision for good.
pub fn insert_revision(
    tx: &mut Tx,
    round_id: Id,
    number: i64,
    checklist: &Checklist,
) -> Result<(), Problem> {
    diesel::insert_into(revision::table)
        .values((
            revision::round_id.eq(round_id),
            revision::revision.eq(number),
            revision::document.eq(JsonText::of(checklist)?),
            revision::published_by.eq(JsonText::of(&ActorView::of(tx))?),
            revision::published_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    Ok(())
}
