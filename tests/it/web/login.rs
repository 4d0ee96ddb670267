//! Signing in.

use chrono::TimeDelta;
use stockdesk::domain::role::Role;

use crate::harness::site::{PASSWORD, Site};

#[tokio::test]
async fn somebody_signs_in_and_sees_their_name_and_role() {
    let site = Site::start().await;
    let mut browser = site.signed_in("li.wei", Role::Operator).await;
    let home = browser.get("/").await;
    assert_eq!(home.status, 200);
    assert!(home.has("li.wei") && home.has("operator"), "{}", home.body);
}

#[tokio::test]
async fn a_wrong_name_and_a_wrong_password_look_alike() {
    let site = Site::start().await;
    site.user("li.wei", Role::Viewer).await;
    let wrong = [
        ("li.wei", "wrong"),
        ("nobody", "wrong"),
        ("no such name", "wrong"),
    ];
    for (name, password) in wrong {
        let answer = site.browser().try_sign_in(name, password).await;
        assert_eq!(answer.status, 422);
        assert!(answer.has("Check your user name and password"));
        assert!(answer.has("<title>Error: Sign in"), "{}", answer.body);
        assert_eq!(answer.input("name").as_deref(), Some(name));
        assert!(
            !answer.has("value=\"wrong\""),
            "the password is not sent back"
        );
    }
}

#[tokio::test]
async fn empty_fields_are_all_named_at_once() {
    let site = Site::start().await;
    let answer = site.browser().try_sign_in("", "").await;
    assert_eq!(answer.status, 422);
    assert!(
        answer.has("<a href=\"#name\">Enter your user name</a>"),
        "{}",
        answer.body
    );
    assert!(answer.has("<a href=\"#password\">Enter your password</a>"));
    assert!(answer.has("aria-invalid=\"true\" aria-describedby=\"name-e\""));
}

#[tokio::test]
async fn five_wrong_passwords_lock_a_name_whether_or_not_somebody_has_it() {
    let site = Site::start().await;
    site.user("li.wei", Role::Viewer).await;
    for name in ["li.wei", "nobody"] {
        let mut browser = site.browser();
        for _ in 0..4 {
            assert_eq!(
                browser.try_sign_in(name, "wrong").await.status,
                422,
                "{name}"
            );
        }
        let fifth = browser.try_sign_in(name, "wrong").await;
        assert_eq!(fifth.status, 429, "{name}");
        let seconds: i64 = fifth.header("retry-after").parse().expect("seconds");
        assert!((55..=61).contains(&seconds), "{seconds}");
        assert!(fifth.has("Too many attempts. Try again at "));
        let right = browser.try_sign_in(name, PASSWORD).await;
        assert_eq!(
            right.status, 429,
            "{name}: the right password is not looked at"
        );
    }
    site.wait(TimeDelta::seconds(61));
    site.browser().sign_in("li.wei", PASSWORD).await;
}

#[tokio::test]
async fn many_guesses_at_once_do_not_get_past_the_lock() {
    let site = Site::start().await;
    site.user("li.wei", Role::Viewer).await;
    let users = &site.services().users;
    let guesses = (0..20).map(|_| users.sign_in("li.wei", "wrong", None));
    let outcomes = futures_util::future::join_all(guesses).await;
    let looked_at = outcomes.iter().filter(|outcome| {
        use stockdesk::service::users::SignIn;
        matches!(outcome, Ok(SignIn::Refused))
    });
    assert!(looked_at.count() <= 5);
    let count = "SELECT CAST(failed_logins AS SIGNED) FROM users WHERE name = ?";
    assert_eq!(site.world.count(count, "li.wei").await, 5);
}

#[tokio::test]
async fn every_attempt_is_in_the_audit() {
    let site = Site::start().await;
    site.user("li.wei", Role::Viewer).await;
    let mut browser = site.browser();
    browser.try_sign_in("adm", "wrong").await;
    browser.sign_in("li.wei", PASSWORD).await;
    let rows = "SELECT COUNT(*) FROM audit WHERE action = 'sign_in'
                AND address = '127.0.0.1' AND CONCAT(actor, ' ', result) = ?";
    for row in ["unknown:adm refused", "user:li.wei done"] {
        assert_eq!(site.world.count(rows, row).await, 1, "{row}");
    }
}

#[tokio::test]
async fn a_page_that_was_asked_for_comes_after_signing_in_and_no_other_site_does() {
    let site = Site::start().await;
    site.user("li.wei", Role::Viewer).await;
    let mut browser = site.browser();
    let sent = browser.get("/?q=a&b=%E6%9D%AF").await;
    assert_eq!(
        sent.location(),
        "/login?next=%2F%3Fq%3Da%26b%3D%25E6%259D%25AF"
    );
    let login = browser.get(sent.location()).await;
    assert_eq!(login.input("next").as_deref(), Some("/?q=a&b=%E6%9D%AF"));
    for (next, lands) in [
        ("/?q=a&b=%E6%9D%AF", "/?q=a&b=%E6%9D%AF"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/logout", "/"),
    ] {
        let fields = [("name", "li.wei"), ("password", PASSWORD), ("next", next)];
        let mut browser = site.browser();
        let answer = browser.post_from("/login", "/login", &fields).await;
        assert_eq!(answer.location(), lands, "{next}");
    }
}

#[tokio::test]
async fn the_language_is_the_persons_then_the_cookies_then_the_browsers() {
    let site = Site::start().await;
    let mut browser = site.browser().with("accept-language", "zh-CN,zh;q=0.9");
    assert!(browser.get("/login").await.has("<html lang=\"zh-Hans\">"));
    let english = [("lang", "en"), ("return", "/login?next=%2Fstock")];
    let switched = browser
        .post_from("/login", "/prefs/language", &english)
        .await;
    assert_eq!(switched.location(), "/login?next=%2Fstock");
    assert!(browser.get("/login").await.has("<html lang=\"en\">"));
    site.user("li.wei", Role::Viewer).await;
    browser.sign_in("li.wei", PASSWORD).await;
    let chinese = [("lang", "zh-Hans"), ("return", "/")];
    browser.post_from("/", "/prefs/language", &chinese).await;
    assert!(browser.get("/").await.has("<html lang=\"zh-Hans\">"));
    // Another browser, in English: the person's own choice counts more.
    let mut another = site.browser();
    another.sign_in("li.wei", PASSWORD).await;
    assert!(another.get("/").await.has("<html lang=\"zh-Hans\">"));
    for bad in [("lang", "fr"), ("lang", "")] {
        let answer = another.post_from("/", "/prefs/language", &[bad]).await;
        assert_eq!(answer.status, 400);
    }
    let elsewhere = [("lang", "en"), ("return", "//evil.example")];
    let answer = another.post_from("/", "/prefs/language", &elsewhere).await;
    assert_eq!(answer.location(), "/");
}
