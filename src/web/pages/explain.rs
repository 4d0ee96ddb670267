//! `/stock/{warehouse}/{sku}/explain`: why the number is what it is.

use actix_web::HttpResponse;
use askama::Template;
use chrono::{DateTime, Utc};

use super::sku::missing;
use crate::domain::history::{Explanation, KindSum};
use crate::domain::stock::StockLevel;
use crate::web::extract::{Path, State};
use crate::web::filters;
use crate::web::layout::Layout;
use crate::web::paths;
use crate::web::problem::Problem;

#[derive(Template)]
#[template(path = "pages/explain.html")]
struct ExplainPage {
    layout: Layout,
    level: StockLevel,
    as_of: DateTime<Utc>,
    /// `None` for an unlimited SKU.
    explanation: Option<Explanation>,
}

/// `GET /stock/{warehouse}/{sku}/explain`
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
    let explanation = match level.unlimited {
        true => None,
        false => Some(queries.stock_explanation(&level).await?.value),
    };
    let page = ExplainPage {
        layout,
        level,
        as_of: seen.as_of,
        explanation,
    };
    Ok(page.layout.ok(&page))
}

impl ExplainPage {
    fn sku_page(&self) -> String {
        paths::stock(&self.level.warehouse, &self.level.sku)
    }

    /// The entries behind a sum.
    fn entries(&self, sum: &KindSum) -> String {
        let values = [
            ("sku", self.level.sku.to_string()),
            ("wh", self.level.warehouse.to_string()),
            ("kind", sum.kind.to_string()),
        ];
        paths::with_query(paths::LEDGER, &values)
    }

    fn count(sum: &KindSum) -> i64 {
        i64::try_from(sum.entries).unwrap_or(i64::MAX)
    }
}
