use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::{fmt, process};

use rand::RngExt;

/// Text that must not reach a log: its `Debug` form is three stars.
#[derive(Clone, PartialEq, Eq, serde::Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps `text`.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself; whoever calls this takes care where it goes.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Fresh random letters and digits from the system's generator, 5.9 bits each.
pub fn random_text(characters: usize) -> Secret {
    let text = rand::rng()
        .sample_iter(rand::distr::Alphanumeric)
        .map(char::from);
    Secret(text.take(characters).collect())
}

/// The secret kept in the file at `path`: `fresh` when there was none, else what is there.
///
/// Two processes that start at once agree, because the file appears under its name whole
/// and only once: it is written beside, then linked. Mode 0600.
///
/// # Errors
/// When the folder cannot be made or written, or the file cannot be read.
pub fn create_once(path: &Path, fresh: Secret) -> io::Result<Secret> {
    let named =
        |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    match fs::read_to_string(path) {
        Ok(text) => return Ok(Secret(text.trim_end().to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(named(error)),
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(named)?;
    }
    let beside = path.with_extension(format!("{}-{}", process::id(), random_text(8).expose()));
    let linked = write_whole(&beside, &fresh).and_then(|()| fs::hard_link(&beside, path));
    let cleared = fs::remove_file(&beside);
    match linked {
        Ok(()) => cleared.map_err(named).map(|()| fresh),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let text = fs::read_to_string(path).map_err(named)?;
            Ok(Secret(text.trim_end().to_owned()))
        }
        Err(error) => Err(named(error)),
    }
}

fn write_whole(path: &Path, secret: &Secret) -> io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    writeln!(file, "{}", secret.expose())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn everybody_who_starts_at_once_gets_the_same_secret() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new").join("secret.key");
        let found: Vec<Secret> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| create_once(&path, random_text(64)).unwrap()))
                .collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        assert!(found.iter().all(|secret| *secret == found[0]));
        assert_eq!(found[0].expose().len(), 64);
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        let names = fs::read_dir(path.parent().unwrap()).unwrap().count();
        assert_eq!(names, 1, "nothing is left beside it");
    }

    #[test]
    fn a_secret_is_not_shown() {
        assert_eq!(format!("{:?}", Secret::new("hunter2")), "***");
    }
}
