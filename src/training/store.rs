//! Rows of kinds of trainings, of trainings and of their sessions.
use chrono::NaiveDate;
use diesel::prelude::*;

use super::{
    Training, TrainingInput, TrainingKind, TrainingKindInput, TrainingSession,
    TrainingSessionInput, TrainingSummary,
};
use crate::access::Tx;
use crate::db::guarded::{first_of_its_code, one_changed};
use crate::db::schema::{training, training_kind as kind, training_session as session};
use crate::db::types::{AnyBackend, Id, JsonText, Moment};
use crate::http::page::{Arrival, Window};
use crate::problem::Problem;
use crate::words::Code;

#[derive(Queryable, Selectable)]
#[diesel(table_name = kind, check_for_backend(AnyBackend))]
struct KindRow {
    code: String,
    document: JsonText,
    edit: i64,
    created_at: Moment,
}

impl KindRow {
    fn kind(self) -> Result<TrainingKind, Problem> {
        let TrainingKindInput { title, description } = self.document.to()?;
        Ok(TrainingKind {
            href: format!("/v1/trainingKinds/{}", self.code),
            code: self.code,
            title,
            description,
            edit: self.edit,
            created_at: self.created_at,
        })
    }
}

/// Kinds of trainings in the order of arrival.
pub fn kinds(tx: &mut Tx, window: &Window<Arrival>) -> Result<Vec<TrainingKind>, Problem> {
    let mut query = kind::table
        .select(KindRow::as_select())
        .order((kind::created_at, kind::code))
        .limit(window.limit())
        .into_boxed::<AnyBackend>();
    if let Some(after) = &window.after {
        let same = kind::created_at.eq(after.at);
        let later = kind::created_at.gt(after.at);
        query = query.filter(later.or(same.and(kind::code.gt(after.code.clone()))));
    }
    let rows = query.load(tx.conn)?;
    rows.into_iter().map(KindRow::kind).collect()
}

/// A kind of training, if there is one by this code.
pub fn find_kind(tx: &mut Tx, code: &str) -> Result<Option<TrainingKind>, Problem> {
    let row: Option<KindRow> = kind::table
        .filter(kind::code.eq(code))
        .select(KindRow::as_select())
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    row.map(KindRow::kind).transpose()
}

/// Stores a kind, new (`current` absent) or instead of the one that the caller has seen.
pub fn put_kind(
    tx: &mut Tx,
    code: &str,
    current: Option<&TrainingKind>,
    input: &TrainingKindInput,
) -> Result<(), Problem> {
    let document = JsonText::of(input)?;
    let Some(current) = current else {
        let stored = diesel::insert_into(kind::table)
            .values((
                kind::code.eq(code),
                kind::document.eq(document),
                kind::edit.eq(1_i64),
                kind::created_at.eq(tx.now),
            ))
            .execute(tx.conn);
        return first_of_its_code(stored);
    };
    let changed = diesel::update(kind::table)
        .filter(kind::code.eq(code))
        .filter(kind::edit.eq(current.edit))
        .set((kind::document.eq(document), kind::edit.eq(current.edit + 1)))
        .execute(tx.conn)?;
    one_changed(changed)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = training, check_for_backend(AnyBackend))]
struct Row {
    id: Id,
    document: JsonText,
    edit: i64,
}

impl Row {
    fn summary(self) -> Result<TrainingSummary, Problem> {
        let says: TrainingInput = self.document.to()?;
        Ok(TrainingSummary {
            href: format!("/v1/trainings/{}", self.id),
            id: self.id,
            kind_code: says.kind_code,
            title: says.title,
            description: says.description,
            sectors: says.sectors,
            led_by: says.led_by,
            edit: self.edit,
        })
    }
}

/// Which trainings; an empty list stands for all.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of one of these kinds.
    pub kinds: Vec<Code>,
    /// For one of these sectors.
    pub sectors: Vec<Code>,
}

impl Filter {
    fn takes(&self, training: &TrainingSummary) -> bool {
        let mut sectors = training.sectors.iter();
        self.sectors.is_empty() || sectors.any(|one| self.sectors.contains(one))
    }
}

/// Trainings in the order of arrival. There are hundreds a year at most: what stands in JSON is looked at here.
pub fn list(
    tx: &mut Tx,
    window: &Window<Id>,
    filter: &Filter,
) -> Result<Vec<TrainingSummary>, Problem> {
    let mut query = training::table
        .select(Row::as_select())
        .order(training::id)
        .into_boxed::<AnyBackend>();
    if !filter.kinds.is_empty() {
        let kinds: Vec<String> = filter.kinds.iter().map(Code::to_string).collect();
        query = query.filter(training::kind_code.eq_any(kinds));
    }
    if let Some(after) = window.after {
        query = query.filter(training::id.gt(after));
    }
    if filter.sectors.is_empty() {
        query = query.limit(window.limit());
    }
    let rows: Vec<Row> = query.load(tx.conn)?;
    let mut trainings = rows
        .into_iter()
        .map(Row::summary)
        .collect::<Result<Vec<_>, _>>()?;
    trainings.retain(|one| filter.takes(one));
    trainings.truncate(usize::try_from(window.limit()).unwrap_or(usize::MAX));
    Ok(trainings)
}

/// A training with its sessions.
pub fn get(tx: &mut Tx, id: Id) -> Result<Training, Problem> {
    let row: Option<Row> = training::table
        .filter(training::id.eq(id))
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    let summary = row.ok_or_else(Problem::not_found)?.summary()?;
    let rows: Vec<SessionRow> = session::table
        .filter(session::training_id.eq(id))
        .order((session::begins, session::id))
        .select(SessionRow::as_select())
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let sessions = rows.into_iter().map(SessionRow::session);
    Ok(Training {
        summary,
        sessions: sessions.collect::<Result<_, _>>()?,
    })
}

/// Stores a new training.
pub fn insert(tx: &mut Tx, id: Id, input: &TrainingInput) -> Result<(), Problem> {
    diesel::insert_into(training::table)
        .values((
            training::id.eq(id),
            training::kind_code.eq(input.kind_code.as_str()),
            training::document.eq(JsonText::of(input)?),
            training::edit.eq(1_i64),
            training::created_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Stores what a training says now, at the edit that was read.
pub fn update(
    tx: &mut Tx,
    current: &TrainingSummary,
    input: &TrainingInput,
) -> Result<(), Problem> {
    let changed = diesel::update(training::table)
        .filter(training::id.eq(current.id))
        .filter(training::edit.eq(current.edit))
        .set((
            training::kind_code.eq(input.kind_code.as_str()),
            training::document.eq(JsonText::of(input)?),
            training::edit.eq(current.edit + 1),
        ))
        .execute(tx.conn)?;
    one_changed(changed)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = session, check_for_backend(AnyBackend))]
struct SessionRow {
    training_id: Id,
    id: Id,
    begins: NaiveDate,
    document: JsonText,
    edit: i64,
}

impl SessionRow {
    fn session(self) -> Result<TrainingSession, Problem> {
        let href = format!("/v1/trainings/{}/sessions/{}", self.training_id, self.id);
        let says: TrainingSessionInput = self.document.to()?;
        Ok(TrainingSession {
            attendance: format!("{href}/attendance"),
            href,
            id: self.id,
            begins: self.begins,
            ends: says.ends,
            location: says.location,
            online: says.online,
            places: says.places,
            dropped_because: says.dropped_because,
            edit: self.edit,
        })
    }
}

/// A session of a training, if it has one by this id.
pub fn find_session(
    tx: &mut Tx,
    training_id: Id,
    id: Id,
) -> Result<Option<TrainingSession>, Problem> {
    let row: Option<SessionRow> = session::table
        .filter(session::training_id.eq(training_id))
        .filter(session::id.eq(id))
        .select(SessionRow::as_select())
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    row.map(SessionRow::session).transpose()
}

/// How many sessions a training has.
pub fn count_sessions(tx: &mut Tx, training_id: Id) -> Result<i64, Problem> {
    Ok(session::table
        .filter(session::training_id.eq(training_id))
        .count()
        .get_result(tx.conn)?)
}

/// Stores a session, new (`current` absent) or instead of the one that the caller has seen; its training is another edit then.
pub fn put_session(
    tx: &mut Tx,
    (of, id): (&TrainingSummary, Id),
    current: Option<&TrainingSession>,
    input: &TrainingSessionInput,
) -> Result<(), Problem> {
    let document = JsonText::of(input)?;
    if let Some(current) = current {
        let changed = diesel::update(session::table)
            .filter(session::training_id.eq(of.id))
            .filter(session::id.eq(id))
            .filter(session::edit.eq(current.edit))
            .set((
                session::begins.eq(input.begins),
                session::document.eq(document),
                session::edit.eq(current.edit + 1),
            ))
            .execute(tx.conn)?;
        one_changed(changed)?;
    } else {
        let stored = diesel::insert_into(session::table)
            .values((
                session::training_id.eq(of.id),
                session::id.eq(id),
                session::begins.eq(input.begins),
                session::document.eq(document),
                session::edit.eq(1_i64),
            ))
            .execute(tx.conn);
        first_of_its_code(stored)?;
    }
    let changed = diesel::update(training::table)
        .filter(training::id.eq(of.id))
        .filter(training::edit.eq(of.edit))
        .set(training::edit.eq(of.edit + 1))
        .execute(tx.conn)?;
    one_changed(changed)
}
