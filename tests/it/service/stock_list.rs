//! Lists of stock, one SKU, and its level at a past moment.

use stockdesk::domain::listing::{CappedCount, Limit, StockFilter, StockKey, StockSort};
use stockdesk::domain::stock::StockState;
use stockdesk::service::Queries;

use crate::harness::world::{World, order, rollback, shop, sku, warehouse};

fn queries(world: &World) -> Queries {
    Queries::new(world.desk.pool().clone(), world.desk.clock().clone())
}

/// Every page of a list, two rows at a time.
async fn walk(queries: &Queries, filter: &StockFilter, sort: StockSort) -> Vec<String> {
    let (mut skus, mut after): (_, Option<StockKey>) = (Vec::new(), None);
    loop {
        let limit = Limit::new(2).unwrap();
        let page = queries
            .stock_list(filter, sort, after.as_ref(), limit)
            .await
            .unwrap()
            .value;
        assert!(page.items.len() <= 2);
        skus.extend(
            page.items
                .iter()
                .map(|row| format!("{}/{}", row.warehouse, row.sku)),
        );
        match page.next {
            Some(key) => after = Some(key),
            None => return skus,
        }
    }
}

async fn shelves(world: &World) -> Queries {
    for (name, available) in [
        ("B-2", 5),
        ("A-1", 0),
        ("C-3", 40),
        ("C-30", 7),
        ("GIFT", -1),
    ] {
        world.stock(name, available).await;
    }
    let pool = world.desk.pool();
    for sql in [
        "UPDATE stock SET low_water = 10 WHERE sku IN ('B-2', 'C-3')",
        "UPDATE stock SET name = '保温杯 500ml 红 50%_off' WHERE sku = 'C-30'",
        "INSERT INTO warehouses VALUES ('BJ', UTC_TIMESTAMP(6))",
        "INSERT INTO stock (warehouse, sku, name, opening, available, created_at, updated_at)
         VALUES ('BJ', 'B-2', 'Thermos CUP', 9, 9, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))",
    ] {
        sqlx::query(sql).execute(pool).await.unwrap();
    }
    world.findable().await;
    queries(world)
}

#[tokio::test]
async fn pages_of_stock_follow_each_other_without_gap_or_repeat() {
    let world = World::new().await;
    let queries = shelves(&world).await;
    let all = StockFilter::default();
    let by_sku = walk(&queries, &all, StockSort::Sku).await;
    assert_eq!(
        by_sku,
        ["W/A-1", "BJ/B-2", "W/B-2", "W/C-3", "W/C-30", "W/GIFT"]
    );
    let by_units = walk(&queries, &all, StockSort::Available).await;
    assert_eq!(
        by_units,
        ["W/A-1", "W/GIFT", "W/B-2", "W/C-30", "BJ/B-2", "W/C-3"]
    );
    assert_eq!(
        queries.stock_count(&all).await.unwrap().value,
        Some(CappedCount(6))
    );
}

#[tokio::test]
async fn filters_of_stock() {
    let world = World::new().await;
    let queries = shelves(&world).await;
    let of = |q: &str| StockFilter {
        q: Some(q.to_owned()),
        ..StockFilter::default()
    };
    let state = |state| StockFilter {
        state: Some(state),
        ..StockFilter::default()
    };
    for (filter, expected) in [
        (of("c-3"), &["W/C-3", "W/C-30"][..]),
        (of("30"), &["W/C-30"]),
        (of("0"), &[]),
        (of("红 c"), &["W/C-30"]),
        (of("cup"), &["BJ/B-2"]),
        (of("杯"), &["W/C-30"]),
        (of("50%_"), &["W/C-30"]),
        (of("%"), &[]),
        (of("'; --\\"), &[]),
        (state(StockState::Low), &["W/B-2"]),
        (state(StockState::Out), &["W/A-1"]),
        (state(StockState::Unlimited), &["W/GIFT"]),
        (state(StockState::Ok), &["BJ/B-2", "W/C-3", "W/C-30"]),
    ] {
        for sort in [StockSort::Sku, StockSort::Available] {
            let mut found = walk(&queries, &filter, sort).await;
            found.sort();
            assert_eq!(found, expected, "{filter:?} {sort}");
        }
        let count = queries.stock_count(&filter).await.unwrap().value;
        assert_eq!(count.unwrap().0 as usize, expected.len(), "{filter:?}");
    }
}

#[tokio::test]
async fn the_database_and_the_domain_agree_on_states() {
    let world = World::new().await;
    let queries = shelves(&world).await;
    let (all, limit) = (StockFilter::default(), Limit::new(500).unwrap());
    let page = queries.stock_list(&all, StockSort::Sku, None, limit);
    for level in page.await.unwrap().value.items {
        let stored: StockState = sqlx::query_scalar("SELECT state FROM stock WHERE id = ?")
            .bind(level.id)
            .fetch_one(world.desk.pool())
            .await
            .unwrap();
        assert_eq!(level.state(), stored, "{level:?}");
    }
}

#[tokio::test]
async fn a_level_can_be_asked_for_at_any_past_moment() {
    let world = World::new().await;
    world.stock("A", 10).await;
    let queries = queries(&world);
    let before = world.desk.now();
    let mut moments = Vec::new();
    for n in 0..9 {
        let placed = world
            .desk
            .post(order(&format!("A{n}"), &[("A", 1)]), shop())
            .await
            .unwrap();
        moments.push((placed.receipt.created_at, 10 - n - 1));
    }
    world.desk.rollback(rollback("A0"), shop()).await.unwrap();
    let id = queries
        .stock(&warehouse(), &sku("A"))
        .await
        .unwrap()
        .value
        .unwrap()
        .id;
    let opening = queries.stock_at(id, before).await.unwrap().value.unwrap();
    assert_eq!(
        (opening.available, opening.version, opening.entry),
        (Some(10), 0, None)
    );
    for (index, (at, available)) in moments.iter().enumerate() {
        let then = queries.stock_at(id, *at).await.unwrap().value.unwrap();
        assert_eq!(
            (then.available, then.version),
            (Some(*available), index as u64 + 1)
        );
        let just_before = *at - chrono::TimeDelta::microseconds(1);
        let then = queries
            .stock_at(id, just_before)
            .await
            .unwrap()
            .value
            .unwrap();
        assert_eq!(then.version, index as u64);
    }
    let now = queries
        .stock_at(id, world.desk.now())
        .await
        .unwrap()
        .value
        .unwrap();
    assert_eq!((now.available, now.version), (Some(2), 10));
}

#[tokio::test]
async fn a_mistyped_sku_finds_its_neighbours() {
    let world = World::new().await;
    for name in ["CUP-1000-RED", "CUP-1003-RED", "CUP-1003-BLU", "TENT-1"] {
        world.stock(name, 1).await;
    }
    let found = queries(&world)
        .closest_skus("cup-1003-rad")
        .await
        .unwrap()
        .value;
    let names: Vec<_> = found.iter().map(|(_, sku)| sku.as_str()).collect();
    assert_eq!(names, ["CUP-1003-RED", "CUP-1000-RED", "CUP-1003-BLU"]);
}

#[tokio::test]
async fn words_that_very_many_have_are_looked_for_a_stretch_at_a_time() {
    let world = World::new().await;
    world.stock("first", 1).await;
    let fill =
        "INSERT INTO stock (warehouse, sku, name, opening, available, created_at, updated_at)
      WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 12500)
      SELECT 'W', CONCAT('S-', LPAD(i, 6, '0')), IF(i = 12000, 'odd red cup', 'even red'), 5, 5,
        UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) FROM n";
    let pool = world.desk.pool();
    let mut connection = pool.acquire().await.unwrap();
    for limit in ["cte_max_recursion_depth", "max_recursive_iterations"] {
        // MySQL's name of it, and MariaDB's.
        let set = sqlx::AssertSqlSafe(format!("SET SESSION {limit} = 20000"));
        let _ = sqlx::query(set).execute(&mut *connection).await;
    }
    sqlx::query(fill).execute(&mut *connection).await.unwrap();
    drop(connection);
    world.findable().await;
    let (queries, limit) = (queries(&world), Limit::new(50).unwrap());
    let of = |q: &str| StockFilter {
        q: Some(q.to_owned()),
        ..StockFilter::default()
    };
    // Few have one of the words: straight to them.
    let few = of("red odd");
    let page = queries.stock_list(&few, StockSort::Sku, None, limit);
    let page = page.await.unwrap().value;
    assert_eq!((page.items.len(), page.next), (1, None));
    let most = Limit::new(500).unwrap();
    let low = "UPDATE stock SET low_water = 9 WHERE sku IN ('S-010001', 'S-012400', 'S-000001')";
    sqlx::query(low).execute(pool).await.unwrap();
    // Some thousands have it: in order, every page full, whatever else is asked for.
    for (q, count) in [("01", Some(CappedCount(2501))), ("red 01", None)] {
        let filter = of(q);
        assert_eq!(queries.stock_count(&filter).await.unwrap().value, count);
        let (mut after, mut found) = (None, Vec::new());
        loop {
            let page = queries.stock_list(&filter, StockSort::Sku, after.as_ref(), most);
            let page = page.await.unwrap().value;
            found.extend(page.items.iter().map(|row| row.sku.to_string()));
            match page.next {
                Some(key) => after = Some(key),
                None => break,
            }
            assert_eq!(page.items.len(), 500, "{q}");
        }
        let all: Vec<String> = (10_000..=12_500).map(|n| format!("S-{n:06}")).collect();
        assert_eq!(found, all, "{q}");
        let low = StockFilter {
            state: Some(StockState::Low),
            ..filter
        };
        let page = queries.stock_list(&low, StockSort::Sku, None, limit);
        let page = page.await.unwrap().value;
        let found: Vec<&str> = page.items.iter().map(|row| row.sku.as_str()).collect();
        assert_eq!(
            (&found[..], page.next),
            (&["S-010001", "S-012400"][..], None)
        );
    }
    let many = queries.stock_count(&of("red")).await.unwrap().value;
    assert!(many.unwrap().capped());
    // Very many have each of them, and none all: the list says where it goes on.
    let all = of("red s even");
    assert_eq!(queries.stock_count(&all).await.unwrap().value, None);
    for sort in [StockSort::Sku, StockSort::Available] {
        let (mut after, mut found, mut pages) = (None, 0, 0);
        loop {
            let page = queries.stock_list(&all, sort, after.as_ref(), limit);
            let page = page.await.unwrap().value;
            found += page.items.len();
            pages += 1;
            match page.next {
                Some(key) => after = Some(key),
                None => break,
            }
        }
        assert_eq!((found, pages), (12499, 250), "{sort}");
    }
}
