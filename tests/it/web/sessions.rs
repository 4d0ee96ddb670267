//! How long a session lives.

use chrono::TimeDelta;
use stockdesk::domain::role::Role;

use crate::harness::site::{PASSWORD, Site};

#[tokio::test]
async fn signing_out_ends_the_session_and_every_copy_of_its_cookie() {
    let site = Site::start().await;
    let mut browser = site.signed_in("li.wei", Role::Viewer).await;
    let mut copy = browser.clone();
    assert_eq!(copy.get("/").await.status, 200);
    let out = browser.post_from("/", "/logout", &[]).await;
    assert_eq!(out.location(), "/login");
    let login = browser.get("/login").await;
    assert!(login.has("You are signed out."), "{}", login.body);
    assert!(
        !browser.get("/login").await.has("You are signed out."),
        "said once"
    );
    assert_eq!(browser.get("/").await.status, 303);
    assert_eq!(copy.get("/").await.status, 303, "the copy is worthless too");
}

#[tokio::test]
async fn a_session_ends_after_twelve_hours() {
    let site = Site::start().await;
    let mut browser = site.signed_in("li.wei", Role::Viewer).await;
    site.wait(TimeDelta::hours(12) - TimeDelta::seconds(30));
    assert_eq!(browser.get("/").await.status, 200);
    site.wait(TimeDelta::seconds(60));
    assert_eq!(browser.get("/").await.location(), "/login");
    assert!(browser.get("/login").await.has("Your session ended."));
}

#[tokio::test]
async fn a_new_password_ends_the_sessions_of_the_old_one() {
    let site = Site::start().await;
    let mut browser = site.signed_in("li.wei", Role::Viewer).await;
    assert_eq!(browser.get("/").await.status, 200);
    let users = &site.services().users;
    let name = "li.wei".parse().expect("a name");
    let password = "another one".parse().expect("long enough");
    let set = users.set_password(&name, &password, "command:test").await;
    assert!(set.expect("the database answers"));
    assert_eq!(browser.get("/").await.status, 303);
    assert_eq!(browser.try_sign_in("li.wei", PASSWORD).await.status, 422);
    browser.sign_in("li.wei", "another one").await;
}

#[tokio::test]
async fn a_new_role_counts_within_five_seconds_and_a_disabled_user_is_out() {
    let site = Site::start().await;
    let mut browser = site.signed_in("li.wei", Role::Viewer).await;
    assert!(browser.get("/").await.has("viewer"));
    let pool = site.world.desk.pool();
    let change = sqlx::query("UPDATE users SET role = 'supervisor' WHERE name = 'li.wei'");
    change.execute(pool).await.expect("an update");
    site.wait(TimeDelta::seconds(5));
    assert!(browser.get("/").await.has("supervisor"));
    let change = sqlx::query("UPDATE users SET disabled_at = UTC_TIMESTAMP(6)");
    change.execute(pool).await.expect("an update");
    site.wait(TimeDelta::seconds(5));
    assert_eq!(browser.get("/").await.status, 303);
    assert_eq!(browser.try_sign_in("li.wei", PASSWORD).await.status, 422);
}

#[tokio::test]
async fn while_the_database_is_away_the_session_is_believed() {
    let site = Site::start().await;
    let mut browser = site.signed_in("li.wei", Role::Viewer).await;
    // The pool is the site's way to the database; a closed one answers nothing.
    site.world.desk.pool().close().await;
    site.wait(TimeDelta::seconds(10));
    let home = browser.get("/").await;
    assert_eq!(home.status, 200, "{}", home.body);
    let login = site.browser().try_sign_in("li.wei", PASSWORD).await;
    assert_eq!(login.status, 503);
    assert_eq!(login.header("retry-after"), "2");
    assert!(login.has("The database does not answer"), "{}", login.body);
}

#[tokio::test]
async fn the_cookie_is_sealed_and_guarded() {
    let site = Site::start_with(|site| site.base_url = Some("https://desk.example".into())).await;
    let mut browser = site.browser().with("origin", "https://desk.example");
    let login = browser.get("/login").await;
    let cookie = login.header("set-cookie");
    assert!(cookie.starts_with("__Host-stockdesk="), "{cookie}");
    for word in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
        assert!(cookie.contains(word), "{cookie}");
    }
    assert!(!cookie.contains("csrf"), "nothing can be read in it");
    site.user("li.wei", Role::Viewer).await;
    browser.sign_in("li.wei", PASSWORD).await;
    let sealed = browser.cookies["__Host-stockdesk"].clone();
    let changed = sealed.replacen(&sealed[20..24], "AAAA", 1);
    browser.cookies.insert("__Host-stockdesk".into(), changed);
    assert_eq!(
        browser.get("/").await.status,
        303,
        "a changed cookie is none"
    );
}
