//! One SKU in one warehouse.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::ids::{Sku, StockId, Warehouse};

/// The present level of one (warehouse, SKU), as MySQL has it. All numbers are units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StockLevel {
    #[serde(skip)]
    pub id: StockId,
    pub warehouse: Warehouse,
    pub sku: Sku,
    pub name: String,
    /// What can still be sold; 0 and meaningless when `unlimited`.
    pub available: i64,
    /// Units held by pending and closing orders.
    pub reserved: i64,
    pub unlimited: bool,
    /// At or below this many available units the SKU counts as low.
    pub low_water: Option<i64>,
    /// Rises by one with every ledger entry of this SKU.
    pub version: u64,
    pub updated_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum StockState {
    Unlimited,
    Ok,
    Low,
    Out,
}

impl StockLevel {
    /// Units that can be sold; `None` when unlimited.
    pub fn available(&self) -> Option<i64> {
        (!self.unlimited).then_some(self.available)
    }

    pub fn on_hand(&self) -> Option<i64> {
        self.available().map(|n| n + self.reserved)
    }

    pub fn state(&self) -> StockState {
        match (self.available(), self.low_water) {
            (None, _) => StockState::Unlimited,
            (Some(0), _) => StockState::Out,
            (Some(n), Some(low)) if n <= low => StockState::Low,
            _ => StockState::Ok,
        }
    }
}
