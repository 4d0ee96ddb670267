//! `/ops.csv`

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};

use crate::domain::ids::OpId;
use crate::domain::listing::Listed;
use crate::domain::reason::Reason;
use crate::web::export::{Cell, FileQuery, Sheet, send};
use crate::web::extract::{Query, State};
use crate::web::i18n::{Message, Text, Worded, msg};
use crate::web::layout::Layout;
use crate::web::list::List;
use crate::web::pages::bulk;
use crate::web::pages::ops::deed::Deed;
use crate::web::pages::ops::{OpsQuery, subject};
use crate::web::paths;
use crate::web::problem::Problem;
use crate::web::respond::see_other;

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
    send(text, sheet, fetch, move |listed| row(listed, &text)).await
}

fn row(listed: &Listed, text: &Text) -> Vec<Cell> {
    match listed {
        Listed::One(op) => cells(
            text,
            op.op,
            (&Deed::of(op).label(), Some(subject(op).0)),
            &match op.expired(text.now) {
                true => msg("op-expired-tag"),
                false => op.status.message(),
            },
            (op.reason, &op.note, &op.reference),
            (&op.author, op.created_at),
            (&op.confirmed_by, op.confirmed_at),
        ),
        Listed::Bulk(op) => cells(
            text,
            op.op,
            (&bulk::label(op), op.undoes.map(|undone| undone.to_string())),
            &match op.expired(text.now) {
                true => msg("op-expired-tag"),
                false => op.status.message(),
            },
            (op.reason, &op.note, &op.reference),
            (&op.author, op.created_at),
            (&op.confirmed_by, op.confirmed_at),
        ),
    }
}

/// The columns, of an operation of whatever kind.
fn cells(
    text: &Text,
    op: OpId,
    (what, on): (&Message, Option<String>),
    state: &Message,
    (reason, note, reference): (Reason, &Option<String>, &Option<String>),
    (author, created_at): (&str, DateTime<Utc>),
    (confirmed_by, confirmed_at): (&Option<String>, Option<DateTime<Utc>>),
) -> Vec<Cell> {
    let said = |message: &Message| Cell::Text(text.say(message).into_owned());
    vec![
        Cell::Text(op.to_string()),
        said(what),
        Cell::text(on),
        said(state),
        said(&reason.message()),
        Cell::text(note.clone()),
        Cell::text(reference.clone()),
        Cell::Text(author.to_owned()),
        Cell::Text(text.full(created_at)),
        Cell::text(confirmed_by.clone()),
        Cell::text(confirmed_at.map(|at| text.full(at))),
    ]
}
