//! What awaits who publishes frameworks.
use super::VersionState;
use super::store;
use crate::access::Tx;
use crate::access::policy::ManageFrameworks;
use crate::problem::Problem;
use crate::task::{Subject, Task, TaskKind};
use crate::text::{Language, Text};

/// Versions that are drafts still.
pub fn drafts(tx: &mut Tx, found: &mut Vec<Task>) -> Result<(), Problem> {
    if tx.scope_for::<ManageFrameworks>().is_none() {
        return Ok(());
    }
    for version in store::all(tx, None)? {
        if version.status != VersionState::Draft {
            continue;
        }
        let code = format!("{}/{}", version.framework_code, version.version_code);
        let said = |language| version.title.in_language_or(language, Language::Nl);
        let text = Text::new(
            format!(
                "Publiceer de ontwerpversie {code} van “{}”, of werk ze af.",
                said(Language::Nl)
            ),
            format!(
                "Publiez le projet {code} de « {} », ou terminez-le.",
                said(Language::Fr)
            ),
            format!(
                "Publish the draft {code} of “{}”, or finish it.",
                said(Language::En)
            ),
        );
        let subject = Subject {
            kind: "frameworkVersion",
            id: code,
            href: version.href.clone(),
        };
        found.push(Task::new(TaskKind::PublishFramework, subject, text).since(version.came));
    }
    Ok(())
}
