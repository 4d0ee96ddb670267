//! The rows of a list of orders.

use std::collections::HashMap;

use sqlx::mysql::MySqlRow;
use sqlx::{MySqlPool, Row};

use super::fetch::{amount, cancel_op};
use crate::domain::ids::{DocumentNo, Sku, Warehouse};
use crate::domain::order::{OrderRow, OrderSummary};
use crate::store::mysql::StoreResult;
use crate::store::mysql::json::{decode, json_list, parse};

// The ways are named, as for the ledger: from the orders of the page to what belongs to them.
const ROWS: &str = "SELECT o.order_no, o.status, o.created_at, o.pay_deadline, o.amount_minor,
    o.currency, o.gateway, o.payment_state, o.payment_checked_at, o.cancel_actor,
    o.cancel_op, o.summary
  FROM JSON_TABLE(?, '$[*]' COLUMNS (
    order_no VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin PATH '$')) j
  STRAIGHT_JOIN orders o FORCE INDEX (PRIMARY) ON o.order_no = j.order_no";

const LINES: &str = "SELECT d.document, d.warehouse, s.sku, -l.delta FROM JSON_TABLE(?, '$[*]'
    COLUMNS (order_no VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin PATH '$')) j
  STRAIGHT_JOIN documents d FORCE INDEX (PRIMARY) ON d.document = j.order_no
  LEFT JOIN ledger l FORCE INDEX (ledger_once)
    ON l.document = d.document AND l.reverses IS NULL
  LEFT JOIN stock s FORCE INDEX (PRIMARY) ON s.id = l.stock_id
  ORDER BY d.document, l.line";

/// The rows of these orders, in their order; none of those that there are not.
pub async fn orders_fetch(pool: &MySqlPool, orders: &[&DocumentNo]) -> StoreResult<Vec<OrderRow>> {
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sqlx::query(ROWS)
        .bind(json_list(orders))
        .fetch_all(pool)
        .await?;
    let mut summaries = HashMap::with_capacity(rows.len());
    let mut without = Vec::new();
    for r in &rows {
        let order_no: String = r.try_get("order_no")?;
        match r.try_get::<Option<String>, _>("summary")? {
            Some(summary) => {
                let summary: OrderSummary = serde_json::from_str(&summary).map_err(decode)?;
                summaries.insert(order_no, summary);
            }
            None => without.push(order_no),
        }
    }
    summaries.extend(from_lines(pool, &without).await?);
    let mut found = HashMap::with_capacity(rows.len());
    for r in &rows {
        let order_no: DocumentNo = parse(r.try_get("order_no")?)?;
        let summary = summaries.remove(order_no.as_str());
        let summary = summary.ok_or_else(|| decode(format!("order {order_no} has no document")))?;
        found.insert(order_no.clone(), order_row(r, order_no, summary)?);
    }
    Ok(orders
        .iter()
        .filter_map(|order_no| found.remove(*order_no))
        .collect())
}

/// The same of orders that were placed before it was stored with them: all their lines are read.
async fn from_lines(
    pool: &MySqlPool,
    orders: &[String],
) -> StoreResult<HashMap<String, OrderSummary>> {
    let mut summaries = HashMap::with_capacity(orders.len());
    if orders.is_empty() {
        return Ok(summaries);
    }
    type Line = (String, String, Option<String>, Option<i64>);
    let rows: Vec<Line> = sqlx::query_as(LINES)
        .bind(json_list(orders))
        .fetch_all(pool)
        .await?;
    for order in rows.chunk_by(|a, b| a.0 == b.0) {
        let (order_no, warehouse, ..) = &order[0];
        let warehouse: Warehouse = parse(warehouse)?;
        let lines = order
            .iter()
            .filter_map(|(.., sku, units)| sku.as_ref().zip(*units));
        let lines = lines.map(|(sku, units)| Ok((parse(sku)?, units)));
        let lines: Vec<(Sku, i64)> = lines.collect::<Result<_, sqlx::Error>>()?;
        let lines = lines.iter().map(|(sku, units)| (sku, *units));
        summaries.insert(order_no.clone(), OrderSummary::of(&warehouse, lines));
    }
    Ok(summaries)
}

fn order_row(
    r: &MySqlRow,
    order_no: DocumentNo,
    summary: OrderSummary,
) -> Result<OrderRow, sqlx::Error> {
    Ok(OrderRow {
        order_no,
        status: r.try_get("status")?,
        created_at: r.try_get("created_at")?,
        pay_deadline: r.try_get("pay_deadline")?,
        amount: amount(r)?,
        gateway: r.try_get("gateway")?,
        payment_state: r.try_get("payment_state")?,
        payment_checked_at: r.try_get("payment_checked_at")?,
        cancel_actor: r.try_get("cancel_actor")?,
        cancel_op: cancel_op(r)?,
        summary,
    })
}
