//! Shops and customers who never give up, all at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use rand::RngExt;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::caller::Caller;
use super::customer;
use crate::eventually::eventually;

/// What was ordered, and what those who asked were told.
#[derive(Debug, Clone, Default)]
pub struct Order {
    pub number: String,
    pub lines: i64,
    /// Somebody was told 201, or 200 for a repeat.
    pub applied: bool,
    pub rolled_back: bool,
    /// It waits for its payment; seconds to pay it in.
    pub pay_within: Option<i64>,
    /// Whether the gateway took the customer's money; not known when its answer was lost.
    pub paid: Option<bool>,
    /// The answer to its cancel.
    pub cancel: Option<CancelTold>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CancelTold {
    Cancelled,
    Closing,
    AlreadyPaid,
}

pub struct Load {
    callers: Vec<JoinHandle<Vec<Order>>>,
    stop: Arc<AtomicBool>,
    done: Arc<AtomicUsize>,
}

impl Load {
    /// `shops` place paid orders and roll some back; `customers` place orders to be paid, and
    /// pay, cancel or forget them.
    pub fn start(address: &str, key: &str, (shops, customers): (usize, usize), seed: u64) -> Self {
        let (stop, done) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
        let caller = |number| Caller::new(number, address, key, seed).among(&stop, &done);
        let callers = (0..shops + customers).map(|number| match number < shops {
            true => tokio::spawn(shop(caller(number))),
            false => tokio::spawn(customer::run(caller(number))),
        });
        Self {
            callers: callers.collect(),
            stop,
            done,
        }
    }

    /// Waits until some more requests were answered, so that no kill hits an idle desk.
    pub async fn made_progress(&self) {
        let before = self.done.load(Ordering::Relaxed);
        eventually("orders are answered", async || {
            self.done.load(Ordering::Relaxed) > before + 5
        })
        .await;
    }

    /// Lets everybody finish what they began.
    pub async fn stop(self) -> Vec<Order> {
        self.stop.store(true, Ordering::Relaxed);
        let mut orders = Vec::new();
        for caller in self.callers {
            orders.extend(caller.await.expect("the caller works"));
        }
        orders
    }
}

/// Places orders that are paid already, and rolls back a tenth of them.
async fn shop(mut caller: Caller) -> Vec<Order> {
    let mut orders = Vec::new();
    while !caller.stops() {
        let number = format!("K{}-{}", caller.number, orders.len());
        let mut order = place(&mut caller, number, None).await;
        if order.applied && caller.random.random_bool(0.1) {
            let path = format!("deductions/{}/rollback", order.number);
            let answer = caller.post(&path, &json!({"reason": "returned"})).await;
            let (status, body) = (answer.status, answer.body);
            assert!(status.is_success(), "{}: {status} {body}", order.number);
            order.rolled_back = true;
        }
        orders.push(order);
    }
    orders
}

/// Places an order of one to three lines.
pub async fn place(caller: &mut Caller, number: String, pay_within: Option<i64>) -> Order {
    let lines = lines(caller);
    let mut body = json!({"order_no": number, "warehouse": "K", "lines": lines});
    if let Some(seconds) = pay_within {
        body["pay_within_seconds"] = seconds.into();
        body["gateway"] = "sandbox".into();
        body["amount"] = json!({"minor": 12_800, "currency": "CNY"});
    }
    let answer = caller.post("orders", &body).await;
    let applied = match answer.status {
        StatusCode::CREATED | StatusCode::OK => true,
        StatusCode::CONFLICT => false,
        other => panic!("{number}: {other} {}", answer.body),
    };
    Order {
        number,
        lines: lines.len() as i64,
        applied,
        pay_within,
        ..Order::default()
    }
}

fn lines(caller: &mut Caller) -> Vec<Value> {
    let random = &mut caller.random;
    let mut lines = vec![json!({"sku": "PLENTY", "quantity": random.random_range(1..=3)})];
    if random.random_bool(0.5) {
        lines.push(json!({"sku": "SOME", "quantity": 1}));
    }
    if random.random_bool(0.2) {
        lines.push(json!({"sku": "FEW", "quantity": 1}));
    }
    lines
}
