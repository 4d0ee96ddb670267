//! Servers that a killed owner left running.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::time::{Instant, sleep};

use super::{EmbeddedError, GLANCE};

/// How the programs we run are called in the process list.
const PROGRAMS: [&str; 3] = ["mariadbd", "redis-server", "valkey-server"];
/// After this a leftover is killed; what it had committed is on the disk anyway.
const POLITE: Duration = Duration::from_secs(5);
/// After this we give up.
const FINAL: Duration = Duration::from_secs(15);

/// Stops every server that works in `data`, and returns when it is gone.
///
/// They are stopped and not adopted: there is one way to run a server, as our child, with the
/// settings of this start; a clean stop takes a second. They are told by their working folder
/// itself, not by a pid file that may be missing or name a stranger, nor by its path, which may
/// mean another folder in a container.
pub(super) async fn stop(server: &'static str, data: &Path) -> Result<(), EmbeddedError> {
    let Ok(data) = fs::metadata(data) else {
        return Ok(()); // The first start: no folder, nobody in it.
    };
    let began = Instant::now();
    let mut asked = None;
    loop {
        let Some(pid) = find((data.dev(), data.ino())) else {
            return Ok(());
        };
        let signal = if began.elapsed() < POLITE {
            Signal::SIGTERM
        } else {
            Signal::SIGKILL
        };
        if asked != Some((pid, signal)) {
            tracing::warn!(server, pid, %signal, "stopping a server left over by an earlier run");
            match kill(Pid::from_raw(pid), signal) {
                Ok(()) | Err(Errno::ESRCH) => asked = Some((pid, signal)),
                Err(errno) => {
                    let reason = errno.desc().to_owned();
                    return Err(EmbeddedError::Leftover {
                        server,
                        pid,
                        reason,
                    });
                }
            }
        }
        if began.elapsed() > FINAL {
            let reason = "it does not go away".to_owned();
            return Err(EmbeddedError::Leftover {
                server,
                pid,
                reason,
            });
        }
        sleep(GLANCE).await;
    }
}

/// A running server whose working folder is the one with this device and inode. Processes we
/// may not look into belong to others.
fn find(folder: (u64, u64)) -> Option<i32> {
    let processes = fs::read_dir("/proc").ok()?;
    processes.flatten().find_map(|process| {
        let pid: i32 = process.file_name().to_str()?.parse().ok()?;
        let works_in = fs::metadata(process.path().join("cwd")).ok()?;
        if (works_in.dev(), works_in.ino()) != folder {
            return None;
        }
        let name = fs::read_to_string(process.path().join("comm")).ok()?;
        PROGRAMS.contains(&name.trim()).then_some(pid)
    })
}
