//! A verified payment: it pays its order, or it is late money that people see until it is dealt
//! with. It is stored in every case, once.

use super::{Book, Declined, DocumentRow, NewEvent, OpUpdate, OrderUpdate};
use crate::domain::actor::Actor;
use crate::domain::ids::{DocumentNo, OpId};
use crate::domain::operation::OpStatus;
use crate::domain::order::{EventKind, OrderStatus};
use crate::domain::payment::{PaymentOutcome, PaymentState, VerifiedPayment};
use crate::domain::receipt::Applied;
use crate::domain::rejection::Rejection;

impl Book {
    pub(super) fn settle(
        &mut self,
        payment: &VerifiedPayment,
        actor: &Actor,
    ) -> Result<Applied<PaymentOutcome>, Declined> {
        let key = (payment.gateway.clone(), payment.transaction_id.clone());
        if let Some(&outcome) = self.payments.get(&key) {
            return Ok(Applied::before(outcome));
        }
        let order_no = &payment.order_no;
        let outcome = outcome(self.documents.get(order_no), payment);
        match outcome {
            PaymentOutcome::OrderPaid => self.pay(order_no, payment, actor)?,
            PaymentOutcome::Orphan => {}
            PaymentOutcome::Late | PaymentOutcome::Duplicate | PaymentOutcome::Mismatch => {
                self.changes.events.push(NewEvent {
                    order_no: order_no.clone(),
                    kind: EventKind::LatePayment,
                    actor: actor.to_string(),
                    detail: Some(format!("{} {}", outcome.as_str(), payment.transaction_id)),
                });
            }
        }
        self.payments.insert(key, outcome);
        self.changes.payments.push((payment.clone(), outcome));
        Ok(Applied::now(outcome))
    }

    fn pay(
        &mut self,
        order_no: &DocumentNo,
        payment: &VerifiedPayment,
        actor: &Actor,
    ) -> Result<(), Declined> {
        let row = self.documents.get(order_no).ok_or(Rejection::NotFound)?;
        let op = row
            .order
            .as_ref()
            .and_then(|o| o.cancel.as_ref())
            .and_then(|c| c.op.clone());
        let held: Vec<_> = row.entries.iter().map(|e| (e.stock, e.delta)).collect();
        for (id, delta) in held {
            let stock = self
                .stock
                .get_mut(&id)
                .ok_or_else(|| super::not_locked(id))?;
            stock.reserved += delta;
            stock.changed = true;
            if stock.reserved < 0 {
                return Err(Declined::Broken(format!(
                    "stock {}: reserved below 0",
                    id.0
                )));
            }
        }
        // A cancel that waited for the gateway has its answer: the customer had paid.
        if let Some(op) = op.and_then(|op| op.parse::<OpId>().ok()) {
            self.changes.ops.push(OpUpdate {
                op,
                status: OpStatus::Refused,
                confirmed_by: None,
                result: Vec::new(),
                refusal: Some(Rejection::AlreadyPaid),
            });
        }
        self.change_order(order_no, OrderStatus::Paid);
        self.changes.order_updates.push(OrderUpdate {
            order_no: order_no.clone(),
            status: OrderStatus::Paid,
            payment_state: PaymentState::Paid,
            paid: Some((payment.transaction_id.clone(), payment.paid_at)),
        });
        self.changes.events.push(NewEvent {
            order_no: order_no.clone(),
            kind: EventKind::Paid,
            actor: actor.to_string(),
            detail: Some(payment.transaction_id.clone()),
        });
        Ok(())
    }
}

fn outcome(document: Option<&DocumentRow>, payment: &VerifiedPayment) -> PaymentOutcome {
    let Some(order) = document.and_then(|row| row.order.as_ref()) else {
        return PaymentOutcome::Orphan;
    };
    let ours =
        order.gateway.as_ref() == Some(&payment.gateway) && order.amount == Some(payment.amount);
    match order.status {
        _ if !ours => PaymentOutcome::Mismatch,
        OrderStatus::Pending | OrderStatus::Closing => PaymentOutcome::OrderPaid,
        OrderStatus::Cancelled => PaymentOutcome::Late,
        OrderStatus::Paid => PaymentOutcome::Duplicate,
    }
}
