use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use super::opened::{Opened, Schema};
use crate::config::Config;
use crate::service::Desk;
use crate::service::verify::{
    Finding, GATE_PATIENCE, Invariant, Progress, Report, SHOWN, grouped, verify,
};

/// `verify` has no arguments of its own.
#[derive(clap::Args, Debug)]
pub struct Args {}

/// Checks every invariant and prints each: exit code 0 when all are held, else 1. Repairs
/// nothing, and does not disturb a desk that is selling.
///
/// # Errors
/// When the database cannot be read.
pub async fn run(_args: Args, config: Config) -> anyhow::Result<ExitCode> {
    let opened = Opened::open(&config, "verify", Schema::Current).await?;
    let held = print(&opened.desk).await;
    opened.close().await;
    Ok(if held? {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Checks every invariant of `desk`, prints each, and says whether all are held.
///
/// # Errors
/// When the database cannot be read.
pub async fn print(desk: &Desk) -> anyhow::Result<bool> {
    let on_terminal = std::io::stderr().is_terminal();
    let report = verify(desk, GATE_PATIENCE, |progress| {
        if on_terminal {
            show(progress);
        }
    })
    .await?;
    if on_terminal {
        eprint!("\r\x1b[K");
    }
    let mut out = std::io::stdout().lock();
    write(&mut out, &report)?;
    Ok(report.held())
}

fn show(progress: Progress) {
    let text = match progress {
        Progress::Levels { done, of } => format!("stock {} of {}", grouped(done), grouped(of)),
        Progress::Documents { done } => format!("documents {}", grouped(done)),
        Progress::Gate => "the gate".to_owned(),
    };
    eprint!("\r\x1b[K{text}");
}

/// What each invariant promises, in the words of the manual.
fn promise(invariant: Invariant) -> &'static str {
    match invariant {
        Invariant::Levels => "opening + deltas = available >= 0, in an unbroken chain of balances",
        Invariant::Reversals => "a document moves a SKU once, and is reversed once, exactly",
        Invariant::Orders => "an order's state, its lines and its evidence agree",
        Invariant::Reserved => "reserved = units of pending and closing orders",
        Invariant::Payments => "a payment paid its order, has one outcome, or waits in sight",
        Invariant::Gate => "Redis + units in flight = available",
    }
}

fn write(out: &mut impl Write, report: &Report) -> std::io::Result<()> {
    for finding in &report.findings {
        write_finding(out, finding)?;
    }
    let broken = report.findings.iter().filter(|f| !f.held()).count();
    let seconds = report.took.as_secs_f64();
    match broken {
        0 => writeln!(out, "all 6 invariants held ({seconds:.1} s)"),
        n => writeln!(out, "{n} of 6 invariants BROKEN ({seconds:.1} s)"),
    }
}

fn write_finding(out: &mut impl Write, finding: &Finding) -> std::io::Result<()> {
    let number = finding.invariant.number();
    let verdict = if finding.held() { "held" } else { "BROKEN" };
    writeln!(out, "{number}. {}: {verdict}", promise(finding.invariant))?;
    if !finding.scope.is_empty() {
        writeln!(out, "   {}", finding.scope)?;
    }
    if let Some(note) = &finding.note {
        writeln!(out, "   note: {note}")?;
    }
    for offender in &finding.offenders {
        writeln!(out, "   {}: {}", offender.place, offender.what)?;
    }
    if finding.more {
        writeln!(out, "   ... and more than these {SHOWN}")?;
    }
    Ok(())
}
