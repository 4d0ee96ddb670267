//! A correction by staff: one object from the first look at its form to its receipt.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ids::{DocumentNo, OpId, Sku, Warehouse};
use super::reason::Reason;
use super::receipt::LineReceipt;
use super::rejection::Rejection;
use super::words::words;

words! {
    pub enum OpKind {
        Deduct = "deduct",
        Adjust = "adjust",
        Set = "set",
        Rollback = "rollback",
        Cancel = "cancel",
    }
}

words! {
    /// Where an operation stands. Expiry is a matter of the clock: a draft past `expires_at`.
    pub enum OpStatus {
        Draft = "draft",
        Applied = "applied",
        /// It came to nothing, for the reason stored with it (a paid order was not cancelled).
        Refused = "refused",
        /// Cancel only: the gateway has not answered; the stock stays held.
        Waiting = "waiting",
        Discarded = "discarded",
    }
}

/// One frozen line of a draft. What is changed is in `change`; `seen_*` is what the person saw.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpLine {
    pub sku: Sku,
    pub change: OpChange,
    pub seen_available: Option<i64>,
    pub seen_version: u64,
    /// Set to counted only: when it was counted. `seen_*` is what the stock was then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpChange {
    /// Units, signed.
    Delta(i64),
    /// Units counted.
    SetTo(i64),
}

/// What the operation acts on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpTarget {
    /// Deduct, adjust, set: frozen lines of one warehouse.
    Lines {
        warehouse: Warehouse,
        lines: Vec<OpLine>,
    },
    /// Roll back: every entry of this document.
    Document(DocumentNo),
    /// Cancel: this order.
    Order(DocumentNo),
}

/// What a form submits, valid in itself; becomes (or replaces) the draft with this id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewOperation {
    pub op: OpId,
    pub kind: OpKind,
    pub target: OpTarget,
    pub reason: Reason,
    /// At most 500 characters.
    pub note: Option<String>,
    /// At most 64 characters.
    pub reference: Option<String>,
}

impl NewOperation {
    pub const NOTE_MAX_CHARS: usize = 500;
    pub const REFERENCE_MAX_CHARS: usize = 64;
    /// A draft can be confirmed for this long.
    pub const DRAFT_HOURS: i64 = 24;
}

#[derive(Debug, Clone)]
pub struct Operation {
    pub op: OpId,
    pub kind: OpKind,
    pub status: OpStatus,
    /// Rises when the draft is replaced before it is confirmed.
    pub revision: u32,
    pub target: OpTarget,
    pub reason: Reason,
    pub note: Option<String>,
    pub reference: Option<String>,
    /// Name of the user who prepared it.
    pub author: String,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// Name of the user who confirmed or discarded it, and when.
    pub confirmed_by: Option<String>,
    pub confirmed_at: Option<DateTime<Utc>>,
    /// What happened to each line, once applied.
    pub result: Vec<LineReceipt>,
    /// Why it was refused.
    pub refusal: Option<Rejection>,
}

impl Operation {
    pub fn expired(&self, now: DateTime<Utc>) -> bool {
        self.status == OpStatus::Draft && now >= self.expires_at
    }

    /// Units that leave or enter, added over the lines; what an operator's limit is about.
    /// `None` for kinds that are not measured in units.
    pub fn units(&self) -> Option<i64> {
        let OpTarget::Lines { lines, .. } = &self.target else {
            return None;
        };
        lines.iter().try_fold(0i64, |sum, line| match line.change {
            OpChange::Delta(units) => sum.checked_add(units.abs()),
            OpChange::SetTo(_) => None,
        })
    }
}
