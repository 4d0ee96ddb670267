//! Close before cancel: what gives stock back, and what never does.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use stockdesk::domain::order::OrderStatus;
use stockdesk::domain::payment::{GatewayAnswer, PaymentState};
use stockdesk::domain::rejection::{Rejection, ServiceError, ServiceResult};
use stockdesk::gateway::PaymentGateway;
use stockdesk::workers::DueOrders;

use super::till::{Till, after_deadline, cancel, number, staff};
use crate::eventually::eventually;
use crate::gateway::world::sent;
use crate::harness::world::{order, shop};

fn rejection<T: std::fmt::Debug>(result: ServiceResult<T>) -> Rejection {
    match result {
        Err(ServiceError::Rejected(rejection)) => rejection,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_closed_payment_gives_the_stock_back_with_its_evidence() {
    let till = Till::new().await;
    till.world.stock("A", 10).await;
    till.open("R1", &[("A", 3)]).await;
    assert_eq!(till.world.levels("A").await, (7, 3));

    let cancelled = till.cancel_as("R1", staff()).await.unwrap();
    assert!(!cancelled.replayed);
    assert_eq!(cancelled.receipt.status, OrderStatus::Cancelled);
    assert_eq!(cancelled.receipt.lines[0].available, Some(10));
    assert_eq!(till.world.levels("A").await, (10, 0));
    assert_eq!(till.world.gate("A").await, (Some(10), 0));

    let order = till.order("R1").await;
    let evidence = order.evidence.unwrap();
    assert_eq!(
        (evidence.gateway.as_str(), evidence.code.as_str()),
        ("sandbox", "CLOSED")
    );
    assert_eq!(evidence.digest.len(), 64);
    assert_eq!(order.payment_state, Some(PaymentState::Closed));
    assert_eq!(order.cancel_reason.as_deref(), Some("customer_asked"));
    assert_eq!(order.cancel_note.as_deref(), Some("by telephone"));
    assert!(order.lines[0].reversed_by.is_some());
    assert_eq!(
        till.events("R1").await,
        [
            "payment_created",
            "closing customer_asked",
            "cancelled CLOSED"
        ]
    );
}

#[tokio::test]
async fn of_three_open_orders_cancelling_one_twice_returns_that_one_once() {
    let till = Till::new().await;
    till.world.stock("A", 10).await;
    for (order_no, units) in [("R1", 1), ("R2", 2), ("R3", 3)] {
        till.open(order_no, &[("A", units)]).await;
    }
    let first = till.cancel("R1").await.unwrap();
    let second = till.cancel("R1").await.unwrap();
    assert!(!first.replayed && second.replayed);
    assert_eq!(first.receipt, second.receipt);
    assert_eq!(till.world.levels("A").await, (5, 5));
    assert_eq!(till.returns("R1").await, 1);
    for other in ["R2", "R3"] {
        assert_eq!(till.status(other).await, OrderStatus::Pending);
        assert_eq!(till.returns(other).await, 0);
    }
}

#[tokio::test]
async fn paid_while_being_closed_is_paid_and_stays_deducted() {
    let till = Till::new().await;
    till.world.stock("A", 10).await;
    for (order_no, switch) in [("R1", "paid_while_closing"), ("R2", "already_paid")] {
        till.open(order_no, &[("A", 3)]).await;
        till.switches(order_no, json!({switch: true})).await;
        assert_eq!(
            rejection(till.cancel(order_no).await),
            Rejection::AlreadyPaid
        );
        let order = till.order(order_no).await;
        assert_eq!(order.status, OrderStatus::Paid);
        assert!(order.transaction_id.is_some() && order.paid_at.is_some());
        assert_eq!(till.returns(order_no).await, 0);
        // However often it is asked, and by whom.
        assert_eq!(
            rejection(till.cancel(order_no).await),
            Rejection::AlreadyPaid
        );
    }
    assert_eq!(till.world.levels("A").await, (4, 0));
    // The notifications come as well, and change nothing.
    eventually("the notifications are stored", async || {
        till.payments("R1", "order_paid").await == 1 && till.payments("R2", "order_paid").await == 1
    })
    .await;
    assert_eq!(till.world.levels("A").await, (4, 0));
}

#[tokio::test]
async fn without_proof_the_stock_stays_held_and_is_returned_once_it_comes() {
    let till = Till::new().await;
    till.world.stock("A", 100).await;
    let faults = [
        ("R1", json!({"no_answer": true}), "no_answer"),
        ("R2", json!({"bad_signature": true}), "no_answer"),
        ("R3", json!({"http_500": true}), "no_answer"),
        ("R4", json!({"close_without_effect": true}), "no_answer"),
        (
            "R5",
            json!({"no_answer": true, "on": ["close"]}),
            "no_answer",
        ),
    ];
    for (order_no, fault, detail) in &faults {
        till.open(order_no, &[("A", 2)]).await;
        till.switches(order_no, fault.clone()).await;
        let closing = till.cancel(order_no).await.unwrap();
        assert_eq!(closing.receipt.status, OrderStatus::Closing, "{fault}");
        let events = till.events(order_no).await;
        let heard = format!("gateway_unknown {detail}");
        assert_eq!(events.last(), Some(&heard), "{fault}");
    }
    assert_eq!(till.world.levels("A").await, (90, 10));
    // Nor does time help: a day later it is held as it was.
    let worker = DueOrders::new(till.cashier.clone());
    let day = chrono::TimeDelta::days(1);
    for _ in 0..3 {
        let round = worker.run_once(chrono::Utc::now() + day).await.unwrap();
        assert!(round.done <= faults.len());
    }
    assert_eq!(till.world.levels("A").await, (90, 10));

    till.all_switches_off().await;
    worker.run_once(chrono::Utc::now() + day * 3).await.unwrap();
    assert_eq!(till.world.levels("A").await, (100, 0));
    for (order_no, _, _) in &faults {
        let order = till.order(order_no).await;
        assert_eq!(order.status, OrderStatus::Cancelled);
        // The reason is still that of the person who asked first.
        assert_eq!(order.cancel_reason.as_deref(), Some("customer_asked"));
        let unknown = order
            .events
            .iter()
            .filter(|e| e.kind.as_str() == "gateway_unknown");
        assert_eq!(unknown.count(), 1, "the same news is told once");
        assert!(till.cancel(order_no).await.unwrap().replayed);
    }
}

#[tokio::test]
async fn a_person_is_not_kept_waiting_and_the_work_goes_on() {
    let till = Till::patient(Duration::from_millis(50)).await;
    till.world.stock("A", 10).await;
    till.open("R1", &[("A", 1)]).await;
    till.switches("R1", json!({"slow_ms": 150})).await;
    let answer = till.cancel("R1").await.unwrap();
    assert_eq!(answer.receipt.status, OrderStatus::Closing);
    assert_eq!(till.world.levels("A").await, (9, 1));
    eventually("the cancel is finished without its asker", async || {
        till.status("R1").await == OrderStatus::Cancelled
    })
    .await;
    assert_eq!(till.world.levels("A").await, (10, 0));
}

#[tokio::test]
async fn the_payer_who_is_just_paying_is_waited_for() {
    let till = Till::new().await;
    till.world.stock("A", 10).await;
    till.open("R1", &[("A", 1)]).await;
    till.pay_as("R1", json!({"after_ms": 1_500})).await;
    let answer = till.cancel("R1").await.unwrap();
    assert_eq!(answer.receipt.status, OrderStatus::Closing);
    assert_eq!(
        till.order("R1").await.payment_state,
        Some(PaymentState::Paying)
    );
    eventually("the notification pays the order", async || {
        till.status("R1").await == OrderStatus::Paid
    })
    .await;
    assert_eq!(till.world.levels("A").await, (9, 0));
    assert_eq!(rejection(till.cancel("R1").await), Rejection::AlreadyPaid);
}

#[tokio::test]
async fn what_was_never_sent_to_a_gateway_needs_no_gateway() {
    let till = Till::new().await;
    till.world.stock("A", 10).await;
    till.placed("R1", &[("A", 1)]).await;
    // Nobody could answer: and nobody is asked.
    till.switches("R1", json!({"no_answer": true})).await;
    let answer = till.cancel("R1").await.unwrap();
    assert_eq!(answer.receipt.status, OrderStatus::Cancelled);
    let evidence = till.order("R1").await.evidence.unwrap();
    assert_eq!(evidence.code, "never_created");
    assert_eq!(evidence.gateway, "sandbox");
    // And now it can never be sent.
    let state = till.cashier.checkout(&number("R1")).await.unwrap();
    assert_eq!(state, Some(PaymentState::Closed));
    assert_eq!(till.world.levels("A").await, (10, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_being_created_while_its_order_is_cancelled_can_never_be_paid() {
    let till = Till::new().await;
    till.world.stock("A", 10).await;
    for round in 0..10 {
        let order_no = format!("R{round}");
        till.placed(&order_no, &[("A", 1)]).await;
        let slow_ms = (round % 5) * 4;
        let slow = json!({"slow_ms": slow_ms, "on": ["create"]});
        till.switches(&order_no, slow).await;
        till.cashier.checkout_soon(&number(&order_no));
        let answer = till.cancel(&order_no).await.unwrap();
        assert_eq!(answer.receipt.status, OrderStatus::Cancelled);
        // Whichever came first at the gateway, nobody can pay it.
        let gateway = till.cashier.gateways().get("sandbox").unwrap();
        let asked = gateway.query(&sent(&order_no)).await;
        let payable = matches!(asked, GatewayAnswer::Open | GatewayAnswer::InProgress);
        assert!(!payable, "{order_no}: {asked:?}");
    }
    assert_eq!(till.world.levels("A").await, (10, 0));
}

#[tokio::test]
async fn how_the_gateway_is_doing_can_be_seen() {
    let till = Till::new().await;
    till.world.stock("A", 10).await;
    let health = || till.cashier.gateways().health().remove(0);
    assert_eq!(
        (health().name.as_str(), health().answered),
        ("sandbox", None)
    );
    till.open("R1", &[("A", 1)]).await;
    assert!(health().answered.is_some());
    till.switches("R1", json!({"http_500": true})).await;
    till.cancel("R1").await.unwrap();
    assert_eq!(health().unanswered, 1);
}

#[tokio::test]
async fn an_order_that_is_unknown_or_needs_no_payment_is_refused() {
    let till = Till::new().await;
    till.world.stock("A", 10).await;
    assert_eq!(rejection(till.cancel("R1").await), Rejection::NotFound);
    let paid = order("R2", &[("A", 1)]);
    till.world.desk.post(paid, shop()).await.unwrap();
    assert_eq!(rejection(till.cancel("R2").await), Rejection::AlreadyPaid);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn worker_staff_and_shop_at_once_return_the_stock_once() {
    let till = Till::new().await;
    till.world.stock("A", 100).await;
    let second = till.second_cashier().await;
    for round in 0..5 {
        let order_no = format!("R{round}");
        till.open(&order_no, &[("A", 7)]).await;
        let people = (0..6).map(|n| {
            let cashier = if n % 2 == 0 { &till.cashier } else { &second };
            let actor = if n % 3 == 0 { staff() } else { shop() };
            let (cashier, cancel) = (cashier.clone(), cancel(&order_no));
            tokio::spawn(async move { cashier.cancel(cancel, actor).await })
        });
        let workers = [&till.cashier, &second].map(|cashier| {
            let worker = DueOrders::new(cashier.clone());
            tokio::spawn(async move { worker.run_once(after_deadline()).await })
        });
        let answers = join_all(people).await;
        for worker in join_all(workers).await {
            worker.unwrap().unwrap();
        }
        let answers: Vec<_> = answers.into_iter().map(|a| a.unwrap().unwrap()).collect();
        let first = answers.iter().filter(|a| !a.replayed).count();
        assert!(first <= 1, "one of them was the first, or the worker was");
        eventually("it is cancelled", async || {
            till.status(&order_no).await == OrderStatus::Cancelled
        })
        .await;
        assert_eq!(till.returns(&order_no).await, 1);
        assert_eq!(till.world.levels("A").await, (100, 0));
    }
    assert_eq!(till.world.gate("A").await, (Some(100), 0));
}
