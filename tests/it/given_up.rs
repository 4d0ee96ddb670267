//! Questions to the database that are given up half-way, as when somebody closes their browser.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sqlx::{AssertSqlSafe, MySqlPool, Row};
use stockdesk::store::mysql;
use tokio::time::timeout;

use crate::harness::servers::servers;

const SIZE: u32 = 4;
const QUESTIONS: u64 = 500;

/// A statement nobody has asked before, with `columns` columns, each of which is given back.
fn question(number: u64, asker: u64, columns: usize) -> String {
    let columns: Vec<_> = (0..columns)
        .map(|at| format!("? AS echo_of_what_was_asked_{at}"))
        .collect();
    format!("SELECT {} /* {asker} {number} */", columns.join(", "))
}

async fn ask(pool: &MySqlPool, sql: String, value: u64, columns: usize) -> sqlx::Result<u64> {
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for _ in 0..columns {
        query = query.bind(value);
    }
    let row = query.fetch_one(pool).await?;
    row.try_get(columns - 1)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_is_never_that_of_a_question_that_was_given_up() {
    let url = servers().database_url.expose();
    let pool = mysql::open(url, SIZE).expect("an address");
    let askers = (0..8).map(|asker| {
        let pool = pool.clone();
        tokio::spawn(async move {
            let mut dice = StdRng::seed_from_u64(asker);
            let (mut given_up, mut wrong) = (0, Vec::new());
            for number in 0..QUESTIONS {
                let columns = [1, 3, 9, 40, 150, 300][dice.random_range(0..6)];
                let value = asker * 1_000_000 + number;
                let sql = question(number, asker, columns);
                let patience = Duration::from_micros(dice.random_range(50..3_000));
                match timeout(patience, ask(&pool, sql, value, columns)).await {
                    Err(_) => given_up += 1,
                    Ok(Ok(answer)) if answer == value => {}
                    Ok(other) => wrong.push(format!("{value}: {other:?}")),
                }
            }
            (given_up, wrong)
        })
    });
    let mut given_up = 0;
    for asker in askers.collect::<Vec<_>>() {
        let (count, wrong) = asker.await.expect("it asks to the end");
        assert!(
            wrong.is_empty(),
            "{} wrong: {:#?}",
            wrong.len(),
            &wrong[..wrong.len().min(10)]
        );
        given_up += count;
    }
    assert!(given_up > 100, "only {given_up} were given up");
    // No place in the pool was lost.
    let mut held = Vec::new();
    for _ in 0..SIZE {
        held.push(pool.acquire().await.expect("a connection for everybody"));
    }
}

#[tokio::test]
async fn nobody_writes_into_a_transaction_that_was_given_up() {
    let url = servers().database_url.expose();
    let (pool, other) = [1, 1]
        .map(|size| mysql::open(url, size).expect("an address"))
        .into();
    let table = format!("given_up_{}", ulid::Ulid::new());
    let run = |sql: String| sqlx::query(AssertSqlSafe(sql)).execute(&pool);
    run(format!("CREATE TABLE {table} (number INT PRIMARY KEY)"))
        .await
        .expect("a table");
    let mut dice = StdRng::seed_from_u64(7);
    for number in 0..400 {
        let begin = async {
            let _held = pool.begin().await;
            std::future::pending::<()>().await;
        };
        let patience = Duration::from_micros(dice.random_range(1..600));
        timeout(patience, begin).await.expect_err("it is given up");
        run(format!("INSERT INTO {table} VALUES ({number})"))
            .await
            .expect("it is written");
        let seen: i64 = sqlx::query_scalar(AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}")))
            .fetch_one(&other)
            .await
            .expect("a count");
        assert_eq!(seen, number + 1, "what was written is not there for others");
    }
}
