//! The words that SKUs are found by.

use sqlx::mysql::MySqlConnection;
use sqlx::{Connection, MySqlPool};

use super::StoreResult;
use super::json::json_list;
use crate::domain::ids::StockId;
use crate::domain::search::words;

/// Words in one statement.
const TOGETHER: usize = 5_000;
/// Rows of stock in one transaction of [`stock_words_complete`].
const ROWS: u32 = 2_000;

const INSERT: &str = "INSERT INTO stock_words (word, stock_id)
  SELECT j.word, j.id FROM JSON_TABLE(?, '$[*]' COLUMNS (
    word VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[0]',
    id INT UNSIGNED PATH '$[1]')) j
  ON DUPLICATE KEY UPDATE stock_id = j.id";

const DELETE: &str = "DELETE w FROM stock_words w JOIN JSON_TABLE(?, '$[*]' COLUMNS (
    word VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PATH '$[0]',
    id INT UNSIGNED PATH '$[1]')) j ON w.word = j.word AND w.stock_id = j.id";

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
        sqlx::query_scalar("SELECT 1 FROM stock_words WHERE word = ? AND stock_id = ?")
            .bind(word)
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

/// The SKUs with a word that begins so: at most `most`, in no order.
pub async fn stock_words_find(
    pool: &MySqlPool,
    beginning: &str,
    most: u32,
) -> StoreResult<Vec<StockId>> {
    Ok(
        sqlx::query_scalar("SELECT DISTINCT stock_id FROM stock_words WHERE word LIKE ? LIMIT ?")
            .bind(format!("{}%", super::like(beginning)))
            .bind(most)
            .fetch_all(pool)
            .await?,
    )
}
