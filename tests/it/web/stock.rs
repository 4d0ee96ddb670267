//! The list of stock, and the page of one SKU.

use std::collections::BTreeSet;

use stockdesk::domain::role::Role;

use crate::harness::browser::{Answer, Browser};
use crate::harness::site::Site;
use crate::harness::world::{order, rollback, shop, unpaid_order};

async fn desk() -> (Site, Browser) {
    let site = Site::start().await;
    let browser = site.signed_in("li.wei", Role::Operator).await;
    (site, browser)
}

async fn sql(site: &Site, statement: &'static str) {
    let pool = site.world.desk.pool();
    sqlx::query(statement)
        .execute(pool)
        .await
        .expect("the database answers");
}

async fn shelves(site: &Site) {
    for (name, available) in [("CUP-1", 40), ("CUP-2", 3), ("TENT", 0), ("GIFT", -1)] {
        site.world.stock(name, available).await;
    }
    sql(site, "UPDATE stock SET low_water = 10 WHERE sku = 'CUP-2'").await;
    sql(
        site,
        "INSERT INTO warehouses VALUES ('BJ', UTC_TIMESTAMP(6))",
    )
    .await;
    sql(
        site,
        "INSERT INTO stock (warehouse, sku, name, opening, available, created_at, updated_at)
         VALUES ('BJ', 'CUP-1', '保温杯', 9, 9, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))",
    )
    .await;
    site.world.findable().await;
}

/// The addresses of the SKUs in the table, from above.
fn rows(answer: &Answer) -> Vec<String> {
    answer.quoted_after("<th scope=\"row\"><a class=\"id\" href=\"")
}

#[tokio::test]
async fn the_list_is_searched_filtered_and_sorted_by_its_address() {
    let (site, mut browser) = desk().await;
    shelves(&site).await;
    for (query, expected) in [
        (
            "",
            &[
                "/stock/BJ/CUP-1",
                "/stock/W/CUP-1",
                "/stock/W/CUP-2",
                "/stock/W/GIFT",
                "/stock/W/TENT",
            ][..],
        ),
        ("?q=cup&wh=W", &["/stock/W/CUP-1", "/stock/W/CUP-2"]),
        ("?q=%E4%BF%9D%E6%B8%A9", &["/stock/BJ/CUP-1"]),
        ("?state=low", &["/stock/W/CUP-2"]),
        ("?state=out", &["/stock/W/TENT"]),
        ("?state=unlimited&sort=sku", &["/stock/W/GIFT"]),
        (
            "?sort=available&wh=W",
            &[
                "/stock/W/GIFT",
                "/stock/W/TENT",
                "/stock/W/CUP-2",
                "/stock/W/CUP-1",
            ],
        ),
    ] {
        let list = browser.get(&format!("/stock{query}")).await;
        assert_eq!(list.status, 200, "{query}");
        assert_eq!(rows(&list), expected, "{query}");
        assert!(list.has(&format!(
            "Rows 1–{} of {} · as of",
            expected.len(),
            expected.len()
        )));
    }
}

#[tokio::test]
async fn an_exact_sku_is_opened_when_one_warehouse_holds_it() {
    let (site, mut browser) = desk().await;
    shelves(&site).await;
    for (query, opens) in [
        ("q=CUP-2", "/stock/W/CUP-2"),
        ("q=+CUP-2+", "/stock/W/CUP-2"),
        ("q=%EF%BC%A3%EF%BC%B5%EF%BC%B0-2", "/stock/W/CUP-2"),
        ("q=CUP-1&wh=BJ", "/stock/BJ/CUP-1"),
    ] {
        let answer = browser.get(&format!("/stock?{query}")).await;
        assert_eq!(answer.location(), opens, "{query}");
    }
    for query in ["q=CUP-1", "q=cup-2", "q=CUP", "q=CUP-2&wh=BJ"] {
        assert_eq!(
            browser.get(&format!("/stock?{query}")).await.status,
            200,
            "{query}"
        );
    }
}

#[tokio::test]
async fn every_row_is_met_once_on_the_way_through_the_pages_while_rows_are_added() {
    let (site, mut browser) = desk().await;
    for n in 0..120 {
        site.world.stock(&format!("A-{n:03}"), n).await;
    }
    for sort in ["sku", "available"] {
        let (mut seen, mut pages) = (Vec::new(), Vec::new());
        let mut next = Some(format!("/stock?sort={sort}"));
        while let Some(address) = next {
            let list = browser.get(&address).await;
            seen.extend(rows(&list));
            next = list.link("next");
            // One that belongs on a page already seen, one that belongs further on.
            site.world
                .stock(&format!("A-000-{sort}-{}", pages.len()), 0)
                .await;
            pages.push((address, list));
        }
        let old: Vec<&String> = seen
            .iter()
            .filter(|path| path.len() == "/stock/W/A-000".len())
            .collect();
        let once: BTreeSet<&String> = old.iter().copied().collect();
        assert_eq!((old.len(), once.len()), (120, 120), "{sort}");
        assert!(pages[1].1.has("Rows 51–100 of "), "{sort}");
        assert!(pages[1].1.has("<title>Stock (page 2)"), "{sort}");
        // And back again, page by page.
        for pair in pages.windows(2).rev() {
            let back = pair[1].1.link("prev").expect("a way back");
            let page = browser.get(&back).await;
            assert_eq!(page.status, 200);
            assert!(page.has(&format!(
                "Rows {}",
                if pair[0].1.has("Rows 51–") {
                    "51–"
                } else {
                    "1–"
                }
            )));
        }
    }
}

#[tokio::test]
async fn a_cursor_that_is_not_ours_leads_to_the_start() {
    let (site, mut browser) = desk().await;
    for n in 0..60 {
        site.world.stock(&format!("A-{n:03}"), 5).await;
    }
    let list = browser.get("/stock?wh=W").await;
    let next = list.link("next").expect("a second page");
    assert_eq!(browser.get(&next).await.status, 200);
    let after = next.split("after=").nth(1).expect("a cursor");
    let tampered = format!("/stock?wh=W&after={}x", &after[..after.len() - 2]);
    let of_another_list = format!("/stock?after={after}");
    for (address, start) in [(tampered, "/stock?wh=W"), (of_another_list, "/stock")] {
        let answer = browser.get(&address).await;
        assert_eq!(answer.location(), start);
        let list = browser.get(start).await;
        assert!(list.has("The list moved on, you are at the start."));
        assert!(
            !browser.get(start).await.has("The list moved on"),
            "said once"
        );
    }
    site.wait(chrono::TimeDelta::hours(11));
    assert_eq!(browser.get(&next).await.status, 200);
}

#[tokio::test]
async fn a_filter_that_cannot_be_read_is_refused_over_its_form() {
    let (site, mut browser) = desk().await;
    shelves(&site).await;
    let long = format!("q={}", "x".repeat(101));
    for (query, field, sentence) in [
        ("state=gone", "state", "State: Choose one of the list"),
        ("sort=name", "sort", "Sort: Choose one of the list"),
        ("wh=%3Cb%3E", "wh", "There is no warehouse &#60;b&#62;"),
        (
            long.as_str(),
            "q",
            "SKU or name: Enter 100 characters or fewer",
        ),
    ] {
        let answer = browser.get(&format!("/stock?{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
        assert!(answer.has("<title>Error: Stock"), "{query}");
        assert!(
            answer.has(&format!("<li><a href=\"#{field}\">{sentence}</a></li>")),
            "{query}: {}",
            answer.body
        );
        assert!(rows(&answer).is_empty());
    }
}

#[tokio::test]
async fn nothing_to_show_says_why() {
    let (site, mut browser) = desk().await;
    assert!(
        browser
            .get("/stock")
            .await
            .has("No SKUs yet. They appear when stock is imported.")
    );
    shelves(&site).await;
    let none = browser.get("/stock?q=zzz").await;
    assert!(none.has("No SKU matches these filters. <a href=\"/stock\">Clear filters</a>"));
    site.world.desk.pool().close().await;
    let away = browser.get("/stock?state=low").await;
    assert_eq!(away.status, 503);
    assert_eq!(away.header("retry-after"), "2");
    assert!(away.has("The list could not be loaded. It is not empty."));
    assert!(away.has("<a href=\"/stock?state=low\">Try again</a>"));
}

#[tokio::test]
async fn names_that_look_like_markup_stay_names() {
    let (site, mut browser) = desk().await;
    let hostile = "<script>alert('1')</script>\" onx=\"/../%2F?#&杯 😀";
    site.world.stock(hostile, 7).await;
    sql(
        &site,
        "UPDATE stock SET name = '<img src=x onerror=alert(1)> \"&'",
    )
    .await;
    site.world.findable().await;
    let list = browser.get("/stock?q=%3Cscript").await;
    assert!(
        !list.has("<script>alert") && !list.has("<img"),
        "{}",
        list.body
    );
    let path = rows(&list).pop().expect("a row");
    assert!(
        path.bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._~%/".contains(&b)),
        "{path}"
    );
    let page = browser.get(&path).await;
    assert_eq!(page.status, 200);
    assert!(page.has("&#60;script&#62;alert("));
    assert!(!page.has("<script>alert") && !page.has("<img"));
    let exact = format!("/stock?q={}", stockdesk::web::paths::segment(hostile));
    assert_eq!(browser.get(&exact).await.location(), path);
}

#[tokio::test]
async fn the_page_of_a_sku_shows_its_levels_its_orders_and_its_timeline() {
    let (site, mut browser) = desk().await;
    shelves(&site).await;
    let desk = &site.world.desk;
    desk.post(unpaid_order("A1", &[("CUP-1", 3)]), shop())
        .await
        .expect("placed");
    desk.post(unpaid_order("A2", &[("CUP-1", 1)]), shop())
        .await
        .expect("placed");
    desk.post(order("A3", &[("CUP-1", 2)]), shop())
        .await
        .expect("placed");
    desk.rollback(rollback("A3"), shop())
        .await
        .expect("returned");
    let page = browser.get("/stock/W/CUP-1").await;
    assert_eq!(page.status, 200);
    for text in [
        "<dd><span class=\"big\">36</span>",
        "<a href=\"/orders?sku=CUP-1\">4 units in 2 orders</a>",
        "<dt>On hand</dt><dd>40</dd>",
        "<dt>Version</dt><dd>4</dd>",
        "The gate agrees",
        "Roll back <span class=\"delta\">+2</span></b> available 34 → 36",
        "Deduct <span class=\"delta\">−1</span></b> available 37 → 36",
        "API key shop",
        "href=\"/orders/A2\"",
        "/ledger?sku=CUP-1&#38;wh=W",
        "rolled back by <a class=\"id\" href=\"/ledger/led_",
    ] {
        assert!(page.has(text), "{text}: {}", page.body);
    }
    let unlimited = browser.get("/stock/W/GIFT").await;
    assert!(unlimited.has("<span class=\"big\">Unlimited</span>"));
    assert!(unlimited.has("No ledger entries yet. They appear when stock moves."));
}

#[tokio::test]
async fn buttons_are_shown_to_those_who_may_use_them() {
    let (site, mut operator) = desk().await;
    shelves(&site).await;
    let mut viewer = site.signed_in("guest", Role::Viewer).await;
    let buttons = [
        "/stock/W/CUP-1/deduct",
        "/stock/W/CUP-1/adjust",
        "/stock/W/CUP-1/set",
    ];
    let page = operator.get("/stock/W/CUP-1").await;
    assert!(
        buttons
            .iter()
            .all(|button| page.has(&format!("href=\"{button}\"")))
    );
    let page = viewer.get("/stock/W/CUP-1").await;
    assert!(!buttons.iter().any(|button| page.has(button)));
    let page = operator.get("/stock/W/GIFT").await;
    assert!(page.has("/stock/W/GIFT/deduct") && !page.has("/stock/W/GIFT/set"));
}

#[tokio::test]
async fn a_sku_that_is_not_there_is_a_404_with_the_closest_ones() {
    let (site, mut browser) = desk().await;
    shelves(&site).await;
    for (path, close) in [
        ("/stock/W/CUP-3", "/stock/W/CUP-2"),
        ("/stock/BJ/CUP-2", "/stock/W/CUP-2"),
        ("/stock/W/cup-1", "/stock/W/CUP-1"),
        ("/stock/NOWHERE/CUP-1", "/stock/BJ/CUP-1"),
    ] {
        let page = browser.get(path).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(
            page.has(&format!("<a class=\"id\" href=\"{close}\">")),
            "{path}"
        );
        assert!(page.has("type=\"search\""));
    }
    for path in ["/stock/W/%20x", "/stock/W/%E2%80%8B", "/stock/a%20b/x"] {
        assert_eq!(browser.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn both_pages_are_in_chinese_too() {
    let (site, _) = desk().await;
    shelves(&site).await;
    let mut browser = site.browser().with("accept-language", "zh-CN");
    browser
        .sign_in("li.wei", crate::harness::site::PASSWORD)
        .await;
    let list = browser.get("/stock?state=low").await;
    assert!(list.has("第 1–1 行，共 1 行 · 截至") && list.has("▲</span> 偏低"));
    let page = browser.get("/stock/BJ/CUP-1").await;
    assert!(page.has("库存数量，截至") && page.has("<p>保温杯</p>"));
    assert!(
        browser
            .get("/stock/BJ/CUP-9")
            .await
            .has("BJ 没有 SKU “CUP-9”")
    );
}

#[tokio::test]
async fn a_list_of_fifty_rows_is_small() {
    use std::io::Write;

    let (site, mut browser) = desk().await;
    for n in 0..60 {
        site.world.stock(&format!("CUP-{n:04}-RED"), n * 37).await;
    }
    let list = browser.get("/stock").await;
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(list.body.as_bytes()).expect("in memory");
    let bytes = gzip.finish().expect("in memory").len();
    assert!(bytes <= 10_240, "{bytes} bytes");
}
