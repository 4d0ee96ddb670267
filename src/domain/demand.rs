//! Demand that could not be met.

use super::words::words;

words! {
    /// Why a claim was turned away.
    pub enum TurnedAway {
        /// Nothing was left.
        SoldOut = "sold_out",
        /// Something was left, and less than was asked for.
        NotEnough = "not_enough",
    }
}

/// How much of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Refused {
    /// Tries, repeats included.
    pub claims: u64,
    /// Units that were asked for.
    pub units: u64,
}

/// What was turned away of one SKU for one reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefusedDemand {
    pub reason: TurnedAway,
    pub last_hour: Refused,
    pub last_day: Refused,
}
