//! Finding stock by words: by those that few SKUs have, or else by looking at rows.

use std::collections::BTreeSet;

use sqlx::mysql::MySqlRow;
use sqlx::{FromRow, MySql, MySqlPool, QueryBuilder, Row};

use super::{beyond_available, beyond_sku, by_available, by_sku, order_by, restrict};
use crate::domain::ids::StockId;
use crate::domain::listing::{Limit, Page, StockFilter, StockKey, StockSort};
use crate::domain::search::Search;
use crate::domain::stock::StockLevel;
use crate::store::mysql::StoreResult;
use crate::store::mysql::json::{json_list, parse};
use crate::store::mysql::stock::COLUMNS;
use crate::store::mysql::stock_words::stock_words_find;

/// A word that so many SKUs have, or fewer, leads straight to them.
const FEW: u32 = 2_000;

/// Rows read at a time while looking for what words alone do not lead to: few first, for common
/// words are found soon, then more.
const STRETCHES: std::ops::RangeInclusive<u32> = 200..=1_600;

/// Rows that are looked at for a page.
const LOOKED_AT: u32 = 3_000;

/// SKUs that words lead straight to.
pub(super) struct Few {
    pub ids: Vec<StockId>,
    /// Whether they have all words of the search; else its commonest are still to be looked for.
    pub all: bool,
}

/// The SKUs of those words of a search that lead to few; `None` when each leads to many.
pub(super) async fn few(pool: &MySqlPool, search: &Search) -> StoreResult<Option<Few>> {
    let mut found: Option<Vec<StockId>> = None;
    let mut all = true;
    for word in search.beginnings() {
        let ids = stock_words_find(pool, word, FEW + 1).await?;
        if ids.len() > FEW as usize {
            all = false;
            continue;
        }
        let ids: BTreeSet<StockId> = ids.into_iter().collect();
        found = Some(match found {
            None => ids.into_iter().collect(),
            Some(found) => found.into_iter().filter(|id| ids.contains(id)).collect(),
        });
    }
    Ok(found.map(|ids| Few { ids, all }))
}

/// The first `rows` of `ids` that pass the filter, its search aside.
pub(super) async fn listed(
    pool: &MySqlPool,
    ids: &[StockId],
    filter: &StockFilter,
    sort: StockSort,
    after: Option<&StockKey>,
    rows: u32,
) -> StoreResult<Vec<StockLevel>> {
    let mut sql = QueryBuilder::new("SELECT ");
    sql.push(COLUMNS);
    of_ids(&mut sql, ids, filter);
    if let Some(key) = after {
        match sort {
            StockSort::Sku => beyond_sku(&mut sql, key),
            StockSort::Available => beyond_available(&mut sql, key),
        }
    }
    sql.push(order_by(sort)).push(" LIMIT ").push_bind(rows);
    Ok(sql.build_query_as().fetch_all(pool).await?)
}

/// How many of `ids` pass the filter, its search aside.
pub(super) async fn count_of(
    pool: &MySqlPool,
    ids: &[StockId],
    filter: &StockFilter,
) -> StoreResult<usize> {
    if filter.warehouse.is_none() && filter.state.is_none() {
        return Ok(ids.len());
    }
    let mut sql = QueryBuilder::new("SELECT COUNT(*)");
    of_ids(&mut sql, ids, filter);
    let count: i64 = sql.build_query_scalar().fetch_one(pool).await?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

fn of_ids(sql: &mut QueryBuilder<MySql>, ids: &[StockId], filter: &StockFilter) {
    sql.push(" FROM JSON_TABLE(").push_bind(json_list(ids));
    sql.push(", '$[*]' COLUMNS (id INT UNSIGNED PATH '$')) j");
    sql.push(" STRAIGHT_JOIN stock s FORCE INDEX (PRIMARY) ON s.id = j.id WHERE TRUE");
    restrict(sql, filter);
}

/// Those of `ids` that match, in no order.
pub(super) async fn matching(
    pool: &MySqlPool,
    ids: &[StockId],
    filter: &StockFilter,
    search: &Search,
) -> StoreResult<Vec<StockLevel>> {
    let mut sql = QueryBuilder::new("SELECT ");
    sql.push(COLUMNS);
    of_ids(&mut sql, ids, filter);
    let mut rows: Vec<StockLevel> = sql.build_query_as().fetch_all(pool).await?;
    rows.retain(|row| search.finds(row.sku.as_str(), &row.name));
    Ok(rows)
}

/// A page of what matches among the next rows.
pub(super) async fn look(
    pool: &MySqlPool,
    filter: &StockFilter,
    search: &Search,
    sort: StockSort,
    after: Option<&StockKey>,
    limit: Limit,
) -> StoreResult<Page<StockLevel, StockKey>> {
    let (mut found, mut looked_at, mut wanted) = (Vec::new(), 0, *STRETCHES.start());
    let mut last = after.cloned();
    let page = loop {
        let rows = glance(pool, filter, sort, last.as_ref(), wanted).await?;
        looked_at += wanted;
        let end = rows.len() < wanted as usize;
        wanted = (2 * wanted).min(*STRETCHES.end());
        last = rows.last().map(|row| row.key.clone());
        found.extend(
            rows.into_iter()
                .filter(|row| search.finds(row.key.sku.as_str(), &row.name)),
        );
        if found.len() > limit.get() as usize || end {
            break Page::cut(found, limit, |row| row.key.clone());
        }
        if looked_at >= LOOKED_AT {
            break Page {
                items: found,
                next: last,
            };
        }
    };
    let ids: Vec<StockId> = page.items.into_iter().map(|row| row.id).collect();
    let items = listed(pool, &ids, &StockFilter::default(), sort, None, limit.get()).await?;
    let next = page.next;
    Ok(Page { items, next })
}

/// What tells whether a row is searched for, and where it stands.
struct Glance {
    id: StockId,
    key: StockKey,
    name: String,
}

impl FromRow<'_, MySqlRow> for Glance {
    fn from_row(r: &MySqlRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            id: r.try_get("id")?,
            key: StockKey {
                available: r.try_get("available")?,
                sku: parse(r.try_get("sku")?)?,
                warehouse: parse(r.try_get("warehouse")?)?,
            },
            name: r.try_get("name")?,
        })
    }
}

/// The next rows of a list, at a glance: in the order of SKUs, an index holds all of that.
async fn glance(
    pool: &MySqlPool,
    filter: &StockFilter,
    sort: StockSort,
    after: Option<&StockKey>,
    rows: u32,
) -> StoreResult<Vec<Glance>> {
    let mut sql = QueryBuilder::new("");
    match sort {
        StockSort::Sku => {
            sql.push("SELECT s.id, CAST(0 AS SIGNED) AS available, s.sku, s.warehouse, s.name");
            by_sku(&mut sql, filter, after);
        }
        StockSort::Available => {
            sql.push("SELECT s.id, s.available, s.sku, s.warehouse, s.name FROM (");
            by_available(&mut sql, filter, after, rows);
            sql.push(") k STRAIGHT_JOIN stock s FORCE INDEX (PRIMARY) ON s.id = k.id");
            sql.push(order_by(sort));
        }
    }
    sql.push(" LIMIT ").push_bind(rows);
    Ok(sql.build_query_as().fetch_all(pool).await?)
}
