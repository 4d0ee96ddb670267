//! Sheets: from a file to what each of its lines did.

use chrono::TimeDelta;
use stockdesk::domain::role::Role;

use super::ops::{confirm, post};
use crate::harness::browser::{Answer, Browser};
use crate::harness::site::{PASSWORD, Site};
use crate::harness::world::{order, shop};

pub const IMPORT: &str = "/stock/import";

/// A site with three SKUs, and a supervisor.
pub async fn desk() -> (Site, Browser) {
    let site = Site::start().await;
    for (sku, available) in [("A", 80), ("B", 12), ("杯-1", 5)] {
        site.world.stock(sku, available).await;
    }
    let browser = site.signed_in("chen.yu", Role::Supervisor).await;
    (site, browser)
}

/// Chooses a file in the form, and sends it.
pub async fn send(browser: &mut Browser, name: &str, bytes: &[u8]) -> Answer {
    send_with(browser, name, bytes, &[("reason", "count")]).await
}

async fn send_with(
    browser: &mut Browser,
    name: &str,
    bytes: &[u8],
    fields: &[(&str, &str)],
) -> Answer {
    let page = browser.get(IMPORT).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let (csrf, op) = (page.input("csrf"), page.input("op"));
    let mut all = fields.to_vec();
    all.push(("csrf", csrf.as_deref().expect("a token")));
    all.push(("op", op.as_deref().expect("an operation")));
    browser.post_file(IMPORT, &all, (name, bytes)).await
}

/// Sends a file; the address of its draft.
pub async fn sent(browser: &mut Browser, bytes: &[u8]) -> String {
    let answer = send(browser, "count.csv", bytes).await;
    answer.location().to_owned()
}

/// Confirms what stands at `address`, and returns the page of what it did.
pub async fn carry_out(browser: &mut Browser, address: &str) -> Answer {
    let page = browser.get(address).await;
    let answer = confirm(browser, &page, address).await;
    let location = answer.location().to_owned();
    browser.get(&location).await
}

pub fn has(page: &Answer, texts: &[&str]) {
    for text in texts {
        assert!(page.has(text), "{text}: {}", page.body);
    }
}

#[tokio::test]
async fn a_sheet_with_two_bad_lines_changes_all_the_others() {
    let (site, mut browser) = desk().await;
    let sheet = "Warehouse,SKU,Change (±),Set to,Note\r\n\
                 W,A,-3,,two boxes\r\nW,B,,8o,\r\nW,杯-1,,5,\r\nW,NONE,,1,\r\n";
    let address = sent(&mut browser, sheet.as_bytes()).await;
    let page = browser.get(&address).await;
    has(
        &page,
        &[
            "<title>Check 1 change – ",
            "Nothing has changed yet.",
            "1 will change · 1 unchanged · 2 cannot",
            "Line 3: “8o” is not a whole number",
            "Line 5: this warehouse holds no SKU “NONE”",
            "Net change −3 units over 1 SKU.",
            "Largest: A −3.",
            "First rows as they were read (UTF-8)",
            "<td>two boxes</td>",
            ">80</td>",
            "<b>77</b>",
        ],
    );
    assert_eq!(site.world.levels("A").await, (80, 0));
    let done = carry_out(&mut browser, &address).await;
    has(
        &done,
        &[
            "1 of 1 change made.",
            "80 → 77",
            "2 lines cannot",
            "Line 3: “8o” is not a whole number",
            "href=\"/ledger/led_",
        ],
    );
    assert_eq!(site.world.levels("A").await, (77, 0));
    assert_eq!(site.world.levels("B").await, (12, 0));
    let op = &address["/ops/".len()..];
    assert_eq!(site.world.entries(&format!("{op}.1")).await, 1);
    // The ledger leads back to the operation, and has the line's own note.
    let ledger = browser.get("/ledger?sku=A").await;
    has(&ledger, &[&format!("href=\"{address}\"")]);
    let entry = browser.get("/ledger/led_1-1").await;
    has(&entry, &["two boxes", &format!("href=\"{address}\"")]);
    let failed = browser.get(&format!("{address}/failed.csv")).await;
    assert_eq!(failed.status, 200);
    has(
        &failed,
        &[
            "Line,Warehouse,SKU,Change (±),Set to,Note,Problem\r\n",
            "3,W,B,,8o,,“8o” is not a whole number\r\n",
            "5,W,NONE,,1,,this warehouse holds no SKU “NONE”\r\n",
        ],
    );
    site.world.assert_sound().await;
}

#[tokio::test]
async fn a_sheet_in_gb18030_with_chinese_titles_is_read() {
    let (site, _) = desk().await;
    let mut browser = site.browser().with("accept-language", "zh-CN");
    browser.sign_in("chen.yu", PASSWORD).await;
    let sheet = "仓库,SKU 编码,变动 (±),设为盘点数,名称\r\nW,杯-1,,４,红杯\r\nW,A,+2,,\r\n";
    let (bytes, ..) = encoding_rs::GB18030.encode(sheet);
    let address = sent(&mut browser, &bytes).await;
    let page = browser.get(&address).await;
    has(
        &page,
        &[
            "确认 2 处更改",
            "（gb18030）",
            "<td>红杯</td>",
            "未读取的列：名称",
        ],
    );
    let done = carry_out(&mut browser, &address).await;
    has(&done, &["已完成 2 / 2 处更改。"]);
    assert_eq!(site.world.levels("杯-1").await, (4, 0));
    assert_eq!(site.world.levels("A").await, (82, 0));
    site.world.assert_sound().await;
}

#[tokio::test]
async fn rows_can_be_pasted_and_what_cannot_be_read_is_said() {
    let (site, mut browser) = desk().await;
    let page = browser.get(IMPORT).await;
    let fields = [("reason", "received"), ("rows", "sku\tchange\nB\t5\n")];
    let answer = post(&mut browser, &page, IMPORT, &fields).await;
    let address = answer.location().to_owned();
    has(
        &browser.get(&address).await,
        &["Check 1 change", "Pasted rows"],
    );
    // The same form once more is the same draft; other rows replace it.
    let again = post(&mut browser, &page, IMPORT, &fields).await;
    assert_eq!(again.location(), address);
    let fields = [
        ("reason", "received"),
        ("rows", "sku\tchange\nB\t6\nA\t1\n"),
    ];
    let other = post(&mut browser, &page, IMPORT, &fields).await;
    assert_eq!(other.location(), address);
    let preview = browser.get(&address).await;
    has(&preview, &["Check 2 changes"]);
    assert_eq!(preview.input("revision").as_deref(), Some("2"));
    for (rows, said) in [
        ("", "Choose a file or paste rows"),
        (
            "sku,available\nA,3\n",
            "names no column Change (±) and no column Set to",
        ),
        ("name,set to\nA,3\n", "The first row names no column SKU"),
        ("sku,set to\nA,\n", "No row has a change or a count"),
        (
            "sku,set to,counted\n",
            "names the column “counted” a second time",
        ),
    ] {
        let fields = [("reason", "count"), ("rows", rows)];
        let page = browser.get(IMPORT).await;
        let answer = post(&mut browser, &page, IMPORT, &fields).await;
        assert_eq!(answer.status, 422, "{rows}");
        has(&answer, &["<title>Error: Import a count sheet", said]);
    }
    let file = send_with(&mut browser, "x.csv", b"sku,set to\nA,1\n", &[]).await;
    assert_eq!(file.status, 422);
    has(&file, &["Select a reason", "Choose the file again"]);
    let workbook = send(&mut browser, "x.xlsx", b"PK\x03\x04rest").await;
    has(&workbook, &["This is a workbook."]);
    let huge = vec![b'a'; 3 << 20];
    assert_eq!(send(&mut browser, "x.csv", &huge).await.status, 413);
    let mut many = "sku,set to\n".to_owned();
    for n in 0..20_001 {
        many.push_str(&format!("S{n},1\n"));
    }
    let many = send(&mut browser, "x.csv", many.as_bytes()).await;
    assert_eq!(many.status, 422);
    has(&many, &["The file must have 20,000 rows or fewer"]);
    assert_eq!(site.world.levels("A").await, (80, 0));
}

#[tokio::test]
async fn every_problem_of_a_line_is_named_and_formulas_stay_text() {
    let (site, mut browser) = desk().await;
    site.world.stock("=1+1", 3).await;
    site.world.stock("GIFT", -1).await;
    let sheet = "warehouse,sku,change,set to,note,version\n\
        X,A,1,,,\n,,1,,,\nW,A,1,2,,\nW,A,1.5,,,\nW,A,1000001,,,\nW,A,,-1,,\n\
        W,A,,1000000000,,\nW,A,-81,,,\nW,GIFT,,3,,\nW,A,,3,,7\nW,A,2,,,,more\n\
        W,'=1+1,'-1,,,\nW,=1+1,-1,,,\nW,=HYPERLINK(1),1,,,\n";
    let address = sent(&mut browser, sheet.as_bytes()).await;
    let page = browser.get(&format!("{address}?show=cannot")).await;
    has(
        &page,
        &[
            "1 will change · 0 unchanged · 13 cannot",
            "Line 2: no warehouse is called “X”",
            "Line 3: no SKU",
            "Line 4: a change and a count; only one of them is possible",
            "Line 5: “1.5” is not a whole number",
            "Line 6: a change is 1,000,000 units or fewer",
            "Line 7: a count is 0 or more",
            "Line 8: a count is 999,999,999 or fewer",
            "Line 9: 81 would be taken, 80 are available",
            "Line 10: ",
            "unlimited",
            "Line 11: this SKU stands on line 9 as well, with another change or count",
            "Line 12: 7 cells, and the first row has 6",
            "Line 14: this SKU stands on line 13 already",
        ],
    );
    let failed = browser.get(&format!("{address}/failed.csv")).await;
    has(&failed, &["15,W,'=HYPERLINK(1),1,", "14,W,'=1+1,-1,"]);
    carry_out(&mut browser, &address).await;
    assert_eq!(site.world.levels("=1+1").await, (2, 0));
}

#[tokio::test]
async fn a_count_sheet_comes_back_as_it_went_out() {
    let (site, mut browser) = desk().await;
    let sheet = browser.get("/stock/count-sheet.csv").await;
    has(
        &sheet,
        &[
            "Warehouse,SKU,Name,Available,Version,Set to,Note\r\n",
            "W,A,Name of A,80,0,,\r\n",
        ],
    );
    // The stock of B moves after the sheet was made.
    let sold = order("O1", &[("B", 1)]);
    site.world.desk.post(sold, shop()).await.expect("sold");
    let counted = sheet.body.replace("A,80,0,,", "A,80,0,78,");
    let counted = counted.replace("B,12,0,,", "B,12,0,12,");
    let address = sent(&mut browser, counted.as_bytes()).await;
    let page = browser.get(&address).await;
    has(
        &page,
        &[
            "1 will change · 0 unchanged · 1 cannot · 1 left blank",
            "the stock moved since the sheet was made; 11 are available now",
        ],
    );
    let done = carry_out(&mut browser, &address).await;
    has(&done, &["80 → 78"]);
    assert_eq!(site.world.levels("B").await, (11, 0));
}

#[tokio::test]
async fn a_count_whose_stock_moved_after_the_preview_is_left_alone() {
    let (site, mut browser) = desk().await;
    let address = sent(&mut browser, b"sku,set to,change\nA,70,\nB,,-2\n").await;
    let page = browser.get(&address).await;
    for (number, sku) in [("O1", "A"), ("O2", "B")] {
        let sold = order(number, &[(sku, 1)]);
        site.world.desk.post(sold, shop()).await.expect("sold");
    }
    let answer = confirm(&mut browser, &page, &address).await;
    let done = browser.get(answer.location()).await;
    has(
        &done,
        &[
            "1 of 2 changes made.",
            "1 line was refused, and nothing was changed by it.",
            "Partly applied",
            "the stock moved after the preview; it was left as it is (79)",
            "11 → 9",
        ],
    );
    assert_eq!(site.world.levels("A").await, (79, 0));
    // Once more: the same answer, and no other effect.
    let again = confirm(&mut browser, &page, &address).await;
    assert_eq!(again.location(), format!("{address}?again=1"));
    let again = browser.get(again.location()).await;
    has(&again, &["Already applied at", "Nothing was done again."]);
    assert_eq!(site.world.levels("B").await, (9, 0));
    site.world.assert_sound().await;
}

#[tokio::test]
async fn the_same_file_is_recognised() {
    let (site, mut browser) = desk().await;
    let sheet = b"sku,change\nA,1\n";
    let first = sent(&mut browser, sheet).await;
    let second = sent(&mut browser, sheet).await;
    assert!(!browser.get(&second).await.has("This same file"));
    carry_out(&mut browser, &first).await;
    let page = browser.get(&second).await;
    let number = &first["/ops/".len()..];
    has(
        &page,
        &[
            &format!("This same file was applied as <a class=\"id\" href=\"{first}\">{number}</a>"),
            " today at ",
            "by chen.yu",
        ],
    );
    site.wait(TimeDelta::days(1));
    let third = site.signed_in("wang.fang", Role::Supervisor).await;
    let mut third = third;
    let address = sent(&mut third, sheet).await;
    has(&third.get(&address).await, &[" yesterday at "]);
    // A supervisor may mean it.
    carry_out(&mut third, &address).await;
    assert_eq!(site.world.levels("A").await, (82, 0));
    let expired = browser.get(&second).await;
    assert_eq!(expired.status, 303, "the session is over, too");
}

#[tokio::test]
async fn above_fifty_lines_the_number_is_typed() {
    let (site, mut browser) = desk().await;
    let mut sheet = "sku,set to\n".to_owned();
    for n in 0..51 {
        site.world.stock(&format!("S{n}"), 10).await;
        sheet.push_str(&format!("S{n},{n}\n"));
    }
    let address = sent(&mut browser, sheet.as_bytes()).await;
    let page = browser.get(&address).await;
    // S10 stays as it is.
    has(&page, &["Check 50 changes"]);
    assert!(!page.has("to confirm"), "{}", page.body);
    let sheet = sheet.replace("S10,10", "S10,7");
    let address = sent(&mut browser, sheet.as_bytes()).await;
    let page = browser.get(&address).await;
    has(&page, &["Enter 51 to confirm"]);
    let revision = page.input("revision").expect("a revision");
    let path = format!("{address}/confirm");
    for typed in ["", "50", "yes"] {
        let fields = [("revision", revision.as_str()), ("count", typed)];
        let answer = post(&mut browser, &page, &path, &fields).await;
        assert_eq!(answer.status, 422);
        has(
            &answer,
            &["<title>Error: Check 51 changes", "Enter 51 to confirm"],
        );
        assert_eq!(answer.input("count").as_deref(), Some(typed));
    }
    assert_eq!(site.world.levels("S0").await, (10, 0));
    let fields = [("revision", revision.as_str()), ("count", "５１")];
    let answer = post(&mut browser, &page, &path, &fields).await;
    let done = browser.get(answer.location()).await;
    has(&done, &["51 of 51 changes made."]);
    assert_eq!(site.world.levels("S50").await, (50, 0));
    assert_eq!(site.world.levels("S0").await, (0, 0));
}

#[tokio::test]
async fn an_operator_prepares_and_a_supervisor_confirms() {
    let (site, mut supervisor) = desk().await;
    let mut operator = site.signed_in("li.wei", Role::Operator).await;
    let mut viewer = site.signed_in("zhao.lei", Role::Viewer).await;
    assert_eq!(viewer.get(IMPORT).await.status, 403);
    let address = sent(&mut operator, b"sku,change\nA,1\n").await;
    let page = operator.get(&address).await;
    has(&page, &["This waits for a supervisor"]);
    assert_eq!(page.input("revision"), None, "no button");
    let fields = [("revision", "1")];
    let path = format!("{address}/confirm");
    let refused = operator.post_from("/", &path, &fields).await;
    assert_eq!(refused.status, 403);
    assert_eq!(viewer.post_from("/", &path, &fields).await.status, 403);
    assert!(
        !viewer
            .get(&address)
            .await
            .has("<form method=\"post\" action=\"/ops")
    );
    assert_eq!(site.world.levels("A").await, (80, 0));
    has(
        &supervisor.get(&address).await,
        &["li.wei prepared this at"],
    );
    carry_out(&mut supervisor, &address).await;
    assert_eq!(site.world.levels("A").await, (81, 0));
    let op = &address["/ops/".len()..];
    let sql =
        "SELECT GROUP_CONCAT(CONCAT(actor, ' ', action, ' ', result) ORDER BY id SEPARATOR '; ')
               FROM audit WHERE object = ?";
    let audit: String = sqlx::query_scalar(sql)
        .bind(op)
        .fetch_one(site.world.desk.pool())
        .await
        .expect("the audit");
    assert_eq!(
        audit,
        "user:li.wei drafted done; user:li.wei confirmed refused; user:chen.yu approved done; \
         user:chen.yu carried_out done"
    );
    let discarded = sent(&mut operator, b"sku,change\nA,2\n").await;
    let page = operator.get(&discarded).await;
    let path = format!("{discarded}/discard");
    let answer = post(&mut operator, &page, &path, &[]).await;
    has(
        &operator.get(answer.location()).await,
        &["Discarded by li.wei"],
    );
    let late = supervisor
        .post_from("/", &format!("{discarded}/confirm"), &fields)
        .await;
    assert_eq!(late.status, 410);
    assert_eq!(site.world.levels("A").await, (81, 0));
}

#[tokio::test]
async fn a_sheet_must_come_from_this_session() {
    let (site, mut browser) = desk().await;
    let file = ("x.csv", &b"sku,change\nA,1\n"[..]);
    let fields = [("reason", "count"), ("note", "kept"), ("csrf", "stale")];
    let answer = browser.post_file(IMPORT, &fields, file).await;
    assert_eq!(answer.status, 403);
    has(
        &answer,
        &["so nothing changed", "kept", "Choose the file again"],
    );
    let token = browser.get(IMPORT).await.input("csrf").expect("a token");
    let fields = [("reason", "count"), ("csrf", token.as_str())];
    let mut elsewhere = browser.clone().with("origin", "http://evil.example");
    assert_eq!(elsewhere.post_file(IMPORT, &fields, file).await.status, 403);
    let mut nobody = site.browser();
    let answer = nobody.post_file(IMPORT, &fields, file).await;
    assert_eq!(answer.status, 403);
    has(&answer, &["name=\"password\""]);
    // No other form takes a file.
    let deduct = "/stock/W/A/deduct";
    assert_eq!(browser.post_file(deduct, &fields, file).await.status, 415);
    let drafts: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM bulk_operations")
        .fetch_one(site.world.desk.pool())
        .await
        .expect("a count");
    assert_eq!(drafts, 0);
}

/// A sheet of `lines` SKUs that each lose one unit, confirmed and not carried out yet.
pub async fn running(site: &Site, browser: &mut Browser, lines: u32) -> String {
    let mut sheet = "sku,change\n".to_owned();
    for n in 0..lines {
        site.world.stock(&format!("R{n}"), 10).await;
        sheet.push_str(&format!("R{n},-1\n"));
    }
    let address = sent(browser, sheet.as_bytes()).await;
    let page = browser.get(&address).await;
    let revision = page.input("revision").expect("a revision");
    let count = lines.to_string();
    let fields = [("revision", revision.as_str()), ("count", count.as_str())];
    let path = format!("{address}/confirm");
    let answer = post(browser, &page, &path, &fields).await;
    assert_eq!(answer.location(), address);
    address
}

#[tokio::test]
async fn a_running_one_goes_on_where_it_was_cut_off() {
    let (site, mut browser) = desk().await;
    let address = running(&site, &mut browser, 120).await;
    let bulks = &site.services().bulks;
    let page = browser.get(&address).await;
    has(
        &page,
        &[
            "0 of 120 done",
            "data-live",
            "data-refresh=\"2\"",
            "Look again</a>",
            "max=\"120\" value=\"0\"",
        ],
    );
    // A page that reloads by itself takes away what somebody reads.
    assert!(!page.has("http-equiv"), "{}", page.body);
    // Nor does anything here take the focus: what has it is not kept current.
    let again = browser.get(&format!("{address}?again=1")).await;
    has(&again, &["Already confirmed at", "being carried out."]);
    assert!(!again.has("data-autofocus"), "{}", again.body);
    let carried = bulks.carry_on(30).await.expect("carried").expect("found");
    assert_eq!((carried.done, carried.finished), (30, false));
    has(&browser.get(&address).await, &["30 of 120 done"]);
    // Somebody is killed after the documents were made and before that was noted; and while
    // somebody has it, nobody else takes it.
    let sql = "UPDATE bulk_lines SET outcome = NULL, stock_id = NULL, version = NULL, delta = NULL,
               balance = NULL WHERE line BETWEEN 11 AND 30";
    let pool = site.world.desk.pool();
    sqlx::query(sql).execute(pool).await.expect("forgotten");
    let sql = "UPDATE bulk_lines SET outcome = 'refused',
                 refusal = '{\"code\":\"not_found\"}' WHERE line = 12";
    sqlx::query(sql).execute(pool).await.expect("misheard");
    let sql = "UPDATE bulk_operations SET leased_until = ?";
    let later = chrono::Utc::now() + TimeDelta::seconds(60);
    sqlx::query(sql)
        .bind(later)
        .execute(pool)
        .await
        .expect("taken");
    assert_eq!(bulks.carry_on(1_000).await.expect("asked"), None);
    site.wait(TimeDelta::seconds(120));
    // Another instance, once the first is known to be gone.
    let carried = bulks
        .carry_on(1_000)
        .await
        .expect("carried")
        .expect("found");
    assert!(carried.finished);
    let done = browser.get(&address).await;
    has(
        &done,
        &[
            "120 of 120 changes made.",
            "Net change −120 units over 120 SKUs.",
        ],
    );
    assert_eq!(bulks.carry_on(1_000).await.expect("asked"), None);
    let units: i64 =
        sqlx::query_scalar("SELECT CAST(SUM(available) AS SIGNED) FROM stock WHERE sku LIKE 'R%'")
            .fetch_one(pool)
            .await
            .expect("a sum");
    assert_eq!(units, 120 * 9, "each of them once");
    has(
        &browser.get(&format!("{address}?after=100")).await,
        &["R100", "R119"],
    );
    site.world.assert_sound().await;
}

#[tokio::test]
async fn a_confirmed_one_is_carried_out_by_a_worker_and_confirmed_once() {
    use stockdesk::workers::{CarryBulks, Driver};
    let (site, mut browser) = desk().await;
    let mut driver = Driver::new(site.services().clock.clone());
    driver.start(CarryBulks::of_lines(site.services().bulks.clone(), 50));
    let address = running(&site, &mut browser, 101).await;
    let fields = [("revision", "1"), ("count", "101")];
    let path = format!("{address}/confirm");
    let again = browser.post_from("/", &path, &fields).await;
    assert_eq!(again.location(), format!("{address}?again=1"));
    let discard = browser
        .post_from("/", &format!("{address}/discard"), &[])
        .await;
    assert_eq!(discard.location(), format!("{address}?again=1"));
    crate::eventually::eventually("every line is done", async || {
        let page = browser.clone().get(&address).await;
        page.has("101 of 101 changes made.")
    })
    .await;
    driver.stop(std::time::Duration::from_secs(5)).await;
    site.world.assert_sound().await;
}

async fn undo(browser: &mut Browser, address: &str) -> String {
    let form = format!("{address}/undo");
    let page = browser.get(&form).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let bare = post(browser, &page, &form, &[]).await;
    assert_eq!(bare.status, 422);
    let fields = [("reason", "entered_twice"), ("note", "撤销")];
    let answer = post(browser, &page, &form, &fields).await;
    answer.location().to_owned()
}

#[tokio::test]
async fn undoing_gives_back_each_line_that_still_can_be_once() {
    let (site, mut browser) = desk().await;
    let address = sent(
        &mut browser,
        "sku,change,set to\nA,-3,\nB,20,\n杯-1,,9\n".as_bytes(),
    )
    .await;
    carry_out(&mut browser, &address).await;
    // Of the 20 that were added only 10 are left, and one line was undone alone.
    let sold = order("O1", &[("B", 22)]);
    site.world.desk.post(sold, shop()).await.expect("sold");
    let undone = undo(&mut browser, &address).await;
    let page = browser.get(&undone).await;
    has(
        &page,
        &[
            "Check before you undo 2 changes",
            "2 will change · 0 unchanged · 1 cannot",
            "<td data-l=\"Problem\">B: 20 would be taken, 10 are available",
        ],
    );
    // The same draft, whoever asks again.
    assert_eq!(undo(&mut browser, &address).await, undone);
    has(&browser.get(&address).await, &["Undone by", &undone]);
    let entry = browser.get("/ledger?sku=A").await;
    let line = entry
        .body
        .split("href=\"/ledger/led_")
        .nth(1)
        .expect("an entry");
    let entry = format!(
        "/ledger/led_{}",
        line.split('"').next().expect("its number")
    );
    let form = browser.get(&format!("{entry}/rollback")).await;
    let fields = [("reason", "wrong_sku")];
    let single = post(&mut browser, &form, &format!("{entry}/rollback"), &fields).await;
    let single = single.location().to_owned();
    carry_out(&mut browser, &single).await;
    assert_eq!(site.world.levels("A").await, (80, 0));
    let done = carry_out(&mut browser, &undone).await;
    has(
        &done,
        &["1 of 2 changes made.", "Partly applied", "chen.yu"],
    );
    assert_eq!(site.world.levels("A").await, (80, 0));
    assert_eq!(site.world.levels("B").await, (10, 0));
    assert_eq!(site.world.levels("杯-1").await, (5, 0));
    // The ledger's entry leads to the operation that undid it.
    has(
        &browser.get("/ledger?kind=rollback").await,
        &[&undone, &single],
    );
    // Nothing that was undone can be undone again, and for what is left there is too little.
    let form = format!("{address}/undo");
    let page = browser.get(&form).await;
    has(&page, &["Undo 1 change?", &undone]);
    let fields = [("reason", "entered_twice")];
    let refused = post(&mut browser, &page, &form, &fields).await;
    assert_eq!(refused.status, 422);
    has(&refused, &["None of these changes can be undone now"]);
    let op = page.input("op").expect("an operation");
    assert_eq!(browser.get(&format!("/ops/{op}")).await.status, 404);
    let of_undo = browser.get(&format!("{undone}/undo")).await;
    assert_eq!(of_undo.location(), undone);
    site.world.assert_sound().await;
}

#[tokio::test]
async fn skus_that_are_checked_are_changed_together() {
    let (site, mut browser) = desk().await;
    site.world.stock("GIFT", -1).await;
    let list = browser.get("/stock").await;
    has(
        &list,
        &[
            "name=\"sel\" value=\"1\"",
            "id=\"sel-all\"",
            "Change all 4 that match",
        ],
    );
    let mut viewer = site.signed_in("zhao.lei", Role::Viewer).await;
    assert!(!viewer.get("/stock").await.has("name=\"sel\""));
    assert_eq!(viewer.get("/stock/change?sel=1").await.status, 403);
    let none = browser.get("/stock/change?q=A").await;
    assert_eq!(none.location(), "/stock?q=A");
    let form = "/stock/change?sel=1&sel=2&sel=4";
    let page = browser.get(form).await;
    has(
        &page,
        &["<h1>Change 3 SKUs</h1>", "<span class=\"id\">GIFT</span>"],
    );
    let which = [("sel", "1,2,4")];
    let with = |more: &[(&'static str, &'static str)]| [&which[..], more].concat();
    let bare = post(&mut browser, &page, "/stock/change", &with(&[])).await;
    assert_eq!(bare.status, 422);
    has(
        &bare,
        &[
            "Select add, remove or set",
            "Select a reason",
            "name=\"sel\" value=\"1,2,4\"",
        ],
    );
    let fields = with(&[
        ("change", "remove"),
        ("units", "１３"),
        ("reason", "damaged"),
    ]);
    let answer = post(&mut browser, &page, "/stock/change", &fields).await;
    let address = answer.location().to_owned();
    let preview = browser.get(&address).await;
    has(
        &preview,
        &[
            "1 will change · 0 unchanged · 2 cannot",
            "B: 13 would be taken, 12 are available",
            "GIFT: unlimited: it has no level to change",
            "Net change −13 units over 1 SKU.",
        ],
    );
    // Nothing new joins what was chosen.
    site.world.stock("C", 50).await;
    let done = carry_out(&mut browser, &address).await;
    has(
        &done,
        &[
            "1 of 1 change made.",
            "2 lines could not be changed.",
            "80 → 67",
        ],
    );
    assert!(!done.has("Line 2"), "there is no file: {}", done.body);
    let failed = browser.get(&format!("{address}/failed.csv")).await;
    has(&failed, &["\r\n,W,B,-13,"]);
    let page = browser.get("/stock/change?all=1&wh=W&state=ok").await;
    has(&page, &["<h1>Change 4 SKUs</h1>"]);
    let fields = [
        ("all", "1"),
        ("wh", "W"),
        ("state", "ok"),
        ("change", "set"),
        ("units", "12"),
        ("reason", "count"),
    ];
    let answer = post(&mut browser, &page, "/stock/change", &fields).await;
    let address = answer.location().to_owned();
    has(
        &browser.get(&address).await,
        &["3 will change · 1 unchanged · 0 cannot", "Largest: A −55."],
    );
    carry_out(&mut browser, &address).await;
    for sku in ["A", "B", "C", "杯-1"] {
        assert_eq!(site.world.levels(sku).await, (12, 0), "{sku}");
    }
    site.world.assert_sound().await;
}

#[tokio::test]
async fn lists_of_operations_and_of_the_ledger_hold_them_too() {
    let (site, mut browser) = desk().await;
    let address = sent(&mut browser, b"sku,change\nA,-1\nB,2\n").await;
    let number = address["/ops/".len()..].to_owned();
    let open = browser.get("/ops?state=open").await;
    has(&open, &[&number, "Change 2 SKUs", "2 lines"]);
    assert!(!browser.get("/ops?state=applied").await.has(&number));
    carry_out(&mut browser, &address).await;
    let undone = undo(&mut browser, &address).await;
    carry_out(&mut browser, &undone).await;
    let deduct = super::ops::fill(
        &mut browser,
        "/stock/W/A/deduct",
        &[("units", "1"), ("reason", "damaged")],
    )
    .await;
    let all = browser.get("/ops").await;
    has(&all, &[&number, "Undo 2 changes", "Deduct 1 unit"]);
    let newest = all.body.find(&deduct.location()["/ops/".len()..]);
    assert!(newest < all.body.find(&number), "newest first");
    assert!(!browser.get("/ops?state=running").await.has(&number));
    assert_eq!(
        browser.get(&format!("/ops?op={number}")).await.location(),
        address
    );
    let made = browser.get(&format!("/ledger?op={number}")).await;
    has(&made, &["−1</td>", "+2</td>"]);
    assert_eq!(
        made.body.matches("href=\"/ledger/led_").count() % 2,
        0,
        "{}",
        made.body
    );
    let back = browser
        .get(&format!("/ledger?op={}", &undone["/ops/".len()..]))
        .await;
    has(&back, &["+1</td>", "−2</td>", &undone]);
    assert_eq!(site.world.levels("A").await, (80, 0));
}

#[tokio::test]
async fn what_was_wholly_undone_says_so_and_offers_no_form() {
    let (site, mut browser) = desk().await;
    let address = sent(&mut browser, b"sku,change\nA,-1\nB,2\n").await;
    let done = carry_out(&mut browser, &address).await;
    has(&done, &["Undo these changes"]);
    let form = format!("{address}/undo");
    let page = browser.get(&form).await;
    let undone = undo(&mut browser, &address).await;
    carry_out(&mut browser, &undone).await;
    let now = browser.get(&address).await;
    assert!(!now.has("Undo these changes"), "{}", now.body);
    has(&now, &["Undone by", &undone]);
    let after = browser.get(&form).await;
    has(
        &after,
        &[
            "<h1>These changes were undone</h1>",
            "Every one of these changes was rolled back already.",
            &format!("href=\"{undone}\""),
            &format!("href=\"{address}\""),
        ],
    );
    assert!(!after.has("name=\"reason\""), "{}", after.body);
    // A form that was open all the while makes no draft that nobody could confirm.
    let fields = [("reason", "entered_twice")];
    let late = post(&mut browser, &page, &form, &fields).await;
    let op = page.input("op").expect("an operation");
    assert!(late.status == 422 || late.location().starts_with(&undone));
    assert_eq!(browser.get(&format!("/ops/{op}")).await.status, 404);
    let mut chinese = browser.with("accept-language", "zh-CN");
    has(&chinese.get(&form).await, &["这些更改已撤销"]);
    assert_eq!(site.world.levels("A").await, (80, 0));
}

#[tokio::test]
async fn the_same_sheet_posted_again_after_it_was_applied_did_nothing_again() {
    let (site, mut browser) = desk().await;
    let page = browser.get(IMPORT).await;
    let fields = [("reason", "received"), ("rows", "sku\tchange\nB\t5\n")];
    let first = post(&mut browser, &page, IMPORT, &fields).await;
    let address = first.location().to_owned();
    carry_out(&mut browser, &address).await;
    let again = post(&mut browser, &page, IMPORT, &fields).await;
    assert_eq!(again.location(), format!("{address}?again=1"));
    has(
        &browser.get(again.location()).await,
        &["Already applied at", "Nothing was done again."],
    );
    assert_eq!(site.world.levels("B").await, (17, 0));
}

#[tokio::test]
async fn of_two_counts_of_one_sku_neither_is_taken() {
    let (site, mut browser) = desk().await;
    let sheet = "sku,set to\nA,70\nB,9\nA,71\n杯-1,4\n杯-1,4\n";
    let address = sent(&mut browser, sheet.as_bytes()).await;
    let page = browser.get(&address).await;
    has(
        &page,
        &[
            "2 will change · 0 unchanged · 3 cannot",
            "Line 2: this SKU stands on line 4 as well, with another change or count",
            "Line 4: this SKU stands on line 2 as well, with another change or count",
            "Line 6: this SKU stands on line 5 already",
            "Net change −4 units over 2 SKUs.",
        ],
    );
    let mut chinese = browser.clone().with("accept-language", "zh-CN");
    has(
        &chinese.get(&address).await,
        &["第 2 行：此 SKU 在第 4 行也出现，且变动数或盘点数不同"],
    );
    let done = carry_out(&mut browser, &address).await;
    has(
        &done,
        &["2 of 2 changes made.", "3 lines could not be changed."],
    );
    assert_eq!(site.world.levels("A").await, (80, 0));
    // The ledger as a file names the operation, as the page does.
    let file = browser.get("/ledger.csv").await;
    let op = &address["/ops/".len()..];
    has(&file, &[&format!(",{op},")]);
    assert!(!file.has(&format!("{op}.")), "{}", file.body);
}
