//! Wrong passwords for names that nobody has.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::store::mysql::users::LockPolicy;

/// Counts as the table `users` does, in memory. It forgets everything when it is full: somebody
/// who fills it learns at most that a name they tried thousands of others before is not known.
#[derive(Debug)]
pub struct Attempts {
    policy: LockPolicy,
    seen: Mutex<HashMap<String, Seen>>,
}

/// How many wrong passwords in a row, and until when that locks.
type Seen = (u32, Option<DateTime<Utc>>);

const MAX_NAMES: usize = 10_000;

impl Attempts {
    pub fn new(policy: LockPolicy) -> Self {
        Self {
            policy,
            seen: Mutex::default(),
        }
    }

    /// Until when `name` is locked, if it is.
    pub fn locked(&self, name: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(name)
            .and_then(|(_, until)| *until)
            .filter(|until| *until > now)
    }

    /// Counts one more; until when the name is locked from now on, if it is.
    pub fn count(&self, name: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MAX_NAMES && !seen.contains_key(name) {
            seen.clear();
        }
        let (count, until) = seen.entry(name.to_owned()).or_default();
        *count = (*count + 1).min(64);
        *until = lock_seconds(self.policy, *count).map(|s| now + TimeDelta::seconds(s));
        *until
    }
}

/// How long the wrong password of this number (from 1) locks, in seconds.
fn lock_seconds(policy: LockPolicy, count: u32) -> Option<i64> {
    let beyond = count.checked_sub(policy.after)?;
    let seconds = u64::from(policy.first_seconds) << beyond.min(32);
    Some(seconds.min(u64::from(policy.longest_seconds)) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: LockPolicy = LockPolicy {
        after: 5,
        first_seconds: 60,
        longest_seconds: 900,
    };

    #[test]
    fn each_further_wrong_password_locks_for_twice_as_long() {
        let locks: Vec<_> = (1..=12).map(|n| lock_seconds(POLICY, n)).collect();
        let (none, seconds) = locks.split_at(4);
        assert_eq!(none, [None; 4]);
        let expected = [60, 120, 240, 480, 900, 900, 900, 900].map(Some);
        assert_eq!(seconds, expected);
    }

    #[test]
    fn a_lock_ends_by_itself() {
        let attempts = Attempts::new(POLICY);
        let now = DateTime::from_timestamp(1_000_000, 0).unwrap();
        for _ in 0..4 {
            assert_eq!(attempts.count("adm", now), None);
        }
        let until = attempts.count("adm", now).unwrap();
        assert_eq!(attempts.locked("adm", now), Some(until));
        assert_eq!(attempts.locked("adm", until), None);
        assert_eq!(attempts.locked("other", now), None);
    }
}
