//! The lines of a bulk operation.

use serde_json::json;
use sqlx::mysql::{MySqlConnection, MySqlRow};
use sqlx::types::Json;
use sqlx::{FromRow, MySqlPool, QueryBuilder, Row};

use crate::domain::bulk::{BulkLine, LineChange, LineResult, LineState, Tally};
use crate::domain::ids::{DocumentNo, OpId, Sku, Warehouse};
use crate::domain::listing::{Limit, Page};
use crate::domain::receipt::LineReceipt;
use crate::domain::rejection::Rejection;
use crate::store::mysql::StoreResult;
use crate::store::mysql::json::{decode, json_list, parse};

/// Lines of one statement.
const TOGETHER: usize = 1_000;

const INSERT: &str = "INSERT INTO bulk_lines (op, line, file_line, typed, warehouse, sku, state,
    kind, units, document, note, seen_available, seen_version, planned, problem)
  SELECT ?, j.line, j.file_line, j.typed, j.warehouse, j.sku, j.state, j.kind, j.units, j.document,
    j.note, j.seen_available, j.seen_version, j.planned, j.problem
  FROM JSON_TABLE(?, '$[*]' COLUMNS (
    line INT UNSIGNED PATH '$.line',
    file_line INT UNSIGNED PATH '$.file_line',
    typed LONGTEXT CHARACTER SET utf8mb4 PATH '$.typed',
    warehouse VARCHAR(32) CHARACTER SET ascii PATH '$.warehouse',
    sku VARCHAR(64) CHARACTER SET utf8mb4 PATH '$.sku',
    state VARCHAR(8) CHARACTER SET ascii PATH '$.state',
    kind VARCHAR(8) CHARACTER SET ascii PATH '$.kind',
    units BIGINT PATH '$.units',
    document VARCHAR(64) CHARACTER SET ascii PATH '$.document',
    note VARCHAR(500) CHARACTER SET utf8mb4 PATH '$.note',
    seen_available BIGINT PATH '$.seen_available',
    seen_version BIGINT UNSIGNED PATH '$.seen_version',
    planned BIGINT PATH '$.planned',
    problem LONGTEXT CHARACTER SET utf8mb4 PATH '$.problem')) j";

pub(super) async fn insert(
    conn: &mut MySqlConnection,
    op: OpId,
    lines: &[BulkLine],
) -> Result<(), sqlx::Error> {
    for lines in lines.chunks(TOGETHER) {
        let rows = lines.iter().map(row).collect::<Result<Vec<_>, _>>()?;
        sqlx::query(INSERT)
            .bind(op.to_string())
            .bind(json_list(&rows))
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

fn row(line: &BulkLine) -> Result<serde_json::Value, sqlx::Error> {
    let text = |value: serde_json::Result<String>| value.map_err(|error| decode(error.to_string()));
    let (kind, units, document) = match &line.change {
        Some(LineChange::Delta(units)) => (Some("delta"), Some(*units), None),
        Some(LineChange::SetTo(units)) => (Some("set"), Some(*units), None),
        Some(LineChange::Undo(document)) => (Some("undo"), None, Some(document.as_str())),
        None => (None, None, None),
    };
    let problem = line.problem.as_ref().map(serde_json::to_string);
    Ok(json!({
        "line": line.line,
        "file_line": line.file_line,
        "typed": text(serde_json::to_string(&line.typed))?,
        "warehouse": line.warehouse,
        "sku": line.sku,
        "state": line.state,
        "kind": kind,
        "units": units,
        "document": document,
        "note": line.note,
        "seen_available": line.seen_available,
        "seen_version": line.seen_version,
        "planned": line.planned,
        "problem": problem.map(text).transpose()?,
    }))
}

/// Which lines to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinesOf {
    State(LineState),
    Applied,
    Refused,
    /// Refused, or prepared as lines that cannot be carried out.
    Failed,
}

/// A page of lines, in their order.
pub async fn lines_list(
    pool: &MySqlPool,
    op: OpId,
    of: LinesOf,
    after: Option<u32>,
    limit: Limit,
) -> StoreResult<Page<BulkLine, u32>> {
    let mut sql = QueryBuilder::new("SELECT * FROM bulk_lines WHERE op = ");
    sql.push_bind(op.to_string());
    match of {
        LinesOf::State(state) => {
            sql.push(" AND state = ").push_bind(state);
        }
        LinesOf::Applied => {
            sql.push(" AND state = 'will' AND outcome = 'applied'");
        }
        LinesOf::Refused => {
            sql.push(" AND state = 'will' AND outcome = 'refused'");
        }
        LinesOf::Failed => {
            sql.push(" AND (state = 'cannot' OR outcome = 'refused')");
        }
    }
    sql.push(" AND line > ").push_bind(after.unwrap_or(0));
    sql.push(" ORDER BY line LIMIT ").push_bind(limit.get() + 1);
    let rows: Vec<BulkLine> = sql.build_query_as().fetch_all(pool).await?;
    Ok(Page::cut(rows, limit, |row| row.line))
}

/// What was decided of its lines so far.
pub async fn lines_tally(pool: &MySqlPool, op: OpId) -> StoreResult<Tally> {
    let (applied, refused, net): (i64, i64, i64) = sqlx::query_as(
        "SELECT CAST(COALESCE(SUM(outcome = 'applied'), 0) AS SIGNED),
           CAST(COALESCE(SUM(outcome = 'refused'), 0) AS SIGNED),
           CAST(COALESCE(SUM(delta), 0) AS SIGNED)
         FROM bulk_lines WHERE op = ? AND state = 'will'",
    )
    .bind(op.to_string())
    .fetch_one(pool)
    .await?;
    let count = |n: i64| u32::try_from(n).map_err(|_| decode(format!("{n} lines")));
    Ok(Tally {
        applied: count(applied)?,
        refused: count(refused)?,
        net,
    })
}

/// A line that was applied, and may be undone.
#[derive(Debug)]
pub struct Undoable {
    pub document: DocumentNo,
    pub warehouse: Warehouse,
    pub sku: Sku,
    /// What it did, in units.
    pub delta: i64,
    /// Who undid it before, and when.
    pub undone: Option<(String, chrono::DateTime<chrono::Utc>)>,
}

impl FromRow<'_, MySqlRow> for Undoable {
    fn from_row(r: &MySqlRow) -> Result<Self, sqlx::Error> {
        let by: Option<String> = r.try_get("reversed_by")?;
        let at: Option<chrono::DateTime<chrono::Utc>> = r.try_get("reversed_at")?;
        Ok(Self {
            document: parse(r.try_get("document")?)?,
            warehouse: parse(r.try_get("warehouse")?)?,
            sku: parse(r.try_get("sku")?)?,
            delta: r.try_get("delta")?,
            undone: by.zip(at),
        })
    }
}

/// The applied lines of an operation, at most `limit`, in their order.
pub async fn lines_to_undo(pool: &MySqlPool, op: OpId, limit: u32) -> StoreResult<Vec<Undoable>> {
    Ok(sqlx::query_as(
        "SELECT d.document, l.warehouse, l.sku, l.delta, d.reversed_by, d.reversed_at
         FROM bulk_lines l STRAIGHT_JOIN documents d
           ON d.document = CONVERT(CONCAT(l.op, '.', l.line) USING ascii) COLLATE ascii_bin
         WHERE l.op = ? AND l.state = 'will' AND l.outcome = 'applied' AND l.kind <> 'undo'
         ORDER BY l.line LIMIT ?",
    )
    .bind(op.to_string())
    .bind(limit)
    .fetch_all(pool)
    .await?)
}

/// How many applied lines of an operation nobody undid yet; counts to `most`.
pub async fn lines_left_to_undo(pool: &MySqlPool, op: OpId, most: u32) -> StoreResult<u32> {
    let left: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM (SELECT 1
         FROM bulk_lines l STRAIGHT_JOIN documents d
           ON d.document = CONVERT(CONCAT(l.op, '.', l.line) USING ascii) COLLATE ascii_bin
         WHERE l.op = ? AND l.state = 'will' AND l.outcome = 'applied' AND l.kind <> 'undo'
           AND d.reversed_at IS NULL LIMIT ?) AS lines_left",
    )
    .bind(op.to_string())
    .bind(most)
    .fetch_one(pool)
    .await?;
    u32::try_from(left).map_err(|_| decode(format!("{left} lines")).into())
}

impl FromRow<'_, MySqlRow> for BulkLine {
    fn from_row(r: &MySqlRow) -> Result<Self, sqlx::Error> {
        let warehouse: Option<String> = r.try_get("warehouse")?;
        let sku: Option<String> = r.try_get("sku")?;
        let problem: Option<Json<_>> = r.try_get("problem")?;
        Ok(Self {
            line: r.try_get("line")?,
            file_line: r.try_get("file_line")?,
            typed: r.try_get::<Json<_>, _>("typed")?.0,
            warehouse: warehouse.map(|name| parse(&name)).transpose()?,
            sku: sku.map(|name| parse(&name)).transpose()?,
            change: change(r)?,
            note: r.try_get("note")?,
            seen_available: r.try_get("seen_available")?,
            seen_version: r.try_get::<Option<u64>, _>("seen_version")?.unwrap_or(0),
            planned: r.try_get("planned")?,
            state: r.try_get("state")?,
            problem: problem.map(|json| json.0),
            result: result(r)?,
        })
    }
}

fn change(r: &MySqlRow) -> Result<Option<LineChange>, sqlx::Error> {
    let kind: Option<String> = r.try_get("kind")?;
    Ok(match kind.as_deref() {
        None => None,
        Some("delta") => Some(LineChange::Delta(r.try_get("units")?)),
        Some("set") => Some(LineChange::SetTo(r.try_get("units")?)),
        Some("undo") => {
            let document: String = r.try_get("document")?;
            Some(LineChange::Undo(parse(&document)?))
        }
        Some(other) => return Err(decode(format!("kind {other:?}"))),
    })
}

fn result(r: &MySqlRow) -> Result<Option<LineResult>, sqlx::Error> {
    let outcome: Option<String> = r.try_get("outcome")?;
    Ok(match outcome.as_deref() {
        None => None,
        Some("refused") => {
            let Json(refusal): Json<Rejection> = r.try_get("refusal")?;
            Some(LineResult::Refused(refusal))
        }
        Some("applied") => Some(LineResult::Applied(LineReceipt {
            sku: parse(r.try_get("sku")?)?,
            stock: r.try_get("stock_id")?,
            version: r.try_get("version")?,
            delta: r.try_get("delta")?,
            available: r.try_get("balance")?,
        })),
        Some(other) => return Err(decode(format!("outcome {other:?}"))),
    })
}
