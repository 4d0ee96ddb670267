//! Undoing a document, exactly once.

use super::{Desk, Passage};
use crate::domain::actor::Actor;
use crate::domain::book::{Done, Job, Work};
use crate::domain::command::Rollback;
use crate::domain::ids::{DocumentNo, Sku, Warehouse};
use crate::domain::receipt::{Applied, RollbackReceipt};
use crate::domain::rejection::{ServiceError, ServiceResult};
use crate::store::mysql::stock::document_units;

impl Desk {
    /// Adds the opposite of every entry of a document. Without a draft to confirm, a document
    /// that never came is fenced: it never will deduct.
    ///
    /// # Errors
    /// `Rejected` with `cancel_the_order`, `order_cancelled`, `already_rolled_back` (another
    /// person did), `insufficient_stock` (units that were added are gone), or what is wrong with
    /// the draft it confirms; `NotConfirmed` when the same call can and should be repeated.
    pub async fn rollback(
        &self,
        rollback: Rollback,
        actor: Actor,
    ) -> ServiceResult<Applied<RollbackReceipt>> {
        let (passage, warehouse, skus) = self.passage_back(&rollback.document).await?;
        let unseen = warehouse.is_none();
        let job = Job {
            work: Work::Rollback(rollback),
            actor,
        };
        match self
            .inner
            .writer
            .submit(job, passage, warehouse, skus)
            .await?
        {
            Done::RolledBack(applied) => {
                if unseen && !applied.receipt.lines.is_empty() {
                    self.correct_document(&applied.receipt.document).await?;
                }
                Ok(applied)
            }
            other => Err(ServiceError::Internal(format!(
                "a rollback came back as {other:?}"
            ))),
        }
    }

    /// The document came after we looked and before we undid it: the gate was not told.
    async fn correct_document(&self, document: &DocumentNo) -> ServiceResult<()> {
        for (warehouse, sku, _) in document_units(&self.inner.pool, document).await? {
            self.correct_soon(&warehouse, [sku]);
        }
        Ok(())
    }

    /// Marks what undoing `document` will give back to the gate.
    pub(super) async fn passage_back(
        &self,
        document: &DocumentNo,
    ) -> ServiceResult<(Passage, Option<Warehouse>, Vec<Sku>)> {
        let units = document_units(&self.inner.pool, document).await?;
        let Some((warehouse, _, _)) = units.first() else {
            return Ok((Passage::Aside, None, Vec::new()));
        };
        let skus: Vec<Sku> = units.iter().map(|(_, sku, _)| sku.clone()).collect();
        let warehouse = warehouse.clone();
        // Undoing an addition takes units: MySQL decides, then the gate is corrected.
        if units.iter().any(|(_, _, delta)| *delta >= 0) {
            return Ok((Passage::Ungated, Some(warehouse), skus));
        }
        let lines: Vec<(&Sku, i64)> = units.iter().map(|(_, sku, d)| (sku, -d)).collect();
        let passage = self.mark_release(&warehouse, &lines).await;
        Ok((passage, Some(warehouse), skus))
    }
}
