//! Carrying a confirmed operation out, line by line.
//!
//! Each line is a document of its own, decided alone by the desk; lines that are asked together
//! share commits. What was decided is noted afterwards: whoever is cut off in between asks the
//! same again, and gets the first answer.

use chrono::TimeDelta;
use futures_util::{StreamExt, stream};

use super::{Bulks, LONG_PATIENCE, PATIENCE, in_time};
use crate::domain::actor::Actor;
use crate::domain::audit::{AuditAction, AuditDetail, AuditResult};
use crate::domain::bulk::{Bulk, BulkLine, BulkOrigin, BulkStatus, LineResult, Task};
use crate::domain::ids::OpId;
use crate::domain::rejection::{ServiceError, ServiceResult};
use crate::domain::role::Role;
use crate::store::mysql::StoreResult;
use crate::store::mysql::bulk::{
    bulk_claim, bulk_finish, bulk_release, lines_decided, lines_open, lines_overlooked,
};

/// Whoever carries an operation out has it alone for this long after each step.
pub(super) const LEASE: TimeDelta = TimeDelta::seconds(15);

/// Between two looks at orders that wait for their gateways.
const PAUSE: TimeDelta = TimeDelta::seconds(5);

/// Lines that are asked at one time.
const TOGETHER: u32 = 250;

/// What one go came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Carried {
    /// Lines that were decided.
    pub done: u32,
    pub finished: bool,
    /// All that is left waits for gateways: there is nothing to do for a moment.
    pub waits: bool,
}

impl Bulks {
    /// Takes a running operation that nobody carries out, and decides at most `lines` lines of
    /// it. `None` when there is none.
    ///
    /// # Errors
    /// When some lines could not be decided: they are left for the next go.
    pub async fn carry_on(&self, lines: u32) -> ServiceResult<Option<Carried>> {
        let now = self.now();
        let claimed = bulk_claim(self.pool(), now, now + LEASE);
        let Some(op) = in_time(PATIENCE, claimed).await? else {
            return Ok(None);
        };
        self.carry_a_while(op, lines).await.map(Some)
    }

    /// Decides at most `lines` lines of an operation that is ours, and lets others carry on what
    /// is left.
    pub(super) async fn carry_a_while(&self, op: OpId, lines: u32) -> ServiceResult<Carried> {
        let carried = self.carry(op, lines).await?;
        if !carried.finished {
            let pause = if carried.waits {
                PAUSE
            } else {
                TimeDelta::zero()
            };
            in_time(PATIENCE, bulk_release(self.pool(), op, self.now() + pause)).await?;
        }
        Ok(carried)
    }

    /// Lets others carry it on.
    pub(super) async fn release(&self, op: OpId) -> StoreResult<()> {
        bulk_release(self.pool(), op, self.now()).await
    }

    /// Decides at most `most` lines of an operation that is ours, and finishes it after the last.
    async fn carry(&self, op: OpId, most: u32) -> ServiceResult<Carried> {
        let bulk = self.fetch(op).await?;
        let mut carried = Carried::default();
        if bulk.status != BulkStatus::Running {
            carried.finished = true;
            return Ok(carried);
        }
        let actor = confirmer(&bulk)?;
        if bulk.origin == BulkOrigin::Cancel {
            return self.carry_orders(&bulk, &actor).await;
        }
        loop {
            let wanted = TOGETHER.min(most - carried.done);
            let open = lines_open(self.pool(), op, wanted.max(1));
            let open = in_time(PATIENCE, open).await?;
            if open.is_empty() {
                self.finish(&bulk, &actor).await?;
                carried.finished = true;
                return Ok(carried);
            }
            if wanted == 0 {
                return Ok(carried);
            }
            carried.done += self.decide(&bulk, &actor, open).await?;
            in_time(PATIENCE, bulk_release(self.pool(), op, self.now() + LEASE)).await?;
        }
    }

    /// Asks all of these lines, and notes what was decided.
    async fn decide(&self, bulk: &Bulk, actor: &Actor, lines: Vec<BulkLine>) -> ServiceResult<u32> {
        let asked = stream::iter(lines.into_iter().map(|line| async move {
            let result = self.ask(bulk, actor, &line).await;
            (line.line, result)
        }));
        let answers: Vec<_> = asked.buffer_unordered(TOGETHER as usize).collect().await;
        let (mut decided, mut failed) = (Vec::with_capacity(answers.len()), None);
        for (line, answer) in answers {
            match answer {
                Ok(result) => decided.push((line, result)),
                Err(error) => failed = Some(error),
            }
        }
        if !decided.is_empty() {
            let noted = lines_decided(self.pool(), bulk.op, &decided);
            in_time(LONG_PATIENCE, noted).await?;
        }
        match failed {
            Some(error) => Err(error),
            None => Ok(u32::try_from(decided.len()).unwrap_or(u32::MAX)),
        }
    }

    async fn ask(&self, bulk: &Bulk, actor: &Actor, line: &BulkLine) -> ServiceResult<LineResult> {
        let receipts = match bulk.task(line).map_err(ServiceError::Internal)? {
            Task::Post(post) => {
                let posted = self.desk.post(post, actor.clone()).await;
                posted.map(|applied| applied.receipt.lines)
            }
            Task::Rollback(rollback) => {
                let undone = self.desk.rollback(rollback, actor.clone()).await;
                undone.map(|applied| applied.receipt.lines)
            }
        };
        match receipts {
            Ok(mut receipts) => match (receipts.pop(), receipts.is_empty()) {
                (Some(receipt), true) => Ok(LineResult::Applied(receipt)),
                _ => Err(ServiceError::Internal(format!(
                    "{} line {} moved more than one SKU, or none",
                    bulk.op, line.line
                ))),
            },
            Err(ServiceError::Rejected(refusal)) => Ok(LineResult::Refused(refusal)),
            Err(error) => Err(error),
        }
    }

    pub(super) async fn finish(&self, bulk: &Bulk, actor: &Actor) -> ServiceResult<()> {
        let op = bulk.op;
        let overlooked = lines_overlooked(self.pool(), op);
        let overlooked = in_time(LONG_PATIENCE, overlooked).await?;
        if !overlooked.is_empty() {
            in_time(LONG_PATIENCE, lines_decided(self.pool(), op, &overlooked)).await?;
        }
        let finished = bulk_finish(self.pool(), op, bulk.origin, self.now());
        if !in_time(LONG_PATIENCE, finished).await? {
            return Ok(());
        }
        let (applied, refused) = self.fetch(op).await?.came_to.unwrap_or_default();
        let who = actor.to_string();
        let came_to = AuditDetail::CameTo { applied, refused };
        let (action, result) = (AuditAction::CarriedOut, AuditResult::Done);
        self.note((&who, None), action, op, result, came_to).await;
        Ok(())
    }
}

/// Who confirmed it: in whose name each line moves stock, whoever carries it out.
fn confirmer(bulk: &Bulk) -> ServiceResult<Actor> {
    let name = bulk.confirmed_by.clone();
    let name =
        name.ok_or_else(|| ServiceError::Internal(format!("nobody confirmed {}", bulk.op)))?;
    Ok(Actor::User {
        name,
        // Only they may confirm so many; the ledger keeps the name alone.
        role: Role::Supervisor,
    })
}
