//! A sandbox gateway on a free port, its client, and a clock that the test moves.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use stockdesk::domain::ids::DocumentNo;
use stockdesk::domain::money::{Currency, Money};
use stockdesk::domain::payment::{CreateAnswer, GatewayAnswer, NewPayment, SentPayment};
use stockdesk::gateway::{CallLimits, PaymentGateway, SandboxGateway, SandboxSettings};
use stockdesk::sandbox_pay;

pub const SECRET: &[u8] = b"a secret of the tests";
const START_S: i64 = 1_800_000_000;

/// Stands still until it is moved.
#[derive(Clone)]
pub struct Clock(Arc<AtomicI64>);

impl Clock {
    fn new() -> Self {
        Self(Arc::new(AtomicI64::new(START_S)))
    }

    pub fn at(time: DateTime<Utc>) -> Self {
        Self(Arc::new(AtomicI64::new(time.timestamp())))
    }

    pub fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0.load(Ordering::SeqCst), 0).unwrap()
    }

    pub fn advance_s(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }

    pub fn reader(&self) -> Arc<dyn Fn() -> DateTime<Utc> + Send + Sync> {
        let clock = self.clone();
        Arc::new(move || clock.now())
    }
}

pub struct World {
    pub clock: Clock,
    pub sandbox: sandbox_pay::Handle,
    pub gateway: SandboxGateway,
    pub http: reqwest::Client,
}

pub fn number(text: &str) -> DocumentNo {
    text.parse().unwrap()
}

pub fn yuan(minor: i64) -> Money {
    Money::new(minor, Currency::parse("CNY").unwrap()).unwrap()
}

/// The payment of this order, as it is asked about.
pub fn sent(order_no: &str) -> SentPayment {
    SentPayment {
        order_no: number(order_no),
        amount: yuan(12_800),
        expires_at: DateTime::from_timestamp(START_S + 900, 0).unwrap(),
        reference: None,
    }
}

pub fn limits() -> CallLimits {
    CallLimits {
        call: Duration::from_millis(400),
        ..CallLimits::default()
    }
}

pub fn client(url: &str, secret: &[u8], clock: &Clock) -> SandboxGateway {
    let settings = SandboxSettings {
        base_url: url.to_owned(),
        secret: secret.to_vec(),
        limits: limits(),
    };
    SandboxGateway::new(settings, clock.reader()).unwrap()
}

impl World {
    pub async fn new() -> Self {
        Self::start(Clock::new(), None).await
    }

    pub async fn with_journal(journal: PathBuf) -> Self {
        Self::start(Clock::new(), Some(journal)).await
    }

    async fn start(clock: Clock, journal: Option<PathBuf>) -> Self {
        let config = sandbox_pay::Config {
            listen: ([127, 0, 0, 1], 0).into(),
            public_url: None,
            secret: SECRET.to_vec(),
            journal,
            notify_after: vec![Duration::ZERO],
            clock: clock.reader(),
        };
        let sandbox = sandbox_pay::start(config).await.unwrap();
        Self {
            gateway: client(sandbox.url(), SECRET, &clock),
            http: reqwest::Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
            clock,
            sandbox,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.sandbox.url())
    }

    pub fn payment(&self, order_no: &str, minor: i64) -> NewPayment {
        NewPayment {
            order_no: number(order_no),
            amount: yuan(minor),
            expires_at: self.clock.now() + TimeDelta::minutes(15),
            // Nobody listens there; tests of notifications say where.
            notify_url: "http://127.0.0.1:1/notify".to_owned(),
        }
    }

    /// Creates a payment that must come into being.
    pub async fn created(&self, order_no: &str) -> String {
        match self.gateway.create(&self.payment(order_no, 12_800)).await {
            CreateAnswer::Created { url, .. } => url,
            other => panic!("{other:?}"),
        }
    }

    pub async fn query(&self, order_no: &str) -> GatewayAnswer {
        self.gateway.query(&sent(order_no)).await
    }

    pub async fn close(&self, order_no: &str) -> GatewayAnswer {
        self.gateway.close(&sent(order_no)).await
    }

    pub async fn switches(&self, order_no: &str, switches: Value) {
        let url = self.url(&format!("/admin/switches/{order_no}"));
        let answer = self.http.put(url).json(&switches).send().await.unwrap();
        assert_eq!(answer.status(), 204);
    }

    pub async fn all_switches_off(&self) {
        let url = self.url("/admin/switches");
        let answer = self.http.delete(url).send().await.unwrap();
        assert_eq!(answer.status(), 204);
    }

    /// The status of making the payer pay.
    pub async fn pay(&self, order_no: &str, how: Value) -> u16 {
        let url = self.url(&format!("/admin/payments/{order_no}/pay"));
        let answer = self.http.post(url).json(&how).send().await.unwrap();
        answer.status().as_u16()
    }

    pub async fn pay_now(&self, order_no: &str) {
        assert_eq!(self.pay(order_no, json!({})).await, 204);
    }
}

/// Waits for something that happens by itself, at most 10 s.
pub async fn until(mut holds: impl AsyncFnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
    while !holds().await {
        assert!(tokio::time::Instant::now() < deadline, "it never came");
        tokio::task::yield_now().await;
    }
}
