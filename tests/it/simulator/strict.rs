//! The simulated WeChat Pay believes only the merchant, now, and once; and signs all it says.

use std::sync::Arc;

use chrono::{TimeDelta, Utc};
use stockdesk::domain::payment::GatewayAnswer;
use stockdesk::gateway::PaymentGateway;
use tokio::net::{TcpListener, TcpStream};

use super::Gateways;
use super::wechat_pay::{NO, open};
use crate::gateway::raw_http::Message;
use crate::gateway::wechat::keys::MERCHANT;
use crate::gateway::world::sent;

#[tokio::test]
async fn a_request_signed_with_another_key_or_with_a_wrong_clock_is_refused() {
    let gateways = Gateways::start();
    let shifted = |seconds| {
        let clock = Arc::new(move || Utc::now() + TimeDelta::seconds(seconds));
        gateways.wechat_pay_with(|_| {}, clock)
    };
    let stranger = gateways.wechat_pay_with(
        |settings| settings.private_key_pem = MERCHANT.private_pem(),
        Arc::new(Utc::now),
    );
    let other_serial = gateways.wechat_pay_with(
        |settings| settings.certificate_serial = "5ABCDEF0".to_owned(),
        Arc::new(Utc::now),
    );
    for (client, why) in [
        (shifted(-310), "skew"),
        (shifted(310), "skew"),
        (stranger, "signature"),
        (other_serial, "merchant_or_serial"),
    ] {
        let before = gateways.refused(why).await;
        let answer = client.query(&sent(NO)).await;
        assert!(
            matches!(&answer, GatewayAnswer::Refused(_)),
            "{why}: {answer:?}"
        );
        assert_eq!(gateways.refused(why).await, before + 1, "{why}");
    }
}

/// What our client sends when it asks for a payment to be closed.
async fn overheard(gateways: &Gateways) -> Message {
    let middle = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", middle.local_addr().expect("an address"));
    let client = gateways.wechat_pay_with(|s| s.base_url = url, Arc::new(Utc::now));
    let payment = sent(NO);
    let listen = async {
        let (mut stream, _) = middle.accept().await.expect("our client");
        Message::read(&mut stream).await.expect("a request")
    };
    let (_, mut request) = tokio::join!(client.ask_to_close(&payment), listen);
    request.head = request
        .head
        .replacen("\r\n", "\r\nconnection: close\r\n", 1);
    request
}

async fn send(gateways: &Gateways, request: &Message) -> Message {
    let address = gateways.url.strip_prefix("http://").expect("an address");
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    request.write(&mut stream).await;
    Message::read(&mut stream).await.expect("an answer")
}

fn status(answer: &Message) -> &str {
    answer.head.split(' ').nth(1).expect("a status")
}

#[tokio::test]
async fn a_request_is_served_once_and_its_empty_answer_is_signed() {
    let (gateways, _) = open().await;
    let request = overheard(&gateways).await;
    let first = send(&gateways, &request).await;
    assert_eq!(status(&first), "204");
    for name in ["timestamp", "nonce", "signature", "serial"] {
        assert!(
            first.header(&format!("wechatpay-{name}")).is_some(),
            "{name}"
        );
    }
    let again = send(&gateways, &request).await;
    assert_eq!(status(&again), "401");
    assert_eq!(gateways.refused("nonce_used").await, 1);
}

#[tokio::test]
async fn a_request_that_was_changed_on_its_way_is_refused() {
    let (gateways, _) = open().await;
    let request = overheard(&gateways).await;
    let changes: [(&str, &str, &str); 4] = [
        ("SO-100001", "SO-100002", "signature"),
        ("timestamp=\"1", "timestamp=\"2", "signature"),
        ("authorization:", "x-authorization:", "authorization"),
        ("accept: application/json", "accept: text/html", "accept"),
    ];
    for (from, to, why) in changes {
        let mut changed = request.clone();
        assert!(changed.head.contains(from), "{}", changed.head);
        changed.head = changed.head.replacen(from, to, 1);
        assert_eq!(status(&send(&gateways, &changed).await), "401", "{why}");
        assert!(gateways.refused(why).await > 0, "{why}");
    }
    let mut changed = request.clone();
    changed.body[1] ^= 1;
    assert_eq!(status(&send(&gateways, &changed).await), "401");
    assert_eq!(status(&send(&gateways, &request).await), "204");
}
