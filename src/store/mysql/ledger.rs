//! The ledger, read. Nothing here walks further than a page or a bounded window, however long
//! the ledger is.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::mysql::MySqlRow;
use sqlx::{FromRow, MySql, MySqlPool, QueryBuilder, Row};

use super::json::{decode, json_list, parse};
use super::{StoreResult, WINDOW};
use crate::domain::ids::{DocumentNo, EntryId, OpId, StockId};
use crate::domain::ledger::{Document, EntryKind, LedgerEntry, PastLevel, Reversal};
use crate::domain::listing::{CappedCount, LedgerFilter, LedgerKey, Window};

const COLUMNS: &str = "l.stock_id, l.version, l.document, l.kind, l.delta, l.balance, l.reverses,
  l.created_at, s.warehouse, s.sku, d.kind AS document_kind, d.actor, d.source, d.reason, d.note,
  d.reference, d.reversed_by AS reversal_actor, d.reversed_source, d.reversed_op,
  d.reversed_reason, d.reversed_note, r.version AS reversed_version";

const JOINS: &str = "JOIN stock s ON s.id = l.stock_id JOIN documents d ON d.document = l.document
  LEFT JOIN ledger r ON r.stock_id = l.stock_id AND r.reverses = l.version";

/// Where a stretch of the ledger is read: over all stock by time, or one SKU by version.
#[derive(Debug, Clone, Copy)]
pub enum Stretch {
    /// Entries from `from` up to (not including) `to`, and before `after` in the list.
    Time {
        from: Option<DateTime<Utc>>,
        to: Option<DateTime<Utc>>,
        after: Option<LedgerKey>,
    },
    /// Entries of one SKU with `above < version <= upto`.
    Stock {
        stock: StockId,
        above: u64,
        upto: u64,
    },
}

/// The newest `wanted` keys of a stretch that pass `filter`, among at most [`WINDOW`] rows.
pub async fn ledger_window(
    pool: &MySqlPool,
    stretch: Stretch,
    filter: &LedgerFilter,
    wanted: u32,
) -> StoreResult<Window<LedgerKey>> {
    let looks = filter.looks_at_rows();
    let rows = if looks { WINDOW } else { wanted };
    let mut sql = QueryBuilder::new("SELECT w.created_at, w.stock_id, w.version FROM (");
    window(&mut sql, stretch, rows);
    sql.push(") w");
    if looks {
        residue(&mut sql, filter);
    }
    sql.push(" ORDER BY w.created_at DESC, w.stock_id DESC, w.version DESC LIMIT ");
    sql.push_bind(wanted);
    let found: Vec<LedgerKey> = sql.build_query_as().fetch_all(pool).await?;
    let goes_on = if looks && found.len() < wanted as usize {
        end_of_window(pool, stretch).await?
    } else {
        None
    };
    Ok(Window { found, goes_on })
}

/// How long a stretch is, counted up to the cap.
pub async fn ledger_count(pool: &MySqlPool, stretch: Stretch) -> StoreResult<CappedCount> {
    let mut sql = QueryBuilder::new("SELECT COUNT(*) FROM (");
    window(&mut sql, stretch, CappedCount::CAP + 1);
    sql.push(") t");
    let count: i64 = sql.build_query_scalar().fetch_one(pool).await?;
    Ok(super::capped(count))
}

async fn end_of_window(pool: &MySqlPool, stretch: Stretch) -> StoreResult<Option<LedgerKey>> {
    let mut sql =
        QueryBuilder::new("SELECT w.created_at, w.stock_id, w.version, COUNT(*) OVER () FROM (");
    window(&mut sql, stretch, WINDOW);
    sql.push(") w ORDER BY w.created_at, w.stock_id, w.version LIMIT 1");
    let Some(row) = sql.build().fetch_optional(pool).await? else {
        return Ok(None);
    };
    let looked_at: i64 = row.try_get(3)?;
    let full = looked_at >= i64::from(WINDOW);
    Ok(full.then(|| LedgerKey::from_row(&row)).transpose()?)
}

fn window(sql: &mut QueryBuilder<MySql>, stretch: Stretch, rows: u32) {
    sql.push("SELECT l.created_at, l.stock_id, l.version, l.kind, l.document FROM ledger l WHERE ");
    match stretch {
        Stretch::Time { from, to, after } => {
            sql.push("TRUE");
            if let Some(from) = from {
                sql.push(" AND l.created_at >= ").push_bind(from);
            }
            if let Some(to) = to {
                sql.push(" AND l.created_at < ").push_bind(to);
            }
            if let Some(LedgerKey { at, stock, version }) = after {
                sql.push(" AND l.created_at <= ").push_bind(at);
                sql.push(" AND (l.created_at < ").push_bind(at);
                sql.push(" OR l.stock_id < ").push_bind(stock);
                sql.push(" OR (l.stock_id = ").push_bind(stock);
                sql.push(" AND l.version < ").push_bind(version).push("))");
            }
            sql.push(" ORDER BY l.created_at DESC, l.stock_id DESC, l.version DESC");
        }
        Stretch::Stock { stock, above, upto } => {
            sql.push("l.stock_id = ").push_bind(stock);
            sql.push(" AND l.version > ").push_bind(above);
            sql.push(" AND l.version <= ").push_bind(upto);
            sql.push(" ORDER BY l.version DESC");
        }
    }
    sql.push(" LIMIT ").push_bind(rows);
}

/// What no index can tell, asked of every row of the window.
fn residue(sql: &mut QueryBuilder<MySql>, filter: &LedgerFilter) {
    sql.push(
        " JOIN stock s ON s.id = w.stock_id JOIN documents d ON d.document = w.document WHERE TRUE",
    );
    if let Some(kind) = filter.kind {
        sql.push(" AND w.kind = ").push_bind(kind);
    }
    if let Some(warehouse) = &filter.warehouse {
        sql.push(" AND s.warehouse = ")
            .push_bind(warehouse.as_str().to_owned());
    }
    if let Some(actor) = &filter.actor {
        const WHO: &str = "IF(w.kind IN ('rollback', 'cancel'), d.reversed_by, d.actor)";
        sql.push(" AND (")
            .push(WHO)
            .push(" = ")
            .push_bind(actor.clone());
        sql.push(" OR SUBSTRING(")
            .push(WHO)
            .push(", LOCATE(':', ")
            .push(WHO)
            .push(") + 1) = ");
        sql.push_bind(actor.clone()).push(")");
    }
}

impl FromRow<'_, MySqlRow> for LedgerKey {
    fn from_row(r: &MySqlRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            at: r.try_get("created_at")?,
            stock: r.try_get("stock_id")?,
            version: r.try_get("version")?,
        })
    }
}

/// The entries with these keys, newest first.
pub async fn entries_fetch(pool: &MySqlPool, keys: &[LedgerKey]) -> StoreResult<Vec<LedgerEntry>> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let keys: Vec<(StockId, u64)> = keys.iter().map(|k| (k.stock, k.version)).collect();
    let sql = sqlx::AssertSqlSafe(format!(
        "SELECT {COLUMNS} FROM JSON_TABLE(?, '$[*]' COLUMNS (
           stock_id INT UNSIGNED PATH '$[0]', version BIGINT UNSIGNED PATH '$[1]')) j
         JOIN ledger l ON l.stock_id = j.stock_id AND l.version = j.version {JOINS}
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
            false => document.as_str().parse().ok(),
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

/// The version that a SKU had at a moment: 0 before its first entry. Times never go back along
/// its versions, so the search halves them: some 25 look-ups by primary key for 30 million.
pub async fn version_at(pool: &MySqlPool, stock: StockId, at: DateTime<Utc>) -> StoreResult<u64> {
    const SQL: &str = "WITH RECURSIVE search (low, high) AS (
        SELECT CAST(0 AS UNSIGNED), s.version FROM stock s WHERE s.id = ?
        UNION ALL
        SELECT IF(l.created_at <= ?, l.version, p.low), IF(l.created_at <= ?, p.high, l.version - 1)
        FROM search p JOIN ledger l ON l.stock_id = ? AND l.version = (p.low + p.high + 1) DIV 2
        WHERE p.low < p.high)
      SELECT low FROM search WHERE low = high";
    let version: Option<u64> = sqlx::query_scalar(SQL)
        .bind(stock)
        .bind(at)
        .bind(at)
        .bind(stock)
        .fetch_optional(pool)
        .await?;
    let broken = || {
        decode(format!(
            "stock {} is unknown, or its versions have gaps",
            stock.0
        ))
    };
    Ok(version.ok_or_else(broken)?)
}

/// The version that a SKU had just before a moment.
pub async fn version_before(
    pool: &MySqlPool,
    stock: StockId,
    at: DateTime<Utc>,
) -> StoreResult<u64> {
    // Times are stored to the microsecond.
    version_at(pool, stock, at - TimeDelta::microseconds(1)).await
}

/// The level of a SKU at a past moment: that after its newest entry then, else what it opened
/// with. `None` when there is no such row of stock.
pub async fn level_at(
    pool: &MySqlPool,
    stock: StockId,
    at: DateTime<Utc>,
) -> StoreResult<Option<PastLevel>> {
    let version = version_at(pool, stock, at).await?;
    let row: Option<(Option<i64>,)> = sqlx::query_as(
        "SELECT IF(l.version IS NULL, IF(s.unlimited, NULL, s.opening), l.balance)
         FROM stock s LEFT JOIN ledger l ON l.stock_id = s.id AND l.version = ? WHERE s.id = ?",
    )
    .bind(version)
    .bind(stock)
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|(available,)| PastLevel {
        at,
        available,
        version,
        entry: (version > 0).then_some(EntryId { stock, version }),
    }))
}
