//! `/api/v1/stock`

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::fields::name;
use super::queries::{Query, listed, wanted};
use crate::domain::ids::{EntryId, Sku, Warehouse};
use crate::domain::listing::{StockFilter, StockKey, StockSort};
use crate::domain::stock::{StockLevel, StockState};
use crate::web::extract::{Path, State};
use crate::web::problem::Problem;

const LIST: &str = "api stock";

/// `GET /api/v1/stock/{warehouse}/{sku}`, and with `?at=` its level at a past moment.
pub async fn one(
    state: State,
    Path((warehouse, sku)): Path<(Warehouse, Sku)>,
    query: Query,
) -> Result<HttpResponse, Problem> {
    let at = query.read(|fields| fields.may("at", time))?;
    let queries = &state.services.queries;
    let level = queries.stock(&warehouse, &sku).await?.value;
    let level = level.ok_or_else(Problem::not_found)?;
    let Some(at) = at else {
        return Ok(HttpResponse::Ok().json(Shown::of(level)));
    };
    let past = queries.stock_at(level.id, at).await?.value;
    let past = past.ok_or_else(Problem::not_found)?;
    Ok(HttpResponse::Ok().json(Past {
        warehouse,
        sku,
        name: level.name,
        at: past.at,
        available: past.available,
        version: past.version,
        entry: past.entry,
    }))
}

/// RFC 3339. A `+` that nobody encoded has become a space; no time holds one otherwise.
fn time(value: &serde_json::Value) -> Result<DateTime<Utc>, String> {
    let text = value.as_str().unwrap_or_default().replace(' ', "+");
    let time = DateTime::parse_from_rfc3339(&text);
    let time = time.map_err(|_| "must be a time like 2026-11-20T03:04:05Z".to_owned())?;
    Ok(time.to_utc())
}

/// `GET /api/v1/stock?warehouse=&after=&limit=`, by SKU.
pub async fn list(state: State, query: Query) -> Result<HttpResponse, Problem> {
    let (warehouse, wanted) = query.read(|fields| {
        let warehouse = fields.may("warehouse", name::<Warehouse>);
        let wanted = wanted(fields);
        Some((warehouse?, wanted?))
    })?;
    let after: Option<StockKey> = wanted.after(&state, LIST)?;
    let filter = StockFilter {
        warehouse,
        ..StockFilter::default()
    };
    let queries = &state.services.queries;
    let page = queries.stock_list(&filter, StockSort::Sku, after.as_ref(), wanted.limit);
    listed(&state, LIST, page.await?.value, Shown::of)
}

#[derive(Serialize)]
struct Shown {
    warehouse: Warehouse,
    sku: Sku,
    name: String,
    /// `null` when unlimited, as is `on_hand`.
    available: Option<i64>,
    reserved: i64,
    on_hand: Option<i64>,
    unlimited: bool,
    state: StockState,
    low_water: Option<i64>,
    version: u64,
    #[serde(serialize_with = "super::time")]
    updated_at: DateTime<Utc>,
}

impl Shown {
    fn of(level: StockLevel) -> Self {
        Self {
            available: level.available(),
            on_hand: level.on_hand(),
            state: level.state(),
            warehouse: level.warehouse,
            sku: level.sku,
            name: level.name,
            reserved: level.reserved,
            unlimited: level.unlimited,
            low_water: level.low_water,
            version: level.version,
            updated_at: level.updated_at,
        }
    }
}

#[derive(Serialize)]
struct Past {
    warehouse: Warehouse,
    sku: Sku,
    name: String,
    #[serde(serialize_with = "super::time")]
    at: DateTime<Utc>,
    available: Option<i64>,
    version: u64,
    /// The newest ledger entry at that moment; `null` before the first one.
    entry: Option<EntryId>,
}
