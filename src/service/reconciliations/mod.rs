//! Comparing all stock because somebody asks, and repairing what the gate has wrong. The watch of
//! the gate (`workers/gate.rs`) does the same by itself, a piece at a time; a run looks at
//! everything now, at the ledger as well, and keeps what it found.

mod repair;
mod run;
mod standing;

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

pub use self::repair::{Beside, REPAIRED_AT_ONCE, Repaired};
pub use self::standing::Standing;
use super::audit::Note;
use super::desk::Desk;
use super::in_time::{PATIENCE, in_time};
use super::remembered::Remembered;
use super::{Audit, Clock, Person};
use crate::domain::audit::{AuditAction, AuditDetail, AuditResult};
use crate::domain::ids::StockId;
use crate::domain::reconciliation::{Run, RunDifference};
use crate::domain::rejection::{ServiceError, ServiceResult};
use crate::store::mysql::reconciliations::{
    run_difference, run_differences, run_fetch, run_insert, run_of_stock, runs_break_off, runs_list,
};

/// A run that was not heard of for so long is over.
const SILENCE: TimeDelta = TimeDelta::seconds(60);
/// Differences of one run that are kept; all are counted.
pub const KEPT: u32 = 1_000;
/// Runs in the list.
const LISTED: u32 = 20;
/// What came of asking for a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Started {
    Now(u32),
    /// One is running; nobody needs a second one.
    Running(u32),
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Reconciliations {
    desk: Desk,
    clock: Clock,
    audit: Audit,
    standing: Arc<Remembered<standing::Looked>>,
}

impl Reconciliations {
    pub fn new(desk: Desk, clock: Clock, audit: Audit) -> Self {
        Self {
            desk,
            clock,
            audit,
            standing: Arc::default(),
        }
    }

    /// Starts a run, which goes on by itself.
    ///
    /// # Errors
    /// `NotConfirmed` while the database is away or too slow.
    pub async fn start(&self, by: &Person) -> ServiceResult<Started> {
        let (pool, now) = (self.desk.pool(), self.clock.now().trunc_subsecs(6));
        in_time(PATIENCE, runs_break_off(pool, now - SILENCE)).await?;
        let actor = by.actor().to_string();
        let started = match in_time(PATIENCE, run_insert(pool, &actor, now)).await? {
            Some(id) => {
                tokio::spawn(self.clone().run(id));
                Started::Now(id)
            }
            None => {
                let newest = in_time(PATIENCE, runs_list(pool, 1)).await?;
                let newest = newest.into_iter().next();
                let gone = || ServiceError::Busy;
                Started::Running(newest.ok_or_else(gone)?.id)
            }
        };
        let (id, result) = match started {
            Started::Now(id) => (id, AuditResult::Done),
            Started::Running(id) => (id, AuditResult::NoEffect),
        };
        self.note(by, AuditAction::Reconciled, result, &id.to_string(), None)
            .await;
        Ok(started)
    }

    /// The newest runs, newest first.
    ///
    /// # Errors
    /// `NotConfirmed` while the database is away or too slow.
    pub async fn list(&self) -> ServiceResult<Vec<Run>> {
        let silent_since = self.silent_since();
        let runs = in_time(PATIENCE, runs_list(self.desk.pool(), LISTED)).await?;
        Ok(runs.into_iter().map(|run| run.told(silent_since)).collect())
    }

    /// # Errors
    /// `NotConfirmed` while the database is away or too slow.
    pub async fn fetch(&self, id: u32) -> ServiceResult<Option<Run>> {
        let silent_since = self.silent_since();
        let run = in_time(PATIENCE, run_fetch(self.desk.pool(), id)).await?;
        Ok(run.map(|run| run.told(silent_since)))
    }

    /// What a run found, at most [`KEPT`].
    ///
    /// # Errors
    /// `NotConfirmed` while the database is away or too slow.
    pub async fn differences(&self, run: u32) -> ServiceResult<Vec<RunDifference>> {
        in_time(PATIENCE, run_differences(self.desk.pool(), run, KEPT)).await
    }

    /// The last run that looked at this row of stock, and what it found of it. `None` when there was
    /// none, or when it found more than is kept, and so nothing is known of this one.
    ///
    /// # Errors
    /// `NotConfirmed` while the database is away or too slow.
    pub async fn of_stock(
        &self,
        stock: StockId,
    ) -> ServiceResult<Option<(Run, Option<RunDifference>)>> {
        let pool = self.desk.pool();
        let Some(run) = in_time(PATIENCE, run_of_stock(pool, stock)).await? else {
            return Ok(None);
        };
        let found = match run.differences {
            0 => None,
            _ => in_time(PATIENCE, run_difference(pool, run.id, stock)).await?,
        };
        let known = found.is_some() || run.differences <= KEPT;
        Ok(known.then_some((run, found)))
    }

    /// A run that was last heard of before this is over, whoever was to end it.
    fn silent_since(&self) -> DateTime<Utc> {
        self.clock.now() - SILENCE
    }

    async fn note(
        &self,
        by: &Person,
        action: AuditAction,
        result: AuditResult,
        object: &str,
        detail: Option<AuditDetail>,
    ) {
        self.audit
            .note(Note {
                actor: &by.actor().to_string(),
                action,
                object: Some(object),
                result,
                address: by.address.as_deref(),
                detail,
            })
            .await;
    }
}
