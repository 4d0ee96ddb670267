//! How many requests the bearer of one key may make.

use std::num::NonZeroU32;
use std::sync::Arc;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::web::problem::{Problem, Retry};

/// One count for each key, the same for all threads of this instance. Cheap to clone.
#[derive(Clone)]
pub struct Rate(Option<Arc<DefaultKeyedRateLimiter<u64>>>);

impl Rate {
    /// So many requests in a second, and at once twice as many; 0 is no limit.
    pub fn new(requests_per_second: u32) -> Self {
        let limit = NonZeroU32::new(requests_per_second).map(|per_second| {
            let burst = per_second.saturating_add(per_second.get());
            Arc::new(RateLimiter::keyed(
                Quota::per_second(per_second).allow_burst(burst),
            ))
        });
        Self(limit)
    }

    /// Counts a request of the key with this id.
    ///
    /// # Errors
    /// 429, with the time after which one more is possible.
    pub fn count(&self, key: u64) -> Result<(), Problem> {
        let Some(limit) = &self.0 else {
            return Ok(());
        };
        limit.check_key(&key).map_err(|too_early| {
            let wait = too_early.wait_time_from(DefaultClock::default().now());
            let seconds = u32::try_from(wait.as_secs()).unwrap_or(u32::MAX);
            Problem::too_many_requests().retry(Retry::Seconds(seconds.saturating_add(1)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_has_its_own_count() {
        let rate = Rate::new(1);
        for key in [1, 2] {
            assert!(rate.count(key).is_ok() && rate.count(key).is_ok());
            let problem = rate.count(key).unwrap_err();
            assert_eq!(
                (problem.code, problem.retry),
                ("rate_limited", Some(Retry::Seconds(1)))
            );
        }
        let none = Rate::new(0);
        assert!((0..1_000).all(|_| none.count(1).is_ok()));
    }
}
