//! Open orders that a worker has to look at. Claiming pushes `next_action_at` on, so that
//! instances share the work, and what a dead one claimed comes again.

use chrono::{DateTime, Utc};
use sqlx::{Connection, MySqlPool};

use crate::domain::ids::DocumentNo;
use crate::domain::order::OrderStatus;
use crate::store::mysql::StoreResult;
use crate::store::mysql::json::{json_list, parse};

// Exactly a range of the index `orders_due`: with a condition more, rows that are due for another
// reason would be walked over, and locked for a moment, by every look.
const DUE: &str = "SELECT order_no, pay_deadline FROM orders
  WHERE status = ? AND next_action_at <= ?
  ORDER BY next_action_at LIMIT ? FOR UPDATE SKIP LOCKED";

// A join: for `IN (SELECT ...)` MariaDB reads and locks the whole table in an UPDATE (with
// 500,000 orders that took 30 s).
const LEASE: &str = "UPDATE orders o JOIN JSON_TABLE(?, '$[*]' COLUMNS (
    order_no VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin PATH '$')) j
    ON o.order_no = j.order_no
  SET o.next_action_at = ?";

/// Orders of an open `status` that are due, with their deadlines; the longest due first, and none
/// that another instance claimed.
pub async fn due_claim(
    pool: &MySqlPool,
    status: OrderStatus,
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
    limit: u32,
) -> StoreResult<Vec<(DocumentNo, DateTime<Utc>)>> {
    let mut conn = pool.acquire().await?;
    let mut tx = conn.begin().await?;
    let claimed: Vec<(String, DateTime<Utc>)> = sqlx::query_as(DUE)
        .bind(status)
        .bind(now)
        .bind(limit)
        .fetch_all(&mut *tx)
        .await?;
    if claimed.is_empty() {
        tx.rollback().await?;
        return Ok(Vec::new());
    }
    let numbers: Vec<&String> = claimed.iter().map(|(order_no, _)| order_no).collect();
    sqlx::query(LEASE)
        .bind(json_list(&numbers))
        .bind(lease_until)
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    let parsed = |(order_no, deadline): &(String, _)| Ok((parse(order_no)?, *deadline));
    Ok(claimed
        .iter()
        .map(parsed)
        .collect::<Result<_, sqlx::Error>>()?)
}
