use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::bail;
use clap::value_parser;

use super::opened::{Opened, Schema};
use crate::config::Config;
use crate::service::Desk;
use crate::service::demo::generate::{Generated, Size, generate};
use crate::service::demo::{Filled, fill};
use crate::service::verify::grouped;

/// Without arguments the readable demo that a first start fills in; with any of them, generated
/// data of that size in warehouses of its own, beside whatever is there.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Generate so many SKUs [default: 10000]
    #[arg(long, value_name = "N")]
    #[arg(value_parser = value_parser!(u32).range(1..=i64::from(Size::MAX_SKUS)))]
    skus: Option<u32>,
    /// Generate so many ledger entries [default: ten for each SKU]
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(..=Size::MAX_LEDGER))]
    ledger: Option<u64>,
    /// Generate so many orders [default: one for five entries]
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(..=Size::MAX_LEDGER))]
    orders: Option<u64>,
}

impl Args {
    fn size(&self) -> Option<Size> {
        if self.skus.is_none() && self.ledger.is_none() && self.orders.is_none() {
            return None;
        }
        let skus = self.skus.unwrap_or(10_000);
        let least = self.orders.unwrap_or(0).saturating_mul(5);
        let ledger = self
            .ledger
            .unwrap_or_else(|| least.max(u64::from(skus) * 10));
        let orders = self.orders.unwrap_or(ledger / 5);
        Some(Size {
            skus,
            ledger,
            orders,
        })
    }
}

const TELL_EVERY: Duration = Duration::from_secs(2);

/// Fills in demo data.
///
/// # Errors
/// When the desk has stock of its own, the numbers do not fit each other, or the stores are away.
pub async fn run(args: Args, config: Config) -> anyhow::Result<ExitCode> {
    let size = args.size();
    if let Some(Err(why)) = size.map(Size::check) {
        bail!(why);
    }
    let opened = Opened::open(&config, "demo-data", Schema::Migrate).await?;
    let filled = match size {
        None => readable(&opened.desk).await,
        Some(size) => generated(&opened.desk, size).await,
    };
    opened.close().await;
    println!("{}", filled?);
    Ok(ExitCode::SUCCESS)
}

async fn readable(desk: &Desk) -> anyhow::Result<String> {
    match fill(desk).await? {
        Filled::Now { orders, refused } => Ok(format!(
            "demo data: {} orders placed, {} refused because stock had run out",
            grouped(orders),
            grouped(refused)
        )),
        Filled::Before => Ok("the demo data is there already; nothing was done".to_owned()),
        Filled::NotEmpty => bail!("this desk has stock of its own; the demo stays away from it"),
    }
}

async fn generated(desk: &Desk, size: Size) -> anyhow::Result<String> {
    let mut told = Instant::now();
    let done = generate(desk, size, |done| {
        if told.elapsed() >= TELL_EVERY {
            told = Instant::now();
            eprintln!("{}", words(&done));
        }
    })
    .await?;
    Ok(words(&done))
}

fn words(done: &Generated) -> String {
    let seconds = done.took.as_secs_f64();
    let rate = (done.ledger as f64 / seconds) as u64;
    format!(
        "generated {} SKUs, {} ledger entries, {} orders in {seconds:.1} s ({} entries a second)",
        grouped(done.skus),
        grouped(done.ledger),
        grouped(done.orders),
        grouped(rate)
    )
}
