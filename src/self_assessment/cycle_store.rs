//! Rows of cycles.
use diesel::prelude::*;

use super::{Cycle, CycleInput, Purpose};
use crate::access::Tx;
use crate::audit::{self, Event};
use crate::db::guarded::one_changed;
use crate::db::schema::cycle;
use crate::db::types::{AnyBackend, Id, JsonText, Moment};
use crate::framework::{self, document::Code};
use crate::http::page::Window;
use crate::problem::{Issue, Problem};
use crate::text::Text;

#[derive(Queryable, Selectable)]
#[diesel(table_name = cycle, check_for_backend(AnyBackend))]
struct Row {
    id: Id,
    title: JsonText,
    framework_code: String,
    version_code: String,
    facility_types: JsonText,
    opens: Moment,
    due: Moment,
    purpose: Purpose,
    edit: i64,
}

impl Row {
    fn cycle(self, now: Moment) -> Result<Cycle, Problem> {
        Ok(Cycle {
            href: format!("/v1/cycles/{}", self.id),
            id: self.id,
            title: self.title.to()?,
            framework_code: self.framework_code,
            version_code: self.version_code,
            facility_types: self.facility_types.to()?,
            opens: self.opens,
            due: self.due,
            purpose: self.purpose,
            open: self.opens <= now,
            edit: self.edit,
        })
    }
}

/// A cycle. Every caller who may read cycles may know about all of them.
pub fn get(tx: &mut Tx, id: Id) -> Result<Cycle, Problem> {
    let row = cycle::table
        .filter(cycle::id.eq(id))
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?
        .ok_or_else(Problem::not_found)?;
    row.cycle(tx.now)
}

/// The name under which a cycle stays on its version while a self-assessment is made in it.
pub fn turn(id: Id) -> String {
    format!("version of cycle {id}")
}

/// Cycles in the order of arrival.
pub fn list(
    tx: &mut Tx,
    window: &Window<Id>,
    purposes: &[Purpose],
    frameworks: &[String],
) -> Result<Vec<Cycle>, Problem> {
    let mut query = cycle::table
        .select(Row::as_select())
        .order(cycle::id)
        .limit(window.limit())
        .into_boxed::<AnyBackend>();
    if !purposes.is_empty() {
        query = query.filter(cycle::purpose.eq_any(purposes.to_vec()));
    }
    if !frameworks.is_empty() {
        query = query.filter(cycle::framework_code.eq_any(frameworks.to_vec()));
    }
    if let Some(after) = window.after {
        query = query.filter(cycle::id.gt(after));
    }
    let rows: Vec<Row> = query.load(tx.conn)?;
    rows.into_iter().map(|row| row.cycle(tx.now)).collect()
}

/// The cycles that are open, or were.
pub fn opened(tx: &mut Tx) -> Result<Vec<Cycle>, Problem> {
    let rows: Vec<Row> = cycle::table
        .filter(cycle::opens.le(tx.now))
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    rows.into_iter().map(|row| row.cycle(tx.now)).collect()
}

/// The cycles that open between now and then.
pub fn opening(tx: &mut Tx, until: Moment) -> Result<Vec<Cycle>, Problem> {
    let rows: Vec<Row> = cycle::table
        .filter(cycle::opens.gt(tx.now))
        .filter(cycle::opens.le(until))
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    rows.into_iter().map(|row| row.cycle(tx.now)).collect()
}

/// Stores a new cycle, and records it.
pub fn insert_cycle(tx: &mut Tx, id: Id, input: &CycleInput) -> Result<Cycle, Problem> {
    check_framework(tx, input)?;
    diesel::insert_into(cycle::table)
        .values((
            cycle::id.eq(id),
            cycle::title.eq(JsonText::of(&input.title)?),
            cycle::framework_code.eq(&input.framework_code),
            cycle::version_code.eq(&input.version_code),
            cycle::facility_types.eq(JsonText::of(&input.facility_types)?),
            cycle::opens.eq(input.opens),
            cycle::due.eq(input.due),
            cycle::purpose.eq(input.purpose),
            cycle::edit.eq(1_i64),
            cycle::created_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    audit::record(tx, Event::new("cycleCreated", "cycle", id).with(input)?)?;
    get(tx, id)
}

/// Replaces a cycle that is not open yet and whose edit the caller has seen, and records it.
pub fn update(tx: &mut Tx, current: &Cycle, input: &CycleInput) -> Result<Cycle, Problem> {
    if current.open {
        return Err(Problem::conflict(Text::new(
            format!("Deze cyclus is open sinds {} en ligt vast.", current.opens),
            format!("Ce cycle est ouvert depuis {} et figé.", current.opens),
            format!(
                "This cycle has been open since {} and is fixed.",
                current.opens
            ),
        )));
    }
    check_framework(tx, input)?;
    let changed = diesel::update(cycle::table)
        .filter(cycle::id.eq(current.id))
        .filter(cycle::edit.eq(current.edit))
        .set((
            cycle::title.eq(JsonText::of(&input.title)?),
            cycle::framework_code.eq(&input.framework_code),
            cycle::version_code.eq(&input.version_code),
            cycle::facility_types.eq(JsonText::of(&input.facility_types)?),
            cycle::opens.eq(input.opens),
            cycle::due.eq(input.due),
            cycle::purpose.eq(input.purpose),
            cycle::edit.eq(current.edit + 1),
        ))
        .execute(tx.conn)?;
    one_changed(changed)?;
    audit::record(
        tx,
        Event::new("cycleChanged", "cycle", current.id).with(input)?,
    )?;
    get(tx, current.id)
}

/// The framework version is published, and made for these facility types.
fn check_framework(tx: &mut Tx, input: &CycleInput) -> Result<(), Problem> {
    let found = framework::store::published(tx, &input.framework_code, &input.version_code)?;
    let Some(document) = found else {
        return Err(Problem::fault(
            Issue::body(
                "unknownReference",
                "versionCode",
                Text::new(
                    "Dit is geen gepubliceerde versie; zie GET /v1/frameworks/{frameworkCode}/versions.",
                    "Ce n'est pas une version publiée ; voir GET /v1/frameworks/{frameworkCode}/versions.",
                    "This is no published version; see GET /v1/frameworks/{frameworkCode}/versions.",
                ),
            )
            .with_value(format!("{}/{}", input.framework_code, input.version_code)),
        ));
    };
    let known: Vec<&str> = document.facility_types.iter().map(Code::as_str).collect();
    let faults: Vec<Issue> = input
        .facility_types
        .iter()
        .enumerate()
        .filter(|(_, code)| !known.contains(&code.as_str()))
        .map(|(index, code)| {
            let known = known.join(", ");
            Issue::body(
                "unknownReference",
                format!("facilityTypes[{index}]"),
                Text::new(
                    format!("Deze versie is niet gemaakt voor dit type; wel voor: {known}."),
                    format!(
                        "Cette version n'est pas faite pour ce type ; elle l'est pour : {known}."
                    ),
                    format!("This version is not made for this type; it is for: {known}."),
                ),
            )
            .with_value(code.clone())
        })
        .collect();
    Problem::refuse(faults)
}
