//! Stock and ledger, one and in pages.

use reqwest::Method;
use serde_json::{Value, json};
use stockdesk::domain::role::Scope;
use stockdesk::web::paths::segment;

use super::{Shop, assert_problem, fields, send};
use crate::harness::browser::Answer;
use crate::harness::site::Site;

#[tokio::test]
async fn every_sku_is_found_under_its_own_name_and_no_other() {
    let site = Site::start().await;
    let shop = Shop::new(&site, Scope::Orders).await;
    let skus = [
        "CUP-1",
        "BANK CHARGES",
        "a/b",
        "a//b",
        "a%2Fb",
        "100%",
        "%41",
        "a+b",
        "a'b\"c;--",
        "a?b#c",
        "😀",
        "杯",
        "Ä",
        "A\u{308}",
        "a\\b",
        "..a",
        "a&b=c",
        "<b>",
        "%",
        "%%",
        "a~b",
    ];
    for sku in skus {
        site.world.stock(sku, 100).await;
    }
    for (n, sku) in skus.iter().enumerate() {
        let body = json!({"document": format!("D{n}"), "warehouse": "W",
            "lines": [{"sku": sku, "quantity": n + 1}]});
        let deducted = shop.post("/deductions", &body).await;
        assert_eq!(deducted.status, 201, "{sku}: {}", deducted.body);
    }
    for (n, sku) in skus.iter().enumerate() {
        let seen = shop.get(&format!("/stock/W/{}", segment(sku))).await;
        assert_eq!(seen.status, 200, "{sku}: {}", seen.body);
        let expected = (&json!(sku), &json!(99 - n));
        let level = seen.json();
        assert_eq!((&level["sku"], &level["available"]), expected);
        let listed = shop.get(&format!("/ledger?sku={}", segment(sku))).await;
        assert_eq!(names(&listed, "document"), [format!("D{n}")], "{sku}");
    }
    for other in [
        "cup-1",
        "CUP-1%20",
        "%20CUP-1",
        "CUP%2D1%00",
        "a%252Fb%20",
        "%FF",
        "%C3%84%00",
    ] {
        assert_problem(
            &shop.get(&format!("/stock/W/{other}")).await,
            404,
            "not_found",
        );
    }
    // Letters need not be encoded, and may be.
    for same in ["CUP-1", "%43%55%50%2D%31"] {
        assert_eq!(
            shop.get(&format!("/stock/W/{same}")).await.json()["sku"],
            "CUP-1"
        );
    }
}

#[tokio::test]
async fn one_sku_is_told_with_all_its_numbers() {
    let site = Site::selling().await;
    site.world.stock("A", 10).await;
    site.world.stock("FILM", -1).await;
    let shop = Shop::new(&site, Scope::Orders).await;
    let order = json!({"order_no": "O1", "warehouse": "W", "lines": [{"sku": "A", "quantity": 3}],
        "pay_within_seconds": 60, "gateway": "sandbox", "amount": {"minor": 1, "currency": "CNY"}});
    let placed = shop.post("/orders", &order).await.json();
    let seen = shop.get("/stock/W/A").await;
    assert_eq!(seen.header("content-type"), "application/json");
    let mut level = seen.json();
    let updated_at = level["updated_at"].take();
    assert_eq!(updated_at, placed["created_at"]);
    let expected = json!({"warehouse": "W", "sku": "A", "name": "Name of A", "available": 7,
        "reserved": 3, "on_hand": 10, "unlimited": false, "state": "ok", "low_water": null,
        "version": 1, "updated_at": null});
    assert_eq!(level, expected);
    let film = shop.get("/stock/W/FILM").await.json();
    let unlimited = (&film["available"], &film["on_hand"], &film["unlimited"]);
    assert_eq!(unlimited, (&Value::Null, &Value::Null, &json!(true)));
    let head = send(shop.request(Method::HEAD, "/stock/W/A")).await;
    assert_eq!((head.status, head.body.as_str()), (200, ""));

    let at = |time: &str| format!("/stock/W/A?at={time}");
    let now = updated_at.as_str().expect("a time");
    let past = shop.get(&at(now)).await.json();
    assert_eq!(
        (&past["available"], &past["version"]),
        (&json!(7), &json!(1))
    );
    assert_eq!(past["at"], now);
    for before in [
        "2020-01-01T00:00:00Z",
        "2020-01-01T08:00:00%2B08:00",
        "2020-01-01T08:00:00+08:00",
    ] {
        let past = shop.get(&at(before)).await.json();
        assert_eq!(
            (&past["available"], &past["entry"]),
            (&json!(10), &Value::Null),
            "{before}"
        );
        assert_eq!(past["at"], "2020-01-01T00:00:00.000000Z");
    }
    for wrong in ["yesterday", "2020-01-01", "1577836800"] {
        assert_eq!(fields(&shop.get(&at(wrong)).await), ["at"]);
    }
}

/// The SKUs, or entries, of a page.
fn names(answer: &Answer, member: &str) -> Vec<String> {
    let json = answer.json();
    let items = json["items"].as_array().expect("a list").iter();
    items
        .map(|item| item[member].as_str().expect("a text").to_owned())
        .collect()
}

/// Walks a list to its end, and returns what was on each page.
async fn walk(shop: &Shop, list: &str, member: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut after = String::new();
    loop {
        let page = shop.get(&format!("{list}&after={after}")).await;
        assert_eq!(page.status, 200, "{}", page.body);
        pages.push(names(&page, member));
        match page.json()["next"].as_str() {
            Some(next) => after = next.to_owned(),
            None => return pages,
        }
    }
}

#[tokio::test]
async fn lists_are_walked_page_by_page() {
    let site = Site::start().await;
    let shop = Shop::new(&site, Scope::Orders).await;
    for n in 0..5 {
        site.world.stock(&format!("S{n}"), 10).await;
        let line = json!([{"sku": format!("S{n}"), "quantity": 1}]);
        let body = json!({"document": format!("D{n}"), "warehouse": "W", "lines": line,
            "reason": "sample", "note": "两件"});
        assert_eq!(shop.post("/deductions", &body).await.status, 201);
    }
    let pages = walk(&shop, "/stock?warehouse=W&limit=2", "sku").await;
    assert_eq!(pages, [vec!["S0", "S1"], vec!["S2", "S3"], vec!["S4"]]);
    let pages = walk(&shop, "/ledger?warehouse=&sku=&limit=2", "document").await;
    assert_eq!(pages, [vec!["D4", "D3"], vec!["D2", "D1"], vec!["D0"]]);
    assert_eq!(
        walk(&shop, "/stock?warehouse=V&limit=2", "sku").await,
        [vec![] as Vec<&str>]
    );
    let one = shop.get("/ledger?document=D3").await;
    let mut entry = one.json()["items"][0].clone();
    assert!(
        entry["created_at"]
            .take()
            .as_str()
            .is_some_and(|at| at.ends_with('Z'))
    );
    assert!(
        entry["id"]
            .take()
            .as_str()
            .is_some_and(|id| id.starts_with("led_"))
    );
    let expected = json!({"id": null, "warehouse": "W", "sku": "S3", "kind": "deduct", "delta": -1,
        "balance": 9, "document": "D3", "document_kind": "deduction", "reverses": null,
        "reversed_by": null, "op": null, "actor": "key:orders", "source": "api",
        "reason": "sample", "note": "两件", "reference": null, "created_at": null});
    assert_eq!(entry, expected);
}

#[tokio::test]
async fn a_list_that_cannot_be_is_refused() {
    let site = Site::start().await;
    site.world.stock("A", 1).await;
    site.world.stock("B", 1).await;
    let shop = Shop::new(&site, Scope::Read).await;
    for (query, field) in [
        ("/stock?limit=0", "limit"),
        ("/stock?limit=501", "limit"),
        ("/stock?limit=ten", "limit"),
        ("/stock?limit=-1", "limit"),
        ("/stock?warehouse=a%20b", "warehouse"),
        ("/stock?warehouse=%FF", "warehouse"),
        ("/stock?warehous=W", "warehous"),
        ("/ledger?document=%2F", "document"),
        ("/ledger?sku=%20A", "sku"),
        ("/stock/W/A?as_of=now", "as_of"),
    ] {
        assert_eq!(fields(&shop.get(query).await), [field], "{query}");
    }
    let next = shop.get("/stock?limit=1").await.json()["next"]
        .as_str()
        .expect("more")
        .to_owned();
    let bad = [
        "/stock?limit=1&after=x".to_owned(),
        format!("/stock?after={}", &next[1..]),
        format!("/ledger?after={next}"),
        "/stock?limit=1&limit=2".to_owned(),
    ];
    for query in bad {
        assert_problem(&shop.get(&query).await, 400, "malformed");
    }
}
