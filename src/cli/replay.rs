use std::collections::HashMap;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::value_parser;

use super::opened::{Opened, Schema};
use super::verify;
use crate::config::Config;
use crate::domain::ids::Warehouse;
use crate::replay::{Options, OrderFile, play, read};
use crate::service::Desk;
use crate::service::verify::grouped;

/// What `replay` plays, and how.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
The file is CSV with the columns invoice,at,sku,quantity,unit_price_minor; others are ignored.
An invoice is an order. One that begins with C is a return. Lines without a price, with a quantity
that is not positive, or of other invoices with letters are corrections. Opening stock is made in
a new warehouse. At the end everything must add up, and every invariant is checked.")]
pub struct Args {
    /// The order lines; .csv or .csv.gz
    file: PathBuf,
    /// Clients that place orders at the same time; with 1 every run comes out the same
    #[arg(long, value_name = "N", default_value = "64", value_parser = value_parser!(u16).range(1..=4096))]
    clients: u16,
    /// Opening stock, as a share of what the file sells
    #[arg(long, value_name = "SHARE", default_value = "0.9", value_parser = share)]
    opening: f64,
    /// The share of orders that nobody pays, and that are cancelled
    #[arg(long, value_name = "SHARE", default_value = "0.05", value_parser = share)]
    unpaid_share: f64,
    /// A warehouse that is not there yet [default: RETAIL-<n>]
    #[arg(long, value_name = "NAME")]
    warehouse: Option<Warehouse>,
    /// As fast as it goes, or so many times faster than the shop was
    #[arg(long, value_name = "max|TIMES", default_value = "max", value_parser = speed)]
    speed: Speed,
    /// Decides which orders are paid, and how
    #[arg(long, value_name = "N", default_value = "1")]
    seed: u64,
    /// Names of SKUs: CSV with the columns sku,name
    #[arg(long, value_name = "FILE")]
    names: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy)]
struct Speed(Option<f64>);

fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text
        .parse()
        .map_err(|_| "must be a number from 0 to 10".to_owned())?;
    if (0.0..=10.0).contains(&share) {
        Ok(share)
    } else {
        Err("must be from 0 to 10".to_owned())
    }
}

fn speed(text: &str) -> Result<Speed, String> {
    match text.parse::<f64>() {
        _ if text == "max" => Ok(Speed(None)),
        Ok(times) if times.is_finite() && times > 0.0 => Ok(Speed(Some(times))),
        _ => Err("must be max, or a number above 0".to_owned()),
    }
}

/// Plays a file of order lines: exit code 0 when everything adds up, else 1.
///
/// # Errors
/// When the file cannot be read or the stores stay away.
pub async fn run(args: Args, config: Config) -> anyhow::Result<ExitCode> {
    let file = read(&args.file)?;
    let options = Options {
        clients: usize::from(args.clients),
        opening: args.opening,
        warehouse: args.warehouse,
        unpaid_share: args.unpaid_share,
        speed: args.speed.0,
        seed: args.seed,
        names: args
            .names
            .as_deref()
            .map(names)
            .transpose()?
            .unwrap_or_default(),
    };
    let opened = Opened::open(&config, "replay", Schema::Migrate).await?;
    let sound = play_and_check(&opened.desk, file, &options).await;
    opened.close().await;
    Ok(if sound? {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

async fn play_and_check(desk: &Desk, file: OrderFile, options: &Options) -> anyhow::Result<bool> {
    let on_terminal = std::io::stderr().is_terminal();
    let proof = play(desk, file, options, move |done, of| {
        if on_terminal && done.is_multiple_of(100) {
            eprint!("\r\x1b[K{} of {} invoices", grouped(done), grouped(of));
        }
    })
    .await?;
    if on_terminal {
        eprint!("\r\x1b[K");
    }
    print!("{proof}");
    let held = verify::print(desk).await?;
    Ok(held && proof.adds_up())
}

fn names(path: &Path) -> anyhow::Result<HashMap<String, String>> {
    let named = || format!("{} cannot be read", path.display());
    let mut reader = csv::Reader::from_path(path).with_context(named)?;
    let mut names = HashMap::new();
    for record in reader.deserialize() {
        let (sku, name): (String, String) = record.with_context(named)?;
        let name: String = name.chars().filter(|c| !c.is_control()).take(200).collect();
        if !name.trim().is_empty() {
            names.insert(sku, name.trim().to_owned());
        }
    }
    Ok(names)
}
