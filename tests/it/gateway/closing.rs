//! Close, then confirm: when "closed" may be believed.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use serde_json::json;
use std::sync::Mutex;
use stockdesk::domain::order::Evidence;
use stockdesk::domain::payment::{
    CreateAnswer, GatewayAnswer, NewPayment, NewRefund, Notification, RefundAnswer, SentPayment,
};
use stockdesk::gateway::{CloseAsked, Headers, NotificationRefused, PaymentGateway};

use super::world::{World, sent};

#[actix_web::test]
async fn a_confirmed_close_is_evidence_and_ends_the_payment() {
    let world = World::new().await;
    world.created("A1").await;
    let GatewayAnswer::Closed(evidence) = world.close("A1").await else {
        panic!("not closed");
    };
    assert_eq!(
        (evidence.gateway.as_str(), evidence.code.as_str()),
        ("sandbox", "CLOSED")
    );
    assert_eq!(evidence.answered_at, world.clock.now());
    assert!(evidence.digest.len() == 64 && evidence.digest.bytes().all(|b| b.is_ascii_hexdigit()));
    // Closed stays closed, and cannot be paid, nor created again.
    assert!(matches!(world.close("A1").await, GatewayAnswer::Closed(_)));
    assert_eq!(world.pay("A1", json!({})).await, 409);
    let again = world.gateway.create(&world.payment("A1", 12_800)).await;
    assert_eq!(again, CreateAnswer::Refused("ORDER_CLOSED".to_owned()));
    world.sandbox.stop().await;
}

#[actix_web::test]
async fn closing_an_unknown_number_keeps_it_from_ever_being_created() {
    let world = World::new().await;
    assert!(matches!(world.close("A1").await, GatewayAnswer::Closed(_)));
    let late = world.gateway.create(&world.payment("A1", 12_800)).await;
    assert_eq!(late, CreateAnswer::Refused("ORDER_CLOSED".to_owned()));
    world.sandbox.stop().await;
}

#[actix_web::test]
async fn a_paid_payment_cannot_be_closed() {
    let world = World::new().await;
    world.created("A1").await;
    world.pay_now("A1").await;
    assert_eq!(
        world.gateway.ask_to_close(&sent("A1")).await,
        CloseAsked::AlreadyPaid
    );
    assert!(matches!(world.close("A1").await, GatewayAnswer::Paid(_)));
    world.sandbox.stop().await;
}

/// A gateway that says what the test tells it to, for the contradictions that a sane one never
/// utters.
struct Scripted {
    queries: Mutex<Vec<GatewayAnswer>>,
    asked: CloseAsked,
}

#[async_trait]
impl PaymentGateway for Scripted {
    fn name(&self) -> &str {
        "scripted"
    }

    async fn create(&self, _: &NewPayment) -> CreateAnswer {
        unreachable!("nothing is created here")
    }

    async fn query(&self, _: &SentPayment) -> GatewayAnswer {
        self.queries.lock().unwrap().remove(0)
    }

    async fn ask_to_close(&self, _: &SentPayment) -> CloseAsked {
        self.asked.clone()
    }

    async fn refund(&self, _: &NewRefund) -> RefundAnswer {
        unreachable!("nothing is given back here")
    }

    async fn query_refund(&self, _: &NewRefund) -> RefundAnswer {
        unreachable!("nothing is given back here")
    }

    fn verify_notification(
        &self,
        _: &Headers<'_>,
        _: &[u8],
        _: DateTime<Utc>,
    ) -> Result<Notification, NotificationRefused> {
        Err(NotificationRefused::Unsigned)
    }
}

#[actix_web::test]
async fn whatever_a_close_answers_only_the_query_after_it_counts() {
    use GatewayAnswer::{InProgress, NotCreated, Open};
    let closed = GatewayAnswer::Closed(Evidence {
        gateway: "scripted".to_owned(),
        code: "CLOSED".to_owned(),
        answered_at: DateTime::UNIX_EPOCH,
        digest: "0".repeat(64),
    });
    let unknown = || GatewayAnswer::Unknown("?".to_owned());
    let every_answer = [
        CloseAsked::Accepted,
        CloseAsked::AlreadyPaid,
        CloseAsked::InProgress,
        CloseAsked::Refused("PARAM_ERROR".to_owned()),
        CloseAsked::Unknown("?".to_owned()),
    ];
    for asked in every_answer {
        for before in [Open, InProgress, NotCreated] {
            for after in [Open, InProgress, NotCreated, unknown(), closed.clone()] {
                let gateway = Scripted {
                    queries: Mutex::new(vec![before.clone(), after.clone()]),
                    asked: asked.clone(),
                };
                let answer = gateway.close(&sent("A1")).await;
                let proved = matches!(answer, GatewayAnswer::Closed(_));
                assert_eq!(proved, after == closed, "{asked:?} {before:?} {after:?}");
                // Nor does a close ever end in "open": somebody must come back to it. That the
                // gateway knows no such payment is for our own record to judge.
                let unknown_there = answer == NotCreated && after == NotCreated;
                assert!(
                    unknown_there || !matches!(answer, Open | NotCreated),
                    "{asked:?} {before:?} {after:?}: {answer:?}"
                );
            }
        }
    }
}
