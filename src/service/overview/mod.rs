//! What needs a person now, and how the desk is doing. A number that cannot be read is left out;
//! it never shows as 0, and never takes the others with it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use sqlx::MySqlPool;
use tokio::time::timeout;

use super::clock::Clock;
use super::queries::DearCounts;
use super::remembered::Remembered;
use crate::domain::attention::{Attention, Figures, Hours, Moves, Totals};
use crate::domain::listing::{CappedCount, Seen};
use crate::domain::order::OrderStatus;
use crate::domain::stock::StockState;
use crate::store::mysql::late::{lates_open, lates_open_since};
use crate::store::mysql::orders::{OrdersOf, orders_count};
use crate::store::mysql::{StoreResult, attention, overview, stock_list};

const PATIENCE: Duration = Duration::from_secs(2);
const DUE_SOON: TimeDelta = TimeDelta::minutes(5);
/// Totals read every row of stock, so they may be this old.
const TOTALS_KEEP: TimeDelta = TimeDelta::seconds(30);
const MOVES_KEEP: TimeDelta = TimeDelta::seconds(5);
const MINUTES: i32 = 60;
const HOURS_KEEP: TimeDelta = TimeDelta::seconds(60);
const HOURS: i32 = 24;
/// Entries of one hour are counted up to here.
const HOUR_CAP: u32 = 2_000_000;
/// A commit may come this long after the time that its entries carry.
const SETTLED: TimeDelta = TimeDelta::seconds(30);
/// Entries of one minute are counted up to here.
const MINUTE_CAP: u32 = 100_000;
const LATEST: u32 = 5;

/// Cheap to clone.
#[derive(Clone)]
pub struct Overview {
    pool: MySqlPool,
    clock: Clock,
    totals: Arc<Remembered<Totals>>,
    minutes: Arc<Remembered<Counts>>,
    hours: Arc<Remembered<Counts>>,
    dear_counts: Arc<DearCounts>,
}

/// Entries of each minute, or of each hour, by its beginning.
#[derive(Clone)]
struct Counts {
    counts: BTreeMap<DateTime<Utc>, u64>,
    as_of: DateTime<Utc>,
}

impl Overview {
    pub fn new(pool: MySqlPool, clock: Clock) -> Self {
        Self {
            pool,
            clock,
            totals: Arc::default(),
            minutes: Arc::default(),
            hours: Arc::default(),
            dear_counts: Arc::default(),
        }
    }

    /// What needs a person now.
    pub async fn attention(&self) -> Seen<Attention> {
        let (pool, as_of) = (&self.pool, self.clock.now());
        let due = orders(OrderStatus::Pending, Some(as_of + DUE_SOON));
        let (
            waiting_cancels,
            low,
            out,
            due_soon,
            differences,
            late_payments,
            late_since,
            open_drafts,
        ) = tokio::join!(
            known("waiting_cancels", overview::waiting_cancels(pool)),
            known("low", self.state_count(StockState::Low)),
            known("out", self.state_count(StockState::Out)),
            known("due_soon", orders_count(pool, &due)),
            known("differences", attention::differences_open(pool)),
            known("late_payments", lates_open(pool)),
            known("late_since", lates_open_since(pool)),
            known("open_drafts", overview::open_drafts(pool, as_of)),
        );
        let value = Attention {
            waiting_cancels,
            low,
            out,
            due_soon,
            differences,
            late_payments,
            late_since: late_since.flatten(),
            open_drafts,
        };
        Seen { value, as_of }
    }

    /// The figures. `day_began`: midnight at the site, for what was corrected today.
    pub async fn figures(&self, day_began: DateTime<Utc>) -> Seen<Figures> {
        let (pool, as_of) = (&self.pool, self.clock.now());
        let (totals, moves, hours, pending_orders, corrections_today, latest_corrections) = tokio::join!(
            self.totals(),
            self.moves(),
            self.hours(),
            known("pending_orders", self.open_orders()),
            known(
                "corrections_today",
                overview::corrections_since(pool, day_began)
            ),
            known(
                "latest_corrections",
                overview::corrections_latest(pool, LATEST)
            ),
        );
        let value = Figures {
            totals,
            pending_orders,
            moves,
            hours,
            corrections_today,
            latest_corrections,
        };
        Seen { value, as_of }
    }

    async fn open_orders(&self) -> StoreResult<CappedCount> {
        let (pending, closing) = (
            orders(OrderStatus::Pending, None),
            orders(OrderStatus::Closing, None),
        );
        let (pending, closing) = (
            orders_count(&self.pool, &pending),
            orders_count(&self.pool, &closing),
        );
        let pending = self.dear_counts.get("pending", pending).await?;
        let closing = self.dear_counts.get("closing", closing).await?;
        Ok(CappedCount(pending.0 + closing.0))
    }

    async fn state_count(&self, state: StockState) -> StoreResult<CappedCount> {
        let counting = stock_list::state_count(&self.pool, state);
        self.dear_counts.get(state, counting).await
    }

    async fn totals(&self) -> Option<Totals> {
        let now = self.clock.now();
        let pool = self.pool.clone();
        let fresh = |totals: &Totals| now - totals.as_of < TOTALS_KEEP;
        let read = |_| async move {
            let (available, reserved) = stock_list::stock_totals(&pool).await?;
            StoreResult::Ok(Totals {
                available,
                reserved,
                as_of: now,
            })
        };
        self.totals.get(fresh, read).await
    }

    async fn moves(&self) -> Option<Moves> {
        let now = self.clock.now();
        let pool = self.pool.clone();
        let fresh = |minutes: &Counts| now - minutes.as_of < MOVES_KEEP;
        let steps = (TimeDelta::minutes(1), MINUTES, MINUTE_CAP);
        let read = move |known| count(pool, known, now, steps);
        let minutes = self.minutes.get(fresh, read).await?;
        Some(Moves {
            per_minute: minutes.counts.into_values().collect(),
            as_of: minutes.as_of,
        })
    }

    async fn hours(&self) -> Option<Hours> {
        let now = self.clock.now();
        let pool = self.pool.clone();
        let fresh = |hours: &Counts| now - hours.as_of < HOURS_KEEP;
        let steps = (TimeDelta::hours(1), HOURS, HOUR_CAP);
        let read = move |known| count(pool, known, now, steps);
        let hours = self.hours.get(fresh, read).await?;
        Some(Hours {
            per_hour: hours.counts.into_iter().collect(),
            as_of: hours.as_of,
        })
    }
}

/// Counts the entries of the newest steps (how long one is, how many, up to where one is counted).
/// A step that is settled is counted once, and then remembered.
async fn count(
    pool: MySqlPool,
    known: Option<Counts>,
    now: DateTime<Utc>,
    (step, steps, cap): (TimeDelta, i32, u32),
) -> StoreResult<Counts> {
    let running = now.duration_trunc(step).unwrap_or(now);
    let mut counts = BTreeMap::new();
    for back in (0..steps).rev() {
        let from = running - step * back;
        let to = from + step;
        let settled = known.as_ref().filter(|known| known.as_of >= to + SETTLED);
        let count = match settled.and_then(|known| known.counts.get(&from)) {
            Some(&count) => count,
            None => overview::entries_between(&pool, from, to, cap).await?,
        };
        counts.insert(from, count);
    }
    Ok(Counts { counts, as_of: now })
}

fn orders(status: OrderStatus, due_before: Option<DateTime<Utc>>) -> OrdersOf<'static> {
    OrdersOf {
        status,
        due_before,
        payment_state: None,
        stock: None,
        after: None,
    }
}

async fn known<T>(what: &str, reading: impl Future<Output = StoreResult<T>>) -> Option<T> {
    match timeout(PATIENCE, reading).await {
        Ok(Ok(value)) => Some(value),
        Ok(Err(error)) => {
            tracing::warn!(what, %error, "left out of the overview");
            None
        }
        Err(_) => {
            tracing::warn!(
                what,
                "left out of the overview: not read within {PATIENCE:?}"
            );
            None
        }
    }
}
