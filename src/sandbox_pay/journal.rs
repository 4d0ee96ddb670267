//! The file that outlives a restart: one JSON record a line, the last of an order number counts.
//!
//! A record is appended before its change is answered. It reaches the system, not the disk
//! platter: this survives the process, which is what a sandbox needs.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::payment::Payment;
use crate::domain::ids::DocumentNo;

pub struct Journal {
    file: File,
    /// Held as long as the journal is: two sandboxes would overwrite each other.
    _lock: File,
}

impl Journal {
    /// Reads what is there, oldest payment first, and rewrites it with one record for each.
    pub fn open(path: &Path) -> io::Result<(Self, Vec<Payment>)> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let lock = File::create(sibling(path, ".lock"))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => {
                io::Error::other(format!("{} is in use by another sandbox", path.display()))
            }
            TryLockError::Error(error) => error,
        })?;
        let payments = read(path)?;
        let fresh = sibling(path, ".new");
        let mut out = BufWriter::new(File::create(&fresh)?);
        for payment in &payments {
            out.write_all(&record(payment)?)?;
        }
        out.into_inner()?.sync_all()?;
        fs::rename(&fresh, path)?;
        let file = OpenOptions::new().append(true).open(path)?;
        Ok((Self { file, _lock: lock }, payments))
    }

    pub fn append(&mut self, payment: &Payment) -> io::Result<()> {
        self.file.write_all(&record(payment)?)
    }
}

/// Begins with a line feed as well: a record torn by a full disk spoils itself alone.
fn record(payment: &Payment) -> io::Result<Vec<u8>> {
    let mut line = vec![b'\n'];
    serde_json::to_writer(&mut line, payment)?;
    line.push(b'\n');
    Ok(line)
}

fn read(path: &Path) -> io::Result<Vec<Payment>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut last: BTreeMap<DocumentNo, Payment> = BTreeMap::new();
    for line in BufReader::new(file).split(b'\n') {
        let line = line?;
        if line.is_empty() {
            continue;
        }
        match serde_json::from_slice::<Payment>(&line) {
            Ok(payment) => {
                last.insert(payment.order_no.clone(), payment);
            }
            // Never answered for: its append did not finish.
            Err(error) => tracing::warn!(%error, "a torn record in the sandbox's journal"),
        }
    }
    let mut payments: Vec<Payment> = last.into_values().collect();
    payments.sort_by_key(|payment| payment.created_at);
    Ok(payments)
}

fn sibling(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}
