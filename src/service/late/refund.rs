//! A step of a late payment towards its outcome. Whatever breaks off in between is done again by
//! a worker, under the same numbers: the deduction's document, the refund's number.

use chrono::{DateTime, Utc};

use super::{LEASE, LateMoney};
use crate::domain::actor::Actor;
use crate::domain::command::{Change, Line, Lines, Post};
use crate::domain::late::{
    LatePayment, LatePolicy, LateState, RefundSaid, again_document, refunded,
};
use crate::domain::ledger::{DocumentKind, EntryKind};
use crate::domain::payment::{PaymentOutcome, RefundAnswer};
use crate::domain::quantity::Delta;
use crate::domain::reason::Reason;
use crate::domain::receipt::{Applied, PostReceipt};
use crate::domain::rejection::{Rejection, ServiceError, ServiceResult};
use crate::gateway::PaymentGateway;
use crate::store::mysql::late::{LateChanged, Proof, late_short, refund_ask, refund_heard};
use crate::store::mysql::orders::order_fetch;

impl LateMoney {
    /// Takes a payment that is queued, or whose refund was asked for, one step further.
    ///
    /// # Errors
    /// `NotConfirmed` when the database is away: the same step can and should be repeated. A
    /// gateway that does not answer is no error.
    pub async fn take(
        &self,
        late: &LatePayment,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> ServiceResult<()> {
        let deducts = self.policy == LatePolicy::DeductAgainElseRefund
            && late.state == LateState::Queued
            && late.outcome == PaymentOutcome::Late
            && late.refund_asked_at.is_none();
        if deducts {
            match self.deduct_again(late, actor).await {
                Ok(_) => return Ok(()),
                Err(ServiceError::Rejected(Rejection::AlreadySettled)) => {
                    // This order's goods left for another payment of it.
                    self.short(late, "deducted_before", actor, now).await?;
                }
                Err(ServiceError::Rejected(why)) => {
                    self.short(late, why.code(), actor, now).await?;
                }
                Err(error) => return Err(error),
            }
        }
        self.refund(late, actor, now).await
    }

    /// Deducts the stock of the payment's order again: the deduction and the payment's outcome
    /// are one transaction. The order stays cancelled.
    pub(super) async fn deduct_again(
        &self,
        late: &LatePayment,
        actor: &Actor,
    ) -> ServiceResult<Applied<PostReceipt>> {
        let order = order_fetch(self.cashier.pool(), &late.order_no).await?;
        let order = order.ok_or(Rejection::NotFound)?;
        let unfit = |what: &dyn std::fmt::Display| {
            ServiceError::Internal(format!("order {}: {what}", late.order_no))
        };
        let mut lines = Vec::with_capacity(order.lines.len());
        for line in &order.lines {
            let delta = Delta::new(-line.quantity).map_err(|error| unfit(&error))?;
            lines.push(Line {
                sku: line.sku.clone(),
                change: Change::By(delta),
            });
        }
        let document = again_document(&late.order_no);
        let post = Post {
            document: document.parse().map_err(|error| unfit(&error))?,
            kind: DocumentKind::Deduction,
            entry_kind: EntryKind::Deduct,
            warehouse: order.warehouse,
            lines: Lines::merge(lines).map_err(|error| unfit(&error))?,
            payment: None,
            reason: Some(Reason::Sale.as_str().to_owned()),
            note: None,
            reference: Some(late.order_no.to_string()),
            confirms: None,
        };
        let desk = self.cashier.desk();
        let done = desk.deduct_again(late.id, post, actor.clone()).await?;
        if !done.replayed {
            count(LateState::Deducted);
        }
        Ok(done)
    }

    /// Asks for the refund, or about it, and writes down what the gateway says.
    async fn refund(
        &self,
        late: &LatePayment,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> ServiceResult<()> {
        let pool = self.cashier.pool();
        let refund = late.refund(reason(late.outcome));
        let gateway = self.cashier.gateway(&late.gateway);
        let answer = match (late.state, gateway) {
            (LateState::Queued, gateway) => {
                // On disk before the gateway hears a word.
                match refund_ask(pool, late.id, actor, now, now + LEASE).await? {
                    LateChanged::Done(_) => {}
                    // Deducted, or handled, since we looked.
                    LateChanged::Otherwise(_) | LateChanged::NotFound => return Ok(()),
                }
                match gateway {
                    Some(gateway) => gateway.refund(&refund).await,
                    None => not_here(),
                }
            }
            (LateState::Refunding | LateState::RefundFailed, Some(gateway)) => {
                gateway.query_refund(&refund).await
            }
            (LateState::Refunding | LateState::RefundFailed, None) => not_here(),
            _ => return Ok(()),
        };
        self.heard(late, &answer, actor, now).await
    }

    async fn heard(
        &self,
        late: &LatePayment,
        answer: &RefundAnswer,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> ServiceResult<()> {
        let said = RefundSaid::from(answer);
        let step = refunded(late.state, said);
        let (id, transaction) = (late.id, &late.transaction_id);
        if step.call_people {
            tracing::error!(
                id,
                transaction,
                ?answer,
                "late money does not go back by itself"
            );
        } else if said == RefundSaid::Unknown {
            tracing::warn!(
                id,
                transaction,
                ?answer,
                "a refund may or may not have been taken on"
            );
        }
        let retries = self.cashier.retries();
        let again_at = match said {
            RefundSaid::Refused => retries.slow(now),
            _ => retries.next(now, late.attempts),
        };
        let proof = match answer {
            RefundAnswer::Refunded { at, evidence } => Some(Proof {
                at: *at,
                code: evidence.code.clone(),
                digest: evidence.digest.clone(),
            }),
            _ => None,
        };
        let pool = self.cashier.pool();
        let heard = refund_heard(pool, id, said, proof.as_ref(), actor, now, again_at).await?;
        if matches!(heard, LateChanged::Done(_)) && step.state != late.state {
            count(step.state);
        }
        Ok(())
    }

    async fn short(
        &self,
        late: &LatePayment,
        why: &str,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> ServiceResult<()> {
        late_short(self.cashier.pool(), late.id, why, actor, now).await?;
        Ok(())
    }
}

fn not_here() -> RefundAnswer {
    RefundAnswer::Refused("this gateway is not set up here".to_owned())
}

/// What the payer reads.
fn reason(outcome: PaymentOutcome) -> &'static str {
    match outcome {
        PaymentOutcome::Late => "The order had been cancelled",
        PaymentOutcome::Duplicate => "The order had been paid already",
        PaymentOutcome::Mismatch | PaymentOutcome::Orphan | PaymentOutcome::OrderPaid => {
            "The payment did not match an order"
        }
    }
}

pub(super) fn count(state: LateState) {
    metrics::counter!("stockdesk_late_payments_total", "state" => state.as_str()).increment(1);
}
