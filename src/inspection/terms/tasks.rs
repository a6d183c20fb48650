//! What awaits the recognising body and facilities of terms.
use crate::access::Tx;
use crate::access::policy::{AnswerInspections, CloseInspections, SetTerms};
use crate::inspection::State;
use crate::inspection::follow_up::store as points;
use crate::inspection::report::tasks::{by_its_last_day, running, task};
use crate::inspection::store as inspections;
use crate::problem::Problem;
use crate::task::Task;
use crate::text::Text;

/// Terms to set: final reports with improvement points, drafts that were not sent, and those on which the facility was heard. And inspections of
/// which nothing is left to follow up.
pub fn to_set(tx: &mut Tx, found: &mut Vec<Task>) -> Result<(), Problem> {
    if tx.scope_for::<SetTerms>().is_some() {
        for inspection in inspections::standing(tx, &[State::TermDraft])? {
            found.push(task("setTerms", &inspection, to_send()));
        }
        for (inspection, delivery) in running(tx, State::TermReaction, true)? {
            if delivery.is_none() {
                found.push(task("concludeTerms", &inspection, to_conclude()));
            }
        }
    }
    if tx.scope_for::<CloseInspections>().is_none() {
        return Ok(());
    }
    let sets = tx.scope_for::<SetTerms>().is_some();
    let unsettled = points::unsettled(tx)?;
    for inspection in inspections::standing(tx, &[State::Final, State::FollowUp])? {
        if !unsettled.contains(&inspection.id) {
            found.push(task("closeInspection", &inspection, to_close()));
        } else if sets && inspection.status == State::Final {
            found.push(task("setTerms", &inspection, to_draft()));
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

fn to_close() -> Text {
    Text::new(
        "Er is niets meer op te volgen: sluit deze inspectie af.",
        "Il n'y a plus rien à suivre : clôturez cette inspection.",
        "Nothing is left to follow up: close this inspection.",
    )
}

/// Drafts of terms to which a facility can still react.
pub fn to_react(tx: &mut Tx, found: &mut Vec<Task>) -> Result<(), Problem> {
    if tx.scope_for::<AnswerInspections>().is_none() {
        return Ok(());
    }
    for (inspection, delivery) in running(tx, State::TermReaction, true)? {
        let Some(delivery) = delivery else { continue };
        let text = Text::new(
            "U kunt reageren op de voorlopige termijnen, of zeggen dat er niets meer komt.",
            "Vous pouvez réagir aux délais provisoires, ou dire que rien ne suivra.",
            "You can react to the draft of the terms, or say that nothing more comes.",
        );
        let task = task("reactToTerms", &inspection, text);
        found.push(by_its_last_day(tx, task, &delivery));
    }
    Ok(())
}
