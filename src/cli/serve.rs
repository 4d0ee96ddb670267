use std::process::ExitCode;

use anyhow::Context;

use super::shutdown;
use crate::config::Config;
use crate::embedded::{self, Role};

/// `serve` has no arguments of its own: everything is a setting.
#[derive(clap::Args, Debug)]
pub struct Args {}

/// Runs the desk until SIGTERM or SIGINT.
///
/// # Errors
/// When it cannot start; once it runs, it runs.
pub async fn run(_args: Args, config: Config) -> anyhow::Result<ExitCode> {
    let stop = shutdown::requested().context("cannot listen for signals")?;
    tokio::pin!(stop);
    // A start can take a while after a crash, and may be called off.
    let stores = tokio::select! {
        opened = embedded::open(&config, Role::Serve) => opened?,
        signal = &mut stop => {
            tracing::info!(signal, "stopped before the start was complete");
            return Ok(ExitCode::SUCCESS);
        }
    };
    // The application is built and served here.
    let signal = stop.await;
    tracing::info!(signal, "stopping");
    stores.stop().await;
    Ok(ExitCode::SUCCESS)
}
