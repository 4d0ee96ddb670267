//! Which SKUs the gate is wrong about just now. Nothing is kept or corrected by looking.

use std::collections::HashMap;
use std::time::Duration;

use super::Desk;
use crate::domain::ids::{Sku, StockId, Warehouse};
use crate::domain::rejection::{ServiceError, ServiceResult};
use crate::store::mysql::stock::gate_values;

/// Looks at a SKU that does not hold still.
const LOOKS: u32 = 6;
const BETWEEN: Duration = Duration::from_millis(20);

/// What some looks came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Differing {
    /// The row of stock, what the gate has, what the stock table has; -1 is unlimited.
    pub found: Vec<(StockId, i64, i64)>,
    /// SKUs that moved in every look.
    pub moving: usize,
}

impl Desk {
    /// Compares the gate with the stock table for some SKUs of one warehouse. As in
    /// [`super::Reconciler`], a difference counts when it was seen twice in a row of a SKU that
    /// held still.
    ///
    /// # Errors
    /// `NotConfirmed` when the gate or the database does not answer.
    pub async fn differing(
        &self,
        warehouse: &Warehouse,
        stock: &[(StockId, Sku)],
    ) -> ServiceResult<Differing> {
        let mut looked = Differing::default();
        let mut suspected: HashMap<StockId, i64> = HashMap::new();
        let mut left: Vec<(StockId, Sku)> = stock.to_vec();
        for look in 0..LOOKS {
            if look > 0 {
                tokio::time::sleep(BETWEEN).await;
            }
            let names: Vec<Sku> = left.iter().map(|(_, sku)| sku.clone()).collect();
            let ids: Vec<StockId> = left.iter().map(|(id, _)| *id).collect();
            let gate = &self.inner.gate;
            let before = gate.compare(warehouse, &names).await.map_err(away)?;
            let truth = gate_values(&self.inner.pool, &ids).await?;
            let after = gate.compare(warehouse, &names).await.map_err(away)?;
            let mut again = Vec::new();
            for ((id, sku), (level, after)) in left.into_iter().zip(before.into_iter().zip(after)) {
                let (Some(value), Some(&available)) = (level.value, truth.get(&id)) else {
                    continue;
                };
                if level != after || level.held != 0 || level.releasing != 0 {
                    suspected.remove(&id);
                    again.push((id, sku));
                } else if value != available {
                    match suspected.insert(id, value - available) {
                        Some(same) if same == value - available => {
                            looked.found.push((id, value, available));
                        }
                        _ => again.push((id, sku)),
                    }
                }
            }
            left = again;
            if left.is_empty() {
                break;
            }
        }
        looked.moving = left.len();
        Ok(looked)
    }

    /// What the gate has of some SKUs of one warehouse, held units included; -1 is unlimited,
    /// `None` not loaded.
    ///
    /// # Errors
    /// `NotConfirmed` when the gate does not answer.
    pub async fn gate_now(
        &self,
        warehouse: &Warehouse,
        skus: &[Sku],
    ) -> ServiceResult<Vec<Option<i64>>> {
        let levels = self.inner.gate.compare(warehouse, skus).await;
        let value = |value: i64, held: i64| if value < 0 { value } else { value + held };
        let levels = levels.map_err(away)?.into_iter();
        Ok(levels
            .map(|level| level.value.map(|v| value(v, level.held)))
            .collect())
    }
}

fn away(error: crate::store::redis::GateAway) -> ServiceError {
    ServiceError::NotConfirmed(error.to_string())
}
