//! What is signed, and how: RSA with SHA-256 and PKCS#1 v1.5 padding, over lines that each end
//! in a line feed, the last one (the body, which may hold line feeds of its own) included.

use std::fmt::Display;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeyPair;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject;

/// The only way of signing that there is, by its name in headers.
pub const SCHEME: &str = "WECHATPAY2-SHA256-RSA2048";

/// What the merchant signs. `target` is the path with the query, exactly as it is sent.
pub fn request_message(
    method: &str,
    target: &str,
    timestamp_s: i64,
    nonce: &str,
    body: &[u8],
) -> Vec<u8> {
    lines(&[&method, &target, &timestamp_s, &nonce], body)
}

/// What WeChat Pay signs of an answer or a notification.
pub fn answer_message(timestamp_s: i64, nonce: &str, body: &[u8]) -> Vec<u8> {
    lines(&[&timestamp_s, &nonce], body)
}

fn lines(first: &[&dyn Display], body: &[u8]) -> Vec<u8> {
    let mut message = Vec::with_capacity(body.len() + 256);
    for line in first {
        message.extend_from_slice(line.to_string().as_bytes());
        message.push(b'\n');
    }
    message.extend_from_slice(body);
    message.push(b'\n');
    message
}

/// The value of the header `Authorization`; `signature` in base64.
pub fn authorization(
    merchant: &str,
    serial: &str,
    timestamp_s: i64,
    nonce: &str,
    signature: &str,
) -> String {
    format!(
        "{SCHEME} mchid=\"{merchant}\",nonce_str=\"{nonce}\",timestamp=\"{timestamp_s}\",\
         serial_no=\"{serial}\",signature=\"{signature}\""
    )
}

/// The merchant's private key.
pub(super) struct SigningKey {
    key: KeyPair,
}

impl SigningKey {
    /// From PEM, PKCS#8 or PKCS#1. `None` when it is no RSA key of 2048 bits or more.
    pub fn read(pem: &str) -> Option<Self> {
        let key = match PrivateKeyDer::from_pem_slice(pem.as_bytes()).ok()? {
            PrivateKeyDer::Pkcs8(der) => KeyPair::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => KeyPair::from_der(der.secret_pkcs1_der()),
            _ => return None,
        };
        Some(Self { key: key.ok()? })
    }

    /// The signature in base64; `None` when the library fails, which it has no reason to.
    pub fn sign(&self, message: &[u8]) -> Option<String> {
        let mut signature = vec![0; self.key.public_modulus_len()];
        let random = SystemRandom::new();
        self.key
            .sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
            .ok()?;
        Some(STANDARD.encode(signature))
    }
}
