//! Stripe's word that money arrived.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use stockdesk::domain::payment::Notification;
use stockdesk::gateway::stripe::signature::check;
use stockdesk::gateway::{Headers, NotificationRefused, PaymentGateway, StripeGateway};

use super::world::{INTENT, NOW_S, WEBHOOK_SECRET, intent, money, now, session, settings};
use crate::gateway::world::{Clock, number};

fn client() -> StripeGateway {
    let clock = Clock::at(now());
    StripeGateway::new(settings("http://127.0.0.1:9"), clock.reader()).unwrap()
}

fn tag(secret: &str, at: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(&[at.as_bytes(), b".", body].concat());
    let tag = mac.finalize().into_bytes();
    tag.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn genuine(body: &[u8]) -> String {
    let at = NOW_S.to_string();
    format!("t={at},v1={}", tag(WEBHOOK_SECRET, &at, body))
}

fn read_with(header: &str, body: &[u8]) -> Result<Notification, NotificationRefused> {
    let headers: Headers<'_> = [("stripe-signature", header)].into_iter().collect();
    client().verify_notification(&headers, body, now())
}

fn event(kind: &str, object: &Value) -> Vec<u8> {
    json!({"id": "evt_1", "object": "event", "type": kind, "created": NOW_S - 5,
        "data": {"object": object}})
    .to_string()
    .into_bytes()
}

fn read(kind: &str, object: &Value) -> Result<Notification, NotificationRefused> {
    let body = event(kind, object);
    read_with(&genuine(&body), &body)
}

fn completed() -> Vec<u8> {
    let session = session("complete", "paid", json!(INTENT));
    event("checkout.session.completed", &session)
}

#[test]
fn the_vector_made_elsewhere_is_believed() {
    let vectors: Value = serde_json::from_str(include_str!("../vectors.json")).unwrap();
    let vector = &vectors["stripe_webhook"];
    let text = |name: &str| vector[name].as_str().unwrap();
    let at = chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    let (secret, payload) = (text("secret"), text("payload").as_bytes());
    assert_eq!(check(secret, Some(text("header")), payload, at), Ok(()));
    for at_byte in 0..payload.len() {
        let mut touched = payload.to_vec();
        touched[at_byte] ^= 1;
        let refused = check(secret, Some(text("header")), &touched, at);
        assert_eq!(refused, Err(NotificationRefused::BadSignature));
    }
    for at_byte in 0..text("header").len() {
        let mut touched = text("header").as_bytes().to_vec();
        touched[at_byte] ^= 1;
        let touched = String::from_utf8(touched).unwrap();
        assert!(
            check(secret, Some(&touched), payload, at).is_err(),
            "{touched}"
        );
    }
}

#[test]
fn a_session_and_its_intent_tell_of_one_payment() {
    let sessions = session("complete", "paid", json!(INTENT));
    let expected = read("checkout.session.completed", &sessions);
    let Ok(Notification::Paid(paid)) = &expected else {
        panic!("{expected:?}");
    };
    assert_eq!(
        (paid.transaction_id.as_str(), paid.amount),
        (INTENT, money(1_099, "USD"))
    );
    assert_eq!(
        (&paid.order_no, paid.gateway.as_str()),
        (&number("SO-1"), "stripe")
    );
    assert_eq!(paid.paid_at.timestamp(), NOW_S - 5);
    assert_eq!(
        read("checkout.session.async_payment_succeeded", &sessions),
        expected
    );
    assert_eq!(
        read("payment_intent.succeeded", &intent("succeeded")),
        expected
    );
}

#[test]
fn what_is_no_payment_of_ours_is_a_reason_to_ask_at_most() {
    let hint = Ok(Notification::Hint(number("SO-1")));
    let unpaid = session("complete", "unpaid", json!(INTENT));
    assert_eq!(read("checkout.session.completed", &unpaid), hint);
    assert_eq!(read("checkout.session.expired", &unpaid), hint);
    assert_eq!(read("checkout.session.async_payment_failed", &unpaid), hint);
    assert_eq!(read("payment_intent.canceled", &intent("canceled")), hint);
    assert_eq!(
        read(
            "payment_intent.payment_failed",
            &intent("requires_payment_method")
        ),
        hint
    );
    // Of another system of the same account.
    let mut foreign = session("complete", "paid", json!(INTENT));
    foreign["metadata"] = json!({});
    let other = Ok(Notification::Other);
    assert_eq!(read("checkout.session.completed", &foreign), other);
    assert_eq!(read("customer.created", &json!({"id": "cus_1"})), other);
    let refund = json!({"id": "re_1", "metadata": {"stockdesk_refund": "LP1",
        "stockdesk_order": "SO-1"}});
    let expected = Ok(Notification::Refund {
        order_no: Some(number("SO-1")),
        refund_no: "LP1".to_owned(),
    });
    assert_eq!(read("refund.updated", &refund), expected);
}

#[test]
fn any_one_signature_of_the_right_age_is_enough() {
    let body = completed();
    let at = NOW_S.to_string();
    let (right, wrong) = (
        tag(WEBHOOK_SECRET, &at, &body),
        tag("whsec_old", &at, &body),
    );
    for header in [
        format!("t={at},v1={right}"),
        format!("t={at},v1={wrong},v1={right}"),
        format!("t={at},v1={right},v1={wrong},v0=abc,v9"),
        format!("v1=zz,v1={right},t={at}"),
    ] {
        assert!(read_with(&header, &body).is_ok(), "{header}");
    }
    for header in [
        format!("t={at},v1={wrong}"),
        format!("t={at},v0={right}"),
        format!("t={at},v1={}", right.to_uppercase()),
        format!("v1={right}"),
        format!("t={at},t={at},v1={right}"),
        format!("t=,v1={right}"),
        String::new(),
    ] {
        let refused = read_with(&header, &body);
        assert_eq!(refused, Err(NotificationRefused::BadSignature), "{header}");
    }
    for (away_s, stale) in [(-300, false), (300, false), (-301, true), (301, true)] {
        let at = (NOW_S + away_s).to_string();
        let header = format!("t={at},v1={}", tag(WEBHOOK_SECRET, &at, &body));
        let read = read_with(&header, &body);
        assert_eq!(read == Err(NotificationRefused::Stale), stale, "{away_s}");
        assert_eq!(read.is_ok(), !stale, "{away_s}");
    }
    let none = Headers::default();
    let unsigned = client().verify_notification(&none, &body, now());
    assert_eq!(unsigned, Err(NotificationRefused::Unsigned));
}

#[test]
fn changing_any_byte_is_noticed() {
    let body = completed();
    let header = genuine(&body);
    assert!(read_with(&header, &body).is_ok());
    for at in 0..body.len() {
        for bit in [0, 5] {
            let mut touched = body.clone();
            touched[at] ^= 1 << bit;
            let refused = read_with(&header, &touched);
            assert_eq!(refused, Err(NotificationRefused::BadSignature), "byte {at}");
        }
    }
    for at in 0..header.len() {
        let mut touched = header.clone().into_bytes();
        touched[at] ^= 1;
        let touched = String::from_utf8(touched).unwrap();
        assert!(read_with(&touched, &body).is_err(), "{touched}");
    }
}
