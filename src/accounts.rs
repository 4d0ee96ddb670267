//! Accounts at payment gateways: from what is set to a client, and what is wrong with it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::TimeDelta;

use crate::config::{
    AlipayAccount, Config, GatewaysFile, Secret, StripeAccount, Switch, WechatPayAccount,
};
use crate::gateway::{
    AlipayGateway, AlipaySettings, CallLimits, Clock, PaymentGateway, StripeGateway,
    StripeSettings, WechatPayGateway, WechatPayPublicKey, WechatPaySettings, alipay, stripe,
    wechat_pay,
};

/// What payers read before an order's number when nothing else is set.
const TITLE: &str = "Order";
/// How long a payment of WeChat Pay's is left open at least, in seconds.
const CLOSE_AFTER_S: u32 = 300;

/// An account whose settings can be right.
pub enum Account {
    WechatPay(WechatPaySettings),
    Alipay(AlipaySettings),
    Stripe(StripeSettings),
}

/// An account that cannot be opened, and why, without a word of its secrets.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("payment account {name}: {reason}")]
pub struct AccountProblem {
    pub name: String,
    pub reason: String,
}

impl Account {
    pub fn name(&self) -> &str {
        match self {
            Self::WechatPay(settings) => &settings.name,
            Self::Alipay(settings) => &settings.name,
            Self::Stripe(settings) => &settings.name,
        }
    }

    /// Whose account it is.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::WechatPay(_) => "WeChat Pay",
            Self::Alipay(_) => "Alipay",
            Self::Stripe(_) => "Stripe",
        }
    }

    /// Its client. Asks nobody.
    ///
    /// # Errors
    /// When the client cannot be built after all.
    pub fn open(self, clock: Clock) -> anyhow::Result<Arc<dyn PaymentGateway>> {
        Ok(match self {
            Self::WechatPay(settings) => Arc::new(WechatPayGateway::new(settings, clock)?),
            Self::Alipay(settings) => Arc::new(AlipayGateway::new(settings, clock)?),
            Self::Stripe(settings) => Arc::new(StripeGateway::new(settings, clock)?),
        })
    }
}

/// Every account that is set: its key files are read and everything is checked that can be
/// without asking anybody.
///
/// # Errors
/// The first account that cannot be right.
pub fn read(config: &Config) -> Result<Vec<Account>, AccountProblem> {
    let set = &config.gateways;
    let mut accounts = Vec::new();
    if set.wechat_pay != WechatPayAccount::default() {
        accounts.push(named(
            wechat_pay::NAME,
            &set.wechat_pay,
            wechat_pay_account,
        )?);
    }
    if set.alipay != AlipayAccount::default() {
        accounts.push(named(alipay::NAME, &set.alipay, alipay_account)?);
    }
    let desk = config.web.base_url.as_ref().map(|url| url.as_str());
    let stripe_account =
        |name: &str, set: &StripeAccount| stripe_account(name, set, desk.unwrap_or_default());
    if set.stripe != StripeAccount::default() {
        accounts.push(named(stripe::NAME, &set.stripe, stripe_account)?);
    }
    let file = file(set.gateways_file.as_deref())?;
    for (name, set) in &file.wechat_pay {
        accounts.push(named(name, set, wechat_pay_account)?);
    }
    for (name, set) in &file.alipay {
        accounts.push(named(name, set, alipay_account)?);
    }
    for (name, set) in &file.stripe {
        accounts.push(named(name, set, stripe_account)?);
    }
    let mut names: Vec<&str> = accounts.iter().map(Account::name).collect();
    names.push(crate::gateway::sandbox::NAME);
    names.sort_unstable();
    if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(AccountProblem {
            name: twice[0].to_owned(),
            reason: "the name is used twice".to_owned(),
        });
    }
    Ok(accounts)
}

fn named<S>(
    name: &str,
    set: &S,
    open: impl Fn(&str, &S) -> Result<Account, String>,
) -> Result<Account, AccountProblem> {
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    let opened = if (1..=32).contains(&name.len()) && name.bytes().all(plain) {
        open(name, set)
    } else {
        Err("a name has 1 to 32 characters of a-z, 0-9 and _".to_owned())
    };
    opened.map_err(|reason| AccountProblem {
        name: name.to_owned(),
        reason,
    })
}

fn file(path: Option<&Path>) -> Result<GatewaysFile, AccountProblem> {
    let Some(path) = path else {
        return Ok(GatewaysFile::default());
    };
    let problem = |reason: String| AccountProblem {
        name: path.display().to_string(),
        reason,
    };
    let text = fs::read_to_string(path).map_err(|error| problem(error.to_string()))?;
    basic_toml::from_str(&text).map_err(|error| problem(error.to_string()))
}

fn wechat_pay_account(name: &str, set: &WechatPayAccount) -> Result<Account, String> {
    let public_key = match (&set.public_key_id, &set.public_key_file) {
        (None, None) => None,
        (Some(id), Some(path)) => Some(WechatPayPublicKey {
            id: id.clone(),
            pem: read_file(path)?,
        }),
        _ => return Err("public_key_id and public_key_file are given together".to_owned()),
    };
    let certificates = match set.platform_certificates {
        Some(switch) => switch == Switch::On,
        None => public_key.is_none(),
    };
    let settings = WechatPaySettings {
        name: name.to_owned(),
        base_url: or(&set.url, wechat_pay::BASE_URL),
        merchant: needed(&set.merchant, "merchant")?,
        appid: needed(&set.appid, "appid")?,
        certificate_serial: needed(&set.certificate_serial, "certificate_serial")?,
        private_key_pem: secret(&set.private_key, &set.private_key_file, "private_key")?,
        api_v3_key: secret(&set.api_v3_key, &set.api_v3_key_file, "api_v3_key")?,
        public_key,
        platform_certificates: certificates,
        title: or(&set.title, TITLE),
        close_after: TimeDelta::seconds(set.close_after_seconds.unwrap_or(CLOSE_AFTER_S).into()),
        limits: CallLimits::default(),
    };
    settings.check().map_err(|wrong| wrong.to_string())?;
    Ok(Account::WechatPay(settings))
}

fn alipay_account(name: &str, set: &AlipayAccount) -> Result<Account, String> {
    let public_key = set.public_key_file.as_deref();
    let settings = AlipaySettings {
        name: name.to_owned(),
        url: or(&set.url, alipay::URL),
        app_id: needed(&set.app_id, "app_id")?,
        seller_id: set.seller_id.clone(),
        private_key: secret(&set.private_key, &set.private_key_file, "private_key")?,
        alipay_public_key: read_file(public_key.ok_or("public_key_file is missing")?)?,
        title: or(&set.title, TITLE),
        limits: CallLimits::default(),
    };
    settings.check().map_err(|wrong| wrong.to_string())?;
    Ok(Account::Alipay(settings))
}

fn stripe_account(name: &str, set: &StripeAccount, desk: &str) -> Result<Account, String> {
    let secret_key = secret(&set.secret_key, &set.secret_key_file, "secret_key")?;
    let (webhook_secret, file) = (&set.webhook_secret, &set.webhook_secret_file);
    let settings = StripeSettings {
        name: name.to_owned(),
        base_url: or(&set.url, stripe::BASE_URL),
        secret_key,
        webhook_secret: secret(webhook_secret, file, "webhook_secret")?,
        success_url: or(&set.success_url, desk),
        title: or(&set.title, TITLE),
        limits: CallLimits::default(),
    };
    settings.check().map_err(|wrong| wrong.to_string())?;
    Ok(Account::Stripe(settings))
}

fn or(set: &Option<String>, default: &str) -> String {
    set.as_deref().unwrap_or(default).to_owned()
}

fn needed(set: &Option<String>, what: &str) -> Result<String, String> {
    set.clone().ok_or_else(|| format!("{what} is missing"))
}

fn secret(set: &Option<Secret>, file: &Option<PathBuf>, what: &str) -> Result<String, String> {
    match (set, file) {
        (Some(secret), None) => Ok(secret.expose().to_owned()),
        (None, Some(path)) => read_file(path),
        (Some(_), Some(_)) => Err(format!("{what} and {what}_file are both given")),
        (None, None) => Err(format!("{what} or {what}_file is missing")),
    }
}

fn read_file(path: &Path) -> Result<String, String> {
    let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    Ok(text.trim_end().to_owned())
}
