//! The simulated Alipay, and what our client makes of it.

use std::sync::Arc;

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use stockdesk::domain::payment::{
    CreateAnswer, GatewayAnswer, NewPayment, NewRefund, Notification, RefundAnswer, SentPayment,
};
use stockdesk::gateway::{AlipayGateway, NotificationRefused, PaymentGateway};

use super::Gateways;
use super::shop::{FAILED, Shop};
use crate::eventually::eventually;
use crate::gateway::raw_http::Message;
use crate::gateway::wechat::world::{answer_word, asked_word};
use crate::gateway::world::{number, yuan};

const NO: &str = "A_1001";

struct World {
    gateways: Gateways,
    client: AlipayGateway,
    sent: SentPayment,
}

impl World {
    /// A payment whose code nobody has scanned yet.
    async fn unseen(notify_url: &str) -> Self {
        let gateways = Gateways::start();
        let client = gateways.alipay_at(Arc::new(Utc::now));
        let payment = NewPayment {
            order_no: number(NO),
            amount: yuan(12_805),
            expires_at: Utc::now() + TimeDelta::minutes(15),
            notify_url: notify_url.to_owned(),
        };
        let created = client.create(&payment).await;
        assert!(
            matches!(created, CreateAnswer::Created { .. }),
            "{created:?}"
        );
        let sent = payment.sent(None);
        Self {
            gateways,
            client,
            sent,
        }
    }

    async fn open() -> Self {
        Self::open_for("http://127.0.0.1:1/notify").await
    }

    async fn open_for(notify_url: &str) -> Self {
        let world = Self::unseen(notify_url).await;
        assert_eq!(world.gateways.player().scan("alipay", NO).await, 204);
        world
    }

    async fn query(&self) -> &'static str {
        answer_word(&self.client.query(&self.sent).await)
    }

    async fn ask_to_close(&self) -> &'static str {
        asked_word(&self.client.ask_to_close(&self.sent).await)
    }

    async fn close(&self) -> &'static str {
        answer_word(&self.client.close(&self.sent).await)
    }

    async fn pay(&self, how: Value) -> u16 {
        self.gateways.pay("alipay", NO, how).await
    }

    async fn plan(&self, fault: impl Into<Value>) {
        self.gateways.plan("alipay", NO, fault).await;
    }

    fn verify(&self, message: &Message) -> Result<Notification, NotificationRefused> {
        let headers = message.headers().into_iter().collect();
        self.client
            .verify_notification(&headers, &message.body, Utc::now())
    }
}

#[tokio::test]
async fn without_faults_a_payment_is_scanned_paid_and_closed_as_in_the_manual() {
    let world = World::open().await;
    assert_eq!(world.query().await, "open");
    assert_eq!(world.close().await, "closed");
    assert_eq!(world.pay(json!({})).await, 409);
    let world = World::open().await;
    assert_eq!(world.pay(json!({})).await, 204);
    let answer = world.client.close(&world.sent).await;
    let GatewayAnswer::Paid(paid) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!((paid.amount, &paid.order_no), (yuan(12_805), &number(NO)));
    assert_eq!(world.gateways.state().await["refused"], json!({}));
}

#[tokio::test]
async fn a_request_with_a_wrong_clock_is_refused() {
    let world = World::open().await;
    let late = Arc::new(|| Utc::now() - TimeDelta::minutes(16));
    let answer = world.gateways.alipay_at(late).query(&world.sent).await;
    assert!(matches!(answer, GatewayAnswer::Refused(_)), "{answer:?}");
    assert_eq!(world.gateways.refused("isv.invalid-timestamp").await, 1);
}

#[tokio::test]
async fn fault_22_there_is_no_trade_before_its_code_is_scanned_and_it_is_paid_after_a_close() {
    let world = World::unseen("http://127.0.0.1:1/notify").await;
    assert_eq!(world.query().await, "not_created");
    assert_eq!(world.ask_to_close().await, "unknown");
    assert_ne!(world.close().await, "closed");
    // The code is still good.
    assert_eq!(world.gateways.player().scan("alipay", NO).await, 204);
    assert_eq!(world.pay(json!({})).await, 204);
    assert_eq!(world.close().await, "paid");
}

#[tokio::test]
async fn faults_of_a_close_prove_nothing() {
    let effects: [(Value, &[&str]); 9] = [
        (json!("close_without_effect"), &["unknown"]),
        (json!("pay_before_close"), &["paid"]),
        (json!("pay_during_close"), &["paid"]),
        (json!("user_paying"), &["unknown", "open", "paid"]),
        (json!("late_visible"), &["unknown"]),
        (json!({"fault": "silent", "on": "close"}), &["unknown"]),
        (json!({"fault": "http500", "on": "close"}), &["unknown"]),
        (json!({"fault": "too_many", "on": "query"}), &["unknown"]),
        (json!({"fault": "unsigned", "on": "query"}), &["unknown"]),
    ];
    for (fault, expected) in effects {
        let world = World::open().await;
        world.plan(fault.clone()).await;
        let word = world.close().await;
        assert!(expected.contains(&word), "{fault}: {word}");
    }
    for fault in ["unsigned", "wrong_key", "corrupt_answer", "lost_reply"] {
        let world = World::open().await;
        world.plan(json!({"fault": fault, "on": "close"})).await;
        assert_eq!(world.ask_to_close().await, "unknown", "{fault}");
        assert_eq!(world.close().await, "closed", "{fault}");
    }
}

#[tokio::test]
async fn notices_are_told_until_the_seven_letters_come_back() {
    let shop = Shop::open().await;
    let world = World::open_for(&shop.notify_url).await;
    world.plan("probe").await;
    shop.says(super::shop::Says(std::time::Duration::ZERO, 200, "SUCCESS"));
    assert_eq!(world.pay(json!({})).await, 204);
    let heard = shop.after(2).await;
    assert_eq!(
        world.verify(&heard[0]),
        Err(NotificationRefused::BadSignature)
    );
    let Ok(Notification::Paid(paid)) = world.verify(&heard[1]) else {
        panic!("{:?}", world.verify(&heard[1]));
    };
    assert_eq!(paid.amount, yuan(12_805));
    shop.says(super::shop::HEARD);
    eventually("it was heard", async || {
        world.gateways.state().await["notices_waiting"] == 0
    })
    .await;
    let count = shop.heard().len();
    assert!(count > 2, "{count}");
}

#[tokio::test]
async fn another_apps_notice_is_nobodys_payment_here() {
    let shop = Shop::open().await;
    let world = World::open_for(&shop.notify_url).await;
    for fault in ["wrong_merchant", "wrong_app"] {
        world.plan(fault).await;
    }
    shop.says(FAILED);
    world.pay(json!({})).await;
    for message in &shop.after(2).await[..2] {
        match world.verify(message) {
            Ok(Notification::Paid(strange)) => assert_ne!(strange.gateway, "alipay"),
            other => assert!(other.is_err(), "{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_refund_is_made_once_whatever_is_lost() {
    let world = World::open().await;
    world.pay(json!({})).await;
    let GatewayAnswer::Paid(paid) = world.client.query(&world.sent).await else {
        panic!("it was paid");
    };
    let refund = NewRefund::whole(&paid, "late");
    assert_eq!(
        world.client.query_refund(&refund).await,
        RefundAnswer::NotFound
    );
    for fault in ["lost_reply", "silent", "unsigned"] {
        world.plan(json!({"fault": fault, "on": "refund"})).await;
        let answer = world.client.refund(&refund).await;
        assert!(
            matches!(answer, RefundAnswer::Unknown(_)),
            "{fault}: {answer:?}"
        );
    }
    eventually("the money is back", async || {
        matches!(
            world.client.refund(&refund).await,
            RefundAnswer::Refunded { .. }
        )
    })
    .await;
    let there = world.gateways.payment("alipay", NO).await;
    assert_eq!(there["refunds"].as_array().map(Vec::len), Some(1));
    // All of it went back: "closed" with a time of payment is not "never paid".
    assert_ne!(world.query().await, "closed");
}
