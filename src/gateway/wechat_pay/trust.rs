//! Whose signature is believed: WeChat Pay's public key, its platform certificates, or, while a
//! merchant is switched from these to that, both. The header `Wechatpay-Serial` says which.

use std::sync::{PoisonError, RwLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};

use super::signature::{SCHEME, answer_message};
use crate::gateway::rsa::VerifyingKey;

/// How far WeChat Pay's clock may be from ours, either way: less than this.
const WINDOW_S: u64 = 300;

/// Why a signature is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Distrust {
    #[error("not signed")]
    Unsigned,
    #[error("signed with a key we do not know")]
    UnknownKey,
    #[error("the signature does not match")]
    Mismatch,
    #[error("signed too long ago, or in the future")]
    Stale,
}

/// The headers of a signature, read but not believed.
pub(super) struct Claim<'a> {
    timestamp_s: i64,
    nonce: &'a str,
    signature: Vec<u8>,
    serial: &'a str,
}

impl<'a> Claim<'a> {
    /// `header` gives the value of a header that came exactly once.
    pub fn read(header: impl Fn(&str) -> Option<&'a str>) -> Result<Self, Distrust> {
        let signature = header("Wechatpay-Signature").ok_or(Distrust::Unsigned)?;
        let read = || {
            let kind = header("Wechatpay-Signature-Type");
            let timestamp = header("Wechatpay-Timestamp")?;
            let digits = timestamp.len() <= 12 && timestamp.bytes().all(|b| b.is_ascii_digit());
            let nonce = header("Wechatpay-Nonce")?;
            let plain = nonce.len() <= 128 && nonce.bytes().all(|b| b.is_ascii_graphic());
            if !digits || !plain || kind.is_some_and(|kind| kind != SCHEME) {
                return None;
            }
            let timestamp_s: i64 = timestamp.parse().ok()?;
            // One spelling only: what we check is what was sent.
            (timestamp_s.to_string() == timestamp).then_some(())?;
            Some(Self {
                timestamp_s,
                nonce,
                signature: STANDARD.decode(signature).ok()?,
                serial: header("Wechatpay-Serial")?,
            })
        };
        read().ok_or(Distrust::Mismatch)
    }
}

/// A platform certificate: a key for a while.
pub(super) struct PlatformKey {
    /// In hexadecimal digits, as `Wechatpay-Serial` has it.
    pub serial: String,
    pub key: VerifyingKey,
    pub effective: DateTime<Utc>,
    pub expires: DateTime<Utc>,
}

pub(super) struct TrustedKeys {
    /// WeChat Pay's public key, with its id.
    public_key: Option<(String, VerifyingKey)>,
    platform: RwLock<Vec<PlatformKey>>,
}

impl TrustedKeys {
    pub fn new(public_key: Option<(String, VerifyingKey)>) -> Self {
        Self {
            public_key,
            platform: RwLock::default(),
        }
    }

    /// From now on these are the platform's, and no others.
    pub fn replace_platform(&self, keys: Vec<PlatformKey>) {
        *self
            .platform
            .write()
            .unwrap_or_else(PoisonError::into_inner) = keys;
    }

    /// Whether WeChat Pay signed this body, just now.
    pub fn check(
        &self,
        claim: &Claim<'_>,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<(), Distrust> {
        if let Some((id, key)) = &self.public_key
            && id == claim.serial
        {
            return believe(key, claim, body, now);
        }
        let platform = self.platform.read().unwrap_or_else(PoisonError::into_inner);
        check_platform(&platform, claim, body, now)
    }
}

/// As [`TrustedKeys::check`], with these platform certificates alone.
pub(super) fn check_platform(
    keys: &[PlatformKey],
    claim: &Claim<'_>,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<(), Distrust> {
    let usable = |key: &&PlatformKey| {
        key.serial.eq_ignore_ascii_case(claim.serial) && key.effective <= now && now < key.expires
    };
    let found = keys.iter().find(usable).ok_or(Distrust::UnknownKey)?;
    believe(&found.key, claim, body, now)
}

fn believe(
    key: &VerifyingKey,
    claim: &Claim<'_>,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<(), Distrust> {
    let message = answer_message(claim.timestamp_s, claim.nonce, body);
    if !key.signed(&message, &claim.signature) {
        return Err(Distrust::Mismatch);
    }
    if now.timestamp().abs_diff(claim.timestamp_s) >= WINDOW_S {
        return Err(Distrust::Stale);
    }
    Ok(())
}
