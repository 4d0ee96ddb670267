//! `user` and `api-key` let people and programs in.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use stockdesk::domain::role::Role;

use crate::harness::site::Site;

/// Runs a command on the site's stores, with this on its standard input.
async fn stockdesk(site: &Site, arguments: &[&str], input: &str) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = Command::new(env!("CARGO_BIN_EXE_stockdesk"))
        .args(arguments)
        .env("STOCKDESK_DATABASE_URL", &site.world.database_url)
        .env("STOCKDESK_REDIS_URL", &site.world.redis_url)
        .env("STOCKDESK_DATA_DIR", folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("piped");
    // A command that refuses its arguments does not read.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = tokio::task::spawn_blocking(move || child.wait_with_output());
    output.await.expect("no panic").expect("it ends")
}

#[tokio::test]
async fn a_user_who_was_added_signs_in() {
    let site = Site::start().await;
    let add = ["user", "add", "li.wei", "--role", "operator"];
    let added = stockdesk(&site, &add, "long enough\n").await;
    assert!(added.status.success(), "{added:?}");
    let mut browser = site.browser();
    browser.sign_in("li.wei", "long enough").await;
    assert!(browser.get("/").await.has("operator"));

    let again = stockdesk(&site, &add, "long enough\n").await;
    assert_eq!(again.status.code(), Some(1));
    let says = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(says.contains("there is a user li.wei already"), "{says}");

    let set = ["user", "set-password", "li.wei"];
    let set = stockdesk(&site, &set, "another one\r\n").await;
    assert!(set.status.success(), "{set:?}");
    site.browser().sign_in("li.wei", "another one").await;
}

#[tokio::test]
async fn a_password_that_is_too_short_is_refused() {
    let site = Site::start().await;
    let add = ["user", "add", "li.wei", "--role", "operator"];
    let refused = stockdesk(&site, &add, "short\n").await;
    assert_eq!(refused.status.code(), Some(1));
    let says = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(says.contains("at least 8 characters"), "{says}");
    let role = ["user", "add", "li.wei", "--role", "boss"];
    let refused = stockdesk(&site, &role, "long enough\n").await;
    assert_eq!(refused.status.code(), Some(2));
}

#[tokio::test]
async fn a_key_is_printed_once_and_only_its_hash_is_kept() {
    let site = Site::start().await;
    let create = ["api-key", "create", "shop-web", "--scope", "orders"];
    let made = stockdesk(&site, &create, "").await;
    assert!(made.status.success(), "{made:?}");
    let key = String::from_utf8(made.stdout).expect("ASCII");
    let key = key.trim_end();
    assert!(key.starts_with("sk_live_") && key.len() == 51, "{key}");
    let keys = &site.services().api_keys;
    let bearer = keys.verify(key).await.expect("the database answers");
    let bearer = bearer.expect("a good key");
    assert_eq!(
        (bearer.name.as_str(), bearer.scope.as_str()),
        ("shop-web", "orders")
    );
    assert!(
        keys.revoke(bearer.id, "command:test")
            .await
            .expect("answers")
    );
    assert_eq!(
        keys.verify(key).await.expect("answers"),
        None,
        "at once here"
    );
    let twice = stockdesk(&site, &create, "").await;
    assert_eq!(twice.status.code(), Some(1), "{twice:?}");
}

/// What the audit says of a command: action, object, result and who typed it.
async fn noted(site: &Site, actor: &str) -> Vec<(String, String, String, String)> {
    let sql = "SELECT action, object, result, address FROM audit WHERE actor = ? ORDER BY id";
    let rows = sqlx::query_as(sql).bind(actor);
    rows.fetch_all(site.world.desk.pool()).await.expect("rows")
}

#[tokio::test]
async fn the_audit_tells_who_typed_a_command() {
    let site = Site::start().await;
    let user = nix::unistd::User::from_uid(nix::unistd::Uid::current());
    let user = user.expect("it answers").expect("somebody").name;
    let typed = format!("{user}, command line");
    let row = |action: &str, object: &str, result: &str| {
        let [action, object, result] = [action, object, result].map(str::to_owned);
        (action, object, result, typed.clone())
    };
    let add = ["user", "add", "li.wei", "--role", "operator"];
    stockdesk(&site, &add, "long enough\n").await;
    assert_eq!(
        noted(&site, "command:user").await,
        [row("user_created", "li.wei", "done")]
    );
    let create = ["api-key", "create", "shop-web", "--scope", "orders"];
    stockdesk(&site, &create, "").await;
    assert_eq!(
        noted(&site, "command:api-key").await,
        [row("key_created", "shop-web", "done")]
    );
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("count.csv");
    std::fs::write(&file, "warehouse,sku,name,available\nW,A,Apple,5\n").expect("a file");
    let import = ["import-stock", file.to_str().expect("UTF-8")];
    for _ in ["now", "before"] {
        let done = stockdesk(&site, &import, "").await;
        assert!(done.status.success(), "{done:?}");
    }
    assert_eq!(
        noted(&site, "command:import-stock").await,
        [
            row("imported", "count.csv", "done"),
            row("imported", "count.csv", "no_effect")
        ]
    );
    let mut boss = site.signed_in("boss", Role::Admin).await;
    let page = boss.get("/audit?kind=imported").await;
    for text in [
        "command import-stock",
        &typed,
        "1 new, 0 set to another level",
    ] {
        assert!(page.has(text), "{text}: {}", page.body);
    }
}
