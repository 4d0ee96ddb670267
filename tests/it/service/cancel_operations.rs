//! Orders cancelled by staff: the operation asks the gateway first, and waits for its answer.

use serde_json::json;
use stockdesk::domain::ids::OpId;
use stockdesk::domain::operation::{NewOperation, OpKind, OpStatus, OpTarget};
use stockdesk::domain::order::OrderStatus;
use stockdesk::domain::reason::Reason;
use stockdesk::domain::rejection::Rejection;
use stockdesk::domain::survey::Step;
use stockdesk::service::operations::How;
use stockdesk::service::{Audit, Operations};

use super::office::{chen, li, new, refused};
use super::till::{Till, number};

fn operations(till: &Till) -> Operations {
    let desk = &till.world.desk;
    let audit = Audit::new(desk.pool().clone(), desk.clock().clone());
    Operations::new(till.cashier.clone(), audit, desk.clock().clone(), 100)
}

fn cancel(order_no: &str) -> NewOperation {
    let target = OpTarget::Order(number(order_no));
    new(OpKind::Cancel, target, Reason::CustomerAsked)
}

/// A supervisor's draft that cancels R1.
async fn drafted(operations: &Operations) -> OpId {
    let drafted = operations.draft(cancel("R1"), &chen()).await;
    drafted.unwrap().operation().op
}

#[tokio::test]
async fn a_supervisor_cancels_an_order_once() {
    let till = Till::new().await;
    till.world.stock("A", 10).await;
    till.open("R1", &[("A", 2)]).await;
    let operations = operations(&till);
    assert_eq!(
        refused(operations.draft(cancel("R1"), &li()).await),
        Rejection::Forbidden
    );
    let op = drafted(&operations).await;
    let preview = operations.preview(op, &chen()).await.unwrap();
    let line = &preview.survey.lines[0];
    assert_eq!(line.available, Some(Step { now: 8, change: 2 }));
    assert_eq!(line.reserved, Step { now: 2, change: -2 });
    assert_eq!(line.on_hand(), Some(Step { now: 10, change: 0 }));

    let done = operations.confirm(op, 1, &chen()).await.unwrap();
    assert_eq!(
        (done.how, done.operation.status),
        (How::Applied, OpStatus::Applied)
    );
    assert_eq!(done.operation.result[0].available, Some(10));
    assert_eq!(
        operations.confirm(op, 1, &chen()).await.unwrap().how,
        How::Again
    );
    assert_eq!(till.status("R1").await, OrderStatus::Cancelled);
    assert_eq!(till.order("R1").await.cancel_op, Some(op));
    assert_eq!(
        refused(operations.draft(cancel("R1"), &chen()).await),
        Rejection::OrderCancelled
    );
}

#[tokio::test]
async fn while_the_gateway_is_silent_it_waits_and_asking_again_does_no_harm() {
    let till = Till::new().await;
    till.world.stock("A", 10).await;
    till.open("R1", &[("A", 2)]).await;
    let operations = operations(&till);
    let op = drafted(&operations).await;
    let late = drafted(&operations).await;
    till.switches("R1", json!({"http_500": true})).await;
    let waits = operations.confirm(op, 1, &chen()).await.unwrap();
    assert_eq!(
        (waits.how, waits.operation.status),
        (How::Waiting, OpStatus::Waiting)
    );
    assert_eq!(
        operations.confirm(op, 1, &chen()).await.unwrap().how,
        How::Again
    );
    assert_eq!(
        operations.confirm(late, 1, &chen()).await.unwrap().how,
        How::ByOthers
    );
    assert_eq!(till.world.levels("A").await, (8, 2));
    till.all_switches_off().await;
    // A try that nobody waited for any more may have come first.
    let done = operations.confirm(op, 1, &chen()).await.unwrap();
    assert_eq!(done.operation.status, OpStatus::Applied);
    assert_ne!(done.how, How::Waiting);
    assert_eq!(till.world.levels("A").await, (10, 0));
    assert_eq!(
        refused(operations.confirm(late, 1, &chen()).await),
        Rejection::OrderCancelled
    );
}

#[tokio::test]
async fn a_customer_who_had_paid_keeps_the_order() {
    let till = Till::new().await;
    till.world.stock("A", 10).await;
    till.open("R1", &[("A", 2)]).await;
    let operations = operations(&till);
    let op = drafted(&operations).await;
    till.switches("R1", json!({"already_paid": true, "no_notification": true}))
        .await;
    assert_eq!(
        refused(operations.confirm(op, 1, &chen()).await),
        Rejection::AlreadyPaid
    );
    let stored = operations.fetch(op).await.unwrap();
    assert_eq!(stored.status, OpStatus::Refused);
    assert_eq!(stored.refusal, Some(Rejection::AlreadyPaid));
    let preview = operations.preview(op, &chen()).await.unwrap();
    assert_eq!(preview.problem, Some(Rejection::AlreadyPaid));
    assert_eq!(till.world.levels("A").await, (8, 0));
}
