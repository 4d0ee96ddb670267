//! Reads for `verify`: every invariant as statements that return what breaks it.
//!
//! All of them see one moment, however long they take and whatever is sold meanwhile: one
//! read-only transaction with a snapshot. Nothing is held in memory or in temporary tables that
//! grows with the ledger.

mod documents;
mod levels;
mod payments;

pub use documents::{DocumentSeen, EntrySeen, EvidenceSeen, OrderSeen};
pub use levels::{
    BrokenLink, BrokenReserve, BrokenReversal, EntriesSeen, LevelSeen, ReversedTwice, Stretch,
};
pub use payments::BrokenPayment;

use sqlx::mysql::MySqlConnection;
use sqlx::{ConnectOptions, Connection, Executor, MySqlPool};

use super::StoreResult;

/// One moment of the database.
pub struct Snapshot {
    conn: MySqlConnection,
}

impl Snapshot {
    /// Opens a connection of its own, so that the pool is left to those who sell.
    pub async fn open(pool: &MySqlPool) -> StoreResult<Self> {
        let options = (*pool.connect_options()).clone();
        // Taking long is no news here.
        let options = options.disable_statement_logging();
        let mut conn = options.connect().await?;
        for statement in [
            // Damaged versions must not turn a subtraction into an error.
            "SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_UNSIGNED_SUBTRACTION')",
            "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
        ] {
            conn.execute(statement).await?;
        }
        Ok(Self { conn })
    }

    /// Lets the moment go.
    pub async fn close(self) -> StoreResult<()> {
        Ok(self.conn.close().await?)
    }
}
