//! The orders of a bulk operation that cancels some.

use serde_json::json;
use sqlx::mysql::{MySqlConnection, MySqlRow};
use sqlx::types::Json;
use sqlx::{FromRow, MySqlPool, Row};

use crate::domain::bulk::Tally;
use crate::domain::bulk_cancel::{CancelLine, CancelProblem, CancelResult};
use crate::domain::ids::OpId;
use crate::store::mysql::StoreResult;
use crate::store::mysql::json::{decode, json_list, parse};

const INSERT: &str = "INSERT INTO bulk_cancels (op, line, order_no, problem)
  SELECT ?, j.line, j.order_no, j.problem FROM JSON_TABLE(?, '$[*]' COLUMNS (
    line INT UNSIGNED PATH '$.line',
    order_no VARCHAR(64) CHARACTER SET ascii PATH '$.order_no',
    problem LONGTEXT CHARACTER SET utf8mb4 PATH '$.problem')) j";

pub(super) async fn insert(
    conn: &mut MySqlConnection,
    op: OpId,
    lines: &[CancelLine],
) -> Result<(), sqlx::Error> {
    let row = |line: &CancelLine| {
        let problem = line.problem.as_ref().map(text).transpose()?;
        Ok(json!({ "line": line.line, "order_no": line.order_no, "problem": problem }))
    };
    let rows = lines.iter().map(row);
    let rows = rows.collect::<Result<Vec<_>, sqlx::Error>>()?;
    sqlx::query(INSERT)
        .bind(op.to_string())
        .bind(json_list(&rows))
        .execute(conn)
        .await
        .map(drop)
}

fn text(problem: &CancelProblem) -> Result<String, sqlx::Error> {
    serde_json::to_string(problem).map_err(|error| decode(error.to_string()))
}

/// All of them, in their order.
pub async fn cancels_list(pool: &MySqlPool, op: OpId) -> StoreResult<Vec<CancelLine>> {
    Ok(
        sqlx::query_as("SELECT * FROM bulk_cancels WHERE op = ? ORDER BY line")
            .bind(op.to_string())
            .fetch_all(pool)
            .await?,
    )
}

/// The next ones after a line of which it is not known what they came to.
pub async fn cancels_open(
    pool: &MySqlPool,
    op: OpId,
    after: u32,
    limit: u32,
) -> StoreResult<Vec<CancelLine>> {
    Ok(sqlx::query_as(
        "SELECT * FROM bulk_cancels
         WHERE op = ? AND line > ? AND problem IS NULL AND outcome IS NULL
         ORDER BY line LIMIT ?",
    )
    .bind(op.to_string())
    .bind(after)
    .bind(limit)
    .fetch_all(pool)
    .await?)
}

/// What they came to so far.
pub async fn cancels_tally(pool: &MySqlPool, op: OpId) -> StoreResult<Tally> {
    let (applied, refused): (i64, i64) = sqlx::query_as(
        "SELECT CAST(COALESCE(SUM(outcome = 'applied'), 0) AS SIGNED),
           CAST(COALESCE(SUM(outcome = 'refused'), 0) AS SIGNED)
         FROM bulk_cancels WHERE op = ?",
    )
    .bind(op.to_string())
    .fetch_one(pool)
    .await?;
    let count = |n: i64| u32::try_from(n).map_err(|_| decode(format!("{n} orders")));
    Ok(Tally {
        applied: count(applied)?,
        refused: count(refused)?,
        net: 0,
    })
}

const DECIDED: &str = "UPDATE bulk_cancels c JOIN JSON_TABLE(?, '$[*]' COLUMNS (
    line INT UNSIGNED PATH '$.line',
    outcome VARCHAR(8) CHARACTER SET ascii PATH '$.outcome',
    refusal LONGTEXT CHARACTER SET utf8mb4 PATH '$.refusal')) j ON c.line = j.line
  SET c.refusal = j.refusal, c.outcome = j.outcome
  WHERE c.op = ? AND c.problem IS NULL AND (c.outcome IS NULL OR j.outcome = 'applied')";

/// Notes what some of them came to. What was cancelled stays so, whoever thinks otherwise.
pub async fn cancels_decided(
    pool: &MySqlPool,
    op: OpId,
    results: &[(u32, CancelResult)],
) -> StoreResult<()> {
    let row = |(line, result): &(u32, CancelResult)| match result {
        CancelResult::Applied => Ok(json!({ "line": line, "outcome": "applied" })),
        CancelResult::Refused(why) => {
            let refusal = text(why)?;
            Ok(json!({ "line": line, "outcome": "refused", "refusal": refusal }))
        }
    };
    let rows = results.iter().map(row);
    let rows = rows.collect::<Result<Vec<_>, sqlx::Error>>()?;
    sqlx::query(DECIDED)
        .bind(json_list(&rows))
        .bind(op.to_string())
        .execute(pool)
        .await?;
    Ok(())
}

impl FromRow<'_, MySqlRow> for CancelLine {
    fn from_row(r: &MySqlRow) -> Result<Self, sqlx::Error> {
        let problem: Option<Json<_>> = r.try_get("problem")?;
        let outcome: Option<String> = r.try_get("outcome")?;
        let result = match outcome.as_deref() {
            None => None,
            Some("applied") => Some(CancelResult::Applied),
            Some("refused") => {
                let Json(why) = r.try_get("refusal")?;
                Some(CancelResult::Refused(why))
            }
            Some(other) => return Err(decode(format!("outcome {other:?}"))),
        };
        Ok(Self {
            line: r.try_get("line")?,
            order_no: parse(r.try_get("order_no")?)?,
            problem: problem.map(|json| json.0),
            result,
        })
    }
}
