//! One order with everything its page shows.

use sqlx::mysql::MySqlRow;
use sqlx::{MySqlPool, Row};

use crate::domain::ids::{DocumentNo, EntryId, OpId, StockId};
use crate::domain::money::{Currency, Money};
use crate::domain::order::{Evidence, Order, OrderEvent, OrderLine, OrderStatus};
use crate::store::mysql::StoreResult;
use crate::store::mysql::json::parse;

const ORDER: &str = "SELECT o.*, d.warehouse, d.actor, d.reversed_at, e.gateway AS proof_gateway,
    e.code AS proof_code, e.answered_at AS proof_answered_at, e.digest AS proof_digest
  FROM orders o JOIN documents d ON d.document = o.order_no
  LEFT JOIN evidence e ON e.id = o.evidence_id
  WHERE o.order_no = ?";

const LINES: &str = "SELECT l.stock_id, l.version, l.delta, l.balance, s.sku, s.name,
    r.version AS reversed_by
  FROM ledger l FORCE INDEX (ledger_once)
  STRAIGHT_JOIN stock s FORCE INDEX (PRIMARY) ON s.id = l.stock_id
  LEFT JOIN ledger r FORCE INDEX (ledger_reversed_once) ON r.stock_id = l.stock_id AND r.reverses = l.version
  WHERE l.document = ? AND l.reverses IS NULL ORDER BY l.line";

const EVENTS: &str = "SELECT at, kind, actor, detail FROM order_events
  WHERE order_no = ? ORDER BY id";

/// The order with its lines, as they were placed, and its events, oldest first.
pub async fn order_fetch(pool: &MySqlPool, order_no: &DocumentNo) -> StoreResult<Option<Order>> {
    let row = sqlx::query(ORDER)
        .bind(order_no.as_str())
        .fetch_optional(pool)
        .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let lines = sqlx::query(LINES)
        .bind(order_no.as_str())
        .fetch_all(pool)
        .await?;
    let events = sqlx::query(EVENTS)
        .bind(order_no.as_str())
        .fetch_all(pool)
        .await?;
    let mut order = order(&row)?;
    order.lines = lines.iter().map(line).collect::<Result<_, _>>()?;
    order.events = events.iter().map(event).collect::<Result<_, _>>()?;
    Ok(Some(order))
}

fn order(r: &MySqlRow) -> Result<Order, sqlx::Error> {
    let status: OrderStatus = r.try_get("status")?;
    // Only goods of a paid order come back; an unpaid order's stock goes back by its cancel.
    let returned_at = match status {
        OrderStatus::Paid => r.try_get("reversed_at")?,
        _ => None,
    };
    Ok(Order {
        order_no: parse(r.try_get("order_no")?)?,
        warehouse: parse(r.try_get("warehouse")?)?,
        status,
        actor: r.try_get("actor")?,
        created_at: r.try_get("created_at")?,
        gateway: r.try_get("gateway")?,
        amount: amount(r)?,
        pay_deadline: r.try_get("pay_deadline")?,
        payment_state: r.try_get("payment_state")?,
        payment_checked_at: r.try_get("payment_checked_at")?,
        payment_url: r.try_get("payment_url")?,
        transaction_id: r.try_get("transaction_id")?,
        paid_at: r.try_get("paid_at")?,
        cancel_actor: r.try_get("cancel_actor")?,
        cancel_op: cancel_op(r)?,
        cancel_reason: r.try_get("cancel_reason")?,
        cancel_note: r.try_get("cancel_note")?,
        returned_at,
        evidence: evidence(r)?,
        lines: Vec::new(),
        events: Vec::new(),
    })
}

/// `amount_minor` and `currency` of a row.
pub(in crate::store::mysql) fn amount(r: &MySqlRow) -> Result<Option<Money>, sqlx::Error> {
    let minor: Option<i64> = r.try_get("amount_minor")?;
    let currency: Option<String> = r.try_get("currency")?;
    let amount = minor.zip(currency.as_deref().and_then(Currency::parse));
    Ok(amount.and_then(|(minor, currency)| Money::new(minor, currency)))
}

pub(super) fn cancel_op(r: &MySqlRow) -> Result<Option<OpId>, sqlx::Error> {
    let op: Option<String> = r.try_get("cancel_op")?;
    op.map(|op| parse(&op)).transpose()
}

fn evidence(r: &MySqlRow) -> Result<Option<Evidence>, sqlx::Error> {
    let Some(gateway) = r.try_get("proof_gateway")? else {
        return Ok(None);
    };
    Ok(Some(Evidence {
        gateway,
        code: r.try_get("proof_code")?,
        answered_at: r.try_get("proof_answered_at")?,
        digest: r.try_get("proof_digest")?,
    }))
}

fn line(r: &MySqlRow) -> Result<OrderLine, sqlx::Error> {
    let stock: StockId = r.try_get("stock_id")?;
    let delta: i64 = r.try_get("delta")?;
    let entry = |version| EntryId { stock, version };
    Ok(OrderLine {
        sku: parse(r.try_get("sku")?)?,
        name: r.try_get("name")?,
        quantity: -delta,
        available: r.try_get("balance")?,
        entry: entry(r.try_get("version")?),
        reversed_by: r.try_get::<Option<u64>, _>("reversed_by")?.map(entry),
    })
}

fn event(r: &MySqlRow) -> Result<OrderEvent, sqlx::Error> {
    Ok(OrderEvent {
        at: r.try_get("at")?,
        kind: r.try_get("kind")?,
        actor: r.try_get("actor")?,
        detail: r.try_get("detail")?,
    })
}
