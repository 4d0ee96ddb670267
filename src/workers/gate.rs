//! What keeps the gate honest: a sign of life, the ends of marks nobody ended, the comparison
//! with MySQL.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Round, Worker};
use crate::domain::rejection::ServiceResult;
use crate::service::Desk;
use crate::service::desk::Reconciler;

/// Pings Redis, ends stale marks, and compares what moved lately and a piece of all stock.
///
/// One worker, because each step wants what the one before it found.
pub struct Reconcile(Reconciler);

impl Reconcile {
    pub fn new(desk: &Desk) -> Self {
        Self(desk.reconciler())
    }
}

#[async_trait]
impl Worker for Reconcile {
    fn name(&self) -> &'static str {
        "reconcile"
    }

    fn period(&self) -> Duration {
        Duration::from_millis(500)
    }

    async fn run_once(&mut self, _now: DateTime<Utc>) -> ServiceResult<Round> {
        // Redis away is no failure of this worker: the desk sells without it, and says so.
        if self.0.watch_gate().await.is_err() {
            return Ok(Round::default());
        }
        self.0.recover().await?;
        let swept = self.0.compare().await?;
        Ok(Round {
            done: swept.compared,
            more: false,
        })
    }
}
