//! Who did what: every try, and the list of them.

use stockdesk::domain::listing::{AuditFilter, Limit};
use stockdesk::domain::role::{Role, Scope};

use crate::harness::site::{PASSWORD, Site};

/// What was noted of somebody, oldest first: `actor action result object`.
async fn noted(site: &Site, who: &str) -> Vec<String> {
    let filter = AuditFilter {
        actor: Some(who.to_owned()),
        ..AuditFilter::default()
    };
    let limit = Limit::new(500).expect("valid");
    let queries = &site.services().queries;
    let page = queries.audit_list(&filter, None, limit).await;
    let mut rows = page.expect("the database answers").value.items;
    rows.reverse();
    let told = rows.into_iter().map(|row| {
        let entry = row.entry;
        let object = entry.object.unwrap_or_default();
        format!("{} {} {object}", entry.action, entry.result)
    });
    told.map(|text| text.trim_end().to_owned()).collect()
}

#[tokio::test]
async fn every_try_is_noted_also_when_it_came_to_nothing() {
    let site = Site::start().await;
    site.world.stock("CUP", 12).await;
    let mut browser = site.signed_in("li.wei", Role::Operator).await;
    let form = browser.get("/stock/W/CUP/deduct").await;
    let (csrf, op) = (form.input("csrf").unwrap(), form.input("op").unwrap());
    let fields = [
        ("csrf", csrf.as_str()),
        ("op", &op),
        ("units", "3"),
        ("reason", "damaged"),
    ];
    let draft = browser.post_bare("/stock/W/CUP/deduct", &fields).await;
    let page = draft.location().to_owned();
    let confirm = format!("{page}/confirm");
    let revision = browser.get(&page).await.input("revision").unwrap();
    for _ in 0..2 {
        let fields = [("csrf", csrf.as_str()), ("revision", &revision)];
        browser.post_bare(&confirm, &fields).await.location();
    }
    // Not for this role, and not from a page of ours.
    assert_eq!(browser.get("/orders/A1/cancel").await.status, 403);
    assert_eq!(browser.post_bare(&confirm, &[]).await.status, 403);
    browser.post_from("/", "/logout", &[]).await;
    for _ in 0..5 {
        site.browser().try_sign_in("li.wei", "wrong").await;
    }
    let expected = [
        "sign_in done".to_owned(),
        format!("drafted done {op}"),
        format!("confirmed done {op}"),
        format!("confirmed no_effect {op}"),
        "trespassed refused GET /orders/A1/cancel".to_owned(),
        format!("foreign_form refused POST {confirm}"),
        "sign_out done".to_owned(),
        "sign_in refused".to_owned(),
        "sign_in refused".to_owned(),
        "sign_in refused".to_owned(),
        "sign_in refused".to_owned(),
        "sign_in locked".to_owned(),
    ];
    assert_eq!(noted(&site, "li.wei").await, expected);
    site.api_key("shop-web", Scope::Orders).await;
    let twice = site
        .services()
        .api_keys
        .create("shop-web", Scope::Read, "command:test")
        .await;
    assert_eq!(twice.expect("the database answers"), None);
    let commands = noted(&site, "command:test").await;
    let expected = [
        "user_created done li.wei",
        "key_created done shop-web",
        "key_created refused shop-web",
    ];
    assert_eq!(commands, expected);
}

#[tokio::test]
async fn the_list_shows_who_did_what_in_both_languages() {
    let site = Site::start().await;
    site.world.stock("CUP", 12).await;
    site.user("chen.yu", Role::Supervisor).await;
    site.browser().try_sign_in("<adm>", "x").await;
    site.browser().try_sign_in("li.wei", "x").await;
    site.browser().try_sign_in("chen.yu", "x").await;
    let mut browser = site.browser();
    browser.sign_in("chen.yu", PASSWORD).await;
    let page = browser.get("/audit").await;
    assert_eq!(page.status, 200);
    for text in [
        "signed in",
        "added a user",
        "command test",
        "(unknown) &#60;adm&#62;",
        "(unknown) li.wei",
        "Refused",
        "127.0.0.1",
        "href=\"/audit\" data-key=\"ga\" aria-current=\"page\"",
        "href=\"/audit.csv\"",
    ] {
        assert!(page.has(text), "{text}: {}", page.body);
    }
    // Who mistyped is told from a name that somebody guessed.
    assert!(!page.has("(unknown) chen.yu"), "{}", page.body);
    let own = browser.get("/audit?actor=chen.yu&kind=sign_in").await;
    assert!(own.has("Refused") && own.has("Done"), "{}", own.body);
    let old = "INSERT INTO audit (at, actor, action, result, detail)
        VALUES (UTC_TIMESTAMP(6), 'user:old', 'confirmed', 'refused', 'forbidden')";
    let pool = site.world.desk.pool();
    sqlx::query(old).execute(pool).await.expect("it answers");
    let form = browser.get("/stock/W/CUP/deduct").await;
    let fields = [("units", "3"), ("reason", "damaged")];
    let draft = super::ops::post(&mut browser, &form, "/stock/W/CUP/deduct", &fields).await;
    let page = browser.get(draft.location()).await;
    let discard = format!("{}/discard", draft.location());
    super::ops::post(&mut browser, &page, &discard, &[]).await;
    super::ops::confirm(&mut browser, &page, draft.location()).await;
    let page = browser.get("/audit").await;
    for text in [
        "Deduct W/CUP −3</small>",
        "This draft was discarded. Nothing was changed.</small>",
        "supervisor</small>",
        "forbidden</small>",
    ] {
        assert!(page.has(text), "{text}: {}", page.body);
    }
    let mut browser = browser.with("accept-language", "zh-CN");
    let file = browser.get("/audit.csv").await;
    for text in ["扣减 W/CUP −3", "此草稿已丢弃，未做任何更改。", "主管"] {
        assert!(file.has(text), "{text}: {}", file.body);
    }
    let page = browser.get("/audit").await;
    assert!(page.has("登录") && page.has("已拒绝"), "{}", page.body);
}

#[tokio::test]
async fn filters_stand_in_the_address_and_wrong_ones_are_told() {
    let site = Site::start().await;
    let mut browser = site.signed_in("li.wei", Role::Viewer).await;
    let found = browser.get("/audit?actor=li.wei&kind=sign_in").await;
    assert!(found.has("signed in") && !found.has("added a user</td>"));
    assert!(found.has("href=\"/audit.csv?actor=li.wei&#38;kind=sign_in\""));
    let none = browser.get("/audit?actor=nobody").await;
    assert!(none.has("Nothing in the audit matches these filters."));
    let past = browser.get("/audit?to=2020-01-01").await;
    assert!(past.has("Nothing in the audit matches these filters."));
    for (query, wrong) in [
        ("kind=x", "What: Choose one of the list"),
        ("from=yesterday", "From: Enter a date and time"),
        ("from=2026-02-02&to=2026-02-01", "From must be before To"),
    ] {
        let page = browser.get(&format!("/audit?{query}")).await;
        assert!(page.status == 400 && page.has(wrong), "{query}");
        let file = browser.get(&format!("/audit.csv?{query}")).await;
        assert!(file.location().starts_with("/audit?"), "{query}");
    }
    let moved = browser.get("/audit?after=x").await;
    assert_eq!(moved.location(), "/audit");
}

#[tokio::test]
async fn a_page_goes_on_after_the_last_row_of_the_one_before() {
    let site = Site::start().await;
    let mut browser = site.signed_in("li.wei", Role::Viewer).await;
    let many = "INSERT INTO audit (at, actor, action, object, result)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250)
        SELECT UTC_TIMESTAMP(6) - INTERVAL (i DIV 10) SECOND, 'user:old', 'drafted',
               CONCAT('row-', i), 'done' FROM n";
    let pool = site.world.desk.pool();
    sqlx::query(many).execute(pool).await.expect("it answers");
    let (mut address, mut seen, mut pages) = ("/audit".to_owned(), Vec::new(), 0);
    loop {
        let page = browser.get(&address).await;
        let rows = page.body.split("<span class=\"id\">row-").skip(1);
        seen.extend(rows.map(|row| row.split('<').next().unwrap_or_default().to_owned()));
        pages += 1;
        let Some(next) = page.body.split("rel=\"next\" href=\"").nth(1) else {
            break;
        };
        address = next
            .split('"')
            .next()
            .unwrap_or_default()
            .replace("&#38;", "&");
        assert!(pages < 9);
    }
    let mut once = seen.clone();
    once.sort();
    once.dedup();
    assert_eq!((seen.len(), once.len()), (250, 250));
    assert!(pages >= 3);
}
