//! Group commit: jobs that arrive while a commit is under way share the next one. One lock per
//! SKU, one fsync, many orders.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use sqlx::Connection;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

use super::{Corrections, Limits};
use crate::domain::book::{Decision, Declined, Done, Job, Work};
use crate::domain::ids::{Sku, Warehouse};
use crate::domain::rejection::{Rejection, ServiceError, ServiceResult};
use crate::service::clock::Clock;
use crate::store::mysql::commit::{CommitError, commit_batch, prepare_connection};
use crate::store::redis::{Gate, Outcome};

/// A batch that other writers keep in the way of is tried this often.
const ATTEMPTS: u32 = 8;
const CONNECT_LIMIT: Duration = Duration::from_secs(2);
const COMMIT_LIMIT: Duration = Duration::from_secs(8);

/// How a job came past the gate, and so what the gate has to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passage {
    /// The gate took the units at this time, under the document's number.
    Admitted(DateTime<Utc>),
    /// The gate knew the document already; another sender's mark may be in flight.
    Repeated,
    /// The gate was away, or not asked.
    Ungated,
    /// Units will be given back; marked so under this mark.
    Releasing(String),
    /// Nothing moves but money.
    Aside,
}

struct Pending {
    job: Job,
    ticket: Ticket,
}

struct Ticket {
    passage: Passage,
    warehouse: Option<Warehouse>,
    skus: Vec<Sku>,
    queued: Instant,
    reply: oneshot::Sender<Result<Decision, WriteError>>,
}

/// Why a whole batch, or a single job, has no decision.
#[derive(Debug, Clone)]
enum WriteError {
    NotConfirmed(String),
    Internal(String),
}

pub struct LedgerWriter {
    queue: mpsc::Sender<Pending>,
    limits: Limits,
}

impl LedgerWriter {
    pub(super) fn start(
        database: MySqlConnectOptions,
        gate: Gate,
        corrections: Corrections,
        clock: Clock,
        limits: Limits,
    ) -> Self {
        let (queue, inbox) = mpsc::channel(limits.queue);
        let connection = None;
        let told = Arc::new(Teller { gate, corrections });
        let writer = Writer {
            database,
            connection,
            told,
            clock,
            limits,
        };
        tokio::spawn(writer.run(inbox));
        Self { queue, limits }
    }

    pub fn waiting(&self) -> usize {
        self.limits.queue - self.queue.capacity()
    }

    /// Submits a job and waits for its decision, which is true once this returns `Ok`.
    ///
    /// # Errors
    /// `Busy` when the queue is full; `NotConfirmed` when it is not known to be stored: the same
    /// job can be submitted again.
    pub async fn submit(
        &self,
        job: Job,
        passage: Passage,
        warehouse: Option<Warehouse>,
        skus: Vec<Sku>,
    ) -> ServiceResult<Done> {
        let (reply, replied) = oneshot::channel();
        let queued = Instant::now();
        let ticket = Ticket {
            passage,
            warehouse,
            skus,
            queued,
            reply,
        };
        let queued = self.queue.try_send(Pending { job, ticket });
        queued.map_err(|error| match error {
            TrySendError::Full(_) => ServiceError::Busy,
            TrySendError::Closed(_) => not_confirmed("the desk is stopping"),
        })?;
        let decision = match timeout(self.limits.answer, replied).await {
            Ok(Ok(decision)) => decision,
            Ok(Err(_)) => return Err(not_confirmed("the desk is stopping")),
            Err(_) => return Err(not_confirmed("the database is too slow")),
        };
        match decision {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(Declined::Rejected(rejection))) => Err(rejection.into()),
            Ok(Err(Declined::Broken(why))) => Err(ServiceError::Internal(why)),
            Err(WriteError::NotConfirmed(why)) => Err(ServiceError::NotConfirmed(why)),
            Err(WriteError::Internal(why)) => Err(ServiceError::Internal(why)),
        }
    }
}

fn not_confirmed(why: &str) -> ServiceError {
    ServiceError::NotConfirmed(why.to_owned())
}

struct Writer {
    database: MySqlConnectOptions,
    connection: Option<MySqlConnection>,
    told: Arc<Teller>,
    clock: Clock,
    limits: Limits,
}

impl Writer {
    async fn run(mut self, mut inbox: mpsc::Receiver<Pending>) {
        let mut batch = Vec::with_capacity(self.limits.batch_jobs);
        while inbox.recv_many(&mut batch, self.limits.batch_jobs).await > 0 {
            let (mut jobs, mut tickets) = (Vec::new(), Vec::new());
            for pending in batch.drain(..) {
                // Its sender is answered "not confirmed" any moment: too late to begin.
                if pending.ticket.queued.elapsed() >= self.limits.answer / 2 {
                    let late = WriteError::NotConfirmed("waited too long".to_owned());
                    self.told
                        .clone()
                        .answer(vec![pending.job], vec![pending.ticket], Err(late));
                    continue;
                }
                jobs.push(pending.job);
                tickets.push(pending.ticket);
            }
            if jobs.is_empty() {
                continue;
            }
            metrics::histogram!("stockdesk_commit_jobs").record(jobs.len() as f64);
            let begun = Instant::now();
            let decisions = self.commit(&jobs).await;
            metrics::histogram!("stockdesk_commit_seconds").record(begun.elapsed());
            match decisions {
                // One of them cannot be stored: find out which, and let the others through.
                Err(WriteError::Internal(_)) if jobs.len() > 1 => {
                    for (job, ticket) in jobs.into_iter().zip(tickets) {
                        let decision = self.commit(std::slice::from_ref(&job)).await;
                        self.told.clone().answer(vec![job], vec![ticket], decision);
                    }
                }
                decisions => self.told.clone().answer(jobs, tickets, decisions),
            }
        }
    }

    /// Commits a batch, again and again while only other writers are in the way.
    async fn commit(&mut self, jobs: &[Job]) -> Result<Vec<Decision>, WriteError> {
        let mut why = String::new();
        let mut lost_connection = false;
        for attempt in 0..ATTEMPTS {
            if attempt > 1 {
                let pause = rand::random_range(1..=10 * u64::from(attempt));
                tokio::time::sleep(Duration::from_millis(pause)).await;
            }
            let now = self.clock.now();
            let connection = match self.connect().await {
                Ok(connection) => connection,
                Err(error) => return Err(WriteError::NotConfirmed(error)),
            };
            // One job that cannot be decided must not end the writer of all others.
            let commit = AssertUnwindSafe(commit_batch(connection, jobs, now)).catch_unwind();
            let error = match timeout(COMMIT_LIMIT, commit).await {
                Ok(Ok(Ok(decisions))) => return Ok(decisions),
                Ok(Ok(Err(error))) => error,
                Ok(Err(_)) => {
                    self.connection = None;
                    let why = "it panicked; see the log".to_owned();
                    return Err(WriteError::Internal(why));
                }
                Err(_) => {
                    self.connection = None;
                    return Err(WriteError::NotConfirmed(
                        "the database is too slow".to_owned(),
                    ));
                }
            };
            metrics::counter!("stockdesk_commit_retries_total").increment(1);
            why = error.to_string();
            match error {
                CommitError::Again(_) => {}
                CommitError::Refused(error) => {
                    self.connection = None;
                    return Err(WriteError::Internal(error.to_string()));
                }
                // The commit may have happened. Running the batch again tells.
                CommitError::Away { .. } => {
                    self.connection = None;
                    if std::mem::replace(&mut lost_connection, true) {
                        break;
                    }
                }
            }
        }
        Err(WriteError::NotConfirmed(why))
    }

    async fn connect(&mut self) -> Result<&mut MySqlConnection, String> {
        if self.connection.is_none() {
            let connect = timeout(CONNECT_LIMIT, MySqlConnection::connect_with(&self.database));
            let mut connection = connect.await.map_err(|e| e.to_string())?.map_err(text)?;
            prepare_connection(&mut connection).await.map_err(text)?;
            self.connection = Some(connection);
        }
        self.connection
            .as_mut()
            .ok_or_else(|| "no connection".to_owned())
    }
}

fn text(error: sqlx::Error) -> String {
    error.to_string()
}

/// Tells the gate, then the callers, what became of a batch.
struct Teller {
    gate: Gate,
    corrections: Corrections,
}

impl Teller {
    fn answer(
        self: Arc<Self>,
        jobs: Vec<Job>,
        tickets: Vec<Ticket>,
        decisions: Result<Vec<Decision>, WriteError>,
    ) {
        // The writer goes on with the next batch meanwhile.
        tokio::spawn(async move { self.tell(jobs, tickets, decisions).await });
    }

    async fn tell(
        &self,
        jobs: Vec<Job>,
        tickets: Vec<Ticket>,
        decisions: Result<Vec<Decision>, WriteError>,
    ) {
        let each: Vec<Result<Decision, WriteError>> = match decisions {
            Ok(decisions) => decisions.into_iter().map(Ok).collect(),
            Err(error) => {
                tracing::warn!(jobs = jobs.len(), ?error, "a batch was not confirmed");
                jobs.iter().map(|_| Err(error.clone())).collect()
            }
        };
        let mut marks: Vec<(Warehouse, Vec<(String, Outcome)>)> = Vec::new();
        for ((job, ticket), decision) in jobs.iter().zip(&tickets).zip(&each) {
            let Some(warehouse) = &ticket.warehouse else {
                continue;
            };
            let verdict = Verdict::of(job, &ticket.passage, decision);
            if let Some(mark) = verdict.mark {
                match marks.iter_mut().find(|(w, _)| w == warehouse) {
                    Some((_, list)) => list.push(mark),
                    None => marks.push((warehouse.clone(), vec![mark])),
                }
            }
            if verdict.correct {
                self.corrections
                    .soon(warehouse, ticket.skus.iter().cloned());
            }
            self.corrections
                .touch(warehouse, ticket.skus.iter().cloned());
        }
        for (warehouse, marks) in marks {
            if self.gate.finish(&warehouse, &marks).await.is_err() {
                self.corrections.keep_unfinished(&warehouse, marks);
            }
        }
        for (ticket, decision) in tickets.into_iter().zip(each) {
            // A caller that gave up was told that nothing is confirmed.
            let _ = ticket.reply.send(decision);
        }
    }
}

/// What the gate is told of one job, and whether its SKUs need a correction.
struct Verdict {
    mark: Option<(String, Outcome)>,
    correct: bool,
}

impl Verdict {
    fn of(job: &Job, passage: &Passage, decision: &Result<Decision, WriteError>) -> Self {
        let mark = match (passage, &job.work) {
            (Passage::Releasing(mark), _) => Some(mark.clone()),
            (Passage::Aside, _) => None,
            (_, Work::Post { post, .. } | Work::Again { post, .. }) => {
                Some(post.document.to_string())
            }
            (_, _) => None,
        };
        let (outcome, correct) = match decision {
            Err(_) => (Outcome::Drop, true),
            Ok(Ok(done)) if applied_now(done, passage) => (
                Outcome::Done,
                matches!(passage, Passage::Ungated | Passage::Repeated) || sets(job),
            ),
            Ok(Ok(_)) => (Outcome::Undo, false),
            // The gate let it in and MySQL had too little: the gate was too high.
            Ok(Err(Declined::Rejected(Rejection::InsufficientStock { .. }))) => match passage {
                Passage::Admitted(_) => (Outcome::Drop, true),
                _ => (Outcome::Undo, false),
            },
            Ok(Err(_)) => (Outcome::Undo, false),
        };
        // A repeat that changed nothing says nothing about the first sender's mark.
        let idle_repeat =
            matches!(passage, Passage::Repeated | Passage::Ungated) && outcome != Outcome::Done;
        Self {
            mark: mark.filter(|_| !idle_repeat).map(|m| (m, outcome)),
            correct,
        }
    }
}

/// Whether the units that this job's mark stands for were moved in MySQL.
fn applied_now(done: &Done, passage: &Passage) -> bool {
    match done {
        // Another sender's try of the same document came first, with this mark already set.
        Done::Posted(applied) if applied.replayed => match passage {
            Passage::Admitted(at) => applied.receipt.created_at >= *at,
            _ => false,
        },
        Done::Posted(_) => true,
        Done::RolledBack(applied) => !applied.replayed,
        Done::Cancelled(applied) => !applied.replayed,
        Done::Settled(_) => true,
    }
}

/// Whether the job writes an absolute level, of which the gate cannot know the difference.
fn sets(job: &Job) -> bool {
    use crate::domain::command::Change;
    match &job.work {
        Work::Post { post, .. } => post
            .lines
            .iter()
            .any(|line| matches!(line.change, Change::To { .. })),
        _ => false,
    }
}
