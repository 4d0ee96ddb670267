//! One box that finds whatever has a number.

use stockdesk::domain::role::Role;

use super::bulk;
use crate::harness::site::{PASSWORD, Site};
use crate::harness::world::{order, shop};
use crate::service::office::{chen, deduct};

#[tokio::test]
async fn whatever_has_a_number_opens_at_once_from_every_page() {
    let site = Site::selling().await;
    for sku in ["CUP 1", "TENT", "CUP 2"] {
        site.world.stock(sku, 40).await;
    }
    site.world.findable().await;
    let desk = &site.world.desk;
    for number in ["XQ-77", "TENT"] {
        desk.post(order(number, &[("CUP 1", 1)]), shop())
            .await
            .expect("placed");
    }
    let operations = &site.services().operations;
    let drafted = operations.draft(deduct("TENT", 2), &chen()).await;
    let op = drafted.expect("a draft").operation().op;
    let (pool, row) = (
        desk.pool(),
        "INSERT INTO payments (gateway, transaction_id, order_no, amount_minor, currency, paid_at,
           outcome, created_at, settled_at) VALUES
         ('sandbox', 'T-late', 'O-9', 5, 'CNY', UTC_TIMESTAMP(6), 'orphan', UTC_TIMESTAMP(6), NULL),
         ('sandbox', 'T-paid', 'XQ-77', 5, 'CNY', UTC_TIMESTAMP(6), 'order_paid', UTC_TIMESTAMP(6),
          UTC_TIMESTAMP(6))",
    );
    sqlx::query(row).execute(pool).await.expect("written");
    let mut viewer = site.signed_in("li.wei", Role::Viewer).await;
    let led = format!("/ledger/{}", "led_1-1");
    for (typed, path) in [
        (op.to_string(), format!("/ops/{op}")),
        ("led_1-1".to_owned(), led.clone()),
        // Typed with a Chinese keyboard.
        ("%20%EF%BD%8C%EF%BD%85%EF%BD%84_1-1".to_owned(), led.clone()),
        ("XQ-77".to_owned(), "/orders/XQ-77".to_owned()),
        ("CUP%201".to_owned(), "/stock/W/CUP%201".to_owned()),
        ("T-late".to_owned(), "/payments/late/1".to_owned()),
        ("T-paid".to_owned(), "/orders/XQ-77".to_owned()),
        ("CUP".to_owned(), "/stock?q=CUP".to_owned()),
        ("%E6%9D%AF".to_owned(), "/stock?q=%E6%9D%AF".to_owned()),
        (String::new(), "/stock".to_owned()),
    ] {
        let answer = viewer.get(&format!("/find?q={typed}")).await;
        assert_eq!(answer.location(), path, "{typed}");
    }
    // From the lists' own boxes, too.
    for (list, path) in [
        (format!("/stock?q={op}"), format!("/ops/{op}")),
        ("/stock?q=led_1-1".to_owned(), led.clone()),
        ("/stock?q=XQ-77".to_owned(), "/orders/XQ-77".to_owned()),
        ("/ledger?order=led_1-1".to_owned(), led),
    ] {
        assert_eq!(viewer.get(&list).await.location(), path, "{list}");
    }
    // A filter that leaves nothing over is no question for something else.
    assert_eq!(viewer.get("/stock?q=XQ-77&state=out").await.status, 200);
    let both = viewer.get("/find?q=TENT").await;
    bulk::has(
        &both,
        &[
            "Several things are called TENT",
            "<a href=\"/stock/W/TENT\">SKU TENT</a>",
            "<a href=\"/orders/TENT\">Order TENT</a>",
        ],
    );
    for page in ["/", "/health", "/orders/XQ-77", "/audit"] {
        let page = viewer.get(page).await;
        let form = "<form class=\"find\" method=\"get\" action=\"/find\" role=\"search\"";
        assert!(page.has(form), "{}", page.body);
        assert!(page.has("<label class=\"vh\" for=\"find\">"));
    }
    assert!(!site.browser().get("/login").await.has("action=\"/find\""));
}

#[tokio::test]
async fn what_is_not_there_is_named_and_can_be_looked_for_again() {
    let site = Site::start().await;
    let mut viewer = site.signed_in("li.wei", Role::Viewer).await;
    let mut chinese = site.browser().with("accept-language", "zh-CN");
    chinese.sign_in("li.wei", PASSWORD).await;
    let op = "op_01JD3V6Q8ZK2N4T6W8Y0A2C4E6";
    for (path, typed, sentence, in_chinese) in [
        (
            "/orders/NONE",
            "NONE",
            "There is no order NONE.",
            "没有订单 NONE",
        ),
        (
            "/ledger/led_9-9",
            "led_9-9",
            "There is no ledger entry led_9-9.",
            "led_9-9",
        ),
        (
            "/find?q=led_9-9",
            "led_9-9",
            "There is no ledger entry led_9-9.",
            "led_9-9",
        ),
        (
            &format!("/ops/{op}"),
            op,
            "There is no operation op_",
            "没有操作 op_",
        ),
        (
            &format!("/find?q={op}"),
            op,
            "There is no operation op_",
            "没有操作 op_",
        ),
    ] {
        let page = viewer.get(path).await;
        assert_eq!(page.status, 404, "{path}");
        bulk::has(
            &page,
            &[
                sentence,
                &format!("id=\"look-for\" name=\"q\" value=\"{typed}\""),
                "href=\"/ledger\">Ledger</a>",
            ],
        );
        let page = chinese.get(path).await;
        bulk::has(&page, &[in_chinese, "href=\"/ledger\">流水</a>"]);
    }
}
