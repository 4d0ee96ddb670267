//! Refunds: as many as are asked for with other keys, up to what was paid.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use super::sessions::metadata;
use super::{Form, Reply, objects};
use crate::book::{Book, Failed, Key, No, Refund, RefundState, stripe_number};

pub fn make(book: &mut Book, key: &Key, form: Form, now: DateTime<Utc>) -> Result<Reply, Failed> {
    let known = |name: &str| {
        ["payment_intent", "amount", "reason"].contains(&name) || name.starts_with("metadata[")
    };
    if let Some(unknown) = form.keys().find(|name| !known(name)) {
        let why = format!("Received unknown parameter: {unknown}");
        return Ok(Reply::invalid("parameter_unknown", &why));
    }
    let intent = form.get("payment_intent").cloned().unwrap_or_default();
    let money = book.get(key).and_then(|payment| payment.money_of(&intent));
    let paid_minor = money.ok_or(No::NotExist)?.amount_minor;
    let amount = match form.get("amount") {
        None => Some(paid_minor),
        Some(text) => text.parse().ok().filter(|amount| *amount > 0),
    };
    let Some(amount_minor) = amount else {
        return Ok(Reply::invalid(
            "parameter_invalid_integer",
            "Invalid integer",
        ));
    };
    let made = book.refund(
        key,
        Refund {
            number: stripe_number("re"),
            refund_id: String::new(),
            transaction_id: intent,
            amount_minor,
            state: RefundState::Processing,
            created_at: now,
            ends_at: now,
            ends_as: RefundState::Done,
            notify_url: book.stripe_webhook.clone(),
            metadata: metadata(&form),
        },
    );
    match made {
        Ok(refund) => {
            let payment = book.get(key).ok_or(No::NotExist)?;
            Ok(Reply::ok(objects::refund(payment, &refund)))
        }
        Err(Failed::No(No::TooMuch)) => {
            let why = "Charge has already been refunded.";
            Ok(Reply::invalid("charge_already_refunded", why))
        }
        Err(failed) => Err(failed),
    }
}

pub fn list(book: &Book, key: &Key, intent: &str) -> Reply {
    let payment = book.get(key);
    let refunds = payment.into_iter().flat_map(|payment| {
        let of_it = payment
            .refunds
            .iter()
            .filter(|refund| refund.transaction_id == intent);
        of_it
            .map(|refund| objects::refund(payment, refund))
            .collect::<Vec<_>>()
    });
    let data: Vec<Value> = refunds.collect();
    Reply::ok(json!({"object": "list", "data": data, "has_more": false}))
}

pub fn one(book: &Book, key: &Key, id: &str) -> Reply {
    let payment = book.get(key);
    let refund = payment.and_then(|payment| {
        let mut refunds = payment.refunds.iter();
        Some(objects::refund(
            payment,
            refunds.find(|refund| refund.number == id)?,
        ))
    });
    refund.map_or_else(Reply::missing, Reply::ok)
}
