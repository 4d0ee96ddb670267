use std::process::ExitCode;

use super::opened::{Opened, Schema};
use crate::config::Config;

/// `migrate` has no arguments of its own.
#[derive(clap::Args, Debug)]
pub struct Args {}

/// Brings the database's schema up to date; `serve` does the same when it starts.
///
/// # Errors
/// When the database cannot be reached, or was migrated by a newer version.
pub async fn run(_args: Args, config: Config) -> anyhow::Result<ExitCode> {
    let opened = Opened::open(&config, "migrate", Schema::Migrate).await?;
    println!("the database is up to date");
    opened.close().await;
    Ok(ExitCode::SUCCESS)
}
