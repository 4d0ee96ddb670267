//! A world of one test: a database and a gate of its own on the servers of the test run.

use std::time::Duration;

use sqlx::{Executor, MySqlPool};
use stockdesk::domain::actor::Actor;
use stockdesk::domain::command::{Lines, Post, Rollback};
use stockdesk::domain::ids::{Sku, Warehouse};
use stockdesk::domain::ledger::{DocumentKind, EntryKind};
use stockdesk::domain::money::{Currency, Money};
use stockdesk::domain::order::PaymentTerms;
use stockdesk::domain::quantity::Quantity;
use stockdesk::service::Clock;
use stockdesk::service::desk::{Desk, Limits};
use stockdesk::service::verify::verify;
use stockdesk::store::mysql;
use stockdesk::store::mysql::stock_words::stock_words_complete;
use stockdesk::store::redis::{Connection, Gate};

use super::servers::servers;

/// Everything one test needs; its database stays behind with the servers' folder, which the test
/// run removes.
pub struct World {
    pub desk: Desk,
    pub database_url: String,
    pub redis_url: String,
    pub prefix: String,
}

impl World {
    pub async fn new() -> Self {
        let prefix = format!("t{}", ulid::Ulid::new()).to_lowercase();
        let url = servers().database_url.expose();
        let admin = MySqlPool::connect(url).await.expect("the database answers");
        let create = format!("CREATE DATABASE {prefix} CHARACTER SET utf8mb4");
        admin
            .execute(sqlx::AssertSqlSafe(create))
            .await
            .expect("a database");
        admin.close().await;
        let database_url = url.replacen("/stockdesk?", &format!("/{prefix}?"), 1);
        assert_ne!(database_url, url, "the harness knows how the address looks");
        let redis_url = servers().redis_url.expose().to_owned();
        let pool = mysql::open(&database_url, 8).expect("an address");
        mysql::migrate(&pool).await.expect("the schema");
        let desk = Self::another_desk(&database_url, &redis_url, &prefix).await;
        Self {
            desk,
            database_url,
            redis_url,
            prefix,
        }
    }

    /// A second instance on the same stores.
    pub async fn second_desk(&self) -> Desk {
        Self::another_desk(&self.database_url, &self.redis_url, &self.prefix).await
    }

    async fn another_desk(database_url: &str, redis_url: &str, prefix: &str) -> Desk {
        let pool = mysql::open(database_url, 8).expect("an address");
        let timeout = Duration::from_secs(2);
        let connection = Connection::open(redis_url, timeout)
            .await
            .expect("redis answers");
        let instance = ulid::Ulid::new().to_string();
        let gate = Gate::new(connection, prefix, &instance, Duration::from_secs(900));
        gate.ping().await.expect("redis answers");
        Desk::start(pool, gate, Clock::system(), Limits::default())
    }

    /// Puts a SKU into warehouse `W`.
    pub async fn stock(&self, sku: &str, available: i64) {
        let pool = self.desk.pool();
        sqlx::query("INSERT IGNORE INTO warehouses VALUES ('W', UTC_TIMESTAMP(6))")
            .execute(pool)
            .await
            .expect("a warehouse");
        sqlx::query(
            "INSERT INTO stock (warehouse, sku, name, opening, available, unlimited, created_at,
               updated_at) VALUES ('W', ?, ?, ?, ?, ?, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))",
        )
        .bind(sku)
        .bind(format!("Name of {sku}"))
        .bind(available.max(0))
        .bind(available.max(0))
        .bind(available < 0)
        .execute(pool)
        .await
        .expect("a SKU");
    }

    /// Makes SKUs that were put in here by hand findable, as an import does.
    pub async fn findable(&self) {
        let mut connection = self.desk.pool().acquire().await.expect("a connection");
        stock_words_complete(&mut connection)
            .await
            .expect("their words");
    }

    /// Available and reserved units of a SKU in MySQL.
    pub async fn levels(&self, sku: &str) -> (i64, i64) {
        sqlx::query_as("SELECT available, reserved FROM stock WHERE sku = ?")
            .bind(sku)
            .fetch_one(self.desk.pool())
            .await
            .expect("the SKU is there")
    }

    /// How many entries a document has.
    pub async fn entries(&self, document: &str) -> i64 {
        self.count("SELECT COUNT(*) FROM ledger WHERE document = ?", document)
            .await
    }

    pub async fn count(&self, sql: &'static str, bind: &str) -> i64 {
        let count = sqlx::query_scalar(sql)
            .bind(bind)
            .fetch_one(self.desk.pool())
            .await;
        count.expect("a count")
    }

    /// Forgets everything the gate of this world knows.
    pub async fn flush_gate(&self) {
        let client = redis::Client::open(self.redis_url.as_str()).expect("an address");
        let mut connection = client
            .get_multiplexed_async_connection()
            .await
            .expect("redis");
        let keys: Vec<String> = redis::cmd("KEYS")
            .arg(format!("{}:*", self.prefix))
            .query_async(&mut connection)
            .await
            .expect("keys");
        for key in keys {
            let _: () = redis::cmd("DEL")
                .arg(key)
                .query_async(&mut connection)
                .await
                .expect("del");
        }
    }

    /// Checks every invariant on this world's stores, and fails with what broke.
    pub async fn assert_sound(&self) {
        let report = verify(&self.desk, Duration::from_secs(10), |_| {}).await;
        let report = report.expect("the stores answer");
        assert!(report.held(), "{report:#?}");
    }

    /// What the gate holds of a SKU: value (none when not loaded), held units.
    pub async fn gate(&self, sku: &str) -> (Option<i64>, i64) {
        let levels = self
            .desk
            .gate()
            .compare(&warehouse(), &[self::sku(sku)])
            .await;
        let level = levels.expect("redis answers")[0];
        (level.value, level.held)
    }
}

pub fn warehouse() -> Warehouse {
    "W".parse().expect("valid")
}

pub fn sku(sku: &str) -> Sku {
    sku.parse().expect("valid")
}

pub fn shop() -> Actor {
    Actor::ApiKey {
        id: 1,
        name: "shop".to_owned(),
    }
}

/// A paid order of some lines.
pub fn order(order_no: &str, lines: &[(&str, i64)]) -> Post {
    let line = |&(name, units): &(&str, i64)| (sku(name), Quantity::new(units).expect("valid"));
    Post {
        document: order_no.parse().expect("valid"),
        kind: DocumentKind::Order,
        entry_kind: EntryKind::Deduct,
        warehouse: warehouse(),
        lines: Lines::claims(lines.iter().map(line).collect()).expect("valid"),
        payment: None,
        reason: None,
        note: None,
        reference: None,
        confirms: None,
    }
}

/// The same, waiting for its payment at the sandbox.
pub fn unpaid_order(order_no: &str, lines: &[(&str, i64)]) -> Post {
    let currency = Currency::parse("CNY").expect("valid");
    let amount = Money::new(12_800, currency).expect("valid");
    let gateway = "sandbox".to_owned();
    let payment = Some(PaymentTerms {
        gateway,
        amount,
        pay_within_seconds: 900,
    });
    Post {
        payment,
        ..order(order_no, lines)
    }
}

pub fn rollback(document: &str) -> Rollback {
    let document = document.parse().expect("valid");
    Rollback {
        document,
        confirms: None,
        part_of: None,
        reason: None,
        note: None,
    }
}

impl World {
    /// Lets the gate believe something else about a SKU that it has loaded.
    pub async fn mislead_gate(&self, sku: &str, value: i64) {
        let client = redis::Client::open(self.redis_url.as_str()).expect("an address");
        let connection = client.get_multiplexed_async_connection().await;
        let mut connection = connection.expect("redis");
        let pattern = format!("{}:*:{sku}", self.prefix);
        let mut keys = redis::cmd("KEYS");
        let keys: Vec<String> = keys
            .arg(pattern)
            .query_async(&mut connection)
            .await
            .expect("keys");
        let [key] = &keys[..] else {
            panic!("one key, not {keys:?}");
        };
        let mut set = redis::cmd("SET");
        let set = set.arg(key).arg(value).query_async(&mut connection);
        let () = set.await.expect("set");
    }
}
