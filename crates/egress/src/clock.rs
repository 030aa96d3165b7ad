//! What time is it? The one place of this crate that reads the clocks, replaceable in tests.

use std::{
    fmt,
    time::{Duration, Instant, SystemTime},
};

/// Gives the time twice: as people count it, and as something that never goes back.
pub trait Clock: Send + Sync + fmt::Debug + 'static {
    /// The time of day, for caching.
    fn wall(&self) -> SystemTime;

    /// Time since some fixed moment, for budgets and back-off.
    fn steady(&self) -> Duration;
}

/// The machine's clocks.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock(Instant);

impl SystemClock {
    /// Starts counting now.
    #[must_use]
    pub fn start() -> Self {
        Self(Instant::now())
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the rim where this crate reads the clock")]
    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }

    fn steady(&self) -> Duration {
        self.0.elapsed()
    }
}
