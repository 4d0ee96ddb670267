//! Comparing the three places that know a level: the ledger, the stock table, the gate.

use chrono::{DateTime, TimeDelta, Utc};

use super::ids::{EntryId, Sku, StockId, Warehouse};
use super::words::words;

words! {
    /// How a comparison of all stock ended.
    pub enum RunOutcome {
        Complete = "complete",
        /// The ledger was compared to the end; the gate could not be asked.
        GateAway = "gate_away",
        /// The instance that did it is gone, or the database was.
        BrokenOff = "broken_off",
    }
}

words! {
    /// Why a place says something else, as far as that can be told.
    pub enum LikelyCause {
        /// The stock table was changed without an entry in the ledger.
        NoEntry = "no_entry",
        /// The gate stands where it was after an earlier entry.
        WriteLost = "write_lost",
        RedisLostData = "redis_lost_data",
        UngatedWrites = "ungated_writes",
        RefusedAfterGate = "refused_after_gate",
        Unknown = "unknown",
    }
}

/// Whether the stock table says of one SKU what its ledger does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LedgerAgreement {
    Agrees,
    /// Units. `ledger` is `None` when the entry that should be the last one is missing.
    Differs {
        ledger: Option<i64>,
        available: i64,
    },
}

/// A comparison of all stock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    pub id: u32,
    /// Who asked for it, as `Actor` displays.
    pub actor: String,
    pub started_at: DateTime<Utc>,
    /// The last sign of life of the instance that does it.
    pub heard_at: DateTime<Utc>,
    /// With how it ended; `None` while it runs.
    pub ended: Option<(DateTime<Utc>, RunOutcome)>,
    /// SKUs that were looked at.
    pub compared: u32,
    /// Of them, those that never held still, so that nothing could be said of them.
    pub unjudged: u32,
    pub differences: u32,
}

impl Run {
    /// The run as it is to be told: broken off, when nothing was heard of it since then.
    pub fn told(mut self, silent_since: DateTime<Utc>) -> Self {
        if self.ended.is_none() && self.heard_at < silent_since {
            self.ended = Some((self.heard_at, RunOutcome::BrokenOff));
        }
        self
    }

    pub fn took(&self) -> Option<TimeDelta> {
        Some(self.ended?.0 - self.started_at)
    }
}

/// A SKU that its three places disagree about. Units; -1 is unlimited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunDifference {
    pub stock: StockId,
    pub warehouse: Warehouse,
    pub sku: Sku,
    /// The last balance; `None` when unlimited, or when the entry that should be there is not.
    pub ledger: Option<i64>,
    pub available: i64,
    /// `None` when not loaded or not asked.
    pub gate: Option<i64>,
    /// Not before this time.
    pub since: DateTime<Utc>,
    pub cause: LikelyCause,
    /// The last entry that the differing place knew of.
    pub after: Option<EntryId>,
}

impl RunDifference {
    /// What the gate has too much; `None` when it agrees with the stock table.
    pub fn gate_off_by(&self) -> Option<i64> {
        let off = self.gate? - self.available;
        (off != 0).then_some(off)
    }

    /// What the stock table has too much beside the ledger; `None` when they agree or when the
    /// entry is missing.
    pub fn table_off_by(&self) -> Option<i64> {
        let off = self.available - self.ledger?;
        (off != 0).then_some(off)
    }
}
