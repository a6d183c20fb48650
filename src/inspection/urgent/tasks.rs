//! What awaits the recognising body.
use super::store;
use crate::access::Tx;
use crate::access::policy::HandleUrgentSignals;
use crate::inspection::sides::elsewhere;
use crate::problem::Problem;
use crate::task::{Subject, Task, TaskKind};
use crate::text::Text;

/// Signals that nobody has acknowledged: due the moment that they came.
pub fn to_acknowledge(tx: &mut Tx, found: &mut Vec<Task>) -> Result<(), Problem> {
    if tx.scope_for::<HandleUrgentSignals>().is_none() {
        return Ok(());
    }
    let own = elsewhere(tx)?;
    for row in store::waiting(tx)? {
        if own.contains(&row.inspection_id) {
            continue;
        }
        let subject = Subject {
            kind: "urgentSignal",
            id: row.id.to_string(),
            href: format!("/v1/urgentSignals/{}", row.id),
        };
        let text = Text::new(
            "Gevaar, gezien door de inspectie: bevestig dat u dit signaal zag, en neem maatregelen.",
            "Danger constaté par l'inspection : confirmez que vous avez vu ce signal, et prenez des mesures.",
            "Danger, seen by the inspectorate: acknowledge this signal, and take measures.",
        );
        let task =
            Task::new(TaskKind::AcknowledgeSignal, subject, text).of(row.facility_id, row.unit_id);
        found.push(task.by(row.raised_at, tx.now).since(row.raised_at));
    }
    Ok(())
}
