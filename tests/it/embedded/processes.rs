//! The processes of a data folder, seen from outside.

use std::fs;
use std::io::Read;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::eventually::eventually;

/// The servers that work in a data folder, by process id.
pub fn servers_in(folder: &Path) -> Vec<i32> {
    let folder = folder.canonicalize().expect("the folder is there");
    let mut found: Vec<i32> = processes()
        .filter(|pid| {
            let works_in = fs::read_link(format!("/proc/{pid}/cwd"));
            works_in.is_ok_and(|path| path.starts_with(&folder))
        })
        .collect();
    found.sort_unstable();
    found
}

/// Kills a process, and returns when it is gone.
pub fn kill_9(pid: i32) {
    kill(Pid::from_raw(pid), Signal::SIGKILL).expect("it was there");
    while fs::read_link(format!("/proc/{pid}/cwd")).is_ok() {
        std::thread::yield_now();
    }
}

/// MariaDB speaks first, once it takes connections.
fn greets(socket: &Path) -> bool {
    UnixStream::connect(socket).is_ok_and(|mut server| {
        let patience = server.set_read_timeout(Some(Duration::from_millis(100)));
        patience.is_ok() && server.read_exact(&mut [0]).is_ok()
    })
}

fn processes() -> impl Iterator<Item = i32> {
    let entries = fs::read_dir("/proc").expect("a list of processes");
    entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

fn parent(pid: i32) -> Option<i32> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status
        .lines()
        .find_map(|line| line.strip_prefix("PPid:")?.trim().parse().ok())
}

/// A real `stockdesk serve`, killed when the test ends.
pub struct Serve {
    child: Child,
}

impl Serve {
    /// How it is called: in `folder`, on a free port, with nothing of our own environment.
    pub fn command(folder: &Path) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_stockdesk"));
        command
            .arg("serve")
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("STOCKDESK_DATA_DIR", folder)
            .env("STOCKDESK_LISTEN", "127.0.0.1:0")
            .env("STOCKDESK_DEMO_DATA", "off")
            .env("STOCKDESK_PRIVATE_DATABASE_MEMORY_MIB", "32")
            .env("STOCKDESK_LOG", "error");
        command
    }

    /// Starts it and waits until it runs its servers.
    pub async fn start(folder: &Path) -> Self {
        let mut serve = Self::spawn(folder).await;
        eventually("both servers run", async || {
            let ended = serve.child.try_wait().expect("it is our child");
            assert!(ended.is_none(), "serve ended with {ended:?}");
            servers_in(folder).len() == 2 && greets(&folder.join("run/mariadb.sock"))
        })
        .await;
        serve
    }

    /// Starts it and waits until it owns the folder.
    pub async fn spawn(folder: &Path) -> Self {
        let mut command = Self::command(folder);
        let child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it runs");
        let serve = Self { child };
        let lock: PathBuf = folder.join("owner.lock");
        let ours = format!("serve {}\n", serve.pid());
        eventually("serve owns the folder", async || {
            fs::read_to_string(&lock).is_ok_and(|text| text == ours)
        })
        .await;
        serve
    }

    pub fn pid(&self) -> i32 {
        i32::try_from(self.child.id()).expect("a process id")
    }

    /// Asks it to stop.
    pub fn terminate(&self) {
        kill(Pid::from_raw(self.pid()), Signal::SIGTERM).expect("it was there");
    }

    /// Waits for its end; `None` when a signal ended it.
    pub fn exit_code(&mut self) -> Option<i32> {
        self.child.wait().expect("it is our child").code()
    }

    /// Kills it and what watches over it, so that its servers stay: what an out-of-memory killer
    /// or a bad day can do.
    pub fn kill_without_a_trace(&mut self) {
        let servers: Vec<i32> = processes()
            .filter(|pid| parent(*pid) == Some(self.pid()))
            .collect();
        let keepers = servers.into_iter().filter(|pid| {
            let name = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            name.contains("stockdesk-keeper")
        });
        let keepers: Vec<i32> = keepers.collect();
        assert_eq!(keepers.len(), 2);
        // Frozen first: else it would see a keeper die, or a keeper would see it die.
        kill(Pid::from_raw(self.pid()), Signal::SIGSTOP).expect("it was there");
        for pid in keepers {
            kill(Pid::from_raw(pid), Signal::SIGKILL).expect("it was there");
        }
        kill(Pid::from_raw(self.pid()), Signal::SIGKILL).expect("it was there");
        self.exit_code();
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        // Already gone in most tests.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
