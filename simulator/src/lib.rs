//! WeChat Pay, Alipay and Stripe as a shop meets them, in one program to practise and to test
//! with: it believes only what is rightly signed, signs what it says, keeps its payments over a
//! restart, tells the shop again until it hears, and fails in every way that is known.
//!
//! It shares no code with the desk, and cannot: the desk's package depends on this one.

mod admin;
mod alipay;
mod book;
mod connection;
mod faults;
mod keys;
mod pages;
mod server;
mod settings;
mod stripe;
mod teller;
mod wechat;
mod words;

use std::net::{SocketAddr, TcpListener};
use std::os::unix::process::parent_id;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use actix_web::web;
use anyhow::Context;
use clap::Parser;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use crate::book::Book;
use crate::keys::Keys;
use crate::server::{Simulator, url_of};
use crate::teller::Teller;

/// Simulated payment gateways: WeChat Pay, Alipay and Stripe, without money.
#[derive(Parser, Debug)]
#[command(name = "stockdesk-gateways", version)]
struct Args {
    /// Folder for the keys, the payments and the settings of the shop
    #[arg(long, value_name = "FOLDER", default_value = "./data/gateways")]
    folder: PathBuf,
    /// Address and port of the gateways and their pages; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8091")]
    listen: SocketAddr,
    /// Address and port for tests; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:0")]
    admin: SocketAddr,
    /// How browsers reach the pages, without a path
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Where Stripe tells what happens: one address for a whole account; kept until another is
    /// given
    #[arg(long, value_name = "URL")]
    stripe_webhook: Option<String>,
    /// End when the program that started this one ends
    #[arg(long)]
    end_with_parent: bool,
    /// All waits of the gateways, this much of them: 0.01 lets a day pass in 15 minutes
    #[arg(long, value_name = "FACTOR", default_value = "1", value_parser = factor)]
    scale: f64,
    /// What is logged
    #[arg(long, value_name = "FILTER", default_value = "info")]
    log: String,
    /// Write the keys and the shop's settings, and end
    #[arg(long)]
    keys_only: bool,
}

fn factor(text: &str) -> Result<f64, String> {
    let factor: f64 = text.parse().map_err(|_| "expected a number".to_owned())?;
    let fits = (0.0001..=10.0).contains(&factor);
    fits.then_some(factor)
        .ok_or_else(|| "expected 0.0001 to 10".to_owned())
}

/// The program: runs until SIGTERM or SIGINT.
pub fn main() -> ExitCode {
    let args = Args::parse();
    let filter = EnvFilter::try_new(&args.log).unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    let runtime = tokio::runtime::Runtime::new().context("no runtime");
    let ran = runtime.and_then(|runtime| runtime.block_on(run(args)));
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("stockdesk-gateways: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Waits until the program that started this one is gone.
async fn orphaned(parent: u32) {
    while parent_id() == parent {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn run(args: Args) -> anyhow::Result<()> {
    let parent = parent_id();
    std::fs::create_dir_all(&args.folder).with_context(|| args.folder.display().to_string())?;
    let listener = TcpListener::bind(args.listen)
        .with_context(|| format!("cannot listen on {}", args.listen))?;
    let admin = TcpListener::bind(args.admin)
        .with_context(|| format!("cannot listen on {}", args.admin))?;
    let here = url_of(listener.local_addr()?);
    let url = args.url.unwrap_or_else(|| here.clone());
    let keys = Keys::of_folder(&args.folder)?;
    settings::write(&args.folder, &keys, &here)?;
    if args.keys_only {
        return Ok(());
    }
    let mut stop = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    let mut book = Book::open(&args.folder, args.scale)?;
    if let Some(url) = args.stripe_webhook {
        book.set_stripe_webhook(url)?;
    }
    let simulator = web::Data::new(Simulator::new(book, keys, url.clone()));
    let teller = tokio::spawn(Teller::new(simulator.clone(), args.scale)?.run());
    let admin_url = url_of(admin.local_addr()?);
    let gateways = server::gateways(simulator.clone(), listener)?;
    let admin = server::admin(simulator.clone(), admin)?;
    let handles = [gateways.handle(), admin.handle()];
    let serving = tokio::spawn(async move { tokio::try_join!(gateways, admin) });
    println!("admin at {admin_url}");
    println!("listening on {here}");
    tokio::select! {
        _ = stop.0.recv() => {}
        _ = stop.1.recv() => {}
        () = orphaned(parent), if args.end_with_parent => {}
    }
    simulator.stopping.cancel();
    for handle in handles {
        handle.stop(true).await;
    }
    serving.await??;
    teller.await?;
    Ok(())
}
