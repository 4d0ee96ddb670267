//! Creating a payment, and what cannot be created.

use serde_json::json;
use stockdesk::domain::money::{Currency, Money};
use stockdesk::domain::order::PaymentTerms;
use stockdesk::domain::payment::{CreateAnswer, NotPayable};
use stockdesk::gateway::{AlipayGateway, PaymentGateway};

use super::world::{World, payment, refused, settings, trade};
use crate::gateway::world::{Clock, number, yuan};

const CODE: &str = "https://qr.alipay.com/bax03431ljhokirwl38f00a7";
const METHOD: &str = "alipay.trade.precreate";

#[actix_web::test]
async fn a_payment_is_a_code_to_be_scanned() {
    let world = World::new().await;
    let created = json!({"code": "10000", "msg": "Success", "out_trade_no": "SO_100001",
        "qr_code": CODE});
    world.reply(METHOD, &created);
    let expected = CreateAnswer::Created {
        url: CODE.to_owned(),
        reference: None,
    };
    assert_eq!(world.gateway.create(&payment()).await, expected);
    let content = json!({"out_trade_no": "SO_100001", "total_amount": "1.00",
        "subject": "小店 Shop SO_100001", "body": "SO_100001",
        "time_expire": "2027-01-15 16:30:00"});
    assert_eq!(world.last(), (METHOD.to_owned(), content));
    let form = world.script.last_form();
    let notify = form.iter().find(|(name, _)| name == "notify_url").unwrap();
    assert_eq!(notify.1, payment().notify_url);
    assert_eq!(world.script.lines(), ["POST /gateway.do?charset=utf-8"]);
}

#[actix_web::test]
async fn numbers_that_alipay_does_not_take_go_as_a_hash() {
    let world = World::new().await;
    let mut dashed = payment();
    dashed.order_no = number("SO-2026.11:20");
    world.script.hang_up();
    world.gateway.create(&dashed).await;
    let (_, content) = world.last();
    // The same hash as for WeChat Pay.
    assert_eq!(content["out_trade_no"], "sdtdx34mlj7zhhh6tp2jbhn62lqepoyi");
    assert_eq!(content["body"], "SO-2026.11:20");
}

#[actix_web::test]
async fn what_creating_comes_to() {
    let word = |answer: &CreateAnswer| match answer {
        CreateAnswer::Created { .. } => "created",
        CreateAnswer::AlreadyPaid(_) => "paid",
        CreateAnswer::Refused(_) => "refused",
        CreateAnswer::Unknown(_) => "unknown",
    };
    let created = |number: &str, code: &str| json!({"code": "10000", "msg": "Success", "out_trade_no": number, "qr_code": code});
    for (inner, after, expected) in [
        (created("SO_100002", CODE), None, "unknown"),
        (created("SO_100001", "javascript:alert(1)"), None, "unknown"),
        (created("SO_100001", ""), None, "unknown"),
        (refused("40004", "ACQ.SYSTEM_ERROR"), None, "unknown"),
        (
            refused("40004", "ACQ.INVALID_PARAMETER"),
            Some("WAIT_BUYER_PAY"),
            "refused",
        ),
        (
            refused("40004", "ACQ.TRADE_HAS_SUCCESS"),
            Some("TRADE_SUCCESS"),
            "paid",
        ),
        (
            refused("40004", "ACQ.TRADE_HAS_SUCCESS"),
            Some("WAIT_BUYER_PAY"),
            "unknown",
        ),
    ] {
        let world = World::new().await;
        world.reply(METHOD, &inner);
        if let Some(status) = after {
            world.reply("alipay.trade.query", &trade(status));
        }
        let answer = world.gateway.create(&payment()).await;
        assert_eq!(word(&answer), expected, "{inner}: {answer:?}");
    }
}

#[test]
fn what_alipay_cannot_do_is_known_beforehand() {
    let clock = Clock::at(super::world::now());
    let gateway = AlipayGateway::new(settings("http://127.0.0.1:9"), clock.reader()).unwrap();
    let terms = |amount, pay_within_seconds| PaymentTerms {
        gateway: "alipay".to_owned(),
        amount,
        pay_within_seconds,
    };
    let dollars = Money::new(1, Currency::parse("USD").unwrap()).unwrap();
    assert_eq!(gateway.accepts(&terms(yuan(1), 7_200)), Ok(()));
    assert_eq!(
        gateway.accepts(&terms(yuan(1), 7_201)),
        Err(NotPayable::Window(7_200))
    );
    assert_eq!(
        gateway.accepts(&terms(dollars, 60)),
        Err(NotPayable::Currency("CNY"))
    );
    assert!(gateway.accepts(&terms(yuan(10_000_000_001), 60)).is_err());
    assert_eq!(gateway.acknowledgement().body, "success");
}
