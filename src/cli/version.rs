use std::process::ExitCode;

/// `version` takes nothing.
#[derive(clap::Args, Debug)]
pub struct Args {}

/// Prints the name and the version.
pub fn run(_args: Args) -> anyhow::Result<ExitCode> {
    println!("stockdesk {}", env!("CARGO_PKG_VERSION"));
    Ok(ExitCode::SUCCESS)
}
