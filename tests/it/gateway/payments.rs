//! Creating and asking, and what cannot be done to a payment.

use serde_json::json;
use stockdesk::domain::payment::{CreateAnswer, GatewayAnswer};
use stockdesk::gateway::PaymentGateway;

use super::world::{World, client, sent, yuan};

#[actix_web::test]
async fn a_payment_is_created_once_and_paid_once() {
    let world = World::new().await;
    assert_eq!(world.query("A1").await, GatewayAnswer::NotCreated);
    let url = world.created("A1").await;
    assert_eq!(url, world.created("A1").await);
    assert_eq!(world.query("A1").await, GatewayAnswer::Open);

    world.pay_now("A1").await;
    let GatewayAnswer::Paid(paid) = world.query("A1").await else {
        panic!("not paid");
    };
    assert_eq!(
        (paid.gateway.as_str(), paid.order_no.as_str()),
        ("sandbox", "A1")
    );
    assert_eq!(
        (paid.amount, paid.paid_at),
        (yuan(12_800), world.clock.now())
    );
    assert_eq!(world.pay("A1", json!({})).await, 409);
    // Asked to create it again, the gateway tells that it is paid, by the same transaction.
    let again = world.gateway.create(&world.payment("A1", 12_800)).await;
    assert_eq!(again, CreateAnswer::AlreadyPaid(paid));
    world.sandbox.stop().await;
}

#[actix_web::test]
async fn a_number_in_use_for_another_amount_is_refused() {
    let world = World::new().await;
    world.created("A1").await;
    let other = world.gateway.create(&world.payment("A1", 12_801)).await;
    assert_eq!(other, CreateAnswer::Refused("DIFFERENT_CONTENT".to_owned()));
    world.sandbox.stop().await;
}

#[actix_web::test]
async fn while_the_payer_pays_it_is_neither_open_nor_paid() {
    let world = World::new().await;
    world.created("A1").await;
    assert_eq!(world.pay("A1", json!({"after_ms": 10_000})).await, 204);
    assert_eq!(world.query("A1").await, GatewayAnswer::InProgress);
    assert_eq!(world.close("A1").await, GatewayAnswer::InProgress);
    world.clock.advance_s(10);
    super::world::until(async || matches!(world.query("A1").await, GatewayAnswer::Paid(_))).await;
    world.sandbox.stop().await;
}

#[actix_web::test]
async fn a_wrong_secret_is_ours_to_mend_and_proves_nothing() {
    let world = World::new().await;
    world.created("A1").await;
    let stranger = client(world.sandbox.url(), b"not the secret", &world.clock);
    let why = "the gateway does not accept our signature".to_owned();
    let refused = GatewayAnswer::Refused(why.clone());
    assert_eq!(stranger.query(&sent("A1")).await, refused);
    assert_eq!(stranger.close(&sent("A1")).await, refused);
    assert_eq!(
        stranger.create(&world.payment("A2", 1)).await,
        CreateAnswer::Refused(why)
    );
    assert_eq!(world.query("A1").await, GatewayAnswer::Open);
    assert_eq!(world.query("A2").await, GatewayAnswer::NotCreated);
    world.sandbox.stop().await;
}

#[actix_web::test]
async fn clocks_that_differ_too_much_prove_nothing() {
    let world = World::new().await;
    world.created("A1").await;
    // The client's clock runs on; the sandbox reads another one.
    let ahead = super::world::Clock::at(world.clock.now() + chrono::TimeDelta::seconds(301));
    let early = client(world.sandbox.url(), super::world::SECRET, &ahead);
    assert!(matches!(
        early.query(&sent("A1")).await,
        GatewayAnswer::Refused(_)
    ));
    world.sandbox.stop().await;
}

#[actix_web::test]
async fn nobody_listening_is_unknown() {
    let world = World::new().await;
    let nowhere = client("http://127.0.0.1:1", b"secret", &world.clock);
    let unknown = GatewayAnswer::Unknown("cannot connect".to_owned());
    assert_eq!(nowhere.query(&sent("A1")).await, unknown);
    assert_eq!(nowhere.close(&sent("A1")).await, unknown);
    assert!(matches!(
        nowhere.create(&world.payment("A1", 1)).await,
        CreateAnswer::Unknown(_)
    ));
    world.sandbox.stop().await;
}
