//! Users and API keys.

use chrono::TimeDelta;
use futures_util::future::join_all;
use stockdesk::domain::role::Role;
use stockdesk::domain::user::{Changed, UserChange};
use stockdesk::service::audit::By;

use crate::harness::browser::{Answer, Browser};
use crate::harness::site::{PASSWORD, Site};

async fn admin() -> (Site, Browser) {
    let site = Site::start().await;
    let browser = site.signed_in("boss", Role::Admin).await;
    (site, browser)
}

/// What the page shows once.
fn secret(page: &Answer) -> String {
    let shown = page.body.split("data-copy=\"").nth(1).expect("a secret");
    shown.split('"').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_user_is_added_with_a_password_that_is_shown_once() {
    let (site, mut browser) = admin().await;
    let fields = [("name", "li.wei"), ("role", "operator"), ("password", "")];
    let added = browser
        .post_from("/admin/users", "/admin/users", &fields)
        .await;
    assert_eq!(added.location(), "/admin/users/li.wei");
    let page = browser.get("/admin/users/li.wei").await;
    assert!(page.has("Added li.wei, operator."), "{}", page.body);
    assert!(page.has("It is not shown again."));
    let password = secret(&page);
    assert_eq!(password.len(), 16);
    let again = browser.get("/admin/users/li.wei").await;
    assert!(!again.has(&password) && !again.has("data-copy"));
    site.browser().sign_in("li.wei", &password).await;
    let list = browser.get("/admin/users").await;
    assert!(list.has("href=\"/admin/users/li.wei\"") && list.has("operator"));
    // Typed: nobody needs to see it.
    let fields = [
        ("name", "chen"),
        ("role", "viewer"),
        ("password", "long enough"),
    ];
    let added = browser
        .post_from("/admin/users", "/admin/users", &fields)
        .await;
    let page = browser.get(added.location()).await;
    assert!(!page.has("long enough") && !page.has("data-copy"));
    site.browser().sign_in("chen", "long enough").await;
}

#[tokio::test]
async fn what_is_wrong_with_a_new_user_is_said_and_the_password_forgotten() {
    let (site, mut browser) = admin().await;
    let cases = [
        ("", "viewer", "", "Enter a user name"),
        ("a b", "viewer", "", "A user name has 1 to 64"),
        ("boss", "viewer", "", "There is a user boss already"),
        ("li", "owner", "", "Select a role"),
        ("li", "viewer", "short", "must be 8 characters or longer"),
    ];
    for (name, role, password, wrong) in cases {
        let fields = [("name", name), ("role", role), ("password", password)];
        let page = browser
            .post_from("/admin/users", "/admin/users", &fields)
            .await;
        assert_eq!(page.status, 422, "{wrong}");
        assert!(page.has(wrong), "{wrong}: {}", page.body);
        assert!(page.has("<title>Error: Users"), "{}", page.body);
        assert_eq!(page.input("name").as_deref(), Some(name));
        assert!(password.is_empty() || !page.has("value=\"short\""));
    }
    let users = site
        .services()
        .users
        .list()
        .await
        .expect("the database answers");
    assert_eq!(users.len(), 1);
}

#[tokio::test]
async fn a_change_is_looked_at_before_it_is_made_and_ends_sessions() {
    let (site, mut browser) = admin().await;
    let mut theirs = site.signed_in("li.wei", Role::Operator).await;
    let ask = "/admin/users/li.wei/change?to=supervisor";
    let page = browser.get(ask).await;
    assert!(page.has("Change li.wei to supervisor?") && page.has("Nothing has changed yet."));
    let change = "/admin/users/li.wei/change";
    let done = browser
        .post_from(ask, change, &[("to", "supervisor")])
        .await;
    assert_eq!(done.location(), "/admin/users/li.wei");
    assert!(
        browser
            .get("/admin/users/li.wei")
            .await
            .has("li.wei is supervisor now.")
    );
    assert!(theirs.get("/").await.has("supervisor"), "at once, here");
    browser
        .post_from(ask, change, &[("to", "supervisor")])
        .await;
    assert!(
        browser
            .get("/admin/users/li.wei")
            .await
            .has("was so already")
    );

    let ask = "/admin/users/li.wei/change?to=disabled";
    browser
        .post_from(ask, change, &[("to", "disabled")])
        .await
        .location();
    assert_eq!(theirs.get("/").await.status, 303);
    assert_eq!(
        site.browser().try_sign_in("li.wei", PASSWORD).await.status,
        422
    );
    browser
        .post_from(ask, change, &[("to", "enabled")])
        .await
        .location();
    // The session that ended does not come back with its user.
    site.wait(TimeDelta::seconds(6));
    assert_eq!(theirs.get("/").await.status, 303);
    site.browser().sign_in("li.wei", PASSWORD).await;
    for (path, status) in [
        ("/admin/users/nobody", 404),
        ("/admin/users/a%20b/change?to=viewer", 404),
        ("/admin/users/li.wei/change?to=owner", 303),
    ] {
        assert_eq!(browser.get(path).await.status, status, "{path}");
    }
}

#[tokio::test]
async fn the_last_admin_stays_whoever_asks_at_the_same_time() {
    let (site, mut browser) = admin().await;
    let change = "/admin/users/boss/change";
    for to in ["viewer", "disabled"] {
        let page = browser
            .post_from("/admin/users", change, &[("to", to)])
            .await;
        assert_eq!(page.status, 422);
        assert!(
            page.has("This is the last admin who can sign in."),
            "{}",
            page.body
        );
    }
    site.user("vice", Role::Admin).await;
    let users = &site.services().users;
    let names = ["boss", "vice"].map(|name| name.parse().expect("a name"));
    let by = By::from("user:test");
    let both = names
        .iter()
        .map(|name| users.change(name, UserChange::Role(Role::Viewer), by));
    let mut outcomes: Vec<_> = join_all(both)
        .await
        .into_iter()
        .map(|outcome| outcome.expect("the database answers"))
        .collect();
    outcomes.sort_by_key(|outcome| *outcome != Changed::Done);
    assert_eq!(outcomes, [Changed::Done, Changed::LastAdmin]);
    // A disabled admin does not count.
    let left = users.list().await.expect("the database answers");
    let admins = left.iter().filter(|user| user.role == Role::Admin);
    assert_eq!(admins.count(), 1);
}

#[tokio::test]
async fn a_password_is_set_for_somebody() {
    let (site, mut browser) = admin().await;
    let mut theirs = site.signed_in("li.wei", Role::Viewer).await;
    let path = "/admin/users/li.wei/password";
    let short = browser
        .post_from(path, path, &[("password", "short")])
        .await;
    assert!(short.status == 422 && !short.has("value=\"short\""));
    let set = browser.post_from(path, path, &[("password", "")]).await;
    let password = secret(&browser.get(set.location()).await);
    assert_eq!(theirs.get("/").await.status, 303);
    assert_eq!(
        site.browser().try_sign_in("li.wei", PASSWORD).await.status,
        422
    );
    site.browser().sign_in("li.wei", &password).await;
}

#[tokio::test]
async fn a_key_is_shown_once_used_and_revoked() {
    let (site, mut browser) = admin().await;
    let fields = [("name", "shop-web"), ("scope", "read")];
    let made = browser
        .post_from("/admin/keys", "/admin/keys", &fields)
        .await;
    assert_eq!(made.location(), "/admin/keys");
    let page = browser.get("/admin/keys").await;
    let key = secret(&page);
    assert!(page.has("read; place and cancel orders, deduct and roll back; adjust stock"));
    assert!(key.starts_with("sk_live_"), "{key}");
    let hint = format!("…{}</td>", &key[key.len() - 4..]);
    let again = browser.get("/admin/keys").await;
    assert!(!again.has(&key) && again.has(&hint) && again.has("Never used"));
    let ask = async || {
        let bearer = format!("Bearer {key}");
        let mut shop = site.browser().with("authorization", &bearer);
        shop.get("/api/v1/stock").await.status
    };
    assert_eq!(ask().await, 200);
    let taken = browser
        .post_from("/admin/keys", "/admin/keys", &fields)
        .await;
    assert!(taken.status == 422 && taken.has("There is a key shop-web already"));
    let id = site.services().api_keys.list().await.expect("answers")[0].id;
    let revoke = format!("/admin/keys/{id}/revoke");
    assert!(browser.get(&revoke).await.has("Revoke shop-web?"));
    for said in ["shop-web is revoked.", "shop-web was revoked before."] {
        let done = browser.post_from("/admin/keys", &revoke, &[]).await;
        assert!(browser.get(done.location()).await.has(said), "{said}");
    }
    assert_eq!(ask().await, 401);
    assert!(browser.get(&revoke).await.has("was revoked before"));
    assert_eq!(browser.get("/admin/keys/99/revoke").await.status, 404);
    let audit = browser.get("/audit?actor=boss").await;
    assert!(audit.has("revoked an API key") && audit.has("127.0.0.1"));
}

#[tokio::test]
async fn only_admins_see_the_way_and_pages_speak_chinese() {
    let (site, mut browser) = admin().await;
    assert!(browser.get("/").await.has("href=\"/admin/users\""));
    let mut other = site.signed_in("li.wei", Role::Supervisor).await;
    assert!(!other.get("/").await.has("/admin/users"));
    assert_eq!(other.get("/admin/users").await.status, 403);
    let mut zh = site.browser().with("accept-language", "zh-CN");
    zh.sign_in("boss", PASSWORD).await;
    assert!(zh.get("/admin/users").await.has("添加用户"));
    assert!(zh.get("/admin/users/boss").await.has("更改角色"));
    let ask = zh.get("/admin/users/li.wei/change?to=disabled").await;
    assert!(ask.has("停用 li.wei？"), "{}", ask.body);
    assert!(zh.get("/admin/keys").await.has("暂无 API 密钥。"));
}
