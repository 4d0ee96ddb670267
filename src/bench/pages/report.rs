//! How long each page took, and whether that is as it should be.

use std::fmt;

use hdrhistogram::Histogram;

use super::{LIMIT, RATIO};

/// One page on both desks, in microseconds.
pub struct PageTimes {
    pub name: String,
    pub(super) small: Histogram<u64>,
    pub(super) large: Histogram<u64>,
}

impl PageTimes {
    pub fn ratio(&self) -> f64 {
        self.large.value_at_quantile(0.5) as f64 / self.small.value_at_quantile(0.5) as f64
    }

    /// What is wrong with it, if anything.
    pub fn trouble(&self) -> Option<&'static str> {
        let p99 = u128::from(self.large.value_at_quantile(0.99));
        if p99 > LIMIT.as_micros() {
            Some("too slow")
        } else if self.ratio() > RATIO {
            Some("slower with history")
        } else {
            None
        }
    }
}

/// A row of the table.
impl fmt::Display for PageTimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = |times: &Histogram<u64>, q| times.value_at_quantile(q) as f64 / 1_000.0;
        let (name, ratio) = (&self.name, self.ratio());
        let (small, small_99) = (ms(&self.small, 0.5), ms(&self.small, 0.99));
        let (large, large_99) = (ms(&self.large, 0.5), ms(&self.large, 0.99));
        let trouble = self.trouble().unwrap_or_default();
        write!(
            f,
            "| {name} | {small:.1} | {small_99:.1} | {large:.1} | {large_99:.1} | {ratio:.2} | {trouble} |"
        )
    }
}

pub struct PagesReport {
    pub pages: Vec<PageTimes>,
}

impl PagesReport {
    /// How many pages took longer than they may.
    pub fn troubled(&self) -> usize {
        self.pages.iter().filter(|p| p.trouble().is_some()).count()
    }
}

/// A Markdown table; times in milliseconds.
impl fmt::Display for PagesReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "| page | small p50 | small p99 | large p50 | large p99 | ratio | |"
        )?;
        writeln!(f, "|---|---:|---:|---:|---:|---:|---|")?;
        for page in &self.pages {
            writeln!(f, "{page}")?;
        }
        Ok(())
    }
}
