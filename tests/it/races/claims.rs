//! Claims at once for the same stock, or with the same number.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use stockdesk::domain::role::Scope;

use crate::api::{Shop, assert_problem, assert_replay, order, send};
use crate::harness::browser::Answer;
use crate::harness::site::Site;

/// That one of the answers is the first receipt and all others are the same, as replays.
fn assert_one_first(answers: &[Answer]) -> &Answer {
    let (first, again): (Vec<_>, Vec<_>) = answers.iter().partition(|a| a.status == 201);
    assert_eq!(first.len(), 1, "{answers:?}");
    for again in again {
        assert_replay(first[0], again);
    }
    first[0]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_number_fifty_times_at_once_is_one_deduction_and_fifty_equal_receipts() {
    let site = Site::start().await;
    site.world.stock("A", 7).await;
    let shop = Shop::new(&site, Scope::Orders).await;
    // Some say it in two lines, some in one: the lines of a SKU are merged.
    let bodies = [&[("A", 3)][..], &[("A", 1), ("A", 2)]].map(|lines| order("SAME", lines));
    let ask = |n: usize| shop.post("/orders", &bodies[n % 2]);
    let answers = join_all((0..50).map(ask)).await;
    let first = assert_one_first(&answers);
    let sold_out = shop.post("/orders", &order("REST", &[("A", 4)])).await;
    assert_eq!(sold_out.status, 201, "{}", sold_out.body);
    // Nothing is left, and Redis forgets everything while they come again.
    let again = join_all((0..50).map(ask));
    let (again, ()) = tokio::join!(again, site.world.flush_gate());
    for again in &again {
        assert_replay(first, again);
    }
    assert_eq!(site.world.levels("A").await, (0, 0));
    assert_eq!(site.world.entries("SAME").await, 1);
    site.world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_number_at_once_while_redis_forgets_everything_is_one_deduction() {
    let site = Site::start().await;
    let shop = Shop::new(&site, Scope::Orders).await;
    for round in 0..10 {
        let sku = format!("A{round}");
        site.world.stock(&sku, 5).await;
        let body = order(&format!("SAME{round}"), &[(&sku, 5)]);
        let answers = join_all((0..50).map(|_| shop.post("/orders", &body)));
        let flushes = async {
            for _ in 0..3 {
                site.world.flush_gate().await;
            }
        };
        let (answers, ()) = tokio::join!(answers, flushes);
        assert_one_first(&answers);
        assert_eq!(site.world.levels(&sku).await, (0, 0));
        assert_eq!(site.world.entries(&format!("SAME{round}")).await, 1);
    }
    site.world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_of_several_lines_at_once_take_all_of_them_or_none() {
    let site = Site::start().await;
    for (sku, units) in [("MANY", 1_000), ("FEW", 20), ("SOME", 45)] {
        site.world.stock(sku, units).await;
    }
    let shop = Shop::new(&site, Scope::Orders).await;
    // The lines stand in every order, so that nobody is saved by everybody locking alike.
    let place = |n: usize| {
        let mut lines = [("MANY", 1), ("FEW", 1), ("SOME", 2)];
        lines.rotate_left(n % 3);
        let (shop, body) = (shop.clone(), order(&format!("M{n}"), &lines));
        async move { shop.post("/orders", &body).await }
    };
    let answers = join_all((0..120).map(place)).await;
    for (n, answer) in answers.iter().enumerate() {
        let entries = site.world.entries(&format!("M{n}")).await;
        if answer.status == 201 {
            assert_eq!(entries, 3, "M{n}");
        } else {
            assert_problem(answer, 409, "insufficient_stock");
            assert_eq!(entries, 0, "M{n}");
        }
    }
    let sold = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(sold, 20);
    for (sku, left) in [("MANY", 980), ("FEW", 0), ("SOME", 5)] {
        assert_eq!(site.world.levels(sku).await, (left, 0), "{sku}");
    }
    site.world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deduction_and_its_rollback_at_once_leave_nothing_deducted() {
    let site = Site::start().await;
    site.world.stock("A", 100).await;
    let shop = Shop::new(&site, Scope::Orders).await;
    let (mut undone, mut fenced) = (0, 0);
    for n in 0..60 {
        let document = format!("D{n}");
        let body = json!({"document": document, "warehouse": "W", "reason": "sold_offline",
            "lines": [{"sku": "A", "quantity": 2}]});
        let deduct = || shop.post("/deductions", &body);
        let path = format!("/deductions/{document}/rollback");
        let rollback = || send(shop.request(Method::POST, &path));
        let (deducted, back) = match n % 2 {
            0 => tokio::join!(deduct(), rollback()),
            _ => {
                let (back, deducted) = tokio::join!(rollback(), deduct());
                (deducted, back)
            }
        };
        assert_eq!(back.status, 201, "{}", back.body);
        match back.json()["status"].as_str() {
            Some("rolled_back") => {
                undone += 1;
                assert_eq!(deducted.status, 201, "{}", deducted.body);
                assert_eq!(site.world.entries(&document).await, 2);
                assert_replay(&deducted, &deduct().await);
            }
            Some("fenced") => {
                fenced += 1;
                assert_problem(&deducted, 409, "rolled_back");
                assert_eq!(site.world.entries(&document).await, 0);
                assert_problem(&deduct().await, 409, "rolled_back");
            }
            other => panic!("{other:?}"),
        }
        assert_replay(&back, &rollback().await);
        assert_eq!(site.world.levels("A").await, (100, 0));
    }
    println!("{undone} undone, {fenced} fenced");
    site.world.assert_sound().await;
}
