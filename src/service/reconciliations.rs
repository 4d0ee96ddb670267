//! Comparing all stock because somebody asks, and repairing what the gate has wrong. The watch of
//! the gate (`workers/gate.rs`) does the same by itself, a piece at a time; a run looks at
//! everything now, at the ledger as well, and keeps what it found.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{SubsecRound, TimeDelta};
use tokio::time::timeout;

use super::audit::Note;
use super::desk::Desk;
use super::{Audit, Clock, Person};
use crate::domain::attention::DifferenceCause;
use crate::domain::audit::{AuditAction, AuditResult};
use crate::domain::ids::{Sku, StockId, Warehouse};
use crate::domain::reconciliation::{LikelyCause, Run, RunDifference, RunOutcome};
use crate::domain::rejection::{ServiceError, ServiceResult};
use crate::domain::stock::StockLevel;
use crate::store::mysql::reconciliations::{
    Progress, books, entry_with_balance, open_difference, open_stock, run_differences,
    run_differences_insert, run_end, run_fetch, run_insert, run_progress, runs_break_off,
    runs_list,
};
use crate::store::mysql::stock::{stock_by_id, stock_sweep};

/// SKUs compared in one go.
const TOGETHER: u32 = 500;
/// A run that was not heard of for so long is over.
const SILENCE: TimeDelta = TimeDelta::seconds(60);
/// Differences of one run that are kept; all are counted.
pub const KEPT: u32 = 1_000;
/// SKUs that are repaired in one go.
pub const REPAIRED_AT_ONCE: u32 = 500;
/// Runs in the list.
const LISTED: u32 = 20;
/// How long a person waits for a repair.
const PATIENCE: Duration = Duration::from_secs(5);

/// What came of asking for a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Started {
    Now(u32),
    /// One is running; nobody needs a second one.
    Running(u32),
}

/// One SKU before its repair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    pub level: StockLevel,
    /// What the gate has, -1 for unlimited; `None` when not loaded.
    pub gate: Option<i64>,
}

impl Beside {
    /// What the gate will have, which is what the stock table has.
    pub fn after(&self) -> i64 {
        self.level.available().unwrap_or(-1)
    }

    pub fn agrees(&self) -> bool {
        self.gate.is_none_or(|gate| gate == self.after())
    }
}

/// What a repair came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repaired {
    pub asked: usize,
    /// Still differing, or never at rest; the watch goes on with them.
    pub left: usize,
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Reconciliations {
    desk: Desk,
    clock: Clock,
    audit: Audit,
}

impl Reconciliations {
    pub fn new(desk: Desk, clock: Clock, audit: Audit) -> Self {
        Self { desk, clock, audit }
    }

    /// Starts a run, which goes on by itself.
    ///
    /// # Errors
    /// `NotConfirmed` while the database is away.
    pub async fn start(&self, by: &Person) -> ServiceResult<Started> {
        let (pool, now) = (self.desk.pool(), self.clock.now().trunc_subsecs(6));
        runs_break_off(pool, now - SILENCE).await?;
        let actor = by.actor().to_string();
        let started = match run_insert(pool, &actor, now).await? {
            Some(id) => {
                tokio::spawn(self.clone().run(id));
                Started::Now(id)
            }
            None => {
                let newest = runs_list(pool, 1).await?.into_iter().next();
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
    /// `NotConfirmed` while the database is away.
    pub async fn list(&self) -> ServiceResult<Vec<Run>> {
        let pool = self.desk.pool();
        runs_break_off(pool, self.clock.now() - SILENCE).await?;
        Ok(runs_list(pool, LISTED).await?)
    }

    /// # Errors
    /// `NotConfirmed` while the database is away.
    pub async fn fetch(&self, id: u32) -> ServiceResult<Option<Run>> {
        Ok(run_fetch(self.desk.pool(), id).await?)
    }

    /// What a run found, at most [`KEPT`].
    ///
    /// # Errors
    /// `NotConfirmed` while the database is away.
    pub async fn differences(&self, run: u32) -> ServiceResult<Vec<RunDifference>> {
        Ok(run_differences(self.desk.pool(), run, KEPT).await?)
    }

    /// These rows of stock, or all that are known to differ, beside what the gate has now: what a
    /// repair would do. At most [`REPAIRED_AT_ONCE`].
    ///
    /// # Errors
    /// `NotConfirmed` when the gate or the database does not answer.
    pub async fn beside(&self, stock: &[StockId]) -> ServiceResult<Vec<Beside>> {
        let levels = match stock {
            [] => self.levels(&self.known_to_differ().await?).await?,
            some => self.levels(some).await?,
        };
        let mut beside = Vec::with_capacity(levels.len());
        for (warehouse, levels) in by_warehouse(levels) {
            let skus: Vec<Sku> = levels.iter().map(|level| level.sku.clone()).collect();
            let gate = self.desk.gate_now(&warehouse, &skus).await?;
            let both = levels.into_iter().zip(gate);
            beside.extend(both.map(|(level, gate)| Beside { level, gate }));
        }
        Ok(beside)
    }

    /// Sets the gate to what the stock table has, for these rows. Neither the table nor the
    /// ledger is ever changed.
    ///
    /// # Errors
    /// `NotConfirmed` when the gate or the database does not answer.
    pub async fn repair(&self, stock: &[StockId], by: &Person) -> ServiceResult<Repaired> {
        let repaired = self.try_repair(stock).await;
        let (result, detail) = match &repaired {
            Ok((done, names)) if done.left == 0 => (AuditResult::Done, names.clone()),
            Ok((done, names)) => {
                let left = format!("{} left of {names}", done.left);
                (AuditResult::NoEffect, left)
            }
            Err(_) => (AuditResult::NoEffect, "no answer".to_owned()),
        };
        let object = format!("{} SKU", stock.len());
        let action = AuditAction::Repaired;
        self.note(by, action, result, &object, Some(&detail)).await;
        Ok(repaired?.0)
    }

    async fn try_repair(&self, stock: &[StockId]) -> ServiceResult<(Repaired, String)> {
        let levels = self.levels(stock).await?;
        let mut repaired = Repaired {
            asked: levels.len(),
            left: 0,
        };
        let names: Vec<String> = levels
            .iter()
            .map(|level| format!("{}/{}", level.warehouse, level.sku))
            .collect();
        for (warehouse, levels) in by_warehouse(levels) {
            let skus = levels.iter().map(|level| level.sku.clone()).collect();
            let work = self.desk.load_gate(&warehouse, skus);
            if timeout(PATIENCE, work).await.is_err() {
                let why = "the gate was not corrected in time".to_owned();
                return Err(ServiceError::NotConfirmed(why));
            }
            let stock: Vec<_> = levels.into_iter().map(|l| (l.id, l.sku)).collect();
            let still = self.desk.differing(&warehouse, &stock).await?;
            repaired.left += still.found.len() + still.moving;
        }
        Ok((repaired, names.join(", ")))
    }

    /// Open differences of the watch, and what the last run found at the gate.
    async fn known_to_differ(&self) -> ServiceResult<Vec<StockId>> {
        let pool = self.desk.pool();
        let mut stock = open_stock(pool, REPAIRED_AT_ONCE).await?;
        let last = runs_list(pool, LISTED).await?;
        if let Some(run) = last.into_iter().find(|run| run.ended.is_some()) {
            let found = run_differences(pool, run.id, REPAIRED_AT_ONCE).await?;
            let of_gate = found.iter().filter(|d| d.gate_off_by().is_some());
            stock.extend(of_gate.map(|d| d.stock));
        }
        stock.sort();
        stock.dedup();
        stock.truncate(REPAIRED_AT_ONCE as usize);
        Ok(stock)
    }

    async fn levels(&self, stock: &[StockId]) -> ServiceResult<Vec<StockLevel>> {
        let mut levels = Vec::with_capacity(stock.len());
        for &id in stock.iter().take(REPAIRED_AT_ONCE as usize) {
            levels.extend(stock_by_id(self.desk.pool(), id).await?);
        }
        Ok(levels)
    }

    async fn run(self, id: u32) {
        let outcome = match self.compare_all(id).await {
            Ok(outcome) => outcome,
            Err(error) => {
                tracing::warn!(id, %error, "a comparison of all stock was broken off");
                RunOutcome::BrokenOff
            }
        };
        // When even this fails, the run ends by its silence.
        if let Err(error) = run_end(self.desk.pool(), id, outcome, self.clock.now()).await {
            tracing::warn!(id, %error, "the end of a comparison could not be noted");
        }
    }

    async fn compare_all(&self, id: u32) -> ServiceResult<RunOutcome> {
        let (pool, mut after) = (self.desk.pool(), StockId(0));
        let (mut progress, mut gate_away) = (Progress::default(), false);
        loop {
            let piece = stock_sweep(pool, after, TOGETHER).await?;
            let Some((last, _, _)) = piece.last() else {
                break;
            };
            after = *last;
            let (found, moving) = self.compare(&piece, &mut gate_away).await?;
            let room = KEPT.saturating_sub(progress.differences) as usize;
            let kept = &found[..found.len().min(room)];
            run_differences_insert(pool, id, kept).await?;
            progress.compared += count(piece.len());
            progress.unjudged += count(moving);
            progress.differences += count(found.len());
            if !run_progress(pool, id, progress, self.clock.now()).await? {
                return Ok(RunOutcome::BrokenOff);
            }
        }
        Ok(match gate_away {
            true => RunOutcome::GateAway,
            false => RunOutcome::Complete,
        })
    }

    /// Compares a piece of all stock; with how many SKUs never held still.
    async fn compare(
        &self,
        piece: &[(StockId, Warehouse, Sku)],
        gate_away: &mut bool,
    ) -> ServiceResult<(Vec<RunDifference>, usize)> {
        let mut at_gate = BTreeMap::new();
        let mut moving = 0;
        let mut split: BTreeMap<&Warehouse, Vec<(StockId, Sku)>> = BTreeMap::new();
        for (id, warehouse, sku) in piece {
            split.entry(warehouse).or_default().push((*id, sku.clone()));
        }
        for (warehouse, stock) in split {
            if *gate_away {
                break;
            }
            match self.desk.differing(warehouse, &stock).await {
                Ok(looked) => {
                    moving += looked.moving;
                    at_gate.extend(looked.found.into_iter().map(|(id, gate, _)| (id, gate)));
                }
                Err(ServiceError::NotConfirmed(why)) => {
                    tracing::warn!(why, "going on without the gate");
                    *gate_away = true;
                }
                Err(error) => return Err(error),
            }
        }
        let ids: Vec<StockId> = piece.iter().map(|(id, _, _)| *id).collect();
        let names: BTreeMap<StockId, (&Warehouse, &Sku)> =
            piece.iter().map(|(id, w, s)| (*id, (w, s))).collect();
        let mut found = Vec::new();
        for book in books(self.desk.pool(), &ids).await? {
            let gate = at_gate.get(&book.id).copied();
            let Some((warehouse, sku)) = names.get(&book.id) else {
                continue;
            };
            if book.agree() && gate.is_none() {
                continue;
            }
            let mut difference = RunDifference {
                stock: book.id,
                warehouse: (*warehouse).clone(),
                sku: (*sku).clone(),
                ledger: book.ledger,
                available: book.available,
                gate,
                since: book.since,
                cause: LikelyCause::NoEntry,
                after: None,
            };
            if book.agree() {
                self.explain(&mut difference).await?;
            }
            found.push(difference);
        }
        Ok((found, moving))
    }

    /// Since when, and why, the gate says something else.
    async fn explain(&self, difference: &mut RunDifference) -> ServiceResult<()> {
        let (pool, stock) = (self.desk.pool(), difference.stock);
        difference.cause = LikelyCause::Unknown;
        if let Some((seen_at, cause)) = open_difference(pool, stock).await? {
            difference.since = seen_at;
            difference.cause = match cause {
                DifferenceCause::RedisLostData => LikelyCause::RedisLostData,
                DifferenceCause::UngatedWrites => LikelyCause::UngatedWrites,
                DifferenceCause::RefusedAfterGate => LikelyCause::RefusedAfterGate,
                DifferenceCause::Unknown => LikelyCause::Unknown,
            };
        }
        if difference.cause == LikelyCause::Unknown
            && let Some(gate) = difference.gate
            && let Some((entry, since)) = entry_with_balance(pool, stock, gate).await?
        {
            difference.since = since;
            difference.cause = LikelyCause::WriteLost;
            difference.after = Some(entry);
        }
        Ok(())
    }

    async fn note(
        &self,
        by: &Person,
        action: AuditAction,
        result: AuditResult,
        object: &str,
        detail: Option<&str>,
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

fn by_warehouse(levels: Vec<StockLevel>) -> BTreeMap<Warehouse, Vec<StockLevel>> {
    let mut split: BTreeMap<Warehouse, Vec<StockLevel>> = BTreeMap::new();
    for level in levels {
        split
            .entry(level.warehouse.clone())
            .or_default()
            .push(level);
    }
    split
}

fn count(things: usize) -> u32 {
    u32::try_from(things).unwrap_or(u32::MAX)
}
