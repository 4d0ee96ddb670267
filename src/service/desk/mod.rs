//! The desk: everything that moves stock. Pages, the JSON API and workers all come through here.
//!
//! The path of a claim: `post` -> the gate (one Lua call) -> `ledger_writer` (one transaction for
//! many) -> answer -> the gate is told. `docs/ARCHITECTURE.md` walks it line by line.

mod agreement;
mod catalog;
mod corrections;
mod differing;
mod ledger_writer;
mod lookup;
mod post;
mod reconcile;
mod rollback;
mod settle;
mod turned_away;

use std::sync::Arc;
use std::time::Duration;

use sqlx::MySqlPool;

pub use agreement::Agreement;
pub use corrections::Corrections;
pub use differing::Differing;
pub use ledger_writer::{LedgerWriter, Passage};
pub use reconcile::{Reconciler, Swept};

use super::clock::Clock;
use crate::domain::ids::{Sku, Warehouse};
use crate::store::redis::Gate;
use catalog::Catalog;
use lookup::DocumentLookup;
use turned_away::TurnedAwayClaims;

/// How patient the desk is.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// A request is answered "not confirmed" after this long.
    pub answer: Duration,
    /// Jobs that may wait for the writer; more are refused as busy.
    pub queue: usize,
    /// Jobs in one transaction.
    pub batch_jobs: usize,
    /// A claim waits this long for a correction of its SKU, then goes straight to MySQL.
    pub fence: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(10),
            queue: 20_000,
            batch_jobs: 1_000,
            fence: Duration::from_secs(1),
        }
    }
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    inner: Arc<Inner>,
}

struct Inner {
    pool: MySqlPool,
    gate: Gate,
    clock: Clock,
    limits: Limits,
    catalog: Catalog,
    lookup: DocumentLookup,
    corrections: Corrections,
    writer: LedgerWriter,
    turned_away: TurnedAwayClaims,
}

impl Desk {
    /// Starts the writer and the corrections as tasks; they end when the last clone is dropped.
    pub fn start(pool: MySqlPool, gate: Gate, clock: Clock, limits: Limits) -> Self {
        let catalog = Catalog::new(pool.clone());
        let lookup = DocumentLookup::start(pool.clone());
        let corrections =
            Corrections::start(pool.clone(), gate.clone(), catalog.clone(), clock.clone());
        let writer = LedgerWriter::start(
            (*pool.connect_options()).clone(),
            gate.clone(),
            corrections.clone(),
            clock.clone(),
            limits,
        );
        let inner = Inner {
            pool,
            gate,
            clock,
            limits,
            catalog,
            lookup,
            corrections,
            writer,
            turned_away: TurnedAwayClaims::default(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    pub fn pool(&self) -> &MySqlPool {
        &self.inner.pool
    }

    pub fn gate(&self) -> &Gate {
        &self.inner.gate
    }

    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    pub fn corrections(&self) -> &Corrections {
        &self.inner.corrections
    }

    /// A worker that compares the gate with MySQL.
    pub fn reconciler(&self) -> Reconciler {
        Reconciler::new(self.clone())
    }

    /// Jobs waiting for the writer just now.
    pub fn waiting(&self) -> usize {
        self.inner.writer.waiting()
    }

    /// Loads these SKUs into the gate before they are asked for.
    pub async fn load_gate(&self, warehouse: &Warehouse, skus: Vec<Sku>) {
        self.inner.corrections.load(warehouse, skus).await;
    }

    /// Corrects the gate for these SKUs from MySQL, soon.
    pub fn correct_soon(&self, warehouse: &Warehouse, skus: impl IntoIterator<Item = Sku>) {
        self.inner.corrections.soon(warehouse, skus);
    }
}
