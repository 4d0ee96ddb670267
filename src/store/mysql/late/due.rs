//! Late money that a worker has to look at. Claiming pushes `next_action_at` on, so that instances
//! share the work, and what a dead one claimed comes again.

use chrono::{DateTime, Utc};
use sqlx::{Connection, MySqlPool};

use super::LATE;
use crate::domain::late::{LatePayment, LateState};
use crate::domain::payment::refund_no;
use crate::store::mysql::StoreResult;
use crate::store::mysql::json::json_list;

const ORPHANED: &str = "SELECT p.id, p.gateway, p.transaction_id, p.created_at
  FROM payments p LEFT JOIN late_money l ON l.payment_id = p.id
  WHERE p.outcome IN ('late', 'duplicate', 'mismatch', 'orphan') AND p.settled_at IS NULL
    AND l.payment_id IS NULL LIMIT ?";

// Exactly a range of the index `late_money_due`.
const DUE: &str = "SELECT payment_id FROM late_money
  WHERE state = ? AND next_action_at <= ?
  ORDER BY next_action_at LIMIT ? FOR UPDATE SKIP LOCKED";

const LEASE: &str = "UPDATE late_money l JOIN JSON_TABLE(?, '$[*]' COLUMNS (
    id BIGINT UNSIGNED PATH '$')) j ON l.payment_id = j.id
  SET l.next_action_at = ?";

/// Gives payments that were stored without it their row; they wait for people. How many those
/// were.
pub async fn late_adopt(pool: &MySqlPool, limit: u32) -> StoreResult<usize> {
    let found: Vec<(u64, String, String, DateTime<Utc>)> =
        sqlx::query_as(ORPHANED).bind(limit).fetch_all(pool).await?;
    for (id, gateway, transaction_id, created_at) in &found {
        sqlx::query(
            "INSERT IGNORE INTO late_money (payment_id, state, refund_no, created_at)
             VALUES (?, 'waiting', ?, ?)",
        )
        .bind(id)
        .bind(refund_no(gateway, transaction_id))
        .bind(created_at)
        .execute(pool)
        .await?;
    }
    Ok(found.len())
}

/// Payments in a watched `state` that are due; the longest due first, and none that another
/// instance claimed.
pub async fn late_claim(
    pool: &MySqlPool,
    state: LateState,
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
    limit: u32,
) -> StoreResult<Vec<LatePayment>> {
    let mut conn = pool.acquire().await?;
    let mut tx = conn.begin().await?;
    let claimed: Vec<u64> = sqlx::query_scalar(DUE)
        .bind(state)
        .bind(now)
        .bind(limit)
        .fetch_all(&mut *tx)
        .await?;
    if claimed.is_empty() {
        tx.rollback().await?;
        return Ok(Vec::new());
    }
    sqlx::query(LEASE)
        .bind(json_list(&claimed))
        .bind(lease_until)
        .execute(&mut *tx)
        .await?;
    let sql = format!(
        "{LATE} WHERE p.id IN (SELECT j.id FROM JSON_TABLE(?, '$[*]' COLUMNS (
           id BIGINT UNSIGNED PATH '$')) j)"
    );
    let late = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(json_list(&claimed))
        .fetch_all(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(late)
}

/// Something happened to a refund at its gateway: the next look need not wait.
pub async fn late_hurry(pool: &MySqlPool, refund_no: &str, now: DateTime<Utc>) -> StoreResult<()> {
    sqlx::query(
        "UPDATE late_money SET next_action_at = ?
         WHERE refund_no = ? AND state IN ('queued', 'refunding') AND next_action_at > ?",
    )
    .bind(now)
    .bind(refund_no)
    .bind(now)
    .execute(pool)
    .await?;
    Ok(())
}
