//! How the desk is doing, for people.

use chrono::{TimeDelta, Utc};
use stockdesk::domain::role::Role;
use stockdesk::service::health::WorkerReport;
use stockdesk::workers::{HealthWatch, Worker};

use crate::harness::site::{PASSWORD, Site};

#[tokio::test]
async fn everything_works_and_says_so_in_both_languages() {
    let site = Site::start().await;
    let mut browser = site.signed_in("guest", Role::Viewer).await;
    let page = browser.get("/health").await;
    assert_eq!(page.status, 200);
    for text in [
        "Everything works.",
        "Database</th>",
        "Redis</th>",
        "Stock gate</th>",
        " ms</td>",
    ] {
        assert!(page.has(text), "{text}: {}", page.body);
    }
    assert!(!page.has("class=\"band\""));
    let mut browser = site.browser().with("accept-language", "zh-CN");
    browser.sign_in("guest", PASSWORD).await;
    assert!(browser.get("/health").await.has("一切正常。"));
}

#[tokio::test]
async fn without_the_database_it_still_opens_and_is_a_500() {
    let site = Site::start().await;
    let mut browser = site.signed_in("guest", Role::Viewer).await;
    site.world.desk.pool().close().await;
    let page = browser.get("/health").await;
    assert_eq!(page.status, 500);
    for text in [
        "Nothing can be changed until the database answers as it should.",
        "Nothing can be changed, and little can be shown",
        "✕</span> Down",
        "class=\"band\"",
        "guest",
    ] {
        assert!(page.has(text), "{text}: {}", page.body);
    }
    // The way to it is on every page.
    let overview = browser.get("/").await;
    assert!(overview.status == 200 && overview.has("<a href=\"/health\">See health</a>"));
}

#[tokio::test]
async fn a_difference_of_the_gate_degrades_it() {
    let site = Site::start().await;
    site.world.stock("CUP", 5).await;
    let mut browser = site.signed_in("guest", Role::Viewer).await;
    let difference = "INSERT INTO gate_differences
        (stock_id, seen_at, gate_value, gate_held, available, cause)
        SELECT id, UTC_TIMESTAMP(6), 9, 0, 5, 'unknown' FROM stock";
    let pool = site.world.desk.pool();
    sqlx::query(difference)
        .execute(pool)
        .await
        .expect("the database answers");
    let page = browser.get("/health").await;
    assert_eq!(page.status, 200);
    assert!(page.has("Something does not work as usual. Reading and writing stock work."));
    assert!(page.has("The gate differs from the database or cannot be asked"));
}

/// A new instance, or the same one after a restart, looks once.
async fn look(site: &Site) {
    let mut watch = HealthWatch::new(site.services().health.clone());
    look_with(&mut watch).await;
}

async fn look_with(watch: &mut HealthWatch) {
    let round = watch.run_once(Utc::now()).await;
    round.expect("a look does not fail");
}

fn tell(site: &Site, failures: u32) {
    let report = WorkerReport {
        name: "reconcile",
        failures,
        last_success_at: Some(Utc::now()),
    };
    *site.workers.lock().expect("nobody panics") = vec![report];
}

async fn run(site: &Site, sql: &'static str) {
    let pool = site.world.desk.pool();
    sqlx::query(sql).execute(pool).await.expect(sql);
}

async fn noted(site: &Site, sql: &'static str) -> i64 {
    let count = sqlx::query_scalar(sql);
    count.fetch_one(site.world.desk.pool()).await.expect(sql)
}

const ALL: &str = "SELECT COUNT(*) FROM troubles";

#[tokio::test]
async fn the_last_day_is_drawn_and_told_over_restarts_and_once_for_all_instances() {
    let site = Site::start().await;
    let mut browser = site.signed_in("guest", Role::Viewer).await;
    look(&site).await;
    let nothing = "Nothing out of the ordinary was noted in the last 24 hours.";
    assert_eq!(
        browser.get("/health").await.body.matches(nothing).count(),
        2
    );
    tell(&site, 1);
    for _ in ["two instances", "and a restart"] {
        look(&site).await;
    }
    look(&site).await;
    assert_eq!(noted(&site, ALL).await, 1);
    let page = browser.get("/health").await;
    for text in [
        "1 time something did not work as usual or changes were paused, 1 minute in all.",
        " – now · <b>Compares the gate with the database</b>",
        "V49H",
    ] {
        assert!(page.has(text), "{text}: {}", page.body);
    }
    // It was over for minutes, and began again, worse.
    run(
        &site,
        "UPDATE troubles SET began_at = began_at - INTERVAL 12 MINUTE,
           seen_at = seen_at - INTERVAL 2 MINUTE",
    )
    .await;
    assert!(!browser.get("/health").await.has(" – now"));
    let stopped = WorkerReport {
        name: "reconcile",
        failures: 3,
        last_success_at: None,
    };
    *site.workers.lock().expect("nobody panics") = vec![stopped];
    look(&site).await;
    assert_eq!(noted(&site, ALL).await, 2);
    let going_on = "SELECT COUNT(*) FROM troubles WHERE going_on = 1 AND worst = 'down'";
    assert_eq!(noted(&site, going_on).await, 1);
    let until = Utc::now() + TimeDelta::hours(1);
    let pauses = &site.services().pauses;
    pauses
        .pause(until, "user:boss".into())
        .await
        .expect("paused");
    look(&site).await;
    let page = browser.get("/health").await;
    for text in ["3 times something", "V1H", "<b>Read-only</b></li>", "✕"] {
        assert!(page.has(text), "{text}: {}", page.body);
    }
    let mut zh = site.browser().with("accept-language", "zh-CN");
    zh.sign_in("guest", PASSWORD).await;
    assert!(zh.get("/health").await.has("共 3 次异常或暂停修改"));
    // What is older than a day is forgotten.
    run(
        &site,
        "UPDATE troubles SET began_at = began_at - INTERVAL 2 DAY,
           seen_at = seen_at - INTERVAL 2 DAY WHERE kind = 'worker'",
    )
    .await;
    tell(&site, 0);
    look(&site).await;
    assert_eq!(noted(&site, ALL).await, 1);
}

#[tokio::test]
async fn what_could_not_be_noted_is_noted_later() {
    let site = Site::start().await;
    let mut watch = HealthWatch::new(site.services().health.clone());
    look_with(&mut watch).await;
    run(&site, "RENAME TABLE troubles TO troubles_away").await;
    tell(&site, 1);
    look_with(&mut watch).await;
    let mut browser = site.signed_in("guest", Role::Viewer).await;
    let page = browser.get("/health").await;
    assert!(page.status == 200 && page.has("This could not be loaded."));
    tell(&site, 0);
    look_with(&mut watch).await;
    run(&site, "RENAME TABLE troubles_away TO troubles").await;
    look_with(&mut watch).await;
    let over = "SELECT COUNT(*) FROM troubles WHERE kind = 'worker' AND detail = 'reconcile'";
    assert_eq!(noted(&site, over).await, 1);
    look_with(&mut watch).await;
    assert_eq!(noted(&site, ALL).await, 1);
}
