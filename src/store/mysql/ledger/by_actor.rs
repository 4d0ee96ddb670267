//! The ledger of somebody who made few documents, by way of those.

use sqlx::{MySql, MySqlPool, QueryBuilder};

use crate::domain::ids::DocumentNo;
use crate::domain::listing::{LedgerFilter, LedgerKey, Window};
use crate::store::mysql::StoreResult;
use crate::store::mysql::json::{json_list, parse};

/// Of no more documents the entries are listed.
const DOCUMENTS: u32 = 500;
/// And no more entries, for a document may have thousands.
const ENTRIES: u32 = 5_000;

/// The newest `wanted` keys of what somebody entered or reversed, of all stock; `None` when that
/// is so much that it is sooner found by looking at the newest entries.
pub async fn ledger_by_actor(
    pool: &MySqlPool,
    actor: &str,
    filter: &LedgerFilter,
    after: Option<LedgerKey>,
    wanted: u32,
) -> StoreResult<Option<Window<LedgerKey>>> {
    let mut found = Vec::new();
    for deed in [Deed::Entered, Deed::Reversed] {
        if filter
            .kind
            .is_some_and(|kind| kind.reverses() != (deed == Deed::Reversed))
        {
            continue;
        }
        let Some(documents) = documents_of(pool, actor, deed).await? else {
            return Ok(None);
        };
        if documents.is_empty() {
            continue;
        }
        let Some(keys) = entries_of(pool, &documents, deed, filter).await? else {
            return Ok(None);
        };
        found.extend(keys);
    }
    found.retain(|key| after.is_none_or(|after| *key < after));
    found.sort_by(|a, b| b.cmp(a));
    found.truncate(wanted as usize);
    let goes_on = None;
    Ok(Some(Window { found, goes_on }))
}

/// What somebody did with a document.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Deed {
    Entered,
    Reversed,
}

/// `None` when there are more than a few.
async fn documents_of(
    pool: &MySqlPool,
    actor: &str,
    deed: Deed,
) -> StoreResult<Option<Vec<DocumentNo>>> {
    let mut sql = QueryBuilder::new("SELECT document FROM documents FORCE INDEX (");
    sql.push(match deed {
        Deed::Entered => "documents_actor) WHERE actor IN (",
        Deed::Reversed => "documents_reversed_by) WHERE reversed_by IN (",
    });
    // As it is stored, or the name alone.
    sql.push_bind(actor.to_owned());
    for role in ["user", "key", "worker", "command"] {
        sql.push(", ").push_bind(format!("{role}:{actor}"));
    }
    sql.push(") LIMIT ").push_bind(DOCUMENTS + 1);
    let found: Vec<String> = sql.build_query_scalar().fetch_all(pool).await?;
    if found.len() > DOCUMENTS as usize {
        return Ok(None);
    }
    let parsed = found.iter().map(|document| parse(document));
    Ok(Some(parsed.collect::<Result<_, sqlx::Error>>()?))
}

/// The entries of these documents that pass the filter; `None` when they have more than a few.
async fn entries_of(
    pool: &MySqlPool,
    documents: &[DocumentNo],
    deed: Deed,
    filter: &LedgerFilter,
) -> StoreResult<Option<Vec<LedgerKey>>> {
    let mut sql = QueryBuilder::new("SELECT l.created_at, l.stock_id, l.version FROM JSON_TABLE(");
    sql.push_bind(json_list(documents));
    sql.push(
        ", '$[*]' COLUMNS (
           document VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin PATH '$')) j
         STRAIGHT_JOIN ledger l FORCE INDEX (ledger_once) ON l.document = j.document",
    );
    if filter.warehouse.is_some() {
        sql.push(" STRAIGHT_JOIN stock s FORCE INDEX (PRIMARY) ON s.id = l.stock_id");
    }
    sql.push(match deed {
        Deed::Entered => " WHERE l.kind NOT IN ('rollback', 'cancel')",
        Deed::Reversed => " WHERE l.kind IN ('rollback', 'cancel')",
    });
    restrict(&mut sql, filter);
    sql.push(" LIMIT ").push_bind(ENTRIES + 1);
    let found: Vec<LedgerKey> = sql.build_query_as().fetch_all(pool).await?;
    Ok((found.len() <= ENTRIES as usize).then_some(found))
}

/// All of a filter but who, which SKU and which document.
fn restrict(sql: &mut QueryBuilder<MySql>, filter: &LedgerFilter) {
    if let Some(kind) = filter.kind {
        sql.push(" AND l.kind = ").push_bind(kind);
    }
    if let Some(from) = filter.from {
        sql.push(" AND l.created_at >= ").push_bind(from);
    }
    if let Some(to) = filter.to {
        sql.push(" AND l.created_at < ").push_bind(to);
    }
    if let Some(warehouse) = &filter.warehouse {
        sql.push(" AND s.warehouse = ")
            .push_bind(warehouse.as_str().to_owned());
    }
}
