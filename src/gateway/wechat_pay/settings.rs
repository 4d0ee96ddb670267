//! What a merchant has to set up, and whether it can be right.

use chrono::TimeDelta;

use super::sealed::SealingKey;
use super::trust::TrustedKeys;
use crate::gateway::http::private_address;
use crate::gateway::rsa::{SigningKey, VerifyingKey};
use crate::gateway::{CallLimits, GatewaySetupError};

/// WeChat Pay's own address. `https://api2.mch.weixin.qq.com` is its second one.
pub const BASE_URL: &str = "https://api.mch.weixin.qq.com";

/// A merchant of mainland China that sells in its own name (not a service provider's). Holds
/// secrets, and so has no `Debug`.
#[derive(Clone)]
pub struct WechatPaySettings {
    /// The account's name in orders: see [`crate::gateway::PaymentGateway::name`].
    pub name: String,
    /// [`BASE_URL`], or a simulator's `http://127.0.0.1:port`; without a path.
    pub base_url: String,
    /// The merchant's number (`mchid`): 1-32 digits.
    pub merchant: String,
    /// The app that is bound to the merchant: 1-32 letters and digits, as in `wxd678efh567hg6787`.
    pub appid: String,
    /// The serial number of the merchant's API certificate, in hexadecimal digits.
    pub certificate_serial: String,
    /// The merchant's private key (`apiclient_key.pem`).
    pub private_key_pem: String,
    /// 32 characters; opens notifications and certificates.
    pub api_v3_key: String,
    /// WeChat Pay's public key, for merchants that have one.
    pub public_key: Option<WechatPayPublicKey>,
    /// Whether platform certificates are downloaded and believed. Needed without a public key;
    /// with one, only while the merchant is being switched over to it.
    pub platform_certificates: bool,
    /// What payers read before the order's number: 1-60 bytes.
    pub title: String,
    /// How long a payment is left open at least: WeChat Pay advises 5 minutes, so that a close
    /// does not meet an order that its own parts do not all know yet.
    pub close_after: TimeDelta,
    pub limits: CallLimits,
}

#[derive(Clone)]
pub struct WechatPayPublicKey {
    /// `PUB_KEY_ID_...`
    pub id: String,
    pub pem: String,
}

/// What is wrong with the settings; the first thing that is found.
#[derive(Debug, thiserror::Error)]
pub enum WechatPaySetupError {
    #[error("the address must be https, or http on this machine, without a path: {0}")]
    Address(String),
    #[error("the merchant's number (mchid) must be 1 to 32 digits")]
    Merchant,
    #[error("the appid must be 1 to 32 letters and digits")]
    Appid,
    #[error("the certificate's serial number must be 1 to 40 hexadecimal digits")]
    CertificateSerial,
    #[error("the private key must be an RSA key of 2048 bits or more in PEM")]
    PrivateKey,
    #[error("the APIv3 key must be 32 characters of ASCII")]
    ApiV3Key,
    #[error("the public key's id must be PUB_KEY_ID_ and letters, digits or _")]
    PublicKeyId,
    #[error("the public key must be an RSA key of 2048 bits or more in PEM")]
    PublicKey,
    #[error("set WeChat Pay's public key, or platform certificates, or both")]
    NothingToTrust,
    #[error("the title must be 1 to 60 bytes, none of them a control character")]
    Title,
    #[error(transparent)]
    Client(#[from] GatewaySetupError),
}

/// The settings, read.
pub(super) struct Checked {
    /// Without a slash at its end.
    pub base_url: String,
    pub signing_key: SigningKey,
    pub sealing_key: SealingKey,
    pub trusted: TrustedKeys,
}

impl WechatPaySettings {
    /// Whether a client can be built from these settings; asks nobody.
    ///
    /// # Errors
    /// The first setting that cannot be right.
    pub fn check(&self) -> Result<(), WechatPaySetupError> {
        self.read().map(drop)
    }

    pub(super) fn read(&self) -> Result<Checked, WechatPaySetupError> {
        use WechatPaySetupError as Wrong;
        let base_url = private_address(&self.base_url, "");
        let base_url = base_url.ok_or_else(|| Wrong::Address(self.base_url.clone()))?;
        let made_of = |text: &str, max: usize, allowed: fn(&u8) -> bool| {
            (1..=max).contains(&text.len()) && text.as_bytes().iter().all(allowed)
        };
        let require = |right: bool, wrong: Wrong| if right { Ok(()) } else { Err(wrong) };
        require(
            made_of(&self.merchant, 32, u8::is_ascii_digit),
            Wrong::Merchant,
        )?;
        require(
            made_of(&self.appid, 32, u8::is_ascii_alphanumeric),
            Wrong::Appid,
        )?;
        require(
            made_of(&self.certificate_serial, 40, u8::is_ascii_hexdigit),
            Wrong::CertificateSerial,
        )?;
        let signing_key = SigningKey::read(&self.private_key_pem).ok_or(Wrong::PrivateKey)?;
        require(
            made_of(&self.api_v3_key, 32, u8::is_ascii_graphic),
            Wrong::ApiV3Key,
        )?;
        let sealing_key = SealingKey::new(&self.api_v3_key).ok_or(Wrong::ApiV3Key)?;
        require(
            self.public_key.is_some() || self.platform_certificates,
            Wrong::NothingToTrust,
        )?;
        let public_key = self.public_key.as_ref().map(read_public_key).transpose()?;
        let title = &self.title;
        require(
            (1..=60).contains(&title.len()) && !title.chars().any(char::is_control),
            Wrong::Title,
        )?;
        Ok(Checked {
            base_url,
            signing_key,
            sealing_key,
            trusted: TrustedKeys::new(public_key),
        })
    }
}

fn read_public_key(
    public_key: &WechatPayPublicKey,
) -> Result<(String, VerifyingKey), WechatPaySetupError> {
    let rest = public_key.id.strip_prefix("PUB_KEY_ID_");
    let word = |rest: &str| {
        (1..=64).contains(&rest.len())
            && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    };
    if !rest.is_some_and(word) {
        return Err(WechatPaySetupError::PublicKeyId);
    }
    let key = VerifyingKey::read(&public_key.pem).ok_or(WechatPaySetupError::PublicKey)?;
    Ok((public_key.id.clone(), key))
}
