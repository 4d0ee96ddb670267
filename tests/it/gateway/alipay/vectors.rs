//! Messages signed elsewhere: see the source in `vectors.json`.

use serde_json::{Value, json};
use stockdesk::domain::payment::Notification;
use stockdesk::gateway::alipay::signature::{notification_messages, request_message};
use stockdesk::gateway::{AlipayGateway, AlipaySettings, Headers, PaymentGateway};

use super::world::{asked_word, settings};
use crate::gateway::scripted::Scripted;
use crate::gateway::wechat::keys::{der_of, verifies};
use crate::gateway::world::{Clock, number, sent, yuan};

fn vectors() -> Value {
    serde_json::from_str(include_str!("../vectors.json")).unwrap()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn vector_gateway(url: &str, clock: &Clock) -> AlipayGateway {
    let settings = AlipaySettings {
        app_id: "2015102700040153".to_owned(),
        alipay_public_key: text(&vectors()["platform_public_key_pem"]).to_owned(),
        ..settings(url)
    };
    AlipayGateway::new(settings, clock.reader()).unwrap()
}

#[test]
fn a_request_reads_as_written_down() {
    let vectors = vectors();
    let vector = &vectors["ali_close_request"];
    let message = request_message([
        ("version", "1.0"),
        ("timestamp", "2014-07-24 03:07:50"),
        ("sign_type", "RSA2"),
        ("notify_url", ""),
        ("method", "alipay.trade.close"),
        ("format", "JSON"),
        ("charset", "utf-8"),
        ("biz_content", r#"{"out_trade_no":"HZ0120131127001"}"#),
        ("app_id", "2014072300007148"),
        ("sign", "not signed itself"),
    ]);
    assert_eq!(message, text(&vector["message"]));
    let key = der_of(text(&vectors["merchant_public_key_pem"]));
    assert!(verifies(&key, message.as_bytes(), text(&vector["sign"])));
}

#[actix_web::test]
async fn an_answer_is_believed_by_its_signature() {
    let vectors = vectors();
    let vector = &vectors["ali_close_response"];
    let (inner, sign) = (text(&vector["signed_substring"]), text(&vector["sign"]));
    let script = Scripted::new().await;
    let clock = Clock::at(super::world::now());
    let gateway = vector_gateway(&script.url, &clock);
    let body = format!(r#"{{"alipay_trade_close_response":{inner},"sign":"{sign}"}}"#);
    script.reply(200, body.clone());
    let asked = gateway.ask_to_close(&sent("HZ0120131127001")).await;
    // Believed: the words are its own, not ours about its signature.
    let text = format!("{asked:?}");
    assert!(text.contains("ACQ.TRADE_STATUS_ERROR"), "{text}");
    for (from, to) in [("交易状态不合法", "交易状态合法"), ("40004", "10000")] {
        script.reply(200, body.replace(from, to));
        let asked = gateway.ask_to_close(&sent("HZ0120131127001")).await;
        assert_eq!(asked_word(&asked), "unknown");
        assert!(format!("{asked:?}").contains("signature"), "{asked:?}");
    }
}

#[test]
fn a_notification_is_verified_and_read() {
    let vectors = vectors();
    let vector = &vectors["ali_notify"];
    let message = text(&vector["message_without_sign_and_sign_type"]);
    let mut form: std::collections::BTreeMap<String, String> = message
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    form.insert("sign_type".to_owned(), "RSA2".to_owned());
    form.insert("sign".to_owned(), text(&vector["sign"]).to_owned());
    assert!(notification_messages(&form).contains(&message.to_owned()));

    let clock = Clock::at("2016-07-19T06:11:00Z".parse().unwrap());
    let gateway = vector_gateway("http://127.0.0.1:9", &clock);
    let body = serde_html_form::to_string(&form).unwrap();
    let read = gateway.verify_notification(&Headers::default(), body.as_bytes(), clock.now());
    let Ok(Notification::Paid(paid)) = read else {
        panic!("{read:?}");
    };
    assert_eq!(paid.transaction_id, "2016071921001003030200089909");
    assert_eq!(paid.amount, yuan(200));
    // The seller is ours; the number, with its dash, is none that we would have given.
    assert_eq!(paid.order_no, number("stray:0719141034-6418"));
    assert_eq!(
        json!(paid.paid_at.to_rfc3339()),
        "2016-07-19T06:10:47+00:00"
    );
}
