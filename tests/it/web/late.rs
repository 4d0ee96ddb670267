//! Late payments: the list, one, and what people do about it.

use serde_json::json;
use stockdesk::domain::role::Role;

use crate::eventually::eventually;
use crate::harness::browser::{Answer, Browser};
use crate::harness::site::Site;
use crate::harness::world::{shop, unpaid_order};

/// A site that sells, with 10 of A, and money that came for each of these cancelled orders.
pub async fn desk(orders: &[&str]) -> (Site, Browser) {
    let site = Site::selling().await;
    site.world.stock("A", 10).await;
    for order_no in orders {
        let order = unpaid_order(order_no, &[("A", 2)]);
        site.world.desk.post(order, shop()).await.expect("placed");
        let number = order_no.parse().expect("valid");
        let cashier = &site.services().cashier;
        cashier.checkout(&number).await.expect("asked");
        let cancel = crate::service::till::cancel(order_no);
        cashier.cancel(cancel, shop()).await.expect("cancelled");
        let url = site.sandbox.as_ref().expect("it sells").url();
        let url = format!("{url}/admin/payments/{order_no}/pay");
        let client = reqwest::Client::builder().no_proxy().build();
        let client = client.expect("a client");
        let paid = client.post(url).json(&json!({"force": true})).send().await;
        assert_eq!(paid.expect("an answer").status(), 204);
        let sql = "SELECT COUNT(*) FROM payments WHERE order_no = ? AND outcome = 'late'";
        eventually("its money is stored", async || {
            site.world.count(sql, order_no).await == 1
        })
        .await;
    }
    // As those wait that an earlier version stored: nothing goes on by itself.
    let waiting = "UPDATE late_money SET state = 'waiting', next_action_at = NULL";
    let pool = site.world.desk.pool();
    sqlx::query(waiting)
        .execute(pool)
        .await
        .expect("it answers");
    let browser = site.signed_in("chen.yu", Role::Supervisor).await;
    (site, browser)
}

async fn id(site: &Site, order_no: &str) -> i64 {
    let sql = "SELECT CAST(id AS SIGNED) FROM payments WHERE order_no = ?";
    site.world.count(sql, order_no).await
}

fn shows(page: &Answer, texts: &[&str]) {
    assert_eq!(page.status, 200, "{}", page.body);
    for text in texts {
        assert!(page.has(text), "{text}: {}", page.body);
    }
}

#[tokio::test]
async fn a_desk_without_late_money_says_so_in_both_languages() {
    let site = Site::start().await;
    let mut browser = site.signed_in("guest", Role::Viewer).await;
    shows(
        &browser.get("/payments/late").await,
        &["No money came late."],
    );
    let refused = browser.get("/payments/late?state=never").await;
    assert_eq!(refused.status, 400);
    assert!(refused.has("Choose one of the list"), "{}", refused.body);
    let lost = browser.get("/payments/late?after=rubbish").await;
    assert_eq!(lost.location(), "/payments/late");
    for nothing in ["/payments/late/1", "/payments/late/01", "/payments/late/x"] {
        let unknown = browser.get(nothing).await;
        assert_eq!(unknown.status, 404);
        assert!(unknown.has("There is no late payment"), "{}", unknown.body);
    }
    let mut chinese = browser.with("accept-language", "zh-CN");
    shows(&chinese.get("/payments/late").await, &["没有迟到款项。"]);
}

#[tokio::test]
async fn money_that_waits_is_seen_from_the_overview_to_the_order() {
    let (site, mut browser) = desk(&["R1"]).await;
    let id = id(&site, "R1").await;
    let page = format!("/payments/late/{id}");
    let overview = browser.get("/").await;
    shows(
        &overview,
        &[
            "1 late payment waits for somebody",
            "href=\"/payments/late\"",
        ],
    );
    let list = browser.get("/payments/late").await;
    let link = format!("href=\"{page}\"");
    shows(
        &list,
        &[
            &link,
            "¥128.00",
            "Waits for somebody",
            "Its order was cancelled before",
            "/orders/R1",
        ],
    );
    shows(&browser.get("/payments/late?state=waiting").await, &[&link]);
    let none = browser.get("/payments/late?state=refunded").await;
    shows(&none, &["No late payment is in this state."]);
    let one = browser.get(&page).await;
    shows(
        &one,
        &[
            "Refund now",
            "Deduct again",
            "Mark as handled outside",
            "Money came: Its order was cancelled before",
        ],
    );
    let order = browser.get("/orders/R1").await;
    shows(
        &order,
        &[
            &link,
            "Money came: Its order was cancelled before",
            "The gateway sandbox said CLOSED at",
            "SHA-256",
            "Check payment</button>",
        ],
    );
    let mut viewer = site.signed_in("zhao.lei", Role::Viewer).await;
    let seen = viewer.get(&page).await;
    shows(&seen, &["Waits for somebody"]);
    assert!(!seen.has("Refund now"), "{}", seen.body);
    let mut chinese = browser.with("accept-language", "zh-CN");
    shows(&chinese.get(&page).await, &["立即退款", "待人工处理"]);
}

#[tokio::test]
async fn a_refund_is_previewed_confirmed_and_proved_and_never_done_twice() {
    let (site, mut browser) = desk(&["R1"]).await;
    let page = format!("/payments/late/{}", id(&site, "R1").await);
    let refund = format!("{page}/refund");
    let preview = browser.get(&refund).await;
    shows(&preview, &["Refund ¥128.00?", "under refund number LP"]);
    // Nothing is done without the form's token.
    let bare = browser.post_bare(&refund, &[]).await;
    assert_eq!(bare.status, 403);
    let token = preview.input("csrf").expect("a token");
    let (mut a, mut b) = (browser.clone(), browser.clone());
    let fields = [("csrf", token.as_str())];
    let (first, second) =
        tokio::join!(a.post_bare(&refund, &fields), b.post_bare(&refund, &fields));
    assert_eq!(
        (first.location(), second.location()),
        (page.as_str(), page.as_str())
    );
    eventually("it is refunded", async || {
        browser.get(&page).await.has("Proof of the refund")
    })
    .await;
    let done = browser.get(&page).await;
    shows(&done, &["Refunded", "sandbox: REFUNDED", "Refund ordered"]);
    assert!(
        !done.has("Refund now") && !done.has("Deduct again"),
        "{}",
        done.body
    );
    let deduct = browser.get(&format!("{page}/deduct")).await;
    assert_eq!(deduct.location(), page);
    shows(
        &browser.get("/orders/R1").await,
        &["Refunded", "Refund ordered"],
    );
    let overview = browser.get("/").await;
    assert!(!overview.has("late payment waits"), "{}", overview.body);
    assert_eq!(site.world.levels("A").await, (10, 0));
    let audit = browser.get("/audit").await;
    shows(&audit, &["asked for the refund of a late payment", &page]);
    site.world.assert_sound().await;
}

#[tokio::test]
async fn stock_is_deducted_again_where_it_is_there_and_handled_outside_needs_a_reason() {
    let (site, mut browser) = desk(&["R1", "R2"]).await;
    let first = format!("/payments/late/{}", id(&site, "R1").await);
    let deduct = format!("{first}/deduct");
    let preview = browser.get(&deduct).await;
    shows(
        &preview,
        &[
            "Deduct the stock of R1 again?",
            "2 units of A; available 10",
        ],
    );
    let done = browser.post_from(&deduct, &deduct, &[]).await;
    assert_eq!(done.location(), first);
    shows(
        &browser.get(&first).await,
        &["Stock was deducted again.", "/ledger?order=late-"],
    );
    assert_eq!(site.world.levels("A").await, (8, 0));

    let second = format!("/payments/late/{}", id(&site, "R2").await);
    let sold = crate::harness::world::order("SOLD", &[("A", 7)]);
    site.world.desk.post(sold, shop()).await.expect("sold");
    let deduct = format!("{second}/deduct");
    let short = browser.post_from(&deduct, &deduct, &[]).await;
    assert_eq!(short.status, 422);
    assert!(
        short.has("There is not enough stock to deduct all of it again."),
        "{}",
        short.body
    );
    let handle = format!("{second}/handle");
    let bare = browser.post_from(&handle, &handle, &[("note", " ")]).await;
    assert_eq!(bare.status, 422);
    assert!(bare.has("href=\"#note\""), "{}", bare.body);
    let note = "<b>现金退回</b>";
    let handled = browser.post_from(&handle, &handle, &[("note", note)]).await;
    assert_eq!(handled.location(), second);
    let page = browser.get(&second).await;
    shows(
        &page,
        &["Marked as handled outside.", "现金退回", "chen.yu"],
    );
    assert!(!page.has("<b>现金"), "{}", page.body);
    let mut operator = site.signed_in("li.wei", Role::Operator).await;
    let refused = operator.get(&handle).await;
    assert_eq!(refused.status, 403);
    assert!(refused.has("settle late payments"), "{}", refused.body);
    site.world.assert_sound().await;
}
