//! Writes what a batch decided: a fixed set of statements, each for all jobs at once.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sqlx::mysql::MySqlConnection;

use super::late;
use crate::domain::book::{Book, NewDocument, NewEntry, NewOrder, OpUpdate, OrderUpdate};
use crate::domain::ids::DocumentNo;
use crate::store::mysql::json::json_list;

/// A worker looks at an order this long after it was placed, if its payment is not created then.
const FIRST_LOOK: TimeDelta = TimeDelta::seconds(15);

const DOCUMENTS: &str = "INSERT INTO documents (document, kind, warehouse, fingerprint, actor,
    source, reason, note, reference, created_at, reversed_at, reversed_by, reversed_source,
    reversed_reason, reversed_note)
  SELECT j.document, j.kind, j.warehouse, UNHEX(j.fingerprint), j.actor, j.source, j.reason,
    j.note, j.reference, ?, IF(j.reversed_by IS NULL, NULL, ?), j.reversed_by, j.reversed_source,
    j.reversed_reason, j.reversed_note
  FROM JSON_TABLE(?, '$[*]' COLUMNS (
    document VARCHAR(64) PATH '$[0]', kind VARCHAR(16) PATH '$[1]',
    warehouse VARCHAR(32) PATH '$[2]', fingerprint CHAR(64) PATH '$[3]',
    actor VARCHAR(80) CHARACTER SET utf8mb4 PATH '$[4]', source VARCHAR(8) PATH '$[5]',
    reason VARCHAR(32) PATH '$[6]', note VARCHAR(500) CHARACTER SET utf8mb4 PATH '$[7]',
    reference VARCHAR(64) CHARACTER SET utf8mb4 PATH '$[8]',
    reversed_by VARCHAR(80) CHARACTER SET utf8mb4 PATH '$[9]',
    reversed_source VARCHAR(8) PATH '$[10]', reversed_reason VARCHAR(32) PATH '$[11]',
    reversed_note VARCHAR(500) CHARACTER SET utf8mb4 PATH '$[12]')) j";

const ORDERS: &str = "INSERT INTO orders (order_no, status, gateway, amount_minor, currency,
    pay_deadline, next_action_at, payment_state, summary, created_at)
  SELECT j.order_no, j.status, j.gateway, j.amount_minor, j.currency, j.pay_deadline,
    j.next_action_at, IF(j.gateway IS NULL, NULL, 'unsent'), j.summary, ?
  FROM JSON_TABLE(?, '$[*]' COLUMNS (
    order_no VARCHAR(64) PATH '$[0]', status VARCHAR(16) PATH '$[1]',
    gateway VARCHAR(32) PATH '$[2]', amount_minor BIGINT PATH '$[3]',
    currency CHAR(3) PATH '$[4]', pay_deadline VARCHAR(32) PATH '$[5]',
    next_action_at VARCHAR(32) PATH '$[6]',
    summary VARCHAR(1000) CHARACTER SET utf8mb4 PATH '$[7]')) j";

const ENTRIES: &str = "INSERT INTO ledger (stock_id, version, document, kind, line, delta,
    balance, reverses, evidence_id, created_at)
  SELECT j.stock_id, j.version, j.document, j.kind, j.line, j.delta, j.balance, j.reverses,
    j.evidence_id, ?
  FROM JSON_TABLE(?, '$[*]' COLUMNS (
    stock_id INT UNSIGNED PATH '$[0]', version BIGINT UNSIGNED PATH '$[1]',
    document VARCHAR(64) PATH '$[2]', kind VARCHAR(16) PATH '$[3]',
    line SMALLINT UNSIGNED PATH '$[4]', delta BIGINT PATH '$[5]', balance BIGINT PATH '$[6]',
    reverses BIGINT UNSIGNED PATH '$[7]', evidence_id BIGINT UNSIGNED PATH '$[8]')) j";

const STOCK: &str = "UPDATE stock s JOIN JSON_TABLE(?, '$[*]' COLUMNS (
    id INT UNSIGNED PATH '$[0]', available BIGINT PATH '$[1]', reserved BIGINT PATH '$[2]',
    version BIGINT UNSIGNED PATH '$[3]')) j ON s.id = j.id
  SET s.available = j.available, s.reserved = j.reserved, s.version = j.version, s.updated_at = ?";

const REVERSALS: &str = "UPDATE documents d JOIN JSON_TABLE(?, '$[*]' COLUMNS (
    document VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin PATH '$[0]',
    actor VARCHAR(80) CHARACTER SET utf8mb4 PATH '$[1]', source VARCHAR(8) PATH '$[2]',
    op CHAR(29) PATH '$[3]', reason VARCHAR(32) PATH '$[4]',
    note VARCHAR(500) CHARACTER SET utf8mb4 PATH '$[5]')) j ON d.document = j.document
  SET d.reversed_at = ?, d.reversed_by = j.actor, d.reversed_source = j.source,
    d.reversed_op = j.op, d.reversed_reason = j.reason, d.reversed_note = j.note";

const EVIDENCE: &str = "INSERT INTO evidence (order_no, gateway, code, answered_at, digest,
    created_at) VALUES (?, ?, ?, ?, ?, ?)";

const ORDER_UPDATES: &str = "UPDATE orders o JOIN JSON_TABLE(?, '$[*]' COLUMNS (
    order_no VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin PATH '$[0]',
    status VARCHAR(16) PATH '$[1]', payment_state VARCHAR(16) PATH '$[2]',
    transaction_id VARCHAR(64) PATH '$[3]', paid_at VARCHAR(32) PATH '$[4]',
    evidence_id BIGINT UNSIGNED PATH '$[5]')) j ON o.order_no = j.order_no
  SET o.status = j.status, o.payment_state = j.payment_state, o.payment_checked_at = ?,
    o.transaction_id = j.transaction_id, o.paid_at = j.paid_at, o.evidence_id = j.evidence_id,
    o.next_action_at = NULL";

const EVENTS: &str = "INSERT INTO order_events (order_no, at, kind, actor, detail)
  SELECT j.order_no, ?, j.kind, j.actor, j.detail FROM JSON_TABLE(?, '$[*]' COLUMNS (
    order_no VARCHAR(64) PATH '$[0]', kind VARCHAR(16) PATH '$[1]',
    actor VARCHAR(80) CHARACTER SET utf8mb4 PATH '$[2]',
    detail VARCHAR(200) CHARACTER SET utf8mb4 PATH '$[3]')) j";

const PAYMENTS: &str = "INSERT INTO payments (gateway, transaction_id, order_no, amount_minor,
    currency, paid_at, outcome, created_at, settled_at)
  SELECT j.gateway, j.transaction_id, j.order_no, j.amount_minor, j.currency, j.paid_at,
    j.outcome, ?, IF(j.outcome = 'order_paid', ?, NULL)
  FROM JSON_TABLE(?, '$[*]' COLUMNS (
    gateway VARCHAR(32) PATH '$[0]', transaction_id VARCHAR(64) PATH '$[1]',
    order_no VARCHAR(64) PATH '$[2]', amount_minor BIGINT PATH '$[3]',
    currency CHAR(3) PATH '$[4]', paid_at VARCHAR(32) PATH '$[5]',
    outcome VARCHAR(16) PATH '$[6]')) j";

const OP: &str = "UPDATE operations SET status = ?, confirmed_by = COALESCE(?, confirmed_by),
    confirmed_at = COALESCE(confirmed_at, ?), result = ?, refusal = ?
  WHERE op = ? AND status IN ('draft', 'waiting')";

/// Whether anything was written.
pub(super) async fn changes(conn: &mut MySqlConnection, book: &Book) -> Result<bool, sqlx::Error> {
    let (now, changes) = (book.now, &book.changes);
    if !changes.documents.is_empty() {
        let rows: Vec<Value> = changes.documents.iter().map(document).collect();
        run(
            conn,
            sqlx::query(DOCUMENTS)
                .bind(now)
                .bind(now)
                .bind(json_list(&rows)),
        )
        .await?;
    }
    let evidence = evidence(conn, book).await?;
    if !changes.orders.is_empty() {
        let rows: Vec<Value> = changes.orders.iter().map(|o| order(o, now)).collect();
        run(conn, sqlx::query(ORDERS).bind(now).bind(json_list(&rows))).await?;
    }
    if !changes.entries.is_empty() {
        let rows: Vec<Value> = changes
            .entries
            .iter()
            .map(|e| entry(e, &evidence))
            .collect();
        run(conn, sqlx::query(ENTRIES).bind(now).bind(json_list(&rows))).await?;
    }
    let stock: Vec<_> = book
        .stock
        .iter()
        .filter(|(_, row)| row.changed)
        .map(|(id, row)| (id, row.available, row.reserved, row.version))
        .collect();
    if !stock.is_empty() {
        run(conn, sqlx::query(STOCK).bind(json_list(&stock)).bind(now)).await?;
    }
    orders_and_money(conn, book, &evidence).await?;
    late::changes(conn, book).await?;
    for op in &changes.ops {
        update_op(conn, op, now).await?;
    }
    let nothing = changes.documents.is_empty()
        && changes.entries.is_empty()
        && changes.order_updates.is_empty()
        && changes.payments.is_empty()
        && changes.deducted.is_empty()
        && changes.ops.is_empty();
    Ok(!nothing)
}

async fn orders_and_money(
    conn: &mut MySqlConnection,
    book: &Book,
    evidence: &EvidenceIds,
) -> Result<(), sqlx::Error> {
    let (now, changes) = (book.now, &book.changes);
    if !changes.reversals.is_empty() {
        let row = |(document, r): &(DocumentNo, crate::domain::book::Reversed)| {
            json!([document, r.actor, r.source, r.op, r.reason, r.note])
        };
        let rows: Vec<Value> = changes.reversals.iter().map(row).collect();
        run(
            conn,
            sqlx::query(REVERSALS).bind(json_list(&rows)).bind(now),
        )
        .await?;
    }
    if !changes.order_updates.is_empty() {
        let row = |u| order_update(u, evidence);
        let rows: Vec<Value> = changes.order_updates.iter().map(row).collect();
        run(
            conn,
            sqlx::query(ORDER_UPDATES).bind(json_list(&rows)).bind(now),
        )
        .await?;
    }
    if !changes.events.is_empty() {
        let row = |e: &crate::domain::book::NewEvent| {
            json!([e.order_no, e.kind.as_str(), e.actor, e.detail])
        };
        let rows: Vec<Value> = changes.events.iter().map(row).collect();
        run(conn, sqlx::query(EVENTS).bind(now).bind(json_list(&rows))).await?;
    }
    if !changes.payments.is_empty() {
        let row = |(p, outcome): &(crate::domain::payment::VerifiedPayment, _)| {
            let outcome: &crate::domain::payment::PaymentOutcome = outcome;
            json!([
                p.gateway,
                p.transaction_id,
                p.order_no,
                p.amount.minor,
                p.amount.currency,
                sql_time(p.paid_at),
                outcome.as_str()
            ])
        };
        let rows: Vec<Value> = changes.payments.iter().map(row).collect();
        run(
            conn,
            sqlx::query(PAYMENTS)
                .bind(now)
                .bind(now)
                .bind(json_list(&rows)),
        )
        .await?;
    }
    Ok(())
}

pub(super) type Query<'q> = sqlx::query::Query<'q, sqlx::MySql, sqlx::mysql::MySqlArguments>;
type EvidenceIds = std::collections::HashMap<DocumentNo, u64>;

pub(super) async fn run(conn: &mut MySqlConnection, query: Query<'_>) -> Result<(), sqlx::Error> {
    query.execute(conn).await.map(drop)
}

/// Stores the answers that license this batch's cancels, each before what it licenses.
async fn evidence(conn: &mut MySqlConnection, book: &Book) -> Result<EvidenceIds, sqlx::Error> {
    let mut ids = EvidenceIds::new();
    for (order_no, e) in &book.changes.evidence {
        let query = sqlx::query(EVIDENCE)
            .bind(order_no.as_str())
            .bind(&e.gateway)
            .bind(&e.code)
            .bind(e.answered_at)
            .bind(&e.digest)
            .bind(book.now);
        ids.insert(
            order_no.clone(),
            query.execute(&mut *conn).await?.last_insert_id(),
        );
    }
    Ok(ids)
}

fn document(d: &NewDocument) -> Value {
    let reversed = d.reversed.as_ref();
    json!([
        d.document,
        d.kind.as_str(),
        d.warehouse,
        d.fingerprint.map(|f| f.hex()),
        d.actor,
        d.source,
        d.reason,
        d.note,
        d.reference,
        reversed.map(|r| &r.actor),
        reversed.map(|r| r.source),
        reversed.and_then(|r| r.reason.as_ref()),
        reversed.and_then(|r| r.note.as_ref()),
    ])
}

fn order(o: &NewOrder, now: DateTime<Utc>) -> Value {
    // Its payment is created right after this commit; a worker looks whether that was done.
    let first_look = o
        .pay_deadline
        .map(|deadline| deadline.min(now + FIRST_LOOK));
    let terms = o.terms.as_ref();
    json!([
        o.order_no,
        o.status.as_str(),
        terms.map(|t| &t.gateway),
        terms.map(|t| t.amount.minor),
        terms.map(|t| t.amount.currency),
        o.pay_deadline.map(sql_time),
        first_look.map(sql_time),
        json_list(&o.summary),
    ])
}

fn entry(e: &NewEntry, evidence: &EvidenceIds) -> Value {
    let row = &e.entry;
    json!([
        row.stock,
        row.version,
        e.document,
        row.kind.as_str(),
        row.line,
        row.delta,
        row.balance,
        row.reverses,
        e.needs_evidence
            .then(|| evidence.get(&e.document))
            .flatten(),
    ])
}

fn order_update(u: &OrderUpdate, evidence: &EvidenceIds) -> Value {
    let paid = u.paid.as_ref();
    json!([
        u.order_no,
        u.status.as_str(),
        u.payment_state.as_str(),
        paid.map(|(transaction, _)| transaction),
        paid.map(|(_, at)| sql_time(*at)),
        evidence.get(&u.order_no),
    ])
}

async fn update_op(
    conn: &mut MySqlConnection,
    u: &OpUpdate,
    now: DateTime<Utc>,
) -> Result<(), sqlx::Error> {
    let result = (!u.result.is_empty()).then(|| json_list(&u.result));
    let refusal = u.refusal.as_ref().map(json_list);
    let query = sqlx::query(OP)
        .bind(u.status.as_str())
        .bind(&u.confirmed_by)
        .bind(now)
        .bind(result)
        .bind(refusal)
        .bind(u.op.to_string());
    run(conn, query).await
}

/// A time as MySQL reads it from text: UTC, microseconds.
fn sql_time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S%.6f").to_string()
}
