//! Every way in which the service says no. Values with stable codes, not exceptions.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ids::{DocumentNo, Sku};

/// One SKU of which there is not enough. Units.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShortLine {
    pub sku: Sku,
    pub requested: i64,
    pub available: i64,
}

/// A refusal: nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Rejection {
    #[error("not enough stock")]
    InsufficientStock { lines: Vec<ShortLine> },
    #[error("this warehouse does not hold these SKUs")]
    UnknownStock { skus: Vec<Sku> },
    #[error("this number was used before with other content")]
    DifferentContent,
    #[error("this document was rolled back before it came")]
    RolledBack,
    #[error("the stock changed since it was seen")]
    VersionChanged {
        sku: Sku,
        expected: u64,
        version: u64,
        available: Option<i64>,
    },
    #[error("the level would pass the limit")]
    AboveLimit { sku: Sku, level: i64, max: i64 },
    #[error("an unlimited SKU has no level to set")]
    UnlimitedStock { sku: Sku },
    #[error("not found")]
    NotFound,
    #[error("an order that waits for payment is cancelled, not rolled back")]
    CancelTheOrder,
    #[error("this order was cancelled; its stock went back")]
    OrderCancelled,
    #[error("this order was paid")]
    AlreadyPaid,
    #[error("this document was rolled back already")]
    AlreadyRolledBack {
        document: DocumentNo,
        by: String,
        at: DateTime<Utc>,
    },
    #[error("a rollback cannot itself be rolled back")]
    NotReversible,
    #[error("this draft has expired")]
    Expired,
    #[error("this draft was discarded")]
    Discarded,
    #[error("this draft was changed since it was seen")]
    DraftChanged,
    #[error("this form was already used with other content")]
    FormUsed,
    #[error("your role cannot do this")]
    Forbidden,
    #[error("this payment has its outcome, or is getting it")]
    AlreadySettled,
    #[error("nothing would change")]
    NothingToChange,
}

impl Rejection {
    /// The stable code of the JSON API, also the key of the wording on pages.
    pub fn code(&self) -> &'static str {
        match self {
            Self::InsufficientStock { .. } => "insufficient_stock",
            Self::UnknownStock { .. } => "unknown_stock",
            Self::DifferentContent => "different_content",
            Self::RolledBack => "rolled_back",
            Self::VersionChanged { .. } => "version_changed",
            Self::AboveLimit { .. } => "above_limit",
            Self::UnlimitedStock { .. } => "unlimited_stock",
            Self::NotFound => "not_found",
            Self::CancelTheOrder => "cancel_the_order",
            Self::OrderCancelled => "order_cancelled",
            Self::AlreadyPaid => "already_paid",
            Self::AlreadyRolledBack { .. } => "already_rolled_back",
            Self::NotReversible => "not_reversible",
            Self::Expired => "expired",
            Self::Discarded => "discarded",
            Self::DraftChanged => "draft_changed",
            Self::FormUsed => "form_used",
            Self::Forbidden => "forbidden",
            Self::AlreadySettled => "already_settled",
            Self::NothingToChange => "nothing_to_change",
        }
    }
}

/// Why a request came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// A decision: the same request will be refused again until something changes.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// Not confirmed, and safe to repeat with the same number: the database is away or too slow.
    #[error("not confirmed: {0}")]
    NotConfirmed(String),
    /// More is waiting than we let wait; safe to repeat with the same number.
    #[error("too busy")]
    Busy,
    /// Ours to mend. The text is for the log, never for the visitor.
    #[error("{0}")]
    Internal(String),
}

/// What every use case of the service returns.
pub type ServiceResult<T> = Result<T, ServiceError>;
