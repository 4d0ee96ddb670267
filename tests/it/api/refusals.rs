//! What is refused, and how it is told.

use reqwest::Method;
use serde_json::{Value, json};
use stockdesk::domain::role::Scope;

use super::{Shop, assert_problem, fields, send};
use crate::harness::site::Site;
use crate::rules::root;

fn order(order_no: &str) -> Value {
    json!({"order_no": order_no, "warehouse": "W", "lines": [{"sku": "A", "quantity": 1}]})
}

/// An order with one of its members replaced; `null` leaves it out.
fn with(name: &str, value: Value) -> Value {
    let mut order = order("X1");
    order["pay_within_seconds"] = 900.into();
    order["gateway"] = "sandbox".into();
    order["amount"] = json!({"minor": 100, "currency": "CNY"});
    order[name] = value;
    order
}

fn line(line: Value) -> Value {
    with("lines", json!([{"sku": "A", "quantity": 1}, line]))
}

#[tokio::test]
async fn every_value_that_cannot_be_is_named() {
    let site = Site::selling().await;
    site.world.stock("A", 10).await;
    let shop = Shop::new(&site, Scope::Orders).await;
    let quantity = |n: Value| {
        (
            line(json!({"sku": "A", "quantity": n})),
            "lines[1].quantity",
        )
    };
    let amount =
        |minor: Value, code: &str| with("amount", json!({"minor": minor, "currency": code}));
    let many: Vec<Value> = (0..2_001)
        .map(|n| json!({"sku": format!("S{n}"), "quantity": 1}))
        .collect();
    let cases = [
        quantity(json!("1")),
        quantity(json!(1.0)),
        quantity(json!(1e3)),
        quantity(json!(1.5)),
        quantity(json!(-1)),
        quantity(json!(0)),
        quantity(json!(1_000_001)),
        quantity(json!(u64::MAX)),
        quantity(json!(1e30)),
        quantity(json!(true)),
        quantity(json!([1])),
        quantity(Value::Null),
        quantity(json!(1_000_000)),
        (line(json!({"quantity": 1})), "lines[1].sku"),
        (line(json!({"sku": "", "quantity": 1})), "lines[1].sku"),
        (line(json!({"sku": " B", "quantity": 1})), "lines[1].sku"),
        (
            line(json!({"sku": "B\u{200b}", "quantity": 1})),
            "lines[1].sku",
        ),
        (
            line(json!({"sku": "x".repeat(65), "quantity": 1})),
            "lines[1].sku",
        ),
        (line(json!({"sku": 7, "quantity": 1})), "lines[1].sku"),
        (
            line(json!({"sku": "B", "quantity": 1, "price": 3})),
            "lines[1].price",
        ),
        (line(json!("A")), "lines[1]"),
        (with("lines", json!([])), "lines"),
        (with("lines", json!({})), "lines"),
        (with("lines", Value::Null), "lines"),
        (with("lines", many.into()), "lines"),
        (with("order_no", Value::Null), "order_no"),
        (with("order_no", json!("a b")), "order_no"),
        (with("order_no", json!("a/b")), "order_no"),
        (with("order_no", json!("..")), "order_no"),
        (with("order_no", json!("x".repeat(65))), "order_no"),
        (with("order_no", json!(1001)), "order_no"),
        (with("warehouse", json!("")), "warehouse"),
        (with("warehouse", json!("x".repeat(33))), "warehouse"),
        (with("customer", json!("li")), "customer"),
        (with("gateway", json!("paypal")), "gateway"),
        (with("gateway", Value::Null), "gateway"),
        (with("amount", Value::Null), "amount"),
        (with("amount", json!("128.00")), "amount"),
        (
            with("pay_within_seconds", Value::Null),
            "pay_within_seconds",
        ),
        (with("pay_within_seconds", json!(0)), "pay_within_seconds"),
        (
            with("pay_within_seconds", json!(2_592_001)),
            "pay_within_seconds",
        ),
        (amount(json!(0), "CNY"), "amount.minor"),
        (amount(json!(1_000_000_000_001_u64), "CNY"), "amount.minor"),
        (amount(json!(128.5), "CNY"), "amount.minor"),
        (amount(json!(1), "cny"), "amount.currency"),
        (amount(json!(1), "RMBY"), "amount.currency"),
    ];
    for (body, field) in cases {
        let answer = shop.post("/orders", &body).await;
        assert_eq!(fields(&answer), [field], "{body}");
    }
    assert_eq!(site.world.levels("A").await, (10, 0));
}

#[tokio::test]
async fn all_that_is_wrong_is_said_at_once() {
    let site = Site::start().await;
    let shop = Shop::new(&site, Scope::Orders).await;
    let body = json!({"order_no": "", "lines": [{"sku": "A", "quantity": 0}, {"quantity": "2"}],
        "pay_within_seconds": 60, "note": "x"});
    let named = fields(&shop.post("/orders", &body).await);
    let expected = [
        "order_no",
        "warehouse",
        "lines[0].quantity",
        "lines[1].sku",
        "lines[1].quantity",
        "gateway",
        "amount",
        "note",
    ];
    assert_eq!(named, expected);
}

#[tokio::test]
async fn what_cannot_be_read_is_malformed() {
    let site = Site::start().await;
    site.world.stock("A", 10).await;
    let shop = Shop::new(&site, Scope::Orders).await;
    let deep = "[".repeat(100_000);
    let nested = format!("{{\"lines\":{}1{}}}", "[".repeat(500), "]".repeat(500));
    let twice =
        r#"{"order_no":"A","order_no":"B","warehouse":"W","lines":[{"sku":"A","quantity":1}]}"#;
    let inside =
        r#"{"order_no":"A","warehouse":"W","lines":[{"sku":"A","quantity":1,"quantity":9}]}"#;
    let cases: [&[u8]; 12] = [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\"order\"",
        b"{} {}",
        b"{\"order_no\":\"\xff\xfe\"}",
        br#"{"order_no":"\ud800"}"#,
        deep.as_bytes(),
        nested.as_bytes(),
        twice.as_bytes(),
        inside.as_bytes(),
    ];
    for body in cases {
        let answer = shop.post_bytes("/orders", body).await;
        let problem = assert_problem(&answer, 400, "malformed");
        assert!(
            problem["detail"].as_str().is_some_and(|d| d.len() < 300),
            "{problem}"
        );
    }
    for kind in ["", "text/plain", "application/x-www-form-urlencoded"] {
        let request = shop
            .request(Method::POST, "/orders")
            .body(order("A").to_string());
        let request = match kind {
            "" => request,
            kind => request.header("content-type", kind),
        };
        assert_problem(&send(request).await, 415, "wrong_type");
    }
    for size in [1024 * 1024 + 1, 10 * 1024 * 1024] {
        let answer = shop.post_bytes("/orders", vec![b' '; size]).await;
        assert_problem(&answer, 413, "too_large");
    }
    assert_eq!(site.world.levels("A").await, (10, 0));
}

#[tokio::test]
async fn a_body_just_under_the_limit_and_two_thousand_lines_are_taken() {
    let site = Site::start().await;
    site.world.stock("A", 10_000).await;
    let shop = Shop::new(&site, Scope::Orders).await;
    let lines: Vec<Value> = (0..2_000)
        .map(|_| json!({"sku": "A", "quantity": 1}))
        .collect();
    let body = json!({"order_no": "BIG", "warehouse": "W", "lines": lines}).to_string();
    let padded = format!("{body}{}", " ".repeat(1024 * 1024 - body.len()));
    let answer = shop.post_bytes("/orders", padded).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_eq!(
        answer.json()["lines"],
        json!([{"sku": "A", "quantity": 2_000, "available": 8_000}])
    );
}

#[tokio::test]
async fn stock_that_is_not_there_is_named() {
    let site = Site::start().await;
    site.world.stock("A", 10).await;
    let shop = Shop::new(&site, Scope::Orders).await;
    let body = json!({"order_no": "U1", "warehouse": "W", "lines": [
        {"sku": "A", "quantity": 1}, {"sku": "a", "quantity": 1}, {"sku": "?", "quantity": 1}]});
    let problem = assert_problem(&shop.post("/orders", &body).await, 422, "unknown_stock");
    assert_eq!(problem["lines"], json!([{"sku": "a"}, {"sku": "?"}]));
    let mut elsewhere = order("U2");
    elsewhere["warehouse"] = "V".into();
    let problem = assert_problem(
        &shop.post("/orders", &elsewhere).await,
        422,
        "unknown_stock",
    );
    assert_eq!(problem["lines"], json!([{"sku": "A"}]));
    assert_eq!(site.world.levels("A").await, (10, 0));
}

#[tokio::test]
async fn what_is_not_there_or_used_wrongly_is_a_document_too() {
    let site = Site::start().await;
    let shop = Shop::new(&site, Scope::Stock).await;
    for path in [
        "/nothing",
        "/orders/NONE",
        "/stock/W/NONE",
        "/orders/a%2Fb",
        "/orders/",
    ] {
        assert_problem(&shop.get(path).await, 404, "not_found");
    }
    let cancel = shop
        .post("/orders/NONE/cancel", &json!({"reason": "other"}))
        .await;
    assert_problem(&cancel, 404, "not_found");
    let answer = shop.get("/deductions").await;
    assert_problem(&answer, 405, "method_not_allowed");
    assert_eq!(answer.header("allow"), "POST");
    let delete = send(shop.request(Method::DELETE, "/stock")).await;
    assert_problem(&delete, 405, "method_not_allowed");
    assert_eq!(delete.header("allow"), "GET, HEAD");
}

#[tokio::test]
async fn a_key_is_asked_for_and_its_scope_is_told() {
    let site = Site::start().await;
    let nobody = Shop::with_key(&site, "sk_live_nobody");
    let answer = nobody.post("/orders", &order("K1")).await;
    assert_problem(&answer, 401, "unauthorized");
    assert_eq!(
        answer.header("www-authenticate"),
        "Bearer realm=\"stockdesk\""
    );
    let reader = Shop::new(&site, Scope::Read).await;
    let answer = reader.post("/orders", &order("K1")).await;
    assert_problem(&answer, 403, "forbidden");
    let expected = "Bearer error=\"insufficient_scope\", scope=\"orders\"";
    assert_eq!(answer.header("www-authenticate"), expected);
    let seller = Shop::new(&site, Scope::Orders).await;
    let answer = seller.adjust("K", &json!({})).await;
    assert_problem(&answer, 403, "forbidden");
    assert_eq!(reader.get("/ledger").await.status, 200);
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_back() {
    let site = Site::start_with(|site| site.api_requests_per_second = 1).await;
    let shop = Shop::new(&site, Scope::Orders).await;
    let mut refused = None;
    for _ in 0..50 {
        let answer = shop.get("/ledger").await;
        if answer.status != 200 {
            refused = Some(answer);
        }
    }
    let refused = refused.expect("one of them came too early");
    assert_problem(&refused, 429, "rate_limited");
    assert_eq!(refused.header("retry-after"), "1");
    let other = Shop::with_key(&site, &site.api_key("other", Scope::Read).await);
    assert_eq!(other.get("/ledger").await.status, 200);
}

#[tokio::test]
async fn without_the_database_nothing_is_confirmed_and_everything_can_be_sent_again() {
    let site = Site::start().await;
    site.world.stock("A", 10).await;
    let shop = Shop::new(&site, Scope::Stock).await;
    assert_eq!(shop.post("/orders", &order("D1")).await.status, 201);
    site.world.desk.pool().close().await;
    let again = shop.get("/orders/D1").await;
    assert_problem(&again, 503, "not_confirmed");
    assert!(
        again
            .header("retry-after")
            .parse::<u32>()
            .is_ok_and(|s| s > 0)
    );
    let cancel = shop.post("/orders/D1/cancel", &json!({})).await;
    assert_problem(&cancel, 503, "not_confirmed");
}

#[tokio::test]
async fn while_changes_are_paused_programs_can_only_look() {
    use stockdesk::service::condition::ReadOnly;
    let site = Site::start().await;
    site.world.stock("A", 10).await;
    let shop = Shop::new(&site, Scope::Orders).await;
    let condition = &site.services().condition;
    condition.set_read_only(Some(ReadOnly { until: None }));
    let paused = shop.post("/orders", &order("P1")).await;
    assert_problem(&paused, 503, "read_only");
    assert_eq!(paused.header("retry-after"), "60");
    assert_eq!(shop.get("/stock/W/A").await.json()["available"], 10);
    condition.set_read_only(None);
    assert_eq!(shop.post("/orders", &order("P1")).await.status, 201);
}

/// The web server itself says so, before anything of ours sees the request: the pages tell what to
/// make of it.
#[tokio::test]
async fn a_request_whose_head_never_ends_is_given_up() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let site = Site::start().await;
    let address = site.address.strip_prefix("http://").expect("plain");
    let mut line = tokio::net::TcpStream::connect(address).await.expect("open");
    let head = "POST /api/v1/orders HTTP/1.1\r\nHost: desk\r\n";
    line.write_all(head.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    line.read_to_string(&mut answer).await.expect("closed");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a whole answer");
    assert!(head.starts_with("HTTP/1.1 408 "), "{answer}");
    assert_eq!(body, "");
    for page in ["docs/API.md", "docs/API.zh.md"] {
        let page = std::fs::read_to_string(root().join(page)).expect("a page");
        assert_eq!(page.matches("`408`").count(), 3);
    }
}
