//! `/api/v1/ledger`

use actix_web::HttpResponse;
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::fields::name;
use super::queries::{Query, listed, wanted};
use crate::domain::actor::Source;
use crate::domain::ids::{DocumentNo, EntryId, OpId, Sku, Warehouse};
use crate::domain::ledger::{DocumentKind, EntryKind, LedgerEntry};
use crate::domain::listing::{LedgerFilter, LedgerKey};
use crate::web::extract::State;
use crate::web::problem::Problem;

const LIST: &str = "api ledger";

/// `GET /api/v1/ledger?warehouse=&sku=&document=&after=&limit=`, newest first.
pub async fn list(state: State, query: Query) -> Result<HttpResponse, Problem> {
    let (filter, wanted) = query.read(|fields| {
        let warehouse = fields.may("warehouse", name::<Warehouse>);
        let sku = fields.may("sku", name::<Sku>);
        let document = fields.may("document", name::<DocumentNo>);
        let wanted = wanted(fields);
        let filter = LedgerFilter {
            warehouse: warehouse?,
            sku: sku?,
            document: document?,
            ..LedgerFilter::default()
        };
        Some((filter, wanted?))
    })?;
    let after: Option<LedgerKey> = wanted.after(&state, LIST)?;
    let queries = &state.services.queries;
    let page = queries.ledger_list(&filter, after, wanted.limit).await?;
    listed(&state, LIST, page.value, Shown::of)
}

#[derive(Serialize)]
struct Shown {
    id: EntryId,
    warehouse: Warehouse,
    sku: Sku,
    kind: EntryKind,
    delta: i64,
    /// `available` right after; `null` when unlimited.
    balance: Option<i64>,
    document: DocumentNo,
    document_kind: DocumentKind,
    reverses: Option<EntryId>,
    reversed_by: Option<EntryId>,
    op: Option<OpId>,
    actor: String,
    source: Source,
    reason: Option<String>,
    note: Option<String>,
    reference: Option<String>,
    #[serde(serialize_with = "super::time")]
    created_at: DateTime<Utc>,
}

impl Shown {
    fn of(entry: LedgerEntry) -> Self {
        Self {
            id: entry.id,
            warehouse: entry.warehouse,
            sku: entry.sku,
            kind: entry.kind,
            delta: entry.delta,
            balance: entry.balance,
            document: entry.document,
            document_kind: entry.document_kind,
            reverses: entry.reverses,
            reversed_by: entry.reversed_by,
            op: entry.op,
            actor: entry.actor,
            source: entry.source,
            reason: entry.reason,
            note: entry.note,
            reference: entry.reference,
            created_at: entry.created_at,
        }
    }
}
