use std::process::ExitCode;

use anyhow::bail;

use super::opened::{Opened, Schema};
use crate::config::Config;
use crate::service::Desk;
use crate::service::demo::{Filled, fill};
use crate::service::verify::grouped;

/// Without arguments the readable demo; with any of them, generated data of that size.
#[derive(clap::Args, Debug)]
pub struct Args {}

/// Fills in demo data.
///
/// # Errors
/// When the desk has stock of its own, or the stores are away.
pub async fn run(_args: Args, config: Config) -> anyhow::Result<ExitCode> {
    let opened = Opened::open(&config, "demo-data", Schema::Migrate).await?;
    let filled = readable(&opened.desk).await;
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
