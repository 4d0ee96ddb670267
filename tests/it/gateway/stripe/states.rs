//! What the states of a session and its intent come to; never the code of an error.

use serde_json::{Value, json};
use stockdesk::domain::payment::GatewayAnswer;
use stockdesk::gateway::PaymentGateway;

use super::world::{INTENT, SESSION, World, error, intent, money, sent, session};
use crate::gateway::wechat::world::{answer_word, asked_word};
use crate::gateway::world::number;

#[actix_web::test]
async fn every_state_has_its_meaning() {
    let world = World::new().await;
    for (status, payment_status, intent, word) in [
        ("open", "unpaid", Value::Null, "open"),
        ("open", "unpaid", intent("requires_payment_method"), "open"),
        ("open", "unpaid", intent("processing"), "paying"),
        ("complete", "paid", intent("succeeded"), "paid"),
        ("complete", "unpaid", intent("processing"), "paying"),
        (
            "complete",
            "unpaid",
            intent("requires_payment_method"),
            "paying",
        ),
        ("complete", "unpaid", intent("canceled"), "closed"),
        ("complete", "unpaid", Value::Null, "paying"),
        ("expired", "unpaid", Value::Null, "closed"),
        ("expired", "unpaid", intent("canceled"), "closed"),
        (
            "expired",
            "unpaid",
            intent("requires_payment_method"),
            "closed",
        ),
        // However it got there: money is money.
        ("expired", "unpaid", intent("succeeded"), "paid"),
        ("expired", "unpaid", intent("processing"), "paying"),
        ("expired", "unpaid", json!(INTENT), "unknown"),
        ("complete", "no_payment_required", Value::Null, "unknown"),
        ("new", "unpaid", Value::Null, "unknown"),
    ] {
        let body = session(status, payment_status, intent);
        world.reply(200, &body);
        let answer = world.gateway.query(&sent()).await;
        assert_eq!(answer_word(&answer), word, "{body}: {answer:?}");
    }
    let mut other = session("expired", "unpaid", Value::Null);
    other["client_reference_id"] = json!("SO-2");
    world.reply(200, &other);
    assert_eq!(answer_word(&world.gateway.query(&sent()).await), "unknown");
}

#[actix_web::test]
async fn what_was_paid_is_read_exactly() {
    let world = World::new().await;
    for (minor, currency, expected) in [
        (1_099, "usd", Some(money(1_099, "USD"))),
        (500, "isk", Some(money(5, "ISK"))),
        (501, "isk", None),
        (0, "usd", None),
    ] {
        let mut body = session("complete", "paid", intent("succeeded"));
        body["amount_total"] = json!(minor);
        body["currency"] = json!(currency);
        world.reply(200, &body);
        match (world.gateway.query(&sent()).await, expected) {
            (GatewayAnswer::Paid(paid), Some(amount)) => {
                assert_eq!((paid.amount, paid.order_no), (amount, number("SO-1")));
                assert_eq!(paid.transaction_id, INTENT);
            }
            (GatewayAnswer::Unknown(_), None) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[actix_web::test]
async fn refusals_of_a_query() {
    let world = World::new().await;
    for (status, code, word) in [
        (404, "resource_missing", "not_created"),
        (401, "api_key_expired", "refused"),
        (429, "rate_limit", "unknown"),
        (500, "api_error", "unknown"),
    ] {
        world.reply(status, &error(code));
        let answer = world.gateway.query(&sent()).await;
        assert_eq!(answer_word(&answer), word, "{code}: {answer:?}");
    }
    world.script.hang_up();
    assert_eq!(answer_word(&world.gateway.query(&sent()).await), "unknown");
}

#[actix_web::test]
async fn an_open_session_is_closed_by_expiring_it() {
    let world = World::new().await;
    let open = || session("open", "unpaid", Value::Null);
    let expired = session("expired", "unpaid", Value::Null);
    for body in [open(), open(), expired.clone(), expired] {
        world.reply(200, &body);
    }
    let answer = world.gateway.close(&sent()).await;
    assert_eq!(answer_word(&answer), "closed", "{answer:?}");
    let expire = format!("POST /v1/checkout/sessions/{SESSION}/expire");
    assert_eq!(world.script.lines()[2], expire);
}

#[actix_web::test]
async fn one_code_for_opposite_facts_decides_nothing() {
    for (after, word) in [
        (session("complete", "paid", intent("succeeded")), "paid"),
        (session("expired", "unpaid", Value::Null), "closed"),
        (
            session("complete", "unpaid", intent("processing")),
            "paying",
        ),
        (session("open", "unpaid", Value::Null), "unknown"),
    ] {
        let world = World::new().await;
        let open = session("open", "unpaid", Value::Null);
        world.reply(200, &open);
        world.reply(200, &open);
        // Paid, or expired, between the look and the close: it says the same of both.
        world.reply(400, &error("payment_intent_unexpected_state"));
        world.reply(200, &after);
        let answer = world.gateway.close(&sent()).await;
        assert_eq!(answer_word(&answer), word, "{after}: {answer:?}");
    }
}

#[actix_web::test]
async fn a_payment_that_failed_after_its_session_is_cancelled_by_itself() {
    let world = World::new().await;
    let failed = session("complete", "unpaid", intent("requires_payment_method"));
    world.reply(200, &failed);
    world.reply(200, &failed);
    world.reply(200, &intent("canceled"));
    world.reply(200, &session("complete", "unpaid", intent("canceled")));
    let answer = world.gateway.close(&sent()).await;
    assert_eq!(answer_word(&answer), "closed", "{answer:?}");
    let cancel = format!("POST /v1/payment_intents/{INTENT}/cancel");
    assert_eq!(world.script.lines()[2], cancel);
}

#[actix_web::test]
async fn a_close_whose_answer_is_lost_is_unknown_until_it_is_seen() {
    let world = World::new().await;
    let open = session("open", "unpaid", Value::Null);
    world.reply(200, &open);
    world.script.hang_up();
    let asked = world.gateway.ask_to_close(&sent()).await;
    assert_eq!(asked_word(&asked), "unknown");
    world.reply(200, &open);
    world.script.hang_up();
    let asked = world.gateway.ask_to_close(&sent()).await;
    assert_eq!(asked_word(&asked), "unknown");
}
