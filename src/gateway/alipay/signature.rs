//! What is signed, and how (RSA2): of a request and a notification the parameters, sorted by
//! name and joined as `a=1&b=2`, not encoded; of an answer the inner object exactly as it was
//! sent. RSA with SHA-256 and PKCS#1 v1.5 padding, in base64.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::gateway::rsa::VerifyingKey;

/// The parameters that are signed; those without a value are left out.
pub fn request_message<'a>(parameters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let with_value = parameters
        .into_iter()
        .filter(|(name, value)| *name != "sign" && !value.is_empty());
    join(with_value)
}

/// What Alipay may have signed of a notification. Its own libraries differ in whether `sign_type`
/// and empty values belong to it, so each of these is tried; every one holds all that counts.
pub fn notification_messages(parameters: &BTreeMap<String, String>) -> Vec<String> {
    let mut messages: Vec<String> = Vec::new();
    for with_type in [false, true] {
        for with_empty in [false, true] {
            let signed = parameters.iter().filter(|(name, value)| {
                let never = matches!(name.as_str(), "sign" | "alipay_cert_sn");
                let kind = name.as_str() == "sign_type" && !with_type;
                !never && !kind && (with_empty || !value.is_empty())
            });
            let message = join(signed.map(|(name, value)| (name.as_str(), value.as_str())));
            if !messages.contains(&message) {
                messages.push(message);
            }
        }
    }
    messages
}

fn join<'a>(parameters: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let sorted: BTreeMap<_, _> = parameters.collect();
    let pairs: Vec<String> = sorted.iter().map(|(k, v)| format!("{k}={v}")).collect();
    pairs.join("&")
}

/// Whether Alipay signed this text.
pub(super) fn signed(key: &VerifyingKey, message: &[u8], signature: &str) -> bool {
    STANDARD
        .decode(signature)
        .is_ok_and(|signature| key.signed(message, &signature))
}

/// The parts of an answer: its one object, exactly as it was sent, and what is signed of it.
pub(super) struct Envelope<'a> {
    /// `alipay_trade_query_response` or the like, or `error_response`.
    pub name: String,
    pub inner: &'a str,
    pub sign: Option<String>,
}

impl<'a> Envelope<'a> {
    /// `None` when it is no JSON object with exactly one object in it beside the signature.
    pub fn read(body: &'a [u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Envelope<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EnvelopeVisitor)
    }
}

struct EnvelopeVisitor;

impl<'de> Visitor<'de> for EnvelopeVisitor {
    type Value = Envelope<'de>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an answer of Alipay")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut found, mut sign) = (None, None);
        while let Some(name) = map.next_key::<String>()? {
            if name == "sign" {
                if sign.replace(map.next_value::<String>()?).is_some() {
                    return Err(A::Error::custom("two signatures"));
                }
            } else if name == "alipay_cert_sn" {
                map.next_value::<String>()?;
            } else {
                let inner: &'de RawValue = map.next_value()?;
                if found.replace((name, inner.get())).is_some() {
                    return Err(A::Error::custom("two answers in one"));
                }
            }
        }
        let (name, inner) = found.ok_or_else(|| A::Error::custom("no answer in it"))?;
        Ok(Envelope { name, inner, sign })
    }
}
