//! The ledger: its list, and one entry.

use std::collections::BTreeSet;

use stockdesk::domain::role::Role;

use crate::harness::browser::{Answer, Browser};
use crate::harness::site::{PASSWORD, Site};
use crate::harness::world::{order, rollback, shop, sku, unpaid_order, warehouse};

async fn desk() -> (Site, Browser) {
    let site = Site::start().await;
    let browser = site.signed_in("chen.yu", Role::Supervisor).await;
    (site, browser)
}

/// The ids of the entries in the table, from above.
fn rows(answer: &Answer) -> Vec<String> {
    answer.quoted_after("<th scope=\"row\"><a class=\"id nb\" href=\"/ledger/")
}

/// One SKU that moved four times, another that moved once: `led_…-1` to `-4`, and `-1`.
async fn moved(site: &Site) -> (String, String) {
    site.world.stock("CUP", 10).await;
    site.world.stock("TENT", 10).await;
    let desk = &site.world.desk;
    desk.post(order("A1", &[("CUP", 2), ("TENT", 1)]), shop())
        .await
        .expect("placed");
    desk.post(unpaid_order("A2", &[("CUP", 3)]), shop())
        .await
        .expect("placed");
    desk.post(order("A3", &[("CUP", 1)]), shop())
        .await
        .expect("placed");
    desk.rollback(rollback("A3"), shop())
        .await
        .expect("returned");
    let mut ids = Vec::new();
    for name in ["CUP", "TENT"] {
        let level = site
            .services()
            .queries
            .stock(&warehouse(), &sku(name))
            .await;
        let id = level.expect("read").value.expect("there").id.0;
        ids.push(format!("led_{id}"));
    }
    (ids.remove(0), ids.remove(0))
}

#[tokio::test]
async fn the_list_is_filtered_by_its_address() {
    let (site, mut browser) = desk().await;
    let (cup, tent) = moved(&site).await;
    let cup = |versions: &[u64]| -> Vec<String> {
        versions
            .iter()
            .map(|version| format!("{cup}-{version}"))
            .collect()
    };
    let tent = vec![format!("{tent}-1")];
    let both = [cup(&[4, 3, 2]), tent.clone(), cup(&[1])].concat();
    for (query, expected) in [
        ("", both.clone()),
        ("?sku=CUP", cup(&[4, 3, 2, 1])),
        ("?sku=TENT&wh=W", tent.clone()),
        ("?order=A1", [tent.clone(), cup(&[1])].concat()),
        ("?kind=rollback", cup(&[4])),
        ("?kind=deduct&sku=CUP", cup(&[3, 2, 1])),
        ("?actor=shop", both.clone()),
        ("?actor=nobody", vec![]),
        ("?from=2020-01-01&to=2020-12-31+23:59", vec![]),
        ("?from=2020-01-01", both.clone()),
    ] {
        let list = browser.get(&format!("/ledger{query}")).await;
        assert_eq!(list.status, 200, "{query}");
        let mut found = rows(&list);
        let mut expected = expected;
        if query.is_empty()
            || query.contains("A1")
            || query.contains("actor")
            || query.contains("from")
        {
            // Two entries of one moment: either may come first.
            found.sort();
            expected.sort();
        }
        assert_eq!(found, expected, "{query}");
    }
    let list = browser.get("/ledger?sku=CUP").await;
    for text in [
        "Newest first · Rows 1–4 of 4 · as of",
        "rolled back by <a class=\"id\"",
        "<a class=\"id\" href=\"/orders/A2\">A2</a>",
        "<td class=\"num\" data-l=\"Available\">5 → 4</td>",
        "<td class=\"num\" data-l=\"Change\">−3</td>",
    ] {
        assert!(list.has(text), "{text}: {}", list.body);
    }
    assert!(!list.body.contains("type=\"checkbox\""));
    assert!(
        browser
            .get("/ledger?sku=NONE")
            .await
            .has("No ledger entry matches these filters.")
    );
    let kinds = browser.get("/ledger?actor=shop").await;
    assert!(
        kinds.has("Rows 1–5 · as of"),
        "what is not counted is left out"
    );
}

#[tokio::test]
async fn every_entry_is_met_once_while_more_are_written() {
    let (site, mut browser) = desk().await;
    site.world.stock("CUP", 100_000).await;
    site.world.stock("TENT", 100_000).await;
    let desk = &site.world.desk;
    for n in 0..130 {
        let lines = [("CUP", 1), ("TENT", 1)];
        desk.post(order(&format!("A{n}"), &lines), shop())
            .await
            .expect("placed");
    }
    for query in ["?sku=CUP", "", "?kind=deduct"] {
        let (mut seen, mut next, mut page) = (Vec::new(), Some(format!("/ledger{query}")), 0);
        while let Some(address) = next {
            let list = browser.get(&address).await;
            seen.extend(rows(&list));
            next = list.link("next");
            page += 1;
            let late = format!("B{}{page}", query.len());
            desk.post(order(&late, &[("CUP", 1)]), shop())
                .await
                .expect("placed");
        }
        let once: BTreeSet<&String> = seen.iter().collect();
        assert_eq!(once.len(), seen.len(), "{query}");
        let orders = if query.contains("sku") { 130 } else { 260 };
        let old = seen.iter().filter(|id| {
            id.rsplit('-')
                .next()
                .is_some_and(|v| v.parse::<u32>().is_ok_and(|v| v <= 130))
        });
        assert_eq!(old.count(), orders, "{query}");
    }
    let next = browser.get("/ledger").await.link("next").expect("more");
    let tampered = next.replace("after=", "after=A");
    assert_eq!(browser.get(&tampered).await.location(), "/ledger");
    assert!(browser.get("/ledger").await.has("The list moved on"));
}

#[tokio::test]
async fn a_filter_that_cannot_be_read_is_refused_over_its_form() {
    let (site, mut browser) = desk().await;
    moved(&site).await;
    for (query, field, sentence) in [
        ("sku=%E2%80%8B", "sku", "SKU: This cannot be a SKU"),
        (
            "order=a%20b",
            "order",
            "This cannot be the number of an order or an operation",
        ),
        ("kind=steal", "kind", "Kind: Choose one of the list"),
        (
            "from=yesterday",
            "from",
            "From: Enter a date and time, like 2026-11-20 12:03",
        ),
        (
            "from=2026-11-20&to=2026-11-19",
            "from",
            "From must be before To",
        ),
    ] {
        let answer = browser.get(&format!("/ledger?{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
        let item = format!("<li><a href=\"#{field}\">{sentence}</a></li>");
        assert!(answer.has(&item), "{query}: {}", answer.body);
    }
    let kept = browser.get("/ledger?from=yesterday&actor=li.wei").await;
    assert_eq!(kept.input("actor").as_deref(), Some("li.wei"));
    assert!(
        browser
            .get("/ledger?from=2026-11-20&to=2026-11-20")
            .await
            .status
            == 200
    );
}

#[tokio::test]
async fn an_entry_is_shown_with_its_document_and_its_pair() {
    let (site, mut browser) = desk().await;
    let (cup, _) = moved(&site).await;
    let first = browser.get(&format!("/ledger/{cup}-1")).await;
    for text in [
        "Deduct <span class=\"delta\">−2</span>",
        "<dd>10 → 8</dd>",
        "API key shop",
        "Order <a class=\"id\" href=\"/orders/A1\">A1</a>",
        "Not rolled back",
        "All entries of this document",
        "Rolls back all 2 entries of this document.",
    ] {
        assert!(first.has(text), "{text}: {}", first.body);
    }
    assert_eq!(rows(&first).len(), 2);
    let undone = browser.get(&format!("/ledger/{cup}-3")).await;
    assert!(undone.has(&format!(
        "rolled back by <a class=\"id\" href=\"/ledger/{cup}-4\">"
    )));
    let reversal = browser.get(&format!("/ledger/{cup}-4")).await;
    assert!(reversal.has(&format!("of <a class=\"id\" href=\"/ledger/{cup}-3\">")));
    assert!(reversal.has("A rollback cannot be rolled back."));
    for page in [&undone, &reversal] {
        assert!(!page.has("/rollback\""), "neither can be rolled back");
    }
}

#[tokio::test]
async fn rolling_back_is_offered_to_those_who_may() {
    let (site, mut supervisor) = desk().await;
    let (cup, _) = moved(&site).await;
    let button = |page: &Answer, n: u32| page.has(&format!("href=\"/ledger/{cup}-{n}/rollback\""));
    assert!(button(
        &supervisor.get(&format!("/ledger/{cup}-1")).await,
        1
    ));
    let pending = supervisor.get(&format!("/ledger/{cup}-2")).await;
    assert!(
        !button(&pending, 2) && pending.has("This order waits for payment: cancel it instead.")
    );
    for (name, role) in [("guest", Role::Viewer), ("li.wei", Role::Operator)] {
        let mut browser = site.signed_in(name, role).await;
        let page = browser.get(&format!("/ledger/{cup}-1")).await;
        assert!(page.status == 200 && !button(&page, 1), "{name}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_a_404_that_says_what_was_looked_for() {
    let (site, mut browser) = desk().await;
    let (cup, _) = moved(&site).await;
    for id in [
        format!("{cup}-9"),
        "led_999-1".into(),
        "led_01-1".into(),
        "nonsense".into(),
    ] {
        let page = browser.get(&format!("/ledger/{id}")).await;
        assert_eq!(page.status, 404, "{id}");
        assert!(page.has(&format!("There is no ledger entry {id}.")));
    }
}

#[tokio::test]
async fn the_ledger_is_in_chinese_too_and_says_when_it_cannot_be_loaded() {
    let (site, _) = desk().await;
    let mut browser = site.browser().with("accept-language", "zh-CN");
    browser.sign_in("chen.yu", PASSWORD).await;
    assert!(
        browser
            .get("/ledger")
            .await
            .has("暂无流水，库存变动后会出现。")
    );
    let (cup, _) = moved(&site).await;
    let list = browser.get("/ledger?sku=CUP").await;
    assert!(
        list.has("最新在前 · 第 1–4 行，共 4 行 · 截至"),
        "{}",
        list.body
    );
    assert!(list.has("API 密钥 shop"));
    assert!(
        browser
            .get(&format!("/ledger/{cup}-4"))
            .await
            .has("冲正不能再冲正")
    );
    site.world.desk.pool().close().await;
    let away = browser.get("/ledger").await;
    assert_eq!(away.status, 503);
    assert!(away.has("列表加载失败，并非没有数据。"));
}
