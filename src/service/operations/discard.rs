//! A draft that nobody wants.

use super::{Operations, Person, summary};
use crate::domain::audit::{AuditAction, AuditResult};
use crate::domain::ids::OpId;
use crate::domain::operation::{OpStatus, Operation};
use crate::domain::rejection::{Rejection, ServiceResult};
use crate::service::in_time::{PATIENCE, in_time};
use crate::store::mysql::operations::draft_discard;

impl Operations {
    /// Discards a draft; nothing was moved by it, and nothing ever will be. Discarding it again
    /// changes nothing.
    ///
    /// # Errors
    /// `Rejected` with `not_found`, `forbidden` (neither its author nor a supervisor), or
    /// `form_used` when it was confirmed; `NotConfirmed` when the same call can be repeated.
    pub async fn discard(&self, op: OpId, by: &Person) -> ServiceResult<Operation> {
        let answer = self.try_discard(op, by).await;
        let (operation, result) = self.noted(by, AuditAction::Discarded, op, answer).await?;
        let about = summary(&operation);
        self.note(by, AuditAction::Discarded, op, result, about)
            .await;
        Ok(operation)
    }

    async fn try_discard(&self, op: OpId, by: &Person) -> ServiceResult<(Operation, AuditResult)> {
        let operation = self.fetch(op).await?;
        let standing = self.standing(by);
        if !standing.may_change(&operation.author) {
            return Err(Rejection::Forbidden.into());
        }
        let discarded = draft_discard(self.pool(), op, &by.name, standing.now);
        let result = match in_time(PATIENCE, discarded).await? {
            true => AuditResult::Done,
            false => AuditResult::NoEffect,
        };
        let operation = self.fetch(op).await?;
        match operation.status {
            OpStatus::Discarded => Ok((operation, result)),
            _ => Err(Rejection::FormUsed.into()),
        }
    }
}
