//! The JSON API as shops see it: over HTTP, against the real server and stores.

mod adjustments;
mod deductions;
mod docs;
mod orders;
mod payments;
mod reading;
mod refusals;

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use stockdesk::domain::role::Scope;

use crate::eventually::eventually;
use crate::harness::browser::Answer;
use crate::harness::site::Site;

/// A shop's program.
#[derive(Clone)]
pub struct Shop {
    client: Client,
    address: String,
    key: String,
}

impl Shop {
    /// A shop with a new key, whose name is that of its scope.
    pub async fn new(site: &Site, scope: Scope) -> Self {
        let key = site.api_key(scope.as_str(), scope).await;
        Self::with_key(site, &key)
    }

    pub fn with_key(site: &Site, key: &str) -> Self {
        Self {
            client: Client::builder().no_proxy().build().expect("a client"),
            address: site.address.clone(),
            key: key.to_owned(),
        }
    }

    /// A request below `/api/v1`.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}/api/v1{path}", self.address);
        self.client.request(method, url).bearer_auth(&self.key)
    }

    pub async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        send(self.request(Method::POST, path).json(body)).await
    }

    /// Posts these bytes, as JSON.
    pub async fn post_bytes(&self, path: &str, body: impl Into<Vec<u8>>) -> Answer {
        let request = self.request(Method::POST, path);
        let request = request.header("content-type", "application/json");
        send(request.body(body.into())).await
    }

    /// An adjustment with an idempotency key.
    pub async fn adjust(&self, key: &str, body: &Value) -> Answer {
        let request = self.request(Method::POST, "/adjustments").json(body);
        send(request.header("idempotency-key", key)).await
    }
}

pub async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("the server answers");
    Answer {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        body: response.text().await.expect("text"),
    }
}

/// A paid order of some lines, as a shop sends it.
pub fn order(order_no: &str, lines: &[(&str, i64)]) -> Value {
    let line = |(sku, quantity): &(&str, i64)| json!({"sku": sku, "quantity": quantity});
    let lines: Vec<Value> = lines.iter().map(line).collect();
    json!({"order_no": order_no, "warehouse": "W", "lines": lines})
}

/// The same, to be paid at the sandbox within a quarter of an hour.
pub fn unpaid(order_no: &str, lines: &[(&str, i64)]) -> Value {
    let mut order = order(order_no, lines);
    order["pay_within_seconds"] = 900.into();
    order["gateway"] = "sandbox".into();
    order["amount"] = json!({"minor": 12_800, "currency": "CNY"});
    order
}

/// That the answer is a problem document with this status and code, whole in itself.
#[track_caller]
pub fn assert_problem(answer: &Answer, status: u16, code: &str) -> Value {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let problem = answer.json();
    assert_eq!(problem["code"], code, "{problem}");
    assert_eq!(problem["status"], status);
    assert_eq!(problem["type"], format!("/docs/api#{code}"));
    assert_eq!(problem["request_id"], answer.header("x-request-id"));
    for member in ["title", "detail", "instance"] {
        let text = problem[member].as_str().unwrap_or_default();
        assert!(!text.is_empty(), "{member}: {problem}");
    }
    problem
}

/// The fields that a 422 names.
#[track_caller]
pub fn fields(answer: &Answer) -> Vec<String> {
    let problem = assert_problem(answer, 422, "invalid");
    let errors = problem["errors"].as_array().expect("a list");
    let field = |error: &Value| {
        assert!(
            error["message"]
                .as_str()
                .is_some_and(|text| !text.is_empty())
        );
        error["field"].as_str().expect("a field").to_owned()
    };
    errors.iter().map(field).collect()
}

/// That two answers are the same receipt, the second as a replay.
#[track_caller]
pub fn assert_replay(first: &Answer, again: &Answer) {
    assert_eq!(again.status, 200, "{}", again.body);
    let expected = first
        .body
        .replace("\"replayed\":false", "\"replayed\":true");
    assert_ne!(expected, first.body, "the first was not a replay");
    assert_eq!(again.body, expected);
}

/// Looks again and again until there is something; fails after 30 s, naming `what` was awaited.
pub async fn found<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let mut seen = None;
    eventually(what, async || {
        seen = look().await;
        seen.is_some()
    })
    .await;
    seen.expect("it was seen")
}

/// Makes the sandbox gateway fail for one order, as `switches` say.
pub async fn switch(site: &Site, order_no: &str, switches: Value) {
    sandbox(site, Method::PUT, &format!("switches/{order_no}"), switches).await;
}

/// The sandbox gateway works again, for every order.
pub async fn all_switches_off(site: &Site) {
    sandbox(site, Method::DELETE, "switches", json!({})).await;
}

/// A customer pays.
pub async fn pay(site: &Site, order_no: &str) {
    sandbox(
        site,
        Method::POST,
        &format!("payments/{order_no}/pay"),
        json!({}),
    )
    .await;
}

async fn sandbox(site: &Site, method: Method, path: &str, body: Value) {
    let sandbox = site.sandbox.as_ref().expect("a site that sells");
    let url = format!("{}/admin/{path}", sandbox.url());
    let client = Client::builder().no_proxy().build().expect("a client");
    let answer = send(client.request(method, url).json(&body)).await;
    assert_eq!(answer.status, 204, "{}", answer.body);
}
