//! Notifications: a form, signed like a request.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::exchange::Client;
use super::number;
use super::signature::{notification_messages, signed};
use super::time;
use super::trade::verified;
use crate::domain::ids::DocumentNo;
use crate::domain::payment::Notification;
use crate::gateway::NotificationRefused;
use crate::gateway::number::stray;

/// Alipay repeats a notification for 25 hours, with its first time; an hour more for clocks.
const OLDEST_H: i64 = 26;
/// How far its clock may be ahead.
const AHEAD_S: i64 = 300;

pub(super) fn read(
    client: &Client,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<Notification, NotificationRefused> {
    let malformed = |why: &str| NotificationRefused::Malformed(why.to_owned());
    let form = parameters(body)?;
    let get = |name: &str| form.get(name).map(String::as_str).filter(|v| !v.is_empty());
    let sign = get("sign").ok_or(NotificationRefused::Unsigned)?;
    if get("sign_type").is_some_and(|kind| kind != "RSA2") {
        return Err(NotificationRefused::BadSignature);
    }
    let believed = notification_messages(&form)
        .iter()
        .any(|message| signed(&client.alipay_key, message.as_bytes(), sign));
    if !believed {
        return Err(NotificationRefused::BadSignature);
    }
    let sent = get("notify_time").and_then(time::read);
    let age_s = (now - sent.ok_or_else(|| malformed("no time"))?).num_seconds();
    if !(-AHEAD_S..=OLDEST_H * 3600).contains(&age_s) {
        return Err(NotificationRefused::Stale);
    }
    if get("notify_type") != Some("trade_status_sync") {
        return Ok(Notification::Other);
    }
    let out_trade_no = get("out_trade_no").ok_or_else(|| malformed("no out_trade_no"))?;
    let order_no = number::order_no(out_trade_no, get("body"));
    // A refund is told in the words of its payment.
    if get("gmt_refund").is_some() || get("refund_fee").is_some() {
        return Ok(match (get("out_biz_no"), order_no) {
            (Some(refund_no), order_no) => Notification::Refund {
                order_no,
                refund_no: refund_no.chars().take(64).collect(),
            },
            (None, Some(order_no)) => Notification::Hint(order_no),
            (None, None) => Notification::Other,
        });
    }
    if !matches!(
        get("trade_status"),
        Some("TRADE_SUCCESS" | "TRADE_FINISHED")
    ) {
        return Ok(order_no.map_or(Notification::Other, Notification::Hint));
    }
    let order_no = order_no.or_else(|| stray(out_trade_no));
    let order_no: DocumentNo = order_no.ok_or_else(|| malformed("an unusable out_trade_no"))?;
    let field = |name: &str| get(name).unwrap_or_default();
    let paid_at = get("gmt_payment").and_then(time::read).unwrap_or(now);
    let (trade_no, amount) = (field("trade_no"), field("total_amount"));
    let mut paid = verified(client, order_no, trade_no, amount, paid_at)
        .map_err(NotificationRefused::Malformed)?;
    if let Some(stranger) = stranger(client, field("app_id"), field("seller_id")) {
        // Stored under whose it is, it matches no order of ours.
        paid.gateway = stranger;
    }
    Ok(Notification::Paid(paid))
}

/// Each name once: of two values, which would be the one that somebody checked?
fn parameters(body: &[u8]) -> Result<BTreeMap<String, String>, NotificationRefused> {
    let malformed = |why: String| NotificationRefused::Malformed(why);
    let pairs: Vec<(String, String)> =
        serde_html_form::from_bytes(body).map_err(|error| malformed(error.to_string()))?;
    let count = pairs.len();
    let form: BTreeMap<_, _> = pairs.into_iter().collect();
    if form.len() != count {
        return Err(malformed("a field came twice".to_owned()));
    }
    Ok(form)
}

/// Another app's or another seller's payment: whose, in at most 32 characters.
fn stranger(client: &Client, app_id: &str, seller_id: &str) -> Option<String> {
    let other_seller = client
        .seller_id
        .as_deref()
        .is_some_and(|own| own != seller_id);
    if app_id == client.app_id && !other_seller {
        return None;
    }
    let whose = if other_seller { seller_id } else { app_id };
    let plain = whose.chars().filter(char::is_ascii_alphanumeric);
    Some(format!("alipay/{}", plain.take(25).collect::<String>()))
}
