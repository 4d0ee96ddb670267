//! Demo data keep every promise that real data keep.

use stockdesk::service::demo::generate::{Size, generate};
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
    let operations = "SELECT COUNT(*) FROM operations WHERE status = ?";
    assert!(world.count(operations, "applied").await > 55);
    assert_eq!(
        world.count(operations, "draft").await,
        2,
        "they wait for a supervisor"
    );
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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn generated_data_has_the_size_that_was_asked_for_and_keeps_every_promise() {
    let world = World::new().await;
    world.stock("MINE", 5).await;
    for (skus, ledger, orders) in [(200, 9_000, 1_500), (40, 500, 500), (40, 700, 0), (3, 0, 0)] {
        let size = Size {
            skus,
            ledger,
            orders,
        };
        size.check().unwrap();
        let before = counts(&world).await;
        let done = generate(&world.desk, size, |_| {}).await.unwrap();
        assert_eq!(
            (done.skus, done.ledger, done.orders),
            (skus, ledger, orders)
        );
        let after = counts(&world).await;
        let more = (after.0 - before.0, after.1 - before.1, after.2 - before.2);
        assert_eq!(more, (i64::from(skus), ledger as i64, orders as i64));
    }
    world.assert_sound().await;
    let wrong = "SELECT COUNT(*) FROM (
        SELECT o.summary, COUNT(*) AS line_count, -SUM(l.delta) AS units
        FROM orders o JOIN ledger l ON l.document = o.order_no AND l.reverses IS NULL
        WHERE o.status <> ? GROUP BY o.order_no, o.summary) t
      WHERE COALESCE(JSON_VALUE(t.summary, '$.units'), 0) <> t.units
        OR JSON_VALUE(t.summary, '$.line_count') <> t.line_count";
    assert_eq!(world.count(wrong, "").await, 0);
    let some = "SELECT COUNT(*) FROM orders WHERE status = ?";
    assert!(world.count(some, "pending").await > 0);
    assert!(world.count(some, "cancelled").await > 0);
}

#[test]
fn sizes_that_do_not_fit_each_other_are_refused() {
    assert!(
        Size {
            skus: 100,
            ledger: 9,
            orders: 10
        }
        .check()
        .is_err()
    );
    assert!(
        Size {
            skus: 5,
            ledger: 10,
            orders: 0
        }
        .check()
        .is_err()
    );
}

async fn counts(world: &World) -> (i64, i64, i64) {
    let sql = "SELECT (SELECT COUNT(*) FROM stock), (SELECT COUNT(*) FROM ledger),
      (SELECT COUNT(*) FROM orders)";
    sqlx::query_as(sql)
        .fetch_one(world.desk.pool())
        .await
        .unwrap()
}
