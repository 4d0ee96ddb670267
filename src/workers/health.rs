//! Looks at every part of the desk each second, so that the band on every page is true.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Round, Worker};
use crate::domain::rejection::ServiceResult;
use crate::service::health::{ComponentKind, Health, HealthState};

pub struct HealthWatch(pub Health);

#[async_trait]
impl Worker for HealthWatch {
    fn name(&self) -> &'static str {
        "health"
    }

    fn period(&self) -> Duration {
        Duration::from_secs(1)
    }

    async fn run_once(&mut self, _now: DateTime<Utc>) -> ServiceResult<Round> {
        let report = self.0.report().await;
        for kind in [
            ComponentKind::Database,
            ComponentKind::Redis,
            ComponentKind::Gate,
        ] {
            let up = report.of(kind) == HealthState::Ok;
            metrics::gauge!("stockdesk_up", "part" => kind.as_str()).set(f64::from(u8::from(up)));
        }
        Ok(Round::default())
    }
}
