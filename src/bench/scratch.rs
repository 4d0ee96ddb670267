//! The bench's own database and gate keys, on the servers at hand.

use std::time::Duration;

use anyhow::Context;
use sqlx::mysql::MySqlConnectOptions;
use sqlx::{Connection as _, Executor, MySqlConnection, MySqlPool};

use crate::domain::ids::{Sku, StockId, Warehouse};
use crate::store::mysql;
use crate::store::redis::{Connection, Gate};

/// Units each SKU starts with: more than any run can sell.
pub const OPENING: i64 = 100_000_000;
const DATABASE: &str = "stockdesk_bench";
const PREFIX: &str = "stockdesk-bench";

/// A database made for this run, and dropped after it.
pub struct Scratch {
    pub pool: MySqlPool,
    pub gate: Gate,
    admin: MySqlConnectOptions,
    redis_url: String,
}

impl Scratch {
    /// # Errors
    /// When a server does not answer, or databases may not be created on it.
    pub async fn create(url: &str, redis_url: &str, connections: u32) -> anyhow::Result<Self> {
        let admin: MySqlConnectOptions = url.parse()?;
        let mut connection = MySqlConnection::connect_with(&admin).await?;
        connection
            .execute(sql(format!("DROP DATABASE IF EXISTS {DATABASE}")))
            .await?;
        connection
            .execute(sql(format!(
                "CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4"
            )))
            .await
            .context("the bench needs a database of its own, and may not create one")?;
        let options = admin.clone().database(DATABASE);
        let pool = mysql::pool(options, connections);
        mysql::migrate(&pool).await?;
        let timeout = Duration::from_secs(10);
        let connection = Connection::open(redis_url, timeout).await?;
        let instance = ulid::Ulid::new().to_string();
        let gate = Gate::new(connection, PREFIX, &instance, Duration::from_secs(600));
        gate.ping().await?;
        let scratch = Self {
            pool,
            gate,
            admin,
            redis_url: redis_url.to_owned(),
        };
        scratch.clear_gate().await?;
        Ok(scratch)
    }

    /// A fresh warehouse with `skus` SKUs, and their rows.
    pub async fn warehouse(&self, name: &str, skus: u32) -> anyhow::Result<Goods> {
        let warehouse: Warehouse = name.parse()?;
        sqlx::query("INSERT INTO warehouses VALUES (?, UTC_TIMESTAMP(6))")
            .bind(name)
            .execute(&self.pool)
            .await?;
        let names: Vec<String> = (0..skus).map(|n| format!("SKU-{n:04}")).collect();
        sqlx::query(
            "INSERT INTO stock (warehouse, sku, name, opening, available, created_at, updated_at)
             SELECT ?, j.sku, j.sku, ?, ?, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6)
             FROM JSON_TABLE(?, '$[*]' COLUMNS (sku VARCHAR(64) PATH '$')) j",
        )
        .bind(name)
        .bind(OPENING)
        .bind(OPENING)
        .bind(serde_json::to_string(&names)?)
        .execute(&self.pool)
        .await?;
        let rows: Vec<(StockId, String)> =
            sqlx::query_as("SELECT id, sku FROM stock WHERE warehouse = ? ORDER BY sku")
                .bind(name)
                .fetch_all(&self.pool)
                .await?;
        let skus = rows
            .into_iter()
            .map(|(id, sku)| anyhow::Ok((id, sku.parse()?)));
        Ok(Goods {
            warehouse,
            skus: skus.collect::<Result<_, _>>()?,
        })
    }

    /// Drops the database and the keys.
    pub async fn remove(self) -> anyhow::Result<()> {
        self.clear_gate().await?;
        self.pool.close().await;
        let mut connection = MySqlConnection::connect_with(&self.admin).await?;
        connection
            .execute(sql(format!("DROP DATABASE IF EXISTS {DATABASE}")))
            .await?;
        Ok(())
    }

    async fn clear_gate(&self) -> anyhow::Result<()> {
        let mut connection = Connection::open(&self.redis_url, Duration::from_secs(10)).await?;
        let mut cursor = 0u64;
        loop {
            let (next, keys): (u64, Vec<String>) = redis::cmd("SCAN")
                .arg(cursor)
                .arg("MATCH")
                .arg(format!("{PREFIX}:*"))
                .arg("COUNT")
                .arg(10_000)
                .query_async(&mut connection)
                .await?;
            if !keys.is_empty() {
                redis::cmd("UNLINK")
                    .arg(keys)
                    .query_async::<()>(&mut connection)
                    .await?;
            }
            if next == 0 {
                return Ok(());
            }
            cursor = next;
        }
    }
}

fn sql(text: String) -> sqlx::AssertSqlSafe<String> {
    sqlx::AssertSqlSafe(text)
}

/// What one contestant sells in one run.
pub struct Goods {
    pub warehouse: Warehouse,
    pub skus: Vec<(StockId, Sku)>,
}
