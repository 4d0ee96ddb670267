//! Orders that a worker has to look at. Claiming pushes `next_action_at` on, so that instances
//! share the work, and a claim that dies is claimed again.

use chrono::{DateTime, Utc};
use sqlx::{Connection, MySqlPool};

use crate::domain::ids::DocumentNo;
use crate::store::mysql::StoreResult;
use crate::store::mysql::json::{json_list, parse};

const CLOSINGS: &str = "SELECT order_no FROM orders
  WHERE next_action_at <= ? AND (status = 'closing' OR pay_deadline <= ?)
  ORDER BY next_action_at LIMIT ? FOR UPDATE SKIP LOCKED";

const UNSENT: &str = "SELECT order_no FROM orders
  WHERE next_action_at <= ? AND status = 'pending' AND pay_deadline > ?
    AND payment_state IN ('unsent', 'sent')
  ORDER BY next_action_at LIMIT ? FOR UPDATE SKIP LOCKED";

const LEASE: &str = "UPDATE orders SET next_action_at = ? WHERE order_no IN (
    SELECT j.order_no FROM JSON_TABLE(?, '$[*]' COLUMNS (
      order_no VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin PATH '$')) j)";

/// Orders past their deadline, and orders whose closing is to be tried again; the longest due
/// first, none that another instance claimed.
pub async fn closings_claim(
    pool: &MySqlPool,
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
    limit: u32,
) -> StoreResult<Vec<DocumentNo>> {
    claim(pool, CLOSINGS, now, lease_until, limit).await
}

/// Pending orders whose payment should be at its gateway by now, and is not for all we know.
pub async fn unsent_claim(
    pool: &MySqlPool,
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
    limit: u32,
) -> StoreResult<Vec<DocumentNo>> {
    claim(pool, UNSENT, now, lease_until, limit).await
}

async fn claim(
    pool: &MySqlPool,
    due: &'static str,
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
    limit: u32,
) -> StoreResult<Vec<DocumentNo>> {
    let mut conn = pool.acquire().await?;
    let mut tx = conn.begin().await?;
    let claimed: Vec<String> = sqlx::query_scalar(due)
        .bind(now)
        .bind(now)
        .bind(limit)
        .fetch_all(&mut *tx)
        .await?;
    if claimed.is_empty() {
        tx.rollback().await?;
        return Ok(Vec::new());
    }
    sqlx::query(LEASE)
        .bind(lease_until)
        .bind(json_list(&claimed))
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    let claimed = claimed.iter().map(|order_no| parse(order_no));
    Ok(claimed.collect::<Result<_, _>>()?)
}
