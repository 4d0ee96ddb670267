//! How the level of a SKU came to be what it is.

use chrono::{DateTime, Utc};

use super::ids::EntryId;
use super::ledger::EntryKind;

/// Available units over a stretch of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    /// Each level, from its time on; the first one from `from` on.
    pub points: Vec<(DateTime<Utc>, i64)>,
    /// There were too many entries to look at all: levels between two points may have been
    /// higher or lower.
    pub sampled: bool,
}

impl History {
    pub fn high(&self) -> i64 {
        self.points
            .iter()
            .map(|(_, level)| *level)
            .max()
            .unwrap_or(0)
    }

    pub fn low(&self) -> i64 {
        self.points
            .iter()
            .map(|(_, level)| *level)
            .min()
            .unwrap_or(0)
    }
}

/// All entries of one kind, added up. Units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindSum {
    pub kind: EntryKind,
    pub units: i64,
    pub entries: u64,
}

/// Why the level is what it is: what it began with, and what each kind of entry added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The level before the entries that are added up.
    pub opening: i64,
    /// The entry that left it so; `None` for what the SKU opened with.
    pub after: Option<EntryId>,
    pub sums: Vec<KindSum>,
    pub version: u64,
}

impl Explanation {
    /// What it comes to, which is the level at `version`.
    pub fn total(&self) -> i64 {
        self.opening + self.sums.iter().map(|sum| sum.units).sum::<i64>()
    }
}
