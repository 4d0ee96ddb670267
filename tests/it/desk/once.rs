//! What happens once is kept by keys of the schema: whatever a program believes, the database
//! refuses the second.

use sqlx::Executor;
use stockdesk::store::mysql::is_duplicate;

use crate::harness::world::World;

/// Runs the first, and is refused the second as one too many.
async fn only_once(world: &World, first: &str, second: &str) {
    let pool = world.desk.pool();
    let first = sqlx::AssertSqlSafe(first.to_owned());
    pool.execute(first).await.expect("the first");
    let again = pool.execute(sqlx::AssertSqlSafe(second.to_owned())).await;
    let refused = again.expect_err("the second is refused");
    assert!(is_duplicate(&refused), "{refused}");
}

fn operation(n: u32, status: &str) -> String {
    let confirmed = if status == "draft" { "NULL" } else { "NOW(6)" };
    format!(
        "INSERT INTO operations (op, kind, status, target, document, reason, author, created_at,
           expires_at, confirmed_at)
         VALUES ('op_{n:026}', 'rollback', '{status}', '{{}}', 'D1', 'other', 'x', NOW(6), NOW(6),
           {confirmed})"
    )
}

#[tokio::test]
async fn a_document_is_undone_by_one_operation() {
    let world = World::new().await;
    let pool = world.desk.pool();
    for n in 1..=2 {
        let draft = sqlx::AssertSqlSafe(operation(n, "draft"));
        pool.execute(draft).await.expect("drafts are free");
    }
    only_once(&world, &operation(3, "waiting"), &operation(4, "applied")).await;
    let sql = "UPDATE operations SET status = 'applied', confirmed_at = NOW(6) WHERE op LIKE '%3'";
    pool.execute(sql)
        .await
        .expect("the one that waited is done");
}

fn undo(n: u32, (status, refused): (&str, Option<u32>)) -> String {
    let confirmed = if status == "draft" { "NULL" } else { "NOW(6)" };
    let leased = if status == "running" {
        "NOW(6)"
    } else {
        "NULL"
    };
    let done = refused.map_or("NULL, NULL, NULL".to_owned(), |refused| {
        format!("NOW(6), 5, {refused}")
    });
    format!(
        "INSERT INTO bulk_operations (op, origin, undoes, status, content_hash, reason, author,
           created_at, expires_at, confirmed_at, leased_until, finished_at, applied_count,
           refused_count, will_count, same_count, cannot_count, blank_count, net)
         VALUES ('op_{n:026}', 'undo', 'op_{:026}', '{status}', REPEAT('x', 32), 'other', 'x',
           NOW(6), NOW(6), {confirmed}, {leased}, {done}, 5, 0, 0, 0, 0)",
        0
    )
}

#[tokio::test]
async fn a_bulk_operation_is_undone_by_one_at_a_time_and_wholly_by_one() {
    let world = World::new().await;
    let pool = world.desk.pool();
    let undone = "INSERT INTO bulk_operations (op, origin, status, content_hash, reason, author,
        created_at, expires_at, will_count, same_count, cannot_count, blank_count, net)
      VALUES (CONCAT('op_', REPEAT('0', 26)), 'file', 'draft', REPEAT('x', 32), 'other', 'x',
        NOW(6), NOW(6), 5, 0, 0, 0, 0)";
    pool.execute(undone).await.expect("what is undone");
    for (n, free) in [(1, ("draft", None)), (2, ("draft", None))] {
        let free = sqlx::AssertSqlSafe(undo(n, free));
        pool.execute(free).await.expect("drafts are free");
    }
    only_once(
        &world,
        &undo(3, ("running", None)),
        &undo(4, ("running", None)),
    )
    .await;
    let left_some = "UPDATE bulk_operations SET status = 'applied', leased_until = NULL,
        finished_at = NOW(6), applied_count = 4, refused_count = 1 WHERE op LIKE '%3'";
    pool.execute(left_some).await.expect("it left a line");
    only_once(
        &world,
        &undo(5, ("applied", Some(0))),
        &undo(6, ("running", None)),
    )
    .await;
}

#[tokio::test]
async fn a_number_is_one_operation() {
    let world = World::new().await;
    let number = |kind| format!("INSERT INTO operation_numbers VALUES ('op_1', '{kind}')");
    only_once(&world, &number("single"), &number("bulk")).await;
}
