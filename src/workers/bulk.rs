//! Bulk operations that were confirmed and are not finished: carried on a piece at a time, so
//! that a small one need not wait for the end of a large one.

use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{Round, Worker};
use crate::domain::rejection::ServiceResult;
use crate::service::Bulks;

/// Lines of one run.
const LINES: u32 = 1_000;

pub struct CarryBulks {
    bulks: Bulks,
    lines: u32,
}

impl CarryBulks {
    pub fn new(bulks: Bulks) -> Self {
        Self {
            bulks,
            lines: LINES,
        }
    }

    /// With another number of lines a run.
    pub fn of_lines(bulks: Bulks, lines: u32) -> Self {
        Self { bulks, lines }
    }
}

#[async_trait]
impl Worker for CarryBulks {
    fn name(&self) -> &'static str {
        "bulk"
    }

    fn period(&self) -> Duration {
        Duration::from_secs(1)
    }

    async fn run_once(&mut self, _now: DateTime<Utc>) -> ServiceResult<Round> {
        let carried = self.bulks.carry_on(self.lines).await?;
        Ok(Round {
            done: carried.map_or(0, |carried| carried.done as usize),
            more: carried.is_some(),
        })
    }
}
