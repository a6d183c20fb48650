//! Rows of samples, and what a sample is drawn from.
use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use diesel::prelude::*;

use super::{Drawn, Sample, SampleSummary};
use crate::access::Tx;
use crate::audit::ActorView;
use crate::db::schema::{
    facility, facility_type, inspection_sample as sample, self_assessment,
    self_assessment_revision as revision, site,
};
use crate::db::types::{AnyBackend, Id, JsonText, Moment};
use crate::http::page::Window;
use crate::problem::Problem;
use crate::self_assessment::{Purpose, SelfAssessment};

fn summary(
    round_id: Id,
    id: Id,
    drawn_at: Moment,
    by: &JsonText,
) -> Result<SampleSummary, Problem> {
    Ok(SampleSummary {
        href: format!("/v1/inspectionRounds/{round_id}/samples/{id}"),
        id,
        round_id,
        drawn_at,
        drawn_by: by.to()?,
    })
}

/// The samples of a round, oldest first.
pub fn list(tx: &mut Tx, round_id: Id, window: &Window<Id>) -> Result<Vec<SampleSummary>, Problem> {
    let mut query = sample::table
        .filter(sample::round_id.eq(round_id))
        .order(sample::id)
        .limit(window.limit())
        .select((sample::id, sample::drawn_at, sample::drawn_by))
        .into_boxed::<AnyBackend>();
    if let Some(after) = window.after {
        query = query.filter(sample::id.gt(after));
    }
    let rows: Vec<(Id, Moment, JsonText)> = query.load(tx.conn)?;
    rows.into_iter()
        .map(|(id, at, by)| summary(round_id, id, at, &by))
        .collect()
}

/// A sample of a round, as it was drawn.
pub fn get(tx: &mut Tx, round_id: Id, id: Id) -> Result<Sample, Problem> {
    let row: Option<(Moment, JsonText, JsonText)> = sample::table
        .filter(sample::round_id.eq(round_id))
        .filter(sample::id.eq(id))
        .select((sample::drawn_at, sample::drawn_by, sample::document))
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    let (drawn_at, by, document) = row.ok_or_else(Problem::not_found)?;
    Ok(Sample {
        summary: summary(round_id, id, drawn_at, &by)?,
        drawn: document.to()?,
    })
}

/// Keeps a sample for good.
pub fn insert(tx: &mut Tx, round_id: Id, id: Id, drawn: &Drawn) -> Result<(), Problem> {
    diesel::insert_into(sample::table)
        .values((
            sample::id.eq(id),
            sample::round_id.eq(round_id),
            sample::document.eq(JsonText::of(drawn)?),
            sample::drawn_by.eq(JsonText::of(&ActorView::of(tx))?),
            sample::drawn_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// The facility types of these sectors.
pub fn types_of(tx: &mut Tx, sectors: &[String]) -> Result<BTreeSet<String>, Problem> {
    let codes: Vec<String> = facility_type::table
        .filter(facility_type::sector_code.eq_any(sectors.to_vec()))
        .select(facility_type::code)
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    Ok(codes.into_iter().collect())
}

/// A facility that is there today: its id, its type and its first day.
pub type There = (Id, String, NaiveDate);

/// The facilities of these types that are there today.
pub fn facilities(tx: &mut Tx, types: &BTreeSet<String>) -> Result<Vec<There>, Problem> {
    let today = tx.now.day();
    Ok(facility::table
        .filter(facility::facility_type.eq_any(types.iter().cloned().collect::<Vec<_>>()))
        .filter(facility::valid_from.le(today))
        .filter(
            facility::valid_to
                .is_null()
                .or(facility::valid_to.gt(today)),
        )
        .order(facility::id)
        .select((facility::id, facility::facility_type, facility::valid_from))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?)
}

/// The postal codes of the sites that are there today, by facility.
pub fn postal_codes(tx: &mut Tx) -> Result<BTreeMap<Id, Vec<String>>, Problem> {
    let today = tx.now.day();
    let rows: Vec<(Id, String)> = site::table
        .filter(site::postal_code.is_not_null())
        .filter(site::valid_from.le(today))
        .filter(site::valid_to.is_null().or(site::valid_to.gt(today)))
        .order(site::id)
        .select((site::facility_id, site::postal_code.assume_not_null()))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let mut codes: BTreeMap<Id, Vec<String>> = BTreeMap::new();
    for (facility, code) in rows {
        codes.entry(facility).or_default().push(code);
    }
    Ok(codes)
}

/// What facilities handed in to prepare an inspection, against these frameworks: per facility and framework the last, and in which cycles.
pub struct HandedIn {
    /// The last of each.
    pub last: BTreeMap<(Id, String), SelfAssessment>,
    /// Who handed in, and in which cycle.
    pub cycles: BTreeSet<(Id, Id)>,
}

/// What facilities as a whole handed in. What they do for own improvement is not looked at, nor is a draft.
pub fn handed_in(tx: &mut Tx, frameworks: &[String]) -> Result<HandedIn, Problem> {
    type Columns = (Id, Id, String, JsonText);
    let last_revision = revision::self_assessment_id
        .eq(self_assessment::id)
        .and(self_assessment::submitted_revision.eq(revision::revision.nullable()));
    let rows: Vec<Columns> = self_assessment::table
        .inner_join(revision::table.on(last_revision))
        .filter(self_assessment::purpose.eq(Purpose::InspectionPreparation))
        .filter(self_assessment::framework_code.eq_any(frameworks.to_vec()))
        .filter(self_assessment::unit_id.is_null())
        .order((revision::submitted_at, self_assessment::id))
        .select((
            self_assessment::facility_id,
            self_assessment::cycle_id,
            self_assessment::framework_code,
            revision::document,
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let (mut last, mut cycles) = (BTreeMap::new(), BTreeSet::new());
    for (facility, cycle, framework, document) in rows {
        cycles.insert((facility, cycle));
        last.insert((facility, framework), document);
    }
    let last = last
        .into_iter()
        .map(|(whose, document)| Ok((whose, document.to()?)))
        .collect::<Result<_, Problem>>()?;
    Ok(HandedIn { last, cycles })
}
