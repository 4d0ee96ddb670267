//! Making a session, once, and finding the one whose number was lost.

use chrono::TimeDelta;
use serde_json::{Value, json};
use stockdesk::domain::order::PaymentTerms;
use stockdesk::domain::payment::{CreateAnswer, GatewayAnswer, NotPayable};
use stockdesk::gateway::{PaymentGateway, StripeGateway};

use super::world::{SESSION, World, error, intent, money, now, payment, sent, session, settings};
use crate::gateway::world::Clock;

#[actix_web::test]
async fn a_session_is_made_once_under_the_orders_key() {
    let world = World::new().await;
    let open = session("open", "unpaid", Value::Null);
    let mut requests = Vec::new();
    for _ in 0..2 {
        world.reply(200, &open);
        let expected = CreateAnswer::Created {
            url: "https://checkout.stripe.com/c/pay/cs_test_a1#x".to_owned(),
            reference: Some(SESSION.to_owned()),
        };
        assert_eq!(world.gateway.create(&payment()).await, expected);
        requests.push(world.script.asked().pop().unwrap());
        // An hour later the request is the same: another one under its key would be refused.
        world.clock.advance_s(600);
    }
    assert_eq!(requests[0].body, requests[1].body);
    for request in &requests {
        let key = request.header("idempotency-key");
        assert_eq!(key, Some("stockdesk-session-SO-1"));
        assert_eq!(request.header("authorization"), Some("Bearer sk_test_1"));
    }
    let form = world.script.last_form();
    let get = |name: &str| form.iter().find(|(key, _)| key == name).unwrap().1.clone();
    assert_eq!(get("line_items[0][price_data][unit_amount]"), "1099");
    assert_eq!(get("line_items[0][price_data][currency]"), "usd");
    assert_eq!(get("client_reference_id"), "SO-1");
    assert_eq!(
        get("payment_intent_data[metadata][stockdesk_order]"),
        "SO-1"
    );
    let until = now() + TimeDelta::minutes(60);
    assert_eq!(get("expires_at"), until.timestamp().to_string());
    assert_eq!(get("success_url"), "https://shop.example/thanks");
}

#[actix_web::test]
async fn what_making_a_session_comes_to() {
    let word = |answer: &CreateAnswer| match answer {
        CreateAnswer::Created { .. } => "created",
        CreateAnswer::AlreadyPaid(_) => "paid",
        CreateAnswer::Refused(_) => "refused",
        CreateAnswer::Unknown(_) => "unknown",
    };
    let open = || session("open", "unpaid", Value::Null);
    let changed = |field: &str, value: Value| {
        let mut session = open();
        session[field] = value;
        session
    };
    for (status, body, expected) in [
        (
            200,
            changed("client_reference_id", json!("SO-2")),
            "unknown",
        ),
        (200, changed("url", json!("javascript:alert(1)")), "unknown"),
        (200, changed("url", Value::Null), "unknown"),
        (200, changed("id", json!("cs/../x")), "unknown"),
        (200, session("expired", "unpaid", Value::Null), "unknown"),
        (200, json!([]), "unknown"),
        (400, error("parameter_invalid_integer"), "refused"),
        (401, error("api_key_expired"), "refused"),
        (409, error("idempotency_key_in_use"), "unknown"),
        (429, error("rate_limit"), "unknown"),
        (500, error("api_error"), "unknown"),
        (302, open(), "unknown"),
    ] {
        let world = World::new().await;
        world.reply(status, &body);
        let answer = world.gateway.create(&payment()).await;
        assert_eq!(word(&answer), expected, "{status} {body}: {answer:?}");
    }
}

#[actix_web::test]
async fn a_session_whose_number_was_lost_is_found_by_its_key() {
    let world = World::new().await;
    world.script.hang_up();
    let lost = world.gateway.create(&payment()).await;
    assert!(matches!(lost, CreateAnswer::Unknown(_)), "{lost:?}");
    let unknown = payment().sent(None);
    world.reply(200, &session("open", "unpaid", Value::Null));
    world.reply(200, &session("complete", "paid", intent("succeeded")));
    let answer = world.gateway.query(&unknown).await;
    assert!(matches!(answer, GatewayAnswer::Paid(_)), "{answer:?}");
    let lines = world.script.lines();
    assert_eq!(lines[1], "POST /v1/checkout/sessions");
    let get = format!("GET /v1/checkout/sessions/{SESSION}?expand[]=payment_intent");
    assert_eq!(lines[2], get);
    let asked = world.script.asked();
    assert_eq!(asked[0].body, asked[1].body);
}

#[actix_web::test]
async fn a_session_that_nobody_heard_of_is_over_with_its_time() {
    let world = World::new().await;
    let unknown = payment().sent(None);
    // The time to pay, what a session lasts longer, and the margin: 75 minutes.
    world.clock.advance_s(75 * 60);
    world.script.hang_up();
    let answer = world.gateway.query(&unknown).await;
    assert!(matches!(answer, GatewayAnswer::Unknown(_)), "{answer:?}");
    world.clock.advance_s(1);
    let GatewayAnswer::Closed(evidence) = world.gateway.query(&unknown).await else {
        panic!("not closed");
    };
    assert_eq!(evidence.code, "never_acknowledged");
    // One whose number is known is asked about for ever.
    world.reply(200, &session("open", "unpaid", Value::Null));
    assert_eq!(world.gateway.query(&sent()).await, GatewayAnswer::Open);
}

#[test]
fn what_stripe_cannot_do_is_known_beforehand() {
    let clock = Clock::at(now());
    let gateway = StripeGateway::new(settings("http://127.0.0.1:9"), clock.reader()).unwrap();
    let accepts = |minor, currency, pay_within_seconds| {
        gateway.accepts(&PaymentTerms {
            gateway: "stripe".to_owned(),
            amount: money(minor, currency),
            pay_within_seconds,
        })
    };
    assert_eq!(accepts(1_099, "USD", 60), Ok(()));
    assert_eq!(accepts(500, "JPY", 82_800), Ok(()));
    assert_eq!(accepts(500, "JPY", 82_801), Err(NotPayable::Window(82_800)));
    assert!(accepts(100_000_000, "USD", 60).is_err());
    assert!(accepts(1_234, "KWD", 60).is_err());
}

#[actix_web::test]
async fn a_fault_that_stripe_keeps_for_a_key_is_passed_by_with_another() {
    let world = World::new().await;
    let fault = || error("api_error").to_string();
    // Not one that is new: that request may have done something, and its key finds out.
    world.script.reply(500, fault());
    let first = world.gateway.create(&payment()).await;
    assert!(matches!(first, CreateAnswer::Unknown(_)), "{first:?}");
    assert_eq!(world.script.lines().len(), 1);
    let open = session("open", "unpaid", Value::Null).to_string();
    let kept = "Idempotent-Replayed: true\r\n";
    for _ in 0..2 {
        world.script.reply_with(500, kept, fault());
        world.script.reply(200, open.clone());
    }
    let second = world.gateway.create(&payment()).await;
    assert!(matches!(second, CreateAnswer::Created { .. }), "{second:?}");
    // Whoever lost that answer, too, finds the same session the same way.
    world.script.reply(200, open);
    let found = world.gateway.query(&payment().sent(None)).await;
    assert_eq!(found, GatewayAnswer::Open);
    let asked = world.script.asked();
    let keys: Vec<_> = asked[1..5]
        .iter()
        .map(|a| a.header("idempotency-key"))
        .collect();
    let (one, two) = (
        Some("stockdesk-session-SO-1"),
        Some("stockdesk-session-SO-1-2"),
    );
    assert_eq!(keys, [one, two, one, two]);
}
