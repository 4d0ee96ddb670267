//! A verified payment: it pays its order, or it is late money that people see until it is dealt
//! with. It is stored in every case, once.

use super::{Book, Declined, NewEvent, NewLate, OpUpdate, OrderRow, OrderUpdate};
use crate::domain::actor::Actor;
use crate::domain::ids::{DocumentNo, OpId};
use crate::domain::machine::{self, Action, Event};
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
        let earlier = self.payments.get(&key).copied();
        let order_no = &payment.order_no;
        let order = self.documents.get(order_no).and_then(|d| d.order.as_ref());
        let event = Event::Money {
            fits: order.is_some_and(|order| fits(order, payment)),
            known: earlier.is_some(),
        };
        let step = machine::next(order.map(|order| order.status), event);
        let outcome = match (step.action, earlier) {
            (Action::Store(outcome), _) => outcome,
            (Action::Nothing, Some(earlier)) => return Ok(Applied::before(earlier)),
            (action, _) => {
                return Err(Declined::Broken(format!("money led to {action:?}")));
            }
        };
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
        if outcome != PaymentOutcome::OrderPaid {
            self.changes.late.push(NewLate {
                gateway: payment.gateway.clone(),
                transaction_id: payment.transaction_id.clone(),
                outcome,
                actor: actor.to_string(),
            });
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

/// Whether gateway, amount and currency are those of the order.
fn fits(order: &OrderRow, payment: &VerifiedPayment) -> bool {
    order.gateway.as_ref() == Some(&payment.gateway) && order.amount == Some(payment.amount)
}
