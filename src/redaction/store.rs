//! Rows of redactions.
use diesel::prelude::*;

use super::{Counts, Redaction, RedactionMark, RedactionStatus};
use crate::access::{Scope, Tx};
use crate::db::schema::{facility, redaction};
use crate::db::types::{AnyBackend, Id, JsonText, Moment, Visible};
use crate::facility::owned;
use crate::http::page::Window;
use crate::problem::Problem;

type Joined = diesel::dsl::InnerJoinQuerySource<redaction::table, facility::table>;

/// The redactions that the caller may know about: of its own facilities; to an admin, all.
fn visible(scope: &Scope) -> Visible<Joined> {
    if scope.admin {
        return Box::new(redaction::edit.ge(0));
    }
    owned(scope)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = redaction, check_for_backend(AnyBackend))]
struct Row {
    id: Id,
    facility_id: Id,
    ground: String,
    state: RedactionStatus,
    counts: JsonText,
    requested_by: JsonText,
    created_at: Moment,
    done_at: Option<Moment>,
    edit: i64,
}

impl Row {
    fn redaction(self) -> Result<Redaction, Problem> {
        Ok(Redaction {
            href: format!("/v1/redactions/{}", self.id),
            id: self.id,
            facility_id: self.facility_id,
            status: self.state,
            ground: Some(self.ground),
            by: self.requested_by.to()?,
            at: self.created_at,
            counts: Some(self.counts.to()?),
            done_at: self.done_at,
            edit: self.edit,
        })
    }
}

/// The redaction, if the caller may know about it.
pub fn get(tx: &mut Tx, id: Id) -> Result<Redaction, Problem> {
    redaction::table
        .inner_join(facility::table)
        .filter(visible(&tx.scope))
        .filter(redaction::id.eq(id))
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?
        .ok_or_else(Problem::not_found)?
        .redaction()
}

/// Redactions of these facilities (none: of all), in the order of arrival.
pub fn list(
    tx: &mut Tx,
    window: &Window<Id>,
    facilities: &[Id],
) -> Result<Vec<Redaction>, Problem> {
    let mut query = redaction::table
        .inner_join(facility::table)
        .filter(visible(&tx.scope))
        .select(Row::as_select())
        .order(redaction::id)
        .limit(window.limit())
        .into_boxed::<AnyBackend>();
    if !facilities.is_empty() {
        query = query.filter(redaction::facility_id.eq_any(facilities.to_vec()));
    }
    if let Some(after) = window.after {
        query = query.filter(redaction::id.gt(after));
    }
    let rows: Vec<Row> = query.load(tx.conn)?;
    rows.into_iter().map(Row::redaction).collect()
}

/// Keeps what was removed, and that the disk is still to be written anew.
pub(super) fn insert(
    tx: &mut Tx,
    facility_id: Id,
    mark: &RedactionMark,
    counts: &Counts,
) -> Result<(), Problem> {
    diesel::insert_into(redaction::table)
        .values((
            redaction::id.eq(mark.redaction_id),
            redaction::facility_id.eq(facility_id),
            redaction::ground.eq(&mark.ground),
            redaction::state.eq(RedactionStatus::Removing),
            redaction::counts.eq(JsonText::of(counts)?),
            redaction::requested_by.eq(JsonText::of(&mark.by)?),
            redaction::created_at.eq(mark.at),
            redaction::edit.eq(1_i64),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// A redaction whose text may still be on disk.
#[derive(Debug, Clone)]
pub(super) struct Unfinished {
    pub id: Id,
    pub facility_id: Id,
    pub organisation_id: Id,
    /// Did bytes of files go?
    pub files: bool,
}

/// The redactions whose text may still be on disk.
pub(super) fn unfinished(tx: &mut Tx) -> Result<Vec<Unfinished>, Problem> {
    let rows: Vec<(Id, Id, Id, JsonText)> = redaction::table
        .inner_join(facility::table)
        .filter(redaction::state.eq(RedactionStatus::Removing))
        .order(redaction::id)
        .select((
            redaction::id,
            facility::id,
            facility::organisation_id,
            redaction::counts,
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    rows.into_iter()
        .map(|(id, facility_id, organisation_id, counts)| {
            let counts: Counts = counts.to()?;
            Ok(Unfinished {
                id,
                facility_id,
                organisation_id,
                files: counts.contains_key("attachments"),
            })
        })
        .collect()
}

/// Nothing of it is left on disk.
pub(super) fn finish(tx: &mut Tx, id: Id) -> Result<bool, Problem> {
    let changed = diesel::update(redaction::table)
        .filter(redaction::id.eq(id))
        .filter(redaction::state.eq(RedactionStatus::Removing))
        .set((
            redaction::state.eq(RedactionStatus::Done),
            redaction::done_at.eq(Some(tx.now)),
            redaction::edit.eq(redaction::edit + 1),
        ))
        .execute(tx.conn)?;
    Ok(changed == 1)
}
