//! Checking every promise on the stores themselves. Reads only: nothing is repaired.
//!
//! What MySQL holds is read at one moment for each promise (a snapshot), so a desk that sells meanwhile is no
//! disturbance. The gate cannot be read at the same moment: what differs there is looked at
//! again, for some seconds, before it counts.

mod content;
mod documents;
mod gate;
mod levels;
mod payments;
mod proof;

pub use proof::{Proof, ProofLine, Prover};

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Desk;
use crate::domain::ids::EntryId;
use crate::domain::rejection::{ServiceError, ServiceResult};
use crate::store::mysql::verify::Snapshot;

/// The six promises, in the order of their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Invariant {
    Levels,
    Reversals,
    Orders,
    Reserved,
    Payments,
    Gate,
}

impl Invariant {
    pub const ALL: [Self; 6] = [
        Self::Levels,
        Self::Reversals,
        Self::Orders,
        Self::Reserved,
        Self::Payments,
        Self::Gate,
    ];

    /// 1 to 6.
    pub fn number(self) -> usize {
        self as usize + 1
    }

    fn index(self) -> usize {
        self as usize
    }

    /// A stable word, the key of its wording on pages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Levels => "levels",
            Self::Reversals => "reversals",
            Self::Orders => "orders",
            Self::Reserved => "reserved",
            Self::Payments => "payments",
            Self::Gate => "gate",
        }
    }
}

/// Where an offending row is found: each leads to a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Stock {
        warehouse: String,
        sku: String,
    },
    Entry(EntryId),
    Document(String),
    Order(String),
    Payment {
        gateway: String,
        transaction_id: String,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stock { warehouse, sku } => write!(f, "stock {warehouse}/{sku}"),
            Self::Entry(id) => write!(f, "entry {id}"),
            Self::Document(document) => write!(f, "document {document}"),
            Self::Order(order_no) => write!(f, "order {order_no}"),
            Self::Payment {
                gateway,
                transaction_id,
            } => {
                write!(f, "payment {gateway} {transaction_id}")
            }
        }
    }
}

/// A row that breaks a promise, and how, in English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offender {
    pub place: Place,
    pub what: String,
}

/// What was found of one promise.
#[derive(Debug, Clone)]
pub struct Finding {
    pub invariant: Invariant,
    /// What was looked at, in English: "300 SKUs, 4,012 entries".
    pub scope: String,
    /// Rows that break it; at most [`SHOWN`] of them.
    pub offenders: Vec<Offender>,
    /// There are more than are listed.
    pub more: bool,
    /// Something to know that breaks nothing: payments that wait, a gate that is away.
    pub note: Option<String>,
}

impl Finding {
    fn new(invariant: Invariant) -> Self {
        Self {
            invariant,
            scope: String::new(),
            offenders: Vec::new(),
            more: false,
            note: None,
        }
    }

    pub fn held(&self) -> bool {
        self.offenders.is_empty()
    }

    fn add(&mut self, place: Place, what: impl Into<String>) {
        if self.offenders.len() < SHOWN {
            let what = what.into();
            self.offenders.push(Offender { place, what });
        } else {
            self.more = true;
        }
    }

    /// Adds what another look at the same promise found, before its own.
    fn take_in(&mut self, other: Self) {
        let own = std::mem::take(&mut self.offenders);
        self.more |= other.more;
        for Offender { place, what } in other.offenders.into_iter().chain(own) {
            self.add(place, what);
        }
    }

    /// How many more offenders a statement needs to return, so that `more` comes out right.
    fn room(&self) -> u32 {
        u32::try_from(SHOWN + 1 - self.offenders.len()).unwrap_or(1)
    }
}

/// Offending rows that are listed for one promise.
pub const SHOWN: usize = 20;

/// The state of all six promises.
#[derive(Debug, Clone)]
pub struct Report {
    /// In the order of their numbers.
    pub findings: Vec<Finding>,
    pub took: Duration,
}

impl Report {
    pub fn held(&self) -> bool {
        self.findings.iter().all(Finding::held)
    }

    pub fn finding(&self, invariant: Invariant) -> &Finding {
        &self.findings[invariant.number() - 1]
    }
}

/// How far a check has come, for whoever waits.
#[derive(Debug, Clone, Copy)]
pub enum Progress {
    /// Stock rows looked at, of so many.
    Levels {
        done: u32,
        of: u32,
    },
    Documents {
        done: u64,
    },
    Gate,
}

/// How long differences of the gate may take to pass: work under way ends, corrections are made.
pub const GATE_PATIENCE: Duration = Duration::from_secs(10);

/// Checks all promises. `patience`: see [`GATE_PATIENCE`].
///
/// # Errors
/// When MySQL cannot be read. Redis being away is a note, and no failure of stock.
pub async fn verify(
    desk: &Desk,
    patience: Duration,
    progress: impl FnMut(Progress) + Send,
) -> ServiceResult<Report> {
    let begun = Instant::now();
    let mut findings = Invariant::ALL.map(Finding::new);
    let [levels, reversals, orders, reserved, payments, gate] = &mut findings;
    let mut reversed_entries = Finding::new(Invariant::Reversals);
    let progress = Mutex::new(progress);
    let tell = |step| progress.lock().unwrap_or_else(PoisonError::into_inner)(step);
    // The two halves look at different promises: each needs one moment, not both the same.
    let stock = async {
        let mut snapshot = Snapshot::open(desk.pool()).await?;
        levels::check(&mut snapshot, levels, &mut reversed_entries, &tell).await?;
        levels::check_reserved(&mut snapshot, reserved).await?;
        Ok::<_, ServiceError>(snapshot.close().await?)
    };
    let papers = async {
        let mut snapshot = Snapshot::open(desk.pool()).await?;
        documents::check(&mut snapshot, reversals, orders, &tell).await?;
        payments::check(&mut snapshot, payments).await?;
        Ok::<_, ServiceError>(snapshot.close().await?)
    };
    tokio::try_join!(stock, papers)?;
    reversals.take_in(reversed_entries);
    tell(Progress::Gate);
    gate::check(desk, gate, patience).await?;
    Ok(Report {
        findings: findings.into(),
        took: begun.elapsed(),
    })
}

/// `1234567` as `1,234,567`.
pub fn grouped(number: impl TryInto<i128>) -> String {
    let Ok(number) = number.try_into() else {
        return "?".to_owned();
    };
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
