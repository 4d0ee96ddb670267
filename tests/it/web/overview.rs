//! What needs a person, and the figures.

use chrono::TimeDelta;
use stockdesk::domain::operation::OpKind;
use stockdesk::domain::role::Role;

use crate::harness::browser::Answer;
use crate::harness::site::{PASSWORD, Site};
use crate::harness::world::{order, shop, unpaid_order};
use crate::service::office::{by, chen, deduct};

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
        "1 draft waits to be confirmed",
    ] {
        assert!(needs.contains(text), "{text}: {needs}");
    }
    assert!(!needs.contains("Nothing needs you") && !needs.contains("difference"));
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
}
