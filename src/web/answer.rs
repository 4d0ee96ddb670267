//! The outermost code of ours around every request: who asks, what goes wrong, which headers.

use std::rc::Rc;
use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse};
use tracing::Instrument;
use ulid::Ulid;

use super::extract::State;
use super::i18n::{Lang, Text};
use super::language;
use super::pages::login;
use super::problem::{self, Problem};
use super::request_id::RequestId;
use super::visitor::Visitor;

/// No scripts, styles or frames but our own; forms go nowhere else.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                   connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// How an address speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// To people, in HTML.
    Page,
    /// To programs, in JSON; without sessions.
    Machine,
}

impl Face {
    pub fn of(path: &str) -> Self {
        let machine = path.starts_with("/api/")
            || path.starts_with("/static/")
            || matches!(path, "/healthz" | "/readyz" | "/metrics");
        if machine { Self::Machine } else { Self::Page }
    }
}

/// The outer middleware: a request id, and the headers of every answer.
pub async fn headers(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let id = RequestId(Ulid::new());
    request.extensions_mut().insert(id);
    let secure = State::of(request.request()).site.secure();
    let span =
        tracing::info_span!("request", %id, method = %request.method(), path = request.path());
    let begun = Instant::now();
    let answer = next.call(request).instrument(span).await;
    // Below here, `problems` answers every error. What is left would be a fault of a middleware.
    let mut response = answer?.map_into_boxed_body();
    decorate(response.headers_mut(), id, secure);
    count(&response, begun.elapsed());
    Ok(response)
}

/// By route, not by address: a shop's order numbers would each be a series of their own.
fn count(response: &ServiceResponse, took: Duration) {
    let route = response
        .request()
        .match_pattern()
        .unwrap_or_else(|| "none".to_owned());
    let status = response.status().as_u16().to_string();
    metrics::counter!("stockdesk_http_requests_total", "route" => route.clone(), "status" => status)
        .increment(1);
    metrics::histogram!("stockdesk_http_seconds", "route" => route).record(took);
}

fn decorate(headers: &mut HeaderMap, id: RequestId, secure: bool) {
    let fixed = [
        ("content-security-policy", CSP),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        // Not `no-referrer`: browsers would then send `Origin: null` with our own forms.
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        (
            "permissions-policy",
            "camera=(), microphone=(), geolocation=()",
        ),
    ];
    for (name, value) in fixed {
        headers.insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    if secure {
        headers.insert(
            HeaderName::from_static("strict-transport-security"),
            HeaderValue::from_static("max-age=31536000"),
        );
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if let Ok(id) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
}

/// The inner middleware: who asks, in which language from now on, and one rendering for all that
/// goes wrong.
pub async fn problems(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    if Face::of(request.path()) == Face::Page {
        let visitor = Visitor::recognise(request.request()).await;
        request.extensions_mut().insert(Rc::new(visitor));
    }
    let response = next.call(request).await?;
    let problem = response.response().error().map(|error| {
        let problem = error.as_error::<Problem>();
        match problem {
            Some(problem) => render(problem, response.request()),
            None => render(&Problem::from(error), response.request()),
        }
    });
    let mut response = match problem {
        Some(page) => response.into_response(page),
        None => response.map_into_boxed_body(),
    };
    if let Some(lang) = language::wanted(response.request()) {
        let web = State::of(response.request()).clone();
        language::keep(response.response_mut(), &web, lang)?;
    }
    Ok(response)
}

fn render(problem: &Problem, request: &HttpRequest) -> HttpResponse<BoxBody> {
    problem.log();
    let now = State::of(request).services.clock.now();
    let mut response = match Face::of(request.path()) {
        Face::Page if problem.code == "signed_out" => login::ended(request),
        Face::Page => problem::page_response(problem, request),
        Face::Machine => document(problem, request),
    };
    let headers = response.headers_mut();
    if let Some(retry) = problem.retry {
        retry.write(headers, now);
    }
    for (name, value) in &problem.headers {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
            headers.insert(name, value);
        }
    }
    response
}

fn document(problem: &Problem, request: &HttpRequest) -> HttpResponse<BoxBody> {
    let web = State::of(request);
    let text = Text {
        lang: Lang::En,
        zone: web.site.zone,
        now: web.services.clock.now(),
    };
    let id = RequestId::of(request).to_string();
    HttpResponse::build(problem.status)
        .insert_header((CONTENT_TYPE, "application/problem+json"))
        .body(problem::json_body(problem, request.path(), &id, text))
}
