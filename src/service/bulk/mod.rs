//! Many corrections as one operation: drafted from a selection, a sheet or the lines of another
//! one; confirmed by a supervisor; carried out line by line, whoever is cut off in the middle.

mod cancel;
mod carry;
mod carry_orders;
mod confirm;
mod draft;
mod prepare;
mod select;
pub mod sheet;
mod undo;
mod view;

use std::time::Duration;

use chrono::{DateTime, SubsecRound, Utc};
use sqlx::MySqlPool;

pub use cancel::CancelRow;
pub use carry::Carried;
pub use confirm::How;
pub use draft::{Why, Written};
pub use select::{Selected, Selection};
pub use view::{BulkView, Earlier, Shown};

use super::audit::{Audit, Note};
use super::clock::Clock;
use super::desk::Desk;
use super::in_time::{PATIENCE, in_time};
use super::operations::{Operations, Person};
use crate::domain::audit::{AuditAction, AuditDetail, AuditResult};
use crate::domain::bulk::Bulk;
use crate::domain::ids::OpId;
use crate::domain::rejection::{Rejection, ServiceError, ServiceResult};
use crate::store::mysql::bulk::bulk_fetch;

/// How long writing, or reading, 20,000 lines may take.
const LONG_PATIENCE: Duration = Duration::from_secs(20);

/// Cheap to clone.
#[derive(Clone)]
pub struct Bulks {
    desk: Desk,
    audit: Audit,
    clock: Clock,
    operations: Operations,
}

impl Bulks {
    /// `operations`: whose table of who may do what counts here as well.
    pub fn new(desk: Desk, audit: Audit, clock: Clock, operations: Operations) -> Self {
        Self {
            desk,
            audit,
            clock,
            operations,
        }
    }

    /// One bulk operation, whatever became of it; `None` when there is none of this number.
    ///
    /// # Errors
    /// `NotConfirmed` when the database is away or too slow.
    pub async fn find(&self, op: OpId) -> ServiceResult<Option<Bulk>> {
        in_time(PATIENCE, bulk_fetch(self.pool(), op)).await
    }

    /// # Errors
    /// `Rejected` with `not_found`; `NotConfirmed` when the database is away or too slow.
    pub async fn fetch(&self, op: OpId) -> ServiceResult<Bulk> {
        let found = self.find(op).await?;
        found.ok_or_else(|| Rejection::NotFound.into())
    }

    fn pool(&self) -> &MySqlPool {
        self.desk.pool()
    }

    /// Now, as precisely as it is stored.
    fn now(&self) -> DateTime<Utc> {
        self.clock.now().trunc_subsecs(6)
    }

    async fn note(
        &self,
        (actor, address): (&str, Option<&str>),
        action: AuditAction,
        op: OpId,
        result: AuditResult,
        detail: AuditDetail,
    ) {
        let object = op.to_string();
        let note = Note {
            actor,
            action,
            object: Some(&object),
            result,
            address,
            detail: Some(detail),
        };
        self.audit.note(note).await;
    }

    async fn note_by(
        &self,
        by: &Person,
        action: AuditAction,
        op: OpId,
        result: AuditResult,
        detail: AuditDetail,
    ) {
        let actor = by.actor().to_string();
        let who = (actor.as_str(), by.address.as_deref());
        self.note(who, action, op, result, detail).await;
    }

    /// Notes what was refused, and passes it on. What was merely not confirmed is not a decision.
    async fn noted<T>(
        &self,
        by: &Person,
        action: AuditAction,
        op: OpId,
        answer: ServiceResult<T>,
    ) -> ServiceResult<T> {
        if let Err(ServiceError::Rejected(why)) = &answer {
            let (result, why) = (AuditResult::Refused, AuditDetail::refused(why));
            self.note_by(by, action, op, result, why).await;
        }
        answer
    }
}

/// What a bulk operation is about, for the audit.
fn summary(bulk: &Bulk) -> AuditDetail {
    let name = match (&bulk.source, bulk.undoes) {
        (Some(source), _) => source.name.as_deref().map(AuditDetail::name),
        (None, undone) => undone.map(|undone| undone.to_string()),
    };
    AuditDetail::Bulk {
        origin: bulk.origin,
        name,
        will: bulk.counts.will,
        same: bulk.counts.same,
        cannot: bulk.counts.cannot,
    }
}
