//! The servers of a data folder, whether this process runs them or another one does.

use tokio::time::{Instant, sleep};

use super::engine::Engine;
use super::folder::Folder;
use super::lock::{self, GuestLock, OwnerLock};
use super::mariadb::MariaDb;
use super::redis::Redis;
use super::supervise::Server;
use super::{EmbeddedError, GLANCE, Options, Role, leftover};

/// Held as long as the servers are used.
#[derive(Debug)]
pub(super) enum Servers {
    /// This process runs them.
    Owned(Owned),
    /// Another process runs them; the lock keeps them running.
    Guest { _lock: GuestLock },
}

impl Servers {
    /// Becomes the owner, or a guest of a working owner, whichever is possible first. Dropping
    /// the future leaves nothing running.
    pub async fn find(
        folder: Folder,
        options: &Options,
        role: Role,
        mariadb: MariaDb,
        redis: Redis,
    ) -> Result<Self, EmbeddedError> {
        let deadline = Instant::now() + options.start_timeout;
        loop {
            if let Some(lock) = OwnerLock::claim(&folder, role)? {
                let owned = Owned::start(lock, role, folder, options, mariadb, redis).await?;
                return Ok(Servers::Owned(owned));
            }
            let late = Instant::now() > deadline;
            let holder = lock::holder(&folder);
            if role == Role::Serve && (holder.is_serve() || late) {
                return Err(EmbeddedError::InUse {
                    folder: folder.root,
                    holder,
                });
            }
            // Counted as a guest before looking, so that the owner cannot leave in between.
            if role != Role::Serve
                && let Some(lock) = GuestLock::share(&folder)?
            {
                let database = !options.database || mariadb.answers().await.is_ok();
                if database && (!options.redis || redis.answers().await.is_ok()) {
                    return Ok(Servers::Guest { _lock: lock });
                }
            }
            if late {
                return Err(EmbeddedError::OwnerSilent {
                    folder: folder.root,
                    holder,
                });
            }
            sleep(GLANCE).await;
        }
    }

    /// Waits until all of them answer.
    pub async fn answering(&mut self) -> Result<(), EmbeddedError> {
        if let Servers::Owned(owned) = self {
            for server in &mut owned.running {
                server.answering().await?;
            }
        }
        Ok(())
    }

    /// Ends the use of them.
    pub async fn stop(self) {
        if let Servers::Owned(owned) = self {
            owned.stop().await;
        }
    }
}

/// Our own servers. Fields are dropped in order: the lock goes last.
#[derive(Debug)]
pub(super) struct Owned {
    running: Vec<Server>,
    folder: Folder,
    role: Role,
    _lock: OwnerLock,
}

impl Owned {
    /// Nothing runs yet while this waits; once the servers are started, it returns.
    async fn start(
        lock: OwnerLock,
        role: Role,
        folder: Folder,
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
            running.push(Server::start(mariadb, &folder, options.start_timeout)?);
        }
        if options.redis {
            running.push(Server::start(redis, &folder, options.start_timeout)?);
        }
        Ok(Self {
            running,
            folder,
            role,
            _lock: lock,
        })
    }

    async fn stop(mut self) {
        let _closed = self.no_more_guests().await;
        let stopping = self.running.drain(..).map(Server::stop);
        futures_util::future::join_all(stopping).await;
        self.folder.tidy();
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
}
