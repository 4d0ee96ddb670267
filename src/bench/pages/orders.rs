//! Orders that wait for their payment. The generated ones are as old as the desk's folder, and a
//! desk that serves cancels what was not paid in time: so each run places some anew, the same on
//! both desks, and a list of open orders has a page to show on either.

use anyhow::ensure;
use chrono::Utc;
use serde_json::json;

use super::desk::RunningDesk;

/// More than a page of them.
const ORDERS: i64 = 60;
/// The last of them is due then.
const SECONDS: i64 = 3_500;
/// As many as a generated order has, on average.
const LINES: i64 = 4;

/// Places them through the API, as a shop does.
///
/// # Errors
/// When one is refused.
pub(super) async fn place(desk: &RunningDesk) -> anyhow::Result<()> {
    let client = reqwest::Client::new();
    let run = Utc::now().timestamp();
    for n in 0..ORDERS {
        // Ordinary SKUs of the first warehouse: neither those that move all the time nor those
        // that run out.
        let first = n % 50 * 50 + 11;
        let line = |sku| json!({"sku": format!("G-{sku:08}"), "quantity": 1});
        let lines: Vec<_> = (first..first + LINES).map(line).collect();
        let order = json!({
            "order_no": format!("bench-{run}-{n}"),
            "warehouse": "GEN-1-A",
            "lines": lines,
            "gateway": "sandbox",
            "amount": {"minor": 7_960, "currency": "CNY"},
            "pay_within_seconds": SECONDS - n,
        });
        let answer = client
            .post(format!("{}/api/v1/orders", desk.address))
            .bearer_auth(&desk.key)
            .json(&order)
            .send()
            .await?;
        let status = answer.status();
        let body = answer.text().await?;
        ensure!(status.is_success(), "an order is answered {status}: {body}");
    }
    Ok(())
}
