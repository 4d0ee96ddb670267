//! The schema, when several programs start at once.

use futures_util::future::join_all;
use sqlx::Executor;
use stockdesk::store::mysql;

use crate::harness::world::World;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn programs_that_start_together_take_turns_with_the_schema() {
    let world = World::new().await;
    let anew = format!("DROP DATABASE {0}; CREATE DATABASE {0}", world.prefix);
    let mut connection = world.desk.pool().acquire().await.expect("a connection");
    for statement in anew.split("; ") {
        let statement = sqlx::AssertSqlSafe(statement.to_owned());
        connection
            .execute(statement)
            .await
            .expect("an empty database");
    }
    let started = (0..4).map(|_| async {
        let pool = mysql::open(&world.database_url, 2).expect("an address");
        mysql::migrate(&pool).await
    });
    for migrated in join_all(started).await {
        migrated.expect("each finds a whole schema in the end");
    }
    let pool = mysql::open(&world.database_url, 2).expect("an address");
    assert!(mysql::is_migrated(&pool).await.expect("it answers"));
}

#[tokio::test]
async fn a_migration_that_was_broken_off_is_run_again() {
    let world = World::new().await;
    let pool = world.desk.pool();
    for (version, there) in [(9, true), (12, false), (41, true), (50, true)] {
        let damage = "UPDATE _sqlx_migrations SET success = FALSE WHERE version = ?";
        sqlx::query(damage)
            .bind(version)
            .execute(pool)
            .await
            .unwrap();
        if !there {
            pool.execute("DROP TABLE audit").await.unwrap();
        }
    }
    assert!(mysql::migrate(pool).await.is_ok());
    assert!(mysql::is_migrated(pool).await.unwrap());
    pool.execute("SELECT 1 FROM audit")
        .await
        .expect("the table is there again");
}

#[test]
fn every_migration_is_one_statement_that_can_be_repeated() {
    let mut numbers = std::collections::HashSet::new();
    for entry in std::fs::read_dir(crate::rules::root().join("migrations")).unwrap() {
        let path = entry.unwrap().path();
        let number = path.file_name().unwrap().to_string_lossy()[..4].to_owned();
        assert!(numbers.insert(number), "{}", path.display());
        let text = std::fs::read_to_string(&path).unwrap();
        let code: String = text
            .lines()
            .filter(|line| !line.trim_start().starts_with("--"))
            .collect();
        // MySQL has no other statement of its schema that can be repeated; of an index that is there
        // already, `migrate` knows. A migration that alters otherwise must first be given a way of
        // its own to be run twice.
        let repeatable = [
            "CREATE TABLE IF NOT EXISTS ",
            "CREATE INDEX ",
            "DROP TABLE IF EXISTS ",
            "INSERT IGNORE INTO ",
            // Of a column that is there already, `migrate` knows, too.
            "ALTER TABLE operations ADD COLUMN undoes",
            "ALTER TABLE bulk_operations ADD COLUMN undoing",
            "ALTER TABLE orders  ADD COLUMN summary",
            "ALTER TABLE documents  ADD KEY",
            // What a column is, not how it differs.
            "ALTER TABLE orders MODIFY COLUMN payment_url",
            "ALTER TABLE troubles MODIFY COLUMN",
            "ALTER TABLE bulk_operations MODIFY COLUMN origin",
        ];
        assert!(
            repeatable.iter().any(|r| code.starts_with(r)),
            "{}",
            path.display()
        );
        let statements = code.trim_end().trim_end_matches(';').matches(';').count();
        assert_eq!(statements, 0, "{}", path.display());
    }
}
