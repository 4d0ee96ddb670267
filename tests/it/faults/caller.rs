//! A program that calls the desk, and repeats what was not answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::StdRng;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::Value;

/// One of many that call the desk at once.
pub struct Caller {
    pub number: usize,
    pub random: StdRng,
    address: String,
    key: String,
    client: Client,
    pub stop: Arc<AtomicBool>,
    done: Arc<AtomicUsize>,
}

/// An answer that decides something, and after how many that did not come.
pub struct Decided {
    pub status: StatusCode,
    pub body: Value,
    pub lost: usize,
}

impl Caller {
    pub fn new(number: usize, address: &str, key: &str, seed: u64) -> Self {
        let client = Client::builder()
            .timeout(Duration::from_secs(3))
            .redirect(Policy::none())
            .no_proxy();
        Self {
            number,
            random: StdRng::seed_from_u64(seed ^ number as u64),
            address: format!("{address}/api/v1"),
            key: key.to_owned(),
            client: client.build().expect("a client"),
            stop: Arc::default(),
            done: Arc::default(),
        }
    }

    /// Together with others: they stop together, and their answers are counted together.
    pub fn among(mut self, stop: &Arc<AtomicBool>, done: &Arc<AtomicUsize>) -> Self {
        (self.stop, self.done) = (stop.clone(), done.clone());
        self
    }

    pub fn stops(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Posts to the API until it is answered with a decision.
    pub async fn post(&self, path: &str, body: &Value) -> Decided {
        let url = format!("{}/{path}", self.address);
        self.until_answered(|| self.client.post(&url).bearer_auth(&self.key).json(body))
            .await
    }

    pub async fn get(&self, path: &str) -> Decided {
        let url = format!("{}/{path}", self.address);
        self.until_answered(|| self.client.get(&url).bearer_auth(&self.key))
            .await
    }

    /// Posts a form to another server.
    pub async fn post_form(&self, url: &str, fields: &[(&str, &str)]) -> Decided {
        self.until_answered(|| self.client.request(Method::POST, url).form(fields))
            .await
    }

    /// Sends the same request until its answer is a decision.
    async fn until_answered(&self, request: impl Fn() -> RequestBuilder) -> Decided {
        let mut lost = 0;
        loop {
            match answer(request()).await {
                Some((status, body)) => {
                    self.done.fetch_add(1, Ordering::Relaxed);
                    return Decided { status, body, lost };
                }
                // The pause of a client that was told to come again.
                None => tokio::time::sleep(Duration::from_millis(30)).await,
            }
            lost += 1;
        }
    }
}

/// `None`: broken off, or told to come again. What is no JSON is null.
async fn answer(request: RequestBuilder) -> Option<(StatusCode, Value)> {
    let answer = request.send().await.ok()?;
    let status = answer.status();
    let body = answer.bytes().await.ok()?;
    let again = [
        StatusCode::SERVICE_UNAVAILABLE,
        StatusCode::TOO_MANY_REQUESTS,
    ];
    let decided = !again.contains(&status);
    decided.then(|| (status, serde_json::from_slice(&body).unwrap_or_default()))
}
