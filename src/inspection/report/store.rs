//! Rows of reports, deliveries and reactions. Whoever calls has found out that the caller may know them.
use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::de::DeserializeOwned;

use super::document::{Decision, ReactionType};
use super::{Delivery, Proof, Reaction, ReportDocument, ReportKind, ReportSummary, Settings};
use crate::access::Tx;
use crate::audit::ActorView;
use crate::db::guarded::{first_of_its_code, one_changed};
use crate::db::schema::{delivery, reaction, report, report_number as counter};
use crate::db::types::{AnyBackend, BOUND_AT_ONCE, Id, JsonText, Moment};
use crate::inspection::clock::{self, Length};
use crate::inspection::terms::TermReportKind;
use crate::problem::Problem;

type ReportRow = (Id, String, Option<String>, Option<Id>, Moment);

fn summary(inspection_id: Id, row: ReportRow) -> Result<ReportSummary, Problem> {
    let (id, kind, number, corrects_id, frozen_at) = row;
    Ok(ReportSummary {
        href: format!("/v1/inspections/{inspection_id}/reports/{id}"),
        id,
        inspection_id,
        kind: serde_json::from_value(kind.into()).map_err(Problem::internal)?,
        number,
        corrects_id,
        frozen_at,
    })
}

/// The reports of an inspection, oldest first. Term reports, which are frozen beside them, are none.
pub fn reports(tx: &mut Tx, inspection_id: Id) -> Result<Vec<ReportSummary>, Problem> {
    let rows: Vec<ReportRow> = report::table
        .filter(report::inspection_id.eq(inspection_id))
        .filter(report::kind.ne_all(TermReportKind::ALL.to_vec()))
        .order(report::id)
        .select((
            report::id,
            report::kind,
            report::number,
            report::corrects_id,
            report::frozen_at,
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    rows.into_iter()
        .map(|row| summary(inspection_id, row))
        .collect()
}

/// What a document that was frozen says: a report, or a term report.
pub fn document<D: DeserializeOwned>(tx: &mut Tx, id: Id) -> Result<D, Problem> {
    let document: JsonText = report::table
        .filter(report::id.eq(id))
        .select(report::document)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)?;
    document.to()
}

/// Is there a report by this number?
pub fn is_taken(tx: &mut Tx, number: &str) -> Result<bool, Problem> {
    let one: Option<Id> = report::table
        .filter(report::number.assume_not_null().eq(number.to_owned()))
        .select(report::id)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    Ok(one.is_some())
}

/// Keeps a report for good.
pub fn insert_report(
    tx: &mut Tx,
    inspection_id: Id,
    id: Id,
    document: &ReportDocument,
) -> Result<(), Problem> {
    let corrects = document.corrects.as_ref().map(|one| one.report_id);
    let stored = diesel::insert_into(report::table)
        .values((
            report::id.eq(id),
            report::inspection_id.eq(inspection_id),
            report::kind.eq(name_of(document.kind)?),
            report::number.eq(document.number.as_deref()),
            report::corrects_id.eq(corrects),
            report::document.eq(JsonText::of(document)?),
            report::frozen_by.eq(JsonText::of(&ActorView::of(tx))?),
            report::frozen_at.eq(tx.now),
        ))
        .execute(tx.conn);
    first_of_its_code(stored)
}

fn name_of(kind: ReportKind) -> Result<String, Problem> {
    let name = serde_json::to_value(kind).map_err(Problem::internal)?;
    Ok(name.as_str().unwrap_or_default().to_owned())
}

/// The next number of a year, and the counter moved on to it. Whoever else wants one waits until this transaction is done: were it undone, the number would be free again.
pub fn next_number(tx: &mut Tx, year: i32) -> Result<i64, Problem> {
    let year = i64::from(year);
    tx.wait_for_name(&format!("report numbers of {year}"))?;
    let last: Option<i64> = counter::table
        .filter(counter::year.eq(year))
        .select(counter::last)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    let next = last.unwrap_or(0) + 1;
    if last.is_none() {
        diesel::insert_into(counter::table)
            .values((counter::year.eq(year), counter::last.eq(next)))
            .execute(tx.conn)?;
    } else {
        let moved = diesel::update(counter::table)
            .filter(counter::year.eq(year))
            .set(counter::last.eq(next))
            .execute(tx.conn)?;
        one_changed(moved)?;
    }
    Ok(next)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = delivery, check_for_backend(AnyBackend))]
struct DeliveryRow {
    id: Id,
    report_id: Id,
    way: String,
    sent_on: NaiveDate,
    term: Option<JsonText>,
    proof: Option<JsonText>,
    delivered_on: Option<NaiveDate>,
    extensions: JsonText,
    completed_at: Option<Moment>,
}

impl DeliveryRow {
    fn delivery(self, tx: &Tx, inspection_id: Id) -> Result<Delivery, Problem> {
        let settings = &tx.state.settings.reports;
        let today = tx.now.day();
        let term: Option<Length> = self.term.as_ref().map(JsonText::to).transpose()?;
        let extensions: Vec<super::Extension> = self.extensions.to()?;
        let presumed = clock::presumed(self.sent_on, settings.presumed, &settings.holidays)
            .filter(|day| self.delivered_on.is_none() && *day <= today);
        let delivered_on = self.delivered_on.or(presumed);
        let react_by = term.and_then(|term| last_day(settings, delivered_on?, term, &extensions));
        let end = react_by
            .and_then(|day| day.succ_opt())
            .map(Moment::start_of);
        Ok(Delivery {
            href: format!("/v1/inspections/{inspection_id}/deliveries/{}", self.id),
            id: self.id,
            report_id: self.report_id,
            way: self.way,
            sent_on: self.sent_on,
            proof: self.proof.as_ref().map(JsonText::to).transpose()?,
            delivered_on,
            presumed: presumed.is_some(),
            react_by,
            seconds_left: end.map(|end| (end.0 - tx.now.0).num_seconds()),
            extensions,
            completed_at: self.completed_at,
            asks_reaction: term.is_some(),
        })
    }
}

fn last_day(
    settings: &Settings,
    delivered_on: NaiveDate,
    term: Length,
    extensions: &[super::Extension],
) -> Option<NaiveDate> {
    let first = clock::deadline(delivered_on, term, &settings.holidays)?;
    extensions.iter().try_fold(first, |last, extension| {
        let more = Length {
            days: extension.days,
            counted: term.counted,
        };
        clock::deadline(last, more, &settings.holidays)
    })
}

/// The deliveries of an inspection's reports, oldest first. Those of term reports are not among them.
pub fn deliveries(tx: &mut Tx, inspection_id: Id) -> Result<Vec<Delivery>, Problem> {
    let rows: Vec<DeliveryRow> = delivery::table
        .inner_join(report::table.on(report::id.eq(delivery::report_id)))
        .filter(delivery::inspection_id.eq(inspection_id))
        .filter(report::kind.ne_all(TermReportKind::ALL.to_vec()))
        .order(delivery::id)
        .select(DeliveryRow::as_select())
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    rows.into_iter()
        .map(|row| row.delivery(tx, inspection_id))
        .collect()
}

/// The deliveries that ask for a reaction in these inspections, oldest first: of drafts, or of drafts of terms. Each with its inspection.
pub fn asking(
    tx: &mut Tx,
    inspections: &[Id],
    of_terms: bool,
) -> Result<Vec<(Id, Delivery)>, Problem> {
    let mut found = Vec::new();
    for some in inspections.chunks(BOUND_AT_ONCE) {
        let mut query = delivery::table
            .inner_join(report::table.on(report::id.eq(delivery::report_id)))
            .filter(delivery::inspection_id.eq_any(some.to_vec()))
            .filter(delivery::term.is_not_null())
            .order(delivery::id)
            .select((delivery::inspection_id, DeliveryRow::as_select()))
            .into_boxed::<AnyBackend>();
        let terms = TermReportKind::ALL.to_vec();
        query = if of_terms {
            query.filter(report::kind.eq_any(terms))
        } else {
            query.filter(report::kind.ne_all(terms))
        };
        let rows: Vec<(Id, DeliveryRow)> = query.load(tx.conn)?;
        for (inspection_id, row) in rows {
            found.push((inspection_id, row.delivery(tx, inspection_id)?));
        }
    }
    Ok(found)
}

/// Since when reactions wait for a decision in these inspections, for each that has such.
pub fn undecided(tx: &mut Tx, inspections: &[Id]) -> Result<BTreeMap<Id, Moment>, Problem> {
    let mut since: BTreeMap<Id, Moment> = BTreeMap::new();
    for some in inspections.chunks(BOUND_AT_ONCE) {
        let rows: Vec<(Id, Moment)> = reaction::table
            .filter(reaction::inspection_id.eq_any(some.to_vec()))
            .filter(reaction::decision.is_null())
            .select((reaction::inspection_id, reaction::given_at))
            .into_boxed::<AnyBackend>()
            .load(tx.conn)?;
        for (id, at) in rows {
            since
                .entry(id)
                .and_modify(|first| *first = at.min(*first))
                .or_insert(at);
        }
    }
    Ok(since)
}

/// The delivery of one document that is sent once.
pub fn delivery_of(
    tx: &mut Tx,
    inspection_id: Id,
    report_id: Id,
) -> Result<Option<Delivery>, Problem> {
    let row: Option<DeliveryRow> = delivery::table
        .filter(delivery::inspection_id.eq(inspection_id))
        .filter(delivery::report_id.eq(report_id))
        .select(DeliveryRow::as_select())
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    row.map(|row| row.delivery(tx, inspection_id)).transpose()
}

/// The documents of an inspection that were sent, term reports among them.
pub fn sent_of(tx: &mut Tx, inspection_id: Id) -> Result<Vec<Id>, Problem> {
    Ok(delivery::table
        .filter(delivery::inspection_id.eq(inspection_id))
        .select(delivery::report_id)
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?)
}

/// Keeps a delivery.
pub fn insert_delivery(
    tx: &mut Tx,
    inspection_id: Id,
    (id, report_id): (Id, Id),
    (term, sent_on): (Option<Length>, NaiveDate),
    input: &super::DeliveryInput,
) -> Result<(), Problem> {
    diesel::insert_into(delivery::table)
        .values((
            delivery::id.eq(id),
            delivery::inspection_id.eq(inspection_id),
            delivery::report_id.eq(report_id),
            delivery::way.eq(&input.way),
            delivery::sent_on.eq(sent_on),
            delivery::term.eq(term.map(|term| JsonText::of(&term)).transpose()?),
            delivery::extensions.eq(JsonText::of(&[(); 0])?),
            delivery::recorded_by.eq(JsonText::of(&ActorView::of(tx))?),
            delivery::recorded_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// Keeps what proves a delivery.
pub fn prove(tx: &mut Tx, id: Id, on: NaiveDate, proof: &Proof) -> Result<(), Problem> {
    let proven = diesel::update(delivery::table)
        .filter(delivery::id.eq(id))
        .set((
            delivery::delivered_on.eq(Some(on)),
            delivery::proof.eq(Some(JsonText::of(proof)?)),
        ))
        .execute(tx.conn)?;
    one_changed(proven)
}

/// Keeps the longer times that were given.
pub fn extend(tx: &mut Tx, id: Id, extensions: &[super::Extension]) -> Result<(), Problem> {
    let extended = diesel::update(delivery::table)
        .filter(delivery::id.eq(id))
        .set(delivery::extensions.eq(JsonText::of(extensions)?))
        .execute(tx.conn)?;
    one_changed(extended)
}

/// Nothing more comes.
pub fn complete(tx: &mut Tx, id: Id) -> Result<(), Problem> {
    let completed = diesel::update(delivery::table)
        .filter(delivery::id.eq(id))
        .set(delivery::completed_at.eq(Some(tx.now)))
        .execute(tx.conn)?;
    one_changed(completed)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = reaction, check_for_backend(AnyBackend))]
struct ReactionRow {
    id: Id,
    report_id: Id,
    finding_id: Option<Id>,
    kind: String,
    text: String,
    given_by: JsonText,
    given_at: Moment,
    decision: Option<JsonText>,
    decided_at: Option<Moment>,
}

impl ReactionRow {
    fn reaction(self, inspection_id: Id) -> Result<Reaction, Problem> {
        Ok(Reaction {
            href: format!("/v1/inspections/{inspection_id}/reactions/{}", self.id),
            id: self.id,
            report_id: self.report_id,
            finding_id: self.finding_id,
            kind: serde_json::from_value(self.kind.into()).map_err(Problem::internal)?,
            text: self.text,
            given_by: self.given_by.to()?,
            given_at: self.given_at,
            decision: self.decision.as_ref().map(JsonText::to).transpose()?,
            decided_at: self.decided_at,
        })
    }
}

/// What the facility said, oldest first.
pub fn reactions(tx: &mut Tx, inspection_id: Id) -> Result<Vec<Reaction>, Problem> {
    let rows: Vec<ReactionRow> = reaction::table
        .filter(reaction::inspection_id.eq(inspection_id))
        .order(reaction::id)
        .select(ReactionRow::as_select())
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    rows.into_iter()
        .map(|row| row.reaction(inspection_id))
        .collect()
}

/// Keeps a reaction.
pub fn insert_reaction(
    tx: &mut Tx,
    inspection_id: Id,
    (id, report_id): (Id, Id),
    input: &super::ReactionInput,
) -> Result<(), Problem> {
    diesel::insert_into(reaction::table)
        .values((
            reaction::id.eq(id),
            reaction::inspection_id.eq(inspection_id),
            reaction::report_id.eq(report_id),
            reaction::finding_id.eq(input.finding_id),
            reaction::kind.eq(kind_of(input.kind)?),
            reaction::text.eq(&input.text),
            reaction::given_by.eq(JsonText::of(&ActorView::of(tx))?),
            reaction::given_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    Ok(())
}

fn kind_of(kind: ReactionType) -> Result<String, Problem> {
    let name = serde_json::to_value(kind).map_err(Problem::internal)?;
    Ok(name.as_str().unwrap_or_default().to_owned())
}

/// Keeps what was decided on a reaction.
pub fn decide(tx: &mut Tx, id: Id, decision: &Decision) -> Result<(), Problem> {
    let by = JsonText::of(&ActorView::of(tx))?;
    let decided = diesel::update(reaction::table)
        .filter(reaction::id.eq(id))
        .filter(reaction::decision.is_null())
        .set((
            reaction::decision.eq(Some(JsonText::of(decision)?)),
            reaction::decided_by.eq(Some(by)),
            reaction::decided_at.eq(Some(tx.now)),
        ))
        .execute(tx.conn)?;
    one_changed(decided)
}
