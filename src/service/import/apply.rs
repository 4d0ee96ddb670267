//! Applying a stock file: piece by piece, each piece once.

use chrono::{DateTime, Utc};

use super::file::{BadLine, StockFile};
use super::part::{Part, Wanted, cannot_relimit, look};
use crate::domain::actor::Actor;
use crate::domain::command::MAX_LINES;
use crate::domain::ids::Warehouse;
use crate::domain::rejection::ServiceError;
use crate::service::Desk;
use crate::store::mysql::import::{
    ImportLock, import_begin, import_fetch, import_finish, warehouses_insert,
};
use crate::store::mysql::{StoreError, statistics_renew};

/// Rows of a piece: what one document may hold.
const PIECE: usize = MAX_LINES;

/// What a file would do.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    pub new: usize,
    /// SKUs with another level.
    pub set: usize,
    /// SKUs with another name or low water mark only.
    pub described: usize,
    pub unchanged: usize,
}

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Imported {
    Now(Planned),
    /// The same file was imported before, to its end, at this time; nothing was done.
    Before(DateTime<Utc>),
}

#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Lines that this desk cannot take; nothing was imported.
    #[error("{} lines cannot be imported", .0.len())]
    BadLines(Vec<BadLine>),
    #[error("another import is running")]
    Running,
    /// Stock changed under the import; what was done stays, and the same file goes on there.
    #[error("stopped at line {line}: {reason}")]
    Stopped { line: u64, reason: String },
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<StoreError> for ImportError {
    fn from(error: StoreError) -> Self {
        Self::Service(error.into())
    }
}

/// Compares the whole file with the stock, and writes nothing.
///
/// # Errors
/// `BadLines`: SKUs with entries that the file makes unlimited, or limited.
pub async fn plan(desk: &Desk, file: &StockFile) -> Result<Planned, ImportError> {
    let (mut planned, mut bad) = (Planned::default(), Vec::new());
    for (warehouse, rows) in &file.warehouses {
        for rows in rows.chunks(PIECE) {
            let present = look(desk, warehouse, rows).await?;
            for row in rows {
                match Wanted::of(row, present.get(&row.sku)) {
                    Wanted::New => planned.new += 1,
                    Wanted::Level | Wanted::Relimit(_) => planned.set += 1,
                    Wanted::Description => planned.described += 1,
                    Wanted::Nothing => planned.unchanged += 1,
                    Wanted::Impossible => bad.push(cannot_relimit(row)),
                }
            }
        }
    }
    if bad.is_empty() {
        Ok(planned)
    } else {
        Err(ImportError::BadLines(bad))
    }
}

/// Imports a file. `progress` is told how many rows are done.
///
/// # Errors
/// `BadLines` before anything is imported; `Stopped` and `Service` when it was broken off: the
/// same file goes on where it stopped.
pub async fn apply(
    desk: &Desk,
    file: &StockFile,
    file_name: &str,
    actor: &Actor,
    progress: impl FnMut(usize),
) -> Result<Imported, ImportError> {
    let lock = ImportLock::take(desk.pool())
        .await?
        .ok_or(ImportError::Running)?;
    let outcome = apply_alone(desk, file, file_name, actor, progress).await;
    lock.release().await?;
    outcome
}

async fn apply_alone(
    desk: &Desk,
    file: &StockFile,
    file_name: &str,
    actor: &Actor,
    mut progress: impl FnMut(usize),
) -> Result<Imported, ImportError> {
    let pool = desk.pool();
    if let Some(at) = import_fetch(pool, &file.digest)
        .await?
        .and_then(|row| row.finished_at)
    {
        return Ok(Imported::Before(at));
    }
    let planned = plan(desk, file).await?;
    let (rows, who, now) = (file.rows(), actor.to_string(), desk.now());
    let begun = import_begin(pool, &file.digest, file_name, rows, &who, now).await?;
    let names: Vec<Warehouse> = file.warehouses.iter().map(|(w, _)| w.clone()).collect();
    warehouses_insert(pool, &names, now).await?;
    let (mut number, mut done) = (0, 0);
    for (warehouse, rows) in &file.warehouses {
        for rows in rows.chunks(PIECE) {
            number += 1;
            done += rows.len();
            if number > begun.chunks_done {
                let piece = Part {
                    desk,
                    file,
                    warehouse,
                    rows,
                    number,
                    actor,
                    file_name,
                };
                piece.apply().await?;
                progress(done);
            }
        }
    }
    statistics_renew(pool).await?;
    import_finish(pool, &file.digest, desk.now()).await?;
    Ok(Imported::Now(planned))
}
