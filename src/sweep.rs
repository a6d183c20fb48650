//! What the service does by itself: it takes away what was left lying about.
use std::time::Duration as Pause;

use chrono::{DateTime, Duration, Utc};

use crate::access::{aside, operator};
use crate::app::State;
use crate::attachment;
use crate::audit::{self, Event};
use crate::db::types::Moment;
use crate::http::idempotency;
use crate::problem::Problem;
use crate::survey;

const EVERY: Pause = Pause::from_mins(10);

/// How long attachments may take to arrive.
fn patience() -> Duration {
    Duration::days(1)
}

/// Sweeps every ten minutes, for as long as the process lives. What fails is tried again the next time.
pub async fn run(state: State, idempotency_hours: u32) {
    loop {
        if let Err(problem) = once(&state, idempotency_hours).await {
            let causes = problem.causes().unwrap_or_default();
            log::warn!("the sweep was not done: {problem}: {causes}");
        }
        tokio::time::sleep(EVERY).await;
    }
}

/// Takes away abandoned attachments, and idempotency keys of more than this many hours ago.
pub async fn once(state: &State, idempotency_hours: u32) -> Result<(), Problem> {
    let now = state.clock.now();
    let keys = Moment(now - Duration::hours(i64::from(idempotency_hours)));
    let attachments = Moment(now - patience());
    let (forgotten, abandoned) = operator::upkeep(state, Moment(now), move |tx| {
        Ok((
            idempotency::sweep(tx, keys)?,
            attachment::sweep(tx, attachments)?,
        ))
    })
    .await?;
    renew_participants(state, now).await?;
    survey::upkeep::once(state).await?;
    if forgotten + abandoned > 0 {
        log::info!("swept {forgotten} idempotency keys and {abandoned} abandoned attachments");
    }
    Ok(())
}

/// Destroys the secret of who took part in trainings, where its time is over.
async fn renew_participants(state: &State, now: DateTime<Utc>) -> Result<(), Problem> {
    let (keeper, today) = (state.settings.participants.clone(), Moment(now).day());
    let gone = aside(move || keeper.renew(today).map_err(Problem::internal)).await?;
    let Some(name) = gone else { return Ok(()) };
    log::warn!(
        "the secret {name} of who took part in trainings was destroyed; people are counted anew"
    );
    operator::upkeep(state, Moment(now), move |tx| {
        audit::record(
            tx,
            Event::new("participantSecretDestroyed", "participantSecret", &name),
        )
    })
    .await
}
