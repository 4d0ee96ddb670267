//! SKUs in whichever warehouse, and what all stock comes to.

use sqlx::mysql::MySqlRow;
use sqlx::{MySqlPool, QueryBuilder, Row};

use crate::domain::ids::{Sku, StockId, Warehouse};
use crate::domain::listing::CappedCount;
use crate::domain::stock::StockState;
use crate::store::mysql::json::parse;
use crate::store::mysql::{StoreResult, capped};

/// SKUs that stand near `sku` in the index, in whichever warehouse: what somebody who typed it
/// may have meant. At most `around` on either side.
pub async fn sku_neighbours(
    pool: &MySqlPool,
    sku: &str,
    around: u32,
) -> StoreResult<Vec<(Warehouse, Sku)>> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "(SELECT warehouse, sku FROM stock WHERE sku >= ? ORDER BY sku, warehouse LIMIT ?)
         UNION ALL
         (SELECT warehouse, sku FROM stock WHERE sku < ? ORDER BY sku DESC, warehouse DESC LIMIT ?)",
    )
    .bind(sku)
    .bind(around)
    .bind(sku)
    .bind(around)
    .fetch_all(pool)
    .await?;
    let row = |(warehouse, sku): &(String, String)| Ok((parse(warehouse)?, parse(sku)?));
    Ok(rows.iter().map(row).collect::<Result<_, sqlx::Error>>()?)
}

/// The rows of a SKU: one for each warehouse that holds it.
pub async fn sku_rows(pool: &MySqlPool, sku: &Sku) -> StoreResult<Vec<(Warehouse, StockId)>> {
    let rows = sqlx::query("SELECT warehouse, id FROM stock WHERE sku = ? ORDER BY warehouse")
        .bind(sku.as_str())
        .fetch_all(pool)
        .await?;
    let row = |r: &MySqlRow| Ok((parse(r.try_get("warehouse")?)?, r.try_get("id")?));
    Ok(rows.iter().map(row).collect::<Result<_, sqlx::Error>>()?)
}

/// The same with how many ledger entries each has.
pub async fn sku_versions(pool: &MySqlPool, sku: &Sku) -> StoreResult<Vec<(StockId, u64)>> {
    Ok(
        sqlx::query_as("SELECT id, version FROM stock WHERE sku = ? ORDER BY id")
            .bind(sku.as_str())
            .fetch_all(pool)
            .await?,
    )
}

/// How many SKUs are in this state; read from its index.
pub async fn state_count(pool: &MySqlPool, state: StockState) -> StoreResult<CappedCount> {
    let mut sql = QueryBuilder::new("SELECT COUNT(*) FROM (SELECT 1 FROM stock WHERE state = ");
    sql.push_bind(state).push(" LIMIT ");
    sql.push_bind(CappedCount::CAP + 1).push(") t");
    let count: i64 = sql.build_query_scalar().fetch_one(pool).await?;
    Ok(capped(count))
}

/// Units over all stock that has a level: available, reserved. Reads every row of `stock`: for
/// a cache, not for a page.
pub async fn stock_totals(pool: &MySqlPool) -> StoreResult<(i64, i64)> {
    Ok(sqlx::query_as(
        "SELECT CAST(COALESCE(SUM(available), 0) AS SIGNED),
           CAST(COALESCE(SUM(reserved), 0) AS SIGNED) FROM stock",
    )
    .fetch_one(pool)
    .await?)
}
