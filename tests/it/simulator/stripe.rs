//! The simulated Stripe, and what our client makes of it.

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use stockdesk::domain::payment::{
    CreateAnswer, GatewayAnswer, NewPayment, NewRefund, Notification, RefundAnswer, SentPayment,
};
use stockdesk::gateway::{NotificationRefused, PaymentGateway, StripeGateway};

use super::Gateways;
use super::shop::{FAILED, Shop};
use crate::eventually::eventually;
use crate::gateway::raw_http::Message;
use crate::gateway::wechat::world::{answer_word, asked_word};
use crate::gateway::world::{number, yuan};

const NO: &str = "S-1001";

struct World {
    gateways: Gateways,
    client: StripeGateway,
    payment: NewPayment,
    sent: SentPayment,
}

impl World {
    async fn open() -> Self {
        let gateways = Gateways::start();
        let client = gateways.stripe_with(None);
        let payment = NewPayment {
            order_no: number(NO),
            amount: yuan(4_200),
            expires_at: Utc::now() + TimeDelta::minutes(15),
            notify_url: String::new(),
        };
        let sent = match client.create(&payment).await {
            CreateAnswer::Created { reference, .. } => payment.sent(reference),
            other => panic!("{other:?}"),
        };
        Self {
            gateways,
            client,
            payment,
            sent,
        }
    }

    fn number(&self) -> &str {
        self.sent.reference.as_deref().expect("Stripe has numbers")
    }

    async fn query(&self) -> &'static str {
        answer_word(&self.client.query(&self.sent).await)
    }

    async fn close(&self) -> &'static str {
        answer_word(&self.client.close(&self.sent).await)
    }

    async fn plan(&self, fault: impl Into<Value>) {
        self.gateways.plan("stripe", self.number(), fault).await;
    }

    /// By our own number of the order.
    async fn pay(&self) {
        assert_eq!(self.gateways.pay("stripe", NO, json!({})).await, 204);
    }

    fn verify(&self, message: &Message) -> Result<Notification, NotificationRefused> {
        let headers = message.headers().into_iter().collect();
        self.client
            .verify_notification(&headers, &message.body, Utc::now())
    }
}

#[tokio::test]
async fn fault_23_closing_what_is_paid_and_what_is_closed_is_refused_alike_and_told_apart() {
    let closed = World::open().await;
    assert_eq!(closed.query().await, "open");
    assert_eq!(closed.close().await, "closed");
    let paid = World::open().await;
    paid.pay().await;
    for world in [&closed, &paid] {
        assert_eq!(
            asked_word(&world.client.ask_to_close(&world.sent).await),
            "unknown"
        );
    }
    assert_eq!(closed.close().await, "closed");
    assert_eq!(paid.close().await, "paid");
}

#[tokio::test]
async fn fault_23_a_session_that_is_complete_and_not_paid_is_neither() {
    let shop = Shop::open().await;
    let world = World::open().await;
    world.gateways.stripe_webhook(&shop.notify_url).await;
    world.plan("unsettled").await;
    world.pay().await;
    eventually("it is paid", async || match world.close().await {
        "paid" => true,
        word => {
            assert_eq!(word, "paying");
            false
        }
    })
    .await;
    let heard = shop.after(2).await;
    let told: Vec<_> = heard.iter().map(|message| world.verify(message)).collect();
    assert!(
        told.contains(&Ok(Notification::Hint(number(NO)))),
        "{told:?}"
    );
    assert!(
        told.iter().any(|t| matches!(t, Ok(Notification::Paid(_)))),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_session_is_made_once_for_a_key_and_its_500_is_repeated_too() {
    let world = World::open().await;
    let again = world.client.create(&world.payment).await;
    let CreateAnswer::Created { reference, .. } = again else {
        panic!("{again:?}");
    };
    assert_eq!(reference, world.sent.reference);
    // A number that was lost with its answer is found by the key.
    let lost = world.payment.sent(None);
    assert_eq!(answer_word(&world.client.close(&lost).await), "closed");
    let other = NewPayment {
        order_no: number("S-1002"),
        ..world.payment.clone()
    };
    world.gateways.plan("stripe", "S-1002", "stored500").await;
    let answer = world.client.create(&other).await;
    assert!(matches!(answer, CreateAnswer::Unknown(_)), "{answer:?}");
    // It would be said for ever: the repeat goes on with another key, always the same way.
    let CreateAnswer::Created { reference, .. } = world.client.create(&other).await else {
        panic!("not created");
    };
    let again = world.client.create(&other).await;
    let CreateAnswer::Created {
        reference: found, ..
    } = again
    else {
        panic!("{again:?}");
    };
    assert_eq!(found, reference);
    assert_eq!(world.gateways.happened().await["stored500"], 1);
}

#[tokio::test]
async fn faults_of_a_close_prove_nothing() {
    for (fault, expected) in [
        (json!("close_without_effect"), "unknown"),
        (json!("pay_before_close"), "paid"),
        (json!("pay_during_close"), "paid"),
        (json!("user_paying"), "paying"),
        (json!("late_visible"), "unknown"),
        (json!({"fault": "http500", "on": "close"}), "unknown"),
        (json!({"fault": "silent", "on": "close"}), "unknown"),
        (json!({"fault": "corrupt_answer", "on": "query"}), "unknown"),
        (json!({"fault": "too_many", "on": "query"}), "unknown"),
    ] {
        let world = World::open().await;
        world.plan(fault.clone()).await;
        assert_eq!(world.close().await, expected, "{fault}");
    }
    let world = World::open().await;
    world
        .plan(json!({"fault": "lost_reply", "on": "close"}))
        .await;
    assert_eq!(world.close().await, "closed");
}

#[tokio::test]
async fn a_wrong_key_is_refused_and_events_are_signed() {
    let shop = Shop::open().await;
    let world = World::open().await;
    let stranger = world.gateways.stripe_with(Some("sk_test_of_somebody_else"));
    let answer = stranger.query(&world.sent).await;
    assert!(matches!(answer, GatewayAnswer::Refused(_)), "{answer:?}");
    assert!(world.gateways.refused("stripe_key").await > 0);
    world.gateways.stripe_webhook(&shop.notify_url).await;
    world.plan("probe").await;
    shop.says(FAILED);
    world.pay().await;
    let heard = shop.after(2).await;
    assert_eq!(
        world.verify(&heard[0]),
        Err(NotificationRefused::BadSignature)
    );
    let Ok(Notification::Paid(paid)) = world.verify(&heard[1]) else {
        panic!("{:?}", world.verify(&heard[1]));
    };
    assert_eq!((paid.amount, &paid.order_no), (yuan(4_200), &number(NO)));
    let GatewayAnswer::Paid(asked) = world.client.query(&world.sent).await else {
        panic!("it was paid");
    };
    assert_eq!(asked.transaction_id, paid.transaction_id);
}

/// A payment that is to go back.
async fn paid(world: &World) -> NewRefund {
    world.pay().await;
    match world.client.query(&world.sent).await {
        GatewayAnswer::Paid(paid) => NewRefund::whole(&paid, "late"),
        other => panic!("{other:?}"),
    }
}

/// Asks until the money is back, each time with these faults first; there is one refund then.
async fn goes_back_once(faults: &[Value]) {
    let world = World::open().await;
    let refund = paid(&world).await;
    for fault in faults {
        world.plan(fault.clone()).await;
    }
    eventually("the money is back", async || {
        match world.client.refund(&refund).await {
            RefundAnswer::Refunded { .. } => true,
            RefundAnswer::Unknown(_) | RefundAnswer::Processing => false,
            other => panic!("{faults:?}: {other:?}"),
        }
    })
    .await;
    let there = world.gateways.payment("stripe", NO).await;
    let refunds = there["refunds"].as_array().map(Vec::len);
    assert_eq!(refunds, Some(1), "{faults:?}");
    let happened = world.gateways.happened().await;
    for fault in faults {
        let name = fault["fault"].as_str().expect("a name");
        assert_eq!(happened[name], fault["times"], "{happened}");
    }
}

#[tokio::test]
async fn a_refund_whose_500_is_kept_is_made_once() {
    let on_refund =
        |fault: &str, times: u32| json!({"fault": fault, "on": "refund", "times": times});
    for faults in [
        vec![on_refund("stored500", 1)],
        vec![on_refund("stored500", 2)],
        vec![on_refund("stored500_done", 1)],
        vec![on_refund("stored500", 1), on_refund("stored500_done", 1)],
        vec![on_refund("stored500", 2), on_refund("lost_reply", 4)],
        vec![on_refund("stored500_done", 1), on_refund("lost_reply", 1)],
    ] {
        goes_back_once(&faults).await;
    }
}

#[tokio::test]
async fn a_refund_is_made_once_whatever_is_lost() {
    let world = World::open().await;
    let refund = paid(&world).await;
    assert_eq!(
        world.client.query_refund(&refund).await,
        RefundAnswer::NotFound
    );
    for fault in ["silent", "http500", "lost_reply"] {
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
    let there = world.gateways.payment("stripe", NO).await;
    assert_eq!(there["refunds"].as_array().map(Vec::len), Some(1));
}
