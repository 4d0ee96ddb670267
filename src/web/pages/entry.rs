//! `/ledger/{entry}`

use actix_web::HttpResponse;
use askama::Template;

use crate::domain::ids::EntryId;
use crate::domain::ledger::{DocumentKind, LedgerEntry};
use crate::domain::order::OrderStatus;
use crate::web::extract::{Path, State};
use crate::web::i18n::msg;
use crate::web::layout::Layout;
use crate::web::problem::{Problem, loaded};
use crate::web::{filters, paths};

/// Entries of the same document shown beside it.
const BESIDE: usize = 20;

#[derive(Template)]
#[template(path = "pages/entry.html")]
struct EntryPage {
    layout: Layout,
    shown: LedgerEntry,
    undo: Undo,
    /// The first entries of its document, this one among them.
    entries: Vec<LedgerEntry>,
    /// Entries of its document.
    count: usize,
}

/// What can be done about it, by this person, now.
enum Undo {
    Offered,
    /// Its order waits for payment.
    CancelInstead,
    Never,
}

impl EntryPage {
    /// The page of its document.
    fn behind(&self) -> String {
        let own = LedgerEntry {
            op: self.shown.document.as_str().parse().ok(),
            ..self.shown.clone()
        };
        paths::document(&own)
    }

    fn all(&self) -> String {
        let document = self.shown.document.to_string();
        paths::with_query(paths::LEDGER, &[("order", document)])
    }

    /// Entries that a rollback undoes: a document is rolled back as a whole.
    fn to_undo(&self) -> usize {
        self.count
    }
}

/// `GET /ledger/{entry}`
pub async fn page(
    layout: Layout,
    Path(entry): Path<String>,
    web: State,
) -> Result<HttpResponse, Problem> {
    let unknown = || Problem::unknown(msg("entry-unknown").with("entry", &*entry), &entry);
    let id: EntryId = entry.parse().map_err(|_| unknown())?;
    let queries = &web.services.queries;
    let shown = queries.entry(id).await?.value.ok_or_else(unknown)?;
    let (document, undo) = tokio::join!(
        queries.document(&shown.document),
        undo(&layout, &web, &shown)
    );
    let document = loaded(document)?.and_then(|seen| seen.value);
    let mut entries = document
        .map(|document| document.entries)
        .unwrap_or_default();
    let count = entries.len();
    if count > BESIDE {
        // Its own line and its pair, whichever lines they are.
        let near = |entry: &LedgerEntry| entry.id.stock == shown.id.stock;
        entries.sort_by_key(|entry| !near(entry));
        entries.truncate(BESIDE);
    }
    let page = EntryPage {
        undo: undo?,
        layout,
        shown,
        entries,
        count,
    };
    Ok(page.layout.ok(&page))
}

async fn undo(layout: &Layout, web: &State, entry: &LedgerEntry) -> Result<Undo, Problem> {
    if !layout.may_undo(entry) {
        return Ok(Undo::Never);
    }
    if entry.document_kind != DocumentKind::Order {
        return Ok(Undo::Offered);
    }
    let order = loaded(web.services.queries.order(&entry.document).await)?;
    let status = order.and_then(|seen| seen.value).map(|order| order.status);
    Ok(match status {
        Some(OrderStatus::Paid) => Undo::Offered,
        Some(OrderStatus::Pending | OrderStatus::Closing) => Undo::CancelInstead,
        Some(OrderStatus::Cancelled) | None => Undo::Never,
    })
}
