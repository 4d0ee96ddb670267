//! Pausing changes: for everybody, on every instance, over restarts, until a time.

use std::sync::Arc;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use sqlx::MySqlPool;
use tokio::sync::Mutex;

use super::audit::{By, Note};
use super::condition::{Condition, ReadOnly};
use super::{Audit, Clock};
use crate::domain::audit::{AuditAction, AuditDetail, AuditResult};
use crate::domain::rejection::ServiceResult;
use crate::store::mysql::read_only::{read_only_fetch, read_only_lift, read_only_set};

/// Nobody pauses changes for longer without saying so again.
pub const LONGEST: TimeDelta = TimeDelta::hours(24);

/// Cheap to clone.
#[derive(Debug, Clone)]
pub struct Pauses {
    pool: MySqlPool,
    clock: Clock,
    condition: Condition,
    audit: Audit,
    /// Held while what is known here is brought up to date, so that what was read before a
    /// decision never undoes it.
    turn: Arc<Mutex<()>>,
}

impl Pauses {
    pub fn new(pool: MySqlPool, clock: Clock, condition: Condition, audit: Audit) -> Self {
        Self {
            pool,
            clock,
            condition,
            audit,
            turn: Arc::default(),
        }
    }

    /// Pauses changes: at once here, within about a second on every other instance. `until` is
    /// at most [`LONGEST`] away; the caller has seen to that.
    ///
    /// # Errors
    /// `NotConfirmed` while the database is away.
    pub async fn pause(&self, until: DateTime<Utc>, by: By<'_>) -> ServiceResult<()> {
        let _turn = self.turn.lock().await;
        let until = until.trunc_subsecs(6);
        read_only_set(&self.pool, until, by.actor, self.clock.now()).await?;
        let until = Some(until);
        self.condition.set_read_only(Some(ReadOnly { until }));
        let until = until.map(|at| AuditDetail::Until { at });
        self.note(AuditAction::Paused, AuditResult::Done, by, until)
            .await;
        Ok(())
    }

    /// Allows changes again; `false` when they were not paused.
    ///
    /// # Errors
    /// `NotConfirmed` while the database is away.
    pub async fn resume(&self, by: By<'_>) -> ServiceResult<bool> {
        let _turn = self.turn.lock().await;
        let lifted = read_only_lift(&self.pool, self.clock.now()).await?;
        self.condition.set_read_only(None);
        let result = match lifted {
            true => AuditResult::Done,
            false => AuditResult::NoEffect,
        };
        self.note(AuditAction::Resumed, result, by, None).await;
        Ok(lifted)
    }

    /// Learns what was decided on another instance, or before a restart.
    ///
    /// # Errors
    /// `NotConfirmed` while the database is away: what was known stays.
    pub async fn look(&self) -> ServiceResult<()> {
        let _turn = self.turn.lock().await;
        let until = read_only_fetch(&self.pool, self.clock.now()).await?;
        let read_only = until.map(|until| ReadOnly { until: Some(until) });
        self.condition.set_read_only(read_only);
        Ok(())
    }

    async fn note(
        &self,
        action: AuditAction,
        result: AuditResult,
        by: By<'_>,
        detail: Option<AuditDetail>,
    ) {
        self.audit
            .note(Note {
                actor: by.actor,
                action,
                object: None,
                result,
                address: by.address,
                detail,
            })
            .await;
    }
}
