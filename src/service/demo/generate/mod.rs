//! Generated stock, orders and ledger entries at any size, for trying the desk under a load of
//! history. Written in bulk, not through the service; `verify` finds every promise kept.

mod history;

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::mpsc;

use self::history::History;
use crate::domain::ids::{StockId, Warehouse};
use crate::domain::rejection::{ServiceError, ServiceResult};
use crate::service::Desk;
use crate::store::mysql::generate::{BulkWriter, SkuRow};
use crate::store::mysql::import::warehouses_insert;
use crate::store::mysql::statistics_renew;
use crate::store::mysql::stock::warehouse_list;

/// How much there will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    pub skus: u32,
    /// Ledger entries.
    pub ledger: u64,
    pub orders: u64,
}

impl Size {
    pub const MAX_SKUS: u32 = 10_000_000;
    pub const MAX_LEDGER: u64 = 1_000_000_000;

    /// # Errors
    /// When the numbers do not fit each other, in words for whoever chose them.
    pub fn check(self) -> Result<(), String> {
        if self.ledger < self.orders {
            return Err("every order has an entry: --ledger must be at least --orders".to_owned());
        }
        if self.ledger > 0 && self.skus < LEAST_SKUS {
            return Err(format!(
                "entries need SKUs: --skus must be at least {LEAST_SKUS}"
            ));
        }
        Ok(())
    }
}

/// How far it has come.
#[derive(Debug, Clone, Copy, Default)]
pub struct Generated {
    pub skus: u32,
    pub ledger: u64,
    pub orders: u64,
    pub took: Duration,
}

const WAREHOUSES: usize = 4;
const LEAST_SKUS: u32 = 40;
/// SKUs in one statement, and batches that wait to be written.
const SKUS_TOGETHER: usize = 5_000;
const BATCHES_AHEAD: usize = 4;
/// The history begins so long ago.
const HISTORY: TimeDelta = TimeDelta::days(90);

/// Adds new warehouses `GEN-<n>-A` to `-D` with so many SKUs, entries and orders. A desk that
/// serves may go on meanwhile. Broken off, it leaves less, but nothing wrong.
///
/// # Errors
/// When MySQL is away; what was written stays.
pub async fn generate(
    desk: &Desk,
    size: Size,
    mut progress: impl FnMut(Generated),
) -> ServiceResult<Generated> {
    let (begun, now) = (Instant::now(), desk.now());
    let begin = now - HISTORY;
    let (run, warehouses) = free_warehouses(desk).await?;
    warehouses_insert(desk.pool(), &warehouses, begin).await?;
    let mut writer = BulkWriter::open(desk.pool()).await?;
    let mut done = Generated::default();
    let mut shelves = Vec::new();
    for (place, warehouse) in warehouses.iter().enumerate() {
        let share = share(size.skus, place);
        let openings = history::openings(share, size);
        for (chunk_at, chunk) in (0..).zip(openings.chunks(SKUS_TOGETHER)) {
            let first = chunk_at * SKUS_TOGETHER;
            let row = |(index, opening): (usize, &i64)| sku_row(first + index, *opening);
            let rows: Vec<SkuRow> = chunk.iter().enumerate().map(row).collect();
            writer.skus(warehouse, &rows, begin).await?;
            done.skus += u32::try_from(rows.len()).unwrap_or(0);
            done.took = begun.elapsed();
            progress(done);
        }
        let ids = writer.ids(warehouse).await?;
        make_findable(&mut writer, &ids).await?;
        shelves.push((warehouse.clone(), ids, openings));
    }
    let history = History::new(run, shelves, size, begin, now);
    done = write(&mut writer, history, done, begun, &mut progress).await?;
    writer.close().await?;
    statistics_renew(desk.pool()).await?;
    Ok(done)
}

/// Makes batches on one thread and writes them on another.
async fn write(
    writer: &mut BulkWriter,
    mut history: History,
    mut done: Generated,
    begun: Instant,
    progress: &mut impl FnMut(Generated),
) -> ServiceResult<Generated> {
    let (ready, mut batches) = mpsc::channel(BATCHES_AHEAD);
    let maker = tokio::task::spawn_blocking(move || {
        while let Some(batch) = history.next_batch() {
            // The writer failed, and says so itself.
            if ready.blocking_send(batch).is_err() {
                break;
            }
        }
    });
    while let Some(batch) = batches.recv().await {
        writer.write(&batch).await?;
        done.ledger += batch.entries.len() as u64;
        done.orders += batch.orders.len() as u64;
        done.took = begun.elapsed();
        progress(done);
    }
    maker
        .await
        .map_err(|error| ServiceError::Internal(error.to_string()))?;
    Ok(done)
}

fn share(skus: u32, place: usize) -> usize {
    let (skus, more) = (skus as usize / WAREHOUSES, skus as usize % WAREHOUSES);
    skus + usize::from(place < more)
}

fn sku_row(index: usize, opening: i64) -> SkuRow {
    let name = match index % 2 {
        0 => format!("Generated item {index}"),
        _ => format!("生成商品 {index}"),
    };
    let low_water = (!index.is_multiple_of(3)).then_some(10);
    (format!("G-{index:08}"), name, opening, low_water)
}

/// `ids`: of a whole warehouse, in the order of its SKUs.
async fn make_findable(writer: &mut BulkWriter, ids: &[StockId]) -> ServiceResult<()> {
    let rows = ids.iter().enumerate().map(|(index, id)| {
        let (sku, name, ..) = sku_row(index, 0);
        (*id, sku, name)
    });
    let rows: Vec<(StockId, String, String)> = rows.collect();
    for rows in rows.chunks(SKUS_TOGETHER) {
        let named = rows.iter();
        let named = named.map(|(id, sku, name)| (*id, sku.as_str(), name.as_str()));
        writer.words(&named.collect::<Vec<_>>()).await?;
    }
    Ok(())
}

/// The first run whose warehouses are not there yet.
async fn free_warehouses(desk: &Desk) -> ServiceResult<(u32, Vec<Warehouse>)> {
    let taken = warehouse_list(desk.pool()).await?;
    let mut run = 1;
    loop {
        let names = ["A", "B", "C", "D"].map(|place| format!("GEN-{run}-{place}").parse());
        let names: Result<Vec<Warehouse>, _> = names.into_iter().collect();
        let names = names.map_err(|error| ServiceError::Internal(error.to_string()))?;
        if !names.iter().any(|name| taken.contains(name)) {
            return Ok((run, names));
        }
        run += 1;
    }
}

/// A time as MySQL reads it from text.
fn sql_time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S%.6f").to_string()
}
