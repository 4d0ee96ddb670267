//! The figures of a run, and their ratios.

use std::fmt;
use std::time::Duration;

use hdrhistogram::Histogram;

use super::contestants::Contestant;

/// One contestant with one number of SKUs and clients.
#[derive(Debug, Clone)]
pub struct Cell {
    pub contestant: Contestant,
    pub skus: u32,
    pub clients: usize,
    /// Orders per second.
    pub rate: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
}

impl Cell {
    pub(super) fn new(
        contestant: Contestant,
        skus: u32,
        clients: usize,
        latency: &Histogram<u64>,
        taken: Duration,
    ) -> Self {
        let ms = |quantile| latency.value_at_quantile(quantile) as f64 / 1_000.0;
        let rate = latency.len() as f64 / taken.as_secs_f64();
        Self {
            contestant,
            skus,
            clients,
            rate,
            p50_ms: ms(0.5),
            p99_ms: ms(0.99),
        }
    }
}

pub struct Report {
    pub cells: Vec<Cell>,
}

impl Report {
    fn cell(&self, contestant: Contestant, of: &Cell) -> Option<&Cell> {
        self.cells
            .iter()
            .find(|c| (c.contestant, c.skus, c.clients) == (contestant, of.skus, of.clients))
    }
}

/// A Markdown table.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| SKUs | clients | contestant | orders/s | p50 ms | p99 ms | ratio |"
        )?;
        writeln!(f, "|---:|---:|---|---:|---:|---:|---:|")?;
        for c in &self.cells {
            let base = self
                .cell(Contestant::Transaction, c)
                .map_or(f64::NAN, |b| b.rate);
            let (name, ratio) = (c.contestant.name(), c.rate / base);
            let (skus, clients) = (c.skus, c.clients);
            let (rate, p50, p99) = (c.rate, c.p50_ms, c.p99_ms);
            writeln!(
                f,
                "| {skus} | {clients} | {name} | {rate:.0} | {p50:.1} | {p99:.1} | {ratio:.1} |"
            )?;
        }
        Ok(())
    }
}
