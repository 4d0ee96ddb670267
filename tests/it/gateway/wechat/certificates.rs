//! Platform certificates: fetched when they are missed, believed while they last.

use std::time::Duration;

use serde_json::{Value, json};
use stockdesk::domain::payment::{GatewayAnswer, Notification};
use stockdesk::gateway::{NotificationRefused, PaymentGateway, WechatPayGateway};

use super::keys::{API_V3_KEY, Key, OTHER, PLATFORM, seal};
use super::notifications::{genuine, notice, verify};
use super::script::{Reply, Script, signature};
use super::world::{NOW_S, gateway, settings, transaction};
use crate::gateway::world::sent;

const SERIAL: &str = "5157F09EFDC096DE15EBE81A47057A72";
const SERIAL_BYTES: [u8; 16] = 0x5157_F09E_FDC0_96DE_15EB_E81A_4705_7A72_u128.to_be_bytes();

/// One entry of the list, from 2026 to 2031.
fn listed(key: &Key, api_v3_key: &str) -> Value {
    json!({
        "serial_no": SERIAL,
        "effective_time": "2026-01-01T00:00:00+08:00",
        "expire_time": "2031-01-01T00:00:00+08:00",
        "encrypt_certificate": seal(api_v3_key, "certificate", &key.certificate_pem(&SERIAL_BYTES)),
    })
}

fn list(entries: &[Value]) -> Reply {
    Reply::unsigned(200, json!({"data": entries})).sign(&OTHER, SERIAL, NOW_S)
}

/// "Closed", signed with the key of the certificate.
fn closed() -> Reply {
    Reply::unsigned(200, transaction("CLOSED")).sign(&OTHER, SERIAL, NOW_S)
}

async fn world(
    replies: impl IntoIterator<Item = Reply>,
    switching: bool,
) -> (Script, WechatPayGateway) {
    let script = Script::new(replies).await;
    let mut settings = settings(&script.url);
    settings.platform_certificates = true;
    if !switching {
        settings.public_key = None;
    }
    (script, gateway(settings))
}

async fn is_closed(gateway: &WechatPayGateway) -> bool {
    match gateway.query(&sent("SO-100001")).await {
        GatewayAnswer::Closed(_) => true,
        GatewayAnswer::Unknown(_) => false,
        answer => panic!("{answer:?}"),
    }
}

const QUERY: &str = "GET /v3/pay/transactions/out-trade-no/SO-100001?mchid=1230000109";
const DOWNLOAD: &str = "GET /v3/certificates";

#[actix_web::test]
async fn a_missing_certificate_is_fetched_once() {
    let entries = [listed(&OTHER, API_V3_KEY)];
    let (script, gateway) = world([closed(), list(&entries), closed()], false).await;
    assert!(is_closed(&gateway).await);
    assert!(is_closed(&gateway).await);
    assert_eq!(script.lines(), [QUERY, DOWNLOAD, QUERY]);
    assert_eq!(script.last().headers.header("wechatpay-serial"), None);
    // The public key is another merchant's affair here.
    script.reply(Reply::signed(200, transaction("CLOSED")));
    assert!(!is_closed(&gateway).await);
}

#[actix_web::test]
async fn during_a_switch_both_are_believed() {
    let entries = [listed(&OTHER, API_V3_KEY)];
    let by_key = Reply::signed(200, transaction("CLOSED"));
    let (script, gateway) = world([by_key.clone(), closed(), list(&entries), by_key], true).await;
    for _ in 0..3 {
        assert!(is_closed(&gateway).await);
    }
    assert_eq!(script.lines(), [QUERY, QUERY, DOWNLOAD, QUERY]);
    let body = notice("TRANSACTION.SUCCESS", &transaction("SUCCESS"));
    for headers in [genuine(&body), signature(&OTHER, SERIAL, NOW_S, &body)] {
        let read = verify(&gateway, &headers, &body);
        assert!(matches!(read, Ok(Notification::Paid(_))), "{read:?}");
    }
    // Each key has its own name.
    let crossed = signature(&PLATFORM, SERIAL, NOW_S, &body);
    assert_eq!(
        verify(&gateway, &crossed, &body),
        Err(NotificationRefused::BadSignature)
    );
}

#[actix_web::test]
async fn a_list_that_is_not_theirs_is_not_believed() {
    let good = listed(&OTHER, API_V3_KEY);
    let changed = |field: &str, value: Value| {
        let mut entry = good.clone();
        entry[field] = value;
        list(&[entry])
    };
    let sealed_text =
        |text: &str| changed("encrypt_certificate", seal(API_V3_KEY, "certificate", text));
    let body = json!({"data": [good]});
    for (what, reply) in [
        ("unsigned", Reply::unsigned(200, &body)),
        (
            "another key",
            Reply::unsigned(200, &body).sign(&PLATFORM, SERIAL, NOW_S),
        ),
        (
            "old",
            Reply::unsigned(200, &body).sign(&OTHER, SERIAL, NOW_S - 300),
        ),
        (
            "refused",
            Reply::unsigned(403, &body).sign(&OTHER, SERIAL, NOW_S),
        ),
        ("empty", list(&[])),
        (
            "not a list",
            Reply::unsigned(200, "{}").sign(&OTHER, SERIAL, NOW_S),
        ),
        (
            "sealed by another",
            list(&[listed(&OTHER, &API_V3_KEY.to_lowercase())]),
        ),
        (
            "another number",
            changed("serial_no", json!("5157F09EFDC096DE15EBE81A47057A73")),
        ),
        (
            "expired",
            changed("expire_time", json!("2026-06-01T00:00:00+08:00")),
        ),
        (
            "not yet",
            changed("effective_time", json!("2029-06-01T00:00:00+08:00")),
        ),
        ("no certificate", sealed_text("certificate")),
        ("a bare key", sealed_text(&OTHER.public_pem())),
    ] {
        let (script, gateway) = world([closed(), reply, closed()], false).await;
        assert!(!is_closed(&gateway).await, "{what}");
        // Nor is it fetched again and again.
        assert!(!is_closed(&gateway).await, "{what}");
        assert_eq!(script.lines(), [QUERY, DOWNLOAD, QUERY], "{what}");
    }
}

#[actix_web::test]
async fn certificates_can_be_fetched_beforehand_and_replaced() {
    let (script, gateway) = world([list(&[listed(&OTHER, API_V3_KEY)]), closed()], false).await;
    gateway.refresh().await.unwrap();
    assert!(is_closed(&gateway).await);
    assert_eq!(script.lines(), [DOWNLOAD, QUERY]);
    script.reply(Reply::unsigned(500, "{}"));
    gateway.refresh().await.unwrap_err();
    // What was there stays.
    script.reply(closed());
    assert!(is_closed(&gateway).await);

    let without = super::world::World::new([]).await;
    without.gateway.refresh().await.unwrap();
    assert_eq!(without.script.lines(), [""; 0]);
}

#[actix_web::test]
async fn a_notification_with_a_new_certificate_is_believed_when_it_comes_again() {
    let (script, gateway) = world([list(&[listed(&OTHER, API_V3_KEY)])], false).await;
    let body = notice("TRANSACTION.SUCCESS", &transaction("SUCCESS"));
    let headers = signature(&OTHER, SERIAL, NOW_S, &body);
    assert_eq!(
        verify(&gateway, &headers, &body),
        Err(NotificationRefused::BadSignature)
    );
    let again = async {
        while verify(&gateway, &headers, &body).is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), again)
        .await
        .unwrap();
    assert_eq!(script.lines(), [DOWNLOAD]);
}
