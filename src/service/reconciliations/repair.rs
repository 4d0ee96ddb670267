//! Setting the gate to what the stock table has.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::timeout;

use super::{LISTED, Reconciliations};
use crate::domain::audit::{AuditAction, AuditDetail, AuditResult};
use crate::domain::ids::{Sku, StockId, Warehouse};
use crate::domain::reconciliation::RunOutcome;
use crate::domain::rejection::{ServiceError, ServiceResult};
use crate::domain::stock::StockLevel;
use crate::service::Person;
use crate::service::in_time::{PATIENCE, in_time};
use crate::store::mysql::reconciliations::{open_stock, run_differences, runs_list};
use crate::store::mysql::stock::stock_by_ids;

/// SKUs that are repaired in one go.
pub const REPAIRED_AT_ONCE: u32 = 500;
/// How long a person waits for the repair of one warehouse.
const REPAIRED_WITHIN: Duration = Duration::from_secs(5);

/// One SKU before its repair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    pub level: StockLevel,
    /// What the gate has, -1 for unlimited; `None` when not loaded.
    pub gate: Option<i64>,
}

impl Beside {
    /// What the gate will have, which is what the stock table has.
    pub fn after(&self) -> i64 {
        self.level.available().unwrap_or(-1)
    }

    pub fn agrees(&self) -> bool {
        self.gate.is_none_or(|gate| gate == self.after())
    }
}

/// What a repair came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repaired {
    pub asked: usize,
    /// Still differing, or never at rest; the watch goes on with them.
    pub left: usize,
}

impl Reconciliations {
    /// These rows of stock, or all that are known to differ, beside what the gate has now: what a
    /// repair would do. At most [`REPAIRED_AT_ONCE`].
    ///
    /// # Errors
    /// `NotConfirmed` when the gate or the database does not answer.
    pub async fn beside(&self, stock: &[StockId]) -> ServiceResult<Vec<Beside>> {
        let levels = match stock {
            [] => self.levels(&self.known_to_differ().await?).await?,
            some => self.levels(some).await?,
        };
        let mut beside = Vec::with_capacity(levels.len());
        for (warehouse, levels) in by_warehouse(levels) {
            let skus: Vec<Sku> = levels.iter().map(|level| level.sku.clone()).collect();
            let gate = self.desk.gate_now(&warehouse, &skus).await?;
            let both = levels.into_iter().zip(gate);
            beside.extend(both.map(|(level, gate)| Beside { level, gate }));
        }
        Ok(beside)
    }

    /// Sets the gate to what the stock table has, for these rows. Neither the table nor the
    /// ledger is ever changed.
    ///
    /// # Errors
    /// `NotConfirmed` when the gate or the database does not answer.
    pub async fn repair(&self, stock: &[StockId], by: &Person) -> ServiceResult<Repaired> {
        let repaired = self.try_repair(stock).await;
        let (result, detail) = match &repaired {
            Ok((done, names)) => {
                let result = match done.left {
                    0 => AuditResult::Done,
                    _ => AuditResult::NoEffect,
                };
                let (skus, left) = (AuditDetail::name(names), done.left);
                (result, AuditDetail::Repaired { skus, left })
            }
            Err(_) => (AuditResult::NoEffect, AuditDetail::NoAnswer),
        };
        let object = format!("{} SKU", stock.len());
        let action = AuditAction::Repaired;
        self.note(by, action, result, &object, Some(detail)).await;
        Ok(repaired?.0)
    }

    async fn try_repair(&self, stock: &[StockId]) -> ServiceResult<(Repaired, String)> {
        let levels = self.levels(stock).await?;
        let mut repaired = Repaired {
            asked: levels.len(),
            left: 0,
        };
        let names: Vec<String> = levels
            .iter()
            .map(|level| format!("{}/{}", level.warehouse, level.sku))
            .collect();
        for (warehouse, levels) in by_warehouse(levels) {
            let skus = levels.iter().map(|level| level.sku.clone()).collect();
            let work = self.desk.load_gate(&warehouse, skus);
            if timeout(REPAIRED_WITHIN, work).await.is_err() {
                let why = "the gate was not corrected in time".to_owned();
                return Err(ServiceError::NotConfirmed(why));
            }
            let stock: Vec<_> = levels.into_iter().map(|l| (l.id, l.sku)).collect();
            let still = self.desk.differing(&warehouse, &stock).await?;
            repaired.left += still.found.len() + still.moving;
        }
        Ok((repaired, names.join(", ")))
    }

    /// Open differences of the watch, and what the last run found at the gate; with what runs after
    /// it found before they were broken off.
    async fn known_to_differ(&self) -> ServiceResult<Vec<StockId>> {
        let pool = self.desk.pool();
        let mut stock = in_time(PATIENCE, open_stock(pool, REPAIRED_AT_ONCE)).await?;
        for run in in_time(PATIENCE, runs_list(pool, LISTED)).await? {
            let Some((_, outcome)) = run.ended else {
                continue;
            };
            let found = run_differences(pool, run.id, REPAIRED_AT_ONCE);
            let found = in_time(PATIENCE, found).await?;
            let of_gate = found.iter().filter(|d| d.gate_off_by().is_some());
            stock.extend(of_gate.map(|d| d.stock));
            if outcome != RunOutcome::BrokenOff {
                break;
            }
        }
        stock.sort();
        stock.dedup();
        stock.truncate(REPAIRED_AT_ONCE as usize);
        Ok(stock)
    }

    async fn levels(&self, stock: &[StockId]) -> ServiceResult<Vec<StockLevel>> {
        let some = &stock[..stock.len().min(REPAIRED_AT_ONCE as usize)];
        in_time(PATIENCE, stock_by_ids(self.desk.pool(), some)).await
    }
}

fn by_warehouse(levels: Vec<StockLevel>) -> BTreeMap<Warehouse, Vec<StockLevel>> {
    let mut split: BTreeMap<Warehouse, Vec<StockLevel>> = BTreeMap::new();
    for level in levels {
        split
            .entry(level.warehouse.clone())
            .or_default()
            .push(level);
    }
    split
}
