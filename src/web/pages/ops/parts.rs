//! Parts of the page of an operation that are worked out from more than one thing.

use chrono::{DateTime, Utc};

use crate::domain::ids::{EntryId, Sku};
use crate::domain::ledger::Document;
use crate::domain::operation::{OpChange, OpTarget, Operation};
use crate::domain::order::Order;
use crate::domain::receipt::LineReceipt;
use crate::domain::rejection::Rejection;
use crate::domain::survey::SurveyLine;
use crate::web::i18n::{Message, Text, Worded, msg};
use crate::web::{filters, numbers};

/// What happened to one SKU.
pub struct Receipt {
    pub sku: Sku,
    pub delta: i64,
    /// `None` when unlimited.
    pub before: Option<i64>,
    pub after: Option<i64>,
    pub entry: EntryId,
    /// The entry that it undid.
    pub undid: Option<EntryId>,
}

/// What somebody can make of a count, after the stock moved.
pub struct Recounts {
    pub seen: i64,
    pub now: i64,
    pub counted: i64,
    /// The level that keeping the difference comes to, where it is not below 0 or what it is now.
    pub kept: Option<i64>,
}

impl Recounts {
    /// `None` when it is no count, or of something unlimited.
    pub fn of(operation: &Operation, line: &SurveyLine) -> Option<Self> {
        let OpTarget::Lines { lines, .. } = &operation.target else {
            return None;
        };
        let drafted = lines.first()?;
        let OpChange::SetTo(counted) = drafted.change else {
            return None;
        };
        let (now, seen) = (line.available?.now, drafted.seen_available?);
        let kept = now + counted - seen;
        Some(Self {
            seen,
            now,
            counted,
            kept: Some(kept).filter(|kept| *kept >= 0 && counted != seen),
        })
    }

    pub fn change(&self) -> String {
        numbers::signed(self.counted - self.now)
    }

    pub fn difference(&self) -> String {
        numbers::signed(self.counted - self.seen)
    }
}

/// What an operation did; `undone` is what it rolled back.
pub fn receipt(op: &Operation, undone: Option<&Document>) -> Vec<Receipt> {
    let undid = |entry: EntryId| {
        let entries = &undone?.entries;
        entries.iter().find(|e| e.id == entry)?.reverses
    };
    let line = |line: &LineReceipt| {
        let entry = EntryId {
            stock: line.stock,
            version: line.version,
        };
        Receipt {
            sku: line.sku.clone(),
            delta: line.delta,
            before: line.available.map(|after| after - line.delta),
            after: line.available,
            entry,
            undid: undid(entry),
        }
    };
    op.result.iter().map(line).collect()
}

/// A refusal with its numbers, where it has some.
pub fn said(refused: &Rejection) -> Message {
    match refused {
        Rejection::InsufficientStock { lines } => match lines.as_slice() {
            [line] if line.available == 0 => msg("op-none-left").with("sku", &line.sku),
            [line] => msg("op-only").with("count", line.available),
            lines => msg("op-short").with("count", lines.len()),
        },
        Rejection::DraftChanged => msg("op-changed"),
        Rejection::VersionChanged { .. } => msg("op-conflict"),
        Rejection::Expired => msg("op-expired-title"),
        Rejection::Discarded => msg("op-discarded-title"),
        other => other.message(),
    }
}

/// What became of a draft that nobody confirmed in time.
pub fn expired(at: DateTime<Utc>) -> Message {
    msg("op-expired").with("at", at)
}

/// What became of a draft that somebody discarded.
pub fn discarded((by, at): (&str, DateTime<Utc>)) -> Message {
    msg("op-discarded-by").with("name", by).with("at", at)
}

/// Whether `said` says already that nothing was done: once is enough.
pub fn says_undone(refused: &Rejection) -> bool {
    match refused {
        Rejection::InsufficientStock { .. }
        | Rejection::DraftChanged
        | Rejection::Expired
        | Rejection::Discarded
        | Rejection::FormUsed
        | Rejection::NotReversible => false,
        Rejection::UnknownStock { .. }
        | Rejection::DifferentContent
        | Rejection::RolledBack
        | Rejection::VersionChanged { .. }
        | Rejection::AboveLimit { .. }
        | Rejection::UnlimitedStock { .. }
        | Rejection::NotFound
        | Rejection::CancelTheOrder
        | Rejection::OrderCancelled
        | Rejection::AlreadyPaid
        | Rejection::AlreadyRolledBack { .. }
        | Rejection::Forbidden
        | Rejection::AlreadySettled
        | Rejection::NothingToChange => true,
    }
}

/// Why there is nothing to cancel any more: who cancelled the order, or that it is paid.
pub fn too_late(refused: &Rejection, order: &Order, text: &Text) -> Option<(Message, Message)> {
    match refused {
        Rejection::OrderCancelled => {
            let by = filters::who_said(order.cancel_actor.as_deref()?, text);
            let what = msg("op-order-cancelled").with("name", by);
            Some((what, msg("op-order-cancelled-detail")))
        }
        Rejection::AlreadyPaid if order.gateway.is_none() => {
            Some((msg("op-order-sold"), msg("op-order-paid-detail")))
        }
        Rejection::AlreadyPaid => Some((msg("op-order-paid"), msg("op-order-paid-detail"))),
        _ => None,
    }
}
