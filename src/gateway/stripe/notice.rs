//! Notifications (events). Stripe sends what happens on the whole account, so what does not name
//! an order of a desk is none of ours.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::exchange::Client;
use super::intent::Intent;
use super::session::{Session, verified};
use super::signature::{HEADER, check};
use crate::domain::ids::DocumentNo;
use crate::domain::payment::Notification;
use crate::gateway::{Headers, NotificationRefused};

#[derive(Deserialize)]
struct Event<'a> {
    #[serde(rename = "type")]
    kind: String,
    created: i64,
    #[serde(borrow)]
    data: Data<'a>,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    object: &'a RawValue,
}

pub(super) fn read(
    client: &Client,
    headers: &Headers<'_>,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<Notification, NotificationRefused> {
    check(&client.webhook_secret, headers.only(HEADER), body, now)?;
    let malformed = |why: String| NotificationRefused::Malformed(why);
    let event: Event<'_> =
        serde_json::from_slice(body).map_err(|error| malformed(error.to_string()))?;
    let at = DateTime::from_timestamp(event.created, 0);
    let at = at.ok_or_else(|| malformed("no usable time".to_owned()))?;
    let object = event.data.object.get();
    let read = match event.kind.as_str() {
        "checkout.session.completed" | "checkout.session.async_payment_succeeded" => {
            session(client, object, at)
        }
        "payment_intent.succeeded" => intent(client, object, at),
        kind if kind.starts_with("refund.") || kind.starts_with("charge.refund") => refund(object),
        kind if kind.starts_with("checkout.session.") || kind.starts_with("payment_intent.") => {
            hint(object)
        }
        _ => Ok(Notification::Other),
    };
    read.map_err(malformed)
}

/// The order that the desk wrote into the object when it made it.
fn order_no(object: &str) -> Option<DocumentNo> {
    let object: Value = serde_json::from_str(object).ok()?;
    object["metadata"]["stockdesk_order"].as_str()?.parse().ok()
}

fn session(client: &Client, object: &str, at: DateTime<Utc>) -> Result<Notification, String> {
    let Some(order_no) = order_no(object) else {
        return Ok(Notification::Other);
    };
    let session: Session = serde_json::from_str(object).map_err(|error| error.to_string())?;
    if !session.is_paid() {
        return Ok(Notification::Hint(order_no));
    }
    session
        .verified(client, order_no, at)
        .map(Notification::Paid)
}

fn intent(client: &Client, object: &str, at: DateTime<Utc>) -> Result<Notification, String> {
    let Some(order_no) = order_no(object) else {
        return Ok(Notification::Other);
    };
    let intent: Intent = serde_json::from_str(object).map_err(|error| error.to_string())?;
    if intent.status != "succeeded" {
        return Ok(Notification::Hint(order_no));
    }
    let paid = intent.amount_received.zip(intent.currency.as_deref());
    verified(client, order_no, &intent.id, paid, at).map(Notification::Paid)
}

fn refund(object: &str) -> Result<Notification, String> {
    let value: Value = serde_json::from_str(object).map_err(|error| error.to_string())?;
    let refund_no = value["metadata"]["stockdesk_refund"].as_str();
    Ok(match (refund_no, order_no(object)) {
        (Some(refund_no), order_no) => Notification::Refund {
            order_no,
            refund_no: refund_no.chars().take(64).collect(),
        },
        (None, Some(order_no)) => Notification::Hint(order_no),
        (None, None) => Notification::Other,
    })
}

fn hint(object: &str) -> Result<Notification, String> {
    Ok(order_no(object).map_or(Notification::Other, Notification::Hint))
}
