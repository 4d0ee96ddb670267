//! `/stock/{warehouse}/{sku}`

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use chrono::{DateTime, Utc};

use crate::domain::ids::{Sku, Warehouse};
use crate::domain::ledger::LedgerEntry;
use crate::domain::listing::{Limit, OpFilter};
use crate::domain::operation::{OpChange, OpKind, OpStatus, OpTarget, Operation};
use crate::domain::order::OpenOrders;
use crate::domain::role::Action;
use crate::domain::stock::StockLevel;
use crate::service::desk::Agreement;
use crate::web::extract::{Path, State};
use crate::web::layout::Layout;
use crate::web::problem::{Problem, loaded};
use crate::web::{filters, numbers, paths, route};

const ENTRIES: u32 = 12;
const DRAFTS: u32 = 10;
const REFRESH_SECONDS: u32 = 15;

/// What could not be read is `None`, and said so in its place.
#[derive(Template)]
#[template(path = "pages/sku.html")]
struct SkuPage {
    layout: Layout,
    level: StockLevel,
    as_of: DateTime<Utc>,
    held: Option<OpenOrders>,
    gate: Option<Agreement>,
    timeline: Option<Vec<LedgerEntry>>,
    drafts: Vec<Operation>,
    /// The orders that hold units of it.
    orders: String,
    /// All stock of its warehouse.
    of_warehouse: String,
    /// All its entries.
    older: String,
}

#[derive(Template)]
#[template(path = "pages/sku_missing.html")]
struct MissingPage {
    layout: Layout,
    warehouse: String,
    sku: String,
    closest: Vec<(Warehouse, Sku)>,
}

/// `GET /stock/{warehouse}/{sku}`
pub async fn page(
    layout: Layout,
    Path((warehouse, sku)): Path<(String, String)>,
    web: State,
) -> Result<HttpResponse, Problem> {
    let (Ok(parsed_warehouse), Ok(parsed_sku)) = (warehouse.parse(), sku.parse()) else {
        return missing(layout, &web, warehouse, sku).await;
    };
    let queries = &web.services.queries;
    let seen = queries.stock(&parsed_warehouse, &parsed_sku).await?;
    let Some(level) = seen.value else {
        return missing(layout, &web, warehouse, sku).await;
    };
    let drafts = OpFilter {
        status: Some(OpStatus::Draft),
        stock: Some(level.id),
        ..OpFilter::default()
    };
    let (held, timeline, drafts, gate) = tokio::join!(
        queries.open_orders(&level),
        queries.timeline(level.id, rows(ENTRIES)?),
        queries.operations_list(&drafts, None, rows(DRAFTS)?),
        web.services.desk.agreement(&level),
    );
    let mut drafts = loaded(drafts)?.map_or_else(Vec::new, |seen| seen.value.items);
    drafts.retain(|draft| !draft.expired(seen.as_of));
    let of_sku = ("sku", level.sku.to_string());
    let of_warehouse = ("wh", level.warehouse.to_string());
    let page = SkuPage {
        held: loaded(held)?.and_then(|seen| seen.value),
        gate: loaded(gate)?,
        timeline: loaded(timeline)?.map(|seen| seen.value),
        drafts,
        orders: paths::with_query(paths::ORDERS, &[of_sku.clone()]),
        older: paths::with_query(paths::LEDGER, &[of_sku, of_warehouse.clone()]),
        of_warehouse: paths::with_query(paths::STOCK, &[of_warehouse]),
        layout: layout.live(REFRESH_SECONDS),
        level,
        as_of: seen.as_of,
    };
    Ok(page.layout.ok(&page))
}

fn rows(rows: u32) -> Result<Limit, Problem> {
    Limit::new(rows).ok_or_else(|| Problem::internal("a list without rows"))
}

impl SkuPage {
    /// Buttons that would only refuse are not shown.
    fn changeable(&self) -> bool {
        self.layout.read_only.is_none() && self.layout.may(Action::Draft)
    }

    /// What a draft would do to this SKU: `−3`, `73`.
    fn change(&self, draft: &Operation) -> Option<String> {
        let OpTarget::Lines { lines, .. } = &draft.target else {
            return None;
        };
        let line = lines.iter().find(|line| line.sku == self.level.sku)?;
        Some(match line.change {
            OpChange::Delta(units) => numbers::signed(units),
            OpChange::SetTo(units) => numbers::grouped(units),
        })
    }
}

/// 404 for a SKU that a warehouse does not hold, with those that may have been meant.
pub async fn missing(
    layout: Layout,
    web: &State,
    warehouse: String,
    sku: String,
) -> Result<HttpResponse, Problem> {
    let closest = loaded(web.services.queries.closest_skus(&sku).await)?;
    let page = MissingPage {
        layout,
        warehouse,
        sku,
        closest: closest.map(|seen| seen.value).unwrap_or_default(),
    };
    Ok(page.layout.with_status(StatusCode::NOT_FOUND, &page))
}
