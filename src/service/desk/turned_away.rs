//! Counting the claims that were turned away. A flash sale turns away tens of thousands in a
//! second: each costs one addition in memory, and a worker writes the sums.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use super::Desk;
use crate::domain::demand::{Refused, TurnedAway};
use crate::domain::ids::{Sku, StockId, Warehouse};
use crate::domain::rejection::{ServiceResult, ShortLine};
use crate::store::mysql::demand::{demand_add, demand_forget};

/// Sums that wait to be written; past so many, new ones are not counted.
const SUMS: usize = 20_000;

/// A row of stock, a minute (Unix seconds), a reason.
type Key = (StockId, i64, TurnedAway);

/// Cheap to clone.
#[derive(Clone, Default)]
pub(super) struct TurnedAwayClaims(Arc<Mutex<HashMap<Key, Refused>>>);

impl TurnedAwayClaims {
    fn add(&self, counts: impl Iterator<Item = (Key, Refused)>) {
        let mut sums = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, more) in counts {
            let room = sums.len() < SUMS;
            match sums.get_mut(&key) {
                Some(sum) => {
                    sum.claims += more.claims;
                    sum.units += more.units;
                }
                None if room => {
                    sums.insert(key, more);
                }
                None => metrics::counter!("stockdesk_turned_away_uncounted_total")
                    .increment(more.claims),
            }
        }
    }

    fn take(&self) -> HashMap<Key, Refused> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Desk {
    /// Counts what was short. The rows of the SKUs are remembered: they were looked up for the
    /// claim itself.
    pub(super) async fn count_turned_away(&self, warehouse: &Warehouse, lines: &[ShortLine]) {
        let skus: Vec<&Sku> = lines.iter().map(|line| &line.sku).collect();
        let Ok(rows) = self.inner.catalog.find(warehouse, &skus).await else {
            return;
        };
        let minute = self.inner.clock.now().timestamp().div_euclid(60) * 60;
        let count = |(short, stock): (&ShortLine, Option<StockId>)| {
            let reason = match short.available {
                0 => TurnedAway::SoldOut,
                _ => TurnedAway::NotEnough,
            };
            let refused = Refused {
                claims: 1,
                units: short.requested.unsigned_abs(),
            };
            Some(((stock?, minute, reason), refused))
        };
        let counted = lines.iter().zip(rows).filter_map(count);
        self.inner.turned_away.add(counted);
    }

    /// Writes what was counted; how many sums that were. What could not be written is counted on.
    ///
    /// # Errors
    /// `NotConfirmed` while the database is away.
    pub async fn write_turned_away(&self, now: DateTime<Utc>) -> ServiceResult<usize> {
        let sums = self.inner.turned_away.take();
        if sums.is_empty() {
            return Ok(0);
        }
        let rows: Vec<_> = sums
            .iter()
            .map(|(&(stock, minute, reason), sum)| (stock, minute, reason, sum.claims, sum.units))
            .collect();
        if let Err(error) = demand_add(&self.inner.pool, &rows).await {
            self.inner.turned_away.add(sums.into_iter());
            return Err(error.into());
        }
        demand_forget(&self.inner.pool, now).await?;
        Ok(rows.len())
    }
}
