//! The desk as a process of its own on the stores of the test run, to be killed and started again.

use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

use crate::harness::world::World;
use crate::simulator::Gateways;

pub struct App {
    pub url: String,
    folder: PathBuf,
    /// Taken away in the end, unless the log is to be kept.
    temporary: Option<TempDir>,
    environment: Vec<(String, String)>,
    child: Child,
}

impl App {
    /// On `world`'s stores, selling through `gateways`.
    pub fn start(world: &World, gateways: &Gateways) -> Self {
        let temporary = tempfile::tempdir().expect("a folder");
        let folder = temporary.path().to_owned();
        // Gateways know one address of the desk: it has to be there again after a kill.
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = free.local_addr().expect("an address").to_string();
        drop(free);
        let url = format!("http://{address}");
        let mut environment: Vec<(String, String)> = [
            ("STOCKDESK_DATA_DIR", folder.display().to_string()),
            ("STOCKDESK_DATABASE_URL", world.database_url.clone()),
            ("STOCKDESK_REDIS_URL", world.redis_url.clone()),
            ("STOCKDESK_LISTEN", address),
            ("STOCKDESK_BASE_URL", url.clone()),
            ("STOCKDESK_DEMO_DATA", "off".to_owned()),
            ("STOCKDESK_ADMIN_PASSWORD", "correct horse".to_owned()),
            ("STOCKDESK_LOG", "info,stockdesk=trace".to_owned()),
            // Their clocks run a hundred times faster than ours, ours fifty times.
            ("STOCKDESK_RETRY_SPEED", "50".to_owned()),
            ("STOCKDESK_WECHAT_PAY_CLOSE_AFTER_SECONDS", "0".to_owned()),
            (
                "STOCKDESK_WECHAT_PAY_PLATFORM_CERTIFICATES",
                "on".to_owned(),
            ),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        environment.extend(gateways.settings());
        let child = spawn(&environment, &folder.join("log"));
        Self {
            url,
            folder,
            temporary: Some(temporary),
            environment,
            child,
        }
    }

    /// Kills it like an out-of-memory killer does, and starts it again; back when it listens.
    pub fn kill_and_restart(&mut self) {
        self.kill();
        self.child = spawn(&self.environment, &self.log_file());
    }

    pub fn kill(&mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it was our child");
    }

    /// Runs a command beside it.
    pub fn command(&self, args: &[&str]) -> Output {
        let output = command(&self.environment).args(args).output();
        output.expect("it runs")
    }

    /// Runs a command that is told one line.
    pub fn command_told(&self, args: &[&str], line: &str) {
        let mut child = command(&self.environment)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("it runs");
        let mut input = child.stdin.take().expect("its input");
        writeln!(input, "{line}").expect("it reads");
        drop(input);
        assert!(
            child.wait().expect("it was our child").success(),
            "{args:?}"
        );
    }

    pub fn log_file(&self) -> PathBuf {
        self.folder.join("log")
    }

    /// Leaves the log behind for whoever looks into a failure.
    pub fn keep_log(&mut self) -> PathBuf {
        // Its path stands in `folder`.
        let _ = self.temporary.take().map(TempDir::keep);
        self.log_file()
    }

    /// Everything that it wrote, over all kills.
    pub fn log(&self) -> String {
        let bytes = fs::read(self.log_file()).expect("a log");
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Drop for App {
    fn drop(&mut self) {
        // Gone already, at the end of a run.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(environment: &[(String, String)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_stockdesk"));
    command
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .envs(environment.iter().map(|(name, value)| (name, value)));
    command
}

fn spawn(environment: &[(String, String)], log: &PathBuf) -> Child {
    let log = OpenOptions::new().create(true).append(true).open(log);
    let mut child = command(environment)
        .arg("serve")
        .stdout(Stdio::piped())
        .stderr(log.expect("a log file"))
        .spawn()
        .expect("it runs");
    let out = child.stdout.take().expect("its output");
    let mut lines = BufReader::new(out).lines();
    let listens = lines.any(|line| line.is_ok_and(|line| line.starts_with("listening on ")));
    assert!(listens, "the desk does not start: see its log");
    child
}
