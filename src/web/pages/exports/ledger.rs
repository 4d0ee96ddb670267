//! `/ledger.csv`

use actix_web::HttpResponse;

use super::units;
use crate::domain::ids::OpId;
use crate::domain::ledger::LedgerEntry;
use crate::web::export::{Cell, FileQuery, Sheet, send};
use crate::web::extract::{Query, State};
use crate::web::i18n::{Text, msg};
use crate::web::layout::Layout;
use crate::web::list::List;
use crate::web::pages::ledger::LedgerQuery;
use crate::web::problem::Problem;
use crate::web::respond::see_other;
use crate::web::{filters, paths};

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
