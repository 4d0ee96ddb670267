use std::io;
use std::process::Stdio;

use tokio::io::AsyncWriteExt;
use tokio::process::{Child, Command};

/// Waits for a word on its standard input. The end of the input without one means that the
/// owner has died, however that came about: then the server is asked to stop, and made to after
/// ten seconds. (MariaDB hangs when it is asked in the middle of its start.)
const SCRIPT: &str = r#"
trap '' HUP INT TERM
read -r word && exit
kill -TERM "$1" || exit
for second in 1 2 3 4 5 6 7 8 9 10; do sleep 1; kill -0 "$1" || exit; done
kill -KILL "$1"
"#;

/// A small process that stops a server when we die without having done so, even by `kill -9`:
/// nobody wants to find a database running days after a test was interrupted.
///
/// Asking the kernel instead (`PR_SET_PDEATHSIG`) needs unsafe code, and would fire when the
/// thread that started the server ends, not the process.
#[derive(Debug)]
pub(super) struct Keeper {
    shell: Child,
}

impl Keeper {
    /// Watches over us for the server `pid`.
    pub fn watch(pid: u32) -> io::Result<Self> {
        let shell = Command::new("/bin/sh")
            .args(["-c", SCRIPT, "stockdesk-keeper", &pid.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()?;
        Ok(Self { shell })
    }

    /// The server is gone: nothing is left to do.
    pub async fn dismiss(mut self) {
        let told = match self.shell.stdin.take() {
            Some(mut input) => input.write_all(b"done\n").await,
            None => Ok(()),
        };
        if let Err(error) = told.and(self.shell.wait().await.map(drop)) {
            tracing::warn!(%error, "the keeper of a private server had died");
        }
    }
}
