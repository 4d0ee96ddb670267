//! Lists as files: `/stock.csv`, `/ledger.csv`, `/orders.csv`, `/ops.csv`, `/audit.csv`, each with
//! the filters of its list.
//! What the filters say wrongly is shown by the list itself.

use actix_web::HttpResponse;

use super::audit::AuditQuery;
use super::bulk;
use super::ledger::LedgerQuery;
use super::ops::deed::Deed;
use super::ops::{OpsQuery, subject};
use super::orders::OrdersQuery;
use super::stock::StockQuery;
use crate::domain::audit::AuditRow;
use crate::domain::ids::OpId;
use crate::domain::ledger::LedgerEntry;
use crate::domain::listing::{Listed, OrderKey, StockKey, StockSort};
use crate::domain::order::OrderRow;
use crate::domain::stock::StockLevel;
use crate::web::export::{Cell, FileQuery, Kept, Sheet, send};
use crate::web::extract::{Query, State};
use crate::web::filters;
use crate::web::i18n::{Message, Text, Worded, msg};
use crate::web::layout::Layout;
use crate::web::list::List;
use crate::web::numbers;
use crate::web::paths;
use crate::web::problem::Problem;
use crate::web::respond::see_other;

/// `GET /stock.csv`
pub async fn stock(
    layout: Layout,
    Query(query): Query<StockQuery>,
    Query(file): Query<FileQuery>,
    web: State,
) -> Result<HttpResponse, Problem> {
    let text = layout.text;
    let sheet = Sheet {
        name: "stock",
        columns: vec![
            msg("warehouse"),
            msg("ledger-sku"),
            msg("stock-name"),
            msg("available"),
            msg("reserved"),
            msg("on-hand"),
            msg("stock-state"),
            msg("sku-low-water"),
            msg("sku-version"),
            msg("export-last-change").with("zone", text.zone.name()),
        ],
        kept: file.kept(),
    };
    stock_file(text, query, &web, sheet, move |level| {
        stock_row(level, &text)
    })
    .await
}

/// `GET /stock/count-sheet.csv`: what the list shows, to be counted and imported again. Its
/// version tells whether the stock moved meanwhile.
pub async fn count_sheet(
    layout: Layout,
    Query(query): Query<StockQuery>,
    web: State,
) -> Result<HttpResponse, Problem> {
    let text = layout.text;
    let sheet = Sheet {
        name: "count-sheet",
        columns: vec![
            msg("warehouse"),
            msg("ledger-sku"),
            msg("stock-name"),
            msg("available"),
            msg("sku-version"),
            msg("sheet-set-to"),
            msg("note"),
        ],
        kept: Kept::AsTheyAre,
    };
    stock_file(text, query, &web, sheet, move |level| {
        let mut cells = stock_row(level, &text);
        cells.truncate(4);
        // What was counted is blank, always.
        let blank = || Cell::text(None::<String>);
        cells.extend([version(level), blank(), blank()]);
        cells
    })
    .await
}

/// What the stock list shows, as a file: always by SKU, for that order costs nothing however long
/// the list is.
async fn stock_file(
    text: Text,
    query: StockQuery,
    web: &State,
    sheet: Sheet,
    row: impl Fn(&StockLevel) -> Vec<Cell> + 'static,
) -> Result<HttpResponse, Problem> {
    let known = web.services.queries.warehouses().await?.value;
    let Ok((filter, _)) = query.filter(&known) else {
        return Ok(see_other(&List::new(paths::STOCK, &query.fields()).first()));
    };
    let queries = web.services.queries.clone();
    let fetch = move |after: Option<StockKey>, limit| {
        let (queries, filter) = (queries.clone(), filter.clone());
        async move {
            let page = queries.stock_list(&filter, StockSort::Sku, after.as_ref(), limit);
            Ok(page.await?.value)
        }
    };
    send(text, sheet, fetch, row).await
}

/// Units, or that there is no limit.
fn units(units: Option<i64>, text: &Text) -> Cell {
    match units {
        Some(units) => Cell::Number(units),
        None => Cell::Text(text.say(&msg("unlimited")).into_owned()),
    }
}

fn version(level: &StockLevel) -> Cell {
    Cell::Number(i64::try_from(level.version).unwrap_or(i64::MAX))
}

fn stock_row(level: &StockLevel, text: &Text) -> Vec<Cell> {
    vec![
        Cell::Text(level.warehouse.to_string()),
        Cell::Text(level.sku.to_string()),
        Cell::Text(level.name.clone()),
        units(level.available(), text),
        Cell::Number(level.reserved),
        units(level.on_hand(), text),
        Cell::Text(text.say(&level.state().message()).into_owned()),
        level
            .low_water
            .map_or_else(|| Cell::text(None::<String>), Cell::Number),
        version(level),
        Cell::Text(text.full(level.updated_at)),
    ]
}

/// `GET /ledger.csv`
pub async fn ledger(
    layout: Layout,
    Query(query): Query<LedgerQuery>,
    Query(file): Query<FileQuery>,
    web: State,
) -> Result<HttpResponse, Problem> {
    let text = layout.text;
    let known = web.services.queries.warehouses().await?.value;
    let Ok(filter) = query.filter(&known, &text) else {
        return Ok(see_other(
            &List::new(paths::LEDGER, &query.fields()).first(),
        ));
    };
    let sheet = Sheet {
        name: "ledger",
        columns: vec![
            msg("export-time").with("zone", text.zone.name()),
            msg("ledger-id"),
            msg("warehouse"),
            msg("ledger-sku"),
            msg("ledger-kind"),
            msg("ledger-change"),
            msg("export-before"),
            msg("export-after"),
            msg("ledger-who"),
            msg("reason"),
            msg("note"),
            msg("reference"),
            msg("ledger-document"),
            msg("export-rolls-back"),
            msg("export-rolled-back-by"),
        ],
        kept: file.kept(),
    };
    let queries = web.services.queries.clone();
    let fetch = move |after, limit| {
        let (queries, filter) = (queries.clone(), filter.clone());
        async move { Ok(queries.ledger_list(&filter, after, limit).await?.value) }
    };
    send(text, sheet, fetch, move |entry| ledger_row(entry, &text)).await
}

fn ledger_row(entry: &LedgerEntry, text: &Text) -> Vec<Cell> {
    let reason = entry.reason.as_deref();
    vec![
        Cell::Text(text.full(entry.created_at)),
        Cell::Text(entry.id.to_string()),
        Cell::Text(entry.warehouse.to_string()),
        Cell::Text(entry.sku.to_string()),
        Cell::Text(text.say(&filters::moved_message(entry)).into_owned()),
        Cell::Number(entry.delta),
        units(entry.balance_before(), text),
        units(entry.balance, text),
        Cell::Text(filters::who_said(&entry.actor, text).into_owned()),
        Cell::text(reason.map(|code| filters::why_said(code, text).into_owned())),
        Cell::text(entry.note.clone()),
        Cell::text(entry.reference.clone()),
        Cell::Text(match OpId::of_document(&entry.document) {
            Some(op) => op.to_string(),
            None => entry.document.to_string(),
        }),
        Cell::text(entry.reverses.map(|id| id.to_string())),
        Cell::text(entry.reversed_by.map(|id| id.to_string())),
    ]
}

/// `GET /orders.csv`
pub async fn orders(
    layout: Layout,
    Query(query): Query<OrdersQuery>,
    Query(file): Query<FileQuery>,
    web: State,
) -> Result<HttpResponse, Problem> {
    let text = layout.text;
    let Ok(filter) = query.filter(text.now) else {
        return Ok(see_other(
            &List::new(paths::ORDERS, &query.fields()).first(),
        ));
    };
    let in_zone = |id| msg(id).with("zone", text.zone.name());
    let sheet = Sheet {
        name: "orders",
        kept: file.kept(),
        columns: vec![
            msg("orders-number"),
            msg("warehouse"),
            msg("orders-status"),
            in_zone("export-placed"),
            in_zone("export-deadline"),
            msg("orders-units"),
            msg("export-lines"),
            msg("orders-amount"),
            msg("export-currency"),
            msg("order-gateway"),
            msg("orders-payment"),
        ],
    };
    let queries = web.services.queries.clone();
    let fetch = move |after: Option<OrderKey>, limit| {
        let (queries, filter) = (queries.clone(), filter.clone());
        async move {
            let page = queries.orders_list(&filter, after.as_ref(), limit);
            Ok(page.await?.value)
        }
    };
    let row = move |order: &OrderRow| {
        let said = |word: Message| text.say(&word).into_owned();
        vec![
            Cell::Text(order.order_no.to_string()),
            Cell::Text(order.warehouse.to_string()),
            Cell::Text(said(order.status.message())),
            Cell::Text(text.full(order.created_at)),
            Cell::text(order.pay_deadline.map(|at| text.full(at))),
            Cell::Number(order.units),
            Cell::Number(order.line_count),
            Cell::text(order.amount.map(numbers::amount)),
            Cell::text(
                order
                    .amount
                    .map(|amount| amount.currency.as_str().to_owned()),
            ),
            Cell::text(order.gateway.clone()),
            Cell::text(order.payment_state.map(|state| said(state.message()))),
        ]
    };
    send(text, sheet, fetch, row).await
}

/// `GET /ops.csv`
pub async fn ops(
    layout: Layout,
    Query(query): Query<OpsQuery>,
    Query(file): Query<FileQuery>,
    web: State,
) -> Result<HttpResponse, Problem> {
    let text = layout.text;
    let unit_limit = web.services.operations.unit_limit();
    let Ok(filter) = query.filter(&text, unit_limit) else {
        return Ok(see_other(&List::new(paths::OPS, &query.fields()).first()));
    };
    let in_zone = |id| msg(id).with("zone", text.zone.name());
    let sheet = Sheet {
        name: "operations",
        kept: file.kept(),
        columns: vec![
            msg("operation"),
            msg("ops-what"),
            msg("ops-on"),
            msg("ops-state"),
            msg("reason"),
            msg("note"),
            msg("reference"),
            msg("op-prepared"),
            in_zone("export-prepared"),
            msg("op-confirmed"),
            in_zone("export-confirmed"),
        ],
    };
    let (queries, running) = (web.services.queries.clone(), query.running());
    let fetch = move |after, limit| {
        let (queries, filter) = (queries.clone(), filter.clone());
        async move {
            let page = queries.operations_of_every_kind(&filter, running, after, limit);
            Ok(page.await?.value)
        }
    };
    send(text, sheet, fetch, move |listed| listed_row(listed, &text)).await
}

fn listed_row(listed: &Listed, text: &Text) -> Vec<Cell> {
    let said = |word: Message| Cell::Text(text.say(&word).into_owned());
    match listed {
        Listed::One(op) => vec![
            Cell::Text(op.op.to_string()),
            said(Deed::of(op).label()),
            Cell::Text(subject(op).0),
            said(match op.expired(text.now) {
                true => msg("op-expired-tag"),
                false => op.status.message(),
            }),
            said(op.reason.message()),
            Cell::text(op.note.clone()),
            Cell::text(op.reference.clone()),
            Cell::Text(op.author.clone()),
            Cell::Text(text.full(op.created_at)),
            Cell::text(op.confirmed_by.clone()),
            Cell::text(op.confirmed_at.map(|at| text.full(at))),
        ],
        Listed::Bulk(op) => vec![
            Cell::Text(op.op.to_string()),
            said(bulk::label(op)),
            Cell::text(op.undoes.map(|undone| undone.to_string())),
            said(match op.expired(text.now) {
                true => msg("op-expired-tag"),
                false => op.status.message(),
            }),
            said(op.reason.message()),
            Cell::text(op.note.clone()),
            Cell::text(op.reference.clone()),
            Cell::Text(op.author.clone()),
            Cell::Text(text.full(op.created_at)),
            Cell::text(op.confirmed_by.clone()),
            Cell::text(op.confirmed_at.map(|at| text.full(at))),
        ],
    }
}

/// `GET /audit.csv`
pub async fn audit(
    layout: Layout,
    Query(query): Query<AuditQuery>,
    Query(file): Query<FileQuery>,
    web: State,
) -> Result<HttpResponse, Problem> {
    let text = layout.text;
    let Ok(filter) = query.filter(&text) else {
        return Ok(see_other(&List::new(paths::AUDIT, &query.fields()).first()));
    };
    let sheet = Sheet {
        name: "audit",
        columns: vec![
            msg("export-time").with("zone", text.zone.name()),
            msg("ledger-who"),
            msg("audit-what"),
            msg("audit-object"),
            msg("audit-result"),
            msg("audit-address"),
            msg("audit-detail"),
        ],
        kept: file.kept(),
    };
    let queries = web.services.queries.clone();
    let fetch = move |after, limit| {
        let (queries, filter) = (queries.clone(), filter.clone());
        async move { Ok(queries.audit_list(&filter, after, limit).await?.value) }
    };
    let row = move |AuditRow { entry, .. }: &AuditRow| {
        vec![
            Cell::Text(text.full(entry.at)),
            Cell::Text(filters::who_said(&entry.actor, &text).into_owned()),
            Cell::Text(text.say(&entry.action.message()).into_owned()),
            Cell::text(entry.object.clone()),
            Cell::Text(text.say(&entry.result.message()).into_owned()),
            Cell::text(entry.address.clone()),
            Cell::text(
                entry
                    .detail
                    .as_ref()
                    .map(|d| text.say(&d.message()).into_owned()),
            ),
        ]
    };
    send(text, sheet, fetch, row).await
}
