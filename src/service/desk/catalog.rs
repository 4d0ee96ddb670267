//! Which row of `stock` a SKU is. Rows are never removed and never renumbered, so what was once
//! found stays true.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use sqlx::MySqlPool;

use crate::domain::command::Lines;
use crate::domain::ids::{Sku, StockId, Warehouse};
use crate::domain::rejection::{Rejection, ServiceError, ServiceResult};
use crate::service::in_time::{PATIENCE, in_time};
use crate::store::mysql::stock::stock_ids;

/// More SKUs than this are forgotten, all at once, and looked up again.
const REMEMBERED: usize = 200_000;

type Known = HashMap<Warehouse, HashMap<Sku, StockId>>;

#[derive(Clone)]
pub(super) struct Catalog {
    pool: MySqlPool,
    known: Arc<RwLock<Known>>,
}

impl Catalog {
    pub fn new(pool: MySqlPool) -> Self {
        Self {
            pool,
            known: Arc::default(),
        }
    }

    /// The row of each line, in the order of the lines.
    ///
    /// # Errors
    /// `unknown_stock` names every SKU that the warehouse does not hold.
    pub async fn resolve(
        &self,
        warehouse: &Warehouse,
        lines: &Lines,
    ) -> ServiceResult<Vec<StockId>> {
        let skus: Vec<&Sku> = lines.iter().map(|line| &line.sku).collect();
        let found = self.find(warehouse, &skus).await?;
        let unknown: Vec<Sku> = skus
            .iter()
            .zip(&found)
            .filter(|(_, id)| id.is_none())
            .map(|(sku, _)| (*sku).clone())
            .collect();
        if !unknown.is_empty() {
            return Err(Rejection::UnknownStock { skus: unknown }.into());
        }
        Ok(found.into_iter().flatten().collect())
    }

    /// The row of each SKU, `None` where the warehouse does not hold it.
    pub async fn find(
        &self,
        warehouse: &Warehouse,
        skus: &[&Sku],
    ) -> Result<Vec<Option<StockId>>, ServiceError> {
        let known = self.remembered(warehouse, skus);
        let missing: Vec<&Sku> = skus
            .iter()
            .zip(&known)
            .filter(|(_, id)| id.is_none())
            .map(|(sku, _)| *sku)
            .collect();
        if missing.is_empty() {
            return Ok(known);
        }
        let found = stock_ids(&self.pool, warehouse, &missing);
        let found = in_time(PATIENCE, found).await?;
        self.remember(warehouse, &found);
        let fill = |(sku, id): (&&Sku, Option<StockId>)| id.or_else(|| found.get(*sku).copied());
        Ok(skus.iter().zip(known).map(fill).collect())
    }

    fn remembered(&self, warehouse: &Warehouse, skus: &[&Sku]) -> Vec<Option<StockId>> {
        let known = self
            .known
            .read()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        let Some(rows) = known.get(warehouse) else {
            return vec![None; skus.len()];
        };
        skus.iter().map(|sku| rows.get(*sku).copied()).collect()
    }

    fn remember(&self, warehouse: &Warehouse, found: &HashMap<Sku, StockId>) {
        let mut known = self
            .known
            .write()
            .unwrap_or_else(|poisoned| poisoned.into_inner());
        if known.values().map(HashMap::len).sum::<usize>() > REMEMBERED {
            known.clear();
        }
        let rows = known.entry(warehouse.clone()).or_default();
        rows.extend(found.iter().map(|(sku, id)| (sku.clone(), *id)));
    }
}
