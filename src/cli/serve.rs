use std::process::ExitCode;

use anyhow::Context;

use super::shutdown;
use crate::config::Config;
use crate::embedded::{self, EmbeddedError, Role};

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
    let stores = match embedded::open_unless(&config, Role::Serve, &mut stop).await {
        Ok(stores) => stores,
        Err(EmbeddedError::CalledOff) => return Ok(ExitCode::SUCCESS),
        Err(error) => return Err(error.into()),
    };
    // The application is built and served here.
    let signal = stop.await;
    tracing::info!(signal, "stopping");
    stores.stop().await;
    Ok(ExitCode::SUCCESS)
}
