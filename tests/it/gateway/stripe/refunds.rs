//! Money that goes back, once: the refunds of a payment are looked through first.

use serde_json::{Value, json};
use stockdesk::domain::payment::{NewRefund, RefundAnswer, VerifiedPayment};
use stockdesk::gateway::PaymentGateway;

use super::world::{INTENT, NOW_S, World, error, money, now};
use crate::gateway::world::number;

fn late() -> NewRefund {
    let payment = VerifiedPayment {
        gateway: "stripe".to_owned(),
        transaction_id: INTENT.to_owned(),
        order_no: number("SO-1"),
        amount: money(1_099, "USD"),
        paid_at: now(),
    };
    NewRefund::whole(&payment, "late")
}

fn refund(status: &str) -> Value {
    json!({"id": "re_1", "object": "refund", "amount": 1_099, "currency": "usd",
        "created": NOW_S, "payment_intent": INTENT, "status": status,
        "metadata": {"stockdesk_refund": late().refund_no, "stockdesk_order": "SO-1"}})
}

fn list(refunds: &[Value]) -> Value {
    json!({"object": "list", "data": refunds, "has_more": false})
}

fn word(answer: &RefundAnswer) -> &'static str {
    match answer {
        RefundAnswer::Refunded { .. } => "refunded",
        RefundAnswer::Processing => "processing",
        RefundAnswer::Failed(_) => "failed",
        RefundAnswer::Refused(_) => "refused",
        RefundAnswer::Unknown(_) => "unknown",
        RefundAnswer::NotFound => "not_found",
    }
}

#[actix_web::test]
async fn a_refund_is_asked_for_only_when_there_is_none() {
    let world = World::new().await;
    world.reply(200, &list(&[]));
    world.reply(200, &refund("succeeded"));
    let RefundAnswer::Refunded { at, evidence } = world.gateway.refund(&late()).await else {
        panic!("not refunded");
    };
    assert_eq!((at, evidence.code.as_str()), (now(), "succeeded"));
    let target = format!("GET /v1/refunds?payment_intent={INTENT}&limit=100");
    assert_eq!(world.script.lines(), [target.as_str(), "POST /v1/refunds"]);
    let asked = world.script.asked().pop().unwrap();
    let key = format!("stockdesk-refund-{}", late().refund_no);
    assert_eq!(asked.header("idempotency-key"), Some(key.as_str()));
    let form = world.script.last_form();
    assert!(
        form.contains(&("amount".to_owned(), "1099".to_owned())),
        "{form:?}"
    );
    assert!(form.contains(&("payment_intent".to_owned(), INTENT.to_owned())));

    // Again, a week later, when the key is forgotten: it is found, and none is asked for.
    world.reply(200, &list(&[refund("succeeded")]));
    assert_eq!(word(&world.gateway.refund(&late()).await), "refunded");
    assert_eq!(world.script.lines().len(), 3);
}

#[actix_web::test]
async fn without_the_list_nothing_is_asked_for() {
    let world = World::new().await;
    world.script.hang_up();
    assert_eq!(word(&world.gateway.refund(&late()).await), "unknown");
    world.reply(500, &error("api_error"));
    assert_eq!(word(&world.gateway.refund(&late()).await), "unknown");
    let mut long = list(&[]);
    long["has_more"] = json!(true);
    world.reply(200, &long);
    assert_eq!(word(&world.gateway.refund(&late()).await), "refused");
    assert!(
        world
            .script
            .lines()
            .iter()
            .all(|line| line.starts_with("GET"))
    );
}

#[actix_web::test]
async fn what_became_of_a_refund() {
    let world = World::new().await;
    let changed = |field: &str, value: Value| {
        let mut refund = refund("succeeded");
        refund[field] = value;
        list(&[refund])
    };
    for (body, expected) in [
        (list(&[refund("pending")]), "processing"),
        (list(&[refund("requires_action")]), "processing"),
        (list(&[refund("failed")]), "failed"),
        (list(&[refund("canceled")]), "failed"),
        (list(&[refund("new")]), "unknown"),
        (list(&[refund("succeeded"), refund("succeeded")]), "unknown"),
        (changed("amount", json!(1)), "unknown"),
        (changed("currency", json!("eur")), "unknown"),
        // Somebody else's.
        (changed("metadata", json!({})), "not_found"),
        (changed("metadata", Value::Null), "not_found"),
    ] {
        world.reply(200, &body);
        let answer = world.gateway.query_refund(&late()).await;
        assert_eq!(word(&answer), expected, "{body}: {answer:?}");
    }
}

#[actix_web::test]
async fn refusals_of_a_refund() {
    let world = World::new().await;
    for (status, code, expected) in [
        (400, "charge_already_refunded", "refused"),
        (400, "balance_insufficient", "refused"),
        (404, "resource_missing", "refused"),
        (409, "idempotency_key_in_use", "unknown"),
        (500, "api_error", "unknown"),
    ] {
        world.reply(200, &list(&[]));
        world.reply(status, &error(code));
        let answer = world.gateway.refund(&late()).await;
        assert_eq!(word(&answer), expected, "{code}: {answer:?}");
    }
}

/// A 500 that was given before, for the same key.
fn repeated(world: &World) {
    let replayed = "Idempotent-Replayed: true\r\n";
    let body = error("api_error").to_string();
    world.script.reply_with(500, replayed, body);
}

#[actix_web::test]
async fn before_a_refund_is_asked_for_with_another_key_the_first_is_looked_for_again() {
    let world = World::new().await;
    // An earlier request was still at work while we looked: it made the refund, and broke.
    world.reply(200, &list(&[]));
    repeated(&world);
    world.reply(200, &list(&[refund("pending")]));
    assert_eq!(word(&world.gateway.refund(&late()).await), "processing");
    let look = format!("GET /v1/refunds?payment_intent={INTENT}&limit=100");
    assert_eq!(
        world.script.lines(),
        [look.as_str(), "POST /v1/refunds", look.as_str()]
    );
}

#[actix_web::test]
async fn a_refund_that_a_kept_fault_prevented_is_asked_for_with_another_key() {
    let world = World::new().await;
    world.reply(200, &list(&[]));
    repeated(&world);
    world.reply(200, &list(&[]));
    world.reply(200, &refund("succeeded"));
    assert_eq!(word(&world.gateway.refund(&late()).await), "refunded");
    let keys: Vec<_> = world
        .script
        .asked()
        .iter()
        .filter_map(|asked| asked.header("idempotency-key").map(str::to_owned))
        .collect();
    let key = format!("stockdesk-refund-{}", late().refund_no);
    assert_eq!(keys, [key.clone(), format!("{key}-2")]);
    // A fault that is new may be kept from now on, or not: only a repeat tells.
    world.reply(200, &list(&[]));
    world.reply(500, &error("api_error"));
    assert_eq!(word(&world.gateway.refund(&late()).await), "unknown");
    // And without a look there is no other key.
    world.reply(200, &list(&[]));
    repeated(&world);
    world.script.hang_up();
    assert_eq!(word(&world.gateway.refund(&late()).await), "unknown");
    let posts = world.script.lines();
    let posts = posts.iter().filter(|line| line.starts_with("POST"));
    assert_eq!(posts.count(), 4);
}
