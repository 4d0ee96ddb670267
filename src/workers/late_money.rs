//! Late money that is due: to be deducted again, where the desk is set to, or refunded, or asked
//! about.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use futures_util::{StreamExt, stream};

use super::{Round, Worker};
use crate::domain::actor::Actor;
use crate::domain::rejection::ServiceResult;
use crate::service::LateMoney;

const ACTOR: Actor = Actor::Worker("late_money");
/// Payments of each state claimed by one run.
const TOGETHER: u32 = 100;
/// Of them, those whose gateway is asked at one time.
const AT_ONCE: usize = 8;

/// Many instances may run side by side: they share the payments.
#[derive(Clone)]
pub struct LateMoneyDue(LateMoney);

impl LateMoneyDue {
    pub fn new(late: LateMoney) -> Self {
        Self(late)
    }

    /// Takes each payment that is due a step further.
    ///
    /// # Errors
    /// When nothing could be claimed. What goes wrong with one payment is logged, and that
    /// payment comes again after its lease.
    pub async fn run_once(&self, now: DateTime<Utc>) -> ServiceResult<Round> {
        let due = self.0.claim_due(now, TOGETHER).await?;
        let done = due.len();
        stream::iter(due)
            .for_each_concurrent(AT_ONCE, |late| async move {
                if let Err(error) = self.0.take(&late, &ACTOR, now).await {
                    tracing::warn!(id = late.id, %error, "late money that is due comes again");
                }
            })
            .await;
        Ok(Round {
            done,
            more: done >= TOGETHER as usize,
        })
    }
}

#[async_trait]
impl Worker for LateMoneyDue {
    fn name(&self) -> &'static str {
        "late_money"
    }

    fn period(&self) -> Duration {
        Duration::from_secs(1)
    }

    async fn run_once(&mut self, now: DateTime<Utc>) -> ServiceResult<Round> {
        Self::run_once(self, now).await
    }
}
