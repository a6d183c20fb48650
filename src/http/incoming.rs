//! A body on its way in. The server's own time limit ends with the head: without one of ours a body that trickles holds its
//! connection, and what was begun for it, for ever.
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::web::Bytes;
use futures_util::StreamExt;
use tokio::time::{Instant, timeout_at};

/// The longest time between two pieces: no connection that works is silent for longer.
const PAUSE: Duration = Duration::from_secs(30);

/// How long a body may take to arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// From one piece to the next.
    pub pause: Duration,
    /// All of it.
    pub whole: Duration,
}

impl Patience {
    /// This long for all of it, and half a minute between two pieces.
    pub const fn of(whole: Duration) -> Self {
        Self {
            pause: PAUSE,
            whole,
        }
    }
}

/// A body that breaks off when it takes too long.
pub struct Incoming {
    payload: Payload,
    pause: Duration,
    until: Instant,
}

impl Incoming {
    /// A body whose time starts now.
    pub fn new(payload: Payload, patience: Patience) -> Self {
        Self {
            payload,
            pause: patience.pause,
            until: Instant::now() + patience.whole,
        }
    }

    /// The next piece; none: that was all. Fails, with the reason, when the body breaks off.
    pub async fn next(&mut self) -> Result<Option<Bytes>, String> {
        let until = self.until.min(Instant::now() + self.pause);
        match timeout_at(until, self.payload.next()).await {
            Ok(piece) => piece.transpose().map_err(|fault| fault.to_string()),
            Err(_) => Err("it took too long to arrive".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{Stream, stream};

    use super::*;

    const SHORT: Duration = Duration::from_millis(60);
    const LONG: Duration = Duration::from_hours(1);

    /// How many pieces arrive, and whether they are all.
    async fn arriving(
        pieces: impl Stream<Item = Bytes> + 'static,
        patience: Patience,
    ) -> (usize, bool) {
        let payload = Box::pin(pieces.map(Ok));
        let (mut incoming, mut count) = (Incoming::new(Payload::Stream { payload }, patience), 0);
        loop {
            match incoming.next().await {
                Ok(Some(_)) => count += 1,
                Ok(None) => return (count, true),
                Err(why) => {
                    assert_eq!(why, "it took too long to arrive");
                    return (count, false);
                }
            }
        }
    }

    /// A byte now and then, for ever.
    fn trickle(every: Duration) -> impl Stream<Item = Bytes> {
        stream::unfold((), move |()| async move {
            tokio::time::sleep(every).await;
            Some((Bytes::from_static(b"a"), ()))
        })
    }

    #[actix_web::test]
    async fn a_body_arrives_whole_within_its_time() {
        let patience = Patience {
            pause: LONG,
            whole: LONG,
        };
        let pieces = trickle(Duration::from_millis(1)).take(3);
        assert_eq!(arriving(pieces, patience).await, (3, true));
        assert_eq!(arriving(stream::empty(), patience).await, (0, true));
    }

    #[actix_web::test]
    async fn a_body_breaks_off_when_no_byte_comes_for_too_long() {
        let patience = Patience {
            pause: SHORT,
            whole: LONG,
        };
        let start = stream::iter([Bytes::from_static(b"a")]);
        assert_eq!(
            arriving(start.chain(stream::pending()), patience).await,
            (1, false)
        );
    }

    #[actix_web::test]
    async fn a_body_that_trickles_breaks_off_when_all_of_it_takes_too_long() {
        let patience = Patience {
            pause: LONG,
            whole: SHORT,
        };
        let (count, is_whole) = arriving(trickle(Duration::from_millis(5)), patience).await;
        assert!(!is_whole && count <= 12, "{count}");
    }
}
