//! Counts that are dear, remembered for a moment: nobody counts to thousands twice in a row.

use std::collections::HashMap;
use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::domain::listing::CappedCount;
use crate::store::mysql::StoreResult;

/// From here on a count is remembered.
const DEAR: u32 = 1_000;
/// So much older than the page it stands on may a count be.
const GOOD_FOR: Duration = Duration::from_secs(5);
/// The same for "10,000+".
const PAST_GOOD_FOR: Duration = Duration::from_secs(30);
/// Counts that are remembered at most.
const KEPT: usize = 1_000;

#[derive(Default)]
pub(in crate::service) struct DearCounts {
    known: Mutex<HashMap<String, (CappedCount, Instant)>>,
}

impl DearCounts {
    /// How many of `what` there are: as remembered, or else counted now.
    pub async fn get(
        &self,
        what: impl Debug,
        count: impl Future<Output = StoreResult<CappedCount>>,
    ) -> StoreResult<CappedCount> {
        let what = format!("{what:?}");
        if let Some(count) = self.known(&what, Instant::now()) {
            return Ok(count);
        }
        let count = count.await?;
        self.remember(what, count, Instant::now());
        Ok(count)
    }

    /// The same for what cannot always be counted.
    pub async fn get_if_countable(
        &self,
        what: impl Debug,
        count: impl Future<Output = StoreResult<Option<CappedCount>>>,
    ) -> StoreResult<Option<CappedCount>> {
        let what = format!("{what:?}");
        if let Some(count) = self.known(&what, Instant::now()) {
            return Ok(Some(count));
        }
        let count = count.await?;
        if let Some(count) = count {
            self.remember(what, count, Instant::now());
        }
        Ok(count)
    }

    fn known(&self, what: &str, now: Instant) -> Option<CappedCount> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, until) = known.get(what)?;
        (now < *until).then_some(*count)
    }

    fn remember(&self, what: String, count: CappedCount, now: Instant) {
        let good_for = match count {
            count if count.capped() => PAST_GOOD_FOR,
            CappedCount(DEAR..) => GOOD_FOR,
            _ => return,
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT {
            known.retain(|_, (_, until)| now < *until);
        }
        if known.len() < KEPT {
            known.insert(what, (count, now + good_for));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAST: CappedCount = CappedCount(CappedCount::CAP + 1);

    async fn get(counts: &DearCounts, what: &str, count: u32) -> u32 {
        let count = counts.get(what, async { Ok(CappedCount(count)) });
        count.await.unwrap().0
    }

    #[tokio::test]
    async fn a_dear_count_is_remembered_and_a_small_one_is_always_new() {
        let counts = DearCounts::default();
        for (counted, shown) in [(999, 999), (1_000, 1_000), (5, 1_000)] {
            assert_eq!(get(&counts, "a", counted).await, shown);
        }
        assert_eq!(get(&counts, "b", 5).await, 5);
    }

    #[test]
    fn counts_are_forgotten_in_time_and_never_grow_beyond_measure() {
        let (counts, now) = (DearCounts::default(), Instant::now());
        counts.remember("past".to_owned(), PAST, now);
        for what in 1..2 * KEPT {
            counts.remember(what.to_string(), CappedCount(DEAR), now);
        }
        assert_eq!(counts.known("1", now), Some(CappedCount(DEAR)));
        assert_eq!(counts.known("1500", now), None);
        let later = now + GOOD_FOR;
        assert_eq!(counts.known("1", later), None);
        assert_eq!(counts.known("past", later), Some(PAST));
        counts.remember("1500".to_owned(), CappedCount(DEAR), later);
        assert_eq!(counts.known.lock().unwrap().len(), 2);
        assert_eq!(counts.known("past", now + PAST_GOOD_FOR), None);
    }
}
