//! The table `operations`.

use chrono::{DateTime, Utc};
use sqlx::mysql::{MySqlConnection, MySqlRow};
use sqlx::types::Json;
use sqlx::{Connection, FromRow, MySql, MySqlPool, QueryBuilder, Row};

use super::json::{decode, parse};
use super::numbers::{Number, NumberKind, number_take_in_tx};
use super::{StoreResult, capped};
use crate::domain::draft::Redraft;
use crate::domain::ids::{OpId, StockId};
use crate::domain::listing::{CappedCount, Limit, OpFilter, OpKey, Page};
use crate::domain::operation::{OpTarget, Operation};
use crate::domain::reason::Reason;
use crate::domain::rejection::Rejection;

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
    if let Some(at) = filter.open_at {
        sql.push(" AND o.status = 'draft' AND o.expires_at > ")
            .push_bind(at);
    }
    if let Some(at) = filter.expired_at {
        sql.push(" AND o.status = 'draft' AND o.expires_at <= ")
            .push_bind(at);
    }
    if let Some(unit_limit) = filter.requests {
        request(&mut sql, unit_limit);
    }
    if let Some(from) = filter.confirmed_from {
        sql.push(" AND o.confirmed_at >= ").push_bind(from);
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

/// What makes a draft `o` a request: its author may not confirm it, as what they are now. The same
/// as `Standing::may_confirm`, but for undoing one's own work: that is never asked of others. What
/// only a supervisor prepares, a cancel, is a request of one who is an operator since.
fn request(sql: &mut QueryBuilder<MySql>, unit_limit: u32) {
    let author_is = "EXISTS (SELECT 1 FROM users u WHERE u.name = o.author AND u.role = ";
    sql.push(" AND (").push(author_is).push("'viewer')");
    sql.push(" OR (").push(author_is).push("'operator')");
    sql.push(
        " AND (o.kind IN ('set', 'cancel') OR (o.kind IN ('deduct', 'adjust')
            AND (JSON_LENGTH(o.target, '$.lines.lines') > 1
              OR ABS(CAST(JSON_EXTRACT(o.target, '$.lines.lines[0].change.delta') AS SIGNED)) > ",
    );
    sql.push_bind(unit_limit).push(")))))");
}

/// Drafts that wait for another person than their author, and can still be confirmed: of the ten
/// thousand that do so soonest.
pub async fn requests_count(
    pool: &MySqlPool,
    now: DateTime<Utc>,
    unit_limit: u32,
) -> StoreResult<CappedCount> {
    let mut sql = QueryBuilder::new("SELECT COUNT(*) FROM (");
    sql.push(
        "SELECT kind, target, author FROM operations WHERE status = 'draft' AND expires_at > ",
    )
    .push_bind(now);
    sql.push(" ORDER BY expires_at LIMIT ")
        .push_bind(CappedCount::CAP + 1);
    sql.push(") o WHERE TRUE");
    request(&mut sql, unit_limit);
    let count: i64 = sql.build_query_scalar().fetch_one(pool).await?;
    Ok(capped(count))
}

/// What posting a form came to: the operation as it is stored now.
#[derive(Debug, Clone)]
pub enum DraftSaved {
    New(Operation),
    Same(Operation),
    Replaced(Operation),
    Declined(Rejection),
}

/// Saves a draft. One that is there already is kept or replaced as `decide` says of it, under
/// its lock. `stock`: the one row of stock that it is about.
pub async fn draft_save(
    pool: &MySqlPool,
    draft: &Operation,
    stock: Option<StockId>,
    decide: impl Fn(&Operation) -> Redraft,
) -> StoreResult<DraftSaved> {
    let mut conn = pool.acquire().await?;
    loop {
        // Dropped without a commit, the transaction is rolled back.
        let mut tx = conn.begin().await?;
        let locked: Option<Operation> =
            sqlx::query_as("SELECT * FROM operations WHERE op = ? FOR UPDATE")
                .bind(draft.op.to_string())
                .fetch_optional(&mut *tx)
                .await?;
        let Some(earlier) = locked else {
            match number_take_in_tx(&mut tx, draft.op, NumberKind::Single).await? {
                Number::New => {
                    insert(&mut tx, draft, stock).await?;
                    tx.commit().await?;
                    return Ok(DraftSaved::New(draft.clone()));
                }
                // Somebody was faster: look again. Operations are never removed.
                Number::Known => continue,
                Number::Taken => return Ok(DraftSaved::Declined(Rejection::FormUsed)),
            }
        };
        return match decide(&earlier) {
            Redraft::Same => Ok(DraftSaved::Same(earlier)),
            Redraft::Declined(why) => Ok(DraftSaved::Declined(why)),
            Redraft::Replace => {
                let replaced = Operation {
                    revision: earlier.revision + 1,
                    author: earlier.author,
                    created_at: earlier.created_at,
                    ..draft.clone()
                };
                replace(&mut tx, &replaced, stock).await?;
                tx.commit().await?;
                Ok(DraftSaved::Replaced(replaced))
            }
        };
    }
}

async fn insert(
    conn: &mut MySqlConnection,
    draft: &Operation,
    stock: Option<StockId>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO operations (op, kind, status, revision, target, stock_id, document, reason,
           note, reference, author, created_at, expires_at)
         VALUES (?, ?, 'draft', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(draft.op.to_string())
    .bind(draft.kind)
    .bind(draft.revision)
    .bind(Json(&draft.target))
    .bind(stock)
    .bind(undone(draft))
    .bind(draft.reason.as_str())
    .bind(&draft.note)
    .bind(&draft.reference)
    .bind(&draft.author)
    .bind(draft.created_at)
    .bind(draft.expires_at)
    .execute(conn)
    .await
    .map(drop)
}

async fn replace(
    conn: &mut MySqlConnection,
    draft: &Operation,
    stock: Option<StockId>,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "UPDATE operations SET kind = ?, revision = ?, target = ?, stock_id = ?, document = ?,
           reason = ?, note = ?, reference = ?, expires_at = ? WHERE op = ? AND status = 'draft'",
    )
    .bind(draft.kind)
    .bind(draft.revision)
    .bind(Json(&draft.target))
    .bind(stock)
    .bind(undone(draft))
    .bind(draft.reason.as_str())
    .bind(&draft.note)
    .bind(&draft.reference)
    .bind(draft.expires_at)
    .bind(draft.op.to_string())
    .execute(conn)
    .await
    .map(drop)
}

/// The document that a roll back or a cancel undoes.
fn undone(draft: &Operation) -> Option<&str> {
    match &draft.target {
        OpTarget::Lines { .. } => None,
        OpTarget::Document(document) | OpTarget::Order(document) => Some(document.as_str()),
    }
}

/// Discards a draft; `false` when it is none (any more).
pub async fn draft_discard(
    pool: &MySqlPool,
    op: OpId,
    user: &str,
    at: DateTime<Utc>,
) -> StoreResult<bool> {
    let done = sqlx::query(
        "UPDATE operations SET status = 'discarded', confirmed_by = ?, confirmed_at = ?
         WHERE op = ? AND status = 'draft'",
    )
    .bind(user)
    .bind(at)
    .bind(op.to_string())
    .execute(pool)
    .await?;
    Ok(done.rows_affected() == 1)
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
