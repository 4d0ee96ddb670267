//! Notifications of the gateways, with nothing but their own signature.

use chrono::{TimeDelta, Utc};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use sqlx::Executor;
use stockdesk::domain::money::{Currency, Money};
use stockdesk::domain::payment::{CreateAnswer, NewPayment};
use stockdesk::domain::role::Scope;
use stockdesk::gateway::PaymentGateway;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;

use super::{Shop, assert_problem, pay, send};
use crate::gateway::raw_http::Message;
use crate::harness::browser::Answer;
use crate::harness::site::Site;
use crate::harness::world::{shop, unpaid_order};

/// The sandbox's genuine word that an order, placed just now, was paid.
async fn genuine(site: &Site, order_no: &str) -> Message {
    let post = unpaid_order(order_no, &[("A", 2)]);
    site.world.desk.post(post, shop()).await.expect("placed");
    let catcher = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let currency = Currency::parse("CNY").expect("a currency");
    let payment = NewPayment {
        order_no: order_no.parse().expect("a number"),
        amount: Money::new(12_800, currency).expect("an amount"),
        expires_at: Utc::now() + TimeDelta::minutes(15),
        notify_url: format!("http://{}/", catcher.local_addr().expect("an address")),
    };
    let cashier = &site.services().cashier;
    let gateway = cashier.gateways().get("sandbox").expect("a gateway");
    let created = gateway.create(&payment).await;
    assert!(matches!(created, CreateAnswer::Created { .. }));
    pay(site, order_no).await;
    let (mut stream, _) = catcher.accept().await.expect("a notification");
    let message = Message::read(&mut stream).await.expect("a request");
    let answer = b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n";
    stream.write_all(answer).await.expect("taken");
    message
}

async fn notify(site: &Site, gateway: &str, message: &Message, body: Vec<u8>) -> Answer {
    let url = format!("{}/api/v1/payments/{gateway}/notify", site.address);
    let client = Client::builder().no_proxy().build().expect("a client");
    let mut request = client.request(Method::POST, url).body(body);
    for (name, value) in message.headers() {
        if name.eq_ignore_ascii_case("sandbox-signature") {
            request = request.header(name, value);
        }
    }
    send(request).await
}

#[tokio::test]
async fn only_what_the_gateway_signed_is_taken_and_only_once_it_is_stored() {
    let site = Site::selling().await;
    site.world.stock("A", 10).await;
    let reader = Shop::new(&site, Scope::Read).await;
    let message = genuine(&site, "N1").await;
    let body = message.body.clone();
    let mut touched = body.clone();
    touched[10] ^= 1;
    let answer = notify(&site, "sandbox", &message, touched).await;
    assert_problem(&answer, 401, "unauthorized");
    let answer = notify(&site, "paypal", &message, body.clone()).await;
    assert_problem(&answer, 404, "not_found");
    let answer = notify(&site, "sandbox", &message, vec![b' '; 64 * 1024 + 1]).await;
    assert_problem(&answer, 413, "too_large");
    assert_eq!(reader.get("/orders/N1").await.json()["status"], "pending");

    let pool = site.world.desk.pool();
    pool.execute("RENAME TABLE payments TO away")
        .await
        .expect("renamed");
    let answer = notify(&site, "sandbox", &message, body.clone()).await;
    assert!(answer.status >= 500, "it is not stored: {}", answer.status);
    pool.execute("RENAME TABLE away TO payments")
        .await
        .expect("renamed");
    for _ in 0..2 {
        let answer = notify(&site, "sandbox", &message, body.clone()).await;
        assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    }
    let order: Value = reader.get("/orders/N1").await.json();
    assert_eq!(order["status"], "paid");
    assert_eq!(order["events"].as_array().map(Vec::len), Some(1), "{order}");
    assert_eq!(order["amount"], json!({"minor": 12_800, "currency": "CNY"}));
    site.world.assert_sound().await;
}
