//! Which records are due.
use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;

use super::{Item, Kind, Periods, attachment_ids, id_of, record};
use crate::access::{Tx, operator};
use crate::app::State;
use crate::attachment::AttachmentStatus;
use crate::audit::frozen::{DISPOSED, REDACTED, SUBMITTED};
use crate::contribution;
use crate::db::schema::{
    attachment, audit_event, cycle, document_answer_attachment, finding_attachment,
    improvement_answer_attachment, redaction, revision_attachment as reference, self_assessment,
    step_plan_version,
};
use crate::db::types::{AnyBackend, Id, Moment};
use crate::problem::{Kind as ProblemKind, Problem};
use crate::redaction::{self as redactions, RedactionStatus};
use crate::self_assessment::Status;

/// Records that are hashed in one read.
const STRETCH: usize = 50;

/// A record's id, and from when its period counts.
type Since = (String, Moment);

/// Every record that is due, kind by kind; `told` is given how many of a kind were looked at, of how many.
pub async fn list(
    state: &State,
    periods: &Periods,
    mut told: impl FnMut(usize, usize),
) -> Result<Vec<Item>, Problem> {
    let now = Moment(state.clock.now());
    let mut items = Vec::new();
    for (kind, months) in periods.0.clone() {
        let Some(limit) = periods.limit(kind, now) else {
            continue;
        };
        let due = operator::read(state, now, move |tx| due(tx, kind, limit, None)).await?;
        let (mut looked_at, all) = (0, due.len());
        for part in due.chunks(STRETCH) {
            let these = part.to_vec();
            let hashed =
                operator::read(state, now, move |tx| hashed(tx, kind, months, &these)).await?;
            items.extend(hashed);
            looked_at += part.len();
            told(looked_at, all);
        }
    }
    Ok(items)
}

fn hashed(tx: &mut Tx, kind: Kind, months: u32, due: &[Since]) -> Result<Vec<Item>, Problem> {
    let mut items = Vec::new();
    for (id, since) in due {
        let record = match record::of(tx, kind, id) {
            // It went between two reads.
            Err(fault) if fault.kind() == ProblemKind::ResourceNotFound => continue,
            record => record?,
        };
        items.push(Item {
            kind,
            id: id.clone(),
            since: *since,
            why: format!("{} is {months}", kind.setting()),
            sha256: record.sha256(),
        });
    }
    Ok(items)
}

/// The records of a kind whose period counts from before this moment; or this one alone, if it is among them.
pub(super) fn due(
    tx: &mut Tx,
    kind: Kind,
    limit: Moment,
    only: Option<&str>,
) -> Result<Vec<Since>, Problem> {
    let found = match kind {
        Kind::SelfAssessment => superseded(tx, only)?,
        Kind::Draft => drafts(tx, limit, only)?,
        Kind::Attachment => attachments(tx, limit, only)?,
        Kind::Redaction => done(tx, limit, only)?,
        Kind::AuditPayload => payloads(tx, limit, only)?,
    };
    Ok(found
        .into_iter()
        .filter(|(id, since)| *since < limit && only.is_none_or(|only| only == id))
        .collect())
}

/// What a later cycle's took the place of, from the moment that one was handed in; where it was taken up again and left, from its last change.
fn superseded(tx: &mut Tx, only: Option<&str>) -> Result<Vec<Since>, Problem> {
    let mut query = self_assessment::table
        .filter(self_assessment::superseded_by.is_not_null())
        .order(self_assessment::id)
        .select((
            self_assessment::id,
            self_assessment::superseded_by.assume_not_null(),
            self_assessment::updated_at,
        ))
        .into_boxed::<AnyBackend>();
    if let Some(only) = only {
        query = query.filter(self_assessment::id.eq(id_of(only)?));
    }
    let rows: Vec<(Id, Id, Moment)> = query.load(tx.conn)?;
    let mut handed_in: BTreeMap<Id, Moment> = BTreeMap::new();
    for part in rows.chunks(STRETCH) {
        let later: Vec<Id> = part.iter().map(|(_, by, _)| *by).collect();
        let found: Vec<(Id, Moment)> = self_assessment::table
            .filter(self_assessment::id.eq_any(later))
            .filter(self_assessment::submitted_at.is_not_null())
            .select((
                self_assessment::id,
                self_assessment::submitted_at.assume_not_null(),
            ))
            .into_boxed::<AnyBackend>()
            .load(tx.conn)?;
        handed_in.extend(found);
    }
    let since = |(id, by, updated): (Id, Id, Moment)| {
        let later = handed_in.get(&by)?;
        Some((id.to_string(), updated.max(*later)))
    };
    Ok(rows.into_iter().filter_map(since).collect())
}

/// Drafts that were never handed in, from the due day of their cycle, their last change, or the last that a ward did or can still do.
fn drafts(tx: &mut Tx, limit: Moment, only: Option<&str>) -> Result<Vec<Since>, Problem> {
    let mut query = self_assessment::table
        .inner_join(cycle::table)
        .filter(self_assessment::state.eq(Status::Draft))
        .filter(self_assessment::submitted_revision.is_null())
        .filter(self_assessment::updated_at.lt(limit))
        .filter(cycle::due.lt(limit))
        .order(self_assessment::id)
        .select((self_assessment::id, cycle::due, self_assessment::updated_at))
        .into_boxed::<AnyBackend>();
    if let Some(only) = only {
        query = query.filter(self_assessment::id.eq(id_of(only)?));
    }
    let rows: Vec<(Id, Moment, Moment)> = query.load(tx.conn)?;
    let mut last: BTreeMap<Id, Moment> = rows
        .into_iter()
        .map(|(id, due, updated)| (id, due.max(updated)))
        .collect();
    let ids: Vec<Id> = last.keys().copied().collect();
    for part in ids.chunks(STRETCH) {
        for (id, moment) in contribution::store::last_of(tx, part)? {
            last.entry(id).and_modify(|last| *last = moment.max(*last));
        }
    }
    Ok(last
        .into_iter()
        .map(|(id, since)| (id.to_string(), since))
        .collect())
}

/// Attachments of a facility that no revision, step plan, answer, finding or other text names. What inspectors sent stays with its finding.
fn attachments(tx: &mut Tx, limit: Moment, only: Option<&str>) -> Result<Vec<Since>, Problem> {
    let named = reference::table
        .filter(reference::facility_id.eq(attachment::facility_id))
        .filter(reference::attachment_id.eq(attachment::id));
    let planned = step_plan_version::table
        .filter(step_plan_version::facility_id.eq(attachment::facility_id))
        .filter(
            step_plan_version::attachment_id
                .assume_not_null()
                .eq(attachment::id),
        );
    let sent = document_answer_attachment::table
        .filter(document_answer_attachment::facility_id.eq(attachment::facility_id))
        .filter(document_answer_attachment::attachment_id.eq(attachment::id));
    let found = finding_attachment::table
        .filter(finding_attachment::facility_id.eq(attachment::facility_id))
        .filter(finding_attachment::attachment_id.eq(attachment::id));
    let told = improvement_answer_attachment::table
        .filter(improvement_answer_attachment::facility_id.eq(attachment::facility_id))
        .filter(improvement_answer_attachment::attachment_id.eq(attachment::id));
    let mut query = attachment::table
        .filter(attachment::inspection_id.is_null())
        .filter(attachment::state.ne(AttachmentStatus::Receiving))
        .filter(attachment::finished_at.lt(limit))
        .filter(diesel::dsl::not(diesel::dsl::exists(named)))
        .filter(diesel::dsl::not(diesel::dsl::exists(planned)))
        .filter(diesel::dsl::not(diesel::dsl::exists(sent)))
        .filter(diesel::dsl::not(diesel::dsl::exists(found)))
        .filter(diesel::dsl::not(diesel::dsl::exists(told)))
        .order((attachment::facility_id, attachment::id))
        .select((
            attachment::facility_id,
            attachment::id,
            attachment::finished_at.assume_not_null(),
        ))
        .into_boxed::<AnyBackend>();
    if let Some(only) = only {
        let (facility, id) = attachment_ids(only)?;
        query = query
            .filter(attachment::facility_id.eq(facility))
            .filter(attachment::id.eq(id));
    }
    let rows: Vec<(Id, Id, Moment)> = query.load(tx.conn)?;
    let facilities: BTreeSet<Id> = rows.iter().map(|(facility, ..)| *facility).collect();
    let mut found = Vec::new();
    for facility in facilities {
        let own = rows.iter().filter(|(of, ..)| *of == facility);
        let ids: BTreeSet<Id> = own.clone().map(|(_, id, _)| *id).collect();
        let named = redactions::named_in_texts(tx, facility, &ids)?;
        let free = own.filter(|(_, id, _)| !named.contains(id));
        found.extend(free.map(|(_, id, since)| (format!("{facility}/{id}"), *since)));
    }
    Ok(found)
}

fn done(tx: &mut Tx, limit: Moment, only: Option<&str>) -> Result<Vec<Since>, Problem> {
    let mut query = redaction::table
        .filter(redaction::state.eq(RedactionStatus::Done))
        .filter(redaction::done_at.lt(limit))
        .order(redaction::id)
        .select((redaction::id, redaction::done_at.assume_not_null()))
        .into_boxed::<AnyBackend>();
    if let Some(only) = only {
        query = query.filter(redaction::id.eq(id_of(only)?));
    }
    let rows: Vec<(Id, Moment)> = query.load(tx.conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, since)| (id.to_string(), since))
        .collect())
}

/// What events recorded. Not the hash of what was handed in, which verification needs, nor what was disposed of: they hold no content.
fn payloads(tx: &mut Tx, limit: Moment, only: Option<&str>) -> Result<Vec<Since>, Problem> {
    let mut query = audit_event::table
        .filter(audit_event::payload.is_not_null())
        .filter(audit_event::at.lt(limit))
        .filter(audit_event::action.ne(SUBMITTED))
        .filter(audit_event::action.ne(REDACTED))
        .filter(audit_event::action.ne(DISPOSED))
        .order(audit_event::id)
        .select((audit_event::id, audit_event::at))
        .into_boxed::<AnyBackend>();
    if let Some(only) = only {
        query = query.filter(audit_event::id.eq(id_of(only)?));
    }
    let rows: Vec<(Id, Moment)> = query.load(tx.conn)?;
    Ok(rows
        .into_iter()
        .map(|(id, since)| (id.to_string(), since))
        .collect())
}
