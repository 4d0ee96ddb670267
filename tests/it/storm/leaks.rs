//! Nothing that is secret, and nobody who paid, is in the log or in the database.

use serde_json::Value;
use sqlx::MySqlPool;

use super::app::App;
use super::staff::PASSWORD;
use crate::harness::world::World;
use crate::simulator::Gateways;

/// A text that must not be seen, and what it is.
pub struct Secrets(Vec<(&'static str, String)>);

impl Secrets {
    pub fn of(gateways: &Gateways, payments: &[Value], api_key: &str) -> Self {
        let mut secrets = vec![
            ("the shop's API key", api_key.to_owned()),
            (
                "an Authorization header",
                "WECHATPAY2-SHA256-RSA2048 mchid".to_owned(),
            ),
            ("an Authorization header", "signature=\"".to_owned()),
            ("an Authorization header", "Bearer ".to_owned()),
            ("a private key", "PRIVATE KEY-----".to_owned()),
            ("the admin's password", "correct horse".to_owned()),
            ("the staff's password", PASSWORD.to_owned()),
        ];
        let settings = gateways.settings();
        let named = |name: &str| settings.get(&format!("STOCKDESK_{name}")).cloned();
        for name in [
            "WECHAT_PAY_API_V3_KEY",
            "STRIPE_SECRET_KEY",
            "STRIPE_WEBHOOK_SECRET",
        ] {
            let secret = named(name).unwrap_or_else(|| panic!("no {name}"));
            secrets.push(("a gateway's secret", secret));
        }
        for (name, path) in settings
            .iter()
            .filter(|(name, _)| name.ends_with("PRIVATE_KEY_FILE"))
        {
            let pem = std::fs::read_to_string(path).unwrap_or_else(|_| panic!("no {name}"));
            let lines = pem
                .lines()
                .filter(|line| !line.starts_with('-') && line.len() > 40);
            secrets.extend(lines.map(|line| ("a private key", line.to_owned())));
        }
        let money = payments
            .iter()
            .flat_map(|p| p["money"].as_array().into_iter().flatten());
        let payers = money.filter_map(|money| money["payer"].as_str());
        secrets.extend(payers.map(|payer| ("a payer", payer.to_owned())));
        Self(secrets)
    }
}

pub async fn find(world: &World, app: &App, secrets: &Secrets) -> Vec<String> {
    let log = app.log();
    assert!(
        log.len() > 10_000,
        "there is a log to be searched: {}",
        log.len()
    );
    let mut found = Vec::new();
    let mut payers = 0;
    for (what, secret) in &secrets.0 {
        if *what == "a payer" {
            payers += 1;
        }
        if let Some(line) = log.lines().find(|line| line.contains(secret.as_str())) {
            found.push(format!("{what} is in the log: {line}"));
        }
    }
    assert!(payers > 100, "there were payers: {payers}");
    let texts = all_texts(world.desk.pool()).await;
    for (table, text) in texts {
        for (what, secret) in &secrets.0 {
            if text.contains(secret.as_str()) {
                found.push(format!("{what} is in {table}: {}", excerpt(&text, secret)));
            }
        }
    }
    found
}

fn excerpt<'a>(text: &'a str, secret: &str) -> &'a str {
    let at = text.find(secret).unwrap_or(0);
    let start = text[..at].rfind('\n').map_or(0, |line| line + 1);
    text[start..].lines().next().unwrap_or_default()
}

/// Every text of every table, one row a line.
async fn all_texts(pool: &MySqlPool) -> Vec<(String, String)> {
    let columns: Vec<(String, String)> = sqlx::query_as(
        "SELECT CAST(table_name AS CHAR), CAST(column_name AS CHAR) FROM information_schema.columns
         WHERE table_schema = DATABASE()
           AND data_type IN ('char', 'varchar', 'text', 'mediumtext', 'longtext', 'json', 'blob')
         ORDER BY table_name",
    )
    .fetch_all(pool)
    .await
    .expect("columns");
    assert!(columns.len() > 30, "{columns:?}");
    let mut texts = Vec::new();
    for (table, column) in columns {
        let sql =
            format!("SELECT CAST(`{column}` AS CHAR) FROM `{table}` WHERE `{column}` IS NOT NULL");
        let rows: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .fetch_all(pool)
            .await
            .expect("texts");
        texts.push((format!("{table}.{column}"), rows.join("\n")));
    }
    texts
}
