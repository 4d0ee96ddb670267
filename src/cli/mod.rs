//! The command line: one file a subcommand, each with `run(args, config)`.
//!
//! To add a subcommand `x`: write `cli/x.rs` with `pub struct Args` and `run`, then add it
//! to [`Command`] and to [`dispatch`].

mod api_key;
mod bench;
mod check_config;
mod demo_data;
mod import_stock;
mod migrate;
pub mod opened;
mod replay;
mod sandbox_pay;
mod serve;
pub mod shutdown;
mod user;
mod verify;
mod version;
mod who;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::accounts::AccountProblem;
use crate::config::{self, Config, ConfigProblem};
use crate::telemetry;

/// The settings or the arguments are wrong; nothing was started.
pub const EXIT_USAGE: u8 = 2;

/// A stock desk that never oversells
#[derive(Parser, Debug)]
#[command(name = "stockdesk", version, max_term_width = 100)]
#[command(after_help = "Every setting is a flag and a STOCKDESK_* variable: see --help.")]
struct Cli {
    #[command(flatten)]
    config: Config,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Run the desk: private servers where none are given, the pages and the API
    Serve(serve::Args),
    /// Measure the service beside the ways it replaces
    Bench(bench::Args),
    /// Bring the database's schema up to date
    Migrate(migrate::Args),
    /// Import a stock file: warehouse,sku,name,available[,unlimited][,low_water]
    ImportStock(import_stock::Args),
    /// Fill in demo data: readable, or generated at any size
    DemoData(demo_data::Args),
    /// Play real order lines through the service, and prove that everything adds up
    Replay(replay::Args),
    /// Check every invariant, and print each: exit code 0 when all are held, else 1
    Verify(verify::Args),
    /// Add people, and set their passwords
    User(user::Args),
    /// Make keys for programs
    ApiKey(api_key::Args),
    /// Run the sandbox payment gateway alone
    SandboxPay(sandbox_pay::Args),
    /// Print every setting with its value and where that comes from
    CheckConfig(check_config::Args),
    /// Print the version
    Version(version::Args),
}

/// Reads the command line and the environment, runs what was asked, and says how it went:
/// 0 done, 1 failed, 2 the settings or arguments are wrong.
pub fn main() -> ExitCode {
    match parse(std::env::args_os()) {
        Ok((cli, matches)) => start(cli, &matches),
        Err(Unusable::Clap(error)) => {
            // Help and version come this way as well; clap knows where to print each. Nobody is
            // left to tell when that fails.
            let _ = error.print();
            ExitCode::from(if error.use_stderr() { EXIT_USAGE } else { 0 })
        }
        Err(Unusable::Config(problem)) => {
            eprintln!("stockdesk: {problem}");
            ExitCode::from(EXIT_USAGE)
        }
    }
}

/// The whole command line, with every setting usable after any subcommand.
pub fn command() -> clap::Command {
    // Shown by --help only: -h stays short.
    Cli::command().mut_args(|arg| match arg.get_env() {
        Some(_) => arg.global(true).hide_short_help(true),
        None => arg,
    })
}

#[derive(Debug)]
enum Unusable {
    Clap(clap::Error),
    Config(ConfigProblem),
}

fn parse(args: impl Iterator<Item = OsString>) -> Result<(Cli, ArgMatches), Unusable> {
    let command = command();
    let parsed = command.clone().try_get_matches_from(args);
    if let Err(error) = &parsed
        && !error.use_stderr()
    {
        return parsed.map(|_| unreachable!()).map_err(Unusable::Clap);
    }
    config::check_environment(&command).map_err(Unusable::Config)?;
    let matches = parsed.map_err(|error| match ConfigProblem::from_clap(&error, &command) {
        Some(problem) => Unusable::Config(problem),
        None => Unusable::Clap(error),
    })?;
    let cli = Cli::from_arg_matches(&matches).map_err(Unusable::Clap)?;
    Ok((cli, matches))
}

fn start(cli: Cli, matches: &ArgMatches) -> ExitCode {
    let outcome = telemetry::start(&cli.config.log)
        .map_err(anyhow::Error::from)
        .and_then(|()| {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .enable_all()
                .build()?;
            runtime.block_on(dispatch(cli, matches))
        });
    outcome.unwrap_or_else(|error| {
        eprintln!("stockdesk: {error:#}");
        match error.is::<AccountProblem>() {
            true => ExitCode::from(EXIT_USAGE),
            false => ExitCode::FAILURE,
        }
    })
}

async fn dispatch(cli: Cli, matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let Cli { config, command } = cli;
    match command {
        Command::Serve(args) => serve::run(args, config).await,
        Command::Bench(args) => bench::run(args, config).await,
        Command::Migrate(args) => migrate::run(args, config).await,
        Command::ImportStock(args) => import_stock::run(args, config).await,
        Command::DemoData(args) => demo_data::run(args, config).await,
        Command::Replay(args) => replay::run(args, config).await,
        Command::Verify(args) => verify::run(args, config).await,
        Command::User(args) => user::run(args, config).await,
        Command::ApiKey(args) => api_key::run(args, config).await,
        Command::SandboxPay(args) => sandbox_pay::run(args, config).await,
        Command::CheckConfig(args) => check_config::run(args, &config, matches),
        Command::Version(args) => version::run(args),
    }
}
