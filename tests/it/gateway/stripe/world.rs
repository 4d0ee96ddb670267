//! An account, its client, and the objects that the script answers with.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use stockdesk::domain::money::{Currency, Money};
use stockdesk::domain::payment::{NewPayment, SentPayment};
use stockdesk::gateway::{CallLimits, StripeGateway, StripeSettings};

use crate::gateway::scripted::Scripted;
use crate::gateway::world::{Clock, number};

pub const NOW_S: i64 = 1_800_000_000;
pub const SESSION: &str = "cs_test_a1YS1URlnyQCN5fUUduORoQ7Pw41PJqDWkIVQCpJPqkfIhd6tVY8XB1OLY";
pub const INTENT: &str = "pi_3MtwBwLkdIwHu7ix28a3tqPa";
pub const WEBHOOK_SECRET: &str = "whsec_test_secret";

pub fn settings(base_url: &str) -> StripeSettings {
    StripeSettings {
        name: "stripe".to_owned(),
        base_url: base_url.to_owned(),
        secret_key: "sk_test_1".to_owned(),
        webhook_secret: WEBHOOK_SECRET.to_owned(),
        success_url: "https://shop.example/thanks".to_owned(),
        title: "Shop".to_owned(),
        limits: CallLimits::default(),
    }
}

pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(NOW_S, 0).unwrap()
}

pub struct World {
    pub script: Scripted,
    pub clock: Clock,
    pub gateway: StripeGateway,
}

impl World {
    pub async fn new() -> Self {
        let script = Scripted::new().await;
        let clock = Clock::at(now());
        let gateway = StripeGateway::new(settings(&script.url), clock.reader()).unwrap();
        Self {
            script,
            clock,
            gateway,
        }
    }

    pub fn reply(&self, status: u16, body: &Value) {
        self.script.reply(status, body.to_string());
    }
}

pub fn money(minor: i64, currency: &str) -> Money {
    Money::new(minor, Currency::parse(currency).unwrap()).unwrap()
}

/// The order `SO-1` of 10.99 dollars.
pub fn payment() -> NewPayment {
    NewPayment {
        order_no: number("SO-1"),
        amount: money(1_099, "USD"),
        expires_at: now() + TimeDelta::minutes(15),
        notify_url: "https://shop.example/api/v1/payments/stripe/notify".to_owned(),
    }
}

pub fn sent() -> SentPayment {
    payment().sent(Some(SESSION.to_owned()))
}

pub fn session(status: &str, payment_status: &str, intent: Value) -> Value {
    json!({
        "id": SESSION, "object": "checkout.session", "client_reference_id": "SO-1",
        "status": status, "payment_status": payment_status, "amount_total": 1_099,
        "currency": "usd", "payment_intent": intent, "metadata": {"stockdesk_order": "SO-1"},
        "url": (status == "open").then_some("https://checkout.stripe.com/c/pay/cs_test_a1#x"),
    })
}

pub fn intent(status: &str) -> Value {
    json!({"id": INTENT, "object": "payment_intent", "status": status, "amount": 1_099,
        "amount_received": 1_099, "currency": "usd", "metadata": {"stockdesk_order": "SO-1"}})
}

pub fn error(code: &str) -> Value {
    json!({"error": {"type": "invalid_request_error", "code": code, "message": "No."}})
}
