//! Group commit: many jobs, one transaction.
//!
//! The stock rows are locked first, in key order; then the documents are read (so a document
//! committed meanwhile is seen); then every job is decided in memory, in order; then all changes
//! are written by a fixed set of statements, however many jobs there are, and committed once.
//!
//! Two writers that race for one document both lock the same stock rows, or meet at the unique
//! key; the loser runs its batch again and finds the document there.

mod late;
mod load;
mod write;

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{DateTime, Utc};
use sqlx::mysql::MySqlConnection;
use sqlx::{Connection, Executor};

use crate::domain::book::{Decision, Job};

/// Why a batch came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Another writer was in the way (deadlock, lock wait, duplicate key); run it again.
    #[error("run again: {0}")]
    Again(String),
    /// The database went away. `sent`: the commit may have happened.
    #[error("database away: {source}")]
    Away { sent: bool, source: sqlx::Error },
    /// One of the jobs cannot be stored.
    #[error("cannot be stored: {0}")]
    Refused(sqlx::Error),
}

impl CommitError {
    fn from_sqlx(error: sqlx::Error, sent: bool) -> Self {
        match &error {
            sqlx::Error::Database(db) => {
                let number = db
                    .try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>()
                    .map_or(0, sqlx::mysql::MySqlDatabaseError::number);
                match number {
                    // duplicate key, deadlock, lock wait timeout, snapshot changed under a lock
                    1062 | 1205 | 1213 | 1020 => Self::Again(error.to_string()),
                    // missing parent: a document that another writer rolled back
                    1452 => Self::Again(error.to_string()),
                    // server shutdown, read-only, too many connections, killed, gone away
                    1053 | 1290 | 1040 | 1317 | 1836 | 1927 | 2006 | 2013 => Self::Away {
                        sent,
                        source: error,
                    },
                    _ => Self::Refused(error),
                }
            }
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => Self::Refused(error),
            _ => Self::Away {
                sent,
                source: error,
            },
        }
    }
}

/// Runs `jobs` in one transaction. `now` is the earliest time its entries may carry. The answers
/// stand in the order of the jobs and are true once this returns.
///
/// On `Err` nothing is known to be stored; running the same batch again is always safe.
pub async fn commit_batch(
    conn: &mut MySqlConnection,
    jobs: &[Job],
    now: DateTime<Utc>,
) -> Result<Vec<Decision>, CommitError> {
    let sent = AtomicBool::new(false);
    let result = run(conn, jobs, now, &sent).await;
    let sent = sent.load(Ordering::Relaxed);
    match result {
        Ok(decisions) => Ok(decisions),
        Err(Failure::Sql(error)) => Err(CommitError::from_sqlx(error, sent)),
        Err(Failure::Again(why)) => Err(CommitError::Again(why)),
    }
}

enum Failure {
    Sql(sqlx::Error),
    Again(String),
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        Self::Sql(error)
    }
}

async fn run(
    conn: &mut MySqlConnection,
    jobs: &[Job],
    now: DateTime<Utc>,
    sent: &AtomicBool,
) -> Result<Vec<Decision>, Failure> {
    // Dropped without a commit, the transaction is rolled back.
    let mut tx = conn.begin().await?;
    let mut book = load::book(&mut tx, jobs, now).await?;
    let decisions: Vec<Decision> = jobs.iter().map(|job| book.decide(job)).collect();
    if write::changes(&mut tx, &book).await? {
        sent.store(true, Ordering::Relaxed);
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(decisions)
}

/// Settings of a connection that writes batches.
pub async fn prepare_connection(conn: &mut MySqlConnection) -> Result<(), sqlx::Error> {
    // READ COMMITTED: no gap locks, and no snapshot older than the locks.
    conn.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
        .await?;
    conn.execute("SET SESSION innodb_lock_wait_timeout = 5")
        .await?;
    Ok(())
}
