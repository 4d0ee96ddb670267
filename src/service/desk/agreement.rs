//! Does the gate agree with MySQL about one SKU? Asked by its page; the reconciler asks about all.

use std::time::Duration;

use tokio::time::timeout;

use super::Desk;
use crate::domain::rejection::ServiceResult;
use crate::domain::stock::StockLevel;
use crate::store::mysql::stock::gate_values;
use crate::store::redis::GateLevel;

/// A page does not wait longer for the gate.
const PATIENCE: Duration = Duration::from_millis(500);

/// What the gate believes of one SKU, beside what MySQL knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    Agrees,
    /// They were not the same in two looks; something moved between them.
    Moving,
    /// Nobody asked for this SKU yet, or Redis forgot it.
    Unloaded,
    /// Redis does not answer.
    Away,
    /// Available units; `None` for unlimited.
    Differs {
        gate: Option<i64>,
        database: Option<i64>,
    },
}

impl Desk {
    /// Compares the gate with `level`. The two stores cannot be read at one moment: what differs
    /// is looked at once more.
    ///
    /// # Errors
    /// When MySQL does not answer the second look.
    pub async fn agreement(&self, level: &StockLevel) -> ServiceResult<Agreement> {
        let Some(first) = self.gate_level(level).await else {
            return Ok(Agreement::Away);
        };
        let database = level.available().unwrap_or(UNLIMITED);
        match units(first, database) {
            None => return Ok(Agreement::Unloaded),
            Some(gate) if gate == database => return Ok(Agreement::Agrees),
            Some(_) => {}
        }
        let again = gate_values(&self.inner.pool, &[level.id]).await?;
        let database = again.get(&level.id).copied().unwrap_or(database);
        let Some(second) = self.gate_level(level).await else {
            return Ok(Agreement::Away);
        };
        let at_rest = second.held == 0 && second.releasing == 0;
        Ok(match units(second, database) {
            None => Agreement::Unloaded,
            Some(gate) if gate == database => Agreement::Agrees,
            Some(gate) if at_rest && Some(gate) == units(first, database) => Agreement::Differs {
                gate: Some(gate).filter(|&units| units != UNLIMITED),
                database: Some(database).filter(|&units| units != UNLIMITED),
            },
            Some(_) => Agreement::Moving,
        })
    }

    async fn gate_level(&self, level: &StockLevel) -> Option<GateLevel> {
        let sku = [level.sku.clone()];
        let asked = self.inner.gate.compare(&level.warehouse, &sku);
        let answer = timeout(PATIENCE, asked).await.ok()?.ok()?;
        answer.first().copied()
    }
}

/// As both stores write it.
const UNLIMITED: i64 = -1;

/// What the gate has, with what it holds for work in flight; `None` when it has nothing loaded.
fn units(gate: GateLevel, database: i64) -> Option<i64> {
    let value = gate.value?;
    let unlimited = value == UNLIMITED || database == UNLIMITED;
    Some(if unlimited { value } else { value + gate.held })
}
