//! What the service answers when it did (or had done) what was asked.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ids::{DocumentNo, Sku, StockId, Warehouse};
use super::ledger::DocumentKind;
use super::order::OrderStatus;

/// A receipt, and whether it is the first one of an earlier request that was repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied<R> {
    pub receipt: R,
    pub replayed: bool,
}

impl<R> Applied<R> {
    pub fn now(receipt: R) -> Self {
        Self {
            receipt,
            replayed: false,
        }
    }

    pub fn before(receipt: R) -> Self {
        Self {
            receipt,
            replayed: true,
        }
    }
}

/// What happened to one SKU. All numbers are units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineReceipt {
    pub sku: Sku,
    pub stock: StockId,
    /// The stock's version after this entry; with `stock` it names the ledger entry.
    pub version: u64,
    pub delta: i64,
    /// `available` right after; `None` when unlimited.
    pub available: Option<i64>,
}

/// What a document did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostReceipt {
    pub document: DocumentNo,
    pub kind: DocumentKind,
    pub warehouse: Warehouse,
    /// In the order of the document's lines.
    pub lines: Vec<LineReceipt>,
    pub created_at: DateTime<Utc>,
    /// Orders only: the state at the moment of placing (`pending` or `paid`).
    pub order: Option<PlacedOrder>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedOrder {
    pub status: OrderStatus,
    pub pay_deadline: Option<DateTime<Utc>>,
}

/// What a rollback did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollbackReceipt {
    pub document: DocumentNo,
    /// The entries that undid the document's; empty when it was fenced.
    pub lines: Vec<LineReceipt>,
    /// The document had never deducted; it now never will.
    pub fenced: bool,
    pub actor: String,
    /// The operation that did it, when a person did.
    pub op: Option<String>,
    pub reversed_at: DateTime<Utc>,
}

/// What a cancel came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelReceipt {
    pub order_no: DocumentNo,
    /// `Cancelled`, or `Closing` while the gateway has not proved anything.
    pub status: OrderStatus,
    pub lines: Vec<LineReceipt>,
    pub cancelled_at: Option<DateTime<Utc>>,
}
