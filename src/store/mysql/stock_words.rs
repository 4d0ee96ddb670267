//! The words that SKUs are found by.

use sqlx::mysql::MySqlConnection;
use sqlx::{Connection, MySqlPool, QueryBuilder};

use super::StoreResult;
use super::json::{json_list, parse};
use super::stock_list::beyond_sku;
use crate::domain::ids::{Sku, StockId, Warehouse};
use crate::domain::listing::StockKey;
use crate::domain::search::words;
use crate::domain::stock::StockState;

/// Words in one statement.
const TOGETHER: usize = 5_000;
/// Rows of stock in one transaction of [`stock_words_complete`].
const ROWS: u32 = 2_000;

const INSERT: &str = "INSERT INTO sku_words (word, sku, warehouse, stock_id)
  SELECT j.word, s.sku, s.warehouse, s.id FROM JSON_TABLE(?, '$[*]' COLUMNS (
    word VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[0]',
    id INT UNSIGNED PATH '$[1]')) j
  STRAIGHT_JOIN stock s FORCE INDEX (PRIMARY) ON s.id = j.id
  ON DUPLICATE KEY UPDATE stock_id = s.id";

const DELETE: &str = "DELETE w FROM JSON_TABLE(?, '$[*]' COLUMNS (
    word VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[0]',
    id INT UNSIGNED PATH '$[1]')) j
  STRAIGHT_JOIN stock s ON s.id = j.id
  STRAIGHT_JOIN sku_words w
    ON w.word = j.word AND w.sku = s.sku AND w.warehouse = s.warehouse";

/// A SKU and its name.
pub type Named<'a> = (StockId, &'a str, &'a str);

/// Makes SKUs findable, in the transaction that writes their names.
pub async fn stock_words_insert(
    conn: &mut MySqlConnection,
    named: &[Named<'_>],
) -> Result<(), sqlx::Error> {
    let rows = named
        .iter()
        .flat_map(|&(id, sku, name)| words(sku, name).into_iter().map(move |word| (word, id)));
    write(conn, INSERT, &rows.collect::<Vec<_>>()).await
}

/// Makes a SKU findable by its new name instead of its old one.
pub async fn stock_words_replace(
    conn: &mut MySqlConnection,
    renamed: &[(Named<'_>, &str)],
) -> Result<(), sqlx::Error> {
    let (mut gone, mut new) = (Vec::new(), Vec::new());
    for &((id, sku, old), name) in renamed {
        let (before, after) = (words(sku, old), words(sku, name));
        gone.extend(before.difference(&after).map(|word| (word.clone(), id)));
        new.extend(after.difference(&before).map(|word| (word.clone(), id)));
    }
    write(conn, DELETE, &gone).await?;
    write(conn, INSERT, &new).await
}

async fn write(
    conn: &mut MySqlConnection,
    sql: &'static str,
    rows: &[(String, StockId)],
) -> Result<(), sqlx::Error> {
    for rows in rows.chunks(TOGETHER) {
        sqlx::query(sql)
            .bind(json_list(rows))
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// Makes everything findable that was there before its words were kept. Broken off, it is
/// begun anew: the newest SKU comes last.
pub async fn stock_words_complete(conn: &mut MySqlConnection) -> Result<(), sqlx::Error> {
    const ROW: &str = "SELECT id, sku, name FROM stock WHERE id > ? ORDER BY id LIMIT ?";
    const NEWEST: &str = "SELECT id, sku, name FROM stock ORDER BY id DESC LIMIT 1";
    type Row = (StockId, String, String);
    let newest: Option<Row> = sqlx::query_as(NEWEST).fetch_optional(&mut *conn).await?;
    let Some((newest, sku, name)) = newest else {
        return Ok(());
    };
    let word = words(&sku, &name).pop_first();
    let known: Option<i64> =
        sqlx::query_scalar("SELECT 1 FROM sku_words WHERE word = ? AND sku = ? AND stock_id = ?")
            .bind(word)
            .bind(sku)
            .bind(newest)
            .fetch_optional(&mut *conn)
            .await?;
    if known.is_some() {
        return Ok(());
    }
    let mut last = StockId(0);
    loop {
        let mut tx = conn.begin().await?;
        let rows: Vec<Row> = sqlx::query_as(ROW)
            .bind(last)
            .bind(ROWS)
            .fetch_all(&mut *tx)
            .await?;
        let Some(row) = rows.last() else {
            return Ok(());
        };
        last = row.0;
        let named: Vec<Named> = rows
            .iter()
            .map(|(id, sku, name)| (*id, sku.as_str(), name.as_str()))
            .collect();
        stock_words_insert(&mut tx, &named).await?;
        tx.commit().await?;
    }
}

/// How many words of SKUs begin so, counted up to `most`: a SKU may have two of them.
pub async fn stock_words_count(pool: &MySqlPool, beginning: &str, most: u32) -> StoreResult<u32> {
    const SQL: &str = "SELECT COUNT(*) FROM (
        SELECT 1 FROM sku_words WHERE word LIKE ? LIMIT ?) t";
    let count: i64 = sqlx::query_scalar(SQL)
        .bind(words_like(beginning))
        .bind(most)
        .fetch_one(pool)
        .await?;
    Ok(u32::try_from(count).unwrap_or(most))
}

/// The SKUs with a word that begins so: at most `most`, in no order.
pub async fn stock_words_find(
    pool: &MySqlPool,
    beginning: &str,
    most: u32,
) -> StoreResult<Vec<StockId>> {
    Ok(
        sqlx::query_scalar("SELECT DISTINCT stock_id FROM sku_words WHERE word LIKE ? LIMIT ?")
            .bind(words_like(beginning))
            .bind(most)
            .fetch_all(pool)
            .await?,
    )
}

/// The next `rows` words that begin so, each with its SKU's id and place, in the order of SKUs.
/// Every such word is read, so let there be few. A SKU that has two of them comes twice.
pub async fn stock_words_list(
    pool: &MySqlPool,
    beginning: &str,
    warehouse: Option<&Warehouse>,
    state: Option<StockState>,
    after: Option<&StockKey>,
    rows: u32,
) -> StoreResult<Vec<(StockId, Sku, Warehouse)>> {
    let mut sql = QueryBuilder::new("SELECT w.stock_id, w.sku, w.warehouse FROM sku_words w");
    sql.push(" FORCE INDEX (PRIMARY)");
    if let Some(state) = state {
        sql.push(" STRAIGHT_JOIN stock s FORCE INDEX (stock_state) ON s.state = ")
            .push_bind(state)
            .push(" AND s.sku = w.sku AND s.warehouse = w.warehouse");
    }
    sql.push(" WHERE w.word LIKE ")
        .push_bind(words_like(beginning));
    if let Some(warehouse) = warehouse {
        sql.push(" AND w.warehouse = ")
            .push_bind(warehouse.as_str().to_owned());
    }
    if let Some(key) = after {
        beyond_sku(&mut sql, "w", key);
    }
    sql.push(" ORDER BY w.sku, w.warehouse LIMIT ")
        .push_bind(rows);
    let found: Vec<(StockId, String, String)> = sql.build_query_as().fetch_all(pool).await?;
    let row =
        |(id, sku, warehouse): &(_, String, String)| Ok((*id, parse(sku)?, parse(warehouse)?));
    Ok(found.iter().map(row).collect::<Result<_, sqlx::Error>>()?)
}

fn words_like(beginning: &str) -> String {
    format!("{}%", super::like(beginning))
}
