use std::net::SocketAddr;
use std::path::PathBuf;

use chrono_tz::Tz;
use clap::Args;
use clap::builder::RangedU64ValueParser;

use super::Secret;
use super::values::{self, AddressRange, BaseUrl, LatePayments, LogFormat, Switch};

/// Where and how pages are served.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Web")]
pub struct WebSettings {
    /// Address and port to listen on; port 0 takes a free one and prints it
    #[arg(long, env = "STOCKDESK_LISTEN", value_name = "ADDRESS:PORT")]
    #[arg(default_value = "127.0.0.1:8080", value_parser = values::socket_address)]
    pub listen: SocketAddr,

    /// Public address of the desk, for origin checks and payment callbacks
    #[arg(long, env = "STOCKDESK_BASE_URL", value_name = "URL", value_parser = values::base_url)]
    pub base_url: Option<BaseUrl>,

    /// Proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed, comma-separated
    #[arg(long, env = "STOCKDESK_TRUSTED_PROXIES", value_name = "ADDRESS[/BITS]")]
    #[arg(value_delimiter = ',', value_parser = values::address_range)]
    pub trusted_proxies: Vec<AddressRange>,

    /// Threads that answer requests
    #[arg(long, env = "STOCKDESK_WORKERS", value_name = "N")]
    #[arg(value_parser = RangedU64ValueParser::<usize>::new().range(1..=1024))]
    pub workers: Option<usize>,

    /// Folder of the style sheet and the script
    #[arg(long, env = "STOCKDESK_STATIC_DIR", value_name = "FOLDER")]
    pub static_dir: Option<PathBuf>,

    /// Requests in a second of one API key, and at once twice as many; 0 is no limit
    #[arg(
        long,
        env = "STOCKDESK_API_REQUESTS_PER_SECOND",
        value_name = "N",
        default_value = "20000"
    )]
    #[arg(value_parser = RangedU64ValueParser::<u32>::new())]
    pub api_requests_per_second: u32,

    /// The label in the top bar, so that nobody mistakes one desk for another
    #[arg(long, env = "STOCKDESK_ENVIRONMENT", value_name = "LABEL")]
    pub environment: Option<String>,

    /// The one site zone that times are shown in
    #[arg(long, env = "STOCKDESK_TIME_ZONE", value_name = "ZONE")]
    #[arg(default_value = "Asia/Shanghai", value_parser = values::time_zone)]
    pub time_zone: Tz,
}

/// Where stock is kept.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Stores")]
pub struct StoreSettings {
    /// The database, `mysql://user:password@host:port/db`
    #[arg(long, env = "STOCKDESK_DATABASE_URL", value_name = "URL")]
    #[arg(value_parser = values::database_url, hide_env_values = true)]
    pub database_url: Option<Secret>,

    /// Connections to the database that one process keeps at most
    #[arg(
        long,
        env = "STOCKDESK_DATABASE_POOL_SIZE",
        value_name = "N",
        default_value = "32"
    )]
    #[arg(value_parser = RangedU64ValueParser::<u32>::new().range(2..=150))]
    pub database_pool_size: u32,

    /// Redis, `redis://...` or `rediss://...`; a comma-separated list for a cluster
    #[arg(long, env = "STOCKDESK_REDIS_URL", value_name = "URL[,URL...]")]
    #[arg(value_parser = values::redis_url, hide_env_values = true)]
    pub redis_url: Option<Secret>,

    /// Folder of the private servers' data and the generated secrets
    #[arg(
        long,
        env = "STOCKDESK_DATA_DIR",
        value_name = "FOLDER",
        default_value = "./data"
    )]
    pub data_dir: PathBuf,

    /// Memory for the private database's cache, in MiB
    #[arg(
        long,
        env = "STOCKDESK_PRIVATE_DATABASE_MEMORY_MIB",
        value_name = "MIB"
    )]
    #[arg(default_value = "256")]
    #[arg(value_parser = RangedU64ValueParser::<u32>::new().range(32..=1_048_576))]
    pub private_database_memory_mib: u32,

    /// How long a private server may take until it answers, in seconds
    #[arg(
        long,
        env = "STOCKDESK_PRIVATE_START_TIMEOUT_SECONDS",
        value_name = "SECONDS"
    )]
    #[arg(default_value = "60", value_parser = RangedU64ValueParser::<u64>::new().range(1..=3600))]
    pub private_start_timeout_seconds: u64,

    /// Fill in demo data on the first start
    #[arg(long, env = "STOCKDESK_DEMO_DATA", value_name = "on|off", value_enum)]
    pub demo_data: Option<Switch>,
}

impl StoreSettings {
    /// No database was given, so we run one.
    pub fn private_database(&self) -> bool {
        self.database_url.is_none()
    }

    /// No Redis was given, so we run one.
    pub fn private_redis(&self) -> bool {
        self.redis_url.is_none()
    }
}

/// Who may come in.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Accounts")]
pub struct AccountSettings {
    /// Password of `admin` when the first start creates it
    #[arg(long, env = "STOCKDESK_ADMIN_PASSWORD", value_name = "PASSWORD")]
    #[arg(value_parser = values::password, hide_env_values = true)]
    pub admin_password: Option<Secret>,

    /// Signs and encrypts sessions; the same for every instance, at least 32 characters
    #[arg(long, env = "STOCKDESK_SECRET_KEY", value_name = "KEY")]
    #[arg(value_parser = values::secret_key, hide_env_values = true)]
    pub secret_key: Option<Secret>,

    /// Hours until a session ends
    #[arg(
        long,
        env = "STOCKDESK_SESSION_HOURS",
        value_name = "HOURS",
        default_value = "12"
    )]
    #[arg(value_parser = RangedU64ValueParser::<u32>::new().range(1..=720))]
    pub session_hours: u32,
}

/// How stock is moved.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Stock")]
pub struct StockSettings {
    /// How long the gate (Redis) may take before claims go straight to MySQL, in milliseconds
    #[arg(
        long,
        env = "STOCKDESK_GATE_TIMEOUT_MS",
        value_name = "MS",
        default_value = "200"
    )]
    #[arg(value_parser = RangedU64ValueParser::<u64>::new().range(1..=60_000))]
    pub gate_timeout_ms: u64,

    /// Units that an operator may move in one operation without a supervisor
    #[arg(long, env = "STOCKDESK_OPERATOR_UNIT_LIMIT", value_name = "UNITS")]
    #[arg(default_value = "100")]
    #[arg(value_parser = RangedU64ValueParser::<u32>::new())]
    pub operator_unit_limit: u32,
}

/// How payments are settled.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Payments")]
pub struct PaymentSettings {
    /// What becomes of money for an order that was cancelled before it came
    #[arg(
        long,
        env = "STOCKDESK_LATE_PAYMENTS",
        value_name = "POLICY",
        value_enum
    )]
    #[arg(default_value = "refund")]
    pub late_payments: LatePayments,

    /// How many times faster than usual gateways are asked again, for practice
    #[arg(long, env = "STOCKDESK_RETRY_SPEED", value_name = "N")]
    #[arg(default_value = "1", value_parser = RangedU64ValueParser::<u32>::new().range(1..=1000))]
    pub retry_speed: u32,

    /// Where `stockdesk sandbox-pay`, the payment gateway to practise with, listens
    #[arg(
        long,
        env = "STOCKDESK_SANDBOX_PAY_LISTEN",
        value_name = "ADDRESS:PORT"
    )]
    #[arg(default_value = "127.0.0.1:8090", value_parser = values::socket_address)]
    pub sandbox_pay_listen: SocketAddr,

    /// How browsers, and the desk, reach a sandbox gateway that runs on its own
    #[arg(
        long,
        env = "STOCKDESK_SANDBOX_PAY_URL",
        value_name = "URL",
        value_parser = values::base_url
    )]
    pub sandbox_pay_url: Option<BaseUrl>,

    /// Signs what the desk and the sandbox gateway say to each other, at least 32 characters
    #[arg(long, env = "STOCKDESK_SANDBOX_PAY_SECRET", value_name = "KEY")]
    #[arg(value_parser = values::secret_key, hide_env_values = true)]
    pub sandbox_pay_secret: Option<Secret>,
}

/// What is written to the log.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Log")]
pub struct LogSettings {
    /// What is logged: a level, or levels per module such as `info,stockdesk=debug`
    #[arg(
        long,
        env = "STOCKDESK_LOG",
        value_name = "FILTER",
        default_value = "info"
    )]
    #[arg(value_parser = values::log_filter)]
    pub log: String,

    /// How a log line is written
    #[arg(
        long,
        env = "STOCKDESK_LOG_FORMAT",
        value_name = "text|json",
        value_enum
    )]
    #[arg(default_value = "text")]
    pub log_format: LogFormat,
}

/// What happens when a setting without a default is left out.
///
/// Clap knows the defaults that are values; these are the ones that are a choice made at
/// the start. A test refuses a setting that has neither.
pub(super) const WHEN_LEFT_OUT: &[(&str, &str)] = &[
    ("STOCKDESK_BASE_URL", "from the request"),
    ("STOCKDESK_TRUSTED_PROXIES", "none"),
    ("STOCKDESK_WORKERS", "one for each processor"),
    (
        "STOCKDESK_STATIC_DIR",
        "`static` beside the program, else where it was built",
    ),
    (
        "STOCKDESK_ENVIRONMENT",
        "`demo` with the private database, else `production`",
    ),
    ("STOCKDESK_DATABASE_URL", "none: private MariaDB"),
    ("STOCKDESK_REDIS_URL", "none: private Redis"),
    (
        "STOCKDESK_DEMO_DATA",
        "`on` with private servers, else `off`",
    ),
    ("STOCKDESK_ADMIN_PASSWORD", "generated, printed once"),
    ("STOCKDESK_SECRET_KEY", "generated into the data folder"),
    ("STOCKDESK_SANDBOX_PAY_URL", "the desk runs one itself"),
    (
        "STOCKDESK_SANDBOX_PAY_SECRET",
        "generated into the data folder",
    ),
];
