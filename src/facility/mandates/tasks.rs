//! What awaits who gives mandates.
use chrono::Duration;
use diesel::prelude::*;

use crate::access::Tx;
use crate::access::policy::GiveMandate;
use crate::db::schema::mandate;
use crate::db::types::{AnyBackend, Id, Moment};
use crate::problem::Problem;
use crate::task::{Subject, Task};
use crate::text::Text;

/// So long before its end a mandate is shown to who can give it more time. Ours.
const BEFORE_END: Duration = Duration::days(30);

/// Mandates of the caller's organisations that end soon.
pub fn ending(tx: &mut Tx, found: &mut Vec<Task>) -> Result<(), Problem> {
    let organisations = tx
        .scope_for::<GiveMandate>()
        .map(|scope| scope.organisations);
    let Some(organisations) = organisations.filter(|all| !all.is_empty()) else {
        return Ok(());
    };
    let soon = Moment(tx.now.0 + BEFORE_END);
    let rows: Vec<(Id, Id, String, Moment)> = mandate::table
        .filter(mandate::organisation_id.eq_any(organisations))
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
        found.push(Task::new("renewMandate", subject, text).by(until, tx.now));
    }
    Ok(())
}
