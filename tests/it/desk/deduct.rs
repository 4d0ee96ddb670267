//! Deducting: never more than there is, never twice, all lines or none.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::future::join_all;
use sqlx::{Connection, Executor, MySqlConnection};
use stockdesk::domain::receipt::PostReceipt;
use stockdesk::domain::rejection::{Rejection, ServiceError, ServiceResult};
use tokio::time::timeout;

use crate::harness::world::{World, order, rollback, shop, sku};

fn refused<T: std::fmt::Debug>(result: ServiceResult<T>) -> Rejection {
    match result {
        Err(ServiceError::Rejected(rejection)) => rejection,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_claims_for_few_units_sell_each_unit_once() {
    let world = World::new().await;
    world.stock("HOT", 100).await;
    let claims = (0..500).map(|n| {
        let desk = world.desk.clone();
        tokio::spawn(async move {
            desk.post(order(&format!("A{n}"), &[("HOT", 1)]), shop())
                .await
        })
    });
    let (mut sold, mut short) = (HashSet::new(), 0);
    for claim in join_all(claims).await {
        match claim.unwrap() {
            Ok(applied) => assert!(sold.insert(applied.receipt.lines[0].available)),
            Err(ServiceError::Rejected(Rejection::InsufficientStock { lines })) => {
                assert_eq!((lines[0].sku.as_str(), lines[0].requested), ("HOT", 1));
                short += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((sold.len(), short), (100, 400));
    assert_eq!(world.levels("HOT").await, (0, 0));
    assert_eq!(world.gate("HOT").await, (Some(0), 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_order_sent_fifty_times_deducts_once_and_all_get_its_receipt() {
    let world = World::new().await;
    world.stock("CUP", 10).await;
    let receipts = send_fifty(&world, "A1").await;
    assert_eq!(receipts.iter().filter(|(_, replayed)| !replayed).count(), 1);
    world.flush_gate().await;
    let again = send_fifty(&world, "A1").await;
    assert!(again.iter().all(|(_, replayed)| *replayed));
    assert!(
        receipts
            .iter()
            .chain(&again)
            .all(|(receipt, _)| *receipt == receipts[0].0)
    );
    assert_eq!(world.levels("CUP").await, (8, 0));
    assert_eq!(world.entries("A1").await, 1);
}

async fn send_fifty(world: &World, order_no: &str) -> Vec<(PostReceipt, bool)> {
    let sent = (0..50).map(|_| {
        let (desk, order) = (world.desk.clone(), order(order_no, &[("CUP", 2)]));
        tokio::spawn(async move { desk.post(order, shop()).await.unwrap() })
    });
    let answers = join_all(sent).await.into_iter().map(Result::unwrap);
    answers.map(|a| (a.receipt, a.replayed)).collect()
}

#[tokio::test]
async fn an_order_takes_all_of_its_lines_or_none() {
    let world = World::new().await;
    world.stock("A", 5).await;
    world.stock("B", 1).await;
    let refusal = refused(
        world
            .desk
            .post(order("A1", &[("A", 2), ("B", 2)]), shop())
            .await,
    );
    let Rejection::InsufficientStock { lines } = refusal else {
        panic!("{refusal:?}")
    };
    let short = (
        lines.len(),
        lines[0].sku.as_str(),
        lines[0].requested,
        lines[0].available,
    );
    assert_eq!(short, (1, "B", 2, 1));
    assert_eq!(world.levels("A").await.0, 5);
    assert_eq!(world.entries("A1").await, 0);
    let gate = (world.gate("A").await, world.gate("B").await);
    assert_eq!(gate, ((Some(5), 0), (Some(1), 0)));
}

#[tokio::test]
async fn lines_of_one_sku_are_one_deduction() {
    let world = World::new().await;
    world.stock("A", 5).await;
    let post = order("A1", &[("A", 2), ("A", 3)]);
    let applied = world.desk.post(post, shop()).await.unwrap();
    assert_eq!(applied.receipt.lines.len(), 1);
    assert_eq!(
        (
            applied.receipt.lines[0].delta,
            applied.receipt.lines[0].available
        ),
        (-5, Some(0))
    );
}

#[tokio::test]
async fn a_retry_after_stock_ran_out_is_a_replay() {
    let world = World::new().await;
    world.stock("A", 2).await;
    let first = world
        .desk
        .post(order("A1", &[("A", 2)]), shop())
        .await
        .unwrap();
    let again = world
        .desk
        .post(order("A1", &[("A", 2)]), shop())
        .await
        .unwrap();
    assert!(again.replayed && again.receipt == first.receipt);
    world.flush_gate().await;
    let again = world
        .desk
        .post(order("A1", &[("A", 2)]), shop())
        .await
        .unwrap();
    assert!(again.replayed && again.receipt == first.receipt);
    assert_eq!(world.gate("A").await, (Some(0), 0));
}

#[tokio::test]
async fn a_number_used_before_with_other_content_is_refused() {
    let world = World::new().await;
    world.stock("A", 9).await;
    world
        .desk
        .post(order("A1", &[("A", 2)]), shop())
        .await
        .unwrap();
    for flushed in [false, true] {
        if flushed {
            world.flush_gate().await;
        }
        let refusal = refused(world.desk.post(order("A1", &[("A", 3)]), shop()).await);
        assert_eq!(refusal, Rejection::DifferentContent);
    }
    assert_eq!(world.levels("A").await.0, 7);
}

#[tokio::test]
async fn unknown_skus_are_named() {
    let world = World::new().await;
    world.stock("A", 9).await;
    let post = order("A1", &[("A", 1), ("NO '; DROP", 1), ("😀", 1)]);
    let refusal = refused(world.desk.post(post, shop()).await);
    assert_eq!(
        refusal,
        Rejection::UnknownStock {
            skus: vec![sku("NO '; DROP"), sku("😀")]
        }
    );
}

#[tokio::test]
async fn unlimited_stock_never_runs_out_and_has_no_balance() {
    let world = World::new().await;
    world.stock("GIFT", -1).await;
    let applied = world
        .desk
        .post(order("A1", &[("GIFT", 900_000)]), shop())
        .await
        .unwrap();
    assert_eq!(applied.receipt.lines[0].available, None);
    world.desk.rollback(rollback("A1"), shop()).await.unwrap();
    assert_eq!(world.gate("GIFT").await, (Some(-1), 0));
    assert_eq!(world.levels("GIFT").await, (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_share_the_stock() {
    let world = World::new().await;
    world.stock("HOT", 100).await;
    let desks = [world.desk.clone(), world.second_desk().await];
    let claims = (0..300).map(|n| {
        // Every order is sent to both instances at once.
        let desk = desks[n % 2].clone();
        let post = order(&format!("A{}", n / 2), &[("HOT", 1)]);
        tokio::spawn(async move { desk.post(post, shop()).await.is_ok() })
    });
    let sold = join_all(claims)
        .await
        .into_iter()
        .filter(|ok| *ok.as_ref().unwrap())
        .count();
    assert_eq!(world.levels("HOT").await.0, 0);
    let entries = world.count(
        "SELECT COUNT(DISTINCT document) FROM ledger WHERE kind = ?",
        "deduct",
    );
    assert_eq!(entries.await, 100);
    assert!((100..=200).contains(&sold), "{sold}");
}

/// A row as only a hand could have left it: there is no next version.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_decided_keeps_nothing_else_from_being_sold() {
    let world = World::new().await;
    for name in ["CUP", "BROKEN"] {
        world.stock(name, 10).await;
    }
    let last = "UPDATE stock SET version = 18446744073709551615 WHERE sku = 'BROKEN'";
    let done = sqlx::query(last).execute(world.desk.pool()).await;
    done.expect("the row");
    let claims = (0..8).map(|n| {
        let (desk, name) = (world.desk.clone(), if n == 3 { "BROKEN" } else { "CUP" });
        async move {
            let sold = desk.post(order(&format!("B{n}"), &[(name, 1)]), shop());
            (name, sold.await)
        }
    });
    for (name, sold) in join_all(claims).await {
        match name {
            "CUP" => drop(sold.expect("sold")),
            _ => assert!(matches!(sold, Err(ServiceError::Internal(_))), "{sold:?}"),
        }
    }
    assert_eq!(world.levels("CUP").await, (3, 0));
    assert_eq!(world.levels("BROKEN").await, (10, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_claim_does_not_wait_for_a_database_that_hangs() {
    let world = World::new().await;
    world.stock("GONE", 0).await;
    let short = |number: &str| world.desk.post(order(number, &[("GONE", 1)]), shop());
    refused(short("G0").await);
    let lock = MySqlConnection::connect(&world.database_url).await;
    let mut lock = lock.expect("a connection");
    let locked = lock.execute("LOCK TABLES documents WRITE").await;
    locked.expect("a lock");
    let waited = timeout(Duration::from_secs(20), short("G1")).await;
    let waited = waited.expect("an answer while it hangs");
    assert!(matches!(waited, Err(ServiceError::NotConfirmed(_))));
    lock.execute("UNLOCK TABLES").await.expect("unlocked");
    refused(short("G2").await);
}
