//! Cancelling the orders of a confirmed operation: each by the ordinary cancel, drafted and confirmed
//! in the name of whoever confirmed them all.
//!
//! The number of an order's own operation follows from this operation's number and the order's.
//! Whoever is cut off, wherever that is, finds by it how far the order came, and does nothing twice.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};

use super::carry::{Carried, LEASE};
use super::{Bulks, LONG_PATIENCE, PATIENCE, Person, in_time};
use crate::domain::actor::Actor;
use crate::domain::bulk::Bulk;
use crate::domain::bulk_cancel::{CancelLine, CancelProblem, CancelResult};
use crate::domain::ids::OpId;
use crate::domain::operation::{NewOperation, OpKind, OpStatus, OpTarget, Operation};
use crate::domain::order::OrderRow;
use crate::domain::rejection::{Rejection, ServiceError, ServiceResult};
use crate::service::operations::How;
use crate::store::mysql::bulk::{bulk_release, cancels_decided, cancels_open};

/// Orders whose gateways are asked at one time.
const TOGETHER: u32 = 8;

/// No others are begun after this long: a person may be waiting for those that were.
const A_WHILE: Duration = Duration::from_secs(3);

impl Bulks {
    /// Cancels the orders of an operation that is ours, for a while; finishes it when it is known of
    /// every one what it came to.
    pub(super) async fn carry_orders(&self, bulk: &Bulk, actor: &Actor) -> ServiceResult<Carried> {
        let (op, began) = (bulk.op, Instant::now());
        let by = person(actor)?;
        let (mut carried, mut after, mut failed) = (Carried::default(), 0, None);
        loop {
            let open = cancels_open(self.pool(), op, after, TOGETHER);
            let open = in_time(PATIENCE, open).await?;
            let Some(last) = open.last() else {
                break;
            };
            after = last.line;
            match self.decide_orders(bulk, &by, open).await {
                Ok(Decided { done, waiting }) => {
                    carried.done += done;
                    carried.waits |= waiting > 0;
                }
                // Those after them are asked all the same.
                Err(error) => failed = Some(error),
            }
            in_time(PATIENCE, bulk_release(self.pool(), op, self.now() + LEASE)).await?;
            if began.elapsed() > A_WHILE {
                carried.waits = false;
                return failed.map_or(Ok(carried), Err);
            }
        }
        if let Some(error) = failed {
            return Err(error);
        }
        if !carried.waits {
            self.finish(bulk, actor).await?;
            carried.finished = true;
        }
        Ok(carried)
    }

    async fn decide_orders(
        &self,
        bulk: &Bulk,
        by: &Person,
        lines: Vec<CancelLine>,
    ) -> ServiceResult<Decided> {
        // Before their operations: what an order says of its own is then never older than this.
        let numbers: Vec<_> = lines.iter().map(|line| &line.order_no).collect();
        let found = &self.orders(&numbers).await?;
        let asked = stream::iter(lines.into_iter().map(|line| async move {
            let order = found.get(&line.order_no);
            (line.line, self.cancel_order(bulk, by, &line, order).await)
        }));
        let answers: Vec<_> = asked.buffer_unordered(TOGETHER as usize).collect().await;
        let (mut decided, mut waiting, mut failed) = (Vec::new(), 0, None);
        for (line, answer) in answers {
            match answer {
                Ok(Some(result)) => decided.push((line, result)),
                Ok(None) => waiting += 1,
                Err(error) => failed = Some(error),
            }
        }
        if !decided.is_empty() {
            let noted = cancels_decided(self.pool(), bulk.op, &decided);
            in_time(LONG_PATIENCE, noted).await?;
        }
        let done = u32::try_from(decided.len()).unwrap_or(u32::MAX);
        failed.map_or(Ok(Decided { done, waiting }), Err)
    }

    /// What cancelling this order came to; `None` while its gateway has proved nothing.
    async fn cancel_order(
        &self,
        bulk: &Bulk,
        by: &Person,
        line: &CancelLine,
        order: Option<&OrderRow>,
    ) -> ServiceResult<Option<CancelResult>> {
        let own = bulk.op.for_order(&line.order_no);
        let earlier = self.own_operation(own).await?;
        let refused = match earlier.map(|operation| operation.status) {
            Some(OpStatus::Applied) => return Ok(Some(CancelResult::Applied)),
            Some(OpStatus::Waiting) => return Ok(None),
            Some(OpStatus::Refused) => Rejection::AlreadyPaid,
            None | Some(OpStatus::Draft | OpStatus::Discarded) => {
                match CancelProblem::of(order) {
                    // Not even drafted, if it was not drafted before.
                    Some(problem) => {
                        self.discard_own(own, by).await?;
                        return Ok(Some(CancelResult::Refused(problem)));
                    }
                    None => match self.confirm_own(bulk, by, line, own).await {
                        Ok(OpStatus::Applied) => return Ok(Some(CancelResult::Applied)),
                        Ok(OpStatus::Waiting) => return Ok(None),
                        Ok(OpStatus::Refused) => Rejection::AlreadyPaid,
                        Ok(OpStatus::Draft | OpStatus::Discarded) => Rejection::OrderCancelled,
                        Err(ServiceError::Rejected(why)) => why,
                        Err(error) => return Err(error),
                    },
                }
            }
        };
        self.discard_own(own, by).await?;
        let now = self.orders(&[&line.order_no]).await?;
        let problem = CancelProblem::of(now.get(&line.order_no));
        let problem = problem.unwrap_or(CancelProblem::Refused { why: refused });
        Ok(Some(CancelResult::Refused(problem)))
    }

    /// Drafts and confirms an order's own operation; how it stands then. A draft that stays one: the
    /// order is being cancelled by somebody else.
    async fn confirm_own(
        &self,
        bulk: &Bulk,
        by: &Person,
        line: &CancelLine,
        own: OpId,
    ) -> ServiceResult<OpStatus> {
        let new = NewOperation {
            op: own,
            kind: OpKind::Cancel,
            target: OpTarget::Order(line.order_no.clone()),
            reason: bulk.reason,
            note: bulk.note.clone(),
            reference: bulk.reference.clone(),
        };
        let drafted = self.operations.draft(new, by).await?;
        let revision = drafted.operation().revision;
        let confirmed = self.operations.confirm(own, revision, by).await?;
        Ok(match confirmed.how {
            How::ByOthers => OpStatus::Draft,
            How::Applied | How::Again | How::Waiting => confirmed.operation.status,
        })
    }

    /// A draft that came to nothing is nobody's to confirm.
    async fn discard_own(&self, own: OpId, by: &Person) -> ServiceResult<()> {
        let found = self.own_operation(own).await?;
        if found.is_none_or(|operation| operation.status != OpStatus::Draft) {
            return Ok(());
        }
        match self.operations.discard(own, by).await {
            Ok(_) | Err(ServiceError::Rejected(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn own_operation(&self, own: OpId) -> ServiceResult<Option<Operation>> {
        match self.operations.fetch(own).await {
            Ok(operation) => Ok(Some(operation)),
            Err(ServiceError::Rejected(Rejection::NotFound)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

struct Decided {
    done: u32,
    /// Orders whose gateways have proved nothing yet.
    waiting: u32,
}

/// Who confirmed them all. From where is told with the confirming itself.
fn person(actor: &Actor) -> ServiceResult<Person> {
    match actor {
        Actor::User { name, role } => Ok(Person {
            name: name.clone(),
            role: *role,
            address: None,
        }),
        other => Err(ServiceError::Internal(format!("{other} confirms nothing"))),
    }
}
