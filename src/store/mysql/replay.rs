//! What a warehouse holds altogether, to compare a replay with.

use sqlx::{FromRow, MySqlPool};

use super::StoreResult;
use crate::domain::ids::Warehouse;

/// Units, and numbers of orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromRow)]
pub struct WarehouseTotals {
    pub opening: i64,
    pub available: i64,
    pub reserved: i64,
    /// By entries of kind `deduct`, as a positive number.
    pub deducted: i64,
    /// By entries of kind `adjust`.
    pub adjusted: i64,
    /// By entries of kind `cancel` and `rollback`.
    pub reversed: i64,
    pub paid: i64,
    pub cancelled: i64,
    pub open: i64,
}

const TOTALS: &str =
    "SELECT s.opening, s.available, s.reserved, l.deducted, l.adjusted, l.reversed,
    o.paid, o.cancelled, o.open
  FROM
    (SELECT CAST(COALESCE(SUM(opening), 0) AS SIGNED) AS opening,
       CAST(COALESCE(SUM(available), 0) AS SIGNED) AS available,
       CAST(COALESCE(SUM(reserved), 0) AS SIGNED) AS reserved
     FROM stock WHERE warehouse = ?) s,
    (SELECT CAST(COALESCE(-SUM(IF(l.kind = 'deduct', l.delta, 0)), 0) AS SIGNED) AS deducted,
       CAST(COALESCE(SUM(IF(l.kind = 'adjust', l.delta, 0)), 0) AS SIGNED) AS adjusted,
       CAST(COALESCE(SUM(IF(l.reverses IS NULL, 0, l.delta)), 0) AS SIGNED) AS reversed
     FROM stock s JOIN ledger l ON l.stock_id = s.id WHERE s.warehouse = ?) l,
    (SELECT CAST(COALESCE(SUM(o.status = 'paid'), 0) AS SIGNED) AS paid,
       CAST(COALESCE(SUM(o.status = 'cancelled'), 0) AS SIGNED) AS cancelled,
       CAST(COALESCE(SUM(o.status IN ('pending', 'closing')), 0) AS SIGNED) AS open
     FROM documents d JOIN orders o ON o.order_no = d.document WHERE d.warehouse = ?) o";

/// Adds up a warehouse's stock, entries and orders.
pub async fn warehouse_totals(
    pool: &MySqlPool,
    warehouse: &Warehouse,
) -> StoreResult<WarehouseTotals> {
    let name = warehouse.as_str();
    let query = sqlx::query_as(TOTALS).bind(name).bind(name).bind(name);
    Ok(query.fetch_one(pool).await?)
}
