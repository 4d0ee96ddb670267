//! What goes wrong, as people and programs see it.

use reqwest::Method;
use stockdesk::domain::role::Role;

use crate::harness::site::Site;

#[tokio::test]
async fn every_answer_is_guarded_and_numbered() {
    let site = Site::start().await;
    let mut browser = site.browser();
    for path in ["/login", "/nowhere", "/api/v1/nowhere", "/healthz", "/"] {
        let answer = browser.get(path).await;
        assert!(answer.header("x-request-id").starts_with("req_"), "{path}");
        assert!(
            answer
                .header("content-security-policy")
                .contains("default-src 'none'")
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_a_page_for_people_and_a_document_for_programs() {
    let site = Site::start().await;
    let mut browser = site.browser();
    let page = browser.get("/nowhere").await;
    assert_eq!(page.status, 404);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.has("<h1>Not found</h1>"), "{}", page.body);
    assert!(
        page.has(page.header("x-request-id")),
        "the request id is on the page"
    );
    let document = browser.get("/api/v1/no%20where").await;
    assert_eq!(document.status, 404);
    assert_eq!(document.header("content-type"), "application/problem+json");
    let json = document.json();
    assert_eq!(json["type"], "/docs/api#not_found");
    assert_eq!(json["status"], 404);
    assert_eq!(json["code"], "not_found");
    assert_eq!(json["instance"], "/api/v1/no%20where");
    assert_eq!(json["request_id"], document.header("x-request-id"));
    assert!(json["title"].is_string() && json["detail"].is_string());
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let site = Site::start().await;
    let mut browser = site.browser();
    let request = browser.request(Method::DELETE, "/login");
    let answer = browser.send(request).await;
    assert_eq!(answer.status, 405);
    assert_eq!(answer.header("allow"), "GET, HEAD, POST");
    assert!(answer.has("<h1>"), "{}", answer.body);
    let request = browser.request(Method::HEAD, "/login");
    let answer = browser.send(request).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, ""));
}

#[tokio::test]
async fn forms_that_cannot_be_read_are_refused_in_our_own_words() {
    let site = Site::start().await;
    let mut browser = site.signed_in("li.wei", Role::Viewer).await;
    let form = "application/x-www-form-urlencoded";
    let cases = [
        (
            413,
            form,
            "a=".to_owned() + &"x".repeat(6_000_000),
            "At most 64 KiB",
        ),
        (
            415,
            "text/plain",
            "a=b".to_owned(),
            "Send application/x-www-form-urlencoded",
        ),
        (
            415,
            "application/json",
            "{}".to_owned(),
            "Nothing was changed",
        ),
        (400, form, "a=%ff%fe".to_owned(), "cannot be read"),
    ];
    for (status, kind, body, says) in cases {
        let request = browser.request(Method::POST, "/logout");
        let request = request.header("content-type", kind).body(body);
        let answer = browser.send(request).await;
        assert_eq!(answer.status, status, "{kind}");
        assert!(answer.has(says), "{}", answer.body);
        assert!(answer.has("li.wei"), "inside the frame");
    }
    assert_eq!(browser.get("/").await.status, 200, "still signed in");
}

#[tokio::test]
async fn what_somebody_else_wrote_is_escaped() {
    let site = Site::start().await;
    let mut browser = site.browser();
    let answer = browser
        .try_sign_in("\"><script>alert(1)</script>", "x")
        .await;
    assert!(!answer.has("<script>alert"), "{}", answer.body);
    let answer = browser
        .get("/%22%3E%3Cscript%3Ealert(1)%3C/script%3E")
        .await;
    assert_eq!(answer.status, 404);
    assert!(!answer.has("<script>alert"), "{}", answer.body);
}

#[tokio::test]
async fn the_style_sheet_is_kept_for_ever_under_its_own_name() {
    let site = Site::start().await;
    let mut browser = site.browser();
    let css = site.web.assets.css.clone();
    let login = browser.get("/login").await;
    assert!(login.has(&format!("href=\"{css}\"")), "{}", login.body);
    let file = browser.get(&css).await;
    assert_eq!(file.status, 200);
    assert_eq!(file.header("content-type"), "text/css; charset=utf-8");
    assert_eq!(
        file.header("cache-control"),
        "public, max-age=31536000, immutable"
    );
    assert_eq!(file.header("set-cookie"), "");
    let old = browser.get("/static/app.000000000000.css").await;
    assert_eq!((old.status, old.header("cache-control")), (200, "no-cache"));
    for missing in ["/static/none.css", "/static/..%2fCargo.toml", "/static/"] {
        assert_eq!(browser.get(missing).await.status, 404, "{missing}");
    }
}

#[tokio::test]
async fn healthz_answers_whatever_else_happens() {
    let site = Site::start().await;
    site.world.desk.pool().close().await;
    let answer = site.browser().get("/healthz").await;
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (200, "{\"status\":\"ok\"}")
    );
    assert_eq!(answer.header("set-cookie"), "");
}
