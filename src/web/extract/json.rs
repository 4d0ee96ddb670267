use std::fmt;
use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest};
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::posted;
use crate::web::problem::Problem;

/// A JSON body has at most this many bytes.
pub const JSON_LIMIT: usize = 1024 * 1024;

/// What is sent beyond the limit is read and thrown away up to here, because a client that is
/// cut off while it sends does not see the answer.
const DRAINED: usize = 32 * JSON_LIMIT;

/// The object of a JSON body: syntax only. `web::api::fields` reads what it means.
pub struct Json {
    /// `None` when the body is empty.
    pub object: Option<Map<String, Value>>,
}

impl FromRequest for Json {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = request.headers().get(CONTENT_TYPE);
        let is_json = kind.map(|kind| kind.to_str().is_ok_and(is_json));
        let payload = payload.take();
        Box::pin(async move {
            let body = posted::read_and_drain(payload, JSON_LIMIT, DRAINED).await?;
            match is_json {
                // Nothing was sent, and nothing was said to be sent.
                None if body.is_empty() => return Ok(Self { object: None }),
                Some(true) => {}
                _ => return Err(Problem::wrong_type("application/json")),
            }
            if body.is_empty() {
                return Ok(Self { object: None });
            }
            match serde_json::from_slice(&body) {
                Ok(Unambiguous(Value::Object(object))) => Ok(Self {
                    object: Some(object),
                }),
                Ok(_) => Err(Problem::malformed("The body is not a JSON object.")),
                Err(error) => Err(Problem::malformed(format!(
                    "The body is not JSON: {error}."
                ))),
            }
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

/// JSON in which no object has a key twice. Parsers differ in which of the two they believe, so
/// that what a proxy or a log sees may not be what is done.
struct Unambiguous(Value);

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyValue).map(Self)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        // JSON has no infinities; `null` would be wrong where a number is wanted, too.
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Unambiguous(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = pairs.next_key::<String>()? {
            if object.contains_key(&key) {
                let why = format!("the key {key:?} stands twice in one object");
                return Err(A::Error::custom(why));
            }
            let Unambiguous(value) = pairs.next_value()?;
            object.insert(key, value);
        }
        Ok(object.into())
    }
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

    #[test]
    fn a_key_may_stand_only_once_in_an_object_at_any_depth() {
        let parse = |text: &str| serde_json::from_str::<Unambiguous>(text).map(|u| u.0);
        let same = r#"[{"a":1,"b":[null,true,-2,1.5,"x"]},{"a":18446744073709551615}]"#;
        let plain: Value = serde_json::from_str(same).unwrap();
        assert_eq!(parse(same).unwrap(), plain);
        for twice in [r#"{"a":1,"a":1}"#, r#"[{"x":{"a":1,"\u0061":2}}]"#] {
            let error = parse(twice).unwrap_err().to_string();
            assert!(error.contains("\"a\" stands twice"), "{error}");
        }
    }
}
