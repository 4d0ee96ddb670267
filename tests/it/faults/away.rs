//! A store that hangs: the answers say so, and the same request is safe to repeat.

use nix::sys::signal::Signal;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use super::desk::RunningDesk;
use crate::eventually::eventually;

struct Shop {
    address: String,
    key: String,
    client: Client,
}

impl Shop {
    async fn at(desk: &RunningDesk) -> Self {
        let (address, key) = (desk.address.clone(), desk.api_key().await);
        desk.import("warehouse,sku,name,available\nK,CUP,Cup,10\n")
            .await;
        Self {
            address,
            key,
            client: Client::new(),
        }
    }

    async fn order(&self, number: &str) -> (StatusCode, Option<String>, Value) {
        let lines = json!([{"sku": "CUP", "quantity": 1}]);
        let body = json!({"order_no": number, "warehouse": "K", "lines": lines});
        let url = format!("{}/api/v1/orders", self.address);
        let sent = self
            .client
            .post(url)
            .bearer_auth(&self.key)
            .json(&body)
            .send()
            .await;
        let answer = sent.expect("an answer");
        let retry = answer
            .headers()
            .get("retry-after")
            .map(|v| v.to_str().unwrap().to_owned());
        (answer.status(), retry, answer.json().await.expect("JSON"))
    }

    async fn get(&self, path: &str) -> (StatusCode, Value) {
        let answer = reqwest::get(format!("{}{path}", self.address))
            .await
            .expect("an answer");
        (answer.status(), answer.json().await.expect("JSON"))
    }
}

#[tokio::test]
async fn while_mysql_hangs_nothing_is_confirmed_and_a_repeat_is_safe() {
    let desk = RunningDesk::start().await;
    let shop = Shop::at(&desk).await;
    assert_eq!(shop.order("A1").await.0, StatusCode::CREATED);
    desk.signal("mariadbd", Signal::SIGSTOP);
    let (status, retry, problem) = shop.order("A2").await;
    assert_eq!(
        (status, &problem["code"]),
        (StatusCode::SERVICE_UNAVAILABLE, &json!("not_confirmed"))
    );
    assert!(retry.is_some(), "says when to come again");
    assert_eq!(shop.get("/readyz").await.0, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(shop.get("/healthz").await.0, StatusCode::OK);
    desk.signal("mariadbd", Signal::SIGCONT);
    eventually("the order is taken", async || {
        shop.order("A2").await.0.is_success()
    })
    .await;
    let (status, _, receipt) = shop.order("A2").await;
    assert_eq!(
        (status, &receipt["replayed"]),
        (StatusCode::OK, &json!(true))
    );
    assert_eq!(receipt["lines"][0]["available"], json!(8), "deducted once");
    desk.verify().await;
    desk.stop().await;
}

#[tokio::test]
async fn while_redis_hangs_selling_goes_on() {
    let desk = RunningDesk::start().await;
    let shop = Shop::at(&desk).await;
    assert_eq!(shop.order("A1").await.0, StatusCode::CREATED);
    desk.signal("redis-server", Signal::SIGSTOP);
    for number in ["A2", "A3", "A4"] {
        assert_eq!(shop.order(number).await.0, StatusCode::CREATED);
    }
    let (status, ready) = shop.get("/readyz").await;
    assert_eq!(
        (status, &ready["redis"]["status"]),
        (StatusCode::OK, &json!("degraded"))
    );
    desk.signal("redis-server", Signal::SIGCONT);
    eventually("Redis is in use again", async || {
        shop.get("/readyz").await.1["status"] == json!("ok")
    })
    .await;
    let (_, _, receipt) = shop.order("A5").await;
    assert_eq!(receipt["lines"][0]["available"], json!(5));
    desk.verify().await;
    desk.stop().await;
}
