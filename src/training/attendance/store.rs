//! Rows of attendance, and what is kept of it per facility and year so that nobody has to count it again.
use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::Attendance;
use crate::access::Tx;
use crate::audit::ActorView;
use crate::db::guarded::{first_of_its_code, one_changed};
use crate::db::schema::{
    attendance as table, attendance_participant as participant, facility, identifier,
};
use crate::db::types::{AnyBackend, BOUND_AT_ONCE, Id, JsonText, Moment, Visible};
use crate::facility::owned;
use crate::http::page::Window;
use crate::problem::Problem;

/// Where somebody took part.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The training.
    pub training_id: Id,
    /// The session.
    pub session_id: Id,
    /// The facility.
    pub facility_id: Id,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = table, check_for_backend(AnyBackend))]
struct Row {
    training_id: Id,
    session_id: Id,
    facility_id: Id,
    participants: i32,
    others: i32,
    recorded_by: JsonText,
    recorded_at: Moment,
    edit: i64,
}

impl Row {
    fn attendance(self) -> Result<Attendance, Problem> {
        let (training, session, facility) = (self.training_id, self.session_id, self.facility_id);
        Ok(Attendance {
            href: format!("/v1/trainings/{training}/sessions/{session}/attendance/{facility}"),
            training_id: training,
            session_id: session,
            facility_id: facility,
            participants: u32::try_from(self.participants).map_err(Problem::internal)?,
            others: u32::try_from(self.others).map_err(Problem::internal)?,
            recorded_by: self.recorded_by.to()?,
            recorded_at: self.recorded_at,
            edit: self.edit,
        })
    }
}

/// The facilities of which the caller may know who took part, in any query that has the table.
fn visible<Source>(tx: &Tx) -> Visible<Source>
where
    Source: 'static,
    facility::id: SelectableExpression<Source>,
    facility::organisation_id: SelectableExpression<Source>,
    facility::edit: SelectableExpression<Source>,
{
    if tx.scope.expert {
        return Box::new(facility::edit.ge(0));
    }
    owned(&tx.scope)
}

/// What is recorded of a facility in a session. The right to know it must have been checked.
pub fn find(tx: &mut Tx, place: Place) -> Result<Option<Attendance>, Problem> {
    let row: Option<Row> = table::table
        .filter(table::training_id.eq(place.training_id))
        .filter(table::session_id.eq(place.session_id))
        .filter(table::facility_id.eq(place.facility_id))
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    row.map(Row::attendance).transpose()
}

/// What is recorded of a session, by facility, as far as the caller may know of it.
pub fn list(
    tx: &mut Tx,
    (training_id, session_id): (Id, Id),
    window: &Window<Id>,
) -> Result<Vec<Attendance>, Problem> {
    let mut query = table::table
        .inner_join(facility::table)
        .filter(visible(tx))
        .filter(table::training_id.eq(training_id))
        .filter(table::session_id.eq(session_id))
        .order(table::facility_id)
        .limit(window.limit())
        .select(Row::as_select())
        .into_boxed::<AnyBackend>();
    if let Some(after) = window.after {
        query = query.filter(table::facility_id.gt(after));
    }
    let rows: Vec<Row> = query.load(tx.conn)?;
    rows.into_iter().map(Row::attendance).collect()
}

/// Is it recorded of any facility that somebody took part in this session?
pub fn is_attended(tx: &mut Tx, training_id: Id, session_id: Id) -> Result<bool, Problem> {
    let some: Option<Id> = table::table
        .filter(table::training_id.eq(training_id))
        .filter(table::session_id.eq(session_id))
        .filter(table::participants.gt(0).or(table::others.gt(0)))
        .select(table::facility_id)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    Ok(some.is_some())
}

/// Those of these facilities of which the caller may say who took part.
pub fn of_caller(tx: &mut Tx, ids: impl Iterator<Item = Id>) -> Result<BTreeSet<Id>, Problem> {
    let ids: Vec<Id> = ids.collect();
    let found: Vec<Id> = facility::table
        .filter(visible(tx))
        .filter(facility::id.eq_any(ids))
        .select(facility::id)
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    Ok(found.into_iter().collect())
}

/// The facilities that these numbers stand for today; a number that stands for two stands for none.
pub fn by_number<'a>(
    tx: &mut Tx,
    numbers: impl Iterator<Item = &'a String>,
) -> Result<BTreeMap<String, Id>, Problem> {
    let (numbers, today): (Vec<String>, _) = (numbers.cloned().collect(), tx.now.day());
    let ends = identifier::valid_to
        .is_null()
        .or(identifier::valid_to.gt(today));
    let rows: Vec<(String, Id)> = identifier::table
        .filter(identifier::owner_kind.eq("facility"))
        .filter(identifier::value.eq_any(numbers))
        .filter(identifier::valid_from.le(today))
        .filter(ends)
        .select((identifier::value, identifier::owner_id))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let mut found: BTreeMap<String, BTreeSet<Id>> = BTreeMap::new();
    for (number, id) in rows {
        found.entry(number).or_default().insert(id);
    }
    let alone = |(number, ids): (String, BTreeSet<Id>)| {
        let one = ids.first().copied().filter(|_| ids.len() == 1)?;
        Some((number, one))
    };
    Ok(found.into_iter().filter_map(alone).collect())
}

/// Somebody whom a facility counted by a key: the name of the secret, and the hash that it made.
pub type Participant = (String, String);

/// Who took part by a key.
pub fn participants(tx: &mut Tx, place: Place) -> Result<BTreeSet<Participant>, Problem> {
    let found: Vec<Participant> = participant::table
        .filter(participant::training_id.eq(place.training_id))
        .filter(participant::session_id.eq(place.session_id))
        .filter(participant::facility_id.eq(place.facility_id))
        .select((participant::secret, participant::hash))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    Ok(found.into_iter().collect())
}

/// In which years these took part in other sessions than this one.
pub fn elsewhere(
    tx: &mut Tx,
    place: Place,
    people: &BTreeSet<&Participant>,
) -> Result<BTreeMap<Participant, BTreeSet<i32>>, Problem> {
    let hashes: Vec<String> = people.iter().map(|one| one.1.clone()).collect();
    let mut years: BTreeMap<Participant, BTreeSet<i32>> = BTreeMap::new();
    for some in hashes.chunks(BOUND_AT_ONCE) {
        let other_session = participant::training_id
            .ne(place.training_id)
            .or(participant::session_id.ne(place.session_id));
        let found: Vec<(String, String, i32)> = participant::table
            .filter(participant::facility_id.eq(place.facility_id))
            .filter(participant::hash.eq_any(some.to_vec()))
            .filter(other_session)
            .select((participant::secret, participant::hash, participant::year))
            .into_boxed::<AnyBackend>()
            .load(tx.conn)?;
        for (secret, hash, year) in found {
            years.entry((secret, hash)).or_default().insert(year);
        }
    }
    Ok(years)
}

/// What is to be stored of a facility in a session.
#[derive(Debug)]
pub struct Recorded<'a> {
    /// Where.
    pub place: Place,
    /// The year in which the session began.
    pub year: i32,
    /// By a key.
    pub people: &'a BTreeSet<Participant>,
    /// Without one.
    pub others: u32,
}

/// Stores it, new (`current` absent) or instead of what the caller has seen.
pub fn put(
    tx: &mut Tx,
    recorded: &Recorded,
    current: Option<&Attendance>,
    before: &BTreeSet<Participant>,
) -> Result<(), Problem> {
    put_numbers(tx, recorded, current)?;
    put_people(tx, recorded, before)
}

fn put_numbers(
    tx: &mut Tx,
    recorded: &Recorded,
    current: Option<&Attendance>,
) -> Result<(), Problem> {
    let place = recorded.place;
    let numbers = (
        table::participants.eq(i32::try_from(recorded.people.len()).map_err(Problem::internal)?),
        table::others.eq(i32::try_from(recorded.others).map_err(Problem::internal)?),
        table::recorded_by.eq(JsonText::of(&ActorView::of(tx))?),
        table::recorded_at.eq(tx.now),
        table::edit.eq(current.map_or(1, |current| current.edit + 1)),
    );
    let Some(current) = current else {
        let stored = diesel::insert_into(table::table)
            .values((
                table::training_id.eq(place.training_id),
                table::session_id.eq(place.session_id),
                table::facility_id.eq(place.facility_id),
                numbers,
            ))
            .execute(tx.conn);
        return first_of_its_code(stored);
    };
    let changed = diesel::update(table::table)
        .filter(table::training_id.eq(place.training_id))
        .filter(table::session_id.eq(place.session_id))
        .filter(table::facility_id.eq(place.facility_id))
        .filter(table::edit.eq(current.edit))
        .set(numbers)
        .execute(tx.conn)?;
    one_changed(changed)
}

fn put_people(
    tx: &mut Tx,
    recorded: &Recorded,
    before: &BTreeSet<Participant>,
) -> Result<(), Problem> {
    let place = recorded.place;
    let gone = before.difference(recorded.people);
    let gone: Vec<String> = gone.map(|(_, hash)| hash.clone()).collect();
    diesel::delete(participant::table)
        .filter(participant::training_id.eq(place.training_id))
        .filter(participant::session_id.eq(place.session_id))
        .filter(participant::facility_id.eq(place.facility_id))
        .filter(participant::hash.eq_any(gone))
        .execute(tx.conn)?;
    let new = recorded.people.difference(before);
    let rows: Vec<_> = new
        .map(|(secret, hash)| {
            (
                participant::facility_id.eq(place.facility_id),
                participant::secret.eq(secret.clone()),
                participant::hash.eq(hash.clone()),
                participant::training_id.eq(place.training_id),
                participant::session_id.eq(place.session_id),
                participant::year.eq(recorded.year),
            )
        })
        .collect();
    if !rows.is_empty() {
        crate::each!(tx.conn, conn => diesel::insert_into(participant::table).values(rows).execute(conn))?;
    }
    Ok(())
}
