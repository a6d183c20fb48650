//! What awaits facilities and reviewers of reports.
use std::collections::BTreeMap;

use super::{Delivery, store};
use crate::access::policy::{AnswerInspections, RecordInspections};
use crate::access::{Scope, Tx};
use crate::db::types::Id;
use crate::inspection::sides::elsewhere;
use crate::inspection::store as inspections;
use crate::inspection::{AssignmentRole, InspectionSummary, State};
use crate::problem::Problem;
use crate::task::{Subject, Task, TaskKind};
use crate::text::Text;

/// A task about an inspection.
pub fn task(kind: TaskKind, inspection: &InspectionSummary, text: Text) -> Task {
    let subject = Subject {
        kind: "inspection",
        id: inspection.id.to_string(),
        href: inspection.href.clone(),
    };
    Task::new(kind, subject, text).of(inspection.facility_id, inspection.unit_id)
}

/// Inspections in these states, each with what its facility can still react to; a fixed number of reads for each 10,000 of them.
pub fn running(
    tx: &mut Tx,
    scope: &Scope,
    states: &[State],
    of_terms: bool,
) -> Result<Vec<(InspectionSummary, Option<Delivery>)>, Problem> {
    let all = inspections::standing(tx, scope, states)?;
    let ids: Vec<Id> = all.iter().map(|one| one.id).collect();
    // The last one of each counts.
    let mut last: BTreeMap<Id, Delivery> = store::asking(tx, &ids, of_terms)?.into_iter().collect();
    let with_it = |one: InspectionSummary| {
        let delivery = last.remove(&one.id).filter(Delivery::is_running);
        (one, delivery)
    };
    Ok(all.into_iter().map(with_it).collect())
}

/// Drafts to which a facility can still react.
pub fn to_react(tx: &mut Tx, found: &mut Vec<Task>) -> Result<(), Problem> {
    let Some(scope) = tx.scope_for::<AnswerInspections>() else {
        return Ok(());
    };
    let own = elsewhere(tx)?;
    for (inspection, delivery) in running(tx, &scope, &[State::Reaction], false)? {
        let Some(delivery) = delivery else { continue };
        if own.contains(&inspection.id) {
            continue;
        }
        let text = Text::new(
            "U kunt reageren op het ontwerp van het inspectieverslag, of zeggen dat er niets meer komt.",
            "Vous pouvez réagir au projet de rapport d'inspection, ou dire que rien ne suivra.",
            "You can react to the draft of the inspection report, or say that nothing more comes.",
        );
        let task = task(TaskKind::ReactToReport, &inspection, text);
        found.push(task.by_end_of(delivery.react_by, tx.now));
    }
    Ok(())
}

/// Reactions that wait for a reviewer.
pub fn to_decide(tx: &mut Tx, found: &mut Vec<Task>) -> Result<(), Problem> {
    let Some(scope) = tx.scope_for::<RecordInspections>() else {
        return Ok(());
    };
    let mut reviewed = inspections::standing(tx, &scope, &[State::Reaction])?;
    reviewed.retain(|one| one.assigned_as == Some(AssignmentRole::Reviewer));
    let ids: Vec<Id> = reviewed.iter().map(|one| one.id).collect();
    let since = store::undecided(tx, &ids)?;
    for inspection in reviewed {
        let Some(since) = since.get(&inspection.id) else {
            continue;
        };
        let text = Text::new(
            "De voorziening reageerde op het ontwerp; beslis over elke reactie.",
            "La structure a réagi au projet ; décidez de chaque réaction.",
            "The facility reacted to the draft; decide on each reaction.",
        );
        let task = task(TaskKind::DecideReaction, &inspection, text);
        found.push(task.since(*since));
    }
    Ok(())
}
