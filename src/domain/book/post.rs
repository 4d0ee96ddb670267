//! Moving stock under a document's number: orders, deductions, adjustments, operations.

use chrono::{DateTime, Duration, Utc};

use super::{Book, Declined, DocumentRow, EntryRow, NewDocument, NewEntry, NewOrder, OrderRow};
use crate::domain::actor::Actor;
use crate::domain::command::{Change, Line, Post};
use crate::domain::fingerprint::Fingerprint;
use crate::domain::ids::{DocumentNo, StockId};
use crate::domain::ledger::{DocumentKind, EntryKind};
use crate::domain::order::{OrderStatus, OrderSummary};
use crate::domain::quantity::Level;
use crate::domain::receipt::{Applied, LineReceipt, PlacedOrder, PostReceipt};
use crate::domain::rejection::{Rejection, ShortLine};

impl Book {
    pub(super) fn post(
        &mut self,
        post: &Post,
        fingerprint: Fingerprint,
        stock: &[StockId],
        actor: &Actor,
    ) -> Result<Applied<PostReceipt>, Declined> {
        if let Some(earlier) = self.documents.get(&post.document) {
            return replay(&post.document, earlier, fingerprint);
        }
        self.check_draft(post.confirms)?;
        let deltas = self.deltas(post, stock)?;
        let order = (post.kind == DocumentKind::Order).then(|| placed(post, self.now));
        let holds = order.as_ref().is_some_and(|o| o.status.holds_stock());
        let entries = self.enter(post, stock, &deltas, holds)?;
        let lines: Vec<LineReceipt> = entries.iter().map(EntryRow::receipt).collect();
        self.confirm_draft(post.confirms, actor, &lines);
        self.remember(post, fingerprint, order.as_ref(), entries, actor);
        Ok(Applied::now(PostReceipt {
            document: post.document.clone(),
            kind: post.kind,
            warehouse: post.warehouse.clone(),
            lines,
            created_at: self.now,
            order,
        }))
    }

    /// What each line does to its level, or why none of them may.
    fn deltas(&self, post: &Post, stock: &[StockId]) -> Result<Vec<i64>, Declined> {
        let mut short = Vec::new();
        let mut deltas = Vec::with_capacity(stock.len());
        for (line, &id) in post.lines.iter().zip(stock) {
            match self.delta(line, id)? {
                Ok(delta) => deltas.push(delta),
                Err(line) => short.push(line),
            }
        }
        if !short.is_empty() {
            return Err(Rejection::InsufficientStock { lines: short }.into());
        }
        Ok(deltas)
    }

    fn delta(&self, line: &Line, id: StockId) -> Result<Result<i64, ShortLine>, Declined> {
        let row = self.row(id)?;
        let sku = || line.sku.clone();
        let delta = match line.change {
            Change::By(delta) => delta.get(),
            Change::To { .. } if row.unlimited => {
                return Err(Rejection::UnlimitedStock { sku: sku() }.into());
            }
            Change::To {
                level,
                expected_version,
            } => {
                if let Some(expected) = expected_version.filter(|&v| v != row.version) {
                    return Err(Rejection::VersionChanged {
                        sku: sku(),
                        expected,
                        version: row.version,
                        available: Some(row.available),
                    }
                    .into());
                }
                level.get() - row.available
            }
        };
        let level = row.available + delta;
        if row.unlimited || (0..=Level::MAX).contains(&level) {
            Ok(Ok(delta))
        } else if level < 0 {
            Ok(Err(ShortLine {
                sku: sku(),
                requested: -delta,
                available: row.available,
            }))
        } else {
            Err(Rejection::AboveLimit {
                sku: sku(),
                level,
                max: Level::MAX,
            }
            .into())
        }
    }

    fn enter(
        &mut self,
        post: &Post,
        stock: &[StockId],
        deltas: &[i64],
        holds: bool,
    ) -> Result<Vec<EntryRow>, Declined> {
        let mut entries = Vec::with_capacity(stock.len());
        for (index, line) in post.lines.iter().enumerate() {
            let (stock, delta) = (stock[index], deltas[index]);
            let step = self.step(stock, delta, if holds { -delta } else { 0 })?;
            let kind = match line.change {
                Change::By(_) => post.entry_kind,
                Change::To { .. } => EntryKind::Set,
            };
            entries.push(EntryRow {
                stock,
                sku: line.sku.clone(),
                version: step.version,
                kind,
                line: u16::try_from(index).map_err(|e| Declined::Broken(e.to_string()))?,
                delta,
                balance: step.balance,
                reverses: None,
            });
        }
        Ok(entries)
    }

    fn remember(
        &mut self,
        post: &Post,
        fingerprint: Fingerprint,
        order: Option<&PlacedOrder>,
        entries: Vec<EntryRow>,
        actor: &Actor,
    ) {
        let terms = post.payment.as_ref();
        if let Some(placed) = order {
            let lines = entries.iter().map(|entry| (&entry.sku, -entry.delta));
            self.changes.orders.push(NewOrder {
                order_no: post.document.clone(),
                status: placed.status,
                terms: terms.cloned(),
                pay_deadline: placed.pay_deadline,
                summary: OrderSummary::of(&post.warehouse, lines),
            });
        }
        for entry in &entries {
            let document = post.document.clone();
            let entry = entry.clone();
            self.changes.entries.push(NewEntry {
                document,
                entry,
                needs_evidence: false,
            });
        }
        self.changes.documents.push(NewDocument {
            document: post.document.clone(),
            kind: post.kind,
            warehouse: Some(post.warehouse.clone()),
            fingerprint: Some(fingerprint),
            actor: actor.to_string(),
            source: actor.source().as_str(),
            reason: post.reason.clone(),
            note: post.note.clone(),
            reference: post.reference.clone(),
            reversed: None,
        });
        let row = DocumentRow {
            kind: post.kind,
            warehouse: Some(post.warehouse.clone()),
            fingerprint: Some(fingerprint),
            created_at: self.now,
            reversed: None,
            order: order.map(|placed| OrderRow {
                status: placed.status,
                gateway: terms.map(|t| t.gateway.clone()),
                amount: terms.map(|t| t.amount),
                pay_deadline: placed.pay_deadline,
                transaction_id: None,
                cancel: None,
            }),
            entries,
        };
        self.documents.insert(post.document.clone(), row);
    }
}

fn placed(post: &Post, now: DateTime<Utc>) -> PlacedOrder {
    match &post.payment {
        None => PlacedOrder {
            status: OrderStatus::Paid,
            pay_deadline: None,
        },
        Some(terms) => PlacedOrder {
            status: OrderStatus::Pending,
            pay_deadline: Some(now + Duration::seconds(terms.pay_within_seconds.into())),
        },
    }
}

/// The first receipt again, rebuilt from what was stored with it.
fn replay(
    document: &DocumentNo,
    earlier: &DocumentRow,
    fingerprint: Fingerprint,
) -> Result<Applied<PostReceipt>, Declined> {
    if earlier.kind == DocumentKind::Fence {
        return Err(Rejection::RolledBack.into());
    }
    let (Some(first), Some(warehouse)) = (earlier.fingerprint, &earlier.warehouse) else {
        return Err(Declined::Broken(format!("{document} has no content")));
    };
    if first != fingerprint {
        return Err(Rejection::DifferentContent.into());
    }
    let entered = earlier.entries.iter().filter(|e| !e.kind.reverses());
    Ok(Applied::before(PostReceipt {
        document: document.clone(),
        kind: earlier.kind,
        warehouse: warehouse.clone(),
        lines: entered.map(EntryRow::receipt).collect(),
        created_at: earlier.created_at,
        order: earlier.order.as_ref().map(|order| PlacedOrder {
            status: match order.pay_deadline {
                None => OrderStatus::Paid,
                Some(_) => OrderStatus::Pending,
            },
            pay_deadline: order.pay_deadline,
        }),
    }))
}
