//! Rows of submitted revisions.
use diesel::prelude::*;

use super::rules::Last;
use super::store::{Head, assessed, head};
use super::{Purpose, RevisionSummary, SelfAssessment};
use crate::access::Tx;
use crate::audit::ActorView;
use crate::db::schema::{self_assessment, self_assessment_revision as revision};
use crate::db::types::{AnyBackend, Id, JsonText, Moment};
use crate::http::ETag;
use crate::http::page::Window;
use crate::problem::Problem;

/// The last self-assessment of a facility, or of its unit, against a framework that was handed in for one of these purposes, as a new one starts from it.
pub fn last_submitted(
    tx: &mut Tx,
    (facility, unit): (Id, Option<Id>),
    framework: &str,
    purposes: &[Purpose],
) -> Result<Option<(Id, Last)>, Problem> {
    let row: Option<(Id, JsonText)> = self_assessment::table
        .inner_join(
            revision::table.on(revision::self_assessment_id
                .eq(self_assessment::id)
                .and(self_assessment::submitted_revision.eq(revision::revision.nullable()))),
        )
        .filter(assessed(facility, unit))
        .filter(self_assessment::framework_code.eq(framework))
        .filter(self_assessment::purpose.eq_any(purposes.to_vec()))
        .order((revision::submitted_at.desc(), self_assessment::id.desc()))
        .select((self_assessment::id, revision::document))
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    let Some((id, document)) = row else {
        return Ok(None);
    };
    // What was handed in says its own version: a draft taken up again since may have moved to a later one.
    let view: SelfAssessment = document.to()?;
    let last = Last {
        version: view.summary.version_code,
        answers: view.answers,
    };
    Ok(Some((id, last)))
}

/// What was handed in under this number, if anything was.
pub(super) fn revision_row(
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

/// The tag of a submitted revision: its number and what it says, for a redaction can change that.
pub fn tag(number: i64, document: &JsonText) -> ETag {
    ETag::of_content(format_args!("v{number}"), document.0.as_bytes())
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

/// Keeps what is handed in, for good.
pub(super) fn insert(tx: &mut Tx, head: &Head, document: &JsonText) -> Result<(), Problem> {
    diesel::insert_into(revision::table)
        .values((
            revision::self_assessment_id.eq(head.id),
            revision::revision.eq(head.revision),
            revision::submitted_at.eq(tx.now),
            revision::submitted_by.eq(JsonText::of(&ActorView::of(tx))?),
            revision::document.eq(document),
        ))
        .execute(tx.conn)?;
    Ok(())
}
