//! 6: the gate agrees with MySQL, once work is quiet.
//!
//! What differs is looked at again until it agrees or patience ends. Then: the same difference
//! twice in a row with nothing in flight breaks the promise. Marks in flight that nobody will end
//! (their instance is gone) are work that is not quiet: a running desk ends them, and until then
//! nothing can be said of their SKUs. Units may still be moving on a busy desk; that is said too.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::{Duration, Instant};

use super::{Finding, Place, grouped};
use crate::domain::ids::{Sku, StockId, Warehouse};
use crate::domain::rejection::ServiceResult;
use crate::service::Desk;
use crate::store::mysql::stock::{gate_values, stock_sweep, warehouse_list};
use crate::store::redis::{GateAway, GateLevel};

const TOGETHER: usize = 500;
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// Differences that are looked at again; a gate with more is wrong as a whole.
const SUSPECTS: usize = 5_000;

type Named = (StockId, Warehouse, Sku);

/// One look at one SKU that did not agree. Units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Difference {
    value: i64,
    held: i64,
    releasing: i64,
    available: i64,
}

impl Difference {
    fn of(level: GateLevel, available: i64) -> Option<Self> {
        let value = level.value?;
        let unlimited = value == -1 || available == -1;
        let held = if unlimited { 0 } else { level.held };
        (value + held != available).then_some(Self {
            value,
            held: level.held,
            releasing: level.releasing,
            available,
        })
    }

    fn in_flight(self) -> bool {
        self.held != 0 || self.releasing != 0
    }
}

pub(super) async fn check(
    desk: &Desk,
    found: &mut Finding,
    patience: Duration,
) -> ServiceResult<()> {
    let deadline = Instant::now() + patience;
    let mut suspects = loop {
        match sweep(desk, found).await? {
            Ok(suspects) => break suspects,
            // A busy machine answers late; a Redis that restarts takes a moment.
            Err(_) if Instant::now() < deadline => tokio::time::sleep(LOOK_AGAIN).await,
            Err(away) => {
                found.scope = "not looked at".to_owned();
                found.note = Some(format!("{away}; selling goes on without the gate"));
                return Ok(());
            }
        }
    };
    let mut before: HashMap<StockId, Difference> = HashMap::new();
    while !suspects.is_empty() {
        tokio::time::sleep(LOOK_AGAIN).await;
        let late = Instant::now() >= deadline;
        let again: Vec<Named> = suspects.iter().map(|(named, _)| named.clone()).collect();
        before.extend(suspects.iter().map(|((id, _, _), seen)| (*id, *seen)));
        suspects = match look_at_all(desk, &again).await? {
            Ok(looked) => looked.differing,
            Err(away) => {
                found.note = Some(away.to_string());
                return Ok(());
            }
        };
        if late {
            break;
        }
    }
    report(desk, found, &suspects, &before).await
}

async fn report(
    desk: &Desk,
    found: &mut Finding,
    suspects: &[(Named, Difference)],
    before: &HashMap<StockId, Difference>,
) -> ServiceResult<()> {
    if suspects.is_empty() {
        return Ok(());
    }
    let (left_behind, mut unfinished, mut moving) = (left_behind(desk).await?, 0, 0);
    for ((id, warehouse, sku), now) in suspects {
        if left_behind.contains(&(warehouse.clone(), sku.to_string())) {
            unfinished += 1;
        } else if now.in_flight() || before.get(id) != Some(now) {
            moving += 1;
        } else {
            let Difference {
                value,
                held,
                available,
                ..
            } = now;
            let place = Place::Stock {
                warehouse: warehouse.to_string(),
                sku: sku.to_string(),
            };
            let what =
                format!("the gate has {value}, {held} in flight, and available is {available}");
            found.add(place, what);
        }
    }
    let mut notes = Vec::new();
    if unfinished > 0 {
        let skus = grouped(unfinished);
        notes.push(format!(
            "{skus} SKUs have work in flight of a desk that is gone; `serve` ends it"
        ));
    }
    if moving > 0 {
        let skus = grouped(moving);
        notes.push(format!("{skus} SKUs kept moving and could not be compared"));
    }
    found.note = (!notes.is_empty()).then(|| notes.join("; "));
    Ok(())
}

/// SKUs of marks in flight that nobody will end.
async fn left_behind(desk: &Desk) -> ServiceResult<HashSet<(Warehouse, String)>> {
    let mut skus = HashSet::new();
    for warehouse in warehouse_list(desk.pool()).await? {
        // Redis went away in this moment: then nothing is known of marks, and all stays moving.
        for mark in desk.gate().stale(&warehouse).await.unwrap_or_default() {
            skus.extend(mark.skus.into_iter().map(|sku| (warehouse.clone(), sku)));
        }
    }
    Ok(skus)
}

type Suspects = Vec<(Named, Difference)>;

/// Looks at all stock once.
async fn sweep(desk: &Desk, found: &mut Finding) -> ServiceResult<Result<Suspects, GateAway>> {
    // A call that failed keeps the gate closed until a ping; this process may just have begun.
    if let Err(away) = desk.gate().ping().await {
        return Ok(Err(away));
    }
    let (mut after, mut loaded, mut suspects) = (StockId(0), 0usize, Vec::new());
    loop {
        let piece = stock_sweep(desk.pool(), after, TOGETHER as u32).await?;
        let Some((last, _, _)) = piece.last() else {
            break;
        };
        after = *last;
        match look_at_all(desk, &piece).await? {
            Ok(looked) => {
                loaded += looked.loaded;
                suspects.extend(looked.differing);
            }
            Err(away) => return Ok(Err(away)),
        }
        if suspects.len() > SUSPECTS {
            break;
        }
    }
    found.scope = format!("{} SKUs in the gate", grouped(loaded));
    Ok(Ok(suspects))
}

#[derive(Default)]
struct Looked {
    loaded: usize,
    differing: Suspects,
}

async fn look_at_all(desk: &Desk, named: &[Named]) -> ServiceResult<Result<Looked, GateAway>> {
    let mut by_warehouse: BTreeMap<&Warehouse, Vec<&Named>> = BTreeMap::new();
    for one in named {
        by_warehouse.entry(&one.1).or_default().push(one);
    }
    let mut looked = Looked::default();
    for (warehouse, group) in by_warehouse {
        for chunk in group.chunks(TOGETHER) {
            let skus: Vec<Sku> = chunk.iter().map(|(_, _, sku)| sku.clone()).collect();
            let levels = match desk.gate().compare(warehouse, &skus).await {
                Ok(levels) => levels,
                Err(away) => return Ok(Err(away)),
            };
            let ids: Vec<StockId> = chunk.iter().map(|(id, _, _)| *id).collect();
            let truth = gate_values(desk.pool(), &ids).await?;
            for (one, level) in chunk.iter().zip(levels) {
                looked.loaded += usize::from(level.value.is_some());
                let available = truth.get(&one.0).copied();
                let difference = available.and_then(|n| Difference::of(level, n));
                looked
                    .differing
                    .extend(difference.map(|d| ((*one).clone(), d)));
            }
        }
    }
    Ok(Ok(looked))
}
