//! Fetches what gateways change from time to time: WeChat Pay's certificates.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Round, Worker};
use crate::domain::rejection::ServiceResult;
use crate::service::Cashier;

pub struct RefreshGateways(pub Cashier);

#[async_trait]
impl Worker for RefreshGateways {
    fn name(&self) -> &'static str {
        "gateways"
    }

    /// A certificate is announced a day and more before it is used.
    fn period(&self) -> Duration {
        Duration::from_secs(12 * 3600)
    }

    async fn run_once(&mut self, _now: DateTime<Utc>) -> ServiceResult<Round> {
        let done = self.0.refresh_gateways().await?;
        Ok(Round { done, more: false })
    }
}
