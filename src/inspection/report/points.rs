//! Improvement points (verbeterpunten): what must be mended, as the inspectors establish it in their report. The term is not theirs.
use diesel::prelude::*;

use super::{ImprovementPointDraft, ImprovementPointInput};
use crate::access::Tx;
use crate::audit::ActorView;
use crate::db::guarded::{first_of_its_code, one_changed};
use crate::db::schema::improvement_point as point;
use crate::db::types::{AnyBackend, Id, JsonText, Moment};
use crate::http::{ETag, Precondition};
use crate::inspection::finding;
use crate::inspection::rules::PUT_POINT;
use crate::inspection::{events, work};
use crate::problem::{In, Issue, Problem};
use crate::text::Text;

#[derive(Queryable, Selectable)]
#[diesel(table_name = point, check_for_backend(AnyBackend))]
struct Row {
    id: Id,
    arrival: Id,
    finding_id: Id,
    text: String,
    priority: bool,
    withdrawn: bool,
    edit: i64,
    saved_by: JsonText,
    saved_at: Moment,
}

impl ImprovementPointDraft {
    /// Its tag.
    pub fn tag(&self) -> ETag {
        ETag::edit(self.edit)
    }
}

/// The points of an inspection, in the order in which they were made. Whoever calls has found out that the caller may know them.
pub fn all(tx: &mut Tx, inspection_id: Id) -> Result<Vec<ImprovementPointDraft>, Problem> {
    let rows: Vec<Row> = point::table
        .filter(point::inspection_id.eq(inspection_id))
        .order(point::arrival)
        .select(Row::as_select())
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let shown = |row: Row| {
        Ok(ImprovementPointDraft {
            href: format!(
                "/v1/inspections/{inspection_id}/improvementPoints/{}",
                row.id
            ),
            id: row.id,
            finding_id: row.finding_id,
            text: row.text,
            priority: row.priority,
            withdrawn: row.withdrawn,
            saved_by: row.saved_by.to()?,
            saved_at: row.saved_at,
            edit: row.edit,
            arrival: row.arrival,
        })
    };
    rows.into_iter().map(shown).collect()
}

fn find(tx: &mut Tx, inspection_id: Id, id: Id) -> Result<Option<ImprovementPointDraft>, Problem> {
    let all = all(tx, inspection_id)?;
    Ok(all.into_iter().find(|point| point.id == id))
}

/// Makes a point, or says it otherwise; true when it is new.
pub fn put(
    tx: &mut Tx,
    (inspection_id, id, arrival): (Id, Id, Id),
    condition: &Precondition,
    input: &ImprovementPointInput,
) -> Result<(ImprovementPointDraft, bool), Problem> {
    let head = work::find_in_turn(tx, inspection_id, &PUT_POINT)?;
    let current = find(tx, inspection_id, id)?;
    condition.check(current.as_ref().map(ImprovementPointDraft::tag).as_ref())?;
    PUT_POINT.require_state(head.row.state)?;
    finding::require(tx, inspection_id, input.finding_id)
        .map_err(|fault| fault.as_unknown("findingId", input.finding_id))?;
    if current.is_none() {
        require_own(tx, id)?;
    }
    save(tx, inspection_id, (id, arrival), current.as_ref(), input)?;
    let said = serde_json::json!({"improvementPointId": id, "point": input});
    events::inside(tx, "improvementPointSaved", inspection_id, &said)?;
    let saved = find(tx, inspection_id, id)?.ok_or_else(Problem::not_found)?;
    Ok((saved, current.is_none()))
}

/// No other inspection has a point with this id, nor makes one now: terms and follow-up name it by that alone.
fn require_own(tx: &mut Tx, id: Id) -> Result<(), Problem> {
    tx.wait_for_name(&format!("improvement point {id}"))?;
    let other: Option<Id> = point::table
        .filter(point::id.eq(id))
        .select(point::id)
        .into_boxed::<AnyBackend>()
        .first(tx.conn)
        .optional()?;
    if other.is_none() {
        return Ok(());
    }
    let detail = Text::new(
        "Dit id is al gebruikt; neem een nieuw.",
        "Cet id est déjà utilisé ; prenez-en un nouveau.",
        "This id is used already; take a new one.",
    );
    Err(Problem::fault(Issue::new(
        "repeated",
        In::Path,
        "improvementPointId",
        detail,
    )))
}

fn save(
    tx: &mut Tx,
    inspection_id: Id,
    (id, arrival): (Id, Id),
    current: Option<&ImprovementPointDraft>,
    input: &ImprovementPointInput,
) -> Result<(), Problem> {
    let said = (
        point::finding_id.eq(input.finding_id),
        point::text.eq(&input.text),
        point::priority.eq(input.priority),
        point::withdrawn.eq(input.withdrawn),
        point::saved_by.eq(JsonText::of(&ActorView::of(tx))?),
        point::saved_at.eq(tx.now),
    );
    let Some(current) = current else {
        let stored = diesel::insert_into(point::table)
            .values((
                point::inspection_id.eq(inspection_id),
                point::id.eq(id),
                point::arrival.eq(arrival),
                point::edit.eq(1_i64),
                said,
            ))
            .execute(tx.conn);
        return first_of_its_code(stored);
    };
    let changed = diesel::update(point::table)
        .filter(point::inspection_id.eq(inspection_id))
        .filter(point::id.eq(id))
        .filter(point::edit.eq(current.edit))
        .set((point::edit.eq(current.edit + 1), said))
        .execute(tx.conn)?;
    one_changed(changed)
}
