//! `/stock.csv`, and the sheet to count by.

use actix_web::HttpResponse;

use super::units;
use crate::domain::listing::{StockKey, StockSort};
use crate::domain::stock::StockLevel;
use crate::web::export::{Cell, FileQuery, Kept, Sheet, send};
use crate::web::extract::{Query, State};
use crate::web::i18n::{Text, Worded, msg};
use crate::web::layout::Layout;
use crate::web::list::List;
use crate::web::pages::stock::StockQuery;
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
