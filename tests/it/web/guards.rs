//! Who may pass, on every route there is.

use reqwest::Method;
use stockdesk::domain::role::{Role, Scope};
use stockdesk::web::guard::Guard;
use stockdesk::web::routes;

use crate::harness::browser::Browser;
use crate::harness::site::Site;

/// A pattern with something in each of its places.
fn filled(pattern: &str) -> String {
    let parts = pattern.split('/').map(|part| match part.starts_with('{') {
        true => "none",
        false => part,
    });
    parts.collect::<Vec<_>>().join("/")
}

async fn ask(browser: &Browser, method: &str, path: &str, fields: &[(&str, &str)]) -> u16 {
    let mut browser = browser.clone();
    let method: Method = method.parse().expect("a method");
    let request = browser.request(method.clone(), path);
    let request = match method == Method::GET {
        true => request,
        false => request.form(fields),
    };
    browser.send(request).await.status
}

#[tokio::test]
async fn nobody_passes_a_guarded_route_unless_they_may() {
    let site = Site::start().await;
    let nobody = site.browser();
    let mut people = Vec::new();
    for &role in Role::ALL {
        let mut browser = site.signed_in(role.as_str(), role).await;
        let token = browser.get("/").await.input("csrf").expect("a token");
        people.push((role, browser, token));
    }
    for entry in routes() {
        let (method, path) = (entry.method.as_str(), filled(entry.path));
        let Guard::SignedIn(action) = entry.rule.guard else {
            continue;
        };
        let refused = if method == "GET" { 303 } else { 403 };
        assert_eq!(
            ask(&nobody, method, &path, &[]).await,
            refused,
            "{method} {path}"
        );
        // Leaving would end the sessions that the other routes are asked with.
        if path == "/logout" {
            continue;
        }
        for (role, browser, token) in &people {
            let bare = ask(browser, method, &path, &[]).await;
            let status = ask(browser, method, &path, &[("csrf", token)]).await;
            if !role.may(action) {
                assert_eq!(status, 403, "{method} {path} as {role:?}");
            } else {
                assert_ne!(status, 403, "{method} {path} as {role:?}");
            }
            if method != "GET" {
                assert_eq!(bare, 403, "{method} {path} as {role:?}, without a token");
            }
        }
    }
}

#[tokio::test]
async fn the_api_wants_a_key_that_reaches_far_enough() {
    let site = Site::start().await;
    let mut keys = Vec::new();
    for &scope in Scope::ALL {
        keys.push((scope, site.api_key(scope.as_str(), scope).await));
    }
    for entry in routes() {
        let (method, path) = (entry.method.as_str(), filled(entry.path));
        let Guard::ApiKey(needed) = entry.rule.guard else {
            continue;
        };
        for bad in ["", "Bearer", "Bearer x", "Basic x", "Bearer sk_live_x"] {
            let browser = site.browser().with("authorization", bad);
            assert_eq!(
                ask(&browser, method, &path, &[]).await,
                401,
                "{method} {path} {bad}"
            );
        }
        for (scope, key) in &keys {
            let browser = site
                .browser()
                .with("authorization", &format!("Bearer {key}"));
            let status = ask(&browser, method, &path, &[]).await;
            let refused = status == 403;
            assert_eq!(
                refused,
                !scope.includes(needed),
                "{method} {path} with {scope:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_form_must_come_from_this_site_and_this_session() {
    let site = Site::start().await;
    let mut browser = site.signed_in("li.wei", Role::Viewer).await;
    let mut other = site.signed_in("chen.yu", Role::Viewer).await;
    let token = browser.get("/").await.input("csrf").expect("a token");
    let foreign = other.get("/").await.input("csrf").expect("a token");
    let good = [("csrf", token.as_str()), ("lang", "en"), ("return", "/")];
    let with = |name, value| browser.clone().with(name, value);
    let cases = [
        ("this page", browser.clone(), &good[..], 303),
        ("no token", browser.clone(), &good[1..], 403),
        (
            "another's token",
            browser.clone(),
            &[("csrf", foreign.as_str()), ("lang", "en")],
            403,
        ),
        (
            "another site",
            with("origin", "http://evil.example"),
            &good,
            403,
        ),
        ("a sandboxed frame", with("origin", "null"), &good, 403),
        ("a program", with("origin", ""), &good, 303),
        (
            "a program without the token",
            with("origin", ""),
            &good[1..],
            403,
        ),
        (
            "another site's frame",
            with("sec-fetch-site", "cross-site"),
            &good,
            403,
        ),
        (
            "only a referer",
            with("origin", "").with("referer", &format!("{}/login", site.address)),
            &good,
            303,
        ),
    ];
    for (case, mut from, fields, status) in cases {
        let answer = from.post_bare("/prefs/language", fields).await;
        assert_eq!(answer.status, status, "{case}");
        if status == 403 {
            assert!(answer.has("nothing changed"), "{case}: {}", answer.body);
            assert!(!answer.has("set-cookie: lang"), "{case}");
        }
    }
}

#[tokio::test]
async fn the_sign_in_form_is_shown_again_with_a_fresh_token() {
    let site = Site::start().await;
    let mut browser = site.browser();
    let fields = [("name", "li.wei"), ("password", "x"), ("csrf", "stale")];
    let answer = browser.post_bare("/login", &fields).await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.input("name").as_deref(), Some("li.wei"));
    assert!(answer.has("so nothing changed"), "{}", answer.body);
    let attempts = "SELECT COUNT(*) FROM audit WHERE actor = ?";
    assert_eq!(site.world.count(attempts, "unknown:li.wei").await, 0);
    let token = answer.input("csrf").expect("a fresh token");
    let fields = [("name", "li.wei"), ("password", "x"), ("csrf", &token)];
    assert_eq!(browser.post_bare("/login", &fields).await.status, 422);
}

#[tokio::test]
async fn while_changes_are_paused_only_leaving_is_possible() {
    use stockdesk::service::condition::ReadOnly;
    let site = Site::start().await;
    let mut browser = site.signed_in("li.wei", Role::Admin).await;
    let now = site.services().clock.now();
    let tomorrow = now.date_naive().succ_opt().expect("a day");
    let until = tomorrow.and_hms_opt(6, 0, 0).map(|at| at.and_utc());
    let condition = &site.services().condition;
    condition.set_read_only(Some(ReadOnly { until }));
    let home = browser.get("/").await;
    assert!(home.has("Changes are paused until "), "{}", home.body);
    assert!(home.has("14:00:00. You can still"), "{}", home.body);
    assert_eq!(browser.post_from("/", "/logout", &[]).await.status, 303);
}
