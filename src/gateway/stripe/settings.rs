//! What a merchant has to set up, and whether it can be right.

use reqwest::Url;

use crate::gateway::http::private_address;
use crate::gateway::{CallLimits, GatewaySetupError};

/// Stripe's own address.
pub const BASE_URL: &str = "https://api.stripe.com";

/// One Stripe account. Holds secrets, and so has no `Debug`.
#[derive(Clone)]
pub struct StripeSettings {
    /// The account's name in orders: see [`crate::gateway::PaymentGateway::name`].
    pub name: String,
    /// [`BASE_URL`], or a simulator's `http://127.0.0.1:port`; without a path.
    pub base_url: String,
    /// `sk_live_...`, `sk_test_...`, or a restricted key `rk_...`.
    pub secret_key: String,
    /// `whsec_...` of the endpoint that points at this desk.
    pub webhook_secret: String,
    /// Where a payer's browser goes after paying, a page of the shop's.
    pub success_url: String,
    /// What payers read before the order's number: 1-60 bytes.
    pub title: String,
    pub limits: CallLimits,
}

/// What is wrong with the settings; the first thing that is found.
#[derive(Debug, thiserror::Error)]
pub enum StripeSetupError {
    #[error("the address must be https, or http on this machine, without a path: {0}")]
    Address(String),
    #[error("the secret key must begin with sk_ or rk_")]
    SecretKey,
    #[error("the webhook secret must begin with whsec_")]
    WebhookSecret,
    #[error("the page to go to after paying must be an http or https address")]
    SuccessUrl,
    #[error("the title must be 1 to 60 bytes, none of them a control character")]
    Title,
    #[error(transparent)]
    Client(#[from] GatewaySetupError),
}

impl StripeSettings {
    /// Whether a client can be built from these settings; asks nobody.
    ///
    /// # Errors
    /// The first setting that cannot be right.
    pub fn check(&self) -> Result<(), StripeSetupError> {
        self.read().map(drop)
    }

    /// The address, without a slash at its end.
    pub(super) fn read(&self) -> Result<String, StripeSetupError> {
        use StripeSetupError as Wrong;
        let require = |right: bool, wrong: Wrong| if right { Ok(()) } else { Err(wrong) };
        let key = |text: &str, starts: &[&str]| {
            let plain = text.len() <= 255 && text.bytes().all(|b| b.is_ascii_graphic());
            plain
                && starts
                    .iter()
                    .any(|s| text.starts_with(s) && text.len() > s.len())
        };
        let address = private_address(&self.base_url, "");
        let address = address.ok_or_else(|| Wrong::Address(self.base_url.clone()))?;
        require(key(&self.secret_key, &["sk_", "rk_"]), Wrong::SecretKey)?;
        require(key(&self.webhook_secret, &["whsec_"]), Wrong::WebhookSecret)?;
        let page = Url::parse(&self.success_url).ok();
        let page = page.is_some_and(|url| matches!(url.scheme(), "http" | "https"));
        require(page && self.success_url.len() <= 500, Wrong::SuccessUrl)?;
        let title = &self.title;
        require(
            (1..=60).contains(&title.len()) && !title.chars().any(char::is_control),
            Wrong::Title,
        )?;
        Ok(address)
    }
}
