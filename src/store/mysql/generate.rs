//! Bulk writing of generated demo data. Only `service::demo::generate` may use it: everything else
//! moves stock through `commit`.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::mysql::MySqlConnection;
use sqlx::{Connection, Executor, MySqlPool};

use super::StoreResult;
use super::json::json_list;
use super::stock_words::{Named, stock_words_insert};
use crate::domain::ids::{StockId, Warehouse};

/// SKU code, name, opening units, low water mark.
pub type SkuRow = (String, String, i64, Option<i64>);
/// Number, kind, warehouse, fingerprint in hex, actor, source, reason, time, and when, by whom,
/// through which door and why it was reversed.
pub type DocumentRow = (
    String,
    &'static str,
    String,
    String,
    &'static str,
    &'static str,
    Option<&'static str>,
    String,
    Option<(String, &'static str, &'static str, &'static str)>,
);
/// Number, status, gateway, minor, currency, deadline, payment state, transaction, when paid,
/// who asked for the cancel, when it was placed, and a summary of its lines.
pub type OrderRow = (
    String,
    &'static str,
    Option<&'static str>,
    Option<i64>,
    Option<&'static str>,
    Option<String>,
    Option<&'static str>,
    Option<String>,
    Option<String>,
    Option<&'static str>,
    String,
    String,
);
/// Stock, version, document, kind, line, delta, balance, what it reverses, time.
pub type EntryRow = (
    StockId,
    u64,
    String,
    &'static str,
    u16,
    i64,
    Option<i64>,
    Option<u64>,
    String,
);
/// Order, digest, time.
pub type EvidenceRow = (String, String, String);
/// Order, time, kind, actor, detail.
pub type EventRow = (String, String, &'static str, &'static str, Option<String>);
/// Stock, available, reserved, version, time.
pub type StockRow = (StockId, i64, i64, u64, String);

/// Rows that belong together: with them every promise holds again.
#[derive(Debug, Default)]
pub struct Batch {
    pub documents: Vec<DocumentRow>,
    pub orders: Vec<OrderRow>,
    pub entries: Vec<EntryRow>,
    pub evidence: Vec<EvidenceRow>,
    pub events: Vec<EventRow>,
    pub stock: Vec<StockRow>,
}

const SKUS: &str = "INSERT INTO stock (warehouse, sku, name, opening, available, low_water,
    created_at, updated_at)
  SELECT ?, j.sku, j.name, j.opening, j.opening, j.low_water, ?, ?
  FROM JSON_TABLE(?, '$[*]' COLUMNS (
    sku VARCHAR(64) CHARACTER SET utf8mb4 PATH '$[0]',
    name VARCHAR(200) CHARACTER SET utf8mb4 PATH '$[1]',
    opening BIGINT PATH '$[2]', low_water BIGINT PATH '$[3]')) j";

const DOCUMENTS: &str = "INSERT INTO documents (document, kind, warehouse, fingerprint, actor,
    source, reason, created_at, reversed_at, reversed_by, reversed_source, reversed_reason)
  SELECT j.document, j.kind, j.warehouse, UNHEX(j.fingerprint), j.actor, j.source, j.reason,
    j.created_at, j.reversed_at, j.reversed_by, j.reversed_source, j.reversed_reason
  FROM JSON_TABLE(?, '$[*]' COLUMNS (
    document VARCHAR(64) PATH '$[0]', kind VARCHAR(16) PATH '$[1]',
    warehouse VARCHAR(32) PATH '$[2]', fingerprint CHAR(64) PATH '$[3]',
    actor VARCHAR(80) CHARACTER SET utf8mb4 PATH '$[4]', source VARCHAR(8) PATH '$[5]',
    reason VARCHAR(32) PATH '$[6]', created_at VARCHAR(32) PATH '$[7]',
    reversed_at VARCHAR(32) PATH '$[8][0]',
    reversed_by VARCHAR(80) CHARACTER SET utf8mb4 PATH '$[8][1]',
    reversed_source VARCHAR(8) PATH '$[8][2]', reversed_reason VARCHAR(32) PATH '$[8][3]')) j";

const EVIDENCE: &str = "INSERT INTO evidence (order_no, gateway, code, answered_at, digest,
    created_at)
  SELECT j.order_no, 'sandbox', 'CLOSED', j.at, j.digest, j.at
  FROM JSON_TABLE(?, '$[*]' COLUMNS (
    order_no VARCHAR(64) PATH '$[0]', digest CHAR(64) PATH '$[1]', at VARCHAR(32) PATH '$[2]')) j";

const ORDERS: &str = "INSERT INTO orders (order_no, status, gateway, amount_minor, currency,
    pay_deadline, next_action_at, payment_state, transaction_id, paid_at, cancel_actor,
    cancel_source, cancel_reason, evidence_id, created_at, summary)
  SELECT j.order_no, j.status, j.gateway, j.amount_minor, j.currency, j.pay_deadline,
    IF(j.status = 'pending', j.pay_deadline, NULL), j.payment_state, j.transaction_id, j.paid_at,
    j.cancel_actor, IF(j.cancel_actor IS NULL, NULL, 'worker'),
    IF(j.cancel_actor IS NULL, NULL, 'not_paid'), e.id, j.created_at, j.summary
  FROM JSON_TABLE(?, '$[*]' COLUMNS (
    order_no VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin PATH '$[0]',
    status VARCHAR(16) CHARACTER SET ascii PATH '$[1]',
    gateway VARCHAR(32) PATH '$[2]', amount_minor BIGINT PATH '$[3]', currency CHAR(3) PATH '$[4]',
    pay_deadline VARCHAR(32) PATH '$[5]', payment_state VARCHAR(16) PATH '$[6]',
    transaction_id VARCHAR(64) PATH '$[7]', paid_at VARCHAR(32) PATH '$[8]',
    cancel_actor VARCHAR(80) CHARACTER SET utf8mb4 PATH '$[9]',
    created_at VARCHAR(32) PATH '$[10]',
    summary VARCHAR(1000) CHARACTER SET utf8mb4 PATH '$[11]')) j
  LEFT JOIN evidence e ON e.order_no = j.order_no";

const PAYMENTS: &str = "INSERT INTO payments (gateway, transaction_id, order_no, amount_minor,
    currency, paid_at, outcome, created_at, settled_at)
  SELECT 'sandbox', j.transaction_id, j.order_no, j.amount_minor, j.currency, j.paid_at,
    'order_paid', j.paid_at, j.paid_at
  FROM JSON_TABLE(?, '$[*]' COLUMNS (
    order_no VARCHAR(64) PATH '$[0]', amount_minor BIGINT PATH '$[3]', currency CHAR(3) PATH '$[4]',
    transaction_id VARCHAR(64) PATH '$[7]', paid_at VARCHAR(32) PATH '$[8]')) j
  WHERE j.transaction_id IS NOT NULL";

const ENTRIES: &str = "INSERT INTO ledger (stock_id, version, document, kind, line, delta,
    balance, reverses, evidence_id, created_at)
  SELECT j.stock_id, j.version, j.document, j.kind, j.line, j.delta, j.balance, j.reverses,
    e.id, j.created_at
  FROM JSON_TABLE(?, '$[*]' COLUMNS (
    stock_id INT UNSIGNED PATH '$[0]', version BIGINT UNSIGNED PATH '$[1]',
    document VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin PATH '$[2]',
    kind VARCHAR(16) CHARACTER SET ascii PATH '$[3]', line SMALLINT UNSIGNED PATH '$[4]',
    delta BIGINT PATH '$[5]', balance BIGINT PATH '$[6]',
    reverses BIGINT UNSIGNED PATH '$[7]', created_at VARCHAR(32) PATH '$[8]')) j
  LEFT JOIN evidence e ON j.kind = 'cancel' AND e.order_no = j.document";

const EVENTS: &str = "INSERT INTO order_events (order_no, at, kind, actor, detail)
  SELECT j.order_no, j.at, j.kind, j.actor, j.detail FROM JSON_TABLE(?, '$[*]' COLUMNS (
    order_no VARCHAR(64) PATH '$[0]', at VARCHAR(32) PATH '$[1]', kind VARCHAR(16) PATH '$[2]',
    actor VARCHAR(80) CHARACTER SET utf8mb4 PATH '$[3]',
    detail VARCHAR(200) CHARACTER SET utf8mb4 PATH '$[4]')) j";

const STOCK: &str = "UPDATE stock s JOIN JSON_TABLE(?, '$[*]' COLUMNS (
    id INT UNSIGNED PATH '$[0]', available BIGINT PATH '$[1]', reserved BIGINT PATH '$[2]',
    version BIGINT UNSIGNED PATH '$[3]', at VARCHAR(32) PATH '$[4]')) j ON s.id = j.id
  SET s.available = j.available, s.reserved = j.reserved, s.version = j.version,
    s.updated_at = j.at";

/// A connection that writes in bulk.
pub struct BulkWriter(MySqlConnection);

impl BulkWriter {
    pub async fn open(pool: &MySqlPool) -> StoreResult<Self> {
        let mut conn = MySqlConnection::connect_with(&pool.connect_options()).await?;
        // Parents are written before their children here; looking each up again costs half.
        conn.execute("SET SESSION foreign_key_checks = 0").await?;
        Ok(Self(conn))
    }

    /// Puts SKUs into a warehouse.
    pub async fn skus(
        &mut self,
        warehouse: &Warehouse,
        rows: &[SkuRow],
        at: DateTime<Utc>,
    ) -> StoreResult<()> {
        let query = sqlx::query(SKUS).bind(warehouse.as_str()).bind(at).bind(at);
        query.bind(json_list(rows)).execute(&mut self.0).await?;
        Ok(())
    }

    /// The rows of a warehouse in the order of their SKUs.
    pub async fn ids(&mut self, warehouse: &Warehouse) -> StoreResult<Vec<StockId>> {
        let query = sqlx::query_scalar("SELECT id FROM stock WHERE warehouse = ? ORDER BY sku");
        Ok(query
            .bind(warehouse.as_str())
            .fetch_all(&mut self.0)
            .await?)
    }

    /// Makes SKUs findable by their words.
    pub async fn words(&mut self, named: &[Named<'_>]) -> StoreResult<()> {
        let mut tx = self.0.begin().await?;
        stock_words_insert(&mut tx, named).await?;
        Ok(tx.commit().await?)
    }

    /// Writes a batch, all or nothing.
    pub async fn write(&mut self, batch: &Batch) -> StoreResult<()> {
        let mut tx = self.0.begin().await?;
        run(&mut tx, DOCUMENTS, &batch.documents).await?;
        run(&mut tx, EVIDENCE, &batch.evidence).await?;
        run(&mut tx, ORDERS, &batch.orders).await?;
        run(&mut tx, PAYMENTS, &batch.orders).await?;
        run(&mut tx, ENTRIES, &batch.entries).await?;
        run(&mut tx, EVENTS, &batch.events).await?;
        run(&mut tx, STOCK, &batch.stock).await?;
        Ok(tx.commit().await?)
    }

    pub async fn close(self) -> StoreResult<()> {
        Ok(self.0.close().await?)
    }
}

async fn run<T: Serialize>(
    conn: &mut MySqlConnection,
    sql: &'static str,
    rows: &[T],
) -> StoreResult<()> {
    if !rows.is_empty() {
        sqlx::query(sql).bind(json_list(rows)).execute(conn).await?;
    }
    Ok(())
}
