//! Comparing all stock, and repairing the gate.

use std::time::Duration;

use sqlx::{Connection, Executor, MySqlConnection};
use stockdesk::domain::role::Role;
use stockdesk::service::health::WorkerReport;
use tokio::time::timeout;

use crate::api::found;
use crate::harness::browser::{Answer, Browser};
use crate::harness::site::{PASSWORD, Site};
use crate::harness::world::{order, shop, sku, warehouse};

async fn site() -> (Site, Browser) {
    let site = Site::start().await;
    for (name, available) in [("CUP", 10), ("TENT", 5), ("GIFT", -1)] {
        site.world.stock(name, available).await;
    }
    let desk = &site.world.desk;
    for (n, name) in ["CUP", "CUP", "TENT", "GIFT"].into_iter().enumerate() {
        desk.post(order(&format!("A{n}"), &[(name, 1)]), shop())
            .await
            .expect("placed");
    }
    let browser = site.signed_in("chen.yu", Role::Supervisor).await;
    (site, browser)
}

/// Asks for a comparison and waits for its end.
pub async fn run(browser: &mut Browser) -> Answer {
    let path = "/reconciliation";
    let started = browser.post_from(path, path, &[]).await;
    let address = started.location().to_owned();
    found("the end of the comparison", async || {
        let page = browser.clone().get(&address).await;
        (!page.has("A comparison is running")).then_some(page)
    })
    .await
}

#[tokio::test]
async fn all_agree_and_the_page_says_so_in_both_languages() {
    let (site, mut browser) = site().await;
    let first = browser.get("/reconciliation").await;
    assert!(
        first.has("Nobody has asked for a comparison"),
        "{}",
        first.body
    );
    let page = run(&mut browser).await;
    assert!(page.has("All 3 SKUs agree."), "{}", page.body);
    assert!(
        browser
            .get("/reconciliation")
            .await
            .has("All 3 SKUs agree.")
    );
    assert!(
        browser
            .get("/audit?kind=reconciled")
            .await
            .has("started a reconciliation")
    );
    let mut zh = site.browser().with("accept-language", "zh-CN");
    zh.sign_in("chen.yu", PASSWORD).await;
    assert!(zh.get("/reconciliation").await.has("全部 3 个 SKU 一致。"));
    let mut viewer = site.signed_in("li.wei", Role::Viewer).await;
    let seen = viewer.get("/reconciliation").await;
    assert!(seen.has("All 3 SKUs agree.") && !seen.has("Run now"));
    assert_eq!(browser.get("/reconciliation/99").await.status, 404);
}

#[tokio::test]
async fn a_difference_of_the_gate_is_explained_looked_at_and_repaired() {
    let (site, mut browser) = site().await;
    let desk = &site.world.desk;
    desk.load_gate(&warehouse(), vec![sku("CUP"), sku("TENT")])
        .await;
    // As if the last of two entries had never reached it.
    site.world.mislead_gate("CUP", 9).await;
    let page = run(&mut browser).await;
    assert!(page.has("1 difference among 3 SKUs."), "{}", page.body);
    for text in [
        "gate +1",
        "the gate stands where it was after",
        "/reconciliation/repair?stock=",
        "Look at the repair of all",
    ] {
        assert!(page.has(text), "{text}: {}", page.body);
    }
    let preview = browser.get("/reconciliation/repair").await;
    assert!(preview.has("Only the gate is set"), "{}", preview.body);
    let id = preview.input("stock").expect("one SKU");
    assert_eq!(
        site.world.gate("CUP").await.0,
        Some(9),
        "looking changes nothing"
    );
    let repair = "/reconciliation/repair";
    let done = browser.post_from(repair, repair, &[("stock", &id)]).await;
    let after = browser.get(done.location()).await;
    assert!(after.has("The gate is right for 1 SKU."), "{}", after.body);
    assert_eq!(site.world.gate("CUP").await.0, Some(8));
    assert_eq!(site.world.levels("CUP").await, (8, 0));
    assert!(run(&mut browser).await.has("All 3 SKUs agree."));
    assert!(browser.get("/audit?kind=repaired").await.has("W/CUP"));
    site.world.assert_sound().await;
}

#[tokio::test]
async fn a_table_that_differs_from_the_ledger_is_told_and_not_touched() {
    let (site, mut browser) = site().await;
    let pool = site.world.desk.pool();
    let damage = "UPDATE stock SET available = 6 WHERE sku = 'TENT'";
    sqlx::query(damage).execute(pool).await.expect("it answers");
    let page = run(&mut browser).await;
    assert!(page.has("table +2"), "{}", page.body);
    assert!(page.has("the stock table was changed without an entry"));
    assert_eq!(site.world.levels("TENT").await, (6, 0));
}

#[tokio::test]
async fn a_repair_that_could_do_nothing_is_not_offered() {
    let (site, mut browser) = site().await;
    // Nobody has claimed any: the gate has nothing that could be wrong.
    site.world.stock("MUG", 5).await;
    let damage = "UPDATE stock SET available = 6 WHERE sku = 'MUG'";
    let pool = site.world.desk.pool();
    sqlx::query(damage).execute(pool).await.expect("it answers");
    let page = run(&mut browser).await;
    assert!(
        page.has("table +1") && page.has("Not here"),
        "{}",
        page.body
    );
    assert!(!page.has("Look at the repair of all"), "{}", page.body);
}

#[tokio::test]
async fn only_one_comparison_runs_and_one_that_fell_silent_is_over() {
    let (site, mut browser) = site().await;
    let pool = site.world.desk.pool();
    let running = "INSERT INTO reconciliations (actor, started_at, heard_at, compared)
        VALUES ('user:boss', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), 2)";
    sqlx::query(running)
        .execute(pool)
        .await
        .expect("it answers");
    let page = browser.get("/reconciliation").await;
    assert!(page.has("A comparison is running: 2 SKUs so far.") && !page.has("Run now"));
    let path = "/reconciliation";
    let second = browser.post_from("/", path, &[]).await;
    let page = browser.get(second.location()).await;
    assert!(page.has("Nothing was started."), "{}", page.body);
    site.wait(chrono::TimeDelta::seconds(61));
    let page = run(&mut browser).await;
    assert!(page.has("All 3 SKUs agree.") && page.has("It was broken off after 2 SKUs."));
}

#[tokio::test]
async fn a_watch_that_stopped_is_said_loudly() {
    let (site, mut browser) = site().await;
    let tell = |failures, seconds_ago| {
        let ago = chrono::TimeDelta::seconds(seconds_ago);
        let report = WorkerReport {
            name: "reconcile",
            failures,
            last_success_at: Some(site.services().clock.now() - ago),
        };
        *site.workers.lock().expect("nobody panics") = vec![report];
    };
    tell(0, 1);
    let page = browser.get("/reconciliation").await;
    assert!(
        page.has("compared with the database all the time"),
        "{}",
        page.body
    );
    tell(9, 61);
    let page = browser.get("/reconciliation").await;
    assert!(
        page.has("The watch of the gate has stopped"),
        "{}",
        page.body
    );
    assert!(page.has("role=\"alert\"") && page.has("Nothing can be oversold"));
}

#[tokio::test]
async fn a_comparison_that_was_broken_off_hides_nothing_of_the_one_before() {
    let (site, mut browser) = site().await;
    site.world.mislead_gate("CUP", 3).await;
    let page = run(&mut browser).await;
    assert!(page.has("1 difference among 3 SKUs."), "{}", page.body);
    let broken = "INSERT INTO reconciliations (actor, started_at, heard_at, ended_at, outcome)
        VALUES ('user:chen.yu', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), 'broken_off')";
    let done = sqlx::query(broken).execute(site.world.desk.pool()).await;
    done.expect("a run");
    let repair = browser.get("/reconciliation/repair").await;
    assert!(repair.has(">CUP</a>"), "{}", repair.body);
}

#[tokio::test]
async fn a_page_does_not_wait_for_a_database_that_hangs() {
    let (site, mut browser) = site().await;
    let lock = MySqlConnection::connect(&site.world.database_url).await;
    let mut lock = lock.expect("a connection");
    let locked = lock.execute("LOCK TABLES reconciliations WRITE").await;
    locked.expect("a lock");
    let page = timeout(Duration::from_secs(20), browser.get("/reconciliation"));
    let page = page.await.expect("an answer while it hangs");
    assert_eq!(page.status, 503);
}
