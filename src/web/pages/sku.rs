//! `/stock/{warehouse}/{sku}`

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use crate::domain::demand::{Refused, RefusedDemand};
use crate::domain::history::History;
use crate::domain::ids::{Sku, Warehouse};
use crate::domain::ledger::{LedgerEntry, PastLevel};
use crate::domain::listing::{Limit, OpFilter};
use crate::domain::operation::{OpChange, OpKind, OpStatus, OpTarget, Operation};
use crate::domain::order::OpenOrders;
use crate::domain::reconciliation::{LedgerAgreement, Run, RunDifference, RunOutcome};
use crate::domain::role::Action;
use crate::domain::stock::StockLevel;
use crate::service::desk::Agreement;
use crate::web::extract::{Path, Query, State};
use crate::web::forms::{FieldError, FormView, filter};
use crate::web::i18n::{Message, Text, msg};
use crate::web::layout::Layout;
use crate::web::pages::reconciliation::off;
use crate::web::problem::{Problem, loaded};
use crate::web::{chart, filters, numbers, paths, route};

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
    /// The last comparison that somebody asked for, and what it found of this SKU.
    reconciled: Option<Option<(Run, Option<RunDifference>)>>,
    ledger: Option<LedgerAgreement>,
    timeline: Option<Vec<LedgerEntry>>,
    drafts: Vec<Operation>,
    /// Not for an unlimited SKU.
    history: Option<History>,
    span: Span,
    demand: Option<Vec<RefusedDemand>>,
    at_form: FormView,
    /// The level at the moment that was asked for.
    past: Option<PastLevel>,
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

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct SkuQuery {
    span: String,
    at: String,
}

/// `GET /stock/{warehouse}/{sku}`
pub async fn page(
    layout: Layout,
    Path((warehouse, sku)): Path<(String, String)>,
    Query(query): Query<SkuQuery>,
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
    let text = layout.text;
    let span = Span::parse(&query.span);
    let (at_form, at) = asked_for(&query.at, &text);
    let (held, timeline, drafts, gate, reconciled, ledger, history, demand, past) = tokio::join!(
        queries.open_orders(&level),
        queries.timeline(level.id, rows(ENTRIES)?),
        queries.operations_list(&drafts, None, rows(DRAFTS)?),
        web.services.desk.agreement(&level),
        web.services.reconciliations.of_stock(level.id),
        queries.ledger_agreement(level.id),
        async {
            match level.unlimited {
                true => Ok(None),
                false => {
                    let history = queries.stock_history(&level, text.now - span.length());
                    Ok(Some(history.await?.value))
                }
            }
        },
        queries.refused_demand(level.id),
        async {
            match at {
                None => Ok(None),
                Some(at) => Ok(queries.stock_at(level.id, at).await?.value),
            }
        },
    );
    let mut drafts = loaded(drafts)?.map_or_else(Vec::new, |seen| seen.value.items);
    drafts.retain(|draft| !draft.expired(seen.as_of));
    let of_sku = ("sku", level.sku.to_string());
    let of_warehouse = ("wh", level.warehouse.to_string());
    let page = SkuPage {
        held: loaded(held)?.and_then(|seen| seen.value),
        gate: loaded(gate)?,
        reconciled: loaded(reconciled)?,
        ledger: loaded(ledger)?.map(|seen| seen.value),
        timeline: loaded(timeline)?.map(|seen| seen.value),
        drafts,
        history: loaded(history)?.flatten(),
        span,
        demand: loaded(demand)?.map(|seen| seen.value),
        past: loaded(past)?.flatten(),
        at_form,
        orders: paths::with_query(paths::ORDERS, std::slice::from_ref(&of_sku)),
        older: paths::with_query(paths::LEDGER, &[of_sku, of_warehouse.clone()]),
        of_warehouse: paths::with_query(paths::STOCK, &[of_warehouse]),
        layout: layout.live(REFRESH_SECONDS),
        level,
        as_of: seen.as_of,
    };
    Ok(page.layout.with_status(page.at_form.status(), &page))
}

/// A past moment as it was typed, in its form; and the moment, if it is one.
pub(super) fn asked_for(typed: &str, text: &Text) -> (FormView, Option<DateTime<Utc>>) {
    let form = FormView::filled(vec![("at".to_owned(), typed.trim().to_owned())]);
    let at = match filter::moment(typed, text.zone) {
        Ok(stretch) => stretch.map(|stretch| stretch.begin),
        Err(message) => return (refused(form, message), None),
    };
    match at {
        Some(at) if at > text.now => (refused(form, msg("sku-at-future")), None),
        at => (form, at),
    }
}

fn refused(form: FormView, message: Message) -> FormView {
    let error = FieldError {
        field: "at",
        message,
    };
    form.errors(vec![error])
        .with_status(StatusCode::BAD_REQUEST)
}

/// What a chart covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Span {
    TwoDays,
    Month,
}

impl Span {
    /// Anything else is the usual one.
    fn parse(text: &str) -> Self {
        match text {
            "30d" => Self::Month,
            _ => Self::TwoDays,
        }
    }

    fn length(self) -> TimeDelta {
        match self {
            Self::TwoDays => TimeDelta::hours(48),
            Self::Month => TimeDelta::days(30),
        }
    }

    fn named(self) -> Message {
        msg(match self {
            Self::TwoDays => "span-two-days",
            Self::Month => "span-month",
        })
    }
}

fn rows(rows: u32) -> Result<Limit, Problem> {
    Limit::new(rows).ok_or_else(|| Problem::internal("a list without rows"))
}

impl SkuPage {
    /// Buttons that would only refuse are not shown.
    fn changeable(&self) -> bool {
        self.layout.read_only.is_none() && self.layout.may(Action::Draft)
    }

    /// What the chart shows, for those who cannot see it as well.
    fn told(&self, history: &History) -> Message {
        let message = match history.sampled {
            true => msg("sku-chart-about"),
            false => msg("sku-chart"),
        };
        let message = message.with("span", self.span.named());
        message
            .with("high", history.high())
            .with("low", history.low())
    }

    /// The promises that it breaks, as far as they were looked at.
    fn broken(&self) -> Vec<&Message> {
        let (here, entries) = (self.here(), format!("/ledger/led_{}-", self.level.id.0));
        let own = |href: &str| href == here || href.starts_with(&entries);
        let strip = self.layout.proof.iter();
        let promises = strip.flat_map(|strip| strip.books_broken());
        promises
            .filter(|promise| promise.offenders.iter().any(|(href, _)| own(href)))
            .map(|promise| &promise.name)
            .collect()
    }

    fn here(&self) -> String {
        paths::stock(&self.level.warehouse, &self.level.sku)
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

/// Whether the gate was compared as well.
fn gate_was_asked(run: &Run) -> bool {
    !matches!(run.ended, Some((_, RunOutcome::GateAway)))
}

/// Units of a place; nothing where it has none.
fn units_or_none(units: &Option<i64>) -> Message {
    match units {
        Some(units) => msg("place-units").with("units", *units),
        None => msg("place-none"),
    }
}

/// `1,204 claims, 2,410 units`
fn turned_away(refused: &Refused) -> Message {
    let number = |n| i64::try_from(n).unwrap_or(i64::MAX);
    msg("demand-refused")
        .with("claims", number(refused.claims))
        .with("units", number(refused.units))
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
