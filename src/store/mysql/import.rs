//! What a stock file writes besides documents: warehouses, SKUs, names, and how far it came.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::mysql::MySqlConnection;
use sqlx::{Connection, FromRow, MySqlPool, Row};

use super::StoreResult;
use super::json::{json_list, parse};
use super::stock_words::{stock_words_insert, stock_words_replace};
use crate::domain::ids::{Sku, StockId, Warehouse};

/// A SKU as it stands before an import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Present {
    pub id: StockId,
    pub name: String,
    /// Units; `None` when unlimited.
    pub available: Option<i64>,
    pub low_water: Option<i64>,
    pub version: u64,
}

/// A SKU to put in. `available`: units, `None` when unlimited.
#[derive(Debug, Clone)]
pub struct NewSku<'a> {
    pub sku: &'a Sku,
    pub name: &'a str,
    pub available: Option<i64>,
    pub low_water: Option<i64>,
}

/// A SKU whose description changes.
#[derive(Debug, Clone)]
pub struct Description<'a> {
    pub id: StockId,
    pub name: &'a str,
    pub low_water: Option<i64>,
}

/// A SKU without entries that becomes unlimited (`None`), or limited to so many units.
pub type Relimited = (StockId, Option<i64>);

/// What is known of a file.
#[derive(Debug, Clone, FromRow)]
pub struct ImportRow {
    pub chunks_done: u32,
    pub started_at: DateTime<Utc>,
    pub finished_at: Option<DateTime<Utc>>,
}

/// A piece of a file: what it writes, in one transaction.
pub struct Piece<'a> {
    pub digest: &'a [u8; 32],
    /// Pieces done with this one.
    pub chunks_done: u32,
    pub warehouse: &'a Warehouse,
    pub new: Vec<NewSku<'a>>,
    pub described: Vec<Description<'a>>,
    pub relimited: Vec<Relimited>,
}

/// What came of a piece.
#[derive(Debug, PartialEq, Eq)]
pub enum Written {
    Done,
    /// Somebody else put one of its SKUs in, or moved one: look again, nothing was written.
    LookAgain,
}

/// The one import of this database; another one is refused meanwhile. Dropped: it is over.
pub struct ImportLock(MySqlConnection);

impl ImportLock {
    /// `None` while another import runs.
    pub async fn take(pool: &MySqlPool) -> StoreResult<Option<Self>> {
        Self::take_named(pool, "stock_import").await
    }

    /// The same for another work that is done by one process at a time.
    pub async fn take_named(pool: &MySqlPool, work: &str) -> StoreResult<Option<Self>> {
        let mut conn = MySqlConnection::connect_with(&pool.connect_options()).await?;
        let got: Option<i64> = sqlx::query_scalar("SELECT GET_LOCK(CONCAT(DATABASE(), '.', ?), 0)")
            .bind(work)
            .fetch_one(&mut conn)
            .await?;
        Ok((got == Some(1)).then_some(Self(conn)))
    }

    /// Lets the next import begin.
    pub async fn release(self) -> StoreResult<()> {
        Ok(self.0.close().await?)
    }
}

/// Begins an import, or finds how far an earlier one of the same file came.
pub async fn import_begin(
    pool: &MySqlPool,
    digest: &[u8; 32],
    file_name: &str,
    rows: usize,
    actor: &str,
    now: DateTime<Utc>,
) -> StoreResult<ImportRow> {
    sqlx::query(
        "INSERT IGNORE INTO stock_imports (file_digest, file_name, file_rows, actor, started_at)
         VALUES (?, ?, ?, ?, ?)",
    )
    .bind(&digest[..])
    .bind(file_name)
    .bind(u32::try_from(rows).unwrap_or(u32::MAX))
    .bind(actor)
    .bind(now)
    .execute(pool)
    .await?;
    Ok(import_fetch(pool, digest).await?.unwrap_or(ImportRow {
        chunks_done: 0,
        started_at: now,
        finished_at: None,
    }))
}

pub async fn import_fetch(pool: &MySqlPool, digest: &[u8; 32]) -> StoreResult<Option<ImportRow>> {
    let sql = "SELECT chunks_done, started_at, finished_at FROM stock_imports
      WHERE file_digest = ?";
    Ok(sqlx::query_as(sql)
        .bind(&digest[..])
        .fetch_optional(pool)
        .await?)
}

pub async fn import_finish(
    pool: &MySqlPool,
    digest: &[u8; 32],
    now: DateTime<Utc>,
) -> StoreResult<()> {
    sqlx::query("UPDATE stock_imports SET finished_at = ? WHERE file_digest = ?")
        .bind(now)
        .bind(&digest[..])
        .execute(pool)
        .await?;
    Ok(())
}

/// Makes warehouses that are not there yet.
pub async fn warehouses_insert(
    pool: &MySqlPool,
    warehouses: &[Warehouse],
    now: DateTime<Utc>,
) -> StoreResult<()> {
    for warehouse in warehouses {
        sqlx::query("INSERT IGNORE INTO warehouses (warehouse, created_at) VALUES (?, ?)")
            .bind(warehouse.as_str())
            .bind(now)
            .execute(pool)
            .await?;
    }
    Ok(())
}

/// Those of `skus` that the warehouse holds.
pub async fn stock_present(
    pool: &MySqlPool,
    warehouse: &Warehouse,
    skus: &[&Sku],
) -> StoreResult<HashMap<Sku, Present>> {
    const SQL: &str = "SELECT s.sku, s.id, s.name, IF(s.unlimited, NULL, s.available) AS available,
        s.low_water, s.version
      FROM JSON_TABLE(?, '$[*]' COLUMNS (
        sku VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')) j
      STRAIGHT_JOIN stock s ON s.warehouse = ? AND s.sku = j.sku";
    let rows = sqlx::query(SQL)
        .bind(json_list(skus))
        .bind(warehouse.as_str())
        .fetch_all(pool)
        .await?;
    let read = |r: &sqlx::mysql::MySqlRow| {
        let present = Present {
            id: r.try_get("id")?,
            name: r.try_get("name")?,
            available: r.try_get("available")?,
            low_water: r.try_get("low_water")?,
            version: r.try_get("version")?,
        };
        Ok((parse(r.try_get("sku")?)?, present))
    };
    Ok(rows.iter().map(read).collect::<Result<_, sqlx::Error>>()?)
}

const NEW: &str = "INSERT INTO stock (warehouse, sku, name, opening, available, unlimited,
    low_water, created_at, updated_at)
  SELECT ?, j.sku, j.name, COALESCE(j.units, 0), COALESCE(j.units, 0), j.units IS NULL,
    j.low_water, ?, ?
  FROM JSON_TABLE(?, '$[*]' COLUMNS (
    sku VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[0]',
    name VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[1]',
    units BIGINT PATH '$[2]', low_water BIGINT PATH '$[3]')) j";

const DESCRIBED: &str = "UPDATE stock s JOIN JSON_TABLE(?, '$[*]' COLUMNS (
    id INT UNSIGNED PATH '$[0]',
    name VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[1]',
    low_water BIGINT PATH '$[2]')) j ON s.id = j.id
  SET s.name = j.name, s.low_water = j.low_water";

/// Writes a piece and how far the import came, all or nothing.
pub async fn piece_write(
    pool: &MySqlPool,
    piece: &Piece<'_>,
    now: DateTime<Utc>,
) -> StoreResult<Written> {
    let mut tx = pool.begin().await?;
    if !piece.new.is_empty() {
        let row = |n: &NewSku| json!([n.sku, n.name, n.available, n.low_water]);
        let rows: Vec<Value> = piece.new.iter().map(row).collect();
        let insert = sqlx::query(NEW)
            .bind(piece.warehouse.as_str())
            .bind(now)
            .bind(now)
            .bind(json_list(&rows))
            .execute(&mut *tx)
            .await;
        match insert {
            Ok(_) => {}
            Err(error) if super::is_duplicate(&error) => return Ok(Written::LookAgain),
            Err(error) => return Err(error.into()),
        }
        make_findable(&mut tx, piece).await?;
    }
    if !piece.described.is_empty() {
        rename(&mut tx, &piece.described).await?;
        let row = |d: &Description| json!([d.id, d.name, d.low_water]);
        let rows: Vec<Value> = piece.described.iter().map(row).collect();
        sqlx::query(DESCRIBED)
            .bind(json_list(&rows))
            .execute(&mut *tx)
            .await?;
    }
    for (id, units) in &piece.relimited {
        let relimit = sqlx::query(
            "UPDATE stock SET unlimited = ?, opening = ?, available = ?, updated_at = ?
             WHERE id = ? AND version = 0",
        )
        .bind(units.is_none())
        .bind(units.unwrap_or(0))
        .bind(units.unwrap_or(0))
        .bind(now)
        .bind(id);
        if relimit.execute(&mut *tx).await?.rows_affected() == 0 {
            return Ok(Written::LookAgain);
        }
    }
    sqlx::query("UPDATE stock_imports SET chunks_done = ? WHERE file_digest = ?")
        .bind(piece.chunks_done)
        .bind(&piece.digest[..])
        .execute(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(Written::Done)
}

async fn make_findable(conn: &mut MySqlConnection, piece: &Piece<'_>) -> Result<(), sqlx::Error> {
    const IDS: &str = "SELECT s.sku, s.id FROM JSON_TABLE(?, '$[*]' COLUMNS (
        sku VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$')) j
      STRAIGHT_JOIN stock s ON s.warehouse = ? AND s.sku = j.sku";
    let skus: Vec<&Sku> = piece.new.iter().map(|new| new.sku).collect();
    let ids: Vec<(String, StockId)> = sqlx::query_as(IDS)
        .bind(json_list(&skus))
        .bind(piece.warehouse.as_str())
        .fetch_all(&mut *conn)
        .await?;
    let ids: HashMap<String, StockId> = ids.into_iter().collect();
    let new = piece.new.iter();
    let named = new.filter_map(|n| Some((*ids.get(n.sku.as_str())?, n.sku.as_str(), n.name)));
    stock_words_insert(conn, &named.collect::<Vec<_>>()).await
}

async fn rename(
    conn: &mut MySqlConnection,
    described: &[Description<'_>],
) -> Result<(), sqlx::Error> {
    const NAMES: &str = "SELECT s.id, s.sku, s.name FROM JSON_TABLE(?, '$[*]' COLUMNS (
        id INT UNSIGNED PATH '$')) j STRAIGHT_JOIN stock s ON s.id = j.id FOR UPDATE";
    let ids: Vec<StockId> = described.iter().map(|d| d.id).collect();
    let names: Vec<(StockId, String, String)> = sqlx::query_as(NAMES)
        .bind(json_list(&ids))
        .fetch_all(&mut *conn)
        .await?;
    let new: HashMap<StockId, &str> = described.iter().map(|d| (d.id, d.name)).collect();
    let names = names.iter();
    let renamed = names.filter_map(|(id, sku, old)| {
        let name = new.get(id)?;
        Some(((*id, sku.as_str(), old.as_str()), *name))
    });
    stock_words_replace(conn, &renamed.collect::<Vec<_>>()).await
}
