//! One private MariaDB and Redis for the whole test run, by the same code that `serve` uses.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

use stockdesk::embedded::{Durability, Options, Role, Stores, open_with};

/// Waits for the end of this process, then for the end of the servers, which stop because of
/// that too, and takes their folder away. A test binary has no last moment of its own.
const CLEAR_AWAY: &str = r#"
    trap '' HUP INT TERM
    read -r word
    for try in $(seq 100); do [ -e "$1/run/mariadb.sock" ] || break; sleep 0.1; done
    rm -rf "$1"
"#;

static SERVERS: LazyLock<Stores> = LazyLock::new(|| {
    // Each test has a runtime of its own, which ends with it; the servers' must not.
    let starting = thread::spawn(|| {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let stores = runtime.block_on(start());
        std::mem::forget(runtime);
        stores
    });
    starting.join().expect("the servers start")
});

/// The servers of this test run; the first caller waits until they answer (about a second).
pub fn servers() -> &'static Stores {
    &SERVERS
}

async fn start() -> Stores {
    let folder = tempfile::Builder::new()
        .prefix("stockdesk-test-")
        .tempdir()
        .expect("a folder");
    let folder: PathBuf = folder.keep();
    clear_away_later(&folder).expect("a shell");
    let options = Options {
        data_dir: folder,
        database: true,
        redis: true,
        database_memory_mib: 128,
        start_timeout: Duration::from_secs(60),
        durability: Durability::Relaxed,
    };
    open_with(&options, Role::Serve)
        .await
        .expect("the servers start")
}

fn clear_away_later(folder: &Path) -> io::Result<()> {
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", CLEAR_AWAY, "clear-away"]).arg(folder);
    let waiting = shell
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    // Holds the other end of its input until the process ends, whichever way.
    std::mem::forget(waiting);
    Ok(())
}

#[tokio::test]
async fn the_servers_of_the_test_run_answer() {
    let client = redis::Client::open(servers().redis_url.expose()).expect("an address");
    client
        .get_multiplexed_async_connection()
        .await
        .expect("redis answers");
    let url = servers().database_url.expose();
    let connected = <sqlx::MySqlConnection as sqlx::Connection>::connect(url).await;
    connected.expect("the database answers");
}
