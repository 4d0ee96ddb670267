//! What pages cost must not grow with what there is: no page is reached by skipping rows, and
//! nothing is counted without an end. Read from the server's own log of the SQL that ran.

use std::collections::BTreeSet;

use sqlx::{Executor, MySqlPool, Row};

use super::links::{crawl, lived_in};
use crate::harness::servers::servers;

fn endless(statement: &str) -> bool {
    let upper = statement.to_uppercase();
    // What a statement names one by one has an end, and of the schema itself there is never much.
    let ends = ["LIMIT ", "JSON_TABLE(", "VERSION <= ", "INFORMATION_SCHEMA"];
    let counts = upper.contains("COUNT(") && !ends.iter().any(|end| upper.contains(end));
    counts || upper.contains(" OFFSET ")
}

#[tokio::test]
async fn no_page_skips_rows_or_counts_without_an_end() {
    let admin = MySqlPool::connect(servers().database_url.expose())
        .await
        .expect("the database answers");
    for setting in ["log_output = 'TABLE'", "general_log = ON"] {
        let set = sqlx::AssertSqlSafe(format!("SET GLOBAL {setting}"));
        admin.execute(set).await.expect("the log");
    }
    // Its connections are opened after the log was, which so knows whose they are.
    let site = lived_in().await;
    let pages = crawl(&site).await;
    admin
        .execute("SET GLOBAL general_log = OFF")
        .await
        .expect("the log ends");
    let ran = "SELECT CONVERT(l.argument USING utf8mb4) AS statement FROM mysql.general_log l
      WHERE l.command_type IN ('Execute', 'Query') AND l.thread_id IN (
        SELECT c.thread_id FROM mysql.general_log c
        WHERE c.command_type = 'Connect' AND c.argument LIKE ?)";
    let rows = sqlx::query(ran)
        .bind(format!("% on {} %", site.world.prefix))
        .fetch_all(&admin)
        .await
        .expect("the log can be read");
    let statements: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    admin
        .execute("TRUNCATE TABLE mysql.general_log")
        .await
        .expect("the log is let go");
    assert!(pages.len() > 100 && statements.len() > pages.len());
    let plain = |statement: &String| statement.split_whitespace().collect::<Vec<_>>().join(" ");
    let found: BTreeSet<String> = statements
        .iter()
        .map(plain)
        .filter(|statement| endless(statement))
        .collect();
    assert!(found.is_empty(), "{found:#?}");
}
