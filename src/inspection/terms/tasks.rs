//! What awaits the recognising body and facilities of terms.
use crate::access::Tx;
use crate::access::policy::{AnswerInspections, CloseInspections, SetTerms};
use crate::inspection::State;
use crate::inspection::follow_up::store as points;
use crate::inspection::report::tasks::{running, task};
use crate::inspection::rules::{CLOSE, SET_TERMS};
use crate::inspection::sides::elsewhere;
use crate::inspection::store as inspections;
use crate::problem::Problem;
use crate::task::{Task, TaskKind};
use crate::text::Text;

/// Terms to set: final reports with improvement points, drafts that were not sent, and those on which the facility was heard. Who stands on another
/// side of an inspection is not asked.
pub fn to_set(tx: &mut Tx, found: &mut Vec<Task>) -> Result<(), Problem> {
    let Some(scope) = tx.scope_for::<SetTerms>() else {
        return Ok(());
    };
    let unsettled = points::unsettled(tx, &scope)?;
    let own = elsewhere(tx)?;
    for (inspection, delivery) in running(tx, &scope, SET_TERMS.states, true)? {
        if own.contains(&inspection.id) || !unsettled.contains(&inspection.id) {
            continue;
        }
        let (kind, text) = match (inspection.status, delivery) {
            (State::TermReaction, Some(_)) => continue,
            (State::TermReaction, None) => (TaskKind::ConcludeTerms, to_conclude()),
            (State::TermDraft, _) => (TaskKind::SetTerms, to_send()),
            _ => (TaskKind::SetTerms, to_draft()),
        };
        found.push(task(kind, &inspection, text));
    }
    Ok(())
}

/// Inspections of which nothing is left to follow up.
pub fn to_close(tx: &mut Tx, found: &mut Vec<Task>) -> Result<(), Problem> {
    let Some(scope) = tx.scope_for::<CloseInspections>() else {
        return Ok(());
    };
    let unsettled = points::unsettled(tx, &scope)?;
    let own = elsewhere(tx)?;
    for inspection in inspections::standing(tx, &scope, CLOSE.states)? {
        if !unsettled.contains(&inspection.id) && !own.contains(&inspection.id) {
            let text = Text::new(
                "Er is niets meer op te volgen: sluit deze inspectie af.",
                "Il n'y a plus rien à suivre : clôturez cette inspection.",
                "Nothing is left to follow up: close this inspection.",
            );
            found.push(task(TaskKind::CloseInspection, &inspection, text));
        }
    }
    Ok(())
}

fn to_draft() -> Text {
    Text::new(
        "Bepaal de termijnen van de verbeterpunten, in een voorlopig verslag.",
        "Fixez les délais des points à améliorer, dans un rapport provisoire.",
        "Set the terms of the improvement points, in a draft.",
    )
}

fn to_send() -> Text {
    Text::new(
        "Verzend het voorlopige verslag van termijnbepaling naar de voorziening.",
        "Envoyez le rapport provisoire de fixation des délais à la structure.",
        "Send the draft of the terms to the facility.",
    )
}

fn to_conclude() -> Text {
    Text::new(
        "De voorziening is gehoord: bepaal de termijnen definitief.",
        "La structure a été entendue : fixez les délais définitivement.",
        "The facility was heard: set the terms for good.",
    )
}

/// Drafts of terms to which a facility can still react.
pub fn to_react(tx: &mut Tx, found: &mut Vec<Task>) -> Result<(), Problem> {
    let Some(scope) = tx.scope_for::<AnswerInspections>() else {
        return Ok(());
    };
    let own = elsewhere(tx)?;
    for (inspection, delivery) in running(tx, &scope, &[State::TermReaction], true)? {
        let Some(delivery) = delivery else { continue };
        if own.contains(&inspection.id) {
            continue;
        }
        let text = Text::new(
            "U kunt reageren op de voorlopige termijnen, of zeggen dat er niets meer komt.",
            "Vous pouvez réagir aux délais provisoires, ou dire que rien ne suivra.",
            "You can react to the draft of the terms, or say that nothing more comes.",
        );
        let task = task(TaskKind::ReactToTerms, &inspection, text);
        found.push(task.by_end_of(delivery.react_by, tx.now));
    }
    Ok(())
}
