use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;
use sha2::{Digest, Sha256};

use super::EmbeddedError;

/// Longest socket path we use: the system's limit is 107 bytes, and MariaDB's own is less in
/// some builds.
const SOCKET_PATH_LIMIT: usize = 100;

/// Where everything of the private servers lies.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    /// The data folder, absolute and without links.
    pub root: PathBuf,
    /// Where the sockets are: in the data folder, unless its path is too long for one.
    run: PathBuf,
}

impl Folder {
    /// Makes the folder when it is missing. Nothing in it is touched yet.
    pub fn open(data_dir: &Path) -> Result<Self, EmbeddedError> {
        let failed = |source| EmbeddedError::folder(data_dir, source);
        fs::create_dir_all(data_dir).map_err(failed)?;
        let root = data_dir.canonicalize().map_err(failed)?;
        let mut run = root.join("run");
        if run.join("mariadb.sock").as_os_str().len() > SOCKET_PATH_LIMIT {
            run = short_run_folder(&root);
        }
        Ok(Self { root, run })
    }

    /// Makes the folders inside. For the owner alone.
    pub fn prepare(&self) -> Result<(), EmbeddedError> {
        for folder in [
            self.run.clone(),
            self.redis(),
            self.logs(),
            self.temporary(),
        ] {
            private_folder(&folder).map_err(|source| EmbeddedError::folder(&folder, source))?;
        }
        Ok(())
    }

    /// Takes away what lies outside the data folder, once nothing runs. That is a courtesy: an
    /// empty folder left in `/tmp` is used again.
    pub fn tidy(&self) {
        if !self.run.starts_with(&self.root)
            && let Err(error) = fs::remove_dir(&self.run)
        {
            tracing::debug!(folder = %self.run.display(), %error, "left behind");
        }
    }

    pub fn mariadb(&self) -> PathBuf {
        self.root.join("mariadb")
    }

    pub fn redis(&self) -> PathBuf {
        self.root.join("redis")
    }

    pub fn temporary(&self) -> PathBuf {
        self.root.join("tmp")
    }

    pub fn socket(&self, server: &str) -> PathBuf {
        self.run.join(format!("{server}.sock"))
    }

    pub fn log(&self, server: &str) -> PathBuf {
        self.logs().join(format!("{server}.log"))
    }

    fn logs(&self) -> PathBuf {
        self.root.join("log")
    }
}

/// A short path that every process of this user derives from the same data folder.
fn short_run_folder(root: &Path) -> PathBuf {
    let digest = Sha256::digest(root.as_os_str().as_bytes());
    let name: String = digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    PathBuf::from(format!("/tmp/stockdesk-{}-{name}", geteuid()))
}

/// A folder that only we can look into. One that somebody else put there, as anybody can in
/// `/tmp`, is refused.
fn private_folder(path: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        other => return other,
    }
    let found = fs::symlink_metadata(path)?;
    if !found.is_dir() || found.uid() != geteuid().as_raw() {
        let reason = "exists already and is not our own folder";
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, reason));
    }
    if found.permissions().mode() & 0o077 != 0 {
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Makes what happened to the names in `folder` survive a power failure.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_path_gets_its_sockets_elsewhere_and_always_in_the_same_place() {
        let temporary = tempfile::tempdir().unwrap();
        let short = Folder::open(&temporary.path().join("d")).unwrap();
        assert!(
            short
                .socket("mariadb")
                .starts_with(temporary.path().canonicalize().unwrap())
        );

        let deep = temporary.path().join("a-long-name-".repeat(12));
        let long = Folder::open(&deep).unwrap();
        assert!(long.socket("mariadb").as_os_str().len() <= SOCKET_PATH_LIMIT);
        assert_eq!(
            long.socket("redis"),
            Folder::open(&deep).unwrap().socket("redis")
        );
    }

    #[test]
    fn a_link_in_place_of_the_run_folder_is_refused() {
        let temporary = tempfile::tempdir().unwrap();
        let link = temporary.path().join("run");
        std::os::unix::fs::symlink("/", &link).unwrap();
        assert!(private_folder(&link).is_err());
    }
}
