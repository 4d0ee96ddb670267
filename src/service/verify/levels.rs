//! 1: levels and the ledger under them. 2, in part: what a reversal reverses. 4: reserved units.

use std::collections::HashMap;

use super::{Finding, Place, Progress, grouped};
use crate::domain::ids::{EntryId, StockId};
use crate::domain::rejection::ServiceResult;
use crate::store::mysql::verify::{
    BrokenLink, BrokenReversal, EntriesSeen, LevelSeen, Snapshot, Stretch,
};

/// Stock rows looked at by one statement.
const TOGETHER: u32 = 2_000;

pub(super) async fn check(
    snapshot: &mut Snapshot,
    levels: &mut Finding,
    reversals: &mut Finding,
    progress: &impl Fn(Progress),
) -> ServiceResult<()> {
    let StockId(last) = snapshot.last_stock().await?;
    let (mut skus, mut entries, mut done) = (0, 0, 0);
    while done < last {
        let to = done.saturating_add(TOGETHER).min(last);
        let range = (StockId(done), StockId(to));
        done = to;
        let seen = snapshot.levels(range).await?;
        let moved = snapshot.entries(range).await?;
        skus += seen.len();
        entries += moved.iter().map(|m| m.entries).sum::<i64>();
        check_levels(&seen, moved, levels);
        for link in snapshot.broken_links(range, levels.room()).await? {
            levels.add(entry(link.stock_id, link.version), broken_link(&link));
        }
        for reversal in snapshot.broken_reversals(range, reversals.room()).await? {
            let place = entry(reversal.stock_id, reversal.version);
            reversals.add(place, broken_reversal(&reversal));
        }
        for twice in snapshot.reversed_twice(range, reversals.room()).await? {
            let what = format!("reversed {} times", twice.times);
            reversals.add(entry(twice.stock_id, twice.version), what);
        }
        progress(Progress::Levels { done, of: last });
    }
    levels.scope = format!("{} SKUs, {} entries", grouped(skus), grouped(entries));
    Ok(())
}

pub(super) async fn check_reserved(
    snapshot: &mut Snapshot,
    reserved: &mut Finding,
) -> ServiceResult<()> {
    for row in snapshot.broken_reserves(reserved.room()).await? {
        let what = format!(
            "{} reserved, and its pending and closing orders hold {}",
            row.reserved, row.held_by_orders
        );
        reserved.add(stock(&row.warehouse, &row.sku), what);
    }
    Ok(())
}

/// What is wrong with some entries, given that those before them were found right.
pub(super) async fn check_stretches(
    snapshot: &mut Snapshot,
    stretches: &[Stretch],
    levels: &mut Finding,
    reversals: &mut Finding,
) -> ServiceResult<()> {
    for link in snapshot.broken_links_of(stretches, levels.room()).await? {
        levels.add(entry(link.stock_id, link.version), broken_link(&link));
    }
    let broken = snapshot.broken_reversals_of(stretches, reversals.room());
    for reversal in broken.await? {
        let place = entry(reversal.stock_id, reversal.version);
        reversals.add(place, broken_reversal(&reversal));
    }
    Ok(())
}

/// What is wrong with a level, given that its entries follow from each other.
pub(super) fn check_level(level: &LevelSeen, levels: &mut Finding) {
    let seen = EntriesSeen {
        stock_id: level.id,
        entries: i64::try_from(level.version).unwrap_or(i64::MAX),
        newest: level.version,
        moved: level.available - level.opening,
    };
    if let Some(what) = broken_level(level, &seen) {
        levels.add(stock(&level.warehouse, &level.sku), what);
    }
}

pub(super) fn stock(warehouse: &str, sku: &str) -> Place {
    Place::Stock {
        warehouse: warehouse.to_owned(),
        sku: sku.to_owned(),
    }
}

fn entry(stock: u32, version: u64) -> Place {
    let stock = StockId(stock);
    Place::Entry(EntryId { stock, version })
}

/// Compares each level with its entries; both in the order of their numbers.
fn check_levels(seen: &[LevelSeen], moved: Vec<EntriesSeen>, levels: &mut Finding) {
    let mut moved: HashMap<u32, EntriesSeen> = moved.into_iter().map(|m| (m.stock_id, m)).collect();
    for level in seen {
        let entries = moved.remove(&level.id).unwrap_or_default();
        if let Some(what) = broken_level(level, &entries) {
            levels.add(stock(&level.warehouse, &level.sku), what);
        }
    }
    let mut without_stock: Vec<u32> = moved.into_keys().collect();
    without_stock.sort_unstable();
    for id in without_stock {
        levels.add(
            entry(id, 1),
            format!("entries of stock {id}, which is not there"),
        );
    }
}

fn broken_level(level: &LevelSeen, seen: &EntriesSeen) -> Option<String> {
    let LevelSeen {
        version,
        opening,
        available,
        balance,
        ..
    } = level;
    let EntriesSeen {
        entries,
        newest,
        moved,
        ..
    } = seen;
    let explained = opening.checked_add(*moved) == Some(*available);
    let entries_wrong = i128::from(*version) != i128::from(*entries) || version != newest;
    let unlimited_wrong = *available != 0 || *opening != 0 || balance.is_some();
    if *opening < 0 || *available < 0 {
        Some(format!("available {available}, opening {opening}: below 0"))
    } else if entries_wrong {
        Some(format!(
            "version {version}, and {entries} entries up to version {newest}"
        ))
    } else if level.unlimited {
        let what =
            format!("unlimited, and yet available {available}, opening {opening} or a balance");
        unlimited_wrong.then_some(what)
    } else if !explained {
        Some(format!(
            "opening {opening} and {moved} moved is not available {available}"
        ))
    } else if *version > 0 && *balance != Some(*available) {
        let balance = balance.map_or("none".to_owned(), |b| b.to_string());
        Some(format!(
            "available {available}, and the newest entry's balance is {balance}"
        ))
    } else {
        None
    }
}

fn broken_link(link: &BrokenLink) -> String {
    let of = format!(
        "{}/{}, document {}",
        link.warehouse, link.sku, link.document
    );
    let balance = link.balance.map_or("none".to_owned(), |b| b.to_string());
    if link.gap {
        let before = link.version.saturating_sub(1);
        return format!("{of}: the entry before it, version {before}, is missing");
    }
    if link.unlimited {
        return format!("{of}: balance {balance}, and the stock is unlimited");
    }
    let before = link.before_it.map_or("none".to_owned(), |b| b.to_string());
    format!(
        "{of}: balance {balance}, delta {}, and {before} before it",
        link.delta
    )
}

fn broken_reversal(row: &BrokenReversal) -> String {
    let Some(reverses) = row.reverses else {
        return format!("{} of {} reverses nothing", row.kind, row.document);
    };
    let of = format!("{} of {} by {}", row.kind, row.document, row.delta);
    match (&row.reversed_document, row.reversed_delta) {
        (Some(document), Some(delta)) => {
            format!("{of} reverses version {reverses}: {document} by {delta}")
        }
        _ => format!("{of} reverses version {reverses}, which is not there"),
    }
}
