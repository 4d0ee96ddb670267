//! The payment of a pending order: unsent -> sent -> open, and what is heard of it.

use chrono::{DateTime, Utc};
use sqlx::MySqlPool;

use super::{Event, WATCHED, WatchedOrder, again_on_conflict, step};
use crate::domain::actor::Actor;
use crate::domain::ids::DocumentNo;
use crate::domain::order::EventKind;
use crate::domain::payment::PaymentState;
use crate::store::mysql::StoreResult;

const SEND: &str = "UPDATE orders SET payment_state = 'sent', next_action_at = ?
  WHERE order_no = ? AND status = 'pending' AND payment_state IN ('unsent', 'sent')
    AND pay_deadline > ?";

const OPEN: &str = "UPDATE orders SET payment_state = 'open', payment_url = ?,
    payment_checked_at = ?, attempts = 0, next_action_at = pay_deadline
  WHERE order_no = ? AND status = 'pending' AND payment_state = 'sent'";

const REFERENCE: &str = "INSERT INTO payment_references (order_no, reference) VALUES (?, ?)
  ON DUPLICATE KEY UPDATE reference = VALUES(reference)";

const NOT_CREATED: &str = "UPDATE orders SET attempts = attempts + 1,
    next_action_at = LEAST(pay_deadline, ?)
  WHERE order_no = ? AND status = 'pending' AND payment_state = 'sent'";

const ANSWERED: &str = "UPDATE orders SET payment_state = ?, payment_checked_at = ?
  WHERE order_no = ? AND status IN ('pending', 'closing')
    AND payment_state NOT IN ('unsent', 'sent')";

/// The order, if it has a payment; `None` also when there is no such order.
pub async fn watched_fetch(
    pool: &MySqlPool,
    order_no: &DocumentNo,
) -> StoreResult<Option<WatchedOrder>> {
    let row = sqlx::query(WATCHED)
        .bind(order_no.as_str())
        .fetch_optional(pool)
        .await?;
    Ok(row.as_ref().map(super::watched).transpose()?.flatten())
}

/// Marks that the payment is about to be created, and returns the order; `None` when it must not
/// be: not pending, past its deadline, or created already.
///
/// This mark is on disk before the gateway hears a word, so an order without it was never sent.
pub async fn payment_send(
    pool: &MySqlPool,
    order_no: &DocumentNo,
    now: DateTime<Utc>,
    lease_until: DateTime<Utc>,
) -> StoreResult<Option<WatchedOrder>> {
    let sent = again_on_conflict(|| async {
        let done = sqlx::query(SEND)
            .bind(lease_until)
            .bind(order_no.as_str())
            .bind(now)
            .execute(pool)
            .await?;
        Ok(done.rows_affected() == 1)
    })
    .await?;
    if sent {
        watched_fetch(pool, order_no).await
    } else {
        Ok(None)
    }
}

/// The gateway has it, under its own number `reference` if it has such a one, and it can be paid
/// at `url`.
pub async fn payment_opened(
    pool: &MySqlPool,
    order_no: &DocumentNo,
    url: &str,
    reference: Option<&str>,
    actor: &Actor,
    now: DateTime<Utc>,
) -> StoreResult<()> {
    if let Some(reference) = reference {
        // Also when it is not pending any more: whoever closes it asks by this number.
        again_on_conflict(|| async {
            let insert = sqlx::query(REFERENCE).bind(order_no.as_str());
            Ok(insert.bind(reference).execute(pool).await?)
        })
        .await?;
    }
    let actor = actor.to_string();
    let event = Event {
        order_no,
        at: now,
        kind: EventKind::PaymentCreated,
        actor: &actor,
        detail: None,
    };
    let update = || {
        sqlx::query(OPEN)
            .bind(url)
            .bind(now)
            .bind(order_no.as_str())
    };
    step(pool, &event, update).await
}

/// The gateway did not say that it has it: it stays `sent`, and is tried again at `again_at`.
pub async fn payment_not_created(
    pool: &MySqlPool,
    order_no: &DocumentNo,
    detail: &str,
    actor: &Actor,
    now: DateTime<Utc>,
    again_at: DateTime<Utc>,
) -> StoreResult<()> {
    let actor = actor.to_string();
    let event = Event {
        order_no,
        at: now,
        kind: EventKind::GatewayUnknown,
        actor: &actor,
        detail: Some(detail),
    };
    let update = || {
        sqlx::query(NOT_CREATED)
            .bind(again_at)
            .bind(order_no.as_str())
    };
    step(pool, &event, update).await
}

/// Somebody asked the gateway: notes what it said of a payment that is neither paid nor
/// cancelled. `detail` says it in a word.
pub async fn payment_answered(
    pool: &MySqlPool,
    order_no: &DocumentNo,
    heard: (PaymentState, &str),
    actor: &Actor,
    now: DateTime<Utc>,
) -> StoreResult<()> {
    let (payment_state, detail) = heard;
    let actor = actor.to_string();
    let event = Event {
        order_no,
        at: now,
        kind: EventKind::GatewayAsked,
        actor: &actor,
        detail: Some(detail),
    };
    let update = || {
        sqlx::query(ANSWERED)
            .bind(payment_state)
            .bind(now)
            .bind(order_no.as_str())
    };
    step(pool, &event, update).await
}
