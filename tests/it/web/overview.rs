//! What needs a person, and the figures.

use chrono::TimeDelta;
use stockdesk::domain::operation::{OpKind, OpTarget};
use stockdesk::domain::reason::Reason;
use stockdesk::domain::rejection::Rejection;
use stockdesk::domain::role::Role;
use stockdesk::domain::user::{Changed, UserChange};
use stockdesk::service::audit::By;
use stockdesk::service::operations::How;
use stockdesk::service::verify::Prover;

use super::bulk;
use super::ops::fill;
use crate::api::found;
use crate::harness::browser::Answer;
use crate::harness::site::{PASSWORD, Site};
use crate::harness::world::{order, shop, sku, unpaid_order, warehouse};
use crate::service::office::{by, chen, deduct, li, new, person, refused};

/// The page from the part with this id up to the next part.
fn part<'a>(page: &'a Answer, id: &str) -> &'a str {
    let rest = page
        .body
        .split(&format!("id=\"{id}\""))
        .nth(1)
        .expect("it is there");
    rest.split(" data-live").nth(1).expect("it is live")
}

#[tokio::test]
async fn an_empty_desk_needs_nobody() {
    let site = Site::start().await;
    let mut browser = site.signed_in("guest", Role::Viewer).await;
    let page = browser.get("/").await;
    assert_eq!(page.status, 200);
    assert!(page.has("Nothing needs you right now."));
    assert!(page.has("No corrections yet."));
    assert!(page.has("Nothing moved in the last 24 hours."));
    let mut browser = site.browser().with("accept-language", "zh-CN");
    browser.sign_in("guest", PASSWORD).await;
    assert!(browser.get("/").await.has("目前没有需要你处理的事项。"));
}

#[tokio::test]
async fn what_needs_somebody_is_said_with_the_way_there() {
    let site = Site::start().await;
    for (name, available) in [("CUP", 40), ("TENT", 0), ("MUG", 3)] {
        site.world.stock(name, available).await;
    }
    let low = "UPDATE stock SET low_water = 5 WHERE sku = 'MUG'";
    sqlx::query(low)
        .execute(site.world.desk.pool())
        .await
        .expect("the database answers");
    let desk = &site.world.desk;
    desk.post(unpaid_order("A1", &[("CUP", 4)]), shop())
        .await
        .expect("placed");
    desk.post(order("A2", &[("CUP", 6)]), shop())
        .await
        .expect("placed");
    let operations = &site.services().operations;
    let drafted = operations
        .draft(deduct("CUP", 2), &chen())
        .await
        .expect("a draft");
    site.wait(TimeDelta::minutes(11));
    let mut browser = site.signed_in("guest", Role::Viewer).await;
    let page = browser.get("/").await;
    let needs = part(&page, "needs");
    for text in [
        "1 SKU is sold out",
        "href=\"/stock?state=out\"",
        "1 SKU is low",
        "1 order reaches its deadline within 5 minutes, or has passed it",
        "href=\"/orders?status=pending&#38;due=5m\"",
    ] {
        assert!(needs.contains(text), "{text}: {needs}");
    }
    // A preview that its author can confirm waits for nobody.
    assert!(!needs.contains("Nothing needs you") && !needs.contains("difference"));
    assert!(!needs.contains("draft"), "{needs}");
    let due = browser.get("/orders?status=pending&due=5m").await;
    assert_eq!(due.quoted_after("<tr id=\"o-"), ["A1"]);
    let figures = part(&page, "figures");
    for text in [
        "Available</a><b>33</b>",
        "Reserved</a><b>4</b>",
        "Pending orders</a><b>1</b>",
        "last hour</a><b>2</b>",
        "Corrections today</a><b>0</b>",
    ] {
        assert!(figures.contains(text), "{text}: {figures}");
    }
    let operation = drafted.operation();
    operations
        .confirm(operation.op, operation.revision, &chen())
        .await
        .expect("confirmed");
    let counted = by(OpKind::Adjust, &[("CUP", 5)]);
    let drafted = operations.draft(counted, &chen()).await.expect("a draft");
    let adjusted = drafted.operation();
    operations
        .confirm(adjusted.op, adjusted.revision, &chen())
        .await
        .expect("confirmed");
    let page = browser.get("/").await;
    assert!(
        part(&page, "figures").contains("Corrections today</a><b>2</b><small>by 1 person</small>")
    );
    let list = page.quoted_after("<li><a href=\"/ops?state=corrections&#38;since=");
    let today = format!("/ops?state=corrections&since={}", list[0]);
    let done = browser
        .get(&today)
        .await
        .quoted_after("<th scope=\"row\"><a class=\"id\" href=\"");
    let expected = [adjusted.op, operation.op].map(|op| format!("/ops/{op}"));
    assert_eq!(done, expected, "{today}");
    let latest = part(&page, "latest");
    assert!(
        latest.contains("<b>Deduct −2</b> <a class=\"id\" href=\"/stock/W/CUP\">CUP</a>"),
        "{latest}"
    );
    assert!(latest.contains(&format!("href=\"/ops/{}\"", operation.op)));
}

#[tokio::test]
async fn what_cannot_be_counted_is_left_out_and_never_zero() {
    let site = Site::start().await;
    let mut browser = site.signed_in("guest", Role::Viewer).await;
    site.world.desk.pool().close().await;
    let page = browser.get("/").await;
    assert_eq!(page.status, 200);
    assert!(!page.has("Nothing needs you right now."));
    assert!(page.has("Some of this could not be loaded."));
    assert!(!part(&page, "figures").contains("<b>"), "{}", page.body);
    assert!(part(&page, "figures").contains("Could not be loaded"));
}

#[tokio::test]
async fn the_busiest_hour_of_the_day_is_drawn_and_told() {
    let site = Site::start().await;
    site.world.stock("CUP", 40).await;
    for n in 0..3 {
        let placed = order(&format!("A{n}"), &[("CUP", 1)]);
        let desk = &site.world.desk;
        desk.post(placed, shop()).await.expect("placed");
    }
    let mut browser = site.signed_in("guest", Role::Viewer).await;
    let page = browser.get("/").await;
    let hours = part(&page, "hours");
    assert!(hours.contains("At most 3 in an hour"), "{hours}");
    assert_eq!(hours.matches("<path").count(), 1);
}

#[tokio::test]
async fn many_changes_at_once_are_corrections_too() {
    let (site, mut browser) = super::bulk::desk().await;
    let address = super::bulk::sent(&mut browser, b"sku,change\nA,-1\nB,2\n").await;
    let page = browser.get("/").await;
    assert!(part(&page, "figures").contains("Corrections today</a><b>0</b>"));
    super::bulk::carry_out(&mut browser, &address).await;
    // Nobody has carried this one out yet.
    let running = super::bulk::running(&site, &mut browser, 101).await;
    let page = browser.get("/").await;
    assert!(
        part(&page, "figures").contains("Corrections today</a><b>2</b><small>by 1 person</small>"),
        "{}",
        page.body
    );
    let latest = part(&page, "latest");
    for text in [
        "<b>Change 2 SKUs</b> count.csv",
        "<b>Change 101 SKUs</b>",
        "chen.yu",
    ] {
        assert!(latest.contains(text), "{text}: {latest}");
    }
    let newest = latest.find(&format!("href=\"{running}\""));
    assert!(newest < latest.find(&format!("href=\"{address}\"")) && newest.is_some());
    let list = page.quoted_after("<li><a href=\"/ops?state=corrections&#38;since=");
    let today = format!("/ops?state=corrections&since={}", list[0]);
    let today = browser.get(&today);
    let listed = today
        .await
        .quoted_after("<th scope=\"row\"><a class=\"id\" href=\"");
    assert_eq!(listed, [running, address]);
}

#[tokio::test]
async fn drafts_that_need_another_person_are_counted_and_listed_and_no_others() {
    let site = Site::start().await;
    for name in ["CUP", "TENT"] {
        site.world.stock(name, 900).await;
    }
    site.user("chen.yu", Role::Supervisor).await;
    let mut operator = site.signed_in("li.wei", Role::Operator).await;
    let operations = &site.services().operations;
    let mut waiting = Vec::new();
    for (person, units, waits) in [(li(), 100, false), (li(), 101, true), (chen(), 500, false)] {
        let drafted = operations.draft(deduct("CUP", units), &person).await;
        let op = drafted.expect("a draft").operation().op;
        waiting.extend(waits.then(|| format!("/ops/{op}")));
    }
    let set = fill(
        &mut operator,
        "/stock/W/TENT/set",
        &[
            ("counted", "7"),
            ("counted_at", &now(&site)),
            ("reason", "count"),
        ],
    )
    .await;
    waiting.push(set.location().to_owned());
    let sheet = "Warehouse,SKU,Change\r\nW,CUP,-1\r\n".as_bytes();
    waiting.push(bulk::sent(&mut operator, sheet).await);
    waiting.reverse();
    let page = operator.get("/").await;
    let needs = part(&page, "needs");
    assert!(needs.contains("3 drafts wait for a supervisor"), "{needs}");
    assert!(needs.contains("href=\"/ops?state=requests\""), "{needs}");
    let listed = async |path: &str| {
        let page = operator.clone().get(path).await;
        assert_eq!(page.status, 200, "{path}");
        page.quoted_after("<th scope=\"row\"><a class=\"id\" href=\"")
    };
    assert_eq!(listed("/ops?state=requests").await, waiting);
    assert_eq!(listed("/ops?state=open").await.len(), 5);
    assert_eq!(listed("/ops?state=expired").await.len(), 0);
    site.wait(TimeDelta::hours(25));
    let mut operator = site.browser();
    operator.sign_in("li.wei", PASSWORD).await;
    for (state, count) in [("requests", 0), ("expired", 5), ("draft", 5)] {
        let page = operator.get(&format!("/ops?state={state}")).await;
        let rows = page.body.matches("<th scope=\"row\">").count();
        assert_eq!(rows, count, "{state}: {}", page.body);
    }
    assert!(!part(&operator.get("/").await, "needs").contains("draft"));
    let mut zh = site.browser().with("accept-language", "zh-CN");
    zh.sign_in("li.wei", PASSWORD).await;
    let page = zh.get("/ops?state=requests").await;
    assert!(page.has("等待主管确认"), "{}", page.body);
}

/// The role that counts is the one that somebody has when they confirm: whoever may do the same
/// alone from the beginning may also finish what they began, and who may not any more asks.
#[tokio::test]
async fn whose_role_was_changed_asks_or_confirms_by_the_new_one() {
    let site = Site::start().await;
    site.world.stock("CUP", 900).await;
    let sold = site
        .world
        .desk
        .post(unpaid_order("R1", &[("CUP", 2)]), shop());
    sold.await.expect("placed");
    for (name, role) in [("li.wei", Role::Operator), ("chen.yu", Role::Supervisor)] {
        site.user(name, role).await;
    }
    let operations = &site.services().operations;
    let cancel = new(
        OpKind::Cancel,
        OpTarget::Order("R1".parse().expect("a number")),
        Reason::CustomerAsked,
    );
    let mut drafts = Vec::new();
    for (new, person) in [
        (deduct("CUP", 100), li()),
        (deduct("CUP", 101), li()),
        (deduct("CUP", 500), chen()),
        (cancel, chen()),
    ] {
        let drafted = operations.draft(new, &person).await.expect("a draft");
        drafts.push(drafted.operation().clone());
    }
    let waiting = async || {
        let count = site.services().queries.requests_count(100).await;
        count.expect("counted").value.0
    };
    let change = async |name: &str, role| {
        let change = UserChange::Role(role);
        let users = &site.services().users;
        let name = name.parse().expect("a name");
        let changed = users.change(&name, change, By::from("user:boss")).await;
        assert_eq!(changed.expect("the database answers"), Changed::Done);
    };
    assert_eq!(waiting().await, 1);
    change("li.wei", Role::Viewer).await;
    assert_eq!(waiting().await, 2, "whatever a viewer began");
    change("chen.yu", Role::Operator).await;
    assert_eq!(waiting().await, 4, "what only a supervisor does alone");
    let demoted = person("chen.yu", Role::Operator);
    for draft in &drafts[2..] {
        let answer = operations.confirm(draft.op, draft.revision, &demoted).await;
        assert_eq!(refused(answer), Rejection::Forbidden);
    }
    change("li.wei", Role::Supervisor).await;
    assert_eq!(waiting().await, 2, "nothing of a supervisor's");
    let promoted = person("li.wei", Role::Supervisor);
    let over = &drafts[1];
    let confirmed = operations.confirm(over.op, over.revision, &promoted).await;
    assert_eq!(confirmed.expect("confirmed").how, How::Applied);
    assert_eq!(site.world.levels("CUP").await, (797, 2));
}

/// Now, as a person at the site would type it.
fn now(site: &Site) -> String {
    let now = site.services().clock.now();
    let there = now.with_timezone(&chrono_tz::Asia::Shanghai);
    there.format("%Y-%m-%d %H:%M:%S").to_string()
}

#[tokio::test]
async fn books_that_disagree_raise_the_alarm_everywhere() {
    let site = Site::start().await;
    for name in ["CUP", "TENT"] {
        site.world.stock(name, 9).await;
    }
    let desk = &site.world.desk;
    desk.post(order("A1", &[("CUP", 1)]), shop())
        .await
        .expect("placed");
    let damage = "UPDATE stock SET available = available + 1 WHERE sku = 'CUP'";
    let pool = desk.pool();
    sqlx::query(damage).execute(pool).await.expect("damaged");
    let mut browser = site.signed_in("chen.yu", Role::Supervisor).await;
    // At once, by its own page, whoever looked at it before.
    let page = browser.get("/stock/W/CUP").await;
    let said = "Difference: the ledger says 8, the stock table 9";
    assert!(page.has(said), "{}", page.body);
    let sound = browser.get("/stock/W/TENT").await;
    assert!(
        sound.has("The stock table agrees with it"),
        "{}",
        sound.body
    );
    // When somebody compared.
    let started = browser
        .post_from("/reconciliation", "/reconciliation", &[])
        .await;
    let run = started.location().to_owned();
    let needs = found("the difference on the overview", async || {
        let page = browser.clone().get("/").await;
        let needs = part(&page, "needs").to_owned();
        needs.contains("1 difference from the ").then_some(needs)
    })
    .await;
    assert!(needs.contains(&format!("href=\"{run}\"")), "{needs}");
    // And when the promises were looked at.
    let mut prover = Prover::new(desk.clone(), site.services().proof.clone());
    prover.step(desk.now()).await.expect("the database answers");
    let page = browser.get("/").await;
    let needs = part(&page, "needs");
    let promise = "A promise does not hold: Levels follow from the ledger";
    assert!(needs.contains(promise), "{needs}");
    assert!(
        needs.contains("bad-t") && needs.contains("href=\"/stock/W/CUP\""),
        "{needs}"
    );
    let health = browser.get("/health").await;
    for text in [
        "Something does not work as usual.",
        "Promises of the books</th>",
        "The books say two things",
        "the books do not agree with themselves",
    ] {
        assert!(health.has(text), "{text}: {}", health.body);
    }
    assert!(browser.get("/stock").await.has("class=\"band\""));
    let page = browser.get("/stock/W/CUP").await;
    assert!(
        page.has("A promise does not hold for this SKU"),
        "{}",
        page.body
    );
    let sound = browser.get("/stock/W/TENT").await;
    assert!(!sound.has("A promise does not hold for this SKU"));
    let mut zh = site.browser().with("accept-language", "zh-CN");
    zh.sign_in("chen.yu", PASSWORD).await;
    let page = zh.get("/").await;
    assert!(
        page.has("有一项承诺不成立：库存与流水一致"),
        "{}",
        page.body
    );
    assert!(zh.get("/stock/W/CUP").await.has("此 SKU 有承诺不成立"));
    // What was mended is no alarm any more.
    let mend = "UPDATE stock SET available = available - 1 WHERE sku = 'CUP'";
    sqlx::query(mend).execute(pool).await.expect("mended");
    prover.step(desk.now()).await.expect("the database answers");
    site.wait(TimeDelta::seconds(6));
    found("the end of the alarm", async || {
        let page = browser.clone().get("/").await;
        part(&page, "needs")
            .contains("Nothing needs you right now.")
            .then_some(())
    })
    .await;
    assert!(browser.get("/health").await.has("Everything works."));
}

#[tokio::test]
async fn a_difference_of_the_gate_that_was_repaired_is_no_alarm() {
    let site = Site::start().await;
    site.world.stock("CUP", 9).await;
    let desk = &site.world.desk;
    desk.load_gate(&warehouse(), vec![sku("CUP")]).await;
    site.world.mislead_gate("CUP", 12).await;
    let mut browser = site.signed_in("chen.yu", Role::Supervisor).await;
    browser
        .post_from("/reconciliation", "/reconciliation", &[])
        .await
        .location();
    let says = async |wanted: bool| {
        found("what the overview says of it", async || {
            let page = browser.clone().get("/").await;
            let said = part(&page, "needs").contains("1 difference from the ");
            (said == wanted).then_some(())
        })
        .await;
    };
    says(true).await;
    desk.load_gate(&warehouse(), vec![sku("CUP")]).await;
    site.wait(TimeDelta::seconds(6));
    says(false).await;
}

#[tokio::test]
async fn the_hours_of_the_day_stand_below_their_bars() {
    let site = Site::start().await;
    let mut browser = site.signed_in("guest", Role::Viewer).await;
    let page = browser.get("/").await;
    let axis = page.body.split("class=\"axis\"").nth(1).expect("an axis");
    let hours = axis.split("</p>").next().unwrap_or_default();
    assert_eq!(hours.matches(":00</small>").count(), 4, "{hours}");
}
