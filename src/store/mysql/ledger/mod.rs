//! The ledger, read. Nothing here walks further than a page or a bounded window, however long
//! the ledger is.

mod by_actor;
mod history;
mod past;
mod window;

use sqlx::mysql::MySqlRow;
use sqlx::{FromRow, MySqlPool, Row};

pub use by_actor::ledger_by_actor;
pub use history::{explanation, history};
pub use past::{level_at, version_at, version_before};
pub use window::{Stretch, ledger_count, ledger_window};

use super::StoreResult;
use super::json::{json_list, parse};
use crate::domain::ids::{DocumentNo, EntryId, OpId, StockId};
use crate::domain::ledger::{Document, EntryKind, LedgerEntry, Reversal};
use crate::domain::listing::LedgerKey;

const COLUMNS: &str = "l.stock_id, l.version, l.document, l.kind, l.delta, l.balance, l.reverses,
  l.created_at, s.warehouse, s.sku, d.kind AS document_kind, d.actor, d.source, d.reason, d.note,
  d.reference, d.reversed_by AS reversal_actor, d.reversed_source, d.reversed_op,
  d.reversed_reason, d.reversed_note, r.version AS reversed_version";

// The way is named: of tables that are small, or were when a server last counted them, it would
// rather read all of each.
const JOINS: &str = "STRAIGHT_JOIN stock s FORCE INDEX (PRIMARY) ON s.id = l.stock_id
  STRAIGHT_JOIN documents d FORCE INDEX (PRIMARY) ON d.document = l.document
  LEFT JOIN ledger r FORCE INDEX (ledger_reversed_once)
    ON r.stock_id = l.stock_id AND r.reverses = l.version";

/// The entries with these keys, newest first.
pub async fn entries_fetch(pool: &MySqlPool, keys: &[LedgerKey]) -> StoreResult<Vec<LedgerEntry>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<(StockId, u64)> = keys.iter().map(|k| (k.stock, k.version)).collect();
    let sql = sqlx::AssertSqlSafe(format!(
        "SELECT {COLUMNS} FROM JSON_TABLE(?, '$[*]' COLUMNS (
           stock_id INT UNSIGNED PATH '$[0]', version BIGINT UNSIGNED PATH '$[1]')) j
         STRAIGHT_JOIN ledger l FORCE INDEX (PRIMARY)
           ON l.stock_id = j.stock_id AND l.version = j.version {JOINS}
         ORDER BY l.created_at DESC, l.stock_id DESC, l.version DESC"
    ));
    Ok(sqlx::query_as(sql)
        .bind(json_list(&keys))
        .fetch_all(pool)
        .await?)
}

pub async fn entry_fetch(pool: &MySqlPool, id: EntryId) -> StoreResult<Option<LedgerEntry>> {
    let sql = sqlx::AssertSqlSafe(format!(
        "SELECT {COLUMNS} FROM ledger l {JOINS} WHERE l.stock_id = ? AND l.version = ?"
    ));
    let query = sqlx::query_as(sql).bind(id.stock).bind(id.version);
    Ok(query.fetch_optional(pool).await?)
}

/// A document with all its entries.
pub async fn document_fetch(
    pool: &MySqlPool,
    document: &DocumentNo,
) -> StoreResult<Option<Document>> {
    let row = sqlx::query("SELECT * FROM documents WHERE document = ?")
        .bind(document.as_str())
        .fetch_optional(pool)
        .await?;
    let Some(r) = row else {
        return Ok(None);
    };
    let entries = document_entries(pool, document).await?;
    Ok(Some(self::document(&r, entries)?))
}

/// The entries that the lines of a bulk operation made, in no order: at most one a line.
pub async fn bulk_entries(pool: &MySqlPool, op: OpId) -> StoreResult<Vec<LedgerKey>> {
    // '/' comes right after '.': everything between is a line of this operation.
    const SQL: &str = "SELECT l.created_at, l.stock_id, l.version FROM ledger l
      WHERE l.document > ? AND l.document < ? AND l.reverses IS NULL
      UNION ALL
      SELECT l.created_at, l.stock_id, l.version FROM bulk_lines b
      STRAIGHT_JOIN documents d ON d.document = b.document AND d.reversed_op = b.op
      STRAIGHT_JOIN ledger l ON l.document = d.document AND l.reverses IS NOT NULL
      WHERE b.op = ? AND b.kind = 'undo'";
    Ok(sqlx::query_as(SQL)
        .bind(format!("{op}."))
        .bind(format!("{op}/"))
        .bind(op.to_string())
        .fetch_all(pool)
        .await?)
}

/// All entries of a document: in the order of its lines, reversals last.
pub async fn document_entries(
    pool: &MySqlPool,
    document: &DocumentNo,
) -> StoreResult<Vec<LedgerEntry>> {
    let sql = sqlx::AssertSqlSafe(format!(
        "SELECT {COLUMNS} FROM ledger l {JOINS} WHERE l.document = ?
         ORDER BY l.reverses IS NOT NULL, l.line"
    ));
    let query = sqlx::query_as(sql).bind(document.as_str());
    Ok(query.fetch_all(pool).await?)
}

fn document(r: &MySqlRow, entries: Vec<LedgerEntry>) -> Result<Document, sqlx::Error> {
    let warehouse: Option<String> = r.try_get("warehouse")?;
    let reversed = match r.try_get("reversed_at")? {
        None => None,
        Some(at) => Some(Reversal {
            at,
            actor: r.try_get("reversed_by")?,
            source: r.try_get("reversed_source")?,
            op: op(r, "reversed_op")?,
            reason: r.try_get("reversed_reason")?,
            note: r.try_get("reversed_note")?,
        }),
    };
    Ok(Document {
        document: parse(r.try_get("document")?)?,
        kind: r.try_get("kind")?,
        warehouse: warehouse.map(|name| parse(&name)).transpose()?,
        actor: r.try_get("actor")?,
        source: r.try_get("source")?,
        reason: r.try_get("reason")?,
        note: r.try_get("note")?,
        reference: r.try_get("reference")?,
        created_at: r.try_get("created_at")?,
        reversed,
        entries,
    })
}

fn op(r: &MySqlRow, column: &str) -> Result<Option<OpId>, sqlx::Error> {
    let op: Option<String> = r.try_get(column)?;
    op.map(|op| parse(&op)).transpose()
}

impl FromRow<'_, MySqlRow> for LedgerEntry {
    fn from_row(r: &MySqlRow) -> Result<Self, sqlx::Error> {
        let (stock, kind): (StockId, EntryKind) = (r.try_get("stock_id")?, r.try_get("kind")?);
        let document: DocumentNo = parse(r.try_get("document")?)?;
        let entry = |version| EntryId { stock, version };
        let reversal = kind.reverses();
        let by = |own, other| r.try_get(if reversal { other } else { own });
        let made_by = match reversal {
            true => op(r, "reversed_op")?,
            false => OpId::of_document(&document),
        };
        Ok(Self {
            id: entry(r.try_get("version")?),
            warehouse: parse(r.try_get("warehouse")?)?,
            sku: parse(r.try_get("sku")?)?,
            kind,
            delta: r.try_get("delta")?,
            balance: r.try_get("balance")?,
            document,
            document_kind: r.try_get("document_kind")?,
            reverses: r.try_get::<Option<u64>, _>("reverses")?.map(entry),
            reversed_by: r.try_get::<Option<u64>, _>("reversed_version")?.map(entry),
            op: made_by,
            actor: r.try_get(if reversal { "reversal_actor" } else { "actor" })?,
            source: r.try_get(if reversal {
                "reversed_source"
            } else {
                "source"
            })?,
            reason: by("reason", "reversed_reason")?,
            note: by("note", "reversed_note")?,
            reference: if reversal {
                None
            } else {
                r.try_get("reference")?
            },
            created_at: r.try_get("created_at")?,
        })
    }
}
