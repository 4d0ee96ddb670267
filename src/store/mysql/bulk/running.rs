//! Carrying bulk operations out. The lines that nothing was decided of are what is left to do;
//! the documents are what keeps a line from being done twice.

use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::{Connection, MySqlPool};

use crate::domain::bulk::{BulkLine, BulkOrigin, LineResult};
use crate::domain::ids::{OpId, StockId};
use crate::domain::receipt::LineReceipt;
use crate::store::mysql::json::{decode, json_list, parse};
use crate::store::mysql::{StoreResult, is_duplicate};

/// Who confirms, and until when they have it to themselves.
#[derive(Debug, Clone, Copy)]
pub struct Begin<'a> {
    pub op: OpId,
    pub revision: u32,
    pub by: &'a str,
    pub at: DateTime<Utc>,
    pub leased_until: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Begun {
    Now,
    /// It is no draft of this revision (any more).
    NoDraft,
    /// What it would undo is being undone, or was undone wholly, by another one.
    UndoneByAnother,
}

/// From draft to running.
pub async fn bulk_begin(pool: &MySqlPool, begin: Begin<'_>) -> StoreResult<Begun> {
    let done = sqlx::query(
        "UPDATE bulk_operations SET status = 'running', confirmed_by = ?, confirmed_at = ?,
           leased_until = ? WHERE op = ? AND status = 'draft' AND revision = ? AND expires_at > ?",
    )
    .bind(begin.by)
    .bind(begin.at)
    .bind(begin.leased_until)
    .bind(begin.op.to_string())
    .bind(begin.revision)
    .bind(begin.at)
    .execute(pool)
    .await;
    match done {
        Ok(done) if done.rows_affected() == 1 => Ok(Begun::Now),
        Ok(_) => Ok(Begun::NoDraft),
        Err(error) if is_duplicate(&error) => Ok(Begun::UndoneByAnother),
        Err(error) => Err(error.into()),
    }
}

/// Takes the running operation that nobody carries out and that has waited longest.
pub async fn bulk_claim(
    pool: &MySqlPool,
    now: DateTime<Utc>,
    leased_until: DateTime<Utc>,
) -> StoreResult<Option<OpId>> {
    let mut conn = pool.acquire().await?;
    let mut tx = conn.begin().await?;
    let op: Option<String> = sqlx::query_scalar(
        "SELECT op FROM bulk_operations WHERE status = 'running' AND leased_until <= ?
         ORDER BY leased_until LIMIT 1 FOR UPDATE SKIP LOCKED",
    )
    .bind(now)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(op) = op else {
        // Now, not when the connection is next used: what was looked at may stay locked till then.
        tx.rollback().await?;
        return Ok(None);
    };
    sqlx::query("UPDATE bulk_operations SET leased_until = ? WHERE op = ?")
        .bind(leased_until)
        .bind(&op)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(Some(parse(&op)?))
}

/// Sets until when a running operation is somebody's own.
pub async fn bulk_release(pool: &MySqlPool, op: OpId, until: DateTime<Utc>) -> StoreResult<()> {
    sqlx::query("UPDATE bulk_operations SET leased_until = ? WHERE op = ? AND status = 'running'")
        .bind(until)
        .bind(op.to_string())
        .execute(pool)
        .await?;
    Ok(())
}

/// The next lines that nothing was decided of, in their order.
pub async fn lines_open(pool: &MySqlPool, op: OpId, limit: u32) -> StoreResult<Vec<BulkLine>> {
    Ok(sqlx::query_as(
        "SELECT * FROM bulk_lines WHERE op = ? AND state = 'will' AND outcome IS NULL
         ORDER BY line LIMIT ?",
    )
    .bind(op.to_string())
    .bind(limit)
    .fetch_all(pool)
    .await?)
}

const DECIDED: &str = "UPDATE bulk_lines l JOIN JSON_TABLE(?, '$[*]' COLUMNS (
    line INT UNSIGNED PATH '$.line',
    outcome VARCHAR(8) CHARACTER SET ascii PATH '$.outcome',
    refusal LONGTEXT CHARACTER SET utf8mb4 PATH '$.refusal',
    stock_id INT UNSIGNED PATH '$.stock_id',
    version BIGINT UNSIGNED PATH '$.version',
    delta BIGINT PATH '$.delta',
    balance BIGINT PATH '$.balance')) j ON l.line = j.line
  SET l.refusal = j.refusal, l.stock_id = j.stock_id, l.version = j.version, l.delta = j.delta,
    l.balance = j.balance, l.outcome = j.outcome
  WHERE l.op = ? AND l.state = 'will' AND (l.outcome IS NULL OR j.outcome = 'applied')";

/// Notes what was decided of some lines. What was applied stays applied, whoever thinks otherwise.
pub async fn lines_decided(
    pool: &MySqlPool,
    op: OpId,
    results: &[(u32, LineResult)],
) -> StoreResult<()> {
    let rows = results.iter().map(|(line, result)| match result {
        LineResult::Applied(receipt) => Ok(json!({
            "line": line,
            "outcome": "applied",
            "stock_id": receipt.stock.0,
            "version": receipt.version,
            "delta": receipt.delta,
            "balance": receipt.available,
        })),
        LineResult::Refused(refusal) => {
            let refusal = serde_json::to_string(refusal);
            let refusal = refusal.map_err(|error| decode(error.to_string()))?;
            Ok(json!({ "line": line, "outcome": "refused", "refusal": refusal }))
        }
    });
    let rows = rows.collect::<Result<Vec<_>, sqlx::Error>>()?;
    sqlx::query(DECIDED)
        .bind(json_list(&rows))
        .bind(op.to_string())
        .execute(pool)
        .await?;
    Ok(())
}

/// Lines that stand as refused, and whose documents moved stock for this operation all the same:
/// whoever carried it out was cut off after asking and before hearing.
pub async fn lines_overlooked(pool: &MySqlPool, op: OpId) -> StoreResult<Vec<(u32, LineResult)>> {
    const SQL: &str = "SELECT l.line, l.sku, g.stock_id, g.version, g.delta, g.balance
      FROM bulk_lines l STRAIGHT_JOIN ledger g
        ON g.document = CONVERT(CONCAT(l.op, '.', l.line) USING ascii) COLLATE ascii_bin
          AND g.reverses IS NULL
      WHERE l.op = ? AND l.state = 'will' AND l.outcome = 'refused' AND l.kind <> 'undo'
      UNION ALL
      SELECT l.line, l.sku, g.stock_id, g.version, g.delta, g.balance
      FROM bulk_lines l STRAIGHT_JOIN documents d ON d.document = l.document
        AND d.reversed_op = l.op
      STRAIGHT_JOIN ledger g ON g.document = d.document AND g.reverses IS NOT NULL
      WHERE l.op = ? AND l.state = 'will' AND l.outcome = 'refused' AND l.kind = 'undo'";
    let rows: Vec<(u32, String, StockId, u64, i64, Option<i64>)> = sqlx::query_as(SQL)
        .bind(op.to_string())
        .bind(op.to_string())
        .fetch_all(pool)
        .await?;
    let rows = rows.iter();
    let applied = rows.map(|(line, sku, stock, version, delta, available)| {
        let receipt = LineReceipt {
            sku: parse(sku)?,
            stock: *stock,
            version: *version,
            delta: *delta,
            available: *available,
        };
        Ok((*line, LineResult::Applied(receipt)))
    });
    Ok(applied.collect::<Result<_, sqlx::Error>>()?)
}

const FINISH: &str = "UPDATE bulk_operations o JOIN (
    SELECT COALESCE(SUM(outcome = 'applied'), 0) AS applied,
      COALESCE(SUM(outcome = 'refused'), 0) AS refused,
      COALESCE(SUM(outcome IS NULL), 0) AS open
    FROM {lines}) t
  SET o.status = 'applied', o.finished_at = ?, o.leased_until = NULL,
    o.applied_count = t.applied, o.refused_count = t.refused
  WHERE o.op = ? AND o.status = 'running' AND t.open = 0";

/// From running to applied, when something was decided of every line; `false` when somebody else
/// finished it, or it is not finished.
pub async fn bulk_finish(
    pool: &MySqlPool,
    op: OpId,
    origin: BulkOrigin,
    at: DateTime<Utc>,
) -> StoreResult<bool> {
    let lines = match origin {
        BulkOrigin::Cancel => "bulk_cancels WHERE op = ? AND problem IS NULL",
        _ => "bulk_lines WHERE op = ? AND state = 'will'",
    };
    let sql = sqlx::AssertSqlSafe(FINISH.replace("{lines}", lines));
    let done = sqlx::query(sql)
        .bind(op.to_string())
        .bind(at)
        .bind(op.to_string())
        .execute(pool)
        .await?;
    Ok(done.rows_affected() == 1)
}
