//! What the simulated WeChat Pay tells, how often, and what our client makes of it.

use std::collections::HashSet;
use std::time::Duration;

use chrono::Utc;
use serde_json::{Value, json};
use stockdesk::domain::payment::Notification;
use stockdesk::gateway::{NotificationRefused, PaymentGateway, WechatPayGateway};

use super::shop::{FAILED, HEARD, Says, Shop};
use super::wechat_pay::{NO, open_for};
use crate::eventually::eventually;
use crate::gateway::raw_http::Message;
use crate::gateway::world::{number, sent, yuan};

fn verify(
    client: &WechatPayGateway,
    message: &Message,
) -> Result<Notification, NotificationRefused> {
    let headers = message.headers().into_iter().collect();
    client.verify_notification(&headers, &message.body, Utc::now())
}

fn paid(
    client: &WechatPayGateway,
    message: &Message,
) -> stockdesk::domain::payment::VerifiedPayment {
    match verify(client, message) {
        Ok(Notification::Paid(paid)) => paid,
        other => panic!("{other:?}"),
    }
}

fn id(message: &Message) -> String {
    let body: Value = serde_json::from_slice(&message.body).expect("JSON");
    body["id"].as_str().expect("an id").to_owned()
}

#[tokio::test]
async fn fault_13_notices_come_three_times_at_once_and_out_of_order() {
    let shop = Shop::open().await;
    let (gateways, client) = open_for(&shop.notify_url).await;
    gateways.plan("wechat_pay", NO, "duplicate").await;
    assert_eq!(gateways.pay("wechat_pay", NO, json!({})).await, 204);
    let heard = shop.after(3).await;
    let ids: HashSet<_> = heard.iter().map(id).collect();
    assert_eq!((heard.len(), ids.len()), (3, 1));
    for message in &heard {
        assert_eq!(paid(&client, message).order_no, number(NO));
    }
    // The first of two payments is told after the second.
    gateways.plan("wechat_pay", NO, "reordered").await;
    assert_eq!(
        gateways.pay("wechat_pay", NO, json!({"force": true})).await,
        204
    );
    eventually("it waits", async || {
        let payment = gateways.payment("wechat_pay", NO).await;
        payment["notices"][1]["attempts"] == 1
    })
    .await;
    assert_eq!(
        gateways.pay("wechat_pay", NO, json!({"force": true})).await,
        204
    );
    let heard = shop.after(5).await;
    let payment = gateways.payment("wechat_pay", NO).await;
    let told: Vec<_> = heard[3..]
        .iter()
        .map(|m| paid(&client, m).transaction_id)
        .collect();
    assert_eq!(payment["money"][2]["transaction_id"], told[0].as_str());
    assert_eq!(payment["money"][1]["transaction_id"], told[1].as_str());
}

#[tokio::test]
async fn fault_14_a_probe_is_refused_and_the_true_notice_follows() {
    let shop = Shop::open().await;
    let (gateways, client) = open_for(&shop.notify_url).await;
    gateways.plan("wechat_pay", NO, "probe").await;
    shop.says(FAILED);
    gateways.pay("wechat_pay", NO, json!({})).await;
    let heard = shop.after(2).await;
    assert_eq!(verify(&client, &heard[0]), Err(NotificationRefused::Probe));
    assert_eq!(paid(&client, &heard[1]).amount, yuan(100));
    assert_eq!(gateways.refused("warped_notice_taken").await, 0);
}

#[tokio::test]
async fn fault_15_a_wrong_amount_is_told_as_it_is_and_so_is_another_merchant() {
    let shop = Shop::open().await;
    let (gateways, client) = open_for(&shop.notify_url).await;
    for fault in ["wrong_amount", "wrong_merchant", "wrong_app"] {
        gateways.plan("wechat_pay", NO, fault).await;
    }
    shop.says(FAILED);
    gateways.pay("wechat_pay", NO, json!({})).await;
    let heard = shop.after(3).await;
    for message in &heard[..2] {
        // No order has terms with that merchant: the desk keeps it as one that does not fit.
        let of = paid(&client, message).gateway;
        assert!(of.starts_with("wechat_pay/"), "{of}");
    }
    assert_eq!(paid(&client, &heard[2]).amount, yuan(101));
}

#[tokio::test]
async fn fault_16_money_comes_after_the_close_was_confirmed() {
    let shop = Shop::open().await;
    let (gateways, client) = open_for(&shop.notify_url).await;
    gateways.plan("wechat_pay", NO, "pay_after_close").await;
    let closed = client.close(&sent(NO)).await;
    assert!(matches!(
        closed,
        stockdesk::domain::payment::GatewayAnswer::Closed(_)
    ));
    let late = paid(&client, &shop.after(1).await[0]);
    let answer = client.query(&sent(NO)).await;
    assert_eq!(
        answer,
        stockdesk::domain::payment::GatewayAnswer::Paid(late)
    );
}

#[tokio::test]
async fn fault_17_a_notice_comes_again_on_its_schedule_until_it_is_heard_in_time() {
    let shop = Shop::open().await;
    let (gateways, client) = open_for(&shop.notify_url).await;
    // Longer than the gateway waits, which is 1 s at this scale.
    shop.says(Says(Duration::from_secs(3), 200, ""));
    gateways.pay("wechat_pay", NO, json!({})).await;
    let first = shop.after(2).await;
    assert_eq!(id(&first[0]), id(&first[1]));
    assert_eq!(paid(&client, &first[0]), paid(&client, &first[1]));
    shop.says(HEARD);
    eventually("it was heard", async || {
        gateways.payment("wechat_pay", NO).await["notices"][0]["taken"] == true
    })
    .await;
    assert_eq!(gateways.state().await["notices_waiting"], 0);
    // An acknowledgement that gets lost on its way is none.
    gateways
        .plan("wechat_pay", NO, "slow_acknowledgement")
        .await;
    let before = shop.heard().len();
    gateways.pay("wechat_pay", NO, json!({"force": true})).await;
    shop.after(before + 2).await;
}

#[tokio::test]
async fn a_notice_that_fails_comes_again_fifteen_times_and_no_more() {
    let shop = Shop::open().await;
    let gateways = super::Gateways::scaled(0.0001);
    let client = gateways.wechat_pay();
    client
        .create(&super::wechat_pay::payment(&shop.notify_url))
        .await;
    shop.says(FAILED);
    gateways.pay("wechat_pay", NO, json!({})).await;
    eventually("it is given up", async || {
        gateways.state().await["notices_waiting"] == 0
    })
    .await;
    assert_eq!(shop.heard().len(), 16);
}

#[tokio::test]
async fn a_payment_can_be_paid_without_a_word() {
    let shop = Shop::open().await;
    let (gateways, client) = open_for(&shop.notify_url).await;
    gateways.plan("wechat_pay", NO, "no_notice").await;
    gateways.pay("wechat_pay", NO, json!({})).await;
    assert_eq!(gateways.state().await["notices_waiting"], 0);
    let answer = client.query(&sent(NO)).await;
    assert!(matches!(
        answer,
        stockdesk::domain::payment::GatewayAnswer::Paid(_)
    ));
    assert!(shop.heard().is_empty());
}

#[tokio::test]
async fn fault_18_notices_are_believed_while_the_key_changes() {
    let shop = Shop::open().await;
    let (gateways, client) = open_for(&shop.notify_url).await;
    client.refresh().await.expect("certificates");
    let mut told = 0;
    for key in [
        "certificate",
        "new_certificate",
        "public_key",
        "certificate",
    ] {
        gateways.sign_with(key).await;
        if key == "new_certificate" {
            client.refresh().await.expect("certificates");
        }
        gateways.pay("wechat_pay", NO, json!({"force": true})).await;
        told += 1;
        let heard = shop.after(told).await;
        assert_eq!(
            paid(&client, &heard[told - 1]).order_no,
            number(NO),
            "{key}"
        );
    }
    // A merchant without the public key believes certificates alone, also in answers.
    let old = gateways.wechat_pay_with(
        |settings| settings.public_key = None,
        std::sync::Arc::new(Utc::now),
    );
    let answer = old.query(&sent(NO)).await;
    assert!(
        matches!(answer, stockdesk::domain::payment::GatewayAnswer::Paid(_)),
        "{answer:?}"
    );
    gateways.sign_with("public_key").await;
    let answer = old.query(&sent(NO)).await;
    assert!(
        matches!(
            answer,
            stockdesk::domain::payment::GatewayAnswer::Unknown(_)
        ),
        "{answer:?}"
    );
}
