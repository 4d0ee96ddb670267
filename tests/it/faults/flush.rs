//! Redis is emptied again and again while shops sell: nothing is oversold, and ten seconds after
//! the last order the gate agrees with MySQL again.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reqwest::StatusCode;
use serde_json::json;
use sqlx::{Connection as _, MySqlConnection};
use stockdesk::domain::ids::Sku;
use stockdesk::embedded::Stores;
use stockdesk::store::redis::{Connection, Gate};
use tokio::time::{Instant, sleep, timeout};

use super::caller::Caller;
use super::desk::RunningDesk;
use super::seed;
use crate::eventually::eventually;

const SKUS: usize = 300;
const SHOPS: usize = 16;
const FLUSHES: usize = 15;
/// Answers between the last time that Redis is emptied and the end of the load: the gate is
/// nearly empty at the one end, and well filled at the other.
const ENDINGS: [usize; 2] = [0, 400];
/// One SKU that everybody wants, beside the others.
const HOT: &str = "HOT";
const HOT_UNITS: i64 = 400;
const UNITS: i64 = 60;
/// From the end of the load until gate and database agree.
const LIMIT: Duration = Duration::from_secs(10);

/// Sells until it is told to stop; the units sold, by SKU.
async fn sell(mut caller: Caller, ending: usize) -> HashMap<String, i64> {
    let mut sold: HashMap<String, i64> = HashMap::new();
    let mut count = 0;
    while !caller.stops() {
        let mut lines = vec![(HOT.to_owned(), 1)];
        for _ in 0..caller.random.random_range(1..=3) {
            let sku = format!("S{}", caller.random.random_range(0..SKUS));
            lines.push((sku, caller.random.random_range(1..=2)));
        }
        // Once in a while without the hot one, which is sold out sooner or later.
        if caller.random.random_bool(0.7) {
            lines.remove(0);
        }
        let shown: Vec<_> = lines
            .iter()
            .map(|(sku, quantity)| json!({"sku": sku, "quantity": quantity}))
            .collect();
        let number = format!("F{ending}-{}-{count}", caller.number);
        let body = json!({"order_no": number, "warehouse": "K", "lines": shown});
        let answer = caller.post("orders", &body).await;
        match answer.status {
            StatusCode::CREATED | StatusCode::OK => {
                for (sku, units) in lines {
                    *sold.entry(sku).or_default() += units;
                }
            }
            StatusCode::CONFLICT => assert_eq!(answer.body["code"], "insufficient_stock"),
            other => panic!("{number}: {other} {}", answer.body),
        }
        count += 1;
    }
    sold
}

/// Both stores, looked at from beside the desk.
struct Look {
    stores: Stores,
    database: MySqlConnection,
    gate: Gate,
}

impl Look {
    async fn at(desk: &RunningDesk) -> Self {
        let stores = desk.stores().await;
        let database = MySqlConnection::connect(stores.database_url.expose());
        let redis = Connection::open(stores.redis_url.expose(), Duration::from_secs(2));
        // The prefix of every desk. This gate only looks.
        let redis = redis.await.expect("redis answers");
        let gate = Gate::new(redis, "stockdesk", "a look", Duration::from_secs(60));
        Self {
            database: database.await.expect("the database answers"),
            stores,
            gate,
        }
    }

    async fn close(self) {
        drop(self.database);
        self.stores.stop().await;
    }

    async fn available(&mut self) -> Vec<(String, i64)> {
        let rows = sqlx::query_as("SELECT sku, available FROM stock ORDER BY id")
            .fetch_all(&mut self.database);
        rows.await.expect("the stock")
    }

    /// How many SKUs are loaded, and the first that differs: SKU, gate, database.
    async fn compare(&mut self) -> (usize, Option<(String, i64, i64)>) {
        let available = self.available().await;
        let skus: Vec<Sku> = available
            .iter()
            .map(|(sku, _)| sku.parse().expect("a SKU"))
            .collect();
        let warehouse = "K".parse().expect("a warehouse");
        let levels = self.gate.compare(&warehouse, &skus).await;
        let levels = levels.expect("redis answers");
        let (mut loaded, mut differs) = (0, None);
        for ((sku, available), level) in available.into_iter().zip(levels) {
            let Some(value) = level.value else {
                continue;
            };
            loaded += 1;
            let at_rest = level.held == 0 && level.releasing == 0;
            if !at_rest || value != available {
                differs = Some((sku, value, available));
            }
        }
        (loaded, differs)
    }

    /// Waits until every loaded SKU agrees, at most as long as it may take; how many are loaded.
    async fn agreement(&mut self) -> usize {
        let mut last = None;
        let looked = async {
            loop {
                let (loaded, differs) = self.compare().await;
                if differs.is_none() {
                    return loaded;
                }
                last = differs;
                sleep(Duration::from_millis(20)).await;
            }
        };
        let looked = timeout(LIMIT, looked).await;
        looked.unwrap_or_else(|_| panic!("after {LIMIT:?} gate and database differ: {last:?}"))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_seconds_after_the_load_the_gate_agrees_again_however_often_it_was_emptied() {
    let seed = seed();
    let desk = RunningDesk::start().await;
    let key = desk.api_key().await;
    let mut csv = format!("warehouse,sku,name,available\nK,{HOT},Hot,{HOT_UNITS}\n");
    csv.extend((0..SKUS).map(|n| format!("K,S{n},Some {n},{UNITS}\n")));
    desk.import(&csv).await;
    let mut look = Look::at(&desk).await;

    let mut random = StdRng::seed_from_u64(seed);
    let mut sold: HashMap<String, i64> = HashMap::new();
    for ending in ENDINGS {
        let (stop, done) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
        let caller = |n| Caller::new(n, &desk.address, &key, seed).among(&stop, &done);
        let shops = (0..SHOPS).map(|n| tokio::spawn(sell(caller(n), ending)));
        let shops: Vec<_> = shops.collect();
        for _ in 0..FLUSHES {
            // Not a wait for anything: the moment is what is random here.
            sleep(Duration::from_millis(random.random_range(20..300))).await;
            assert!(desk.flush().await, "redis answers");
        }
        let before = done.load(Ordering::Relaxed);
        eventually("the load goes on", async || {
            done.load(Ordering::Relaxed) >= before + ending
        })
        .await;
        stop.store(true, Ordering::Relaxed);
        for shop in shops {
            for (sku, units) in shop.await.expect("the shop works") {
                *sold.entry(sku).or_default() += units;
            }
        }

        let ended = Instant::now();
        let loaded = look.agreement().await;
        let took = ended.elapsed();
        let answers = done.load(Ordering::Relaxed);
        println!("{answers} answers; {loaded} SKUs loaded, all agree {took:?} after the load");
        assert!(took <= LIMIT, "{took:?}");
        assert!(answers > 300, "too small to mean anything");
        assert!(
            ending == 0 || loaded > SKUS / 2,
            "too small to mean anything"
        );
    }
    for (sku, available) in look.available().await {
        let opening = if sku == HOT { HOT_UNITS } else { UNITS };
        let sold = sold.get(&sku).copied().unwrap_or_default();
        assert_eq!(available, opening - sold, "{sku}");
    }
    look.close().await;
    desk.verify().await;
    desk.stop().await;
}
