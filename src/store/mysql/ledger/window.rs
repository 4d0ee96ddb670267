//! Pages of the ledger: keys first, found in a bounded window.

use chrono::{DateTime, Utc};
use sqlx::mysql::MySqlRow;
use sqlx::{FromRow, MySql, MySqlPool, QueryBuilder, Row};

use crate::domain::ids::StockId;
use crate::domain::ledger::EntryKind;
use crate::domain::listing::{CappedCount, LedgerFilter, LedgerKey, Window};
use crate::store::mysql::{StoreResult, WINDOW, capped};

/// Where a stretch of the ledger is read: over all stock by time, or one SKU by version.
#[derive(Debug, Clone, Copy)]
pub enum Stretch {
    /// Entries of one kind or all, from `from` up to (not including) `to`, and before `after` in
    /// the list.
    Time {
        kind: Option<EntryKind>,
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

/// The newest `wanted` keys of a stretch that pass `filter`, among a bounded number of rows.
pub async fn ledger_window(
    pool: &MySqlPool,
    stretch: Stretch,
    filter: &LedgerFilter,
    wanted: u32,
) -> StoreResult<Window<LedgerKey>> {
    let looks = filter.looks_at_rows();
    let (columns, most) = match (&filter.actor, kind_of_sku(filter)) {
        // Who made an entry is known to its document: further to go for every row.
        (Some(_), _) => (ROW, WINDOW / 4),
        (None, Some(_)) => (ROW, WINDOW),
        (None, None) => (KEY, WINDOW),
    };
    // Of what is common, a page is found among few rows.
    let first = if looks { most / 10 } else { wanted };
    let mut found = among(pool, columns, stretch, filter, first, wanted).await?;
    if looks && found.len() < wanted as usize {
        found = among(pool, columns, stretch, filter, most, wanted).await?;
    }
    let goes_on = match found.len() < wanted as usize {
        true if looks => end_of_window(pool, stretch, most).await?,
        _ => None,
    };
    Ok(Window { found, goes_on })
}

/// The newest `wanted` keys that pass `filter` among the newest `rows` of a stretch.
async fn among(
    pool: &MySqlPool,
    columns: &'static str,
    stretch: Stretch,
    filter: &LedgerFilter,
    rows: u32,
    wanted: u32,
) -> StoreResult<Vec<LedgerKey>> {
    let mut sql = QueryBuilder::new("SELECT w.created_at, w.stock_id, w.version FROM (");
    window(&mut sql, columns, stretch, rows);
    sql.push(") w");
    if filter.looks_at_rows() {
        residue(&mut sql, filter);
    }
    sql.push(" ORDER BY w.created_at DESC, w.stock_id DESC, w.version DESC LIMIT ");
    sql.push_bind(wanted);
    Ok(sql.build_query_as().fetch_all(pool).await?)
}

/// How long a stretch is, counted up to the cap.
pub async fn ledger_count(pool: &MySqlPool, stretch: Stretch) -> StoreResult<CappedCount> {
    let mut sql = QueryBuilder::new("SELECT COUNT(*) FROM (");
    window(&mut sql, "1", stretch, CappedCount::CAP + 1);
    sql.push(") t");
    let count: i64 = sql.build_query_scalar().fetch_one(pool).await?;
    Ok(capped(count))
}

/// The last of the `most` newest rows, if there are so many.
async fn end_of_window(
    pool: &MySqlPool,
    stretch: Stretch,
    most: u32,
) -> StoreResult<Option<LedgerKey>> {
    let mut sql =
        QueryBuilder::new("SELECT w.created_at, w.stock_id, w.version, COUNT(*) OVER () FROM (");
    window(&mut sql, KEY, stretch, most);
    sql.push(") w ORDER BY w.created_at, w.stock_id, w.version LIMIT 1");
    let Some(row) = sql.build().fetch_optional(pool).await? else {
        return Ok(None);
    };
    let looked_at: i64 = row.try_get(3)?;
    let full = looked_at >= i64::from(most);
    Ok(full.then(|| LedgerKey::from_row(&row)).transpose()?)
}

/// What the indexes hold of an entry.
const KEY: &str = "l.created_at, l.stock_id, l.version";
/// What a filter may look at beyond that.
const ROW: &str = "l.created_at, l.stock_id, l.version, l.kind, l.document";

/// The index is named: of many rows, servers left to themselves rather sort the whole ledger.
fn window(sql: &mut QueryBuilder<MySql>, columns: &'static str, stretch: Stretch, rows: u32) {
    let index = match stretch {
        Stretch::Time { kind: None, .. } => "ledger_time",
        Stretch::Time { .. } => "ledger_kind",
        Stretch::Stock { .. } => "PRIMARY",
    };
    sql.push("SELECT ").push(columns);
    sql.push(" FROM ledger l FORCE INDEX (")
        .push(index)
        .push(") WHERE ");
    match stretch {
        Stretch::Time {
            kind,
            from,
            to,
            after,
        } => {
            sql.push("TRUE");
            if let Some(kind) = kind {
                sql.push(" AND l.kind = ").push_bind(kind);
            }
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

/// The kind that is wanted of one SKU's entries; of all entries an index knows it.
fn kind_of_sku(filter: &LedgerFilter) -> Option<EntryKind> {
    filter.kind.filter(|_| filter.sku.is_some())
}

/// What no index can tell, asked of every row of the window.
fn residue(sql: &mut QueryBuilder<MySql>, filter: &LedgerFilter) {
    if filter.warehouse.is_some() {
        sql.push(" STRAIGHT_JOIN stock s FORCE INDEX (PRIMARY) ON s.id = w.stock_id");
    }
    if filter.actor.is_some() {
        sql.push(" STRAIGHT_JOIN documents d FORCE INDEX (PRIMARY) ON d.document = w.document");
    }
    sql.push(" WHERE TRUE");
    if let Some(kind) = kind_of_sku(filter) {
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
