//! Stripe's objects, as answers and events hold them.

use serde_json::{Value, json};

use crate::book::{Money, Payment, Refund, RefundState, State};

/// The PaymentIntent inside a session; there is none before the payer has begun.
pub fn intent(payment: &Payment) -> Option<Value> {
    let money = payment.money.last();
    let status = match payment.state {
        State::Paying => "processing",
        State::Paid => "succeeded",
        State::Unseen | State::Open | State::Closed => return None,
    };
    Some(intent_of(payment, money, status))
}

fn intent_of(payment: &Payment, money: Option<&Money>, status: &str) -> Value {
    json!({
        "id": money.map_or(&payment.own_number, |money| &money.transaction_id),
        "object": "payment_intent",
        "amount": payment.amount_minor,
        "amount_received": money.map_or(0, |money| money.amount_minor),
        "currency": payment.currency,
        "metadata": payment.metadata,
        "receipt_email": money.map(|money| &money.payer),
        "status": status,
    })
}

/// A session; with its intent whole, or its number alone.
pub fn session(payment: &Payment, url: &str, expanded: bool) -> Value {
    let (status, paid) = match payment.state {
        State::Unseen | State::Open => ("open", "unpaid"),
        State::Paying => ("complete", "unpaid"),
        State::Paid => ("complete", "paid"),
        State::Closed => ("expired", "unpaid"),
    };
    let money = payment.money.last();
    let intent = intent(payment);
    let intent = match expanded {
        true => intent,
        false => intent.map(|intent| intent["id"].clone()),
    };
    json!({
        "id": payment.number,
        "object": "checkout.session",
        "amount_total": money.map_or(payment.amount_minor, |money| money.amount_minor),
        "client_reference_id": payment.attach,
        "created": payment.created_at.timestamp(),
        "currency": payment.currency,
        "customer_details": money.map(|money| json!({"email": money.payer})),
        "expires_at": payment.expires_at.timestamp(),
        "livemode": false,
        "metadata": payment.metadata,
        "mode": "payment",
        "payment_intent": intent,
        "payment_status": paid,
        "status": status,
        "url": if status == "open" { json!(url) } else { Value::Null },
    })
}

pub fn refund(payment: &Payment, refund: &Refund) -> Value {
    let status = match refund.state {
        RefundState::Processing => "pending",
        RefundState::Done => "succeeded",
        RefundState::Closed => "canceled",
        RefundState::Abnormal => "failed",
    };
    json!({
        "id": refund.number,
        "object": "refund",
        "amount": refund.amount_minor,
        "created": refund.created_at.timestamp(),
        "currency": payment.currency,
        "metadata": refund.metadata,
        "payment_intent": refund.transaction_id,
        "status": status,
    })
}
