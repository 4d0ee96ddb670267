//! Differences of the gate, a list that people should see empty.

use sqlx::mysql::MySqlRow;
use sqlx::{FromRow, MySqlPool, Row};

use super::json::parse;
use super::{StoreResult, capped};
use crate::domain::attention::GateDifference;
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
