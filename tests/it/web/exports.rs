//! Lists as files.

use stockdesk::domain::role::Role;

use crate::harness::site::{PASSWORD, Site};
use crate::harness::world::{order, shop, unpaid_order};
use crate::service::office::{chen, deduct};

/// The rows of a file, without its mark.
fn rows(body: &str) -> Vec<Vec<String>> {
    let text = body.strip_prefix('\u{FEFF}').expect("a byte order mark");
    assert!(text.ends_with("\r\n"), "{text:?}");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let records = reader.records().map(|record| record.expect("a row"));
    records
        .map(|record| record.iter().map(str::to_owned).collect())
        .collect()
}

#[tokio::test]
async fn stock_is_a_file_of_what_the_list_shows() {
    let site = Site::start().await;
    for (sku, available) in [("=cmd|' /C calc'!A0", 7), ("CUP", 0), ("@SUM", -1)] {
        site.world.stock(sku, available).await;
    }
    let mut browser = site.signed_in("li.wei", Role::Viewer).await;
    let file = browser.get("/stock.csv").await;
    assert_eq!(file.status, 200);
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    let named = file.header("content-disposition");
    assert!(
        named.starts_with("attachment; filename=\"stock-"),
        "{named}"
    );
    let table = rows(&file.body);
    assert_eq!(table[0][..4], ["Warehouse", "SKU", "Name", "Available"]);
    assert_eq!(table[1][1], "'=cmd|' /C calc'!A0");
    assert_eq!(table[2][1], "'@SUM");
    assert_eq!(table[2][3], "Unlimited");
    assert_eq!((table[3][1].as_str(), table[3][3].as_str()), ("CUP", "0"));
    assert_eq!(table.len(), 4);
    let out = rows(&browser.get("/stock.csv?state=out").await.body);
    assert_eq!((out.len(), out[1][1].as_str()), (2, "CUP"));
    let none = rows(&browser.get("/stock.csv?q=none").await.body);
    assert_eq!(none.len(), 1);
    let wrong = browser.get("/stock.csv?state=x").await;
    assert_eq!(wrong.location(), "/stock?state=x");
    let mut browser = site.browser().with("accept-language", "zh-CN");
    browser.sign_in("li.wei", PASSWORD).await;
    let table = rows(&browser.get("/stock.csv").await.body);
    assert_eq!(table[0][..4], ["仓库", "SKU", "名称", "可售"]);
    assert_eq!(table[2][3], "不限量");
}

#[tokio::test]
async fn the_ledger_is_a_file_with_all_its_pages() {
    let site = Site::start().await;
    site.world.stock("CUP", 5_000).await;
    let desk = &site.world.desk;
    let orders = (0..1_100).map(|n| desk.post(order(&format!("A{n}"), &[("CUP", 2)]), shop()));
    for placed in futures_util::future::join_all(orders).await {
        placed.expect("placed");
    }
    let mut browser = site.signed_in("li.wei", Role::Viewer).await;
    let table = rows(&browser.get("/ledger.csv?sku=CUP").await.body);
    assert_eq!(table.len(), 1 + 1_100);
    assert_eq!(table[1][3..8], ["CUP", "Deduct", "-2", "2802", "2800"]);
    assert_eq!(table[1][8], "API key shop");
    assert_eq!(table[1_100][6..8], ["5000", "4998"]);
    let one = rows(&browser.get("/ledger.csv?order=A7").await.body);
    assert_eq!((one.len(), one[1][12].as_str()), (2, "A7"));
}

#[tokio::test]
async fn the_audit_is_a_file_and_nobody_else_gets_one() {
    let site = Site::start().await;
    let nobody = site.browser().get("/audit.csv").await;
    assert_eq!(nobody.location(), "/login?next=%2Faudit.csv");
    let mut browser = site.signed_in("li.wei", Role::Viewer).await;
    let table = rows(&browser.get("/audit.csv?kind=sign_in").await.body);
    assert_eq!(
        table[1][1..6],
        ["li.wei", "signed in", "", "Done", "127.0.0.1"]
    );
    // While the list cannot be read there is no file that looks whole.
    site.world.desk.pool().close().await;
    let away = browser.get("/audit.csv").await;
    assert_eq!(away.status, 503);
    assert!(away.has("The database does not answer"), "{}", away.body);
    assert!(away.has("This could not be loaded. Nothing was changed."));
}

#[tokio::test]
async fn long_numbers_of_orders_are_kept_for_excel_where_that_is_asked_for() {
    let site = Site::start().await;
    site.world.stock("0042", 40).await;
    let number = "12345678901234567890";
    let placed = order(number, &[("0042", 2)]);
    let desk = &site.world.desk;
    desk.post(placed, shop()).await.expect("placed");
    let mut browser = site.signed_in("li.wei", Role::Viewer).await;
    let list = browser.get("/ledger?sku=0042").await;
    for text in [
        "href=\"/ledger.csv?sku=0042&#38;excel=1\"",
        "an apostrophe (&#39;) stands before numbers",
    ] {
        assert!(list.has(text), "{text}: {}", list.body);
    }
    let plain = rows(&browser.get("/ledger.csv?sku=0042").await.body);
    assert_eq!((&plain[1][3][..], &plain[1][12][..]), ("0042", number));
    let kept = rows(&browser.get("/ledger.csv?sku=0042&excel=1").await.body);
    assert_eq!(kept[1][3], "'0042");
    assert_eq!(kept[1][12], format!("'{number}"));
    assert_eq!(kept[1][5..8], plain[1][5..8], "units are numbers");
    for path in ["/stock", "/audit"] {
        assert!(
            browser
                .get(path)
                .await
                .has(&format!("href=\"{path}.csv?excel=1\""))
        );
    }
    let stock = rows(&browser.get("/stock.csv?excel=1").await.body);
    assert_eq!(stock[1][1], "'0042");
    // What was kept so is known again when it comes back in a sheet.
    let mut chen = site.signed_in("chen.yu", Role::Supervisor).await;
    let address = super::bulk::sent(&mut chen, b"sku,change\n'0042,1\n").await;
    super::bulk::carry_out(&mut chen, &address).await;
    assert_eq!(site.world.levels("0042").await, (39, 0));
}

#[tokio::test]
async fn orders_and_operations_are_files_of_what_their_lists_show() {
    let site = Site::start().await;
    site.world.stock("CUP", 40).await;
    let desk = &site.world.desk;
    for placed in [
        unpaid_order("O1", &[("CUP", 2)]),
        order("O2", &[("CUP", 1)]),
    ] {
        desk.post(placed, shop()).await.expect("placed");
    }
    let operations = &site.services().operations;
    let drafted = operations.draft(deduct("CUP", 3), &chen()).await;
    let op = drafted.expect("a draft").operation().op.to_string();
    let mut browser = site.signed_in("li.wei", Role::Viewer).await;
    let open = rows(&browser.get("/orders.csv").await.body);
    assert_eq!(open[0][..3], ["Order", "Warehouse", "Status"]);
    assert_eq!((open.len(), open[1][0].as_str()), (2, "O1"));
    assert_eq!(open[1][5..10], ["2", "1", "128.00", "CNY", "sandbox"]);
    let paid = rows(&browser.get("/orders.csv?status=paid").await.body);
    assert_eq!((paid.len(), paid[1][0].as_str()), (2, "O2"));
    assert_eq!(
        browser.get("/orders.csv?due=never").await.location(),
        "/orders?due=never"
    );
    let all = rows(&browser.get("/ops.csv").await.body);
    assert_eq!(all[0][..4], ["Operation", "What", "On", "State"]);
    assert_eq!(all[1][..4], [&op, "Deduct 3 units", "CUP", "Draft"]);
    assert_eq!(
        rows(&browser.get("/ops.csv?state=applied").await.body).len(),
        1
    );
    assert_eq!(
        browser.get("/ops.csv?state=x").await.location(),
        "/ops?state=x"
    );
    for (list, file) in [
        ("/orders?status=paid", "/orders.csv?status=paid"),
        ("/ops", "/ops.csv"),
    ] {
        let page = browser.get(list).await;
        assert!(page.has(&format!("href=\"{file}\"")), "{}", page.body);
    }
}
