use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use chrono::Utc;

use super::shutdown;
use crate::config::Config;
use crate::sandbox_pay;

/// `sandbox-pay` has no arguments of its own: everything is a setting.
#[derive(clap::Args, Debug)]
pub struct Args {}

/// Runs the sandbox payment gateway until SIGTERM or SIGINT.
///
/// # Errors
/// When the address is taken, or another sandbox runs in the same data folder.
pub async fn run(_args: Args, config: Config) -> anyhow::Result<ExitCode> {
    let stop = shutdown::requested().context("cannot listen for signals")?;
    let secret = config
        .sandbox_pay_secret()
        .context("the sandbox gateway has no secret")?;
    let listen = config.payments.sandbox_pay_listen;
    let gateway = sandbox_pay::start(sandbox_pay::Config {
        listen,
        public_url: config
            .payments
            .sandbox_pay_url
            .as_ref()
            .map(|url| url.to_string()),
        secret: secret.expose().as_bytes().to_vec(),
        journal: Some(config.stores.data_dir.join(sandbox_pay::JOURNAL)),
        notify_after: sandbox_pay::Config::notify_schedule(),
        clock: Arc::new(Utc::now),
    })
    .await
    .with_context(|| format!("the sandbox gateway cannot start on {listen}"))?;
    println!("listening on http://{}", gateway.addr());
    let signal = stop.await;
    tracing::info!(signal, "stopping");
    gateway.stop().await;
    Ok(ExitCode::SUCCESS)
}
