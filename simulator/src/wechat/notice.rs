//! Notifications: sealed for the merchant, and signed.

use anyhow::Context;
use serde_json::json;

use super::payments::{beijing, transaction};
use super::refunds;
use super::reply::{signature, signing_key};
use crate::book::{Delivery, What};
use crate::faults::Fault;
use crate::keys::seal;
use crate::server::Simulator;
use crate::teller::Telling;

/// What is sent about a delivery, now; `None` when nobody wants to hear of it.
pub fn request(simulator: &Simulator, delivery: &Delivery) -> anyhow::Result<Option<Telling>> {
    let (payment, notice) = (&delivery.payment, &delivery.notice);
    let keys = &simulator.keys;
    let (url, kind, event, mut text) = match &notice.what {
        What::Paid { transaction_id } => {
            let money = payment.money_of(transaction_id);
            let mut text = transaction(simulator, payment, money);
            // What is told is that it was paid, whatever became of the money since.
            text["trade_state"] = json!("SUCCESS");
            (
                &payment.notify_url,
                "transaction",
                "TRANSACTION.SUCCESS",
                text,
            )
        }
        What::Refunded { number } => {
            let mut refunds = payment.refunds.iter();
            let refund = refunds.find(|refund| refund.number == *number);
            let refund = refund.context("a refund that is not there")?;
            let mut text = refunds::described(payment, refund, "refund_status");
            text["mchid"] = json!(keys.merchant);
            let event = match refunds::state(refund.state) {
                "ABNORMAL" => "REFUND.ABNORMAL",
                "CLOSED" => "REFUND.CLOSED",
                _ => "REFUND.SUCCESS",
            };
            (&refund.notify_url, "refund", event, text)
        }
        What::Closed | What::Unsettled => return Ok(None),
    };
    if url.is_empty() {
        return Ok(None);
    }
    match delivery.warp {
        Some(Fault::WrongMerchant) => text["mchid"] = json!("1600000001"),
        Some(Fault::WrongApp) => text["appid"] = json!("wx0000000000000001"),
        _ => {}
    }
    let (nonce, ciphertext) = seal(&keys.api_v3_key, kind, text.to_string().as_bytes())?;
    let body = json!({
        "id": format!("EV-{}", notice.id),
        "create_time": beijing(notice.created_at),
        "resource_type": "encrypt-resource",
        "event_type": event,
        "summary": "模拟",
        "resource": {
            "original_type": kind,
            "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": ciphertext,
            "associated_data": kind,
            "nonce": nonce,
        },
    })
    .to_string();
    let (signer, serial) = signing_key(simulator, simulator.sign_with());
    let at_s = simulator.now().timestamp();
    let mut headers: Vec<_> = signature(signer, serial, at_s, body.as_bytes())?.into();
    if delivery.warp == Some(Fault::Probe) {
        headers[2].1 = format!("WECHATPAY/SIGNTEST/{}", headers[2].1);
    }
    headers.push(("Content-Type", "application/json".to_owned()));
    Ok(Some(Telling {
        url: url.clone(),
        headers,
        body,
    }))
}
