//! The stores a process works with: those that were given, else a private MariaDB and a
//! private Redis, run as child processes in the data folder.
//!
//! One process owns a data folder, by a lock that dies with it. It runs the servers, restarts
//! one that dies and stops them at its end. Others are guests: they use the owner's servers.
//! Whatever a killed owner leaves behind (sockets, half a first installation, servers still
//! running) is cleared away by the next one.

mod error;
mod folder;
mod keeper;
mod leftover;
mod lock;
mod log;
mod mariadb;
mod redis;
mod supervise;

use std::path::PathBuf;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::config::{Config, Secret, create_once, random_text};

pub use error::EmbeddedError;
use folder::Folder;
use lock::{GuestLock, OwnerLock};
use mariadb::MariaDb;
use redis::Redis;
use supervise::{Engine, Server};

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
    let settings = &config.stores;
    let options = Options {
        data_dir: settings.data_dir.clone(),
        database: settings.private_database(),
        redis: settings.private_redis(),
        database_memory_mib: settings.private_database_memory_mib,
        start_timeout: Duration::from_secs(settings.private_start_timeout_seconds),
        durability: Durability::Full,
    };
    if let (Some(database_url), Some(redis_url)) = (&settings.database_url, &settings.redis_url) {
        let (database_url, redis_url) = (database_url.clone(), redis_url.clone());
        return Ok(Stores {
            database_url,
            redis_url,
            servers: None,
        });
    }
    let (servers, private) = open_private(&options, role).await?;
    Ok(Stores {
        database_url: settings
            .database_url
            .clone()
            .unwrap_or(private.database_url),
        redis_url: settings.redis_url.clone().unwrap_or(private.redis_url),
        servers: Some(servers),
    })
}

/// Starts private servers with `options`, for those who have no [`Config`]: test suites.
///
/// # Errors
/// As [`open`].
pub async fn open_with(options: &Options, role: Role) -> Result<Stores, EmbeddedError> {
    let (
        servers,
        Urls {
            database_url,
            redis_url,
        },
    ) = open_private(options, role).await?;
    Ok(Stores {
        database_url,
        redis_url,
        servers: Some(servers),
    })
}

struct Urls {
    database_url: Secret,
    redis_url: Secret,
}

async fn open_private(options: &Options, role: Role) -> Result<(Servers, Urls), EmbeddedError> {
    let folder = Folder::open(&options.data_dir)?;
    let password = create_once(&folder.root.join("database.password"), random_text(32))
        .map_err(|source| EmbeddedError::folder(&folder.root, source))?;
    let mariadb = MariaDb::new(&folder, options, password);
    let redis = Redis::new(&folder);
    let urls = Urls {
        database_url: mariadb.url(),
        redis_url: redis.url(),
    };
    let deadline = Instant::now() + options.start_timeout;
    loop {
        if let Some(lock) = OwnerLock::claim(&folder, role)? {
            let owned = Owned::start(lock, role, &folder, options, mariadb, redis).await?;
            return Ok((Servers::Owned(owned), urls));
        }
        let holder = lock::holder(&folder);
        if role == Role::Serve && (holder.is_serve() || Instant::now() > deadline) {
            return Err(EmbeddedError::InUse {
                folder: folder.root,
                holder,
            });
        }
        // Counted as a guest before looking, so that the owner cannot leave in between.
        if role != Role::Serve
            && let Some(guest) = GuestLock::share(&folder)?
        {
            let database = !options.database || mariadb.answers().await.is_ok();
            if database && (!options.redis || redis.answers().await.is_ok()) {
                return Ok((Servers::Guest(guest), urls));
            }
        }
        if Instant::now() > deadline {
            return Err(EmbeddedError::OwnerSilent {
                folder: folder.root,
                holder,
            });
        }
        sleep(GLANCE).await;
    }
}

#[derive(Debug)]
enum Servers {
    Owned(Owned),
    Guest(GuestLock),
}

impl Servers {
    async fn stop(self) {
        match self {
            Servers::Owned(owned) => owned.stop().await,
            Servers::Guest(lock) => drop(lock),
        }
    }
}

/// Our own servers. Fields are dropped in order: the lock goes last.
#[derive(Debug)]
struct Owned {
    running: Vec<Server>,
    folder: Folder,
    role: Role,
    _lock: OwnerLock,
}

impl Owned {
    async fn start(
        lock: OwnerLock,
        role: Role,
        folder: &Folder,
        options: &Options,
        mariadb: MariaDb,
        redis: Redis,
    ) -> Result<Self, EmbeddedError> {
        folder.prepare()?;
        if options.database {
            leftover::stop(mariadb.name(), &folder.mariadb()).await?;
            mariadb.install().await?;
        }
        if options.redis {
            leftover::stop(redis.name(), &folder.redis()).await?;
        }
        let mut running = Vec::new();
        if options.database {
            running.push(Server::start(mariadb, folder, options.start_timeout)?);
        }
        if options.redis {
            running.push(Server::start(redis, folder, options.start_timeout)?);
        }
        let mut owned = Self {
            running,
            folder: folder.clone(),
            role,
            _lock: lock,
        };
        for index in 0..owned.running.len() {
            if let Err(error) = owned.running[index].answering().await {
                owned.stop_servers().await;
                return Err(error);
            }
        }
        Ok(owned)
    }

    async fn stop(mut self) {
        let _closed = self.no_more_guests().await;
        self.stop_servers().await;
    }

    /// `serve` has to be gone in ten seconds; a command lets those beside it finish first.
    async fn no_more_guests(&self) -> Option<GuestLock> {
        let mut told = false;
        loop {
            match GuestLock::exclude(&self.folder) {
                Ok(Some(lock)) => return Some(lock),
                Ok(None) if self.role == Role::Serve => return None,
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(%error, "cannot tell whether others use the private servers");
                    return None;
                }
            }
            if !told {
                tracing::info!("the private servers stay until the commands beside this one end");
                told = true;
            }
            sleep(GLANCE).await;
        }
    }

    async fn stop_servers(&mut self) {
        let stopping = self.running.drain(..).map(Server::stop);
        futures_util::future::join_all(stopping).await;
    }
}
