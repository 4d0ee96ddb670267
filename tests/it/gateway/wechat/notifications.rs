//! Notifications, genuine and otherwise.

use serde_json::{Value, json};
use stockdesk::domain::payment::Notification;
use stockdesk::gateway::{Headers, NotificationRefused, PaymentGateway, WechatPayGateway};

use super::keys::{API_V3_KEY, OTHER, PLATFORM, seal};
use super::script::signature;
use super::world::{NOW_S, PUBLIC_KEY_ID, at, gateway, settings, transaction};
use crate::gateway::world::{number, yuan};

pub type Pairs = Vec<(String, String)>;

/// A notification of this event, sealed with the merchant's key.
pub fn notice(event: &str, inside: &Value) -> Vec<u8> {
    let kind = if event.starts_with("REFUND") {
        "refund"
    } else {
        "transaction"
    };
    sealed_notice(event, &seal(API_V3_KEY, kind, &inside.to_string()))
}

fn sealed_notice(event: &str, resource: &Value) -> Vec<u8> {
    let envelope = json!({
        "id": "EV-2018022511223320873",
        "create_time": "2027-01-15T16:00:00+08:00",
        "resource_type": "encrypt-resource",
        "event_type": event,
        "summary": "支付成功",
        "resource": resource,
    });
    envelope.to_string().into_bytes()
}

pub fn genuine(body: &[u8]) -> Pairs {
    signature(&PLATFORM, PUBLIC_KEY_ID, NOW_S, body)
}

pub fn verify(
    gateway: &WechatPayGateway,
    headers: &Pairs,
    body: &[u8],
) -> Result<Notification, NotificationRefused> {
    let pairs = headers.iter();
    let headers: Headers<'_> = pairs.map(|(name, value)| (&**name, &**value)).collect();
    gateway.verify_notification(&headers, body, at(NOW_S))
}

fn client() -> WechatPayGateway {
    gateway(settings("http://127.0.0.1:9"))
}

fn read(body: &[u8]) -> Result<Notification, NotificationRefused> {
    verify(&client(), &genuine(body), body)
}

#[test]
fn a_payment_is_read_and_acknowledged_without_a_word() {
    let body = notice("TRANSACTION.SUCCESS", &transaction("SUCCESS"));
    let Ok(Notification::Paid(paid)) = read(&body) else {
        panic!("not paid");
    };
    assert_eq!(paid.order_no, number("SO-100001"));
    assert_eq!(paid.amount, yuan(100));
    assert_eq!(paid.transaction_id, "4200000001202611201234567890");
    let acknowledgement = client().acknowledgement();
    assert_eq!((acknowledgement.status, acknowledgement.body), (204, ""));
}

#[test]
fn the_order_is_found_by_its_own_number_or_not_at_all() {
    let there = "sdtdx34mlj7zhhh6tp2jbhn62lqepoyi";
    let mut inside = transaction("SUCCESS");
    inside["out_trade_no"] = json!(there);
    inside["attach"] = json!("SO-2026.11:20");
    let Ok(Notification::Paid(paid)) = read(&notice("TRANSACTION.SUCCESS", &inside)) else {
        panic!("not paid");
    };
    assert_eq!(paid.order_no, number("SO-2026.11:20"));
    for attach in [json!(null), json!(""), json!("SO-2026.11.20"), json!(there)] {
        inside["attach"] = attach;
        let Ok(Notification::Paid(paid)) = read(&notice("TRANSACTION.SUCCESS", &inside)) else {
            panic!("not paid");
        };
        assert_eq!(paid.order_no, number(&format!("stray:{there}")));
    }
}

#[test]
fn money_for_others_is_kept_under_whose_it_is() {
    for (field, value, gateway) in [
        ("mchid", "1230000110", "wechat_pay/1230000110"),
        (
            "appid",
            "wxd678efh567hg6788",
            "wechat_pay/wxd678efh567hg6788",
        ),
    ] {
        let mut inside = transaction("SUCCESS");
        inside[field] = json!(value);
        let Ok(Notification::Paid(paid)) = read(&notice("TRANSACTION.SUCCESS", &inside)) else {
            panic!("not paid");
        };
        // The order's own gateway is another: a mismatch, which people see.
        assert_eq!(paid.gateway, gateway);
        inside["trade_state"] = json!("REFUND");
        let other = read(&notice("TRANSACTION.SUCCESS", &inside));
        assert_eq!(other, Ok(Notification::Other));
    }
    let mut inside = transaction("SUCCESS");
    inside["out_trade_no"] = json!("SO-100002");
    let Ok(Notification::Paid(paid)) = read(&notice("TRANSACTION.SUCCESS", &inside)) else {
        panic!("not paid");
    };
    assert_eq!(paid.order_no, number("stray:SO-100002"));
}

#[test]
fn another_amount_or_currency_is_reported_as_it_is() {
    let mut inside = transaction("SUCCESS");
    inside["amount"] = json!({"total": 1, "currency": "USD"});
    let Ok(Notification::Paid(paid)) = read(&notice("TRANSACTION.SUCCESS", &inside)) else {
        panic!("not paid");
    };
    assert_eq!(
        (paid.amount.minor, paid.amount.currency.as_str()),
        (1, "USD")
    );
}

#[test]
fn contradictions_and_other_keys_are_refused() {
    let mut bodies = Vec::new();
    for (field, value) in [
        ("out_trade_no", json!("SO|100002")),
        ("transaction_id", json!("")),
        ("success_time", json!("")),
        ("amount", json!({"total": 1.5, "currency": "CNY"})),
    ] {
        let mut inside = transaction("SUCCESS");
        inside[field] = value;
        bodies.push(notice("TRANSACTION.SUCCESS", &inside));
    }
    let sealed = seal(
        API_V3_KEY,
        "transaction",
        &transaction("SUCCESS").to_string(),
    );
    for (field, value) in [
        ("algorithm", "AEAD_AES_128_GCM"),
        ("associated_data", "refund"),
        ("nonce", "fdasflkja485"),
        ("nonce", "short"),
        ("ciphertext", "AAAA"),
        ("ciphertext", "not base64"),
    ] {
        let mut sealed = sealed.clone();
        sealed[field] = json!(value);
        bodies.push(sealed_notice("TRANSACTION.SUCCESS", &sealed));
    }
    let other_key = "0123456789abcdef0123456789abcdef";
    let sealed = seal(
        other_key,
        "transaction",
        &transaction("SUCCESS").to_string(),
    );
    bodies.push(sealed_notice("TRANSACTION.SUCCESS", &sealed));
    bodies.push(b"not JSON".to_vec());
    bodies.push(Vec::new());
    for body in bodies {
        let refused = read(&body);
        assert!(
            matches!(refused, Err(NotificationRefused::Malformed(_))),
            "{refused:?}"
        );
    }
}

#[test]
fn what_is_not_a_payment_is_a_hint_at_most() {
    let body = notice("TRANSACTION.SUCCESS", &transaction("REFUND"));
    assert_eq!(read(&body), Ok(Notification::Hint(number("SO-100001"))));
    let body = notice("SOMETHING.NEW", &transaction("SUCCESS"));
    assert_eq!(read(&body), Ok(Notification::Other));
}

#[test]
fn the_end_of_a_refund_is_a_reason_to_ask() {
    let mut refund = transaction("SUCCESS");
    refund["out_refund_no"] = json!("LP1");
    refund["refund_status"] = json!("SUCCESS");
    for event in ["REFUND.SUCCESS", "REFUND.ABNORMAL", "REFUND.CLOSED"] {
        let expected = Notification::Refund {
            order_no: Some(number("SO-100001")),
            refund_no: "LP1".to_owned(),
        };
        assert_eq!(read(&notice(event, &refund)), Ok(expected), "{event}");
    }
    refund["mchid"] = json!("1");
    let foreign = read(&notice("REFUND.SUCCESS", &refund));
    assert!(matches!(foreign, Err(NotificationRefused::Malformed(_))));
}

#[test]
fn without_the_right_signature_nothing_is_read() {
    let body = notice("TRANSACTION.SUCCESS", &transaction("SUCCESS"));
    let refused = |headers: &Pairs| verify(&client(), headers, &body).unwrap_err();
    let key = PUBLIC_KEY_ID;
    assert_eq!(refused(&Vec::new()), NotificationRefused::Unsigned);
    for headers in [
        signature(&OTHER, key, NOW_S, &body),
        signature(&PLATFORM, "PUB_KEY_ID_2", NOW_S, &body),
        signature(&PLATFORM, key, NOW_S, b"{}"),
    ] {
        assert_eq!(refused(&headers), NotificationRefused::BadSignature);
    }
    for away_s in [-300, 300] {
        let headers = signature(&PLATFORM, key, NOW_S + away_s, &body);
        assert_eq!(refused(&headers), NotificationRefused::Stale);
    }
    for at in 0..4 {
        let mut headers = genuine(&body);
        let name = headers.remove(at).0;
        let expected = match name.as_str() {
            "Wechatpay-Signature" => NotificationRefused::Unsigned,
            _ => NotificationRefused::BadSignature,
        };
        assert_eq!(refused(&headers), expected, "{name}");
        let mut headers = genuine(&body);
        headers.push(headers[at].clone());
        assert!(verify(&client(), &headers, &body).is_err(), "{name}");
    }
    let kind = |kind: &str| {
        let mut headers = genuine(&body);
        headers.push(("Wechatpay-Signature-Type".to_owned(), kind.to_owned()));
        headers
    };
    assert!(verify(&client(), &kind("WECHATPAY2-SHA256-RSA2048"), &body).is_ok());
    assert_eq!(
        refused(&kind("WECHATPAY2-SM2-WITH-SM3")),
        NotificationRefused::BadSignature
    );
}

#[test]
fn probes_are_refused_and_told_apart() {
    let body = notice("TRANSACTION.SUCCESS", &transaction("SUCCESS"));
    let mut headers = genuine(&body);
    headers[2].1 = format!("WECHATPAY/SIGNTEST/{}", headers[2].1);
    let refused = verify(&client(), &headers, &body).unwrap_err();
    assert_eq!(
        (refused.word(), refused),
        ("probe", NotificationRefused::Probe)
    );
}
