//! What awaits planners.
use chrono::Days;

use super::{Round, store};
use crate::access::Tx;
use crate::access::policy::ManageRounds;
use crate::db::types::Moment;
use crate::problem::Problem;
use crate::task::{Subject, Task, TaskKind};
use crate::text::{Language, Text};

/// So many days before it begins a round is shown to who opens it. Ours.
const BEFORE_OPENING: Days = Days::new(30);

/// Rounds with a checklist that begin soon, or should have begun.
pub fn to_open(tx: &mut Tx, found: &mut Vec<Task>) -> Result<(), Problem> {
    if tx.scope_for::<ManageRounds>().is_none() {
        return Ok(());
    }
    let soon = tx.now.day() + BEFORE_OPENING;
    for round in store::beginning(tx, soon)? {
        let text = Text::new(
            format!("Open de inspectieronde “{}”.", said(&round, Language::Nl)),
            format!(
                "Ouvrez la ronde d'inspection « {} ».",
                said(&round, Language::Fr)
            ),
            format!(
                "Open the inspection round “{}”.",
                said(&round, Language::En)
            ),
        );
        let task = Task::new(TaskKind::OpenRound, subject_of(&round), text);
        found.push(task.by(Moment::start_of(round.begins), tx.now));
    }
    Ok(())
}

/// Open rounds whose last day is past.
pub fn to_close(tx: &mut Tx, found: &mut Vec<Task>) -> Result<(), Problem> {
    if tx.scope_for::<ManageRounds>().is_none() {
        return Ok(());
    }
    let today = tx.now.day();
    for round in store::ending(tx, today)? {
        let text = Text::new(
            format!(
                "Sluit de inspectieronde “{}”, of geef haar meer tijd.",
                said(&round, Language::Nl)
            ),
            format!(
                "Clôturez la ronde d'inspection « {} », ou prolongez-la.",
                said(&round, Language::Fr)
            ),
            format!(
                "Close the inspection round “{}”, or give it more time.",
                said(&round, Language::En)
            ),
        );
        let task = Task::new(TaskKind::CloseRound, subject_of(&round), text);
        found.push(task.by(Moment::start_of(round.ends + Days::new(1)), tx.now));
    }
    Ok(())
}

fn said(round: &Round, language: Language) -> &str {
    round.title.in_language_or(language, Language::Nl)
}

fn subject_of(round: &Round) -> Subject {
    Subject {
        kind: "inspectionRound",
        id: round.id.to_string(),
        href: round.href.clone(),
    }
}
