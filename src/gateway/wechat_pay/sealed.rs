//! What WeChat Pay encrypts for this merchant: AES-256-GCM with the APIv3 key.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

pub(super) const ALGORITHM: &str = "AEAD_AES_256_GCM";

/// A sealed text, as it stands in notifications and in the list of certificates.
#[derive(Deserialize)]
pub(super) struct Sealed {
    algorithm: String,
    /// 12 bytes, as text.
    nonce: String,
    #[serde(default)]
    associated_data: Option<String>,
    /// Base64 of the ciphertext and its 16-byte tag.
    ciphertext: String,
}

pub(super) struct SealingKey {
    key: LessSafeKey,
}

impl SealingKey {
    /// `None` unless the key is 32 bytes long. With 16 bytes the same label would mean AES-128.
    pub fn new(api_v3_key: &str) -> Option<Self> {
        let key = UnboundKey::new(&AES_256_GCM, api_v3_key.as_bytes()).ok()?;
        Some(Self {
            key: LessSafeKey::new(key),
        })
    }

    /// The text inside.
    ///
    /// # Errors
    /// A few words, when it was not sealed with our key, or not like this.
    pub fn open(&self, sealed: &Sealed) -> Result<Vec<u8>, String> {
        if sealed.algorithm != ALGORITHM {
            return Err("it is encrypted in a way we do not know".to_owned());
        }
        let nonce = Nonce::try_assume_unique_for_key(sealed.nonce.as_bytes())
            .map_err(|_| "its nonce is not 12 bytes long".to_owned())?;
        let associated = sealed.associated_data.as_deref().unwrap_or_default();
        let mut text = STANDARD
            .decode(&sealed.ciphertext)
            .map_err(|_| "its ciphertext is not base64".to_owned())?;
        let length = self
            .key
            .open_in_place(nonce, Aad::from(associated.as_bytes()), &mut text)
            .map_err(|_| "it does not open with our APIv3 key".to_owned())?
            .len();
        text.truncate(length);
        Ok(text)
    }
}
