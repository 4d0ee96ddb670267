//! Undoing a document: every one of its entries gets an opposite entry, once.

use super::{Book, Declined, DocumentRow, EntryRow, NewDocument, NewEntry, NewEvent, Reversed};
use crate::domain::actor::Actor;
use crate::domain::command::Rollback;
use crate::domain::ids::DocumentNo;
use crate::domain::ledger::{DocumentKind, EntryKind};
use crate::domain::order::{EventKind, OrderStatus};
use crate::domain::quantity::Level;
use crate::domain::receipt::{Applied, LineReceipt, RollbackReceipt};
use crate::domain::rejection::{Rejection, ShortLine};

impl Book {
    pub(super) fn rollback(
        &mut self,
        rollback: &Rollback,
        actor: &Actor,
    ) -> Result<Applied<RollbackReceipt>, Declined> {
        let document = &rollback.document;
        let reversed = Reversed {
            at: self.now,
            actor: actor.to_string(),
            source: actor.source().as_str(),
            op: rollback.op().map(|op| op.to_string()),
            reason: rollback.reason.clone(),
            note: rollback.note.clone(),
        };
        let Some(row) = self.documents.get(document) else {
            if rollback.op().is_some() {
                return Err(Rejection::NotFound.into());
            }
            return Ok(self.fence(document, reversed));
        };
        if let Some(answer) = settled_before(document, row, reversed.op.as_deref()) {
            return answer;
        }
        self.check_draft(rollback.confirms)?;
        let is_order = row.order.is_some();
        self.check_levels(&row.entries)?;
        let lines = self.reverse(document, EntryKind::Rollback, false)?;
        self.confirm_draft(rollback.confirms, actor, &lines);
        self.mark_reversed(document, reversed.clone());
        if is_order {
            self.changes.events.push(NewEvent {
                order_no: document.clone(),
                kind: EventKind::Returned,
                actor: actor.to_string(),
                detail: rollback.reason.clone(),
            });
        }
        Ok(Applied::now(receipt(document, lines, false, &reversed)))
    }

    /// The deduction has not come, and now never can: its number is taken.
    fn fence(&mut self, document: &DocumentNo, reversed: Reversed) -> Applied<RollbackReceipt> {
        self.changes.documents.push(NewDocument {
            document: document.clone(),
            kind: DocumentKind::Fence,
            warehouse: None,
            fingerprint: None,
            actor: reversed.actor.clone(),
            source: reversed.source,
            reason: reversed.reason.clone(),
            note: reversed.note.clone(),
            reference: None,
            reversed: Some(reversed.clone()),
        });
        let row = DocumentRow {
            kind: DocumentKind::Fence,
            warehouse: None,
            fingerprint: None,
            created_at: self.now,
            reversed: Some(reversed.clone()),
            order: None,
            entries: Vec::new(),
        };
        self.documents.insert(document.clone(), row);
        Applied::now(receipt(document, Vec::new(), true, &reversed))
    }

    fn check_levels(&self, entries: &[EntryRow]) -> Result<(), Declined> {
        let mut short = Vec::new();
        for entry in entries.iter().filter(|e| !e.kind.reverses()) {
            let row = self.row(entry.stock)?;
            let level = row.available - entry.delta;
            let sku = || entry.sku.clone();
            if row.unlimited {
                continue;
            } else if level < 0 {
                let available = row.available;
                short.push(ShortLine {
                    sku: sku(),
                    requested: entry.delta,
                    available,
                });
            } else if level > Level::MAX {
                return Err(Rejection::AboveLimit {
                    sku: sku(),
                    level,
                    max: Level::MAX,
                }
                .into());
            }
        }
        if short.is_empty() {
            Ok(())
        } else {
            Err(Rejection::InsufficientStock { lines: short }.into())
        }
    }

    /// Adds the opposite of every entry of `document`; `held`: its units were reserved.
    pub(super) fn reverse(
        &mut self,
        document: &DocumentNo,
        kind: EntryKind,
        held: bool,
    ) -> Result<Vec<LineReceipt>, Declined> {
        let entries = self.documents.get(document).map(|row| row.entries.clone());
        let entries = entries.unwrap_or_default();
        if entries.iter().any(|e| e.kind.reverses()) {
            return Err(Declined::Broken(format!("{document} is half reversed")));
        }
        let mut opposite = Vec::with_capacity(entries.len());
        for entry in entries {
            let step = self.step(
                entry.stock,
                -entry.delta,
                if held { entry.delta } else { 0 },
            )?;
            let reverses = Some(entry.version);
            let delta = -entry.delta;
            let version = step.version;
            opposite.push(EntryRow {
                version,
                kind,
                delta,
                balance: step.balance,
                reverses,
                ..entry
            });
        }
        for entry in &opposite {
            self.changes.entries.push(NewEntry {
                document: document.clone(),
                entry: entry.clone(),
                needs_evidence: kind == EntryKind::Cancel,
            });
        }
        let lines = opposite.iter().map(EntryRow::receipt).collect();
        if let Some(row) = self.documents.get_mut(document) {
            row.entries.extend(opposite);
        }
        Ok(lines)
    }

    pub(super) fn mark_reversed(&mut self, document: &DocumentNo, reversed: Reversed) {
        if let Some(row) = self.documents.get_mut(document) {
            row.reversed = Some(reversed.clone());
        }
        self.changes.reversals.push((document.clone(), reversed));
    }
}

/// The answer when there is nothing left to undo; `None` when there is.
fn settled_before(
    document: &DocumentNo,
    row: &DocumentRow,
    op: Option<&str>,
) -> Option<Result<Applied<RollbackReceipt>, Declined>> {
    match row.order.as_ref().map(|o| o.status) {
        Some(OrderStatus::Pending | OrderStatus::Closing) => {
            return Some(Err(Rejection::CancelTheOrder.into()));
        }
        Some(OrderStatus::Cancelled) => return Some(Err(Rejection::OrderCancelled.into())),
        Some(OrderStatus::Paid) | None => {}
    }
    let reversed = row.reversed.as_ref()?;
    // A person who rolls back what somebody else rolled back must be told so; a program that
    // repeats its request gets its first answer again.
    if op.is_some() && reversed.op.as_deref() != op {
        return Some(Err(Rejection::AlreadyRolledBack {
            document: document.clone(),
            by: reversed.actor.clone(),
            at: reversed.at,
        }
        .into()));
    }
    let opposite = row.entries.iter().filter(|e| e.kind.reverses());
    let lines = opposite.map(EntryRow::receipt).collect();
    let fenced = row.kind == DocumentKind::Fence;
    Some(Ok(Applied::before(receipt(
        document, lines, fenced, reversed,
    ))))
}

fn receipt(
    document: &DocumentNo,
    lines: Vec<LineReceipt>,
    fenced: bool,
    reversed: &Reversed,
) -> RollbackReceipt {
    RollbackReceipt {
        document: document.clone(),
        lines,
        fenced,
        actor: reversed.actor.clone(),
        op: reversed.op.clone(),
        reversed_at: reversed.at,
    }
}
