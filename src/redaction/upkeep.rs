//! After a redaction the database is written anew, so that nothing of the text is left on disk.
//!
//! A change of a row leaves the old one in the files for a while. On SQLite the writer overwrites what it frees with zeros, and `VACUUM` and a
//! checkpoint see to what was freed before and to the write-ahead log. On PostgreSQL the tables with texts are rewritten, after every
//! transaction that could still see the old rows has ended. Both can be in the way of others, or others of them: what does not succeed is
//! tried again, and the redaction says `removing` meanwhile.
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use super::places;
use super::store::{self, Unfinished};
use crate::access::operator;
use crate::app::State;
use crate::audit::{self, Event};
use crate::db::types::Moment;
use crate::problem::Problem;

/// After this long it looks without being woken: for redactions of another instance, and what was left by one that ended.
const ROUND: Duration = Duration::from_mins(10);
/// After a failure.
const RETRY: Duration = Duration::from_secs(30);

/// Wakes the upkeep.
#[derive(Debug, Clone, Default)]
pub struct Waker(Arc<tokio::sync::Notify>);

impl Waker {
    /// There is a redaction whose text may be on disk.
    pub fn wake(&self) {
        self.0.notify_one();
    }
}

/// Writes the database anew after redactions, for as long as the process runs.
pub async fn run(state: State) {
    loop {
        match once(&state).await {
            Ok(_) => drop(timeout(ROUND, state.redactions.0.notified()).await),
            Err(fault) => {
                let causes = fault.causes().unwrap_or_default();
                log::warn!(
                    "a redacted text may still be on disk; the database is written anew later: {fault}: {causes}"
                );
                sleep(RETRY).await;
            }
        }
    }
}

/// Writes the database anew, if a redaction asks for it; gives back how many are done.
pub async fn once(state: &State) -> Result<usize, Problem> {
    let now = Moment(state.clock.now());
    let unfinished = operator::read(state, now, store::unfinished).await?;
    if unfinished.is_empty() {
        return Ok(0);
    }
    let files = unfinished.iter().any(|one| one.files);
    operator::rewrite(state, places::on_disk(files)).await?;
    let now = Moment(state.clock.now());
    let done = operator::upkeep(state, now, move |tx| {
        let mut done = 0;
        for one in &unfinished {
            done += usize::from(finish(tx, one)?);
        }
        Ok(done)
    })
    .await?;
    state.audit.wake();
    Ok(done)
}

fn finish(tx: &mut crate::access::Tx, one: &Unfinished) -> Result<bool, Problem> {
    if !store::finish(tx, one.id)? {
        return Ok(false);
    }
    let event = Event::new("redactionDone", "redaction", one.id);
    let event = event.of(one.organisation_id, Some(one.facility_id));
    audit::record(tx, event.only_own(true))?;
    Ok(true)
}
