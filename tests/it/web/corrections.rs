//! Adjusting, setting to a count, and rolling back.

use chrono::TimeDelta;
use stockdesk::domain::role::Role;

use super::ops::{confirm, fill, post};
use crate::harness::browser::Browser;
use crate::harness::site::{PASSWORD, Site};
use crate::harness::world::{order, shop, unpaid_order};

const ADJUST: &str = "/stock/W/A/adjust";
const SET: &str = "/stock/W/A/set";

async fn desk(role: Role) -> (Site, Browser) {
    let site = Site::start().await;
    site.world.stock("A", 80).await;
    let browser = site.signed_in("li.wei", role).await;
    (site, browser)
}

async fn sell(site: &Site, order_no: &str, units: i64) {
    let order = order(order_no, &[("A", units)]);
    site.world.desk.post(order, shop()).await.expect("sold");
}

/// Confirms the draft at `address`, and returns the page of what it did.
async fn carry_out(browser: &mut Browser, address: &str) -> crate::harness::browser::Answer {
    let page = browser.get(address).await;
    let done = confirm(browser, &page, address).await;
    let location = done.location().to_owned();
    browser.get(&location).await
}

#[tokio::test]
async fn units_are_added_and_removed_by_a_direction_and_a_positive_number() {
    let (site, mut browser) = desk(Role::Operator).await;
    let bare = fill(
        &mut browser,
        ADJUST,
        &[("units", "5"), ("reason", "received")],
    )
    .await;
    assert_eq!(bare.status, 422);
    assert!(bare.has("Select add or remove"), "{}", bare.body);
    let fields = |direction, units| {
        [
            ("direction", direction),
            ("units", units),
            ("reason", "count_error"),
            ("reference", "PO-7"),
        ]
    };
    let added = fill(&mut browser, ADJUST, &fields("add", "5")).await;
    let address = added.location().to_owned();
    let preview = browser.get(&address).await;
    assert!(
        preview.has("Check before you add 5 units"),
        "{}",
        preview.body
    );
    assert!(preview.has("+5</td>"), "{}", preview.body);
    let done = carry_out(&mut browser, &address).await;
    assert!(done.has("5 units added."), "{}", done.body);
    assert!(done.has("Available 80 → 85."), "{}", done.body);
    let removed = fill(&mut browser, ADJUST, &fields("remove", "10")).await;
    let address = removed.location().to_owned();
    let done = carry_out(&mut browser, &address).await;
    assert!(done.has("10 units removed."), "{}", done.body);
    let back = browser
        .get(&format!("{ADJUST}?from={}", &address[5..]))
        .await;
    assert!(back.has("value=\"remove\" checked"), "{}", back.body);
    assert_eq!(back.input("units").as_deref(), Some("10"));
    assert_eq!(back.input("reference").as_deref(), Some("PO-7"));
    let many = fill(&mut browser, ADJUST, &fields("remove", "76")).await;
    assert!(many.has("Units must be 75 or fewer"), "{}", many.body);
    assert_eq!(site.world.levels("A").await, (75, 0));
    site.world.assert_sound().await;
}

#[tokio::test]
async fn an_operator_prepares_a_count_and_a_supervisor_confirms_it() {
    let (site, mut operator) = desk(Role::Operator).await;
    let form = operator.get(SET).await;
    assert_eq!(form.input("counted").as_deref(), Some(""), "blank, always");
    let blank = fill(&mut operator, SET, &[("reason", "count")]).await;
    assert_eq!(blank.status, 422);
    assert!(
        blank.has("Enter what you counted, 0 if none"),
        "{}",
        blank.body
    );
    let fields = [("counted", "７３"), ("reason", "count")];
    let address = fill(&mut operator, SET, &fields)
        .await
        .location()
        .to_owned();
    let page = operator.get(&address).await;
    assert!(page.has("Check before you set A to 73"), "{}", page.body);
    assert!(page.has("This waits for a supervisor"), "{}", page.body);
    let mut supervisor = site.signed_in("chen.yu", Role::Supervisor).await;
    let done = carry_out(&mut supervisor, &address).await;
    assert!(done.has("A set to 73."), "{}", done.body);
    assert!(done.has("Available 80 → 73."), "{}", done.body);
    // To start again is to count again.
    let again = operator.get(&format!("{SET}?from={}", &address[5..])).await;
    assert_eq!(again.input("counted").as_deref(), Some(""));
    assert!(again.input("counted_at").is_some_and(|at| !at.is_empty()));
    assert_eq!(site.world.levels("A").await, (73, 0));
}

/// A count of 73 out of 80, and 4 sold before it is confirmed.
async fn conflict(site: &Site, browser: &mut Browser) -> String {
    let fields = [("counted", "73"), ("reason", "count")];
    let address = fill(browser, SET, &fields).await.location().to_owned();
    let page = browser.get(&address).await;
    sell(site, "O1", 4).await;
    let answer = confirm(browser, &page, &address).await;
    assert_eq!(answer.status, 409);
    for text in [
        "Stock changed while you were counting, so nothing was set",
        "It was 80 when it was counted, it is now 76. You counted 73.",
        "Set to 73 as counted (−3)",
        "Keep the difference of −7 (69)",
        "Count again",
    ] {
        assert!(answer.has(text), "{text}: {}", answer.body);
    }
    assert!(answer.has("<title>Error: Stock of A changed while you were counting"));
    let said = answer.body.matches("so nothing was set").count();
    assert_eq!(said, 1, "once is enough");
    assert_eq!(site.world.levels("A").await, (76, 0));
    address
}

#[tokio::test]
async fn a_count_that_the_stock_moved_away_from_is_set_anyway() {
    let (site, mut browser) = desk(Role::Supervisor).await;
    let address = conflict(&site, &mut browser).await;
    let page = browser.get(&address).await;
    let (path, revision) = (format!("{address}/recount"), page.input("revision"));
    let revision = revision.expect("a revision");
    let none = post(&mut browser, &page, &path, &[("revision", &revision)]).await;
    assert_eq!(none.status, 422);
    assert!(none.has("Choose what is right now"), "{}", none.body);
    let fields = [("revision", revision.as_str()), ("choice", "count")];
    let chosen = post(&mut browser, &page, &path, &fields).await;
    assert_eq!(chosen.location(), address);
    let done = carry_out(&mut browser, &address).await;
    assert!(done.has("Available 76 → 73."), "{}", done.body);
    site.world.assert_sound().await;
}

#[tokio::test]
async fn a_count_that_the_stock_moved_away_from_keeps_its_difference() {
    let (site, mut browser) = desk(Role::Supervisor).await;
    let address = conflict(&site, &mut browser).await;
    let page = browser.get(&address).await;
    let revision = page.input("revision").expect("a revision");
    let fields = [("revision", revision.as_str()), ("choice", "difference")];
    let path = format!("{address}/recount");
    let chosen = post(&mut browser, &page, &path, &fields).await;
    assert_eq!(chosen.location(), address);
    // A difference stays right, whatever is sold meanwhile.
    sell(&site, "O2", 1).await;
    let done = carry_out(&mut browser, &address).await;
    assert!(done.has("7 units removed."), "{}", done.body);
    assert!(done.has("Available 75 → 68."), "{}", done.body);
    site.world.assert_sound().await;
}

#[tokio::test]
async fn what_moved_since_the_count_was_made_is_noticed_at_once() {
    let (site, mut browser) = desk(Role::Supervisor).await;
    sell(&site, "O1", 4).await;
    site.wait(TimeDelta::minutes(10));
    let at = site.services().clock.now() - TimeDelta::minutes(11);
    let at = at
        .with_timezone(&chrono_tz::Asia::Shanghai)
        .format("%Y-%m-%d %H:%M:%S");
    let at = at.to_string();
    let fields = [
        ("counted", "73"),
        ("counted_at", at.as_str()),
        ("reason", "count"),
    ];
    let address = fill(&mut browser, SET, &fields).await.location().to_owned();
    let page = browser.get(&address).await;
    assert!(
        page.has("It was 80 when it was counted, it is now 76."),
        "{}",
        page.body
    );
    assert!(page.has(&format!(">{at}</time>")), "{}", page.body);
    let late = [
        ("counted", "73"),
        ("counted_at", "2099-01-01 10:00"),
        ("reason", "count"),
    ];
    let late = fill(&mut browser, SET, &late).await;
    assert!(late.has("Counted at must be in the past"), "{}", late.body);
    assert_eq!(late.input("counted").as_deref(), Some("73"));
}

#[tokio::test]
async fn an_unlimited_sku_has_no_level_to_set() {
    let (site, mut browser) = desk(Role::Supervisor).await;
    site.world.stock("GIFT", -1).await;
    let form = browser.get("/stock/W/GIFT/set").await;
    assert!(form.has("This SKU is unlimited"), "{}", form.body);
    assert_eq!(form.input("counted"), None);
    let fields = [("units", "5"), ("reason", "sample")];
    let drafted = fill(&mut browser, "/stock/W/GIFT/deduct", &fields).await;
    let address = drafted.location().to_owned();
    let page = browser.get(&address).await;
    assert!(page.has(">Unlimited</td>"), "{}", page.body);
    let done = carry_out(&mut browser, &address).await;
    assert!(done.has("Available: unlimited."), "{}", done.body);
}

#[tokio::test]
async fn an_entry_is_rolled_back_once_and_the_second_is_shown_the_first() {
    let (site, mut browser) = desk(Role::Operator).await;
    let fields = [("units", "3"), ("reason", "damaged")];
    let address = fill(&mut browser, "/stock/W/A/deduct", &fields)
        .await
        .location()
        .to_owned();
    carry_out(&mut browser, &address).await;
    let form = "/ledger/led_1-1/rollback";
    let page = browser.get(form).await;
    for text in [
        "Roll back led_1-1?",
        "A new opposite entry is added. The original stays in the ledger.",
        "<td class=\"num\">77</td><td class=\"num delta\">+3</td><td class=\"num\"><b>80</b></td>",
        "Entered twice",
    ] {
        assert!(page.has(text), "{text}: {}", page.body);
    }
    let bare = fill(&mut browser, form, &[]).await;
    assert_eq!(bare.status, 422);
    assert!(bare.has("Select a reason"), "{}", bare.body);
    let mut supervisor = site.signed_in("chen.yu", Role::Supervisor).await;
    let reason = [("reason", "entered_twice")];
    let first = fill(&mut browser, form, &reason)
        .await
        .location()
        .to_owned();
    let second = fill(&mut supervisor, form, &reason)
        .await
        .location()
        .to_owned();
    let seen = supervisor.get(&second).await;
    let done = carry_out(&mut browser, &first).await;
    assert!(done.has("led_1-1 rolled back."), "{}", done.body);
    assert!(done.has("Available 77 → 80."), "{}", done.body);
    assert!(done.has(">led_1-2</a>"), "{}", done.body);
    // The draft that came too late says who did it and where, and shows no numbers to come.
    let blocked = supervisor.get(&second).await;
    for text in [
        "This was already rolled back by li.wei. Nothing was done again.",
        "Rolled back at ",
        "href=\"/ledger/led_1-2\"",
        &format!("href=\"{first}\""),
    ] {
        assert!(blocked.has(text), "{text}: {}", blocked.body);
    }
    assert!(!blocked.has("user:li.wei"), "{}", blocked.body);
    assert!(!blocked.has("num delta"), "{}", blocked.body);
    let mut chinese = supervisor.clone().with("accept-language", "zh-CN");
    assert!(chinese.get(&second).await.has("已由 li.wei 冲正"));
    // A form that was open all the while leads there, whatever is filled in.
    let bare = post(&mut browser, &page, form, &[]).await;
    assert_eq!(bare.location(), format!("{first}?again=1"));
    let late = confirm(&mut supervisor, &seen, &second).await;
    assert_eq!(late.location(), format!("{first}?again=1"));
    let shown = supervisor.get(late.location()).await;
    assert!(
        shown.has("by li.wei. Nothing was done again."),
        "{}",
        shown.body
    );

    let already = supervisor.get(form).await;
    assert!(already.has("Already rolled back at"), "{}", already.body);
    assert!(already.has("by li.wei."), "{}", already.body);
    assert_eq!(already.input("reason"), None);
    let never = supervisor.get("/ledger/led_1-2/rollback").await;
    assert!(
        never.has("A rollback cannot be rolled back."),
        "{}",
        never.body
    );
    let original = browser.get(&address).await;
    assert!(original.has("Rolled back at"), "{}", original.body);
    assert!(!original.has("Roll this back"), "{}", original.body);
    assert_eq!(site.world.levels("A").await, (80, 0));
    site.world.assert_sound().await;
}

#[tokio::test]
async fn an_operator_rolls_back_their_own_work_for_a_quarter_of_an_hour() {
    let (site, mut browser) = desk(Role::Operator).await;
    let fields = [("units", "3"), ("reason", "damaged")];
    let address = fill(&mut browser, "/stock/W/A/deduct", &fields)
        .await
        .location()
        .to_owned();
    carry_out(&mut browser, &address).await;
    let mut other = site.signed_in("wang.fang", Role::Operator).await;
    let form = "/ledger/led_1-1/rollback";
    let refused = other.get(form).await;
    assert_eq!(refused.status, 403);
    assert!(
        refused.has("Ask a supervisor to roll it back"),
        "{}",
        refused.body
    );
    assert_eq!(refused.input("reason"), None);
    site.wait(TimeDelta::minutes(16));
    assert_eq!(browser.get(form).await.status, 403);
    let page = browser.get(&address).await;
    assert!(!page.has("Roll this back"), "{}", page.body);
    let mut supervisor = site.signed_in("chen.yu", Role::Supervisor).await;
    assert_eq!(supervisor.get(form).await.status, 200);
}

#[tokio::test]
async fn what_was_added_and_is_gone_cannot_be_rolled_back() {
    let (site, mut browser) = desk(Role::Supervisor).await;
    let fields = [
        ("direction", "add"),
        ("units", "20"),
        ("reason", "received"),
    ];
    let address = fill(&mut browser, ADJUST, &fields)
        .await
        .location()
        .to_owned();
    carry_out(&mut browser, &address).await;
    let form = browser.get("/ledger/led_1-1/rollback").await;
    sell(&site, "O1", 95).await;
    let reason = [("reason", "wrong_quantity"), ("note", "箱")];
    let short = post(&mut browser, &form, "/ledger/led_1-1/rollback", &reason).await;
    assert_eq!(short.status, 422);
    for text in [
        "Rolling back would go below zero. Nothing was rolled back.",
        "20 would be taken, 5 are available now",
    ] {
        assert!(short.has(text), "{text}: {}", short.body);
    }
    assert_eq!(site.world.levels("A").await, (5, 0));
}

#[tokio::test]
async fn goods_of_a_paid_order_come_back_all_together() {
    let (site, mut browser) = desk(Role::Supervisor).await;
    site.world.stock("B", 10).await;
    let paid = order("O1", &[("A", 4), ("B", 2)]);
    site.world.desk.post(paid, shop()).await.expect("sold");
    let page = browser.get("/orders/O1").await;
    assert!(
        page.has("href=\"/ledger/led_1-1/rollback\">Return goods"),
        "{}",
        page.body
    );
    let form = "/ledger/led_1-1/rollback";
    let shown = browser.get(form).await;
    assert!(shown.has("Return the goods of O1?"), "{}", shown.body);
    assert!(
        shown.has("O1 moved 2 SKUs. They are rolled back together."),
        "{}",
        shown.body
    );
    let drafted = fill(&mut browser, form, &[("reason", "returned")]).await;
    let address = drafted.location().to_owned();
    let done = carry_out(&mut browser, &address).await;
    assert!(done.has("76 → 80"), "{}", done.body);
    assert!(done.has("8 → 10"), "{}", done.body);
    let page = browser.get("/orders/O1").await;
    assert!(page.has("Goods returned"), "{}", page.body);
    assert!(!page.has(">Return goods<"), "{}", page.body);
    let waiting = unpaid_order("O2", &[("A", 1)]);
    site.world.desk.post(waiting, shop()).await.expect("placed");
    let instead = browser.get("/ledger/led_1-3/rollback").await;
    assert!(instead.has("cancel it instead"), "{}", instead.body);
    assert!(
        instead.has("href=\"/orders/O2/cancel\""),
        "{}",
        instead.body
    );
    site.world.assert_sound().await;
}

#[tokio::test]
async fn a_supervisor_finds_what_waits_for_them_in_the_list() {
    let (site, mut operator) = desk(Role::Operator).await;
    let fields = [("counted", "73"), ("reason", "count")];
    let waits = fill(&mut operator, SET, &fields)
        .await
        .location()
        .to_owned();
    let fields = [("units", "3"), ("reason", "damaged")];
    let done = fill(&mut operator, "/stock/W/A/deduct", &fields)
        .await
        .location()
        .to_owned();
    carry_out(&mut operator, &done).await;
    let mut supervisor = site.signed_in("chen.yu", Role::Supervisor).await;
    let open = supervisor.get("/ops?state=open").await;
    assert!(open.has(&waits) && !open.has(&done), "{}", open.body);
    assert!(open.has("Set A to 73"), "{}", open.body);
    let applied = supervisor.get("/ops?state=applied&author=li.wei").await;
    assert!(
        applied.has(&done) && !applied.has(&waits),
        "{}",
        applied.body
    );
    let found = supervisor.get(&format!("/ops?op={}", &done[5..])).await;
    assert_eq!(found.location(), done);
    let none = supervisor.get("/ops?op=op_x").await;
    assert_eq!(none.status, 400);
    assert!(none.has("There is no operation op_x"), "{}", none.body);
    site.wait(TimeDelta::hours(25));
    supervisor.sign_in("chen.yu", PASSWORD).await;
    let open = supervisor.get("/ops?state=open").await;
    assert!(!open.has(&waits), "expired: {}", open.body);
}

#[tokio::test]
async fn the_same_form_posted_again_after_it_was_applied_did_nothing_again() {
    let (site, mut browser) = desk(Role::Operator).await;
    let form = "/stock/W/A/deduct";
    let page = browser.get(form).await;
    let fields = [("units", "3"), ("reason", "damaged")];
    let first = post(&mut browser, &page, form, &fields).await;
    let address = first.location().to_owned();
    let again = post(&mut browser, &page, form, &fields).await;
    assert_eq!(again.location(), address, "it is a draft still");
    carry_out(&mut browser, &address).await;
    let again = post(&mut browser, &page, form, &fields).await;
    assert_eq!(again.location(), format!("{address}?again=1"));
    let shown = browser.get(again.location()).await;
    assert!(shown.has("Already applied at"), "{}", shown.body);
    assert!(shown.has("Nothing was done again."), "{}", shown.body);
    assert_eq!(site.world.levels("A").await, (77, 0));
}

#[tokio::test]
async fn the_title_says_which_warehouse_the_form_is_about() {
    let (site, mut browser) = desk(Role::Operator).await;
    for sql in [
        "INSERT INTO warehouses VALUES ('E', UTC_TIMESTAMP(6))",
        "INSERT INTO stock (warehouse, sku, name, opening, available, unlimited, created_at,
           updated_at) VALUES ('E', 'A', 'A', 1, 1, 0, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))",
    ] {
        let done = sqlx::query(sql).execute(site.world.desk.pool());
        done.await.expect("another warehouse");
    }
    for (form, does) in [
        ("deduct", "Deduct stock"),
        ("adjust", "Adjust stock"),
        ("set", "Set to counted"),
    ] {
        for warehouse in ["W", "E"] {
            let page = browser.get(&format!("/stock/{warehouse}/A/{form}")).await;
            let title = format!("<title>{does}: A · {warehouse} ");
            assert!(page.has(&title), "{title}: {}", page.body);
            assert!(page.has(&format!("<h1>{does}: A</h1>")), "{}", page.body);
        }
    }
}

#[tokio::test]
async fn while_the_database_is_away_a_form_is_told_what_is_known_of_it() {
    let (site, mut browser) = desk(Role::Operator).await;
    let form = "/stock/W/A/adjust";
    let page = browser.get(form).await;
    let fields = [
        ("direction", "add"),
        ("units", "3"),
        ("reason", "count_error"),
    ];
    let draft = post(&mut browser, &page, form, &fields).await;
    let draft = browser.get(draft.location()).await;
    let (address, page) = (draft.input("op").expect("an op"), browser.get(form).await);
    site.world.desk.pool().close().await;
    let away = post(&mut browser, &page, form, &fields).await;
    assert_eq!(away.status, 503);
    for text in [
        "This was not confirmed. It is safe to send the same again",
        "<dt>Direction</dt><dd>Add</dd>",
        "<dt>Reason</dt><dd>Count error</dd>",
    ] {
        assert!(away.has(text), "{text}: {}", away.body);
    }
    // The form comes back by its button, in either language, as soon as the database does.
    for lang in ["zh-Hans", "en"] {
        let again = [("switch", lang), ("direction", "add"), ("units", "3")];
        let away = post(&mut browser, &away, form, &again).await;
        assert!(away.status == 503 && away.has(&format!("<html lang=\"{lang}\"")));
        assert_eq!(away.input("units").as_deref(), Some("3"));
        assert_eq!(away.input("op"), page.input("op"));
        assert_eq!(browser.cookies["lang"], lang);
    }
    // A draft moves nothing, whether it was saved or not; a confirm may have.
    assert!(!away.has("before you try again"), "{}", away.body);
    let confirmed = confirm(&mut browser, &draft, &format!("/ops/{address}")).await;
    assert_eq!(confirmed.status, 503);
    assert!(confirmed.has("before you try again"), "{}", confirmed.body);
}
