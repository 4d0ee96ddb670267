//! One comparison of all stock, from its first SKU to its last.

use std::collections::BTreeMap;

use super::{KEPT, Reconciliations};
use crate::domain::attention::DifferenceCause;
use crate::domain::ids::{Sku, StockId, Warehouse};
use crate::domain::reconciliation::{LikelyCause, RunDifference, RunOutcome};
use crate::domain::rejection::{ServiceError, ServiceResult};
use crate::store::mysql::reconciliations::{
    Progress, books, entry_with_balance, open_difference, run_differences_insert, run_end,
    run_progress,
};
use crate::store::mysql::stock::stock_sweep;

/// SKUs compared in one go.
const TOGETHER: u32 = 500;

impl Reconciliations {
    /// Compares, and notes how it ended.
    pub(super) async fn run(self, id: u32) {
        let outcome = match self.compare_all(id).await {
            Ok(outcome) => outcome,
            Err(error) => {
                tracing::warn!(id, %error, "a comparison of all stock was broken off");
                RunOutcome::BrokenOff
            }
        };
        // When even this fails, the run ends by its silence.
        if let Err(error) = run_end(self.desk.pool(), id, outcome, self.clock.now()).await {
            tracing::warn!(id, %error, "the end of a comparison could not be noted");
        }
    }

    async fn compare_all(&self, id: u32) -> ServiceResult<RunOutcome> {
        let (pool, mut after) = (self.desk.pool(), StockId(0));
        let (mut progress, mut gate_away) = (Progress::default(), false);
        loop {
            let piece = stock_sweep(pool, after, TOGETHER).await?;
            let Some((last, _, _)) = piece.last() else {
                break;
            };
            after = *last;
            let (found, moving) = self.compare(&piece, &mut gate_away).await?;
            let room = KEPT.saturating_sub(progress.differences) as usize;
            let kept = &found[..found.len().min(room)];
            run_differences_insert(pool, id, kept).await?;
            progress.compared += count(piece.len());
            progress.unjudged += count(moving);
            progress.differences += count(found.len());
            if !run_progress(pool, id, progress, self.clock.now()).await? {
                return Ok(RunOutcome::BrokenOff);
            }
        }
        Ok(match gate_away {
            true => RunOutcome::GateAway,
            false => RunOutcome::Complete,
        })
    }

    /// Compares a piece of all stock; with how many SKUs never held still.
    async fn compare(
        &self,
        piece: &[(StockId, Warehouse, Sku)],
        gate_away: &mut bool,
    ) -> ServiceResult<(Vec<RunDifference>, usize)> {
        let mut at_gate = BTreeMap::new();
        let mut moving = 0;
        let mut split: BTreeMap<&Warehouse, Vec<(StockId, Sku)>> = BTreeMap::new();
        for (id, warehouse, sku) in piece {
            split.entry(warehouse).or_default().push((*id, sku.clone()));
        }
        for (warehouse, stock) in split {
            if *gate_away {
                break;
            }
            match self.desk.differing(warehouse, &stock).await {
                Ok(looked) => {
                    moving += looked.moving;
                    at_gate.extend(looked.found.into_iter().map(|(id, gate, _)| (id, gate)));
                }
                Err(ServiceError::NotConfirmed(why)) => {
                    tracing::warn!(why, "going on without the gate");
                    *gate_away = true;
                }
                Err(error) => return Err(error),
            }
        }
        let ids: Vec<StockId> = piece.iter().map(|(id, _, _)| *id).collect();
        let names: BTreeMap<StockId, (&Warehouse, &Sku)> =
            piece.iter().map(|(id, w, s)| (*id, (w, s))).collect();
        let mut found = Vec::new();
        for book in books(self.desk.pool(), &ids).await? {
            let gate = at_gate.get(&book.id).copied();
            let Some((warehouse, sku)) = names.get(&book.id) else {
                continue;
            };
            if book.agree() && gate.is_none() {
                continue;
            }
            let mut difference = RunDifference {
                stock: book.id,
                warehouse: (*warehouse).clone(),
                sku: (*sku).clone(),
                ledger: book.ledger,
                available: book.available,
                gate,
                since: book.since,
                cause: LikelyCause::NoEntry,
                after: None,
            };
            if book.agree() {
                self.explain(&mut difference).await?;
            }
            found.push(difference);
        }
        Ok((found, moving))
    }

    /// Since when, and why, the gate says something else.
    async fn explain(&self, difference: &mut RunDifference) -> ServiceResult<()> {
        let (pool, stock) = (self.desk.pool(), difference.stock);
        difference.cause = LikelyCause::Unknown;
        if let Some((seen_at, cause)) = open_difference(pool, stock).await? {
            difference.since = seen_at;
            difference.cause = match cause {
                DifferenceCause::RedisLostData => LikelyCause::RedisLostData,
                DifferenceCause::UngatedWrites => LikelyCause::UngatedWrites,
                DifferenceCause::RefusedAfterGate => LikelyCause::RefusedAfterGate,
                DifferenceCause::Unknown => LikelyCause::Unknown,
            };
        }
        if difference.cause == LikelyCause::Unknown
            && let Some(gate) = difference.gate
            && let Some((entry, since)) = entry_with_balance(pool, stock, gate).await?
        {
            difference.since = since;
            difference.cause = LikelyCause::WriteLost;
            difference.after = Some(entry);
        }
        Ok(())
    }
}

fn count(things: usize) -> u32 {
    u32::try_from(things).unwrap_or(u32::MAX)
}
