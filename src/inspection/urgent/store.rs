//! Rows of urgent signals. One that the caller may not know about is absent.
use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use diesel::dsl::exists;
use diesel::prelude::*;

use super::{UrgentMeasure, UrgentMeasureInput, UrgentSignal};
use crate::access::{Scope, Tx};
use crate::audit::ActorView;
use crate::db::guarded::one_changed;
use crate::db::schema::{
    facility, inspection, inspection_assignment as assignment, urgent_measure as measure,
    urgent_signal as signal,
};
use crate::db::types::{AnyBackend, Id, JsonText, Moment, Visible};
use crate::facility::owned;
use crate::http::page::Window;
use crate::inspection::rules::AUTHORITYS;
use crate::inspection::{State, team};
use crate::problem::Problem;

/// A row.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = signal, check_for_backend(AnyBackend), treat_none_as_default_value = false)]
pub struct Row {
    pub(super) id: Id,
    pub(super) arrival: Id,
    pub(super) inspection_id: Id,
    pub(super) facility_id: Id,
    pub(super) site_id: Option<Id>,
    pub(super) unit_id: Option<Id>,
    pub(super) finding_id: Option<Id>,
    pub(super) text: String,
    pub(super) seen_at: Moment,
    pub(super) hash: String,
    pub(super) device_id: Option<Id>,
    pub(super) set_apart: bool,
    pub(super) raised_by: JsonText,
    pub(super) raised_at: Moment,
    pub(super) acknowledged_by: Option<JsonText>,
    pub(super) acknowledged_at: Option<Moment>,
    pub(super) edit: i64,
}

type Joined = diesel::dsl::InnerJoinQuerySource<signal::table, facility::table>;

/// The signals that the caller may know about: all for planners, those of its inspections for an inspector; for the recognising body all but those
/// set apart, and for a facility those of its own once it knows of the inspection.
fn visible(scope: &Scope) -> Visible<Joined> {
    if scope.planner {
        return Box::new(signal::edit.ge(0));
    }
    let counts = || signal::set_apart.eq(false);
    let known = inspection::table
        .filter(inspection::id.eq(signal::inspection_id))
        .filter(inspection::known_at.is_not_null())
        .select(inspection::id);
    // What an admin lends to a machine reaches no inspection.
    let own = owned::<Joined>(&scope.improving()).and(exists(known));
    let mut visible: Visible<Joined> = Box::new(own.and(counts()));
    if scope.authority {
        visible = Box::new(visible.or(counts()));
    }
    if let Some(person) = &scope.inspector {
        let mine = assignment::table
            .filter(assignment::inspection_id.eq(signal::inspection_id))
            .filter(assignment::person.eq(person.clone()))
            .filter(assignment::ended_at.is_null())
            .select(assignment::id);
        visible = Box::new(visible.or(exists(mine)));
    }
    visible
}

/// Which signals; an empty list stands for all.
#[derive(Debug, Default)]
pub struct Filter {
    /// About one of these facilities.
    pub facilities: Vec<Id>,
    /// Those that were acknowledged, or those that were not.
    pub acknowledged: Option<bool>,
}

/// Signals in the order of arrival.
pub fn list(
    tx: &mut Tx,
    window: &Window<Id>,
    filter: &Filter,
) -> Result<Vec<UrgentSignal>, Problem> {
    let mut query = signal::table
        .inner_join(facility::table)
        .filter(visible(&tx.scope))
        .order(signal::arrival)
        .limit(window.limit())
        .select(Row::as_select())
        .into_boxed::<AnyBackend>();
    if !filter.facilities.is_empty() {
        query = query.filter(signal::facility_id.eq_any(filter.facilities.clone()));
    }
    match filter.acknowledged {
        Some(true) => query = query.filter(signal::acknowledged_at.is_not_null()),
        Some(false) => query = query.filter(signal::acknowledged_at.is_null()),
        None => {}
    }
    if let Some(after) = window.after {
        query = query.filter(signal::arrival.gt(after));
    }
    let rows = query.load(tx.conn)?;
    shown(tx, rows)
}

/// The signal, if the caller may know about it.
pub fn get(tx: &mut Tx, id: Id) -> Result<UrgentSignal, Problem> {
    let rows: Vec<Row> = signal::table
        .inner_join(facility::table)
        .filter(visible(&tx.scope))
        .filter(signal::id.eq(id))
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    shown(tx, rows)?.pop().ok_or_else(Problem::not_found)
}

/// The signals that wait for the recognising body, oldest first.
pub fn waiting(tx: &mut Tx) -> Result<Vec<Row>, Problem> {
    Ok(signal::table
        .filter(signal::acknowledged_at.is_null())
        .filter(signal::set_apart.eq(false))
        .order(signal::arrival)
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?)
}

/// The signals of an inspection that count.
pub fn of_inspection(tx: &mut Tx, inspection_id: Id) -> Result<Vec<Row>, Problem> {
    Ok(signal::table
        .filter(signal::inspection_id.eq(inspection_id))
        .filter(signal::set_apart.eq(false))
        .order(signal::arrival)
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?)
}

/// The signals with these ids: where each was raised, and the hash of what it says.
pub fn known(tx: &mut Tx, ids: &[Id]) -> Result<BTreeMap<Id, (Id, String)>, Problem> {
    let rows: Vec<(Id, Id, String)> = signal::table
        .filter(signal::id.eq_any(ids.to_vec()))
        .select((signal::id, signal::inspection_id, signal::hash))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, at, hash)| (id, (at, hash)))
        .collect())
}

/// Stores new signals.
pub fn insert(tx: &mut Tx, rows: &[Row]) -> Result<(), Problem> {
    if !rows.is_empty() {
        each!(tx.conn, conn => diesel::insert_into(signal::table).values(rows).execute(conn))?;
    }
    Ok(())
}

/// What the caller is to the inspection of a signal.
struct Stand {
    /// Sees all of the inspection.
    inside: bool,
    /// May know that there is one.
    knows: bool,
}

fn stands(tx: &mut Tx, rows: &[Row]) -> Result<HashMap<Id, Stand>, Problem> {
    let ids: Vec<Id> = rows.iter().map(|row| row.inspection_id).collect();
    let found: Vec<(Id, State, Option<Moment>)> = inspection::table
        .filter(inspection::id.eq_any(ids.clone()))
        .select((inspection::id, inspection::state, inspection::known_at))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let parts = team::parts_of_caller(tx, &ids)?;
    let scope = &tx.scope;
    let stand = |(id, state, known_at): (Id, State, Option<Moment>)| {
        let inside = scope.planner || parts.contains_key(&id);
        let final_one = !scope.authority || AUTHORITYS.contains(&state);
        let knows = inside || (known_at.is_some() && final_one);
        (id, Stand { inside, knows })
    };
    Ok(found.into_iter().map(stand).collect())
}

/// Signals as the caller may see them, each with its measures.
fn shown(tx: &mut Tx, rows: Vec<Row>) -> Result<Vec<UrgentSignal>, Problem> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let stands = stands(tx, &rows)?;
    let ids: Vec<Id> = rows.iter().map(|row| row.id).collect();
    let mut measures = measures(tx, &ids)?;
    let by_authority = tx.scope.authority;
    rows.into_iter()
        .map(|row| {
            let stand = stands.get(&row.inspection_id);
            let inside = stand.is_some_and(|stand| stand.inside);
            let named = inside || by_authority;
            let actor = |said: &JsonText| said.to::<ActorView>();
            let by = row.acknowledged_by.as_ref().filter(|_| named);
            let mut done = measures.remove(&row.id).unwrap_or_default();
            for one in done.iter_mut().filter(|_| !named) {
                one.recorded_by = None;
            }
            Ok(UrgentSignal {
                href: format!("/v1/urgentSignals/{}", row.id),
                id: row.id,
                facility_id: row.facility_id,
                site_id: row.site_id,
                unit_id: row.unit_id,
                inspection_id: stand
                    .is_some_and(|stand| stand.knows)
                    .then_some(row.inspection_id),
                finding_id: row.finding_id.filter(|_| inside),
                text: row.text,
                seen_at: row.seen_at,
                raised_at: row.raised_at,
                raised_by: named.then(|| actor(&row.raised_by)).transpose()?,
                device_id: row.device_id.filter(|_| inside),
                set_apart: row.set_apart,
                acknowledged_at: row.acknowledged_at,
                acknowledged_by: by.map(actor).transpose()?,
                measures: done,
                edit: row.edit,
                arrival: row.arrival,
            })
        })
        .collect()
}

fn measures(tx: &mut Tx, ids: &[Id]) -> Result<HashMap<Id, Vec<UrgentMeasure>>, Problem> {
    type Columns = (Id, Id, String, NaiveDate, JsonText, Moment);
    let rows: Vec<Columns> = measure::table
        .filter(measure::signal_id.eq_any(ids.to_vec()))
        .order(measure::id)
        .select((
            measure::signal_id,
            measure::id,
            measure::text,
            measure::taken_on,
            measure::recorded_by,
            measure::recorded_at,
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let mut all: HashMap<Id, Vec<UrgentMeasure>> = HashMap::new();
    for (signal, id, text, taken_on, by, recorded_at) in rows {
        all.entry(signal).or_default().push(UrgentMeasure {
            id,
            text,
            taken_on,
            recorded_at,
            recorded_by: Some(by.to()?),
        });
    }
    Ok(all)
}

/// Marks a signal as acknowledged, at the edit that was read.
pub fn acknowledge(tx: &mut Tx, current: &UrgentSignal) -> Result<(), Problem> {
    let by = JsonText::of(&ActorView::of(tx))?;
    let changed = diesel::update(signal::table)
        .filter(signal::id.eq(current.id))
        .filter(signal::edit.eq(current.edit))
        .set((
            signal::acknowledged_by.eq(Some(by)),
            signal::acknowledged_at.eq(Some(tx.now)),
            signal::edit.eq(current.edit + 1),
        ))
        .execute(tx.conn)?;
    one_changed(changed)
}

/// Adds a measure to a signal, at the edit that was read.
pub fn add_measure(
    tx: &mut Tx,
    current: &UrgentSignal,
    id: Id,
    input: &UrgentMeasureInput,
) -> Result<(), Problem> {
    let changed = diesel::update(signal::table)
        .filter(signal::id.eq(current.id))
        .filter(signal::edit.eq(current.edit))
        .set(signal::edit.eq(current.edit + 1))
        .execute(tx.conn)?;
    one_changed(changed)?;
    diesel::insert_into(measure::table)
        .values((
            measure::id.eq(id),
            measure::signal_id.eq(current.id),
            measure::text.eq(&input.text),
            measure::taken_on.eq(input.taken_on),
            measure::recorded_by.eq(JsonText::of(&ActorView::of(tx))?),
            measure::recorded_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The inspection at which a signal was raised.
pub fn inspection_of(tx: &mut Tx, id: Id) -> Result<Id, Problem> {
    Ok(signal::table
        .filter(signal::id.eq(id))
        .select(signal::inspection_id)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)?)
}

/// The facility of an inspection and its organisation, and since when it knows of the inspection.
pub fn known_to(tx: &mut Tx, inspection_id: Id) -> Result<(Id, Id, Option<Moment>), Problem> {
    Ok(inspection::table
        .inner_join(facility::table)
        .filter(inspection::id.eq(inspection_id))
        .select((
            facility::id,
            facility::organisation_id,
            inspection::known_at,
        ))
        .into_boxed::<AnyBackend>()
        .first(tx.conn)?)
}
