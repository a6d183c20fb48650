//! Rows of term reports and of what is said to them. Whoever calls has found out that the caller may know them.
use diesel::prelude::*;

use super::{TermDocument, TermReaction, TermReactionInput, TermReportKind, TermReportSummary};
use crate::access::Tx;
use crate::audit::ActorView;
use crate::db::schema::{report, term_reaction as reaction};
use crate::db::types::{AnyBackend, Id, JsonText, Moment};
use crate::inspection::report::Delivery;
use crate::inspection::report::store as reports;
use crate::problem::Problem;

fn href(inspection_id: Id, id: Id) -> String {
    format!("/v1/inspections/{inspection_id}/termReports/{id}")
}

/// The term reports of an inspection, oldest first.
pub fn all(tx: &mut Tx, inspection_id: Id) -> Result<Vec<TermReportSummary>, Problem> {
    let rows: Vec<(Id, TermReportKind, Moment)> = report::table
        .filter(report::inspection_id.eq(inspection_id))
        .filter(report::kind.eq_any(TermReportKind::ALL.to_vec()))
        .order(report::id)
        .select((report::id, report::kind, report::frozen_at))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let summary = |(id, kind, frozen_at)| TermReportSummary {
        href: href(inspection_id, id),
        id,
        inspection_id,
        kind,
        frozen_at,
    };
    Ok(rows.into_iter().map(summary).collect())
}

/// Keeps a term report for good.
pub fn insert(
    tx: &mut Tx,
    inspection_id: Id,
    id: Id,
    document: &TermDocument,
) -> Result<(), Problem> {
    diesel::insert_into(report::table)
        .values((
            report::id.eq(id),
            report::inspection_id.eq(inspection_id),
            report::kind.eq(document.kind),
            report::document.eq(JsonText::of(document)?),
            report::frozen_by.eq(JsonText::of(&ActorView::of(tx))?),
            report::frozen_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// How a term report went to the facility, once it was sent.
pub fn delivery(tx: &mut Tx, inspection_id: Id, id: Id) -> Result<Option<Delivery>, Problem> {
    let mut found = reports::delivery_of(tx, inspection_id, id)?;
    if let Some(delivery) = &mut found {
        delivery.href = href(inspection_id, id);
    }
    Ok(found)
}

/// What the facility said to a draft, oldest first.
pub fn reactions(tx: &mut Tx, id: Id) -> Result<Vec<TermReaction>, Problem> {
    let rows: Vec<(Id, Option<Id>, String, JsonText, Moment)> = reaction::table
        .filter(reaction::report_id.eq(id))
        .order(reaction::id)
        .select((
            reaction::id,
            reaction::point_id,
            reaction::text,
            reaction::given_by,
            reaction::given_at,
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let shown = |(id, point, text, given_by, given_at): (_, _, _, JsonText, _)| {
        Ok(TermReaction {
            id,
            improvement_point_id: point,
            text,
            given_by: given_by.to()?,
            given_at,
        })
    };
    rows.into_iter().map(shown).collect()
}

/// Keeps what the facility says to a draft.
pub fn insert_reaction(
    tx: &mut Tx,
    (inspection_id, report_id): (Id, Id),
    id: Id,
    input: &TermReactionInput,
) -> Result<(), Problem> {
    diesel::insert_into(reaction::table)
        .values((
            reaction::id.eq(id),
            reaction::inspection_id.eq(inspection_id),
            reaction::report_id.eq(report_id),
            reaction::point_id.eq(input.improvement_point_id),
            reaction::text.eq(&input.text),
            reaction::given_by.eq(JsonText::of(&ActorView::of(tx))?),
            reaction::given_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    Ok(())
}
