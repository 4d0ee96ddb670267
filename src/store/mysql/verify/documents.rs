//! Documents in the order of their numbers, each with all its entries.

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use sqlx::mysql::MySqlRow;
use sqlx::{FromRow, Row};

use super::Snapshot;
use crate::domain::ledger::{DocumentKind, EntryKind};
use crate::domain::order::OrderStatus;
use crate::store::mysql::StoreResult;

/// A document as it stands, however damaged.
#[derive(Debug, Default)]
pub struct DocumentSeen {
    pub document: String,
    /// `None`: entries name it, and it is not there.
    pub kind: Option<DocumentKind>,
    pub warehouse: Option<String>,
    pub fingerprint: Option<Vec<u8>>,
    pub reason: Option<String>,
    pub note: Option<String>,
    pub reference: Option<String>,
    pub reversed: bool,
    pub order: Option<OrderSeen>,
    pub entries: Vec<EntrySeen>,
}

#[derive(Debug)]
pub struct OrderSeen {
    pub status: OrderStatus,
    pub gateway: Option<String>,
    pub amount_minor: Option<i64>,
    pub currency: Option<String>,
    pub created_at: DateTime<Utc>,
    pub pay_deadline: Option<DateTime<Utc>>,
    pub watched: bool,
    pub cancel_asked: bool,
    pub evidence_id: Option<u64>,
    /// The evidence that `evidence_id` names, when it is there.
    pub evidence: Option<EvidenceSeen>,
}

#[derive(Debug)]
pub struct EvidenceSeen {
    pub order_no: String,
    pub gateway: String,
}

#[derive(Debug, FromRow)]
pub struct EntrySeen {
    pub document: String,
    pub stock_id: u32,
    pub version: u64,
    pub warehouse: Option<String>,
    pub sku: Option<String>,
    pub kind: EntryKind,
    pub line: u16,
    pub delta: i64,
    pub reverses: Option<u64>,
    pub evidence_id: Option<u64>,
}

/// Documents read in one go; their entries are streamed.
const TOGETHER: u32 = 1_000;

const DOCUMENTS: &str = "SELECT d.document, d.kind, d.warehouse, d.fingerprint, d.reason, d.note,
    d.reference, d.reversed_at IS NOT NULL AS reversed, o.status, o.gateway, o.amount_minor,
    o.currency, o.created_at, o.pay_deadline, o.next_action_at IS NOT NULL AS watched,
    o.cancel_actor IS NOT NULL AS cancel_asked, o.evidence_id, e.order_no AS evidence_order,
    e.gateway AS evidence_gateway
  FROM documents d LEFT JOIN orders o ON o.order_no = d.document
  LEFT JOIN evidence e ON e.id = o.evidence_id
  WHERE d.document > ? ORDER BY d.document LIMIT ?";

const ENTRIES: &str = "SELECT l.document, l.stock_id, l.version, s.warehouse, s.sku, l.kind,
    l.line, l.delta, l.reverses, l.evidence_id
  FROM ledger l LEFT JOIN stock s ON s.id = l.stock_id
  WHERE l.document > ? AND l.document <= ? ORDER BY l.document";

/// Greater than every document's number.
const END: &str = "~";

impl FromRow<'_, MySqlRow> for DocumentSeen {
    fn from_row(r: &MySqlRow) -> Result<Self, sqlx::Error> {
        let status: Option<OrderStatus> = r.try_get("status")?;
        Ok(Self {
            document: r.try_get("document")?,
            kind: r.try_get("kind")?,
            warehouse: r.try_get("warehouse")?,
            fingerprint: r.try_get("fingerprint")?,
            reason: r.try_get("reason")?,
            note: r.try_get("note")?,
            reference: r.try_get("reference")?,
            reversed: r.try_get("reversed")?,
            order: status.map(|status| order(r, status)).transpose()?,
            entries: Vec::new(),
        })
    }
}

fn order(r: &MySqlRow, status: OrderStatus) -> Result<OrderSeen, sqlx::Error> {
    let (order_no, gateway): (Option<String>, Option<String>) =
        (r.try_get("evidence_order")?, r.try_get("evidence_gateway")?);
    Ok(OrderSeen {
        status,
        gateway: r.try_get("gateway")?,
        amount_minor: r.try_get("amount_minor")?,
        currency: r.try_get("currency")?,
        created_at: r.try_get("created_at")?,
        pay_deadline: r.try_get("pay_deadline")?,
        watched: r.try_get("watched")?,
        cancel_asked: r.try_get("cancel_asked")?,
        evidence_id: r.try_get("evidence_id")?,
        evidence: order_no
            .zip(gateway)
            .map(|(order_no, gateway)| EvidenceSeen { order_no, gateway }),
    })
}

impl Snapshot {
    /// Shows `judge` the documents after `after`, one after the other, each with its entries;
    /// an entry whose document is missing comes as a document without a kind. Returns the last
    /// document's number, `None` at the end. Memory: the documents of one go, the entries of one
    /// document.
    pub async fn documents(
        &mut self,
        after: &str,
        mut judge: impl FnMut(DocumentSeen),
    ) -> StoreResult<Option<String>> {
        let documents: Vec<DocumentSeen> = sqlx::query_as(DOCUMENTS)
            .bind(after)
            .bind(TOGETHER)
            .fetch_all(&mut self.conn)
            .await?;
        let more = documents.len() == TOGETHER as usize;
        let last = documents
            .last()
            .map(|d| d.document.clone())
            .filter(|_| more);
        let mut documents = documents.into_iter();
        let mut present: Option<DocumentSeen> = None;
        let mut entries = sqlx::query_as::<_, EntrySeen>(ENTRIES)
            .bind(after)
            .bind(last.as_deref().unwrap_or(END))
            .fetch(&mut self.conn);
        while let Some(entry) = entries.try_next().await? {
            while present
                .as_ref()
                .is_none_or(|d| d.document != entry.document)
            {
                present.take().into_iter().for_each(&mut judge);
                let next = documents.as_slice().first();
                present = match next {
                    Some(next) if next.document <= entry.document => documents.next(),
                    _ => Some(DocumentSeen {
                        document: entry.document.clone(),
                        ..DocumentSeen::default()
                    }),
                };
            }
            if let Some(document) = &mut present {
                document.entries.push(entry);
            }
        }
        drop(entries);
        present.into_iter().chain(documents).for_each(&mut judge);
        Ok(last)
    }

    /// Orders without a document, and evidence without an order.
    pub async fn without_document(&mut self, limit: u32) -> StoreResult<Vec<String>> {
        const SQL: &str = "SELECT o.order_no FROM orders o
            LEFT JOIN documents d ON d.document = o.order_no WHERE d.document IS NULL
          UNION SELECT e.order_no FROM evidence e
            LEFT JOIN orders o ON o.order_no = e.order_no WHERE o.order_no IS NULL LIMIT ?";
        Ok(sqlx::query_scalar(SQL)
            .bind(limit)
            .fetch_all(&mut self.conn)
            .await?)
    }

    /// How many orders there are.
    pub async fn orders_count(&mut self) -> StoreResult<i64> {
        let query = sqlx::query_scalar("SELECT COUNT(*) FROM orders");
        Ok(query.fetch_one(&mut self.conn).await?)
    }
}
