//! Signatures with RSA, SHA-256 and PKCS#1 v1.5 padding, as WeChat Pay and Alipay make them.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, PublicEncryptingKey};
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{PrivateKeyDer, SubjectPublicKeyInfoDer};

/// The merchant's private key.
pub(super) struct SigningKey {
    key: KeyPair,
}

impl SigningKey {
    /// From PEM, PKCS#8 or PKCS#1, or from the base64 inside of it. `None` when it is no RSA key
    /// of 2048 bits or more.
    pub fn read(text: &str) -> Option<Self> {
        if let Some(der) = bare_base64(text) {
            let key = KeyPair::from_pkcs8(&der).or_else(|_| KeyPair::from_der(&der));
            return Some(Self { key: key.ok()? });
        }
        let key = match PrivateKeyDer::from_pem_slice(text.as_bytes()).ok()? {
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

    /// Whether these are the two halves of one key.
    pub fn is_of(&self, key: &VerifyingKey) -> bool {
        let message = b"two halves";
        let signature = self.sign(message).and_then(|s| STANDARD.decode(s).ok());
        signature.is_some_and(|signature| key.signed(message, &signature))
    }
}

/// A gateway's public key, parsed once.
pub(super) struct VerifyingKey(ParsedPublicKey);

impl VerifyingKey {
    /// From PEM (`BEGIN PUBLIC KEY`), or from the base64 inside of it.
    pub fn read(text: &str) -> Option<Self> {
        if let Some(der) = bare_base64(text) {
            return Self::from_der(&der);
        }
        let der = SubjectPublicKeyInfoDer::from_pem_slice(text.as_bytes()).ok()?;
        Self::from_der(der.as_ref())
    }

    pub fn from_der(spki: &[u8]) -> Option<Self> {
        // Parsing for verification takes a key of any size; this does not.
        PublicEncryptingKey::from_der(spki).ok()?;
        let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, spki).ok()?;
        Some(Self(key))
    }

    /// Whether the owner of this key signed the message.
    pub fn signed(&self, message: &[u8], signature: &[u8]) -> bool {
        self.0.verify_sig(message, signature).is_ok()
    }
}

/// Alipay hands keys out as one line of base64.
fn bare_base64(text: &str) -> Option<Vec<u8>> {
    let text: String = text.split_ascii_whitespace().collect();
    (!text.contains("-----")).then(|| STANDARD.decode(text).ok())?
}
