//! What awaits who asked for contributions.
use diesel::prelude::*;

use super::ContributionStatus;
use super::rules;
use crate::access::Tx;
use crate::access::policy::DecideContribution;
use crate::db::schema::{contribution, facility, self_assessment};
use crate::db::types::{AnyBackend, Id, Moment};
use crate::problem::Problem;
use crate::self_assessment::Status;
use crate::self_assessment::reach::mine;
use crate::task::{Subject, Task, TaskKind};
use crate::text::Text;

/// A contribution to a draft of the caller's.
#[derive(Queryable)]
struct Waiting {
    id: Id,
    self_assessment: Id,
    facility: Id,
    unit: Option<Id>,
    recipient: Option<String>,
    state: ContributionStatus,
    expires: Moment,
    answered: Option<Moment>,
}

/// What was answered and waits for a decision, and what was not answered in time.
pub fn waiting(tx: &mut Tx, found: &mut Vec<Task>) -> Result<(), Problem> {
    let Some(scope) = tx.scope_for::<DecideContribution>() else {
        return Ok(());
    };
    let undecided = [ContributionStatus::Open, ContributionStatus::Answered];
    let rows: Vec<Waiting> = contribution::table
        .inner_join(self_assessment::table.inner_join(facility::table))
        .filter(mine(&scope))
        .filter(self_assessment::state.eq(Status::Draft))
        .filter(contribution::state.eq_any(undecided))
        .select((
            contribution::id,
            contribution::self_assessment_id,
            self_assessment::facility_id,
            contribution::unit_id,
            contribution::recipient,
            contribution::state,
            contribution::expires_at,
            contribution::answered_at,
        ))
        .into_boxed::<AnyBackend>()
        .load(tx.conn)?;
    let now = tx.now;
    found.extend(rows.into_iter().filter_map(|one| task(one, now)));
    Ok(())
}

fn task(one: Waiting, now: Moment) -> Option<Task> {
    let to = one.recipient.as_deref().unwrap_or("…");
    let (kind, since, text) = match rules::status(one.state, one.expires, now) {
        ContributionStatus::Answered => (
            TaskKind::DecideContribution,
            one.answered.unwrap_or(now),
            Text::new(
                format!("Neem over wat {to} antwoordde, of stuur het terug."),
                format!("Reprenez ce que {to} a répondu, ou renvoyez-le."),
                format!("Take over what {to} answered, or send it back."),
            ),
        ),
        ContributionStatus::Expired => (
            TaskKind::RenewContributionLink,
            one.expires,
            Text::new(
                format!("{to} antwoordde niet op tijd: geef een nieuwe link, of trek de vraag in."),
                format!(
                    "{to} n'a pas répondu à temps : donnez un nouveau lien, ou retirez la question."
                ),
                format!("{to} did not answer in time: give a new link, or take the question back."),
            ),
        ),
        _ => return None,
    };
    let subject = Subject {
        kind: "contribution",
        id: one.id.to_string(),
        href: format!(
            "/v1/selfAssessments/{}/contributions/{}",
            one.self_assessment, one.id
        ),
    };
    let task = Task::new(kind, subject, text);
    Some(task.of(one.facility, one.unit).since(since))
}
