//! What an operation does, in words.

use chrono::{DateTime, Utc};

use crate::domain::ledger::Document;
use crate::domain::operation::{OpChange, OpKind, OpTarget, Operation};
use crate::web::i18n::{Message, msg};

/// What an operation does: "deduct 3 units", "roll back led_7-12".
#[derive(Debug, Clone, PartialEq)]
pub struct Deed {
    what: What,
    /// Units moved, or counted.
    count: i64,
    /// What it is done to: a SKU, an entry, an order.
    object: Message,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Deduct,
    Add,
    Remove,
    Set,
    Rollback,
    Cancel,
}

impl Deed {
    pub fn of(operation: &Operation) -> Self {
        let deed = |what, count, object: String| Self {
            what,
            count,
            object: msg("op-object").with("name", object),
        };
        match &operation.target {
            OpTarget::Document(document) => deed(What::Rollback, 0, document.to_string()),
            OpTarget::Order(order_no) => deed(What::Cancel, 0, order_no.to_string()),
            OpTarget::Lines { lines, .. } => {
                let units = |change| match change {
                    OpChange::Delta(units) | OpChange::SetTo(units) => units,
                };
                let sum: i64 = lines.iter().map(|line| units(line.change)).sum();
                let object = match lines.as_slice() {
                    [line] => msg("op-object").with("name", &line.sku),
                    lines => msg("op-skus").with("count", lines.len()),
                };
                Self {
                    what: what(operation.kind, sum),
                    count: sum.abs(),
                    object,
                }
            }
        }
    }

    /// Names the entry that is rolled back instead of its document, where that is one alone.
    pub fn undoing(mut self, document: Option<&Document>) -> Self {
        let entries = document.map_or(&[][..], |document| &document.entries);
        let mut undone = entries.iter().filter(|entry| !entry.kind.reverses());
        if let (What::Rollback, Some(entry), None) = (self.what, undone.next(), undone.next()) {
            self.object = msg("op-object").with("name", entry.id);
        }
        self
    }

    fn said(&self, ids: [&'static str; 6]) -> Message {
        let id = ids[self.what as usize];
        let message = msg(id);
        match self.what {
            What::Deduct | What::Add | What::Remove => message.with("count", self.count),
            What::Set => message
                .with("count", self.count)
                .with("object", &self.object),
            What::Rollback | What::Cancel => message.with("object", &self.object),
        }
    }

    /// "Deduct 3 units": the button, and the heading of what became of it.
    pub fn label(&self) -> Message {
        self.said([
            "op-do-deduct",
            "op-do-add",
            "op-do-remove",
            "op-do-set",
            "op-do-rollback",
            "op-do-cancel",
        ])
    }

    /// "Check before you deduct 3 units"
    pub fn check(&self) -> Message {
        self.said([
            "op-check-deduct",
            "op-check-add",
            "op-check-remove",
            "op-check-set",
            "op-check-rollback",
            "op-check-cancel",
        ])
    }

    /// "Stock of CUP changed while you were counting"
    pub fn moved(&self) -> Message {
        msg("op-moved").with("object", &self.object)
    }

    /// "3 units deducted"
    pub fn done(&self) -> Message {
        self.said([
            "op-done-deduct",
            "op-done-add",
            "op-done-remove",
            "op-done-set",
            "op-done-rollback",
            "op-done-cancel",
        ])
    }

    /// "This form was already used to deduct 3 units at 12:03:20. …"
    pub fn used(&self, at: DateTime<Utc>) -> Message {
        let ids = [
            "op-used-deduct",
            "op-used-add",
            "op-used-remove",
            "op-used-set",
            "op-used-rollback",
            "op-used-cancel",
        ];
        self.said(ids).with("at", at)
    }

    /// "Nothing was deducted."
    pub fn not_done(&self) -> Message {
        match self.what {
            What::Deduct => msg("op-not-deducted"),
            What::Set => msg("op-not-set"),
            What::Cancel => msg("op-not-cancelled"),
            What::Rollback => msg("op-not-rolled-back"),
            What::Add | What::Remove => msg("op-not-changed"),
        }
    }
}

fn what(kind: OpKind, sum: i64) -> What {
    match kind {
        OpKind::Deduct => What::Deduct,
        OpKind::Adjust if sum < 0 => What::Remove,
        OpKind::Adjust => What::Add,
        OpKind::Set => What::Set,
        OpKind::Rollback => What::Rollback,
        OpKind::Cancel => What::Cancel,
    }
}
