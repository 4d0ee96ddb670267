//! Events, signed with the secret of the account's endpoint.

use anyhow::Context;
use serde_json::json;

use super::objects;
use crate::book::{Delivery, State, What};
use crate::faults::Fault;
use crate::keys::hmac_hex;
use crate::server::Simulator;
use crate::teller::Telling;

/// What is sent about a delivery, now; `None` when the account has no endpoint.
pub fn request(simulator: &Simulator, delivery: &Delivery) -> anyhow::Result<Option<Telling>> {
    let notice = &delivery.notice;
    let url = simulator.book().stripe_webhook.clone();
    if url.is_empty() {
        return Ok(None);
    }
    // What the object was when it happened.
    let mut payment = delivery.payment.clone();
    let (kind, mut object) = match &notice.what {
        What::Paid { transaction_id } => {
            payment.state = State::Paid;
            payment
                .money
                .retain(|money| money.transaction_id == *transaction_id);
            let unsettled = payment.notices.iter().any(|n| n.what == What::Unsettled);
            let kind = match unsettled {
                true => "checkout.session.async_payment_succeeded",
                false => "checkout.session.completed",
            };
            (kind, objects::session(&payment, "", false))
        }
        What::Unsettled => {
            payment.state = State::Paying;
            payment.money.clear();
            (
                "checkout.session.completed",
                objects::session(&payment, "", false),
            )
        }
        What::Closed => {
            payment.state = State::Closed;
            payment.money.clear();
            (
                "checkout.session.expired",
                objects::session(&payment, "", false),
            )
        }
        What::Refunded { number } => {
            let mut refunds = payment.refunds.iter();
            let refund = refunds.find(|refund| refund.number == *number);
            let refund = refund.context("no such refund")?;
            ("refund.updated", objects::refund(&payment, refund))
        }
    };
    if matches!(delivery.warp, Some(Fault::WrongMerchant | Fault::WrongApp)) {
        // Another shop's, of the same account.
        object["metadata"] = json!({});
    }
    let body = json!({
        "id": format!("evt_{}", notice.id),
        "object": "event",
        "created": notice.created_at.timestamp(),
        "livemode": false,
        "type": kind,
        "data": {"object": object},
    })
    .to_string();
    let at_s = simulator.now().timestamp();
    let secret = match delivery.warp {
        Some(Fault::Probe) => "whsec_of_somebody_else",
        _ => &simulator.keys.stripe_webhook_secret,
    };
    let tag = hmac_hex(secret, format!("{at_s}.{body}").as_bytes());
    // A scheme that only tests have is to be left alone.
    let signature = format!(
        "t={at_s},v1={tag},v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39"
    );
    Ok(Some(Telling {
        url,
        headers: vec![
            ("Content-Type", "application/json; charset=utf-8".to_owned()),
            ("Stripe-Signature", signature),
        ],
        body,
    }))
}
