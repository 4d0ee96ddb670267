use std::io::{IsTerminal, Read};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};

use super::opened::{Opened, Schema};
use super::who::typed_by;
use crate::config::Config;
use crate::domain::actor::Actor;
use crate::domain::audit::{AuditAction, AuditDetail, AuditResult};
use crate::service::audit::Note;
use crate::service::import::{BadLine, ImportError, Imported, MAX_BYTES, apply, read};
use crate::service::verify::grouped;
use crate::service::{Audit, Clock};

const ACTOR: Actor = Actor::Command("import-stock");

/// What `import-stock` imports.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
The file is CSV in UTF-8 with a header; the columns stand in any order:
warehouse,sku,name,available[,unlimited][,low_water]. At most 1,000,000 lines and 256 MiB.
Warehouses and SKUs that are not there are made. A SKU that is there is set to the level of the
file, by an adjustment in its ledger. When one line is bad, nothing is imported and every bad
line is named. The same file is imported once: a second time does nothing.")]
pub struct Args {
    /// The file
    file: PathBuf,
}

/// Imports a stock file.
///
/// # Errors
/// When the file cannot be read or the stores cannot be reached. Bad lines are exit code 1 too.
pub async fn run(args: Args, config: Config) -> anyhow::Result<ExitCode> {
    let bytes = read_file(&args.file)?;
    let file = match read(&bytes) {
        Ok(file) => file,
        Err(bad) => return Ok(refused(&bad)),
    };
    drop(bytes);
    let name = args.file.file_name().unwrap_or_default().to_string_lossy();
    let name: String = name.chars().filter(|c| !c.is_control()).take(200).collect();
    let opened = Opened::open(&config, "import-stock", Schema::Migrate).await?;
    let on_terminal = std::io::stderr().is_terminal();
    let outcome = apply(&opened.desk, &file, &name, &ACTOR, |rows| {
        if on_terminal {
            eprint!(
                "\r\x1b[K{} of {} lines",
                grouped(rows),
                grouped(file.rows())
            );
        }
    })
    .await;
    if on_terminal {
        eprint!("\r\x1b[K");
    }
    note(&opened, &name, &outcome).await;
    opened.close().await;
    match outcome {
        Ok(imported) => {
            report(&imported);
            Ok(ExitCode::SUCCESS)
        }
        Err(ImportError::BadLines(bad)) => Ok(refused(&bad)),
        Err(error @ (ImportError::Stopped { .. } | ImportError::Service(_))) => Err(error)
            .context("the import was broken off; import the same file again to go on there"),
        Err(error) => Err(error.into()),
    }
}

/// Who imported what, and what came of it, in the audit.
async fn note(opened: &Opened, file: &str, outcome: &Result<Imported, ImportError>) {
    let (result, detail) = match outcome {
        Ok(Imported::Now(done)) => (
            AuditResult::Done,
            AuditDetail::Stock {
                new: done.new,
                set: done.set,
                described: done.described,
                unchanged: done.unchanged,
            },
        ),
        Ok(Imported::Before(_)) => (AuditResult::NoEffect, AuditDetail::ImportedBefore),
        Err(error) => (AuditResult::Refused, AuditDetail::Words(error.to_string())),
    };
    let audit = Audit::new(opened.desk.pool().clone(), Clock::system());
    let note = Note {
        actor: &ACTOR.to_string(),
        action: AuditAction::Imported,
        object: Some(file),
        result,
        address: Some(&typed_by()),
        detail: Some(detail),
    };
    audit.note(note).await;
}

fn read_file(path: &PathBuf) -> anyhow::Result<Vec<u8>> {
    let named = || format!("{} cannot be read", path.display());
    let file = std::fs::File::open(path).with_context(named)?;
    let mut bytes = Vec::new();
    let limit = MAX_BYTES as u64 + 1;
    file.take(limit)
        .read_to_end(&mut bytes)
        .with_context(named)?;
    if bytes.len() > MAX_BYTES {
        bail!("{} is larger than {} MiB", path.display(), MAX_BYTES >> 20);
    }
    Ok(bytes)
}

fn refused(bad: &[BadLine]) -> ExitCode {
    for BadLine { line, reason } in bad {
        eprintln!("line {line}: {reason}");
    }
    let lines = if bad.len() == 1 {
        "line is"
    } else {
        "lines are"
    };
    eprintln!(
        "stockdesk: {} {lines} bad; nothing was imported",
        grouped(bad.len())
    );
    ExitCode::FAILURE
}

fn report(imported: &Imported) {
    match imported {
        Imported::Before(at) => {
            let at = at.format("%Y-%m-%d %H:%M:%S");
            println!("this file was imported at {at} UTC already; nothing was done");
        }
        Imported::Now(done) => println!(
            "imported: {} new, {} set to another level, {} described anew, {} as they were",
            grouped(done.new),
            grouped(done.set),
            grouped(done.described),
            grouped(done.unchanged)
        ),
    }
}
