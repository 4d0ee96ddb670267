//! The middleware around a route, whatever the route does.

use actix_web::body::MessageBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{AUTHORIZATION, HeaderValue};
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::{App, HttpResponse, Route, web};
use chrono::TimeDelta;
use stockdesk::domain::role::Scope;
use stockdesk::web::extract::{Caller, FORM_LIMIT, Path};
use stockdesk::web::guard::{Guard, Rule, check};
use stockdesk::web::{answer, session};

use crate::harness::site::Site;

async fn panics() -> HttpResponse {
    panic!("the handler's own words");
}

async fn whoever(caller: Caller) -> String {
    caller.actor().to_string()
}

async fn number(Path(number): Path<u32>) -> String {
    number.to_string()
}

fn guarded(guard: Guard, route: Route) -> Route {
    let rule = Rule {
        guard,
        form_limit: FORM_LIMIT,
        upload: false,
        reshow: false,
    };
    route.wrap(from_fn(move |request, next| check(rule, request, next)))
}

/// The routes above behind the middleware of the site, in one thread and without a socket. A
/// macro, because the type of what it makes cannot be written down.
macro_rules! app {
    ($site:expr) => {
        init_service(
            App::new()
                .app_data(web::Data::new($site.web.clone()))
                .configure(routes)
                .wrap(from_fn(answer::problems))
                .wrap(session::middleware(&$site.web))
                .wrap(from_fn(answer::headers)),
        )
        .await
    };
}

fn routes(config: &mut web::ServiceConfig) {
    let key = Guard::ApiKey(Scope::Orders);
    for path in ["/panics", "/api/v1/panics"] {
        config.route(path, guarded(Guard::Public, web::get().to(panics)));
    }
    config.route("/api/v1/whoever", guarded(key, web::get().to(whoever)));
    config.route("/number/{n}", guarded(Guard::Public, web::get().to(number)));
}

fn header<B>(response: &ServiceResponse<B>, name: &str) -> String {
    let value = response.headers().get(name);
    value.map_or("", |v| v.to_str().expect("ASCII")).to_owned()
}

async fn text(response: ServiceResponse<impl MessageBody>) -> String {
    let body = actix_web::test::read_body(response).await;
    String::from_utf8(body.to_vec()).expect("UTF-8")
}

#[tokio::test]
async fn a_panic_is_a_page_that_says_nothing_of_it() {
    let site = Site::start().await;
    let app = app!(site);
    for (path, kind) in [
        ("/panics", "text/html; charset=utf-8"),
        ("/api/v1/panics", "application/problem+json"),
    ] {
        let request = TestRequest::with_uri(path).to_request();
        let response = call_service(&app, request).await;
        assert_eq!(response.status(), 500);
        assert_eq!(header(&response, "content-type"), kind);
        let id = header(&response, "x-request-id");
        let body = text(response).await;
        assert!(body.contains(&id), "{body}");
        assert!(
            body.contains("We do not know yet whether your change was saved"),
            "{body}"
        );
        assert!(!body.contains("own words"), "{body}");
    }
}

#[tokio::test]
async fn a_part_of_a_path_that_leads_nowhere_is_not_found() {
    let site = Site::start().await;
    let app = app!(site);
    for (path, status) in [
        ("/number/7", 200),
        ("/number/seven", 404),
        ("/number/%FF", 404),
    ] {
        let request = TestRequest::with_uri(path).to_request();
        assert_eq!(call_service(&app, request).await.status(), status, "{path}");
    }
}

#[tokio::test]
async fn a_key_passes_by_its_scope_and_a_revoked_one_does_not() {
    let site = Site::start().await;
    let app = app!(site);
    let ask = async |key: &str| {
        let bearer = HeaderValue::from_str(&format!("Bearer {key}")).expect("ASCII");
        let request =
            TestRequest::with_uri("/api/v1/whoever").insert_header((AUTHORIZATION, bearer));
        call_service(&app, request.to_request()).await
    };
    let (read, stock) = (
        site.api_key("reader", Scope::Read).await,
        site.api_key("wms", Scope::Stock).await,
    );
    let refused = ask("sk_live_0000000000000000000000000000000000000000000").await;
    assert_eq!(refused.status(), 401);
    assert_eq!(
        header(&refused, "www-authenticate"),
        "Bearer realm=\"stockdesk\""
    );
    let refused = ask(&read).await;
    assert_eq!(refused.status(), 403);
    let challenge = header(&refused, "www-authenticate");
    assert!(challenge.contains("scope=\"orders\""), "{challenge}");
    let passed = ask(&stock).await;
    assert_eq!(passed.status(), 200);
    assert_eq!(text(passed).await, "key:wms");

    // Revoked by another instance: this one notices within five seconds.
    let pool = site.world.desk.pool();
    let revoke = sqlx::query("UPDATE api_keys SET revoked_at = UTC_TIMESTAMP(6)");
    revoke.execute(pool).await.expect("an update");
    assert_eq!(ask(&stock).await.status(), 200);
    site.wait(TimeDelta::seconds(5));
    assert_eq!(ask(&stock).await.status(), 401);
    assert!(
        site.services().api_keys.list().await.expect("answers")[0]
            .revoked_at
            .is_some()
    );
}

#[tokio::test]
async fn while_the_database_is_away_a_key_that_was_just_seen_still_passes() {
    let site = Site::start().await;
    let app = app!(site);
    let key = site.api_key("wms", Scope::Stock).await;
    let ask = async || {
        let bearer = (AUTHORIZATION, format!("Bearer {key}"));
        let request = TestRequest::with_uri("/api/v1/whoever").insert_header(bearer);
        call_service(&app, request.to_request()).await
    };
    assert_eq!(ask().await.status(), 200);
    site.world.desk.pool().close().await;
    assert_eq!(ask().await.status(), 200);
    site.wait(TimeDelta::seconds(5));
    let refused = ask().await;
    assert_eq!(refused.status(), 503);
    assert_eq!(header(&refused, "retry-after"), "2");
    assert!(text(refused).await.contains("\"code\":\"not_confirmed\""));
}
