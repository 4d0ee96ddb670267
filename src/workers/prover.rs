//! The promises, checked a little at a time.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Round, Worker};
use crate::domain::rejection::ServiceResult;
use crate::service::verify::Prover;

pub struct Prove(pub Prover);

#[async_trait]
impl Worker for Prove {
    fn name(&self) -> &'static str {
        "prover"
    }

    fn period(&self) -> Duration {
        Duration::from_secs(2)
    }

    async fn run_once(&mut self, now: DateTime<Utc>) -> ServiceResult<Round> {
        self.0.step(now).await?;
        Ok(Round::default())
    }
}
