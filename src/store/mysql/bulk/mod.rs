//! The tables `bulk_operations`, `bulk_lines` and `bulk_cancels`.

mod cancels;
mod lines;
mod running;

use chrono::{DateTime, Utc};
use sqlx::mysql::{MySqlConnection, MySqlRow};
use sqlx::types::Json;
use sqlx::{Connection, FromRow, MySqlPool, QueryBuilder, Row};

pub use cancels::{cancels_decided, cancels_list, cancels_open, cancels_tally};
pub use lines::{LinesOf, Undoable, lines_left_to_undo, lines_list, lines_tally, lines_to_undo};
pub use running::{
    Begin, Begun, bulk_begin, bulk_claim, bulk_finish, bulk_release, lines_decided, lines_open,
    lines_overlooked,
};

use super::json::{decode, parse};
use super::numbers::{Number, NumberKind, number_take_in_tx};
use super::{StoreResult, capped};
use crate::domain::bulk::{Bulk, BulkCounts, BulkLines, BulkOrigin, BulkStatus, SheetSource};
use crate::domain::draft::Redraft;
use crate::domain::ids::OpId;
use crate::domain::listing::{CappedCount, Limit, OpKey, Page};
use crate::domain::reason::Reason;
use crate::domain::rejection::Rejection;

pub async fn bulk_fetch(pool: &MySqlPool, op: OpId) -> StoreResult<Option<Bulk>> {
    Ok(sqlx::query_as("SELECT * FROM bulk_operations WHERE op = ?")
        .bind(op.to_string())
        .fetch_optional(pool)
        .await?)
}

/// Which bulk operations to list, newest first.
#[derive(Debug, Clone, Default)]
pub struct BulkFilter {
    pub status: Option<BulkStatus>,
    /// Drafts that can still be confirmed at this time.
    pub open_at: Option<DateTime<Utc>>,
    /// Drafts that nobody confirmed before they expired, at this time.
    pub expired_at: Option<DateTime<Utc>>,
    /// By people who, as what they are now, may confirm none.
    pub requests: bool,
    /// Carried out, or being carried out.
    pub confirmed: bool,
    /// Confirmed at this time or later.
    pub confirmed_from: Option<DateTime<Utc>>,
    pub author: Option<String>,
    /// Those that undo this one.
    pub undoes: Option<OpId>,
}

const REQUEST: &str = " AND EXISTS (SELECT 1 FROM users u WHERE u.name = o.author
        AND u.role IN ('viewer', 'operator'))";

/// Drafts that wait for another person than their author, and can still be confirmed: of the ten thousand that do so soonest.
pub async fn bulk_requests_count(pool: &MySqlPool, now: DateTime<Utc>) -> StoreResult<CappedCount> {
    let mut sql = QueryBuilder::new("SELECT COUNT(*) FROM (");
    sql.push("SELECT author FROM bulk_operations WHERE status = 'draft' AND expires_at > ")
        .push_bind(now);
    sql.push(" ORDER BY expires_at LIMIT ")
        .push_bind(CappedCount::CAP + 1);
    sql.push(") o WHERE TRUE").push(REQUEST);
    let count: i64 = sql.build_query_scalar().fetch_one(pool).await?;
    Ok(capped(count))
}

/// A page of bulk operations, newest first.
pub async fn bulk_list(
    pool: &MySqlPool,
    filter: &BulkFilter,
    after: Option<OpKey>,
    limit: Limit,
) -> StoreResult<Page<Bulk, OpKey>> {
    let mut sql = QueryBuilder::new("SELECT o.* FROM bulk_operations o WHERE TRUE");
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
    if filter.requests {
        sql.push(REQUEST);
    }
    if filter.confirmed {
        sql.push(" AND o.status IN ('running', 'applied')");
    }
    if let Some(from) = filter.confirmed_from {
        sql.push(" AND o.confirmed_at >= ").push_bind(from);
    }
    if let Some(author) = &filter.author {
        sql.push(" AND o.author = ").push_bind(author.clone());
    }
    if let Some(undoes) = filter.undoes {
        sql.push(" AND o.undoes = ").push_bind(undoes.to_string());
    }
    if let Some(OpKey { at, op }) = after {
        sql.push(" AND o.created_at <= ").push_bind(at);
        sql.push(" AND (o.created_at < ").push_bind(at);
        sql.push(" OR o.op < ").push_bind(op.to_string()).push(")");
    }
    sql.push(" ORDER BY o.created_at DESC, o.op DESC LIMIT ")
        .push_bind(limit.get() + 1);
    let rows: Vec<Bulk> = sql.build_query_as().fetch_all(pool).await?;
    Ok(Page::cut(rows, limit, |row| OpKey {
        at: row.created_at,
        op: row.op,
    }))
}

/// The last operation, other than `but`, that was confirmed with the same file.
pub async fn bulk_of_file(
    pool: &MySqlPool,
    hash: &[u8; 32],
    but: OpId,
) -> StoreResult<Option<Bulk>> {
    Ok(sqlx::query_as(
        "SELECT * FROM bulk_operations WHERE file_hash = ? AND op <> ?
           AND status IN ('running', 'applied') ORDER BY confirmed_at DESC LIMIT 1",
    )
    .bind(&hash[..])
    .bind(but.to_string())
    .fetch_optional(pool)
    .await?)
}

/// What posting a form came to: the operation as it is stored now.
#[derive(Debug, Clone)]
pub enum BulkSaved {
    New(Bulk),
    Same(Bulk),
    Replaced(Bulk),
    /// As it was and stays.
    Declined(Rejection),
}

/// Saves a draft with its lines. One that is there already is kept or replaced as `decide` says
/// of it, under its lock.
pub async fn bulk_save(
    pool: &MySqlPool,
    draft: &Bulk,
    lines: &BulkLines,
    decide: impl Fn(&Bulk) -> Redraft,
) -> StoreResult<BulkSaved> {
    let mut conn = pool.acquire().await?;
    loop {
        // Dropped without a commit, the transaction is rolled back.
        let mut tx = conn.begin().await?;
        let locked: Option<Bulk> =
            sqlx::query_as("SELECT * FROM bulk_operations WHERE op = ? FOR UPDATE")
                .bind(draft.op.to_string())
                .fetch_optional(&mut *tx)
                .await?;
        let Some(earlier) = locked else {
            match number_take_in_tx(&mut tx, draft.op, NumberKind::Bulk).await? {
                Number::New => {
                    insert(&mut tx, draft).await?;
                    insert_lines(&mut tx, draft.op, lines).await?;
                    tx.commit().await?;
                    return Ok(BulkSaved::New(draft.clone()));
                }
                // Somebody was faster: look again. Operations are never removed.
                Number::Known => continue,
                Number::Taken => return Ok(BulkSaved::Declined(Rejection::FormUsed)),
            }
        };
        return match decide(&earlier) {
            Redraft::Same => Ok(BulkSaved::Same(earlier)),
            Redraft::Declined(why) => Ok(BulkSaved::Declined(why)),
            Redraft::Replace => {
                let replaced = Bulk {
                    revision: earlier.revision + 1,
                    author: earlier.author,
                    created_at: earlier.created_at,
                    ..draft.clone()
                };
                replace(&mut tx, &replaced).await?;
                delete_lines(&mut tx, &replaced).await?;
                insert_lines(&mut tx, draft.op, lines).await?;
                tx.commit().await?;
                Ok(BulkSaved::Replaced(replaced))
            }
        };
    }
}

async fn insert_lines(
    conn: &mut MySqlConnection,
    op: OpId,
    lines: &BulkLines,
) -> Result<(), sqlx::Error> {
    match lines {
        BulkLines::Stock(lines) => lines::insert(conn, op, lines).await,
        BulkLines::Orders(lines) => cancels::insert(conn, op, lines).await,
    }
}

/// An operation stays what it was for: it has lines of one kind alone.
async fn delete_lines(conn: &mut MySqlConnection, bulk: &Bulk) -> Result<(), sqlx::Error> {
    let sql = match bulk.origin {
        BulkOrigin::Cancel => "DELETE FROM bulk_cancels WHERE op = ?",
        _ => "DELETE FROM bulk_lines WHERE op = ?",
    };
    let deleted = sqlx::query(sql).bind(bulk.op.to_string());
    deleted.execute(conn).await.map(drop)
}

async fn insert(conn: &mut MySqlConnection, draft: &Bulk) -> Result<(), sqlx::Error> {
    let (source, counts) = (draft.source.as_ref(), &draft.counts);
    sqlx::query(
        "INSERT INTO bulk_operations (op, origin, undoes, status, revision, content_hash,
           file_name, file_hash, sample, reason, note, reference, author, created_at, expires_at,
           will_count, same_count, cannot_count, blank_count, net, largest)
         VALUES (?, ?, ?, 'draft', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(draft.op.to_string())
    .bind(draft.origin)
    .bind(draft.undoes.map(|op| op.to_string()))
    .bind(draft.revision)
    .bind(&draft.content[..])
    .bind(source.and_then(|source| source.name.as_deref()))
    .bind(source.map(|source| &source.hash[..]))
    .bind(source.map(|source| Json(&source.sample)))
    .bind(draft.reason.as_str())
    .bind(&draft.note)
    .bind(&draft.reference)
    .bind(&draft.author)
    .bind(draft.created_at)
    .bind(draft.expires_at)
    .bind(counts.will)
    .bind(counts.same)
    .bind(counts.cannot)
    .bind(counts.blank)
    .bind(counts.net)
    .bind(counts.largest.as_ref().map(Json))
    .execute(conn)
    .await
    .map(drop)
}

async fn replace(conn: &mut MySqlConnection, draft: &Bulk) -> Result<(), sqlx::Error> {
    let (source, counts) = (draft.source.as_ref(), &draft.counts);
    sqlx::query(
        "UPDATE bulk_operations SET revision = ?, content_hash = ?, file_name = ?, file_hash = ?,
           sample = ?, reason = ?, note = ?, reference = ?, expires_at = ?, will_count = ?,
           same_count = ?, cannot_count = ?, blank_count = ?, net = ?, largest = ?
         WHERE op = ? AND status = 'draft'",
    )
    .bind(draft.revision)
    .bind(&draft.content[..])
    .bind(source.and_then(|source| source.name.as_deref()))
    .bind(source.map(|source| &source.hash[..]))
    .bind(source.map(|source| Json(&source.sample)))
    .bind(draft.reason.as_str())
    .bind(&draft.note)
    .bind(&draft.reference)
    .bind(draft.expires_at)
    .bind(counts.will)
    .bind(counts.same)
    .bind(counts.cannot)
    .bind(counts.blank)
    .bind(counts.net)
    .bind(counts.largest.as_ref().map(Json))
    .bind(draft.op.to_string())
    .execute(conn)
    .await
    .map(drop)
}

/// Discards a draft; `false` when it is none (any more).
pub async fn bulk_discard(
    pool: &MySqlPool,
    op: OpId,
    user: &str,
    at: DateTime<Utc>,
) -> StoreResult<bool> {
    let done = sqlx::query(
        "UPDATE bulk_operations SET status = 'discarded', confirmed_by = ?, confirmed_at = ?
         WHERE op = ? AND status = 'draft'",
    )
    .bind(user)
    .bind(at)
    .bind(op.to_string())
    .execute(pool)
    .await?;
    Ok(done.rows_affected() == 1)
}

impl FromRow<'_, MySqlRow> for Bulk {
    fn from_row(r: &MySqlRow) -> Result<Self, sqlx::Error> {
        let reason: String = r.try_get("reason")?;
        let undoes: Option<String> = r.try_get("undoes")?;
        let applied: Option<u32> = r.try_get("applied_count")?;
        let refused: Option<u32> = r.try_get("refused_count")?;
        let largest: Option<Json<_>> = r.try_get("largest")?;
        Ok(Self {
            op: parse(r.try_get("op")?)?,
            origin: r.try_get("origin")?,
            undoes: undoes.map(|op| parse(&op)).transpose()?,
            status: r.try_get("status")?,
            revision: r.try_get("revision")?,
            content: hash(r.try_get("content_hash")?)?,
            source: source(r)?,
            reason: Reason::parse(&reason).ok_or_else(|| decode(format!("reason {reason:?}")))?,
            note: r.try_get("note")?,
            reference: r.try_get("reference")?,
            author: r.try_get("author")?,
            created_at: r.try_get("created_at")?,
            expires_at: r.try_get("expires_at")?,
            confirmed_by: r.try_get("confirmed_by")?,
            confirmed_at: r.try_get("confirmed_at")?,
            finished_at: r.try_get("finished_at")?,
            counts: BulkCounts {
                will: r.try_get("will_count")?,
                same: r.try_get("same_count")?,
                cannot: r.try_get("cannot_count")?,
                blank: r.try_get("blank_count")?,
                net: r.try_get("net")?,
                largest: largest.map(|json| json.0),
            },
            came_to: applied.zip(refused),
        })
    }
}

fn source(r: &MySqlRow) -> Result<Option<SheetSource>, sqlx::Error> {
    let bytes: Option<Vec<u8>> = r.try_get("file_hash")?;
    let sample: Option<Json<_>> = r.try_get("sample")?;
    let Some((bytes, sample)) = bytes.zip(sample) else {
        return Ok(None);
    };
    Ok(Some(SheetSource {
        name: r.try_get("file_name")?,
        hash: hash(bytes)?,
        sample: sample.0,
    }))
}

fn hash(bytes: Vec<u8>) -> Result<[u8; 32], sqlx::Error> {
    bytes.try_into().map_err(|_| decode("a hash has 32 bytes"))
}
