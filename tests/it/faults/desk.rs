//! A real `stockdesk serve` with its private servers, durable as in production.

use std::collections::HashMap;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use sqlx::{Connection, MySqlConnection};
use stockdesk::embedded::{Durability, Options, Role, open_with};
use tempfile::TempDir;

use super::Victim;
use super::load::Order;
use crate::embedded::processes::{kill_9, servers_in};
use crate::eventually::eventually;

pub struct RunningDesk {
    folder: TempDir,
    pub address: String,
    child: Child,
}

impl RunningDesk {
    pub async fn start() -> Self {
        let folder = TempDir::with_prefix("stockdesk-faults-").expect("a folder");
        // Kept over restarts, as a shop knows one address.
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let listen = free.local_addr().expect("an address").to_string();
        drop(free);
        let child = serve(folder.path(), &listen);
        let desk = Self {
            folder,
            address: format!("http://{listen}"),
            child,
        };
        desk.is_ready().await;
        desk
    }

    async fn is_ready(&self) {
        let url = format!("{}/readyz", self.address);
        eventually("the desk is ready", async || {
            let answer = reqwest::get(&url).await;
            answer.is_ok_and(|answer| answer.status().is_success())
        })
        .await;
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Kills (or empties) a victim. A killed app is started again; servers are its own to mend.
    pub async fn strike(&mut self, victim: Victim) {
        match victim {
            Victim::App => {
                self.child.kill().expect("it was there");
                self.child.wait().expect("it is our child");
                let listen = self.address.trim_start_matches("http://").to_owned();
                self.child = serve(self.path(), &listen);
            }
            Victim::Redis => self.kill_server("redis-server").await,
            Victim::MariaDb => self.kill_server("mariadbd").await,
            Victim::RedisData => self.flush().await,
        }
    }

    /// Kills a server; when the last kill has it on its way up, then as soon as it is there.
    async fn kill_server(&self, name: &str) {
        eventually("there is a server to kill", async || {
            self.server(name).map(kill_9).is_some()
        })
        .await;
    }

    /// Sends a signal to a server that runs.
    pub fn signal(&self, name: &str, signal: Signal) {
        let pid = self.server(name).expect("it runs");
        kill(Pid::from_raw(pid), signal).expect("it was there");
    }

    fn server(&self, name: &str) -> Option<i32> {
        servers_in(self.path()).into_iter().find(|pid| {
            let command = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&command).contains(name)
        })
    }

    async fn flush(&self) {
        let url = format!(
            "redis+unix://{}",
            self.path().join("run/redis.sock").display()
        );
        let client = redis::Client::open(url).expect("an address");
        // It may be down just now; then there is nothing to lose.
        if let Ok(mut connection) = client.get_multiplexed_async_connection().await {
            let _: Result<(), _> = redis::cmd("FLUSHALL").query_async(&mut connection).await;
        }
    }

    pub async fn api_key(&self) -> String {
        let made = self.command(&["api-key", "create", "load", "--scope", "orders"]);
        let printed = String::from_utf8(made).expect("text");
        let key = printed
            .split_whitespace()
            .find(|word| word.starts_with("sk_"));
        key.expect("a key is printed").to_owned()
    }

    pub async fn import(&self, csv: &str) {
        let path: PathBuf = self.path().join("stock.csv");
        let mut file = std::fs::File::create(&path).expect("a file");
        file.write_all(csv.as_bytes()).expect("it is written");
        self.command(&["import-stock", path.to_str().expect("a path")]);
    }

    /// Runs a command beside the running desk; its output.
    fn command(&self, args: &[&str]) -> Vec<u8> {
        let output = stockdesk(self.path()).args(args).output().expect("it runs");
        let text = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{args:?} failed:\n{text}\n{errors}"
        );
        output.stdout
    }

    pub async fn verify(&self) {
        self.is_ready().await;
        let said = self.command(&["verify"]);
        println!("{}", String::from_utf8_lossy(&said));
    }

    /// Every order has the entries that its answers promised, and no others.
    pub async fn check(&self, orders: &[Order]) {
        self.is_ready().await;
        let options = Options {
            data_dir: self.path().to_owned(),
            database: true,
            redis: true,
            database_memory_mib: 64,
            start_timeout: Duration::from_secs(60),
            durability: Durability::Full,
        };
        let stores = open_with(&options, Role::Command("test"))
            .await
            .expect("beside serve");
        let url = stores.database_url.expose();
        let mut database = MySqlConnection::connect(url).await.expect("it answers");
        let entries: Vec<(String, i64, i64)> = sqlx::query_as(
            "SELECT document, CAST(SUM(kind = 'deduct') AS SIGNED),
                    CAST(SUM(kind = 'rollback') AS SIGNED) FROM ledger GROUP BY document",
        )
        .fetch_all(&mut database)
        .await
        .expect("the ledger");
        let mut entries: HashMap<String, (i64, i64)> = entries
            .into_iter()
            .map(|(document, d, r)| (document, (d, r)))
            .collect();
        for order in orders {
            let found = entries.remove(&order.number).unwrap_or_default();
            let lines = if order.applied { order.lines } else { 0 };
            let back = if order.rolled_back { order.lines } else { 0 };
            assert_eq!(found, (lines, back), "{order:?}");
        }
        assert!(entries.is_empty(), "nobody ordered {entries:?}");
        drop(database);
        stores.stop().await;
    }

    pub async fn stop(mut self) {
        let pid = i32::try_from(self.child.id()).expect("a process id");
        kill(Pid::from_raw(pid), Signal::SIGTERM).expect("it was there");
        let code = self.child.wait().expect("it is our child").code();
        assert_eq!(code, Some(0), "a clean stop");
    }
}

impl Drop for RunningDesk {
    fn drop(&mut self) {
        // Stopped already, when the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn stockdesk(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stockdesk"));
    command
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .env("STOCKDESK_DATA_DIR", folder)
        .env("STOCKDESK_DEMO_DATA", "off")
        .env("STOCKDESK_PRIVATE_DATABASE_MEMORY_MIB", "64")
        .env("STOCKDESK_SANDBOX_PAY_LISTEN", "127.0.0.1:0")
        .env("STOCKDESK_LOG", "warn");
    command
}

fn serve(folder: &Path, listen: &str) -> Child {
    let log = std::fs::File::options()
        .create(true)
        .append(true)
        .open(folder.join("serve.log"))
        .expect("a log");
    stockdesk(folder)
        .arg("serve")
        .env("STOCKDESK_LISTEN", listen)
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .expect("it runs")
}
