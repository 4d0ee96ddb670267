//! Finding stock by words: by those that few SKUs have, or else by looking at rows.

use sqlx::mysql::MySqlRow;
use sqlx::{FromRow, MySql, MySqlPool, QueryBuilder, Row};

use super::{by_available, by_sku, key, order_by, restrict};
use crate::domain::ids::StockId;
use crate::domain::listing::{Limit, Page, StockFilter, StockKey, StockSort};
use crate::domain::search::Search;
use crate::domain::stock::StockLevel;
use crate::store::mysql::StoreResult;
use crate::store::mysql::json::{json_list, parse};
use crate::store::mysql::stock::COLUMNS;
use crate::store::mysql::stock_words::{stock_words_count, stock_words_list};

/// A word that so many SKUs have, or fewer, leads straight to them, in the order of SKUs.
const FEW: u32 = 5_000;

/// Of so many, or fewer, the rows are read: to count those that have the other words, too, and
/// pass the filter, or to put them in the order of their units.
pub(super) const FEW_ROWS: u32 = 2_000;

/// Rows read at a time while looking for what words alone do not lead to: few first, for common
/// words are found soon, then more.
const STRETCHES: std::ops::RangeInclusive<u32> = 200..=1_600;

/// Rows that are looked at for a page.
const LOOKED_AT: u32 = 3_000;

/// The word of a search that fewest SKUs have.
pub(super) struct Rarest<'a> {
    pub word: &'a str,
    /// How many have it, or a few less.
    pub skus: u32,
}

/// `None` when more than a few have every one of its words.
pub(super) async fn rarest<'a>(
    pool: &MySqlPool,
    search: &'a Search,
) -> StoreResult<Option<Rarest<'a>>> {
    let mut rarest: Option<Rarest> = None;
    for word in search.beginnings() {
        let most = rarest.as_ref().map_or(FEW + 1, |rarest| rarest.skus);
        let skus = stock_words_count(pool, word, most).await?;
        if skus < most {
            rarest = Some(Rarest { word, skus });
        }
    }
    Ok(rarest)
}

/// The next `wanted` rows of a word that few SKUs have which match and pass the filter.
pub(super) async fn follow(
    pool: &MySqlPool,
    word: &str,
    filter: &StockFilter,
    search: &Search,
    after: Option<&StockKey>,
    wanted: u32,
) -> StoreResult<Vec<StockLevel>> {
    let all_match = search.beginnings().len() == 1;
    let mut stretch = match filter.state {
        None if all_match => wanted,
        _ => *STRETCHES.start(),
    };
    let (mut found, mut last, mut state) = (Vec::new(), after.cloned(), None);
    loop {
        let warehouse = filter.warehouse.as_ref();
        let words = stock_words_list(pool, word, warehouse, state, last.as_ref(), stretch);
        let mut skus = words.await?;
        let end = skus.len() < stretch as usize;
        if let Some((_, sku, warehouse)) = skus.last() {
            let (sku, warehouse) = (sku.clone(), warehouse.clone());
            let available = 0;
            last = Some(StockKey {
                available,
                sku,
                warehouse,
            });
        }
        skus.dedup();
        let ids: Vec<StockId> = skus.iter().map(|(id, ..)| *id).collect();
        let mut rows = matching(pool, &ids, filter, search).await?;
        rows.sort_by(|a, b| (&a.sku, &a.warehouse).cmp(&(&b.sku, &b.warehouse)));
        found.append(&mut rows);
        if end || found.len() >= wanted as usize {
            return Ok(found);
        }
        // Not among the first: then all of them.
        state = filter.state;
        stretch = if all_match { wanted } else { FEW };
    }
}

/// Those of `ids` that match and pass the filter, in no order.
pub(super) async fn matching(
    pool: &MySqlPool,
    ids: &[StockId],
    filter: &StockFilter,
    search: &Search,
) -> StoreResult<Vec<StockLevel>> {
    let mut rows = of_ids(pool, ids, filter).await?;
    rows.retain(|row| search.finds(row.sku.as_str(), &row.name));
    Ok(rows)
}

async fn of_ids(
    pool: &MySqlPool,
    ids: &[StockId],
    filter: &StockFilter,
) -> StoreResult<Vec<StockLevel>> {
    let mut sql = QueryBuilder::new("SELECT ");
    sql.push(COLUMNS);
    from_ids(&mut sql, ids, filter);
    Ok(sql.build_query_as().fetch_all(pool).await?)
}

/// How many of `ids` pass the filter, its search aside.
pub(super) async fn count_of(
    pool: &MySqlPool,
    ids: &[StockId],
    filter: &StockFilter,
) -> StoreResult<usize> {
    let mut sql = QueryBuilder::new("SELECT COUNT(*)");
    from_ids(&mut sql, ids, filter);
    let count: i64 = sql.build_query_scalar().fetch_one(pool).await?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

fn from_ids(sql: &mut QueryBuilder<MySql>, ids: &[StockId], filter: &StockFilter) {
    sql.push(" FROM JSON_TABLE(").push_bind(json_list(ids));
    sql.push(", '$[*]' COLUMNS (id INT UNSIGNED PATH '$')) j");
    sql.push(" STRAIGHT_JOIN stock s FORCE INDEX (PRIMARY) ON s.id = j.id WHERE TRUE");
    restrict(sql, filter);
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
    let mut items = of_ids(pool, &ids, &StockFilter::default()).await?;
    items.sort_by(|a, b| sort.compare(&key(a), &key(b)));
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
