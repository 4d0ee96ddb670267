//! Messages signed and sealed elsewhere: see the source in `vectors.json`.

use serde_json::Value;
use stockdesk::domain::payment::Notification;
use stockdesk::gateway::wechat_pay::signature::{answer_message, authorization, request_message};
use stockdesk::gateway::{
    CloseAsked, Headers, NotificationRefused, PaymentGateway, WechatPayGateway, WechatPayPublicKey,
    WechatPaySettings,
};

use super::keys::{der_of, verifies};
use super::script::{Reply, Script};
use super::world::{CERTIFICATE_SERIAL, MERCHANT_NO, PUBLIC_KEY_ID, at, settings};
use crate::gateway::world::{Clock, number, sent, yuan};

pub const SIGNED_AT_S: i64 = 1_554_209_980;
pub const SIGNED_NONCE: &str = "c5ac7061fccab6bf3e254dcf98995b8c";
const ASKED_AT_S: i64 = 1_554_208_460;
const ASKED_NONCE: &str = "593BEC0C930BF1AFEB40B4A08C8FB242";

pub fn vectors() -> Value {
    serde_json::from_str(include_str!("../vectors.json")).unwrap()
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn vector_settings(url: &str) -> WechatPaySettings {
    let vectors = vectors();
    WechatPaySettings {
        api_v3_key: text(&vectors["wx_notify"]["apiv3_key"]).to_owned(),
        public_key: Some(WechatPayPublicKey {
            id: PUBLIC_KEY_ID.to_owned(),
            pem: text(&vectors["platform_public_key_pem"]).to_owned(),
        }),
        ..settings(url)
    }
}

/// The client of the merchant that the vectors are for, at the time they were signed.
pub fn vector_gateway(url: &str) -> WechatPayGateway {
    let clock = Clock::at(at(SIGNED_AT_S));
    WechatPayGateway::new(vector_settings(url), clock.reader()).unwrap()
}

#[test]
fn requests_read_as_written_down() {
    let vectors = vectors();
    let path = "/v3/pay/transactions/out-trade-no/1217752501201407033233368018";
    let close = &vectors["wx_close_request"];
    let query = &vectors["wx_query_request"];
    let body = format!(r#"{{"mchid":"{MERCHANT_NO}"}}"#);
    let (close_to, query_to) = (
        format!("{path}/close"),
        format!("{path}?mchid={MERCHANT_NO}"),
    );
    let key = der_of(text(&vectors["merchant_public_key_pem"]));
    for (vector, signature, method, target, body) in [
        (close, "signature", "POST", close_to, body.as_str()),
        (query, "signature", "GET", query_to, ""),
    ] {
        let message = request_message(method, &target, ASKED_AT_S, ASKED_NONCE, body.as_bytes());
        assert_eq!(
            std::str::from_utf8(&message).unwrap(),
            text(&vector["message"])
        );
        assert!(verifies(&key, &message, text(&vector[signature])));
    }
    let signature = text(&close["signature"]);
    assert_eq!(
        authorization(
            MERCHANT_NO,
            CERTIFICATE_SERIAL,
            ASKED_AT_S,
            ASKED_NONCE,
            signature
        ),
        text(&close["authorization"])
    );
}

#[test]
fn a_body_that_ends_in_a_line_feed_gets_another_one() {
    let message = request_message("POST", "/v3/x", 1, "n", b"Hello World!\n");
    assert_eq!(message, b"POST\n/v3/x\n1\nn\nHello World!\n\n");
    assert_eq!(answer_message(1, "n", b""), b"1\nn\n\n");
}

#[actix_web::test]
async fn an_empty_answer_is_believed_by_its_signature() {
    let vector = &vectors()["wx_204_response"];
    let message = answer_message(SIGNED_AT_S, SIGNED_NONCE, b"");
    assert_eq!(
        std::str::from_utf8(&message).unwrap(),
        text(&vector["message"])
    );

    let mut reply =
        Reply::unsigned(204, "").with("Wechatpay-Signature", text(&vector["signature"]));
    for (name, value) in vector["headers"].as_object().unwrap() {
        reply = reply.with(name, text(value));
    }
    let script = Script::new([reply]).await;
    let payment = sent("1217752501201407033233368018");
    let asked = vector_gateway(&script.url).ask_to_close(&payment).await;
    // The script checks our signature against this run's merchant key.
    assert_eq!(asked, CloseAsked::Accepted);
    assert_eq!(
        script.lines(),
        ["POST /v3/pay/transactions/out-trade-no/1217752501201407033233368018/close"]
    );
    assert_eq!(script.last().headers.body, br#"{"mchid":"1230000109"}"#);
}

#[test]
fn a_notification_is_verified_opened_and_read() {
    let vectors = vectors();
    let vector = &vectors["wx_notify"];
    let body = text(&vector["body"]).as_bytes();
    let message = answer_message(SIGNED_AT_S, SIGNED_NONCE, body);
    assert_eq!(
        std::str::from_utf8(&message).unwrap(),
        text(&vector["message"])
    );

    let timestamp = SIGNED_AT_S.to_string();
    let headers: Headers<'_> = [
        ("wechatpay-timestamp", timestamp.as_str()),
        ("wechatpay-nonce", SIGNED_NONCE),
        ("wechatpay-serial", PUBLIC_KEY_ID),
        ("wechatpay-signature", text(&vector["signature"])),
    ]
    .into_iter()
    .collect();
    let gateway = vector_gateway("http://127.0.0.1:9");
    let read = gateway.verify_notification(&headers, body, at(SIGNED_AT_S));
    let Ok(Notification::Paid(paid)) = read else {
        panic!("{read:?}");
    };
    assert_eq!(paid.gateway, "wechat_pay");
    assert_eq!(paid.transaction_id, "1217752501201407033233368018");
    assert_eq!(paid.order_no, number("1217752501201407033233368018"));
    assert_eq!(paid.amount, yuan(100));
    assert_eq!(paid.paid_at.to_rfc3339(), "2018-06-08T02:34:56+00:00");
}

#[test]
fn the_notification_of_their_own_library_is_verified() {
    let vectors = vectors();
    let vector = &vectors["wx_official_notify"];
    let (body, nonce) = (text(&vector["body"]), text(&vector["nonce"]));
    let at_s = vector["timestamp"].as_i64().unwrap();
    let mut settings = settings("http://127.0.0.1:9");
    // Its key of 16 bytes would mean AES-128 under the same label; none in use is like that.
    let own_key = std::mem::replace(
        &mut settings.api_v3_key,
        text(&vector["apiv3_key"]).to_owned(),
    );
    assert!(settings.check().is_err());
    settings.api_v3_key = own_key;
    settings.public_key = Some(WechatPayPublicKey {
        id: PUBLIC_KEY_ID.to_owned(),
        pem: text(&vector["public_key_pem"]).to_owned(),
    });
    let gateway = WechatPayGateway::new(settings, Clock::at(at(at_s)).reader()).unwrap();
    let timestamp = at_s.to_string();
    let read = |body: &[u8], nonce: &str| {
        let headers: Headers<'_> = [
            ("Wechatpay-Timestamp", timestamp.as_str()),
            ("Wechatpay-Nonce", nonce),
            ("Wechatpay-Serial", PUBLIC_KEY_ID),
            ("Wechatpay-Signature", text(&vector["signature"])),
        ]
        .into_iter()
        .collect();
        gateway.verify_notification(&headers, body, at(at_s))
    };
    // Believed; and about something that is no payment.
    assert_eq!(read(body.as_bytes(), nonce), Ok(Notification::Other));
    for at in 0..body.len() {
        let mut touched = body.as_bytes().to_vec();
        touched[at] ^= 1;
        let refused = read(&touched, nonce);
        assert_eq!(refused, Err(NotificationRefused::BadSignature), "byte {at}");
    }
    assert!(read(body.as_bytes(), &nonce[1..]).is_err());
}
