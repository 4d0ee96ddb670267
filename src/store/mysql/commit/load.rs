//! Reads what a batch needs, under locks.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, SubsecRound, Utc};
use sqlx::mysql::{MySqlConnection, MySqlRow};
use sqlx::{FromRow, Row};

use super::Failure;
use crate::domain::actor::Source;
use crate::domain::book::{
    Book, Changes, DocumentRow, EntryRow, Job, LateRow, OpRow, OrderRow, Reversed, StockRow, Work,
};
use crate::domain::fingerprint::Fingerprint;
use crate::domain::ids::{DocumentNo, OpId, StockId};
use crate::domain::late::Standing;
use crate::domain::money::{Currency, Money};
use crate::domain::payment::PaymentOutcome;
use crate::store::mysql::json::{decode, json_list, parse};

const TARGET_STOCK: &str = "SELECT DISTINCT l.stock_id FROM ledger l WHERE l.document IN (
  SELECT j.document FROM JSON_TABLE(?, '$[*]' COLUMNS (
    document VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin PATH '$')) j)";

const LOCK_STOCK: &str = "SELECT id, available, reserved, unlimited, version, updated_at
  FROM stock WHERE id IN (
    SELECT j.id FROM JSON_TABLE(?, '$[*]' COLUMNS (id INT UNSIGNED PATH '$')) j)
  ORDER BY id FOR UPDATE";

const LOCK_DOCUMENTS: &str = "SELECT d.document, d.kind, d.warehouse, d.fingerprint, d.created_at,
    d.reversed_at, d.reversed_by, d.reversed_source, d.reversed_op, d.reversed_reason,
    d.reversed_note, o.status, o.gateway, o.amount_minor, o.currency, o.pay_deadline,
    o.transaction_id, o.cancel_actor, o.cancel_source, o.cancel_op, o.cancel_reason, o.cancel_note
  FROM documents d LEFT JOIN orders o ON o.order_no = d.document WHERE d.document IN (
    SELECT j.document FROM JSON_TABLE(?, '$[*]' COLUMNS (
      document VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin PATH '$')) j)
  FOR UPDATE";

const ENTRIES: &str = "SELECT l.document, l.stock_id, s.sku, l.version, l.kind, l.line, l.delta,
    l.balance, l.reverses
  FROM ledger l JOIN stock s ON s.id = l.stock_id WHERE l.document IN (
    SELECT j.document FROM JSON_TABLE(?, '$[*]' COLUMNS (
      document VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin PATH '$')) j)
  ORDER BY l.document, l.reverses IS NOT NULL, l.line";

const PAYMENTS: &str = "SELECT p.gateway, p.transaction_id, p.outcome FROM payments p
  WHERE (p.gateway, p.transaction_id) = (?, ?)";

const LOCK_LATE: &str = "SELECT l.payment_id, l.state, l.refund_asked_at IS NOT NULL AS asked,
    l.heard, l.document, p.outcome
  FROM late_money l JOIN payments p ON p.id = l.payment_id WHERE l.payment_id IN (
    SELECT j.id FROM JSON_TABLE(?, '$[*]' COLUMNS (id BIGINT UNSIGNED PATH '$')) j)
  FOR UPDATE";

const LOCK_OPS: &str = "SELECT op, status, revision, expires_at FROM operations WHERE op IN (
    SELECT j.op FROM JSON_TABLE(?, '$[*]' COLUMNS (
      op CHAR(29) CHARACTER SET ascii COLLATE ascii_bin PATH '$')) j)
  FOR UPDATE";

pub(super) async fn book(
    conn: &mut MySqlConnection,
    jobs: &[Job],
    now: DateTime<Utc>,
) -> Result<Book, Failure> {
    let names = Names::of(jobs);
    let mut ids = names.stock;
    if !names.targets.is_empty() {
        ids.extend(target_stock(conn, &names.targets).await?);
    }
    let stock = lock_stock(conn, &ids).await?;
    let mut documents = lock_documents(conn, &names.documents).await?;
    if !documents.is_empty() {
        add_entries(conn, &mut documents).await?;
    }
    check_locked(&documents, &stock, &names.targets)?;
    let payments = payments(conn, jobs).await?;
    let late = lock_late(conn, &names.late).await?;
    let ops = lock_ops(conn, &names.ops).await?;
    // Entry times of one stock never go back, even when the clocks of two machines differ.
    let newest = stock.values().map(|row| row.updated_at).max();
    let now = newest
        .map_or(now, |newest| newest.max(now))
        .trunc_subsecs(6);
    Ok(Book {
        now,
        stock,
        documents,
        payments,
        late,
        ops,
        changes: Changes::default(),
    })
}

/// Everything the jobs name.
struct Names<'a> {
    stock: BTreeSet<StockId>,
    documents: BTreeSet<&'a str>,
    /// Documents whose own entries are to be undone or settled.
    targets: BTreeSet<&'a str>,
    late: BTreeSet<u64>,
    ops: HashSet<OpId>,
}

impl<'a> Names<'a> {
    fn of(jobs: &'a [Job]) -> Self {
        let (mut stock, mut documents) = (BTreeSet::new(), BTreeSet::new());
        let (mut targets, mut late) = (BTreeSet::new(), BTreeSet::new());
        let mut ops = HashSet::new();
        for job in jobs {
            match &job.work {
                Work::Post {
                    post, stock: ids, ..
                } => {
                    stock.extend(ids.iter().copied());
                    documents.insert(post.document.as_str());
                    ops.extend(post.confirms.map(|seen| seen.op));
                }
                Work::Again {
                    payment,
                    post,
                    stock: ids,
                    ..
                } => {
                    stock.extend(ids.iter().copied());
                    documents.insert(post.document.as_str());
                    late.insert(*payment);
                }
                Work::Rollback(rollback) => {
                    targets.insert(rollback.document.as_str());
                    ops.extend(rollback.confirms.map(|seen| seen.op));
                }
                Work::Cancel { order_no, .. } => {
                    targets.insert(order_no.as_str());
                }
                Work::Settle(payment) => {
                    targets.insert(payment.order_no.as_str());
                }
            }
        }
        documents.extend(targets.iter().copied());
        Self {
            stock,
            documents,
            targets,
            late,
            ops,
        }
    }
}

async fn target_stock(
    conn: &mut MySqlConnection,
    targets: &BTreeSet<&str>,
) -> Result<Vec<StockId>, sqlx::Error> {
    sqlx::query_scalar(TARGET_STOCK)
        .bind(json_list(targets))
        .fetch_all(conn)
        .await
}

async fn lock_stock(
    conn: &mut MySqlConnection,
    ids: &BTreeSet<StockId>,
) -> Result<BTreeMap<StockId, StockRow>, sqlx::Error> {
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = sqlx::query(LOCK_STOCK)
        .bind(json_list(ids))
        .fetch_all(conn)
        .await?;
    let row = |r: &MySqlRow| -> Result<_, sqlx::Error> {
        let row = StockRow {
            available: r.try_get(1)?,
            reserved: r.try_get(2)?,
            unlimited: r.try_get(3)?,
            version: r.try_get(4)?,
            updated_at: r.try_get(5)?,
            changed: false,
        };
        Ok((r.try_get(0)?, row))
    };
    rows.iter().map(row).collect()
}

async fn lock_documents(
    conn: &mut MySqlConnection,
    documents: &BTreeSet<&str>,
) -> Result<HashMap<DocumentNo, DocumentRow>, sqlx::Error> {
    let rows = sqlx::query(LOCK_DOCUMENTS)
        .bind(json_list(documents))
        .fetch_all(conn)
        .await?;
    rows.iter().map(document_row).collect()
}

fn document_row(r: &MySqlRow) -> Result<(DocumentNo, DocumentRow), sqlx::Error> {
    let fingerprint: Option<Vec<u8>> = r.try_get("fingerprint")?;
    let fingerprint = fingerprint
        .map(|bytes| bytes.try_into().map(Fingerprint))
        .transpose();
    let warehouse: Option<String> = r.try_get("warehouse")?;
    let row = DocumentRow {
        kind: r.try_get("kind")?,
        warehouse: warehouse.map(|w| parse(&w)).transpose()?,
        fingerprint: fingerprint.map_err(|_| decode("a fingerprint has 32 bytes"))?,
        created_at: r.try_get("created_at")?,
        reversed: reversed(r)?,
        order: order_row(r)?,
        entries: Vec::new(),
    };
    Ok((parse(r.try_get("document")?)?, row))
}

fn reversed(r: &MySqlRow) -> Result<Option<Reversed>, sqlx::Error> {
    let Some(at) = r.try_get("reversed_at")? else {
        return Ok(None);
    };
    Ok(Some(Reversed {
        at,
        actor: r.try_get("reversed_by")?,
        source: r.try_get::<Source, _>("reversed_source")?.as_str(),
        op: r.try_get("reversed_op")?,
        reason: r.try_get("reversed_reason")?,
        note: r.try_get("reversed_note")?,
    }))
}

fn order_row(r: &MySqlRow) -> Result<Option<OrderRow>, sqlx::Error> {
    let Some(status) = r.try_get("status")? else {
        return Ok(None);
    };
    let minor: Option<i64> = r.try_get("amount_minor")?;
    let currency: Option<String> = r.try_get("currency")?;
    let amount = match (minor, currency.as_deref().and_then(Currency::parse)) {
        (Some(minor), Some(currency)) => Money::new(minor, currency),
        _ => None,
    };
    let cancel = match r.try_get::<Option<String>, _>("cancel_actor")? {
        None => None,
        Some(actor) => Some(Reversed {
            at: DateTime::UNIX_EPOCH,
            actor,
            source: r.try_get::<Source, _>("cancel_source")?.as_str(),
            op: r.try_get("cancel_op")?,
            reason: r.try_get("cancel_reason")?,
            note: r.try_get("cancel_note")?,
        }),
    };
    Ok(Some(OrderRow {
        status,
        gateway: r.try_get("gateway")?,
        amount,
        pay_deadline: r.try_get("pay_deadline")?,
        transaction_id: r.try_get("transaction_id")?,
        cancel,
    }))
}

async fn add_entries(
    conn: &mut MySqlConnection,
    documents: &mut HashMap<DocumentNo, DocumentRow>,
) -> Result<(), sqlx::Error> {
    let names: Vec<&str> = documents.keys().map(DocumentNo::as_str).collect();
    let rows = sqlx::query(ENTRIES)
        .bind(json_list(&names))
        .fetch_all(conn)
        .await?;
    for r in rows {
        let document: DocumentNo = parse(r.try_get("document")?)?;
        let entry = EntryRow::from_row(&r)?;
        if let Some(row) = documents.get_mut(&document) {
            row.entries.push(entry);
        }
    }
    Ok(())
}

impl FromRow<'_, MySqlRow> for EntryRow {
    fn from_row(r: &MySqlRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            stock: r.try_get("stock_id")?,
            sku: parse(r.try_get("sku")?)?,
            version: r.try_get("version")?,
            kind: r.try_get("kind")?,
            line: r.try_get("line")?,
            delta: r.try_get("delta")?,
            balance: r.try_get("balance")?,
            reverses: r.try_get("reverses")?,
        })
    }
}

/// A target may have been committed after its stock was looked up: then run again.
fn check_locked(
    documents: &HashMap<DocumentNo, DocumentRow>,
    stock: &BTreeMap<StockId, StockRow>,
    targets: &BTreeSet<&str>,
) -> Result<(), Failure> {
    for (document, row) in documents {
        let unlocked = row.entries.iter().any(|e| !stock.contains_key(&e.stock));
        if unlocked && targets.contains(document.as_str()) {
            return Err(Failure::Again(format!(
                "{document} was committed meanwhile"
            )));
        }
    }
    Ok(())
}

async fn payments(
    conn: &mut MySqlConnection,
    jobs: &[Job],
) -> Result<HashMap<(String, String), PaymentOutcome>, sqlx::Error> {
    let mut found = HashMap::new();
    for job in jobs {
        let Work::Settle(payment) = &job.work else {
            continue;
        };
        let row: Option<(String, String, PaymentOutcome)> = sqlx::query_as(PAYMENTS)
            .bind(&payment.gateway)
            .bind(&payment.transaction_id)
            .fetch_optional(&mut *conn)
            .await?;
        if let Some((gateway, transaction, outcome)) = row {
            found.insert((gateway, transaction), outcome);
        }
    }
    Ok(found)
}

async fn lock_late(
    conn: &mut MySqlConnection,
    late: &BTreeSet<u64>,
) -> Result<HashMap<u64, LateRow>, sqlx::Error> {
    if late.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = sqlx::query(LOCK_LATE)
        .bind(json_list(late))
        .fetch_all(conn)
        .await?;
    let row = |r: &MySqlRow| -> Result<_, sqlx::Error> {
        let document: Option<String> = r.try_get("document")?;
        let row = LateRow {
            standing: Standing {
                state: r.try_get("state")?,
                outcome: r.try_get("outcome")?,
                asked: r.try_get::<i64, _>("asked")? != 0,
                heard: r.try_get("heard")?,
            },
            document: document.map(|d| parse(&d)).transpose()?,
        };
        Ok((r.try_get("payment_id")?, row))
    };
    rows.iter().map(row).collect()
}

async fn lock_ops(
    conn: &mut MySqlConnection,
    ops: &HashSet<OpId>,
) -> Result<HashMap<OpId, OpRow>, sqlx::Error> {
    if ops.is_empty() {
        return Ok(HashMap::new());
    }
    let names: Vec<String> = ops.iter().map(OpId::to_string).collect();
    let rows = sqlx::query(LOCK_OPS)
        .bind(json_list(&names))
        .fetch_all(conn)
        .await?;
    let row = |r: &MySqlRow| -> Result<_, sqlx::Error> {
        let row = OpRow {
            status: r.try_get("status")?,
            revision: r.try_get("revision")?,
            expires_at: r.try_get("expires_at")?,
        };
        Ok((parse(r.try_get("op")?)?, row))
    };
    rows.iter().map(row).collect()
}
