//! Money that goes back through the sandbox: once, whatever gets lost.

use serde_json::json;
use stockdesk::domain::payment::{
    CreateAnswer, GatewayAnswer, NewRefund, Notification, RefundAnswer,
};
use stockdesk::gateway::{Headers, PaymentGateway};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use super::raw_http::Message;
use super::world::{World, yuan};

/// Pays `order_no`, and wants all of it back.
async fn paid(world: &World, order_no: &str) -> NewRefund {
    world.created(order_no).await;
    world.pay_now(order_no).await;
    let GatewayAnswer::Paid(payment) = world.query(order_no).await else {
        panic!("not paid");
    };
    NewRefund::whole(&payment, "Paid after the order was cancelled")
}

fn is_refunded(answer: &RefundAnswer) -> bool {
    matches!(answer, RefundAnswer::Refunded { .. })
}

#[actix_web::test]
async fn a_payment_goes_back_once_however_often_it_is_asked_for() {
    let world = World::new().await;
    let refund = paid(&world, "A1").await;
    assert_eq!(
        world.gateway.query_refund(&refund).await,
        RefundAnswer::NotFound
    );
    let first = world.gateway.refund(&refund).await;
    let RefundAnswer::Refunded { at, evidence } = &first else {
        panic!("{first:?}");
    };
    assert_eq!(*at, world.clock.now());
    assert_eq!(
        (evidence.gateway.as_str(), evidence.code.as_str()),
        ("sandbox", "REFUNDED")
    );
    world.clock.advance_s(60);
    for again in [
        world.gateway.refund(&refund).await,
        world.gateway.query_refund(&refund).await,
    ] {
        let RefundAnswer::Refunded { at: then, .. } = again else {
            panic!("{again:?}");
        };
        assert_eq!(then, *at);
    }
    // Nothing is left for another number.
    let mut second = refund.clone();
    second.refund_no.push('2');
    let refused = RefundAnswer::Refused("NOT_ENOUGH".to_owned());
    assert_eq!(world.gateway.refund(&second).await, refused);
    world.sandbox.stop().await;
}

#[actix_web::test]
async fn parts_go_back_up_to_the_whole() {
    let world = World::new().await;
    let mut refund = paid(&world, "A1").await;
    refund.amount = yuan(12_000);
    assert!(is_refunded(&world.gateway.refund(&refund).await));
    let mut other = refund.clone();
    other.amount = yuan(800);
    let different = RefundAnswer::Refused("DIFFERENT_CONTENT".to_owned());
    assert_eq!(world.gateway.refund(&other).await, different);
    other.refund_no = "LP2".to_owned();
    assert!(is_refunded(&world.gateway.refund(&other).await));
    world.sandbox.stop().await;
}

#[actix_web::test]
async fn a_refund_whose_answer_is_lost_is_the_same_one_when_asked_again() {
    let world = World::new().await;
    for fault in [
        "drop_connection",
        "bad_signature",
        "no_signature",
        "no_answer",
        "http_500",
    ] {
        let refund = paid(&world, fault).await;
        let switches = json!({fault: true, "on": ["refund"]});
        world.switches(fault, switches).await;
        let lost = world.gateway.refund(&refund).await;
        assert!(
            matches!(lost, RefundAnswer::Unknown(_)),
            "{fault}: {lost:?}"
        );
        let applied = !matches!(fault, "no_answer" | "http_500");
        let found = world.gateway.query_refund(&refund).await;
        assert_eq!(is_refunded(&found), applied, "{fault}: {found:?}");
        world.switches(fault, json!({})).await;
        assert!(is_refunded(&world.gateway.refund(&refund).await), "{fault}");
    }
    world.sandbox.stop().await;
}

#[actix_web::test]
async fn a_refund_may_take_its_time_or_fail() {
    let world = World::new().await;
    let refund = paid(&world, "A1").await;
    world.switches("A1", json!({"refund_waits": true})).await;
    for _ in 0..2 {
        let waits = world.gateway.refund(&refund).await;
        assert_eq!(waits, RefundAnswer::Processing);
    }
    let waits = world.gateway.query_refund(&refund).await;
    assert_eq!(waits, RefundAnswer::Processing);
    world.switches("A1", json!({})).await;
    assert!(is_refunded(&world.gateway.query_refund(&refund).await));

    let refund = paid(&world, "A2").await;
    world.switches("A2", json!({"refund_fails": true})).await;
    let failed = RefundAnswer::Failed("FAILED".to_owned());
    assert_eq!(world.gateway.refund(&refund).await, failed);
    // Final: the number stays failed, whatever changes.
    world.switches("A2", json!({})).await;
    assert_eq!(world.gateway.refund(&refund).await, failed);
    assert_eq!(world.gateway.query_refund(&refund).await, failed);
    world.sandbox.stop().await;
}

#[actix_web::test]
async fn refunds_outlive_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let journal = dir.path().join("sandbox-pay.jsonl");
    let world = World::with_journal(journal.clone()).await;
    let done = paid(&world, "done").await;
    let answer = world.gateway.refund(&done).await;
    assert!(is_refunded(&answer));
    let waits = paid(&world, "waits").await;
    world.switches("waits", json!({"refund_waits": true})).await;
    assert_eq!(world.gateway.refund(&waits).await, RefundAnswer::Processing);
    world.sandbox.stop().await;

    let world = World::with_journal(journal).await;
    assert_eq!(world.gateway.query_refund(&done).await, answer);
    assert!(is_refunded(&world.gateway.refund(&waits).await));
    world.sandbox.stop().await;
}

#[actix_web::test]
async fn what_was_never_paid_does_not_go_back() {
    let world = World::new().await;
    let refund = paid(&world, "A1").await;
    let mut strange = refund.clone();
    strange.transaction_id = "sbx00".to_owned();
    let unknown = RefundAnswer::Refused("TRANSACTION_NOT_EXIST".to_owned());
    assert_eq!(world.gateway.refund(&strange).await, unknown);
    let mut more = refund.clone();
    more.amount = yuan(12_801);
    assert!(matches!(
        world.gateway.refund(&more).await,
        RefundAnswer::Refused(_)
    ));
    let mut silent = refund;
    silent.reason.clear();
    assert!(matches!(
        world.gateway.refund(&silent).await,
        RefundAnswer::Refused(_)
    ));
    world.sandbox.stop().await;
}

#[actix_web::test]
async fn the_end_of_a_refund_is_notified_as_a_reason_to_ask() {
    let world = World::new().await;
    let shop = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut payment = world.payment("A1", 12_800);
    payment.notify_url = format!("http://{}/notify", shop.local_addr().unwrap());
    let created = world.gateway.create(&payment).await;
    assert!(matches!(created, CreateAnswer::Created { .. }));
    world.pay_now("A1").await;
    let GatewayAnswer::Paid(payment) = world.query("A1").await else {
        panic!("not paid");
    };
    let refund = NewRefund::whole(&payment, "late");
    assert!(is_refunded(&world.gateway.refund(&refund).await));
    let expected = Notification::Refund {
        order_no: Some(refund.order_no.clone()),
        refund_no: refund.refund_no.clone(),
    };
    // Two notifications, in whichever order: the payment's and the refund's.
    let mut read = Vec::new();
    for _ in 0..2 {
        let (mut stream, _) = shop.accept().await.unwrap();
        let message = Message::read(&mut stream).await.unwrap();
        let taken = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
        stream.write_all(taken).await.unwrap();
        let headers: Headers<'_> = message.headers().into_iter().collect();
        let now = world.clock.now();
        let verified = world
            .gateway
            .verify_notification(&headers, &message.body, now);
        read.push(verified.unwrap());
    }
    assert!(read.contains(&Notification::Paid(payment)), "{read:?}");
    assert!(read.contains(&expected), "{read:?}");
    world.sandbox.stop().await;
}
