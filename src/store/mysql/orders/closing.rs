//! pending -> closing, and what is noted until the payment is proved closed or paid.

use chrono::{DateTime, Utc};
use sqlx::mysql::{MySqlConnection, MySqlRow};
use sqlx::{Connection, MySqlPool, Row};

use super::{Event, WATCHED, WatchedOrder, again_on_conflict, event_insert, step};
use crate::domain::actor::Actor;
use crate::domain::command::{Cancel, DraftSeen};
use crate::domain::ids::DocumentNo;
use crate::domain::machine::{self, Action};
use crate::domain::operation::OpStatus;
use crate::domain::order::{EventKind, OrderStatus};
use crate::domain::payment::PaymentState;
use crate::domain::receipt::{CancelReceipt, LineReceipt};
use crate::domain::rejection::Rejection;
use crate::store::mysql::StoreResult;
use crate::store::mysql::json::parse;

const CLOSE: &str = "UPDATE orders SET status = 'closing', attempts = 0, next_action_at = ?,
    cancel_actor = ?, cancel_source = ?, cancel_op = ?, cancel_reason = ?, cancel_note = ?
  WHERE order_no = ? AND status = 'pending'";

const WAIT: &str = "UPDATE operations SET status = 'waiting', confirmed_by = ?, confirmed_at = ?
  WHERE op = ? AND status = 'draft'";

const UNANSWERED: &str = "UPDATE orders SET attempts = attempts + 1, next_action_at = ?,
    payment_state = ?, payment_checked_at = ?
  WHERE order_no = ? AND status = 'closing'";

/// What asking to close an order came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Closing {
    /// It is closing now, for the reason given; nobody else works on it until the lease ends.
    Begun(WatchedOrder),
    /// It was closing before, for the reason given then.
    Before(WatchedOrder),
    /// It was cancelled before; `same_op`: by the same operation, or it was asked without one.
    Cancelled {
        same_op: bool,
    },
    Declined(Rejection),
}

/// Lets an order close, with who and why; a draft that is confirmed by it waits from then on.
///
/// From here the order's payment cannot be sent to a gateway any more. `lease_until` is when a
/// worker goes on with it if we do not.
pub async fn closing_begin(
    pool: &MySqlPool,
    cancel: &Cancel,
    actor: &Actor,
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
) -> StoreResult<Closing> {
    again_on_conflict(|| async {
        let mut conn = pool.acquire().await?;
        // Dropped without a commit, the transaction is rolled back.
        let mut tx = conn.begin().await?;
        let closing = begin_in_tx(&mut tx, cancel, actor, now, lease_until).await?;
        if matches!(closing, Closing::Begun(_)) {
            tx.commit().await?;
        } else {
            tx.rollback().await?;
        }
        Ok(closing)
    })
    .await
}

async fn begin_in_tx(
    conn: &mut MySqlConnection,
    cancel: &Cancel,
    actor: &Actor,
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
) -> Result<Closing, sqlx::Error> {
    let locked = sqlx::AssertSqlSafe(format!("{WATCHED} FOR UPDATE"));
    let row = sqlx::query(locked)
        .bind(cancel.order_no.as_str())
        .fetch_optional(&mut *conn)
        .await?;
    let Some(row) = row else {
        return Ok(Closing::Declined(Rejection::NotFound));
    };
    // An order without a payment was born paid.
    let Some(order) = super::watched(&row)? else {
        return Ok(Closing::Declined(Rejection::AlreadyPaid));
    };
    let op = cancel.confirms.map(|seen| seen.op.to_string());
    let same_op = op.is_none() || op == order.cancel_op;
    match (
        machine::next(Some(order.status), machine::Event::CancelDue).action,
        order.status,
    ) {
        (Action::BeginClosing, _) => {}
        (Action::Resume, _) => return Ok(Closing::Before(order)),
        (_, OrderStatus::Cancelled) => return Ok(Closing::Cancelled { same_op }),
        _ => return Ok(Closing::Declined(Rejection::AlreadyPaid)),
    }
    if let Some(seen) = cancel.confirms
        && let Some(why) = draft_declined(conn, seen, now).await?
    {
        return Ok(Closing::Declined(why));
    }
    let actor_name = actor.to_string();
    sqlx::query(CLOSE)
        .bind(lease_until)
        .bind(&actor_name)
        .bind(actor.source())
        .bind(&op)
        .bind(&cancel.reason)
        .bind(&cancel.note)
        .bind(cancel.order_no.as_str())
        .execute(&mut *conn)
        .await?;
    if let Some(op) = &op {
        sqlx::query(WAIT)
            .bind(actor.user_name())
            .bind(now)
            .bind(op)
            .execute(&mut *conn)
            .await?;
    }
    let event = Event {
        order_no: &cancel.order_no,
        at: now,
        kind: EventKind::Closing,
        actor: &actor_name,
        detail: cancel.reason.as_deref(),
    };
    event_insert(conn, &event).await?;
    Ok(Closing::Begun(WatchedOrder {
        status: OrderStatus::Closing,
        attempts: 0,
        cancel_op: op,
        ..order
    }))
}

/// Why the draft that a person confirms is not the one that was seen.
async fn draft_declined(
    conn: &mut MySqlConnection,
    seen: DraftSeen,
    now: DateTime<Utc>,
) -> Result<Option<Rejection>, sqlx::Error> {
    let row: Option<(OpStatus, u32, DateTime<Utc>)> = sqlx::query_as(
        "SELECT status, revision, expires_at FROM operations
         WHERE op = ? AND kind = 'cancel' FOR UPDATE",
    )
    .bind(seen.op.to_string())
    .fetch_optional(conn)
    .await?;
    let Some((status, revision, expires_at)) = row else {
        return Ok(Some(Rejection::NotFound));
    };
    Ok(match status {
        OpStatus::Draft if revision != seen.revision => Some(Rejection::DraftChanged),
        OpStatus::Draft if now >= expires_at => Some(Rejection::Expired),
        OpStatus::Draft => None,
        OpStatus::Discarded => Some(Rejection::Discarded),
        // It did its work on another order, or came to nothing there.
        OpStatus::Applied | OpStatus::Refused | OpStatus::Waiting => Some(Rejection::FormUsed),
    })
}

/// Nothing was proved: notes what was heard, and when to ask again.
pub async fn closing_unanswered(
    pool: &MySqlPool,
    order_no: &DocumentNo,
    heard: (PaymentState, &str),
    actor: &Actor,
    now: DateTime<Utc>,
    next_action_at: DateTime<Utc>,
) -> StoreResult<()> {
    let (payment_state, detail) = heard;
    let actor = actor.to_string();
    let event = Event {
        order_no,
        at: now,
        kind: EventKind::GatewayUnknown,
        actor: &actor,
        detail: Some(detail),
    };
    // Paid or cancelled meanwhile: then what we heard is old, and nothing is noted.
    let update = || {
        sqlx::query(UNANSWERED)
            .bind(next_action_at)
            .bind(payment_state)
            .bind(now)
            .bind(order_no.as_str())
    };
    step(pool, &event, update).await
}

/// Something happened at the gateway: the next try to close need not wait.
pub async fn closing_hurry(
    pool: &MySqlPool,
    order_no: &DocumentNo,
    now: DateTime<Utc>,
) -> StoreResult<()> {
    sqlx::query(
        "UPDATE orders SET next_action_at = ?
         WHERE order_no = ? AND status = 'closing' AND next_action_at > ?",
    )
    .bind(now)
    .bind(order_no.as_str())
    .bind(now)
    .execute(pool)
    .await?;
    Ok(())
}

/// The receipt of a cancel that was done before; `None` when the order is not cancelled.
pub async fn cancel_receipt_fetch(
    pool: &MySqlPool,
    order_no: &DocumentNo,
) -> StoreResult<Option<CancelReceipt>> {
    let rows = sqlx::query(
        "SELECT l.stock_id, s.sku, l.version, l.delta, l.balance, l.created_at
         FROM ledger l STRAIGHT_JOIN stock s ON s.id = l.stock_id
         WHERE l.document = ? AND l.kind = 'cancel' ORDER BY l.line",
    )
    .bind(order_no.as_str())
    .fetch_all(pool)
    .await?;
    let line = |r: &MySqlRow| -> Result<LineReceipt, sqlx::Error> {
        Ok(LineReceipt {
            sku: parse(r.try_get("sku")?)?,
            stock: r.try_get("stock_id")?,
            version: r.try_get("version")?,
            delta: r.try_get("delta")?,
            available: r.try_get("balance")?,
        })
    };
    let lines = rows.iter().map(line).collect::<Result<Vec<_>, _>>()?;
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    Ok(Some(CancelReceipt {
        order_no: order_no.clone(),
        status: OrderStatus::Cancelled,
        lines,
        cancelled_at: Some(first.try_get("created_at")?),
    }))
}
