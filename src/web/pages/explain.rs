//! `/stock/{warehouse}/{sku}/explain`: why the number is what it is.

use actix_web::HttpResponse;
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::sku::{asked_for, missing};
use crate::domain::history::{Explanation, KindSum};
use crate::domain::stock::StockLevel;
use crate::web::extract::{Path, Query, State};
use crate::web::filters;
use crate::web::forms::FormView;
use crate::web::i18n::{Message, msg};
use crate::web::layout::Layout;
use crate::web::paths;
use crate::web::problem::Problem;

#[derive(Template)]
#[template(path = "pages/explain.html")]
struct ExplainPage {
    layout: Layout,
    level: StockLevel,
    /// The moment that is explained: now, or what was asked for.
    as_of: DateTime<Utc>,
    /// The level then, by the stock table or the ledger.
    available: i64,
    /// `None` for an unlimited SKU.
    explanation: Option<Explanation>,
    /// Which moment.
    at_form: FormView,
    past: bool,
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ExplainQuery {
    /// A past moment.
    at: String,
}

/// `GET /stock/{warehouse}/{sku}/explain`
pub async fn page(
    layout: Layout,
    Path((warehouse, sku)): Path<(String, String)>,
    Query(query): Query<ExplainQuery>,
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
    let (at_form, at) = asked_for(&query.at, &layout.text);
    let past = match at {
        Some(at) => queries.stock_at(level.id, at).await?.value,
        None => None,
    };
    let version = past.as_ref().map_or(level.version, |past| past.version);
    let explanation = match level.unlimited {
        true => None,
        false => Some(queries.stock_explanation(level.id, version).await?.value),
    };
    let then = past.as_ref().and_then(|past| past.available);
    let page = ExplainPage {
        available: then.unwrap_or(level.available),
        as_of: past.as_ref().map_or(seen.as_of, |past| past.at),
        past: past.is_some(),
        layout,
        level,
        explanation,
        at_form,
    };
    Ok(page.layout.with_status(page.at_form.status(), &page))
}

impl ExplainPage {
    fn title(&self) -> Message {
        let title = match self.past {
            true => msg("explain-title-at").with("at", self.as_of),
            false => msg("explain-title"),
        };
        title
            .with("sku", &self.level.sku)
            .with("warehouse", &self.level.warehouse)
    }

    fn here(&self) -> String {
        paths::explain(&self.level.warehouse, &self.level.sku)
    }

    fn sku_page(&self) -> String {
        paths::stock(&self.level.warehouse, &self.level.sku)
    }

    /// The entries behind a sum.
    fn entries(&self, sum: &KindSum) -> String {
        let mut values = vec![
            ("sku", self.level.sku.to_string()),
            ("wh", self.level.warehouse.to_string()),
            ("kind", sum.kind.to_string()),
        ];
        if self.past {
            values.push(("to", self.layout.text.full(self.as_of)));
        }
        paths::with_query(paths::LEDGER, &values)
    }

    fn count(sum: &KindSum) -> i64 {
        i64::try_from(sum.entries).unwrap_or(i64::MAX)
    }
}
