use std::io;
use std::process::ExitStatus;
use std::time::Duration;

use nix::sys::signal::{self, Signal};
use nix::unistd::Pid;
use tokio::process::Child;
use tokio::time::timeout;

/// A server that has not stopped by then is killed; `serve` must be gone within ten seconds.
const STOP_LIMIT: Duration = Duration::from_secs(7);

/// How a server ended, for people.
pub(super) fn describe(ended: io::Result<ExitStatus>) -> String {
    match ended {
        Ok(status) => format!("it ended with {status}"),
        Err(error) => format!("it cannot be waited for: {error}"),
    }
}

/// Asks a server to stop, and makes it; returns when it is gone.
pub(super) async fn stop(server: &'static str, child: &mut Child) {
    let Some(pid) = child.id().and_then(|pid| i32::try_from(pid).ok()) else {
        return; // Waited for already.
    };
    if let Err(errno) = signal::kill(Pid::from_raw(pid), Signal::SIGTERM) {
        tracing::warn!(server, pid, %errno, "cannot ask a private server to stop");
    }
    if timeout(STOP_LIMIT, child.wait()).await.is_err() {
        tracing::warn!(
            server,
            pid,
            "a private server takes too long to stop: killed"
        );
        kill(server, child).await;
    }
}

/// Ends a server at once; returns when it is gone.
pub(super) async fn kill(server: &'static str, child: &mut Child) {
    let pid = child.id();
    if pid.is_some()
        && let Err(error) = child.kill().await
    {
        tracing::error!(server, pid, %error, "a private server cannot be killed");
    }
}
