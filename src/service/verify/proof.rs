//! The promises, checked all the time and a little at a time, so that every page can say when each
//! was last seen to hold. The whole check is `verify`; this goes on where it stopped, and of a
//! ledger that only grows it looks at each entry once.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

use super::{Finding, Invariant, Offender, SHOWN, documents, levels, payments};
use crate::domain::ids::StockId;
use crate::domain::listing::Limit;
use crate::domain::rejection::ServiceResult;
use crate::service::Desk;
use crate::store::mysql::attention::differences_list;
use crate::store::mysql::verify::{LevelSeen, Snapshot, Stretch};

/// Stock rows that one step looks at, and entries, at most.
const ROWS: u32 = 500;
const ENTRIES: u64 = 5_000;
/// What is checked as a whole rests so many times as long as it took, and at least so long.
const REST_FACTOR: i32 = 20;
const REST: TimeDelta = TimeDelta::seconds(30);

/// What is known of one promise.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProofLine {
    /// When a part of it, or all, was last looked at.
    pub checked_at: Option<DateTime<Utc>>,
    /// When all of it had been looked at.
    pub whole_at: Option<DateTime<Utc>>,
    /// What broke it when it was looked at; at most [`SHOWN`] rows.
    pub offenders: Vec<Offender>,
}

/// What is known of all promises. Cheap to clone and to read.
#[derive(Debug, Clone, Default)]
pub struct Proof(Arc<RwLock<[ProofLine; 6]>>);

impl Proof {
    /// In the order of [`Invariant::ALL`].
    pub fn lines(&self) -> [ProofLine; 6] {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn set(&self, invariant: Invariant, line: impl FnOnce(&mut ProofLine)) {
        let mut lines = self.0.write().unwrap_or_else(PoisonError::into_inner);
        line(&mut lines[invariant.index()]);
    }
}

/// A walk over everything of one kind, again and again.
struct Round<K> {
    place: K,
    offenders: Vec<Offender>,
}

/// Checks, step by step.
pub struct Prover {
    desk: Desk,
    proof: Proof,
    stock: Round<u32>,
    documents: Round<String>,
    /// Up to which version the entries of each SKU were found right.
    proven: HashMap<u32, u64>,
    reversals: Vec<Offender>,
    whole_next: DateTime<Utc>,
}

impl Prover {
    pub fn new(desk: Desk, proof: Proof) -> Self {
        Self {
            desk,
            proof,
            stock: Round::new(0),
            documents: Round::new(String::new()),
            proven: HashMap::new(),
            reversals: Vec::new(),
            whole_next: DateTime::UNIX_EPOCH,
        }
    }

    /// One step of every walk, and what is checked as a whole when its time has come.
    ///
    /// # Errors
    /// When MySQL cannot be read; the next step begins where this one did.
    pub async fn step(&mut self, now: DateTime<Utc>) -> ServiceResult<()> {
        let mut snapshot = Snapshot::open(self.desk.pool()).await?;
        self.step_stock(&mut snapshot, now).await?;
        self.step_documents(&mut snapshot, now).await?;
        if now >= self.whole_next {
            let begun = Instant::now();
            self.check_whole(&mut snapshot, now).await?;
            let rest = begun.elapsed() * REST_FACTOR.unsigned_abs();
            let rest = TimeDelta::from_std(rest.max(Duration::ZERO)).unwrap_or(REST);
            self.whole_next = now + rest.max(REST);
        }
        snapshot.close().await?;
        self.check_gate(now).await
    }

    async fn step_stock(
        &mut self,
        snapshot: &mut Snapshot,
        now: DateTime<Utc>,
    ) -> ServiceResult<()> {
        let StockId(last) = snapshot.last_stock().await?;
        let from = self.stock.place;
        let to = from.saturating_add(ROWS).min(last);
        let seen = snapshot.levels((StockId(from), StockId(to))).await?;
        let (stretches, looked_at) = self.stretches(&seen);
        let mut found = Finding::new(Invariant::Levels);
        let mut reversed = Finding::new(Invariant::Reversals);
        levels::check_stretches(snapshot, &stretches, &mut found, &mut reversed).await?;
        let unproven = found.offenders.len() + reversed.offenders.len();
        for level in &seen[..looked_at] {
            let upto = stretches.iter().find(|(id, ..)| *id == level.id);
            let upto = upto.map_or(level.version, |(_, _, upto)| *upto);
            if upto == level.version {
                levels::check_level(level, &mut found);
            }
            // What is broken is looked at again in the next round.
            if unproven == 0 {
                self.proven.insert(level.id, upto);
            }
        }
        self.stock.offenders.extend(found.offenders);
        self.reversals.extend(reversed.offenders);
        let newest = seen[..looked_at].last();
        // A SKU with very many entries: go on with it.
        let unfinished = newest.filter(|level| {
            let upto = stretches.last().filter(|(id, ..)| *id == level.id);
            unproven == 0 && upto.is_some_and(|(_, _, upto)| *upto < level.version)
        });
        let whole = to >= last && looked_at == seen.len() && unfinished.is_none();
        self.stock.place = match (unfinished, newest) {
            _ if whole => 0,
            (Some(level), _) => level.id - 1,
            (None, Some(level)) if looked_at < seen.len() => level.id,
            (None, _) => to,
        };
        self.tell(Invariant::Levels, now, whole);
        Ok(())
    }

    /// What to look at of these rows: the entries that are not proven yet, as many as one step may,
    /// and of how many rows that is.
    fn stretches(&self, seen: &[LevelSeen]) -> (Vec<Stretch>, usize) {
        let (mut stretches, mut left) = (Vec::new(), ENTRIES);
        for (index, level) in seen.iter().enumerate() {
            let proven = self.proven.get(&level.id).copied().unwrap_or(0);
            // One that went back is looked at from the beginning.
            let above = if proven > level.version { 0 } else { proven };
            let wanted = level.version - above;
            if wanted > 0 {
                let take = wanted.min(left);
                stretches.push((level.id, above, above + take));
                left -= take;
            }
            if left == 0 {
                return (stretches, index + 1);
            }
        }
        (stretches, seen.len())
    }

    async fn step_documents(
        &mut self,
        snapshot: &mut Snapshot,
        now: DateTime<Utc>,
    ) -> ServiceResult<()> {
        let mut reversals = Finding::new(Invariant::Reversals);
        let mut orders = Finding::new(Invariant::Orders);
        let place = &self.documents.place;
        let next = documents::check_next(snapshot, place, &mut reversals, &mut orders).await?;
        self.reversals.extend(reversals.offenders);
        self.documents.offenders.extend(orders.offenders);
        let whole = next.is_none();
        self.documents.place = next.unwrap_or_default();
        self.tell(Invariant::Orders, now, whole);
        self.tell(Invariant::Reversals, now, whole);
        Ok(())
    }

    async fn check_whole(
        &mut self,
        snapshot: &mut Snapshot,
        now: DateTime<Utc>,
    ) -> ServiceResult<()> {
        let mut reserved = Finding::new(Invariant::Reserved);
        levels::check_reserved(snapshot, &mut reserved).await?;
        let mut paid = Finding::new(Invariant::Payments);
        payments::check(snapshot, &mut paid).await?;
        for finding in [reserved, paid] {
            self.proof.set(finding.invariant, |line| {
                *line = ProofLine::whole(now, finding.offenders);
            });
        }
        Ok(())
    }

    /// The reconciler compares the gate all the time; what it found and has not mended yet counts.
    async fn check_gate(&mut self, now: DateTime<Utc>) -> ServiceResult<()> {
        let mut found = Finding::new(Invariant::Gate);
        let Some(limit) = u32::try_from(SHOWN).ok().and_then(Limit::new) else {
            return Ok(());
        };
        let open = differences_list(self.desk.pool(), true, None, limit).await?;
        for difference in open.items {
            let place = levels::stock(difference.warehouse.as_str(), difference.sku.as_str());
            found.add(place, "the gate differs from the database");
        }
        self.proof.set(Invariant::Gate, |line| {
            *line = ProofLine::whole(now, found.offenders);
        });
        Ok(())
    }

    /// Shows what a walk has found: at its end all of it, before that what is new beside what the
    /// last round knew.
    fn tell(&mut self, invariant: Invariant, now: DateTime<Utc>, whole: bool) {
        let found = match invariant {
            Invariant::Levels => &mut self.stock.offenders,
            Invariant::Reversals => &mut self.reversals,
            _ => &mut self.documents.offenders,
        };
        found.truncate(SHOWN);
        self.proof.set(invariant, |line| {
            line.checked_at = Some(now);
            if whole {
                *line = ProofLine::whole(now, std::mem::take(found));
                return;
            }
            for offender in found.iter() {
                if !line.offenders.contains(offender) && line.offenders.len() < SHOWN {
                    line.offenders.push(offender.clone());
                }
            }
        });
    }
}

impl ProofLine {
    fn whole(now: DateTime<Utc>, offenders: Vec<Offender>) -> Self {
        Self {
            checked_at: Some(now),
            whole_at: Some(now),
            offenders,
        }
    }

    pub fn held(&self) -> bool {
        self.offenders.is_empty()
    }
}

impl<K> Round<K> {
    fn new(place: K) -> Self {
        Self {
            place,
            offenders: Vec::new(),
        }
    }
}
