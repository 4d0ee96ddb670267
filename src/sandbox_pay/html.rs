//! The outside of the sandbox's pages: headers, redirects, and what is said without a page.

use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;

use super::words::{self, Words};

const STYLE: &str = include_str!("sandbox.css");
const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

#[derive(Template)]
#[template(path = "sandbox/message.html")]
struct MessagePage {
    words: Words,
    path: String,
    key: &'static str,
}

pub async fn style() -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/css; charset=utf-8"))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .body(STYLE)
}

/// Browsers say from where a form was sent; programs without a browser say nothing.
pub fn same_site(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|v| v.to_str().unwrap_or(""));
    match (text(header::ORIGIN), text(header::HOST)) {
        (None, _) => true,
        (Some(origin), Some(host)) => {
            origin.split_once("://").map(|(_, authority)| authority) == Some(host)
        }
        (Some(_), None) => false,
    }
}

pub fn see_other(path: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, path))
        .finish()
}

pub fn message(request: &HttpRequest, status: StatusCode, key: &'static str) -> HttpResponse {
    let page = MessagePage {
        words: Words::of(request),
        path: "/".to_owned(),
        key,
    };
    answer(request, status, &page)
}

pub fn answer(request: &HttpRequest, status: StatusCode, page: &impl Template) -> HttpResponse {
    let html = match page.render() {
        Ok(html) => html,
        Err(error) => {
            tracing::error!(%error, "a page of the sandbox cannot be rendered");
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
