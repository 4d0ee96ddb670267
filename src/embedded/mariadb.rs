use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use nix::unistd::geteuid;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sha2::{Digest, Sha256};
use sqlx::mysql::MySqlConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tokio::process::Command;
use tokio::time::timeout;

use super::engine::Engine;
use super::folder::Folder;
use super::{Durability, EmbeddedError, Options};
use crate::config::{Secret, create_once, find_program};

const PACKAGE: &str = "mariadb-server";
const INSTEAD: &str = "STOCKDESK_DATABASE_URL";
const DATABASE: &str = "stockdesk";
const USER: &str = "stockdesk";
/// The folder for temporary tables, seen from the server's data. A full path could hold a colon,
/// which MariaDB takes for the beginning of a second folder.
pub(super) const TEMPORARY: &str = "../tmp";

/// A private MariaDB: reached through a socket in a folder of ours only, and there only with a
/// password that lies beside its data.
#[derive(Debug)]
pub(super) struct MariaDb {
    pub(super) folder: Folder,
    password: Secret,
    memory_mib: u32,
    durability: Durability,
}

impl MariaDb {
    pub fn new(folder: &Folder, options: &Options, password: Secret) -> Self {
        Self {
            folder: folder.clone(),
            password,
            memory_mib: options.database_memory_mib,
            durability: options.durability,
        }
    }

    /// How our own code reaches it.
    pub fn url(&self) -> Secret {
        let socket = self.socket().to_string_lossy().into_owned();
        let socket = utf8_percent_encode(&socket, NON_ALPHANUMERIC);
        let password = utf8_percent_encode(self.password.expose(), NON_ALPHANUMERIC);
        Secret::new(format!(
            "mysql://{USER}:{password}@localhost/{DATABASE}?ssl-mode=disabled&socket={socket}"
        ))
    }

    /// Sizes that are fixed by the files, so that both installer and server must name them.
    pub(super) fn file_sizes(&self) -> [&'static str; 1] {
        [match self.durability {
            Durability::Full => "--innodb-log-file-size=128M",
            Durability::Relaxed => "--innodb-log-file-size=32M",
        }]
    }

    fn socket(&self) -> PathBuf {
        self.folder.socket(self.file_name())
    }

    /// Tells that the account was made, with which password (its digest).
    fn account_note(&self) -> (PathBuf, String) {
        let digest = Sha256::digest(self.password.expose());
        let digest = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        (self.folder.mariadb().join("stockdesk-account"), digest)
    }

    /// What the server runs before it takes connections when our account is not there yet, or
    /// has another password: it makes our user and database.
    fn init_file(&self) -> Result<Option<PathBuf>, EmbeddedError> {
        let (note, digest) = self.account_note();
        if fs::read_to_string(note).is_ok_and(|text| text == digest) {
            return Ok(None);
        }
        let password = self.password.expose();
        let statements = format!(
            "CREATE DATABASE IF NOT EXISTS `{DATABASE}`;\n\
             CREATE OR REPLACE USER '{USER}'@'localhost' IDENTIFIED BY '{password}';\n\
             GRANT ALL PRIVILEGES ON *.* TO '{USER}'@'localhost';\n"
        );
        let path = self.folder.temporary().join("init.sql");
        let written = match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => create_once(&path, Secret::new(statements)),
        };
        written.map_err(|source| EmbeddedError::folder(&path, source))?;
        Ok(Some(path))
    }
}

impl Engine for MariaDb {
    fn name(&self) -> &'static str {
        "MariaDB"
    }

    fn file_name(&self) -> &'static str {
        "mariadb"
    }

    fn command(&self) -> Result<Command, EmbeddedError> {
        let mut command = Command::new(find("mariadbd")?);
        command
            .current_dir(self.folder.mariadb())
            .arg("--no-defaults") // The machine's own settings are not for us.
            .arg(with("--datadir=", &self.folder.mariadb()))
            .arg(with("--socket=", &self.socket()))
            .arg(with(
                "--pid-file=",
                &self.folder.temporary().join("mariadb.pid"),
            ))
            .arg(format!("--tmpdir={TEMPORARY}"))
            .arg(format!("--innodb-buffer-pool-size={}M", self.memory_mib))
            .args(self.file_sizes())
            .args(SETTINGS);
        if let Some(statements) = self.init_file()? {
            command.arg(with("--init-file=", &statements));
        }
        command.arg(match self.durability {
            Durability::Full => "--innodb-flush-log-at-trx-commit=1",
            Durability::Relaxed => "--innodb-flush-log-at-trx-commit=2",
        });
        if geteuid().is_root() {
            command.arg("--user=root");
        }
        Ok(command)
    }

    fn answered(&self) {
        let (note, digest) = self.account_note();
        if let Err(error) = fs::write(&note, digest) {
            tracing::warn!(note = %note.display(), %error, "the account is made again next time");
        }
    }

    async fn answers(&self) -> Result<(), String> {
        let url = self.url();
        let asked = async {
            let options = MySqlConnectOptions::from_str(url.expose())?;
            let mut connection = options.disable_statement_logging().connect().await?;
            connection.ping().await?;
            connection.close().await
        };
        match timeout(Duration::from_secs(5), asked).await {
            Ok(answer) => answer.map_err(|error| error.to_string()),
            Err(_) => Err("no answer within 5 s".to_owned()),
        }
    }
}

const SETTINGS: [&str; 24] = [
    "--skip-networking",
    "--skip-name-resolve",
    "--skip-log-bin",
    "--loose-feedback=OFF",
    "--local-infile=OFF",
    "--default-time-zone=+00:00",
    "--character-set-server=utf8mb4",
    "--collation-server=utf8mb4_bin",
    "--transaction-isolation=READ-COMMITTED",
    "--max-connections=200",
    "--back-log=400",
    "--max-allowed-packet=64M",
    "--thread-cache-size=64",
    "--max-prepared-stmt-count=200000",
    "--performance-schema=OFF",
    "--key-buffer-size=1M",
    "--aria-pagecache-buffer-size=16M",
    "--innodb-lock-wait-timeout=5",
    "--innodb-autoinc-lock-mode=2",
    "--innodb-log-buffer-size=32M",
    "--innodb-io-capacity=2000",
    "--innodb-flush-neighbors=0",
    "--innodb-fast-shutdown=1",
    "--log-warnings=1",
];

pub(super) fn with(option: &str, path: &Path) -> std::ffi::OsString {
    let mut argument = std::ffi::OsString::from(option);
    argument.push(path);
    argument
}

pub(super) fn find(program: &'static str) -> Result<PathBuf, EmbeddedError> {
    find_program(&[program]).ok_or(EmbeddedError::Missing {
        program,
        package: PACKAGE,
        instead: INSTEAD,
    })
}
