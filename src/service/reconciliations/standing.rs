//! What the last comparison of all stock found and is still so: what the overview raises.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::{KEPT, LISTED, Reconciliations};
use crate::domain::ids::{Sku, StockId, Warehouse};
use crate::domain::listing::CappedCount;
use crate::domain::reconciliation::{RunDifference, RunOutcome};
use crate::domain::rejection::{ServiceError, ServiceResult};
use crate::service::in_time::{PATIENCE, in_time};
use crate::store::mysql::reconciliations::{books, run_differences, runs_list};

/// Whoever looks within this time is told the same.
const FRESH: TimeDelta = TimeDelta::seconds(5);

/// Differences of a run that are still there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub run: u32,
    pub started_at: DateTime<Utc>,
    /// At least one.
    pub count: CappedCount,
}

#[derive(Debug, Clone)]
pub(super) struct Looked {
    found: Option<Standing>,
    at: DateTime<Utc>,
}

impl Reconciliations {
    /// What the last run that ended found and is still so; `None` in it when nothing is. Only the
    /// SKUs that it kept are looked at again, a thousand at most, and not for every visitor.
    /// `None` when it could not be read.
    pub async fn standing(&self) -> Option<Option<Standing>> {
        let (now, desk) = (self.clock.now(), self.clone());
        let fresh = |looked: &Looked| now - looked.at < FRESH;
        let read = |_| async move {
            let found = desk.look_again().await?;
            Ok::<_, ServiceError>(Looked { found, at: now })
        };
        Some(self.standing.get(fresh, read).await?.found)
    }

    async fn look_again(&self) -> ServiceResult<Option<Standing>> {
        let pool = self.desk.pool();
        let runs = in_time(PATIENCE, runs_list(pool, LISTED)).await?;
        let whole = |outcome: RunOutcome| outcome != RunOutcome::BrokenOff;
        let mut runs = runs.into_iter();
        let last = runs.find(|run| run.ended.is_some_and(|(_, outcome)| whole(outcome)));
        let Some(run) = last.filter(|run| run.differences > 0) else {
            return Ok(None);
        };
        let found = in_time(PATIENCE, run_differences(pool, run.id, KEPT)).await?;
        let still = u32::try_from(self.still(&found).await?).unwrap_or(u32::MAX);
        // Of those that were not kept nothing newer is known.
        let kept = u32::try_from(found.len()).unwrap_or(u32::MAX);
        let count = still.saturating_add(run.differences.saturating_sub(kept));
        Ok((count > 0).then_some(Standing {
            run: run.id,
            started_at: run.started_at,
            count: CappedCount(count),
        }))
    }

    /// How many of these are still so. The gate's count as long as it cannot be asked.
    async fn still(&self, found: &[RunDifference]) -> ServiceResult<usize> {
        let ids: Vec<StockId> = found.iter().map(|difference| difference.stock).collect();
        let books = in_time(PATIENCE, books(self.desk.pool(), &ids)).await?;
        let disagree = books.iter().filter(|book| !book.agree());
        let mut still: BTreeSet<StockId> = disagree.map(|book| book.id).collect();
        let mut at_gate: BTreeMap<&Warehouse, Vec<(StockId, Sku)>> = BTreeMap::new();
        for difference in found.iter().filter(|d| d.gate_off_by().is_some()) {
            let sku = (difference.stock, difference.sku.clone());
            at_gate.entry(&difference.warehouse).or_default().push(sku);
        }
        for (warehouse, stock) in at_gate {
            match self.desk.differing(warehouse, &stock).await {
                Ok(looked) => still.extend(looked.found.into_iter().map(|(id, ..)| id)),
                Err(ServiceError::NotConfirmed(_)) => still.extend(stock.iter().map(|(id, _)| *id)),
                Err(error) => return Err(error),
            }
        }
        Ok(still.len())
    }
}
