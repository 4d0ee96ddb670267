//! What people do about late money.

use tokio::time::timeout;

use super::LateMoney;
use super::refund::count;
use crate::domain::audit::{AuditAction, AuditDetail, AuditResult};
use crate::domain::late::{Deed, LatePayment, LateState};
use crate::domain::rejection::{Rejection, ServiceError, ServiceResult};
use crate::domain::role::Action;
use crate::service::Person;
use crate::service::audit::Note;
use crate::store::mysql::late::{LateChanged, late_fetch, late_handle, late_queue};

/// What a deed came to, with the payment as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Did {
    Now(LatePayment),
    /// Somebody had done it before. Nothing was done again.
    Before(LatePayment),
}

impl Did {
    pub fn late(&self) -> &LatePayment {
        match self {
            Self::Now(late) | Self::Before(late) => late,
        }
    }
}

fn told(late: &LatePayment) -> AuditDetail {
    AuditDetail::Late { state: late.state }
}

impl LateMoney {
    /// Whether this role may do it, by the one table.
    pub fn action(deed: Deed) -> Action {
        match deed {
            Deed::Ask => Action::Correct,
            Deed::Refund | Deed::Deduct | Deed::Handle => Action::Settle,
        }
    }

    /// Does something about the payment with number `id`. `note`: how it was handled outside,
    /// which only `Handle` wants.
    ///
    /// # Errors
    /// `Rejected` with `not_found`, `forbidden`, `already_settled` (it has another outcome, or is
    /// getting one), and what the stock says to `Deduct`; `NotConfirmed` when it is not known to
    /// be done: the same call can and should be repeated.
    pub async fn perform(
        &self,
        id: u64,
        deed: Deed,
        note: &str,
        by: &Person,
    ) -> ServiceResult<Did> {
        let answer = self.try_perform(id, deed, note, by).await;
        let (result, detail) = match &answer {
            Ok(Did::Now(late)) => (AuditResult::Done, told(late)),
            Ok(Did::Before(late)) => (AuditResult::NoEffect, told(late)),
            Err(ServiceError::Rejected(why)) => (AuditResult::Refused, AuditDetail::refused(why)),
            // What was merely not confirmed is not a decision.
            Err(_) => return answer,
        };
        self.audit
            .note(Note {
                actor: &by.actor().to_string(),
                action: audited(deed),
                object: Some(&id.to_string()),
                result,
                address: by.address.as_deref(),
                detail: Some(detail),
            })
            .await;
        answer
    }

    async fn try_perform(
        &self,
        id: u64,
        deed: Deed,
        note: &str,
        by: &Person,
    ) -> ServiceResult<Did> {
        if !by.role.may(Self::action(deed)) {
            return Err(Rejection::Forbidden.into());
        }
        let late = self.fetch(id).await?;
        if !late.may(deed) {
            return before(late, deed);
        }
        match deed {
            Deed::Refund => self.queue(id, by).await,
            Deed::Ask => {
                self.step(late, by).await?;
                self.now(id).await
            }
            Deed::Deduct => {
                let deducted = self.deduct_again(&late, &by.actor()).await?;
                let late = self.fetch(id).await?;
                Ok(match deducted.replayed {
                    true => Did::Before(late),
                    false => Did::Now(late),
                })
            }
            Deed::Handle => self.handle(id, note, by).await,
        }
    }

    async fn now(&self, id: u64) -> ServiceResult<Did> {
        Ok(Did::Now(self.fetch(id).await?))
    }

    async fn queue(&self, id: u64, by: &Person) -> ServiceResult<Did> {
        let (pool, now) = (self.cashier.pool(), self.cashier.desk().now());
        match late_queue(pool, id, &by.actor(), now, now).await? {
            LateChanged::Done(_) => {
                let late = self.fetch(id).await?;
                self.step(late, by).await?;
                self.now(id).await
            }
            LateChanged::Otherwise(late) => before(late, Deed::Refund),
            LateChanged::NotFound => Err(Rejection::NotFound.into()),
        }
    }

    /// A step now, instead of when a worker comes. A person is not kept waiting for a gateway:
    /// whoever stops waiting does not stop the work.
    async fn step(&self, late: LatePayment, by: &Person) -> ServiceResult<()> {
        let (this, actor) = (self.clone(), by.actor());
        let now = self.cashier.desk().now();
        let work = tokio::spawn(async move { this.take(&late, &actor, now).await });
        match timeout(self.cashier.patience(), work).await {
            Ok(Ok(done)) => done,
            Ok(Err(error)) => Err(ServiceError::Internal(error.to_string())),
            Err(_) => Ok(()),
        }
    }

    async fn handle(&self, id: u64, note: &str, by: &Person) -> ServiceResult<Did> {
        let (pool, now) = (self.cashier.pool(), self.cashier.desk().now());
        match late_handle(pool, id, note, &by.actor(), now).await? {
            LateChanged::Done(_) => {
                count(LateState::Handled);
                self.now(id).await
            }
            LateChanged::Otherwise(late) => before(late, Deed::Handle),
            LateChanged::NotFound => Err(Rejection::NotFound.into()),
        }
    }

    async fn fetch(&self, id: u64) -> ServiceResult<LatePayment> {
        let late = late_fetch(self.cashier.pool(), id).await?;
        late.ok_or_else(|| Rejection::NotFound.into())
    }
}

/// Whether what cannot be done (any more) is what was asked for, done before.
fn before(late: LatePayment, deed: Deed) -> ServiceResult<Did> {
    let same = match deed {
        Deed::Refund => matches!(
            late.state,
            LateState::Queued | LateState::Refunding | LateState::Refunded
        ),
        Deed::Deduct => late.state == LateState::Deducted,
        Deed::Ask => late.state == LateState::Refunded,
        Deed::Handle => late.state == LateState::Handled,
    };
    match same {
        true => Ok(Did::Before(late)),
        false => Err(Rejection::AlreadySettled.into()),
    }
}

fn audited(deed: Deed) -> AuditAction {
    match deed {
        Deed::Refund => AuditAction::LateRefund,
        Deed::Deduct => AuditAction::LateDeduct,
        Deed::Ask => AuditAction::LateAsk,
        Deed::Handle => AuditAction::LateHandle,
    }
}
