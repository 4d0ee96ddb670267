//! Learns, each second, whether changes are paused: another instance may have said so.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Round, Worker};
use crate::domain::rejection::ServiceResult;
use crate::service::Pauses;

pub struct PauseWatch(pub Pauses);

#[async_trait]
impl Worker for PauseWatch {
    fn name(&self) -> &'static str {
        "pauses"
    }

    fn period(&self) -> Duration {
        Duration::from_secs(1)
    }

    async fn run_once(&mut self, _now: DateTime<Utc>) -> ServiceResult<Round> {
        self.0.look().await?;
        Ok(Round::default())
    }
}
