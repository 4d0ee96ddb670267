//! Orders: their compare-and-set steps before the stock moves, each with its event in the same
//! transaction, and the leases of the workers. What moves stock or money is in `commit`.
//!
//! No transaction here is held open while a gateway is asked.

mod closing;
mod due;
mod fetch;
mod list;
mod payment;
mod rows;

use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::mysql::{MySqlArguments, MySqlConnection, MySqlRow};
use sqlx::query::Query;
use sqlx::{Connection, MySql, MySqlPool, Row};

pub use closing::{
    Closing, cancel_receipt_fetch, closing_begin, closing_hurry, closing_unanswered,
};
pub use due::due_claim;
pub use fetch::order_fetch;
pub use list::{OrdersOf, open_orders_of, orders_by_stock, orders_count, orders_window};
pub use rows::orders_fetch;

pub(super) use fetch::amount;
pub use payment::{
    payment_answered, payment_not_created, payment_opened, payment_send, watched_fetch,
};

use super::json::{decode, parse};
use super::{StoreError, StoreResult};
use crate::domain::ids::DocumentNo;
use crate::domain::money::{Currency, Money};
use crate::domain::order::{EventKind, OrderStatus};
use crate::domain::payment::{PaymentState, SentPayment};

/// What the workers have to know of an order that has a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WatchedOrder {
    pub order_no: DocumentNo,
    pub status: OrderStatus,
    pub gateway: String,
    pub amount: Money,
    pub placed_at: DateTime<Utc>,
    pub pay_deadline: DateTime<Utc>,
    /// The gateway's own number of the payment: see [`SentPayment`].
    pub payment_reference: Option<String>,
    pub payment_state: PaymentState,
    /// The gateway said that it has the payment.
    pub acknowledged: bool,
    /// Cancelled on our own record: no gateway has its payment.
    pub never_created: bool,
    /// Tries of the step it is in that came to nothing.
    pub attempts: u32,
    pub cancel_op: Option<String>,
}

impl WatchedOrder {
    /// Its payment, as its gateway is asked about it.
    pub fn sent(&self) -> SentPayment {
        SentPayment {
            order_no: self.order_no.clone(),
            amount: self.amount,
            expires_at: self.pay_deadline,
            reference: self.payment_reference.clone(),
        }
    }
}

const WATCHED: &str = "SELECT order_no, status, gateway, amount_minor, currency, created_at,
    pay_deadline, payment_state, payment_url IS NOT NULL AS acknowledged, attempts,
    cancel_op,
    (SELECT reference FROM payment_references r WHERE r.order_no = orders.order_no)
      AS payment_reference,
    EXISTS (SELECT 1 FROM evidence e
      WHERE e.id = orders.evidence_id AND e.code = 'never_created') AS never_created
  FROM orders WHERE order_no = ?";

/// `None` when the order has no payment.
fn watched(r: &MySqlRow) -> Result<Option<WatchedOrder>, sqlx::Error> {
    let Some(gateway) = r.try_get("gateway")? else {
        return Ok(None);
    };
    let currency: String = r.try_get("currency")?;
    let amount = Currency::parse(&currency)
        .and_then(|currency| Money::new(r.try_get("amount_minor").ok()?, currency))
        .ok_or_else(|| decode("an order's amount is out of range"))?;
    Ok(Some(WatchedOrder {
        order_no: parse(r.try_get("order_no")?)?,
        status: r.try_get("status")?,
        gateway,
        amount,
        placed_at: r.try_get("created_at")?,
        pay_deadline: r.try_get("pay_deadline")?,
        payment_reference: r.try_get("payment_reference")?,
        payment_state: r.try_get("payment_state")?,
        acknowledged: r.try_get::<i64, _>("acknowledged")? != 0,
        never_created: r.try_get::<i64, _>("never_created")? != 0,
        attempts: r.try_get("attempts")?,
        cancel_op: r.try_get("cancel_op")?,
    }))
}

/// An event, as short as its columns want it.
struct Event<'a> {
    order_no: &'a DocumentNo,
    at: DateTime<Utc>,
    kind: EventKind,
    actor: &'a str,
    detail: Option<&'a str>,
}

async fn event_insert(conn: &mut MySqlConnection, event: &Event<'_>) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO order_events (order_no, at, kind, actor, detail) VALUES (?,?,?,?,?)")
        .bind(event.order_no.as_str())
        .bind(event.at)
        .bind(event.kind)
        .bind(event.actor)
        .bind(event.detail)
        .execute(conn)
        .await
        .map(drop)
}

/// The same, unless it would only repeat the last one: a gateway that is away for a day does not
/// fill the order's page.
async fn event_insert_if_new(
    conn: &mut MySqlConnection,
    event: &Event<'_>,
) -> Result<(), sqlx::Error> {
    let last: Option<(EventKind, Option<String>)> = sqlx::query_as(
        "SELECT kind, detail FROM order_events WHERE order_no = ? ORDER BY id DESC LIMIT 1",
    )
    .bind(event.order_no.as_str())
    .fetch_optional(&mut *conn)
    .await?;
    match last {
        Some((kind, detail)) if kind == event.kind && detail.as_deref() == event.detail => Ok(()),
        _ => event_insert(conn, event).await,
    }
}

/// One step of an order: `update` finds it only in the state that the step begins in, and then
/// its event is written in the same transaction, unless that repeats the last one.
async fn step<'q>(
    pool: &MySqlPool,
    event: &Event<'_>,
    update: impl Fn() -> Query<'q, MySql, MySqlArguments>,
) -> StoreResult<()> {
    again_on_conflict(|| async {
        let mut conn = pool.acquire().await?;
        let mut tx = conn.begin().await?;
        let updated = update().execute(&mut *tx).await?;
        if updated.rows_affected() == 1 {
            event_insert_if_new(&mut tx, event).await?;
        }
        Ok(tx.commit().await?)
    })
    .await
}

/// Runs a short transaction again when another one was in its way (a deadlock, a lock that did
/// not come). Every step here may be run twice.
pub(in crate::store::mysql) async fn again_on_conflict<T, F>(step: impl Fn() -> F) -> StoreResult<T>
where
    F: Future<Output = StoreResult<T>>,
{
    for pause_ms in [5, 20] {
        match step().await {
            Err(StoreError::Away(sqlx::Error::Database(_))) => {
                tokio::time::sleep(Duration::from_millis(pause_ms)).await;
            }
            done => return done,
        }
    }
    step().await
}
