//! Disposes of records, by a list that somebody approved, each in a transaction of its own.
use diesel::prelude::*;
use serde::Serialize;

use super::{Item, Kind, Periods, attachment_ids, due, id_of, record};
use crate::access::{Tx, operator};
use crate::app::State;
use crate::attachment::{self, erasure};
use crate::audit::frozen::{DISPOSED, REDACTED, SUBMITTED};
use crate::audit::{self, Event};
use crate::db::schema::{
    audit_event, contribution, redaction, revision_attachment as reference, self_assessment,
    self_assessment_revision as revision,
};
use crate::db::types::{AnyBackend, Id, Moment, SqlId};
use crate::problem::{Kind as ProblemKind, Problem};
use crate::redaction::places::{Removal, TABLES};
use crate::self_assessment::submission;

/// What came of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is gone.
    Disposed,
    /// It was gone already.
    Gone,
    /// It says something else than when it was listed.
    Changed,
    /// By the periods of today it is kept.
    NotDue,
}

/// Disposes of one item, if it still is as it was listed.
pub async fn dispose(
    state: &State,
    periods: &Periods,
    item: &Item,
    approved_by: &str,
) -> Result<Outcome, Problem> {
    let now = Moment(state.clock.now());
    let Some(limit) = periods.limit(item.kind, now) else {
        return Ok(Outcome::NotDue);
    };
    let (item, approved_by) = (item.clone(), approved_by.to_owned());
    operator::write(state, Vec::new(), now, move |tx| {
        one(tx, &item, limit, &approved_by)
    })
    .await
}

/// What the audit keeps of it: which record it was, and nothing that it said.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Recorded<'a> {
    kind: Kind,
    sha256: &'a str,
    approved_by: &'a str,
}

fn one(tx: &mut Tx, item: &Item, limit: Moment, approved_by: &str) -> Result<Outcome, Problem> {
    let found = match lock(tx, item).and_then(|()| record::of(tx, item.kind, &item.id)) {
        Err(fault) if fault.kind() == ProblemKind::ResourceNotFound => return Ok(Outcome::Gone),
        found => found?,
    };
    if found.sha256() != item.sha256 {
        return Ok(Outcome::Changed);
    }
    if due::due(tx, item.kind, limit, Some(&item.id))?.is_empty() {
        return Ok(Outcome::NotDue);
    }
    remove(tx, item)?;
    let (kind, id) = subject(item);
    let mut event = Event::new(DISPOSED, kind, id).only_own(found.only_own);
    if let Some((organisation, facility)) = found.of {
        event = event.of(organisation, Some(facility));
    }
    let said = Recorded {
        kind: item.kind,
        sha256: &item.sha256,
        approved_by,
    };
    audit::record(tx, event.with(&said)?)?;
    Ok(Outcome::Disposed)
}

/// The thing that the event is about.
fn subject(item: &Item) -> (&'static str, &str) {
    match item.kind {
        Kind::SelfAssessment | Kind::Draft => ("selfAssessment", &item.id),
        Kind::Attachment => {
            let own = item
                .id
                .split_once('/')
                .map_or(item.id.as_str(), |ids| ids.1);
            ("attachment", own)
        }
        Kind::Redaction => ("redaction", &item.id),
        Kind::AuditPayload => ("auditEvent", &item.id),
    }
}

/// Whoever works on it comes first, or finds it gone.
fn lock(tx: &mut Tx, item: &Item) -> Result<(), Problem> {
    match item.kind {
        Kind::SelfAssessment | Kind::Draft => {
            let id = id_of(&item.id)?;
            let facility: Id = self_assessment::table
                .filter(self_assessment::id.eq(id))
                .select(self_assessment::facility_id)
                .into_boxed::<AnyBackend>()
                .first(tx.conn)
                .optional()?
                .ok_or_else(Problem::not_found)?;
            submission::take_turn_of(tx, facility)?;
            attachment::take_turn(tx, facility)?;
            diesel::update(self_assessment::table)
                .filter(self_assessment::id.eq(id))
                .set(self_assessment::edit.eq(self_assessment::edit))
                .execute(tx.conn)?;
            Ok(())
        }
        Kind::Attachment => attachment::take_turn(tx, attachment_ids(&item.id)?.0),
        Kind::Redaction | Kind::AuditPayload => Ok(()),
    }
}

fn remove(tx: &mut Tx, item: &Item) -> Result<(), Problem> {
    match item.kind {
        Kind::SelfAssessment | Kind::Draft => assessment(tx, id_of(&item.id)?),
        Kind::Attachment => {
            let (facility, id) = attachment_ids(&item.id)?;
            erasure::delete(tx, facility, id)
        }
        Kind::Redaction => {
            diesel::delete(redaction::table)
                .filter(redaction::id.eq(id_of(&item.id)?))
                .execute(tx.conn)?;
            Ok(())
        }
        Kind::AuditPayload => audit::erase(tx, id_of(&item.id)?),
    }
}

/// A self-assessment with everything under it, contributions too, and what the audit recorded of them. What was handed in keeps its hash there.
fn assessment(tx: &mut Tx, id: Id) -> Result<(), Problem> {
    unlink(tx, id)?;
    let contributions: Vec<Id> = contribution::table
        .filter(contribution::self_assessment_id.eq(id))
        .select(contribution::id)
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let contributions = contributions.iter().map(ToString::to_string).collect();
    diesel::delete(reference::table)
        .filter(reference::self_assessment_id.eq(id))
        .execute(tx.conn)?;
    diesel::delete(revision::table)
        .filter(revision::self_assessment_id.eq(id))
        .execute(tx.conn)?;
    for table in TABLES {
        if let Removal::InPlace(of) = table.removal
            && of.parent == Some("self_assessment")
            && table.name != "self_assessment"
        {
            let sql = format!("DELETE FROM {} WHERE {} = $1", table.name, of.column);
            each!(tx.conn, inner => diesel::sql_query(&sql).bind::<SqlId, _>(id).execute(inner))?;
        }
    }
    diesel::delete(self_assessment::table)
        .filter(self_assessment::id.eq(id))
        .execute(tx.conn)?;
    forget(tx, "selfAssessment", vec![id.to_string()])?;
    forget(tx, "contribution", contributions)
}

/// Erases what the audit recorded of these, but for what verification needs.
fn forget(tx: &mut Tx, kind: &str, ids: Vec<String>) -> Result<(), Problem> {
    let events: Vec<Id> = audit_event::table
        .filter(audit_event::subject_id.eq_any(ids))
        .filter(audit_event::subject_kind.eq(kind))
        .filter(audit_event::action.ne(SUBMITTED))
        .filter(audit_event::action.ne(REDACTED))
        .filter(audit_event::payload.is_not_null())
        .select(audit_event::id)
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    for event in events {
        audit::erase(tx, event)?;
    }
    Ok(())
}

/// Others that point to it point past it, or nowhere.
fn unlink(tx: &mut Tx, id: Id) -> Result<(), Problem> {
    let by: Option<Id> = self_assessment::table
        .filter(self_assessment::id.eq(id))
        .select(self_assessment::superseded_by)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)?;
    diesel::update(self_assessment::table)
        .filter(self_assessment::superseded_by.eq(id))
        .set((
            self_assessment::superseded_by.eq(by),
            self_assessment::edit.eq(self_assessment::edit + 1),
        ))
        .execute(tx.conn)?;
    diesel::update(self_assessment::table)
        .filter(self_assessment::based_on.eq(id))
        .set((
            self_assessment::based_on.eq(None::<Id>),
            self_assessment::edit.eq(self_assessment::edit + 1),
        ))
        .execute(tx.conn)?;
    Ok(())
}
