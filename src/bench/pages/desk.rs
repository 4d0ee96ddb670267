//! A desk of a given size in a folder of its own, in processes of its own.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::service::demo::generate::Size;

pub(super) const USER: &str = "bench";
/// Nobody but this run ever talks to these desks, on loopback alone.
pub(super) const PASSWORD: &str = "only for the bench";

const START_LIMIT: Duration = Duration::from_secs(120);
const STOP_LIMIT: Duration = Duration::from_secs(60);
/// Names the size of the data that is there in full.
const FILLED: &str = "filled";
/// Holds its API key.
const KEY: &str = "key";

pub(super) struct RunningDesk {
    pub address: String,
    /// Opens its API.
    pub key: String,
    child: Child,
}

impl RunningDesk {
    /// Fills `folder` unless that was done before, and serves it on a free port.
    pub async fn open(folder: PathBuf, size: Size) -> anyhow::Result<Self> {
        fill(&folder, size)
            .await
            .with_context(|| format!("filling {}", folder.display()))?;
        let key = key(&folder).await?;
        let mut child = command(&folder)?
            .arg("serve")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let out = child.stdout.take().context("its output")?;
        let mut lines = BufReader::new(out).lines();
        let listening = async {
            while let Some(line) = lines.next_line().await? {
                if let Some(address) = line.strip_prefix("listening on ") {
                    return anyhow::Ok(address.to_owned());
                }
            }
            bail!("it ended before it listened")
        };
        let address = timeout(START_LIMIT, listening)
            .await
            .context("it does not start")??;
        // Nobody reads on: it must not come to stand still over a full pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self {
            address,
            key,
            child,
        })
    }

    pub async fn close(mut self) -> anyhow::Result<()> {
        if let Some(pid) = self.child.id() {
            kill(Pid::from_raw(i32::try_from(pid)?), Signal::SIGTERM)?;
        }
        timeout(STOP_LIMIT, self.child.wait())
            .await
            .context("it does not stop")??;
        Ok(())
    }
}

async fn fill(folder: &Path, size: Size) -> anyhow::Result<()> {
    let wanted = format!("{} {} {}", size.skus, size.ledger, size.orders);
    match std::fs::read_to_string(folder.join(FILLED)) {
        Ok(there) if there == wanted => return Ok(()),
        Ok(there) => bail!("there is a desk of another size ({there}); remove it first"),
        Err(_) => {}
    }
    std::fs::create_dir_all(folder)?;
    let sizes = [
        ("--skus", u64::from(size.skus)),
        ("--ledger", size.ledger),
        ("--orders", size.orders),
    ];
    let mut generate = command(folder)?;
    generate.arg("demo-data");
    for (flag, value) in sizes {
        generate.arg(flag).arg(value.to_string());
    }
    run(generate, "").await?;
    let mut user = command(folder)?;
    user.args(["user", "add", USER, "--role", "admin"]);
    run(user, PASSWORD).await?;
    std::fs::write(folder.join(FILLED), wanted)?;
    Ok(())
}

/// The desk's API key, made on the first run.
async fn key(folder: &Path) -> anyhow::Result<String> {
    let kept = folder.join(KEY);
    if let Ok(key) = std::fs::read_to_string(&kept) {
        return Ok(key);
    }
    let mut create = command(folder)?;
    create.args(["api-key", "create", USER, "--scope", "orders"]);
    let key = run(create, "").await?.trim().to_owned();
    std::fs::write(kept, &key)?;
    Ok(key)
}

/// This program, on that folder, whatever servers this process may use itself.
fn command(folder: &Path) -> anyhow::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("STOCKDESK_") {
            command.env_remove(name);
        }
    }
    command
        .env("STOCKDESK_DATA_DIR", folder)
        .env("STOCKDESK_LISTEN", "127.0.0.1:0")
        .env("STOCKDESK_DEMO_DATA", "off");
    Ok(command)
}

/// What it printed.
async fn run(mut command: Command, input: &str) -> anyhow::Result<String> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes()).await?;
    }
    let done = child.wait_with_output().await?;
    if !done.status.success() {
        bail!("it ended with {}", done.status);
    }
    Ok(String::from_utf8(done.stdout)?)
}
