//! Lists of stock.

use sqlx::mysql::MySqlRow;
use sqlx::{MySql, MySqlPool, QueryBuilder, Row};

use super::json::parse;
use super::stock::COLUMNS;
use super::{StoreResult, like};
use crate::domain::ids::{Sku, StockId, Warehouse};
use crate::domain::listing::{CappedCount, Limit, Page, StockFilter, StockKey, StockSort};
use crate::domain::stock::{StockLevel, StockState};

/// A page of stock. In order of SKU every filter is served by an index; in order of available
/// units the matching rows are sorted, all of them.
pub async fn stock_list(
    pool: &MySqlPool,
    filter: &StockFilter,
    sort: StockSort,
    after: Option<&StockKey>,
    limit: Limit,
) -> StoreResult<Page<StockLevel, StockKey>> {
    // The inner part reads an index alone; whole rows are read for one page only.
    let mut sql = QueryBuilder::new("SELECT ");
    sql.push(COLUMNS)
        .push(" FROM (SELECT s.id FROM stock s")
        .push(hint(filter, sort))
        .push(" WHERE TRUE");
    matching(&mut sql, filter);
    if let Some(key) = after {
        beyond(&mut sql, sort, key);
    }
    let order = match sort {
        StockSort::Sku => "s.sku, s.warehouse",
        StockSort::Available => "s.available, s.sku, s.warehouse",
    };
    sql.push(" ORDER BY ").push(order).push(" LIMIT ");
    sql.push_bind(limit.get() + 1);
    sql.push(") k JOIN stock s ON s.id = k.id ORDER BY ")
        .push(order);
    let rows: Vec<StockLevel> = sql.build_query_as().fetch_all(pool).await?;
    Ok(Page::cut(rows, limit, |row| StockKey {
        available: row.available,
        sku: row.sku.clone(),
        warehouse: row.warehouse.clone(),
    }))
}

/// How much stock matches.
pub async fn stock_count(pool: &MySqlPool, filter: &StockFilter) -> StoreResult<CappedCount> {
    let mut sql = QueryBuilder::new("SELECT COUNT(*) FROM (SELECT 1 FROM stock s");
    sql.push(hint(filter, StockSort::Sku)).push(" WHERE TRUE");
    matching(&mut sql, filter);
    sql.push(" LIMIT ")
        .push_bind(CappedCount::CAP + 1)
        .push(") t");
    let count: i64 = sql.build_query_scalar().fetch_one(pool).await?;
    Ok(super::capped(count))
}

/// Which index to read, where the servers choose one that is twice as slow: they do not see that
/// an index holds the text that is looked for, nor that most rows will match.
fn hint(filter: &StockFilter, sort: StockSort) -> &'static str {
    let searched = filter.q.as_deref().is_some_and(|q| !q.is_empty());
    match (sort, filter.state) {
        (StockSort::Available, None | Some(StockState::Ok)) => {
            " IGNORE INDEX (stock_sku, stock_search, stock_state)"
        }
        (StockSort::Sku, None) if searched => " FORCE INDEX (stock_search)",
        _ => "",
    }
}

fn matching(sql: &mut QueryBuilder<MySql>, filter: &StockFilter) {
    if let Some(warehouse) = &filter.warehouse {
        sql.push(" AND s.warehouse = ")
            .push_bind(warehouse.as_str().to_owned());
    }
    if let Some(state) = filter.state {
        sql.push(" AND s.state = ").push_bind(state);
    }
    if let Some(q) = filter.q.as_deref().filter(|q| !q.is_empty()) {
        let part = like(q);
        sql.push(" AND (s.sku COLLATE utf8mb4_general_ci LIKE ")
            .push_bind(format!("{part}%"));
        sql.push(" OR s.name COLLATE utf8mb4_general_ci LIKE ");
        sql.push_bind(format!("%{part}%")).push(")");
    }
}

fn beyond(sql: &mut QueryBuilder<MySql>, sort: StockSort, key: &StockKey) {
    let (sku, warehouse) = (key.sku.as_str(), key.warehouse.as_str());
    if sort == StockSort::Available {
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
    } else {
        sql.push(" AND s.sku >= ").push_bind(sku.to_owned());
        sql.push(" AND (s.sku > ").push_bind(sku.to_owned());
        sql.push(" OR s.warehouse > ")
            .push_bind(warehouse.to_owned())
            .push(")");
    }
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
    let filter = StockFilter {
        state: Some(state),
        ..StockFilter::default()
    };
    stock_count(pool, &filter).await
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
