//! The number that WeChat Pay knows an order by (`out_trade_no`), and the way back.
//!
//! WeChat Pay takes 6-32 characters of `0-9 A-Z a-z _ -`; our numbers have 1-64 and may hold `.`
//! and `:`. A number that fits goes as it is. Any other goes as `sd` and 30 characters of a hash,
//! and the order's own number goes along as `attach`, which comes back with everything that says
//! "paid". The way back recomputes the hash, so it finds the right order or none.

use sha2::{Digest, Sha256};

use crate::domain::ids::DocumentNo;

const PREFIX: &str = "sd";
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
const LENGTHS: std::ops::RangeInclusive<usize> = 6..=32;

/// The order's number at WeChat Pay; always the same, and no two orders' alike.
pub fn out_trade_no(order_no: &DocumentNo) -> String {
    let text = order_no.as_str();
    let allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let fits = LENGTHS.contains(&text.len()) && text.bytes().all(allowed);
    if fits && !looks_hashed(text) {
        return text.to_owned();
    }
    hashed(PREFIX, &format!("stockdesk out_trade_no\n{text}"))
}

/// The order that a payment is for: `attach` names it, or else the number itself. `None` when
/// that order's number at WeChat Pay is another one.
pub fn order_no(out_trade_no_there: &str, attach: Option<&str>) -> Option<DocumentNo> {
    let named = attach.filter(|text| !text.is_empty());
    let order_no: DocumentNo = named.unwrap_or(out_trade_no_there).parse().ok()?;
    (out_trade_no(&order_no) == out_trade_no_there).then_some(order_no)
}

/// `prefix` and base32 of the first bits of a SHA-256, 32 characters in all.
fn hashed(prefix: &str, text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let mut out = prefix.to_owned();
    let mut bits = 0_u16;
    let mut held = 0;
    for byte in digest {
        bits = (bits & 0x1f) << 8 | u16::from(byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            out.push(char::from(BASE32[usize::from(bits >> held & 0x1f)]));
        }
    }
    out.truncate(*LENGTHS.end());
    out
}

/// Order numbers of this form must not go as they are: they could be another's hash.
fn looks_hashed(text: &str) -> bool {
    text.len() == *LENGTHS.end()
        && text
            .strip_prefix(PREFIX)
            .is_some_and(|rest| rest.bytes().all(|b| BASE32.contains(&b)))
}
