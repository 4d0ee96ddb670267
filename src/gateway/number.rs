//! The number that a gateway knows an order by, and the way back.
//!
//! Gateways take shorter numbers than ours, of fewer characters. A number that fits goes as it
//! is. Any other goes as `sd` and 30 characters of a hash, and the order's own number goes along
//! in a field that comes back with everything that says "paid". The way back recomputes the
//! hash, so it finds the right order or none.

use std::ops::RangeInclusive;

use sha2::{Digest, Sha256};

use crate::domain::ids::DocumentNo;

const PREFIX: &str = "sd";
const HASHED_CHARS: usize = 32;
const BASE32: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// The numbers that a gateway takes: letters and digits of ASCII, and a few more characters.
pub(super) struct Numbers {
    pub lengths: RangeInclusive<usize>,
    pub also: &'static [u8],
}

impl Numbers {
    /// The order's number there; always the same, and no two orders' alike.
    pub fn out_trade_no(&self, order_no: &DocumentNo) -> String {
        let text = order_no.as_str();
        let allowed = |b: u8| b.is_ascii_alphanumeric() || self.also.contains(&b);
        let fits = self.lengths.contains(&text.len()) && text.bytes().all(allowed);
        if fits && !looks_hashed(text) {
            return text.to_owned();
        }
        hashed(&format!("stockdesk out_trade_no\n{text}"))
    }

    /// The order that a payment is for: `named` alongside, or else the number itself. `None`
    /// when that order's number there is another one.
    pub fn order_no(&self, out_trade_no: &str, named: Option<&str>) -> Option<DocumentNo> {
        let named = named.filter(|text| !text.is_empty());
        let order_no: DocumentNo = named.unwrap_or(out_trade_no).parse().ok()?;
        (self.out_trade_no(&order_no) == out_trade_no).then_some(order_no)
    }
}

/// The prefix and base32 of the first bits of a SHA-256.
fn hashed(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let mut out = PREFIX.to_owned();
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
    out.truncate(HASHED_CHARS);
    out
}

/// Order numbers of this form must not go as they are: they could be another's hash.
fn looks_hashed(text: &str) -> bool {
    text.len() == HASHED_CHARS
        && text
            .strip_prefix(PREFIX)
            .is_some_and(|rest| rest.bytes().all(|b| BASE32.contains(&b)))
}

/// The name under which money is kept that came for a number which names no order of ours.
pub(super) fn stray(out_trade_no: &str) -> Option<DocumentNo> {
    format!("stray:{out_trade_no}").parse().ok()
}
