//! Runs workers: each periodically, and at once when it is woken; how each is doing can be seen.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::FutureExt;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::{Round, Worker};
use crate::service::Clock;

/// After failures the rest grows up to this.
const LONGEST_REST: Duration = Duration::from_secs(30);

/// A run that goes on for longer is broken off: whatever it waits for will not come. What it was
/// about stands in the stores, as after a stop.
const LONGEST_RUN: Duration = Duration::from_secs(300);

/// How a worker is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerStatus {
    pub name: &'static str,
    pub running: bool,
    pub last_success_at: Option<DateTime<Utc>>,
    /// The text is for people who run the desk.
    pub last_error: Option<(DateTime<Utc>, String)>,
    /// Failures since the last success.
    pub failures: u32,
    /// Things dealt with since the start.
    pub done: u64,
}

struct Seat {
    wake: Notify,
    status: Mutex<WorkerStatus>,
}

impl Seat {
    fn of(name: &'static str) -> Self {
        Self {
            wake: Notify::new(),
            status: Mutex::new(WorkerStatus {
                name,
                running: false,
                last_success_at: None,
                last_error: None,
                failures: 0,
                done: 0,
            }),
        }
    }

    fn status(&self) -> MutexGuard<'_, WorkerStatus> {
        // Nothing panics while it holds this, and each field stands for itself.
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The workers of this process.
pub struct Driver {
    clock: Clock,
    stopping: CancellationToken,
    seats: Vec<Arc<Seat>>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Driver {
    pub fn new(clock: Clock) -> Self {
        Self {
            clock,
            stopping: CancellationToken::new(),
            seats: Vec::new(),
            tasks: Mutex::default(),
        }
    }

    /// Starts a worker; its first run is now.
    pub fn start(&mut self, worker: impl Worker) {
        let seat = Arc::new(Seat::of(worker.name()));
        self.seats.push(seat.clone());
        let (clock, stopping) = (self.clock.clone(), self.stopping.clone());
        let tasks = self.tasks.get_mut().unwrap_or_else(PoisonError::into_inner);
        tasks.push(tokio::spawn(drive(worker, seat, clock, stopping)));
    }

    /// In the order in which they were started.
    pub fn statuses(&self) -> Vec<WorkerStatus> {
        let statuses = self.seats.iter().map(|seat| seat.status().clone());
        statuses.collect()
    }

    /// Lets a worker run now instead of at the end of its rest; one that is running runs again.
    pub fn wake(&self, name: &str) {
        for seat in &self.seats {
            if seat.status().name == name {
                seat.wake.notify_one();
            }
        }
    }

    /// Lets runs that are under way finish, for `grace` at most. What is broken off then is left
    /// in the stores for whoever comes next.
    pub async fn stop(&self, grace: Duration) {
        self.stopping.cancel();
        let deadline = tokio::time::Instant::now() + grace;
        let tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        for mut task in tasks {
            let left = deadline.saturating_duration_since(tokio::time::Instant::now());
            if timeout(left, &mut task).await.is_err() {
                task.abort();
            }
        }
    }
}

async fn drive(
    mut worker: impl Worker,
    seat: Arc<Seat>,
    clock: Clock,
    stopping: CancellationToken,
) {
    while !stopping.is_cancelled() {
        let more = run(&mut worker, &seat, &clock, LONGEST_RUN).await;
        if more {
            continue;
        }
        let rest = rest(worker.period(), seat.status().failures);
        tokio::select! {
            () = tokio::time::sleep(rest) => {}
            () = seat.wake.notified() => {}
            () = stopping.cancelled() => {}
        }
    }
}

/// One run, with its status kept; whether to run again at once.
async fn run(worker: &mut impl Worker, seat: &Seat, clock: &Clock, longest: Duration) -> bool {
    let name = worker.name();
    seat.status().running = true;
    let begun = std::time::Instant::now();
    // A worker that panics must not be gone for good: its work stands in the stores.
    let ran = AssertUnwindSafe(worker.run_once(clock.now())).catch_unwind();
    let ran = timeout(longest, ran).await;
    metrics::histogram!("stockdesk_worker_seconds", "worker" => name).record(begun.elapsed());
    let ran = match ran {
        Ok(Ok(Ok(round))) => Ok(round),
        Ok(Ok(Err(error))) => Err(error.to_string()),
        Ok(Err(_)) => Err("it panicked; see the log".to_owned()),
        Err(_) => Err(format!("it did not end within {longest:?}")),
    };
    let now = clock.now();
    let mut status = seat.status();
    status.running = false;
    match ran {
        Ok(Round { done, more }) => {
            status.last_success_at = Some(now);
            status.failures = 0;
            status.done += done as u64;
            metrics::counter!("stockdesk_worker_done_total", "worker" => name)
                .increment(done as u64);
            more
        }
        Err(error) => {
            // Once loudly; a database that is away for an hour is not news each second.
            if status.failures == 0 {
                tracing::error!(worker = name, error, "a worker failed");
            } else {
                tracing::debug!(worker = name, error, "a worker failed again");
            }
            metrics::counter!("stockdesk_worker_failures_total", "worker" => name).increment(1);
            status.last_error = Some((now, error));
            status.failures = status.failures.saturating_add(1);
            false
        }
    }
}

fn rest(period: Duration, failures: u32) -> Duration {
    let grown = period.saturating_mul(1 << failures.min(10));
    grown.min(LONGEST_REST.max(period))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use async_trait::async_trait;

    use super::*;
    use crate::domain::rejection::{ServiceError, ServiceResult};

    /// Fails, panics, has more to do, then is done; and then rests for long.
    struct Moody(Arc<AtomicU32>);

    #[async_trait]
    impl Worker for Moody {
        fn name(&self) -> &'static str {
            "moody"
        }

        fn period(&self) -> Duration {
            match self.0.load(Ordering::SeqCst) {
                0..4 => Duration::from_millis(1),
                _ => Duration::from_secs(3600),
            }
        }

        async fn run_once(&mut self, _: DateTime<Utc>) -> ServiceResult<Round> {
            match self.0.fetch_add(1, Ordering::SeqCst) {
                0 => Err(ServiceError::Busy),
                1 => panic!("in a mood"),
                2 => Ok(Round {
                    done: 3,
                    more: true,
                }),
                _ => Ok(Round::default()),
            }
        }
    }

    #[tokio::test]
    async fn a_worker_goes_on_after_failures_and_panics_and_can_be_woken() {
        let runs = Arc::new(AtomicU32::new(0));
        let mut driver = Driver::new(Clock::new(|| DateTime::UNIX_EPOCH));
        driver.start(Moody(runs.clone()));
        let finished = async |count| {
            let work = async {
                while runs.load(Ordering::SeqCst) < count || driver.statuses()[0].running {
                    tokio::task::yield_now().await;
                }
            };
            timeout(Duration::from_secs(20), work)
                .await
                .expect("it runs");
            driver.statuses().remove(0)
        };
        let status = finished(4).await;
        assert_eq!((status.failures, status.done), (0, 3));
        assert_eq!(status.last_success_at, Some(DateTime::UNIX_EPOCH));
        let (_, error) = status.last_error.unwrap();
        assert!(error.contains("panicked"), "{error}");
        // It rests for an hour now.
        driver.wake("moody");
        finished(5).await;
        driver.stop(Duration::from_secs(1)).await;
        assert_eq!(runs.load(Ordering::SeqCst), 5);
    }

    /// Waits for what never comes.
    struct Stuck;

    #[async_trait]
    impl Worker for Stuck {
        fn name(&self) -> &'static str {
            "stuck"
        }

        fn period(&self) -> Duration {
            Duration::from_secs(1)
        }

        async fn run_once(&mut self, _: DateTime<Utc>) -> ServiceResult<Round> {
            std::future::pending().await
        }
    }

    #[tokio::test]
    async fn a_run_that_never_ends_is_broken_off_and_counts_as_failed() {
        let (seat, clock) = (Seat::of("stuck"), Clock::new(|| DateTime::UNIX_EPOCH));
        let mut stuck = Stuck;
        let run = run(&mut stuck, &seat, &clock, Duration::from_millis(1));
        let more = timeout(Duration::from_secs(20), run).await;
        assert!(!more.expect("it ends"));
        let status = seat.status().clone();
        assert_eq!((status.failures, status.running), (1, false));
        let (_, error) = status.last_error.unwrap();
        assert!(error.contains("did not end"), "{error}");
    }

    #[test]
    fn failures_lengthen_the_rest_but_not_for_ever() {
        let second = Duration::from_secs(1);
        assert_eq!(rest(second, 0), second);
        assert_eq!(rest(second, 3), 8 * second);
        assert_eq!(rest(second, u32::MAX), LONGEST_REST);
        assert_eq!(rest(120 * second, 5), 120 * second);
    }
}
