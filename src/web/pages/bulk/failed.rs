//! `/ops/{op}/failed.csv`: lines that came to nothing, as a file that can be mended and imported.

use actix_web::HttpResponse;

use super::lines::why;
use crate::domain::bulk::{BulkLine, BulkOrigin, LineChange};
use crate::domain::ids::OpId;
use crate::service::bulk::Shown;
use crate::web::export::{Cell, Kept, Sheet, send};
use crate::web::extract::{Path, State};
use crate::web::i18n::{Text, msg};
use crate::web::layout::Layout;
use crate::web::problem::Problem;

/// `GET /ops/{op}/failed.csv`
pub async fn failed(
    layout: Layout,
    Path(op): Path<String>,
    web: State,
) -> Result<HttpResponse, Problem> {
    let text = layout.text;
    let unknown = || Problem::not_found().detail(msg("op-unknown").with("op", op.as_str()));
    let number: OpId = op.parse().map_err(|_| unknown())?;
    let bulks = web.services.bulks.clone();
    let bulk = bulks.find(number).await?;
    // Orders are no lines that could be mended.
    let bulk = bulk.filter(|bulk| bulk.origin != BulkOrigin::Cancel);
    let bulk = bulk.ok_or_else(unknown)?;
    let sheet = Sheet {
        name: "not-changed",
        columns: vec![
            msg("sheet-line"),
            msg("warehouse"),
            msg("ledger-sku"),
            msg("sheet-change"),
            msg("sheet-set-to"),
            msg("note"),
            msg("sheet-problem"),
        ],
        kept: Kept::AsTheyAre,
    };
    let fetch = move |after: Option<u32>, limit| {
        let bulks = bulks.clone();
        async move { bulks.lines(bulk.op, Shown::Failed, after, limit).await }
    };
    send(text, sheet, fetch, move |line| row(line, &text)).await
}

fn row(line: &BulkLine, text: &Text) -> Vec<Cell> {
    let typed = &line.typed;
    let (delta, set_to) = match line.change {
        Some(LineChange::Delta(units)) => (Cell::Number(units), Cell::text(None::<String>)),
        Some(LineChange::SetTo(units)) => (Cell::text(None::<String>), Cell::Number(units)),
        Some(LineChange::Undo(_)) | None => (
            Cell::Text(typed.delta.clone()),
            Cell::Text(typed.set_to.clone()),
        ),
    };
    let warehouse = line.warehouse.as_ref();
    let warehouse = warehouse.map_or(typed.warehouse.as_str(), |w| w.as_str());
    let sku = line
        .sku
        .as_ref()
        .map_or(typed.sku.as_str(), |sku| sku.as_str());
    vec![
        line.file_line
            .map_or_else(|| Cell::text(None::<String>), |n| Cell::Number(n.into())),
        Cell::Text(warehouse.to_owned()),
        Cell::Text(sku.to_owned()),
        delta,
        set_to,
        Cell::text(line.note.clone().or_else(|| Some(typed.note.clone()))),
        Cell::text(why(line).map(|why| text.say(&why).into_owned())),
    ]
}
