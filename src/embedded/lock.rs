//! Who may run the servers of a data folder. The system drops these locks when their process
//! dies, however it dies, so that none is ever stale.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::{fmt, process};

use super::folder::Folder;
use super::{EmbeddedError, Role};

const OWNER: &str = "owner.lock";
const GUESTS: &str = "guests.lock";

/// The right to run the servers.
#[derive(Debug)]
pub(super) struct OwnerLock {
    _file: File,
}

impl OwnerLock {
    /// Takes the lock, or `None` when another process has it.
    pub fn claim(folder: &Folder, role: Role) -> Result<Option<Self>, EmbeddedError> {
        let failed = |source| EmbeddedError::folder(&folder.root.join(OWNER), source);
        let mut file = open(folder, OWNER)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        file.set_len(0).map_err(failed)?;
        writeln!(file, "{} {}", role.name(), process::id()).map_err(failed)?;
        Ok(Some(Self { _file: file }))
    }
}

/// Held while using another process's servers.
#[derive(Debug)]
pub(super) struct GuestLock {
    _file: File,
}

impl GuestLock {
    /// Any number of guests hold it at once; `None` when the owner is already stopping.
    pub fn share(folder: &Folder) -> Result<Option<Self>, EmbeddedError> {
        let file = open(folder, GUESTS)?;
        match file.try_lock_shared() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => {
                Err(EmbeddedError::folder(&folder.root.join(GUESTS), source))
            }
        }
    }

    /// Keeps new guests out while the owner stops the servers; `None` while there are guests.
    pub fn exclude(folder: &Folder) -> Result<Option<Self>, EmbeddedError> {
        let file = open(folder, GUESTS)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => {
                Err(EmbeddedError::folder(&folder.root.join(GUESTS), source))
            }
        }
    }
}

/// Who owns a folder, for messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    command: String,
    pid: String,
}

impl Holder {
    /// It is another `serve`.
    pub fn is_serve(&self) -> bool {
        self.command == Role::Serve.name()
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "another `stockdesk {}` (process {})",
            self.command, self.pid
        )
    }
}

/// Reads who holds the owner's lock. It may be just changing hands: then the words are `?`.
pub(super) fn holder(folder: &Folder) -> Holder {
    let text = fs::read_to_string(folder.root.join(OWNER)).unwrap_or_default();
    let mut words = text.split_whitespace().map(str::to_owned);
    let mut next = || words.next().unwrap_or_else(|| "?".to_owned());
    Holder {
        command: next(),
        pid: next(),
    }
}

fn open(folder: &Folder, name: &str) -> Result<File, EmbeddedError> {
    let path = folder.root.join(name);
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .map_err(|source: io::Error| EmbeddedError::folder(&path, source))
}
