//! What needs a person: differences of the gate, and money that paid for nothing.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::ids::{DocumentNo, OpId, Sku, Warehouse};
use super::listing::{CappedCount, Listed};
use super::words::words;

words! {
    /// Why the gate held something else than the stock table.
    pub enum DifferenceCause {
        Unknown = "unknown",
        RedisLostData = "redis_lost_data",
        UngatedWrites = "ungated_writes",
        RefusedAfterGate = "refused_after_gate",
    }
}

/// A difference that was seen twice in a row, and when it was repaired. Units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GateDifference {
    pub id: u64,
    pub warehouse: Warehouse,
    pub sku: Sku,
    pub seen_at: DateTime<Utc>,
    /// What the gate had; -1 for unlimited.
    pub gate_value: i64,
    /// Units in flight then.
    pub gate_held: i64,
    /// What the stock table had; -1 for unlimited.
    pub available: i64,
    pub cause: DifferenceCause,
    pub repaired_at: Option<DateTime<Utc>>,
}

/// Orders whose cancel waits for the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingCancels {
    pub count: CappedCount,
    /// The most tries that one of them took.
    pub most_attempts: u32,
    /// Which of them waits longest, since when, and by which operation.
    pub oldest: Option<(DocumentNo, DateTime<Utc>, Option<OpId>)>,
}

/// What needs a person now. Each number was read alone: one that could not be is `None`.
#[derive(Debug, Clone, Default)]
pub struct Attention {
    pub waiting_cancels: Option<WaitingCancels>,
    pub low: Option<CappedCount>,
    pub out: Option<CappedCount>,
    /// Pending orders whose deadline is less than five minutes away, or passed.
    pub due_soon: Option<CappedCount>,
    pub differences: Option<CappedCount>,
    /// Late payments that need a person.
    pub late_payments: Option<CappedCount>,
    /// When the first of them came; `None` also when there is none.
    pub late_since: Option<DateTime<Utc>>,
    /// Drafts that nobody has confirmed or discarded, nor expired.
    pub open_drafts: Option<CappedCount>,
}

/// Units over all stock that has a level, read some seconds ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    pub available: i64,
    pub reserved: i64,
    pub as_of: DateTime<Utc>,
}

/// Ledger entries in each of the last 60 minutes, oldest first; the last one is still running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moves {
    pub per_minute: Vec<u64>,
    pub as_of: DateTime<Utc>,
}

impl Moves {
    pub fn total(&self) -> u64 {
        self.per_minute.iter().sum()
    }
}

/// Ledger entries in each of the last 24 hours, by the hour's beginning, oldest first; the last
/// one is still running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    pub per_hour: Vec<(DateTime<Utc>, u64)>,
    pub as_of: DateTime<Utc>,
}

impl Hours {
    /// The hour with the most entries, and how many; `None` when there were none at all.
    pub fn busiest(&self) -> Option<(DateTime<Utc>, u64)> {
        let most = self.per_hour.iter().max_by_key(|(_, count)| *count);
        most.copied().filter(|(_, count)| *count > 0)
    }
}

/// The numbers of the overview; `None` where one could not be read.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    pub totals: Option<Totals>,
    pub pending_orders: Option<CappedCount>,
    pub moves: Option<Moves>,
    pub hours: Option<Hours>,
    /// Operations confirmed since the day began, one by one or many at once, and by how many people.
    pub corrections_today: Option<(CappedCount, u32)>,
    pub latest_corrections: Option<Vec<Listed>>,
}
