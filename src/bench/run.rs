//! Running the contestants.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use hdrhistogram::Histogram;

use super::contestants::{Contestant, Shop};
use super::report::{Cell, Report};
use super::scratch::Scratch;
use crate::domain::ids::DocumentNo;
use crate::service::desk::Limits;
use crate::service::{Clock, Desk};

/// What to run.
#[derive(Debug, Clone)]
pub struct Plan {
    pub skus: Vec<u32>,
    pub clients: Vec<usize>,
    /// Of each run, after a warm-up of a fifth of it.
    pub duration: Duration,
    /// Connections of the contestants that use one transaction per order.
    pub connections: u32,
}

/// Runs every contestant on every number of SKUs and clients, one after the other.
///
/// # Errors
/// When a server fails, or the counts in the stores do not add up.
pub async fn run(
    plan: &Plan,
    database_url: &str,
    redis_url: &str,
    mut progress: impl FnMut(&Cell),
) -> anyhow::Result<Report> {
    let scratch = Scratch::create(database_url, redis_url, plan.connections).await?;
    let limits = Limits {
        answer: Duration::from_secs(60),
        ..Limits::default()
    };
    let desk = Desk::start(
        scratch.pool.clone(),
        scratch.gate.clone(),
        Clock::system(),
        limits,
    );
    let mut cells = Vec::new();
    for &skus in &plan.skus {
        for &clients in &plan.clients {
            for contestant in Contestant::ALL {
                let name = format!("B{}", cells.len());
                let goods = scratch.warehouse(&name, skus).await?;
                let shop = Shop::open(contestant, &scratch, &desk, goods).await?;
                let (latency, taken, sold) = measure(&shop, &name, clients, plan.duration)
                    .await
                    .with_context(|| format!("{} with {clients} clients", contestant.name()))?;
                shop.check(sold).await.with_context(|| {
                    format!(
                        "{} with {clients} clients does not add up",
                        contestant.name()
                    )
                })?;
                let cell = Cell::new(contestant, skus, clients, &latency, taken);
                progress(&cell);
                cells.push(cell);
            }
        }
    }
    scratch.remove().await?;
    Ok(Report { cells })
}

/// Latencies in microseconds after the warm-up, how long that took, and everything sold.
async fn measure(
    shop: &Arc<Shop>,
    name: &str,
    clients: usize,
    duration: Duration,
) -> anyhow::Result<(Histogram<u64>, Duration, i64)> {
    let (warm, stop) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicBool::new(false)),
    );
    let next = Arc::new(AtomicUsize::new(0));
    let tasks: Vec<_> = (0..clients)
        .map(|_| {
            let client = Client {
                shop: shop.clone(),
                name: name.to_owned(),
                next: next.clone(),
                warm: warm.clone(),
                stop: stop.clone(),
            };
            tokio::spawn(client.run())
        })
        .collect();
    tokio::time::sleep(duration / 5).await;
    warm.store(true, Ordering::Relaxed);
    let begun = Instant::now();
    tokio::time::sleep(duration).await;
    stop.store(true, Ordering::Relaxed);
    let taken = begun.elapsed();
    let mut all = Histogram::new(3)?;
    let mut sold = 0;
    for task in tasks {
        let (latency, count) = task.await??;
        all.add(latency)?;
        sold += count;
    }
    Ok((all, taken, sold))
}

struct Client {
    shop: Arc<Shop>,
    name: String,
    next: Arc<AtomicUsize>,
    warm: Arc<AtomicBool>,
    stop: Arc<AtomicBool>,
}

impl Client {
    async fn run(self) -> anyhow::Result<(Histogram<u64>, i64)> {
        let mut latency = Histogram::new(3)?;
        let mut sold = 0;
        while !self.stop.load(Ordering::Relaxed) {
            let n = self.next.fetch_add(1, Ordering::Relaxed);
            let order_no: DocumentNo = format!("{}-{n}", self.name).parse()?;
            let begun = Instant::now();
            self.shop.sell(order_no, n).await?;
            sold += 1;
            // What began before the warm-up ended, or ends after the clock stopped, is not timed.
            if self.warm.load(Ordering::Relaxed) && !self.stop.load(Ordering::Relaxed) {
                latency.record(u64::try_from(begun.elapsed().as_micros())?)?;
            }
        }
        Ok((latency, sold))
    }
}
