//! What the sandbox knows after a restart.

use std::io::Write;

use stockdesk::domain::payment::{CreateAnswer, GatewayAnswer};
use stockdesk::gateway::PaymentGateway;

use super::world::World;

#[actix_web::test]
async fn payments_and_tombstones_outlive_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let journal = dir.path().join("sandbox-pay.jsonl");
    let world = World::with_journal(journal.clone()).await;
    world.created("open").await;
    world.created("paid").await;
    world.pay_now("paid").await;
    world.created("closed").await;
    assert!(matches!(
        world.close("closed").await,
        GatewayAnswer::Closed(_)
    ));
    assert!(matches!(
        world.close("never").await,
        GatewayAnswer::Closed(_)
    ));
    let paid = world.query("paid").await;
    world.sandbox.stop().await;

    // The process died in the middle of a record.
    let mut file = std::fs::OpenOptions::new()
        .append(true)
        .open(&journal)
        .unwrap();
    file.write_all(b"\n{\"order_no\":\"open\",\"state\":\"CLO")
        .unwrap();

    let world = World::with_journal(journal.clone()).await;
    assert_eq!(world.query("open").await, GatewayAnswer::Open);
    assert_eq!(world.query("paid").await, paid);
    assert!(matches!(
        world.query("closed").await,
        GatewayAnswer::Closed(_)
    ));
    let late = world.gateway.create(&world.payment("never", 12_800)).await;
    assert_eq!(late, CreateAnswer::Refused("ORDER_CLOSED".to_owned()));
    world.pay_now("open").await;
    let text = std::fs::read_to_string(&journal).unwrap();
    assert!(!text.contains("\"CLO\n"), "the torn record is gone");
    world.sandbox.stop().await;
}

#[actix_web::test]
async fn two_sandboxes_cannot_share_a_journal() {
    let dir = tempfile::tempdir().unwrap();
    let journal = dir.path().join("new").join("sandbox-pay.jsonl");
    let world = World::with_journal(journal.clone()).await;
    let second = stockdesk::sandbox_pay::start(stockdesk::sandbox_pay::Config {
        listen: ([127, 0, 0, 1], 0).into(),
        public_url: None,
        secret: b"another".to_vec(),
        journal: Some(journal),
        notify_after: Vec::new(),
        clock: world.clock.reader(),
    })
    .await;
    let error = second.err().expect("refused").to_string();
    assert!(error.ends_with("is in use by another sandbox"), "{error}");
    world.sandbox.stop().await;
}
