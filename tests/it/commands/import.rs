//! Stock files: all or nothing, once, and never against what was sold meanwhile.

use stockdesk::domain::actor::Actor;
use stockdesk::service::import::{ImportError, Imported, Planned, StockFile, apply, read};
use stockdesk::store::mysql::import::ImportLock;

use crate::harness::world::{World, order, shop};

const ACTOR: Actor = Actor::Command("import-stock");

fn file(lines: &str) -> StockFile {
    let text = format!("warehouse,sku,name,available,unlimited,low_water\n{lines}");
    read(text.as_bytes()).expect("a good file")
}

async fn import(world: &World, file: &StockFile) -> Result<Imported, ImportError> {
    apply(&world.desk, file, "count.csv", &ACTOR, |_| {}).await
}

fn planned(new: usize, set: usize, described: usize, unchanged: usize) -> Imported {
    Imported::Now(Planned {
        new,
        set,
        described,
        unchanged,
    })
}

#[tokio::test]
async fn a_file_makes_warehouses_and_skus_and_sets_those_that_are_there() {
    let world = World::new().await;
    world.stock("A", 10).await;
    world.stock("B", 10).await;
    world
        .desk
        .post(order("A1", &[("A", 4), ("B", 1)]), shop())
        .await
        .unwrap();
    let file = file(
        "W,A,Apple,50,,5\nW,B,Name of B,9,,\nW,C,Cherry,7,,\nW,FREE,Gift,,true,\nX,A,Apple,1,,\n",
    );
    assert_eq!(import(&world, &file).await.unwrap(), planned(3, 1, 0, 1));
    let rows: Vec<(String, String, String, i64, bool, Option<i64>)> = sqlx::query_as(
        "SELECT warehouse, sku, name, available, unlimited, low_water FROM stock
         ORDER BY warehouse, sku",
    )
    .fetch_all(world.desk.pool())
    .await
    .unwrap();
    let row = |w: &str, s: &str, n: &str, units, unlimited, low| {
        (
            w.to_owned(),
            s.to_owned(),
            n.to_owned(),
            units,
            unlimited,
            low,
        )
    };
    let expected = [
        row("W", "A", "Apple", 50, false, Some(5)),
        row("W", "B", "Name of B", 9, false, None),
        row("W", "C", "Cherry", 7, false, None),
        row("W", "FREE", "Gift", 0, true, None),
        row("X", "A", "Apple", 1, false, None),
    ];
    assert_eq!(rows, expected);
    assert_eq!(
        world.gate("A").await,
        (Some(50), 0),
        "the gate knows the new level"
    );
    world.assert_sound().await;
}

#[tokio::test]
async fn the_same_file_does_nothing_the_second_time_whatever_was_sold() {
    let world = World::new().await;
    let file = file("W,A,Apple,10,,\nW,B,Pear,10,,\n");
    assert_eq!(import(&world, &file).await.unwrap(), planned(2, 0, 0, 0));
    world
        .desk
        .post(order("A1", &[("A", 4)]), shop())
        .await
        .unwrap();
    assert!(matches!(
        import(&world, &file).await.unwrap(),
        Imported::Before(_)
    ));
    assert_eq!(world.levels("A").await, (6, 0));
    world.assert_sound().await;
}

#[tokio::test]
async fn an_import_that_was_broken_off_goes_on_and_keeps_what_was_sold() {
    let world = World::new().await;
    world.stock("A", 1).await;
    let file = file("W,A,Apple,10,,\nW,B,Pear,10,,\n");
    import(&world, &file).await.unwrap();
    // As after a crash between the piece's document and the piece's end.
    for sql in [
        "UPDATE stock_imports SET finished_at = NULL, chunks_done = 0",
        "DELETE FROM stock WHERE sku = 'B'",
    ] {
        sqlx::query(sql).execute(world.desk.pool()).await.unwrap();
    }
    world
        .desk
        .post(order("A1", &[("A", 4)]), shop())
        .await
        .unwrap();
    import(&world, &file).await.unwrap();
    assert_eq!(
        (world.levels("A").await, world.levels("B").await),
        ((6, 0), (10, 0))
    );
    world.assert_sound().await;
}

#[tokio::test]
async fn a_sku_with_entries_stays_limited_or_unlimited() {
    let world = World::new().await;
    for (sku, units) in [("A", 10), ("FREE", -1), ("NEW", 5)] {
        world.stock(sku, units).await;
    }
    world
        .desk
        .post(order("A1", &[("A", 4), ("FREE", 1)]), shop())
        .await
        .unwrap();
    let refused = file("W,NEW,New,,true,\nW,A,Apple,,true,\nW,FREE,Gift,5,,\nW,Z,Z,1,,\n");
    let Err(ImportError::BadLines(bad)) = import(&world, &refused).await else {
        panic!("it was imported");
    };
    assert_eq!(bad.iter().map(|b| b.line).collect::<Vec<_>>(), [3, 4]);
    assert_eq!(
        world
            .count("SELECT COUNT(*) FROM stock WHERE sku = ?", "Z")
            .await,
        0
    );
    // Without entries it may change, both ways.
    import(&world, &file("W,NEW,New,,true,\n")).await.unwrap();
    assert_eq!(world.gate("NEW").await.0, Some(-1));
    import(&world, &file("W,NEW,New,8,,\n")).await.unwrap();
    assert_eq!(
        (world.gate("NEW").await.0, world.levels("NEW").await),
        (Some(8), (8, 0))
    );
    world.assert_sound().await;
}

#[tokio::test]
async fn one_import_runs_at_a_time() {
    let world = World::new().await;
    let lock = ImportLock::take(world.desk.pool())
        .await
        .unwrap()
        .expect("it is free");
    let file = file("W,A,Apple,10,,\n");
    assert!(matches!(
        import(&world, &file).await,
        Err(ImportError::Running)
    ));
    lock.release().await.unwrap();
    import(&world, &file).await.unwrap();
}

#[tokio::test]
async fn a_large_file_is_imported_in_pieces() {
    let world = World::new().await;
    let lines = |level: usize| -> String {
        (0..4_500)
            .map(|n| format!("W,SKU {n},Name {n},{},,\n", n % 7 + level))
            .collect()
    };
    assert_eq!(
        import(&world, &file(&lines(0))).await.unwrap(),
        planned(4_500, 0, 0, 0)
    );
    assert_eq!(
        import(&world, &file(&lines(1))).await.unwrap(),
        planned(0, 4_500, 0, 0)
    );
    let entries = "SELECT COUNT(*) FROM ledger WHERE kind = ?";
    assert_eq!(world.count(entries, "set").await, 4_500);
    world.assert_sound().await;
}
