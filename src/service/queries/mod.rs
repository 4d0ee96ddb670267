//! What pages and the JSON API look at. Every answer says when it was read, and comes within two
//! seconds or not at all: a page would rather say "could not be loaded" than keep anyone waiting.

mod attention;
mod audit;
mod dear_counts;
mod late;
mod ledger;
mod operations;
mod orders;
mod stock;

use std::sync::Arc;
use std::time::Duration;

use sqlx::MySqlPool;
use tokio::time::timeout;

pub(super) use self::dear_counts::DearCounts;
use super::clock::Clock;
use crate::domain::listing::Seen;
use crate::domain::rejection::{ServiceError, ServiceResult};
use crate::store::mysql::StoreResult;

/// How long a read may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// Cheap to clone.
///
/// Every method fails with `NotConfirmed` when the database is away or too slow.
#[derive(Clone)]
pub struct Queries {
    pool: MySqlPool,
    clock: Clock,
    dear_counts: Arc<DearCounts>,
}

impl Queries {
    pub fn new(pool: MySqlPool, clock: Clock) -> Self {
        Self {
            pool,
            clock,
            dear_counts: Arc::default(),
        }
    }

    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    async fn read<T>(
        &self,
        reading: impl Future<Output = StoreResult<T>>,
    ) -> ServiceResult<Seen<T>> {
        let as_of = self.clock.now();
        match timeout(PATIENCE, reading).await {
            Ok(value) => Ok(Seen {
                value: value?,
                as_of,
            }),
            Err(_) => Err(ServiceError::NotConfirmed(format!(
                "not read within {PATIENCE:?}"
            ))),
        }
    }
}
