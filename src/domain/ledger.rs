//! The append-only ledger.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::actor::Source;
use super::ids::{DocumentNo, EntryId, Sku, Warehouse};

/// What an entry did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, sqlx::Type)]
#[serde(rename_all = "lowercase")]
#[sqlx(rename_all = "lowercase")]
pub enum EntryKind {
    /// Units left by an order, a deduction or a correction.
    Deduct,
    /// Units added or removed by a correction.
    Adjust,
    /// Set to a counted level.
    Set,
    /// The opposite of an earlier entry: a correction undone, goods returned.
    Rollback,
    /// The opposite of an unpaid order's entry, after its payment was proved closed.
    Cancel,
}

impl EntryKind {
    pub const ALL: [Self; 5] = [
        Self::Deduct,
        Self::Adjust,
        Self::Set,
        Self::Rollback,
        Self::Cancel,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deduct => "deduct",
            Self::Adjust => "adjust",
            Self::Set => "set",
            Self::Rollback => "rollback",
            Self::Cancel => "cancel",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.as_str() == text)
    }

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

/// What sort of document stands behind an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, sqlx::Type)]
#[serde(rename_all = "lowercase")]
#[sqlx(rename_all = "lowercase")]
pub enum DocumentKind {
    /// Placed by a shop; has a row in `orders`.
    Order,
    /// `POST /api/v1/deductions`.
    Deduction,
    /// `POST /api/v1/adjustments`, and stock files.
    Adjustment,
    /// A staff operation (`op_...`) that deducts, adjusts or sets.
    Operation,
    /// No stock moved: it forbids a deduction whose rollback came first.
    Fence,
}

impl DocumentKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Deduction => "deduction",
            Self::Adjustment => "adjustment",
            Self::Operation => "operation",
            Self::Fence => "fence",
        }
    }
}
