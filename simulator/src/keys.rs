//! Keys and secrets, made once for a folder and thrown away with it; and what is signed,
//! verified and sealed with them.

use std::fs;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, anyhow};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, SerialNumber, date_time_ymd};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey,
};
use serde::{Deserialize, Serialize};

/// An RSA key of 2048 bits.
pub struct RsaKey {
    pair: RsaKeyPair,
    pem: KeyPair,
}

impl RsaKey {
    fn generate() -> anyhow::Result<Vec<u8>> {
        use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
        use aws_lc_rs::rsa::{KeyPair, KeySize};
        let made = KeyPair::generate(KeySize::Rsa2048).map_err(|_| anyhow!("no RSA key"))?;
        let der: Pkcs8V1Der<'_> = made.as_der().map_err(|_| anyhow!("no RSA key"))?;
        Ok(der.as_ref().to_vec())
    }

    fn read(pkcs8: &[u8]) -> anyhow::Result<Self> {
        let pair = RsaKeyPair::from_pkcs8(pkcs8).map_err(|why| anyhow!("an RSA key: {why}"))?;
        let pem = KeyPair::from_pkcs8_der_and_sign_algo(&pkcs8.into(), &PKCS_RSA_SHA256)?;
        Ok(Self { pair, pem })
    }

    /// RSA with SHA-256 and PKCS#1 v1.5 padding, in base64.
    pub fn sign(&self, message: &[u8]) -> anyhow::Result<String> {
        let mut signature = vec![0; self.pair.public().modulus_len()];
        self.pair
            .sign(
                &RSA_PKCS1_SHA256,
                &SystemRandom::new(),
                message,
                &mut signature,
            )
            .map_err(|_| anyhow!("cannot sign"))?;
        Ok(STANDARD.encode(signature))
    }

    /// Whether the holder of this key signed the message.
    pub fn signed(&self, message: &[u8], signature: &str) -> bool {
        let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.pair.public());
        let signature = STANDARD.decode(signature);
        signature.is_ok_and(|signature| key.verify(message, &signature).is_ok())
    }

    pub fn private_pem(&self) -> String {
        self.pem.serialize_pem()
    }

    pub fn public_pem(&self) -> String {
        self.pem.public_key_pem()
    }

    /// An X.509 certificate for this key, signed by itself, with this serial number.
    fn certificate(&self, serial: &[u8]) -> anyhow::Result<String> {
        let mut params = CertificateParams::new(vec!["gateways.invalid".to_owned()])?;
        params.serial_number = Some(SerialNumber::from_slice(serial));
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2045, 1, 1);
        Ok(params.self_signed(&self.pem)?.pem())
    }
}

/// What is kept in `keys.json`.
#[derive(Serialize, Deserialize)]
struct Kept {
    merchant: String,
    appid: String,
    merchant_serial: String,
    platform_serials: [String; 2],
    public_key_id: String,
    api_v3_key: String,
    alipay_app_id: String,
    alipay_seller_id: String,
    stripe_secret_key: String,
    stripe_webhook_secret: String,
    /// PKCS#8 in base64, by name.
    rsa: Vec<(String, String)>,
}

/// Everything that the gateways and their shop sign, seal and are known by.
pub struct Keys {
    pub merchant: String,
    pub appid: String,
    pub merchant_serial: String,
    /// Of the two platform certificates, the second the newer.
    pub platform_serials: [String; 2],
    pub public_key_id: String,
    pub api_v3_key: String,
    pub alipay_app_id: String,
    pub alipay_seller_id: String,
    pub stripe_secret_key: String,
    pub stripe_webhook_secret: String,
    pub wechat_merchant: RsaKey,
    pub platform: [RsaKey; 2],
    pub platform_certificates: [String; 2],
    pub wechat_public: RsaKey,
    pub alipay_app: RsaKey,
    pub alipay: RsaKey,
    /// Nobody's: what a forger would sign with.
    pub stranger: RsaKey,
}

const RSA_NAMES: [&str; 7] = [
    "wechat_merchant",
    "wechat_platform_1",
    "wechat_platform_2",
    "wechat_public",
    "alipay_app",
    "alipay",
    "stranger",
];

impl Keys {
    /// Reads the folder's keys, or makes them.
    ///
    /// # Errors
    /// When the folder cannot be written, or what is there cannot be read.
    pub fn of_folder(folder: &Path) -> anyhow::Result<Self> {
        let path = folder.join("keys.json");
        let kept = match fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).context("keys.json")?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let kept = Kept::make()?;
                write_secret(&path, &serde_json::to_vec_pretty(&kept)?)?;
                kept
            }
            Err(error) => return Err(error).context("keys.json"),
        };
        Self::read(kept)
    }

    fn read(kept: Kept) -> anyhow::Result<Self> {
        let rsa = |name: &str| {
            let found = kept.rsa.iter().find(|(n, _)| n == name);
            let (_, der) = found.with_context(|| format!("keys.json: no {name}"))?;
            RsaKey::read(&STANDARD.decode(der)?)
        };
        let platform = [rsa("wechat_platform_1")?, rsa("wechat_platform_2")?];
        let certificate = |at: usize| {
            let serial = from_hex(&kept.platform_serials[at]).context("keys.json: a serial")?;
            platform[at].certificate(&serial)
        };
        Ok(Self {
            platform_certificates: [certificate(0)?, certificate(1)?],
            wechat_merchant: rsa("wechat_merchant")?,
            wechat_public: rsa("wechat_public")?,
            alipay_app: rsa("alipay_app")?,
            alipay: rsa("alipay")?,
            stranger: rsa("stranger")?,
            platform,
            merchant: kept.merchant,
            appid: kept.appid,
            merchant_serial: kept.merchant_serial,
            platform_serials: kept.platform_serials,
            public_key_id: kept.public_key_id,
            api_v3_key: kept.api_v3_key,
            alipay_app_id: kept.alipay_app_id,
            alipay_seller_id: kept.alipay_seller_id,
            stripe_secret_key: kept.stripe_secret_key,
            stripe_webhook_secret: kept.stripe_webhook_secret,
        })
    }
}

impl Kept {
    fn make() -> anyhow::Result<Self> {
        let mut rsa = Vec::new();
        for name in RSA_NAMES {
            rsa.push((name.to_owned(), STANDARD.encode(RsaKey::generate()?)));
        }
        // The first digit keeps the number positive, as in every certificate.
        let serial = || format!("5{}", &random_hex(20).to_ascii_uppercase()[1..]);
        let digits = |length: usize| -> String {
            let digit = |_| char::from(b'0' + rand::random_range(1..=9_u8));
            (0..length).map(digit).collect()
        };
        Ok(Self {
            merchant: format!("16{}", digits(8)),
            appid: format!("wx{}", random_hex(8)),
            merchant_serial: serial(),
            platform_serials: [serial(), serial()],
            public_key_id: format!("PUB_KEY_ID_011{}", digits(29)),
            api_v3_key: random_hex(16),
            alipay_app_id: format!("2021{}", digits(12)),
            alipay_seller_id: format!("2088{}", digits(12)),
            stripe_secret_key: format!("sk_test_{}", random_hex(24)),
            stripe_webhook_secret: format!("whsec_{}", random_hex(16)),
            rsa,
        })
    }
}

/// A text sealed for the merchant: AES-256-GCM with the API v3 key. The nonce, and base64 of
/// the ciphertext with its tag.
pub fn seal(api_v3_key: &str, associated: &str, text: &[u8]) -> anyhow::Result<(String, String)> {
    let key = UnboundKey::new(&AES_256_GCM, api_v3_key.as_bytes());
    let key = LessSafeKey::new(key.map_err(|_| anyhow!("the API v3 key"))?);
    let nonce = random_hex(6);
    let mut sealed = text.to_vec();
    let unique = Nonce::try_assume_unique_for_key(nonce.as_bytes());
    key.seal_in_place_append_tag(
        unique.map_err(|_| anyhow!("a nonce"))?,
        Aad::from(associated.as_bytes()),
        &mut sealed,
    )
    .map_err(|_| anyhow!("cannot seal"))?;
    Ok((nonce, STANDARD.encode(sealed)))
}

/// HMAC-SHA256 in hexadecimal digits.
pub fn hmac_hex(secret: &str, message: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    to_hex(hmac::sign(&key, message).as_ref())
}

pub fn random_hex(bytes: usize) -> String {
    let random: Vec<u8> = (0..bytes).map(|_| rand::random()).collect();
    to_hex(&random)
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn from_hex(text: &str) -> Option<Vec<u8>> {
    let pairs = text.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    pairs.map(byte).collect()
}

/// A file that only its owner can read.
pub fn write_secret(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o600);
    let file = options
        .open(path)
        .and_then(|mut file| file.write_all(bytes));
    file.with_context(|| path.display().to_string())
}
