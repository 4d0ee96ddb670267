//! Faults of the simulated WeChat Pay, by number, and what our client makes of them.

use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use stockdesk::domain::payment::{CreateAnswer, GatewayAnswer, NewPayment};
use stockdesk::gateway::{PaymentGateway, WechatPayGateway};

use super::Gateways;
use crate::eventually::eventually;
use crate::gateway::wechat::world::{answer_word, asked_word};
use crate::gateway::world::{number, sent, yuan};

pub const NO: &str = "SO-100001";

pub fn payment(notify_url: &str) -> NewPayment {
    NewPayment {
        order_no: number(NO),
        amount: yuan(100),
        expires_at: Utc::now() + TimeDelta::minutes(15),
        notify_url: notify_url.to_owned(),
    }
}

/// Gateways and a client, and one payment that can be paid.
pub async fn open() -> (Gateways, WechatPayGateway) {
    open_for("http://127.0.0.1:1/notify").await
}

pub async fn open_for(notify_url: &str) -> (Gateways, WechatPayGateway) {
    let gateways = Gateways::start();
    let client = gateways.wechat_pay();
    let created = client.create(&payment(notify_url)).await;
    assert!(
        matches!(created, CreateAnswer::Created { .. }),
        "{created:?}"
    );
    (gateways, client)
}

async fn query(client: &WechatPayGateway) -> &'static str {
    answer_word(&client.query(&sent(NO)).await)
}

async fn ask_to_close(client: &WechatPayGateway) -> &'static str {
    asked_word(&client.ask_to_close(&sent(NO)).await)
}

async fn close(client: &WechatPayGateway) -> &'static str {
    answer_word(&client.close(&sent(NO)).await)
}

async fn state(gateways: &Gateways) -> String {
    let payment = gateways.payment("wechat_pay", NO).await;
    payment["state"].as_str().expect("a word").to_owned()
}

fn on(fault: &str, call: &str) -> Value {
    json!({ "fault": fault, "on": call })
}

#[tokio::test]
async fn without_faults_a_payment_is_created_paid_and_closed_as_in_the_manual() {
    let (gateways, client) = open().await;
    assert_eq!(query(&client).await, "open");
    assert_eq!(close(&client).await, "closed");
    assert_eq!(ask_to_close(&client).await, "accepted");
    assert_eq!(gateways.pay("wechat_pay", NO, json!({})).await, 409);
    let other = NewPayment {
        order_no: number("SO-100002"),
        ..payment("http://127.0.0.1:1/notify")
    };
    client.create(&other).await;
    assert_eq!(
        gateways.pay("wechat_pay", "SO-100002", json!({})).await,
        204
    );
    let answer = client.close(&sent("SO-100002")).await;
    let GatewayAnswer::Paid(paid) = answer else {
        panic!("{answer:?}");
    };
    assert_eq!(
        (paid.amount, &paid.order_no),
        (yuan(100), &number("SO-100002"))
    );
    let again = client.create(&other).await;
    assert_eq!(again, CreateAnswer::AlreadyPaid(paid));
}

#[tokio::test]
async fn fault_1_a_close_without_effect_proves_nothing() {
    let (gateways, client) = open().await;
    gateways
        .plan("wechat_pay", NO, "close_without_effect")
        .await;
    assert_eq!(close(&client).await, "unknown");
    assert_eq!(state(&gateways).await, "open");
    assert_eq!(close(&client).await, "closed");
}

#[tokio::test]
async fn fault_2_a_paid_payment_is_refused_in_both_spellings() {
    let (gateways, client) = open().await;
    assert_eq!(gateways.pay("wechat_pay", NO, json!({})).await, 204);
    assert_eq!(ask_to_close(&client).await, "paid");
    gateways.plan("wechat_pay", NO, "old_spelling").await;
    assert_eq!(ask_to_close(&client).await, "paid");
    assert_eq!(gateways.happened().await["old_spelling"], 1);
    assert_eq!(close(&client).await, "paid");
}

#[tokio::test]
async fn fault_3_the_payer_is_paying_and_then_has_paid() {
    let (gateways, client) = open().await;
    gateways.plan("wechat_pay", NO, "user_paying").await;
    assert_eq!(close(&client).await, "paying");
    eventually("the payer is done", async || close(&client).await == "paid").await;
}

#[tokio::test]
async fn fault_4_a_number_that_is_not_known_is_closed_all_the_same() {
    let gateways = Gateways::start();
    let client = gateways.wechat_pay();
    assert_eq!(close(&client).await, "not_created");
    gateways.plan("wechat_pay", NO, "unknown_accepted").await;
    assert_eq!(ask_to_close(&client).await, "accepted");
    gateways.plan("wechat_pay", NO, "unknown_accepted").await;
    assert_eq!(close(&client).await, "not_created");
    assert_eq!(query(&client).await, "not_created");
}

#[tokio::test]
async fn fault_5_a_second_close_is_accepted_or_refused_as_closed() {
    let (gateways, client) = open().await;
    assert_eq!(ask_to_close(&client).await, "accepted");
    assert_eq!(ask_to_close(&client).await, "accepted");
    for spelled in [false, true] {
        gateways
            .plan("wechat_pay", NO, "closed_again_refused")
            .await;
        if spelled {
            gateways.plan("wechat_pay", NO, "old_spelling").await;
        }
        assert_eq!(ask_to_close(&client).await, "accepted");
    }
    assert_eq!(gateways.happened().await["closed_again_refused"], 2);
    assert_eq!(close(&client).await, "closed");
}

#[tokio::test]
async fn fault_6_a_close_that_took_effect_and_whose_answer_is_lost_is_found_closed() {
    let (gateways, client) = open().await;
    gateways
        .plan("wechat_pay", NO, on("lost_reply", "close"))
        .await;
    assert_eq!(ask_to_close(&client).await, "unknown");
    assert_eq!(state(&gateways).await, "closed");
    assert_eq!(close(&client).await, "closed");
}

#[tokio::test]
async fn fault_7_a_close_that_never_happened_and_is_never_answered_proves_nothing() {
    let (gateways, client) = open().await;
    gateways.plan("wechat_pay", NO, on("silent", "close")).await;
    assert_eq!(close(&client).await, "unknown");
    assert_eq!(state(&gateways).await, "open");
}

#[tokio::test]
async fn fault_8_paid_between_the_last_look_and_the_close() {
    let (gateways, client) = open().await;
    gateways.plan("wechat_pay", NO, "pay_before_close").await;
    assert_eq!(close(&client).await, "paid");
}

#[tokio::test]
async fn fault_9_paid_while_the_close_is_being_accepted() {
    let (gateways, client) = open().await;
    gateways.plan("wechat_pay", NO, "pay_during_close").await;
    assert_eq!(ask_to_close(&client).await, "accepted");
    assert_eq!(state(&gateways).await, "paid");
    let (gateways, client) = open().await;
    gateways.plan("wechat_pay", NO, "pay_during_close").await;
    assert_eq!(close(&client).await, "paid");
}

#[tokio::test]
async fn fault_10_broken_or_busy_gateways_prove_nothing() {
    let (gateways, client) = open().await;
    for fault in ["http500", "http502", "too_many", "rule_limit"] {
        gateways.plan("wechat_pay", NO, on(fault, "close")).await;
        assert_eq!(close(&client).await, "unknown", "{fault}");
        gateways.plan("wechat_pay", NO, on(fault, "query")).await;
        assert_eq!(query(&client).await, "unknown", "{fault}");
        assert_eq!(state(&gateways).await, "open", "{fault}");
    }
}

#[tokio::test]
async fn fault_11_answers_that_nobody_provably_gave_prove_nothing() {
    let (gateways, client) = open().await;
    let faults = ["unsigned", "wrong_key", "stale_answer", "unknown_serial"];
    for fault in faults {
        gateways.plan("wechat_pay", NO, on(fault, "close")).await;
        assert_eq!(ask_to_close(&client).await, "unknown", "{fault}");
    }
    for fault in faults.into_iter().chain(["corrupt_answer"]) {
        gateways.plan("wechat_pay", NO, on(fault, "query")).await;
        assert_eq!(query(&client).await, "unknown", "{fault}");
    }
    assert_eq!(close(&client).await, "closed");
}

#[tokio::test]
async fn fault_12_a_close_that_shows_late_is_not_believed_before_it_shows() {
    let (gateways, client) = open().await;
    gateways.plan("wechat_pay", NO, "late_visible").await;
    assert_eq!(close(&client).await, "unknown");
    assert_eq!(query(&client).await, "open");
    assert_eq!(close(&client).await, "closed");
}

#[tokio::test]
async fn fault_21_a_payment_that_is_there_is_not_found() {
    let (gateways, client) = open().await;
    let twice = json!({"fault": "not_exist", "times": 2});
    gateways.plan("wechat_pay", NO, twice).await;
    assert_eq!(close(&client).await, "not_created");
    assert_eq!(state(&gateways).await, "closed");
    assert_eq!(close(&client).await, "closed");
}

#[tokio::test]
async fn what_happened_outlives_a_kill() {
    let (mut gateways, client) = open().await;
    assert_eq!(gateways.pay("wechat_pay", NO, json!({})).await, 204);
    let before = gateways.payment("wechat_pay", NO).await;
    gateways.kill_and_restart();
    let after = gateways.payment("wechat_pay", NO).await;
    assert_eq!(before["money"], after["money"]);
    assert_eq!(close(&client).await, "paid");
}

#[tokio::test]
async fn random_faults_come_at_their_rate_and_the_same_for_the_same_seed() {
    let struck = async |seed: u64| {
        let (gateways, client) = open().await;
        gateways.rates(seed, json!({"rule_limit": 0.3})).await;
        let mut words = Vec::new();
        for _ in 0..60 {
            words.push(query(&client).await);
        }
        words
    };
    let (one, same, other) = tokio::join!(struck(7), struck(7), struck(8));
    let count = one.iter().filter(|word| **word == "unknown").count();
    assert!((5..=32).contains(&count), "{count} of 60");
    assert_eq!(one, same);
    assert_ne!(one, other);
}
