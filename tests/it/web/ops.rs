//! The operation: from its form to its receipt, and everything that can go wrong between.

use chrono::TimeDelta;
use stockdesk::domain::role::Role;

use crate::harness::browser::{Answer, Browser};
use crate::harness::site::{PASSWORD, Site};
use crate::harness::world::{rollback, shop};

pub const DEDUCT: &str = "/stock/W/A/deduct";

/// A site with 12 of A, and an operator.
pub async fn desk() -> (Site, Browser) {
    let site = Site::start().await;
    site.world.stock("A", 12).await;
    let browser = site.signed_in("li.wei", Role::Operator).await;
    (site, browser)
}

/// Opens a form and posts it with these fields.
pub async fn fill(browser: &mut Browser, form: &str, fields: &[(&str, &str)]) -> Answer {
    let page = browser.get(form).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let path = form.split('?').next().expect("a path");
    post(browser, &page, path, fields).await
}

/// Posts to `path` with the token and the operation of `page`.
pub async fn post(
    browser: &mut Browser,
    page: &Answer,
    path: &str,
    fields: &[(&str, &str)],
) -> Answer {
    let (csrf, op) = (page.input("csrf"), page.input("op"));
    let mut all = fields.to_vec();
    all.push(("csrf", csrf.as_deref().expect("a token")));
    all.push(("op", op.as_deref().expect("an operation")));
    browser.post_bare(path, &all).await
}

/// A draft that deducts; the address of its page.
pub async fn draft(browser: &mut Browser, units: &str) -> String {
    let fields = [
        ("units", units),
        ("reason", "damaged"),
        ("note", "两箱压坏"),
    ];
    let answer = fill(browser, DEDUCT, &fields).await;
    answer.location().to_owned()
}

/// Confirms what `page` shows.
pub async fn confirm(browser: &mut Browser, page: &Answer, address: &str) -> Answer {
    let revision = page.input("revision").expect("a revision");
    let path = format!("{address}/confirm");
    post(browser, page, &path, &[("revision", &revision)]).await
}

async fn audited(site: &Site, op: &str) -> Vec<(String, String)> {
    let sql = "SELECT CAST(action AS CHAR), CAST(result AS CHAR) FROM audit
               WHERE object = ? ORDER BY id";
    let rows = sqlx::query_as(sql)
        .bind(op)
        .fetch_all(site.world.desk.pool());
    rows.await.expect("the audit")
}

fn number(address: &str) -> &str {
    address.trim_start_matches("/ops/")
}

#[tokio::test]
async fn a_deduction_is_drafted_looked_at_confirmed_and_shown() {
    let (site, mut browser) = desk().await;
    let form = browser.get(DEDUCT).await;
    assert!(form.has("<title>Deduct stock: A · W – "), "{}", form.body);
    assert!(form.has("A whole number from 1 to 12"), "{}", form.body);
    let address = draft(&mut browser, "３").await;
    assert_eq!(
        site.world.levels("A").await,
        (12, 0),
        "a draft moves nothing"
    );

    let page = browser.get(&address).await;
    assert_eq!(page.status, 200);
    for text in [
        "Check before you deduct 3 units",
        "Nothing has changed yet",
        "Deduct 3 units</button>",
        "<td class=\"num\">12</td><td class=\"num delta\">−3</td><td class=\"num\"><b>9</b></td>",
        "Damaged",
        "<span lang=\"zh-Hans\">两箱压坏</span>",
        &format!("data-copy=\"{}\"", number(&address)),
    ] {
        assert!(page.has(text), "{text}: {}", page.body);
    }
    let answer = confirm(&mut browser, &page, &address).await;
    assert_eq!(answer.location(), address);
    assert_eq!(site.world.levels("A").await, (9, 0));

    let page = browser.get(&address).await;
    for text in [
        "3 units deducted.",
        "Available 12 → 9.",
        "href=\"/ledger/led_1-1\"",
        "msg ok\" role=\"status\" tabindex=\"-1\" data-autofocus",
        "href=\"/ledger/led_1-1/rollback\">Roll this back",
        "href=\"/stock/W/A/deduct\">Deduct more of this SKU",
    ] {
        assert!(page.has(text), "{text}: {}", page.body);
    }
    assert!(!page.has("/confirm"), "nothing is left to confirm");
    site.world.assert_sound().await;
}

#[tokio::test]
async fn the_form_says_everything_that_is_wrong_and_keeps_what_was_typed() {
    let (site, mut browser) = desk().await;
    let long = "箱".repeat(501);
    type Fields<'a> = &'a [(&'a str, &'a str)];
    let cases: [(Fields<'_>, &[&str]); 7] = [
        (&[], &["Enter how many units to deduct", "Select a reason"]),
        (
            &[("units", "8o")],
            &["Units must be a whole number, like 3"],
        ),
        (&[("units", "0")], &["Units must be 1 or more"]),
        (
            &[("units", "30"), ("reason", "damaged")],
            &["Units must be 12 or fewer, the number available"],
        ),
        (
            &[("units", "3"), ("reason", "other")],
            &["Enter what happened"],
        ),
        (
            &[("units", "3"), ("reason", "damaged"), ("note", &long)],
            &["Note must be 500 characters or fewer"],
        ),
        (&[("units", "3"), ("reason", "count")], &["Select a reason"]),
    ];
    for (fields, messages) in cases {
        let answer = fill(&mut browser, DEDUCT, fields).await;
        assert_eq!(answer.status, 422, "{fields:?}");
        assert!(answer.has("<title>Error: Deduct stock: A"), "{fields:?}");
        for message in messages {
            assert!(answer.has(message), "{message}: {}", answer.body);
        }
        for (name, value) in fields.iter().filter(|(name, _)| *name == "units") {
            assert_eq!(answer.input(name).as_deref(), Some(*value));
        }
    }
    let chinese = browser.clone().with("accept-language", "zh-CN");
    let answer = fill(&mut chinese.clone(), DEDUCT, &[("units", "30")]).await;
    for text in ["错误：扣减库存：A", "不能超过可售 12 件", "请选择原因"] {
        assert!(answer.has(text), "{text}: {}", answer.body);
    }
    let drafts = "SELECT COUNT(*) FROM operations WHERE author = ?";
    assert_eq!(site.world.count(drafts, "li.wei").await, 0);
}

#[tokio::test]
async fn confirmed_three_times_at_once_it_has_one_effect() {
    let (site, mut browser) = desk().await;
    let address = draft(&mut browser, "3").await;
    let page = browser.get(&address).await;
    let (mut a, mut b, mut c) = (browser.clone(), browser.clone(), browser.clone());
    let (a, b, c) = tokio::join!(
        confirm(&mut a, &page, &address),
        confirm(&mut b, &page, &address),
        confirm(&mut c, &page, &address),
    );
    let again = format!("{address}?again=1");
    let mut locations = [a.location(), b.location(), c.location()];
    locations.sort_unstable();
    assert_eq!(locations, [address.as_str(), &again, &again]);
    assert_eq!(site.world.levels("A").await, (9, 0));
    assert_eq!(site.world.entries(number(&address)).await, 1);
    let page = browser.get(&again).await;
    assert!(
        page.has("by li.wei. Nothing was done again."),
        "{}",
        page.body
    );
    assert!(page.has("Available 12 → 9."), "the receipt stays");
    let confirmed = |what: &str| (("confirmed".to_owned(), what.to_owned()), what == "done");
    let audit = audited(&site, number(&address)).await;
    for (row, once) in [confirmed("done"), confirmed("no_effect")] {
        let count = audit.iter().filter(|found| **found == row).count();
        assert_eq!(count, if once { 1 } else { 2 }, "{audit:?}");
    }
    site.world.assert_sound().await;
}

#[tokio::test]
async fn the_same_form_posted_again_is_the_same_draft_until_it_was_confirmed() {
    let (site, mut browser) = desk().await;
    let form = browser.get(DEDUCT).await;
    let fields = |units| [("units", units), ("reason", "damaged")];
    let first = post(&mut browser, &form, DEDUCT, &fields("3")).await;
    let address = first.location().to_owned();
    let same = post(&mut browser, &form, DEDUCT, &fields("3")).await;
    assert_eq!(same.location(), address);
    let other = post(&mut browser, &form, DEDUCT, &fields("4")).await;
    assert_eq!(other.location(), address, "back, changed, sent: replaced");
    let page = browser.get(&address).await;
    assert!(page.has("Deduct 4 units</button>"), "{}", page.body);
    let audit = audited(&site, number(&address)).await;
    let rows: Vec<_> = audit.iter().map(|(a, r)| format!("{a} {r}")).collect();
    assert_eq!(
        rows,
        ["drafted done", "drafted no_effect", "redrafted done"]
    );
    confirm(&mut browser, &page, &address).await.location();

    let replay = post(&mut browser, &form, DEDUCT, &fields("4")).await;
    let again = format!("{address}?again=1");
    assert_eq!(replay.location(), again, "a reload of the form's post");
    let used = post(&mut browser, &form, DEDUCT, &fields("5")).await;
    assert_eq!(used.status, 422);
    for text in [
        "This form was already used to deduct 4 units at ",
        "To deduct again, start a new one.",
        "Start a new one with these values</button>",
    ] {
        assert!(used.has(text), "{text}: {}", used.body);
    }
    assert_eq!(used.input("units").as_deref(), Some("5"));
    assert_ne!(used.input("op"), form.input("op"));
    let new = post(&mut browser, &used, DEDUCT, &fields("5")).await;
    let page = browser.get(new.location()).await;
    assert!(page.has("Deduct 5 units</button>"), "{}", page.body);
    assert_eq!(site.world.levels("A").await, (8, 0));
}

#[tokio::test]
async fn back_to_the_form_finds_what_was_typed() {
    let (_site, mut browser) = desk().await;
    let address = draft(&mut browser, "3").await;
    let page = browser.get(&address).await;
    let change = format!("/stock/W/A/deduct?op={}", number(&address));
    assert!(page.has(&format!("href=\"{change}\"")), "{}", page.body);
    let form = browser.get(&change).await;
    assert_eq!(form.input("op").as_deref(), Some(number(&address)));
    assert_eq!(form.input("units").as_deref(), Some("3"));
    assert!(form.has("两箱压坏"), "{}", form.body);
    assert!(form.has("value=\"damaged\" checked"), "{}", form.body);
    let fields = [("units", "2"), ("reason", "damaged")];
    let changed = post(&mut browser, &form, DEDUCT, &fields).await;
    assert_eq!(changed.location(), address);
    // What was seen before is not what would be done now.
    let stale = confirm(&mut browser, &page, &address).await;
    assert_eq!(stale.status, 409);
    for text in [
        "This draft was changed after you looked at it",
        "Nothing was done.",
        "Deduct 2 units</button>",
        "<title>Error: ",
    ] {
        assert!(stale.has(text), "{text}: {}", stale.body);
    }
    confirm(&mut browser, &stale, &address).await.location();
    let form = browser.get(&change).await;
    assert_eq!(form.status, 200);
    assert!(form.has("already used to deduct 2 units"), "{}", form.body);
    assert_ne!(form.input("op").as_deref(), Some(number(&address)));
}

#[tokio::test]
async fn two_people_on_one_draft_see_what_the_other_did() {
    let (site, mut operator) = desk().await;
    let mut supervisor = site.signed_in("chen.yu", Role::Supervisor).await;
    let mut other = site.signed_in("wang.fang", Role::Operator).await;
    let address = draft(&mut operator, "3").await;
    let (seen, page) = (supervisor.get(&address).await, operator.get(&address).await);
    assert!(seen.has("li.wei prepared this at"), "{}", seen.body);
    let elsewhere = other.get(&address).await;
    assert!(!elsewhere.has("/discard"), "not theirs: {}", elsewhere.body);
    confirm(&mut supervisor, &seen, &address).await.location();
    let late = confirm(&mut operator, &page, &address).await;
    assert_eq!(late.location(), format!("{address}?again=1"));
    let page = operator.get(late.location()).await;
    assert!(
        page.has("by chen.yu. Nothing was done again."),
        "{}",
        page.body
    );
    assert!(
        !page.has("Roll this back"),
        "chen.yu's entry: {}",
        page.body
    );
    assert_eq!(site.world.levels("A").await, (9, 0));
}

#[tokio::test]
async fn what_is_over_the_limit_waits_for_a_supervisor() {
    let site = Site::start().await;
    site.world.stock("A", 500).await;
    let mut operator = site.signed_in("li.wei", Role::Operator).await;
    let bare = [("units", "300"), ("reason", "damaged")];
    let missing = fill(&mut operator, DEDUCT, &bare).await;
    assert_eq!(missing.status, 422);
    assert!(missing.has("Enter what happened"), "{}", missing.body);
    let address = draft(&mut operator, "300").await;
    let page = operator.get(&address).await;
    assert!(page.has("This waits for a supervisor"), "{}", page.body);
    assert!(!page.has("/confirm"), "{}", page.body);
    let forced = format!("{address}/confirm");
    let refused = post(&mut operator, &page, &forced, &[("revision", "1")]).await;
    assert_eq!(refused.status, 403);
    assert!(
        refused.has("Ask a supervisor to confirm this"),
        "{}",
        refused.body
    );
    assert_eq!(site.world.levels("A").await, (500, 0));
    let mut supervisor = site.signed_in("chen.yu", Role::Supervisor).await;
    let page = supervisor.get(&address).await;
    confirm(&mut supervisor, &page, &address).await.location();
    assert_eq!(site.world.levels("A").await, (200, 0));
}

#[tokio::test]
async fn a_viewer_looks_and_does_nothing() {
    let (site, mut operator) = desk().await;
    let address = draft(&mut operator, "3").await;
    let mut viewer = site.signed_in("zhao.lei", Role::Viewer).await;
    let page = viewer.get(&address).await;
    assert_eq!(page.status, 200);
    for button in ["/confirm", "/discard", "Go back and change"] {
        assert!(!page.has(button), "{button}: {}", page.body);
    }
    let form = viewer.get(DEDUCT).await;
    assert_eq!(form.status, 403);
    assert!(
        form.has("Ask an operator or a supervisor to"),
        "{}",
        form.body
    );
    assert!(!form.has("name=\"units\""), "{}", form.body);
}

#[tokio::test]
async fn too_little_at_the_moment_of_confirming() {
    let (site, mut browser) = desk().await;
    let address = draft(&mut browser, "3").await;
    let page = browser.get(&address).await;
    let order = crate::harness::world::order("O1", &[("A", 10)]);
    site.world.desk.post(order, shop()).await.expect("placed");
    let short = confirm(&mut browser, &page, &address).await;
    assert_eq!(short.status, 422);
    for text in [
        "<title>Error: ",
        "Only 2 are available now",
        "Nothing was deducted.",
        "Go back and change",
        "data-autofocus",
    ] {
        assert!(short.has(text), "{text}: {}", short.body);
    }
    assert!(!short.has("/confirm"), "it would be refused again");
    assert_eq!(site.world.levels("A").await, (2, 0));
    // Goods come back: the same draft can be confirmed.
    site.world
        .desk
        .rollback(rollback("O1"), shop())
        .await
        .expect("returned");
    let page = browser.get(&address).await;
    confirm(&mut browser, &page, &address).await.location();
    assert_eq!(site.world.levels("A").await, (9, 0));
}

#[tokio::test]
async fn an_expired_draft_gives_its_values_back() {
    let (site, mut browser) = desk().await;
    let address = draft(&mut browser, "3").await;
    let page = browser.get(&address).await;
    site.wait(TimeDelta::hours(25));
    browser.sign_in("li.wei", PASSWORD).await;
    let token = browser.get("/").await;
    let fields = [("revision", page.input("revision").expect("a revision"))];
    let fields: Vec<_> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let mut all = vec![("csrf", token.input("csrf").expect("a token"))];
    all.extend(fields.iter().map(|(n, v)| (*n, (*v).to_owned())));
    let all: Vec<_> = all.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let expired = browser.post_bare(&format!("{address}/confirm"), &all).await;
    assert_eq!(expired.status, 410);
    for text in [
        "Expired",
        "Damaged",
        "两箱压坏",
        "Start again with these values",
    ] {
        assert!(expired.has(text), "{text}: {}", expired.body);
    }
    let looked = browser.get(&address).await;
    assert_eq!(looked.status, 410);
    for page in [&expired, &looked] {
        let said = page.body.matches("Nothing was changed").count();
        assert_eq!(said, 1, "once is enough: {}", page.body);
    }
    let renewed = browser
        .get(&format!("{DEDUCT}?from={}", number(&address)))
        .await;
    assert_eq!(renewed.input("units").as_deref(), Some("3"));
    assert_ne!(renewed.input("op").as_deref(), Some(number(&address)));
    assert_eq!(site.world.levels("A").await, (12, 0));
}

#[tokio::test]
async fn a_discarded_draft_stays_undone() {
    let (site, mut browser) = desk().await;
    let address = draft(&mut browser, "3").await;
    let page = browser.get(&address).await;
    let path = format!("{address}/discard");
    for _ in 0..2 {
        let answer = post(&mut browser, &page, &path, &[]).await;
        assert_eq!(answer.location(), address);
    }
    let gone = browser.get(&address).await;
    assert!(gone.has("Discarded by li.wei"), "{}", gone.body);
    let typed = browser.get(&format!("{address}?again=1")).await;
    assert!(!typed.has("Already applied"), "{}", typed.body);
    let late = confirm(&mut browser, &page, &address).await;
    assert_eq!(late.status, 410);
    for page in [&gone, &late] {
        let said = page.body.matches("Nothing was changed").count();
        assert_eq!(said, 1, "once is enough: {}", page.body);
    }
    assert_eq!(site.world.levels("A").await, (12, 0));
    // And what was done cannot be discarded.
    let address = draft(&mut browser, "3").await;
    let page = browser.get(&address).await;
    confirm(&mut browser, &page, &address).await.location();
    let path = format!("{address}/discard");
    let late = post(&mut browser, &page, &path, &[]).await;
    assert_eq!(late.location(), format!("{address}?again=1"));
}

#[tokio::test]
async fn a_form_from_elsewhere_changes_nothing_and_loses_nothing() {
    let (site, mut browser) = desk().await;
    let fields = [
        ("units", "3"),
        ("reason", "damaged"),
        ("csrf", "stale"),
        ("note", "箱"),
    ];
    let answer = browser.post_bare(DEDUCT, &fields).await;
    assert_eq!(answer.status, 403);
    assert!(answer.has("so nothing changed"), "{}", answer.body);
    assert_eq!(answer.input("units").as_deref(), Some("3"));
    assert!(answer.has("value=\"damaged\" checked"), "{}", answer.body);
    let again = [("units", "3"), ("reason", "damaged")];
    let address = post(&mut browser, &answer, DEDUCT, &again).await;
    let address = address.location().to_owned();

    let page = browser.get(&address).await;
    let mut evil = browser.clone().with("origin", "http://evil.example");
    let refused = confirm(&mut evil, &page, &address).await;
    assert_eq!(refused.status, 403);
    assert!(refused.has("so nothing changed"), "{}", refused.body);
    assert_eq!(site.world.levels("A").await, (12, 0));
    confirm(&mut browser, &refused, &address).await.location();
    assert_eq!(site.world.levels("A").await, (9, 0));
    let none = browser.post_bare("/ops/none/confirm", &[]).await;
    assert_eq!(none.status, 403);
}

#[tokio::test]
async fn after_the_session_ended_the_form_is_kept_and_the_confirm_is_not_performed() {
    let (site, mut browser) = desk().await;
    let address = draft(&mut browser, "3").await;
    let (form, page) = (browser.get(DEDUCT).await, browser.get(&address).await);
    site.wait(TimeDelta::hours(13));
    let typed = [("units", "4"), ("reason", "lost"), ("note", "箱 & more")];
    let ended = post(&mut browser, &form, DEDUCT, &typed).await;
    assert_eq!(ended.status, 403);
    let kept = ended.input("kept").expect("what was entered");
    let fields = [("name", "li.wei"), ("password", PASSWORD), ("kept", &kept)];
    let mut fields = fields.to_vec();
    let token = ended.input("csrf").expect("a token");
    fields.push(("csrf", &token));
    let back = browser.post_bare("/login", &fields).await;
    let preview = browser.get(back.location()).await;
    assert_eq!(
        preview.input("op"),
        form.input("op"),
        "it is still the first try"
    );
    assert!(preview.has("Nothing has changed yet"), "{}", preview.body);
    assert!(preview.has("箱 &amp; more"), "{}", preview.body);
    assert_eq!(site.world.levels("A").await, (12, 0));

    site.wait(TimeDelta::hours(10));
    browser.cookies.clear();
    let ended = confirm(&mut browser, &page, &address).await;
    assert_eq!(ended.status, 403);
    assert_eq!(site.world.levels("A").await, (12, 0));
    let (kept, token) = (ended.input("kept"), ended.input("csrf"));
    let fields = [
        ("name", "li.wei"),
        ("password", PASSWORD),
        ("kept", kept.as_deref().expect("the way back")),
        ("csrf", token.as_deref().expect("a token")),
    ];
    let back = browser.post_bare("/login", &fields).await;
    assert_eq!(
        back.location(),
        address,
        "to the preview, where nothing has run"
    );
    assert_eq!(site.world.levels("A").await, (12, 0));
}

#[tokio::test]
async fn what_is_not_there_says_what_was_looked_for() {
    let (_site, mut browser) = desk().await;
    let op = "op_01JD3V6Q8ZK2N4T6W8Y0A2C4E6";
    for (path, text) in [
        (&format!("/ops/{op}")[..], op),
        ("/ops/rubbish", "rubbish"),
        ("/stock/W/NONE/deduct", "NONE"),
        ("/stock/X/A/set", "X"),
        ("/ledger/led_1-99/rollback", "led_1-99"),
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(answer.has(text), "{path}: {}", answer.body);
    }
}

#[tokio::test]
async fn while_changes_are_paused_what_was_typed_can_be_sent_later() {
    use stockdesk::service::condition::ReadOnly;
    let (site, mut browser) = desk().await;
    let address = draft(&mut browser, "3").await;
    let (form, page) = (browser.get(DEDUCT).await, browser.get(&address).await);
    let condition = &site.services().condition;
    condition.set_read_only(Some(ReadOnly { until: None }));
    let fields = [("units", "4"), ("reason", "lost")];
    let paused = post(&mut browser, &form, DEDUCT, &fields).await;
    assert_eq!(paused.status, 503);
    assert!(!paused.header("retry-after").is_empty());
    assert!(paused.has("<dd>4</dd>"), "{}", paused.body);
    assert!(!paused.has("before you try again"), "{}", paused.body);
    let refused = confirm(&mut browser, &page, &address).await;
    assert_eq!(refused.status, 503);
    assert!(!browser.get(&address).await.has("/confirm"));
    condition.set_read_only(None);
    confirm(&mut browser, &page, &address).await.location();
    assert_eq!(site.world.levels("A").await, (9, 0));
}

#[tokio::test]
async fn each_reader_of_a_draft_is_told_when_stock_will_change() {
    let (site, mut operator) = desk().await;
    site.world.stock("B", 500).await;
    let own = draft(&mut operator, "3").await;
    let fields = [("units", "101"), ("reason", "damaged"), ("note", "pallet")];
    let over = fill(&mut operator, "/stock/W/B/deduct", &fields).await;
    let over = over.location().to_owned();
    let supervisor = site.signed_in("chen.yu", Role::Supervisor).await;
    let viewer = site.signed_in("guest", Role::Viewer).await;
    let (you, them) = (
        "Stock changes when you confirm.",
        "Stock changes when a supervisor confirms.",
    );
    for (browser, address, said) in [
        (&operator, &own, you),
        (&operator, &over, them),
        (&supervisor, &over, you),
        (&viewer, &over, "Stock changes when it is confirmed."),
    ] {
        let page = browser.clone().get(address).await;
        assert!(page.has(said), "{said}: {}", page.body);
        let others = [you, them].into_iter().filter(|other| *other != said);
        assert!(others.into_iter().all(|other| !page.has(other)), "{said}");
    }
}

#[tokio::test]
async fn who_may_not_roll_back_is_told_why() {
    let (site, mut operator) = desk().await;
    let address = draft(&mut operator, "3").await;
    let page = operator.get(&address).await;
    confirm(&mut operator, &page, &address).await.location();
    let mut other = site.signed_in("wang.fang", Role::Operator).await;
    let refused = other.get("/ledger/led_1-1/rollback").await;
    assert_eq!(refused.status, 403);
    let why = "li.wei made this entry, and an operator rolls back only what they did themselves";
    assert!(refused.has(why), "{}", refused.body);
    assert_eq!(operator.get("/ledger/led_1-1/rollback").await.status, 200);
    site.wait(TimeDelta::minutes(16));
    let refused = operator.get("/ledger/led_1-1/rollback").await;
    assert_eq!(refused.status, 403);
    let why = "You made this entry, and could roll it back for 15 minutes, until ";
    assert!(refused.has(why), "{}", refused.body);
    let mut zh = operator.clone().with("accept-language", "zh-CN");
    let refused = zh.get("/ledger/led_1-1/rollback").await;
    assert!(refused.has("请联系主管冲正"), "{}", refused.body);
}
