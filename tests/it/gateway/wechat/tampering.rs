//! One byte is enough.

use stockdesk::domain::payment::{GatewayAnswer, Notification};
use stockdesk::gateway::{Headers, PaymentGateway};

use super::notifications::{genuine, notice, verify};
use super::script::Reply;
use super::vectors::{SIGNED_AT_S, SIGNED_NONCE, text, vector_gateway, vectors};
use super::world::{PUBLIC_KEY_ID, World, at, gateway, settings, transaction};
use crate::gateway::world::sent;

fn flip(text: &str, at: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] ^= 1;
    String::from_utf8(bytes).unwrap()
}

#[test]
fn flipping_any_bit_of_a_notification_made_elsewhere_is_noticed() {
    let vectors = vectors();
    let vector = &vectors["wx_notify"];
    let gateway = vector_gateway("http://127.0.0.1:9");
    let genuine = [
        ("Wechatpay-Timestamp", SIGNED_AT_S.to_string()),
        ("Wechatpay-Nonce", SIGNED_NONCE.to_owned()),
        ("Wechatpay-Serial", PUBLIC_KEY_ID.to_owned()),
        ("Wechatpay-Signature", text(&vector["signature"]).to_owned()),
    ];
    let genuine_body = text(&vector["body"]).as_bytes().to_vec();
    let read = |pairs: &[(&str, String)], body: &[u8]| {
        let headers: Headers<'_> = pairs
            .iter()
            .map(|(name, value)| (*name, &**value))
            .collect();
        gateway.verify_notification(&headers, body, at(SIGNED_AT_S))
    };
    let whole = read(&genuine, &genuine_body);
    assert!(matches!(whole, Ok(Notification::Paid(_))), "{whole:?}");
    for at in 0..genuine_body.len() {
        for bit in [0, 5] {
            let mut body = genuine_body.clone();
            body[at] ^= 1 << bit;
            assert!(read(&genuine, &body).is_err(), "body {at}");
        }
    }
    let mut shorter = genuine_body.clone();
    shorter.pop();
    assert!(read(&genuine, &shorter).is_err());
    let longer = [&genuine_body, b"\n".as_slice()].concat();
    assert!(read(&genuine, &longer).is_err());
    for header in 0..genuine.len() {
        for at in 0..genuine[header].1.len() {
            let mut pairs = genuine.clone();
            pairs[header].1 = flip(&pairs[header].1, at);
            assert!(read(&pairs, &genuine_body).is_err(), "{pairs:?}");
        }
    }
}

#[test]
fn flipping_any_byte_of_todays_notification_is_noticed() {
    let gateway = gateway(settings("http://127.0.0.1:9"));
    let body = notice("TRANSACTION.SUCCESS", &transaction("SUCCESS"));
    let headers = genuine(&body);
    assert!(verify(&gateway, &headers, &body).is_ok());
    for at in 0..body.len() {
        let mut body = body.clone();
        body[at] ^= 1;
        assert!(verify(&gateway, &headers, &body).is_err(), "body {at}");
    }
}

#[actix_web::test]
async fn flipping_any_byte_of_a_signed_answer_is_noticed() {
    let genuine = Reply::signed(200, transaction("CLOSED"));
    let world = World::new([genuine.clone()]).await;
    let payment = sent("SO-100001");
    let answer = world.gateway.query(&payment).await;
    assert!(matches!(answer, GatewayAnswer::Closed(_)), "{answer:?}");

    let refused = async |reply: Reply, what: String| {
        world.script.reply(reply);
        let answer = world.gateway.query(&payment).await;
        assert!(
            matches!(answer, GatewayAnswer::Unknown(_)),
            "{what}: {answer:?}"
        );
    };
    for at in 0..genuine.body.len() {
        let mut reply = genuine.clone();
        reply.body[at] ^= 1;
        refused(reply, format!("body {at}")).await;
    }
    for header in 0..genuine.headers.len() {
        for at in 0..genuine.headers[header].1.len() {
            let mut reply = genuine.clone();
            reply.headers[header].1 = flip(&reply.headers[header].1, at);
            refused(reply, format!("{} {at}", genuine.headers[header].0)).await;
        }
    }
}
