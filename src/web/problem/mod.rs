//! Everything that can go wrong with a request, as one value.
//!
//! A handler answers `Result<HttpResponse, Problem>`. The problem is logged once, with its whole
//! chain, and rendered once, in [`super::answer`]: as a page for people, as
//! `application/problem+json` (RFC 9457) below `/api/`. What caused it goes to the log and never
//! to the visitor; the request id goes to both.

mod json;
mod kinds;
mod page;
mod rejection;

pub use json::body as json_body;
pub use page::response as page_response;

use std::fmt;
use std::ops::{Deref, DerefMut};

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderMap, HeaderValue, RETRY_AFTER};
use actix_web::{HttpResponse, ResponseError};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::i18n::{Message, msg};
use crate::domain::rejection::{Rejection, ServiceError, ServiceResult};

/// A request that came to nothing, or (5xx) may have. One pointer, as an error should be.
#[derive(Debug)]
pub struct Problem(Box<Details>);

/// What there is to say about it.
#[derive(Debug)]
pub struct Details {
    pub status: StatusCode,
    /// The stable code of the JSON API, one of those in `docs/api`.
    pub code: &'static str,
    /// The heading: what is wrong.
    pub title: Message,
    /// What happened to what was asked, and what to do.
    pub detail: Message,
    /// When it makes sense to try again.
    pub retry: Option<Retry>,
    /// More members of the JSON document: `lines`, `errors`.
    pub members: Map<String, Value>,
    /// For the log only.
    pub cause: Option<String>,
    pub(super) headers: Vec<(&'static str, String)>,
    /// What was looked for and is not there, as it was typed.
    pub looked_for: Option<String>,
}

/// When to try again; also the header `Retry-After`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    Seconds(u32),
    At(DateTime<Utc>),
}

impl Retry {
    /// The header `Retry-After`, in whole seconds from `now`, rounded up.
    pub fn write(self, headers: &mut HeaderMap, now: DateTime<Utc>) {
        let seconds = match self {
            Self::Seconds(seconds) => i64::from(seconds),
            Self::At(at) if at > now => (at - now).num_seconds() + 1,
            Self::At(_) => 1,
        };
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
}

impl Problem {
    pub fn new(status: StatusCode, code: &'static str, title: Message, detail: Message) -> Self {
        Self(Box::new(Details {
            status,
            code,
            title,
            detail,
            retry: None,
            members: Map::new(),
            cause: None,
            headers: Vec::new(),
            looked_for: None,
        }))
    }

    pub fn detail(mut self, detail: Message) -> Self {
        self.detail = detail;
        self
    }

    pub fn retry(mut self, retry: Retry) -> Self {
        self.retry = Some(retry);
        self
    }

    pub fn cause(mut self, cause: impl fmt::Display) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Says more to programs, in the member `detail`.
    fn reason(mut self, why: impl Into<String>) -> Self {
        self.members.insert("detail".into(), why.into().into());
        self
    }

    /// To the log: once, here.
    pub(super) fn log(&self) {
        let (code, status) = (self.code, self.status.as_u16());
        let cause = self.cause.as_deref().unwrap_or_default();
        if self.status.is_server_error() {
            tracing::error!(code, status, cause, "the request failed");
        } else if code == "foreign_form" {
            // A page left open over a sign-in, mostly; otherwise somebody tries.
            tracing::warn!(code, status, cause, "a form was not ours");
        } else {
            tracing::debug!(code, status, cause, "the request was refused");
        }
    }
}

impl Deref for Problem {
    type Target = Details;

    fn deref(&self) -> &Details {
        &self.0
    }
}

impl DerefMut for Problem {
    fn deref_mut(&mut self) -> &mut Details {
        &mut self.0
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.status.as_u16(), self.code)
    }
}

/// What actix sends when nothing renders the problem, and that is a bug: a status, and no text.
impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status)
    }
}

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Rejected(rejection) => rejection.into(),
            ServiceError::NotConfirmed(cause) => Self::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "not_confirmed",
                msg("away-title"),
                msg("away-detail"),
            )
            .retry(Retry::Seconds(2))
            .cause(cause),
            ServiceError::Busy => Self::new(
                StatusCode::TOO_MANY_REQUESTS,
                "rate_limited",
                msg("busy-title"),
                msg("busy-detail"),
            )
            .retry(Retry::Seconds(1)),
            ServiceError::Internal(cause) => Self::internal(cause),
        }
    }
}

/// For a page that can do without a part of itself: `None` when the database is away or too slow.
///
/// # Errors
/// Anything else.
pub fn loaded<T>(read: ServiceResult<T>) -> Result<Option<T>, ServiceError> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(ServiceError::NotConfirmed(cause)) => {
            tracing::warn!(cause, "a part of a page could not be loaded");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

impl From<Rejection> for Problem {
    fn from(rejection: Rejection) -> Self {
        rejection::problem(&rejection)
    }
}

/// Whatever actix itself refuses before one of our handlers runs.
impl From<&actix_web::Error> for Problem {
    fn from(error: &actix_web::Error) -> Self {
        let response = error.as_response_error();
        match response.status_code() {
            StatusCode::NOT_FOUND => Self::not_found(),
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large(0),
            status if status.is_client_error() => Self::malformed("the request cannot be read"),
            _ => Self::internal(error),
        }
    }
}
