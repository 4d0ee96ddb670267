//! Comparing the gate with MySQL, always: what moved lately first, then all stock in turn.
//!
//! MySQL and Redis cannot be read at one moment. So the gate is read before and after MySQL, and
//! only a SKU that did not move meanwhile, with nothing in flight, is judged; and the same
//! difference must be seen twice in a row. A SKU that never holds still is simply corrected now
//! and then: that pauses it for milliseconds, and does no harm.

use std::collections::HashMap;

use super::Desk;
use crate::domain::ids::{Sku, StockId, Warehouse};
use crate::domain::rejection::{ServiceError, ServiceResult};
use crate::store::mysql::stock::{
    Difference, difference_insert, gate_values, stock_sweep, warehouse_list,
};
use crate::store::redis::{GateAway, GateLevel, Outcome};

/// SKUs compared in one go.
const TOGETHER: usize = 500;
/// A SKU that moved during so many looks in a row is corrected without a judgement.
const RESTLESS_LOOKS: u32 = 20;

/// What one run looked at and found.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Swept {
    pub compared: usize,
    pub differences: usize,
    /// The sweep over all stock came to its end with this run.
    pub round_ended: bool,
}

/// What was seen of a SKU that did not agree at once.
#[derive(Debug, Clone, Copy)]
enum Suspicion {
    Differed(i64),
    Restless(u32),
}

/// One per process; many instances may run side by side.
pub struct Reconciler {
    desk: Desk,
    after: StockId,
    suspicions: HashMap<StockId, Suspicion>,
    cause: &'static str,
}

impl Reconciler {
    pub(super) fn new(desk: Desk) -> Self {
        Self {
            desk,
            after: StockId(0),
            suspicions: HashMap::new(),
            cause: "unknown",
        }
    }

    /// Asks Redis for a sign of life. When it came back, what could not be told to it is told.
    pub async fn watch_gate(&mut self) -> Result<(), GateAway> {
        if self.desk.inner.gate.ping().await? {
            self.cause = "redis_lost_data";
            self.after = StockId(0);
        }
        self.desk.inner.corrections.finish_unfinished().await;
        Ok(())
    }

    /// Ends marks in flight that nobody else will, and corrects their SKUs. Returns how many.
    pub async fn recover(&self) -> ServiceResult<usize> {
        let inner = &self.desk.inner;
        let mut ended = 0;
        for warehouse in warehouse_list(&inner.pool).await? {
            let stale = inner.gate.stale(&warehouse).await.map_err(away)?;
            for chunk in stale.chunks(TOGETHER) {
                let marks: Vec<_> = chunk
                    .iter()
                    .map(|s| (s.mark.clone(), Outcome::Drop))
                    .collect();
                inner.gate.finish(&warehouse, &marks).await.map_err(away)?;
                let skus = chunk
                    .iter()
                    .flat_map(|s| &s.skus)
                    .filter_map(|sku| sku.parse().ok());
                inner.corrections.soon(&warehouse, skus);
            }
            ended += stale.len();
        }
        Ok(ended)
    }

    /// Compares what moved lately, and the next piece of all stock.
    pub async fn compare(&mut self) -> ServiceResult<Swept> {
        let mut swept = Swept::default();
        let touched = self.desk.inner.corrections.take_touched();
        let mut by_warehouse: HashMap<Warehouse, Vec<Sku>> = HashMap::new();
        for (warehouse, sku) in touched {
            by_warehouse.entry(warehouse).or_default().push(sku);
        }
        let piece = stock_sweep(&self.desk.inner.pool, self.after, TOGETHER as u32).await?;
        swept.round_ended = piece.len() < TOGETHER;
        self.after = match piece.last() {
            Some((id, _, _)) if !swept.round_ended => *id,
            _ => StockId(0),
        };
        for (_, warehouse, sku) in piece {
            by_warehouse.entry(warehouse).or_default().push(sku);
        }
        for (warehouse, mut skus) in by_warehouse {
            skus.sort();
            skus.dedup();
            for chunk in skus.chunks(TOGETHER) {
                swept.compared += chunk.len();
                swept.differences += self.look(&warehouse, chunk).await?;
            }
        }
        if swept.round_ended {
            self.cause = "unknown";
        }
        Ok(swept)
    }

    async fn look(&mut self, warehouse: &Warehouse, skus: &[Sku]) -> ServiceResult<usize> {
        let inner = self.desk.inner.clone();
        let names: Vec<&Sku> = skus.iter().collect();
        let ids = inner.catalog.find(warehouse, &names).await?;
        let gate = inner.gate.compare(warehouse, skus).await.map_err(away)?;
        let known: Vec<StockId> = ids.iter().flatten().copied().collect();
        let truth = gate_values(&inner.pool, &known).await?;
        let after = inner.gate.compare(warehouse, skus).await.map_err(away)?;
        let mut found = 0;
        for ((sku, id), (level, after)) in skus.iter().zip(ids).zip(gate.into_iter().zip(after)) {
            let Some(id) = id else { continue };
            let Some(&available) = truth.get(&id) else {
                continue;
            };
            let Some(value) = level.value else {
                self.suspicions.remove(&id);
                continue;
            };
            match self.judge(id, value, level == after, level, available) {
                Judgement::Agrees => {}
                Judgement::LookAgain => {
                    inner.corrections.touch(warehouse, [sku.clone()]);
                }
                Judgement::Restless => inner.corrections.soon(warehouse, [sku.clone()]),
                Judgement::Differs => {
                    found += 1;
                    self.keep(id, value, level, available).await?;
                    inner.corrections.soon(warehouse, [sku.clone()]);
                    inner.corrections.touch(warehouse, [sku.clone()]);
                }
            }
        }
        Ok(found)
    }

    fn judge(
        &mut self,
        id: StockId,
        value: i64,
        still: bool,
        level: GateLevel,
        available: i64,
    ) -> Judgement {
        let before = self.suspicions.remove(&id);
        if !still || level.held != 0 || level.releasing != 0 {
            let looks = match before {
                Some(Suspicion::Restless(looks)) => looks + 1,
                _ => 1,
            };
            if looks >= RESTLESS_LOOKS {
                return Judgement::Restless;
            }
            self.suspicions.insert(id, Suspicion::Restless(looks));
            return Judgement::LookAgain;
        }
        let difference = value - available;
        match before {
            _ if difference == 0 => Judgement::Agrees,
            Some(Suspicion::Differed(same)) if same == difference => Judgement::Differs,
            _ => {
                self.suspicions.insert(id, Suspicion::Differed(difference));
                Judgement::LookAgain
            }
        }
    }

    async fn keep(
        &self,
        stock: StockId,
        gate_value: i64,
        level: GateLevel,
        available: i64,
    ) -> ServiceResult<()> {
        let gate_held = level.held;
        let cause = self.cause;
        let difference = Difference {
            stock,
            gate_value,
            gate_held,
            available,
            cause,
        };
        metrics::counter!("stockdesk_gate_differences_total").increment(1);
        tracing::warn!(?difference, "the gate differs from MySQL; correcting it");
        difference_insert(&self.desk.inner.pool, &difference, self.desk.now()).await?;
        Ok(())
    }
}

enum Judgement {
    Agrees,
    LookAgain,
    Restless,
    Differs,
}

fn away(error: GateAway) -> ServiceError {
    ServiceError::NotConfirmed(error.to_string())
}
