//! What a merchant has to set up, and whether it can be right.

use crate::gateway::http::private_address;
use crate::gateway::rsa::{SigningKey, VerifyingKey};
use crate::gateway::{CallLimits, GatewaySetupError};

/// Alipay's own address.
pub const URL: &str = "https://openapi.alipay.com/gateway.do";

/// A merchant of mainland China whose app signs with a key (not with certificates). Holds
/// secrets, and so has no `Debug`.
#[derive(Clone)]
pub struct AlipaySettings {
    /// The account's name in orders: see [`crate::gateway::PaymentGateway::name`].
    pub name: String,
    /// [`URL`], the sandbox's, or a simulator's `http://127.0.0.1:port/gateway.do`.
    pub url: String,
    /// 1-32 digits.
    pub app_id: String,
    /// Who gets the money (`2088...`); notifications for another are not ours. Checked if given.
    pub seller_id: Option<String>,
    /// The app's private key, PEM or the base64 inside of it.
    pub private_key: String,
    /// Alipay's public key for this app (not the app's own), likewise.
    pub alipay_public_key: String,
    /// What payers read before the order's number: 1-60 bytes.
    pub title: String,
    pub limits: CallLimits,
}

/// What is wrong with the settings; the first thing that is found.
#[derive(Debug, thiserror::Error)]
pub enum AlipaySetupError {
    #[error("the address must be https, or http on this machine, and end in /gateway.do: {0}")]
    Address(String),
    #[error("the app's number (app_id) must be 1 to 32 digits")]
    AppId,
    #[error("the seller's number (seller_id) must be 1 to 32 digits")]
    SellerId,
    #[error("the private key must be an RSA key of 2048 bits or more, in PEM or base64")]
    PrivateKey,
    #[error("Alipay's public key must be an RSA key of 2048 bits or more, in PEM or base64")]
    PublicKey,
    #[error("the public key is the app's own; Alipay's is the other one")]
    OwnPublicKey,
    #[error("the title must be 1 to 60 bytes, none of them a control character")]
    Title,
    #[error(transparent)]
    Client(#[from] GatewaySetupError),
}

/// The settings, read.
pub(super) struct Checked {
    pub url: String,
    pub signing_key: SigningKey,
    pub alipay_key: VerifyingKey,
}

impl AlipaySettings {
    /// Whether a client can be built from these settings; asks nobody.
    ///
    /// # Errors
    /// The first setting that cannot be right.
    pub fn check(&self) -> Result<(), AlipaySetupError> {
        self.read().map(drop)
    }

    pub(super) fn read(&self) -> Result<Checked, AlipaySetupError> {
        use AlipaySetupError as Wrong;
        let digits =
            |text: &str| (1..=32).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        let require = |right: bool, wrong: Wrong| if right { Ok(()) } else { Err(wrong) };
        let url = private_address(&self.url, "/gateway.do");
        let url = url.ok_or_else(|| Wrong::Address(self.url.clone()))?;
        require(digits(&self.app_id), Wrong::AppId)?;
        require(
            self.seller_id.as_deref().is_none_or(digits),
            Wrong::SellerId,
        )?;
        let signing_key = SigningKey::read(&self.private_key).ok_or(Wrong::PrivateKey)?;
        let alipay_key = VerifyingKey::read(&self.alipay_public_key).ok_or(Wrong::PublicKey)?;
        // The mistake that everybody makes once.
        require(!signing_key.is_of(&alipay_key), Wrong::OwnPublicKey)?;
        let title = &self.title;
        require(
            (1..=60).contains(&title.len()) && !title.chars().any(char::is_control),
            Wrong::Title,
        )?;
        Ok(Checked {
            url,
            signing_key,
            alipay_key,
        })
    }
}
