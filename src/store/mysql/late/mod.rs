//! Late money: verified payments that did not pay their order, and the compare-and-set steps
//! towards their one outcome, each with its event in the same transaction.
//!
//! They come in by `commit`, together with the payment; stock that is deducted again goes there
//! too. No transaction here is held open while a gateway is asked.

mod due;
mod list;
mod steps;

use chrono::{DateTime, Utc};
use sqlx::mysql::{MySqlConnection, MySqlRow};
use sqlx::{FromRow, Row};

pub use due::{late_adopt, late_claim, late_hurry};
pub use list::{
    late_events, late_fetch, late_of_order, late_window, lates_open, lates_open_since,
    payments_called,
};
pub use steps::{
    LateChanged, Proof, late_handle, late_queue, late_short, refund_ask, refund_heard,
};

use super::json::{decode, parse};
use super::orders::amount;
use crate::domain::ids::DocumentNo;
use crate::domain::late::{LateEvent, LateKind, LatePayment, LateState};
use crate::domain::payment::refund_no;

/// A payment with what became of it. A row of `late_money` may be missing where the payment was
/// stored by an earlier version: then it waits.
const LATE: &str = "SELECT p.id, p.gateway, p.transaction_id, p.order_no, p.amount_minor,
    p.currency, p.paid_at, p.outcome, p.created_at, p.settled_at, l.state, l.refund_asked_at,
    l.attempts, l.next_action_at, l.heard, l.refunded_at,
    l.evidence_code, l.evidence_digest, l.document, l.handled_by, l.handled_note
  FROM payments p LEFT JOIN late_money l ON l.payment_id = p.id";

/// Outcomes of payments that did not pay their order.
const NOT_PAID: &str = "p.outcome IN ('late', 'duplicate', 'mismatch', 'orphan')";

impl FromRow<'_, MySqlRow> for LatePayment {
    fn from_row(r: &MySqlRow) -> Result<Self, sqlx::Error> {
        let (gateway, transaction_id): (String, String) =
            (r.try_get("gateway")?, r.try_get("transaction_id")?);
        let document: Option<String> = r.try_get("document")?;
        let settled_at: Option<DateTime<Utc>> = r.try_get("settled_at")?;
        let state: Option<LateState> = r.try_get("state")?;
        Ok(Self {
            id: r.try_get("id")?,
            refund_no: refund_no(&gateway, &transaction_id),
            gateway,
            transaction_id,
            order_no: parse(r.try_get("order_no")?)?,
            amount: amount(r)?.ok_or_else(|| decode("a payment's amount is out of range"))?,
            paid_at: r.try_get("paid_at")?,
            outcome: r.try_get("outcome")?,
            created_at: r.try_get("created_at")?,
            state: state.unwrap_or(LateState::Waiting),
            refund_asked_at: r.try_get("refund_asked_at")?,
            attempts: r.try_get::<Option<u32>, _>("attempts")?.unwrap_or(0),
            next_action_at: r.try_get("next_action_at")?,
            heard: r.try_get("heard")?,
            refunded_at: r.try_get("refunded_at")?,
            evidence_code: r.try_get("evidence_code")?,
            evidence_digest: r.try_get("evidence_digest")?,
            document: document.map(|d| parse::<DocumentNo>(&d)).transpose()?,
            handled_by: r.try_get("handled_by")?,
            handled_note: r.try_get("handled_note")?,
            settled_at,
        })
    }
}

impl FromRow<'_, MySqlRow> for LateEvent {
    fn from_row(r: &MySqlRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            at: r.try_get("at")?,
            kind: r.try_get("kind")?,
            actor: r.try_get("actor")?,
            detail: r.try_get("detail")?,
        })
    }
}

/// An event, as short as its columns want it.
struct NewEvent<'a> {
    payment: u64,
    at: DateTime<Utc>,
    kind: LateKind,
    actor: &'a str,
    detail: Option<&'a str>,
}

/// Writes it, unless it would only repeat the last one: a gateway that is away for a day does not
/// fill the payment's page.
async fn event_insert(conn: &mut MySqlConnection, event: &NewEvent<'_>) -> Result<(), sqlx::Error> {
    let last: Option<(LateKind, Option<String>)> = sqlx::query_as(
        "SELECT kind, detail FROM late_events WHERE payment_id = ? ORDER BY id DESC LIMIT 1",
    )
    .bind(event.payment)
    .fetch_optional(&mut *conn)
    .await?;
    if let Some((kind, detail)) = last
        && kind == event.kind
        && detail.as_deref() == event.detail
    {
        return Ok(());
    }
    sqlx::query("INSERT INTO late_events (payment_id, at, kind, actor, detail) VALUES (?,?,?,?,?)")
        .bind(event.payment)
        .bind(event.at)
        .bind(event.kind)
        .bind(event.actor)
        .bind(event.detail)
        .execute(conn)
        .await
        .map(drop)
}
