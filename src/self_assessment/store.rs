//! Rows of self-assessments, and what the caller may see of one.
//!
//! A write of an answer first bumps its self-assessment's row, which locks it: no answer slips past a submission.
use std::ops::Deref;
use std::sync::Arc;

use diesel::dsl::AssumeNotNull;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DbError};

use super::{
    Answer, Opening, PreviousAnswer, Purpose, SelfAssessment, SelfAssessmentSummary, Status,
    answer_store, reach, revision_store, rules,
};
use crate::access::{Scope, Tx};
use crate::db::schema::{facility, self_assessment};
use crate::db::types::{AnyBackend, Conn, Id, JsonText, Moment, Visible};
use crate::framework::{self, document::Document};
use crate::http::ETag;
use crate::http::page::Window;
use crate::problem::Problem;
use crate::redaction::RedactionMark;
use crate::step_plan::{self, Pin, Words};
use crate::text::Text;

/// A self-assessment's row.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = self_assessment, check_for_backend(AnyBackend))]
pub struct Row {
    /// Its identity.
    pub id: Id,
    pub(super) cycle_id: Id,
    /// The facility that assesses itself.
    pub facility_id: Id,
    /// The unit of another sector that does.
    pub unit_id: Option<Id>,
    /// The type of the facility, or of the unit, when it was made.
    pub facility_type: String,
    pub(super) framework_code: String,
    pub(super) version_code: String,
    /// What the cycle is for.
    pub purpose: Purpose,
    /// Where it stands, really.
    #[diesel(column_name = state)]
    pub status: Status,
    /// The revision being worked on, or handed in.
    pub revision: i64,
    /// The last one handed in.
    pub submitted_revision: Option<i64>,
    /// A later cycle's, which took its place.
    pub superseded_by: Option<Id>,
    pub(super) based_on: Option<Id>,
    pub(super) reopening: Option<JsonText>,
    /// Its edit counter.
    pub edit: i64,
    pub(super) created_at: Moment,
    pub(super) updated_at: Moment,
    pub(super) submitted_at: Option<Moment>,
    pub(super) step_plan_id: Option<Id>,
    pub(super) step_plan_version: Option<i64>,
    /// The marks that redactions left on it.
    pub(super) redactions: Option<JsonText>,
    /// The version of the last one handed in: a draft that was taken up again may be on a later one.
    pub(super) submitted_version_code: Option<String>,
    /// Answers to criteria that are gone.
    pub(super) withdrawn: Option<JsonText>,
}

impl Row {
    /// The version of the step plan whose words stood beside the questions at the last edit; of what was handed in, for good.
    fn pin(&self) -> Option<Pin> {
        let (plan_id, version) = (self.step_plan_id?, self.step_plan_version?);
        Some(Pin { plan_id, version })
    }
}

/// A self-assessment's row, with what the caller is to it.
#[derive(Debug, Clone)]
pub struct Head {
    pub(super) row: Row,
    /// The organisation that runs the facility.
    pub organisation_id: Id,
    /// Is it the caller's own, or does the caller only see what was handed in?
    pub own: bool,
}

impl Deref for Head {
    type Target = Row;

    fn deref(&self) -> &Row {
        &self.row
    }
}

impl Head {
    /// The marks that redactions left on it.
    fn marks(&self) -> Result<Vec<RedactionMark>, Problem> {
        let marks = self.redactions.as_ref().map(JsonText::to).transpose()?;
        Ok(marks.unwrap_or_default())
    }

    fn of((row, organisation_id): (Row, Id), scope: &Scope) -> Self {
        Self {
            own: row
                .purpose
                .is_own_of(scope, row.facility_id, organisation_id),
            row,
            organisation_id,
        }
    }
}

/// The row of a self-assessment, if the caller may know about it.
pub fn head(tx: &mut Tx, id: Id) -> Result<Head, Problem> {
    let row = self_assessment::table
        .inner_join(facility::table)
        .filter(reach::visible(&tx.scope))
        .filter(self_assessment::id.eq(id))
        .select((Row::as_select(), facility::organisation_id))
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?
        .ok_or_else(Problem::not_found)?;
    Ok(Head::of(row, &tx.scope))
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
    /// Of one of these units.
    pub units: Vec<Id>,
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
        .select((Row::as_select(), facility::organisation_id))
        .order(self_assessment::id)
        .limit(window.limit())
        .into_boxed::<AnyBackend>();
    query = if filter.states.is_empty() {
        query.filter(reach::visible(&tx.scope))
    } else {
        query.filter(reach::visible_in(&tx.scope, &filter.states))
    };
    if !filter.facilities.is_empty() {
        query = query.filter(self_assessment::facility_id.eq_any(filter.facilities.clone()));
    }
    if !filter.units.is_empty() {
        let unit = self_assessment::unit_id.assume_not_null();
        query = query.filter(unit.eq_any(filter.units.clone()));
    }
    if !filter.cycles.is_empty() {
        query = query.filter(self_assessment::cycle_id.eq_any(filter.cycles.clone()));
    }
    if let Some(after) = window.after {
        query = query.filter(self_assessment::id.gt(after));
    }
    let rows: Vec<(Row, Id)> = query.load(tx.conn)?;
    rows.into_iter()
        .map(|row| summary(&Head::of(row, &tx.scope)))
        .collect()
}

/// What a list shows of it: to others than its own, the last revision that was handed in.
pub fn summary(head: &Head) -> Result<SelfAssessmentSummary, Problem> {
    let (status, revision, version_code, updated_at) = if head.own {
        let version_code = head.version_code.clone();
        (head.status, head.revision, version_code, head.updated_at)
    } else {
        let last = head.submitted_revision.ok_or_else(Problem::not_found)?;
        let submitted_at = head.submitted_at.ok_or_else(Problem::not_found)?;
        let version_code = head.submitted_version_code.clone();
        let version_code = version_code.ok_or_else(Problem::not_found)?;
        (seen_status(head), last, version_code, submitted_at)
    };
    Ok(SelfAssessmentSummary {
        href: format!("/v1/selfAssessments/{}", head.id),
        id: head.id,
        facility_id: head.facility_id,
        unit_id: head.unit_id,
        cycle_id: head.cycle_id,
        facility_type: head.facility_type.clone(),
        framework_code: head.framework_code.clone(),
        version_code,
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

/// The tag of this edit of it, or of what others see; `tag_of` is that of all that is shown.
pub fn tag(head: &Head) -> ETag {
    if head.own {
        return ETag::edit(head.edit);
    }
    let revision = head.submitted_revision.unwrap_or_default();
    let tag = format!("r{revision}{}", seen_status(head));
    let marks = head.marks().unwrap_or_default();
    let redacted = marks
        .iter()
        .filter(|mark| mark.revisions.contains(&revision));
    match redacted.count() {
        0 => ETag::named(tag),
        times => ETag::named(format!("{tag}.{times}")),
    }
}

/// The tag of this view of it. A plan that ends by its day makes way without an edit: then the tag names the one that is shown instead.
pub fn tag_of(head: &Head, view: &SelfAssessment) -> ETag {
    let shown = view.step_plan.as_ref().map(|plan| plan.href.as_str());
    let pinned = head.pin().map(|pin| pin.href(head.facility_id));
    if !head.own || head.status != Status::Draft || shown == pinned.as_deref() {
        return tag(head);
    }
    ETag::of_content(head.edit, shown.unwrap_or_default().as_bytes())
}

/// The framework version that it is answered against.
pub fn document(tx: &mut Tx, head: &Head) -> Result<Arc<Document>, Problem> {
    version(tx, &head.framework_code, &head.version_code)
}

/// The framework version that this view of it was answered against: of what was handed in it can be an earlier one than the draft's.
pub fn document_of(tx: &mut Tx, seen: &SelfAssessmentSummary) -> Result<Arc<Document>, Problem> {
    version(tx, &seen.framework_code, &seen.version_code)
}

/// A published version that self-assessments are answered against.
pub(super) fn version(
    tx: &mut Tx,
    framework: &str,
    version: &str,
) -> Result<Arc<Document>, Problem> {
    framework::store::published(tx, framework, version)?.ok_or_else(|| {
        Problem::internal("a self-assessment points to a version that is not published")
    })
}

/// A self-assessment as the caller may see it: its own as it stands, others' as it was last handed in.
pub fn view(tx: &mut Tx, head: &Head) -> Result<SelfAssessment, Problem> {
    if head.own {
        return current(tx, head);
    }
    let last = head.submitted_revision.ok_or_else(Problem::not_found)?;
    let (_, document) =
        revision_store::revision_row(tx, head.id, last)?.ok_or_else(Problem::not_found)?;
    let mut view: SelfAssessment = document.to()?;
    view.summary.status = seen_status(head);
    view.summary.superseded_by = head.superseded_by;
    Ok(view)
}

/// The self-assessment as it stands.
pub fn current(tx: &mut Tx, head: &Head) -> Result<SelfAssessment, Problem> {
    let document = document(tx, head)?;
    let answers = answer_store::answers(tx, head.id, &document)?;
    let standings = rules::standings(&answers);
    let verdicts = rules::verdicts(&document, &head.facility_type, &standings);
    let position = rules::position(&document, &verdicts, &standings);
    let unseen = rules::hidden_unanswered(&position, &standings);
    let opening = if position.open.is_empty() && unseen.is_empty() {
        Opening::new()
    } else {
        opening(tx, head.id)?
    };
    let words = words(tx, head, &document)?;
    let (step_plan, own_steps) = words.map(|words| (words.plan, words.own_steps)).unzip();
    Ok(SelfAssessment {
        summary: summary(head)?,
        based_on: head.based_on,
        reopening: head.reopening.as_ref().map(JsonText::to).transpose()?,
        progress: position.progress.clone(),
        open_criteria: rules::open_criteria(&position, &opening),
        answers,
        step_plan,
        own_steps: own_steps.unwrap_or_default(),
        redactions: head.marks()?,
        withdrawn_answers: [withdrawn(head)?, rules::earlier_answers(&unseen, &opening)].concat(),
    })
}

/// The words beside the questions: of a draft those in force today, and from then on those of the day on which it was handed in.
fn words(tx: &mut Tx, head: &Head, document: &Document) -> Result<Option<Words>, Problem> {
    if head.status == Status::Draft {
        return step_plan::words_for(tx, head.facility_id, document, head.unit_id);
    }
    let Some(pin) = head.pin() else {
        return Ok(None);
    };
    let day = head.submitted_at.unwrap_or(tx.now).day();
    step_plan::words_on(tx, head.facility_id, pin, document, day)
}

/// Answers to criteria that the version no longer has. Few drafts have any.
fn withdrawn(head: &Head) -> Result<Vec<PreviousAnswer>, Problem> {
    let answers = head.withdrawn.as_ref().map(JsonText::to).transpose()?;
    Ok(answers.unwrap_or_default())
}

/// Why criteria are asked again. It grows with the framework, so it is read only where something is open, or was
/// answered earlier and does not apply now.
fn opening(tx: &mut Tx, id: Id) -> Result<Opening, Problem> {
    let opening: JsonText = self_assessment::table
        .filter(self_assessment::id.eq(id))
        .select(self_assessment::opening)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)?;
    opening.to()
}

/// Holds a self-assessment as it is until the end of the transaction: who would change it waits, others who hold it do not. On SQLite one
/// writes at a time.
pub fn hold(tx: &mut Tx, id: Id) -> Result<(), Problem> {
    if let Conn::Postgres(conn) = tx.conn {
        let held = self_assessment::table
            .filter(self_assessment::id.eq(id))
            .select(self_assessment::id)
            .for_share();
        held.load::<Id>(conn)?;
    }
    Ok(())
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
    let seen = read.edit;
    let mut locked = read;
    locked.row.edit = seen + 1;
    locked.row.updated_at = tx.now;
    let bumped = diesel::update(self_assessment::table)
        .filter(self_assessment::id.eq(locked.id))
        .filter(self_assessment::state.eq(Status::Draft))
        .filter(self_assessment::edit.eq(seen))
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
            self_assessment::unit_id.eq(head.unit_id),
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
            self_assessment::step_plan_id.eq(head.step_plan_id),
            self_assessment::step_plan_version.eq(head.step_plan_version),
        ))
        .execute(tx.conn);
    match stored {
        // Two were created at once: the second is as late as any other.
        Err(DbError::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Err(exists_already()),
        stored => stored.map(drop).map_err(Problem::from),
    }?;
    answer_store::save_answers(tx, head.id, carried)
}

/// 409: there is one for this facility and cycle.
pub fn exists_already() -> Problem {
    Problem::conflict(Text::new(
        "Deze voorziening heeft in deze cyclus al een zelfevaluatie; zie GET /v1/selfAssessments?facilityId=…&cycleId=….",
        "Cette structure a déjà une auto-évaluation dans ce cycle ; voir GET /v1/selfAssessments?facilityId=…&cycleId=….",
        "This facility has a self-assessment in this cycle; see GET /v1/selfAssessments?facilityId=…&cycleId=….",
    ))
}

/// The self-assessments of a facility, or of one of its units.
pub(super) fn assessed<Source>(facility: Id, unit: Option<Id>) -> Visible<Source>
where
    Source: 'static,
    self_assessment::facility_id: SelectableExpression<Source>,
    self_assessment::unit_id: SelectableExpression<Source>,
    AssumeNotNull<self_assessment::unit_id>: SelectableExpression<Source>,
{
    let facility = self_assessment::facility_id.eq(facility);
    match unit {
        None => Box::new(facility.and(self_assessment::unit_id.is_null())),
        Some(unit) => Box::new(facility.and(self_assessment::unit_id.assume_not_null().eq(unit))),
    }
}

/// Is there a self-assessment of this facility, or this unit, in this cycle already?
pub fn exists(tx: &mut Tx, facility: Id, unit: Option<Id>, cycle: Id) -> Result<bool, Problem> {
    let found: Option<Id> = self_assessment::table
        .filter(assessed(facility, unit))
        .filter(self_assessment::cycle_id.eq(cycle))
        .select(self_assessment::id)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    Ok(found.is_some())
}
