//! What awaits who gives mandates.
use chrono::Duration;
use diesel::prelude::*;

use crate::access::Tx;
use crate::access::policy::GiveMandate;
use crate::db::schema::{facility, mandate, mandate_facility};
use crate::db::types::{AnyBackend, Id, Moment};
use crate::problem::Problem;
use crate::task::{Subject, Task, TaskKind};
use crate::text::Text;

/// So long before its end a mandate is shown to who can give it more time. Ours.
const BEFORE_END: Duration = Duration::days(30);

/// Mandates that end soon: of the caller's organisations, and those that are for the caller's facilities alone.
pub fn ending(tx: &mut Tx, found: &mut Vec<Task>) -> Result<(), Problem> {
    let scope = tx.scope_for::<GiveMandate>();
    let Some(scope) = scope.filter(|one| one.organisations.len() + one.parents.len() > 0) else {
        return Ok(());
    };
    let soon = Moment(tx.now.0 + BEFORE_END);
    let around = mandate::organisation_id.eq_any(scope.parents.clone());
    let whole_organisation = mandate::organisation_id.eq_any(scope.organisations.clone());
    let mut rows: Vec<(Id, Id, String, Moment)> = mandate::table
        .filter(whole_organisation.or(around.and(mandate::whole.eq(false))))
        .filter(mandate::revoked_at.is_null())
        .filter(mandate::valid_until.gt(tx.now))
        .filter(mandate::valid_until.le(soon))
        .select((
            mandate::id,
            mandate::organisation_id,
            mandate::name,
            mandate::valid_until,
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let is_own = |organisation| scope.organisations.contains(organisation);
    let around = rows
        .iter()
        .filter(|(_, organisation, ..)| !is_own(organisation));
    let limited: Vec<Id> = around.map(|(id, ..)| *id).collect();
    let further = reaching_further(tx, &limited, &scope.facilities)?;
    rows.retain(|(id, ..)| !further.contains(id));
    for (id, organisation, name, until) in rows {
        let text = Text::new(
            format!("Het mandaat van “{name}” loopt af: geef het meer tijd, of laat het aflopen."),
            format!("Le mandat de « {name} » prend fin : prolongez-le, ou laissez-le s'achever."),
            format!("The mandate of “{name}” ends: give it more time, or let it end."),
        );
        let subject = Subject {
            kind: "mandate",
            id: id.to_string(),
            href: format!("/v1/organisations/{organisation}/mandates/{id}"),
        };
        found.push(Task::new(TaskKind::RenewMandate, subject, text).by(until, tx.now));
    }
    Ok(())
}

/// Which of these mandates are for other facilities than these too, so that others change them. A facility that went to another
/// organisation is another's.
fn reaching_further(tx: &mut Tx, mandates: &[Id], facilities: &[Id]) -> Result<Vec<Id>, Problem> {
    if mandates.is_empty() {
        return Ok(Vec::new());
    }
    let limits: Vec<(Id, Id, Id, Id)> = mandate_facility::table
        .inner_join(mandate::table.on(mandate::id.eq(mandate_facility::mandate_id)))
        .inner_join(facility::table.on(facility::id.eq(mandate_facility::facility_id)))
        .filter(mandate::id.eq_any(mandates.to_vec()))
        .select((
            mandate::id,
            mandate::organisation_id,
            facility::id,
            facility::organisation_id,
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let is_theirs = |(_, given_by, id, run_by): &(Id, Id, Id, Id)| {
        given_by == run_by && facilities.contains(id)
    };
    let others = limits.into_iter().filter(|limit| !is_theirs(limit));
    Ok(others.map(|(mandate, ..)| mandate).collect())
}
