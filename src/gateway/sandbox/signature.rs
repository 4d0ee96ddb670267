//! Signatures of the sandbox protocol, client's side: HMAC-SHA256 with one shared secret.
//!
//! The header `Sandbox-Signature: t=<unix seconds>,n=<nonce>,v1=<hex>` stands over
//!
//!     request\n<t>\n<n>\n<METHOD>\n<path and query>\n<body>
//!     response\n<t>\n<n>\n<status>\n<body>           with the nonce of its request
//!     notification\n<t>\n<n>\n<body>
//!
//! The first line keeps one sort of message from being passed off as another, and the nonce
//! keeps an old answer from being played again.

use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

pub const HEADER: &str = "Sandbox-Signature";
/// How far the other side's clock may be from ours, either way.
pub const TOLERANCE_S: i64 = 300;

/// Why a signature is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    #[error("not signed")]
    Unsigned,
    #[error("the signature does not match")]
    Mismatch,
    #[error("signed too long ago, or in the future")]
    Stale,
}

pub struct Signer {
    /// Keyed once; cloned for each message.
    mac: Hmac<Sha256>,
}

/// One signature header, read but not believed.
struct Claim<'a> {
    time: &'a str,
    nonce: &'a str,
    tag: [u8; 32],
}

impl Signer {
    /// `None` when the secret is empty.
    pub fn new(secret: &[u8]) -> Option<Self> {
        if secret.is_empty() {
            return None;
        }
        let mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
        Some(Self { mac })
    }

    /// The header's value for a request.
    pub fn request(
        &self,
        now: DateTime<Utc>,
        nonce: &str,
        method: &str,
        path: &str,
        body: &[u8],
    ) -> String {
        let time = now.timestamp().to_string();
        let mac = self.over(&["request", &time, nonce, method, path], body);
        let tag = mac.finalize().into_bytes();
        let hex: String = tag.iter().map(|b| format!("{b:02x}")).collect();
        format!("t={time},n={nonce},v1={hex}")
    }

    /// Whether this is the gateway's own answer to the request with this nonce.
    pub fn check_response(
        &self,
        header: Option<&str>,
        sent_nonce: &str,
        status: u16,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<(), Distrust> {
        let claim = Claim::read(header.ok_or(Distrust::Unsigned)?).ok_or(Distrust::Mismatch)?;
        if claim.nonce != sent_nonce {
            return Err(Distrust::Mismatch);
        }
        let status = status.to_string();
        let mac = self.over(&["response", claim.time, claim.nonce, &status], body);
        claim.believe(mac, now)
    }

    pub fn check_notification(
        &self,
        header: Option<&str>,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<(), Distrust> {
        let claim = Claim::read(header.ok_or(Distrust::Unsigned)?).ok_or(Distrust::Mismatch)?;
        let mac = self.over(&["notification", claim.time, claim.nonce], body);
        claim.believe(mac, now)
    }

    /// Each of `lines` ends in a line feed and holds none, so no two messages read alike.
    fn over(&self, lines: &[&str], body: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.mac.clone();
        for line in lines {
            mac.update(line.as_bytes());
            mac.update(b"\n");
        }
        mac.update(body);
        mac
    }
}

impl<'a> Claim<'a> {
    fn read(header: &'a str) -> Option<Self> {
        let mut fields = header.split(',');
        let time = fields.next()?.strip_prefix("t=")?;
        let nonce = fields.next()?.strip_prefix("n=")?;
        let hex = fields.next()?.strip_prefix("v1=")?;
        let plain = |t: &str| !t.is_empty() && t.len() <= 64 && t.bytes().all(is_alphanumeric);
        if fields.next().is_some() || !plain(time) || !plain(nonce) {
            return None;
        }
        Some(Self {
            time,
            nonce,
            tag: read_hex(hex)?,
        })
    }

    /// The tag first, in constant time; then the clock.
    fn believe(&self, mac: Hmac<Sha256>, now: DateTime<Utc>) -> Result<(), Distrust> {
        mac.verify_slice(&self.tag)
            .map_err(|_| Distrust::Mismatch)?;
        let signed: i64 = self.time.parse().map_err(|_| Distrust::Mismatch)?;
        if now.timestamp().abs_diff(signed) > TOLERANCE_S.unsigned_abs() {
            return Err(Distrust::Stale);
        }
        Ok(())
    }
}

fn is_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

/// 64 lower-case digits: one spelling only.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    // Made with `openssl dgst -sha256 -hmac`, so neither side's code can agree with itself alone.
    const REQUEST: &str = concat!(
        "t=1700000000,n=00ff,",
        "v1=88345252c54370410c5f2563238c0b3b35bb20c2296986227a14659f56b9be3f"
    );
    const RESPONSE: &str = concat!(
        "t=1700000000,n=00ff,",
        "v1=67c4cbe7e059577077523e9c1434b5a134053ac991623633d24556e9fe8df8a6"
    );
    const NOTIFICATION: &str = concat!(
        "t=1700000000,n=00ff,",
        "v1=f972ac17b95f112047d8857da8f6cb1a9323b0e6066c5c9fb3de135140ccfaf3"
    );

    #[test]
    fn requests_are_signed_as_written_down() {
        let signer = Signer::new(b"sandbox-secret").unwrap();
        let header = signer.request(at(1_700_000_000), "00ff", "POST", "/v1/payments", b"{}");
        assert_eq!(header, REQUEST);
    }

    #[test]
    fn answers_and_notifications_are_read_as_written_down() {
        let signer = Signer::new(b"sandbox-secret").unwrap();
        let response = |header, nonce, status, body: &str, now| {
            signer.check_response(Some(header), nonce, status, body.as_bytes(), at(now))
        };
        let now = 1_700_000_000;
        assert_eq!(response(RESPONSE, "00ff", 200, "{}", now + 300), Ok(()));
        let refused = Err(Distrust::Mismatch);
        assert_eq!(response(RESPONSE, "00fe", 200, "{}", now), refused);
        assert_eq!(response(RESPONSE, "00ff", 204, "{}", now), refused);
        assert_eq!(response(RESPONSE, "00ff", 200, "{ }", now), refused);
        assert_eq!(response(NOTIFICATION, "00ff", 200, "{}", now), refused);
        for late in [now - 301, now + 301] {
            assert_eq!(
                response(RESPONSE, "00ff", 200, "{}", late),
                Err(Distrust::Stale)
            );
        }
        assert_eq!(
            signer.check_notification(Some(NOTIFICATION), b"{}", at(now)),
            Ok(())
        );
        assert_eq!(
            signer.check_notification(None, b"{}", at(now)),
            Err(Distrust::Unsigned)
        );
    }

    #[test]
    fn an_empty_secret_signs_nothing() {
        assert!(Signer::new(b"").is_none());
    }
}
