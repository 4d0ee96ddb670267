//! Writes how much demand was turned away.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Round, Worker};
use crate::domain::rejection::ServiceResult;
use crate::service::Desk;

pub struct TurnedAwayWriter(pub Desk);

#[async_trait]
impl Worker for TurnedAwayWriter {
    fn name(&self) -> &'static str {
        "turned_away"
    }

    fn period(&self) -> Duration {
        Duration::from_secs(5)
    }

    async fn run_once(&mut self, now: DateTime<Utc>) -> ServiceResult<Round> {
        let done = self.0.write_turned_away(now).await?;
        Ok(Round { done, more: false })
    }
}
