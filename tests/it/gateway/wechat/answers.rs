//! Every status and code of the manual, and what it comes to.

use serde_json::{Value, json};
use stockdesk::domain::payment::GatewayAnswer;
use stockdesk::gateway::{CloseAsked, PaymentGateway};

use super::keys::{OTHER, PLATFORM};
use super::script::Reply;
use super::world::{NOW_S, PUBLIC_KEY_ID, World, code, transaction};
use crate::gateway::world::number;

/// The word for an answer, without what it says for the log.
fn asked_word(asked: &CloseAsked) -> &'static str {
    match asked {
        CloseAsked::Accepted => "accepted",
        CloseAsked::AlreadyPaid => "paid",
        CloseAsked::InProgress => "paying",
        CloseAsked::Refused(_) => "refused",
        CloseAsked::Unknown(_) => "unknown",
    }
}

fn answer_word(answer: &GatewayAnswer) -> &'static str {
    match answer {
        GatewayAnswer::Closed(_) => "closed",
        GatewayAnswer::Paid(_) => "paid",
        GatewayAnswer::Open => "open",
        GatewayAnswer::InProgress => "paying",
        GatewayAnswer::NotCreated => "not_created",
        GatewayAnswer::Refused(_) => "refused",
        GatewayAnswer::Unknown(_) => "unknown",
    }
}

async fn close(reply: Reply) -> &'static str {
    let world = World::new([reply]).await;
    let asked = world.gateway.ask_to_close(&number("SO-100001")).await;
    assert_eq!(world.script.lines().len(), 1);
    asked_word(&asked)
}

async fn query(reply: Reply) -> &'static str {
    let world = World::new([reply]).await;
    let answer = world.gateway.query(&number("SO-100001")).await;
    let path = "GET /v3/pay/transactions/out-trade-no/SO-100001?mchid=1230000109";
    assert_eq!(world.script.lines(), [path]);
    answer_word(&answer)
}

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
    for (status, word, closing, querying) in REFUSALS {
        for reply in [Reply::signed, Reply::unsigned] {
            let reply = reply(*status, code(word));
            assert_eq!(close(reply.clone()).await, *closing, "{status} {word}");
            assert_eq!(query(reply).await, *querying, "{status} {word}");
        }
        // A signature that is there has to be right, under a refusal too.
        let forged = Reply::unsigned(*status, code(word)).sign(&OTHER, PUBLIC_KEY_ID, NOW_S);
        assert_eq!(close(forged.clone()).await, "unknown", "{status} {word}");
        assert_eq!(query(forged).await, "unknown", "{status} {word}");
    }
}

#[actix_web::test]
async fn only_204_is_a_success_of_a_close() {
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
            close(Reply::signed(status, &body)).await,
            word,
            "{status} {body}"
        );
        assert_eq!(
            close(Reply::unsigned(status, &body)).await,
            "unknown",
            "{status} {body}"
        );
        let forged = Reply::unsigned(status, &body).sign(&OTHER, PUBLIC_KEY_ID, NOW_S);
        assert_eq!(close(forged).await, "unknown", "{status} {body}");
    }
}

#[actix_web::test]
async fn the_request_number_speaks_when_the_code_does_not() {
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
        assert_eq!(close(vague).await, word, "{number}");
        let clear = Reply::signed(400, code("PARAM_ERROR")).with("Request-ID", &id);
        assert_eq!(close(clear).await, "refused", "{number}");
    }
    let reply = Reply::signed(403, code("NO_AUTH")).with("Request-ID", "08F7-268435461");
    let world = World::new([reply]).await;
    let asked = world.gateway.ask_to_close(&number("SO-100001")).await;
    let expected = r#"answer 403 "NO_AUTH", request 08F7-268435461"#;
    assert_eq!(asked, CloseAsked::Refused(expected.to_owned()));
}

#[actix_web::test]
async fn states_of_a_payment_as_the_query_tells_them() {
    for (state, word) in [
        ("SUCCESS", "paid"),
        ("REFUND", "paid"),
        ("CLOSED", "closed"),
        ("REVOKED", "closed"),
        ("NOTPAY", "open"),
        ("USERPAYING", "paying"),
        ("ACCEPT", "paying"),
        ("PAYERROR", "unknown"),
        ("SOMETHING_NEW", "unknown"),
        ("closed", "unknown"),
    ] {
        let body = transaction(state);
        assert_eq!(query(Reply::signed(200, &body)).await, word, "{state}");
        assert_eq!(
            query(Reply::unsigned(200, &body)).await,
            "unknown",
            "{state}"
        );
        let unknown_key = Reply::unsigned(200, &body).sign(&PLATFORM, "PUB_KEY_ID_2", NOW_S);
        assert_eq!(query(unknown_key).await, "unknown", "{state}");
        assert_eq!(query(Reply::signed(201, &body)).await, "unknown", "{state}");
        assert_eq!(query(Reply::signed(202, &body)).await, "unknown", "{state}");
    }
}

#[actix_web::test]
async fn a_query_is_believed_about_this_payment_alone() {
    for state in ["CLOSED", "SUCCESS"] {
        for (field, value) in [
            ("mchid", "1230000110"),
            ("appid", "wxd678efh567hg6788"),
            ("out_trade_no", "SO-100002"),
            ("attach", "SO-100002"),
        ] {
            let mut body = transaction(state);
            body[field] = json!(value);
            assert_eq!(query(Reply::signed(200, body)).await, "unknown", "{field}");
        }
        for field in ["mchid", "appid", "out_trade_no", "trade_state"] {
            let mut body = transaction(state);
            body.as_object_mut().unwrap().remove(field);
            assert_eq!(query(Reply::signed(200, body)).await, "unknown", "{field}");
        }
    }
    for (field, value) in [
        ("transaction_id", json!(null)),
        ("transaction_id", json!("")),
        ("success_time", json!("yesterday")),
        ("amount", json!(null)),
        ("amount", json!({"total": 0, "currency": "CNY"})),
        ("amount", json!({"total": 100.0, "currency": "CNY"})),
        ("amount", json!({"total": "100", "currency": "CNY"})),
        ("amount", json!({"total": 100, "currency": "yuan"})),
    ] {
        let mut body = transaction("SUCCESS");
        body[field] = value;
        assert_eq!(query(Reply::signed(200, body)).await, "unknown", "{field}");
    }
    let mut paid_and_closed = transaction("CLOSED");
    paid_and_closed["success_time"] = json!("2027-01-15T16:00:00+08:00");
    assert_eq!(query(Reply::signed(200, paid_and_closed)).await, "unknown");
    assert_eq!(
        query(Reply::signed(200, "{\"trade_state\":")).await,
        "unknown"
    );
    assert_eq!(query(Reply::signed(200, "")).await, "unknown");
}

#[actix_web::test]
async fn signatures_last_five_minutes_either_way() {
    for (away_s, word) in [
        (-299, "closed"),
        (299, "closed"),
        (-300, "unknown"),
        (300, "unknown"),
    ] {
        let reply = Reply::unsigned(200, transaction("CLOSED"));
        let reply = reply.sign(&PLATFORM, PUBLIC_KEY_ID, NOW_S + away_s);
        assert_eq!(query(reply).await, word, "{away_s}");
    }
}

#[actix_web::test]
async fn a_server_that_hangs_up_proves_nothing() {
    let world = World::new([]).await;
    let order_no = number("SO-100001");
    assert_eq!(
        answer_word(&world.gateway.query(&order_no).await),
        "unknown"
    );
    assert_eq!(
        asked_word(&world.gateway.ask_to_close(&order_no).await),
        "unknown"
    );
}

#[actix_web::test]
async fn a_close_is_proved_by_the_query_after_it() {
    let accepted = || Reply::signed(204, "");
    let state = |state| Reply::signed(200, transaction(state));
    let missing = || Reply::signed(404, code("ORDER_NOT_EXIST"));
    for (before, asked, after, word) in [
        (state("NOTPAY"), accepted(), state("CLOSED"), "closed"),
        // The number was not known, and 204 came all the same.
        (missing(), accepted(), missing(), "unknown"),
        (state("NOTPAY"), accepted(), state("NOTPAY"), "unknown"),
        (state("NOTPAY"), accepted(), state("SUCCESS"), "paid"),
        (
            state("NOTPAY"),
            Reply::signed(400, code("ORDERPAID")),
            state("SUCCESS"),
            "paid",
        ),
        (
            state("NOTPAY"),
            Reply::signed(400, code("ORDERPAID")),
            state("NOTPAY"),
            "unknown",
        ),
        (
            state("NOTPAY"),
            Reply::signed(400, code("ORDER_CLOSED")),
            state("CLOSED"),
            "closed",
        ),
        (
            state("NOTPAY"),
            Reply::signed(202, code("USERPAYING")),
            state("NOTPAY"),
            "paying",
        ),
        (
            state("NOTPAY"),
            Reply::unsigned(204, ""),
            state("NOTPAY"),
            "unknown",
        ),
        (
            state("NOTPAY"),
            Reply::signed(500, ""),
            state("CLOSED"),
            "closed",
        ),
        (
            state("NOTPAY"),
            Reply::signed(403, code("NO_AUTH")),
            state("NOTPAY"),
            "refused",
        ),
    ] {
        let world = World::new([before, asked, after]).await;
        let answer = world.gateway.close(&number("SO-100001")).await;
        assert_eq!(answer_word(&answer), word, "{answer:?}");
        assert_eq!(world.script.lines().len(), 3);
    }
    for (state, word) in [("SUCCESS", "paid"), ("CLOSED", "closed")] {
        let world = World::new([Reply::signed(200, transaction(state))]).await;
        let answer = world.gateway.close(&number("SO-100001")).await;
        assert_eq!(answer_word(&answer), word);
        assert_eq!(world.script.lines().len(), 1);
    }
}
