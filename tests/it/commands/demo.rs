//! Demo data keep every promise that real data keep.

use stockdesk::service::demo::{Filled, fill};

use crate::eventually::eventually;
use crate::harness::world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_readable_demo_is_filled_once_whatever_breaks_it_off() {
    let world = World::new().await;
    let desk = world.desk.clone();
    let killed = tokio::spawn(async move { fill(&desk).await });
    let orders = "SELECT COUNT(*) FROM orders WHERE status <> ?";
    eventually("some orders are there", async || {
        world.count(orders, "").await > 150
    })
    .await;
    killed.abort();
    assert!(killed.await.is_err(), "it was broken off");
    let filled = fill(&world.desk).await.unwrap();
    let Filled::Now {
        orders: placed,
        refused,
    } = filled
    else {
        panic!("{filled:?}")
    };
    assert_eq!(placed + refused, 1_000);
    assert_eq!(world.count(orders, "").await, placed as i64);
    assert_eq!(fill(&world.desk).await.unwrap(), Filled::Before);
    world.assert_sound().await;
    let state = "SELECT COUNT(*) FROM orders WHERE status = ?";
    assert_eq!(world.count(state, "closing").await, 0);
    assert!(world.count(state, "cancelled").await > 100);
    let soon = "SELECT COUNT(*) FROM orders WHERE status = ? AND payment_state = 'unsent'
      AND pay_deadline < UTC_TIMESTAMP() + INTERVAL 10 HOUR";
    assert!(world.count(soon, "pending").await > 40);
    let out = "SELECT COUNT(*) FROM stock WHERE available = 0 AND unlimited = 0 AND sku <> ?";
    let low = "SELECT COUNT(*) FROM stock WHERE available <= low_water AND sku <> ?";
    let counts = (world.count(out, "").await, world.count(low, "").await);
    assert!(counts.0 >= 3 && counts.1 >= 20, "{counts:?}");
}

#[tokio::test]
async fn the_readable_demo_stays_away_from_stock_of_ones_own() {
    let world = World::new().await;
    world.stock("A", 5).await;
    assert_eq!(fill(&world.desk).await.unwrap(), Filled::NotEmpty);
    assert_eq!(
        world
            .count("SELECT COUNT(*) FROM stock WHERE sku <> ?", "")
            .await,
        1
    );
}
