use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;

use super::posted;
use crate::web::problem::Problem;

/// A JSON body has at most this many bytes.
pub const JSON_LIMIT: usize = 1024 * 1024;

/// A JSON body. Structs that are read with it should `deny_unknown_fields`.
pub struct Json<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = request.headers().get(CONTENT_TYPE);
        let kind = kind
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        let is_json = is_json(kind);
        let payload = payload.take();
        Box::pin(async move {
            if !is_json {
                return Err(Problem::wrong_type("application/json"));
            }
            let body = posted::read(payload, JSON_LIMIT).await?;
            serde_json::from_slice(&body)
                .map(Self)
                .map_err(|error| Problem::malformed(error.to_string()))
        })
    }
}

/// `application/json`, with or without parameters, and what ends in `+json`.
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let essence = essence.to_ascii_lowercase();
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_told_by_its_media_type() {
        for good in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/merge-patch+json",
        ] {
            assert!(is_json(good), "{good}");
        }
        for bad in ["", "text/plain", "text/json", "application/jsonp", "json"] {
            assert!(!is_json(bad), "{bad}");
        }
    }
}
