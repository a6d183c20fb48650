//! What is done for a migration: it is counted, asked for, and carried out step by step, each in one transaction.
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::plan::{Plan, plan};
use super::rules::{Before, Moved, Way, moved};
use super::store::{self, Draft, LeavingCycle, Progress, Row};
use super::{
    CycleCounts, Migration, MigrationCounts, MigrationInput, MigrationPreview, MigrationState,
    SelfAssessmentCounts,
};
use crate::access::Tx;
use crate::audit::{self, ActorView, Event};
use crate::db::types::Id;
use crate::problem::Problem;
use crate::self_assessment::{Answer, PreviousAnswer, Purpose, Status, cycle_store};
use crate::text::Text;

/// Drafts that a dry run looks at in one go.
const LOOKED_AT: i64 = 200;
/// How long a step keeps drafts from those who want to write in them.
const LONGEST: Duration = Duration::from_millis(100);

/// What a migration would come to now. Reads every draft that would move, and stores nothing.
pub fn preview(
    tx: &mut Tx,
    framework: &str,
    version: &str,
    input: &MigrationInput,
) -> Result<MigrationPreview, Problem> {
    let plan = plan(tx, framework, version, input)?;
    let mut counts = MigrationCounts::default();
    let total = count_what_stays(tx, &plan, &mut counts.self_assessments)?;
    for cycle in store::cycles(tx, &plan.which, None)? {
        let moves = count_cycle(tx, &plan, &cycle, &mut counts.cycles);
        counts.cycles.moved += i64::from(moves);
    }
    let ways = plan.ways(tx)?;
    let mut reached = None;
    loop {
        let ids = store::next(tx, &plan.which, reached, LOOKED_AT)?;
        let Some(last) = ids.last() else { break };
        reached = Some(*last);
        for draft in store::drafts(tx, &ids)? {
            if !store::is_seen(draft.purpose) {
                continue;
            }
            counts.self_assessments.moved += 1;
            counts.answers.add(fate(tx, &ways, &draft)?.counts);
        }
    }
    Ok(MigrationPreview {
        framework_code: framework.to_owned(),
        version_code: version.to_owned(),
        from: plan.which.from,
        dry_run: true,
        total,
        counts,
    })
}

/// Asks for a migration, which is carried out from now on. 409 while another is running for this framework.
pub fn start(
    tx: &mut Tx,
    id: Id,
    framework: &str,
    version: &str,
    input: &MigrationInput,
) -> Result<Migration, Problem> {
    let plan = plan(tx, framework, version, input)?;
    if let Some(other) = store::running_for(tx, framework)? {
        return Err(running(&other.href));
    }
    let mut counts = MigrationCounts::default();
    let total = count_what_stays(tx, &plan, &mut counts.self_assessments)?;
    let asked = Migration {
        href: String::new(),
        id,
        framework_code: framework.to_owned(),
        version_code: version.to_owned(),
        from: plan.which.from,
        status: MigrationState::Running,
        total,
        done: 0,
        counts,
        requested_by: ActorView::of(tx),
        created_at: tx.now,
        updated_at: tx.now,
        finished_at: None,
        failure: None,
        edit: 1,
    };
    if !store::insert(tx, &asked)? {
        // Two asked at once; the other can be for another version, and is not seen yet.
        let migrations = format!("/v1/frameworks/{framework}/versions/…/migrations");
        return Err(running(&migrations));
    }
    let event = Event::new("frameworkMigrationStarted", "frameworkMigration", id);
    audit::record(tx, event.with(&Asked::of(&asked))?)?;
    store::get(tx, id)?.view()
}

/// What was asked for, as the audit keeps it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Asked<'a> {
    framework_code: &'a str,
    version_code: &'a str,
    from: &'a [String],
    total: i64,
}

impl<'a> Asked<'a> {
    fn of(one: &'a Migration) -> Self {
        Self {
            framework_code: &one.framework_code,
            version_code: &one.version_code,
            from: &one.from,
            total: one.total,
        }
    }
}

/// Counts what stays where it is; gives back how many drafts are to move. Only what is shown is counted.
fn count_what_stays(
    tx: &mut Tx,
    plan: &Plan,
    counts: &mut SelfAssessmentCounts,
) -> Result<i64, Problem> {
    let mut total = 0;
    let (mut submitted, mut superseded, mut wrong_facility_type, mut other_version) = (0, 0, 0, 0);
    let piles = store::piles(tx, &plan.which.framework)?;
    for pile in piles.iter().filter(|pile| store::is_seen(pile.purpose)) {
        let leaves = plan.which.from.contains(&pile.version);
        let moves = pile.status == Status::Draft && leaves && plan.serves(&pile.facility_type);
        let place = match pile.status {
            _ if moves => &mut total,
            Status::Submitted if leaves => &mut submitted,
            Status::Superseded if leaves => &mut superseded,
            Status::Draft if leaves => &mut wrong_facility_type,
            Status::Draft if plan.target.version.code != *pile.version.as_str() => {
                &mut other_version
            }
            _ => continue,
        };
        *place += pile.count;
    }
    counts.submitted = submitted;
    counts.superseded = superseded;
    counts.wrong_facility_type = wrong_facility_type;
    counts.other_version = other_version;
    Ok(total)
}

/// Does a cycle move? One that stays is counted.
fn count_cycle(tx: &Tx, plan: &Plan, cycle: &LeavingCycle, counts: &mut CycleCounts) -> bool {
    if cycle.due <= tx.now {
        counts.past_due += 1;
        return false;
    }
    let fits = cycle.facility_types.iter().all(|one| plan.serves(one));
    counts.wrong_facility_type += i64::from(!fits);
    fits
}

/// What becomes of a draft.
fn fate(tx: &Tx, ways: &HashMap<String, Way>, draft: &Draft) -> Result<Moved, Problem> {
    let way = ways
        .get(&draft.version)
        .ok_or_else(|| Problem::internal("a draft moves from a version that nobody leaves"))?;
    let before = Before {
        facility_type: &draft.facility_type,
        answers: &draft.answers,
        opening: &draft.opening,
        withdrawn: &draft.withdrawn,
    };
    Ok(moved(way, before, tx.now.day()))
}

/// What a step of a migration came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// It moved something; there can be more.
    Moved,
    /// Somebody is writing in all that is left: it is to be tried again shortly.
    Waiting,
    /// It is over.
    Ended,
    /// Another instance is at it.
    Elsewhere,
}

/// The draft that a step began with, which outlives its transaction: where the step fails, it says on what.
pub type BeganWith = Mutex<Option<Id>>;

/// Carries a migration on by one step: its cycles first, then at most so many drafts at a time, then a last look for what came
/// meanwhile.
pub fn step(tx: &mut Tx, id: Id, most: i64, began: &BeganWith) -> Result<Step, Problem> {
    let Some(row) = turn(tx, id)? else {
        return Ok(Step::Elsewhere);
    };
    if row.state != MigrationState::Running {
        return Ok(Step::Ended);
    }
    let plan = Plan::of_row(tx, &row)?;
    let mut now = row.progress()?;
    if !row.cycles_moved {
        move_cycles(tx, &plan, &row, &mut now.kept.counts.cycles)?;
        now.cycles_moved = true;
        return go_on(tx, &row, &now, Step::Moved);
    }
    let started = Instant::now();
    let ids = store::lock_next(tx, &plan.which, row.reached, most)?;
    *began.lock().unwrap_or_else(PoisonError::into_inner) = ids.first().copied();
    if ids.is_empty() {
        return end_of_pass(tx, &plan, &row, now);
    }
    let ways = plan.ways(tx)?;
    for draft in store::drafts(tx, &ids)? {
        if now.reached != row.reached && started.elapsed() > LONGEST {
            break;
        }
        now.reached = Some(draft.id);
        let moved = fate(tx, &ways, &draft)?;
        store::put_on(tx, &draft, &row.version_code, &moved)?;
        record_moved(tx, &row, &draft, &moved)?;
        if store::is_seen(draft.purpose) {
            now.kept.counts.self_assessments.moved += 1;
            now.kept.counts.answers.add(moved.counts);
        }
    }
    go_on(tx, &row, &now, Step::Moved)
}

/// Passes over a draft that cannot be moved: the others need not wait for it.
pub fn pass_over(tx: &mut Tx, id: Id, stuck: Id) -> Result<Step, Problem> {
    let Some(row) = turn(tx, id)? else {
        return Ok(Step::Elsewhere);
    };
    if !row.cycles_moved {
        return Err(Problem::internal(
            "no draft is passed over before the cycles have moved",
        ));
    }
    let mut now = row.progress()?;
    let purpose = store::purpose(tx, stuck)?;
    now.kept.counts.self_assessments.failed += i64::from(store::is_seen(purpose));
    now.kept.stuck.insert(stuck, purpose);
    now.reached = Some(stuck);
    go_on(tx, &row, &now, Step::Moved)
}

/// The migration, for one instance at a time; nothing while another is at it.
fn turn(tx: &mut Tx, id: Id) -> Result<Option<Row>, Problem> {
    let mine = tx.lock_name("kindreflex framework migrations")?;
    mine.then(|| store::get(tx, id)).transpose()
}

fn go_on(tx: &mut Tx, row: &Row, now: &Progress, step: Step) -> Result<Step, Problem> {
    store::save(tx, row, now)?;
    Ok(step)
}

/// After the last draft: what was passed over because somebody was writing, what was made meanwhile and what was taken up again is looked
/// for from the beginning, until nothing is left but what was tried and cannot be moved.
fn end_of_pass(tx: &mut Tx, plan: &Plan, row: &Row, mut now: Progress) -> Result<Step, Problem> {
    let counts = &mut now.kept.counts.self_assessments;
    count_what_stays(tx, plan, counts)?;
    let stuck = std::mem::take(&mut now.kept.stuck);
    // Among one more than were tried is one that was not, if there is any.
    let enough = i64::try_from(stuck.len() + 1).unwrap_or(i64::MAX);
    let left = store::next(tx, &plan.which, None, enough)?;
    if left.iter().any(|id| !stuck.contains_key(id)) {
        counts.failed = 0;
        now.reached = None;
        return go_on(tx, row, &now, Step::Waiting);
    }
    now.state = if left.is_empty() {
        MigrationState::Done
    } else {
        MigrationState::Failed
    };
    // Not all that are stuck: one can have been handed in since.
    let purposes = left.iter().filter_map(|id| stuck.get(id));
    let failed = purposes.filter(|purpose| store::is_seen(**purpose));
    counts.failed = i64::try_from(failed.count()).unwrap_or(i64::MAX);
    store::save(tx, row, &now)?;
    let event = Event::new("frameworkMigrationEnded", "frameworkMigration", row.id);
    let said = serde_json::json!({"status": now.state, "counts": now.kept.counts});
    audit::record(tx, event.with(&said)?)?;
    Ok(Step::Ended)
}

/// Moves the cycles that are not past their due moment. What is being made in one is waited for: it is on the version that is left, and
/// this migration's to move.
fn move_cycles(
    tx: &mut Tx,
    plan: &Plan,
    row: &Row,
    counts: &mut CycleCounts,
) -> Result<(), Problem> {
    for cycle in store::cycles(tx, &plan.which, None)? {
        tx.wait_for_name(&cycle_store::turn(cycle.id))?;
        // As it is now, and once more where it is replanned at this very moment.
        while let Some(cycle) = store::cycles(tx, &plan.which, Some(cycle.id))?.pop() {
            if !count_cycle(tx, plan, &cycle, counts) {
                break;
            }
            if store::move_cycle(tx, &cycle, &row.version_code)? {
                counts.moved += 1;
                record_cycle(tx, row, &cycle)?;
            }
        }
    }
    Ok(())
}

fn record_cycle(tx: &mut Tx, row: &Row, cycle: &LeavingCycle) -> Result<(), Problem> {
    let event = Event::new("cycleMigrated", "cycle", cycle.id);
    let said = serde_json::json!({
        "migrationId": row.id, "from": cycle.version, "to": row.version_code,
    });
    audit::record(tx, event.with(&said)?)
}

/// What became of a draft, as the audit keeps it: with every answer that does not stand under its own code any more.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SaidOfDraft<'a> {
    migration_id: Id,
    requested_by: ActorView,
    from: &'a str,
    to: &'a str,
    counts: super::AnswerCounts,
    taken_away: Vec<&'a Answer>,
    asked_again: Vec<&'a String>,
    withdrawn: &'a [PreviousAnswer],
}

fn record_moved(tx: &mut Tx, row: &Row, draft: &Draft, moved: &Moved) -> Result<(), Problem> {
    let stands = |answer: &&Answer| moved.answers.contains(answer);
    let said = SaidOfDraft {
        migration_id: row.id,
        requested_by: row.requested_by.to()?,
        from: &draft.version,
        to: &row.version_code,
        counts: moved.counts,
        taken_away: draft.answers.iter().filter(|one| !stands(one)).collect(),
        asked_again: moved.opening.keys().collect(),
        withdrawn: &moved.withdrawn,
    };
    let event = Event::new("selfAssessmentMigrated", "selfAssessment", draft.id);
    let event = event
        .of(draft.organisation_id, Some(draft.facility_id))
        .only_own(draft.purpose == Purpose::OwnImprovement);
    audit::record(tx, event.with(&said)?)
}

fn running(href: &str) -> Problem {
    Problem::conflict(Text::new(
        format!("Er loopt al een migratie van dit referentiekader: {href}. Wacht tot ze klaar is."),
        format!(
            "Une migration de ce référentiel est déjà en cours : {href}. Attendez qu'elle soit terminée."
        ),
        format!("A migration of this framework is running already: {href}. Wait until it is done."),
    ))
}
