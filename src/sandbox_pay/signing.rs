//! Signatures of the sandbox protocol, server's side; written apart from the client's on purpose.

use std::collections::{HashSet, VecDeque};

use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

pub const HEADER: &str = "Sandbox-Signature";

/// How far a caller's clock may be off, either way.
const TOLERANCE: TimeDelta = TimeDelta::seconds(300);

/// Why a caller is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    Unsigned,
    Unreadable,
    WrongTag,
    WrongTime,
    NonceUsed,
}

/// What a caller signed. `nonce` comes back in the answer's signature.
pub struct Signed {
    pub nonce: String,
    pub at: DateTime<Utc>,
    tag: Vec<u8>,
}

fn keyed(secret: &[u8], message: &[u8]) -> Result<Hmac<Sha256>, hmac::digest::InvalidLength> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret)?;
    mac.update(message);
    Ok(mac)
}

fn message(head: &str, body: &[u8]) -> Vec<u8> {
    [head.as_bytes(), body].concat()
}

fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)].into());
        text.push(DIGITS[usize::from(byte & 15)].into());
    }
    text
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let even = text.len().is_multiple_of(2) && text.is_ascii();
    let pairs = || (0..text.len()).step_by(2).map(|at| &text[at..at + 2]);
    even.then(|| pairs().map(|p| u8::from_str_radix(p, 16).ok()).collect())?
}

impl Signed {
    /// Reads the header of a request; whether it is true, [`check_request`] says.
    pub fn read(header: Option<&str>) -> Result<Self, Refused> {
        let header = header.ok_or(Refused::Unsigned)?;
        let field = |name: &str| {
            let mut named = header
                .split(',')
                .filter_map(|part| part.split_once('='))
                .filter(|(key, _)| *key == name)
                .map(|(_, value)| value);
            // A field given twice is not read at all.
            match (named.next(), named.next()) {
                (Some(value), None) => Ok(value),
                _ => Err(Refused::Unreadable),
            }
        };
        let seconds: i64 = field("t")?.parse().map_err(|_| Refused::Unreadable)?;
        let nonce = field("n")?;
        if !(16..=64).contains(&nonce.len()) || !nonce.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(Refused::Unreadable);
        }
        Ok(Self {
            nonce: nonce.to_owned(),
            at: DateTime::from_timestamp(seconds, 0).ok_or(Refused::Unreadable)?,
            tag: from_hex(field("v1")?).ok_or(Refused::Unreadable)?,
        })
    }
}

/// Whether the holder of the secret sent this request, within the last minutes.
pub fn check_request(
    secret: &[u8],
    signed: &Signed,
    method: &str,
    path: &str,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<(), Refused> {
    let time = signed.at.timestamp();
    let head = format!("request\n{time}\n{}\n{method}\n{path}\n", signed.nonce);
    let mac = keyed(secret, &message(&head, body)).map_err(|_| Refused::WrongTag)?;
    mac.verify_slice(&signed.tag)
        .map_err(|_| Refused::WrongTag)?;
    if (now - signed.at).abs() > TOLERANCE {
        return Err(Refused::WrongTime);
    }
    Ok(())
}

/// The signature of an answer to the request with this nonce.
pub fn response(
    secret: &[u8],
    now: DateTime<Utc>,
    nonce: &str,
    status: u16,
    body: &[u8],
) -> Result<String, hmac::digest::InvalidLength> {
    sign(secret, "response", now, nonce, &format!("{status}\n"), body)
}

/// The signature of a notification.
pub fn notification(
    secret: &[u8],
    now: DateTime<Utc>,
    nonce: &str,
    body: &[u8],
) -> Result<String, hmac::digest::InvalidLength> {
    sign(secret, "notification", now, nonce, "", body)
}

fn sign(
    secret: &[u8],
    sort: &str,
    now: DateTime<Utc>,
    nonce: &str,
    rest: &str,
    body: &[u8],
) -> Result<String, hmac::digest::InvalidLength> {
    let time = now.timestamp();
    let head = format!("{sort}\n{time}\n{nonce}\n{rest}");
    let tag = keyed(secret, &message(&head, body))?
        .finalize()
        .into_bytes();
    Ok(format!("t={time},n={nonce},v1={}", to_hex(&tag)))
}

/// The nonces of the last minutes: a request is served once.
#[derive(Default)]
pub struct Nonces {
    seen: HashSet<String>,
    by_time: VecDeque<(DateTime<Utc>, String)>,
}

impl Nonces {
    /// Remembers a nonce as long as its signature could be believed.
    pub fn take(&mut self, nonce: &str, now: DateTime<Utc>) -> Result<(), Refused> {
        while let Some((at, _)) = self.by_time.front()
            && now - *at > TOLERANCE * 2
        {
            if let Some((_, old)) = self.by_time.pop_front() {
                self.seen.remove(&old);
            }
        }
        if !self.seen.insert(nonce.to_owned()) {
            return Err(Refused::NonceUsed);
        }
        self.by_time.push_back((now, nonce.to_owned()));
        Ok(())
    }
}
