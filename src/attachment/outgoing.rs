//! A file on its way out, in pieces.
use std::time::Duration;

use actix_web::web;
use futures_util::stream;
use tokio::time::{Instant, sleep};

use super::store;
use crate::access::Allowed;
use crate::access::policy::ReadAttachments;
use crate::db::types::Id;
use crate::problem::{Kind, Problem};

/// How long a download waits for its next piece, and how long between two tries.
const PATIENCE: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(100);

/// The bytes, a piece at a time, each read when the caller is ready for it.
pub fn pieces(
    allowed: Allowed<ReadAttachments>,
    content_id: Id,
    first: Vec<u8>,
    size: u64,
) -> impl futures_util::Stream<Item = Result<web::Bytes, Problem>> {
    let start = (allowed, 0_i64, size, Some(first));
    stream::try_unfold(start, move |(allowed, position, left, ready)| async move {
        if left == 0 {
            return Ok(None);
        }
        let piece = if let Some(piece) = ready {
            piece
        } else {
            let ask = || allowed.read(move |tx| store::piece(tx, content_id, position));
            patiently(PATIENCE, ask).await?
        };
        let sent = u64::try_from(piece.len()).map_err(Problem::internal)?;
        let next = (allowed, position + 1, left.saturating_sub(sent), None);
        Ok(Some((web::Bytes::from(piece), next)))
    })
}

/// Asks again while the service is busy: in the midst of an answer no 503 can be sent any more, only broken bytes.
async fn patiently<T, A: Future<Output = Result<T, Problem>>>(
    patience: Duration,
    ask: impl Fn() -> A,
) -> Result<T, Problem> {
    let until = Instant::now() + patience;
    loop {
        let outcome = ask().await;
        let busy = outcome.as_ref().is_err_and(is_busy);
        if !busy || Instant::now() >= until {
            return outcome;
        }
        sleep(PAUSE).await;
    }
}

fn is_busy(problem: &Problem) -> bool {
    problem.kind() == Kind::ServiceUnavailable
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// What comes of asking something that is busy this often, and how often it was asked.
    async fn asked(patience: Duration, busy: u32) -> (Result<(), Kind>, u32) {
        let times = Cell::new(0);
        let outcome = patiently(patience, || {
            times.set(times.get() + 1);
            std::future::ready(if times.get() > busy {
                Ok(())
            } else {
                Err(Problem::busy())
            })
        });
        let outcome = outcome.await.map_err(|problem| problem.kind());
        (outcome, times.get())
    }

    #[actix_web::test]
    async fn what_is_busy_is_asked_again_until_patience_ends() {
        let long = Duration::from_hours(1);
        assert_eq!(asked(long, 0).await, (Ok(()), 1));
        assert_eq!(asked(long, 2).await, (Ok(()), 3));
        let ended = Err(Kind::ServiceUnavailable);
        assert_eq!(asked(Duration::ZERO, 2).await, (ended, 1));
    }

    #[actix_web::test]
    async fn what_is_not_there_is_asked_once() {
        let times = Cell::new(0);
        let outcome = patiently(Duration::from_hours(1), || {
            times.set(times.get() + 1);
            std::future::ready(Err::<(), _>(Problem::not_found()))
        });
        assert!(outcome.await.is_err());
        assert_eq!(times.get(), 1);
    }
}
