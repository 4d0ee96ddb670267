//! Every switch of the sandbox, met by the client.

use serde_json::json;
use stockdesk::domain::payment::{CreateAnswer, GatewayAnswer};
use stockdesk::gateway::PaymentGateway;

use super::world::{World, until};

fn is_unknown(answer: &GatewayAnswer) -> bool {
    matches!(answer, GatewayAnswer::Unknown(_))
}

#[actix_web::test]
async fn an_answer_that_is_late_lost_or_not_the_gateways_is_unknown() {
    let world = World::new().await;
    for (order_no, fault) in [
        ("A1", json!({"slow_ms": 5_000})),
        ("A2", json!({"no_answer": true})),
        ("A3", json!({"drop_connection": true})),
        ("A4", json!({"http_500": true})),
        ("A5", json!({"bad_signature": true})),
        ("A6", json!({"no_signature": true})),
    ] {
        world.created(order_no).await;
        world.switches(order_no, fault.clone()).await;
        let answer = world.query(order_no).await;
        assert!(is_unknown(&answer), "query, {fault}: {answer:?}");
        let answer = world.close(order_no).await;
        assert!(is_unknown(&answer), "close, {fault}: {answer:?}");
        let answer = world.gateway.create(&world.payment(order_no, 12_800)).await;
        let unknown = matches!(answer, CreateAnswer::Unknown(_));
        assert!(unknown, "create, {fault}: {answer:?}");
    }
    // The client gave up each time before it asked to close: all of them are open.
    world.all_switches_off().await;
    for order_no in ["A1", "A2", "A3", "A4", "A5", "A6"] {
        assert_eq!(world.query(order_no).await, GatewayAnswer::Open);
    }
    world.sandbox.stop().await;
}

#[actix_web::test]
async fn slow_but_in_time_is_an_answer() {
    let world = World::new().await;
    world.created("A1").await;
    world.switches("A1", json!({"slow_ms": 50})).await;
    assert_eq!(world.query("A1").await, GatewayAnswer::Open);
    world.sandbox.stop().await;
}

#[actix_web::test]
async fn a_close_whose_answer_is_lost_is_found_by_the_query_after_it() {
    let world = World::new().await;
    for fault in ["drop_connection", "bad_signature", "no_signature"] {
        world.created(fault).await;
        world
            .switches(fault, json!({fault: true, "on": ["close"]}))
            .await;
        let answer = world.close(fault).await;
        assert!(matches!(answer, GatewayAnswer::Closed(_)), "{answer:?}");
    }
    // Not applied at all: the query after it finds it open, and that proves nothing.
    for fault in ["no_answer", "http_500"] {
        world.created(fault).await;
        world
            .switches(fault, json!({fault: true, "on": ["close"]}))
            .await;
        let answer = world.close(fault).await;
        assert!(is_unknown(&answer), "{fault}: {answer:?}");
        assert_eq!(world.query(fault).await, GatewayAnswer::Open);
    }
    world.sandbox.stop().await;
}

#[actix_web::test]
async fn a_create_whose_answer_is_lost_is_the_same_one_when_asked_again() {
    let world = World::new().await;
    world.switches("A1", json!({"drop_connection": true})).await;
    let payment = world.payment("A1", 12_800);
    let lost = world.gateway.create(&payment).await;
    assert!(matches!(lost, CreateAnswer::Unknown(_)), "{lost:?}");
    world.all_switches_off().await;
    assert_eq!(world.query("A1").await, GatewayAnswer::Open);
    world.created("A1").await;
    world.sandbox.stop().await;
}

#[actix_web::test]
async fn already_paid_is_paid() {
    let world = World::new().await;
    world.created("A1").await;
    world.switches("A1", json!({"already_paid": true})).await;
    assert!(matches!(world.close("A1").await, GatewayAnswer::Paid(_)));
    world.sandbox.stop().await;
}

#[actix_web::test]
async fn paid_between_the_last_look_and_the_close_is_paid() {
    let world = World::new().await;
    world.created("A1").await;
    let switches = json!({"paid_while_closing": true});
    world.switches("A1", switches).await;
    assert_eq!(world.query("A1").await, GatewayAnswer::Open);
    assert!(matches!(world.close("A1").await, GatewayAnswer::Paid(_)));
    world.sandbox.stop().await;
}

#[actix_web::test]
async fn a_close_that_did_nothing_is_not_believed() {
    let world = World::new().await;
    world.created("A1").await;
    world
        .switches("A1", json!({"close_without_effect": true}))
        .await;
    assert!(is_unknown(&world.close("A1").await));
    // Nor is it for a number that the gateway has never heard of.
    world
        .switches("A2", json!({"close_without_effect": true}))
        .await;
    assert_eq!(world.close("A2").await, GatewayAnswer::NotCreated);
    world.pay_now("A1").await;
    until(async || matches!(world.query("A1").await, GatewayAnswer::Paid(_))).await;
    world.sandbox.stop().await;
}

#[actix_web::test]
async fn stopping_does_not_wait_for_calls_that_are_never_answered() {
    let world = World::new().await;
    world.created("A1").await;
    world.switches("A1", json!({"no_answer": true})).await;
    assert!(is_unknown(&world.query("A1").await));
    let stop = world.sandbox.stop();
    tokio::time::timeout(std::time::Duration::from_secs(5), stop)
        .await
        .expect("it stops");
}
