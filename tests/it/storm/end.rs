//! Waiting until nothing goes on any more.

use std::time::Duration;

use serde_json::Value;
use sqlx::MySqlPool;
use tokio::time::{Instant, sleep};

use super::judge::{Seen, seen};
use crate::harness::world::World;
use crate::simulator::Gateways;

/// How long it may take until everything has come to rest. A desk that was killed holds what it
/// was working on for a minute.
const PATIENCE: Duration = Duration::from_secs(240);

/// Waits; what still goes on after that is a complaint.
pub async fn settle(world: &World, gateways: &Gateways) -> Vec<String> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let restless = restless(world.desk.pool(), gateways).await;
        if restless.is_empty() || Instant::now() > deadline {
            let never = |what| format!("never came to rest: {what}");
            return restless.into_iter().map(never).collect();
        }
        sleep(Duration::from_millis(250)).await;
    }
}

async fn restless(pool: &MySqlPool, gateways: &Gateways) -> Vec<String> {
    // Notices may still be under way, for a day as the gateways count it. What counts is what the
    // desk knows: of every payment.
    let there = gateways.payments().await;
    let Seen {
        orders,
        money,
        late,
    } = seen(pool).await;
    let mut restless = Vec::new();
    for payment in &there {
        let number = payment["number"].as_str().unwrap_or_default();
        if payment["state"] == "paying" || !payment["late_money_at"].is_null() {
            restless.push(format!("{number} is being paid"));
        }
        for paid in payment["money"].as_array().into_iter().flatten() {
            let id = paid["transaction_id"].as_str().unwrap_or_default();
            if !money.iter().any(|m| m.transaction_id == id) {
                restless.push(format!(
                    "{number} was paid by {id}, which nobody knows: {payment}"
                ));
            }
        }
    }
    for order in orders.values().filter(|order| order.is_open()) {
        let payment = there.iter().find(|p| is_of(p, &order.order_no));
        // Money that is not what was asked for, or a payment that was sent and never created:
        // the order stays closing, and its stock held, until people or two hours say otherwise.
        let mismatch = money
            .iter()
            .any(|m| m.order_no == order.order_no && m.outcome == "mismatch");
        // So does one at Alipay whose code nobody has scanned: for a quarter of an hour.
        let nowhere = payment.is_none_or(|payment| payment["state"] == "unseen");
        let nowhere = nowhere && order.status == "closing";
        if !mismatch && !nowhere {
            let state = payment.map_or(&Value::Null, |p| &p["state"]);
            let order_no = &order.order_no;
            restless.push(format!(
                "{order_no} is {}, its payment {state}",
                order.status
            ));
        }
    }
    let under_way = late
        .iter()
        .filter(|l| l.state == "queued" || l.state == "refunding");
    restless.extend(under_way.map(|l| format!("{} is {}", l.transaction_id, l.state)));
    restless
}

/// Whether a payment at a gateway is this order's.
pub fn is_of(payment: &Value, order_no: &str) -> bool {
    payment["number"] == order_no || payment["attach"] == order_no
}

/// Requests that the gateways did not believe, and false notices that were believed.
pub async fn refused(gateways: &Gateways) -> Vec<String> {
    let state = gateways.state().await;
    let refused = state["refused"].as_object().cloned().unwrap_or_default();
    refused
        .iter()
        .map(|(why, count)| format!("{count} times: {why}"))
        .collect()
}
