//! The stores a process works with: those that were given, else a private MariaDB and a
//! private Redis, run as child processes in the data folder.
//!
//! One process owns a data folder, by a lock that dies with it. It runs the servers, restarts
//! one that dies and stops them at its end. Others are guests: they use the owner's servers.
//! Whatever a killed owner leaves behind (sockets, half a first installation, servers still
//! running) is cleared away by the next one.

mod child;
mod engine;
mod error;
mod folder;
mod install;
mod keeper;
mod leftover;
mod lock;
mod log;
mod mariadb;
mod redis;
mod servers;
mod supervise;

use std::future::{Future, pending};
use std::path::PathBuf;
use std::time::Duration;

use crate::config::{Config, Secret, create_once, random_text};

pub use error::EmbeddedError;
use folder::Folder;
use mariadb::MariaDb;
use redis::Redis;
use servers::Servers;

/// How often something that takes a moment is looked at again.
const GLANCE: Duration = Duration::from_millis(20);

/// What the process means to do with the data folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Own it for a long time; another owner is an error.
    Serve,
    /// Do one thing, beside the owner when there is one.
    Command(&'static str),
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Role::Serve => "serve",
            Role::Command(name) => name,
        }
    }
}

/// How much a commit may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// A commit is on the disk before it is answered.
    Full,
    /// A commit survives the death of the server, not that of the machine. For test suites.
    Relaxed,
}

/// What to run, and where.
#[derive(Clone, Debug)]
pub struct Options {
    /// Folder of the servers' data; made when missing.
    pub data_dir: PathBuf,
    /// Run a private MariaDB.
    pub database: bool,
    /// Run a private Redis.
    pub redis: bool,
    /// InnoDB's buffer pool, MiB.
    pub database_memory_mib: u32,
    /// How long a server may take until it answers.
    pub start_timeout: Duration,
    /// How durable a commit is.
    pub durability: Durability,
}

/// Where the stores are, and the servers behind them if they are ours.
#[derive(Debug)]
pub struct Stores {
    /// `mysql://...`, for sqlx.
    pub database_url: Secret,
    /// `redis://...` or `redis+unix://...`, or a comma-separated list for a cluster.
    pub redis_url: Secret,
    servers: Option<Servers>,
}

impl Stores {
    /// Ends this process's use of the private servers; stops them if it owns them, in at most
    /// eight seconds. A command that owns them first lets the guests beside it finish.
    ///
    /// Dropping `Stores` instead stops the servers as well, without waiting for them.
    pub async fn stop(self) {
        if let Some(servers) = self.servers {
            servers.stop().await;
        }
    }
}

/// Finds or starts the stores that `config` asks for.
///
/// # Errors
/// When the data folder belongs to another `serve`, a server is not installed, or it does not
/// answer in time.
pub async fn open(config: &Config, role: Role) -> Result<Stores, EmbeddedError> {
    open_unless(config, role, pending::<()>()).await
}

/// As [`open`], but calls it off when `stop` completes first: a start can take a while after a
/// crash. Nothing is left running then.
///
/// # Errors
/// As [`open`], and [`EmbeddedError::CalledOff`].
pub async fn open_unless<F: Future>(
    config: &Config,
    role: Role,
    stop: F,
) -> Result<Stores, EmbeddedError> {
    let settings = &config.stores;
    if let (Some(database_url), Some(redis_url)) = (&settings.database_url, &settings.redis_url) {
        let (database_url, redis_url) = (database_url.clone(), redis_url.clone());
        return Ok(Stores {
            database_url,
            redis_url,
            servers: None,
        });
    }
    let options = Options {
        data_dir: settings.data_dir.clone(),
        database: settings.private_database(),
        redis: settings.private_redis(),
        database_memory_mib: settings.private_database_memory_mib,
        start_timeout: Duration::from_secs(settings.private_start_timeout_seconds),
        durability: Durability::Full,
    };
    let private = open_private(&options, role, stop).await?;
    Ok(Stores {
        database_url: settings
            .database_url
            .clone()
            .unwrap_or(private.database_url),
        redis_url: settings.redis_url.clone().unwrap_or(private.redis_url),
        servers: private.servers,
    })
}

/// Finds or starts private servers with `options`, for those who have no [`Config`]: test suites.
///
/// # Errors
/// As [`open`].
pub async fn open_with(options: &Options, role: Role) -> Result<Stores, EmbeddedError> {
    open_private(options, role, pending::<()>()).await
}

async fn open_private<F: Future>(
    options: &Options,
    role: Role,
    stop: F,
) -> Result<Stores, EmbeddedError> {
    let folder = Folder::open(&options.data_dir)?;
    let password = create_once(&folder.root.join("database.password"), random_text(32))
        .map_err(|source| EmbeddedError::folder(&folder.root, source))?;
    let mariadb = MariaDb::new(&folder, options, password);
    let redis = Redis::new(&folder);
    let (database_url, redis_url) = (mariadb.url(), redis.url());
    tokio::pin!(stop);
    let mut servers = tokio::select! {
        found = Servers::find(folder, options, role, mariadb, redis) => found?,
        _ = &mut stop => return Err(EmbeddedError::CalledOff),
    };
    let outcome = tokio::select! {
        answered = servers.answering() => answered,
        _ = &mut stop => Err(EmbeddedError::CalledOff),
    };
    match outcome {
        Ok(()) => Ok(Stores {
            database_url,
            redis_url,
            servers: Some(servers),
        }),
        Err(error) => {
            servers.stop().await;
            Err(error)
        }
    }
}
