//! Orders: placed once, cancelled once, never oversold.

use std::sync::Arc;

use chrono::Utc;
use futures_util::future::join_all;
use serde_json::{Value, json};
use stockdesk::domain::role::Scope;
use stockdesk::gateway::{Gateways, StripeGateway};

use super::{Shop, assert_problem, assert_replay, found, order, pay, switch, unpaid};
use crate::gateway::stripe::world as stripe;
use crate::gateway::wechat::world as wechat;
use crate::harness::site::Site;

#[tokio::test]
async fn an_order_is_placed_and_answered_as_the_contract_says() {
    let site = Site::selling().await;
    site.world.stock("CUP-1", 10).await;
    site.world.stock("FILM", -1).await;
    let shop = Shop::new(&site, Scope::Orders).await;
    let body = unpaid("A1001", &[("CUP-1", 2), ("FILM", 1)]);
    let first = shop.post("/orders", &body).await;
    assert_eq!(first.status, 201, "{}", first.body);
    assert_eq!(first.header("location"), "/api/v1/orders/A1001");
    assert_eq!(first.header("content-type"), "application/json");
    let receipt = first.json();
    let lines = json!([{"sku": "CUP-1", "quantity": 2, "available": 8},
        {"sku": "FILM", "quantity": 1, "available": null}]);
    assert_eq!(receipt["lines"], lines);
    assert_eq!(receipt["order_no"], "A1001");
    assert_eq!(receipt["status"], "pending");
    assert_eq!(receipt["warehouse"], "W");
    assert_eq!(receipt["replayed"], false);
    let time = |name: &str| {
        let text = receipt[name].as_str().expect("a time");
        assert!(text.ends_with('Z') && text.len() == 27, "{text}");
        chrono::DateTime::parse_from_rfc3339(text).expect("RFC 3339")
    };
    assert_eq!(
        (time("pay_deadline") - time("created_at")).num_seconds(),
        900
    );
    assert_replay(&first, &shop.post("/orders", &body).await);
    let body = unpaid("A1001", &[("FILM", 1), ("CUP-1", 2)]);
    assert_replay(&first, &shop.post("/orders", &body).await);
    let plain = shop.post("/orders", &order("A1002", &[("CUP-1", 1)])).await;
    let plain = plain.json();
    assert_eq!(plain["status"], "paid");
    assert_eq!(plain["pay_deadline"], Value::Null);
    site.world.assert_sound().await;
}

#[tokio::test]
async fn the_payment_is_created_without_waiting_for_a_worker() {
    let site = Site::selling().await;
    site.world.stock("A", 10).await;
    let shop = Shop::new(&site, Scope::Orders).await;
    shop.post("/orders", &unpaid("P1", &[("A", 1)])).await;
    let url = found("a payment to be paid at", async || {
        let order = shop.get("/orders/P1").await.json();
        order["payment"]["url"].as_str().map(str::to_owned)
    });
    assert!(url.await.starts_with("http://"));
    pay(&site, "P1").await;
    let paid = found("the gateway's word that money came", async || {
        let order = shop.get("/orders/P1").await.json();
        (order["status"] == "paid").then_some(order)
    });
    let paid = paid.await;
    assert_eq!(paid["payment"]["state"], "paid");
    assert!(paid["payment"]["transaction_id"].is_string(), "{paid}");
    let events = paid["events"].as_array().expect("a list");
    let kinds: Vec<_> = events.iter().map(|event| event["kind"].as_str()).collect();
    assert_eq!(kinds, [Some("payment_created"), Some("paid")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_at_once_for_a_hundred_units() {
    let site = Site::start().await;
    site.world.stock("HOT", 100).await;
    let shop = Shop::new(&site, Scope::Orders).await;
    let claims = (0..500).map(|n| {
        let shop = shop.clone();
        async move {
            shop.post("/orders", &order(&format!("H{n}"), &[("HOT", 1)]))
                .await
        }
    });
    let answers = join_all(claims).await;
    let sold = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(sold, 100);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        let problem = assert_problem(answer, 409, "insufficient_stock");
        let lines = json!([{"sku": "HOT", "requested": 1, "available": 0}]);
        assert_eq!(problem["lines"], lines);
    }
    assert_eq!(site.world.levels("HOT").await, (0, 0));
    // Retries of what was sold are replays, though nothing is left, and whatever Redis forgot.
    site.world.flush_gate().await;
    let (n, first) = answers
        .iter()
        .enumerate()
        .find(|(_, a)| a.status == 201)
        .expect("one");
    let again = shop
        .post("/orders", &order(&format!("H{n}"), &[("HOT", 1)]))
        .await;
    assert_replay(first, &again);
    site.world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_order_fifty_times_at_once_is_one_order() {
    let site = Site::start().await;
    site.world.stock("A", 100).await;
    let shop = Shop::new(&site, Scope::Orders).await;
    let body = order("SAME", &[("A", 3)]);
    let ask = || async { shop.post("/orders", &body).await };
    let mut answers = join_all((0..25).map(|_| ask())).await;
    site.world.flush_gate().await;
    answers.extend(join_all((0..25).map(|_| ask())).await);
    let (first, again): (Vec<_>, Vec<_>) = answers.iter().partition(|a| a.status == 201);
    assert_eq!(first.len(), 1);
    for again in again {
        assert_replay(first[0], again);
    }
    assert_eq!(site.world.levels("A").await, (97, 0));
    assert_eq!(site.world.entries("SAME").await, 1);
    site.world.assert_sound().await;
}

#[tokio::test]
async fn all_lines_or_none_and_the_same_sku_is_one_line() {
    let site = Site::start().await;
    for (sku, units) in [("A", 10), ("B", 1)] {
        site.world.stock(sku, units).await;
    }
    let shop = Shop::new(&site, Scope::Orders).await;
    let short = shop
        .post("/orders", &order("O1", &[("A", 2), ("B", 2)]))
        .await;
    let problem = assert_problem(&short, 409, "insufficient_stock");
    let lines = json!([{"sku": "B", "requested": 2, "available": 1}]);
    assert_eq!(problem["lines"], lines);
    assert_eq!(site.world.levels("A").await, (10, 0));
    // Nothing was kept of it: the same number can be used when there is enough.
    let merged = shop
        .post("/orders", &order("O1", &[("A", 2), ("B", 1), ("A", 3)]))
        .await;
    let lines = json!([{"sku": "A", "quantity": 5, "available": 5},
        {"sku": "B", "quantity": 1, "available": 0}]);
    assert_eq!(merged.json()["lines"], lines, "{}", merged.body);
    let same = shop
        .post("/orders", &order("O1", &[("B", 1), ("A", 5)]))
        .await;
    assert_replay(&merged, &same);
    let other = shop
        .post("/orders", &order("O1", &[("B", 1), ("A", 4)]))
        .await;
    assert_problem(&other, 422, "different_content");
    site.world.assert_sound().await;
}

#[tokio::test]
async fn a_cancel_gives_back_what_its_order_held_once() {
    let site = Site::selling().await;
    site.world.stock("R1", 10).await;
    let shop = Shop::new(&site, Scope::Orders).await;
    for order_no in ["C1", "C2", "C3"] {
        let placed = shop.post("/orders", &unpaid(order_no, &[("R1", 2)])).await;
        assert_eq!(placed.status, 201, "{}", placed.body);
    }
    assert_eq!(site.world.levels("R1").await, (4, 6));
    let why = json!({"reason": "customer_asked", "note": "by telephone"});
    let first = found("C2 to be cancelled", async || {
        let answer = shop.post("/orders/C2/cancel", &why).await;
        // While the payment is being created it may be closing for a moment.
        (answer.status == 200).then_some(answer)
    })
    .await;
    let receipt = first.json();
    assert_eq!(receipt["status"], "cancelled");
    let lines = json!([{"sku": "R1", "quantity": 2, "available": 6}]);
    assert_eq!(receipt["lines"], lines);
    let again = shop.post("/orders/C2/cancel", &json!({})).await;
    let as_first = first
        .body
        .replace("\"replayed\":false", "\"replayed\":true");
    assert_eq!((again.status, again.body), (200, as_first));
    assert_eq!(site.world.levels("R1").await, (6, 4));
    let order = shop.get("/orders/C2").await.json();
    assert_eq!(order["status"], "cancelled");
    assert_eq!(order["cancel"]["reason"], "customer_asked");
    assert_eq!(order["cancel"]["note"], "by telephone");
    assert_eq!(order["cancel"]["actor"], "key:orders");
    assert_eq!(order["payment"]["state"], "closed");
    assert!(
        order["evidence"]["digest"]
            .as_str()
            .is_some_and(|d| d.len() == 64),
        "{order}"
    );
    assert!(
        order["lines"][0]["reversed_by"].as_str().is_some(),
        "{order}"
    );
    let late = shop.post("/orders", &unpaid("C2", &[("R1", 2)])).await;
    assert_eq!(
        (late.status, &late.json()["status"]),
        (200, &json!("pending"))
    );
    site.world.assert_sound().await;
}

#[tokio::test]
async fn a_paid_order_is_not_cancelled_but_its_goods_come_back_once() {
    let site = Site::start().await;
    site.world.stock("A", 5).await;
    let shop = Shop::new(&site, Scope::Orders).await;
    shop.post("/orders", &order("PAID", &[("A", 2)])).await;
    let refused = shop
        .post("/orders/PAID/cancel", &json!({"reason": "other"}))
        .await;
    assert_problem(&refused, 409, "already_paid");
    let returned = shop
        .post("/deductions/PAID/rollback", &json!({"reason": "returned"}))
        .await;
    assert_eq!(returned.status, 201, "{}", returned.body);
    assert_replay(
        &returned,
        &shop.post("/deductions/PAID/rollback", &json!({})).await,
    );
    assert_eq!(site.world.levels("A").await, (5, 0));
    let shown = shop.get("/orders/PAID").await.json();
    assert_eq!(shown["status"], "paid");
    assert_eq!(shown["returned_at"], returned.json()["rolled_back_at"]);
    site.world.assert_sound().await;
}

#[tokio::test]
async fn a_silent_gateway_leaves_the_order_closing_and_its_stock_held() {
    let site = Site::selling().await;
    site.world.stock("A", 5).await;
    let shop = Shop::new(&site, Scope::Orders).await;
    shop.post("/orders", &unpaid("S1", &[("A", 2)])).await;
    found("an open payment", async || {
        let order = shop.get("/orders/S1").await.json();
        (order["payment"]["state"] == "open").then_some(())
    })
    .await;
    let pending = shop
        .post("/deductions/S1/rollback", &json!({"reason": "other"}))
        .await;
    assert_problem(&pending, 409, "cancel_the_order");
    switch(&site, "S1", json!({"no_answer": true})).await;
    let body = json!({"reason": "customer_asked"});
    let closing = shop.post("/orders/S1/cancel", &body).await;
    assert_eq!(closing.status, 202, "{}", closing.body);
    let expected = json!({"order_no": "S1", "status": "closing", "lines": [],
        "cancelled_at": null, "replayed": false});
    assert_eq!(closing.json(), expected);
    assert_eq!(site.world.levels("A").await, (3, 2));
    let again = shop.post("/orders/S1/cancel", &body).await;
    assert_eq!(
        (again.status, &again.json()["replayed"]),
        (202, &json!(true))
    );
    let refused = shop
        .post("/deductions/S1/rollback", &json!({"reason": "other"}))
        .await;
    assert_problem(&refused, 409, "cancel_the_order");
    site.world.assert_sound().await;
}

#[tokio::test]
async fn what_a_gateway_cannot_do_is_refused_before_anything_is_placed() {
    let wechat = wechat::gateway(wechat::settings("http://127.0.0.1:9"));
    let stripe = StripeGateway::new(stripe::settings("http://127.0.0.1:9"), Arc::new(Utc::now));
    let stripe = stripe.expect("settings");
    let gateways = Gateways::new(vec![Arc::new(wechat), Arc::new(stripe)]);
    let site = Site::paid_through(gateways.expect("two names")).await;
    site.world.stock("A", 10).await;
    let shop = Shop::new(&site, Scope::Orders).await;
    for (gateway, change, field, message) in [
        (
            "wechat_pay",
            json!({"amount": {"minor": 100, "currency": "USD"}}),
            "amount.currency",
            "cannot be paid through this gateway: it takes CNY",
        ),
        (
            "wechat_pay",
            json!({"pay_within_seconds": 7_201}),
            "pay_within_seconds",
            "must be 7200 or fewer, for this gateway",
        ),
        (
            "stripe",
            json!({"amount": {"minor": 100_000_000, "currency": "USD"}}),
            "amount.minor",
            "is an amount that this gateway cannot take in this currency",
        ),
    ] {
        let mut body = unpaid("G1", &[("A", 2)]);
        body["gateway"] = gateway.into();
        for (name, value) in change.as_object().expect("changes") {
            body[name] = value.clone();
        }
        let refused = shop.post("/orders", &body).await;
        let problem = assert_problem(&refused, 422, "invalid");
        let expected = json!([{"field": field, "message": message}]);
        assert_eq!(problem["errors"], expected);
    }
    assert_eq!(shop.get("/orders/G1").await.status, 404);
    site.world.assert_sound().await;
}
