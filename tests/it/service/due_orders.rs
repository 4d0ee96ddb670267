//! Orders that are not paid in time, and how instances share them.

use chrono::{TimeDelta, Utc};
use stockdesk::domain::order::OrderStatus;
use stockdesk::workers::DueOrders;

use super::till::{Till, after_deadline};
use crate::eventually::eventually;

#[tokio::test]
async fn an_order_not_paid_in_time_is_cancelled_and_no_other() {
    let till = Till::new().await;
    till.world.stock("A", 10).await;
    till.open("R1", &[("A", 2)]).await;
    till.open("R3", &[("A", 1)]).await;
    till.pay("R3").await;
    eventually("R3 is paid", async || {
        till.status("R3").await == OrderStatus::Paid
    })
    .await;
    let worker = DueOrders::new(till.cashier.clone());
    let early = Utc::now() + TimeDelta::minutes(14);
    assert_eq!(worker.run_once(early).await.unwrap().done, 0);
    assert_eq!(till.world.levels("A").await, (7, 2));
    till.placed("R2", &[("A", 3)]).await;

    assert_eq!(worker.run_once(after_deadline()).await.unwrap().done, 2);
    assert_eq!(till.world.levels("A").await, (9, 0));
    for (order_no, code) in [("R1", "CLOSED"), ("R2", "never_created")] {
        let order = till.order(order_no).await;
        assert_eq!(order.status, OrderStatus::Cancelled);
        assert_eq!(order.cancel_reason.as_deref(), Some("not_paid"));
        assert_eq!(order.evidence.unwrap().code, code);
        let last = order.events.last().map(|e| e.actor.as_str());
        assert_eq!(last, Some("worker:timeout_cancel"));
    }
    assert_eq!(till.status("R3").await, OrderStatus::Paid);
    assert_eq!(worker.run_once(after_deadline()).await.unwrap().done, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_share_the_orders() {
    let till = Till::new().await;
    till.world.stock("A", 100).await;
    for n in 0..30 {
        till.placed(&format!("R{n}"), &[("A", 1)]).await;
    }
    let second = till.second_cashier().await;
    let now = after_deadline();
    // Ten at a time, both at once: nobody gets what the other one has.
    let mut claimed = Vec::new();
    loop {
        let (a, b) = tokio::join!(till.cashier.claim_due(now, 10), second.claim_due(now, 10));
        let (a, b) = (a.unwrap(), b.unwrap());
        if a.is_empty() && b.is_empty() {
            break;
        }
        claimed.extend(a.into_iter().chain(b).map(|due| due.order_no));
    }
    assert_eq!(claimed.len(), 30);
    claimed.sort();
    claimed.dedup();
    assert_eq!(claimed.len(), 30);
    // Whoever claimed them has died: after the lease they come again.
    let workers = [DueOrders::new(till.cashier.clone()), DueOrders::new(second)];
    let later = now + TimeDelta::seconds(61);
    let (a, b) = tokio::join!(workers[0].run_once(later), workers[1].run_once(later));
    assert_eq!(a.unwrap().done + b.unwrap().done, 30);
    assert_eq!(till.world.levels("A").await, (100, 0));
}
