//! The append-only ledger.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::actor::Source;
use super::ids::{DocumentNo, EntryId, OpId, Sku, Warehouse};
use super::words::words;

words! {
    /// What an entry did.
    pub enum EntryKind {
        /// Units left by an order, a deduction or a correction.
        Deduct = "deduct",
        /// Units added or removed by a correction.
        Adjust = "adjust",
        /// Set to a counted level.
        Set = "set",
        /// The opposite of an earlier entry: a correction undone, goods returned.
        Rollback = "rollback",
        /// The opposite of an unpaid order's entry, after its payment was proved closed.
        Cancel = "cancel",
    }
}

impl EntryKind {
    /// Whether an entry of this kind undoes another one (and so cannot itself be undone).
    pub fn reverses(self) -> bool {
        matches!(self, Self::Rollback | Self::Cancel)
    }
}

/// One entry with what its document says of who and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LedgerEntry {
    pub id: EntryId,
    pub warehouse: Warehouse,
    pub sku: Sku,
    pub kind: EntryKind,
    /// Change of `available`, in units.
    pub delta: i64,
    /// `available` right after this entry; `None` when the stock was unlimited.
    pub balance: Option<i64>,
    /// The document that moved stock: an order number, a deduction's document, `op_...`.
    pub document: DocumentNo,
    pub document_kind: DocumentKind,
    pub reverses: Option<EntryId>,
    pub reversed_by: Option<EntryId>,
    /// The staff operation that made this entry, when one did.
    pub op: Option<OpId>,
    /// `user:…`, `key:…`, `worker:…` or `command:…`. Of a reversal: who reversed.
    pub actor: String,
    pub source: Source,
    pub reason: Option<String>,
    pub note: Option<String>,
    pub reference: Option<String>,
    pub created_at: DateTime<Utc>,
}

impl LedgerEntry {
    pub fn balance_before(&self) -> Option<i64> {
        self.balance.map(|after| after - self.delta)
    }
}

words! {
    /// What sort of document stands behind an entry.
    pub enum DocumentKind {
        /// Placed by a shop; has a row in `orders`.
        Order = "order",
        /// `POST /api/v1/deductions`.
        Deduction = "deduction",
        /// `POST /api/v1/adjustments`, and stock files.
        Adjustment = "adjustment",
        /// A staff operation (`op_...`) that deducts, adjusts or sets.
        Operation = "operation",
        /// No stock moved: it forbids a deduction whose rollback came first.
        Fence = "fence",
    }
}

/// A document with who, why and everything it moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Document {
    pub document: DocumentNo,
    pub kind: DocumentKind,
    /// `None` for a fence.
    pub warehouse: Option<Warehouse>,
    pub actor: String,
    pub source: Source,
    pub reason: Option<String>,
    pub note: Option<String>,
    pub reference: Option<String>,
    pub created_at: DateTime<Utc>,
    pub reversed: Option<Reversal>,
    /// In the order of its lines; reversals after what they reverse.
    pub entries: Vec<LedgerEntry>,
}

/// Who undid a document, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reversal {
    pub at: DateTime<Utc>,
    pub actor: String,
    pub source: Source,
    pub op: Option<OpId>,
    pub reason: Option<String>,
    pub note: Option<String>,
}

/// A SKU's level at a past moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PastLevel {
    pub at: DateTime<Utc>,
    /// Available units then; `None` when the SKU was unlimited.
    pub available: Option<i64>,
    /// The version then: 0 before the first entry.
    pub version: u64,
    /// The newest entry at that moment.
    pub entry: Option<EntryId>,
}
