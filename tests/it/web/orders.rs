//! Orders: the list, one, and cancelling it.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use stockdesk::domain::role::Role;
use stockdesk::gateway::{CallLimits, Gateways, SandboxGateway, SandboxSettings};

use super::ops::{confirm, fill, post};
use crate::eventually::eventually;
use crate::harness::browser::Browser;
use crate::harness::site::Site;
use crate::harness::world::{order, shop, unpaid_order};

/// A site that sells, with 10 of A, 5 of B, and a supervisor.
pub async fn desk() -> (Site, Browser) {
    let site = Site::selling().await;
    site.world.stock("A", 10).await;
    site.world.stock("B", 5).await;
    let browser = site.signed_in("chen.yu", Role::Supervisor).await;
    (site, browser)
}

/// Places an order that waits for payment, open at the gateway.
pub async fn placed(site: &Site, order_no: &str, lines: &[(&str, i64)]) {
    let order = unpaid_order(order_no, lines);
    site.world.desk.post(order, shop()).await.expect("placed");
    let number = order_no.parse().expect("valid");
    let open = site.services().cashier.checkout(&number).await;
    assert_eq!(
        open.expect("asked").map(|state| state.as_str()),
        Some("open")
    );
}

pub async fn sandbox(site: &Site, method: reqwest::Method, path: &str, body: Value) {
    let url = format!(
        "{}/admin/{path}",
        site.sandbox.as_ref().expect("it sells").url()
    );
    let client = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("a client");
    let answer = client.request(method, url).json(&body).send().await;
    assert_eq!(answer.expect("an answer").status(), 204);
}

pub async fn switches(site: &Site, order_no: &str, switches: Value) {
    let path = format!("switches/{order_no}");
    sandbox(site, reqwest::Method::PUT, &path, switches).await;
}

#[tokio::test]
async fn open_orders_are_listed_and_found() {
    let (site, mut browser) = desk().await;
    let empty = browser.get("/orders").await;
    assert!(
        empty.has("No orders are waiting for payment."),
        "{}",
        empty.body
    );
    for (number, lines, seconds) in [
        ("O1", &[("A", 1)][..], 3_000),
        ("O2", &[("A", 2), ("B", 1)], 300),
    ] {
        let mut order = unpaid_order(number, lines);
        order.payment.as_mut().expect("unpaid").pay_within_seconds = seconds;
        site.world.desk.post(order, shop()).await.expect("placed");
    }
    let paid = order("O3", &[("B", 1)]);
    site.world.desk.post(paid, shop()).await.expect("sold");
    let shown = async |browser: &mut Browser, path: &str| {
        let page = browser.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        page.quoted_after("<tr id=\"o-")
    };
    for (path, numbers) in [
        ("/orders", &["O2", "O1"][..]),
        ("/orders?sku=B", &["O2"]),
        ("/orders?due=15m", &["O2"]),
        ("/orders?due=5m", &["O2"]),
        ("/orders?due=passed", &[]),
        ("/orders?pay=unsent", &["O2", "O1"]),
        ("/orders?pay=paid", &[]),
        ("/orders?status=paid", &["O3"]),
        ("/orders?status=pending", &["O2", "O1"]),
    ] {
        assert_eq!(shown(&mut browser, path).await, numbers, "{path}");
    }
    let page = browser.get("/orders").await;
    for text in [
        "Soonest deadline first · Rows 1–2 of 2",
        "<a class=\"id\" href=\"/stock/W/A\">A</a> ×2, ",
        "¥128.00",
        "data-live=\"rows\"",
    ] {
        assert!(page.has(text), "{text}: {}", page.body);
    }
    assert_eq!(
        browser.get("/orders?order=O1").await.location(),
        "/orders/O1"
    );
    let bad = browser.get("/orders?due=never&pay=x&order=%C3%A9").await;
    assert_eq!(bad.status, 400);
    assert!(bad.has("Choose one of the list"), "{}", bad.body);
    let none = browser.get("/orders?order=O9").await;
    assert_eq!(none.status, 400);
    assert!(none.has("There is no order O9"), "{}", none.body);
    let lost = browser.get("/orders?after=rubbish").await;
    assert_eq!(lost.location(), "/orders");
    let mut chinese = browser.clone().with("accept-language", "zh-CN");
    let page = chinese.get("/orders").await;
    assert!(page.has("期限最近的在前"), "{}", page.body);
}

#[tokio::test]
async fn an_order_shows_what_happened_and_what_will() {
    let (site, mut browser) = desk().await;
    placed(&site, "O1", &[("A", 2), ("B", 1)]).await;
    let page = browser.get("/orders/O1").await;
    for text in [
        "Waiting for payment",
        "If unpaid, stock returns by itself at that time.",
        "<li class=\"next\"><p>Will be released if unpaid</p>",
        "Payment created",
        "Placed: 3 units deducted",
        "API key shop",
        "Payment page</a>",
        "href=\"/ledger/led_1-1\"",
        "href=\"/orders/O1/cancel\">Cancel order",
        "Check payment</button>",
    ] {
        assert!(page.has(text), "{text}: {}", page.body);
    }
    let checked = browser
        .post_from("/orders/O1", "/orders/O1/check", &[])
        .await;
    assert_eq!(checked.location(), "/orders/O1");
    let page = browser.get("/orders/O1").await;
    assert!(page.has("Payment: Not paid."), "{}", page.body);
    assert!(page.has("Gateway asked: not paid"), "{}", page.body);
    let mut viewer = site.signed_in("zhao.lei", Role::Viewer).await;
    let page = viewer.get("/orders/O1").await;
    for button in ["/cancel", "/check", "Return goods"] {
        assert!(!page.has(button), "{button}: {}", page.body);
    }
    let mut operator = site.signed_in("li.wei", Role::Operator).await;
    let page = operator.get("/orders/O1").await;
    assert!(page.has("/check") && !page.has("/cancel"), "{}", page.body);
    let refused = operator.get("/orders/O1/cancel").await;
    assert_eq!(refused.status, 403);
    assert!(
        refused.has("only supervisors cancel orders"),
        "{}",
        refused.body
    );
    let unknown = browser.get("/orders/NONE").await;
    assert_eq!(unknown.status, 404);
    assert!(unknown.has("There is no order NONE."), "{}", unknown.body);
}

#[tokio::test]
async fn a_cancel_asks_the_gateway_says_what_it_will_do_and_does_it_once() {
    let (site, mut browser) = desk().await;
    placed(&site, "O1", &[("A", 2)]).await;
    let form = browser.get("/orders/O1/cancel").await;
    for text in [
        "Cancel O1?",
        "Not paid",
        "The payment is closed at the gateway, so the customer can no longer pay",
        "2 units of A go back: available 8 → 10",
        "The order becomes Cancelled",
        "Customer asked",
        "Keep the order",
    ] {
        assert!(form.has(text), "{text}: {}", form.body);
    }
    let bare = fill(&mut browser, "/orders/O1/cancel", &[]).await;
    assert_eq!(bare.status, 422);
    assert!(bare.has("Select a reason"), "{}", bare.body);
    let fields = [("reason", "customer_asked"), ("note", "电话")];
    let drafted = post(&mut browser, &form, "/orders/O1/cancel", &fields).await;
    let address = drafted.location().to_owned();
    let preview = browser.get(&address).await;
    assert!(
        preview.has("Check before you cancel O1"),
        "{}",
        preview.body
    );
    assert!(preview.has("Cancel O1</button>"), "{}", preview.body);
    assert_eq!(site.world.levels("A").await, (8, 2));
    let (mut a, mut b) = (browser.clone(), browser.clone());
    let (first, second) = tokio::join!(
        confirm(&mut a, &preview, &address),
        confirm(&mut b, &preview, &address),
    );
    assert!(first.location().starts_with(&address) && second.location().starts_with(&address));
    let page = browser.get(&address).await;
    assert!(page.has("O1 cancelled."), "{}", page.body);
    assert!(page.has("Available 8 → 10."), "{}", page.body);
    let order = browser.get("/orders/O1").await;
    for text in [
        "Cancelled",
        "Proof that the payment was closed",
        "Cancel began: Customer asked",
        "rolled back by",
    ] {
        assert!(order.has(text), "{text}: {}", order.body);
    }
    let late = browser.get("/orders/O1/cancel").await;
    assert!(
        late.has("There is nothing left to cancel."),
        "{}",
        late.body
    );
    assert_eq!(late.input("reason"), None);
    assert_eq!(site.world.levels("A").await, (10, 0));
    site.world.assert_sound().await;
}

#[tokio::test]
async fn an_order_that_the_customer_paid_is_not_cancelled() {
    let (site, mut browser) = desk().await;
    placed(&site, "O1", &[("A", 2)]).await;
    placed(&site, "O2", &[("A", 1)]).await;
    let fields = [("reason", "duplicate")];
    let drafted = fill(&mut browser, "/orders/O1/cancel", &fields).await;
    let address = drafted.location().to_owned();
    let preview = browser.get(&address).await;
    // The customer is faster, and the gateway's word of it is lost on the way.
    let quietly = json!({"already_paid": true, "no_notification": true});
    switches(&site, "O1", quietly.clone()).await;
    let refused = confirm(&mut browser, &preview, &address).await;
    assert_eq!(refused.location(), address);
    let page = browser.get(&address).await;
    assert!(
        page.has("The customer has paid (¥128.00 at"),
        "{}",
        page.body
    );
    for text in [
        "The order was not cancelled.",
        "their stock goes back, and no money moves",
        "/rollback\">Return goods</a>",
    ] {
        assert!(page.has(text), "{text}: {}", page.body);
    }
    let again = browser.get(&address).await;
    assert!(again.has("Refused"), "{}", again.body);
    assert!(
        again.has("The customer has paid (¥128.00 at"),
        "{}",
        again.body
    );

    switches(&site, "O2", quietly).await;
    let form = browser.get("/orders/O2/cancel").await;
    assert_eq!(form.status, 200);
    // Looking changes nothing, and says so; who wants it stored checks the payment.
    assert!(form.has("says that the customer has paid"), "{}", form.body);
    assert_eq!(form.input("reason"), None, "no button");
    let page = browser.get("/orders/O2").await;
    assert!(page.has("Waiting for payment"), "{}", page.body);
    browser
        .post_from("/orders/O2/cancel", "/orders/O2/check", &[])
        .await
        .location();
    let form = browser.get("/orders/O2/cancel").await;
    assert!(
        form.has("The customer has paid (¥128.00 at"),
        "{}",
        form.body
    );
    assert_eq!(site.world.levels("A").await, (7, 0));
    site.world.assert_sound().await;
}

#[tokio::test]
async fn a_cancel_waits_for_a_gateway_that_does_not_answer_and_goes_on_by_itself() {
    let (site, mut browser) = desk().await;
    placed(&site, "O1", &[("A", 2)]).await;
    switches(&site, "O1", json!({"http_500": true})).await;
    let form = browser.get("/orders/O1/cancel").await;
    for text in [
        "No answer",
        "Ask again",
        "Cancel when the gateway answers</button>",
    ] {
        assert!(form.has(text), "{text}: {}", form.body);
    }
    let fields = [("reason", "cannot_supply")];
    let drafted = post(&mut browser, &form, "/orders/O1/cancel", &fields).await;
    let address = drafted.location().to_owned();
    let preview = browser.get(&address).await;
    let waits = confirm(&mut browser, &preview, &address).await;
    assert_eq!(waits.location(), address);
    let page = browser.get(&address).await;
    for text in [
        "Waiting for the payment gateway",
        "Stock stays reserved. Do not cancel again. <span class=\"js-only\">This page updates.</span>",
        "<span class=\"no-js\">Look again in a moment.</span>",
        "data-refresh=\"5\"",
        "Look again</a>",
    ] {
        assert!(page.has(text), "{text}: {}", page.body);
    }
    assert_eq!(site.world.levels("A").await, (8, 2));
    let again = confirm(&mut browser, &preview, &address).await;
    assert_eq!(again.location(), format!("{address}?again=1"));
    let again = browser.get(again.location()).await;
    assert!(again.has("It waits for the payment gateway; nothing was done again."));
    // What has the focus is not kept current.
    assert!(!again.has("data-autofocus"), "{}", again.body);
    let second = browser.get("/orders/O1/cancel").await;
    assert!(second.has("is being cancelled already"), "{}", second.body);
    assert!(second.has(&address), "the way to it: {}", second.body);

    sandbox(&site, reqwest::Method::DELETE, "switches", json!({})).await;
    eventually("the order is cancelled", async || {
        let cashier = &site.services().cashier;
        let (now, number) = (site.world.desk.now(), "O1".parse().expect("valid"));
        let later = now + TimeDelta::minutes(1);
        let tried = cashier.time_out(&number, later).await;
        tried.expect("the stores answer").is_some()
    })
    .await;
    let page = browser.get(&address).await;
    assert!(page.has("O1 cancelled."), "{}", page.body);
    assert_eq!(site.world.levels("A").await, (10, 0));
    site.world.assert_sound().await;
}

#[tokio::test]
async fn an_order_whose_payment_is_a_code_shows_it_to_be_scanned() {
    let (site, mut browser) = desk().await;
    placed(&site, "O1", &[("A", 2)]).await;
    let page = browser.get("/orders/O1").await;
    assert!(!page.has("class=\"qr\""), "a page is opened, not scanned");
    let code = "UPDATE orders SET payment_url = 'weixin://wxpay/bizpayurl?pr=p4lpSuKzz'";
    let pool = site.world.desk.pool();
    sqlx::query(code).execute(pool).await.expect("written");
    let page = browser.get("/orders/O1").await;
    for text in [
        "<svg class=\"qr\" viewBox=\"0 0 37 37\" role=\"img\"",
        "aria-label=\"QR code that the customer scans to pay\"",
        // The first finder pattern: seven dark modules inside the white rim.
        "<path d=\"M4 4h7v1h-7z",
    ] {
        assert!(page.has(text), "{text}: {}", page.body);
    }
    assert!(!page.has("weixin://"), "no browser opens it");
    let mut chinese = browser.clone().with("accept-language", "zh-CN");
    assert!(chinese.get("/orders/O1").await.has("付款码"));
    // Nobody is asked to pay after the deadline.
    site.wait(TimeDelta::minutes(16));
    assert!(!browser.get("/orders/O1").await.has("class=\"qr\""));
}

#[tokio::test]
async fn opening_the_form_of_a_cancel_changes_nothing_and_a_head_asks_nobody() {
    let (site, mut browser) = desk().await;
    placed(&site, "O1", &[("A", 2)]).await;
    let pool = site.world.desk.pool();
    let stored = async || {
        let sql = "SELECT CAST(payment_state AS CHAR), CAST(payment_checked_at AS CHAR),
            (SELECT COUNT(*) FROM order_events) FROM orders";
        let row: (String, Option<String>, i64) =
            sqlx::query_as(sql).fetch_one(pool).await.expect("a row");
        row
    };
    let before = stored().await;
    for (switched, shown) in [
        (json!({}), "Not paid"),
        (json!({"http_500": true}), "No answer"),
        (
            json!({"already_paid": true, "no_notification": true}),
            "has paid",
        ),
    ] {
        switches(&site, "O1", switched).await;
        let form = browser.get("/orders/O1/cancel").await;
        assert!(form.has(shown), "{shown}: {}", form.body);
        assert_eq!(stored().await, before, "{shown}");
    }
    let head = browser.request(reqwest::Method::HEAD, "/orders/O1/cancel");
    assert_eq!(browser.send(head).await.status, 200);
    assert_eq!(stored().await, before);
}

#[tokio::test]
async fn a_gateway_that_hangs_holds_nobody_up_for_longer_than_two_seconds() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let settings = SandboxSettings {
        base_url: format!("http://{}", silent.local_addr().expect("an address")),
        secret: b"of nobody".to_vec(),
        limits: CallLimits {
            call: Duration::from_secs(20),
            ..CallLimits::default()
        },
    };
    let hangs = SandboxGateway::new(settings, Arc::new(Utc::now)).expect("an address");
    let gateways = Gateways::new(vec![Arc::new(hangs)]).expect("one");
    let site = Site::paid_through(gateways).await;
    site.world.stock("A", 10).await;
    let order = unpaid_order("O1", &[("A", 2)]);
    site.world.desk.post(order, shop()).await.expect("placed");
    let open = "UPDATE orders SET payment_state = 'open', payment_url = 'http://pay/'";
    let pool = site.world.desk.pool();
    sqlx::query(open).execute(pool).await.expect("written");
    let mut browser = site.signed_in("chen.yu", Role::Supervisor).await;
    let begun = Instant::now();
    let form = browser.get("/orders/O1/cancel").await;
    assert!(form.has("No answer"), "{}", form.body);
    // A person who has decided waits for five.
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(4), "{took:?}");
}

#[tokio::test]
async fn a_customer_who_is_paying_is_no_gateway_that_does_not_answer() {
    let (site, mut browser) = desk().await;
    placed(&site, "O1", &[("A", 2)]).await;
    let later = json!({"after_ms": 600_000});
    sandbox(&site, reqwest::Method::POST, "payments/O1/pay", later).await;
    let form = browser.get("/orders/O1/cancel").await;
    assert!(
        form.has("The customer is paying just now."),
        "{}",
        form.body
    );
    assert!(!form.has("no clear answer"), "{}", form.body);
    let fields = [("reason", "duplicate")];
    let drafted = post(&mut browser, &form, "/orders/O1/cancel", &fields).await;
    let address = drafted.location().to_owned();
    let preview = browser.get(&address).await;
    assert!(preview.has("Paying now"), "{}", preview.body);
    confirm(&mut browser, &preview, &address).await.location();
    let page = browser.get(&address).await;
    assert!(
        page.has("The customer is paying just now."),
        "{}",
        page.body
    );
    assert!(!page.has("have no answer yet"), "{}", page.body);
    let mut zh = browser.clone().with("accept-language", "zh-CN");
    assert!(zh.get(&address).await.has("顾客正在支付"));
}

#[tokio::test]
async fn an_order_that_came_as_sold_is_not_said_to_be_paid_here() {
    let (site, mut browser) = desk().await;
    let sold = order("O1", &[("A", 2)]);
    site.world.desk.post(sold, shop()).await.expect("sold");
    let form = browser.get("/orders/O1/cancel").await;
    assert!(form.has("This order came as sold"), "{}", form.body);
    assert!(!form.has("The customer has paid"), "{}", form.body);
    assert!(
        form.has("href=\"/ledger/led_1-1/rollback\">Return goods"),
        "{}",
        form.body
    );
    let mut zh = browser.clone().with("accept-language", "zh-CN");
    let form = zh.get("/orders/O1/cancel").await;
    assert!(form.has("此订单下单时即为已售"), "{}", form.body);
}
