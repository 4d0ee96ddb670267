//! The rows of the state machine, each by its number, against real stores.

use std::collections::BTreeSet;

use chrono::{TimeDelta, Utc};
use serde_json::json;
use stockdesk::domain::late::LateState;
use stockdesk::domain::order::OrderStatus;
use stockdesk::domain::payment::{GatewayAnswer, Notification, RefundAnswer};
use stockdesk::gateway::{CloseAsked, NotificationRefused};
use stockdesk::service::NotAcknowledged;

use super::counter::{
    Counter, after_deadline, closed, evidence, money, number, refunded, supervisor, yuan,
};
use crate::eventually::eventually;
use crate::gateway::world::sent;
use crate::harness::world::shop;
use crate::service::till::Till;

/// A row without a test would be a promise that nobody keeps.
#[test]
fn every_row_has_its_test() {
    let source = include_str!("rows.rs");
    let named = source.split("\nasync fn row_").skip(1);
    let rows: BTreeSet<u8> = named
        .map(|rest| rest[..2].parse().expect("a row's number"))
        .collect();
    assert_eq!(rows, (1..=24).collect());
}

fn paid(order_no: &str, transaction: &str) -> GatewayAnswer {
    GatewayAnswer::Paid(money(order_no, transaction))
}

#[tokio::test]
async fn row_01_past_its_deadline_an_order_is_closing_on_disk_before_anybody_is_asked() {
    let counter = Counter::new().await;
    counter.open("R1").await;
    assert_eq!(counter.due_orders(Utc::now()).await, 0);
    // A gateway that never says anything: what is on disk was there before it could.
    assert_eq!(counter.due_orders(after_deadline()).await, 1);
    let order = counter.order("R1").await;
    assert_eq!(order.status, OrderStatus::Closing);
    assert_eq!(order.cancel_reason.as_deref(), Some("not_paid"));
    let kinds: Vec<_> = order.events.iter().map(|e| e.kind.as_str()).collect();
    assert_eq!(kinds, ["payment_created", "closing", "gateway_unknown"]);
    assert_eq!(counter.gateway.calls(), ["query"]);
    // Claimed, it belongs to nobody else until its next try.
    assert_eq!(counter.due_orders(after_deadline()).await, 0);
    assert_eq!(counter.world.levels("A").await, (998, 2));
}

#[tokio::test]
async fn row_02_what_is_found_paid_before_the_close_is_paid_and_not_closed() {
    let counter = Counter::new().await;
    counter.open("R1").await;
    counter.gateway.says([paid("R1", "T1")]);
    assert_eq!(counter.due_orders(after_deadline()).await, 1);
    assert_eq!(counter.gateway.calls(), ["query"]);
    assert_eq!(counter.status("R1").await, OrderStatus::Paid);
    assert_eq!(counter.returned("R1").await, 0);
    // The notification that comes after all changes nothing.
    let acknowledged = counter
        .notified(Notification::Paid(money("R1", "T1")))
        .await;
    assert_eq!(acknowledged.unwrap(), 204);
    assert_eq!(counter.world.levels("A").await, (998, 0));
}

#[tokio::test]
async fn row_03_what_is_found_closed_before_the_close_is_cancelled() {
    let counter = Counter::new().await;
    counter.open("R1").await;
    counter.gateway.says([closed()]);
    counter.due_orders(after_deadline()).await;
    assert_eq!(counter.gateway.calls(), ["query"]);
    assert_eq!(counter.status("R1").await, OrderStatus::Cancelled);
    assert_eq!(counter.returned("R1").await, 2);
}

#[tokio::test]
async fn row_04_an_open_payment_is_closed_and_asked_about_again() {
    let counter = Counter::new().await;
    counter.open("R1").await;
    counter.gateway.says([GatewayAnswer::Open, closed()]);
    counter
        .gateway
        .script(|s| s.asked = [CloseAsked::Accepted].into());
    counter.due_orders(after_deadline()).await;
    assert_eq!(counter.gateway.calls(), ["query", "close", "query"]);
    assert_eq!(counter.status("R1").await, OrderStatus::Cancelled);
}

#[tokio::test]
async fn row_05_an_unknown_payment_counts_as_never_created_only_when_it_cannot_come_any_more() {
    let counter = Counter::new().await;
    counter.gateway.says([GatewayAnswer::NotCreated]);
    counter
        .gateway
        .script(|s| s.asked = [CloseAsked::Accepted].into());
    // Sent, and the answer was lost.
    counter.open("LOST").await;
    let lost = "UPDATE orders SET payment_url = NULL, payment_state = 'sent' WHERE order_no = ?";
    counter.run(lost, "LOST").await;
    // Acknowledged, and now the gateway does not know it: a person has to find out why.
    counter.open("GONE").await;
    let deadline = Utc::now() + TimeDelta::minutes(15);
    for minutes in [1, 60, 134] {
        counter
            .due_orders(deadline + TimeDelta::minutes(minutes))
            .await;
        for order_no in ["LOST", "GONE"] {
            let status = counter.status(order_no).await;
            assert_eq!(
                status,
                OrderStatus::Closing,
                "{order_no} after {minutes} min"
            );
        }
    }
    counter.due_orders(deadline + TimeDelta::minutes(150)).await;
    let order = counter.order("LOST").await;
    assert_eq!(order.status, OrderStatus::Cancelled);
    let proof = order.evidence.expect("our own record");
    assert_eq!(
        (proof.code.as_str(), proof.digest.len()),
        ("never_created", 64)
    );
    // Years do not help.
    counter.due_orders(deadline + TimeDelta::days(3_000)).await;
    assert_eq!(counter.status("GONE").await, OrderStatus::Closing);
    assert_eq!(counter.world.levels("A").await, (998, 2));
}

#[tokio::test]
async fn row_06_an_accepted_close_is_nothing_without_the_query_after_it() {
    let counter = Counter::new().await;
    counter.open("R1").await;
    counter
        .gateway
        .script(|s| s.asked = [CloseAsked::Accepted].into());
    counter
        .gateway
        .says([GatewayAnswer::Open, GatewayAnswer::Open]);
    counter.due_orders(after_deadline()).await;
    assert_eq!(counter.status("R1").await, OrderStatus::Closing);
    counter
        .gateway
        .says([GatewayAnswer::Open, paid("R1", "T1")]);
    counter
        .due_orders(after_deadline() + TimeDelta::hours(1))
        .await;
    assert_eq!(counter.status("R1").await, OrderStatus::Paid);
    assert_eq!(counter.returned("R1").await, 0);
}

#[tokio::test]
async fn row_07_what_was_closed_already_is_confirmed_like_a_close() {
    let till = Till::new().await;
    till.world.stock("A", 10).await;
    till.open("R1", &[("A", 3)]).await;
    // The close is done; what the gateway said of it, and of everything after it, is lost.
    let lost = json!({"drop_connection": true, "on": ["close"]});
    till.switches("R1", lost).await;
    let worker = stockdesk::workers::DueOrders::new(till.cashier.clone());
    worker.run_once(after_deadline()).await.unwrap();
    // The query after it told.
    assert_eq!(till.status("R1").await, OrderStatus::Cancelled);
    // And to close it once more comes to the same.
    till.all_switches_off().await;
    let gateway = till.cashier.gateways().get("sandbox").unwrap();
    use stockdesk::gateway::PaymentGateway;
    assert_eq!(
        gateway.ask_to_close(&sent("R1")).await,
        CloseAsked::Accepted
    );
    assert_eq!(till.returns("R1").await, 1);
}

#[tokio::test]
async fn row_08_of_the_proof_and_the_payment_the_first_one_wins_and_stock_moves_once() {
    let counter = Counter::new().await;
    for (order_no, transaction) in [("R1", "T1"), ("R2", "T2")] {
        counter.closing(order_no).await;
        let (desk, number) = (&counter.world.desk, number(order_no));
        let cancels = desk.order_cancelled(&number, evidence("CLOSED"), shop());
        let pays = desk.payment_arrived(money(order_no, transaction), shop());
        // Together: group commit decides which is first.
        let (cancelled, arrived) = tokio::join!(cancels, pays);
        let outcome = arrived.unwrap().receipt.as_str();
        match counter.status(order_no).await {
            OrderStatus::Cancelled => {
                assert!(cancelled.is_ok());
                assert_eq!((outcome, counter.returned(order_no).await), ("late", 2));
            }
            OrderStatus::Paid => {
                assert!(cancelled.is_err());
                assert_eq!(
                    (outcome, counter.returned(order_no).await),
                    ("order_paid", 0)
                );
            }
            other => panic!("{other}"),
        }
    }
    counter.world.assert_sound().await;
}

#[tokio::test]
async fn row_09_a_close_that_says_paid_is_believed_only_if_the_query_says_so_too() {
    let counter = Counter::new().await;
    counter
        .gateway
        .script(|s| s.asked = [CloseAsked::AlreadyPaid].into());
    counter.open("R1").await;
    counter
        .gateway
        .says([GatewayAnswer::Open, GatewayAnswer::Open]);
    counter.due_orders(after_deadline()).await;
    assert_eq!(counter.status("R1").await, OrderStatus::Closing);
    counter
        .gateway
        .says([GatewayAnswer::Open, paid("R1", "T1")]);
    counter
        .due_orders(after_deadline() + TimeDelta::minutes(1))
        .await;
    assert_eq!(counter.status("R1").await, OrderStatus::Paid);
}

#[tokio::test]
async fn row_10_without_proof_it_is_asked_again_at_growing_intervals_for_ever() {
    let counter = Counter::new().await;
    counter.open("R1").await;
    let mut now = after_deadline();
    for (tries, least_s) in [
        (1, 5),
        (2, 15),
        (3, 30),
        (4, 60),
        (5, 120),
        (6, 300),
        (7, 600),
        (8, 600),
    ] {
        assert_eq!(counter.due_orders(now).await, 1);
        let (attempts, wait) = counter.next_try("R1", now).await;
        assert_eq!(attempts, tries);
        assert!(
            (least_s - 1..=least_s * 6 / 5).contains(&wait),
            "{tries}: {wait}"
        );
        assert_eq!(
            counter.due_orders(now + TimeDelta::seconds(wait - 1)).await,
            0
        );
        now += TimeDelta::seconds(wait + 1);
    }
    counter
        .run(
            "UPDATE orders SET attempts = 4000000000 WHERE order_no = ?",
            "R1",
        )
        .await;
    counter.due_orders(now + TimeDelta::days(10_000)).await;
    assert_eq!(counter.status("R1").await, OrderStatus::Closing);
    assert_eq!(counter.world.levels("A").await, (998, 2));
}

#[tokio::test]
async fn row_11_where_the_gateway_refuses_people_are_called_and_it_is_asked_slowly() {
    let counter = Counter::new().await;
    counter.open("R1").await;
    counter
        .gateway
        .says([GatewayAnswer::Refused("NO_AUTH".to_owned())]);
    let now = after_deadline();
    counter.due_orders(now).await;
    let (attempts, wait) = counter.next_try("R1", now).await;
    assert!(attempts == 1 && (599..=720).contains(&wait), "{wait}");
    let events = counter.order("R1").await.events;
    let last = events.last().and_then(|event| event.detail.as_deref());
    assert_eq!(last, Some("refused"));
    assert_eq!(counter.status("R1").await, OrderStatus::Closing);
}

#[tokio::test]
async fn row_12_a_notification_that_fits_pays_a_pending_and_a_closing_order() {
    let counter = Counter::new().await;
    counter.open("R1").await;
    counter.closing("R2").await;
    for (order_no, transaction) in [("R1", "T1"), ("R2", "T2")] {
        let payment = Notification::Paid(money(order_no, transaction));
        assert_eq!(counter.notified(payment).await.unwrap(), 204);
        assert_eq!(counter.status(order_no).await, OrderStatus::Paid);
    }
    assert_eq!(counter.world.levels("A").await, (996, 0));
    counter.world.assert_sound().await;
}

#[tokio::test]
async fn row_13_another_amount_currency_or_gateway_is_stored_and_acknowledged_and_pays_nothing() {
    let counter = Counter::new().await;
    counter.open("R1").await;
    let mut less = money("R1", "LESS");
    less.amount = yuan(12_799);
    let mut dollars = money("R1", "USD");
    dollars.amount.currency = stockdesk::domain::money::Currency::parse("USD").unwrap();
    let mut elsewhere = money("R1", "ELSEWHERE");
    elsewhere.gateway = "sandbox".to_owned();
    for payment in [less, dollars, elsewhere] {
        let transaction = payment.transaction_id.clone();
        assert_eq!(
            counter.notified(Notification::Paid(payment)).await.unwrap(),
            204
        );
        let late = counter.late(&transaction).await;
        assert_eq!(
            (late.outcome.as_str(), late.state),
            ("mismatch", LateState::Waiting)
        );
    }
    assert_eq!(counter.status("R1").await, OrderStatus::Pending);
    assert_eq!(counter.world.levels("A").await, (998, 2));
    // Nothing goes back by itself: it is not clear what it was for.
    assert_eq!(counter.due_money(Utc::now() + TimeDelta::days(1)).await, 0);
    let open = counter.queries.late_payments_open().await.unwrap().value;
    assert_eq!(open.0, 3);
    counter.world.assert_sound().await;
}

#[tokio::test]
async fn row_14_money_for_a_cancelled_order_is_stored_with_its_refund_in_one_transaction() {
    let counter = Counter::new().await;
    counter.cancelled("R1").await;
    let payment = Notification::Paid(money("R1", "T1"));
    assert_eq!(counter.notified(payment).await.unwrap(), 204);
    let late = counter.late("T1").await;
    assert_eq!(
        (late.outcome.as_str(), late.state),
        ("late", LateState::Queued)
    );
    assert!(late.next_action_at.is_some() && late.settled_at.is_none());
    // It is not resurrected, and its stock is not touched.
    assert_eq!(counter.status("R1").await, OrderStatus::Cancelled);
    assert_eq!(counter.world.levels("A").await, (1_000, 0));
    counter.gateway.refunds(refunded());
    counter.due_money(Utc::now()).await;
    assert_eq!(counter.late("T1").await.state, LateState::Refunded);
    counter.world.assert_sound().await;
}

#[tokio::test]
async fn row_15_the_same_transaction_again_changes_nothing() {
    let counter = Counter::new().await;
    counter.paid("R1", "T1").await;
    counter.cancelled("R2").await;
    counter.arrives(money("R2", "T2")).await;
    for (order_no, transaction) in [("R1", "T1"), ("R2", "T2"), ("R1", "T1")] {
        let payment = Notification::Paid(money(order_no, transaction));
        assert_eq!(counter.notified(payment).await.unwrap(), 204);
    }
    assert_eq!(counter.order("R1").await.events.len(), 2);
    assert_eq!(counter.late_events("T2").await, ["arrived late"]);
    counter.world.assert_sound().await;
}

#[tokio::test]
async fn row_16_another_transaction_of_a_paid_order_goes_back() {
    let counter = Counter::new().await;
    counter.paid("R1", "T1").await;
    let second = Notification::Paid(money("R1", "T2"));
    assert_eq!(counter.notified(second).await.unwrap(), 204);
    let late = counter.late("T2").await;
    assert_eq!(
        (late.outcome.as_str(), late.state),
        ("duplicate", LateState::Queued)
    );
    counter.gateway.refunds(refunded());
    counter.due_money(Utc::now()).await;
    assert_eq!(
        counter.gateway.calls(),
        [format!("refund {}", late.refund_no)]
    );
    // The first one stays.
    let order = counter.order("R1").await;
    assert_eq!(
        (order.status, order.transaction_id.as_deref()),
        (OrderStatus::Paid, Some("T1"))
    );
    counter.world.assert_sound().await;
}

#[tokio::test]
async fn row_17_what_is_not_to_be_believed_changes_nothing() {
    let counter = Counter::new().await;
    counter.open("R1").await;
    use NotificationRefused::{BadSignature, Probe, Stale, Unsigned};
    for why in [Unsigned, BadSignature, Stale, Probe] {
        let refused = Some(Err(why.clone()));
        counter.gateway.script(|s| s.notification = refused);
        let headers = stockdesk::gateway::Headers::default();
        let taken = counter
            .cashier
            .payment_notified("scripted", &headers, b"{}");
        let taken = taken.await;
        assert!(matches!(taken, Err(NotAcknowledged::Refused(w)) if w == why));
    }
    assert_eq!(counter.status("R1").await, OrderStatus::Pending);
    let stored = "SELECT COUNT(*) FROM payments WHERE order_no = ?";
    assert_eq!(counter.world.count(stored, "R1").await, 0);
}

#[tokio::test]
async fn row_18_money_for_an_order_that_is_not_there_is_stored_and_acknowledged() {
    let counter = Counter::new().await;
    let payment = Notification::Paid(money("NOWHERE", "T1"));
    assert_eq!(counter.notified(payment).await.unwrap(), 204);
    let late = counter.late("T1").await;
    assert_eq!(
        (late.outcome.as_str(), late.state),
        ("orphan", LateState::Waiting)
    );
    assert_eq!(counter.due_money(Utc::now() + TimeDelta::days(1)).await, 0);
    counter.world.assert_sound().await;
}

#[tokio::test]
async fn row_19_a_hint_brings_the_next_question_forward_and_cancels_nothing() {
    let counter = Counter::new().await;
    counter.open("PENDING").await;
    counter.open("CLOSING").await;
    let now = after_deadline();
    counter.run("UPDATE orders SET pay_deadline = pay_deadline + INTERVAL 1 DAY, next_action_at = next_action_at + INTERVAL 1 DAY WHERE order_no = ?", "PENDING").await;
    assert_eq!(counter.due_orders(now).await, 1);
    let (_, before) = counter.next_try("CLOSING", Utc::now()).await;
    assert!(before > 0);
    for order_no in ["PENDING", "CLOSING", "NOWHERE"] {
        let hint = Notification::Hint(number(order_no));
        assert_eq!(counter.notified(hint).await.unwrap(), 204);
    }
    // Nothing was asked yet, and nothing came of what the hint may have said.
    counter.gateway.calls();
    assert_eq!(counter.status("PENDING").await, OrderStatus::Pending);
    assert_eq!(counter.status("CLOSING").await, OrderStatus::Closing);
    let (_, wait) = counter.next_try("CLOSING", Utc::now()).await;
    assert!(wait <= 0, "{wait}");
    counter.gateway.says([closed()]);
    counter.due_orders(Utc::now()).await;
    assert_eq!(counter.gateway.calls(), ["query"]);
    assert_eq!(counter.status("CLOSING").await, OrderStatus::Cancelled);
}

#[tokio::test]
async fn row_20_what_could_not_be_stored_is_not_acknowledged_and_comes_again() {
    let till = Till::new().await;
    till.world.stock("A", 10).await;
    till.open("R1", &[("A", 3)]).await;
    let pool = till.world.desk.pool();
    let rename = async |sql: &'static str| sqlx::query(sql).execute(pool).await.map(drop);
    rename("RENAME TABLE payments TO payments_away")
        .await
        .unwrap();
    till.pay("R1").await;
    // The gateway was told "not stored", and keeps the notification.
    eventually("it was tried and refused", async || till.not_stored() >= 2).await;
    assert_eq!(till.status("R1").await, OrderStatus::Pending);
    rename("RENAME TABLE payments_away TO payments")
        .await
        .unwrap();
    eventually("it comes again and pays", async || {
        till.status("R1").await == OrderStatus::Paid
    })
    .await;
    assert_eq!(till.payments("R1", "order_paid").await, 1);
    till.world.assert_sound().await;
}

#[tokio::test]
async fn row_21_a_refund_that_is_taken_on_is_asked_about_until_it_is_there() {
    let counter = Counter::new().await;
    counter.cancelled("R1").await;
    counter.arrives(money("R1", "T1")).await;
    counter.gateway.refunds(RefundAnswer::Processing);
    let mut now = Utc::now();
    counter.due_money(now).await;
    let late = counter.late("T1").await;
    assert_eq!((late.state, late.settled_at), (LateState::Refunding, None));
    for _ in 0..3 {
        now += TimeDelta::minutes(13);
        assert_eq!(counter.due_money(now).await, 1);
    }
    counter.gateway.refunds(refunded());
    // A notification of it is a reason to ask now, and no proof.
    let (order_no, refund_no) = (Some(number("R1")), late.refund_no.clone());
    let hint = Notification::Refund {
        order_no,
        refund_no,
    };
    assert_eq!(counter.notified(hint).await.unwrap(), 204);
    assert_eq!(counter.late("T1").await.state, LateState::Refunding);
    assert_eq!(counter.due_money(Utc::now()).await, 1);
    let late = counter.late("T1").await;
    assert_eq!(late.state, LateState::Refunded);
    assert_eq!(late.evidence_code.as_deref(), Some("SUCCESS"));
    let expected = [
        "arrived late",
        "asked",
        "processing processing",
        "refunded refunded",
    ];
    assert_eq!(counter.late_events("T1").await, expected);
    // It was asked for once; then it was only asked about.
    let calls = counter.gateway.calls();
    assert_eq!(calls[0], format!("refund {}", late.refund_no));
    let query = format!("query_refund {}", late.refund_no);
    assert!(calls[1..].iter().all(|call| *call == query), "{calls:?}");
}

#[tokio::test]
async fn row_22_a_refund_whose_answer_was_lost_is_asked_for_under_the_same_number() {
    let counter = Counter::new().await;
    counter.cancelled("R1").await;
    counter.arrives(money("R1", "T1")).await;
    let mut now = Utc::now();
    for _ in 0..4 {
        assert_eq!(counter.due_money(now).await, 1);
        assert_eq!(
            counter.due_money(now).await,
            0,
            "it has a lease, then a rest"
        );
        now += TimeDelta::minutes(13);
    }
    // Nor can anything else become of it meanwhile.
    let late = counter.late("T1").await;
    assert_eq!((late.state, late.attempts), (LateState::Queued, 4));
    for &deed in stockdesk::domain::late::Deed::ALL {
        use stockdesk::domain::late::Deed;
        assert_eq!(late.may(deed), deed == Deed::Ask, "{deed}");
    }
    counter.gateway.refunds(refunded());
    counter.due_money(now).await;
    let calls = counter.gateway.calls();
    let same = format!("refund {}", late.refund_no);
    assert!(
        calls.len() == 5 && calls.iter().all(|call| *call == same),
        "{calls:?}"
    );
    assert_eq!(counter.late("T1").await.state, LateState::Refunded);
}

#[tokio::test]
async fn row_23_a_refund_that_fails_waits_for_people() {
    let counter = Counter::new().await;
    counter.cancelled("R1").await;
    counter.arrives(money("R1", "T1")).await;
    counter
        .gateway
        .refunds(RefundAnswer::Failed("ABNORMAL".to_owned()));
    counter.due_money(Utc::now()).await;
    let late = counter.late("T1").await;
    assert_eq!(late.state, LateState::RefundFailed);
    assert!(late.needs_people() && late.next_action_at.is_none());
    assert_eq!(counter.due_money(Utc::now() + TimeDelta::days(99)).await, 0);
    let open = counter.queries.late_payments_open().await.unwrap().value;
    assert_eq!(open.0, 1);
    // Put right at the gateway, it is refunded on the gateway's word.
    counter.gateway.refunds(refunded());
    let deed = stockdesk::domain::late::Deed::Ask;
    let asked = counter.late.perform(late.id, deed, "", &supervisor()).await;
    assert_eq!(asked.unwrap().late().state, LateState::Refunded);
    counter.world.assert_sound().await;
}

#[tokio::test]
async fn row_24_money_that_nobody_told_us_of_is_found_by_asking() {
    let counter = Counter::new().await;
    counter.cancelled("R1").await;
    counter.gateway.says([paid("R1", "T1")]);
    let document = number("R1");
    let checked = counter.cashier.check_payment(&document, shop()).await;
    assert_eq!(checked.unwrap().status, OrderStatus::Cancelled);
    let late = counter.late("T1").await;
    assert_eq!(
        (late.outcome.as_str(), late.state),
        ("late", LateState::Queued)
    );
    assert_eq!(counter.world.levels("A").await, (1_000, 0));
}
