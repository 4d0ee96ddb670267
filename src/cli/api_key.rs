use std::process::ExitCode;

use anyhow::bail;
use clap::Subcommand;

use super::opened::{Opened, Schema};
use super::who::{by, typed_by};
use crate::config::Config;
use crate::domain::role::Scope;
use crate::service::{ApiKeys, Audit, Clock};

#[derive(clap::Args, Debug)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Debug)]
enum Action {
    /// Make a key and print it, once: only its hash is kept
    Create {
        /// What it is for, such as shop-web: 1 to 64 characters
        #[arg(value_parser = name)]
        name: String,
        /// read, orders or stock; each includes the ones before it
        #[arg(long)]
        scope: Scope,
    },
}

/// Makes keys for programs.
///
/// # Errors
/// When the name is taken or the database is away.
pub async fn run(args: Args, config: Config) -> anyhow::Result<ExitCode> {
    let opened = Opened::open(&config, "api-key", Schema::Migrate).await?;
    let pool = opened.desk.pool().clone();
    let audit = Audit::new(pool.clone(), Clock::system());
    let keys = ApiKeys::new(pool, Clock::system(), audit);
    let (Action::Create { name, scope }, typed_by) = (args.action, typed_by());
    let made = keys
        .create(&name, scope, by("command:api-key", &typed_by))
        .await;
    opened.close().await;
    let Some(key) = made? else {
        bail!("there is a key {name} already");
    };
    println!("{key}");
    eprintln!("Store it now. It is not shown again.");
    Ok(ExitCode::SUCCESS)
}

fn name(text: &str) -> Result<String, String> {
    let length = text.chars().count();
    let plain = !text.chars().any(char::is_control) && text.trim() == text;
    match (1..=64).contains(&length) && plain {
        true => Ok(text.to_owned()),
        false => Err("must be 1 to 64 characters, without spaces around it".to_owned()),
    }
}
