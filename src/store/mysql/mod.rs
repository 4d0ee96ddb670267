//! MySQL and MariaDB: the truth.
//!
//! A file per table or per job. Functions take the pool, or `_in_tx` a transaction, and are named
//! noun first: `user_fetch`, `ledger_list`. SQL stays within what both servers do.

pub mod api_keys;
pub mod attention;
pub mod audit;
pub mod bulk;
pub mod commit;
pub mod demand;
pub mod generate;
pub mod import;
pub mod json;
pub mod late;
pub mod ledger;
mod numbers;
pub mod operations;
pub mod orders;
pub mod overview;
pub mod read_only;
pub mod reconciliations;
pub mod replay;
pub mod stock;
pub mod stock_list;
pub mod stock_words;
pub mod troubles;
pub mod users;
pub mod verify;

use std::time::Duration;

use sqlx::migrate::MigrateError;
use sqlx::mysql::{MySqlConnectOptions, MySqlPoolOptions};
use sqlx::{Connection, Executor, MySqlConnection, MySqlPool};
use tokio::time::timeout;

use crate::domain::listing::CappedCount;
use crate::domain::rejection::ServiceError;

/// What went wrong with the database, sorted by what the caller can do about it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached, is overloaded or gave up; the same call may work in a moment.
    #[error("the database did not answer: {0}")]
    Away(#[source] sqlx::Error),
    /// Ours to mend: a wrong statement, a value that does not decode.
    #[error("the database refused: {0}")]
    Broken(#[source] sqlx::Error),
}

pub type StoreResult<T> = Result<T, StoreError>;

/// Server errors that pass by themselves: too many connections, shutting down, lock wait
/// timeout, deadlock, interrupted, read-only, killed, changed under the snapshot (MariaDB).
const PASSING: [u16; 12] = [
    1020, 1040, 1053, 1152, 1158, 1159, 1160, 1161, 1205, 1213, 1290, 1317,
];

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let away = match &error {
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => true,
            sqlx::Error::Database(refusal) => refusal
                .try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>()
                .is_some_and(|mysql| PASSING.contains(&mysql.number())),
            _ => false,
        };
        if away {
            Self::Away(error)
        } else {
            Self::Broken(error)
        }
    }
}

impl From<StoreError> for ServiceError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Away(_) => Self::NotConfirmed(error.to_string()),
            StoreError::Broken(_) => Self::Internal(error.to_string()),
        }
    }
}

/// Whether a statement failed because a row with this key is there already.
pub fn is_duplicate(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Database(refusal) if refusal.is_unique_violation())
}

/// A pool of at most `size` connections to `url`. It connects on first use, so that a desk can
/// start, and say what is wrong, while its database is away.
///
/// Sessions run at UTC, READ COMMITTED (no gap locks, no snapshot older than its locks) and in
/// strict mode (a value that does not fit is an error, never cut).
///
/// # Errors
/// When `url` cannot be read.
pub fn open(url: &str, size: u32) -> StoreResult<MySqlPool> {
    Ok(pool(url.parse()?, size))
}

/// A question that was given up (a page that took too long, somebody who went away) may still be
/// answered within this time. Then its connection is used again.
const GIVEN_UP_LIMIT: Duration = Duration::from_secs(1);

/// Reads what is left of a question that was given up, so that nobody else gets its answer, and
/// ends what it began, so that nobody else writes into a transaction that is never committed.
///
/// sqlx does the first, too, before a connection goes back into its pool, but without a limit:
/// where a statement was being prepared when it was given up, it waits for an answer that never
/// comes, and the place in the pool is lost for good. And it does not know of a transaction whose
/// `BEGIN` was given up before it was answered.
///
/// # Errors
/// When there is more than can be read in time: the connection is closed then.
async fn forget_given_up(connection: &mut MySqlConnection) -> sqlx::Result<bool> {
    match timeout(GIVEN_UP_LIMIT, connection.execute("ROLLBACK")).await {
        Ok(ended) => ended.map(|_| true),
        Err(_) => {
            let why = "a question that was given up is not answered";
            Err(sqlx::Error::Protocol(why.to_owned()))
        }
    }
}

/// As [`open`], with options that were read before.
pub fn pool(options: MySqlConnectOptions, size: u32) -> MySqlPool {
    MySqlPoolOptions::new()
        .max_connections(size)
        // A page would rather say "could not be loaded" than keep somebody waiting.
        .acquire_timeout(Duration::from_secs(2))
        .after_release(|connection, _| Box::pin(forget_given_up(connection)))
        .after_connect(|connection, _| {
            Box::pin(async move {
                connection
                    .execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
                    .await?;
                connection
                    .execute(
                        "SET SESSION time_zone = '+00:00', \
                         sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES')",
                    )
                    .await?;
                Ok(())
            })
        })
        .connect_lazy_with(options.charset("utf8mb4"))
}

/// Who migrates waits this long for another one who does.
const SCHEMA_TURN_S: u32 = 300;

/// Brings the schema up to date. Instances that start together take turns.
///
/// # Errors
/// When a migration fails, or the database was migrated by a newer version.
pub async fn migrate(pool: &MySqlPool) -> Result<(), MigrateError> {
    // Not the pool's own any more: whatever happens, the lock goes when the connection does.
    let mut connection = pool.acquire().await?.detach();
    // sqlx waits for its lock with a timeout of -1, which MariaDB takes for no lock at all.
    let turn: Option<i64> =
        sqlx::query_scalar("SELECT GET_LOCK(MD5(CONCAT('stockdesk schema ', DATABASE())), ?)")
            .bind(SCHEMA_TURN_S)
            .fetch_one(&mut connection)
            .await?;
    if turn != Some(1) {
        let why = "another program has been changing the schema for minutes";
        return Err(sqlx::Error::Protocol(why.to_owned()).into());
    }
    forget_broken_off(&mut connection).await?;
    while let Err(error) = sqlx::migrate!().run(&mut connection).await {
        let version = made_before(&error).ok_or(error)?;
        sqlx::query("UPDATE _sqlx_migrations SET success = TRUE WHERE version = ?")
            .bind(version)
            .execute(&mut connection)
            .await?;
    }
    stock_words::stock_words_complete(&mut connection).await?;
    Ok(connection.close().await?)
}

/// The migration that failed because the index or the column it makes is there: it was broken off
/// right after that, and is done. (MySQL has no `IF NOT EXISTS` for either; one `ALTER TABLE`
/// happens wholly or not at all.)
fn made_before(error: &MigrateError) -> Option<i64> {
    const DUPLICATE_COLUMN_NAME: u16 = 1060;
    const DUPLICATE_KEY_NAME: u16 = 1061;
    let MigrateError::ExecuteMigration(sqlx::Error::Database(refusal), version) = error else {
        return None;
    };
    let refusal = refusal.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>()?;
    let made = [DUPLICATE_COLUMN_NAME, DUPLICATE_KEY_NAME].contains(&refusal.number());
    made.then_some(*version)
}

/// A migration that was broken off (the program was killed in it) is run again. Each is one
/// statement that can be repeated: a test says so.
async fn forget_broken_off(connection: &mut sqlx::MySqlConnection) -> Result<(), sqlx::Error> {
    let begun: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM information_schema.tables
         WHERE table_schema = DATABASE() AND table_name = '_sqlx_migrations'",
    )
    .fetch_one(&mut *connection)
    .await?;
    if begun > 0 {
        connection
            .execute("DELETE FROM _sqlx_migrations WHERE success = FALSE")
            .await?;
    }
    Ok(())
}

/// Whether the schema is the one this program knows.
pub async fn is_migrated(pool: &MySqlPool) -> StoreResult<bool> {
    let newest = sqlx::migrate!().iter().map(|m| m.version).max();
    let applied: Option<i64> =
        sqlx::query_scalar("SELECT MAX(version) FROM _sqlx_migrations WHERE success = TRUE")
            .fetch_one(pool)
            .await?;
    Ok(applied == newest)
}

/// Has the server count its tables anew, after so much was written that it would choose ways
/// through them by what they held before.
pub async fn statistics_renew(pool: &MySqlPool) -> StoreResult<()> {
    const SQL: &str = "ANALYZE NO_WRITE_TO_BINLOG TABLE stock, stock_words, documents, ledger,
      orders, order_events, payments, evidence";
    sqlx::raw_sql(SQL).execute(pool).await?;
    Ok(())
}

/// Rows that a list looks at, at most, to find one page of what matches.
pub const WINDOW: u32 = 10_000;

/// A text that `LIKE` takes for itself.
fn like(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}

/// What `SELECT COUNT(*)` over at most one row more than the cap came to.
fn capped(count: i64) -> CappedCount {
    CappedCount(u32::try_from(count).unwrap_or(u32::MAX))
}
