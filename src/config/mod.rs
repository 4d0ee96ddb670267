//! Everything that can be set, read once at the start.
//!
//! A setting is one field of one small struct in `settings.rs`; clap reads it from
//! the command line, then from its `STOCKDESK_*` variable, then from its default.
//! This is the only module that reads the environment.

mod environment;
mod gateways;
mod problem;
mod report;
mod secret;
mod settings;
mod values;

pub use environment::{check as check_environment, find_program};
pub use gateways::{AlipayAccount, GatewaySettings, GatewaysFile, StripeAccount, WechatPayAccount};
pub use problem::ConfigProblem;
pub use report::{SettingRow, markdown_table, rows};
pub use secret::{Secret, create_once, random_text};
pub use settings::{
    AccountSettings, LogSettings, PaymentSettings, StockSettings, StoreSettings, WebSettings,
};
pub use values::{AddressRange, BaseUrl, LatePayments, LogFormat, Switch};

use std::io;

/// What every environment variable of ours begins with.
pub const PREFIX: &str = "STOCKDESK_";

/// All settings, one struct per concern.
#[derive(clap::Args, Clone, Debug)]
pub struct Config {
    /// Where and how pages are served.
    #[command(flatten)]
    pub web: WebSettings,
    /// Where stock is kept.
    #[command(flatten)]
    pub stores: StoreSettings,
    /// Who may come in.
    #[command(flatten)]
    pub accounts: AccountSettings,
    /// How stock is moved.
    #[command(flatten)]
    pub stock: StockSettings,
    /// How payments are settled.
    #[command(flatten)]
    pub payments: PaymentSettings,
    /// Accounts at payment gateways.
    #[command(flatten)]
    pub gateways: GatewaySettings,
    /// What is written to the log.
    #[command(flatten)]
    pub log: LogSettings,
}

impl Config {
    /// The label in the top bar: as set, else `demo` with a private database and
    /// `production` with one that was given.
    pub fn environment_label(&self) -> &str {
        match &self.web.environment {
            Some(label) => label,
            None if self.stores.private_database() => "demo",
            None => "production",
        }
    }

    /// Whether the first start fills in demo data: as set, else only where the
    /// database is our own, so that nobody's real database is ever written to unasked.
    pub fn demo_data(&self) -> bool {
        match self.stores.demo_data {
            Some(switch) => switch.is_on(),
            None => self.stores.private_database() && self.stores.private_redis(),
        }
    }

    /// The key that signs and encrypts sessions: as set, else made once and kept in
    /// the data folder, readable by its owner alone.
    ///
    /// # Errors
    /// When the data folder cannot be written, or holds a key that is too short.
    pub fn secret_key(&self) -> io::Result<Secret> {
        self.kept_key(&self.accounts.secret_key, "secret.key")
    }

    /// The key that the sandbox gateway and its client share: as set, else made once and kept
    /// in the data folder, readable by its owner alone.
    ///
    /// # Errors
    /// When the data folder cannot be written, or holds a key that is too short.
    pub fn sandbox_pay_secret(&self) -> io::Result<Secret> {
        self.kept_key(&self.payments.sandbox_pay_secret, "sandbox-pay.key")
    }

    fn kept_key(&self, set: &Option<Secret>, file: &str) -> io::Result<Secret> {
        if let Some(key) = set {
            return Ok(key.clone());
        }
        let path = self.stores.data_dir.join(file);
        let key = create_once(&path, random_text(64))?;
        values::secret_key(key.expose()).map_err(|reason| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("{}: {reason}", path.display()),
            )
        })
    }
}
