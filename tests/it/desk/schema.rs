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
