//! Adjustments and their idempotency keys.

use serde_json::{Value, json};
use stockdesk::domain::role::Scope;

use super::{Shop, assert_problem, assert_replay, fields, send};
use crate::harness::site::Site;

fn adjustment(line: Value) -> Value {
    json!({"warehouse": "W", "lines": [line], "reason": "received", "note": ""})
}

#[tokio::test]
async fn levels_are_changed_and_set_once_for_each_key() {
    let site = Site::start().await;
    site.world.stock("A", 10).await;
    let shop = Shop::new(&site, Scope::Stock).await;
    let plus = adjustment(json!({"sku": "A", "delta": 5}));
    let first = shop.adjust("\"8e03978e-40d5\"", &plus).await;
    assert_eq!(first.status, 201, "{}", first.body);
    let receipt = first.json();
    let document = receipt["document"].as_str().expect("a document");
    assert_eq!(
        first.header("location"),
        format!("/api/v1/ledger?document={document}")
    );
    let line = &receipt["lines"][0];
    assert_eq!(
        (&line["delta"], &line["available"]),
        (&json!(5), &json!(15))
    );
    // The quotes are not part of the key.
    assert_replay(&first, &shop.adjust("8e03978e-40d5", &plus).await);
    let other = shop
        .adjust(
            "8e03978e-40d5",
            &adjustment(json!({"sku": "A", "delta": 6})),
        )
        .await;
    assert_problem(&other, 422, "different_content");

    let set =
        |version: u64| adjustment(json!({"sku": "A", "set_to": 7, "expected_version": version}));
    let seen = line["version"].as_u64().expect("a version");
    let stale = shop.adjust("K2", &set(seen - 1)).await;
    let problem = assert_problem(&stale, 409, "version_changed");
    assert_eq!(
        (&problem["version"], &problem["available"]),
        (&json!(seen), &json!(15))
    );
    let counted = shop.adjust("K2", &set(seen)).await;
    assert_eq!(counted.status, 201, "{}", counted.body);
    assert_eq!(counted.json()["lines"][0]["delta"], -8);
    assert_replay(&counted, &shop.adjust("K2", &set(seen)).await);
    let short = shop
        .adjust("K3", &adjustment(json!({"sku": "A", "delta": -8})))
        .await;
    assert_problem(&short, 409, "insufficient_stock");
    assert_eq!(site.world.levels("A").await, (7, 0));
    site.world.assert_sound().await;
}

#[tokio::test]
async fn a_key_belongs_to_the_shop_that_chose_it() {
    let site = Site::start().await;
    site.world.stock("A", 10).await;
    let one = Shop::new(&site, Scope::Stock).await;
    let other = Shop::with_key(&site, &site.api_key("other", Scope::Stock).await);
    let body = adjustment(json!({"sku": "A", "delta": 5}));
    for shop in [one, other] {
        assert_eq!(shop.adjust("same", &body).await.status, 201);
    }
    assert_eq!(site.world.levels("A").await, (20, 0));
}

#[tokio::test]
async fn without_exactly_one_good_key_nothing_happens() {
    let site = Site::start().await;
    site.world.stock("A", 10).await;
    let shop = Shop::new(&site, Scope::Stock).await;
    let body = adjustment(json!({"sku": "A", "delta": 5}));
    let none = shop.post("/adjustments", &body).await;
    assert_problem(&none, 400, "idempotency_key_missing");
    assert_problem(
        &shop.adjust("", &body).await,
        400,
        "idempotency_key_missing",
    );
    let long = "x".repeat(256);
    for bad in ["\"\"", "\"a", "a, b", "a b", "\"a\";p=1", &long] {
        assert_problem(&shop.adjust(bad, &body).await, 400, "malformed");
    }
    let request = shop
        .request(reqwest::Method::POST, "/adjustments")
        .json(&body);
    let twice = request
        .header("idempotency-key", "a")
        .header("idempotency-key", "a");
    assert_problem(&send(twice).await, 400, "malformed");
    assert_eq!(site.world.levels("A").await, (10, 0));
    assert_eq!(shop.adjust(&"x".repeat(255), &body).await.status, 201);
}

#[tokio::test]
async fn a_line_changes_or_sets_and_never_both() {
    let site = Site::start().await;
    site.world.stock("A", 10).await;
    site.world.stock("FILM", -1).await;
    let shop = Shop::new(&site, Scope::Stock).await;
    let cases = [
        (json!({"sku": "A"}), "lines[0].delta"),
        (json!({"sku": "A", "delta": 0}), "lines[0].delta"),
        (json!({"sku": "A", "delta": 1_000_001}), "lines[0].delta"),
        (json!({"sku": "A", "delta": "5"}), "lines[0].delta"),
        (json!({"sku": "A", "delta": 5.0}), "lines[0].delta"),
        (
            json!({"sku": "A", "delta": 5, "set_to": 5}),
            "lines[0].set_to",
        ),
        (json!({"sku": "A", "set_to": -1}), "lines[0].set_to"),
        (
            json!({"sku": "A", "set_to": 1_000_000_000}),
            "lines[0].set_to",
        ),
        (
            json!({"sku": "A", "delta": 5, "expected_version": 1}),
            "lines[0].expected_version",
        ),
        (
            json!({"sku": "A", "set_to": 5, "expected_version": -1}),
            "lines[0].expected_version",
        ),
    ];
    for (line, field) in cases {
        let answer = shop.adjust("K", &adjustment(line)).await;
        assert_eq!(fields(&answer), [field]);
    }
    let mut twice = adjustment(json!({"sku": "A", "set_to": 5}));
    twice["lines"] = json!([{"sku": "A", "set_to": 5}, {"sku": "A", "delta": 5}]);
    assert_eq!(fields(&shop.adjust("K", &twice).await), ["lines[1].sku"]);
    let mut silent = adjustment(json!({"sku": "A", "delta": 5}));
    silent["reason"] = Value::Null;
    assert_eq!(fields(&shop.adjust("K", &silent).await), ["reason"]);
    let unlimited = shop
        .adjust("K", &adjustment(json!({"sku": "FILM", "set_to": 5})))
        .await;
    assert_problem(&unlimited, 422, "unlimited_stock");
    // The key was not used up by what was refused.
    let good = shop
        .adjust("K", &adjustment(json!({"sku": "A", "delta": 5})))
        .await;
    assert_eq!(good.status, 201, "{}", good.body);
}
