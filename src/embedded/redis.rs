use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use super::EmbeddedError;
use super::engine::Engine;
use super::folder::Folder;
use crate::config::{Secret, find_program};

/// A private Redis: reached through a socket in a folder of ours only.
#[derive(Debug)]
pub(super) struct Redis {
    folder: Folder,
}

impl Redis {
    pub fn new(folder: &Folder) -> Self {
        Self {
            folder: folder.clone(),
        }
    }

    /// How our own code reaches it.
    pub fn url(&self) -> Secret {
        let socket = self.folder.socket(self.file_name());
        let escaped = socket
            .to_string_lossy()
            .replace('%', "%25")
            .replace('?', "%3F");
        Secret::new(format!("redis+unix://{}", escaped.replace('#', "%23")))
    }
}

impl Engine for Redis {
    fn name(&self) -> &'static str {
        "Redis"
    }

    fn file_name(&self) -> &'static str {
        "redis"
    }

    fn command(&self) -> Result<Command, EmbeddedError> {
        let missing = EmbeddedError::Missing {
            program: "redis-server",
            package: "redis-server",
            instead: "STOCKDESK_REDIS_URL",
        };
        let program = find_program(&["redis-server", "valkey-server"]).ok_or(missing)?;
        let mut command = Command::new(program);
        command.current_dir(self.folder.redis());
        command
            .arg("--unixsocket")
            .arg(self.folder.socket(self.file_name()));
        command.arg("--dir").arg(self.folder.redis());
        for (name, value) in SETTINGS {
            command.args([name, value]);
        }
        Ok(command)
    }

    async fn answers(&self) -> Result<(), String> {
        let url = self.url();
        let asked = async {
            let client = ::redis::Client::open(url.expose())?;
            let mut connection = client.get_multiplexed_async_connection().await?;
            ::redis::cmd("PING").exec_async(&mut connection).await
        };
        match timeout(Duration::from_secs(5), asked).await {
            Ok(answer) => answer.map_err(|error| error.to_string()),
            Err(_) => Err("no answer within 5 s".to_owned()),
        }
    }
}

/// The gate can always be filled again from the database, so a second of it may be lost; keys
/// must never be dropped to save memory, which would look like stock that was never loaded.
const SETTINGS: [(&str, &str); 9] = [
    ("--port", "0"),
    ("--unixsocketperm", "700"),
    ("--daemonize", "no"),
    ("--appendonly", "yes"),
    ("--appendfsync", "everysec"),
    ("--no-appendfsync-on-rewrite", "yes"),
    ("--save", ""),
    ("--maxmemory-policy", "noeviction"),
    ("--tcp-backlog", "128"),
];
