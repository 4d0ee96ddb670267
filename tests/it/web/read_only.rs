//! Pausing changes.

use chrono::TimeDelta;
use stockdesk::domain::role::{Role, Scope};
use stockdesk::service::Condition;
use stockdesk::service::Pauses;

use super::ops::fill;
use crate::harness::site::Site;

#[tokio::test]
async fn an_admin_pauses_changes_and_everybody_else_is_told_until_when() {
    let site = Site::start().await;
    site.world.stock("CUP", 12).await;
    let mut boss = site.signed_in("boss", Role::Admin).await;
    let mut staff = site.signed_in("li.wei", Role::Operator).await;
    let form = staff.get("/stock/W/CUP/deduct").await;
    let (csrf, op) = (form.input("csrf").unwrap(), form.input("op").unwrap());
    let fields = [("units", "1"), ("reason", "damaged")];
    let waiting = fill(&mut staff, "/stock/W/CUP/deduct", &fields).await;
    let waiting = waiting.location().to_owned();
    assert!(boss.get("/health").await.has("Mode: <b>Normal</b>"));
    assert!(!staff.get("/health").await.has("/health/read-only"));
    let path = "/health/read-only";
    let offered = boss.get(path).await.input("until").expect("a time");
    let paused = boss.post_from(path, path, &[("until", &offered)]).await;
    assert_eq!(paused.location(), "/health");
    let today = site.services().clock.now();
    let today = today.with_timezone(&chrono_tz::Asia::Shanghai).date_naive();
    // Close to midnight the hour that is offered is tomorrow's.
    let day = match offered.starts_with(&today.to_string()) {
        true => "",
        false => &offered[5..11],
    };
    let clock = format!("{day}{}:00", &offered[11..]);
    let health = boss.get("/health").await;
    assert!(health.has(&format!("Changes are paused until {clock}.")));
    assert!(health.has("Mode: <b>Read-only</b>"));
    let band = format!("Changes are paused until {clock}. You can still look things up.");
    assert!(staff.get("/stock").await.has(&band));
    // Forms say so at once, and offer no button.
    let draft = staff.get("/stock/W/CUP/adjust").await;
    assert!(draft.has("role=\"status\"><p>Changes are paused until"));
    for (browser, path) in [
        (&staff, "/stock/W/CUP/deduct"),
        (&staff, "/stock/W/CUP/set"),
        (&staff, "/stock/import"),
        (&boss, "/admin/users"),
        (&boss, "/admin/keys"),
    ] {
        let page = browser.clone().get(path).await;
        assert!(
            page.has("role=\"status\"><p>Changes are paused until"),
            "{path}"
        );
        let main = page.body.split("<main").nth(1).expect("a page");
        assert!(!main.contains("type=\"submit\""), "{path}: {}", page.body);
    }
    assert!(!staff.get("/stock").await.has("href=\"/stock/import\""));
    let page = staff.get(&waiting).await;
    assert!(
        page.has("Changes are paused, so it cannot be confirmed now."),
        "{}",
        page.body
    );
    // What was entered can be copied, and nothing was done.
    let fields = [
        ("csrf", csrf.as_str()),
        ("op", &op),
        ("units", "3"),
        ("reason", "damaged"),
        ("note", "两箱"),
    ];
    let refused = staff.post_bare("/stock/W/CUP/deduct", &fields).await;
    assert_eq!(refused.status, 503);
    let wait: i64 = refused.header("retry-after").parse().expect("seconds");
    assert!((3_400..=3_700).contains(&wait), "{wait}");
    for text in [
        "两箱",
        &band,
        "<p>Nothing was changed. Changes are paused until",
        "<dt>Units</dt><dd>3</dd>",
        "<dt>Reason</dt><dd>Damaged</dd>",
        "<dt>Note</dt>",
    ] {
        assert!(refused.has(text), "{text}: {}", refused.body);
    }
    assert!(!refused.has("before you try again"), "it was never saved");
    let key = site.api_key("shop", Scope::Stock).await;
    let shop = site
        .browser()
        .with("authorization", &format!("Bearer {key}"));
    for _ in 0..3 {
        let request = shop.request(reqwest::Method::POST, "/api/v1/deductions");
        let answer = shop.clone().send(request.body("{}")).await;
        assert_eq!(
            (answer.status, answer.json()["code"].as_str()),
            (503, Some("read_only"))
        );
    }
    // Who tried stands in the audit; of a program, which tries again and again, once a minute.
    let tried = "SELECT COUNT(*) FROM audit WHERE action = 'tried_paused' AND result = 'refused'
                 AND CONCAT(actor, ' ', object) = ?";
    for who in [
        "user:li.wei POST /stock/W/CUP/deduct",
        "key:shop POST /api/v1/deductions",
    ] {
        assert_eq!(site.world.count(tried, who).await, 1, "{who}");
    }
    let audit = boss.get("/audit?kind=tried_paused").await;
    assert!(audit.has("tried to change something while changes were paused"));
    let mut chinese = staff.clone().with("accept-language", "zh-CN");
    let refused = chinese.post_bare("/stock/W/CUP/deduct", &fields).await;
    for text in [
        "<p>未做任何更改。",
        "<dt>数量（件）</dt><dd>3</dd>",
        "<dt>原因</dt><dd>破损</dd>",
    ] {
        assert!(refused.has(text), "{text}: {}", refused.body);
    }
    assert_eq!(site.world.levels("CUP").await, (12, 0));
    // It is over by itself.
    site.wait(TimeDelta::minutes(61));
    assert!(!staff.get("/stock").await.has("Changes are paused"));
    let done = staff.post_bare("/stock/W/CUP/deduct", &fields).await;
    assert!(done.location().starts_with("/ops/"));
}

#[tokio::test]
async fn an_admin_allows_changes_again_and_wrong_times_are_told() {
    let site = Site::start().await;
    let mut boss = site.signed_in("boss", Role::Admin).await;
    let path = "/health/read-only";
    for (until, wrong) in [
        ("", "Enter a date and time"),
        ("soon", "Enter a date and time"),
        ("2020-01-01 12:00", "must be in the future"),
        ("2099-01-01", "must be within 24 hours"),
    ] {
        let page = boss.post_from(path, path, &[("until", until)]).await;
        assert!(
            page.status == 422 && page.has(wrong),
            "{until}: {}",
            page.body
        );
    }
    let offered = boss.get(path).await.input("until").expect("a time");
    boss.post_from(path, path, &[("until", &offered)])
        .await
        .location();
    for said in ["Changes are possible again.", "Changes were not paused."] {
        let over = boss.post_from("/health", "/health/resume", &[]).await;
        assert!(boss.get(over.location()).await.has(said), "{said}");
    }
    let audit = boss.get("/audit?actor=boss").await;
    assert!(audit.has("paused changes") && audit.has("allowed changes again"));
}

#[tokio::test]
async fn another_instance_and_one_that_was_restarted_learn_of_it() {
    let site = Site::start().await;
    let services = site.services();
    let now = services.clock.now();
    let until = now + TimeDelta::hours(1);
    services
        .pauses
        .pause(until, "user:boss".into())
        .await
        .expect("paused");
    let (pool, clock) = (site.world.desk.pool().clone(), services.clock.clone());
    let condition = Condition::default();
    let other = Pauses::new(pool, clock, condition.clone(), services.audit.clone());
    assert_eq!(condition.read_only(now), None);
    other.look().await.expect("the database answers");
    assert!(condition.read_only(now).is_some());
    services
        .pauses
        .resume("user:boss".into())
        .await
        .expect("over");
    other.look().await.expect("the database answers");
    assert_eq!(condition.read_only(now), None);
}
