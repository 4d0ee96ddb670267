//! Money that goes back, once.

use serde_json::{Value, json};
use stockdesk::domain::money::{Currency, Money};
use stockdesk::domain::payment::{NewRefund, RefundAnswer, VerifiedPayment};
use stockdesk::gateway::PaymentGateway;

use super::script::Reply;
use super::world::{NOW_S, World, at, code};
use crate::gateway::world::{number, yuan};

/// By Python: `LP` and the first 32 hexadecimal digits of a SHA-256.
const REFUND_NO: &str = "LP6cd12cdb07d8e81f21cf27a15b05d8bd";

fn late(reason: &str) -> NewRefund {
    let payment = VerifiedPayment {
        gateway: "wechat_pay".to_owned(),
        transaction_id: "4200000001202611201234567890".to_owned(),
        order_no: number("SO-100001"),
        amount: yuan(100),
        paid_at: at(NOW_S),
    };
    NewRefund::whole(&payment, reason)
}

fn refund(status: &str) -> Value {
    json!({
        "refund_id": "50000000382019052709732678859",
        "out_refund_no": REFUND_NO,
        "transaction_id": "4200000001202611201234567890",
        "out_trade_no": "SO-100001",
        "channel": "ORIGINAL",
        "user_received_account": "招商银行信用卡0403",
        "create_time": "2027-01-15T16:00:00+08:00",
        "status": status,
        "success_time": "2027-01-15T16:01:00+08:00",
        "amount": {"total": 100, "refund": 100, "payer_total": 90, "payer_refund": 90,
            "currency": "CNY"},
    })
}

#[actix_web::test]
async fn a_refund_is_asked_for_under_one_number_for_ever() {
    let reply = || Reply::signed(200, refund("PROCESSING"));
    let world = World::new([reply(), reply(), Reply::signed(200, refund("SUCCESS"))]).await;
    let mut bodies = Vec::new();
    for _ in 0..2 {
        let answer = world
            .gateway
            .refund(&late("Paid after the order was cancelled"))
            .await;
        assert_eq!(answer, RefundAnswer::Processing);
        bodies.push(world.script.last().headers.body);
    }
    assert_eq!(bodies[0], bodies[1]);
    let expected = json!({
        "transaction_id": "4200000001202611201234567890",
        "out_refund_no": REFUND_NO,
        "reason": "Paid after the order was cancelled",
        "amount": {"refund": 100, "total": 100, "currency": "CNY"},
    });
    assert_eq!(world.script.last().body, expected);
    let answer = world.gateway.query_refund(&late("late")).await;
    let RefundAnswer::Refunded { at, evidence } = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(at.to_rfc3339(), "2027-01-15T08:01:00+00:00");
    assert_eq!(
        (evidence.gateway.as_str(), evidence.code.as_str()),
        ("wechat_pay", "SUCCESS")
    );
    assert_eq!(
        world.script.lines(),
        [
            "POST /v3/refund/domestic/refunds".to_owned(),
            "POST /v3/refund/domestic/refunds".to_owned(),
            format!("GET /v3/refund/domestic/refunds/{REFUND_NO}"),
        ]
    );
}

#[actix_web::test]
async fn what_became_of_a_refund() {
    let word = |answer: &RefundAnswer| match answer {
        RefundAnswer::Processing => "processing",
        RefundAnswer::Refunded { .. } => "refunded",
        RefundAnswer::Failed(_) => "failed",
        RefundAnswer::NotFound => "not_found",
        RefundAnswer::Refused(_) => "refused",
        RefundAnswer::Unknown(_) => "unknown",
    };
    let changed = |field: &str, value: Value| {
        let mut body = refund("SUCCESS");
        body[field] = value;
        Reply::signed(200, body)
    };
    for (reply, expected) in [
        (Reply::signed(200, refund("PROCESSING")), "processing"),
        (Reply::signed(200, refund("SUCCESS")), "refunded"),
        (Reply::signed(200, refund("CLOSED")), "failed"),
        (Reply::signed(200, refund("ABNORMAL")), "failed"),
        (Reply::signed(200, refund("NEW")), "unknown"),
        (Reply::unsigned(200, refund("SUCCESS")), "unknown"),
        (changed("out_refund_no", json!("LP1")), "unknown"),
        (changed("transaction_id", json!("42")), "unknown"),
        (changed("success_time", json!("")), "unknown"),
        (
            changed("amount", json!({"total": 100, "refund": 1})),
            "unknown",
        ),
        (Reply::signed(403, code("NOT_ENOUGH")), "refused"),
        (Reply::signed(400, code("PARAM_ERROR")), "refused"),
        (Reply::signed(429, code("FREQUENCY_LIMITED")), "unknown"),
        (Reply::signed(500, code("SYSTEM_ERROR")), "unknown"),
    ] {
        let world = World::new([reply.clone(), reply.clone()]).await;
        let asked = world.gateway.refund(&late("late")).await;
        assert_eq!(word(&asked), expected, "{reply:?}: {asked:?}");
        let asked = world.gateway.query_refund(&late("late")).await;
        assert_eq!(word(&asked), expected, "{reply:?}: {asked:?}");
    }
    let missing = Reply::signed(404, code("RESOURCE_NOT_EXISTS"));
    let world = World::new([missing.clone(), missing]).await;
    assert_eq!(
        world.gateway.query_refund(&late("late")).await,
        RefundAnswer::NotFound
    );
    assert_eq!(word(&world.gateway.refund(&late("late")).await), "unknown");
}

#[actix_web::test]
async fn what_cannot_be_refunded_here_is_not_asked_for() {
    let world = World::new([]).await;
    let mut dollars = late("late");
    dollars.amount = Money::new(100, Currency::parse("USD").unwrap()).unwrap();
    dollars.total = dollars.amount;
    let mut more = late("late");
    more.amount.minor += 1;
    for refund in [dollars, more, late(""), late(&"x".repeat(81))] {
        let answer = world.gateway.refund(&refund).await;
        assert!(matches!(answer, RefundAnswer::Refused(_)), "{answer:?}");
    }
    assert_eq!(world.script.lines(), [""; 0]);
}
