//! The number by which a request is found again, in the log and on the page.

use std::fmt;

use actix_web::{HttpMessage, HttpRequest};
use ulid::Ulid;

/// `req_` and a ULID; also the header `X-Request-Id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(pub Ulid);

impl RequestId {
    pub fn of(request: &HttpRequest) -> Self {
        let known = request.extensions().get::<Self>().copied();
        known.unwrap_or(Self(Ulid::nil()))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "req_{}", self.0)
    }
}
