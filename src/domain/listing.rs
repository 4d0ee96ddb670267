//! Lists: always a page, always after a key, never an offset.

use serde::Serialize;

/// How many rows a page may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(u32);

impl Limit {
    pub const MAX: u32 = 500;

    /// 1 to 500 rows.
    pub fn new(rows: u32) -> Option<Self> {
        (1..=Self::MAX).contains(&rows).then_some(Self(rows))
    }

    pub fn get(self) -> u32 {
        self.0
    }
}

/// Some rows, and the key after which the next page begins (`None` at the end).
#[derive(Debug, Clone, Serialize)]
pub struct Page<T, K> {
    pub items: Vec<T>,
    pub next: Option<K>,
}

/// A count that stops counting at 10,000: past that, "10,000+".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CappedCount(pub u32);

impl CappedCount {
    pub const CAP: u32 = 10_000;

    pub fn capped(self) -> bool {
        self.0 > Self::CAP
    }
}
