//! The page of one SKU: its past, what makes up its level, what was turned away.

use chrono::{TimeDelta, Utc};
use stockdesk::domain::actor::Actor;
use stockdesk::domain::rejection::{Rejection, ServiceError};
use stockdesk::domain::role::Role;

use crate::harness::browser::Browser;
use crate::harness::site::{PASSWORD, Site};
use crate::harness::world::{order, rollback, shop};

async fn desk() -> (Site, Browser) {
    let site = Site::start().await;
    site.world.stock("CUP", 40).await;
    let browser = site.signed_in("li.wei", Role::Viewer).await;
    (site, browser)
}

#[tokio::test]
async fn the_chart_tells_how_high_and_how_low_it_was() {
    let (site, mut browser) = desk().await;
    let desk = &site.world.desk;
    for (document, units) in [("A1", 30), ("A2", 4)] {
        desk.post(order(document, &[("CUP", units)]), shop())
            .await
            .expect("placed");
    }
    desk.rollback(rollback("A2"), shop()).await.expect("back");
    let page = browser.get("/stock/W/CUP").await;
    let told = "Last 48 hours: high 40, low 6.";
    assert_eq!(page.body.matches(told).count(), 2, "{}", page.body);
    assert!(page.has("<path d=\"M0 1H"), "{}", page.body);
    let month = browser.get("/stock/W/CUP?span=30d").await;
    assert!(month.has("Last 30 days: high 40, low 6."), "{}", month.body);
    // Long ago nothing moved: the line begins with the level of that time.
    site.wait(TimeDelta::hours(11));
    assert!(browser.get("/stock/W/CUP").await.has(told));
    let mut zh = site.browser().with("accept-language", "zh-CN");
    zh.sign_in("li.wei", PASSWORD).await;
    assert!(
        zh.get("/stock/W/CUP")
            .await
            .has("最近 48 小时：最高 40，最低 6。")
    );
}

#[tokio::test]
async fn a_sku_with_very_many_entries_is_drawn_and_explained_all_the_same() {
    let (site, mut browser) = desk().await;
    let pool = site.world.desk.pool();
    let documents = "INSERT INTO documents (document, kind, warehouse, fingerprint, actor, source,
          created_at)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25000)
        SELECT CONCAT('D', i), 'adjustment', 'W', REPEAT('x', 32), 'command:test', 'command',
               UTC_TIMESTAMP(6) FROM n";
    let entries = "INSERT INTO ledger (stock_id, version, document, kind, line, delta, balance,
          created_at)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 25000)
        SELECT s.id, i, CONCAT('D', i), 'adjust', 0, 1, s.opening + i,
               UTC_TIMESTAMP(6) - INTERVAL 25000 - i SECOND FROM n JOIN stock s";
    let level = "UPDATE stock SET version = 25000, available = available + 25000";
    let mut connection = pool.acquire().await.expect("a connection");
    for sql in [
        "SET SESSION max_recursive_iterations = 100000",
        documents,
        entries,
        level,
    ] {
        sqlx::query(sql)
            .execute(&mut *connection)
            .await
            .expect("it answers");
    }
    let page = browser.get("/stock/W/CUP").await;
    assert!(page.has("high about 25,040, low about 40"), "{}", page.body);
    assert!(page.body.len() < 40_000, "{}", page.body.len());
    let explained = browser.get("/stock/W/CUP/explain").await;
    for text in [
        "Level after",
        "-5000</a>",
        "5,040</td>",
        "+20,000",
        "<b>25,040</b>",
    ] {
        assert!(explained.has(text), "{text}: {}", explained.body);
    }
    assert!(!explained.has("role=\"alert\""));
}

#[tokio::test]
async fn a_number_is_explained_by_what_it_opened_with_and_each_kind_of_entry() {
    let (site, mut browser) = desk().await;
    let desk = &site.world.desk;
    desk.post(order("A1", &[("CUP", 30)]), shop())
        .await
        .expect("placed");
    desk.post(order("A2", &[("CUP", 4)]), shop())
        .await
        .expect("placed");
    desk.rollback(rollback("A2"), shop()).await.expect("back");
    assert!(browser.get("/stock/W/CUP").await.has("Explain this number"));
    let page = browser.get("/stock/W/CUP/explain").await;
    for text in [
        "<title>Why CUP in W has what it has – ",
        "<a href=\"/stock?wh=W\">W</a>",
        "Opening stock</th><td></td><td class=\"num\">40</td>",
        "href=\"/ledger?sku=CUP&#38;wh=W&#38;kind=deduct\">Deduct</a>",
        "−34</td>",
        "+4</td>",
        "<b>10</b>",
    ] {
        assert!(page.has(text), "{text}: {}", page.body);
    }
    assert_eq!(browser.get("/stock/W/NONE/explain").await.status, 404);
    site.world.stock("GIFT", -1).await;
    let unlimited = browser.get("/stock/W/GIFT/explain").await;
    assert!(unlimited.has("there is no number to explain"));
    // A table that says something else than its ledger cannot hide here.
    let damage = "UPDATE stock SET available = 11 WHERE sku = 'CUP'";
    sqlx::query(damage)
        .execute(site.world.desk.pool())
        .await
        .expect("it answers");
    let page = browser.get("/stock/W/CUP/explain").await;
    assert!(page.has("The stock table says 11."), "{}", page.body);
}

#[tokio::test]
async fn a_past_moment_can_be_looked_at() {
    let (site, mut browser) = desk().await;
    let desk = &site.world.desk;
    desk.post(order("A1", &[("CUP", 30)]), shop())
        .await
        .expect("placed");
    site.wait(TimeDelta::minutes(10));
    let zone = chrono_tz::Asia::Shanghai;
    let at = |minutes| {
        let at = Utc::now() + TimeDelta::minutes(minutes);
        let text = at.with_timezone(&zone).format("%Y-%m-%d %H:%M:%S");
        text.to_string()
    };
    let ask = |at: &str| format!("/stock/W/CUP?at={}", at.replace(' ', "%20"));
    let after = at(5);
    let page = browser.get(&ask(&after)).await;
    assert!(page.has("<b>10</b>") && page.has("after <a class=\"id\" href=\"/ledger/led_"));
    assert_eq!(page.input("at").as_deref(), Some(after.as_str()));
    let page = browser.get(&ask(&at(-5))).await;
    assert!(page.has("<b>40</b>") && page.has("before its first entry"));
    // The number of a past moment can be explained, too.
    let explain = |at: &str| format!("/stock/W/CUP/explain?at={}", at.replace(' ', "%20"));
    for (at, units) in [(&after, "<b>10</b>"), (&at(-5), "<b>40</b>")] {
        let link = format!("href=\"{}", &explain(at)).replace(':', "%3A");
        let page = browser.get(&ask(at)).await;
        assert!(page.has(&link), "{}", page.body);
        let page = browser.get(&explain(at)).await;
        assert!(page.has(units), "{at}: {}", page.body);
        assert!(
            page.has("Why CUP in W had what it had at "),
            "{}",
            page.body
        );
        assert_eq!(page.input("at").as_deref(), Some(at.as_str()));
        assert!(!page.has("role=\"alert\""), "{}", page.body);
    }
    let wrong = browser.get("/stock/W/CUP/explain?at=noon").await;
    assert!(wrong.status == 400 && wrong.has("Enter a date and time"));
    for (typed, wrong) in [
        ("tomorrow", "Enter a date and time"),
        ("2099-01-01", "must be in the past"),
    ] {
        let page = browser.get(&ask(typed)).await;
        assert!(page.status == 400 && page.has(wrong), "{}", page.body);
        assert!(page.has("<title>Error: CUP"));
    }
}

#[tokio::test]
async fn what_was_turned_away_is_counted_and_shown() {
    let (site, mut browser) = desk().await;
    let desk = &site.world.desk;
    assert!(!browser.get("/stock/W/CUP").await.has("Turned away"));
    let refused = async |document: &str, units, actor| {
        let answer = desk.post(order(document, &[("CUP", units)]), actor).await;
        let short = matches!(
            answer,
            Err(ServiceError::Rejected(Rejection::InsufficientStock { .. }))
        );
        assert!(short, "{answer:?}");
    };
    for n in 0..3 {
        refused(&format!("B{n}"), 100, shop()).await;
    }
    desk.post(order("A1", &[("CUP", 40)]), shop())
        .await
        .expect("placed");
    refused("C1", 2, shop()).await;
    // What staff try is no demand.
    let (name, role) = ("li.wei".to_owned(), Role::Operator);
    refused("C2", 7, Actor::User { name, role }).await;
    let now = site.services().clock.now();
    assert_eq!(desk.write_turned_away(now).await.expect("written"), 2);
    assert_eq!(desk.write_turned_away(now).await.expect("written"), 0);
    let page = browser.get("/stock/W/CUP").await;
    for text in [
        "Less was left than asked for</th><td class=\"num\">3 claims, 300 units</td>",
        "Nothing was left</th><td class=\"num\">1 claim, 2 units</td>",
    ] {
        assert!(page.has(text), "{text}: {}", page.body);
    }
    // The same minute again adds up; an hour later it is only in the day's sum.
    refused("C3", 5, shop()).await;
    desk.write_turned_away(now).await.expect("written");
    assert!(browser.get("/stock/W/CUP").await.has("2 claims, 7 units"));
    site.wait(TimeDelta::minutes(62));
    let page = browser.get("/stock/W/CUP").await;
    assert!(page.has("0 claims, 0 units</td><td class=\"num\">2 claims, 7 units"));
    site.world.assert_sound().await;
}

#[tokio::test]
async fn the_last_comparison_of_it_is_said_with_what_it_found() {
    let (site, mut browser) = desk().await;
    site.world.stock("TENT", 5).await;
    let first = browser.get("/stock/W/CUP").await;
    assert!(
        first.has("<dt>Last reconciled</dt><dd>Not yet"),
        "{}",
        first.body
    );
    let pool = site.world.desk.pool();
    let damage = "UPDATE stock SET available = 7 WHERE sku = 'TENT'";
    sqlx::query(damage).execute(pool).await.expect("it answers");
    let mut chen = site.signed_in("chen.yu", Role::Supervisor).await;
    super::reconciliation::run(&mut chen).await;
    let page = browser.get("/stock/W/CUP").await;
    for text in ["<a href=\"/reconciliation/1\"><time", "no difference found"] {
        assert!(page.has(text), "{text}: {}", page.body);
    }
    let page = browser.get("/stock/W/TENT").await;
    assert!(page.has("table +2</b>"), "{}", page.body);
    assert!(!page.has("no difference found"));
    // A run says nothing of what was not there yet, nor one that was broken off of anything.
    site.world.stock("NEW", 5).await;
    let broken = "INSERT INTO reconciliations (actor, started_at, heard_at, ended_at, outcome)
        SELECT 'user:x', UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), 'broken_off'";
    sqlx::query(broken).execute(pool).await.expect("it answers");
    assert!(browser.get("/stock/W/NEW").await.has("<dd>Not yet"));
    assert!(browser.get("/stock/W/TENT").await.has("table +2</b>"));
    // Of more than is kept, those that are not among it are not known.
    let many = "UPDATE reconciliations SET differences = 1001 WHERE id = 1";
    sqlx::query(many).execute(pool).await.expect("it answers");
    assert!(browser.get("/stock/W/CUP").await.has("<dd>Not yet"));
    let away = "UPDATE reconciliations SET differences = 1, outcome = 'gate_away' WHERE id = 1";
    sqlx::query(away).execute(pool).await.expect("it answers");
    let mut zh = site.browser().with("accept-language", "zh-CN");
    zh.sign_in("li.wei", PASSWORD).await;
    let page = zh.get("/stock/W/CUP").await;
    assert!(page.has("库存表与流水一致，闸口未答复"), "{}", page.body);
}
