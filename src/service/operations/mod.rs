//! Corrections by staff, from the form to the receipt. Pages are the only callers: programs move
//! stock through the desk itself.
//!
//! A form's id is the operation's id, and the number of the document that moves the stock; so
//! whatever is posted twice, by whomever, is done once.

mod confirm;
mod discard;
mod draft;
mod preview;

use chrono::{DateTime, SubsecRound, Utc};
use sqlx::MySqlPool;

pub use confirm::{Confirmed, How};
pub use draft::Drafted;
pub use preview::Preview;

use super::audit::{Audit, Note};
use super::cashier::Cashier;
use super::clock::Clock;
use super::desk::Desk;
use super::in_time::{PATIENCE, in_time};
use crate::domain::actor::Actor;
use crate::domain::approval::Standing;
use crate::domain::audit::{AuditAction, AuditDetail, AuditResult};
use crate::domain::ids::OpId;
use crate::domain::operation::{OpTarget, Operation};
use crate::domain::rejection::{Rejection, ServiceError, ServiceResult};
use crate::domain::role::Role;
use crate::store::mysql::operations::operation_fetch;

/// A signed-in person who asks for something.
#[derive(Debug, Clone)]
pub struct Person {
    pub name: String,
    pub role: Role,
    /// The address it came from, for the audit.
    pub address: Option<String>,
}

impl Person {
    pub fn actor(&self) -> Actor {
        Actor::User {
            name: self.name.clone(),
            role: self.role,
        }
    }
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Operations {
    cashier: Cashier,
    audit: Audit,
    clock: Clock,
    unit_limit: u32,
}

impl Operations {
    /// `unit_limit`: units that an operator may move in one operation without a supervisor.
    pub fn new(cashier: Cashier, audit: Audit, clock: Clock, unit_limit: u32) -> Self {
        Self {
            cashier,
            audit,
            clock,
            unit_limit,
        }
    }

    /// Units that an operator may move in one operation without a supervisor.
    pub fn unit_limit(&self) -> u32 {
        self.unit_limit
    }

    /// What this person may do now, by the one table that pages show by as well.
    pub fn standing<'a>(&self, by: &'a Person) -> Standing<'a> {
        Standing {
            role: by.role,
            user: &by.name,
            now: self.now(),
            unit_limit: self.unit_limit,
        }
    }

    /// One operation, whatever became of it.
    ///
    /// # Errors
    /// `Rejected` with `not_found`; `NotConfirmed` when the database is away or too slow.
    pub async fn fetch(&self, op: OpId) -> ServiceResult<Operation> {
        let found = in_time(PATIENCE, operation_fetch(self.pool(), op)).await?;
        found.ok_or_else(|| Rejection::NotFound.into())
    }

    fn pool(&self) -> &MySqlPool {
        self.desk().pool()
    }

    fn desk(&self) -> &Desk {
        self.cashier.desk()
    }

    /// Now, as precisely as it is stored.
    fn now(&self) -> DateTime<Utc> {
        self.clock.now().trunc_subsecs(6)
    }

    async fn note(
        &self,
        by: &Person,
        action: AuditAction,
        op: OpId,
        result: AuditResult,
        detail: AuditDetail,
    ) {
        let (actor, object) = (by.actor().to_string(), op.to_string());
        self.audit
            .note(Note {
                actor: &actor,
                action,
                object: Some(&object),
                result,
                address: by.address.as_deref(),
                detail: Some(detail),
            })
            .await;
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
            self.note(
                by,
                action,
                op,
                AuditResult::Refused,
                AuditDetail::refused(why),
            )
            .await;
        }
        answer
    }
}

/// What an operation is about, for the audit.
fn summary(operation: &Operation) -> AuditDetail {
    let (object, change, more) = match &operation.target {
        OpTarget::Document(document) | OpTarget::Order(document) => (document.to_string(), None, 0),
        OpTarget::Lines { warehouse, lines } => match lines.as_slice() {
            [line, more @ ..] => {
                let object = format!("{warehouse}/{}", line.sku);
                (object, Some(line.change), more.len())
            }
            [] => (warehouse.to_string(), None, 0),
        },
    };
    AuditDetail::Correction {
        kind: operation.kind,
        object: AuditDetail::name(&object),
        change,
        more,
    }
}
