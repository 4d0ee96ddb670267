//! Lists of orders.

use chrono::{DateTime, Utc};
use sqlx::mysql::MySqlRow;
use sqlx::{FromRow, MySql, MySqlPool, QueryBuilder, Row};

use super::super::{StoreResult, WINDOW, capped};
use crate::domain::ids::StockId;
use crate::domain::listing::{CappedCount, OrderKey, Window};
use crate::domain::order::OrderStatus;
use crate::domain::payment::PaymentState;
use crate::store::mysql::json::{json_list, parse};

/// Orders that are looked at one by one for a page.
const LOOKED_AT: u32 = WINDOW / 4;

/// Orders of one status, in the order of their list.
#[derive(Debug, Clone)]
pub struct OrdersOf<'a> {
    pub status: OrderStatus,
    pub due_before: Option<DateTime<Utc>>,
    pub payment_state: Option<PaymentState>,
    /// Only orders that moved one of these.
    pub stock: Option<&'a [StockId]>,
    pub after: Option<&'a OrderKey>,
}

impl OrdersOf<'_> {
    /// The index that holds these orders in the order of their list.
    fn index(&self) -> &'static str {
        match self.payment_state {
            Some(_) => " FORCE INDEX (orders_payment)",
            None => " FORCE INDEX (orders_list)",
        }
    }
}

/// The first `wanted` keys of a list, among a bounded number of rows.
pub async fn orders_window(
    pool: &MySqlPool,
    orders: &OrdersOf<'_>,
    wanted: u32,
) -> StoreResult<Window<OrderKey>> {
    let looks = orders.stock.is_some();
    let mut sql = QueryBuilder::new("SELECT w.listed_at, w.order_no FROM (");
    window(&mut sql, orders, if looks { LOOKED_AT } else { wanted });
    sql.push(") w WHERE TRUE");
    if let Some(stock) = orders.stock {
        sql.push(" AND EXISTS (SELECT 1 FROM JSON_TABLE(");
        sql.push_bind(json_list(stock));
        sql.push(
            ", '$[*]' COLUMNS (id INT UNSIGNED PATH '$')) j JOIN ledger l
               ON l.document = w.order_no AND l.kind = 'deduct' AND l.stock_id = j.id)",
        );
    }
    sql.push(order_by(orders.status, "w"))
        .push(" LIMIT ")
        .push_bind(wanted);
    let found: Vec<OrderKey> = sql.build_query_as().fetch_all(pool).await?;
    let goes_on = if looks && found.len() < wanted as usize {
        end_of_window(pool, orders).await?
    } else {
        None
    };
    Ok(Window { found, goes_on })
}

/// The first `wanted` keys of a list by way of the entries of its stock, which are few.
pub async fn orders_by_stock(
    pool: &MySqlPool,
    orders: &OrdersOf<'_>,
    stock: &[StockId],
    wanted: u32,
) -> StoreResult<Window<OrderKey>> {
    let mut sql = QueryBuilder::new("SELECT o.listed_at, o.order_no FROM JSON_TABLE(");
    sql.push_bind(json_list(stock));
    sql.push(
        ", '$[*]' COLUMNS (id INT UNSIGNED PATH '$')) j
         STRAIGHT_JOIN ledger l FORCE INDEX (PRIMARY) ON l.stock_id = j.id AND l.kind = 'deduct'
         STRAIGHT_JOIN orders o FORCE INDEX (PRIMARY) ON o.order_no = l.document WHERE TRUE",
    );
    restrict(&mut sql, orders);
    sql.push(order_by(orders.status, "o"))
        .push(" LIMIT ")
        .push_bind(wanted);
    let found = sql.build_query_as().fetch_all(pool).await?;
    let goes_on = None;
    Ok(Window { found, goes_on })
}

/// How many orders a list has, counted up to the cap; without regard to SKUs, for which rows are looked at.
pub async fn orders_count(pool: &MySqlPool, orders: &OrdersOf<'_>) -> StoreResult<CappedCount> {
    let mut sql = QueryBuilder::new("SELECT COUNT(*) FROM (");
    window(&mut sql, orders, CappedCount::CAP + 1);
    sql.push(") t");
    let count: i64 = sql.build_query_scalar().fetch_one(pool).await?;
    Ok(capped(count))
}

async fn end_of_window(pool: &MySqlPool, orders: &OrdersOf<'_>) -> StoreResult<Option<OrderKey>> {
    let mut sql = QueryBuilder::new("SELECT w.listed_at, w.order_no, COUNT(*) OVER () FROM (");
    window(&mut sql, orders, LOOKED_AT);
    sql.push(") w ORDER BY ")
        .push(match orders.status.holds_stock() {
            true => "w.listed_at DESC, w.order_no DESC LIMIT 1",
            false => "w.listed_at, w.order_no LIMIT 1",
        });
    let Some(row) = sql.build().fetch_optional(pool).await? else {
        return Ok(None);
    };
    let looked_at: i64 = row.try_get(2)?;
    let full = looked_at >= i64::from(LOOKED_AT);
    Ok(full.then(|| OrderKey::from_row(&row)).transpose()?)
}

fn window(sql: &mut QueryBuilder<MySql>, orders: &OrdersOf<'_>, rows: u32) {
    sql.push("SELECT o.listed_at, o.order_no FROM orders o");
    sql.push(orders.index()).push(" WHERE TRUE");
    restrict(sql, orders);
    sql.push(order_by(orders.status, "o"))
        .push(" LIMIT ")
        .push_bind(rows);
}

/// The status, the payment, the deadline and the place in the list.
fn restrict(sql: &mut QueryBuilder<MySql>, orders: &OrdersOf<'_>) {
    let soonest_first = orders.status.holds_stock();
    sql.push(" AND o.status = ").push_bind(orders.status);
    if let Some(state) = orders.payment_state {
        sql.push(" AND o.payment_state = ").push_bind(state);
    }
    if let Some(due) = orders.due_before {
        sql.push(" AND o.listed_at < ").push_bind(due);
    }
    if let Some(key) = orders.after {
        let (or_equal, beyond) = if soonest_first {
            (">=", ">")
        } else {
            ("<=", "<")
        };
        sql.push(format_args!(" AND o.listed_at {or_equal} "))
            .push_bind(key.at);
        sql.push(format_args!(" AND (o.listed_at {beyond} "))
            .push_bind(key.at);
        sql.push(format_args!(" OR o.order_no {beyond} "));
        sql.push_bind(key.order_no.as_str().to_owned()).push(")");
    }
}

fn order_by(status: OrderStatus, table: &str) -> String {
    let way = if status.holds_stock() { "" } else { " DESC" };
    format!(" ORDER BY {table}.listed_at{way}, {table}.order_no{way}")
}

impl FromRow<'_, MySqlRow> for OrderKey {
    fn from_row(r: &MySqlRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            at: r.try_get("listed_at")?,
            order_no: parse(r.try_get("order_no")?)?,
        })
    }
}

/// Open orders that hold units of a SKU: how many, and units, among its newest [`WINDOW`]
/// entries. The units tell whether that was all of them: compare with `reserved`.
pub async fn open_orders_of(pool: &MySqlPool, stock: StockId) -> StoreResult<(u32, i64)> {
    const SQL: &str = "SELECT COUNT(*), CAST(COALESCE(-SUM(w.delta), 0) AS SIGNED) FROM (
        SELECT l.document, l.kind, l.delta FROM ledger l WHERE l.stock_id = ?
        ORDER BY l.version DESC LIMIT ?) w
      STRAIGHT_JOIN orders o FORCE INDEX (PRIMARY) ON o.order_no = w.document
      WHERE w.kind = 'deduct' AND o.status IN ('pending', 'closing')";
    let (orders, units): (i64, i64) = sqlx::query_as(SQL)
        .bind(stock)
        .bind(WINDOW)
        .fetch_one(pool)
        .await?;
    Ok((u32::try_from(orders).unwrap_or(u32::MAX), units))
}
