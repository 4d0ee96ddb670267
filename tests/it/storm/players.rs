//! Shops, payers and staff, who do what they do at random moments, and know nothing of each other.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::patience::Tries;
use super::staff::Staff;
use crate::simulator::Player;

/// Warehouses, and SKUs in each.
pub const WAREHOUSES: [&str; 2] = ["SZ-01", "BJ-01"];
pub const SKUS: usize = 12;

pub fn sku(index: usize) -> String {
    format!("SKU-{index:02}")
}

/// What everybody needs to act.
#[derive(Clone)]
pub struct Scene {
    pub seed: u64,
    pub shop: Shop,
    pub staff: Staff,
    pub payers: Player,
    pub gateways: Arc<Vec<String>>,
    /// Orders that are done with, placed or refused.
    pub done: Arc<AtomicUsize>,
}

/// Whether a status says no more than silence: away, too many at once, or, where the machine is
/// busy, that the request was not read in time.
pub fn is_no_answer(status: u16) -> bool {
    matches!(status, 408 | 429 | 503)
}

/// The desk's API, as a shop uses it: again, when there is no answer.
#[derive(Clone)]
pub struct Shop {
    pub url: String,
    pub key: String,
    pub http: reqwest::Client,
}

impl Shop {
    async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let mut tries = Tries::begin();
        loop {
            let url = format!("{}{path}", self.url);
            let request = self.http.post(url).bearer_auth(&self.key).json(body);
            if let Ok(answer) = request.send().await {
                let status = answer.status().as_u16();
                let body = answer.json().await.unwrap_or(Value::Null);
                if !is_no_answer(status) {
                    return (status, body);
                }
            }
            tries.again(path).await;
        }
    }
}

impl Scene {
    /// One order from its beginning to where nobody does anything about it any more.
    pub async fn order(&self, index: usize) {
        let mut dice = StdRng::seed_from_u64(self.seed ^ (index as u64).wrapping_mul(0x9e37_79b9));
        let order_no = format!("M{:06}-{index:05}", self.seed % 1_000_000);
        let gateway = self.gateways[dice.random_range(0..self.gateways.len())].clone();
        let pay_within_seconds = dice.random_range(1..=4);
        let order = json!({
            "order_no": order_no,
            "warehouse": WAREHOUSES[dice.random_range(0..WAREHOUSES.len())],
            "lines": lines(&mut dice),
            "pay_within_seconds": pay_within_seconds,
            "amount": {"minor": dice.random_range(100..=20_000), "currency": "CNY"},
            "gateway": gateway,
        });
        let (status, answer) = self.shop.post("/api/v1/orders", &order).await;
        assert!(matches!(status, 200 | 201 | 409), "{status} {answer}");
        if status != 409 {
            let window_ms = pay_within_seconds * 1_000 + 500;
            let mut moment = || Duration::from_millis(dice.random_range(0..=window_ms));
            let (pays_at, cancels_at, looks_at) = (moment(), moment(), moment() / 4);
            // Both at once: the race that everything here is about.
            let races = dice.random_bool(0.2);
            let pays = races || dice.random_bool(0.45);
            let cancels = races || dice.random_bool(0.3);
            let cancels_at = if races { pays_at } else { cancels_at };
            let twice = dice.random_bool(0.01);
            let after_ms = if dice.random_bool(0.4) {
                dice.random_range(1..800)
            } else {
                0
            };
            // At Alipay nothing can be closed before somebody looked at the code.
            let looks = dice.random_bool(0.9);
            let look = async {
                if looks {
                    sleep(looks_at).await;
                    self.payers.scan(&gateway, &order_no).await;
                }
            };
            let pay = async {
                if pays {
                    sleep(pays_at).await;
                    self.pay(&gateway, &order_no, after_ms, twice).await;
                }
            };
            let by_staff = cancels && dice.random_bool(0.4);
            // Now and then the shop and somebody of the staff, at once.
            let by_shop = cancels && (!by_staff || dice.random_bool(0.2));
            let (seat, nervous) = (dice.random_range(0..100), dice.random_bool(0.1));
            let cancel = async {
                if by_shop {
                    sleep(cancels_at).await;
                    self.cancel(&order_no).await;
                }
            };
            let staff = async {
                if by_staff {
                    sleep(cancels_at).await;
                    self.staff.cancel(seat, &order_no, nervous).await;
                }
            };
            tokio::join!(look, pay, cancel, staff);
        }
        self.done.fetch_add(1, Ordering::SeqCst);
    }

    async fn pay(&self, gateway: &str, order_no: &str, after_ms: u64, twice: bool) {
        let paid = self
            .payers
            .pay(gateway, order_no, json!({"after_ms": after_ms}))
            .await;
        // Not there (yet), closed, expired: all right. Nothing else is.
        assert!(matches!(paid, 204 | 409), "{paid}");
        if twice && paid == 204 && after_ms == 0 {
            self.payers
                .pay(gateway, order_no, json!({"force": true}))
                .await;
        }
    }

    async fn cancel(&self, order_no: &str) {
        let path = format!("/api/v1/orders/{order_no}/cancel");
        let reason = json!({"reason": "customer_asked"});
        let (status, answer) = self.shop.post(&path, &reason).await;
        assert!(matches!(status, 200 | 202 | 409), "{status} {answer}");
    }
}

fn lines(dice: &mut StdRng) -> Vec<Value> {
    let count = dice.random_range(1..=3);
    let line = |_| {
        // A few SKUs sell out, most do not.
        let index = dice.random_range(0..SKUS).min(dice.random_range(0..SKUS));
        json!({"sku": sku(index), "quantity": dice.random_range(1..=3)})
    };
    (0..count).map(line).collect()
}
