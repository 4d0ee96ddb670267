//! Numbers that an alert is set on, kept up to date for `/metrics`.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Round, Worker};
use crate::domain::listing::CappedCount;
use crate::domain::rejection::ServiceResult;
use crate::service::{Desk, Overview};

pub struct Gauges {
    desk: Desk,
    overview: Overview,
}

impl Gauges {
    pub fn new(desk: Desk, overview: Overview) -> Self {
        Self { desk, overview }
    }
}

#[async_trait]
impl Worker for Gauges {
    fn name(&self) -> &'static str {
        "gauges"
    }

    fn period(&self) -> Duration {
        Duration::from_secs(5)
    }

    async fn run_once(&mut self, now: DateTime<Utc>) -> ServiceResult<Round> {
        metrics::gauge!("stockdesk_jobs_waiting").set(self.desk.waiting() as f64);
        let attention = self.overview.attention().await.value;
        let counts = [
            ("stockdesk_skus_low", attention.low),
            ("stockdesk_skus_out", attention.out),
            ("stockdesk_orders_due_soon", attention.due_soon),
            ("stockdesk_gate_differences_open", attention.differences),
            ("stockdesk_late_payments_open", attention.late_payments),
            ("stockdesk_drafts_open", attention.open_drafts),
        ];
        for (name, count) in counts {
            // Not a number when it could not be read: an alert must not take that for zero.
            let value = count.map_or(f64::NAN, |CappedCount(n)| f64::from(n));
            metrics::gauge!(name).set(value);
        }
        let cancels = attention.waiting_cancels;
        let waiting = cancels.as_ref().map_or(f64::NAN, |w| f64::from(w.count.0));
        metrics::gauge!("stockdesk_cancels_waiting").set(waiting);
        let tries = cancels
            .as_ref()
            .map_or(f64::NAN, |w| f64::from(w.most_attempts));
        metrics::gauge!("stockdesk_cancels_most_attempts").set(tries);
        let late = attention
            .late_since
            .map_or(0, |since| (now - since).num_seconds());
        metrics::gauge!("stockdesk_late_payments_oldest_seconds_ago").set(late as f64);
        let oldest = cancels
            .and_then(|w| w.oldest)
            .map_or(0, |(_, since, _)| (now - since).num_seconds());
        metrics::gauge!("stockdesk_cancels_oldest_seconds_ago").set(oldest as f64);
        Ok(Round::default())
    }
}
