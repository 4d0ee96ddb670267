//! The numbers of the overview: each bounded, whatever the tables hold.

use chrono::{DateTime, Utc};
use sqlx::{MySqlPool, Row};

use super::json::parse;
use super::{StoreResult, capped};
use crate::domain::attention::WaitingCancels;
use crate::domain::bulk::{Bulk, BulkStatus};
use crate::domain::listing::{CappedCount, Listed};
use crate::domain::operation::Operation;

/// Closing orders whose gateway was asked and has proved nothing, and which of them (of the
/// thousand with the earliest deadlines) waits longest.
pub async fn waiting_cancels(pool: &MySqlPool) -> StoreResult<WaitingCancels> {
    let (count, most_attempts): (i64, u32) = sqlx::query_as(
        "SELECT COUNT(*), CAST(COALESCE(MAX(t.attempts), 0) AS UNSIGNED) FROM (
           SELECT attempts FROM orders WHERE status = 'closing' AND attempts > 0 LIMIT ?) t",
    )
    .bind(CappedCount::CAP + 1)
    .fetch_one(pool)
    .await?;
    let oldest = sqlx::query(
        "SELECT o.order_no, o.cancel_op, e.at FROM (
           SELECT order_no, cancel_op FROM orders WHERE status = 'closing' AND attempts > 0
           ORDER BY listed_at LIMIT 1000) o
         JOIN order_events e ON e.order_no = o.order_no AND e.kind = 'closing'
         ORDER BY e.at LIMIT 1",
    )
    .fetch_optional(pool)
    .await?;
    let oldest = match oldest {
        None => None,
        Some(r) => {
            let op: Option<String> = r.try_get("cancel_op")?;
            let op = op.map(|op| parse(&op)).transpose()?;
            Some((parse(r.try_get("order_no")?)?, r.try_get("at")?, op))
        }
    };
    let count = capped(count);
    Ok(WaitingCancels {
        count,
        most_attempts,
        oldest,
    })
}

/// Drafts that can still be confirmed.
pub async fn open_drafts(pool: &MySqlPool, now: DateTime<Utc>) -> StoreResult<CappedCount> {
    let count: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM (
           (SELECT 1 FROM operations WHERE status = 'draft' AND expires_at > ? LIMIT ?)
           UNION ALL
           (SELECT 1 FROM bulk_operations WHERE status = 'draft' AND expires_at > ? LIMIT ?)) t",
    )
    .bind(now)
    .bind(CappedCount::CAP + 1)
    .bind(now)
    .bind(CappedCount::CAP + 1)
    .fetch_one(pool)
    .await?;
    Ok(capped(count))
}

/// Ledger entries from `from` up to (not including) `to`, counted up to `cap`.
pub async fn entries_between(
    pool: &MySqlPool,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    cap: u32,
) -> StoreResult<u64> {
    let count: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM (
           SELECT 1 FROM ledger WHERE created_at >= ? AND created_at < ? LIMIT ?) t",
    )
    .bind(from)
    .bind(to)
    .bind(cap)
    .fetch_one(pool)
    .await?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// Operations, single and bulk, confirmed since a moment, and how many people confirmed them.
pub async fn corrections_since(
    pool: &MySqlPool,
    since: DateTime<Utc>,
) -> StoreResult<(CappedCount, u32)> {
    let (count, people): (i64, i64) = sqlx::query_as(
        "SELECT COUNT(*), COUNT(DISTINCT t.confirmed_by) FROM (
           (SELECT confirmed_by FROM operations
            WHERE status = 'applied' AND confirmed_at >= ? LIMIT ?)
           UNION ALL
           (SELECT confirmed_by FROM bulk_operations
            WHERE status = 'applied' AND confirmed_at >= ? LIMIT ?)
           UNION ALL
           (SELECT confirmed_by FROM bulk_operations
            WHERE status = 'running' AND confirmed_at >= ? LIMIT ?)) t",
    )
    .bind(since)
    .bind(CappedCount::CAP + 1)
    .bind(since)
    .bind(CappedCount::CAP + 1)
    .bind(since)
    .bind(CappedCount::CAP + 1)
    .fetch_one(pool)
    .await?;
    Ok((capped(count), u32::try_from(people).unwrap_or(u32::MAX)))
}

/// The operations confirmed last, newest first: done, or many changes under way.
pub async fn corrections_latest(pool: &MySqlPool, limit: u32) -> StoreResult<Vec<Listed>> {
    let singles: Vec<Operation> = sqlx::query_as(
        "SELECT * FROM operations WHERE status = 'applied' ORDER BY confirmed_at DESC LIMIT ?",
    )
    .bind(limit)
    .fetch_all(pool)
    .await?;
    let mut latest: Vec<Listed> = singles.into_iter().map(Listed::One).collect();
    for status in [BulkStatus::Running, BulkStatus::Applied] {
        let bulks: Vec<Bulk> = sqlx::query_as(
            "SELECT * FROM bulk_operations WHERE status = ? ORDER BY confirmed_at DESC LIMIT ?",
        )
        .bind(status)
        .bind(limit)
        .fetch_all(pool)
        .await?;
        latest.extend(bulks.into_iter().map(Listed::Bulk));
    }
    latest.sort_by_key(|listed| std::cmp::Reverse(listed.confirmed_at()));
    latest.truncate(limit as usize);
    Ok(latest)
}
