//! The two last steps of an order: its payment proved closed, or its payment arrived.

use super::{Desk, Passage};
use crate::domain::actor::Actor;
use crate::domain::book::{Done, Job, Work};
use crate::domain::ids::DocumentNo;
use crate::domain::order::Evidence;
use crate::domain::payment::{PaymentOutcome, VerifiedPayment};
use crate::domain::receipt::{Applied, CancelReceipt};
use crate::domain::rejection::{ServiceError, ServiceResult};

impl Desk {
    /// Returns the stock of a closing order whose payment is proved closed: closing -> cancelled,
    /// with its evidence, in one transaction.
    ///
    /// # Errors
    /// `Rejected` with `not_found` or `already_paid`; `Internal` when the order was not closing.
    pub async fn order_cancelled(
        &self,
        order_no: &DocumentNo,
        evidence: Evidence,
        actor: Actor,
    ) -> ServiceResult<Applied<CancelReceipt>> {
        let (passage, warehouse, skus) = self.passage_back(order_no).await?;
        let work = Work::Cancel {
            order_no: order_no.clone(),
            evidence,
        };
        match self
            .inner
            .writer
            .submit(Job { work, actor }, passage, warehouse, skus)
            .await?
        {
            Done::Cancelled(applied) => Ok(applied),
            other => Err(ServiceError::Internal(format!(
                "a cancel came back as {other:?}"
            ))),
        }
    }

    /// Stores a verified payment, once, and what it came to.
    ///
    /// # Errors
    /// `NotConfirmed`: it is not stored, so it must not be acknowledged.
    pub async fn payment_arrived(
        &self,
        payment: VerifiedPayment,
        actor: Actor,
    ) -> ServiceResult<Applied<PaymentOutcome>> {
        let job = Job {
            work: Work::Settle(payment),
            actor,
        };
        match self
            .inner
            .writer
            .submit(job, Passage::Aside, None, Vec::new())
            .await?
        {
            Done::Settled(applied) => Ok(applied),
            other => Err(ServiceError::Internal(format!(
                "a payment came back as {other:?}"
            ))),
        }
    }
}
