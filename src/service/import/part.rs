//! One piece of a stock file: what its rows ask for, and doing it once.

use std::collections::HashMap;
use std::time::Duration;

use super::apply::ImportError;
use super::file::{BadLine, Row, StockFile};
use crate::domain::actor::Actor;
use crate::domain::command::{Change, InvalidLines, Line, Lines, Post};
use crate::domain::ids::{DocumentNo, InvalidId, Sku, Warehouse};
use crate::domain::ledger::{DocumentKind, EntryKind};
use crate::domain::reason::Reason;
use crate::domain::rejection::ServiceError;
use crate::service::{Desk, insist};
use crate::store::mysql::StoreError;
use crate::store::mysql::import::{
    Description, NewSku, Piece, Present, Written, piece_write, stock_present,
};
use crate::store::mysql::stock::documents_known;

/// A database that is away may come back for this long before the import gives up.
const PATIENCE: Duration = Duration::from_secs(60);
/// A piece that others keep changing is looked at this often.
const LOOKS: u32 = 5;

/// The rows' SKUs as they stand.
pub(super) async fn look(
    desk: &Desk,
    warehouse: &Warehouse,
    rows: &[Row],
) -> Result<HashMap<Sku, Present>, StoreError> {
    let skus: Vec<&Sku> = rows.iter().map(|row| &row.sku).collect();
    stock_present(desk.pool(), warehouse, &skus).await
}

/// What a row asks for, given what is there.
pub(super) enum Wanted {
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
    pub fn of(row: &Row, present: Option<&Present>) -> Self {
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

pub(super) fn cannot_relimit(row: &Row) -> BadLine {
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
pub(super) struct Part<'a> {
    pub desk: &'a Desk,
    pub file: &'a StockFile,
    pub warehouse: &'a Warehouse,
    pub rows: &'a [Row],
    pub number: u32,
    pub actor: &'a Actor,
    pub file_name: &'a str,
}

impl Part<'_> {
    pub async fn apply(&self) -> Result<(), ImportError> {
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
