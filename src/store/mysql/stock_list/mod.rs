//! Lists of stock.

mod search;
mod skus;

use sqlx::{MySql, MySqlPool, QueryBuilder};

use self::search::{FEW_ROWS, Rarest, count_of, follow, look, matching, rarest};
pub use self::skus::{sku_neighbours, sku_rows, sku_versions, state_count, stock_totals};
use super::StoreResult;
use super::stock::COLUMNS;
use super::stock_words::stock_words_find;
use crate::domain::listing::{CappedCount, Limit, Page, StockFilter, StockKey, StockSort};
use crate::domain::stock::{StockLevel, StockState};

/// A page of stock. A word that few SKUs have leads straight to them. Where each word of a search
/// is common, a bounded number of rows is looked at; the page may then hold less, and still have a
/// next one.
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
    match (rarest(pool, &search).await?, sort) {
        (Some(Rarest { word, .. }), StockSort::Sku) => {
            let rows = follow(pool, word, filter, &search, after, limit.get() + 1).await?;
            Ok(Page::cut(rows, limit, key))
        }
        (Some(Rarest { word, skus }), StockSort::Available) if skus <= FEW_ROWS => {
            let ids = stock_words_find(pool, word, FEW_ROWS).await?;
            let mut rows = matching(pool, &ids, filter, &search).await?;
            rows.sort_by(|a, b| sort.compare(&key(a), &key(b)));
            if let Some(after) = after {
                rows.retain(|row| sort.compare(&key(row), after).is_gt());
            }
            Ok(Page::cut(rows, limit, key))
        }
        _ => look(pool, filter, &search, sort, after, limit).await,
    }
}

/// How much stock matches; `None` when only looking at very much of it could tell.
pub async fn stock_count(
    pool: &MySqlPool,
    filter: &StockFilter,
) -> StoreResult<Option<CappedCount>> {
    let most = CappedCount::CAP + 1;
    let Some(search) = filter.search() else {
        let count = count(pool, filter, most).await?;
        return Ok(Some(CappedCount(count)));
    };
    let found = match search.beginnings() {
        [word] if filter.warehouse.is_none() && filter.state.is_none() => {
            stock_words_find(pool, word, most).await?.len()
        }
        words => match rarest(pool, &search).await? {
            Some(Rarest { word, skus }) if skus <= FEW_ROWS => {
                let ids = stock_words_find(pool, word, FEW_ROWS).await?;
                match words {
                    [_] => count_of(pool, &ids, filter).await?,
                    _ => matching(pool, &ids, filter, &search).await?.len(),
                }
            }
            _ => return Ok(None),
        },
    };
    Ok(Some(CappedCount(u32::try_from(found).unwrap_or(most))))
}

/// How much passes a filter, its search aside: counted up to `most`.
async fn count(pool: &MySqlPool, filter: &StockFilter, most: u32) -> StoreResult<u32> {
    let mut sql = QueryBuilder::new("SELECT COUNT(*) FROM (SELECT 1 FROM stock s");
    sql.push(index(filter)).push(" WHERE TRUE");
    restrict(&mut sql, filter);
    sql.push(" LIMIT ").push_bind(most).push(") t");
    let count: i64 = sql.build_query_scalar().fetch_one(pool).await?;
    Ok(u32::try_from(count).unwrap_or(most))
}

fn key(row: &StockLevel) -> StockKey {
    StockKey {
        available: row.available,
        sku: row.sku.clone(),
        warehouse: row.warehouse.clone(),
    }
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
            sql.push("SELECT s.id");
            by_sku(&mut sql, filter, after);
            sql.push(" LIMIT ").push_bind(rows);
        }
        StockSort::Available => by_available(&mut sql, filter, after, rows),
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

/// The rows after a key, in the order of SKUs.
fn by_sku(sql: &mut QueryBuilder<MySql>, filter: &StockFilter, after: Option<&StockKey>) {
    sql.push(" FROM stock s").push(index(filter));
    sql.push(" WHERE TRUE");
    restrict(sql, filter);
    if let Some(key) = after {
        beyond_sku(sql, "s", key);
    }
    sql.push(order_by(StockSort::Sku));
}

/// The ids of so many rows after a key of each state, for each stands in order by itself.
fn by_available(
    sql: &mut QueryBuilder<MySql>,
    filter: &StockFilter,
    after: Option<&StockKey>,
    rows: u32,
) {
    let states = StockState::ALL.iter().copied();
    let states = states.filter(|state| filter.state.is_none_or(|wanted| wanted == *state));
    for (place, state) in states.enumerate() {
        sql.push(if place == 0 { "(" } else { " UNION ALL (" });
        sql.push("SELECT s.id FROM stock s FORCE INDEX (stock_available) WHERE TRUE");
        let of_state = StockFilter {
            state: Some(state),
            ..filter.clone()
        };
        restrict(sql, &of_state);
        if let Some(key) = after {
            beyond_available(sql, key);
        }
        sql.push(order_by(StockSort::Available));
        sql.push(" LIMIT ").push_bind(rows).push(")");
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

/// After a key in the order of SKUs; `table` is one with `sku` and `warehouse`.
pub(super) fn beyond_sku(sql: &mut QueryBuilder<MySql>, table: &str, key: &StockKey) {
    let (sku, warehouse) = (key.sku.as_str(), key.warehouse.as_str());
    sql.push(format_args!(" AND {table}.sku >= "))
        .push_bind(sku.to_owned());
    sql.push(format_args!(" AND ({table}.sku > "))
        .push_bind(sku.to_owned());
    sql.push(format_args!(" OR {table}.warehouse > "))
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
