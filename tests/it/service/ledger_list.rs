//! Lists of the ledger.

use chrono::TimeDelta;
use stockdesk::domain::ledger::EntryKind;
use stockdesk::domain::listing::{LedgerFilter, LedgerKey, Limit};
use stockdesk::domain::rejection::ServiceError;
use stockdesk::service::Queries;

use crate::harness::world::{World, order, rollback, shop, sku, warehouse};

fn queries(world: &World) -> Queries {
    Queries::new(world.desk.pool().clone(), world.desk.clock().clone())
}

/// Every page of a list, two rows at a time: document, kind and SKU of each entry.
async fn walk(queries: &Queries, filter: &LedgerFilter) -> Vec<String> {
    let (mut seen, mut after): (_, Option<LedgerKey>) = (Vec::new(), None);
    loop {
        let limit = Limit::new(2).unwrap();
        let page = queries
            .ledger_list(filter, after, limit)
            .await
            .unwrap()
            .value;
        assert!(page.items.len() <= 2);
        let line = |e: &stockdesk::domain::ledger::LedgerEntry| {
            format!("{} {} {}", e.document, e.kind, e.sku)
        };
        seen.extend(page.items.iter().map(line));
        match page.next {
            Some(key) => after = Some(key),
            None => return seen,
        }
    }
}

/// Three orders over two SKUs, one of them rolled back.
async fn history(world: &World) -> Queries {
    world.stock("A", 10).await;
    world.stock("B", 10).await;
    let posts = [
        ("A1", vec![("A", 1)]),
        ("A2", vec![("B", 1), ("A", 1)]),
        ("A3", vec![("B", 1)]),
    ];
    for (order_no, lines) in posts {
        world
            .desk
            .post(order(order_no, &lines), shop())
            .await
            .unwrap();
    }
    world.desk.rollback(rollback("A2"), shop()).await.unwrap();
    queries(world)
}

#[tokio::test]
async fn the_ledger_is_walked_newest_first() {
    let world = World::new().await;
    let queries = history(&world).await;
    let all = walk(&queries, &LedgerFilter::default()).await;
    let expected = [
        "A2 rollback B",
        "A2 rollback A",
        "A3 deduct B",
        "A2 deduct B",
        "A2 deduct A",
        "A1 deduct A",
    ];
    assert_eq!(all, expected);
    let count = queries
        .ledger_count(&LedgerFilter::default())
        .await
        .unwrap()
        .value
        .unwrap();
    assert_eq!(count.0, 6);
}

#[tokio::test]
async fn filters_of_the_ledger() {
    let world = World::new().await;
    let queries = history(&world).await;
    let none = LedgerFilter::default;
    let third = queries
        .document(&"A3".parse().unwrap())
        .await
        .unwrap()
        .value
        .unwrap()
        .created_at;
    let a = ["A2 rollback A", "A2 deduct A", "A1 deduct A"];
    for (filter, expected) in [
        (
            LedgerFilter {
                sku: Some(sku("A")),
                ..none()
            },
            &a[..],
        ),
        (
            LedgerFilter {
                sku: Some(sku("A")),
                warehouse: Some(warehouse()),
                ..none()
            },
            &a,
        ),
        (
            LedgerFilter {
                sku: Some(sku("A")),
                kind: Some(EntryKind::Rollback),
                ..none()
            },
            &a[..1],
        ),
        (
            LedgerFilter {
                sku: Some(sku("A")),
                to: Some(third),
                ..none()
            },
            &a[1..],
        ),
        (
            LedgerFilter {
                sku: Some(sku("A")),
                from: Some(third),
                ..none()
            },
            &a[..1],
        ),
        (
            LedgerFilter {
                sku: Some(sku("NONE")),
                ..none()
            },
            &[],
        ),
        (
            LedgerFilter {
                document: Some("A2".parse().unwrap()),
                ..none()
            },
            &[
                "A2 rollback B",
                "A2 rollback A",
                "A2 deduct B",
                "A2 deduct A",
            ],
        ),
        (
            LedgerFilter {
                kind: Some(EntryKind::Rollback),
                ..none()
            },
            &["A2 rollback B", "A2 rollback A"],
        ),
        (
            LedgerFilter {
                from: Some(third),
                to: Some(third + TimeDelta::microseconds(1)),
                ..none()
            },
            &["A3 deduct B"],
        ),
        (
            LedgerFilter {
                actor: Some("nobody".to_owned()),
                ..none()
            },
            &[],
        ),
        (
            LedgerFilter {
                warehouse: Some("X".parse().unwrap()),
                ..none()
            },
            &[],
        ),
    ] {
        assert_eq!(walk(&queries, &filter).await, expected, "{filter:?}");
    }
    for actor in ["shop", "key:shop"] {
        let filter = LedgerFilter {
            actor: Some(actor.to_owned()),
            ..none()
        };
        assert_eq!(walk(&queries, &filter).await.len(), 6);
        assert!(queries.ledger_count(&filter).await.unwrap().value.is_none());
    }
}

#[tokio::test]
async fn one_sku_in_two_warehouses_is_one_list() {
    let world = World::new().await;
    let queries = history(&world).await;
    let pool = world.desk.pool();
    for sql in [
        "INSERT INTO warehouses VALUES ('BJ', UTC_TIMESTAMP(6))",
        "INSERT INTO stock (warehouse, sku, name, opening, available, created_at, updated_at)
         VALUES ('BJ', 'A', 'A', 9, 9, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))",
    ] {
        sqlx::query(sql).execute(pool).await.unwrap();
    }
    for n in 4..7 {
        let mut post = order(&format!("A{n}"), &[("A", 1)]);
        if n != 5 {
            post.warehouse = "BJ".parse().unwrap();
        }
        world.desk.post(post, shop()).await.unwrap();
    }
    let filter = LedgerFilter {
        sku: Some(sku("A")),
        ..LedgerFilter::default()
    };
    let seen = walk(&queries, &filter).await;
    let expected = [
        "A6 deduct A",
        "A5 deduct A",
        "A4 deduct A",
        "A2 rollback A",
        "A2 deduct A",
        "A1 deduct A",
    ];
    assert_eq!(seen, expected);
    assert_eq!(
        queries
            .ledger_count(&filter)
            .await
            .unwrap()
            .value
            .unwrap()
            .0,
        6
    );
}

#[tokio::test]
async fn an_entry_knows_its_pair_and_who_undid_it() {
    let world = World::new().await;
    let queries = history(&world).await;
    let document = queries
        .document(&"A2".parse().unwrap())
        .await
        .unwrap()
        .value
        .unwrap();
    assert_eq!(document.reversed.as_ref().unwrap().actor, "key:shop");
    let first = queries
        .entry(document.entries[0].id)
        .await
        .unwrap()
        .value
        .unwrap();
    let pair = queries
        .entry(first.reversed_by.unwrap())
        .await
        .unwrap()
        .value
        .unwrap();
    assert_eq!(pair.reverses, Some(first.id));
    assert_eq!((first.delta, pair.delta), (-1, 1));
    assert_eq!((pair.balance_before(), pair.balance), (Some(8), Some(9)));
    let level = queries
        .stock(&warehouse(), &first.sku)
        .await
        .unwrap()
        .value
        .unwrap();
    let timeline = queries
        .timeline(level.id, Limit::new(2).unwrap())
        .await
        .unwrap()
        .value;
    assert_eq!((timeline.len(), timeline[0].id), (2, pair.id));
}

/// Puts that many entries of one unit, one each second, under the ledger of a SKU.
async fn bury(world: &World, name: &str, entries: u32) {
    let numbers: Vec<u32> = (1..=entries).collect();
    let numbers = serde_json::to_string(&numbers).unwrap();
    const NUMBERS: &str = "JSON_TABLE(?, '$[*]' COLUMNS (n INT UNSIGNED PATH '$')) j";
    for sql in [
        format!(
            "INSERT INTO documents (document, kind, warehouse, fingerprint, actor, source,
               created_at)
             SELECT CONCAT('X', j.n), 'adjustment', 'W', UNHEX(SHA2(j.n, 256)), 'command:test',
               'command', '2026-01-01' + INTERVAL j.n SECOND FROM {NUMBERS}"
        ),
        format!(
            "INSERT INTO ledger (stock_id, version, document, kind, line, delta, balance,
               created_at)
             SELECT s.id, s.version + j.n, CONCAT('X', j.n), 'adjust', 0, 1, s.available + j.n,
               '2026-01-01' + INTERVAL j.n SECOND
             FROM {NUMBERS} JOIN stock s WHERE s.sku = '{name}'"
        ),
    ] {
        let sql = sqlx::AssertSqlSafe(sql);
        sqlx::query(sql)
            .bind(&numbers)
            .execute(world.desk.pool())
            .await
            .unwrap();
    }
    sqlx::query("UPDATE stock SET version = version + ?, available = available + ? WHERE sku = ?")
        .bind(entries)
        .bind(entries)
        .bind(name)
        .execute(world.desk.pool())
        .await
        .unwrap();
}

#[tokio::test]
async fn a_filter_that_no_index_serves_looks_at_some_rows_and_goes_on_on_the_next_page() {
    let world = World::new().await;
    world.stock("A", 10).await;
    bury(&world, "A", 20_100).await;
    sqlx::query("UPDATE ledger SET kind = 'set' WHERE version IN (40, 20050)")
        .execute(world.desk.pool())
        .await
        .unwrap();
    let queries = queries(&world);
    let sets = LedgerFilter {
        kind: Some(EntryKind::Set),
        ..LedgerFilter::default()
    };
    let sets_of_a = LedgerFilter {
        sku: Some(sku("A")),
        ..sets.clone()
    };
    let sets_by_test = LedgerFilter {
        actor: Some("test".to_owned()),
        ..sets_of_a.clone()
    };
    let pages_of_a: &[&[u64]] = &[&[20_050], &[], &[40]];
    for (filter, pages) in [
        (sets, &[&[20_050, 40][..]][..]),
        (sets_of_a, pages_of_a),
        (
            sets_by_test,
            &[&[20_050], &[], &[], &[], &[], &[], &[], &[], &[40]],
        ),
    ] {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let limit = Limit::new(2).unwrap();
            let page = queries
                .ledger_list(&filter, after, limit)
                .await
                .unwrap()
                .value;
            found.push(page.items.iter().map(|e| e.id.version).collect::<Vec<_>>());
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(found, pages, "{filter:?}");
    }
    let all = queries
        .ledger_count(&LedgerFilter::default())
        .await
        .unwrap()
        .value
        .unwrap();
    assert!(all.capped());
}

#[tokio::test]
async fn who_made_little_among_very_much_is_found_at_once() {
    let world = World::new().await;
    world.stock("A", 30).await;
    for n in 1..=3 {
        let post = order(&format!("A{n}"), &[("A", 1)]);
        world.desk.post(post, shop()).await.unwrap();
    }
    world.desk.rollback(rollback("A2"), shop()).await.unwrap();
    // All of it is older than what is put on top.
    let older = "UPDATE ledger SET created_at = '2025-01-01' + INTERVAL version SECOND";
    sqlx::query(older).execute(world.desk.pool()).await.unwrap();
    bury(&world, "A", 3_000).await;
    let queries = queries(&world);
    let of = |kind| LedgerFilter {
        kind,
        actor: Some("shop".to_owned()),
        ..LedgerFilter::default()
    };
    let all = &["A2 rollback A", "A3 deduct A", "A2 deduct A", "A1 deduct A"][..];
    for (kind, expected) in [
        (None, all),
        (Some(EntryKind::Rollback), &all[..1]),
        (Some(EntryKind::Deduct), &all[1..]),
        (Some(EntryKind::Set), &[]),
    ] {
        let filter = of(kind);
        let page = queries.ledger_list(&filter, None, Limit::new(2).unwrap());
        let page = page.await.unwrap().value;
        assert_eq!(page.items.len(), expected.len().min(2), "{filter:?}");
        assert_eq!(page.next.is_some(), expected.len() > 2, "{filter:?}");
        assert_eq!(walk(&queries, &filter).await, expected, "{filter:?}");
    }
    let elsewhere = LedgerFilter {
        warehouse: Some("X".parse().unwrap()),
        ..of(None)
    };
    assert!(walk(&queries, &elsewhere).await.is_empty());
    // Who made very much is looked for among the newest entries.
    let busy = LedgerFilter {
        actor: Some("command:test".to_owned()),
        ..LedgerFilter::default()
    };
    let page = queries.ledger_list(&busy, None, Limit::new(500).unwrap());
    let page = page.await.unwrap().value;
    assert_eq!((page.items.len(), page.next.is_some()), (500, true));
}

#[tokio::test]
async fn what_is_not_read_in_two_seconds_is_not_confirmed() {
    let world = World::new().await;
    world.stock("A", 10).await;
    let queries = queries(&world);
    let mut blocker = world.desk.pool().acquire().await.unwrap();
    sqlx::raw_sql("LOCK TABLES stock WRITE")
        .execute(&mut *blocker)
        .await
        .unwrap();
    let blocked = queries.stock(&warehouse(), &sku("A")).await;
    assert!(
        matches!(blocked, Err(ServiceError::NotConfirmed(_))),
        "{blocked:?}"
    );
    sqlx::raw_sql("UNLOCK TABLES")
        .execute(&mut *blocker)
        .await
        .unwrap();
    assert!(
        queries
            .stock(&warehouse(), &sku("A"))
            .await
            .unwrap()
            .value
            .is_some()
    );
    drop(blocker);
    world.desk.pool().close().await;
    let away = queries.stock(&warehouse(), &sku("A")).await;
    assert!(
        matches!(away, Err(ServiceError::NotConfirmed(_))),
        "{away:?}"
    );
}
