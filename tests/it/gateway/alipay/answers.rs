//! What answers to a query and a close come to.

use chrono::TimeDelta;
use serde_json::json;
use stockdesk::domain::payment::GatewayAnswer;
use stockdesk::gateway::PaymentGateway;

use super::world::{
    TRADE_NO, World, answer_word, asked_word, refused, sent, signed, signed_by, trade, unsigned,
};
use crate::gateway::wechat::keys::OTHER;
use crate::gateway::world::yuan;

#[actix_web::test]
async fn the_states_of_a_trade() {
    let world = World::new().await;
    for (status, word) in [
        ("WAIT_BUYER_PAY", "open"),
        ("TRADE_SUCCESS", "paid"),
        ("TRADE_FINISHED", "paid"),
        ("TRADE_CLOSED", "closed"),
        ("TRADE_NEW_STATE", "unknown"),
    ] {
        assert_eq!(
            answer_word(&world.query(&trade(status)).await),
            word,
            "{status}"
        );
    }
    let expected = (
        "alipay.trade.query".to_owned(),
        json!({"out_trade_no": "SO_100001"}),
    );
    assert_eq!(world.last(), expected);
    let GatewayAnswer::Paid(paid) = world.query(&trade("TRADE_SUCCESS")).await else {
        panic!("not paid");
    };
    assert_eq!(
        (
            paid.gateway.as_str(),
            paid.transaction_id.as_str(),
            paid.amount
        ),
        ("alipay", TRADE_NO, yuan(100))
    );
    assert_eq!(paid.paid_at.to_rfc3339(), "2027-01-15T07:59:00+00:00");
}

#[actix_web::test]
async fn contradictions_and_other_trades_prove_nothing() {
    let world = World::new().await;
    let mut refunded = trade("TRADE_CLOSED");
    refunded["send_pay_date"] = json!("2027-01-15 15:59:00");
    let changed = |field: &str, value: &str| {
        let mut trade = trade("TRADE_SUCCESS");
        trade[field] = json!(value);
        trade
    };
    let mut other_closed = trade("TRADE_CLOSED");
    other_closed["out_trade_no"] = json!("SO_100002");
    for inner in [
        refunded,
        other_closed,
        changed("out_trade_no", "SO_100002"),
        changed("trade_no", ""),
        changed("total_amount", "1.005"),
        changed("total_amount", "0.00"),
        changed("code", "10003"),
        json!({"code": "10000"}),
        json!("10000"),
    ] {
        let answer = world.query(&inner).await;
        assert_eq!(answer_word(&answer), "unknown", "{inner}: {answer:?}");
    }
}

#[actix_web::test]
async fn no_such_trade_is_final_only_when_nobody_can_make_it_any_more() {
    let world = World::new().await;
    let missing = refused("40004", "ACQ.TRADE_NOT_EXIST");
    assert_eq!(world.query(&missing).await, GatewayAnswer::NotCreated);
    // The time to pay, 30 minutes, is over, but not the margin.
    world.clock.advance_s(45 * 60);
    assert_eq!(world.query(&missing).await, GatewayAnswer::NotCreated);
    world.clock.advance_s(1);
    let GatewayAnswer::Closed(evidence) = world.query(&missing).await else {
        panic!("not closed");
    };
    assert_eq!(evidence.code, "TRADE_NOT_EXIST");
    assert_eq!(
        evidence.answered_at,
        sent().expires_at + TimeDelta::seconds(901)
    );
    // Not if nobody signed it.
    let method = "alipay.trade.query";
    world.script.reply(200, unsigned(method, &missing));
    let answer = world.gateway.query(&sent()).await;
    assert_eq!(answer, GatewayAnswer::NotCreated);
}

#[actix_web::test]
async fn refusals_of_a_query() {
    let world = World::new().await;
    for (code, sub_code, word) in [
        ("40004", "ACQ.INVALID_PARAMETER", "refused"),
        ("40002", "isv.invalid-signature", "refused"),
        ("40006", "isv.insufficient-isv-permissions", "refused"),
        ("40004", "ACQ.SYSTEM_ERROR", "unknown"),
        ("40004", "ACQ.NEW_WORD", "unknown"),
        ("40005", "aop.call-limit", "unknown"),
        ("20000", "isp.unknow-error", "unknown"),
        ("10003", "", "unknown"),
    ] {
        let answer = world.query(&refused(code, sub_code)).await;
        assert_eq!(answer_word(&answer), word, "{code} {sub_code}");
    }
}

#[actix_web::test]
async fn a_close_is_accepted_by_10000_alone() {
    let world = World::new().await;
    let done = json!({"code": "10000", "msg": "Success", "out_trade_no": "SO_100001",
        "trade_no": TRADE_NO});
    assert_eq!(asked_word(&world.close(&done).await), "accepted");
    let expected = (
        "alipay.trade.close".to_owned(),
        json!({"out_trade_no": "SO_100001"}),
    );
    assert_eq!(world.last(), expected);
    let mut accepted = done.clone();
    accepted["code"] = json!("10003");
    let mut other = done.clone();
    other["out_trade_no"] = json!("SO_100002");
    for (inner, word) in [
        (accepted, "unknown"),
        (other, "unknown"),
        (refused("40004", "ACQ.TRADE_STATUS_ERROR"), "unknown"),
        (
            refused("40004", "ACQ.REASON_TRADE_STATUS_INVALID"),
            "unknown",
        ),
        (refused("40004", "ACQ.TRADE_NOT_EXIST"), "unknown"),
        (refused("40004", "ACQ.TRADE_HAS_CLOSE"), "unknown"),
        (refused("40004", "ACQ.SYSTEM_ERROR"), "unknown"),
        (refused("40004", "ACQ.INVALID_PARAMETER"), "refused"),
        (refused("20000", "isp.unknow-error"), "unknown"),
    ] {
        assert_eq!(asked_word(&world.close(&inner).await), word, "{inner}");
    }
}

#[actix_web::test]
async fn whatever_a_close_says_the_query_after_it_decides() {
    let world = World::new().await;
    let not_paid = trade("WAIT_BUYER_PAY");
    let wrong_state = refused("40004", "ACQ.TRADE_STATUS_ERROR");
    for (after, word) in [("TRADE_CLOSED", "closed"), ("TRADE_SUCCESS", "paid")] {
        world.reply("alipay.trade.query", &not_paid);
        world.reply("alipay.trade.close", &wrong_state);
        world.reply("alipay.trade.query", &trade(after));
        assert_eq!(answer_word(&world.gateway.close(&sent()).await), word);
    }
    // Accepted, and still open: nothing is proved.
    world.reply("alipay.trade.query", &not_paid);
    let done = json!({"code": "10000", "msg": "Success"});
    world.reply("alipay.trade.close", &done);
    world.reply("alipay.trade.query", &not_paid);
    assert_eq!(answer_word(&world.gateway.close(&sent()).await), "unknown");
}

#[actix_web::test]
async fn what_alipay_did_not_provably_say_is_unknown() {
    let world = World::new().await;
    let closed = trade("TRADE_CLOSED");
    let method = "alipay.trade.query";
    let genuine = signed(method, &closed.to_string());
    let twice = genuine.replacen('{', r#"{"sign":"AAAA","#, 1);
    let two_answers = genuine.replacen('{', r#"{"other_response":{},"#, 1);
    let fault = r#"{"error_response":{"code":"10000","trade_status":"TRADE_CLOSED"}}"#;
    for (status, body) in [
        (200, unsigned(method, &closed)),
        (200, signed_by(&OTHER, method, &closed.to_string())),
        (200, signed("alipay.trade.close", &closed.to_string())),
        (200, genuine.replace("\"sign\":\"", "\"sign\":\"!")),
        (200, twice),
        (200, two_answers),
        (200, fault.to_owned()),
        (200, "not JSON".to_owned()),
        (200, String::new()),
        (500, genuine.clone()),
        (302, genuine.clone()),
    ] {
        world.script.reply(status, body.clone());
        let answer = world.gateway.query(&sent()).await;
        assert_eq!(
            answer_word(&answer),
            "unknown",
            "{status} {body}: {answer:?}"
        );
    }
    world.script.hang_up();
    assert_eq!(answer_word(&world.gateway.query(&sent()).await), "unknown");
    // As it was sent, spaces and all: what is signed is the text, not its meaning.
    let spaced = r#"{ "code" : "10000" , "out_trade_no":"SO_100001","trade_no":"1",
        "trade_status":"TRADE_CLOSED","total_amount":"1.00"}"#;
    world.script.reply(200, signed(method, spaced));
    assert_eq!(answer_word(&world.gateway.query(&sent()).await), "closed");
}
