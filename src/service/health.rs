//! How the desk is doing: each part, and what its state means for the work.

pub mod history;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::MySqlPool;
use tokio::time::timeout;

use super::clock::Clock;
use super::condition::{Condition, Part};
use super::desk::Desk;
use super::verify::{Invariant, Proof};
use crate::gateway::Gateways;
use crate::store::mysql;
use crate::store::mysql::late::lates_open_since;
use crate::store::mysql::overview::waiting_cancels;
use crate::store::mysql::stock::differences_open;

/// A part that does not answer for this long is down.
const PATIENCE: Duration = Duration::from_secs(1);
/// An answer that takes this long is slow.
const SLOW: Duration = Duration::from_millis(500);
/// A cancel that waits for this long, or was tried this often, needs a person.
const CANCEL_LATE: TimeDelta = TimeDelta::minutes(30);
const CANCEL_ATTEMPTS: u32 = 10;
/// So does money that has waited for one for this long.
const MONEY_LATE: TimeDelta = TimeDelta::hours(1);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HealthState {
    Ok,
    Degraded,
    Down,
}

impl HealthState {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Degraded => "degraded",
            Self::Down => "down",
        }
    }
}

/// One part of the desk. `detail` names a gateway or a worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Component {
    pub kind: ComponentKind,
    pub detail: Option<Cow<'static, str>>,
    pub state: HealthState,
    /// Of the last answer.
    pub latency: Option<Duration>,
    pub last_success_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ComponentKind {
    Database,
    Redis,
    /// Does the gate agree with MySQL?
    Gate,
    Migrations,
    Worker,
    PaymentGateway,
    /// Cancels that wait for a gateway's proof.
    Cancels,
    /// Late payments that need a person.
    LateMoney,
    /// What the books promise, checked all the time; the gate has a line of its own.
    Promises,
}

impl ComponentKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Redis => "redis",
            Self::Gate => "gate",
            Self::Migrations => "migrations",
            Self::Worker => "worker",
            Self::PaymentGateway => "payment_gateway",
            Self::Cancels => "cancels",
            Self::LateMoney => "late_money",
            Self::Promises => "promises",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthReport {
    pub at: DateTime<Utc>,
    pub components: Vec<Component>,
}

impl HealthReport {
    /// The worst state of one kind of part; `Ok` when there is none.
    pub fn of(&self, kind: ComponentKind) -> HealthState {
        let states = self
            .components
            .iter()
            .filter(|c| c.kind == kind)
            .map(|c| c.state);
        states.max().unwrap_or(HealthState::Ok)
    }

    /// Down when nothing can be changed, degraded when something does not work as usual.
    pub fn overall(&self) -> HealthState {
        use ComponentKind::{Database, Migrations};
        let worst = self
            .components
            .iter()
            .map(|c| c.state)
            .max()
            .unwrap_or(HealthState::Ok);
        match self.of(Database).max(self.of(Migrations)) {
            HealthState::Down => HealthState::Down,
            _ => worst.min(HealthState::Degraded),
        }
    }
}

/// How a worker is doing, as its driver tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerReport {
    pub name: &'static str,
    pub failures: u32,
    pub last_success_at: Option<DateTime<Utc>>,
}

type Workers = Arc<dyn Fn() -> Vec<WorkerReport> + Send + Sync>;

/// Cheap to clone.
#[derive(Clone)]
pub struct Health {
    pool: MySqlPool,
    desk: Desk,
    gateways: Gateways,
    clock: Clock,
    condition: Condition,
    proof: Proof,
    workers: Workers,
}

impl Health {
    /// `workers` tells how the workers of this process are doing.
    pub fn new(
        desk: Desk,
        gateways: Gateways,
        condition: Condition,
        proof: Proof,
        workers: impl Fn() -> Vec<WorkerReport> + Send + Sync + 'static,
    ) -> Self {
        let (pool, clock) = (desk.pool().clone(), desk.clock().clone());
        Self {
            pool,
            desk,
            gateways,
            clock,
            condition,
            proof,
            workers: Arc::new(workers),
        }
    }

    /// Looks at every part now; takes at most about a second. Never fails: what cannot be asked
    /// is down. What pages say in their band follows from it.
    pub async fn report(&self) -> HealthReport {
        let (database, redis, gate, cancels, late) = tokio::join!(
            self.database(),
            self.redis(),
            self.gate(),
            self.cancels(),
            self.late_money()
        );
        let at = self.clock.now();
        let mut components: Vec<Component> = database.into();
        components.extend([redis, gate]);
        components.extend((self.workers)().into_iter().map(|w| worker(w, at)));
        components.extend(self.gateways.health().into_iter().map(|g| {
            let answered = g
                .answered
                .map(|(ago, _)| at - TimeDelta::from_std(ago).unwrap_or_default());
            let latency = g.answered.map(|(_, took)| took);
            let slow = latency.is_some_and(|took| took > SLOW);
            let state = match g.unanswered {
                0 if slow => HealthState::Degraded,
                0 => HealthState::Ok,
                1..=4 => HealthState::Degraded,
                _ => HealthState::Down,
            };
            component(
                ComponentKind::PaymentGateway,
                Some(g.name.into()),
                state,
                latency,
                answered,
            )
        }));
        components.extend([cancels, late, self.promises()]);
        let report = HealthReport { at, components };
        self.tell(&report);
        report
    }

    /// How one worker of this process is doing; `None` when it has none of this name.
    pub fn worker(&self, name: &str) -> Option<Component> {
        let at = self.clock.now();
        let mut reports = (self.workers)().into_iter();
        let report = reports.find(|report| report.name == name)?;
        Some(worker(report, at))
    }

    async fn database(&self) -> [Component; 2] {
        let begun = Instant::now();
        let migrated = timeout(PATIENCE, mysql::is_migrated(&self.pool)).await;
        let latency = begun.elapsed();
        let (database, migrations) = match migrated {
            Ok(Ok(true)) => (HealthState::Ok, HealthState::Ok),
            // It answers, and its schema is not ours (or not there at all).
            Ok(Ok(false)) | Ok(Err(mysql::StoreError::Broken(_))) => {
                (HealthState::Ok, HealthState::Down)
            }
            Ok(Err(mysql::StoreError::Away(_))) | Err(_) => (HealthState::Down, HealthState::Down),
        };
        let answered = database == HealthState::Ok;
        let at = answered.then(|| self.clock.now());
        let latency = answered.then_some(latency);
        let database = if latency.is_some_and(|took| took > SLOW) {
            HealthState::Degraded
        } else {
            database
        };
        [
            component(ComponentKind::Database, None, database, latency, at),
            component(ComponentKind::Migrations, None, migrations, latency, at),
        ]
    }

    async fn redis(&self) -> Component {
        let begun = Instant::now();
        let latency = match timeout(PATIENCE, self.desk.gate().latency()).await {
            Ok(Ok(())) => Some(begun.elapsed()),
            _ => None,
        };
        let state = match latency {
            Some(took) if took <= SLOW => HealthState::Ok,
            _ => HealthState::Degraded,
        };
        let at = latency.map(|_| self.clock.now());
        component(ComponentKind::Redis, None, state, latency, at)
    }

    async fn gate(&self) -> Component {
        let open = match timeout(PATIENCE, differences_open(&self.pool)).await {
            Ok(Ok(open)) => Some(open),
            _ => None,
        };
        let agrees = self.desk.gate().is_up() && open == Some(0);
        let state = if agrees {
            HealthState::Ok
        } else {
            HealthState::Degraded
        };
        component(
            ComponentKind::Gate,
            None,
            state,
            None,
            open.map(|_| self.clock.now()),
        )
    }

    /// Cancels whose gateway has proved nothing for long, or for many tries.
    async fn cancels(&self) -> Component {
        let waiting = timeout(PATIENCE, waiting_cancels(&self.pool)).await;
        let state = match waiting {
            Ok(Ok(waiting)) => {
                let since = waiting.oldest.map(|(_, since, _)| since);
                let old = since.is_some_and(|since| self.clock.now() - since > CANCEL_LATE);
                aged(old || waiting.most_attempts >= CANCEL_ATTEMPTS)
            }
            _ => HealthState::Degraded,
        };
        component(ComponentKind::Cancels, None, state, None, None)
    }

    /// Late payments that have needed a person for long.
    async fn late_money(&self) -> Component {
        let since = timeout(PATIENCE, lates_open_since(&self.pool)).await;
        let state = match since {
            Ok(Ok(since)) => aged(since.is_some_and(|since| self.clock.now() - since > MONEY_LATE)),
            _ => HealthState::Degraded,
        };
        component(ComponentKind::LateMoney, None, state, None, None)
    }

    /// What the prover knows just now; where none runs there is nothing to say against them.
    fn promises(&self) -> Component {
        let lines = self.proof.lines();
        let lines = Invariant::ALL.into_iter().zip(&lines);
        let books: Vec<_> = lines.filter(|(i, _)| *i != Invariant::Gate).collect();
        let state = aged(books.iter().any(|(_, line)| !line.held()));
        let looked_at = books
            .iter()
            .map(|(_, line)| line.checked_at)
            .min()
            .flatten();
        component(ComponentKind::Promises, None, state, None, looked_at)
    }

    fn tell(&self, report: &HealthReport) {
        use ComponentKind::{Database, Gate, Migrations, PaymentGateway, Promises, Redis, Worker};
        let parts = [
            (
                Part::Database,
                report.of(Database).max(report.of(Migrations)),
            ),
            (Part::Promises, report.of(Promises)),
            (Part::Gate, report.of(Redis).max(report.of(Gate))),
            (Part::Payments, report.of(PaymentGateway)),
            (Part::Workers, report.of(Worker)),
        ];
        for (part, state) in parts {
            if state == HealthState::Ok {
                self.condition.restored(part);
            } else {
                self.condition.degraded(part, report.at);
            }
        }
    }
}

fn aged(late: bool) -> HealthState {
    match late {
        true => HealthState::Degraded,
        false => HealthState::Ok,
    }
}

/// A worker that fails once is tired; one that has not succeeded for a minute has stopped.
fn worker(worker: WorkerReport, now: DateTime<Utc>) -> Component {
    let late = worker
        .last_success_at
        .is_none_or(|at| now - at > TimeDelta::seconds(60));
    let state = match worker.failures {
        0 => HealthState::Ok,
        _ if late => HealthState::Down,
        _ => HealthState::Degraded,
    };
    let name = Some(worker.name.into());
    component(
        ComponentKind::Worker,
        name,
        state,
        None,
        worker.last_success_at,
    )
}

fn component(
    kind: ComponentKind,
    detail: Option<Cow<'static, str>>,
    state: HealthState,
    latency: Option<Duration>,
    last_success_at: Option<DateTime<Utc>>,
) -> Component {
    Component {
        kind,
        detail,
        state,
        latency,
        last_success_at,
    }
}
