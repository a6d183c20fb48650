//! Rows of step plans and of their versions. A plan is there for its facility alone.
use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::{StepPlan, StepPlanStep, StepPlanSummary, Unmapped};
use crate::access::Tx;
use crate::attachment::AttachmentReference;
use crate::audit::ActorView;
use crate::db::guarded::{first_of_its_code, one_changed};
use crate::db::schema::{step_plan as plan, step_plan_version as version};
use crate::db::types::{AnyBackend, Id, JsonText, Moment};
use crate::facility as facilities;
use crate::http::page::Window;
use crate::problem::Problem;

/// A version of a plan of a known facility.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pin {
    /// The plan.
    pub plan_id: Id,
    /// The number of the version.
    pub version: i64,
}

impl Pin {
    /// The path of the version.
    pub fn href(self, facility_id: Id) -> String {
        let Self { plan_id, version } = self;
        format!("/v1/facilities/{facility_id}/stepPlans/{plan_id}/versions/{version}")
    }
}

/// What a version says, as it is kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    /// What the plan is called.
    pub name: String,
    /// The version of the framework that it was mapped onto.
    pub version_code: String,
    /// Its steps, in order.
    pub steps: Vec<StepPlanStep>,
    /// What none of them is mapped onto.
    pub unmapped: Unmapped,
    /// The plan as a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<AttachmentReference>,
    /// First day on which it is no longer in force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
}

/// A plan that is saved: which one it is, and what it says now.
pub struct Saving<'a> {
    /// Whose.
    pub facility_id: Id,
    /// Which.
    pub id: Id,
    /// Its place in lists, when it is new.
    pub arrival: Id,
    /// The framework.
    pub framework: &'a str,
    /// The unit whose own it is.
    pub unit_id: Option<Id>,
    /// What it says.
    pub content: &'a Content,
}

type Row = (
    (Id, Id, Id, String, Option<Id>),
    (i64, JsonText, JsonText, Moment),
);
type Columns = (
    (
        plan::facility_id,
        plan::id,
        plan::arrival,
        plan::framework_code,
        plan::unit_id,
    ),
    (
        version::version,
        version::document,
        version::saved_by,
        version::saved_at,
    ),
);
const COLUMNS: Columns = (
    (
        plan::facility_id,
        plan::id,
        plan::arrival,
        plan::framework_code,
        plan::unit_id,
    ),
    (
        version::version,
        version::document,
        version::saved_by,
        version::saved_at,
    ),
);

#[diesel::dsl::auto_type(no_type_alias)]
fn joined() -> _ {
    plan::table.inner_join(
        version::table.on(version::facility_id
            .eq(plan::facility_id)
            .and(version::plan_id.eq(plan::id))),
    )
}

fn plan_of(row: Row, href: impl Fn(&str, i64) -> String) -> Result<StepPlan, Problem> {
    let (identity, (number, document, saved_by, saved_at)) = row;
    let (facility_id, id, arrival, framework_code, unit_id) = identity;
    let content: Content = document.to()?;
    let address = format!("/v1/facilities/{facility_id}/stepPlans/{id}");
    Ok(StepPlan {
        summary: StepPlanSummary {
            href: href(&address, number),
            id,
            facility_id,
            unit_id,
            framework_code,
            version_code: content.version_code,
            version: number,
            name: content.name,
            valid_to: content.valid_to,
            saved_at,
            saved_by: saved_by.to()?,
            arrival,
        },
        steps: content.steps,
        unmapped: content.unmapped,
        document: content.document,
    })
}

fn as_current(address: &str, _: i64) -> String {
    address.to_owned()
}

fn as_version(address: &str, number: i64) -> String {
    format!("{address}/versions/{number}")
}

/// The plan as it is now, if the facility has it. The facility must be the caller's own.
pub fn find(tx: &mut Tx, facility_id: Id, id: Id) -> Result<Option<StepPlan>, Problem> {
    let row: Option<Row> = joined()
        .filter(plan::facility_id.eq(facility_id))
        .filter(plan::id.eq(id))
        .filter(version::version.eq(plan::version))
        .select(COLUMNS)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    row.map(|row| plan_of(row, as_current)).transpose()
}

/// A plan of the caller's own facility, as it is now.
pub fn get(tx: &mut Tx, facility_id: Id, id: Id) -> Result<StepPlan, Problem> {
    facilities::own(tx, facility_id)?;
    find(tx, facility_id, id)?.ok_or_else(Problem::not_found)
}

/// The plans of the caller's own facility, in the order of arrival.
pub fn list(
    tx: &mut Tx,
    facility_id: Id,
    window: &Window<Id>,
) -> Result<Vec<StepPlanSummary>, Problem> {
    facilities::own(tx, facility_id)?;
    let mut query = joined()
        .filter(plan::facility_id.eq(facility_id))
        .filter(version::version.eq(plan::version))
        .select(COLUMNS)
        .order(plan::arrival)
        .limit(window.limit())
        .into_boxed::<AnyBackend>();
    if let Some(after) = window.after {
        query = query.filter(plan::arrival.gt(after));
    }
    let rows: Vec<Row> = query.load(tx.conn)?;
    rows.into_iter()
        .map(|row| plan_of(row, as_current).map(|plan| plan.summary))
        .collect()
}

/// A version of a plan of the caller's own facility, as it was.
pub fn version(tx: &mut Tx, facility_id: Id, id: Id, number: i64) -> Result<StepPlan, Problem> {
    facilities::own(tx, facility_id)?;
    let row: Row = joined()
        .filter(plan::facility_id.eq(facility_id))
        .filter(plan::id.eq(id))
        .filter(version::version.eq(number))
        .select(COLUMNS)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?
        .ok_or_else(Problem::not_found)?;
    plan_of(row, as_version)
}

/// The versions of a plan of the caller's own facility, oldest first.
pub fn versions(
    tx: &mut Tx,
    facility_id: Id,
    id: Id,
    window: &Window<i64>,
) -> Result<Vec<StepPlanSummary>, Problem> {
    get(tx, facility_id, id)?;
    let rows: Vec<Row> = joined()
        .filter(plan::facility_id.eq(facility_id))
        .filter(plan::id.eq(id))
        .filter(version::version.gt(window.after.unwrap_or(0)))
        .select(COLUMNS)
        .order(version::version)
        .limit(window.limit())
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    rows.into_iter()
        .map(|row| plan_of(row, as_version).map(|plan| plan.summary))
        .collect()
}

/// The facility's plans against a framework that are in force today, each with the unit whose own it is.
#[derive(Debug, Clone)]
pub struct InForce(Vec<(Option<Id>, Pin)>);

impl InForce {
    /// The one whose words a unit, or the facility (no unit), goes by: the unit's own, else the facility's.
    pub fn of(&self, unit_id: Option<Id>) -> Option<Pin> {
        self.own(unit_id).or_else(|| self.own(None))
    }

    fn own(&self, unit_id: Option<Id>) -> Option<Pin> {
        let mut own = self.0.iter().filter(|(whose, _)| *whose == unit_id);
        own.next().map(|(_, pin)| *pin)
    }
}

/// The facility's plans against this framework that are in force today.
pub fn in_force(tx: &mut Tx, facility_id: Id, framework: &str) -> Result<InForce, Problem> {
    let today = tx.now.day();
    let rows: Vec<(Option<Id>, Id, i64)> = plan::table
        .filter(plan::facility_id.eq(facility_id))
        .filter(plan::framework_code.eq(framework))
        .filter(plan::valid_to.is_null().or(plan::valid_to.gt(today)))
        .order(plan::arrival)
        .select((plan::unit_id, plan::id, plan::version))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let pinned = |(unit_id, plan_id, version)| (unit_id, Pin { plan_id, version });
    Ok(InForce(rows.into_iter().map(pinned).collect()))
}

/// Another plan than this one that is in force for the same framework and unit.
pub fn rival(tx: &mut Tx, saving: &Saving) -> Result<Option<StepPlan>, Problem> {
    let all = in_force(tx, saving.facility_id, saving.framework)?;
    let mut others = all
        .0
        .iter()
        .filter(|(unit_id, pin)| *unit_id == saving.unit_id && pin.plan_id != saving.id);
    match others.next() {
        None => Ok(None),
        Some((_, rival)) => find(tx, saving.facility_id, rival.plan_id),
    }
}

/// What a version says, for whoever has found out that the caller may know it.
pub fn content(tx: &mut Tx, facility_id: Id, pin: Pin) -> Result<Content, Problem> {
    let document: JsonText = version::table
        .filter(version::facility_id.eq(facility_id))
        .filter(version::plan_id.eq(pin.plan_id))
        .filter(version::version.eq(pin.version))
        .select(version::document)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)?;
    document.to()
}

/// Stores a new plan (`current` absent), or the next version of the one that the caller has seen; gives back its number.
pub fn save(tx: &mut Tx, saving: &Saving, current: Option<i64>) -> Result<i64, Problem> {
    let content = saving.content;
    let number = current.unwrap_or(0) + 1;
    if let Some(current) = current {
        let changed = diesel::update(plan::table)
            .filter(plan::facility_id.eq(saving.facility_id))
            .filter(plan::id.eq(saving.id))
            .filter(plan::version.eq(current))
            .set((
                plan::version.eq(number),
                plan::valid_to.eq(content.valid_to),
            ))
            .execute(tx.conn)?;
        one_changed(changed)?;
    } else {
        let stored = diesel::insert_into(plan::table)
            .values((
                plan::facility_id.eq(saving.facility_id),
                plan::id.eq(saving.id),
                plan::arrival.eq(saving.arrival),
                plan::framework_code.eq(saving.framework),
                plan::unit_id.eq(saving.unit_id),
                plan::version.eq(number),
                plan::valid_to.eq(content.valid_to),
            ))
            .execute(tx.conn);
        first_of_its_code(stored)?;
    }
    insert_version(tx, saving, number)?;
    Ok(number)
}

fn insert_version(tx: &mut Tx, saving: &Saving, number: i64) -> Result<(), Problem> {
    let document = saving.content.document.as_ref();
    diesel::insert_into(version::table)
        .values((
            version::facility_id.eq(saving.facility_id),
            version::plan_id.eq(saving.id),
            version::version.eq(number),
            version::document.eq(JsonText::of(saving.content)?),
            version::attachment_id.eq(document.map(|document| document.attachment_id)),
            version::sha256.eq(document.map(|document| document.sha256.as_str())),
            version::saved_by.eq(JsonText::of(&ActorView::of(tx))?),
            version::saved_at.eq(tx.now),
        ))
        .execute(tx.conn)?;
    Ok(())
}
