//! The log: lines for people, or one JSON object a line. It goes to standard error, so that
//! standard output carries only what a command has to say.

use std::backtrace::Backtrace;
use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::TryInitError;

use crate::config::{LogFormat, LogSettings};

/// Why logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter cannot be read.
    #[error("the log filter cannot be read")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// Somebody set up logging in this process already.
    #[error("logging is set up already")]
    Twice(#[from] TryInitError),
}

/// Starts logging for the whole process; called once, by the binary.
///
/// Panics become log lines too, so that a broken request can be found by its time; with a
/// backtrace when `RUST_BACKTRACE` asks for one.
///
/// # Errors
/// When the filter cannot be read, or logging was started before.
pub fn start(settings: &LogSettings) -> Result<(), TelemetryError> {
    use tracing_subscriber::util::SubscriberInitExt;

    // The drivers tell of every statement at their lower levels; only their warnings help.
    let quiet = ["sqlx=warn", "rustls=warn", "hyper=warn", "h2=warn"];
    let filter = EnvFilter::builder().parse(format!("{},{}", quiet.join(","), settings.log))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr);
    match settings.log_format {
        LogFormat::Text => log
            .with_ansi(io::stderr().is_terminal())
            .finish()
            .try_init()?,
        LogFormat::Json => log.json().flatten_event(true).finish().try_init()?,
    }
    std::panic::set_hook(Box::new(|panic| {
        let backtrace = Backtrace::capture();
        tracing::error!(%panic, %backtrace, "a task panicked");
    }));
    Ok(())
}
