//! The file that outlives a restart: one JSON record a line; of a payment, the last counts.
//!
//! A record reaches the system before its change is answered, not the disk platter: it survives
//! the process, which is what a simulator needs.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Replay;
use super::payment::{Key, Payment};

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "one is written at a time")]
pub enum Record {
    Payment(Payment),
    /// Stripe's memory of an idempotency key.
    Replay(Replay),
}

pub struct Journal {
    file: File,
    /// Held as long as the journal is: two programs would overwrite each other.
    _lock: File,
}

/// What was in the file, oldest payment first.
#[derive(Default)]
pub struct Past {
    pub payments: Vec<Payment>,
    pub replays: Vec<Replay>,
}

impl Journal {
    /// Reads what is there, and rewrites it with one record for each payment.
    pub fn open(folder: &Path) -> io::Result<(Self, Past)> {
        let lock = File::create(folder.join("payments.lock"))?;
        lock.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => {
                io::Error::other(format!("{} is in use by another program", folder.display()))
            }
            TryLockError::Error(error) => error,
        })?;
        let path = folder.join("payments.jsonl");
        let past = read(&path)?;
        let fresh = folder.join("payments.jsonl.new");
        let mut out = BufWriter::new(File::create(&fresh)?);
        for payment in &past.payments {
            out.write_all(&line(&Record::Payment(payment.clone()))?)?;
        }
        for replay in &past.replays {
            out.write_all(&line(&Record::Replay(replay.clone()))?)?;
        }
        out.into_inner()?.sync_all()?;
        fs::rename(&fresh, &path)?;
        let file = OpenOptions::new().append(true).open(path)?;
        Ok((Self { file, _lock: lock }, past))
    }

    pub fn append(&mut self, record: &Record) -> io::Result<()> {
        self.file.write_all(&line(record)?)
    }
}

/// Begins with a line feed as well: a record torn by a full disk spoils itself alone.
fn line(record: &Record) -> io::Result<Vec<u8>> {
    let mut line = vec![b'\n'];
    serde_json::to_writer(&mut line, record)?;
    line.push(b'\n');
    Ok(line)
}

fn read(path: &Path) -> io::Result<Past> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Past::default()),
        Err(error) => return Err(error),
    };
    let mut last: BTreeMap<Key, Payment> = BTreeMap::new();
    let mut replays = Vec::new();
    for line in BufReader::new(file).split(b'\n') {
        let line = line?;
        if line.is_empty() {
            continue;
        }
        match serde_json::from_slice::<Record>(&line) {
            Ok(Record::Payment(payment)) => {
                last.insert(payment.key(), payment);
            }
            Ok(Record::Replay(replay)) => replays.push(replay),
            // Never answered for: its append did not finish.
            Err(error) => tracing::warn!(%error, "a torn record in the journal"),
        }
    }
    let mut payments: Vec<Payment> = last.into_values().collect();
    payments.sort_by_key(|payment| payment.created_at);
    Ok(Past { payments, replays })
}
