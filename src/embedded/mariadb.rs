use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::str::FromStr;
use std::time::Duration;

use nix::unistd::geteuid;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sqlx::mysql::MySqlConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tokio::process::Command;
use tokio::time::timeout;

use super::engine::Engine;
use super::folder::{Folder, sync_folder};
use super::log::ServerLog;
use super::{Durability, EmbeddedError, Options, leftover};
use crate::config::{Secret, create_once, find_program, random_text};

const PACKAGE: &str = "mariadb-server";
const INSTEAD: &str = "STOCKDESK_DATABASE_URL";
const DATABASE: &str = "stockdesk";
const USER: &str = "stockdesk";
/// How a data folder that is not finished yet is called, followed by anything.
const UNFINISHED: &str = "mariadb-install-";

/// A private MariaDB: reached through a socket in a folder of ours only, and there only with a
/// password that lies beside its data.
#[derive(Debug)]
pub(super) struct MariaDb {
    folder: Folder,
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
        let status = self
            .install_command(&beside)?
            .stdin(Stdio::null())
            .stdout(output.try_clone().map_err(failed)?)
            .stderr(output)
            .kill_on_drop(true)
            .status()
            .await
            .map_err(|error| EmbeddedError::start(self.name(), error, String::new()))?;
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

    /// Sizes that are fixed by the files, so that both installer and server must name them.
    fn file_sizes(&self) -> [&'static str; 1] {
        [match self.durability {
            Durability::Full => "--innodb-log-file-size=128M",
            Durability::Relaxed => "--innodb-log-file-size=32M",
        }]
    }

    fn socket(&self) -> PathBuf {
        self.folder.socket(self.file_name())
    }

    /// What the server runs at every start, before it takes connections: our user and database.
    fn init_file(&self) -> Result<PathBuf, EmbeddedError> {
        let password = self.password.expose();
        let statements = format!(
            "CREATE DATABASE IF NOT EXISTS `{DATABASE}`;\n\
             CREATE OR REPLACE USER '{USER}'@'localhost' IDENTIFIED BY '{password}';\n\
             GRANT ALL PRIVILEGES ON *.* TO '{USER}'@'localhost';\n"
        );
        // Written anew each time: the password may have been replaced.
        let path = self.folder.temporary().join("init.sql");
        let written = match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => create_once(&path, Secret::new(statements)),
        };
        written.map_err(|source| EmbeddedError::folder(&path, source))?;
        Ok(path)
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
            .arg(with("--tmpdir=", &self.folder.temporary()))
            .arg(with("--init-file=", &self.init_file()?))
            .arg(format!("--innodb-buffer-pool-size={}M", self.memory_mib))
            .args(self.file_sizes())
            .args(SETTINGS);
        command.arg(match self.durability {
            Durability::Full => "--innodb-flush-log-at-trx-commit=1",
            Durability::Relaxed => "--innodb-flush-log-at-trx-commit=2",
        });
        if geteuid().is_root() {
            command.arg("--user=root");
        }
        Ok(command)
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

fn with(option: &str, path: &Path) -> std::ffi::OsString {
    let mut argument = std::ffi::OsString::from(option);
    argument.push(path);
    argument
}

fn find(program: &'static str) -> Result<PathBuf, EmbeddedError> {
    find_program(&[program]).ok_or(EmbeddedError::Missing {
        program,
        package: PACKAGE,
        instead: INSTEAD,
    })
}
