use std::io::{self, Write};
use std::process::ExitCode;

use clap::ArgMatches;

use crate::accounts;
use crate::config::{self, Config};

/// How the settings are printed.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Print the README's table of settings instead
    #[arg(long, hide = true)]
    markdown: bool,
}

/// Prints every setting, its value and its source; secrets as stars. That all values could
/// be read is proved by having come here; the accounts at payment gateways are opened, without
/// asking anybody.
///
/// # Errors
/// The first account that cannot be right.
pub fn run(args: Args, config: &Config, matches: &ArgMatches) -> anyhow::Result<ExitCode> {
    let opened = accounts::read(config)?;
    let command = super::command();
    let mut out = io::stdout().lock();
    if args.markdown {
        write!(out, "{}", config::markdown_table(&command))?;
        return Ok(ExitCode::SUCCESS);
    }
    let rows = config::rows(&command, matches);
    let width = |len: fn(&config::SettingRow) -> usize| rows.iter().map(len).max().unwrap_or(0);
    let names = width(|row| row.variable.len());
    let values = width(|row| row.value.len());
    for row in &rows {
        writeln!(
            out,
            "{:names$}  {:values$}  {}",
            row.variable, row.value, row.source
        )?;
    }
    for account in opened {
        writeln!(
            out,
            "payment account {} at {}: can be right",
            account.name(),
            account.kind()
        )?;
    }
    Ok(ExitCode::SUCCESS)
}
