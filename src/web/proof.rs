//! The strip at the foot of every page: each promise, and when it was last seen to hold.

use chrono::{DateTime, Utc};

use super::i18n::{Message, msg};
use super::paths;
use crate::service::verify::{Invariant, Place, Proof};

/// What the strip shows.
#[derive(Debug)]
pub struct ProofStrip {
    pub promises: Vec<Promise>,
}

/// One promise.
#[derive(Debug)]
pub struct Promise {
    pub invariant: Invariant,
    pub name: Message,
    /// `None`: not looked at since this server started.
    pub checked_at: Option<DateTime<Utc>>,
    pub whole_at: Option<DateTime<Utc>>,
    /// What breaks it: where it is, and its code.
    pub offenders: Vec<(String, String)>,
}

impl ProofStrip {
    pub fn of(proof: &Proof) -> Self {
        let lines = Invariant::ALL.into_iter().zip(proof.lines());
        let promises = lines.map(|(invariant, line)| Promise {
            invariant,
            name: name(invariant),
            checked_at: line.checked_at,
            whole_at: line.whole_at,
            offenders: line.offenders.iter().map(|o| link(&o.place)).collect(),
        });
        Self {
            promises: promises.collect(),
        }
    }

    pub fn broken(&self) -> bool {
        self.promises.iter().any(|p| !p.offenders.is_empty())
    }

    /// What the books promise and does not hold. Not the gate's: that is corrected by itself, and
    /// what waits for it is counted elsewhere.
    pub fn books_broken(&self) -> impl Iterator<Item = &Promise> {
        let broken = |p: &&Promise| p.invariant != Invariant::Gate && !p.offenders.is_empty();
        self.promises.iter().filter(broken)
    }

    /// "6 of 6 promises hold".
    pub fn summary(&self) -> Message {
        let held = |p: &&Promise| p.checked_at.is_some() && p.offenders.is_empty();
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        msg("proof-summary")
            .with("held", count(self.promises.iter().filter(held).count()))
            .with("all", count(self.promises.len()))
    }

    /// When the promise that was looked at longest ago was.
    pub fn oldest(&self) -> Option<DateTime<Utc>> {
        self.promises.iter().filter_map(|p| p.checked_at).min()
    }
}

fn name(invariant: Invariant) -> Message {
    msg(match invariant {
        Invariant::Levels => "proof-levels",
        Invariant::Reversals => "proof-reversals",
        Invariant::Orders => "proof-orders",
        Invariant::Reserved => "proof-reserved",
        Invariant::Payments => "proof-payments",
        Invariant::Gate => "proof-gate",
    })
}

/// The page of what breaks a promise, and its code.
fn link(place: &Place) -> (String, String) {
    match place {
        Place::Stock { warehouse, sku } => (
            format!(
                "{}/{}/{}",
                paths::STOCK,
                paths::segment(warehouse),
                paths::segment(sku)
            ),
            format!("{warehouse}/{sku}"),
        ),
        Place::Entry(id) => (paths::entry(id), id.to_string()),
        Place::Document(document) => (
            paths::with_query(paths::LEDGER, &[("order", document.clone())]),
            document.clone(),
        ),
        Place::Order(order_no) => (
            format!("{}/{}", paths::ORDERS, paths::segment(order_no)),
            order_no.clone(),
        ),
        Place::Payment {
            gateway,
            transaction_id,
        } => (
            paths::LATE_PAYMENTS.to_owned(),
            format!("{gateway} {transaction_id}"),
        ),
    }
}
