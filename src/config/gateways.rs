//! Accounts at payment gateways, as they are set: one of each kind by variables, and any number
//! in a file. What they come to is for `accounts` to say.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use clap::builder::RangedU64ValueParser;
use serde::Deserialize;

use super::Secret;
use super::values::{self, Switch};

/// Every account.
#[derive(Args, Clone, Debug)]
pub struct GatewaySettings {
    /// More accounts at payment gateways, each with a name of its own, in a TOML file
    #[arg(long, env = "STOCKDESK_GATEWAYS_FILE", value_name = "FILE")]
    #[arg(help_heading = "Payments")]
    pub gateways_file: Option<PathBuf>,

    #[command(flatten)]
    pub wechat_pay: WechatPayAccount,

    #[command(flatten)]
    pub alipay: AlipayAccount,

    #[command(flatten)]
    pub stripe: StripeAccount,
}

/// The file of [`GatewaySettings::gateways_file`]: `[wechat_pay.NAME]`, `[alipay.NAME]`,
/// `[stripe.NAME]`, each with the variables' names in small letters.
#[derive(Deserialize, Clone, Debug, Default)]
#[serde(default, deny_unknown_fields)]
pub struct GatewaysFile {
    pub wechat_pay: BTreeMap<String, WechatPayAccount>,
    pub alipay: BTreeMap<String, AlipayAccount>,
    pub stripe: BTreeMap<String, StripeAccount>,
}

/// An account at WeChat Pay, as it is set; what is left out, and what cannot be right, is found
/// when the account is opened.
#[derive(Args, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[command(next_help_heading = "WeChat Pay")]
#[serde(default, deny_unknown_fields)]
pub struct WechatPayAccount {
    /// WeChat Pay's address, or a simulator's
    #[arg(
        id = "wechat_pay_url",
        long = "wechat-pay-url",
        env = "STOCKDESK_WECHAT_PAY_URL",
        value_name = "URL"
    )]
    pub url: Option<String>,

    /// The merchant's number (`mchid`); with it, orders can be paid through `wechat_pay`
    #[arg(
        id = "wechat_pay_merchant",
        long = "wechat-pay-merchant",
        env = "STOCKDESK_WECHAT_PAY_MERCHANT",
        value_name = "NUMBER"
    )]
    pub merchant: Option<String>,

    /// The app that is bound to the merchant
    #[arg(
        id = "wechat_pay_appid",
        long = "wechat-pay-appid",
        env = "STOCKDESK_WECHAT_PAY_APPID",
        value_name = "APPID"
    )]
    pub appid: Option<String>,

    /// Serial number of the merchant's API certificate
    #[arg(
        id = "wechat_pay_certificate_serial",
        long = "wechat-pay-certificate-serial",
        env = "STOCKDESK_WECHAT_PAY_CERTIFICATE_SERIAL",
        value_name = "HEX"
    )]
    pub certificate_serial: Option<String>,

    /// The merchant's private key (`apiclient_key.pem`)
    #[arg(
        id = "wechat_pay_private_key",
        long = "wechat-pay-private-key",
        env = "STOCKDESK_WECHAT_PAY_PRIVATE_KEY",
        value_name = "PEM"
    )]
    #[arg(value_parser = values::secret, hide_env_values = true)]
    pub private_key: Option<Secret>,

    /// A file with the merchant's private key
    #[arg(
        id = "wechat_pay_private_key_file",
        long = "wechat-pay-private-key-file",
        env = "STOCKDESK_WECHAT_PAY_PRIVATE_KEY_FILE",
        value_name = "FILE"
    )]
    pub private_key_file: Option<PathBuf>,

    /// The APIv3 key, 32 characters
    #[arg(
        id = "wechat_pay_api_v3_key",
        long = "wechat-pay-api-v3-key",
        env = "STOCKDESK_WECHAT_PAY_API_V3_KEY",
        value_name = "KEY"
    )]
    #[arg(value_parser = values::secret, hide_env_values = true)]
    pub api_v3_key: Option<Secret>,

    /// A file with the APIv3 key
    #[arg(
        id = "wechat_pay_api_v3_key_file",
        long = "wechat-pay-api-v3-key-file",
        env = "STOCKDESK_WECHAT_PAY_API_V3_KEY_FILE",
        value_name = "FILE"
    )]
    pub api_v3_key_file: Option<PathBuf>,

    /// Id of WeChat Pay's public key, `PUB_KEY_ID_...`
    #[arg(
        id = "wechat_pay_public_key_id",
        long = "wechat-pay-public-key-id",
        env = "STOCKDESK_WECHAT_PAY_PUBLIC_KEY_ID",
        value_name = "ID"
    )]
    pub public_key_id: Option<String>,

    /// A file with WeChat Pay's public key
    #[arg(
        id = "wechat_pay_public_key_file",
        long = "wechat-pay-public-key-file",
        env = "STOCKDESK_WECHAT_PAY_PUBLIC_KEY_FILE",
        value_name = "FILE"
    )]
    pub public_key_file: Option<PathBuf>,

    /// Download platform certificates and believe them; with a public key only while switching
    /// over to it
    #[arg(
        id = "wechat_pay_platform_certificates",
        long = "wechat-pay-platform-certificates",
        env = "STOCKDESK_WECHAT_PAY_PLATFORM_CERTIFICATES",
        value_name = "on|off"
    )]
    #[arg(value_enum)]
    pub platform_certificates: Option<Switch>,

    /// What payers read before the order's number
    #[arg(
        id = "wechat_pay_title",
        long = "wechat-pay-title",
        env = "STOCKDESK_WECHAT_PAY_TITLE",
        value_name = "TEXT"
    )]
    pub title: Option<String>,

    /// How long a payment is left open at least, for WeChat Pay does not like to close younger
    /// ones
    #[arg(
        id = "wechat_pay_close_after_seconds",
        long = "wechat-pay-close-after-seconds",
        env = "STOCKDESK_WECHAT_PAY_CLOSE_AFTER_SECONDS",
        value_name = "SECONDS"
    )]
    #[arg(value_parser = RangedU64ValueParser::<u32>::new().range(0..=3600))]
    pub close_after_seconds: Option<u32>,
}

/// An account at Alipay, as it is set.
#[derive(Args, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[command(next_help_heading = "Alipay")]
#[serde(default, deny_unknown_fields)]
pub struct AlipayAccount {
    /// Alipay's gateway, its sandbox's, or a simulator's
    #[arg(
        id = "alipay_url",
        long = "alipay-url",
        env = "STOCKDESK_ALIPAY_URL",
        value_name = "URL"
    )]
    pub url: Option<String>,

    /// The app's number; with it, orders can be paid through `alipay`
    #[arg(
        id = "alipay_app_id",
        long = "alipay-app-id",
        env = "STOCKDESK_ALIPAY_APP_ID",
        value_name = "NUMBER"
    )]
    pub app_id: Option<String>,

    /// Who gets the money, `2088...`; notifications for others are no payment
    #[arg(
        id = "alipay_seller_id",
        long = "alipay-seller-id",
        env = "STOCKDESK_ALIPAY_SELLER_ID",
        value_name = "NUMBER"
    )]
    pub seller_id: Option<String>,

    /// The app's private key, PEM or one line of base64
    #[arg(
        id = "alipay_private_key",
        long = "alipay-private-key",
        env = "STOCKDESK_ALIPAY_PRIVATE_KEY",
        value_name = "KEY"
    )]
    #[arg(value_parser = values::secret, hide_env_values = true)]
    pub private_key: Option<Secret>,

    /// A file with the app's private key
    #[arg(
        id = "alipay_private_key_file",
        long = "alipay-private-key-file",
        env = "STOCKDESK_ALIPAY_PRIVATE_KEY_FILE",
        value_name = "FILE"
    )]
    pub private_key_file: Option<PathBuf>,

    /// A file with Alipay's public key (not the app's own)
    #[arg(
        id = "alipay_public_key_file",
        long = "alipay-public-key-file",
        env = "STOCKDESK_ALIPAY_PUBLIC_KEY_FILE",
        value_name = "FILE"
    )]
    pub public_key_file: Option<PathBuf>,

    /// What payers read before the order's number
    #[arg(
        id = "alipay_title",
        long = "alipay-title",
        env = "STOCKDESK_ALIPAY_TITLE",
        value_name = "TEXT"
    )]
    pub title: Option<String>,
}

/// An account at Stripe, as it is set.
#[derive(Args, Deserialize, Clone, Debug, Default, PartialEq, Eq)]
#[command(next_help_heading = "Stripe")]
#[serde(default, deny_unknown_fields)]
pub struct StripeAccount {
    /// Stripe's address, or a simulator's
    #[arg(
        id = "stripe_url",
        long = "stripe-url",
        env = "STOCKDESK_STRIPE_URL",
        value_name = "URL"
    )]
    pub url: Option<String>,

    /// The secret key, `sk_...` or `rk_...`; with it, orders can be paid through `stripe`
    #[arg(
        id = "stripe_secret_key",
        long = "stripe-secret-key",
        env = "STOCKDESK_STRIPE_SECRET_KEY",
        value_name = "KEY"
    )]
    #[arg(value_parser = values::secret, hide_env_values = true)]
    pub secret_key: Option<Secret>,

    /// A file with the secret key
    #[arg(
        id = "stripe_secret_key_file",
        long = "stripe-secret-key-file",
        env = "STOCKDESK_STRIPE_SECRET_KEY_FILE",
        value_name = "FILE"
    )]
    pub secret_key_file: Option<PathBuf>,

    /// Signs what Stripe sends to this desk, `whsec_...`
    #[arg(
        id = "stripe_webhook_secret",
        long = "stripe-webhook-secret",
        env = "STOCKDESK_STRIPE_WEBHOOK_SECRET",
        value_name = "KEY"
    )]
    #[arg(value_parser = values::secret, hide_env_values = true)]
    pub webhook_secret: Option<Secret>,

    /// A file with the webhook secret
    #[arg(
        id = "stripe_webhook_secret_file",
        long = "stripe-webhook-secret-file",
        env = "STOCKDESK_STRIPE_WEBHOOK_SECRET_FILE",
        value_name = "FILE"
    )]
    pub webhook_secret_file: Option<PathBuf>,

    /// The shop's page that payers see after paying
    #[arg(
        id = "stripe_success_url",
        long = "stripe-success-url",
        env = "STOCKDESK_STRIPE_SUCCESS_URL",
        value_name = "URL"
    )]
    pub success_url: Option<String>,

    /// What payers read before the order's number
    #[arg(
        id = "stripe_title",
        long = "stripe-title",
        env = "STOCKDESK_STRIPE_TITLE",
        value_name = "TEXT"
    )]
    pub title: Option<String>,
}

/// What happens when one of these is left out; see `settings::WHEN_LEFT_OUT`.
pub(super) const WHEN_LEFT_OUT: &[(&str, &str)] = &[
    ("STOCKDESK_GATEWAYS_FILE", "none"),
    (
        "STOCKDESK_WECHAT_PAY_URL",
        "`https://api.mch.weixin.qq.com`",
    ),
    ("STOCKDESK_WECHAT_PAY_MERCHANT", "no WeChat Pay"),
    (
        "STOCKDESK_WECHAT_PAY_APPID",
        "must be given with the merchant",
    ),
    (
        "STOCKDESK_WECHAT_PAY_CERTIFICATE_SERIAL",
        "must be given with the merchant",
    ),
    ("STOCKDESK_WECHAT_PAY_PRIVATE_KEY", "from the file"),
    (
        "STOCKDESK_WECHAT_PAY_PRIVATE_KEY_FILE",
        "must be given with the merchant",
    ),
    ("STOCKDESK_WECHAT_PAY_API_V3_KEY", "from the file"),
    (
        "STOCKDESK_WECHAT_PAY_API_V3_KEY_FILE",
        "must be given with the merchant",
    ),
    (
        "STOCKDESK_WECHAT_PAY_PUBLIC_KEY_ID",
        "none: platform certificates",
    ),
    (
        "STOCKDESK_WECHAT_PAY_PUBLIC_KEY_FILE",
        "none: platform certificates",
    ),
    (
        "STOCKDESK_WECHAT_PAY_PLATFORM_CERTIFICATES",
        "`on` without a public key, else `off`",
    ),
    ("STOCKDESK_WECHAT_PAY_TITLE", "`Order`"),
    ("STOCKDESK_WECHAT_PAY_CLOSE_AFTER_SECONDS", "`300`"),
    (
        "STOCKDESK_ALIPAY_URL",
        "`https://openapi.alipay.com/gateway.do`",
    ),
    ("STOCKDESK_ALIPAY_APP_ID", "no Alipay"),
    ("STOCKDESK_ALIPAY_SELLER_ID", "not checked"),
    ("STOCKDESK_ALIPAY_PRIVATE_KEY", "from the file"),
    (
        "STOCKDESK_ALIPAY_PRIVATE_KEY_FILE",
        "must be given with the app",
    ),
    (
        "STOCKDESK_ALIPAY_PUBLIC_KEY_FILE",
        "must be given with the app",
    ),
    ("STOCKDESK_ALIPAY_TITLE", "`Order`"),
    ("STOCKDESK_STRIPE_URL", "`https://api.stripe.com`"),
    (
        "STOCKDESK_STRIPE_SECRET_KEY",
        "from the file, else no Stripe",
    ),
    ("STOCKDESK_STRIPE_SECRET_KEY_FILE", "no Stripe"),
    ("STOCKDESK_STRIPE_WEBHOOK_SECRET", "from the file"),
    (
        "STOCKDESK_STRIPE_WEBHOOK_SECRET_FILE",
        "must be given with the secret key",
    ),
    ("STOCKDESK_STRIPE_SUCCESS_URL", "the address of the desk"),
    ("STOCKDESK_STRIPE_TITLE", "`Order`"),
];
