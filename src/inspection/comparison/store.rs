//! What stands in the last numbered report of inspections. Whoever asks has found out that the caller may know of them, or makes figures of
//! them in which nobody can tell one.
use std::collections::HashMap;

use diesel::prelude::*;

use crate::access::Tx;
use crate::db::schema::{facility, inspection, report};
use crate::db::types::{AnyBackend, Id, JsonText, Moment};
use crate::inspection::reach;
use crate::inspection::report::ReportDocument;
use crate::inspection::rules::State;
use crate::problem::Problem;

/// An inspection, as far as figures need it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = inspection, check_for_backend(AnyBackend))]
pub struct Inspected {
    /// The inspection.
    pub id: Id,
    /// The facility.
    pub facility_id: Id,
    /// The unit that was inspected.
    pub unit_id: Option<Id>,
    /// The type of what was inspected.
    pub facility_type: String,
    /// Where it stands.
    pub state: State,
    /// When its first visit began.
    pub began_at: Option<Moment>,
    /// Why it did not go on.
    pub cancellation: Option<JsonText>,
}

/// The last report of an inspection that has a number.
#[derive(Debug, Clone)]
pub struct Reported {
    /// The report.
    pub id: Id,
    /// Its number.
    pub number: String,
    /// What it says.
    pub document: ReportDocument,
}

/// The inspections of a facility that the caller may know of, in the order in which they were planned.
pub fn visible_of(tx: &mut Tx, facility_id: Id) -> Result<Vec<Inspected>, Problem> {
    Ok(inspection::table
        .inner_join(facility::table)
        .filter(reach::visible(&tx.scope))
        .filter(inspection::facility_id.eq(facility_id))
        .order(inspection::id)
        .select(Inspected::as_select())
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?)
}

/// The inspections of a round of which their facilities know, those of a facility together, in the order in which they were planned: one that was
/// cancelled before is in no figure, for a figure would tell of it.
pub fn of_round(tx: &mut Tx, round_id: Id) -> Result<Vec<Inspected>, Problem> {
    Ok(inspection::table
        .filter(inspection::round_id.eq(round_id))
        .filter(inspection::known_at.is_not_null())
        .order((inspection::facility_id, inspection::id))
        .select(Inspected::as_select())
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?)
}

/// The last numbered report of each of these inspections that has one: of a corrected report, the correction.
pub fn last_reports(tx: &mut Tx, inspections: &[Id]) -> Result<HashMap<Id, Reported>, Problem> {
    let rows: Vec<(Id, Id, String, JsonText)> = report::table
        .filter(report::inspection_id.eq_any(inspections.to_vec()))
        .filter(report::number.is_not_null())
        .order((report::inspection_id, report::id))
        .select((
            report::inspection_id,
            report::id,
            report::number.assume_not_null(),
            report::document,
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let mut last: HashMap<Id, (Id, String, JsonText)> = HashMap::new();
    for (inspection_id, id, number, document) in rows {
        last.insert(inspection_id, (id, number, document));
    }
    let read = last
        .into_iter()
        .map(|(inspection_id, (id, number, document))| {
            let document = document.to()?;
            Ok((
                inspection_id,
                Reported {
                    id,
                    number,
                    document,
                },
            ))
        });
    read.collect()
}
