//! Writes what a batch decided about money that did not pay its order: that it came, and that its
//! order's stock was deducted again.

use serde_json::{Value, json};
use sqlx::mysql::MySqlConnection;

use super::write::run;
use crate::domain::book::{Book, Deducted, NewLate};
use crate::domain::late::LateState;
use crate::domain::payment::refund_no;
use crate::store::mysql::json::json_list;

const ARRIVED: &str = "INSERT INTO late_money (payment_id, state, refund_no, next_action_at,
    created_at)
  SELECT p.id, j.state, j.refund_no, IF(j.state = 'queued', ?, NULL), ?
  FROM JSON_TABLE(?, '$[*]' COLUMNS (
    gateway VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin PATH '$[0]',
    transaction_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin PATH '$[1]',
    state VARCHAR(16) PATH '$[2]', refund_no VARCHAR(64) PATH '$[3]')) j
  JOIN payments p ON p.gateway = j.gateway AND p.transaction_id = j.transaction_id";

const ARRIVALS: &str = "INSERT INTO late_events (payment_id, at, kind, actor, detail)
  SELECT p.id, ?, 'arrived', j.actor, j.outcome
  FROM JSON_TABLE(?, '$[*]' COLUMNS (
    gateway VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin PATH '$[0]',
    transaction_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin PATH '$[1]',
    actor VARCHAR(80) CHARACTER SET utf8mb4 PATH '$[4]', outcome VARCHAR(16) PATH '$[5]')) j
  JOIN payments p ON p.gateway = j.gateway AND p.transaction_id = j.transaction_id";

const DEDUCTED: &str = "UPDATE late_money l JOIN JSON_TABLE(?, '$[*]' COLUMNS (
    id BIGINT UNSIGNED PATH '$[0]',
    document VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin PATH '$[1]')) j
    ON l.payment_id = j.id
  SET l.state = 'deducted', l.document = j.document, l.next_action_at = NULL";

const SETTLED: &str = "UPDATE payments p JOIN JSON_TABLE(?, '$[*]' COLUMNS (
    id BIGINT UNSIGNED PATH '$[0]')) j ON p.id = j.id
  SET p.settled_at = ?";

const DEDUCTIONS: &str = "INSERT INTO late_events (payment_id, at, kind, actor, detail)
  SELECT j.id, ?, 'deducted', j.actor, j.document FROM JSON_TABLE(?, '$[*]' COLUMNS (
    id BIGINT UNSIGNED PATH '$[0]', document VARCHAR(64) PATH '$[1]',
    actor VARCHAR(80) CHARACTER SET utf8mb4 PATH '$[2]')) j";

/// After the payments and documents that it is about.
pub(super) async fn changes(conn: &mut MySqlConnection, book: &Book) -> Result<(), sqlx::Error> {
    let (now, changes) = (book.now, &book.changes);
    if !changes.late.is_empty() {
        let rows = json_list(&changes.late.iter().map(arrived).collect::<Vec<_>>());
        let query = sqlx::query(ARRIVED).bind(now).bind(now).bind(rows.clone());
        run(conn, query).await?;
        run(conn, sqlx::query(ARRIVALS).bind(now).bind(rows)).await?;
    }
    if !changes.deducted.is_empty() {
        let row = |d: &Deducted| json!([d.payment, d.document, d.actor]);
        let rows = json_list(&changes.deducted.iter().map(row).collect::<Vec<_>>());
        run(conn, sqlx::query(DEDUCTED).bind(rows.clone())).await?;
        run(conn, sqlx::query(SETTLED).bind(rows.clone()).bind(now)).await?;
        run(conn, sqlx::query(DEDUCTIONS).bind(now).bind(rows)).await?;
    }
    Ok(())
}

fn arrived(late: &NewLate) -> Value {
    json!([
        late.gateway,
        late.transaction_id,
        LateState::first(late.outcome).as_str(),
        refund_no(&late.gateway, &late.transaction_id),
        late.actor,
        late.outcome.as_str(),
    ])
}
