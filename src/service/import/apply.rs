//! Applying a stock file: piece by piece, each piece once.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::file::{BadLine, Row, StockFile};
use crate::domain::actor::Actor;
use crate::domain::command::{Change, InvalidLines, Line, Lines, MAX_LINES, Post};
use crate::domain::ids::{DocumentNo, InvalidId, Sku, Warehouse};
use crate::domain::ledger::{DocumentKind, EntryKind};
use crate::domain::reason::Reason;
use crate::domain::rejection::ServiceError;
use crate::service::{Desk, insist};
use crate::store::mysql::StoreError;
use crate::store::mysql::import::{
    Description, ImportLock, NewSku, Piece, Present, Written, import_begin, import_fetch,
    import_finish, piece_write, stock_present, warehouses_insert,
};
use crate::store::mysql::stock::documents_known;

/// Rows of a piece: what one document may hold.
const PIECE: usize = MAX_LINES;
/// A database that is away may come back for this long before the import gives up.
const PATIENCE: Duration = Duration::from_secs(60);
/// A piece that others keep changing is looked at this often.
const LOOKS: u32 = 5;

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
    import_finish(pool, &file.digest, desk.now()).await?;
    Ok(Imported::Now(planned))
}

async fn look(
    desk: &Desk,
    warehouse: &Warehouse,
    rows: &[Row],
) -> Result<HashMap<Sku, Present>, StoreError> {
    let skus: Vec<&Sku> = rows.iter().map(|row| &row.sku).collect();
    stock_present(desk.pool(), warehouse, &skus).await
}

/// What a row asks for, given what is there.
enum Wanted {
    New,
    /// Another level, and perhaps another description.
    Level,
    /// It becomes unlimited (`None`) or gets a level, and has no entries yet.
    Relimit(Option<i64>),
    Impossible,
    Description,
    Nothing,
}

impl Wanted {
    fn of(row: &Row, present: Option<&Present>) -> Self {
        let Some(present) = present else {
            return Self::New;
        };
        let wanted = row.available.map(|level| level.get());
        if wanted.is_some() != present.available.is_some() {
            return match present.version {
                0 => Self::Relimit(wanted),
                _ => Self::Impossible,
            };
        }
        if wanted != present.available {
            Self::Level
        } else if described(row, present).is_some() {
            Self::Description
        } else {
            Self::Nothing
        }
    }
}

fn described<'a>(row: &'a Row, present: &Present) -> Option<Description<'a>> {
    let low_water = match row.low_water {
        None => present.low_water,
        Some(level) => level.map(|l| l.get()),
    };
    let differs = row.name != present.name || low_water != present.low_water;
    differs.then_some(Description {
        id: present.id,
        name: &row.name,
        low_water,
    })
}

fn cannot_relimit(row: &Row) -> BadLine {
    let what = match row.available {
        None => "this SKU has a level and ledger entries; it cannot become unlimited",
        Some(_) => "this SKU is unlimited and has ledger entries; it cannot get a level",
    };
    BadLine {
        line: row.line,
        reason: what.to_owned(),
    }
}

/// A piece of a file.
struct Part<'a> {
    desk: &'a Desk,
    file: &'a StockFile,
    warehouse: &'a Warehouse,
    rows: &'a [Row],
    number: u32,
    actor: &'a Actor,
    file_name: &'a str,
}

impl Part<'_> {
    async fn apply(&self) -> Result<(), ImportError> {
        self.set_levels().await?;
        for _ in 0..LOOKS {
            if self.write().await? == Written::Done {
                return Ok(());
            }
        }
        Err(self.stopped(&self.rows[0], "others keep changing these SKUs"))
    }

    /// Sets the levels that differ, by a document of this piece, once.
    async fn set_levels(&self) -> Result<(), ImportError> {
        let document = self.document()?;
        // It was done before a crash: what differs since then was sold, and stays sold.
        let known = documents_known(self.desk.pool(), std::slice::from_ref(&document)).await?;
        if !known.is_empty() {
            return Ok(());
        }
        let present = look(self.desk, self.warehouse, self.rows).await?;
        let mut lines = Vec::new();
        for row in self.rows {
            if let (Wanted::Level, Some(level)) =
                (Wanted::of(row, present.get(&row.sku)), row.available)
            {
                let change = Change::To {
                    level,
                    expected_version: None,
                };
                lines.push(Line {
                    sku: row.sku.clone(),
                    change,
                });
            }
        }
        let Some(last) = lines.last().map(|line| line.sku.clone()) else {
            return Ok(());
        };
        let post = self.post(document, lines)?;
        insist(PATIENCE, || {
            self.desk.post(post.clone(), self.actor.clone())
        })
        .await?;
        // Corrections are made in turn: when the last is made, so are those before it.
        self.desk
            .corrections()
            .load(self.warehouse, vec![last])
            .await;
        Ok(())
    }

    fn document(&self) -> Result<DocumentNo, ImportError> {
        let digest: String = self.file.digest[..12]
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        let number: Result<DocumentNo, InvalidId> =
            format!("import-{digest}-{}", self.number).parse();
        number.map_err(|error| ServiceError::Internal(error.to_string()).into())
    }

    fn post(&self, document: DocumentNo, lines: Vec<Line>) -> Result<Post, ImportError> {
        let lines = Lines::merge(lines)
            .map_err(|error: InvalidLines| ServiceError::Internal(error.to_string()))?;
        Ok(Post {
            document,
            kind: DocumentKind::Adjustment,
            entry_kind: EntryKind::Adjust,
            warehouse: self.warehouse.clone(),
            lines,
            payment: None,
            reason: Some(Reason::Count.as_str().to_owned()),
            note: Some(self.file_name.to_owned()),
            reference: None,
            confirms: None,
        })
    }

    /// Puts in what is new, and notes that this piece is done.
    async fn write(&self) -> Result<Written, ImportError> {
        let present = look(self.desk, self.warehouse, self.rows).await?;
        let mut piece = Piece {
            digest: &self.file.digest,
            chunks_done: self.number,
            warehouse: self.warehouse,
            new: Vec::new(),
            described: Vec::new(),
            relimited: Vec::new(),
        };
        let mut relimited = Vec::new();
        for row in self.rows {
            let there = present.get(&row.sku);
            if let Some(there) = there {
                piece.described.extend(described(row, there));
            }
            match (Wanted::of(row, there), there) {
                (Wanted::New, _) => piece.new.push(NewSku {
                    sku: &row.sku,
                    name: &row.name,
                    available: row.available.map(|level| level.get()),
                    low_water: row.low_water.flatten().map(|level| level.get()),
                }),
                (Wanted::Relimit(units), Some(there)) => {
                    piece.relimited.push((there.id, units));
                    relimited.push(row.sku.clone());
                }
                (Wanted::Impossible, _) => {
                    return Err(self.stopped(row, &cannot_relimit(row).reason));
                }
                _ => {}
            }
        }
        let written = piece_write(self.desk.pool(), &piece, self.desk.now()).await?;
        if written == Written::Done && !relimited.is_empty() {
            self.desk
                .corrections()
                .load(self.warehouse, relimited)
                .await;
        }
        Ok(written)
    }

    fn stopped(&self, row: &Row, reason: &str) -> ImportError {
        ImportError::Stopped {
            line: row.line,
            reason: reason.to_owned(),
        }
    }
}
