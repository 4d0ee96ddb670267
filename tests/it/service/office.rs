//! People at the desk: operations drafted and confirmed by staff.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{TimeDelta, Utc};
use stockdesk::domain::ids::{DocumentNo, OpId};
use stockdesk::domain::operation::{NewOperation, OpChange, OpKind, OpLine, OpTarget, Operation};
use stockdesk::domain::reason::Reason;
use stockdesk::domain::rejection::{Rejection, ServiceError, ServiceResult};
use stockdesk::domain::role::Role;
use stockdesk::gateway::Gateways;
use stockdesk::service::operations::Drafted;
use stockdesk::service::{Audit, Cashier, CashierSettings, Clock, Operations, Person, Queries};

use crate::harness::world::{World, sku, warehouse};

pub struct Office {
    pub world: World,
    pub operations: Operations,
    pub queries: Queries,
    /// Seconds that the office's clock is ahead.
    ahead: Arc<AtomicI64>,
}

impl Office {
    /// An office with no payment gateway, whose operators may move 100 units.
    pub async fn new() -> Self {
        let world = World::new().await;
        let settings = CashierSettings::new("http://127.0.0.1");
        let gateways = Gateways::new(Vec::new()).expect("none");
        let cashier = Cashier::start(world.desk.clone(), gateways, settings);
        Self::with(world, cashier)
    }

    pub fn with(world: World, cashier: Cashier) -> Self {
        let ahead = Arc::new(AtomicI64::new(0));
        let seconds = ahead.clone();
        let clock =
            Clock::new(move || Utc::now() + TimeDelta::seconds(seconds.load(Ordering::SeqCst)));
        let pool = world.desk.pool().clone();
        let audit = Audit::new(pool.clone(), clock.clone());
        Self {
            operations: Operations::new(cashier, audit, clock.clone(), 100),
            queries: Queries::new(pool, clock),
            world,
            ahead,
        }
    }

    pub fn pass(&self, time: TimeDelta) {
        self.ahead.fetch_add(time.num_seconds(), Ordering::SeqCst);
    }

    /// Drafts and confirms; the operation as it is then.
    pub async fn apply(&self, new: NewOperation, by: &Person) -> Operation {
        let drafted = self.operations.draft(new, by).await.expect("a draft");
        let (op, revision) = (drafted.operation().op, drafted.operation().revision);
        let confirmed = self.operations.confirm(op, revision, by).await;
        confirmed.expect("confirmed").operation
    }

    pub async fn drafted(&self, new: NewOperation, by: &Person) -> Operation {
        match self.operations.draft(new, by).await.expect("a draft") {
            Drafted::Saved(operation) | Drafted::Replaced(operation) => operation,
            Drafted::Same(operation) => panic!("the same as before: {operation:?}"),
        }
    }

    /// A count of a SKU, as somebody sees it now.
    pub async fn count(&self, name: &str, counted: i64) -> NewOperation {
        let level = self.queries.stock(&warehouse(), &sku(name)).await;
        let level = level.expect("read").value.expect("there");
        let line = OpLine {
            sku: sku(name),
            change: OpChange::SetTo(counted),
            seen_available: level.available(),
            seen_version: level.version,
            counted_at: None,
        };
        new(OpKind::Set, lines(vec![line]), Reason::Count)
    }

    /// `action result` of each audit row, oldest first.
    pub async fn audit(&self, op: OpId) -> Vec<String> {
        let rows: Vec<(String, String)> =
            sqlx::query_as("SELECT action, result FROM audit WHERE object = ? ORDER BY id")
                .bind(op.to_string())
                .fetch_all(self.world.desk.pool())
                .await
                .expect("rows");
        rows.iter()
            .map(|(action, result)| format!("{action} {result}"))
            .collect()
    }
}

pub fn li() -> Person {
    person("li.wei", Role::Operator)
}

pub fn wang() -> Person {
    person("wang.fang", Role::Operator)
}

/// A supervisor.
pub fn chen() -> Person {
    person("chen.yu", Role::Supervisor)
}

pub fn person(name: &str, role: Role) -> Person {
    Person {
        name: name.to_owned(),
        role,
        address: Some("10.0.4.21".to_owned()),
    }
}

pub fn new(kind: OpKind, target: OpTarget, reason: Reason) -> NewOperation {
    NewOperation {
        op: OpId::new(ulid::Ulid::new()),
        kind,
        target,
        reason,
        note: None,
        reference: None,
    }
}

pub fn lines(lines: Vec<OpLine>) -> OpTarget {
    OpTarget::Lines {
        warehouse: warehouse(),
        lines,
    }
}

/// A change of each SKU by some units.
pub fn by(kind: OpKind, changes: &[(&str, i64)]) -> NewOperation {
    let line = |&(name, units): &(&str, i64)| OpLine {
        sku: sku(name),
        change: OpChange::Delta(units),
        seen_available: None,
        seen_version: 0,
        counted_at: None,
    };
    let reason = match kind {
        OpKind::Deduct => Reason::Damaged,
        _ => Reason::Received,
    };
    new(kind, lines(changes.iter().map(line).collect()), reason)
}

pub fn deduct(name: &str, units: i64) -> NewOperation {
    by(OpKind::Deduct, &[(name, -units)])
}

pub fn undo(document: &DocumentNo) -> NewOperation {
    new(
        OpKind::Rollback,
        OpTarget::Document(document.clone()),
        Reason::EnteredTwice,
    )
}

pub fn refused<T: std::fmt::Debug>(answer: ServiceResult<T>) -> Rejection {
    match answer {
        Err(ServiceError::Rejected(rejection)) => rejection,
        other => panic!("expected a refusal, got {other:?}"),
    }
}
