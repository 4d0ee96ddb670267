//! Keys made for one test run, and what they sign and seal.

use std::sync::LazyLock;

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::UnparsedPublicKey;
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

pub static MERCHANT: LazyLock<Key> = LazyLock::new(Key::generate);
pub static PLATFORM: LazyLock<Key> = LazyLock::new(Key::generate);
pub static OTHER: LazyLock<Key> = LazyLock::new(Key::generate);

pub const API_V3_KEY: &str = "0123456789abcdef0123456789ABCDEF";

pub struct Key(KeyPair);

impl Key {
    fn generate() -> Self {
        Self(KeyPair::generate(KeySize::Rsa2048).unwrap())
    }

    pub fn sign(&self, message: &[u8]) -> String {
        let mut signature = vec![0; self.0.public_modulus_len()];
        let random = SystemRandom::new();
        self.0
            .sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
            .unwrap();
        STANDARD.encode(signature)
    }

    pub fn signed(&self, message: &[u8], signature: &str) -> bool {
        verifies(&self.spki(), message, signature)
    }

    pub fn spki(&self) -> Vec<u8> {
        let der: PublicKeyX509Der<'_> = self.0.public_key().as_der().unwrap();
        der.as_ref().to_vec()
    }

    pub fn public_pem(&self) -> String {
        pem("PUBLIC KEY", &self.spki())
    }

    pub fn private_pem(&self) -> String {
        let der: Pkcs8V1Der<'_> = self.0.as_der().unwrap();
        pem("PRIVATE KEY", der.as_ref())
    }

    /// A certificate for this key with this number. What stands in it besides is nobody's.
    pub fn certificate_pem(&self, serial: &[u8]) -> String {
        const SEQUENCE: u8 = 0x30;
        let algorithm = der(
            SEQUENCE,
            b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b\x05\x00",
        );
        let nobody = der(SEQUENCE, b"");
        let dates = [der(0x17, b"260101000000Z"), der(0x17, b"310101000000Z")].concat();
        let version = der(0xa0, &der(0x02, b"\x02"));
        let body = [
            version,
            der(0x02, serial),
            algorithm.clone(),
            nobody.clone(),
            der(SEQUENCE, &dates),
            nobody,
            self.spki(),
        ];
        let body = der(SEQUENCE, &body.concat());
        let signature = STANDARD.decode(self.sign(&body)).unwrap();
        let signature = der(0x03, &[&[0], signature.as_slice()].concat());
        let whole = der(SEQUENCE, &[body, algorithm, signature].concat());
        pem("CERTIFICATE", &whole)
    }
}

pub fn verifies(spki: &[u8], message: &[u8], signature: &str) -> bool {
    let Ok(signature) = STANDARD.decode(signature) else {
        return false;
    };
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, spki)
        .verify(message, &signature)
        .is_ok()
}

/// The bytes inside PEM.
pub fn der_of(pem: &str) -> Vec<u8> {
    let lines = pem.lines().filter(|line| !line.starts_with('-'));
    STANDARD.decode(lines.collect::<String>()).unwrap()
}

fn pem(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let mut out = format!("-----BEGIN {label}-----\n");
    for line in body.as_bytes().chunks(64) {
        out.push_str(std::str::from_utf8(line).unwrap());
        out.push('\n');
    }
    out + &format!("-----END {label}-----\n")
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).unwrap().to_be_bytes();
    let length = match content.len() {
        0..=127 => vec![length[1]],
        128..=255 => vec![0x81, length[1]],
        _ => vec![0x82, length[0], length[1]],
    };
    [&[tag], length.as_slice(), content].concat()
}

/// A sealed text as notifications and certificates hold it.
pub fn seal(key: &str, kind: &str, text: &str) -> Value {
    let nonce = b"fdasflkja484";
    let key = UnboundKey::new(&AES_256_GCM, key.as_bytes()).unwrap();
    let mut sealed = text.as_bytes().to_vec();
    LessSafeKey::new(key)
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(*nonce),
            Aad::from(kind.as_bytes()),
            &mut sealed,
        )
        .unwrap();
    json!({
        "original_type": kind,
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": STANDARD.encode(sealed),
        "associated_data": kind,
        "nonce": "fdasflkja484",
    })
}
