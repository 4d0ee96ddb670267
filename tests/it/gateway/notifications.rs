//! The gateway's word that money arrived: sent until it is taken, believed if it is signed.

use serde_json::json;
use stockdesk::domain::payment::{CreateAnswer, GatewayAnswer, Notification};
use stockdesk::gateway::{Headers, NotificationRefused, PaymentGateway};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use super::raw_http::Message;
use super::world::{World, yuan};

/// A shop that answers each notification with the next of some statuses.
struct Shop {
    listener: TcpListener,
}

impl Shop {
    async fn open() -> Self {
        Self {
            listener: TcpListener::bind("127.0.0.1:0").await.unwrap(),
        }
    }

    fn notify_url(&self) -> String {
        let addr = self.listener.local_addr().unwrap();
        format!("http://{addr}/api/v1/payments/sandbox/notify")
    }

    async fn receive(&self, status: &str) -> Message {
        let (mut stream, _) = self.listener.accept().await.unwrap();
        let notification = Message::read(&mut stream).await.unwrap();
        let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        stream.write_all(answer.as_bytes()).await.unwrap();
        notification
    }
}

async fn paid_with_shop(world: &World, shop: &Shop) {
    let mut payment = world.payment("A1", 12_800);
    payment.notify_url = shop.notify_url();
    let created = world.gateway.create(&payment).await;
    assert!(matches!(created, CreateAnswer::Created { .. }));
    world.pay_now("A1").await;
}

fn verify(world: &World, message: &Message) -> Result<Notification, NotificationRefused> {
    let headers: Headers<'_> = message.headers().into_iter().collect();
    let now = world.clock.now();
    world
        .gateway
        .verify_notification(&headers, &message.body, now)
}

#[actix_web::test]
async fn a_notification_comes_again_until_it_is_taken() {
    let world = World::new().await;
    let shop = Shop::open().await;
    paid_with_shop(&world, &shop).await;
    let first = shop.receive("500 Internal Server Error").await;
    let second = shop.receive("302 Found").await;
    let third = shop.receive("204 No Content").await;
    let GatewayAnswer::Paid(paid) = world.query("A1").await else {
        panic!("not paid");
    };
    assert_eq!(paid.amount, yuan(12_800));
    for message in [first, second, third] {
        assert_eq!(
            verify(&world, &message),
            Ok(Notification::Paid(paid.clone()))
        );
    }
    super::world::until(async || {
        let page = world.http.get(world.url("/pay/A1")).send().await.unwrap();
        page.text()
            .await
            .unwrap()
            .contains("Notification taken, tries: (3)")
    })
    .await;
    world.sandbox.stop().await;
}

#[actix_web::test]
async fn a_notification_that_was_touched_or_is_old_is_not_believed() {
    let world = World::new().await;
    let shop = Shop::open().await;
    paid_with_shop(&world, &shop).await;
    let genuine = shop.receive("204 No Content").await;
    assert!(verify(&world, &genuine).is_ok());

    for at in 0..genuine.body.len() {
        let mut touched = genuine.clone();
        touched.body[at] ^= 1;
        let refused = Err(NotificationRefused::BadSignature);
        assert_eq!(verify(&world, &touched), refused, "byte {at}");
    }
    let mut unsigned = genuine.clone();
    unsigned.head = unsigned.head.replace("sandbox-signature", "x-other");
    assert_eq!(
        verify(&world, &unsigned),
        Err(NotificationRefused::Unsigned)
    );
    // Twice the same header: which of them would be the one that somebody checked?
    let mut doubled = genuine.clone();
    let line = format!("\r\nSandbox-Signature: {}\r\n", "t=1,n=1,v1=1");
    doubled.head = doubled.head.replacen("\r\n", &line, 1);
    assert_eq!(verify(&world, &doubled), Err(NotificationRefused::Unsigned));
    world.clock.advance_s(301);
    assert_eq!(verify(&world, &genuine), Err(NotificationRefused::Stale));
    world.sandbox.stop().await;
}

#[actix_web::test]
async fn money_that_should_not_have_come_is_notified_as_what_it_is() {
    let world = World::new().await;
    let shop = Shop::open().await;
    let mut payment = world.payment("A1", 12_800);
    payment.notify_url = shop.notify_url();
    world.gateway.create(&payment).await;
    assert!(matches!(world.close("A1").await, GatewayAnswer::Closed(_)));
    // Late, and of another amount.
    let force = json!({"force": true, "amount_minor": 1});
    assert_eq!(world.pay("A1", force).await, 204);
    let message = shop.receive("204 No Content").await;
    let Ok(Notification::Paid(late)) = verify(&world, &message) else {
        panic!("not believed");
    };
    assert_eq!(late.amount, yuan(1));
    // And once more.
    assert_eq!(world.pay("A1", json!({"force": true})).await, 204);
    let message = shop.receive("204 No Content").await;
    let Ok(Notification::Paid(again)) = verify(&world, &message) else {
        panic!("not believed");
    };
    assert_ne!(late.transaction_id, again.transaction_id);
    world.sandbox.stop().await;
}
