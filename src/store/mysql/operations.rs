//! The table `operations`.

use sqlx::mysql::MySqlRow;
use sqlx::types::Json;
use sqlx::{FromRow, MySqlPool, QueryBuilder, Row};

use super::StoreResult;
use super::json::{decode, parse};
use crate::domain::ids::OpId;
use crate::domain::listing::{Limit, OpFilter, OpKey, Page};
use crate::domain::operation::Operation;
use crate::domain::reason::Reason;

pub async fn operation_fetch(pool: &MySqlPool, op: OpId) -> StoreResult<Option<Operation>> {
    Ok(sqlx::query_as("SELECT * FROM operations WHERE op = ?")
        .bind(op.to_string())
        .fetch_optional(pool)
        .await?)
}

/// A page of operations, newest first.
pub async fn operations_list(
    pool: &MySqlPool,
    filter: &OpFilter,
    after: Option<OpKey>,
    limit: Limit,
) -> StoreResult<Page<Operation, OpKey>> {
    let mut sql = QueryBuilder::new("SELECT o.* FROM operations o WHERE TRUE");
    if let Some(status) = filter.status {
        sql.push(" AND o.status = ").push_bind(status);
    }
    if let Some(stock) = filter.stock {
        sql.push(" AND o.stock_id = ").push_bind(stock);
    }
    if let Some(document) = &filter.document {
        sql.push(" AND o.document = ")
            .push_bind(document.as_str().to_owned());
    }
    if let Some(author) = &filter.author {
        sql.push(" AND o.author = ").push_bind(author.clone());
    }
    if let Some(OpKey { at, op }) = after {
        sql.push(" AND o.created_at <= ").push_bind(at);
        sql.push(" AND (o.created_at < ").push_bind(at);
        sql.push(" OR o.op < ").push_bind(op.to_string()).push(")");
    }
    sql.push(" ORDER BY o.created_at DESC, o.op DESC LIMIT ")
        .push_bind(limit.get() + 1);
    let rows: Vec<Operation> = sql.build_query_as().fetch_all(pool).await?;
    Ok(Page::cut(rows, limit, |row| OpKey {
        at: row.created_at,
        op: row.op,
    }))
}

impl FromRow<'_, MySqlRow> for Operation {
    fn from_row(r: &MySqlRow) -> Result<Self, sqlx::Error> {
        let reason: String = r.try_get("reason")?;
        let result: Option<Json<_>> = r.try_get("result")?;
        let refusal: Option<Json<_>> = r.try_get("refusal")?;
        Ok(Self {
            op: parse(r.try_get("op")?)?,
            kind: r.try_get("kind")?,
            status: r.try_get("status")?,
            revision: r.try_get("revision")?,
            target: r.try_get::<Json<_>, _>("target")?.0,
            reason: Reason::parse(&reason).ok_or_else(|| decode(format!("reason {reason:?}")))?,
            note: r.try_get("note")?,
            reference: r.try_get("reference")?,
            author: r.try_get("author")?,
            created_at: r.try_get("created_at")?,
            expires_at: r.try_get("expires_at")?,
            confirmed_by: r.try_get("confirmed_by")?,
            confirmed_at: r.try_get("confirmed_at")?,
            result: result.map_or_else(Vec::new, |json| json.0),
            refusal: refusal.map(|json| json.0),
        })
    }
}
