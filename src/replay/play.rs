//! Playing a file from its opening stock to its proof.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;

use super::customers::Customers;
use super::file::OrderFile;
use super::game::Game;
use super::opening::{new_warehouse, open_stock};
use super::tally::{Proof, Tally};
use crate::domain::ids::Warehouse;
use crate::domain::rejection::ServiceError;
use crate::service::Desk;
use crate::store::mysql::replay::warehouse_totals;

/// How to play.
#[derive(Debug, Clone)]
pub struct Options {
    pub clients: usize,
    /// Opening stock as a share of what the file sells, rounded down.
    pub opening: f64,
    /// A new one; `RETAIL-<n>` when not given.
    pub warehouse: Option<Warehouse>,
    /// The share of orders that are not paid, and cancelled.
    pub unpaid_share: f64,
    /// How many times faster than the shop was; `None`: as fast as it goes.
    pub speed: Option<f64>,
    pub seed: u64,
    /// Names of SKUs.
    pub names: HashMap<String, String>,
}

/// Plays a file. `progress` is told how many invoices of how many are done.
///
/// # Errors
/// When the stores are away for longer than a minute, or something is not as it must be.
pub async fn play(
    desk: &Desk,
    file: OrderFile,
    options: &Options,
    progress: impl Fn(usize, usize) + Send + Sync + 'static,
) -> anyhow::Result<Proof> {
    let warehouse = new_warehouse(desk, options).await?;
    open_stock(desk, &file, options, &warehouse).await?;
    let customers = Customers::invite(desk).await?;
    let (file_lines, begun) = (file.lines, Instant::now());
    let game = Game::new(
        desk,
        customers,
        warehouse.clone(),
        options,
        file,
        Box::new(progress),
    );
    let game = Arc::new(game);
    let client = |_| tokio::spawn(game.clone().client());
    let clients: Vec<_> = (0..options.clients).map(client).collect();
    let (mut tally, mut failure) = (Tally::new()?, None);
    for client in clients {
        match client.await? {
            Ok(done) => tally.add(&done)?,
            Err(error) => failure = Some(error),
        }
    }
    let took = begun.elapsed();
    let game = Arc::into_inner(game).context("a client is still playing")?;
    game.customers.send_home().await;
    if let Some(error) = failure {
        return Err(error);
    }
    let file_orders = game
        .file
        .invoices
        .iter()
        .filter(|i| !i.ordered.is_empty())
        .count() as u64;
    let stored = warehouse_totals(desk.pool(), &warehouse)
        .await
        .map_err(ServiceError::from)?;
    let warehouse = warehouse.to_string();
    Ok(Proof {
        warehouse,
        file_lines,
        file_orders,
        tally,
        stored,
        took,
    })
}
