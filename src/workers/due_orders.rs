//! Open orders that are due: not paid in time, waiting for their gateway's proof, or without the
//! payment that should have been created when they were placed.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::{StreamExt, stream};

use super::{Round, Worker};
use crate::domain::rejection::{ServiceError, ServiceResult};
use crate::service::Cashier;
use crate::service::cashier::{DueOrder, DueStep};

/// Orders claimed by one run.
const TOGETHER: u32 = 200;
/// Of them, those whose gateway is asked at one time.
const AT_ONCE: usize = 8;

/// Many instances may run side by side: they share the orders.
#[derive(Clone)]
pub struct DueOrders {
    cashier: Cashier,
}

impl DueOrders {
    pub fn new(cashier: Cashier) -> Self {
        Self { cashier }
    }

    /// Takes each order that is due a step further, as far as its gateway lets it.
    ///
    /// # Errors
    /// When nothing could be claimed. What goes wrong with one order is logged, and that order
    /// comes again after its lease.
    pub async fn run_once(&self, now: DateTime<Utc>) -> ServiceResult<Round> {
        let due = self.cashier.claim_due(now, TOGETHER).await?;
        let done = due.len();
        stream::iter(due)
            .for_each_concurrent(AT_ONCE, |due| async move { self.take(&due, now).await })
            .await;
        Ok(Round {
            done,
            more: done >= TOGETHER as usize,
        })
    }

    async fn take(&self, due: &DueOrder, now: DateTime<Utc>) {
        let order_no = &due.order_no;
        let taken = match due.step {
            DueStep::CreatePayment => self.cashier.create_payment(order_no, now).await,
            DueStep::Cancel => match self.cashier.time_out(order_no, now).await {
                Ok(Some(_)) => {
                    tracing::info!(%order_no, "cancelled");
                    Ok(())
                }
                // Why, is in the log already.
                Ok(None) => Ok(()),
                Err(error) => Err(error),
            },
        };
        match taken {
            Ok(()) => {}
            // It was paid, or somebody else was faster.
            Err(ServiceError::Rejected(why)) => {
                tracing::info!(%order_no, code = why.code(), "not cancelled");
            }
            Err(error) => tracing::warn!(%order_no, %error, "an order that is due comes again"),
        }
    }
}

#[async_trait]
impl Worker for DueOrders {
    fn name(&self) -> &'static str {
        "due_orders"
    }

    fn period(&self) -> Duration {
        Duration::from_secs(1)
    }

    async fn run_once(&mut self, now: DateTime<Utc>) -> ServiceResult<Round> {
        Self::run_once(self, now).await
    }
}
