//! Confirming and discarding: what was seen is done, once, whoever clicks how often.

use super::carry::LEASE;
use super::{Bulks, PATIENCE, Person, in_time, summary};
use crate::domain::audit::{AuditAction, AuditResult};
use crate::domain::bulk::{AT_ONCE, Bulk, BulkOrigin, BulkStatus};
use crate::domain::ids::OpId;
use crate::domain::rejection::{Rejection, ServiceError, ServiceResult};
use crate::store::mysql::bulk::{Begin, Begun, bulk_begin, bulk_discard};

/// What confirming came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// It is confirmed now; the operation says whether it is carried out already.
    Begun,
    /// It was confirmed before. Nothing was done again.
    Again,
    /// The number that was typed is not the number of changes. Nothing was done.
    Miscounted,
}

impl Bulks {
    /// Confirms the draft, if it is still the revision that was seen. Few lines are carried out at
    /// once; what is left is carried out by whoever claims it. `typed`: how many changes the
    /// person says there are.
    ///
    /// # Errors
    /// `Rejected` with `not_found`, `forbidden` (it waits for a supervisor), `draft_changed`,
    /// `expired`, `discarded`, `form_used` (another revision was confirmed), `nothing_to_change`,
    /// `already_rolled_back` (another one undoes the same).
    /// `NotConfirmed` when it is not known to be confirmed: the same call can be repeated.
    pub async fn confirm(
        &self,
        op: OpId,
        revision: u32,
        typed: Option<i64>,
        by: &Person,
    ) -> ServiceResult<How> {
        let begun = self.begin(op, revision, typed, by).await;
        let (how, bulk) = self.noted(by, AuditAction::Confirmed, op, begun).await?;
        let (action, result) = match how {
            How::Begun if bulk.author != by.name => (AuditAction::Approved, AuditResult::Done),
            How::Begun => (AuditAction::Confirmed, AuditResult::Done),
            How::Again | How::Miscounted => (AuditAction::Confirmed, AuditResult::NoEffect),
        };
        let about = summary(&bulk);
        self.note_by(by, action, op, result, about).await;
        // Orders are asked for as long as a person may wait, however many they are.
        let at_once = bulk.counts.will <= AT_ONCE || bulk.origin == BulkOrigin::Cancel;
        let carried = match how {
            How::Begun if at_once => self.carry_a_while(op, AT_ONCE).await.map(drop),
            How::Begun => in_time(PATIENCE, self.release(op)).await,
            How::Again | How::Miscounted => Ok(()),
        };
        // It is confirmed already: what is not done now is done by the worker.
        if let Err(error) = carried {
            tracing::warn!(%op, %error, "a bulk operation is left to the worker");
        }
        Ok(how)
    }

    async fn begin(
        &self,
        op: OpId,
        revision: u32,
        typed: Option<i64>,
        by: &Person,
    ) -> ServiceResult<(How, Bulk)> {
        let bulk = self.fetch(op).await?;
        if bulk.status != BulkStatus::Draft {
            return settled(bulk, revision);
        }
        let standing = self.operations.standing(by);
        let now = self.now();
        if bulk.expired(now) {
            return Err(Rejection::Expired.into());
        }
        if bulk.revision != revision {
            return Err(Rejection::DraftChanged.into());
        }
        if !bulk.may_confirm(&standing) {
            return Err(Rejection::Forbidden.into());
        }
        if bulk.counts.will == 0 {
            return Err(Rejection::NothingToChange.into());
        }
        if bulk
            .typed_count()
            .is_some_and(|count| typed != Some(count.into()))
        {
            return Ok((How::Miscounted, bulk));
        }
        let begin = Begin {
            op,
            revision,
            by: &by.name,
            at: now,
            leased_until: now + LEASE,
        };
        match in_time(PATIENCE, bulk_begin(self.pool(), begin)).await? {
            Begun::Now => Ok((How::Begun, bulk)),
            Begun::NoDraft => settled(self.fetch(op).await?, revision),
            Begun::UndoneByAnother => Err(self.undone_by_another(&bulk).await?.into()),
        }
    }

    /// Discards a draft; nothing was moved by it, and nothing ever will be.
    ///
    /// # Errors
    /// `Rejected` with `not_found`, `forbidden` (neither its author nor a supervisor), or
    /// `form_used` when it was confirmed; `NotConfirmed` when the same call can be repeated.
    pub async fn discard(&self, op: OpId, by: &Person) -> ServiceResult<()> {
        let answer = self.try_discard(op, by).await;
        let (bulk, result) = self.noted(by, AuditAction::Discarded, op, answer).await?;
        let about = summary(&bulk);
        self.note_by(by, AuditAction::Discarded, op, result, about)
            .await;
        Ok(())
    }

    async fn try_discard(&self, op: OpId, by: &Person) -> ServiceResult<(Bulk, AuditResult)> {
        let bulk = self.fetch(op).await?;
        if !self.operations.standing(by).may_change(&bulk.author) {
            return Err(Rejection::Forbidden.into());
        }
        let discarded = bulk_discard(self.pool(), op, &by.name, self.now());
        if in_time(PATIENCE, discarded).await? {
            return Ok((bulk, AuditResult::Done));
        }
        let bulk = self.fetch(op).await?;
        match bulk.status {
            BulkStatus::Discarded => Ok((bulk, AuditResult::NoEffect)),
            _ => Err(Rejection::FormUsed.into()),
        }
    }
}

/// The answer for an operation that is no draft any more.
fn settled(bulk: Bulk, revision: u32) -> Result<(How, Bulk), ServiceError> {
    match bulk.status {
        BulkStatus::Draft => Err(Rejection::DraftChanged.into()),
        BulkStatus::Discarded => Err(Rejection::Discarded.into()),
        _ if bulk.revision != revision => Err(Rejection::FormUsed.into()),
        BulkStatus::Running | BulkStatus::Applied => Ok((How::Again, bulk)),
    }
}
