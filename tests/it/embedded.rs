//! Private servers: everything that can happen to the processes and files behind them.

pub mod processes;

use std::path::Path;
use std::time::Duration;

use sqlx::{Connection, Executor, MySqlConnection};
use stockdesk::embedded::{Durability, EmbeddedError, Options, Role, Stores, open_with};
use tempfile::TempDir;
use tokio::time::timeout;

use crate::eventually::eventually;
use processes::{Serve, kill_9, servers_in};

fn options(folder: &Path) -> Options {
    Options {
        data_dir: folder.to_owned(),
        database: true,
        redis: true,
        database_memory_mib: 32,
        start_timeout: Duration::from_secs(60),
        durability: Durability::Full,
    }
}

async fn open(folder: &Path) -> Stores {
    open_with(&options(folder), Role::Command("test"))
        .await
        .expect("the servers start")
}

async fn database(stores: &Stores) -> MySqlConnection {
    MySqlConnection::connect(stores.database_url.expose())
        .await
        .expect("the database answers")
}

async fn redis(stores: &Stores) -> redis::aio::MultiplexedConnection {
    let client = redis::Client::open(stores.redis_url.expose()).expect("an address");
    client
        .get_multiplexed_async_connection()
        .await
        .expect("redis answers")
}

/// Leaves a row in the database that [`note_is_there`] finds.
async fn leave_note(stores: &Stores) {
    let mut database = database(stores).await;
    database
        .execute("CREATE TABLE note (words VARCHAR(20))")
        .await
        .expect("a table");
    database
        .execute("INSERT INTO note VALUES ('still here')")
        .await
        .expect("a row");
}

async fn note_is_there(stores: &Stores) -> bool {
    let Ok(mut database) = MySqlConnection::connect(stores.database_url.expose()).await else {
        return false;
    };
    let words: Result<String, _> = sqlx::query_scalar("SELECT words FROM note")
        .fetch_one(&mut database)
        .await;
    words.is_ok_and(|words| words == "still here")
}

#[tokio::test]
async fn they_start_from_nothing_and_keep_their_data() {
    let folder = TempDir::new().expect("a folder");
    let stores = open(folder.path()).await;
    leave_note(&stores).await;
    let () = redis::cmd("SET")
        .arg("k")
        .arg(7)
        .query_async(&mut redis(&stores).await)
        .await
        .unwrap();
    stores.stop().await;
    assert_eq!(
        servers_in(folder.path()),
        Vec::<i32>::new(),
        "both are gone when stop returns"
    );

    let stores = open(folder.path()).await;
    assert!(note_is_there(&stores).await);
    let kept: u32 = redis::cmd("GET")
        .arg("k")
        .query_async(&mut redis(&stores).await)
        .await
        .unwrap();
    assert_eq!(kept, 7);
    stores.stop().await;
}

#[tokio::test]
async fn they_are_what_the_design_asks_for() {
    let folder = TempDir::new().expect("a folder");
    let stores = open(folder.path()).await;
    let settings: (u64, String, String, i64, String, i64) = sqlx::query_as(
        "SELECT @@innodb_flush_log_at_trx_commit, @@tx_isolation, @@character_set_server, \
         @@skip_networking, @@time_zone, @@log_bin",
    )
    .fetch_one(&mut database(&stores).await)
    .await
    .unwrap();
    let expected = (
        1,
        "READ-COMMITTED".into(),
        "utf8mb4".into(),
        1,
        "+00:00".into(),
        0,
    );
    assert_eq!(settings, expected);

    let mut redis = redis(&stores).await;
    for (name, value) in [
        ("maxmemory-policy", "noeviction"),
        ("appendonly", "yes"),
        ("appendfsync", "everysec"),
        ("save", ""),
        ("port", "0"),
    ] {
        let pair: Vec<String> = redis::cmd("CONFIG")
            .arg("GET")
            .arg(name)
            .query_async(&mut redis)
            .await
            .unwrap();
        assert_eq!(pair, [name, value]);
    }
    stores.stop().await;
}

#[tokio::test]
async fn a_killed_server_comes_back_with_its_data() {
    let folder = TempDir::new().expect("a folder");
    let stores = open(folder.path()).await;
    leave_note(&stores).await;
    let before = servers_in(folder.path());
    assert_eq!(before.len(), 2);
    before.iter().for_each(|pid| kill_9(*pid));

    eventually("the database is back", async || {
        note_is_there(&stores).await
    })
    .await;
    eventually("redis is back", async || {
        let client = redis::Client::open(stores.redis_url.expose()).expect("an address");
        client.get_multiplexed_async_connection().await.is_ok()
    })
    .await;
    assert!(
        servers_in(folder.path())
            .iter()
            .all(|pid| !before.contains(pid))
    );
    stores.stop().await;
    assert_eq!(servers_in(folder.path()), Vec::<i32>::new());
}

#[tokio::test]
async fn servers_go_when_their_owner_is_killed() {
    let folder = TempDir::new().expect("a folder");
    let mut serve = Serve::start(folder.path()).await;
    kill_9(serve.pid());
    serve.exit_code();
    eventually("the servers stop", async || {
        servers_in(folder.path()).is_empty()
    })
    .await;
}

#[tokio::test]
async fn servers_left_running_are_no_obstacle() {
    let folder = TempDir::new().expect("a folder");
    let mut serve = Serve::start(folder.path()).await;
    let guest = open(folder.path()).await;
    leave_note(&guest).await;
    guest.stop().await;
    let orphans = servers_in(folder.path());
    serve.kill_without_a_trace();
    assert_eq!(servers_in(folder.path()), orphans, "nobody stopped them");

    let stores = open(folder.path()).await;
    assert!(note_is_there(&stores).await);
    assert!(
        servers_in(folder.path())
            .iter()
            .all(|pid| !orphans.contains(pid))
    );
    stores.stop().await;
}

#[tokio::test]
async fn files_left_lying_are_no_obstacle() {
    let folder = TempDir::new().expect("a folder");
    // Killed during the very first start, then during work: half an installation, sockets, a
    // pid file, a log that needs recovery.
    std::fs::create_dir_all(folder.path().join("mariadb-install-cut-off/mysql")).expect("a folder");
    let mut serve = Serve::start(folder.path()).await;
    let guest = open(folder.path()).await;
    leave_note(&guest).await;
    guest.stop().await;
    let orphans = servers_in(folder.path());
    serve.kill_without_a_trace();
    orphans.iter().for_each(|pid| kill_9(*pid));
    assert!(folder.path().join("run/mariadb.sock").exists());

    let stores = open(folder.path()).await;
    assert!(note_is_there(&stores).await);
    stores.stop().await;
}

#[tokio::test]
async fn a_second_serve_is_refused_in_one_line() {
    let folder = TempDir::new().expect("a folder");
    let mut first = Serve::start(folder.path()).await;
    let refused = Serve::command(folder.path()).output().expect("it runs");
    assert_eq!(refused.status.code(), Some(1));
    let text = String::from_utf8(refused.stderr).expect("text");
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(
        text.contains("is in use by another `stockdesk serve`"),
        "{text}"
    );
    assert!(text.contains(&first.pid().to_string()), "{text}");
    first.terminate();
    assert_eq!(first.exit_code(), Some(0));
    assert_eq!(servers_in(folder.path()), Vec::<i32>::new());
}

#[tokio::test]
async fn a_start_can_be_called_off() {
    let folder = TempDir::new().expect("a folder");
    let mut serve = Serve::spawn(folder.path()).await;
    serve.terminate();
    assert_eq!(serve.exit_code(), Some(0));
    // What was killed needs a moment to be gone.
    eventually("nothing runs", async || {
        servers_in(folder.path()).is_empty()
    })
    .await;
}

#[tokio::test]
async fn a_command_waits_for_the_one_beside_it() {
    let folder = TempDir::new().expect("a folder");
    let owner = open(folder.path()).await;
    let guest = open(folder.path()).await;
    leave_note(&guest).await;
    let mut stopping = tokio::spawn(owner.stop());
    // Nothing tells that it waits, except that it does, for much longer than a stop takes.
    assert!(
        timeout(Duration::from_secs(1), &mut stopping)
            .await
            .is_err()
    );
    assert!(note_is_there(&guest).await);
    guest.stop().await;
    stopping.await.expect("stopped");
    assert_eq!(servers_in(folder.path()), Vec::<i32>::new());
}

#[tokio::test]
async fn commands_that_start_at_once_share_one_set_of_servers() {
    let folder = TempDir::new().expect("a folder");
    let (one, two, three) = tokio::join!(
        open(folder.path()),
        open(folder.path()),
        open(folder.path())
    );
    assert_eq!(servers_in(folder.path()).len(), 2);
    assert_eq!(one.database_url, three.database_url);
    leave_note(&one).await;
    assert!(note_is_there(&two).await);
    tokio::join!(one.stop(), two.stop(), three.stop());
    assert_eq!(servers_in(folder.path()), Vec::<i32>::new());
}

#[tokio::test]
async fn a_long_path_is_no_obstacle() {
    let folder = TempDir::new().expect("a folder");
    let deep = folder
        .path()
        .join("a folder: its name is long, 长 ".repeat(5));
    let stores = open(&deep).await;
    leave_note(&stores).await;
    assert!(note_is_there(&stores).await);
    let _ = redis(&stores).await;
    stores.stop().await;
}

#[tokio::test]
async fn a_server_that_cannot_start_shows_its_log() {
    let folder = TempDir::new().expect("a folder");
    std::fs::create_dir(folder.path().join("mariadb")).expect("a folder that is no database");
    let error = open_with(&options(folder.path()), Role::Serve)
        .await
        .expect_err("no database");
    assert!(matches!(
        error,
        EmbeddedError::Start {
            server: "MariaDB",
            ..
        }
    ));
    let text = error.to_string();
    assert!(
        text.contains("mariadb.log") && text.contains("[ERROR]"),
        "{text}"
    );
    assert_eq!(
        servers_in(folder.path()),
        Vec::<i32>::new(),
        "redis does not stay"
    );
}
