//! Looks at every part of the desk each second, so that the band on every page is true, and notes
//! what does not work as usual for the history.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Round, Worker};
use crate::domain::rejection::ServiceResult;
use crate::service::health::history::Noting;
use crate::service::health::{ComponentKind, Health, HealthState};

pub struct HealthWatch {
    health: Health,
    noting: Noting,
}

impl HealthWatch {
    pub fn new(health: Health) -> Self {
        Self {
            health,
            noting: Noting::default(),
        }
    }
}

#[async_trait]
impl Worker for HealthWatch {
    fn name(&self) -> &'static str {
        "health"
    }

    fn period(&self) -> Duration {
        Duration::from_secs(1)
    }

    async fn run_once(&mut self, _now: DateTime<Utc>) -> ServiceResult<Round> {
        let report = self.health.report().await;
        for kind in [
            ComponentKind::Database,
            ComponentKind::Redis,
            ComponentKind::Gate,
        ] {
            let up = report.of(kind) == HealthState::Ok;
            metrics::gauge!("stockdesk_up", "part" => kind.as_str()).set(f64::from(u8::from(up)));
        }
        // Not a failure of the watch: the database's own, which the next round will note.
        if let Err(error) = self.health.note(&report, &mut self.noting).await {
            tracing::warn!(%error, "the history of the health page waits");
        }
        Ok(Round::default())
    }
}
