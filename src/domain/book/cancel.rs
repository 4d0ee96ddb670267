//! The last step of a cancel: the payment is proved closed, so the stock goes back.

use super::{Book, Declined, NewEvent, OpUpdate, OrderUpdate};
use crate::domain::actor::Actor;
use crate::domain::ids::{DocumentNo, OpId};
use crate::domain::ledger::EntryKind;
use crate::domain::operation::OpStatus;
use crate::domain::order::{EventKind, Evidence, OrderStatus};
use crate::domain::payment::PaymentState;
use crate::domain::receipt::{Applied, CancelReceipt};
use crate::domain::rejection::Rejection;

impl Book {
    pub(super) fn cancel(
        &mut self,
        order_no: &DocumentNo,
        evidence: &Evidence,
        actor: &Actor,
    ) -> Result<Applied<CancelReceipt>, Declined> {
        let row = self.documents.get(order_no).ok_or(Rejection::NotFound)?;
        let order = row.order.as_ref().ok_or(Rejection::NotFound)?;
        match order.status {
            OrderStatus::Closing => {}
            OrderStatus::Paid => return Err(Rejection::AlreadyPaid.into()),
            OrderStatus::Cancelled => {
                let returned = row.entries.iter().filter(|e| e.kind == EntryKind::Cancel);
                return Ok(Applied::before(CancelReceipt {
                    order_no: order_no.clone(),
                    status: OrderStatus::Cancelled,
                    lines: returned.map(|e| e.receipt()).collect(),
                    cancelled_at: row.reversed.as_ref().map(|r| r.at),
                }));
            }
            OrderStatus::Pending => {
                return Err(Declined::Broken(format!("{order_no} was never closing")));
            }
        }
        let mut asked = order.cancel.clone().ok_or_else(|| {
            Declined::Broken(format!("{order_no} is closing, but nobody asked for it"))
        })?;
        asked.at = self.now;
        let lines = self.reverse(order_no, EntryKind::Cancel, true)?;
        if let Some(op) = asked.op.as_deref().and_then(|op| op.parse::<OpId>().ok()) {
            let (status, result) = (OpStatus::Applied, lines.clone());
            self.changes.ops.push(OpUpdate {
                op,
                status,
                confirmed_by: None,
                result,
                refusal: None,
            });
        }
        self.mark_reversed(order_no, asked);
        self.change_order(order_no, OrderStatus::Cancelled);
        self.changes
            .evidence
            .push((order_no.clone(), evidence.clone()));
        self.changes.order_updates.push(OrderUpdate {
            order_no: order_no.clone(),
            status: OrderStatus::Cancelled,
            payment_state: PaymentState::Closed,
            paid: None,
        });
        self.changes.events.push(NewEvent {
            order_no: order_no.clone(),
            kind: EventKind::Cancelled,
            actor: actor.to_string(),
            detail: Some(evidence.code.clone()),
        });
        Ok(Applied::now(CancelReceipt {
            order_no: order_no.clone(),
            status: OrderStatus::Cancelled,
            lines,
            cancelled_at: Some(self.now),
        }))
    }

    pub(super) fn change_order(&mut self, order_no: &DocumentNo, status: OrderStatus) {
        if let Some(order) = self
            .documents
            .get_mut(order_no)
            .and_then(|row| row.order.as_mut())
        {
            order.status = status;
        }
    }
}
