//! A desk for a command: on the stores of a running `serve`, or on servers started for it.

use std::time::Duration;

use anyhow::{Context, bail};
use tokio::task::JoinHandle;

use crate::app;
use crate::config::Config;
use crate::embedded::{self, Role, Stores};
use crate::service::Desk;
use crate::store::mysql;

/// The gate takes an instance for dead that is silent for five seconds.
const SIGN_OF_LIFE: Duration = Duration::from_secs(1);

/// What the command means to do with the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Schema {
    /// Bring it up to date first.
    Migrate,
    /// Only read, and leave the gate alone too; an old schema is an error.
    Current,
}

/// A desk, and what keeps it going.
pub struct Opened {
    pub desk: Desk,
    stores: Stores,
    alive: JoinHandle<()>,
}

impl Opened {
    /// Opens the stores of `config` for the command `name`.
    ///
    /// # Errors
    /// When a store cannot be reached (Redis may be away) or the schema is not as wanted.
    pub async fn open(config: &Config, name: &'static str, schema: Schema) -> anyhow::Result<Self> {
        let stores = embedded::open(config, Role::Command(name)).await?;
        match Self::on(config, &stores, schema).await {
            Ok(desk) => {
                let alive = tokio::spawn(stay_alive(desk.clone(), schema == Schema::Migrate));
                Ok(Self {
                    desk,
                    stores,
                    alive,
                })
            }
            Err(error) => {
                stores.stop().await;
                Err(error)
            }
        }
    }

    async fn on(config: &Config, stores: &Stores, schema: Schema) -> anyhow::Result<Desk> {
        let pool = app::pool(config, stores)?;
        match schema {
            Schema::Migrate => mysql::migrate(&pool)
                .await
                .context("the database could not be brought up to date")?,
            Schema::Current => {
                if !mysql::is_migrated(&pool).await.unwrap_or(false) {
                    // Says what is wrong when it cannot be reached at all.
                    sqlx_ping(&pool).await?;
                    bail!("the database is not up to date: run `stockdesk migrate` first");
                }
            }
        }
        app::desk(config, stores, pool).await
    }

    /// Takes leave of the gate and lets the stores go.
    pub async fn close(self) {
        self.alive.abort();
        // Redis being away is no reason to fail at the end of a command that was done.
        let _ = self.desk.gate().leave().await;
        self.desk.pool().close().await;
        self.stores.stop().await;
    }
}

async fn sqlx_ping(pool: &sqlx::MySqlPool) -> anyhow::Result<()> {
    let connection = pool
        .acquire()
        .await
        .context("the database does not answer")?;
    drop(connection);
    Ok(())
}

/// Tells the gate, as long as the command runs, that what it has in flight is not abandoned; a
/// command that moves stock also mends the gate where it differs, as a running desk does.
async fn stay_alive(desk: Desk, mends: bool) {
    let mut reconciler = desk.reconciler();
    let mut every = tokio::time::interval(SIGN_OF_LIFE);
    loop {
        every.tick().await;
        if let Err(away) = reconciler.watch_gate().await {
            tracing::debug!(%away, "the gate does not answer");
        } else if mends {
            let mended = async {
                reconciler.recover().await?;
                reconciler.compare().await
            };
            if let Err(error) = mended.await {
                tracing::debug!(%error, "the gate was not compared");
            }
        }
    }
}
