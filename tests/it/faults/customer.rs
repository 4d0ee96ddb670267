//! A customer: orders that wait for payment, and what becomes of them.

use std::time::Duration;

use rand::RngExt;
use reqwest::StatusCode;
use serde_json::json;
use tokio::time::sleep;

use super::caller::Caller;
use super::load::{CancelTold, Order, place};

/// Longer than the test: only a cancel or a payment ends such an order.
const LONG_S: i64 = 1_800;

/// What a customer means to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Plan {
    /// Never pays: the worker cancels it.
    Forget,
    Cancel,
    Pay,
    /// Cancels, and pays at the same time.
    CancelAndPay,
    /// Pays about when the time is over.
    PayLate,
}

const PLANS: [Plan; 5] = [
    Plan::Forget,
    Plan::Cancel,
    Plan::Pay,
    Plan::CancelAndPay,
    Plan::PayLate,
];

pub async fn run(mut caller: Caller) -> Vec<Order> {
    let mut orders = Vec::new();
    while !caller.stops() {
        let plan = PLANS[caller.random.random_range(0..PLANS.len())];
        let pay_within = match plan {
            Plan::Forget | Plan::PayLate => caller.random.random_range(1..=2),
            Plan::Cancel | Plan::Pay | Plan::CancelAndPay => LONG_S,
        };
        let number = format!("C{}-{}", caller.number, orders.len());
        let mut order = place(&mut caller, number, Some(pay_within)).await;
        if order.applied {
            carry_out(plan, &mut caller, &mut order).await;
        }
        orders.push(order);
    }
    orders
}

async fn carry_out(plan: Plan, caller: &mut Caller, order: &mut Order) {
    let number = order.number.clone();
    // Where in its life a payment is cancelled, is random.
    let moment = Duration::from_millis(caller.random.random_range(0..60));
    match plan {
        Plan::Forget => {}
        Plan::Cancel => {
            sleep(moment).await;
            order.cancel = Some(cancel(caller, &number).await);
        }
        Plan::Pay => order.paid = pay(caller, &number).await,
        Plan::CancelAndPay => {
            let cancel = async {
                sleep(moment).await;
                cancel(caller, &number).await
            };
            let (told, paid) = tokio::join!(cancel, pay(caller, &number));
            (order.cancel, order.paid) = (Some(told), paid);
        }
        Plan::PayLate => {
            let pay_within = order.pay_within.expect("it waits for payment");
            let about = pay_within * 1_000 + caller.random.random_range(-400..=400);
            sleep(Duration::from_millis(about.unsigned_abs())).await;
            order.paid = pay(caller, &number).await;
        }
    }
}

/// Cancels an order, and takes the first answer.
pub async fn cancel(caller: &Caller, number: &str) -> CancelTold {
    let why = json!({"reason": "customer_asked"});
    let answer = caller.post(&format!("orders/{number}/cancel"), &why).await;
    match (answer.status, answer.body["status"].as_str()) {
        (StatusCode::OK, Some("cancelled")) => CancelTold::Cancelled,
        (StatusCode::ACCEPTED, Some("closing")) => CancelTold::Closing,
        (StatusCode::CONFLICT, _) => {
            assert_eq!(answer.body["code"], "already_paid", "{number}");
            CancelTold::AlreadyPaid
        }
        (status, _) => panic!("{number}: {status} {}", answer.body),
    }
}

/// Presses the button of the gateway's page: whether it took the money. Not known when nobody
/// said where to pay, or when a try before the last may have been the one.
async fn pay(caller: &Caller, number: &str) -> Option<bool> {
    let url = payment_url(caller, number).await?;
    let answer = caller.post_form(&url, &[("when", "now")]).await;
    match answer.status {
        StatusCode::SEE_OTHER => Some(true),
        StatusCode::CONFLICT if answer.lost == 0 => Some(false),
        StatusCode::CONFLICT => None,
        other => panic!("{number}: {other} at {url}"),
    }
}

/// Where to pay; `None` when it is not to be paid any more, or after some patience: when the desk
/// dies in the middle of creating a payment, another one waits for a minute before it goes on.
async fn payment_url(caller: &Caller, number: &str) -> Option<String> {
    for _ in 0..50 {
        let answer = caller.get(&format!("orders/{number}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{number}: {}", answer.body);
        if let Some(url) = answer.body["payment"]["url"].as_str() {
            return Some(url.to_owned());
        }
        if answer.body["status"] != "pending" {
            return None;
        }
        sleep(Duration::from_millis(20)).await;
    }
    None
}
