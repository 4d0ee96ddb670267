//! Several orders cancelled at once, from their list to what became of each.

use chrono::TimeDelta;
use serde_json::json;
use stockdesk::domain::bulk_cancel::MAX_CANCELS;
use stockdesk::domain::command::Cancel;
use stockdesk::domain::role::Role;

use super::bulk::has;
use super::ops::{confirm, post};
use super::orders::{desk, placed, sandbox, switches};
use crate::eventually::eventually;
use crate::harness::browser::{Answer, Browser};
use crate::harness::site::{PASSWORD, Site};
use crate::harness::world::{order, shop, unpaid_order};

pub const FORM: &str = "/orders/cancel/several";

/// The form for these orders.
pub fn form_for(orders: &[&str]) -> String {
    format!("{FORM}?sel={}", orders.join("&sel="))
}

/// Chooses these orders and posts the form; the address of the draft.
pub async fn drafted(browser: &mut Browser, orders: &[&str]) -> String {
    let form = browser.get(&form_for(orders)).await;
    assert_eq!(form.status, 200, "{}", form.body);
    let sel = form.input("sel").expect("what is selected");
    let fields = [("sel", sel.as_str()), ("reason", "cannot_supply")];
    let draft = post(browser, &form, FORM, &fields).await;
    draft.location().to_owned()
}

async fn carried_out(browser: &mut Browser, orders: &[&str]) -> (String, Answer) {
    let address = drafted(browser, orders).await;
    let preview = browser.get(&address).await;
    let confirmed = confirm(browser, &preview, &address).await;
    assert_eq!(confirmed.location(), address);
    let page = browser.get(&address).await;
    (address, page)
}

/// The row of an order, as text with its markup.
fn row<'a>(page: &'a Answer, order_no: &str) -> &'a str {
    let rows = page.body.split("<tr");
    let name = format!(">{order_no}</");
    let mut rows = rows.filter(|row| row.contains(&name));
    rows.next()
        .unwrap_or_else(|| panic!("{order_no}: {}", page.body))
}

fn says(page: &Answer, order_no: &str, texts: &[&str]) {
    let row = row(page, order_no);
    for text in texts {
        assert!(row.contains(text), "{text}: {row}");
    }
}

async fn paying(site: &Site, order_no: &str) {
    let sql = "UPDATE orders SET payment_state = 'paying' WHERE order_no = ?";
    let set = sqlx::query(sql).bind(order_no);
    set.execute(site.world.desk.pool()).await.expect("set");
}

/// A shop cancels an order by itself.
async fn cancelled_by_its_shop(site: &Site, order_no: &str) {
    let cancel = Cancel {
        order_no: order_no.parse().expect("valid"),
        confirms: None,
        reason: Some("duplicate".to_owned()),
        note: None,
    };
    let cancelled = site.services().cashier.cancel(cancel, shop()).await;
    cancelled.expect("the stores answer");
}

#[tokio::test]
async fn each_chosen_order_gets_its_own_cancel_and_says_what_became_of_it() {
    let (site, mut browser) = desk().await;
    for order_no in ["O1", "O2", "O3", "O4", "O5", "O6"] {
        placed(&site, order_no, &[("A", 1)]).await;
    }
    let sold = order("O7", &[("B", 1)]);
    site.world.desk.post(sold, shop()).await.expect("sold");
    cancelled_by_its_shop(&site, "O4").await;
    paying(&site, "O5").await;
    switches(&site, "O6", json!({"http_500": true})).await;
    cancelled_by_its_shop(&site, "O6").await;

    let list = browser.get("/orders").await;
    assert_eq!(
        list.quoted_after("name=\"sel\" value=\""),
        ["O1", "O2", "O3"]
    );
    has(
        &list,
        &[
            "action=\"/orders/cancel/several\"",
            "aria-label=\"Select O1\"",
        ],
    );
    says(
        &list,
        "O5",
        &["Paying now", "cannot be cancelled together with others"],
    );
    let paid = browser.get("/orders?status=paid").await;
    assert!(!paid.has("name=\"sel\""), "{}", paid.body);

    let all = ["O1", "O2", "O3", "O4", "O5", "O6", "O7", "O8", "O1"];
    let form = browser.get(&form_for(&all)).await;
    has(
        &form,
        &[
            "Cancel 8 selected orders?",
            "3 can be cancelled · 5 cannot",
            "Customer asked",
            "Keep the orders",
        ],
    );
    for (order_no, what) in [
        ("O1", "Can be cancelled"),
        ("O4", "Cancelled already by API key shop"),
        ("O5", "The customer is paying just now"),
        ("O6", "Being cancelled already by API key shop"),
        ("O7", "Not cancelled: the customer has paid"),
        ("O8", "There is no such order"),
    ] {
        says(&form, order_no, &[what]);
    }
    says(&form, "O1", &["¥128.00", "Not paid", "<time"]);
    let bare = [("sel", "O1,O2,O3"), ("status", "pending")];
    let refused = post(&mut browser, &form, FORM, &bare).await;
    assert_eq!(refused.status, 422);
    has(
        &refused,
        &["Select a reason", "href=\"/orders?status=pending\""],
    );

    // The customer of one is faster than the next click, and one gateway says nothing.
    let address = drafted(&mut browser, &all).await;
    let preview = browser.get(&address).await;
    has(
        &preview,
        &[
            "Check before you cancel 3 orders",
            "Nothing has changed yet.",
            "Cancel 3 orders</button>",
            "Cannot supply",
        ],
    );
    assert_eq!(site.world.levels("A").await, (5, 5));
    let quietly = json!({"already_paid": true, "no_notification": true});
    switches(&site, "O2", quietly).await;
    switches(&site, "O3", json!({"http_500": true})).await;
    confirm(&mut browser, &preview, &address).await.location();
    let page = browser.get(&address).await;
    has(
        &page,
        &[
            "2 of 3 done",
            "1 order waits for the payment gateway. Its stock stays reserved.",
            "1 cancelled · 6 not cancelled · 1 waiting for the payment gateway",
            "data-refresh=\"2\"",
        ],
    );
    says(&page, "O1", &["✓", "> Cancelled <a", "href=\"/ops/op_"]);
    says(&page, "O2", &["Not cancelled: the customer has paid"]);
    says(
        &page,
        "O3",
        &["Waits for the payment gateway", "href=\"/ops/op_"],
    );
    says(&page, "O4", &["Cancelled already by API key shop"]);
    // O2 was bought, O3 and O5 are held, O6 too.
    assert_eq!(site.world.levels("A").await, (6, 3));

    sandbox(&site, reqwest::Method::DELETE, "switches", json!({})).await;
    eventually("the gateway answers", async || {
        let cashier = &site.services().cashier;
        let later = site.world.desk.now() + TimeDelta::minutes(1);
        let tried = cashier.time_out(&"O3".parse().expect("valid"), later).await;
        tried.expect("the stores answer").is_some()
    })
    .await;
    let bulks = &site.services().bulks;
    site.wait(TimeDelta::seconds(6));
    let carried = bulks.carry_on(1).await.expect("carried").expect("found");
    assert!(carried.finished, "{carried:?}");
    let page = browser.get(&address).await;
    has(
        &page,
        &[
            "2 of 8 orders cancelled.",
            "6 orders were not cancelled; below is why.",
            "Partly applied",
            "Back to orders",
        ],
    );
    says(&page, "O3", &["Cancelled"]);
    assert!(!page.has("/undo\""), "{}", page.body);

    // Each is an ordinary operation: listed, audited, and named by its order.
    let order = browser.get("/orders/O1").await;
    let own = order.quoted_after("href=\"/ops/");
    has(
        &browser.get(&format!("/ops/{}", own[0])).await,
        &["O1 cancelled."],
    );
    let audited = "SELECT COUNT(*) FROM audit WHERE object = ? AND actor = 'user:chen.yu'
                   AND result = 'done' AND action IN ('drafted', 'confirmed')";
    assert_eq!(site.world.count(audited, &own[0]).await, 2);
    let op = address.trim_start_matches("/ops/");
    assert_eq!(site.world.count(audited, op).await, 2);
    let audit = browser.get("/audit").await;
    has(
        &audit,
        &["Selected orders: 3 will change, 0 unchanged, 5 cannot"],
    );
    let ops = browser.get("/ops").await;
    has(&ops, &["Cancel 3 orders", "Cancel O1", "Cancel O3"]);
    let drafts = "SELECT COUNT(*) FROM operations WHERE status = ?";
    assert_eq!(
        site.world.count(drafts, "draft").await,
        0,
        "none is left over"
    );
    site.world.assert_sound().await;
}

#[tokio::test]
async fn an_order_that_was_paid_after_the_preview_stays_sold() {
    let (site, mut browser) = desk().await;
    for order_no in ["O1", "O2", "O3", "O4"] {
        placed(&site, order_no, &[("A", 1)]).await;
    }
    let address = drafted(&mut browser, &["O1", "O2", "O3", "O4"]).await;
    let before = browser.get(&address).await;
    switches(&site, "O1", json!({"already_paid": true})).await;
    let check = "/orders/O1/check";
    browser.post_from("/orders/O1", check, &[]).await.location();
    cancelled_by_its_shop(&site, "O2").await;
    paying(&site, "O4").await;
    // The preview, looked at again, says so already.
    let preview = browser.get(&address).await;
    says(&preview, "O1", &["Not cancelled: the customer has paid"]);
    confirm(&mut browser, &before, &address).await.location();
    let page = browser.get(&address).await;
    has(&page, &["1 of 4 orders cancelled."]);
    says(&page, "O1", &["Not cancelled: the customer has paid"]);
    says(&page, "O2", &["Cancelled already by API key shop"]);
    says(&page, "O4", &["The customer is paying just now"]);
    assert_eq!(site.world.levels("A").await, (8, 1));
    let operations = "SELECT COUNT(*) FROM operations WHERE kind = ?";
    assert_eq!(
        site.world.count(operations, "cancel").await,
        1,
        "of O3 alone"
    );
    // When nothing is left to do, nothing is offered.
    let form = browser.get(&form_for(&["O1", "O2"])).await;
    has(&form, &["None of these orders can be cancelled."]);
    assert_eq!(form.input("reason"), None);
    site.world.assert_sound().await;
}

#[tokio::test]
async fn only_who_may_cancel_one_order_may_choose_several() {
    let (site, mut browser) = desk().await;
    placed(&site, "O1", &[("A", 1)]).await;
    let address = drafted(&mut browser, &["O1"]).await;
    for (name, role) in [("zhao.lei", Role::Viewer), ("li.wei", Role::Operator)] {
        let mut other = site.signed_in(name, role).await;
        let list = other.get("/orders").await;
        assert!(!list.has("checkbox") && !list.has(FORM), "{}", list.body);
        assert_eq!(other.get(&form_for(&["O1"])).await.status, 403);
        let page = other.get(&address).await;
        assert_eq!(page.status, 200);
        assert!(!page.has("Cancel 1 order</button>"), "{}", page.body);
        let fields = [("sel", "O1"), ("reason", "duplicate")];
        let posted = other.post_from("/orders", FORM, &fields).await;
        assert_eq!(posted.status, 403);
        let fields = [("revision", "1")];
        let path = format!("{address}/confirm");
        let posted = other.post_from("/orders", &path, &fields).await;
        assert_eq!(posted.status, 403);
    }
    let fields = [("sel", "O1"), ("reason", "duplicate"), ("csrf", "another")];
    let foreign = browser.post_bare(FORM, &fields).await;
    assert_eq!(foreign.status, 403);
    assert_eq!(site.world.levels("A").await, (9, 1));
    let mut boss = site.signed_in("boss", Role::Admin).await;
    let path = "/health/read-only";
    let offered = boss.get(path).await.input("until").expect("a time");
    let paused = boss.post_from(path, path, &[("until", &offered)]).await;
    paused.location();
    let list = browser.get("/orders").await;
    assert!(!list.has("checkbox"), "{}", list.body);
    has(&list, &["Changes are paused until"]);
    let form = browser.get(&form_for(&["O1"])).await;
    has(&form, &["role=\"status\"><p>Changes are paused until"]);
    let main = form.body.split("<main").nth(1).expect("a page");
    assert!(!main.contains("type=\"submit\""), "{}", form.body);
    let preview = browser.get(&address).await;
    has(
        &preview,
        &["Changes are paused, so it cannot be confirmed now."],
    );
    let fields = [("revision", "1")];
    let path = format!("{address}/confirm");
    let confirmed = browser.post_from("/", &path, &fields).await;
    assert_eq!(confirmed.status, 503);
    assert_eq!(site.world.levels("A").await, (9, 1));
}

#[tokio::test]
async fn what_was_chosen_is_read_strictly_and_many_are_counted() {
    let (site, mut browser) = desk().await;
    site.world.stock("C", 100).await;
    let numbers: Vec<String> = (0..51).map(|n| format!("M{n}")).collect();
    for number in &numbers {
        let order = unpaid_order(number, &[("C", 1)]);
        site.world.desk.post(order, shop()).await.expect("placed");
    }
    let none = browser.get(&format!("{FORM}?sku=C&status=pending")).await;
    assert_eq!(none.location(), "/orders?sku=C&status=pending");
    has(
        &browser.get("/orders").await,
        &["Check the orders to be cancelled first"],
    );
    assert_eq!(browser.get(&form_for(&["M1", "%20"])).await.status, 400);
    let many: Vec<String> = (0..=MAX_CANCELS).map(|n| format!("X{n}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let long = browser.get(&form_for(&many)).await;
    assert_eq!(long.location(), "/orders");
    has(
        &browser.get("/orders").await,
        &["At most 200 orders can be cancelled at once."],
    );
    let most = browser.get(&form_for(&many[..MAX_CANCELS])).await;
    has(
        &most,
        &[
            "Cancel 200 selected orders?",
            "0 can be cancelled · 200 cannot",
        ],
    );

    let chosen: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let address = drafted(&mut browser, &chosen).await;
    let preview = browser.get(&address).await;
    has(
        &preview,
        &["Enter 51 to confirm", "Cancel 51 orders</button>"],
    );
    let miscounted = confirm(&mut browser, &preview, &address).await;
    assert_eq!(miscounted.status, 422);
    assert_eq!(site.world.levels("C").await, (49, 51));
    let fields = [("revision", "1"), ("count", "51")];
    let path = format!("{address}/confirm");
    let confirmed = post(&mut browser, &preview, &path, &fields).await;
    assert_eq!(confirmed.location(), address);
    let bulks = &site.services().bulks;
    eventually("all of them are cancelled", async || {
        bulks.carry_on(1).await.expect("the stores answer");
        browser
            .get(&address)
            .await
            .has("51 of 51 orders cancelled.")
    })
    .await;
    assert_eq!(site.world.levels("C").await, (100, 0));
    site.world.assert_sound().await;
}

#[tokio::test]
async fn it_is_said_in_chinese_too() {
    let (site, _) = desk().await;
    let mut browser = site.browser().with("accept-language", "zh-CN");
    browser.sign_in("chen.yu", PASSWORD).await;
    for order_no in ["O1", "O2"] {
        placed(&site, order_no, &[("A", 1)]).await;
    }
    paying(&site, "O2").await;
    let list = browser.get("/orders").await;
    has(&list, &["取消所选订单", "aria-label=\"选择 O1\""]);
    says(&list, "O2", &["支付中", "不能与其他订单一起取消"]);
    let form = browser.get(&form_for(&["O1", "O2"])).await;
    has(
        &form,
        &["取消所选 2 个订单？", "1 个可以取消 · 1 个不能取消"],
    );
    // The switch of language takes along what was chosen and typed.
    let fields = [("sel", "O1,O2"), ("note", "缺货"), ("switch", "en")];
    let switched = post(&mut browser, &form, FORM, &fields).await;
    assert_eq!(switched.status, 200, "{}", switched.body);
    has(&switched, &["Cancel 2 selected orders?", "缺货</textarea>"]);
    assert_eq!(switched.input("sel").as_deref(), Some("O1,O2"));
    let back = [("lang", "zh-Hans")];
    let path = "/prefs/language";
    browser.post_from("/", path, &back).await.location();
    let (_, page) = carried_out(&mut browser, &["O1", "O2"]).await;
    has(
        &page,
        &[
            "已取消 1 / 2 个订单。",
            "1 个订单未取消，原因见下。",
            "返回订单",
        ],
    );
    says(&page, "O1", &["已取消"]);
    says(&page, "O2", &["顾客正在支付，不能与其他订单一起取消"]);
    site.world.assert_sound().await;
}
