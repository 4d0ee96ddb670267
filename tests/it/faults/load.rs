//! Shops that never give up: they repeat a request with its number until it is answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::eventually::eventually;

/// What was ordered, and what came of it.
#[derive(Debug, Clone)]
pub struct Order {
    pub number: String,
    pub lines: i64,
    /// Somebody was told 201, or 200 for a repeat.
    pub applied: bool,
    pub rolled_back: bool,
}

pub struct Load {
    shops: Vec<JoinHandle<Vec<Order>>>,
    stop: Arc<AtomicBool>,
    done: Arc<AtomicUsize>,
}

impl Load {
    pub fn start(address: &str, key: &str, clients: usize, seed: u64) -> Self {
        let (stop, done) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
        let shop = |number: usize| Shop {
            number,
            address: format!("{address}/api/v1"),
            key: key.to_owned(),
            client: Client::builder()
                .timeout(Duration::from_secs(3))
                .build()
                .expect("a client"),
            random: StdRng::seed_from_u64(seed ^ number as u64),
            stop: stop.clone(),
            done: done.clone(),
        };
        let shops = (0..clients).map(|n| tokio::spawn(shop(n).run())).collect();
        Self { shops, stop, done }
    }

    /// Waits until some more requests were answered, so that no kill hits an idle desk.
    pub async fn made_progress(&self) {
        let before = self.done.load(Ordering::Relaxed);
        eventually("orders are answered", async || {
            self.done.load(Ordering::Relaxed) > before + 5
        })
        .await;
    }

    /// Lets every shop finish what it began.
    pub async fn stop(self) -> Vec<Order> {
        self.stop.store(true, Ordering::Relaxed);
        let mut orders = Vec::new();
        for shop in self.shops {
            orders.extend(shop.await.expect("the shop works"));
        }
        orders
    }
}

struct Shop {
    number: usize,
    address: String,
    key: String,
    client: Client,
    random: StdRng,
    stop: Arc<AtomicBool>,
    done: Arc<AtomicUsize>,
}

impl Shop {
    async fn run(mut self) -> Vec<Order> {
        let mut orders = Vec::new();
        while !self.stop.load(Ordering::Relaxed) {
            let number = format!("K{}-{}", self.number, orders.len());
            let mut order = self.place(number).await;
            if order.applied && self.random.random_bool(0.1) {
                let path = format!("deductions/{}/rollback", order.number);
                let status = self
                    .until_answered(&path, &json!({"reason": "returned"}))
                    .await;
                assert!(
                    status.is_success(),
                    "rollback of {}: {status}",
                    order.number
                );
                order.rolled_back = true;
            }
            orders.push(order);
        }
        orders
    }

    async fn place(&mut self, number: String) -> Order {
        let mut lines = vec![json!({"sku": "PLENTY", "quantity": self.random.random_range(1..=3)})];
        if self.random.random_bool(0.5) {
            lines.push(json!({"sku": "SOME", "quantity": 1}));
        }
        if self.random.random_bool(0.2) {
            lines.push(json!({"sku": "FEW", "quantity": 1}));
        }
        let count = lines.len() as i64;
        let body = json!({"order_no": number, "warehouse": "K", "lines": lines});
        let status = self.until_answered("orders", &body).await;
        let applied = match status {
            StatusCode::CREATED | StatusCode::OK => true,
            StatusCode::CONFLICT => false,
            other => panic!("{number}: {other}"),
        };
        Order {
            number,
            lines: count,
            applied,
            rolled_back: false,
        }
    }

    /// Sends the same request until its answer is a decision.
    async fn until_answered(&self, path: &str, body: &Value) -> StatusCode {
        let url = format!("{}/{path}", self.address);
        loop {
            let sent = self
                .client
                .post(&url)
                .bearer_auth(&self.key)
                .json(body)
                .send()
                .await;
            match sent.map(|answer| answer.status()) {
                Ok(StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) | Err(_) => {
                    // The pause of a client that was told to come again.
                    tokio::time::sleep(Duration::from_millis(30)).await;
                }
                Ok(status) => {
                    self.done.fetch_add(1, Ordering::Relaxed);
                    return status;
                }
            }
        }
    }
}
