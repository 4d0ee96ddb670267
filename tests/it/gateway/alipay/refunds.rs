//! Money that goes back, once.

use serde_json::{Value, json};
use stockdesk::domain::payment::{NewRefund, RefundAnswer, VerifiedPayment};
use stockdesk::gateway::PaymentGateway;

use super::world::{TRADE_NO, World, now, refused};
use crate::gateway::world::{number, yuan};

const QUERY: &str = "alipay.trade.fastpay.refund.query";

fn late() -> NewRefund {
    let payment = VerifiedPayment {
        gateway: "alipay".to_owned(),
        transaction_id: TRADE_NO.to_owned(),
        order_no: number("SO_100001"),
        amount: yuan(12_800),
        paid_at: now(),
    };
    NewRefund::whole(&payment, "late")
}

fn taken() -> Value {
    json!({"code": "10000", "msg": "Success", "trade_no": TRADE_NO, "fund_change": "Y",
        "refund_fee": "128.00"})
}

fn found(status: &str) -> Value {
    json!({"code": "10000", "msg": "Success", "trade_no": TRADE_NO,
        "out_request_no": late().refund_no, "refund_amount": "128.00", "total_amount": "128.00",
        "refund_status": status, "gmt_refund_pay": "2027-01-15 16:05:00"})
}

fn word(answer: &RefundAnswer) -> &'static str {
    match answer {
        RefundAnswer::Refunded { .. } => "refunded",
        RefundAnswer::Processing => "processing",
        RefundAnswer::Failed(_) => "failed",
        RefundAnswer::Refused(_) => "refused",
        RefundAnswer::Unknown(_) => "unknown",
        RefundAnswer::NotFound => "not_found",
    }
}

#[actix_web::test]
async fn a_refund_is_asked_for_under_one_number_and_confirmed_by_a_query() {
    let world = World::new().await;
    world.reply("alipay.trade.refund", &taken());
    world.reply(QUERY, &found("REFUND_SUCCESS"));
    let RefundAnswer::Refunded { at, evidence } = world.gateway.refund(&late()).await else {
        panic!("not refunded");
    };
    assert_eq!(at.to_rfc3339(), "2027-01-15T08:05:00+00:00");
    assert_eq!(evidence.code, "REFUND_SUCCESS");
    let (method, content) = world.last();
    assert_eq!(method, QUERY);
    assert_eq!(content["out_request_no"], late().refund_no);

    world.script.hang_up();
    assert_eq!(word(&world.gateway.refund(&late()).await), "unknown");
    let content = json!({"trade_no": TRADE_NO, "refund_amount": "128.00",
        "refund_reason": "late", "out_request_no": late().refund_no});
    assert_eq!(world.last(), ("alipay.trade.refund".to_owned(), content));
}

#[actix_web::test]
async fn that_it_was_taken_on_is_not_that_it_arrived() {
    let world = World::new().await;
    let nothing_yet = json!({"code": "10000", "msg": "Success"});
    for (after, expected) in [
        (nothing_yet, "processing"),
        (found("REFUND_PROCESSING"), "processing"),
        (found("REFUND_FAIL"), "failed"),
        (refused("40004", "ACQ.SYSTEM_ERROR"), "unknown"),
    ] {
        world.reply("alipay.trade.refund", &taken());
        world.reply(QUERY, &after);
        let answer = world.gateway.refund(&late()).await;
        assert_eq!(word(&answer), expected, "{after}");
    }
}

#[actix_web::test]
async fn what_became_of_a_refund() {
    let world = World::new().await;
    let changed = |field: &str, value: &str| {
        let mut found = found("REFUND_SUCCESS");
        found[field] = json!(value);
        found
    };
    for (inner, expected) in [
        (found("REFUND_SUCCESS"), "refunded"),
        (found("REFUND_NEW"), "unknown"),
        (json!({"code": "10000", "msg": "Success"}), "not_found"),
        (refused("40004", "ACQ.TRADE_NOT_EXIST"), "not_found"),
        (changed("out_request_no", "LP1"), "unknown"),
        (changed("refund_amount", "1.28"), "unknown"),
        (changed("trade_no", "1"), "unknown"),
    ] {
        world.reply(QUERY, &inner);
        let answer = world.gateway.query_refund(&late()).await;
        assert_eq!(word(&answer), expected, "{inner}");
    }
}

#[actix_web::test]
async fn refusals_of_a_refund() {
    for (sub_code, after, expected) in [
        ("ACQ.SELLER_BALANCE_NOT_ENOUGH", None, "refused"),
        ("ACQ.REASON_TRADE_BEEN_FREEZEN", None, "refused"),
        ("ACQ.DISCORDANT_REPEAT_REQUEST", None, "refused"),
        ("ACQ.SYSTEM_ERROR", None, "unknown"),
        ("ACQ.TRADE_HAS_FINISHED", Some("REFUND_SUCCESS"), "refunded"),
        ("ACQ.TRADE_STATUS_ERROR", Some("none"), "refused"),
    ] {
        let world = World::new().await;
        world.reply("alipay.trade.refund", &refused("40004", sub_code));
        match after {
            Some("none") => world.reply(QUERY, &json!({"code": "10000", "msg": "Success"})),
            Some(status) => world.reply(QUERY, &found(status)),
            None => {}
        }
        let answer = world.gateway.refund(&late()).await;
        assert_eq!(word(&answer), expected, "{sub_code}: {answer:?}");
    }
    let world = World::new().await;
    let mut more = late();
    more.amount = yuan(12_801);
    assert_eq!(word(&world.gateway.refund(&more).await), "refused");
    assert_eq!(world.script.lines(), [""; 0]);
}
