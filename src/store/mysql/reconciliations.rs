//! The tables `reconciliations` and `reconciliation_differences`, and what they are made from.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::mysql::MySqlRow;
use sqlx::{FromRow, MySqlPool, Row};

use super::json::{json_list, parse};
use super::{StoreResult, is_duplicate};
use crate::domain::attention::DifferenceCause;
use crate::domain::ids::{EntryId, StockId};
use crate::domain::reconciliation::{LikelyCause, Run, RunDifference, RunOutcome};

/// Runs are kept for so long.
const KEPT: TimeDelta = TimeDelta::days(90);

/// Begins a run; `None` when one is running.
pub async fn run_insert(
    pool: &MySqlPool,
    actor: &str,
    now: DateTime<Utc>,
) -> StoreResult<Option<u32>> {
    sqlx::query("DELETE FROM reconciliations WHERE started_at < ? LIMIT 100")
        .bind(now - KEPT)
        .execute(pool)
        .await?;
    let done =
        sqlx::query("INSERT INTO reconciliations (actor, started_at, heard_at) VALUES (?, ?, ?)")
            .bind(actor)
            .bind(now)
            .bind(now)
            .execute(pool)
            .await;
    match done {
        Ok(done) => Ok(u32::try_from(done.last_insert_id()).ok()),
        Err(error) if is_duplicate(&error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Ends runs that nothing was heard of since `silent_since`.
pub async fn runs_break_off(pool: &MySqlPool, silent_since: DateTime<Utc>) -> StoreResult<()> {
    sqlx::query(
        "UPDATE reconciliations SET ended_at = heard_at, outcome = 'broken_off'
         WHERE running = 1 AND heard_at < ?",
    )
    .bind(silent_since)
    .execute(pool)
    .await?;
    Ok(())
}

/// How far a run is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Progress {
    pub compared: u32,
    pub unjudged: u32,
    pub differences: u32,
}

/// Notes how far a run is, and that it is alive; `false` when it was ended meanwhile.
pub async fn run_progress(
    pool: &MySqlPool,
    id: u32,
    progress: Progress,
    now: DateTime<Utc>,
) -> StoreResult<bool> {
    let done = sqlx::query(
        "UPDATE reconciliations SET compared = ?, unjudged = ?, differences = ?, heard_at = ?
         WHERE id = ? AND running = 1",
    )
    .bind(progress.compared)
    .bind(progress.unjudged)
    .bind(progress.differences)
    .bind(now)
    .bind(id)
    .execute(pool)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Ends a run.
pub async fn run_end(
    pool: &MySqlPool,
    id: u32,
    outcome: RunOutcome,
    now: DateTime<Utc>,
) -> StoreResult<()> {
    sqlx::query(
        "UPDATE reconciliations SET ended_at = ?, outcome = ? WHERE id = ? AND running = 1",
    )
    .bind(now)
    .bind(outcome)
    .bind(id)
    .execute(pool)
    .await?;
    Ok(())
}

/// The newest runs, newest first.
pub async fn runs_list(pool: &MySqlPool, limit: u32) -> StoreResult<Vec<Run>> {
    let runs = sqlx::query_as("SELECT * FROM reconciliations ORDER BY id DESC LIMIT ?");
    Ok(runs.bind(limit).fetch_all(pool).await?)
}

pub async fn run_fetch(pool: &MySqlPool, id: u32) -> StoreResult<Option<Run>> {
    let run = sqlx::query_as("SELECT * FROM reconciliations WHERE id = ?");
    Ok(run.bind(id).fetch_optional(pool).await?)
}

/// The newest run that looked at this row of stock to the end.
pub async fn run_of_stock(pool: &MySqlPool, stock: StockId) -> StoreResult<Option<Run>> {
    let run = sqlx::query_as(
        "SELECT r.* FROM reconciliations r JOIN stock s ON s.id = ?
         WHERE r.outcome IN ('complete', 'gate_away') AND s.created_at <= r.started_at
         ORDER BY r.id DESC LIMIT 1",
    );
    Ok(run.bind(stock).fetch_optional(pool).await?)
}

/// What a run found of one row of stock; `None` when nothing.
pub async fn run_difference(
    pool: &MySqlPool,
    run: u32,
    stock: StockId,
) -> StoreResult<Option<RunDifference>> {
    let found = sqlx::query_as(
        "SELECT d.*, s.warehouse, s.sku FROM reconciliation_differences d
         JOIN stock s ON s.id = d.stock_id WHERE d.run_id = ? AND d.stock_id = ?",
    );
    Ok(found.bind(run).bind(stock).fetch_optional(pool).await?)
}

/// What a run found, by row of stock.
pub async fn run_differences(
    pool: &MySqlPool,
    run: u32,
    limit: u32,
) -> StoreResult<Vec<RunDifference>> {
    Ok(sqlx::query_as(
        "SELECT d.*, s.warehouse, s.sku FROM reconciliation_differences d
         JOIN stock s ON s.id = d.stock_id WHERE d.run_id = ? ORDER BY d.stock_id LIMIT ?",
    )
    .bind(run)
    .bind(limit)
    .fetch_all(pool)
    .await?)
}

/// Keeps what a run found.
pub async fn run_differences_insert(
    pool: &MySqlPool,
    run: u32,
    found: &[RunDifference],
) -> StoreResult<()> {
    for d in found {
        sqlx::query(
            "INSERT INTO reconciliation_differences
               (run_id, stock_id, ledger, available, gate, since, cause, after_version)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(run)
        .bind(d.stock)
        .bind(d.ledger)
        .bind(d.available)
        .bind(d.gate)
        .bind(d.since)
        .bind(d.cause)
        .bind(d.after.map(|entry| entry.version))
        .execute(pool)
        .await?;
    }
    Ok(())
}

/// A row of the stock table beside the last balance of its ledger, read in one statement.
#[derive(Debug, Clone, FromRow)]
pub struct Books {
    pub id: StockId,
    /// -1 when unlimited.
    pub available: i64,
    /// `None` when unlimited, or when the entry of this version is missing.
    pub ledger: Option<i64>,
    pub unlimited: bool,
    pub version: u64,
    /// When the last entry was made, or the row when there is none.
    pub since: DateTime<Utc>,
}

impl Books {
    /// Whether the table and the ledger say the same.
    pub fn agree(&self) -> bool {
        self.unlimited || self.ledger == Some(self.available)
    }
}

/// These rows of stock beside their ledger.
pub async fn books(pool: &MySqlPool, ids: &[StockId]) -> StoreResult<Vec<Books>> {
    Ok(sqlx::query_as(
        "SELECT s.id, IF(s.unlimited, -1, s.available) AS available, s.unlimited, s.version,
           IF(s.unlimited, NULL, IF(s.version = 0, s.opening, l.balance)) AS ledger,
           COALESCE(l.created_at, s.created_at) AS since
         FROM JSON_TABLE(?, '$[*]' COLUMNS (id INT UNSIGNED PATH '$')) j
         JOIN stock s ON s.id = j.id
         LEFT JOIN ledger l ON l.stock_id = s.id AND l.version = s.version",
    )
    .bind(json_list(ids))
    .fetch_all(pool)
    .await?)
}

/// The newest entry (of the last hundred) after which the level was `balance`, and when the next
/// one was made: since then whoever still says `balance` has missed something.
pub async fn entry_with_balance(
    pool: &MySqlPool,
    stock: StockId,
    balance: i64,
) -> StoreResult<Option<(EntryId, DateTime<Utc>)>> {
    let rows: Vec<(u64, Option<i64>, DateTime<Utc>)> = sqlx::query_as(
        "SELECT version, balance, created_at FROM ledger WHERE stock_id = ?
         ORDER BY version DESC LIMIT 100",
    )
    .bind(stock)
    .fetch_all(pool)
    .await?;
    let mut after = None;
    for (version, level, at) in rows {
        if let (Some(since), true) = (after, level == Some(balance)) {
            return Ok(Some((EntryId { stock, version }, since)));
        }
        after = Some(at);
    }
    Ok(None)
}

/// The open difference of a SKU that the gate's own watch has noted, if it has.
pub async fn open_difference(
    pool: &MySqlPool,
    stock: StockId,
) -> StoreResult<Option<(DateTime<Utc>, DifferenceCause)>> {
    Ok(sqlx::query_as(
        "SELECT seen_at, cause FROM gate_differences
         WHERE repaired_at IS NULL AND stock_id = ? ORDER BY id LIMIT 1",
    )
    .bind(stock)
    .fetch_optional(pool)
    .await?)
}

/// Rows of stock that the gate's own watch found to differ, and that are not repaired.
pub async fn open_stock(pool: &MySqlPool, limit: u32) -> StoreResult<Vec<StockId>> {
    let ids = sqlx::query_scalar(
        "SELECT DISTINCT stock_id FROM gate_differences WHERE repaired_at IS NULL
         ORDER BY stock_id LIMIT ?",
    );
    Ok(ids.bind(limit).fetch_all(pool).await?)
}

impl FromRow<'_, MySqlRow> for Run {
    fn from_row(r: &MySqlRow) -> Result<Self, sqlx::Error> {
        let ended_at: Option<DateTime<Utc>> = r.try_get("ended_at")?;
        let outcome: Option<RunOutcome> = r.try_get("outcome")?;
        Ok(Self {
            id: r.try_get("id")?,
            actor: r.try_get("actor")?,
            started_at: r.try_get("started_at")?,
            heard_at: r.try_get("heard_at")?,
            ended: ended_at.zip(outcome),
            compared: r.try_get("compared")?,
            unjudged: r.try_get("unjudged")?,
            differences: r.try_get("differences")?,
        })
    }
}

impl FromRow<'_, MySqlRow> for RunDifference {
    fn from_row(r: &MySqlRow) -> Result<Self, sqlx::Error> {
        let stock: StockId = r.try_get("stock_id")?;
        let after: Option<u64> = r.try_get("after_version")?;
        let cause: LikelyCause = r.try_get("cause")?;
        Ok(Self {
            stock,
            warehouse: parse(r.try_get("warehouse")?)?,
            sku: parse(r.try_get("sku")?)?,
            ledger: r.try_get("ledger")?,
            available: r.try_get("available")?,
            gate: r.try_get("gate")?,
            since: r.try_get("since")?,
            cause,
            after: after.map(|version| EntryId { stock, version }),
        })
    }
}
