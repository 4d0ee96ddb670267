//! The signature under a notification: `Stripe-Signature: t=<unix seconds>,v1=<hex>[,v1=<hex>]`,
//! HMAC-SHA256 over `<t>.<body>`, keyed with the whole `whsec_...` text.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::gateway::NotificationRefused;

pub const HEADER: &str = "Stripe-Signature";
/// How far Stripe's clock may be from ours, either way.
const TOLERANCE_S: u64 = 300;

/// Whether one of the signatures in the header is under this body, made within the last minutes.
///
/// # Errors
/// `Unsigned`, `BadSignature` or `Stale`.
pub fn check(
    secret: &str,
    header: Option<&str>,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<(), NotificationRefused> {
    let header = header.ok_or(NotificationRefused::Unsigned)?;
    let fields = || header.split(',').filter_map(|part| part.split_once('='));
    let values = |name: &'static str| fields().filter(move |(k, _)| *k == name).map(|(_, v)| v);
    let mut times = values("t");
    let (Some(time), None) = (times.next(), times.next()) else {
        return Err(NotificationRefused::BadSignature);
    };
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes())
        .map_err(|_| NotificationRefused::BadSignature)?;
    mac.update(time.as_bytes());
    mac.update(b".");
    mac.update(body);
    let genuine = values("v1")
        .filter_map(read_hex)
        .any(|tag| mac.clone().verify_slice(&tag).is_ok());
    if !genuine {
        return Err(NotificationRefused::BadSignature);
    }
    let signed_s: i64 = time
        .parse()
        .map_err(|_| NotificationRefused::BadSignature)?;
    if now.timestamp().abs_diff(signed_s) > TOLERANCE_S {
        return Err(NotificationRefused::Stale);
    }
    Ok(())
}

/// 64 lower-case digits; anything else is no signature.
fn read_hex(hex: &str) -> Option<[u8; 32]> {
    let digit = |b: u8| match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'f' => Some(b - b'a' + 10),
        _ => None,
    };
    let hex: &[u8; 64] = hex.as_bytes().try_into().ok()?;
    let mut tag = [0; 32];
    for (byte, pair) in tag.iter_mut().zip(hex.as_chunks::<2>().0) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(tag)
}
