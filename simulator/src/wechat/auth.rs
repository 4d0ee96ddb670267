//! Whether the merchant sent a request, just now, and once.

use actix_web::HttpRequest;
use actix_web::http::header::HeaderMap;
use chrono::{DateTime, Utc};

use crate::server::Simulator;

const SCHEME: &str = "WECHATPAY2-SHA256-RSA2048 ";
/// How far the merchant's clock may be off, either way.
const WINDOW_S: u64 = 300;

/// Why a request is not believed; the word is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Denied(pub &'static str);

struct Fields<'a> {
    mchid: &'a str,
    nonce: &'a str,
    timestamp: &'a str,
    serial: &'a str,
    signature: &'a str,
}

impl<'a> Fields<'a> {
    fn read(header: &'a str) -> Option<Self> {
        let fields = header.strip_prefix(SCHEME)?;
        let mut pairs = Vec::new();
        for field in fields.split(',') {
            let (name, value) = field.trim().split_once('=')?;
            let value = value.strip_prefix('"')?.strip_suffix('"')?;
            if pairs.iter().any(|(n, _)| *n == name) {
                return None;
            }
            pairs.push((name, value));
        }
        let get = |name: &str| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| *v);
        (pairs.len() == 5).then_some(())?;
        Some(Self {
            mchid: get("mchid")?,
            nonce: get("nonce_str")?,
            timestamp: get("timestamp")?,
            serial: get("serial_no")?,
            signature: get("signature")?,
        })
    }
}

pub fn check(
    simulator: &Simulator,
    request: &HttpRequest,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<(), Denied> {
    let headers = request.headers();
    if header(headers, "user-agent").is_none_or(str::is_empty) {
        return Err(Denied("no_user_agent"));
    }
    if header(headers, "accept") != Some("application/json") {
        return Err(Denied("accept"));
    }
    let posted = request.method() == actix_web::http::Method::POST;
    if posted && header(headers, "content-type") != Some("application/json") {
        return Err(Denied("content_type"));
    }
    let fields = header(headers, "authorization").and_then(Fields::read);
    let fields = fields.ok_or(Denied("authorization"))?;
    let keys = &simulator.keys;
    if fields.mchid != keys.merchant || fields.serial != keys.merchant_serial {
        return Err(Denied("merchant_or_serial"));
    }
    if !(16..=32).contains(&fields.nonce.len()) {
        return Err(Denied("nonce"));
    }
    let seconds: i64 = fields.timestamp.parse().map_err(|_| Denied("timestamp"))?;
    let target = request.uri().path_and_query().ok_or(Denied("target"))?;
    let mut message = format!(
        "{}\n{}\n{}\n{}\n",
        request.method(),
        target,
        fields.timestamp,
        fields.nonce
    )
    .into_bytes();
    message.extend_from_slice(body);
    message.push(b'\n');
    if !keys.wechat_merchant.signed(&message, fields.signature) {
        return Err(Denied("signature"));
    }
    if now.timestamp().abs_diff(seconds) > WINDOW_S {
        return Err(Denied("skew"));
    }
    if !simulator.book().nonces.take(fields.nonce, now) {
        return Err(Denied("nonce_used"));
    }
    Ok(())
}

/// The value of a header that came exactly once.
pub fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name);
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}
