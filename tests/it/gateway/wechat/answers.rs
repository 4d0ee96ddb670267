//! What a query says of a payment, and what it takes to be believed.

use serde_json::json;
use stockdesk::gateway::PaymentGateway;

use super::keys::PLATFORM;
use super::script::Reply;
use super::world::{NOW_S, PUBLIC_KEY_ID, World, answer_word, asked_word, code, transaction};
use crate::gateway::world::sent;

#[actix_web::test]
async fn states_of_a_payment_as_the_query_tells_them() {
    let world = World::new([]).await;
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
        assert_eq!(
            world.query(Reply::signed(200, &body)).await,
            word,
            "{state}"
        );
        assert_eq!(
            world.query(Reply::unsigned(200, &body)).await,
            "unknown",
            "{state}"
        );
        let unknown_key = Reply::unsigned(200, &body).sign(&PLATFORM, "PUB_KEY_ID_2", NOW_S);
        assert_eq!(world.query(unknown_key).await, "unknown", "{state}");
        assert_eq!(
            world.query(Reply::signed(201, &body)).await,
            "unknown",
            "{state}"
        );
        assert_eq!(
            world.query(Reply::signed(202, &body)).await,
            "unknown",
            "{state}"
        );
    }
}

#[actix_web::test]
async fn a_query_is_believed_about_this_payment_alone() {
    let world = World::new([]).await;
    for state in ["CLOSED", "SUCCESS"] {
        for (field, value) in [
            ("mchid", "1230000110"),
            ("appid", "wxd678efh567hg6788"),
            ("out_trade_no", "SO-100002"),
            ("attach", "SO-100002"),
        ] {
            let mut body = transaction(state);
            body[field] = json!(value);
            assert_eq!(
                world.query(Reply::signed(200, body)).await,
                "unknown",
                "{field}"
            );
        }
        for field in ["mchid", "appid", "out_trade_no", "trade_state"] {
            let mut body = transaction(state);
            body.as_object_mut().unwrap().remove(field);
            assert_eq!(
                world.query(Reply::signed(200, body)).await,
                "unknown",
                "{field}"
            );
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
        assert_eq!(
            world.query(Reply::signed(200, body)).await,
            "unknown",
            "{field}"
        );
    }
    let mut paid_and_closed = transaction("CLOSED");
    paid_and_closed["success_time"] = json!("2027-01-15T16:00:00+08:00");
    assert_eq!(
        world.query(Reply::signed(200, paid_and_closed)).await,
        "unknown"
    );
    assert_eq!(
        world.query(Reply::signed(200, "{\"trade_state\":")).await,
        "unknown"
    );
    assert_eq!(world.query(Reply::signed(200, "")).await, "unknown");
}

#[actix_web::test]
async fn signatures_last_five_minutes_either_way() {
    let world = World::new([]).await;
    for (away_s, word) in [
        (-299, "closed"),
        (299, "closed"),
        (-300, "unknown"),
        (300, "unknown"),
    ] {
        let reply = Reply::unsigned(200, transaction("CLOSED"));
        let reply = reply.sign(&PLATFORM, PUBLIC_KEY_ID, NOW_S + away_s);
        assert_eq!(world.query(reply).await, word, "{away_s}");
    }
}

#[actix_web::test]
async fn a_server_that_hangs_up_proves_nothing() {
    let world = World::new([]).await;
    let payment = sent("SO-100001");
    assert_eq!(answer_word(&world.gateway.query(&payment).await), "unknown");
    assert_eq!(
        asked_word(&world.gateway.ask_to_close(&payment).await),
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
        // The number was not known, and 204 came all the same: that is what is known, and what it
        // licenses is for `domain::machine` to say.
        (missing(), accepted(), missing(), "not_created"),
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
        let answer = world.gateway.close(&sent("SO-100001")).await;
        assert_eq!(answer_word(&answer), word, "{answer:?}");
        assert_eq!(world.script.lines().len(), 3);
    }
    for (state, word) in [("SUCCESS", "paid"), ("CLOSED", "closed")] {
        let world = World::new([Reply::signed(200, transaction(state))]).await;
        let answer = world.gateway.close(&sent("SO-100001")).await;
        assert_eq!(answer_word(&answer), word);
        assert_eq!(world.script.lines().len(), 1);
    }
}
