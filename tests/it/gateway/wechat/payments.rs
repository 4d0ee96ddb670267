//! Creating payments.

use serde_json::{Value, json};
use stockdesk::domain::money::{Currency, Money};
use stockdesk::domain::payment::{CreateAnswer, GatewayAnswer};
use stockdesk::gateway::PaymentGateway;

use super::script::Reply;
use super::world::{World, code, payment, transaction};
use crate::gateway::world::{number, yuan};

const CODE: &str = "weixin://wxpay/bizpayurl?pr=p4lpSuKzz";

fn created() -> Reply {
    Reply::signed(200, json!({"code_url": CODE}))
}

#[actix_web::test]
async fn a_payment_is_created_and_always_the_same() {
    let world = World::new([created(), created()]).await;
    let mut bodies = Vec::new();
    for _ in 0..2 {
        let answer = world.gateway.create(&payment()).await;
        assert_eq!(
            answer,
            CreateAnswer::Created {
                url: CODE.to_owned(),
                reference: None,
            }
        );
        bodies.push(world.script.last().headers.body);
    }
    assert_eq!(bodies[0], bodies[1]);
    let asked = world.script.last();
    assert_eq!(
        (&*asked.method, &*asked.target),
        ("POST", "/v3/pay/transactions/native")
    );
    assert_eq!(
        asked.headers.header("content-type"),
        Some("application/json")
    );
    let key_id = "PUB_KEY_ID_0112300001090000000000000000000000";
    assert_eq!(asked.headers.header("wechatpay-serial"), Some(key_id));
    let expected = json!({
        "appid": "wxd678efh567hg6787",
        "mchid": "1230000109",
        "description": "小店 Shop SO-100001",
        "out_trade_no": "SO-100001",
        "time_expire": "2027-01-15T16:30:00+08:00",
        "attach": "SO-100001",
        "notify_url": "https://shop.example/api/v1/payments/wechat_pay/notify",
        "amount": {"total": 100, "currency": "CNY"},
    });
    assert_eq!(asked.body, expected);
}

#[actix_web::test]
async fn a_number_that_they_do_not_take_comes_back_all_the_same() {
    let mut payment = payment();
    payment.order_no = number("SO-2026.11:20");
    let there = "sdtdx34mlj7zhhh6tp2jbhn62lqepoyi";
    let mut paid = transaction("SUCCESS");
    paid["out_trade_no"] = json!(there);
    paid["attach"] = json!("SO-2026.11:20");
    // Before it is paid, `attach` does not come back.
    let mut open = transaction("NOTPAY");
    open["out_trade_no"] = json!(there);
    let world = World::new([
        created(),
        Reply::signed(200, open),
        Reply::signed(200, paid),
    ])
    .await;
    let answer = world.gateway.create(&payment).await;
    assert!(matches!(answer, CreateAnswer::Created { .. }), "{answer:?}");
    let body = world.script.last().body;
    assert_eq!(
        (&body["out_trade_no"], &body["attach"]),
        (&json!(there), &json!("SO-2026.11:20"))
    );

    assert_eq!(
        world.gateway.query(&payment.sent(None)).await,
        GatewayAnswer::Open
    );
    let target = format!("/v3/pay/transactions/out-trade-no/{there}?mchid=1230000109");
    assert_eq!(world.script.last().target, target);
    let GatewayAnswer::Paid(paid) = world.gateway.query(&payment.sent(None)).await else {
        panic!("not paid");
    };
    assert_eq!(paid.order_no, payment.order_no);
}

#[actix_web::test]
async fn what_cannot_be_paid_for_here_is_not_asked_for() {
    let world = World::new([]).await;
    let mut dollars = payment();
    dollars.amount = Money::new(100, Currency::parse("USD").unwrap()).unwrap();
    let mut with_query = payment();
    with_query.notify_url += "?gateway=wechat_pay";
    let mut long = payment();
    long.notify_url += &"x".repeat(255);
    for payment in [dollars, with_query, long] {
        let answer = world.gateway.create(&payment).await;
        assert!(matches!(answer, CreateAnswer::Refused(_)), "{answer:?}");
    }
    assert_eq!(world.script.lines(), [""; 0]);
}

#[actix_web::test]
async fn an_unbelievable_creation_proves_nothing() {
    for reply in [
        Reply::unsigned(200, json!({"code_url": CODE})),
        Reply::signed(204, ""),
        Reply::signed(202, code("USERPAYING")),
        Reply::signed(200, json!({})),
        Reply::signed(200, json!({"code_url": "javascript:alert(1)"})),
        Reply::signed(
            200,
            json!({"code_url": format!("weixin://{}", "x".repeat(500))}),
        ),
        Reply::signed(500, code("SYSTEM_ERROR")),
        Reply::signed(429, code("FREQUENCY_LIMITED")),
        Reply::signed(403, code("RULE_LIMIT")),
    ] {
        let world = World::new([reply.clone()]).await;
        let answer = world.gateway.create(&payment()).await;
        assert!(
            matches!(answer, CreateAnswer::Unknown(_)),
            "{reply:?}: {answer:?}"
        );
        assert_eq!(world.script.lines().len(), 1);
    }
}

#[actix_web::test]
async fn a_refusal_may_mean_that_it_is_paid_and_the_query_knows() {
    let state = |state| Reply::signed(200, transaction(state));
    let refused = |word: &str| Reply::signed(400, code(word));
    let word = |answer: &CreateAnswer| match answer {
        CreateAnswer::Created { .. } => "created",
        CreateAnswer::AlreadyPaid(_) => "paid",
        CreateAnswer::Refused(_) => "refused",
        CreateAnswer::Unknown(_) => "unknown",
    };
    for (refusal, query, expected) in [
        (refused("INVALID_REQUEST"), state("SUCCESS"), "paid"),
        (refused("OUT_TRADE_NO_USED"), state("SUCCESS"), "paid"),
        (refused("OUT_TRADE_NO_USED"), state("NOTPAY"), "refused"),
        (refused("ORDERPAID"), state("SUCCESS"), "paid"),
        (refused("ORDERPAID"), state("NOTPAY"), "unknown"),
        (
            refused("PARAM_ERROR"),
            Reply::signed(500, Value::Null),
            "refused",
        ),
    ] {
        let world = World::new([refusal.clone(), query]).await;
        let answer = world.gateway.create(&payment()).await;
        assert_eq!(word(&answer), expected, "{refusal:?}: {answer:?}");
        if let CreateAnswer::AlreadyPaid(paid) = answer {
            assert_eq!(
                (paid.order_no, paid.amount),
                (number("SO-100001"), yuan(100))
            );
        }
    }
    let world = World::new([refused("ORDER_CLOSED")]).await;
    assert_eq!(word(&world.gateway.create(&payment()).await), "refused");
}
