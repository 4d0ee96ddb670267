//! Loading and correcting the gate, exactly: fence the SKU, let what is in flight drain, read
//! MySQL, set, lift the fence. One SKU pauses for milliseconds; nothing else does.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use sqlx::MySqlPool;
use tokio::sync::{mpsc, oneshot};

use super::catalog::Catalog;
use crate::domain::ids::{Sku, StockId, Warehouse};
use crate::domain::rejection::ServiceError;
use crate::service::clock::Clock;
use crate::store::mysql::stock::{differences_repaired, gate_values};
use crate::store::redis::{Fence, Gate, Outcome};

/// SKUs corrected together.
const TOGETHER: usize = 500;
/// A SKU that does not drain for this long is let go, and tried again.
const DRAIN: Duration = Duration::from_millis(300);
const LOOK_AGAIN: Duration = Duration::from_millis(2);
const TRY_AGAIN: Duration = Duration::from_millis(250);
/// Marks whose end could not be told to Redis; past this many, they end by growing old.
const UNFINISHED: usize = 100_000;

struct Wish {
    warehouse: Warehouse,
    sku: Sku,
    /// A claim that waits for its SKU to be loaded.
    told: Option<oneshot::Sender<()>>,
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Corrections {
    wishes: mpsc::UnboundedSender<Wish>,
    shared: Arc<Shared>,
}

struct Shared {
    pool: MySqlPool,
    gate: Gate,
    catalog: Catalog,
    clock: Clock,
    /// SKUs asked for and not yet begun, so that a hot SKU is queued once.
    queued: Mutex<HashSet<(Warehouse, Sku)>>,
    /// SKUs that moved lately: the reconciler looks at them first.
    touched: Mutex<HashSet<(Warehouse, Sku)>>,
    unfinished: Mutex<Vec<(Warehouse, String, Outcome)>>,
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl Corrections {
    pub(super) fn start(pool: MySqlPool, gate: Gate, catalog: Catalog, clock: Clock) -> Self {
        let (wishes, inbox) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            pool,
            gate,
            catalog,
            clock,
            queued: Mutex::default(),
            touched: Mutex::default(),
            unfinished: Mutex::default(),
        });
        let this = Self { wishes, shared };
        tokio::spawn(run(this.shared.clone(), this.wishes.downgrade(), inbox));
        this
    }

    /// Corrects these SKUs as soon as possible, without waiting for it.
    pub fn soon(&self, warehouse: &Warehouse, skus: impl IntoIterator<Item = Sku>) {
        for sku in skus {
            let new = lock(&self.shared.queued).insert((warehouse.clone(), sku.clone()));
            if new {
                // The task ends only with the desk.
                let _ = self.wishes.send(Wish {
                    warehouse: warehouse.clone(),
                    sku,
                    told: None,
                });
            }
        }
    }

    /// Waits until an attempt to load each of these SKUs was made; corrections asked for before
    /// were tried by then, too.
    pub async fn load(&self, warehouse: &Warehouse, skus: Vec<Sku>) {
        let mut waits = Vec::with_capacity(skus.len());
        for sku in skus {
            let (told, wait) = oneshot::channel();
            let wish = Wish {
                warehouse: warehouse.clone(),
                sku,
                told: Some(told),
            };
            if self.wishes.send(wish).is_ok() {
                waits.push(wait);
            }
        }
        for wait in waits {
            let _ = wait.await;
        }
    }

    /// Notes that these SKUs moved.
    pub(super) fn touch(&self, warehouse: &Warehouse, skus: impl IntoIterator<Item = Sku>) {
        lock(&self.shared.touched).extend(skus.into_iter().map(|sku| (warehouse.clone(), sku)));
    }

    pub(super) fn take_touched(&self) -> HashSet<(Warehouse, Sku)> {
        std::mem::take(&mut lock(&self.shared.touched))
    }

    /// Keeps ends of marks that Redis could not be told, until it answers again.
    pub(super) fn keep_unfinished(&self, warehouse: &Warehouse, marks: Vec<(String, Outcome)>) {
        let mut kept = lock(&self.shared.unfinished);
        if kept.len() + marks.len() <= UNFINISHED {
            kept.extend(
                marks
                    .into_iter()
                    .map(|(mark, how)| (warehouse.clone(), mark, how)),
            );
        }
    }

    /// Tells Redis the ends of marks that it could not be told before.
    pub(super) async fn finish_unfinished(&self) {
        let kept = std::mem::take(&mut *lock(&self.shared.unfinished));
        let mut by_warehouse: HashMap<Warehouse, Vec<(String, Outcome)>> = HashMap::new();
        for (warehouse, mark, how) in kept {
            by_warehouse.entry(warehouse).or_default().push((mark, how));
        }
        for (warehouse, marks) in by_warehouse {
            for chunk in marks.chunks(1_000) {
                if self.shared.gate.finish(&warehouse, chunk).await.is_err() {
                    self.keep_unfinished(&warehouse, chunk.to_vec());
                }
            }
        }
    }
}

async fn run(
    shared: Arc<Shared>,
    wishes: mpsc::WeakUnboundedSender<Wish>,
    mut inbox: mpsc::UnboundedReceiver<Wish>,
) {
    loop {
        let mut batch = Vec::new();
        if inbox.recv_many(&mut batch, TOGETHER).await == 0 {
            return;
        }
        let mut by_warehouse: BTreeMap<Warehouse, BTreeMap<Sku, Vec<oneshot::Sender<()>>>> =
            BTreeMap::new();
        for wish in batch {
            lock(&shared.queued).remove(&(wish.warehouse.clone(), wish.sku.clone()));
            let told = by_warehouse
                .entry(wish.warehouse)
                .or_default()
                .entry(wish.sku)
                .or_default();
            told.extend(wish.told);
        }
        for (warehouse, skus) in by_warehouse {
            let names: Vec<Sku> = skus.keys().cloned().collect();
            let again = match shared.correct(&warehouse, names.clone()).await {
                Ok(again) => again,
                Err(error) => {
                    tracing::debug!(%error, "the gate was not corrected; trying again");
                    names
                }
            };
            for told in skus.into_values().flatten() {
                let _ = told.send(());
            }
            if !again.is_empty() {
                tokio::spawn(wish_again(shared.clone(), wishes.clone(), warehouse, again));
            }
        }
    }
}

async fn wish_again(
    shared: Arc<Shared>,
    wishes: mpsc::WeakUnboundedSender<Wish>,
    warehouse: Warehouse,
    skus: Vec<Sku>,
) {
    tokio::time::sleep(TRY_AGAIN).await;
    let Some(wishes) = wishes.upgrade() else {
        return;
    };
    for sku in skus {
        if lock(&shared.queued).insert((warehouse.clone(), sku.clone())) {
            let _ = wishes.send(Wish {
                warehouse: warehouse.clone(),
                sku,
                told: None,
            });
        }
    }
}

impl Shared {
    /// Corrects what can be corrected; returns what has to be tried again.
    async fn correct(
        &self,
        warehouse: &Warehouse,
        skus: Vec<Sku>,
    ) -> Result<Vec<Sku>, ServiceError> {
        let names: Vec<&Sku> = skus.iter().collect();
        let ids = self.catalog.find(warehouse, &names).await?;
        let mut left: HashMap<Sku, StockId> = skus
            .into_iter()
            .zip(ids)
            .filter_map(|(sku, id)| Some((sku, id?)))
            .collect();
        // Every attempt is its own owner: an old attempt's fence must never be taken for ours.
        let owner = format!("{}:{}", self.gate.instance(), ulid::Ulid::new());
        let deadline = Instant::now() + DRAIN;
        while !left.is_empty() {
            let names: Vec<Sku> = left.keys().cloned().collect();
            let states = self
                .gate
                .fence(warehouse, &owner, &names)
                .await
                .map_err(away)?;
            let drained: Vec<(Sku, StockId)> = names
                .iter()
                .zip(&states)
                .filter(|(_, state)| matches!(state, Fence::Ours { in_flight: 0 }))
                .map(|(sku, _)| (sku.clone(), left[sku]))
                .collect();
            for sku in self.copy(warehouse, &owner, &drained).await? {
                left.remove(&sku);
            }
            if left.is_empty() || Instant::now() >= deadline {
                break;
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        let again: Vec<Sku> = left.into_keys().collect();
        if !again.is_empty() {
            let lift: Vec<_> = again.iter().map(|sku| (sku.clone(), None)).collect();
            self.gate
                .copy(warehouse, &owner, &lift)
                .await
                .map_err(away)?;
        }
        Ok(again)
    }

    /// Sets what MySQL has for SKUs that nothing is in flight of; says which were set.
    async fn copy(
        &self,
        warehouse: &Warehouse,
        owner: &str,
        drained: &[(Sku, StockId)],
    ) -> Result<Vec<Sku>, ServiceError> {
        if drained.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<StockId> = drained.iter().map(|(_, id)| *id).collect();
        let truth = gate_values(&self.pool, &ids).await?;
        let values: Vec<(Sku, Option<i64>)> = drained
            .iter()
            .map(|(sku, id)| (sku.clone(), truth.get(id).copied()))
            .collect();
        let set = self
            .gate
            .copy(warehouse, owner, &values)
            .await
            .map_err(away)?;
        let set_ids: Vec<StockId> = ids
            .iter()
            .zip(&set)
            .filter(|(_, set)| **set)
            .map(|(id, _)| *id)
            .collect();
        differences_repaired(&self.pool, &set_ids, self.clock.now()).await?;
        let done = drained.iter().zip(set).filter(|(_, set)| *set);
        Ok(done.map(|((sku, _), _)| sku.clone()).collect())
    }
}

fn away(error: crate::store::redis::GateAway) -> ServiceError {
    ServiceError::NotConfirmed(error.to_string())
}
