//! Rows of self-assessments, answers and submitted revisions.
//!
//! A write of an answer first bumps its self-assessment's row, which locks it: no answer slips past a submission.
use std::sync::Arc;

use diesel::dsl::not;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as Fault};
use diesel::sql_types::Bool;

use super::rules::{self, Last, Standing, Standings};
use super::{
    Answer, AnswerOrigin, CriterionAnswerRow, Opening, Purpose, Reopening, RevisionSummary,
    SelfAssessment, SelfAssessmentSummary, Status,
};
use crate::access::{Scope, Tx};
use crate::audit::ActorView;
use crate::db::batch;
use crate::db::schema::{answer, facility, self_assessment, self_assessment_revision as revision};
use crate::db::types::{AnyBackend, Id, JsonText, Moment};
use crate::facility::Visible;
use crate::framework::{self, document::Document};
use crate::http::ETag;
use crate::http::page::Window;
use crate::problem::Problem;

/// A self-assessment's row, with what the caller is to it.
#[derive(Debug, Clone)]
pub struct Head {
    /// Its identity.
    pub id: Id,
    pub(super) cycle_id: Id,
    /// The facility that assesses itself.
    pub facility_id: Id,
    /// The organisation that runs the facility.
    pub organisation_id: Id,
    pub(super) facility_type: String,
    pub(super) framework_code: String,
    pub(super) version_code: String,
    /// What the cycle is for.
    pub purpose: Purpose,
    /// Where it stands, really.
    pub status: Status,
    /// The revision being worked on, or handed in.
    pub revision: i64,
    /// The last one handed in.
    pub submitted_revision: Option<i64>,
    pub(super) based_on: Option<Id>,
    pub(super) reopening: Option<JsonText>,
    /// Its edit counter.
    pub edit: i64,
    pub(super) created_at: Moment,
    pub(super) updated_at: Moment,
    pub(super) submitted_at: Option<Moment>,
    /// A later cycle's, which took its place.
    pub superseded_by: Option<Id>,
    /// Is it the caller's own, or does the caller only see what was handed in?
    pub own: bool,
}

type Row = (
    Id,
    Id,
    Id,
    (String, String, String),
    (Purpose, Status, i64, Option<i64>, Option<Id>),
    (Option<Id>, Option<JsonText>),
    (i64, Moment, Moment, Option<Moment>),
);
type Columns = (
    self_assessment::id,
    self_assessment::cycle_id,
    self_assessment::facility_id,
    (
        self_assessment::facility_type,
        self_assessment::framework_code,
        self_assessment::version_code,
    ),
    (
        self_assessment::purpose,
        self_assessment::state,
        self_assessment::revision,
        self_assessment::submitted_revision,
        self_assessment::superseded_by,
    ),
    (self_assessment::based_on, self_assessment::reopening),
    (
        self_assessment::edit,
        self_assessment::created_at,
        self_assessment::updated_at,
        self_assessment::submitted_at,
    ),
);
const HEAD: Columns = (
    self_assessment::id,
    self_assessment::cycle_id,
    self_assessment::facility_id,
    (
        self_assessment::facility_type,
        self_assessment::framework_code,
        self_assessment::version_code,
    ),
    (
        self_assessment::purpose,
        self_assessment::state,
        self_assessment::revision,
        self_assessment::submitted_revision,
        self_assessment::superseded_by,
    ),
    (self_assessment::based_on, self_assessment::reopening),
    (
        self_assessment::edit,
        self_assessment::created_at,
        self_assessment::updated_at,
        self_assessment::submitted_at,
    ),
);

fn head_of(row: Row, organisation_id: Id, scope: &Scope) -> Head {
    let (id, cycle_id, facility_id, what, stand, origin, times) = row;
    let (facility_type, framework_code, version_code) = what;
    let (purpose, status, revision, submitted_revision, superseded_by) = stand;
    let (based_on, reopening) = origin;
    let (edit, created_at, updated_at, submitted_at) = times;
    Head {
        id,
        cycle_id,
        facility_id,
        organisation_id,
        facility_type,
        framework_code,
        version_code,
        purpose,
        status,
        revision,
        submitted_revision,
        based_on,
        reopening,
        edit,
        created_at,
        updated_at,
        submitted_at,
        superseded_by,
        own: scope.owns(facility_id, organisation_id),
    }
}

type Joined = diesel::dsl::InnerJoinQuerySource<self_assessment::table, facility::table>;

fn own(scope: &Scope) -> Visible<Joined> {
    Box::new(
        facility::organisation_id
            .eq_any(scope.organisations.clone())
            .or(facility::id.eq_any(scope.facilities.clone())),
    )
}

fn handed_in() -> Visible<Joined> {
    Box::new(
        self_assessment::purpose
            .eq(Purpose::InspectionPreparation)
            .and(
                self_assessment::submitted_revision
                    .is_not_null()
                    .assume_not_null(),
            ),
    )
}

/// The self-assessments that the caller may know about: its own, and for inspectors what was handed in to prepare an inspection.
fn visible(scope: &Scope) -> Visible<Joined> {
    if scope.submitted {
        Box::new(own(scope).or(handed_in()))
    } else {
        own(scope)
    }
}

/// The same, of these states as the caller sees them: to others one that was handed in stays so, or superseded, while it is taken up
/// again.
fn visible_in(scope: &Scope, states: &[Status]) -> Visible<Joined> {
    let mine: Visible<Joined> =
        Box::new(own(scope).and(self_assessment::state.eq_any(states.to_vec())));
    if !scope.submitted {
        return mine;
    }
    let superseded = self_assessment::superseded_by.is_not_null();
    let wanted: Visible<Joined> = match (
        states.contains(&Status::Submitted),
        states.contains(&Status::Superseded),
    ) {
        (true, true) => handed_in(),
        (true, false) => Box::new(handed_in().and(not(superseded))),
        (false, true) => Box::new(handed_in().and(superseded)),
        (false, false) => return mine,
    };
    Box::new(mine.or(wanted))
}

/// The row of a self-assessment, if the caller may know about it.
pub fn head(tx: &mut Tx, id: Id) -> Result<Head, Problem> {
    let (row, organisation): (Row, Id) = self_assessment::table
        .inner_join(facility::table)
        .filter(visible(&tx.scope))
        .filter(self_assessment::id.eq(id))
        .select((HEAD, facility::organisation_id))
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?
        .ok_or_else(Problem::not_found)?;
    Ok(head_of(row, organisation, &tx.scope))
}

/// The row of the caller's own self-assessment, to change it.
pub fn own_head(tx: &mut Tx, id: Id) -> Result<Head, Problem> {
    let head = head(tx, id)?;
    if head.own {
        Ok(head)
    } else {
        Err(Problem::not_found())
    }
}

/// Which self-assessments a list shows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// In one of these states, as the caller sees them.
    pub states: Vec<Status>,
    /// Of one of these facilities.
    pub facilities: Vec<Id>,
    /// In one of these cycles.
    pub cycles: Vec<Id>,
}

/// Self-assessments in the order of arrival.
pub fn list(
    tx: &mut Tx,
    window: &Window<Id>,
    filter: &Filter,
) -> Result<Vec<SelfAssessmentSummary>, Problem> {
    let mut query = self_assessment::table
        .inner_join(facility::table)
        .select((HEAD, facility::organisation_id))
        .order(self_assessment::id)
        .limit(window.limit())
        .into_boxed::<AnyBackend>();
    query = if filter.states.is_empty() {
        query.filter(visible(&tx.scope))
    } else {
        query.filter(visible_in(&tx.scope, &filter.states))
    };
    if !filter.facilities.is_empty() {
        query = query.filter(self_assessment::facility_id.eq_any(filter.facilities.clone()));
    }
    if !filter.cycles.is_empty() {
        query = query.filter(self_assessment::cycle_id.eq_any(filter.cycles.clone()));
    }
    if let Some(after) = window.after {
        query = query.filter(self_assessment::id.gt(after));
    }
    let rows: Vec<(Row, Id)> = query.load(tx.conn)?;
    let heads: Vec<Head> = rows
        .into_iter()
        .map(|(row, organisation)| head_of(row, organisation, &tx.scope))
        .collect();
    heads.iter().map(summary).collect()
}

/// What a list shows of it: to others than its own, the last revision that was handed in.
pub fn summary(head: &Head) -> Result<SelfAssessmentSummary, Problem> {
    let (status, revision, updated_at) = if head.own {
        (head.status, head.revision, head.updated_at)
    } else {
        let last = head.submitted_revision.ok_or_else(Problem::not_found)?;
        let submitted_at = head.submitted_at.ok_or_else(Problem::not_found)?;
        (seen_status(head), last, submitted_at)
    };
    Ok(SelfAssessmentSummary {
        href: format!("/v1/selfAssessments/{}", head.id),
        id: head.id,
        facility_id: head.facility_id,
        cycle_id: head.cycle_id,
        facility_type: head.facility_type.clone(),
        framework_code: head.framework_code.clone(),
        version_code: head.version_code.clone(),
        purpose: head.purpose,
        status,
        revision,
        submitted_revision: head.submitted_revision,
        superseded_by: head.superseded_by,
        created_at: head.created_at,
        updated_at,
    })
}

fn seen_status(head: &Head) -> Status {
    if head.superseded_by.is_some() {
        Status::Superseded
    } else {
        Status::Submitted
    }
}

/// The tag of what the caller sees of it.
pub fn tag(head: &Head) -> ETag {
    if head.own {
        return ETag::edit(head.edit);
    }
    let revision = head.submitted_revision.unwrap_or_default();
    ETag::named(format!("r{revision}{}", seen_status(head)))
}

/// The framework version that it is answered against.
pub fn document(tx: &mut Tx, head: &Head) -> Result<Arc<Document>, Problem> {
    framework::store::published(tx, &head.framework_code, &head.version_code)?.ok_or_else(|| {
        Problem::internal("a self-assessment points to a version that is not published")
    })
}

/// A self-assessment as the caller may see it: its own as it stands, others' as it was last handed in.
pub fn view(tx: &mut Tx, head: &Head) -> Result<SelfAssessment, Problem> {
    if head.own {
        return current(tx, head);
    }
    let last = head.submitted_revision.ok_or_else(Problem::not_found)?;
    let (_, document) = revision_row(tx, head.id, last)?.ok_or_else(Problem::not_found)?;
    let mut view: SelfAssessment = document.to()?;
    view.summary.status = seen_status(head);
    view.summary.superseded_by = head.superseded_by;
    Ok(view)
}

/// The self-assessment as it stands.
pub fn current(tx: &mut Tx, head: &Head) -> Result<SelfAssessment, Problem> {
    let document = document(tx, head)?;
    let answers = answers(tx, head.id, &document)?;
    let standings = rules::standings(&answers);
    let verdicts = rules::verdicts(&document, &head.facility_type, &standings);
    let position = rules::position(&document, &verdicts, &standings);
    let opening = if position.open.is_empty() {
        Opening::new()
    } else {
        opening(tx, head.id)?
    };
    Ok(SelfAssessment {
        summary: summary(head)?,
        based_on: head.based_on,
        reopening: head.reopening.as_ref().map(JsonText::to).transpose()?,
        progress: position.progress.clone(),
        open_criteria: rules::open_criteria(&position, &opening),
        answers,
    })
}

/// Why criteria are asked again. It grows with the framework, so it is read only where something is open.
fn opening(tx: &mut Tx, id: Id) -> Result<Opening, Problem> {
    let opening: JsonText = self_assessment::table
        .filter(self_assessment::id.eq(id))
        .select(self_assessment::opening)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)?;
    opening.to()
}

/// The answers, in the order of the framework.
pub fn answers(tx: &mut Tx, id: Id, document: &Document) -> Result<Vec<Answer>, Problem> {
    let rows: Vec<CriterionAnswerRow> = answer::table
        .filter(answer::self_assessment_id.eq(id))
        .select(CriterionAnswerRow::COLUMNS)
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let mut answers = rows
        .into_iter()
        .map(CriterionAnswerRow::answer)
        .collect::<Result<Vec<Answer>, Problem>>()?;
    let place: std::collections::HashMap<&str, usize> = document
        .criteria()
        .enumerate()
        .map(|(place, (_, criterion))| (criterion.code.as_str(), place))
        .collect();
    answers.sort_by_key(|answer| {
        place
            .get(answer.criterion_code.as_str())
            .copied()
            .unwrap_or(usize::MAX)
    });
    Ok(answers)
}

/// What of the answers decides about others: without their texts.
pub fn standings(tx: &mut Tx, id: Id) -> Result<Standings, Problem> {
    let rows: Vec<(String, String, AnswerOrigin, bool)> = answer::table
        .filter(answer::self_assessment_id.eq(id))
        .select((
            answer::criterion_code,
            answer::level,
            answer::origin,
            diesel::dsl::sql::<Bool>("evidence <> '[]'"),
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    Ok(rows
        .into_iter()
        .map(|(code, level, origin, has_evidence)| {
            (
                code,
                Standing {
                    level,
                    origin,
                    has_evidence,
                },
            )
        })
        .collect())
}

/// Bumps the row of a draft, which locks it until the end of the transaction, and gives it back as it is now. Nothing when it is no
/// draft any more.
pub fn lock_draft(tx: &mut Tx, id: Id) -> Result<Option<Head>, Problem> {
    let bumped = diesel::update(self_assessment::table)
        .filter(self_assessment::id.eq(id))
        .filter(self_assessment::state.eq(Status::Draft))
        .set((
            self_assessment::edit.eq(self_assessment::edit + 1),
            self_assessment::updated_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    (bumped == 1).then(|| own_head(tx, id)).transpose()
}

/// The same for a draft that is still at the edit that was read: then nothing else of it has changed either, and it need not be read
/// again. Nothing when somebody else was first.
pub fn lock_draft_as_read(tx: &mut Tx, read: Head) -> Result<Option<Head>, Problem> {
    let locked = Head {
        edit: read.edit + 1,
        updated_at: tx.now,
        ..read
    };
    let bumped = diesel::update(self_assessment::table)
        .filter(self_assessment::id.eq(locked.id))
        .filter(self_assessment::state.eq(Status::Draft))
        .filter(self_assessment::edit.eq(read.edit))
        .set((
            self_assessment::edit.eq(locked.edit),
            self_assessment::updated_at.eq(locked.updated_at),
        ))
        .execute(tx.conn)?;
    Ok((bumped == 1).then_some(locked))
}

/// Stores a new draft with the answers that it starts from.
pub fn insert(
    tx: &mut Tx,
    head: &Head,
    opening: &Opening,
    carried: &[Answer],
) -> Result<(), Problem> {
    let stored = diesel::insert_into(self_assessment::table)
        .values((
            self_assessment::id.eq(head.id),
            self_assessment::cycle_id.eq(head.cycle_id),
            self_assessment::facility_id.eq(head.facility_id),
            self_assessment::facility_type.eq(&head.facility_type),
            self_assessment::framework_code.eq(&head.framework_code),
            self_assessment::version_code.eq(&head.version_code),
            self_assessment::purpose.eq(head.purpose),
            self_assessment::state.eq(head.status),
            self_assessment::revision.eq(head.revision),
            self_assessment::based_on.eq(head.based_on),
            self_assessment::opening.eq(JsonText::of(opening)?),
            self_assessment::edit.eq(head.edit),
            self_assessment::created_at.eq(head.created_at),
            self_assessment::updated_at.eq(head.updated_at),
        ))
        .execute(tx.conn);
    match stored {
        // Two were created at once: the second is as late as any other.
        Err(Fault::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
            Err(super::work::exists_already())
        }
        stored => stored.map(drop).map_err(Problem::from),
    }?;
    save_answers(tx, head.id, carried)
}

/// Is there a self-assessment of this facility in this cycle already?
pub fn exists(tx: &mut Tx, facility: Id, cycle: Id) -> Result<bool, Problem> {
    let found: Option<Id> = self_assessment::table
        .filter(self_assessment::facility_id.eq(facility))
        .filter(self_assessment::cycle_id.eq(cycle))
        .select(self_assessment::id)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    Ok(found.is_some())
}

/// The facility's last self-assessment against a framework that was handed in for one of these purposes, as a new one starts from it.
pub fn last_submitted(
    tx: &mut Tx,
    facility: Id,
    framework: &str,
    purposes: &[Purpose],
) -> Result<Option<(Id, Last)>, Problem> {
    let row: Option<(Id, String, JsonText)> = self_assessment::table
        .inner_join(
            revision::table.on(revision::self_assessment_id
                .eq(self_assessment::id)
                .and(self_assessment::submitted_revision.eq(revision::revision.nullable()))),
        )
        .filter(self_assessment::facility_id.eq(facility))
        .filter(self_assessment::framework_code.eq(framework))
        .filter(self_assessment::purpose.eq_any(purposes.to_vec()))
        .order((revision::submitted_at.desc(), self_assessment::id.desc()))
        .select((
            self_assessment::id,
            self_assessment::version_code,
            revision::document,
        ))
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    let Some((id, version, document)) = row else {
        return Ok(None);
    };
    let view: SelfAssessment = document.to()?;
    let last = Last {
        version,
        answers: view.answers,
    };
    Ok(Some((id, last)))
}

/// Replaces these answers whole.
pub fn save_answers(tx: &mut Tx, id: Id, answers: &[Answer]) -> Result<(), Problem> {
    let rows = answers
        .iter()
        .map(|answer| CriterionAnswerRow::of(id, answer))
        .collect::<Result<Vec<_>, _>>()?;
    batch::save_answers(tx.conn, &rows)
}

/// Takes an answer away; false when there was none.
pub fn delete_answer(tx: &mut Tx, id: Id, criterion: &str) -> Result<bool, Problem> {
    let gone = diesel::delete(answer::table)
        .filter(answer::self_assessment_id.eq(id))
        .filter(answer::criterion_code.eq(criterion))
        .execute(tx.conn)?;
    Ok(gone > 0)
}

/// One answer of the caller's own.
pub fn find_answer(tx: &mut Tx, id: Id, criterion: &str) -> Result<Option<Answer>, Problem> {
    let row: Option<CriterionAnswerRow> = answer::table
        .filter(answer::self_assessment_id.eq(id))
        .filter(answer::criterion_code.eq(criterion))
        .select(CriterionAnswerRow::COLUMNS)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    row.map(CriterionAnswerRow::answer).transpose()
}

/// Confirms carried-over answers.
pub fn confirm(tx: &mut Tx, id: Id, criteria: &[String]) -> Result<usize, Problem> {
    let by = JsonText::of(&ActorView::of(tx))?;
    Ok(diesel::update(answer::table)
        .filter(answer::self_assessment_id.eq(id))
        .filter(answer::origin.eq(AnswerOrigin::CarriedOver))
        .filter(answer::criterion_code.eq_any(criteria.to_vec()))
        .set((
            answer::origin.eq(AnswerOrigin::Confirmed),
            answer::confirmed_by.eq(Some(by)),
            answer::confirmed_at.eq(Some(tx.now)),
        ))
        .execute(tx.conn)?)
}

/// Takes a submitted one up again; 0 rows when its edit is not this one any more.
pub fn reopen(tx: &mut Tx, head: &Head, reopening: &Reopening) -> Result<usize, Problem> {
    Ok(diesel::update(self_assessment::table)
        .filter(self_assessment::id.eq(head.id))
        .filter(self_assessment::edit.eq(head.edit))
        .filter(self_assessment::state.eq(Status::Submitted))
        .set((
            self_assessment::state.eq(Status::Draft),
            self_assessment::revision.eq(head.revision + 1),
            self_assessment::reopening.eq(Some(JsonText::of(reopening)?)),
            self_assessment::edit.eq(head.edit + 1),
            self_assessment::updated_at.eq(tx.now),
        ))
        .execute(tx.conn)?)
}

fn revision_row(
    tx: &mut Tx,
    id: Id,
    number: i64,
) -> Result<Option<(RevisionSummary, JsonText)>, Problem> {
    let row: Option<(Moment, JsonText, JsonText)> = revision::table
        .filter(revision::self_assessment_id.eq(id))
        .filter(revision::revision.eq(number))
        .select((
            revision::submitted_at,
            revision::submitted_by,
            revision::document,
        ))
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    let Some((submitted_at, by, document)) = row else {
        return Ok(None);
    };
    Ok(Some((
        revision_summary(id, number, submitted_at, &by)?,
        document,
    )))
}

fn revision_summary(
    id: Id,
    revision: i64,
    submitted_at: Moment,
    by: &JsonText,
) -> Result<RevisionSummary, Problem> {
    Ok(RevisionSummary {
        href: format!("/v1/selfAssessments/{id}/revisions/{revision}"),
        revision,
        submitted_at,
        submitted_by: by.to()?,
    })
}

/// A submitted revision, as it was.
pub fn revision(tx: &mut Tx, id: Id, number: i64) -> Result<(RevisionSummary, JsonText), Problem> {
    head(tx, id)?;
    revision_row(tx, id, number)?.ok_or_else(Problem::not_found)
}

/// The submitted revisions, oldest first.
pub fn revisions(
    tx: &mut Tx,
    id: Id,
    window: &Window<i64>,
) -> Result<Vec<RevisionSummary>, Problem> {
    head(tx, id)?;
    let rows: Vec<(i64, Moment, JsonText)> = revision::table
        .filter(revision::self_assessment_id.eq(id))
        .filter(revision::revision.gt(window.after.unwrap_or(0)))
        .order(revision::revision)
        .limit(window.limit())
        .select((
            revision::revision,
            revision::submitted_at,
            revision::submitted_by,
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    rows.into_iter()
        .map(|(number, at, by)| revision_summary(id, number, at, &by))
        .collect()
}
