//! Payments that should have been created right after their order was placed, and were not.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::{StreamExt, stream};

use super::{Round, Worker};
use crate::domain::rejection::ServiceResult;
use crate::service::Cashier;

/// Orders claimed by one run, and how many of their payments are created at one time.
const TOGETHER: u32 = 200;
const AT_ONCE: usize = 8;

/// Many instances may run side by side: they share the orders.
#[derive(Clone)]
pub struct Checkout {
    cashier: Cashier,
}

impl Checkout {
    pub fn new(cashier: Cashier) -> Self {
        Self { cashier }
    }

    /// Creates what a crash, a silent gateway or a full queue left undone.
    ///
    /// # Errors
    /// When nothing could be claimed. What goes wrong with one order is logged, and that order
    /// comes again after its lease.
    pub async fn run_once(&self, now: DateTime<Utc>) -> ServiceResult<Round> {
        let due = self.cashier.claim_unsent(now, TOGETHER).await?;
        let done = due.len();
        stream::iter(due)
            .for_each_concurrent(AT_ONCE, |order_no| async move {
                if let Err(error) = self.cashier.create_payment(&order_no, now).await {
                    tracing::warn!(%order_no, %error, "a payment was not created; it comes again");
                }
            })
            .await;
        Ok(Round {
            done,
            more: done == TOGETHER as usize,
        })
    }
}

#[async_trait]
impl Worker for Checkout {
    fn name(&self) -> &'static str {
        "checkout"
    }

    fn period(&self) -> Duration {
        Duration::from_secs(2)
    }

    async fn run_once(&mut self, now: DateTime<Utc>) -> ServiceResult<Round> {
        Self::run_once(self, now).await
    }
}
