use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// A log that has grown beyond this is put aside at the next start, in bytes.
const ROLL_AT: u64 = 16 * 1024 * 1024;
/// How much of the end is shown when a server does not start.
const TAIL_LINES: usize = 12;
const TAIL_BYTES: u64 = 64 * 1024;

/// What one run of a server has written.
#[derive(Debug)]
pub(super) struct ServerLog {
    path: PathBuf,
    began_at: u64,
}

impl ServerLog {
    /// Opens the log for a new run; the file is for the server's output.
    pub fn begin(path: &Path) -> io::Result<(Self, File)> {
        if fs::metadata(path).is_ok_and(|log| log.len() > ROLL_AT) {
            fs::rename(path, path.with_extension("log.1"))?;
        }
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        let began_at = file.metadata()?.len();
        Ok((
            Self {
                path: path.to_owned(),
                began_at,
            },
            file,
        ))
    }

    /// What this run wrote last, introduced, for an error message: its errors when it named any.
    pub fn tail(&self) -> String {
        match self.read_tail() {
            Ok(lines) if lines.is_empty() => {
                format!("; its log {} is empty", self.path.display())
            }
            Ok(lines) => format!("; the end of {}:{lines}", self.path.display()),
            Err(error) => format!("; its log {} cannot be read: {error}", self.path.display()),
        }
    }

    fn read_tail(&self) -> io::Result<String> {
        let mut file = File::open(&self.path)?;
        let end = file.metadata()?.len();
        file.seek(SeekFrom::Start(
            self.began_at.max(end.saturating_sub(TAIL_BYTES)),
        ))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let text = String::from_utf8_lossy(&bytes);
        let lines: Vec<&str> = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .collect();
        let last = lines.len().saturating_sub(TAIL_LINES);
        Ok(lines[last..]
            .iter()
            .map(|line| format!("\n    {line}"))
            .collect())
    }
}
