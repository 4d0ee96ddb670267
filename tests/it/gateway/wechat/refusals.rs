//! Every refusal of the manual, by status and code, and what it comes to.

use serde_json::{Value, json};
use stockdesk::gateway::{CloseAsked, PaymentGateway};

use super::keys::OTHER;
use super::script::Reply;
use super::world::{NOW_S, PUBLIC_KEY_ID, World, code};
use crate::gateway::world::sent;

/// Status, code, what a close makes of it, what a query makes of it.
const REFUSALS: &[(u16, &str, &str, &str)] = &[
    (400, "ORDER_CLOSED", "accepted", "unknown"),
    (400, "ORDERCLOSED", "accepted", "unknown"),
    (400, "ORDERPAID", "paid", "unknown"),
    (400, "ORDER_PAID", "paid", "unknown"),
    (403, "order_paid", "paid", "unknown"),
    (404, "ORDERNOTEXIST", "unknown", "not_created"),
    (404, "ORDER_NOT_EXIST", "unknown", "not_created"),
    (400, "USER_PAYING", "paying", "unknown"),
    (403, "TRADE_ERROR", "unknown", "unknown"),
    (400, "PARAM_ERROR", "refused", "refused"),
    (400, "INVALID_REQUEST", "refused", "refused"),
    (400, "MCH_NOT_EXISTS", "refused", "refused"),
    (400, "APPID_MCHID_NOT_MATCH", "refused", "refused"),
    (401, "SIGN_ERROR", "refused", "refused"),
    (403, "NO_AUTH", "refused", "refused"),
    (403, "NOAUTH", "refused", "refused"),
    (403, "ACCOUNT_ERROR", "refused", "refused"),
    (403, "OUT_TRADE_NO_USED", "refused", "refused"),
    (403, "NOT_ENOUGH", "refused", "refused"),
    (403, "RULE_LIMIT", "unknown", "unknown"),
    (403, "RULELIMIT", "unknown", "unknown"),
    (429, "FREQUENCY_LIMITED", "unknown", "unknown"),
    (429, "PARAM_ERROR", "unknown", "unknown"),
    (500, "SYSTEM_ERROR", "unknown", "unknown"),
    (500, "SYSTEMERROR", "unknown", "unknown"),
    (500, "OPENID_MISMATCH", "unknown", "unknown"),
    (500, "INVALID_TRANSACTIONID", "unknown", "unknown"),
    (500, "ORDER_CLOSED", "unknown", "unknown"),
    (502, "", "unknown", "unknown"),
    (503, "", "unknown", "unknown"),
    (504, "", "unknown", "unknown"),
    (400, "A_NEW_WORD", "unknown", "unknown"),
    (404, "", "unknown", "unknown"),
];

#[actix_web::test]
async fn refusals_mean_what_their_codes_say_signed_or_not() {
    let world = World::new([]).await;
    for (status, word, closing, querying) in REFUSALS {
        for reply in [Reply::signed, Reply::unsigned] {
            let reply = reply(*status, code(word));
            assert_eq!(
                world.close(reply.clone()).await,
                *closing,
                "{status} {word}"
            );
            assert_eq!(world.query(reply).await, *querying, "{status} {word}");
        }
        // A signature that is there has to be right, under a refusal too.
        let forged = Reply::unsigned(*status, code(word)).sign(&OTHER, PUBLIC_KEY_ID, NOW_S);
        assert_eq!(
            world.close(forged.clone()).await,
            "unknown",
            "{status} {word}"
        );
        assert_eq!(world.query(forged).await, "unknown", "{status} {word}");
    }
}

#[actix_web::test]
async fn only_204_is_a_success_of_a_close() {
    let world = World::new([]).await;
    for (status, body, word) in [
        (204, Value::Null, "accepted"),
        (202, code("USERPAYING"), "paying"),
        (202, code("USER_PAYING"), "paying"),
        (202, code("ORDER_CLOSED"), "unknown"),
        (202, json!({}), "unknown"),
        (200, json!({}), "unknown"),
        (200, code("USERPAYING"), "unknown"),
        (201, json!({}), "unknown"),
        (302, json!({}), "unknown"),
    ] {
        let body = match status {
            204 => String::new(),
            _ => body.to_string(),
        };
        assert_eq!(
            world.close(Reply::signed(status, &body)).await,
            word,
            "{status} {body}"
        );
        assert_eq!(
            world.close(Reply::unsigned(status, &body)).await,
            "unknown",
            "{status} {body}"
        );
        let forged = Reply::unsigned(status, &body).sign(&OTHER, PUBLIC_KEY_ID, NOW_S);
        assert_eq!(world.close(forged).await, "unknown", "{status} {body}");
    }
}

#[actix_web::test]
async fn the_request_number_speaks_when_the_code_does_not() {
    let world = World::new([]).await;
    for (number, word) in [
        ("268449538", "paid"),
        ("268498689", "paid"),
        ("268447914", "accepted"),
        ("268512771", "unknown"),
        ("268447843", "refused"),
        ("268449641", "refused"),
        ("268447840", "unknown"),
        ("268443699", "refused"),
        ("268435461", "refused"),
        ("268435464", "refused"),
        ("1", "unknown"),
    ] {
        let id = format!("08F7A1B2C305-{number}");
        let vague = Reply::signed(403, code("TRADE_ERROR")).with("Request-ID", &id);
        assert_eq!(world.close(vague).await, word, "{number}");
        let clear = Reply::signed(400, code("PARAM_ERROR")).with("Request-ID", &id);
        assert_eq!(world.close(clear).await, "refused", "{number}");
    }
    let reply = Reply::signed(403, code("NO_AUTH")).with("Request-ID", "08F7-268435461");
    let world = World::new([reply]).await;
    let asked = world.gateway.ask_to_close(&sent("SO-100001")).await;
    let expected = r#"answer 403 "NO_AUTH", request 08F7-268435461"#;
    assert_eq!(asked, CloseAsked::Refused(expected.to_owned()));
}
