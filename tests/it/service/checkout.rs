//! Creating payments, whatever breaks off in between.

use chrono::{TimeDelta, Utc};
use serde_json::json;
use stockdesk::domain::payment::{GatewayAnswer, PaymentState};
use stockdesk::gateway::PaymentGateway;
use stockdesk::store::mysql::orders::{Closing, closing_begin};
use stockdesk::workers::DueOrders;

use super::till::{Till, cancel, number, staff};
use crate::eventually::eventually;
use crate::gateway::world::sent;

async fn next_look(till: &Till, order_no: &str) -> chrono::DateTime<Utc> {
    sqlx::query_scalar("SELECT next_action_at FROM orders WHERE order_no = ?")
        .bind(order_no)
        .fetch_one(till.world.desk.pool())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_payment_is_created_once_and_its_address_kept() {
    let till = Till::new().await;
    till.world.stock("A", 10).await;
    till.placed("R1", &[("A", 1)]).await;
    let placed = till.order("R1").await;
    assert_eq!(placed.payment_state, Some(PaymentState::Unsent));
    let first_look = next_look(&till, "R1").await;
    assert_eq!(first_look - placed.created_at, TimeDelta::seconds(15));

    till.cashier.checkout_soon(&number("R1"));
    till.cashier.checkout_soon(&number("R1"));
    eventually("it is open", async || {
        till.order("R1").await.payment_state == Some(PaymentState::Open)
    })
    .await;
    till.cashier.checkout(&number("R1")).await.unwrap();
    let order = till.order("R1").await;
    let url = format!("{}/pay/R1", till.sandbox.url());
    assert_eq!(order.payment_url, Some(url));
    assert_eq!(till.events("R1").await, ["payment_created"]);
    // The next look is at the deadline.
    assert_eq!(Some(next_look(&till, "R1").await), order.pay_deadline);
}

#[tokio::test]
async fn what_a_crash_or_a_lost_answer_left_undone_is_done_by_a_worker() {
    let till = Till::new().await;
    till.world.stock("A", 10).await;
    // Nobody got to it; the answer was lost; the gateway was down.
    till.placed("R1", &[("A", 1)]).await;
    till.placed("R2", &[("A", 1)]).await;
    till.switches("R2", json!({"drop_connection": true})).await;
    let state = till.cashier.checkout(&number("R2")).await.unwrap();
    assert_eq!(state, Some(PaymentState::Sent));
    till.placed("R3", &[("A", 1)]).await;
    till.switches("R3", json!({"http_500": true})).await;
    till.cashier.checkout(&number("R3")).await.unwrap();
    assert_eq!(till.events("R3").await, ["gateway_unknown no_answer"]);

    till.all_switches_off().await;
    let worker = DueOrders::new(till.cashier.clone());
    assert_eq!(
        worker.run_once(Utc::now()).await.unwrap().done,
        0,
        "not yet"
    );
    let later = Utc::now() + TimeDelta::seconds(16);
    assert_eq!(worker.run_once(later).await.unwrap().done, 3);
    for order_no in ["R1", "R2", "R3"] {
        let order = till.order(order_no).await;
        assert_eq!(order.payment_state, Some(PaymentState::Open), "{order_no}");
    }
    assert_eq!(worker.run_once(later).await.unwrap().done, 0, "all done");
}

#[tokio::test]
async fn a_gateway_that_refuses_is_asked_again_and_the_order_still_times_out() {
    let till = Till::new().await;
    till.world.stock("A", 10).await;
    till.placed("R1", &[("A", 1)]).await;
    // The number is closed at the gateway already.
    let gateway = till.cashier.gateways().get("sandbox").unwrap();
    gateway.close(&sent("R1")).await;
    let state = till.cashier.checkout(&number("R1")).await.unwrap();
    assert_eq!(state, Some(PaymentState::Sent));
    assert_eq!(till.events("R1").await, ["gateway_unknown refused"]);
    let worker = DueOrders::new(till.cashier.clone());
    worker
        .run_once(super::till::after_deadline())
        .await
        .unwrap();
    assert_eq!(till.status("R1").await.as_str(), "cancelled");
    assert_eq!(till.world.levels("A").await, (10, 0));
}

#[tokio::test]
async fn an_order_past_its_deadline_or_cancelled_is_not_sent() {
    let till = Till::new().await;
    till.world.stock("A", 10).await;
    till.placed("R1", &[("A", 1)]).await;
    till.cashier
        .create_payment(&number("R1"), super::till::after_deadline())
        .await
        .unwrap();
    assert_eq!(
        till.order("R1").await.payment_state,
        Some(PaymentState::Unsent)
    );
    till.cancel("R1").await.unwrap();
    till.cashier.checkout(&number("R1")).await.unwrap();
    let gateway = till.cashier.gateways().get("sandbox").unwrap();
    let asked = gateway.query(&sent("R1")).await;
    assert_eq!(
        asked,
        GatewayAnswer::NotCreated,
        "the gateway has never heard of it"
    );
}

#[tokio::test]
async fn an_order_that_began_to_close_unsent_is_not_sent_before_it_is_cancelled() {
    let till = Till::new().await;
    till.world.stock("A", 10).await;
    till.placed("R1", &[("A", 1)]).await;
    // Its canceller died right after the order began to close.
    let pool = till.world.desk.pool();
    let now = Utc::now();
    let begun = closing_begin(pool, &cancel("R1"), &staff(), now, now).await;
    assert!(matches!(begun, Ok(Closing::Begun(_))), "{begun:?}");
    let state = till.cashier.checkout(&number("R1")).await.unwrap();
    assert_eq!(state, Some(PaymentState::Unsent));
    let gateway = till.cashier.gateways().get("sandbox").unwrap();
    let asked = gateway.query(&sent("R1")).await;
    assert_eq!(asked, GatewayAnswer::NotCreated);

    let worker = DueOrders::new(till.cashier.clone());
    worker.run_once(Utc::now()).await.unwrap();
    let order = till.order("R1").await;
    assert_eq!(order.evidence.unwrap().code, "never_created");
    assert_eq!(order.cancel_reason.as_deref(), Some("customer_asked"));
    assert_eq!(till.world.levels("A").await, (10, 0));
}
