//! Confirming a draft: what was seen is done, once, whoever clicks how often.

use chrono::{DateTime, Utc};

use super::{Operations, Person, summary};
use crate::domain::audit::{AuditAction, AuditResult};
use crate::domain::command::Cancel;
use crate::domain::draft::Effect;
use crate::domain::ids::OpId;
use crate::domain::operation::{OpStatus, Operation};
use crate::domain::order::OrderStatus;
use crate::domain::receipt::LineReceipt;
use crate::domain::rejection::{Rejection, ServiceError, ServiceResult};

/// What confirming came to; with the operation as it is stored now.
#[derive(Debug, Clone)]
pub struct Confirmed {
    pub how: How,
    pub operation: Operation,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It was done now.
    Applied,
    /// It was done before: `confirmed_by` and `confirmed_at` tell who and when. Nothing was done
    /// again.
    Again,
    /// Cancel only: the gateway has proved nothing yet. The stock stays held, and it goes on by
    /// itself.
    Waiting,
    /// Cancel only: the order is being cancelled already, not by this operation.
    ByOthers,
}

impl Operations {
    /// Does what the draft says, if it is still the revision that was seen.
    ///
    /// # Errors
    /// `Rejected` with `not_found`, `forbidden` (it waits for a supervisor), `draft_changed`,
    /// `expired`, `discarded`, `form_used` (another revision was confirmed), and what the stock
    /// says: `insufficient_stock`, `version_changed`, `above_limit`, `unlimited_stock`,
    /// `already_rolled_back`, `cancel_the_order`, `order_cancelled`, `already_paid`.
    /// `NotConfirmed` when it is not known to be done: the same call can and should be repeated.
    pub async fn confirm(&self, op: OpId, revision: u32, by: &Person) -> ServiceResult<Confirmed> {
        let answer = self.try_confirm(op, revision, by).await;
        let confirmed = self.noted(by, AuditAction::Confirmed, op, answer).await?;
        let operation = &confirmed.operation;
        let (action, result) = match confirmed.how {
            How::Again | How::ByOthers => (AuditAction::Confirmed, AuditResult::NoEffect),
            How::Applied | How::Waiting if operation.author != by.name => {
                (AuditAction::Approved, AuditResult::Done)
            }
            How::Applied | How::Waiting => (AuditAction::Confirmed, AuditResult::Done),
        };
        self.note(by, action, op, result, summary(operation)).await;
        Ok(confirmed)
    }

    async fn try_confirm(&self, op: OpId, revision: u32, by: &Person) -> ServiceResult<Confirmed> {
        let operation = self.fetch(op).await?;
        match operation.status {
            OpStatus::Draft => {
                self.check(&operation, revision, by).await?;
                self.perform(operation, by).await
            }
            // Asking the gateway once more does no harm, and may be what the person wants.
            OpStatus::Waiting if self.check(&operation, revision, by).await.is_ok() => {
                self.perform(operation, by).await
            }
            _ => settled(operation, revision),
        }
    }

    /// Whether this person may confirm this revision. The commit looks at the draft once more,
    /// under its lock.
    async fn check(
        &self,
        operation: &Operation,
        revision: u32,
        by: &Person,
    ) -> Result<(), ServiceError> {
        let standing = self.standing(by);
        if operation.expired(standing.now) {
            return Err(Rejection::Expired.into());
        }
        if operation.revision != revision {
            return Err(Rejection::DraftChanged.into());
        }
        let origin = self.origin_of(operation).await?;
        match standing.may_confirm(operation, origin.as_ref()) {
            true => Ok(()),
            false => Err(Rejection::Forbidden.into()),
        }
    }

    async fn perform(&self, operation: Operation, by: &Person) -> ServiceResult<Confirmed> {
        let effect = operation
            .effect()
            .map_err(|error| ServiceError::Internal(format!("{}: {error}", operation.op)))?;
        let desk = self.desk();
        let done = match effect {
            Effect::Post(post) => desk.post(post, by.actor()).await.map(|applied| {
                (
                    applied.replayed,
                    applied.receipt.created_at,
                    applied.receipt.lines,
                )
            }),
            Effect::Rollback(rollback) => {
                desk.rollback(rollback, by.actor()).await.map(|applied| {
                    (
                        applied.replayed,
                        applied.receipt.reversed_at,
                        applied.receipt.lines,
                    )
                })
            }
            Effect::Cancel(cancel) => return self.cancel(operation, cancel, by).await,
        };
        match done {
            Ok((false, at, lines)) => Ok(applied(operation, lines, at, by)),
            Ok((true, ..)) => settled(self.fetch(operation.op).await?, operation.revision),
            // Another revision was confirmed between our look and the commit.
            Err(ServiceError::Rejected(Rejection::DifferentContent)) => {
                let now = self.fetch(operation.op).await?;
                match now.status {
                    OpStatus::Draft => Err(Rejection::DifferentContent.into()),
                    _ => settled(now, operation.revision),
                }
            }
            Err(error) => Err(error),
        }
    }

    async fn cancel(
        &self,
        operation: Operation,
        cancel: Cancel,
        by: &Person,
    ) -> ServiceResult<Confirmed> {
        let answer = self.cashier.cancel(cancel, by.actor()).await;
        let now = match answer {
            Ok(_) => self.fetch(operation.op).await?,
            // The same operation may have been confirmed by somebody else just before.
            Err(ServiceError::Rejected(why)) => {
                let now = self.fetch(operation.op).await?;
                return match now.status {
                    OpStatus::Waiting | OpStatus::Applied if why == Rejection::FormUsed => {
                        settled(now, operation.revision)
                    }
                    _ => Err(why.into()),
                };
            }
            Err(error) => return Err(error),
        };
        let applied = answer?;
        let how = match (now.status, applied.receipt.status) {
            (OpStatus::Draft, OrderStatus::Cancelled) => {
                return Err(Rejection::OrderCancelled.into());
            }
            (OpStatus::Draft, _) => How::ByOthers,
            (_, _) if applied.replayed => How::Again,
            (_, OrderStatus::Cancelled) => How::Applied,
            (_, _) => How::Waiting,
        };
        let operation = now;
        Ok(Confirmed { how, operation })
    }
}

/// The answer for an operation that is no draft any more.
fn settled(operation: Operation, revision: u32) -> ServiceResult<Confirmed> {
    match operation.status {
        OpStatus::Discarded => Err(Rejection::Discarded.into()),
        OpStatus::Draft => Err(Rejection::DraftChanged.into()),
        OpStatus::Applied | OpStatus::Waiting | OpStatus::Refused
            if operation.revision != revision =>
        {
            Err(Rejection::FormUsed.into())
        }
        OpStatus::Applied | OpStatus::Waiting | OpStatus::Refused => Ok(Confirmed {
            how: How::Again,
            operation,
        }),
    }
}

/// The operation as the commit left it; reading it again could only fail.
fn applied(
    operation: Operation,
    lines: Vec<LineReceipt>,
    at: DateTime<Utc>,
    by: &Person,
) -> Confirmed {
    Confirmed {
        how: How::Applied,
        operation: Operation {
            status: OpStatus::Applied,
            result: lines,
            confirmed_by: Some(by.name.clone()),
            confirmed_at: Some(at),
            ..operation
        },
    }
}
