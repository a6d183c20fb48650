//! The one clock of the app. Rules never look at it: they are given `now`.
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Duration, SubsecRound, Utc};

/// Tells the time in UTC, to the microsecond (what both databases keep). Tests move it by hand.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    /// Microseconds that a test has added.
    ahead: Arc<AtomicI64>,
}

impl Clock {
    /// The present moment.
    #[allow(clippy::disallowed_methods, reason = "this is the clock")]
    pub fn now(&self) -> DateTime<Utc> {
        (Utc::now() + Duration::microseconds(self.ahead.load(Ordering::Relaxed))).trunc_subsecs(6)
    }

    /// Moves the clock forward, for tests of terms and expiry.
    pub fn advance(&self, by: Duration) {
        let micros = by.num_microseconds().unwrap_or(0);
        self.ahead.fetch_add(micros, Ordering::Relaxed);
    }
}
