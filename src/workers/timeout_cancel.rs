//! Orders that were not paid in time, and orders that wait for their gateway's proof.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::{StreamExt, stream};

use super::{Round, Worker};
use crate::domain::actor::Actor;
use crate::domain::ids::DocumentNo;
use crate::domain::rejection::{ServiceError, ServiceResult};
use crate::service::Cashier;

const ACTOR: Actor = Actor::Worker("timeout_cancel");
/// Orders claimed by one run.
const TOGETHER: u32 = 200;
/// Of them, those whose gateway is asked at one time.
const AT_ONCE: usize = 8;

/// Many instances may run side by side: they share the orders.
#[derive(Clone)]
pub struct TimeoutCancel {
    cashier: Cashier,
}

impl TimeoutCancel {
    pub fn new(cashier: Cashier) -> Self {
        Self { cashier }
    }

    /// Takes what is due as far as the gateways let it.
    ///
    /// # Errors
    /// When nothing could be claimed. What goes wrong with one order is logged, and that order
    /// comes again after its lease.
    pub async fn run_once(&self, now: DateTime<Utc>) -> ServiceResult<Round> {
        let due = self.cashier.claim_closings(now, TOGETHER).await?;
        let done = due.len();
        stream::iter(due)
            .for_each_concurrent(AT_ONCE, |order_no| async move {
                self.take(&order_no, now).await;
            })
            .await;
        Ok(Round {
            done,
            more: done == TOGETHER as usize,
        })
    }

    async fn take(&self, order_no: &DocumentNo, now: DateTime<Utc>) {
        match self.cashier.time_out(order_no, &ACTOR, now).await {
            Ok(Some(_)) => tracing::info!(%order_no, "not paid in time: cancelled"),
            Ok(None) => tracing::info!(%order_no, "not cancelled yet: its gateway proved nothing"),
            // It was paid, or somebody else was faster.
            Err(ServiceError::Rejected(why)) => {
                tracing::info!(%order_no, code = why.code(), "not cancelled");
            }
            Err(error) => tracing::warn!(%order_no, %error, "not cancelled; it comes again"),
        }
    }
}

#[async_trait]
impl Worker for TimeoutCancel {
    fn name(&self) -> &'static str {
        "timeout_cancel"
    }

    fn period(&self) -> Duration {
        Duration::from_secs(1)
    }

    async fn run_once(&mut self, now: DateTime<Utc>) -> ServiceResult<Round> {
        Self::run_once(self, now).await
    }
}
