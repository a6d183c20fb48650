//! What was handed in, revision by revision, for what is compared with it.
use std::collections::{BTreeMap, BTreeSet, HashMap};

use diesel::prelude::*;

use super::{Purpose, SelfAssessment, reach};
use crate::access::Tx;
use crate::access::policy::ReadSelfAssessments;
use crate::db::schema::{facility, self_assessment as table, self_assessment_revision as revision};
use crate::db::types::{AnyBackend, Id, JsonText, Moment};
use crate::problem::Problem;

/// A revision that was handed in, without what it says.
#[derive(Debug, Clone)]
pub struct HandedIn {
    /// The self-assessment.
    pub id: Id,
    /// The facility that assessed itself.
    pub facility_id: Id,
    /// The unit of another sector that did.
    pub unit_id: Option<Id>,
    /// The framework that it was answered against.
    pub framework_code: String,
    /// What the cycle is for.
    pub purpose: Purpose,
    /// Its number.
    pub revision: i64,
    /// When it was handed in.
    pub submitted_at: Moment,
}

impl HandedIn {
    /// What it is found by.
    pub fn key(&self) -> (Id, i64) {
        (self.id, self.revision)
    }
}

/// A self-assessment, as far as its revisions take it over.
#[derive(Queryable, Selectable)]
#[diesel(table_name = table, check_for_backend(AnyBackend))]
struct Row {
    id: Id,
    facility_id: Id,
    unit_id: Option<Id>,
    framework_code: String,
    purpose: Purpose,
}

/// Every revision that was handed in of a facility's self-assessments, oldest first, as far as the caller may read these. A draft is none.
pub fn visible_of(tx: &mut Tx, facility_id: Id) -> Result<Vec<HandedIn>, Problem> {
    let Some(scope) = tx.scope_for::<ReadSelfAssessments>() else {
        return Ok(Vec::new());
    };
    let rows: Vec<Row> = table::table
        .inner_join(facility::table)
        .filter(reach::visible(&scope))
        .filter(table::facility_id.eq(facility_id))
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    revisions(tx, rows)
}

/// Every revision that these facilities handed in against one of these frameworks to prepare an inspection, oldest first, for figures in which
/// nobody can tell one of them.
pub fn preparing(
    tx: &mut Tx,
    facilities: &[Id],
    frameworks: &[String],
) -> Result<Vec<HandedIn>, Problem> {
    let rows: Vec<Row> = table::table
        .filter(table::facility_id.eq_any(facilities.to_vec()))
        .filter(table::framework_code.eq_any(frameworks.to_vec()))
        .filter(table::purpose.eq(Purpose::InspectionPreparation))
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    revisions(tx, rows)
}

fn revisions(tx: &mut Tx, rows: Vec<Row>) -> Result<Vec<HandedIn>, Problem> {
    let of: HashMap<Id, Row> = rows.into_iter().map(|row| (row.id, row)).collect();
    let ids: Vec<Id> = of.keys().copied().collect();
    let numbered: Vec<(Id, i64, Moment)> = revision::table
        .filter(revision::self_assessment_id.eq_any(ids))
        .order((revision::submitted_at, revision::self_assessment_id))
        .select((
            revision::self_assessment_id,
            revision::revision,
            revision::submitted_at,
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let handed_in = numbered.into_iter().filter_map(|(id, number, at)| {
        let row = of.get(&id)?;
        Some(HandedIn {
            id,
            facility_id: row.facility_id,
            unit_id: row.unit_id,
            framework_code: row.framework_code.clone(),
            purpose: row.purpose,
            revision: number,
            submitted_at: at,
        })
    });
    Ok(handed_in.collect())
}

/// What these revisions say.
pub fn read(
    tx: &mut Tx,
    wanted: &[(Id, i64)],
) -> Result<BTreeMap<(Id, i64), SelfAssessment>, Problem> {
    let wanted: BTreeSet<(Id, i64)> = wanted.iter().copied().collect();
    let ids: Vec<Id> = wanted.iter().map(|(id, _)| *id).collect();
    let rows: Vec<(Id, i64, JsonText)> = revision::table
        .filter(revision::self_assessment_id.eq_any(ids))
        .select((
            revision::self_assessment_id,
            revision::revision,
            revision::document,
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let rows = rows
        .into_iter()
        .filter(|(id, number, _)| wanted.contains(&(*id, *number)));
    rows.map(|(id, number, document)| Ok(((id, number), document.to()?)))
        .collect()
}
