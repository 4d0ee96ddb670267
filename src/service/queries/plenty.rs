//! What was found to be more than is counted a moment ago, and need not be counted so far again.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::domain::listing::CappedCount;
use crate::store::mysql::StoreResult;

/// For so long "10,000+" may still be said of what has become fewer.
const GOOD_FOR: Duration = Duration::from_secs(30);
/// Counts that are remembered at most.
const KEPT: usize = 1_000;

const PAST: CappedCount = CappedCount(CappedCount::CAP + 1);

#[derive(Default)]
pub(in crate::service) struct Plenty {
    until: Mutex<HashMap<String, Instant>>,
}

impl Plenty {
    /// Counts, unless `what` was past the cap a moment ago. Every smaller count is a new one.
    pub async fn or_count(
        &self,
        what: impl Debug,
        count: impl Future<Output = StoreResult<CappedCount>>,
    ) -> StoreResult<CappedCount> {
        let what = format!("{what:?}");
        if self.knows(&what, Instant::now()) {
            return Ok(PAST);
        }
        let count = count.await?;
        if count.capped() {
            self.remember(what, Instant::now());
        }
        Ok(count)
    }

    /// The same for what cannot always be counted.
    pub async fn or_count_if_known(
        &self,
        what: impl Debug,
        count: impl Future<Output = StoreResult<Option<CappedCount>>>,
    ) -> StoreResult<Option<CappedCount>> {
        let what = format!("{what:?}");
        if self.knows(&what, Instant::now()) {
            return Ok(Some(PAST));
        }
        let count = count.await?;
        if count.is_some_and(CappedCount::capped) {
            self.remember(what, Instant::now());
        }
        Ok(count)
    }

    fn knows(&self, what: &str, now: Instant) -> bool {
        let until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        until.get(what).is_some_and(|until| now < *until)
    }

    fn remember(&self, what: String, now: Instant) {
        let mut until = self.until.lock().unwrap_or_else(PoisonError::into_inner);
        if until.len() >= KEPT {
            until.retain(|_, until| now < *until);
        }
        if until.len() < KEPT {
            until.insert(what, now + GOOD_FOR);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANY: CappedCount = CappedCount(CappedCount::CAP + 1);

    async fn counted(plenty: &Plenty, what: &str, count: CappedCount) -> CappedCount {
        plenty.or_count(what, async { Ok(count) }).await.unwrap()
    }

    #[tokio::test]
    async fn only_what_is_past_the_cap_is_not_counted_again() {
        let plenty = Plenty::default();
        assert_eq!(counted(&plenty, "a", CappedCount(9)).await, CappedCount(9));
        assert_eq!(counted(&plenty, "a", MANY).await, MANY);
        assert_eq!(counted(&plenty, "a", CappedCount(9)).await, MANY);
        assert_eq!(counted(&plenty, "b", CappedCount(9)).await, CappedCount(9));
    }

    #[test]
    fn it_is_forgotten_in_time_and_never_grows_beyond_measure() {
        let (plenty, now) = (Plenty::default(), Instant::now());
        for what in 0..2 * KEPT {
            plenty.remember(what.to_string(), now);
        }
        assert!(plenty.knows("0", now) && !plenty.knows("1500", now));
        let later = now + GOOD_FOR;
        assert!(!plenty.knows("0", later));
        plenty.remember("1500".to_owned(), later);
        assert!(plenty.knows("1500", later));
        assert_eq!(plenty.until.lock().unwrap().len(), 1);
    }
}
