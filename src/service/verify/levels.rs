//! 1: levels and the ledger under them. 2, in part: what a reversal reverses. 4: reserved units.

use super::{Finding, Place, Progress, grouped};
use crate::domain::ids::{EntryId, StockId};
use crate::domain::rejection::ServiceResult;
use crate::store::mysql::verify::{BrokenLevel, BrokenLink, BrokenReversal, Snapshot};

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
        let size = snapshot.range_size(range).await?;
        (skus, entries, done) = (skus + size.0, entries + size.1, to);
        for level in snapshot.broken_levels(range, levels.room()).await? {
            levels.add(stock(&level.warehouse, &level.sku), broken_level(&level));
        }
        for id in snapshot.without_stock(range, levels.room()).await? {
            let first = entry(id.0, 1);
            levels.add(
                first,
                format!("entries of stock {}, which is not there", id.0),
            );
        }
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

fn stock(warehouse: &str, sku: &str) -> Place {
    Place::Stock {
        warehouse: warehouse.to_owned(),
        sku: sku.to_owned(),
    }
}

fn entry(stock: u32, version: u64) -> Place {
    let stock = StockId(stock);
    Place::Entry(EntryId { stock, version })
}

fn broken_level(row: &BrokenLevel) -> String {
    let BrokenLevel {
        version,
        entries,
        newest,
        opening,
        moved,
        available,
        ..
    } = row;
    let entries_wrong = i128::from(*version) != i128::from(*entries) || version != newest;
    if row.opening < 0 || row.available < 0 {
        format!("available {available}, opening {opening}: below 0")
    } else if entries_wrong {
        format!("version {version}, and {entries} entries up to version {newest}")
    } else if row.unlimited {
        format!("unlimited, and yet available {available}, opening {opening} or a balance")
    } else if opening + moved != *available {
        format!("opening {opening} and {moved} moved is not available {available}")
    } else {
        let balance = row
            .newest_balance
            .map_or("none".to_owned(), |b| b.to_string());
        format!("available {available}, and the newest entry's balance is {balance}")
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
