//! Pages for the person who plays the payer. They work without a script.

use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use chrono::TimeDelta;
use serde::Deserialize;

use crate::book::{Failed, Gateway, Key, No, Payment};
use crate::server::Simulator;
use crate::words::{self, Words};

/// Payments shown in the list.
const LISTED: usize = 100;
/// How long "Pay in 10 s" takes.
const LATER: TimeDelta = TimeDelta::seconds(10);
const STYLE: &str = include_str!("gateways.css");
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

pub fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/", web::get().to(list))
        .route("/pay/{gateway}/{number}", web::get().to(show))
        .route("/pay/{gateway}/{number}", web::post().to(act))
        .route("/gateways.css", web::get().to(style))
        .default_service(web::to(nothing_here));
}

#[derive(Template)]
#[template(path = "list.html")]
struct ListPage {
    words: Words,
    path: String,
    payments: Vec<Payment>,
    count: usize,
}

#[derive(Template)]
#[template(path = "payment.html")]
struct PaymentPage {
    words: Words,
    path: String,
    payment: Payment,
    /// Why the last press of a button did nothing.
    refused: Option<No>,
}

impl PaymentPage {
    fn is(&self, state: &str) -> bool {
        serde_json::to_value(self.payment.state).is_ok_and(|word| word == state)
    }
}

#[derive(Template)]
#[template(path = "message.html")]
struct MessagePage {
    words: Words,
    path: String,
    key: &'static str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    deed: Deed,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Deed {
    Scan,
    Pay,
    Later,
    Force,
}

async fn list(simulator: web::Data<Simulator>, request: HttpRequest) -> HttpResponse {
    let page = {
        let book = simulator.book();
        ListPage {
            words: Words::of(&request),
            path: request.path().to_owned(),
            payments: book.newest(LISTED).cloned().collect(),
            count: book.count(),
        }
    };
    answer(&request, StatusCode::OK, &page)
}

fn key(request: &HttpRequest) -> Option<Key> {
    let gateway = Gateway::named(request.match_info().query("gateway"))?;
    Some((gateway, request.match_info().query("number").to_owned()))
}

async fn show(simulator: web::Data<Simulator>, request: HttpRequest) -> HttpResponse {
    match key(&request) {
        Some(key) => payment_page(&simulator, &request, &key, None),
        None => message(&request, StatusCode::NOT_FOUND, "unknown"),
    }
}

fn payment_page(
    simulator: &Simulator,
    request: &HttpRequest,
    key: &Key,
    refused: Option<No>,
) -> HttpResponse {
    let Some(payment) = simulator.book().get(key).cloned() else {
        return message(request, StatusCode::NOT_FOUND, "unknown");
    };
    let page = PaymentPage {
        words: Words::of(request),
        path: request.path().to_owned(),
        payment,
        refused,
    };
    let status = match refused {
        None => StatusCode::OK,
        Some(_) => StatusCode::CONFLICT,
    };
    answer(request, status, &page)
}

async fn act(
    simulator: web::Data<Simulator>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    if !same_site(request.headers()) {
        return message(&request, StatusCode::FORBIDDEN, "other-site");
    }
    let (Some(key), Ok(form)) = (key(&request), serde_html_form::from_bytes::<Form>(&body)) else {
        return message(&request, StatusCode::BAD_REQUEST, "unreadable");
    };
    let now = simulator.now();
    let done = match form.deed {
        Deed::Scan => simulator.book().scan(&key, now),
        Deed::Pay => simulator.book().pay(&key, None, now),
        Deed::Later => simulator.book().pay(&key, Some(now + LATER), now),
        Deed::Force => simulator.book().force(&key, None, now),
    };
    simulator.wake.notify_one();
    match done {
        Ok(()) => HttpResponse::SeeOther()
            .insert_header((header::LOCATION, request.path()))
            .finish(),
        Err(Failed::No(No::NotExist)) => message(&request, StatusCode::NOT_FOUND, "unknown"),
        Err(Failed::No(no)) => payment_page(&simulator, &request, &key, Some(no)),
        Err(Failed::Io(error)) => {
            tracing::error!(%error, "the journal cannot be written");
            message(&request, StatusCode::INTERNAL_SERVER_ERROR, "broken")
        }
    }
}

async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/css; charset=utf-8"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(STYLE)
}

async fn nothing_here(request: HttpRequest) -> HttpResponse {
    message(&request, StatusCode::NOT_FOUND, "unknown")
}

/// Browsers say from where a form was sent; programs without a browser say nothing.
fn same_site(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or(""));
    match (text(header::ORIGIN), text(header::HOST)) {
        (None, _) => true,
        (Some(origin), Some(host)) => {
            origin.split_once("://").map(|(_, authority)| authority) == Some(host)
        }
        (Some(_), None) => false,
    }
}

fn message(request: &HttpRequest, status: StatusCode, key: &'static str) -> HttpResponse {
    let page = MessagePage {
        words: Words::of(request),
        path: "/".to_owned(),
        key,
    };
    answer(request, status, &page)
}

fn answer(request: &HttpRequest, status: StatusCode, page: &impl Template) -> HttpResponse {
    let html = match page.render() {
        Ok(html) => html,
        Err(error) => {
            tracing::error!(%error, "a page cannot be rendered");
            return HttpResponse::InternalServerError().finish();
        }
    };
    let mut response = HttpResponse::build(status);
    response
        .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "same-origin"))
        .insert_header((header::CACHE_CONTROL, "no-store"));
    if words::chosen(request).is_some() {
        let chosen = Cookie::build(words::COOKIE, Words::of(request).tag())
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .finish();
        response.cookie(chosen);
    }
    response.body(html)
}
