//! Making the private database, once.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use nix::errno::Errno;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::{Pid, geteuid};
use tokio::process::Command;

use super::engine::Engine;
use super::folder::sync_folder;
use super::log::ServerLog;
use super::mariadb::{MariaDb, TEMPORARY, find, with};
use super::{EmbeddedError, leftover};
use crate::config::random_text;

/// How a data folder that is not finished yet is called, followed by anything.
const UNFINISHED: &str = "mariadb-install-";

impl MariaDb {
    /// Makes the data folder when there is none. It is made beside and renamed, so that being
    /// killed in the middle leaves nothing that could be taken for a database.
    pub async fn install(&self) -> Result<(), EmbeddedError> {
        let root = &self.folder.root;
        self.clear_unfinished().await?;
        if self.folder.mariadb().exists() {
            return Ok(());
        }
        let failed = |source| EmbeddedError::folder(root, source);
        // A name of its own each time: the installer of a killed run may still be at work.
        let beside = root.join(format!("{UNFINISHED}{}", random_text(8).expose()));
        tracing::info!(folder = %self.folder.mariadb().display(), "making the private database");
        let (log, output) =
            ServerLog::begin(&self.folder.log("mariadb-install")).map_err(failed)?;
        let failed_to_run = |error| EmbeddedError::start(self.name(), error, String::new());
        let mut installer = self
            .install_command(&beside)?
            .stdin(Stdio::null())
            .stdout(output.try_clone().map_err(failed)?)
            .stderr(output)
            .process_group(0)
            .spawn()
            .map_err(failed_to_run)?;
        let mut group = KillOnDrop(installer.id());
        let status = installer.wait().await.map_err(failed_to_run)?;
        group.0 = None; // It has ended: its number may be somebody else's soon.
        if !status.success() {
            let reason = format!("mariadb-install-db ended with {status}");
            return Err(EmbeddedError::start(self.name(), reason, log.tail()));
        }
        fs::rename(&beside, self.folder.mariadb())
            .and_then(|()| sync_folder(root))
            .map_err(failed)
    }

    /// Takes away what installations that were killed have left.
    async fn clear_unfinished(&self) -> Result<(), EmbeddedError> {
        let root = &self.folder.root;
        let entries = fs::read_dir(root).map_err(|source| EmbeddedError::folder(root, source))?;
        for entry in entries.flatten() {
            if !entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                continue;
            }
            leftover::stop(self.name(), &entry.path()).await?;
            if let Err(error) = fs::remove_dir_all(entry.path()) {
                // Somebody still writes there; it is in nobody's way until the next start.
                tracing::warn!(folder = %entry.path().display(), %error, "left lying");
            }
        }
        Ok(())
    }

    fn install_command(&self, data: &Path) -> Result<Command, EmbeddedError> {
        let mut command = Command::new(find("mariadb-install-db")?);
        command
            .arg("--no-defaults")
            .arg(with("--datadir=", data))
            // Servers that share a folder for temporary tables remove each other's when they start.
            // Not as an argument: the installer, a script, takes a space in one for its end.
            .env("TMPDIR", TEMPORARY)
            .current_dir(self.folder.temporary())
            .args([
                // A machine may not know its own name; nobody comes from a network here.
                "--force",
                "--skip-test-db",
                "--skip-name-resolve",
                "--auth-root-authentication-method=socket",
                "--auth-root-socket-user=root",
            ]);
        if geteuid().is_root() {
            // The server refuses to run as root unless told. The plain spelling of this option
            // would make the installer change the owner of files outside our folder.
            command.arg("--loose-user=root");
        }
        command.args(self.file_sizes());
        Ok(command)
    }
}

/// Ends the installer together with what it has started, when the start is called off.
struct KillOnDrop(Option<u32>);

impl Drop for KillOnDrop {
    fn drop(&mut self) {
        let group = self.0.and_then(|pid| i32::try_from(pid).ok());
        if let Some(group) = group
            && let Err(errno) = killpg(Pid::from_raw(group), Signal::SIGKILL)
            && errno != Errno::ESRCH
        {
            tracing::warn!(%errno, "the installer of the private database may still run");
        }
    }
}
