//! The header `Idempotency-Key` of the IETF's draft (draft-ietf-httpapi-idempotency-key-header):
//! a string of RFC 9651, `"8e03978e-40d5"`. The bare key, as most clients send it, is understood
//! too, and is the same key.

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest};
use std::future::{Ready, ready};

use crate::web::i18n::msg;
use crate::web::problem::Problem;

const NAME: &str = "idempotency-key";
const MAX_CHARS: usize = 255;

/// 1 to 255 printable ASCII characters, chosen by the caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromRequest for IdempotencyKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let mut values = request.headers().get_all(NAME);
        ready(match (values.next(), values.next()) {
            (None, _) => Err(missing()),
            (Some(_), Some(_)) => Err(malformed("it was sent twice")),
            (Some(value), None) => match value.to_str().map(str::trim) {
                Ok("") => Err(missing()),
                Ok(text) => parse(text).map(Self).map_err(malformed),
                Err(_) => Err(malformed("it has characters that are not ASCII")),
            },
        })
    }
}

fn missing() -> Problem {
    Problem::new(
        StatusCode::BAD_REQUEST,
        "idempotency_key_missing",
        msg("idempotency-key-title"),
        msg("idempotency-key-detail"),
    )
}

fn malformed(why: &str) -> Problem {
    Problem::malformed(format!("The header Idempotency-Key cannot be read: {why}."))
}

fn parse(text: &str) -> Result<String, &'static str> {
    let key = match text.strip_prefix('"') {
        Some(rest) => unquoted(rest)?,
        // Characters that would make it a list, or an item with parameters.
        None if text.contains(['"', ',', ';', ' ', '\\']) => {
            return Err("it must be one key, in quotes or without spaces, commas and semicolons");
        }
        None => text.to_owned(),
    };
    match key.len() {
        0 => Err("it is empty"),
        1..=MAX_CHARS => Ok(key),
        _ => Err("it has more than 255 characters"),
    }
}

/// The rest of a quoted string, to its closing quote, which must be the end.
fn unquoted(rest: &str) -> Result<String, &'static str> {
    let mut key = String::with_capacity(rest.len());
    let mut chars = rest.chars();
    while let Some(c) = chars.next() {
        match c {
            '"' if chars.as_str().is_empty() => return Ok(key),
            '"' => return Err("something follows its closing quote"),
            '\\' => match chars.next() {
                Some(escaped @ ('"' | '\\')) => key.push(escaped),
                _ => return Err("only quotes and backslashes can be escaped"),
            },
            ' '..='~' => key.push(c),
            _ => return Err("it has a control character"),
        }
    }
    Err("its closing quote is missing")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_syntax_and_one_key_has_one_meaning() {
        for (sent, key) in [
            (r#""8e03978e-40d5""#, "8e03978e-40d5"),
            ("8e03978e-40d5", "8e03978e-40d5"),
            (r#""a \"b\" \\ c""#, r#"a "b" \ c"#),
            ("K:1/2=", "K:1/2="),
        ] {
            assert_eq!(parse(sent).as_deref(), Ok(key), "{sent}");
        }
        let long = "x".repeat(256);
        let quoted = format!("\"{long}\"");
        for bad in [
            r#""""#,
            r#"""#,
            r#""a"#,
            r#"a""#,
            r#""a"b"#,
            r#""a", "b""#,
            "a, b",
            "a;p=1",
            r#""a";p=1"#,
            r#""a\n""#,
            &long,
            &quoted,
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
        assert!(parse(&"x".repeat(255)).is_ok());
    }
}
