//! A made-up history: documents in the order of their times, each batch of them whole.

mod rows;

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use self::rows::Fate;
use super::Size;
use crate::domain::ids::{StockId, Warehouse};
use crate::domain::ledger::DocumentKind;
use crate::store::mysql::generate::Batch;

/// Entries of a batch, about.
const BATCH: usize = 6_000;
/// SKUs that move at one time in one warehouse, so that the history is written where the
/// database's cache is; the window slides over all of them.
const WINDOW: usize = 500;
/// The first SKUs of each warehouse move all the time.
const HOT: usize = 5;
/// Lines of one document, at most.
const LINES: usize = 50;
/// Orders that still wait for their payment: the last day's, not more than these.
const WAITING: u64 = 1_000;
const WAIT: TimeDelta = TimeDelta::hours(24);
/// Documents between a document and its reversal.
const LATER: usize = 20;

/// A SKU, in units.
#[derive(Debug, Clone, Copy)]
struct Level {
    id: StockId,
    available: i64,
    reserved: i64,
    version: u64,
}

struct Shelf {
    warehouse: Warehouse,
    levels: Vec<Level>,
}

/// A document to be reversed.
struct Reversal {
    document: String,
    shelf: usize,
    kind: &'static str,
    /// Place on the shelf, line, delta, version.
    entries: Vec<(usize, u16, i64, u64)>,
    /// Where its rows stand in the batch.
    row: usize,
    order: Option<usize>,
}

pub(super) struct History {
    run: u32,
    shelves: Vec<Shelf>,
    size: Size,
    begin: DateTime<Utc>,
    now: DateTime<Utc>,
    random: StdRng,
    /// Entries and orders made, and documents.
    entries: u64,
    orders: u64,
    documents: u64,
    waiting: u64,
    batch: Batch,
    touched: BTreeMap<(usize, usize), String>,
    reversals: VecDeque<(u64, Reversal)>,
    /// Entries that the reversals to come will make.
    owed: u64,
}

/// The opening stock of a warehouse's SKUs: hot ones never run out, one in fifty soon does.
pub(super) fn openings(skus: usize, size: Size) -> Vec<i64> {
    let each = i64::try_from(size.ledger / u64::from(size.skus.max(1))).unwrap_or(0);
    let opening = |index: usize| match index {
        0..HOT => 900_000_000,
        _ if index.is_multiple_of(50) => each,
        _ => each * 4 + 60 + (index as i64 * 7919) % 100,
    };
    (0..skus).map(opening).collect()
}

impl History {
    pub fn new(
        run: u32,
        shelves: Vec<(Warehouse, Vec<StockId>, Vec<i64>)>,
        size: Size,
        begin: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Self {
        let level = |(id, available): (StockId, i64)| Level {
            id,
            available,
            reserved: 0,
            version: 0,
        };
        let shelf = |(warehouse, ids, openings): (Warehouse, Vec<StockId>, Vec<i64>)| Shelf {
            warehouse,
            levels: ids.into_iter().zip(openings).map(level).collect(),
        };
        Self {
            run,
            shelves: shelves.into_iter().map(shelf).collect(),
            size,
            begin,
            now,
            random: StdRng::seed_from_u64(u64::from(run)),
            entries: 0,
            orders: 0,
            documents: 0,
            waiting: 0,
            batch: Batch::default(),
            touched: BTreeMap::new(),
            reversals: VecDeque::new(),
            owed: 0,
        }
    }

    /// The next rows, or `None` at the end.
    pub fn next_batch(&mut self) -> Option<Batch> {
        while self.batch.entries.len() < BATCH && self.left() > 0 {
            self.document();
            while self
                .reversals
                .front()
                .is_some_and(|(due, _)| *due <= self.documents)
            {
                self.reverse_next();
            }
        }
        while !self.reversals.is_empty() {
            self.reverse_next();
        }
        if self.batch.entries.is_empty() {
            return None;
        }
        for ((shelf, place), at) in std::mem::take(&mut self.touched) {
            let level = self.shelves[shelf].levels[place];
            let Level {
                id,
                available,
                reserved,
                version,
            } = level;
            self.batch
                .stock
                .push((id, available, reserved, version, at));
        }
        Some(std::mem::take(&mut self.batch))
    }

    /// Entries that can still be given to new documents.
    fn left(&self) -> u64 {
        self.size.ledger - self.entries - self.owed
    }

    /// The time goes on with the entries, and never back.
    fn time(&self) -> DateTime<Utc> {
        let whole = (self.now - self.begin).num_microseconds().unwrap_or(0);
        let part = self.entries as f64 / self.size.ledger as f64;
        let at = self.begin + TimeDelta::microseconds((whole as f64 * part) as i64);
        at.trunc_subsecs(6).min(self.now)
    }

    fn document(&mut self) {
        let orders_left = self.size.orders - self.orders;
        let shelf = self.random.random_range(0..self.shelves.len());
        let is_order = orders_left > 0;
        let wanted = if is_order {
            // Nine tenths of what is left for the orders that are left; some are reversed.
            let each = (self.left() * 8 / 10 / orders_left).clamp(1, LINES as u64 / 2);
            let lines = self.random.random_range(1..=2 * each);
            lines.min(self.left() - (orders_left - 1))
        } else {
            self.left().min(self.random.random_range(1..=LINES as u64))
        };
        let adds = !is_order && self.random.random_range(0..3) == 0;
        let lines = self.choose(shelf, wanted as usize, adds);
        if is_order {
            self.order(shelf, &lines);
        } else {
            self.correction(shelf, &lines, adds);
        }
    }

    /// SKUs that can give what is taken, each once, and how many units. At least one: a hot one.
    fn choose(&mut self, shelf: usize, wanted: usize, adds: bool) -> Vec<(usize, i64)> {
        let levels = &self.shelves[shelf].levels;
        let window = WINDOW.min(levels.len());
        let slide = (levels.len() - window) as f64;
        let from = (slide * (self.entries as f64 / self.size.ledger as f64)) as usize;
        let mut lines: Vec<(usize, i64)> = Vec::with_capacity(wanted);
        for _ in 0..wanted * 2 {
            if lines.len() == wanted {
                break;
            }
            let place = match self.random.random_range(0..10) {
                0 => self.random.random_range(0..HOT),
                _ => from + self.random.random_range(0..window),
            };
            let units = self.random.random_range(1..=4_i64);
            let fits = adds || levels[place].available >= units;
            if fits && !lines.iter().any(|(taken, _)| *taken == place) {
                lines.push((place, if adds { units } else { -units }));
            }
        }
        if lines.is_empty() {
            lines.push((0, if adds { 1 } else { -1 }));
        }
        lines
    }

    fn order(&mut self, shelf: usize, lines: &[(usize, i64)]) {
        self.orders += 1;
        let at = self.time();
        let fate = self.random.random_range(0..100);
        let spare = self.left() - lines.len() as u64;
        let may_reverse = spare >= lines.len() as u64 + (self.size.orders - self.orders);
        let waits = self.waiting < WAITING && self.now - at < WAIT - TimeDelta::hours(2);
        let fate = match fate {
            0..30 if waits => Fate::Waits,
            0..45 => Fate::BornPaid,
            45..52 if may_reverse => Fate::Cancelled,
            52..54 if may_reverse => Fate::Returned,
            _ => Fate::Paid,
        };
        self.waiting += u64::from(fate == Fate::Waits);
        let post = self.post(shelf, lines, DocumentKind::Order, fate.terms(lines));
        let entries = self.post_rows(&post, shelf, lines, at, ("key:shop-gen", "api"));
        let order = self.order_row(&post, fate, at);
        let kind = match fate {
            Fate::Cancelled => "cancel",
            Fate::Returned => "rollback",
            Fate::Waits => {
                for (place, units) in lines {
                    self.shelves[shelf].levels[*place].reserved -= units;
                }
                return;
            }
            Fate::Paid | Fate::BornPaid => return,
        };
        let document = post.document.to_string();
        let row = self.batch.documents.len() - 1;
        self.owe(Reversal {
            document,
            shelf,
            kind,
            entries,
            row,
            order: Some(order),
        });
    }

    fn owe(&mut self, reversal: Reversal) {
        self.owed += reversal.entries.len() as u64;
        let due = self.documents + self.random.random_range(1..=LATER) as u64;
        let due = self
            .reversals
            .back()
            .map_or(due, |(last, _)| due.max(*last));
        self.reversals.push_back((due, reversal));
    }

    fn correction(&mut self, shelf: usize, lines: &[(usize, i64)], adds: bool) {
        let at = self.time();
        let kind = if adds {
            DocumentKind::Adjustment
        } else {
            DocumentKind::Deduction
        };
        let mut post = self.post(shelf, lines, kind, None);
        post.reason = Some(if adds { "received" } else { "sold_offline" }.to_owned());
        let entries = self.post_rows(&post, shelf, lines, at, ("user:gen.clerk", "form"));
        if !adds && self.left() >= entries.len() as u64 && self.random.random_range(0..50) == 0 {
            let document = post.document.to_string();
            let row = self.batch.documents.len() - 1;
            self.owe(Reversal {
                document,
                shelf,
                kind: "rollback",
                entries,
                row,
                order: None,
            });
        }
    }
}
