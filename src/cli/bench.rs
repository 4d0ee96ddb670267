use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use crate::bench::{self, Plan, pages};
use crate::config::Config;
use crate::embedded::{self, Role};
use crate::service::demo::generate::Size;

/// What to measure: orders, unless another part is named.
#[derive(clap::Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Args {
    #[command(subcommand)]
    part: Option<Part>,
    #[command(flatten)]
    orders: Orders,
}

#[derive(clap::Subcommand, Debug)]
enum Part {
    /// Every page, on a desk with ten thousand ledger entries and on one with ten million
    Pages(Pages),
}

/// Contestants side by side
#[derive(clap::Args, Debug)]
struct Orders {
    /// Numbers of SKUs, comma-separated
    #[arg(long, value_delimiter = ',', default_values_t = [1, 1000])]
    skus: Vec<u32>,
    /// Numbers of clients, comma-separated
    #[arg(long, value_delimiter = ',', default_values_t = [64, 512])]
    clients: Vec<usize>,
    /// Seconds of each run
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=3600))]
    seconds: u64,
    /// Connections of the contestants that use one transaction per order
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=1000))]
    connections: u32,
}

#[derive(clap::Args, Debug)]
struct Pages {
    /// Where both desks keep their data; filled on the first run, used again on later ones
    #[arg(long, value_name = "DIR", default_value = "bench-pages")]
    folder: PathBuf,
    /// SKUs of the large desk
    #[arg(long, default_value_t = 1_000_000)]
    #[arg(value_parser = clap::value_parser!(u32).range(1_000..=i64::from(Size::MAX_SKUS)))]
    skus: u32,
    /// Ledger entries of the large desk; the small one has ten thousand, and as many SKUs
    #[arg(long, default_value_t = 10_000_000)]
    #[arg(value_parser = clap::value_parser!(u64).range(10_000..=Size::MAX_LEDGER))]
    ledger: u64,
    /// Timed visits of each page on each desk
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(10..=100_000))]
    requests: u32,
}

/// Runs what was asked for and prints a table.
///
/// # Errors
/// When a server fails, or the counts in the stores do not add up with what was answered.
pub async fn run(args: Args, config: Config) -> anyhow::Result<ExitCode> {
    match args.part {
        Some(Part::Pages(args)) => run_pages(args).await,
        None => run_orders(args.orders, config).await,
    }
}

async fn run_pages(args: Pages) -> anyhow::Result<ExitCode> {
    let size = |skus, ledger| Size {
        skus,
        ledger,
        orders: ledger / 5,
    };
    let plan = pages::PagesPlan {
        folder: std::path::absolute(args.folder)?,
        small: size(10_000, 10_000),
        large: size(args.skus, args.ledger),
        requests: args.requests,
    };
    let report = pages::run(&plan, |page| eprintln!("{page}")).await?;
    print!("{report}");
    match report.troubled() {
        0 => Ok(ExitCode::SUCCESS),
        many => {
            println!("\n{many} pages take longer than they may");
            Ok(ExitCode::FAILURE)
        }
    }
}

async fn run_orders(args: Orders, config: Config) -> anyhow::Result<ExitCode> {
    let stores = embedded::open(&config, Role::Command("bench")).await?;
    let plan = Plan {
        skus: args.skus,
        clients: args.clients,
        duration: Duration::from_secs(args.seconds),
        connections: args.connections,
    };
    let (database, redis) = (stores.database_url.expose(), stores.redis_url.expose());
    let report = bench::run(&plan, database, redis, |cell| {
        eprintln!(
            "{} x{} {}: {:.0}/s",
            cell.skus,
            cell.clients,
            cell.contestant.name(),
            cell.rate
        );
    })
    .await;
    let shown = report.map(|report| print!("{report}"));
    stores.stop().await;
    shown.map(|()| ExitCode::SUCCESS)
}
