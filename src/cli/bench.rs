use std::process::ExitCode;
use std::time::Duration;

use crate::bench::{self, Plan};
use crate::config::Config;
use crate::embedded::{self, Role};

/// What to measure.
#[derive(clap::Args, Debug)]
pub struct Args {
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

/// Runs the contestants and prints a table.
///
/// # Errors
/// When a server fails, or the counts in the stores do not add up with what was answered.
pub async fn run(args: Args, config: Config) -> anyhow::Result<ExitCode> {
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
