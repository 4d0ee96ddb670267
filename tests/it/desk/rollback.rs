//! Undoing: once, whoever tries, and never ahead of its deduction.

use futures_util::future::join_all;
use stockdesk::domain::rejection::{Rejection, ServiceError};

use crate::harness::world::{World, order, rollback, shop, unpaid_order};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_document_is_rolled_back_once_however_often_it_is_asked() {
    let world = World::new().await;
    world.stock("A", 5).await;
    world
        .desk
        .post(order("A1", &[("A", 2)]), shop())
        .await
        .unwrap();
    let asked = (0..20).map(|_| {
        let desk = world.desk.clone();
        tokio::spawn(async move { desk.rollback(rollback("A1"), shop()).await.unwrap() })
    });
    let answers: Vec<_> = join_all(asked)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert_eq!(answers.iter().filter(|a| !a.replayed).count(), 1);
    assert!(answers.iter().all(|a| a.receipt == answers[0].receipt));
    assert_eq!(world.levels("A").await.0, 5);
    assert_eq!(world.gate("A").await, (Some(5), 0));
    assert_eq!(world.entries("A1").await, 2);
}

#[tokio::test]
async fn returned_units_can_be_sold_at_once() {
    let world = World::new().await;
    world.stock("A", 1).await;
    for n in 0..10 {
        let order_no = format!("A{n}");
        world
            .desk
            .post(order(&order_no, &[("A", 1)]), shop())
            .await
            .unwrap();
        world
            .desk
            .rollback(rollback(&order_no), shop())
            .await
            .unwrap();
    }
    assert_eq!(world.gate("A").await, (Some(1), 0));
}

#[tokio::test]
async fn a_rollback_before_its_deduction_fences_it() {
    let world = World::new().await;
    world.stock("A", 5).await;
    let fenced = world.desk.rollback(rollback("LATE"), shop()).await.unwrap();
    assert!(fenced.receipt.fenced && !fenced.replayed);
    assert!(
        world
            .desk
            .rollback(rollback("LATE"), shop())
            .await
            .unwrap()
            .replayed
    );
    let late = world.desk.post(order("LATE", &[("A", 2)]), shop()).await;
    assert!(
        matches!(late, Err(ServiceError::Rejected(Rejection::RolledBack))),
        "{late:?}"
    );
    assert_eq!(world.levels("A").await.0, 5);
    assert_eq!(world.gate("A").await, (Some(5), 0));
}

#[tokio::test]
async fn an_order_that_waits_for_payment_is_not_rolled_back() {
    let world = World::new().await;
    world.stock("A", 5).await;
    world
        .desk
        .post(unpaid_order("A1", &[("A", 2)]), shop())
        .await
        .unwrap();
    assert_eq!(world.levels("A").await, (3, 2));
    let answer = world.desk.rollback(rollback("A1"), shop()).await;
    assert!(matches!(
        answer,
        Err(ServiceError::Rejected(Rejection::CancelTheOrder))
    ));
    assert_eq!(world.levels("A").await, (3, 2));
}
