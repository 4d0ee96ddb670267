//! What somebody entered outlives their session.

use std::rc::Rc;

use actix_web::test::TestRequest;
use actix_web::{FromRequest, HttpMessage, HttpRequest, web};
use chrono::TimeDelta;
use stockdesk::domain::role::Role;
use stockdesk::web::extract::Posted;
use stockdesk::web::guard::kept::{self, Kept, KeptForm};
use stockdesk::web::visitor::{CurrentUser, Visitor};

use crate::harness::site::{PASSWORD, Site};

#[tokio::test]
async fn a_form_posted_after_the_session_ended_leads_back_and_performs_nothing() {
    let site = Site::start().await;
    let mut browser = site.signed_in("li.wei", Role::Operator).await;
    let token = browser.get("/").await.input("csrf").expect("a token");
    site.wait(TimeDelta::hours(13));
    let fields = [("csrf", token.as_str()), ("note", "two boxes")];
    let answer = browser.post_bare("/logout", &fields).await;
    assert_eq!(answer.status, 403);
    assert!(answer.has("Your session ended"), "{}", answer.body);
    assert!(answer.has("What you entered is kept"), "{}", answer.body);
    let kept = answer.input("kept").expect("a sealed form");
    assert!(!kept.contains("note"));
    let token = answer.input("csrf").expect("a token");
    let wrong = [
        ("name", "li.wei"),
        ("password", "x"),
        ("kept", &kept),
        ("csrf", &token),
    ];
    let again = browser.post_bare("/login", &wrong).await;
    assert_eq!(
        again.input("kept").as_deref(),
        Some(kept.as_str()),
        "a typo loses nothing"
    );
    let right = [
        ("name", "li.wei"),
        ("password", PASSWORD),
        ("kept", &kept),
        ("csrf", &token),
    ];
    let answer = browser.post_bare("/login", &right).await;
    // There is no form at /logout to show again: the page above it, and still signed in.
    assert_eq!(answer.location(), "/");
    assert_eq!(browser.get("/").await.status, 200);
}

fn request(site: &Site, uri: &str, user: Option<(&str, Role)>, ended: Option<&str>) -> HttpRequest {
    let request = TestRequest::with_uri(uri)
        .app_data(web::Data::new(site.web.clone()))
        .to_http_request();
    let visitor = Visitor {
        user: user.map(|(name, role)| CurrentUser {
            name: name.parse().expect("a name"),
            role,
        }),
        ended: ended.map(|name| name.parse().expect("a name")),
        lang: None,
        ..Visitor::default()
    };
    request.extensions_mut().insert(Rc::new(visitor));
    request
}

async fn note(request: &HttpRequest) -> String {
    let kept = Kept::extract(request).await.expect("always");
    kept.form().value("note").to_owned()
}

#[tokio::test]
async fn a_kept_form_is_for_who_filled_it_in_and_for_supervisors() {
    let site = Site::start().await;
    let fields = vec![
        ("note".to_owned(), "两箱 & more".to_owned()),
        ("csrf".to_owned(), "secret".to_owned()),
        ("op".to_owned(), "op_01JD3V6Q8ZK2N4T6W8Y0A2C4E6".to_owned()),
    ];
    let posted = Posted::of_fields(fields, false);
    let before = request(&site, "/", None, Some("li.wei"));
    let sealed = kept::seal(&before, &posted).expect("short enough");
    let form = KeptForm::open(&before, &sealed).expect("ours");
    let address = kept::destination(&form, &sealed).expect("a page");
    assert_eq!(address, format!("/?kept={sealed}"));

    let as_user = |name, role| request(&site, &address, Some((name, role)), None);
    assert_eq!(
        note(&as_user("li.wei", Role::Operator)).await,
        "两箱 & more"
    );
    assert_eq!(note(&as_user("chen.yu", Role::Operator)).await, "");
    assert_eq!(
        note(&as_user("chen.yu", Role::Supervisor)).await,
        "两箱 & more"
    );

    let own = as_user("li.wei", Role::Operator);
    let kept = Kept::extract(&own).await.expect("always");
    assert!(kept.op().is_some(), "the operation keeps its id");
    assert_eq!(
        kept.form().value("csrf"),
        "",
        "the token of the old session does not come along"
    );

    let elsewhere = format!("/login?kept={sealed}");
    let elsewhere = request(&site, &elsewhere, Some(("li.wei", Role::Operator)), None);
    assert_eq!(note(&elsewhere).await, "", "it belongs to one form");
    let other = if sealed.starts_with('A') { 'B' } else { 'A' };
    let changed = format!("/?kept={other}{}", &sealed[1..]);
    let changed = request(&site, &changed, Some(("li.wei", Role::Operator)), None);
    assert_eq!(note(&changed).await, "");
    site.wait(TimeDelta::hours(25));
    assert_eq!(
        note(&as_user("li.wei", Role::Operator)).await,
        "",
        "after a day it is gone"
    );
}

#[tokio::test]
async fn what_is_too_long_for_an_address_is_not_kept_and_the_page_says_so() {
    let site = Site::start().await;
    let long = "x".repeat(5_000);
    let answer = site
        .browser()
        .post_bare("/logout", &[("note", &long)])
        .await;
    assert_eq!(answer.status, 403);
    assert_eq!(answer.input("kept"), None);
    assert!(
        answer.has("What you entered could not be kept"),
        "{}",
        answer.body
    );
}

#[tokio::test]
async fn a_correction_that_outlived_its_session_is_a_draft_once_its_author_is_back() {
    let site = Site::start().await;
    site.world.stock("A", 10).await;
    let mut browser = site.signed_in("li.wei", Role::Operator).await;
    let form = browser.get("/stock/W/A/deduct").await;
    let (token, op) = (form.input("csrf").unwrap(), form.input("op").unwrap());
    for (units, expected) in [
        ("3", format!("/ops/{op}")),
        ("8o", "/stock/W/A/deduct?kept=".to_owned()),
    ] {
        site.wait(TimeDelta::hours(13));
        let fields = [
            ("csrf", token.as_str()),
            ("op", op.as_str()),
            ("units", units),
            ("reason", "damaged"),
        ];
        let ended = browser.post_bare("/stock/W/A/deduct", &fields).await;
        assert_eq!(ended.status, 403);
        let what = format!("What you entered is kept: deduct {units} of A. After");
        assert!(ended.has(&what), "{}", ended.body);
        let (kept, token) = (ended.input("kept").unwrap(), ended.input("csrf").unwrap());
        let fields = [
            ("name", "li.wei"),
            ("password", PASSWORD),
            ("kept", kept.as_str()),
            ("csrf", token.as_str()),
        ];
        let answer = browser.post_bare("/login", &fields).await;
        assert!(
            answer.location().starts_with(&expected),
            "{}",
            answer.location()
        );
        assert_eq!(
            site.world.levels("A").await,
            (10, 0),
            "nothing was performed"
        );
        // What cannot be a draft waits in its form.
        let page = browser.get(answer.location()).await;
        assert_eq!(page.status, 200);
    }
}
