//! Lists that people should see empty: differences of the gate, money that paid for nothing.

use sqlx::mysql::MySqlRow;
use sqlx::{FromRow, MySqlPool, Row};

use super::json::{decode, parse};
use super::orders::amount;
use super::{StoreResult, capped};
use crate::domain::attention::{GateDifference, LatePayment};
use crate::domain::listing::{CappedCount, Limit, Page};

/// Differences, newest first; `after` is the number of the last one seen.
pub async fn differences_list(
    pool: &MySqlPool,
    open_only: bool,
    after: Option<u64>,
    limit: Limit,
) -> StoreResult<Page<GateDifference, u64>> {
    let mut sql = sqlx::QueryBuilder::new(
        "SELECT d.*, s.warehouse, s.sku FROM gate_differences d JOIN stock s ON s.id = d.stock_id
         WHERE d.id < ",
    );
    sql.push_bind(after.unwrap_or(u64::MAX));
    if open_only {
        sql.push(" AND d.repaired_at IS NULL");
    }
    sql.push(" ORDER BY d.id DESC LIMIT ")
        .push_bind(limit.get() + 1);
    let rows: Vec<GateDifference> = sql.build_query_as().fetch_all(pool).await?;
    Ok(Page::cut(rows, limit, |row| row.id))
}

/// Differences that are not repaired.
pub async fn differences_open(pool: &MySqlPool) -> StoreResult<CappedCount> {
    let count: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM (
           SELECT 1 FROM gate_differences WHERE repaired_at IS NULL LIMIT ?) t",
    )
    .bind(CappedCount::CAP + 1)
    .fetch_one(pool)
    .await?;
    Ok(capped(count))
}

impl FromRow<'_, MySqlRow> for GateDifference {
    fn from_row(r: &MySqlRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: r.try_get("id")?,
            warehouse: parse(r.try_get("warehouse")?)?,
            sku: parse(r.try_get("sku")?)?,
            seen_at: r.try_get("seen_at")?,
            gate_value: r.try_get("gate_value")?,
            gate_held: r.try_get("gate_held")?,
            available: r.try_get("available")?,
            cause: r.try_get("cause")?,
            repaired_at: r.try_get("repaired_at")?,
        })
    }
}

const LATE: &str = "outcome IN ('late', 'duplicate', 'mismatch', 'orphan') AND settled_at IS NULL";

/// Money that waits, oldest first; `after` is the number of the last one seen.
pub async fn late_payments_list(
    pool: &MySqlPool,
    after: Option<u64>,
    limit: Limit,
) -> StoreResult<Page<LatePayment, u64>> {
    let sql = format!("SELECT * FROM payments WHERE {LATE} AND id > ? ORDER BY id LIMIT ?");
    let rows: Vec<LatePayment> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(after.unwrap_or(0))
        .bind(limit.get() + 1)
        .fetch_all(pool)
        .await?;
    Ok(Page::cut(rows, limit, |row| row.id))
}

/// Payments that wait.
pub async fn late_payments_open(pool: &MySqlPool) -> StoreResult<CappedCount> {
    let sql = format!("SELECT COUNT(*) FROM (SELECT 1 FROM payments WHERE {LATE} LIMIT ?) t");
    let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .bind(CappedCount::CAP + 1)
        .fetch_one(pool)
        .await?;
    Ok(capped(count))
}

impl FromRow<'_, MySqlRow> for LatePayment {
    fn from_row(r: &MySqlRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: r.try_get("id")?,
            gateway: r.try_get("gateway")?,
            transaction_id: r.try_get("transaction_id")?,
            order_no: parse(r.try_get("order_no")?)?,
            amount: amount(r)?.ok_or_else(|| decode("a payment's amount is out of range"))?,
            paid_at: r.try_get("paid_at")?,
            outcome: r.try_get("outcome")?,
            created_at: r.try_get("created_at")?,
        })
    }
}
