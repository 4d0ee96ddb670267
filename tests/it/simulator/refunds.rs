//! Refunds at the simulated WeChat Pay: one number, one refund.

use serde_json::json;
use stockdesk::domain::payment::{GatewayAnswer, NewRefund, RefundAnswer};
use stockdesk::gateway::{PaymentGateway, WechatPayGateway};

use super::Gateways;
use super::wechat_pay::{NO, open};
use crate::eventually::eventually;
use crate::gateway::world::sent;

async fn paid() -> (Gateways, WechatPayGateway, NewRefund) {
    let (gateways, client) = open().await;
    assert_eq!(gateways.pay("wechat_pay", NO, json!({})).await, 204);
    match client.query(&sent(NO)).await {
        GatewayAnswer::Paid(payment) => (gateways, client, NewRefund::whole(&payment, "late")),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn fault_19_a_refund_that_was_not_answered_is_asked_for_again_and_made_once() {
    let (gateways, client, refund) = paid().await;
    assert_eq!(client.query_refund(&refund).await, RefundAnswer::NotFound);
    for fault in ["lost_reply", "silent", "http500", "unsigned"] {
        let plan = json!({"fault": fault, "on": "refund"});
        gateways.plan("wechat_pay", NO, plan).await;
        let answer = client.refund(&refund).await;
        assert!(
            matches!(answer, RefundAnswer::Unknown(_)),
            "{fault}: {answer:?}"
        );
    }
    let answer = client.refund(&refund).await;
    let known = matches!(
        answer,
        RefundAnswer::Processing | RefundAnswer::Refunded { .. }
    );
    assert!(known, "{answer:?}");
    eventually("the money is back", async || {
        matches!(
            client.query_refund(&refund).await,
            RefundAnswer::Refunded { .. }
        )
    })
    .await;
    let there = gateways.payment("wechat_pay", NO).await;
    assert_eq!(there["refunds"].as_array().map(Vec::len), Some(1));
    // A payment that went back was paid all the same.
    assert!(matches!(
        client.query(&sent(NO)).await,
        GatewayAnswer::Paid(_)
    ));
}

#[tokio::test]
async fn fault_20_refunds_end_abnormal_or_closed() {
    for (fault, word) in [("refund_abnormal", "ABNORMAL"), ("refund_closed", "CLOSED")] {
        let (gateways, client, refund) = paid().await;
        gateways.plan("wechat_pay", NO, fault).await;
        assert_eq!(client.refund(&refund).await, RefundAnswer::Processing);
        eventually("it failed", async || {
            client.query_refund(&refund).await == RefundAnswer::Failed(word.to_owned())
        })
        .await;
    }
}

#[tokio::test]
async fn no_more_goes_back_than_was_paid() {
    let (gateways, client, refund) = paid().await;
    assert_eq!(client.refund(&refund).await, RefundAnswer::Processing);
    // Somebody who lost the number, and asks with another one.
    let other = NewRefund {
        refund_no: "LP0".to_owned(),
        ..refund.clone()
    };
    let refused = client.refund(&other).await;
    assert!(matches!(refused, RefundAnswer::Refused(_)), "{refused:?}");
    let there = gateways.payment("wechat_pay", NO).await;
    assert_eq!(there["refunds"].as_array().map(Vec::len), Some(1));
}
