//! How long everybody waits for an answer before that itself is a failure.

use std::time::Duration;

use tokio::time::{Instant, sleep};

/// Only a hang is meant: a machine may be as slow as it likes.
pub const PATIENCE: Duration = Duration::from_secs(300);
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Somebody who tries again, and waits twice as long each time, as whoever means well does.
pub struct Tries {
    begun: Instant,
    pause: Duration,
}

impl Tries {
    pub fn begin() -> Self {
        Self {
            begun: Instant::now(),
            pause: FIRST_PAUSE,
        }
    }

    /// Waits before the next try of `what`.
    pub async fn again(&mut self, what: &str) {
        assert!(self.begun.elapsed() < PATIENCE, "nothing came of {what}");
        sleep(self.pause).await;
        self.pause = LONGEST_PAUSE.min(self.pause * 2);
    }
}
