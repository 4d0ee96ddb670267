//! A real `stockdesk serve` with its private servers, durable as in production.

use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use stockdesk::embedded::{Durability, Options, Role, Stores, open_with};
use tempfile::TempDir;

use super::Victim;
use crate::embedded::processes::{kill_9, servers_in};
use crate::eventually::eventually;

pub struct RunningDesk {
    folder: TempDir,
    pub address: String,
    /// Where its sandbox gateway listens.
    pay: String,
    child: Child,
}

impl RunningDesk {
    pub async fn start() -> Self {
        let folder = TempDir::with_prefix("stockdesk-faults-").expect("a folder");
        // Kept over restarts, as shops and payers know one address.
        let free = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("a free port"));
        let [listen, pay] = free.map(|free| free.local_addr().expect("an address").to_string());
        let child = serve(folder.path(), &listen, &pay);
        let desk = Self {
            folder,
            address: format!("http://{listen}"),
            pay,
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
                self.child = serve(self.path(), &listen, &self.pay);
            }
            Victim::Redis => self.kill_server("redis-server").await,
            Victim::MariaDb => self.kill_server("mariadbd").await,
            Victim::RedisData => {
                self.flush().await;
            }
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

    /// FLUSHALL; `false` when Redis is down just now, and there is nothing to lose.
    pub async fn flush(&self) -> bool {
        let url = format!(
            "redis+unix://{}",
            self.path().join("run/redis.sock").display()
        );
        let client = redis::Client::open(url).expect("an address");
        let Ok(mut connection) = client.get_multiplexed_async_connection().await else {
            return false;
        };
        let flushed: Result<(), _> = redis::cmd("FLUSHALL").query_async(&mut connection).await;
        flushed.is_ok()
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

    /// The servers, used beside the running desk.
    pub async fn stores(&self) -> Stores {
        self.is_ready().await;
        let options = Options {
            data_dir: self.path().to_owned(),
            database: true,
            redis: true,
            database_memory_mib: 64,
            start_timeout: Duration::from_secs(60),
            durability: Durability::Full,
        };
        let stores = open_with(&options, Role::Command("test")).await;
        stores.expect("beside serve")
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
        .env("STOCKDESK_LOG", "warn");
    command
}

fn serve(folder: &Path, listen: &str, pay: &str) -> Child {
    let log = std::fs::File::options()
        .create(true)
        .append(true)
        .open(folder.join("serve.log"))
        .expect("a log");
    stockdesk(folder)
        .arg("serve")
        .env("STOCKDESK_LISTEN", listen)
        .env("STOCKDESK_SANDBOX_PAY_LISTEN", pay)
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .expect("it runs")
}
