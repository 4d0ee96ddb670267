//! Counting what was played, and comparing it with the file and with the database.

use std::fmt;
use std::time::Duration;

use hdrhistogram::Histogram;

use crate::service::verify::grouped;
use crate::store::mysql::replay::WarehouseTotals;

/// Where each line of the file ended.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Buckets {
    pub ordered: u64,
    pub order_short: u64,
    pub returned: u64,
    pub corrected: u64,
    pub correction_short: u64,
    /// Lines of 0 units.
    pub empty: u64,
    /// Lines of documents that this service cannot hold (too many lines or units).
    pub too_large: u64,
}

impl Buckets {
    pub fn sum(&self) -> u64 {
        let Self {
            ordered,
            order_short,
            returned,
            corrected,
            correction_short,
            ..
        } = self;
        ordered
            + order_short
            + returned
            + corrected
            + correction_short
            + self.empty
            + self.too_large
    }
}

/// What one client, or all of them, did. Units, unless it says otherwise.
#[derive(Debug, Clone)]
pub struct Tally {
    pub lines: Buckets,
    pub orders_placed: u64,
    pub orders_short: u64,
    pub orders_too_large: u64,
    pub born_paid: u64,
    pub paid: u64,
    /// The payment was found when the order was to be cancelled.
    pub paid_at_the_last_moment: u64,
    pub cancelled: u64,
    pub corrections_applied: u64,
    pub corrections_short: u64,
    pub ordered_units: i64,
    pub cancelled_units: i64,
    pub returned_units: i64,
    pub added_units: i64,
    pub removed_units: i64,
    /// How long placing took, in microseconds: one value for each order that was asked for.
    pub placing: Histogram<u64>,
}

impl Tally {
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self {
            lines: Buckets::default(),
            orders_placed: 0,
            orders_short: 0,
            orders_too_large: 0,
            born_paid: 0,
            paid: 0,
            paid_at_the_last_moment: 0,
            cancelled: 0,
            corrections_applied: 0,
            corrections_short: 0,
            ordered_units: 0,
            cancelled_units: 0,
            returned_units: 0,
            added_units: 0,
            removed_units: 0,
            // A microsecond to ten minutes, three digits.
            placing: Histogram::new_with_bounds(1, 600_000_000, 3)?,
        })
    }

    /// Adds what another client did.
    pub fn add(&mut self, other: &Self) -> anyhow::Result<()> {
        let (lines, more) = (&mut self.lines, &other.lines);
        lines.ordered += more.ordered;
        lines.order_short += more.order_short;
        lines.returned += more.returned;
        lines.corrected += more.corrected;
        lines.correction_short += more.correction_short;
        lines.empty += more.empty;
        lines.too_large += more.too_large;
        self.orders_placed += other.orders_placed;
        self.orders_short += other.orders_short;
        self.orders_too_large += other.orders_too_large;
        self.born_paid += other.born_paid;
        self.paid += other.paid;
        self.paid_at_the_last_moment += other.paid_at_the_last_moment;
        self.cancelled += other.cancelled;
        self.corrections_applied += other.corrections_applied;
        self.corrections_short += other.corrections_short;
        self.ordered_units += other.ordered_units;
        self.cancelled_units += other.cancelled_units;
        self.returned_units += other.returned_units;
        self.added_units += other.added_units;
        self.removed_units += other.removed_units;
        Ok(self.placing.add(&other.placing)?)
    }

    fn sold(&self) -> i64 {
        self.ordered_units - self.cancelled_units
    }
}

/// What was played, what the database holds of it, and whether the two agree.
#[derive(Debug)]
pub struct Proof {
    pub warehouse: String,
    pub file_lines: u64,
    pub file_orders: u64,
    pub tally: Tally,
    pub stored: WarehouseTotals,
    pub took: Duration,
}

impl Proof {
    /// Each sum that has to come out right: what it says, and its two sides.
    pub fn sums(&self) -> Vec<(&'static str, i64, i64)> {
        let (t, stored) = (&self.tally, &self.stored);
        let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let paid = t.born_paid + t.paid + t.paid_at_the_last_moment;
        vec![
            (
                "lines of the file = lines played",
                count(self.file_lines),
                count(t.lines.sum()),
            ),
            (
                "orders of the file = placed + refused",
                count(self.file_orders),
                count(t.orders_placed + t.orders_short + t.orders_too_large),
            ),
            (
                "orders placed = paid + cancelled",
                count(t.orders_placed),
                count(paid + t.cancelled),
            ),
            (
                "orders paid = orders stored as paid",
                count(paid),
                stored.paid,
            ),
            (
                "orders cancelled = orders stored as cancelled",
                count(t.cancelled),
                stored.cancelled,
            ),
            ("orders still open = 0", stored.open, 0),
            (
                "units ordered = those in the ledger",
                t.ordered_units,
                stored.deducted,
            ),
            (
                "units returned, added and removed = those in the ledger",
                t.returned_units + t.added_units - t.removed_units,
                stored.adjusted,
            ),
            (
                "units of cancelled orders = those in the ledger",
                t.cancelled_units,
                stored.reversed,
            ),
            (
                "opening - sold - removed + returned + added = left",
                stored.opening - t.sold() - t.removed_units + t.returned_units + t.added_units,
                stored.available,
            ),
            ("units reserved = 0", stored.reserved, 0),
        ]
    }

    pub fn adds_up(&self) -> bool {
        self.sums().iter().all(|(_, left, right)| left == right)
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (t, b) = (&self.tally, &self.tally.lines);
        let n = |count: u64| grouped(count);
        let units = |count: i64| grouped(count);
        let seconds = self.took.as_secs_f64();
        let rate = |count: u64| grouped((count as f64 / seconds) as u64);
        let ms = |quantile| t.placing.value_at_quantile(quantile) as f64 / 1000.0;
        writeln!(
            f,
            "warehouse {}: {} lines in {seconds:.1} s",
            self.warehouse,
            n(self.file_lines)
        )?;
        writeln!(f, "lines    {:>9} ordered", n(b.ordered))?;
        writeln!(
            f,
            "         {:>9} refused with their order: not enough stock",
            n(b.order_short)
        )?;
        writeln!(f, "         {:>9} returned", n(b.returned))?;
        writeln!(f, "         {:>9} corrections applied", n(b.corrected))?;
        writeln!(
            f,
            "         {:>9} corrections refused: not enough stock",
            n(b.correction_short)
        )?;
        writeln!(f, "         {:>9} of 0 units: nothing to do", n(b.empty))?;
        writeln!(
            f,
            "         {:>9} too large for one document",
            n(b.too_large)
        )?;
        writeln!(f, "orders   {:>9} placed", n(t.orders_placed))?;
        writeln!(
            f,
            "         {:>9} refused: not enough stock",
            n(t.orders_short)
        )?;
        writeln!(f, "         {:>9} needed no payment", n(t.born_paid))?;
        writeln!(f, "         {:>9} paid", n(t.paid))?;
        let last = n(t.paid_at_the_last_moment);
        writeln!(
            f,
            "         {last:>9} found paid when they were to be cancelled, and kept"
        )?;
        writeln!(
            f,
            "         {:>9} cancelled, their payment proved closed",
            n(t.cancelled)
        )?;
        writeln!(
            f,
            "units    {:>9} at the opening",
            units(self.stored.opening)
        )?;
        writeln!(f, "         {:>9} sold", units(t.sold()))?;
        writeln!(f, "         {:>9} returned", units(t.returned_units))?;
        writeln!(
            f,
            "         {:>9} added by corrections",
            units(t.added_units)
        )?;
        writeln!(
            f,
            "         {:>9} removed by corrections",
            units(t.removed_units)
        )?;
        writeln!(f, "         {:>9} left", units(self.stored.available))?;
        let (orders, lines) = (rate(t.orders_placed + t.orders_short), rate(b.sum()));
        writeln!(
            f,
            "speed    {orders} orders a second, {lines} lines a second"
        )?;
        writeln!(
            f,
            "placing  p50 {:.1} ms, p99 {:.1} ms, max {:.1} ms",
            ms(0.5),
            ms(0.99),
            ms(1.0)
        )?;
        for (what, left, right) in self.sums() {
            let verdict = if left == right { "yes" } else { "NO " };
            writeln!(f, "{verdict}  {what}: {} and {}", units(left), units(right))?;
        }
        Ok(())
    }
}
