//! When to ask a gateway again.

use chrono::{DateTime, TimeDelta, Utc};

/// 5 s, 15 s, 30 s, 1 min, 2 min, 5 min, then every 10 min: for ever, for nothing is ever decided
/// by how long it lasted. Each up to a fifth later, so that what failed together does not come
/// back together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retries {
    /// So many times faster than that, for practice and tests; at least 1.
    pub speed: u32,
}

impl Default for Retries {
    fn default() -> Self {
        Self { speed: 1 }
    }
}

const WAITS_S: [i64; 7] = [5, 15, 30, 60, 120, 300, 600];

impl Retries {
    /// After so many tries that came to nothing.
    pub fn next(self, now: DateTime<Utc>, attempts: u32) -> DateTime<Utc> {
        let last = WAITS_S.len() - 1;
        let index = usize::try_from(attempts).unwrap_or(last).min(last);
        self.after(now, WAITS_S[index])
    }

    /// Where asking sooner would help nobody: people have to do something first.
    pub fn slow(self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.after(now, WAITS_S[WAITS_S.len() - 1])
    }

    /// A span of the usual world, at this speed.
    pub fn scaled(self, span: TimeDelta) -> TimeDelta {
        TimeDelta::milliseconds(span.num_milliseconds() / i64::from(self.speed.max(1)))
    }

    fn after(self, now: DateTime<Utc>, wait_s: i64) -> DateTime<Utc> {
        let wait_ms = self.scaled(TimeDelta::seconds(wait_s)).num_milliseconds();
        now + TimeDelta::milliseconds(wait_ms + rand::random_range(0..=wait_ms / 5))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_ten_minutes_and_never_end() {
        let now = DateTime::UNIX_EPOCH;
        for (attempts, least_s) in [
            (0, 5),
            (1, 15),
            (5, 300),
            (6, 600),
            (7, 600),
            (u32::MAX, 600),
        ] {
            for speed in [1, 10] {
                let next = Retries { speed }.next(now, attempts);
                let wait_ms = (next - now).num_milliseconds() * i64::from(speed);
                let range = least_s * 1_000..=least_s * 1_200;
                assert!(range.contains(&wait_ms), "{attempts}: {wait_ms}");
            }
        }
    }
}
