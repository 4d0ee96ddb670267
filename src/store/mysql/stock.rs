//! Stock rows.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sqlx::mysql::MySqlRow;
use sqlx::{FromRow, MySqlPool, Row};

use super::StoreResult;
use super::json::{json_list, parse};
use crate::domain::ids::{DocumentNo, Sku, StockId, Warehouse};
use crate::domain::stock::StockLevel;

pub(super) const COLUMNS: &str =
    "s.id, s.warehouse, s.sku, s.name, s.available, s.reserved, s.unlimited,
  s.low_water, s.version, s.updated_at";

impl FromRow<'_, MySqlRow> for StockLevel {
    fn from_row(r: &MySqlRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: r.try_get("id")?,
            warehouse: parse(r.try_get("warehouse")?)?,
            sku: parse(r.try_get("sku")?)?,
            name: r.try_get("name")?,
            available: r.try_get("available")?,
            reserved: r.try_get("reserved")?,
            unlimited: r.try_get("unlimited")?,
            low_water: r.try_get("low_water")?,
            version: r.try_get("version")?,
            updated_at: r.try_get("updated_at")?,
        })
    }
}

/// All warehouses, by name.
pub async fn warehouse_list(pool: &MySqlPool) -> StoreResult<Vec<Warehouse>> {
    let names: Vec<String> =
        sqlx::query_scalar("SELECT warehouse FROM warehouses ORDER BY warehouse")
            .fetch_all(pool)
            .await?;
    Ok(names
        .iter()
        .map(|name| parse(name))
        .collect::<Result<_, _>>()?)
}

/// The rows of those `skus` that the warehouse holds.
pub async fn stock_ids(
    pool: &MySqlPool,
    warehouse: &Warehouse,
    skus: &[&Sku],
) -> StoreResult<HashMap<Sku, StockId>> {
    const SQL: &str = "SELECT s.sku, s.id FROM stock s WHERE s.warehouse = ? AND s.sku IN (
      SELECT j.sku FROM JSON_TABLE(?, '$[*]' COLUMNS (
        sku VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')) j)";
    let rows: Vec<(String, StockId)> = sqlx::query_as(SQL)
        .bind(warehouse.as_str())
        .bind(json_list(skus))
        .fetch_all(pool)
        .await?;
    Ok(rows
        .iter()
        .map(|(sku, id)| Ok((parse(sku)?, *id)))
        .collect::<Result<_, sqlx::Error>>()?)
}

/// The present level of one SKU.
pub async fn stock_fetch(
    pool: &MySqlPool,
    warehouse: &Warehouse,
    sku: &Sku,
) -> StoreResult<Option<StockLevel>> {
    let sql = sqlx::AssertSqlSafe(format!(
        "SELECT {COLUMNS} FROM stock s WHERE s.warehouse = ? AND s.sku = ?"
    ));
    Ok(sqlx::query_as(sql)
        .bind(warehouse.as_str())
        .bind(sku.as_str())
        .fetch_optional(pool)
        .await?)
}

/// The present level of one row of stock.
pub async fn stock_by_id(pool: &MySqlPool, id: StockId) -> StoreResult<Option<StockLevel>> {
    let sql = sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM stock s WHERE s.id = ?"));
    Ok(sqlx::query_as(sql).bind(id).fetch_optional(pool).await?)
}

/// The present levels of these rows of stock, by SKU and warehouse; each once.
pub async fn stock_by_ids(pool: &MySqlPool, ids: &[StockId]) -> StoreResult<Vec<StockLevel>> {
    let sql = sqlx::AssertSqlSafe(format!(
        "SELECT {COLUMNS} FROM stock s WHERE s.id IN (
           SELECT j.id FROM JSON_TABLE(?, '$[*]' COLUMNS (id INT UNSIGNED PATH '$')) j)
         ORDER BY s.sku, s.warehouse"
    ));
    Ok(sqlx::query_as(sql)
        .bind(json_list(ids))
        .fetch_all(pool)
        .await?)
}

/// The present levels of those `skus` that the warehouse holds, in no order.
pub async fn stock_fetch_many(
    pool: &MySqlPool,
    warehouse: &Warehouse,
    skus: &[&Sku],
) -> StoreResult<Vec<StockLevel>> {
    let sql = sqlx::AssertSqlSafe(format!(
        "SELECT {COLUMNS} FROM stock s WHERE s.warehouse = ? AND s.sku IN (
           SELECT j.sku FROM JSON_TABLE(?, '$[*]' COLUMNS (
             sku VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')) j)"
    ));
    Ok(sqlx::query_as(sql)
        .bind(warehouse.as_str())
        .bind(json_list(skus))
        .fetch_all(pool)
        .await?)
}

/// What the gate should hold for each of `ids`: `available`, or -1 when unlimited.
pub async fn gate_values(pool: &MySqlPool, ids: &[StockId]) -> StoreResult<HashMap<StockId, i64>> {
    const SQL: &str = "SELECT s.id, IF(s.unlimited, -1, s.available) FROM stock s WHERE s.id IN (
      SELECT j.id FROM JSON_TABLE(?, '$[*]' COLUMNS (id INT UNSIGNED PATH '$')) j)";
    let rows: Vec<(StockId, i64)> = sqlx::query_as(SQL)
        .bind(json_list(ids))
        .fetch_all(pool)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Rows after `after`, in order of their numbers, for a sweep over all stock.
pub async fn stock_sweep(
    pool: &MySqlPool,
    after: StockId,
    limit: u32,
) -> StoreResult<Vec<(StockId, Warehouse, Sku)>> {
    let rows: Vec<(StockId, String, String)> =
        sqlx::query_as("SELECT id, warehouse, sku FROM stock WHERE id > ? ORDER BY id LIMIT ?")
            .bind(after)
            .bind(limit)
            .fetch_all(pool)
            .await?;
    let row = |(id, warehouse, sku): &(StockId, String, String)| {
        Ok((*id, parse(warehouse)?, parse(sku)?))
    };
    Ok(rows.iter().map(row).collect::<Result<_, sqlx::Error>>()?)
}

/// Which of `documents` are known, in whatever state.
pub async fn documents_known(
    pool: &MySqlPool,
    documents: &[DocumentNo],
) -> StoreResult<Vec<DocumentNo>> {
    const SQL: &str = "SELECT d.document FROM documents d WHERE d.document IN (
      SELECT j.document FROM JSON_TABLE(?, '$[*]' COLUMNS (
        document VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin PATH '$')) j)";
    let names: Vec<String> = sqlx::query_scalar(SQL)
        .bind(json_list(documents))
        .fetch_all(pool)
        .await?;
    Ok(names
        .iter()
        .map(|name| parse(name))
        .collect::<Result<_, _>>()?)
}

/// The warehouse, and what each SKU of a document did: what its reversal will give back or take.
pub async fn document_units(
    pool: &MySqlPool,
    document: &DocumentNo,
) -> StoreResult<Vec<(Warehouse, Sku, i64)>> {
    let rows: Vec<(String, String, i64)> = sqlx::query_as(
        "SELECT s.warehouse, s.sku, l.delta FROM ledger l STRAIGHT_JOIN stock s ON s.id = l.stock_id
         WHERE l.document = ? AND l.reverses IS NULL",
    )
    .bind(document.as_str())
    .fetch_all(pool)
    .await?;
    let row = |(warehouse, sku, delta): &(String, String, i64)| {
        Ok((parse(warehouse)?, parse(sku)?, *delta))
    };
    Ok(rows.iter().map(row).collect::<Result<_, sqlx::Error>>()?)
}

/// A difference that was seen twice in a row between the gate and the stock table. Units.
#[derive(Debug, Clone, Copy)]
pub struct Difference {
    pub stock: StockId,
    pub gate_value: i64,
    pub gate_held: i64,
    pub available: i64,
    /// One of the words of `gate_differences.cause`.
    pub cause: &'static str,
}

/// Keeps a difference and says under which number.
pub async fn difference_insert(
    pool: &MySqlPool,
    difference: &Difference,
    seen_at: DateTime<Utc>,
) -> StoreResult<u64> {
    let done = sqlx::query(
        "INSERT INTO gate_differences
           (stock_id, seen_at, gate_value, gate_held, available, cause) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(difference.stock)
    .bind(seen_at)
    .bind(difference.gate_value)
    .bind(difference.gate_held)
    .bind(difference.available)
    .bind(difference.cause)
    .execute(pool)
    .await?;
    Ok(done.last_insert_id())
}

/// Notes that open differences of these SKUs are repaired.
pub async fn differences_repaired(
    pool: &MySqlPool,
    stock: &[StockId],
    at: DateTime<Utc>,
) -> StoreResult<()> {
    // MariaDB reads the whole table for an UPDATE with IN (SELECT ...): hence the join.
    const SQL: &str = "UPDATE gate_differences d JOIN JSON_TABLE(?, '$[*]' COLUMNS (
      id INT UNSIGNED PATH '$')) j ON d.stock_id = j.id
      SET d.repaired_at = ? WHERE d.repaired_at IS NULL";
    sqlx::query(SQL)
        .bind(json_list(stock))
        .bind(at)
        .execute(pool)
        .await?;
    Ok(())
}

/// How many differences between the gate and MySQL are not repaired yet, counted up to 100.
pub async fn differences_open(pool: &MySqlPool) -> StoreResult<i64> {
    const SQL: &str = "SELECT COUNT(*) FROM (
      SELECT 1 FROM gate_differences WHERE repaired_at IS NULL LIMIT 100) t";
    Ok(sqlx::query_scalar(SQL).fetch_one(pool).await?)
}
