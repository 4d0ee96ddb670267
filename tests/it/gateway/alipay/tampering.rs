//! One byte is enough.

use stockdesk::domain::payment::{GatewayAnswer, Notification};
use stockdesk::gateway::PaymentGateway;

use super::notifications::{USUAL, Way, notice, read, signed as signed_notice};
use super::world::{World, sent, signed, trade};
use crate::gateway::wechat::keys::PLATFORM;

#[test]
fn changing_any_byte_of_a_notification_is_noticed() {
    let all = Way {
        with_type: true,
        with_empty: true,
    };
    for way in [USUAL, all] {
        let body = signed_notice(&PLATFORM, notice(&[("passback_params", "x")]), way);
        let genuine = read(&body);
        assert!(matches!(genuine, Ok(Notification::Paid(_))), "{genuine:?}");
        for at in 0..body.len() {
            for bit in [0, 4] {
                let mut touched = body.clone();
                touched[at] ^= 1 << bit;
                let refused = read(&touched);
                // Only what is written in another way and means the same may pass.
                assert!(
                    refused.is_err() || means_the_same(&body, &touched),
                    "byte {at}"
                );
            }
        }
    }
}

/// The same fields with the same values: `%2f` for `%2F`, a space for a `+`; or another name of
/// `sign_type`, which is not always signed, or of a field without a value, which says nothing.
fn means_the_same(one: &[u8], other: &[u8]) -> bool {
    let fields = |body: &[u8]| {
        let mut pairs: Vec<(String, String)> = serde_html_form::from_bytes(body).unwrap();
        pairs.retain(|(name, value)| name != "sign_type" && !value.is_empty());
        pairs.sort();
        pairs
    };
    fields(one) == fields(other)
}

#[actix_web::test]
async fn changing_any_byte_of_a_signed_answer_is_noticed() {
    let world = World::new().await;
    let body = signed("alipay.trade.query", &trade("TRADE_CLOSED").to_string());
    world.script.reply(200, body.clone());
    let answer = world.gateway.query(&sent()).await;
    assert!(matches!(answer, GatewayAnswer::Closed(_)), "{answer:?}");
    for at in 0..body.len() {
        let mut touched = body.clone().into_bytes();
        touched[at] ^= 1;
        world.script.reply(200, touched);
        let answer = world.gateway.query(&sent()).await;
        assert!(
            matches!(answer, GatewayAnswer::Unknown(_)),
            "byte {at}: {answer:?}"
        );
    }
}
