//! The stock that a replay begins with.

use std::collections::BTreeMap;

use anyhow::Context;
use sha2::{Digest, Sha256};

use super::file::OrderFile;
use super::game::ACTOR;
use super::play::Options;
use crate::domain::ids::{Sku, Warehouse};
use crate::domain::quantity::Level;
use crate::domain::rejection::ServiceError;
use crate::service::Desk;
use crate::service::import::{Row, StockFile, apply};
use crate::store::mysql::stock::warehouse_list;

/// The warehouse that was asked for, or the next free one.
pub(super) async fn new_warehouse(desk: &Desk, options: &Options) -> anyhow::Result<Warehouse> {
    let taken = warehouse_list(desk.pool())
        .await
        .map_err(ServiceError::from)?;
    if let Some(warehouse) = &options.warehouse {
        anyhow::ensure!(
            !taken.contains(warehouse),
            "{warehouse} is there already; name a new one"
        );
        return Ok(warehouse.clone());
    }
    for run in 1.. {
        let warehouse: Warehouse = format!("RETAIL-{run}").parse()?;
        if !taken.contains(&warehouse) {
            return Ok(warehouse);
        }
    }
    unreachable!("there are more numbers than warehouses")
}

/// Puts every SKU of the file into the warehouse, as an import does.
pub(super) async fn open_stock(
    desk: &Desk,
    file: &OrderFile,
    options: &Options,
    warehouse: &Warehouse,
) -> anyhow::Result<()> {
    let mut sold: BTreeMap<&Sku, i64> = BTreeMap::new();
    for invoice in &file.invoices {
        for (sku, units, _) in &invoice.ordered {
            *sold.entry(sku).or_default() += units;
        }
        for (sku, _) in invoice.returned.iter().chain(&invoice.corrections) {
            sold.entry(sku).or_default();
        }
    }
    let mut rows = Vec::with_capacity(sold.len());
    for (sku, units) in sold {
        let opening = (units as f64 * options.opening).floor() as i64;
        rows.push(Row {
            line: 0,
            sku: sku.clone(),
            name: options
                .names
                .get(sku.as_str())
                .cloned()
                .unwrap_or_else(|| sku.to_string()),
            available: Some(Level::new(opening).with_context(|| format!("opening of {sku}"))?),
            low_water: Some(None),
        });
    }
    let digest = Sha256::digest(format!("replay {warehouse}").as_bytes()).into();
    let stock = StockFile {
        digest,
        warehouses: vec![(warehouse.clone(), rows)],
    };
    apply(desk, &stock, "replay", &ACTOR, |_| {}).await?;
    Ok(())
}
