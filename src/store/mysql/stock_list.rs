//! Lists of stock.

use std::collections::BTreeSet;

use sqlx::mysql::MySqlRow;
use sqlx::{MySql, MySqlPool, QueryBuilder, Row};

use super::json::{json_list, parse};
use super::stock::COLUMNS;
use super::stock_words::stock_words_find;
use super::{StoreResult, WINDOW};
use crate::domain::ids::{Sku, StockId, Warehouse};
use crate::domain::listing::{CappedCount, Limit, Page, StockFilter, StockKey, StockSort};
use crate::domain::search::Search;
use crate::domain::stock::{StockLevel, StockState};

/// A word that so many SKUs have, or fewer, leads straight to them.
const FEW: u32 = 2_000;
/// Rows read at a time while looking for what words alone do not lead to: few first, for common
/// words are found soon, then more.
const STRETCHES: std::ops::RangeInclusive<u32> = 200..=2_000;

/// A page of stock. What every SKU of a search's commonest words must be looked at for is looked
/// for in a bounded number of rows; the page may then hold less, and still have a next one.
pub async fn stock_list(
    pool: &MySqlPool,
    filter: &StockFilter,
    sort: StockSort,
    after: Option<&StockKey>,
    limit: Limit,
) -> StoreResult<Page<StockLevel, StockKey>> {
    let Some(search) = filter.search() else {
        let rows = stretch(pool, filter, sort, after, limit.get() + 1).await?;
        return Ok(Page::cut(rows, limit, key));
    };
    match few(pool, &search).await? {
        Some(Few { ids, all: true }) => {
            let rows = listed(pool, &ids, filter, sort, after, limit.get() + 1).await?;
            Ok(Page::cut(rows, limit, key))
        }
        Some(Few { ids, all: false }) => {
            let mut rows = matching(pool, &ids, filter, &search).await?;
            rows.sort_by(|a, b| sort.compare(&key(a), &key(b)));
            if let Some(after) = after {
                rows.retain(|row| sort.compare(&key(row), after).is_gt());
            }
            Ok(Page::cut(rows, limit, key))
        }
        None => look(pool, filter, &search, sort, after, limit).await,
    }
}

/// How much stock matches; `None` when only looking at all of it could tell.
pub async fn stock_count(
    pool: &MySqlPool,
    filter: &StockFilter,
) -> StoreResult<Option<CappedCount>> {
    let most = CappedCount::CAP + 1;
    let found = match filter.search() {
        None => {
            let mut sql = QueryBuilder::new("SELECT COUNT(*) FROM (SELECT 1 FROM stock s");
            sql.push(index(filter)).push(" WHERE TRUE");
            restrict(&mut sql, filter);
            sql.push(" LIMIT ").push_bind(most).push(") t");
            let count: i64 = sql.build_query_scalar().fetch_one(pool).await?;
            return Ok(Some(super::capped(count)));
        }
        Some(search) => match few(pool, &search).await? {
            Some(Few { ids, all: true }) => count_of(pool, &ids, filter).await?,
            Some(Few { ids, all: false }) => matching(pool, &ids, filter, &search).await?.len(),
            None => match search.beginnings() {
                [word] if filter.warehouse.is_none() && filter.state.is_none() => {
                    stock_words_find(pool, word, most).await?.len()
                }
                _ => return Ok(None),
            },
        },
    };
    Ok(Some(CappedCount(u32::try_from(found).unwrap_or(most))))
}

fn key(row: &StockLevel) -> StockKey {
    StockKey {
        available: row.available,
        sku: row.sku.clone(),
        warehouse: row.warehouse.clone(),
    }
}

/// SKUs that words lead straight to.
struct Few {
    ids: Vec<StockId>,
    /// Whether they have all words of the search; else its commonest are still to be looked for.
    all: bool,
}

/// The SKUs of those words of a search that lead to few; `None` when each leads to many.
async fn few(pool: &MySqlPool, search: &Search) -> StoreResult<Option<Few>> {
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
async fn listed(
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
async fn count_of(pool: &MySqlPool, ids: &[StockId], filter: &StockFilter) -> StoreResult<usize> {
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
    sql.push(", '$[*]' COLUMNS (id INT UNSIGNED PATH '$')) j STRAIGHT_JOIN stock s ON s.id = j.id");
    sql.push(" WHERE TRUE");
    restrict(sql, filter);
}

/// Those of `ids` that match, in no order.
async fn matching(
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

/// A page of what matches among the next [`WINDOW`] rows.
async fn look(
    pool: &MySqlPool,
    filter: &StockFilter,
    search: &Search,
    sort: StockSort,
    after: Option<&StockKey>,
    limit: Limit,
) -> StoreResult<Page<StockLevel, StockKey>> {
    let (mut found, mut looked_at, mut wanted) = (Vec::new(), 0, *STRETCHES.start());
    let mut last = after.cloned();
    while looked_at < WINDOW {
        let rows = stretch(pool, filter, sort, last.as_ref(), wanted).await?;
        looked_at += wanted;
        let end = rows.len() < wanted as usize;
        wanted = (2 * wanted).min(*STRETCHES.end());
        last = rows.last().map(key);
        found.extend(
            rows.into_iter()
                .filter(|row| search.finds(row.sku.as_str(), &row.name)),
        );
        if found.len() > limit.get() as usize || end {
            return Ok(Page::cut(found, limit, key));
        }
    }
    Ok(Page {
        items: found,
        next: last,
    })
}

/// The next rows of a list, whatever is searched for: read along an index, each from its row.
async fn stretch(
    pool: &MySqlPool,
    filter: &StockFilter,
    sort: StockSort,
    after: Option<&StockKey>,
    rows: u32,
) -> StoreResult<Vec<StockLevel>> {
    // The inner part reads an index alone; whole rows are read for one page only.
    let mut sql = QueryBuilder::new("SELECT ");
    sql.push(COLUMNS).push(" FROM (");
    match sort {
        StockSort::Sku => {
            sql.push("SELECT s.id FROM stock s").push(index(filter));
            sql.push(" WHERE TRUE");
            restrict(&mut sql, filter);
            if let Some(key) = after {
                beyond_sku(&mut sql, key);
            }
            sql.push(" ORDER BY s.sku, s.warehouse LIMIT ")
                .push_bind(rows);
        }
        // Each state stands in that order by itself.
        StockSort::Available => {
            let states = StockState::ALL.iter().copied();
            let states = states.filter(|state| filter.state.is_none_or(|wanted| wanted == *state));
            for (place, state) in states.enumerate() {
                sql.push(if place == 0 { "(" } else { " UNION ALL (" });
                sql.push("SELECT s.id FROM stock s FORCE INDEX (stock_available) WHERE TRUE");
                let of_state = StockFilter {
                    state: Some(state),
                    ..filter.clone()
                };
                restrict(&mut sql, &of_state);
                if let Some(key) = after {
                    beyond_available(&mut sql, key);
                }
                sql.push(" ORDER BY s.available, s.sku, s.warehouse LIMIT ");
                sql.push_bind(rows).push(")");
            }
        }
    }
    sql.push(") k STRAIGHT_JOIN stock s FORCE INDEX (PRIMARY) ON s.id = k.id");
    sql.push(order_by(sort)).push(" LIMIT ").push_bind(rows);
    Ok(sql.build_query_as().fetch_all(pool).await?)
}

fn order_by(sort: StockSort) -> &'static str {
    match sort {
        StockSort::Sku => " ORDER BY s.sku, s.warehouse",
        StockSort::Available => " ORDER BY s.available, s.sku, s.warehouse",
    }
}

/// The index that holds the rows of a filter in order of SKU; servers left to themselves
/// sometimes choose one of many rows and sort them.
fn index(filter: &StockFilter) -> &'static str {
    match (filter.state, &filter.warehouse) {
        (Some(_), _) => " FORCE INDEX (stock_state)",
        (None, Some(_)) => " FORCE INDEX (stock_sku)",
        (None, None) => " FORCE INDEX (stock_search)",
    }
}

/// All of a filter but its search.
fn restrict(sql: &mut QueryBuilder<MySql>, filter: &StockFilter) {
    if let Some(warehouse) = &filter.warehouse {
        sql.push(" AND s.warehouse = ")
            .push_bind(warehouse.as_str().to_owned());
    }
    if let Some(state) = filter.state {
        sql.push(" AND s.state = ").push_bind(state);
    }
}

fn beyond_sku(sql: &mut QueryBuilder<MySql>, key: &StockKey) {
    let (sku, warehouse) = (key.sku.as_str(), key.warehouse.as_str());
    sql.push(" AND s.sku >= ").push_bind(sku.to_owned());
    sql.push(" AND (s.sku > ").push_bind(sku.to_owned());
    sql.push(" OR s.warehouse > ")
        .push_bind(warehouse.to_owned())
        .push(")");
}

fn beyond_available(sql: &mut QueryBuilder<MySql>, key: &StockKey) {
    let (sku, warehouse) = (key.sku.as_str(), key.warehouse.as_str());
    sql.push(" AND s.available >= ").push_bind(key.available);
    sql.push(" AND (s.available > ")
        .push_bind(key.available)
        .push(" OR s.sku > ");
    sql.push_bind(sku.to_owned())
        .push(" OR (s.sku = ")
        .push_bind(sku.to_owned());
    sql.push(" AND s.warehouse > ")
        .push_bind(warehouse.to_owned())
        .push("))");
}

/// SKUs that stand near `sku` in the index, in whichever warehouse: what somebody who typed it
/// may have meant. At most `around` on either side.
pub async fn sku_neighbours(
    pool: &MySqlPool,
    sku: &str,
    around: u32,
) -> StoreResult<Vec<(Warehouse, Sku)>> {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "(SELECT warehouse, sku FROM stock WHERE sku >= ? ORDER BY sku, warehouse LIMIT ?)
         UNION ALL
         (SELECT warehouse, sku FROM stock WHERE sku < ? ORDER BY sku DESC, warehouse DESC LIMIT ?)",
    )
    .bind(sku)
    .bind(around)
    .bind(sku)
    .bind(around)
    .fetch_all(pool)
    .await?;
    let row = |(warehouse, sku): &(String, String)| Ok((parse(warehouse)?, parse(sku)?));
    Ok(rows.iter().map(row).collect::<Result<_, sqlx::Error>>()?)
}

/// The rows of a SKU: one for each warehouse that holds it.
pub async fn sku_rows(pool: &MySqlPool, sku: &Sku) -> StoreResult<Vec<(Warehouse, StockId)>> {
    let rows = sqlx::query("SELECT warehouse, id FROM stock WHERE sku = ? ORDER BY warehouse")
        .bind(sku.as_str())
        .fetch_all(pool)
        .await?;
    let row = |r: &MySqlRow| Ok((parse(r.try_get("warehouse")?)?, r.try_get("id")?));
    Ok(rows.iter().map(row).collect::<Result<_, sqlx::Error>>()?)
}

/// How many SKUs are in this state; read from its index.
pub async fn state_count(pool: &MySqlPool, state: StockState) -> StoreResult<CappedCount> {
    let mut sql = QueryBuilder::new("SELECT COUNT(*) FROM (SELECT 1 FROM stock WHERE state = ");
    sql.push_bind(state).push(" LIMIT ");
    sql.push_bind(CappedCount::CAP + 1).push(") t");
    let count: i64 = sql.build_query_scalar().fetch_one(pool).await?;
    Ok(super::capped(count))
}

/// Units over all stock that has a level: available, reserved. Reads every row of `stock`: for
/// a cache, not for a page.
pub async fn stock_totals(pool: &MySqlPool) -> StoreResult<(i64, i64)> {
    Ok(sqlx::query_as(
        "SELECT CAST(COALESCE(SUM(available), 0) AS SIGNED),
           CAST(COALESCE(SUM(reserved), 0) AS SIGNED) FROM stock",
    )
    .fetch_one(pool)
    .await?)
}
