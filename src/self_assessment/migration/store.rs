//! Rows of migrations, and of what they move.
use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DbError};
use serde::{Deserialize, Serialize};

use super::rules::Moved;
use super::{Migration, MigrationCounts, MigrationState};
use crate::access::Tx;
use crate::db::guarded::one_changed;
use crate::db::schema::{
    cycle, facility, framework_migration as table, self_assessment as assessment,
};
use crate::db::types::{AnyBackend, Conn, Id, JsonText, Moment};
use crate::framework::document::Texts;
use crate::http::page::Window;
use crate::problem::Problem;
use crate::self_assessment::{Answer, Opening, PreviousAnswer, Purpose, Status, answer_store};

/// A migration as the table holds it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = table, check_for_backend(AnyBackend))]
pub(super) struct Row {
    pub id: Id,
    pub framework_code: String,
    pub version_code: String,
    from_versions: JsonText,
    pub state: MigrationState,
    pub cycles_moved: bool,
    pub reached: Option<Id>,
    total: i64,
    counts: JsonText,
    pub requested_by: JsonText,
    edit: i64,
    created_at: Moment,
    updated_at: Moment,
    finished_at: Option<Moment>,
}

impl Row {
    /// What a caller reads of it.
    pub fn view(&self) -> Result<Migration, Problem> {
        let (framework, version, id) = (&self.framework_code, &self.version_code, self.id);
        let counts = self.kept()?.counts;
        Ok(Migration {
            href: href(framework, version, id),
            id,
            framework_code: framework.clone(),
            version_code: version.clone(),
            from: self.from()?,
            status: self.state,
            total: self.total,
            done: counts.self_assessments.moved,
            counts,
            requested_by: self.requested_by.to()?,
            created_at: self.created_at,
            updated_at: self.updated_at,
            finished_at: self.finished_at,
            failure: (self.state == MigrationState::Failed).then(failure),
            edit: self.edit,
        })
    }

    /// The versions that are left.
    pub fn from(&self) -> Result<Vec<String>, Problem> {
        self.from_versions.to()
    }

    /// How far it has come.
    pub fn progress(&self) -> Result<Progress, Problem> {
        Ok(Progress {
            state: self.state,
            cycles_moved: self.cycles_moved,
            reached: self.reached,
            kept: self.kept()?,
        })
    }

    fn kept(&self) -> Result<Kept, Problem> {
        self.counts.to()
    }
}

/// The path of a migration.
fn href(framework: &str, version: &str, id: Id) -> String {
    format!("/v1/frameworks/{framework}/versions/{version}/migrations/{id}")
}

fn failure() -> Texts {
    Texts {
        nl: Some("Sommige zelfevaluaties konden niet verplaatst worden en staan nog op hun versie; het logboek van de dienst zegt waarom. Een nieuwe migratie probeert ze opnieuw.".to_owned()),
        fr: Some("Certaines auto-évaluations n'ont pas pu être déplacées et restent sur leur version ; le journal du service dit pourquoi. Une nouvelle migration les réessaie.".to_owned()),
        en: Some("Some self-assessments could not be moved and are still on their version; the service's log says why. A new migration tries them again.".to_owned()),
    }
}

/// What a migration came to so far.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Kept {
    /// What is shown of it.
    #[serde(flatten)]
    pub counts: MigrationCounts,
    /// The drafts that this pass could not move, each with what it is for: nobody is shown those for own improvement.
    #[serde(default)]
    pub stuck: BTreeMap<Id, Purpose>,
}

/// Is a self-assessment for this purpose counted in what is shown? One for own improvement is its facility's alone.
pub(super) fn is_seen(purpose: Purpose) -> bool {
    purpose == Purpose::InspectionPreparation
}

/// Stores a new migration that is to be carried out; false when one is running for this framework.
pub(super) fn insert(tx: &mut Tx, one: &Migration) -> Result<bool, Problem> {
    let stored = diesel::insert_into(table::table)
        .values((
            table::id.eq(one.id),
            table::framework_code.eq(&one.framework_code),
            table::version_code.eq(&one.version_code),
            table::from_versions.eq(JsonText::of(&one.from)?),
            table::state.eq(one.status),
            table::cycles_moved.eq(false),
            table::total.eq(one.total),
            table::counts.eq(JsonText::of(&one.counts)?),
            table::requested_by.eq(JsonText::of(&one.requested_by)?),
            table::edit.eq(one.edit),
            table::created_at.eq(one.created_at),
            table::updated_at.eq(one.updated_at),
        ))
        .execute(tx.conn);
    match stored {
        Err(DbError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(false),
        stored => Ok(stored.map(|_| true)?),
    }
}

/// One migration.
pub(super) fn get(tx: &mut Tx, id: Id) -> Result<Row, Problem> {
    table::table
        .filter(table::id.eq(id))
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?
        .ok_or_else(Problem::not_found)
}

/// The migrations to a version, in the order of arrival.
pub(super) fn list(
    tx: &mut Tx,
    framework: &str,
    version: &str,
    window: &Window<Id>,
) -> Result<Vec<Migration>, Problem> {
    let mut query = table::table
        .filter(table::framework_code.eq(framework))
        .filter(table::version_code.eq(version))
        .select(Row::as_select())
        .order(table::id)
        .limit(window.limit())
        .into_boxed::<AnyBackend>();
    if let Some(after) = window.after {
        query = query.filter(table::id.gt(after));
    }
    let rows: Vec<Row> = query.load(tx.conn)?;
    rows.iter().map(Row::view).collect()
}

/// To which framework's which version each of these migrates.
pub fn versions_of(tx: &mut Tx, ids: &[Id]) -> Result<BTreeMap<Id, (String, String)>, Problem> {
    let rows: Vec<(Id, String, String)> = table::table
        .filter(table::id.eq_any(ids.to_vec()))
        .select((table::id, table::framework_code, table::version_code))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let named = rows.into_iter();
    Ok(named
        .map(|(id, framework, version)| (id, (framework, version)))
        .collect())
}

/// The migrations that are to be carried out, oldest first.
pub(super) fn running(tx: &mut Tx) -> Result<Vec<Id>, Problem> {
    Ok(table::table
        .filter(table::state.eq(MigrationState::Running))
        .order(table::id)
        .select(table::id)
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?)
}

/// The migration of this framework that is being carried out, if there is one.
pub(super) fn running_for(tx: &mut Tx, framework: &str) -> Result<Option<Migration>, Problem> {
    let row: Option<Row> = table::table
        .filter(table::state.eq(MigrationState::Running))
        .filter(table::framework_code.eq(framework))
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    row.map(|row| row.view()).transpose()
}

/// How far a migration has come.
pub(super) struct Progress {
    pub state: MigrationState,
    pub cycles_moved: bool,
    pub reached: Option<Id>,
    pub kept: Kept,
}

/// Keeps how far a migration has come since it was read; fails when another instance was first.
pub(super) fn save(tx: &mut Tx, read: &Row, now: &Progress) -> Result<(), Problem> {
    let ended = (now.state != MigrationState::Running).then_some(tx.now);
    let changed = diesel::update(table::table)
        .filter(table::id.eq(read.id))
        .filter(table::edit.eq(read.edit))
        .filter(table::state.eq(MigrationState::Running))
        .set((
            table::state.eq(now.state),
            table::cycles_moved.eq(now.cycles_moved),
            table::reached.eq(now.reached),
            table::counts.eq(JsonText::of(&now.kept)?),
            table::edit.eq(read.edit + 1),
            table::updated_at.eq(tx.now),
            table::finished_at.eq(ended),
        ))
        .execute(tx.conn)?;
    one_changed(changed)
}

/// Which drafts move: those against these versions, of facility types that the new version is made for.
#[derive(Debug, Clone)]
pub(super) struct Which {
    pub framework: String,
    pub from: Vec<String>,
    pub facility_types: Vec<String>,
}

/// How many self-assessments of a framework stand in a state, for a purpose, on a version, for a facility type.
pub(super) struct Pile {
    pub purpose: Purpose,
    pub status: Status,
    pub version: String,
    pub facility_type: String,
    pub count: i64,
}

/// All self-assessments of a framework, counted.
pub(super) fn piles(tx: &mut Tx, framework: &str) -> Result<Vec<Pile>, Problem> {
    let rows: Vec<(Purpose, Status, String, String, i64)> = assessment::table
        .filter(assessment::framework_code.eq(framework))
        .group_by((
            assessment::purpose,
            assessment::state,
            assessment::version_code,
            assessment::facility_type,
        ))
        .select((
            assessment::purpose,
            assessment::state,
            assessment::version_code,
            assessment::facility_type,
            diesel::dsl::count_star(),
        ))
        .load(tx.conn)?;
    let pile = |(purpose, status, version, facility_type, count)| Pile {
        purpose,
        status,
        version,
        facility_type,
        count,
    };
    Ok(rows.into_iter().map(pile).collect())
}

/// What a self-assessment is for.
pub(super) fn purpose(tx: &mut Tx, id: Id) -> Result<Purpose, Problem> {
    Ok(assessment::table
        .filter(assessment::id.eq(id))
        .select(assessment::purpose)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)?)
}

/// A draft that moves.
#[derive(Debug)]
pub(super) struct Draft {
    pub id: Id,
    pub organisation_id: Id,
    pub facility_id: Id,
    pub facility_type: String,
    pub purpose: Purpose,
    pub version: String,
    pub opening: Opening,
    pub withdrawn: Vec<PreviousAnswer>,
    pub answers: Vec<Answer>,
}

/// The next drafts to move, by their ids, as they stand.
pub(super) fn next(
    tx: &mut Tx,
    which: &Which,
    after: Option<Id>,
    most: i64,
) -> Result<Vec<Id>, Problem> {
    let mut query = assessment::table
        .filter(assessment::framework_code.eq(&which.framework))
        .filter(assessment::version_code.eq_any(&which.from))
        .filter(assessment::facility_type.eq_any(&which.facility_types))
        .filter(assessment::state.eq(Status::Draft))
        .order(assessment::id)
        .limit(most)
        .select(assessment::id)
        .into_boxed::<AnyBackend>();
    if let Some(after) = after {
        query = query.filter(assessment::id.gt(after));
    }
    Ok(query.load(tx.conn)?)
}

/// The next drafts to move, locked until the end of the transaction. One that somebody is writing in is passed over and not waited
/// for: a later pass finds it.
pub(super) fn lock_next(
    tx: &mut Tx,
    which: &Which,
    after: Option<Id>,
    most: i64,
) -> Result<Vec<Id>, Problem> {
    let Conn::Postgres(conn) = tx.conn else {
        return next(tx, which, after, most);
    };
    let after = after.unwrap_or(Id(uuid::Uuid::nil()));
    Ok(assessment::table
        .filter(assessment::framework_code.eq(&which.framework))
        .filter(assessment::version_code.eq_any(&which.from))
        .filter(assessment::facility_type.eq_any(&which.facility_types))
        .filter(assessment::state.eq(Status::Draft))
        .filter(assessment::id.gt(after))
        .order(assessment::id)
        .limit(most)
        .select(assessment::id)
        .for_update()
        .skip_locked()
        .load(conn)?)
}

/// These drafts with their answers, by their ids.
pub(super) fn drafts(tx: &mut Tx, ids: &[Id]) -> Result<Vec<Draft>, Problem> {
    type Read = (
        Id,
        Id,
        Id,
        String,
        Purpose,
        String,
        JsonText,
        Option<JsonText>,
    );
    let rows: Vec<Read> = assessment::table
        .inner_join(facility::table)
        .filter(assessment::id.eq_any(ids))
        .order(assessment::id)
        .select((
            assessment::id,
            facility::organisation_id,
            assessment::facility_id,
            assessment::facility_type,
            assessment::purpose,
            assessment::version_code,
            assessment::opening,
            assessment::withdrawn,
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let mut answers: HashMap<Id, Vec<Answer>> = answer_store::of_all(tx, ids)?;
    let draft = |row: Read| {
        let (id, organisation_id, facility_id, facility_type, purpose, version, opening, withdrawn) =
            row;
        let withdrawn = withdrawn.as_ref().map(JsonText::to).transpose()?;
        Ok(Draft {
            id,
            organisation_id,
            facility_id,
            facility_type,
            purpose,
            version,
            opening: opening.to()?,
            withdrawn: withdrawn.unwrap_or_default(),
            answers: answers.remove(&id).unwrap_or_default(),
        })
    };
    rows.into_iter().map(draft).collect()
}

/// Puts a draft that this transaction has locked on a later version. Whoever has read it before has a stale tag now.
pub(super) fn put_on(
    tx: &mut Tx,
    draft: &Draft,
    version: &str,
    moved: &Moved,
) -> Result<(), Problem> {
    let withdrawn = (!moved.withdrawn.is_empty())
        .then(|| JsonText::of(&moved.withdrawn))
        .transpose()?;
    diesel::update(assessment::table)
        .filter(assessment::id.eq(draft.id))
        .set((
            assessment::version_code.eq(version),
            assessment::opening.eq(JsonText::of(&moved.opening)?),
            assessment::withdrawn.eq(withdrawn),
            assessment::edit.eq(assessment::edit + 1),
            assessment::updated_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    // What stands as it stood need not be written again.
    let stays = |one: &Answer, among: &[Answer]| among.contains(one);
    let gone: Vec<String> = draft
        .answers
        .iter()
        .filter(|answer| !stays(answer, &moved.answers))
        .map(|answer| answer.criterion_code.clone())
        .collect();
    answer_store::delete_answers(tx, draft.id, &gone)?;
    let renamed: Vec<Answer> = moved
        .answers
        .iter()
        .filter(|answer| !stays(answer, &draft.answers))
        .cloned()
        .collect();
    answer_store::save_answers(tx, draft.id, &renamed)
}

/// A cycle against a version that is left.
pub(super) struct LeavingCycle {
    pub id: Id,
    pub version: String,
    pub facility_types: Vec<String>,
    pub due: Moment,
    edit: i64,
}

/// The cycles against these versions, by their ids; only this one, when it is named.
pub(super) fn cycles(
    tx: &mut Tx,
    which: &Which,
    only: Option<Id>,
) -> Result<Vec<LeavingCycle>, Problem> {
    let mut query = cycle::table
        .filter(cycle::framework_code.eq(&which.framework))
        .filter(cycle::version_code.eq_any(&which.from))
        .order(cycle::id)
        .select((
            cycle::id,
            cycle::version_code,
            cycle::facility_types,
            cycle::due,
            cycle::edit,
        ))
        .into_boxed::<AnyBackend>();
    if let Some(id) = only {
        query = query.filter(cycle::id.eq(id));
    }
    let rows: Vec<(Id, String, JsonText, Moment, i64)> = query.load(tx.conn)?;
    let leaving =
        |(id, version, facility_types, due, edit): (Id, String, JsonText, Moment, i64)| {
            Ok(LeavingCycle {
                id,
                version,
                facility_types: facility_types.to()?,
                due,
                edit,
            })
        };
    rows.into_iter().map(leaving).collect()
}

/// Puts a cycle on a later version, unless it was changed since it was read.
pub(super) fn move_cycle(tx: &mut Tx, one: &LeavingCycle, to: &str) -> Result<bool, Problem> {
    let changed = diesel::update(cycle::table)
        .filter(cycle::id.eq(one.id))
        .filter(cycle::edit.eq(one.edit))
        .set((cycle::version_code.eq(to), cycle::edit.eq(one.edit + 1)))
        .execute(tx.conn)?;
    Ok(changed == 1)
}
