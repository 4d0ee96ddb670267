//! What does not work as usual just now, as the band on every page says it.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, Utc};

/// Something the desk stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// MySQL: without it nothing can be changed and little can be shown.
    Database,
    /// A promise does not hold: the books say two things.
    Promises,
    /// Redis: without it selling goes on, straight to MySQL.
    Gate,
    /// The payment gateways' answers.
    Payments,
    /// The reconciler and the other workers.
    Workers,
}

/// What the band says, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Band {
    pub part: Part,
    pub since: DateTime<Utc>,
}

/// Changes are paused on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadOnly {
    /// When they will be possible again, if anybody knows.
    pub until: Option<DateTime<Utc>>,
}

#[derive(Debug, Default)]
struct State {
    degraded: BTreeMap<Part, DateTime<Utc>>,
    read_only: Option<ReadOnly>,
}

/// The present condition of the desk. Whoever notices a change says so here; pages only read.
#[derive(Debug, Clone, Default)]
pub struct Condition(Arc<RwLock<State>>);

impl Condition {
    /// `part` has not worked as usual since `since`; an earlier time that is known already stays.
    pub fn degraded(&self, part: Part, since: DateTime<Utc>) {
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        state.degraded.entry(part).or_insert(since);
    }

    /// `part` works as usual.
    pub fn restored(&self, part: Part) {
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        state.degraded.remove(&part);
    }

    /// Pauses changes, or (`None`) allows them again.
    pub fn set_read_only(&self, read_only: Option<ReadOnly>) {
        let mut state = self.0.write().unwrap_or_else(PoisonError::into_inner);
        state.read_only = read_only;
    }

    /// Whether changes are paused at `now`; a pause ends by itself.
    pub fn read_only(&self, now: DateTime<Utc>) -> Option<ReadOnly> {
        let state = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let over = |read_only: &ReadOnly| read_only.until.is_some_and(|until| until <= now);
        state.read_only.filter(|read_only| !over(read_only))
    }

    /// The worst of what is degraded.
    pub fn band(&self) -> Option<Band> {
        let state = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let (&part, &since) = state.degraded.first_key_value()?;
        Some(Band { part, since })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_band_names_the_worst_part_since_it_was_first_noticed() {
        let condition = Condition::default();
        let at = |seconds| DateTime::from_timestamp(seconds, 0).unwrap();
        assert_eq!(condition.band(), None);
        condition.degraded(Part::Gate, at(10));
        condition.degraded(Part::Gate, at(20));
        let band = |part, since| Some(Band { part, since });
        assert_eq!(condition.band(), band(Part::Gate, at(10)));
        condition.degraded(Part::Database, at(30));
        assert_eq!(condition.band(), band(Part::Database, at(30)));
        condition.restored(Part::Database);
        condition.restored(Part::Gate);
        assert_eq!(condition.band(), None);
    }
}
