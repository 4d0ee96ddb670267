use std::io;
use std::path::{Path, PathBuf};

use super::lock::Holder;

/// Why there are no private servers. Each display tells the reader what to do.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// The data folder cannot be used.
    #[error("cannot use {}", .path.display())]
    Folder {
        /// What was touched.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process owns the data folder.
    #[error(
        "the data folder {} is in use by {holder}: stop that first, or give this one a \
         folder of its own with STOCKDESK_DATA_DIR", .folder.display()
    )]
    InUse {
        /// The folder.
        folder: PathBuf,
        /// Who has it.
        holder: Holder,
    },
    /// Another process owns the data folder, and its servers do not answer.
    #[error("the private servers in {} are run by {holder}, and do not answer", .folder.display())]
    OwnerSilent {
        /// The folder.
        folder: PathBuf,
        /// Who runs them.
        holder: Holder,
    },
    /// Whoever asked for the stores changed their mind.
    #[error("the start was called off")]
    CalledOff,
    /// A program is not installed.
    #[error(
        "{program} was not found: install it (Debian, Ubuntu: apt-get install {package}), \
         or set {instead} to use a server you have"
    )]
    Missing {
        /// The program.
        program: &'static str,
        /// Its Debian package.
        package: &'static str,
        /// The setting that makes it unnecessary.
        instead: &'static str,
    },
    /// A program could not be run, or ended too early.
    #[error("{server} did not start: {reason}{tail}")]
    Start {
        /// Which.
        server: &'static str,
        /// What happened.
        reason: String,
        /// The end of its log, or nothing.
        tail: String,
    },
    /// A server of an earlier, killed owner is still there.
    #[error("{server} of an earlier run (process {pid}) cannot be stopped: {reason}")]
    Leftover {
        /// Which.
        server: &'static str,
        /// Its process.
        pid: i32,
        /// Why not.
        reason: String,
    },
}

impl EmbeddedError {
    pub(super) fn folder(path: &Path, source: io::Error) -> Self {
        Self::Folder {
            path: path.to_owned(),
            source,
        }
    }

    pub(super) fn start(server: &'static str, reason: impl ToString, tail: String) -> Self {
        Self::Start {
            server,
            reason: reason.to_string(),
            tail,
        }
    }
}
