//! The gateway's word that money came, and what is asked for by a person.

use serde_json::json;
use stockdesk::domain::order::OrderStatus;
use stockdesk::domain::payment::PaymentState;
use stockdesk::domain::rejection::{Rejection, ServiceError};
use stockdesk::gateway::{Headers, NotificationRefused, PaymentGateway};
use stockdesk::service::NotAcknowledged;

use super::till::{Till, number, staff};
use crate::eventually::eventually;
use crate::gateway::world::sent;

#[tokio::test]
async fn a_notification_pays_the_order_once() {
    let till = Till::new().await;
    till.world.stock("A", 10).await;
    till.open("R1", &[("A", 3)]).await;
    till.pay("R1").await;
    eventually("it is paid", async || {
        till.status("R1").await == OrderStatus::Paid
    })
    .await;
    assert_eq!(till.world.levels("A").await, (7, 0));
    let order = till.order("R1").await;
    assert_eq!(order.payment_state, Some(PaymentState::Paid));
    let paid = format!("paid {}", order.transaction_id.unwrap());
    assert_eq!(
        till.events("R1").await,
        ["payment_created".to_owned(), paid]
    );
    // A second payment of the same order is kept for people to see.
    till.pay_as("R1", json!({"force": true})).await;
    eventually("the second one is kept", async || {
        till.payments("R1", "duplicate").await == 1
    })
    .await;
    assert_eq!(till.world.levels("A").await, (7, 0));
    assert_eq!(till.payments("R1", "order_paid").await, 1);
}

#[tokio::test]
async fn money_for_a_cancelled_order_is_late_and_moves_no_stock() {
    let till = Till::new().await;
    till.world.stock("A", 10).await;
    till.open("R1", &[("A", 3)]).await;
    till.cancel("R1").await.unwrap();
    till.pay_as("R1", json!({"force": true})).await;
    eventually("it is kept", async || {
        till.payments("R1", "late").await == 1
    })
    .await;
    assert_eq!(till.status("R1").await, OrderStatus::Cancelled);
    assert_eq!(till.world.levels("A").await, (10, 0));
    assert_eq!(till.returns("R1").await, 1);
}

#[tokio::test]
async fn money_of_another_amount_pays_nothing_and_cancels_nothing() {
    let till = Till::new().await;
    till.world.stock("A", 10).await;
    till.open("R1", &[("A", 3)]).await;
    till.pay_as("R1", json!({"force": true, "amount_minor": 1}))
        .await;
    eventually("it is kept", async || {
        till.payments("R1", "mismatch").await == 1
    })
    .await;
    assert_eq!(till.status("R1").await, OrderStatus::Pending);
    // Closing it finds the same money again: it stays held until people have looked.
    let closing = till.cancel("R1").await.unwrap();
    assert_eq!(closing.receipt.status, OrderStatus::Closing);
    assert_eq!(till.world.levels("A").await, (7, 3));
    assert_eq!(till.payments("R1", "mismatch").await, 1);
}

#[tokio::test]
async fn what_is_not_signed_or_not_for_a_gateway_of_ours_is_refused() {
    let till = Till::new().await;
    let none = Headers::default();
    let unknown = till.cashier.payment_notified("paypal", &none, b"{}").await;
    assert!(matches!(unknown, Err(NotAcknowledged::UnknownGateway)));
    let unsigned = till.cashier.payment_notified("sandbox", &none, b"{}").await;
    let refused = NotificationRefused::Unsigned;
    assert!(matches!(unsigned, Err(NotAcknowledged::Refused(why)) if why == refused));
}

#[tokio::test]
async fn a_person_who_asks_finds_a_payment_that_nobody_told_us_of() {
    let till = Till::new().await;
    till.world.stock("A", 10).await;
    till.placed("R0", &[("A", 1)]).await;
    till.open("R1", &[("A", 3)]).await;
    till.switches("R1", json!({"no_notification": true})).await;
    let check = async |order_no: &str| {
        let checked = till.cashier.check_payment(&number(order_no), staff()).await;
        checked.map(|c| (c.status, c.payment_state))
    };
    let pending = OrderStatus::Pending;
    assert_eq!(check("R0").await.unwrap(), (pending, PaymentState::Unsent));
    assert_eq!(check("R1").await.unwrap(), (pending, PaymentState::Open));
    till.pay("R1").await;
    let paid = (OrderStatus::Paid, PaymentState::Paid);
    assert_eq!(check("R1").await.unwrap(), paid);
    assert_eq!(check("R1").await.unwrap(), paid);
    assert_eq!(till.world.levels("A").await, (6, 1));

    till.open("R2", &[("A", 1)]).await;
    till.switches("R2", json!({"http_500": true})).await;
    assert_eq!(check("R2").await.unwrap(), (pending, PaymentState::Unknown));
    assert_eq!(
        till.events("R2").await,
        ["payment_created", "gateway_asked no_answer"]
    );
    let nothing = check("R9").await;
    assert!(matches!(
        nothing,
        Err(ServiceError::Rejected(Rejection::NotFound))
    ));
}

#[tokio::test]
async fn asking_about_a_closing_order_finishes_it_when_the_gateway_can_prove_it() {
    let till = Till::new().await;
    till.world.stock("A", 10).await;
    till.open("R1", &[("A", 3)]).await;
    // The close is done; its answer, and every other one, is lost.
    till.switches("R1", json!({"drop_connection": true, "on": ["close"]}))
        .await;
    till.switches("R1", json!({"http_500": true})).await;
    let closing = till.cancel("R1").await.unwrap();
    assert_eq!(closing.receipt.status, OrderStatus::Closing);
    till.switches("R1", json!({"close_without_effect": true}))
        .await;
    let checked = till
        .cashier
        .check_payment(&number("R1"), staff())
        .await
        .unwrap();
    assert_eq!(checked.status, OrderStatus::Closing, "it is open: no proof");
    assert_eq!(till.world.levels("A").await, (7, 3));

    // Somebody closed it at the gateway's own site.
    till.all_switches_off().await;
    let other = till.second_cashier().await;
    let gateway = other.gateways().get("sandbox").unwrap();
    gateway.close(&sent("R1")).await;
    let checked = till
        .cashier
        .check_payment(&number("R1"), staff())
        .await
        .unwrap();
    assert_eq!(checked.status, OrderStatus::Cancelled);
    assert_eq!(till.world.levels("A").await, (10, 0));
}
