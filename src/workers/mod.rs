//! Work that nobody waits for: orders that time out, payments to be created, the gate to be
//! compared. A worker takes no input: what is to be done stands in the stores, so that it can be
//! run at any time, by any number of instances, and again after a crash.

mod bulk;
mod driver;
mod due_orders;
mod gate;
mod gateways;
mod gauges;
mod health;
mod late_money;
mod pauses;
mod prover;
mod turned_away;

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

pub use bulk::CarryBulks;
pub use driver::{Driver, WorkerStatus};
pub use due_orders::DueOrders;
pub use gate::Reconcile;
pub use gateways::RefreshGateways;
pub use gauges::Gauges;
pub use health::HealthWatch;
pub use late_money::LateMoneyDue;
pub use pauses::PauseWatch;
pub use prover::Prove;
pub use turned_away::TurnedAwayWriter;

use crate::domain::rejection::ServiceResult;

/// What one run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// Things that were dealt with.
    pub done: usize,
    /// There was more to do than one run takes: run again at once.
    pub more: bool,
}

#[async_trait]
pub trait Worker: Send + 'static {
    /// A word, as on the health page and in metrics.
    fn name(&self) -> &'static str;

    /// The rest between two runs, unless it is woken.
    fn period(&self) -> Duration;

    /// Does what is to be done at `now`.
    async fn run_once(&mut self, now: DateTime<Utc>) -> ServiceResult<Round>;
}
