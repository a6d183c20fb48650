//! Rows of improvement points that are followed up. One that the caller may not know about is absent.
use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use diesel::dsl::exists;
use diesel::prelude::*;

use super::rules::{PointStatus, awaits_facility, is_settled};
use super::{
    ImprovementAnswer, ImprovementAnswerKind, ImprovementDecision, Point, PointSummary, TermChange,
    Verification, VerificationInput, VerificationWay,
};
use crate::access::{Scope, Tx};
use crate::attachment::AttachmentReference;
use crate::audit::ActorView;
use crate::db::guarded::one_changed;
use crate::db::schema::{
    facility, followed_point as point, improvement_answer as answer,
    improvement_answer_attachment as file, improvement_verification as verification, inspection,
    inspection_assignment as assignment,
};
use crate::db::types::{AnyBackend, Id, JsonText, Moment, Visible};
use crate::facility::owned;
use crate::http::page::Window;
use crate::inspection::State;
use crate::inspection::clock::is_over;
use crate::problem::Problem;

/// A row.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = point, check_for_backend(AnyBackend), treat_none_as_default_value = false)]
pub struct Row {
    pub(super) id: Id,
    pub(super) arrival: Id,
    pub(super) inspection_id: Id,
    pub(super) facility_id: Id,
    pub(super) report_id: Id,
    pub(super) finding_id: Id,
    pub(super) subject: JsonText,
    pub(super) text: String,
    pub(super) priority: bool,
    pub(super) state: PointStatus,
    pub(super) due: Option<NaiveDate>,
    pub(super) terms: JsonText,
    pub(super) edit: i64,
    pub(super) established_at: Moment,
    pub(super) updated_at: Moment,
    pub(super) state_since: Moment,
}

impl Row {
    /// It stands so from now on.
    pub(super) fn stand(&mut self, state: PointStatus, now: Moment) {
        if self.state != state {
            (self.state, self.state_since) = (state, now);
        }
    }

    /// The point.
    pub fn id(&self) -> Id {
        self.id
    }

    fn summary(&self, today: NaiveDate) -> Result<PointSummary, Problem> {
        let late = self.due.is_some_and(|due| is_over(due, today));
        Ok(PointSummary {
            href: href(self.id),
            id: self.id,
            inspection_id: self.inspection_id,
            facility_id: self.facility_id,
            report_id: self.report_id,
            finding_id: self.finding_id,
            subject: self.subject.to()?,
            text: self.text.clone(),
            priority: self.priority,
            status: self.state,
            due: self.due,
            overdue: late && awaits_facility(self.state),
            edit: self.edit,
            arrival: self.arrival,
        })
    }
}

/// Where a point is read.
pub fn href(id: Id) -> String {
    format!("/v1/improvementPoints/{id}")
}

type Joined = diesel::dsl::InnerJoinQuerySource<point::table, facility::table>;

/// The points that the caller may know about: all for planners and the recognising body, a facility's own, and for inspectors those of inspections
/// that they are assigned to, or that theirs follow up. Every point is of a final report, which all of these may know.
fn visible(scope: &Scope) -> Visible<Joined> {
    if scope.planner || scope.authority {
        return Box::new(point::edit.ge(0));
    }
    // What an admin lends to a machine reaches no inspection.
    let own = owned::<Joined>(&scope.improving());
    let Some(person) = scope.inspector.clone() else {
        return own;
    };
    let mine = assignment::table
        .filter(assignment::inspection_id.eq(point::inspection_id))
        .filter(assignment::person.eq(person.clone()))
        .filter(assignment::ended_at.is_null())
        .select(assignment::id);
    let following = inspection::table
        .inner_join(assignment::table.on(assignment::inspection_id.eq(inspection::id)))
        .filter(inspection::follows_id.eq(point::inspection_id.nullable()))
        .filter(assignment::person.eq(person))
        .filter(assignment::ended_at.is_null())
        .select(assignment::id);
    Box::new(own.or(exists(mine)).or(exists(following)))
}

/// Which points; an empty list stands for all.
#[derive(Debug, Default)]
pub struct Filter {
    /// Of one of these inspections.
    pub inspections: Vec<Id>,
    /// Of one of these facilities.
    pub facilities: Vec<Id>,
    /// Standing so.
    pub states: Vec<PointStatus>,
    /// Those whose term is over alone, or those whose term is not.
    pub overdue: Option<bool>,
}

/// Points in the order in which they were established.
pub fn list(
    tx: &mut Tx,
    window: &Window<Id>,
    filter: &Filter,
) -> Result<Vec<PointSummary>, Problem> {
    let today = tx.now.day();
    let mut query = point::table
        .inner_join(facility::table)
        .filter(visible(&tx.scope))
        .order(point::arrival)
        .limit(window.limit())
        .select(Row::as_select())
        .into_boxed::<AnyBackend>();
    if !filter.inspections.is_empty() {
        query = query.filter(point::inspection_id.eq_any(filter.inspections.clone()));
    }
    if !filter.facilities.is_empty() {
        query = query.filter(point::facility_id.eq_any(filter.facilities.clone()));
    }
    if !filter.states.is_empty() {
        query = query.filter(point::state.eq_any(filter.states.clone()));
    }
    let late = || point::due.assume_not_null().lt(today);
    let awaited = || point::state.eq_any(awaited());
    match filter.overdue {
        Some(true) => {
            query = query.filter(point::due.is_not_null().and(late()).and(awaited()));
        }
        Some(false) => {
            let on_time = point::due.is_null().or(diesel::dsl::not(late()));
            query = query.filter(on_time.or(diesel::dsl::not(awaited())));
        }
        None => {}
    }
    if let Some(after) = window.after {
        query = query.filter(point::arrival.gt(after));
    }
    let rows: Vec<Row> = query.load(tx.conn)?;
    rows.iter().map(|row| row.summary(today)).collect()
}

fn awaited() -> Vec<PointStatus> {
    let all = PointStatus::ALL.iter().copied();
    all.filter(|status| awaits_facility(*status)).collect()
}

/// The row, if the caller may know about it.
pub fn row(tx: &mut Tx, id: Id) -> Result<Row, Problem> {
    let found: Option<Row> = point::table
        .inner_join(facility::table)
        .filter(visible(&tx.scope))
        .filter(point::id.eq(id))
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    found.ok_or_else(Problem::not_found)
}

/// The point, if the caller may know about it.
pub fn get(tx: &mut Tx, id: Id) -> Result<Point, Problem> {
    let row = row(tx, id)?;
    let mut found = whole(tx, &[row])?;
    found.pop().ok_or_else(Problem::not_found)
}

/// These points with all that was told and found of them; a fixed number of reads, however many there are.
pub fn whole(tx: &mut Tx, rows: &[Row]) -> Result<Vec<Point>, Problem> {
    let ids: Vec<Id> = rows.iter().map(|row| row.id).collect();
    let mut answers = answers_to(tx, &ids)?;
    let mut verifications = verifications_of(tx, &ids)?;
    let today = tx.now.day();
    let point = |row: &Row| {
        Ok(Point {
            summary: row.summary(today)?,
            terms: row.terms.to()?,
            answers: answers.remove(&row.id).unwrap_or_default(),
            verifications: verifications.remove(&row.id).unwrap_or_default(),
            established_at: row.established_at,
        })
    };
    rows.iter().map(point).collect()
}

/// The points of an inspection, in the order in which they were established. Whoever calls has found out that the caller may know them.
pub fn of_inspection(tx: &mut Tx, inspection_id: Id) -> Result<Vec<Row>, Problem> {
    Ok(point::table
        .filter(point::inspection_id.eq(inspection_id))
        .order(point::arrival)
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?)
}

/// A point that something awaits.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = point, check_for_backend(AnyBackend))]
pub struct Waiting {
    /// The point.
    pub id: Id,
    /// Of which inspection.
    pub inspection_id: Id,
    /// Whose it is.
    pub facility_id: Id,
    /// The last day of its term.
    pub due: Option<NaiveDate>,
    /// Since when it stands where it does.
    pub state_since: Moment,
}

/// The points in these states within this scope; those alone whose term is over on `late`, where that is given.
pub fn standing(
    tx: &mut Tx,
    scope: &Scope,
    states: &[PointStatus],
    late: Option<NaiveDate>,
) -> Result<Vec<Waiting>, Problem> {
    let mut query = point::table
        .inner_join(facility::table)
        .filter(visible(scope))
        .filter(point::state.eq_any(states.to_vec()))
        .select(Waiting::as_select())
        .into_boxed::<AnyBackend>();
    if let Some(today) = late {
        let over = point::due.assume_not_null().lt(today);
        query = query.filter(point::due.is_not_null().and(over));
    }
    Ok(query.load(tx.conn)?)
}

/// The points that await their term in an inspection that is followed up: a correction brought them.
pub fn untermed(tx: &mut Tx, scope: &Scope) -> Result<Vec<Waiting>, Problem> {
    let followed = inspection::table
        .filter(inspection::id.eq(point::inspection_id))
        .filter(inspection::state.eq(State::FollowUp))
        .select(inspection::id);
    Ok(point::table
        .inner_join(facility::table)
        .filter(visible(scope))
        .filter(point::state.eq(PointStatus::AwaitingTerm))
        .filter(exists(followed))
        .select(Waiting::as_select())
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?)
}

/// The inspections with a point of which something is left to follow.
pub fn unsettled(tx: &mut Tx, scope: &Scope) -> Result<BTreeSet<Id>, Problem> {
    let all = PointStatus::ALL.iter().copied();
    let open: Vec<PointStatus> = all.filter(|status| !is_settled(*status)).collect();
    let ids: Vec<Id> = point::table
        .inner_join(facility::table)
        .filter(visible(scope))
        .filter(point::state.eq_any(open))
        .select(point::inspection_id)
        .distinct()
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    Ok(ids.into_iter().collect())
}

/// Keeps a new point.
pub fn insert(tx: &mut Tx, row: &Row) -> Result<(), Problem> {
    each!(tx.conn, conn => diesel::insert_into(point::table).values(row).execute(conn))?;
    Ok(())
}

/// Keeps what a point has become; its edit moves on.
pub fn save(tx: &mut Tx, row: &Row) -> Result<(), Problem> {
    let saved = diesel::update(point::table)
        .filter(point::id.eq(row.id))
        .filter(point::edit.eq(row.edit))
        .set((
            point::report_id.eq(row.report_id),
            point::finding_id.eq(row.finding_id),
            point::subject.eq(&row.subject),
            point::text.eq(&row.text),
            point::priority.eq(row.priority),
            point::state.eq(row.state),
            point::state_since.eq(row.state_since),
            point::due.eq(row.due),
            point::terms.eq(&row.terms),
            point::edit.eq(row.edit + 1),
            point::updated_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    one_changed(saved)
}

/// Adds a change to the terms of a row, which still has to be saved.
pub fn add_term(row: &mut Row, change: TermChange) -> Result<(), Problem> {
    let mut terms: Vec<TermChange> = row.terms.to()?;
    row.due = change.due;
    terms.push(change);
    row.terms = JsonText::of(&terms)?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = answer, check_for_backend(AnyBackend))]
struct AnswerRow {
    id: Id,
    point_id: Id,
    kind: ImprovementAnswerKind,
    text: String,
    on_day: Option<NaiveDate>,
    why_not_sooner: Option<String>,
    given_by: JsonText,
    given_at: Moment,
    decision: Option<JsonText>,
    decided_at: Option<Moment>,
}

/// What the facility told of a point, oldest first.
pub fn answers(tx: &mut Tx, point_id: Id) -> Result<Vec<ImprovementAnswer>, Problem> {
    let mut found = answers_to(tx, &[point_id])?;
    Ok(found.remove(&point_id).unwrap_or_default())
}

fn answers_to(tx: &mut Tx, points: &[Id]) -> Result<BTreeMap<Id, Vec<ImprovementAnswer>>, Problem> {
    let rows: Vec<AnswerRow> = answer::table
        .filter(answer::point_id.eq_any(points.to_vec()))
        .order(answer::id)
        .select(AnswerRow::as_select())
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let ids: Vec<Id> = rows.iter().map(|row| row.id).collect();
    let files: Vec<(Id, Id, String)> = file::table
        .filter(file::answer_id.eq_any(ids))
        .order((file::answer_id, file::position))
        .select((file::answer_id, file::attachment_id, file::sha256))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let mut found: BTreeMap<Id, Vec<ImprovementAnswer>> = BTreeMap::new();
    for row in rows {
        let own = found.entry(row.point_id).or_default();
        own.push(shown(row, &files)?);
    }
    Ok(found)
}

fn shown(row: AnswerRow, files: &[(Id, Id, String)]) -> Result<ImprovementAnswer, Problem> {
    let own = files.iter().filter(|(answer_id, ..)| *answer_id == row.id);
    let attachments = own.map(|(_, attachment_id, sha256)| AttachmentReference {
        attachment_id: *attachment_id,
        sha256: sha256.clone(),
    });
    Ok(ImprovementAnswer {
        id: row.id,
        kind: row.kind,
        text: row.text,
        day: row.on_day,
        why_not_sooner: row.why_not_sooner,
        attachments: attachments.collect(),
        given_by: row.given_by.to()?,
        given_at: row.given_at,
        decision: row.decision.as_ref().map(JsonText::to).transpose()?,
        decided_at: row.decided_at,
    })
}

/// What a facility tells, to be kept.
pub struct NewAnswer<'a> {
    /// Its identity.
    pub id: Id,
    /// A measure, or a plan.
    pub kind: ImprovementAnswerKind,
    /// What was done, or how it will be.
    pub text: &'a str,
    /// When, or by when.
    pub on: NaiveDate,
    /// Why not sooner.
    pub why_not_sooner: Option<&'a str>,
    /// What shows it.
    pub attachments: &'a [AttachmentReference],
}

/// Keeps what the facility tells of a point.
pub fn insert_answer(tx: &mut Tx, row: &Row, new: &NewAnswer) -> Result<(), Problem> {
    diesel::insert_into(answer::table)
        .values((
            answer::id.eq(new.id),
            answer::point_id.eq(row.id),
            answer::kind.eq(new.kind),
            answer::text.eq(new.text),
            answer::on_day.eq(Some(new.on)),
            answer::why_not_sooner.eq(new.why_not_sooner),
            answer::given_by.eq(JsonText::of(&ActorView::of(tx))?),
            answer::given_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    for (position, named) in (0_i64..).zip(new.attachments) {
        diesel::insert_into(file::table)
            .values((
                file::answer_id.eq(new.id),
                file::position.eq(position),
                file::facility_id.eq(row.facility_id),
                file::attachment_id.eq(named.attachment_id),
                file::sha256.eq(&named.sha256),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// Keeps what was decided on an answer.
pub fn decide(tx: &mut Tx, id: Id, decision: &ImprovementDecision) -> Result<(), Problem> {
    let by = JsonText::of(&ActorView::of(tx))?;
    let decided = diesel::update(answer::table)
        .filter(answer::id.eq(id))
        .filter(answer::decision.is_null())
        .set((
            answer::decision.eq(Some(JsonText::of(decision)?)),
            answer::decided_by.eq(Some(by)),
            answer::decided_at.eq(Some(tx.now)),
        ))
        .execute(tx.conn)?;
    one_changed(decided)
}

type VerificationRow = (Id, Id, VerificationWay, Option<Id>, bool, String, Moment);

/// Whether a point was found to be mended, oldest first.
pub fn verifications(tx: &mut Tx, point_id: Id) -> Result<Vec<Verification>, Problem> {
    let mut found = verifications_of(tx, &[point_id])?;
    Ok(found.remove(&point_id).unwrap_or_default())
}

fn verifications_of(
    tx: &mut Tx,
    points: &[Id],
) -> Result<BTreeMap<Id, Vec<Verification>>, Problem> {
    let rows: Vec<VerificationRow> = verification::table
        .filter(verification::point_id.eq_any(points.to_vec()))
        .order(verification::id)
        .select((
            verification::point_id,
            verification::id,
            verification::way,
            verification::inspection_id,
            verification::met,
            verification::note,
            verification::verified_at,
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let mut found: BTreeMap<Id, Vec<Verification>> = BTreeMap::new();
    for (point_id, id, way, inspection_id, met, note, verified_at) in rows {
        found.entry(point_id).or_default().push(Verification {
            id,
            way,
            inspection_id,
            met,
            note,
            verified_at,
        });
    }
    Ok(found)
}

/// Keeps whether a point was found to be mended.
pub fn insert_verification(
    tx: &mut Tx,
    (point_id, id): (Id, Id),
    input: &VerificationInput,
) -> Result<(), Problem> {
    diesel::insert_into(verification::table)
        .values((
            verification::id.eq(id),
            verification::point_id.eq(point_id),
            verification::way.eq(input.way),
            verification::inspection_id.eq(input.inspection_id),
            verification::met.eq(input.met),
            verification::note.eq(&input.note),
            verification::verified_by.eq(JsonText::of(&ActorView::of(tx))?),
            verification::verified_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    Ok(())
}
