//! Carries migrations out in the background, for as long as the process lives.
//!
//! It is woken by whoever asks for one, and looks by itself at the start and every minute: what another process left off, it takes up.
use std::collections::HashMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{sleep, timeout};

use super::store;
use super::work::{self, BeganWith, Step};
use crate::access::{Tx, operator};
use crate::app::State;
use crate::db::types::{Id, Moment};
use crate::problem::{Kind, Problem};

/// Drafts that move in one transaction.
const CHUNK: i64 = 50;
/// Between two transactions: whoever waits for the database goes first.
const BREATH: Duration = Duration::from_millis(5);
/// While somebody is writing in all that is left, or another instance is at it.
const WAIT: Duration = Duration::from_millis(200);
/// After this long it looks without being woken.
const ROUND: Duration = Duration::from_mins(1);
/// After a failure.
const RETRY: Duration = Duration::from_secs(5);

/// Who waits for migrations to carry out.
#[derive(Debug, Clone, Default)]
pub struct Waiting(Arc<Notify>);

impl Waiting {
    /// One was asked for.
    pub fn wake(&self) {
        self.0.notify_one();
    }
}

/// Carries out what is asked for, as long as the process lives.
pub async fn run(state: State) {
    loop {
        if let Err(fault) = drain(&state).await {
            let causes = fault.causes().unwrap_or_default();
            log::warn!("a migration does not go on: {fault}: {causes}");
            sleep(RETRY).await;
            continue;
        }
        // Woken or not: it is time to look.
        drop(timeout(ROUND, state.migrations.0.notified()).await);
    }
}

/// Carries out all that is asked for, to its end. One that does not go on keeps no other from going on; its fault comes when the others
/// have ended.
pub async fn drain(state: &State) -> Result<(), Problem> {
    let mut stuck = HashMap::new();
    loop {
        let mut ids = operator::read(state, now(state), store::running).await?;
        stuck.retain(|id, _| ids.contains(id));
        ids.retain(|id| !stuck.contains_key(id));
        if ids.is_empty() {
            return stuck.into_values().next().map_or(Ok(()), Err);
        }
        for id in ids {
            match step(state, id).await {
                Ok(Step::Moved | Step::Ended) => sleep(BREATH).await,
                Ok(Step::Waiting | Step::Elsewhere) => sleep(WAIT).await,
                Err(fault) => {
                    let causes = fault.causes().unwrap_or_default();
                    log::warn!("migration {id} does not go on: {fault}: {causes}");
                    stuck.insert(id, fault);
                }
            }
        }
    }
}

/// One step of a migration. Where some drafts cannot be moved, the others are, one by one.
pub async fn step(state: &State, id: Id) -> Result<Step, Problem> {
    let done = match attempt(state, id, CHUNK).await.0 {
        Err(fault) if is_ours(&fault) => one_by_one(state, id).await,
        done => done,
    };
    state.audit.wake();
    done
}

/// Tries so many drafts in one transaction; gives back what came of it, and the draft that it began with.
async fn attempt(state: &State, id: Id, most: i64) -> (Result<Step, Problem>, Option<Id>) {
    let began = Arc::new(BeganWith::default());
    let noted = began.clone();
    let work = move |tx: &mut Tx| work::step(tx, id, most, &noted);
    let done = operator::upkeep(state, now(state), work).await;
    let began = *began.lock().unwrap_or_else(PoisonError::into_inner);
    (done, began)
}

/// A chunk, one draft at a time; one that cannot be moved is passed over.
async fn one_by_one(state: &State, id: Id) -> Result<Step, Problem> {
    let mut step = Step::Moved;
    for _ in 0..CHUNK {
        step = match attempt(state, id, 1).await {
            (Err(fault), Some(stuck)) if is_ours(&fault) => {
                let causes = fault.causes().unwrap_or_default();
                log::error!("migration {id} cannot move {stuck}, which stays: {fault}: {causes}");
                let pass_over = move |tx: &mut Tx| work::pass_over(tx, id, stuck);
                operator::upkeep(state, now(state), pass_over).await?
            }
            (done, _) => done?,
        };
        if step != Step::Moved {
            break;
        }
    }
    Ok(step)
}

/// Is it what was to be moved, and not the database or another instance?
fn is_ours(fault: &Problem) -> bool {
    fault.kind() == Kind::InternalServerError
}

fn now(state: &State) -> Moment {
    Moment(state.clock.now())
}
