//! The gate may be wrong in either direction, flushed, or away: nothing is ever oversold.

use futures_util::future::join_all;
use stockdesk::domain::rejection::{Rejection, ServiceError};

use crate::eventually::eventually;
use crate::harness::world::{World, order, shop, sku, warehouse};

async fn set_gate(world: &World, name: &str, value: i64) {
    let client = redis::Client::open(world.redis_url.as_str()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let key = format!("{}:{{W}}:stock:{name}", world.prefix);
    let _: () = redis::cmd("SET")
        .arg(key)
        .arg(value)
        .query_async(&mut connection)
        .await
        .unwrap();
}

#[tokio::test]
async fn a_gate_that_is_too_high_sells_nothing_that_is_not_there_and_is_corrected() {
    let world = World::new().await;
    world.stock("A", 1).await;
    world
        .desk
        .post(order("A1", &[("A", 1)]), shop())
        .await
        .unwrap();
    set_gate(&world, "A", 50).await;
    let refused = world.desk.post(order("A2", &[("A", 2)]), shop()).await;
    let short = matches!(&refused,
        Err(ServiceError::Rejected(Rejection::InsufficientStock { lines })) if lines[0].available == 0);
    assert!(short, "{refused:?}");
    eventually("the gate is corrected", async || {
        world.gate("A").await == (Some(0), 0)
    })
    .await;
}

#[tokio::test]
async fn the_reconciler_finds_and_corrects_a_wrong_gate_and_keeps_the_difference() {
    let world = World::new().await;
    world.stock("A", 10).await;
    world.stock("B", 10).await;
    world
        .desk
        .post(order("A1", &[("A", 1), ("B", 1)]), shop())
        .await
        .unwrap();
    set_gate(&world, "A", 3).await;
    set_gate(&world, "B", 11).await;
    let mut reconciler = world.desk.reconciler();
    assert_eq!(
        reconciler.compare().await.unwrap().differences,
        0,
        "one look proves nothing"
    );
    assert_eq!(reconciler.compare().await.unwrap().differences, 2);
    eventually("both are corrected", async || {
        world.gate("A").await == (Some(9), 0) && world.gate("B").await == (Some(9), 0)
    })
    .await;
    let repaired =
        "SELECT COUNT(*) FROM gate_differences WHERE repaired_at IS NOT NULL AND cause = ?";
    eventually("both are noted", async || {
        world.count(repaired, "unknown").await == 2
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn flushing_redis_under_load_oversells_nothing() {
    let world = World::new().await;
    world.stock("HOT", 300).await;
    let claims = (0..1_000).map(|n| {
        let desk = world.desk.clone();
        tokio::spawn(async move {
            desk.post(order(&format!("A{n}"), &[("HOT", 1)]), shop())
                .await
                .is_ok()
        })
    });
    let claims: Vec<_> = claims.collect();
    for _ in 0..5 {
        world.flush_gate().await;
    }
    let sold = join_all(claims)
        .await
        .into_iter()
        .filter(|ok| *ok.as_ref().unwrap())
        .count() as i64;
    let (available, _) = world.levels("HOT").await;
    assert_eq!(sold + available, 300);
    let mut reconciler = world.desk.reconciler();
    eventually("the gate agrees", async || {
        reconciler.compare().await.unwrap();
        matches!(world.gate("HOT").await, (None, 0))
            || world.gate("HOT").await == (Some(available), 0)
    })
    .await;
}

#[tokio::test]
async fn marks_of_an_instance_that_died_are_ended_and_their_units_given_back() {
    let world = World::new().await;
    world.stock("A", 5).await;
    world
        .desk
        .post(order("A1", &[("A", 1)]), shop())
        .await
        .unwrap();
    // An instance that never said it is alive takes units, and is never heard of again.
    let dead = world.second_desk().await;
    let post = order("A2", &[("A", 3)]);
    let print = stockdesk::domain::fingerprint::Fingerprint::of(&post);
    dead.gate()
        .claim(&warehouse(), &post.document, &print, &[(&sku("A"), 3)])
        .await
        .unwrap();
    dead.gate().leave().await.unwrap();
    assert_eq!(world.gate("A").await, (Some(1), 3));
    assert_eq!(world.desk.reconciler().recover().await.unwrap(), 1);
    eventually("the units are back", async || {
        world.gate("A").await == (Some(4), 0)
    })
    .await;
    assert!(!world.desk.post(post, shop()).await.unwrap().replayed);
}
