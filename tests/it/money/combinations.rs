//! Every combination of the table against real stores: what the gateway can say to an order in
//! every state is said, and what happened is what the table says.

use chrono::{TimeDelta, Utc};
use stockdesk::domain::late::{self, LateState, RefundSaid};
use stockdesk::domain::machine::{Action, Asked, Event, Prepay, Said, next};
use stockdesk::domain::order::OrderStatus;
use stockdesk::domain::payment::{GatewayAnswer, PaymentState, RefundAnswer};
use stockdesk::gateway::CloseAsked;

use super::counter::{Counter, after_deadline, closed, money, number, refunded, supervisor};
use crate::harness::world::shop;

fn answer(said: Said, order_no: &str) -> GatewayAnswer {
    match said {
        Said::Closed => closed(),
        Said::Paid => GatewayAnswer::Paid(money(order_no, &format!("T-{order_no}"))),
        Said::Open => GatewayAnswer::Open,
        Said::Paying => GatewayAnswer::InProgress,
        Said::NotCreated => GatewayAnswer::NotCreated,
        Said::Refused => GatewayAnswer::Refused("NO_AUTH".to_owned()),
        Said::Unknown => GatewayAnswer::Unknown("nothing came".to_owned()),
    }
}

fn asked(asked: Asked) -> CloseAsked {
    match asked {
        Asked::Accepted => CloseAsked::Accepted,
        Asked::AlreadyPaid => CloseAsked::AlreadyPaid,
        Asked::InProgress => CloseAsked::InProgress,
        Asked::Refused => CloseAsked::Refused("NO_AUTH".to_owned()),
        Asked::Unknown => CloseAsked::Unknown("nothing came".to_owned()),
    }
}

/// An order in this state, with what our record says of its payment.
async fn order_in(counter: &Counter, order_no: &str, status: OrderStatus, prepay: Prepay) {
    match status {
        OrderStatus::Pending => counter.open(order_no).await,
        OrderStatus::Closing => counter.closing(order_no).await,
        OrderStatus::Cancelled => counter.cancelled(order_no).await,
        OrderStatus::Paid => counter.paid(order_no, &format!("P-{order_no}")).await,
    }
    let unacknowledged = "UPDATE orders SET payment_url = NULL, payment_state = 'unknown'
      WHERE order_no = ?";
    let expired = "UPDATE orders SET payment_url = NULL, payment_state = 'unknown',
      pay_deadline = UTC_TIMESTAMP(6) - INTERVAL 136 MINUTE WHERE order_no = ?";
    match prepay {
        Prepay::Unacknowledged => counter.run(unacknowledged, order_no).await,
        Prepay::Expired => counter.run(expired, order_no).await,
        Prepay::Unsent | Prepay::Acknowledged => {}
    }
}

/// Checks that what happened to `order_no` is what `action` says.
async fn happened(counter: &Counter, order_no: &str, before: OrderStatus, action: Action) {
    let order = counter.order(order_no).await;
    let expected = match action {
        Action::Cancel | Action::CancelNeverCreated => OrderStatus::Cancelled,
        Action::Settle if before.holds_stock() => OrderStatus::Paid,
        _ => before,
    };
    let what = format!("{order_no}: {before} {action:?}");
    assert_eq!(order.status, expected, "{what}");
    let back = order.status == OrderStatus::Cancelled;
    let returned = counter.returned(order_no).await;
    assert_eq!(returned, if back { 2 } else { 0 }, "{what}");
    if before == OrderStatus::Closing {
        let code = order.evidence.map(|evidence| evidence.code);
        let expected = match action {
            Action::Cancel => Some("CLOSED"),
            Action::CancelNeverCreated => Some("never_created"),
            _ => None,
        };
        assert_eq!(code.as_deref(), expected, "{what}");
    }
    let late = counter.queries.late_payments_of(&number(order_no)).await;
    let late = late.expect("read").value;
    let stored: Vec<_> = late.iter().map(|(l, _)| l.outcome.as_str()).collect();
    let expected: &[&str] = match (action, before) {
        (Action::Settle, OrderStatus::Cancelled) => &["late"],
        (Action::Settle, OrderStatus::Paid) => &["duplicate"],
        _ => &[],
    };
    assert_eq!(stored, expected, "{what}");
}

#[tokio::test]
async fn every_answer_to_every_order_does_what_the_table_says() {
    let counter = Counter::new().await;
    let mut count = 0;
    for &status in OrderStatus::ALL {
        for &prepay in Prepay::ALL {
            // A payment that was never sent has nobody to ask about it.
            if prepay == Prepay::Unsent {
                continue;
            }
            for &said in Said::ALL {
                count += 1;
                let order_no = format!("A-{status}-{prepay}-{}", said.as_str());
                order_in(&counter, &order_no, status, prepay).await;
                counter.gateway.says([answer(said, &order_no)]);
                let document = number(&order_no);
                let checked = counter.cashier.check_payment(&document, shop());
                checked.await.expect("its answer is stored");
                let action = next(Some(status), Event::Answered(said, prepay)).action;
                happened(&counter, &order_no, status, action).await;
                let now = Utc::now();
                match action {
                    Action::AskLater => {
                        let (tries, wait) = counter.next_try(&order_no, now).await;
                        assert!(tries == 1 && (3..=6).contains(&wait), "{order_no}: {wait}");
                    }
                    Action::CallPeople => {
                        let (tries, wait) = counter.next_try(&order_no, now).await;
                        assert!(
                            tries == 1 && (598..=720).contains(&wait),
                            "{order_no}: {wait}"
                        );
                    }
                    _ => {}
                }
            }
        }
    }
    assert_eq!(count, 4 * 3 * 7);
    // Their deadlines as they were placed with, which is part of what they are.
    sqlx::query("UPDATE orders SET pay_deadline = created_at + INTERVAL 900 SECOND")
        .execute(counter.world.desk.pool())
        .await
        .expect("it answers");
    counter.world.assert_sound().await;
}

#[tokio::test]
async fn every_exchange_with_a_gateway_that_closes_comes_to_what_the_table_says() {
    let counter = Counter::new().await;
    let closing = Some(OrderStatus::Closing);
    let mut exchanges = Vec::new();
    for &before in Said::ALL {
        if next(closing, Event::Queried(before)).action == Action::AskToClose {
            for &close in Asked::ALL {
                exchanges.extend(
                    Said::ALL
                        .iter()
                        .map(|&after| (before, Some((close, after)))),
                );
            }
        } else {
            exchanges.push((before, None));
        }
    }
    assert_eq!(exchanges.len(), 4 + 3 * 5 * 7);
    for (index, (before, then)) in exchanges.into_iter().enumerate() {
        let order_no = format!("E-{index}");
        counter.closing(&order_no).await;
        let mut queries = vec![answer(before, &order_no)];
        let mut calls = vec!["query"];
        let mut came_to = before;
        if let Some((close, after)) = then {
            counter.gateway.script(|s| s.asked = [asked(close)].into());
            queries.push(answer(after, &order_no));
            calls.extend(["close", "query"]);
            let concluded = next(closing, Event::Confirmed(close, after)).action;
            let Action::Conclude(said) = concluded else {
                panic!("{concluded:?}");
            };
            came_to = said;
        }
        counter.gateway.says(queries);
        counter.gateway.calls();
        let document = number(&order_no);
        let tried = counter.cashier.time_out(&document, Utc::now());
        // Paid, or not cancelled yet: the stores say which.
        let _ = tried.await;
        assert_eq!(counter.gateway.calls(), calls, "{before} {then:?}");
        let event = Event::Answered(came_to, Prepay::Acknowledged);
        let action = next(closing, event).action;
        happened(&counter, &order_no, OrderStatus::Closing, action).await;
    }
    counter.world.assert_sound().await;
}

#[tokio::test]
async fn what_was_never_sent_is_cancelled_without_asking_anybody() {
    let counter = Counter::new().await;
    counter.placed("U1").await;
    let now = after_deadline();
    counter
        .cashier
        .time_out(&number("U1"), now)
        .await
        .expect("cancelled");
    assert_eq!(counter.gateway.calls(), Vec::<String>::new());
    let order = counter.order("U1").await;
    assert_eq!(order.payment_state, Some(PaymentState::Closed));
    // Nor is anybody asked about it later: Stripe would make its session then.
    let checked = counter.cashier.check_payment(&number("U1"), shop()).await;
    assert_eq!(checked.expect("checked").status, OrderStatus::Cancelled);
    assert_eq!(counter.gateway.calls(), Vec::<String>::new());
    happened(
        &counter,
        "U1",
        OrderStatus::Closing,
        Action::CancelNeverCreated,
    )
    .await;
}

fn refund_answer(said: RefundSaid) -> RefundAnswer {
    match said {
        RefundSaid::Refunded => refunded(),
        RefundSaid::Processing => RefundAnswer::Processing,
        RefundSaid::Failed => RefundAnswer::Failed("ABNORMAL".to_owned()),
        RefundSaid::Refused => RefundAnswer::Refused("NOT_ENOUGH".to_owned()),
        RefundSaid::NotFound => RefundAnswer::NotFound,
        RefundSaid::Unknown => RefundAnswer::Unknown("nothing came".to_owned()),
    }
}

#[tokio::test]
async fn every_answer_about_a_refund_does_what_the_table_says() {
    let counter = Counter::new().await;
    let states = [
        (LateState::Queued, None),
        (LateState::Refunding, Some(RefundSaid::Processing)),
        (LateState::RefundFailed, Some(RefundSaid::Failed)),
    ];
    for (state, first) in states {
        for &said in RefundSaid::ALL {
            let transaction = format!("{state}-{said}");
            let order_no = format!("R-{transaction}");
            counter.cancelled(&order_no).await;
            counter.arrives(money(&order_no, &transaction)).await;
            let mut now = Utc::now();
            if let Some(first) = first {
                counter.gateway.refunds(refund_answer(first));
                assert_eq!(counter.due_money(now).await, 1);
            }
            let before = counter.late(&transaction).await;
            assert_eq!(before.state, state);
            counter.gateway.refunds(refund_answer(said));
            counter.gateway.calls();
            if state == LateState::RefundFailed {
                // No worker comes back to it: a person asks.
                let deed = late::Deed::Ask;
                let chen = supervisor();
                let asked = counter.late.perform(before.id, deed, "", &chen);
                asked.await.expect("asked");
            } else {
                now += TimeDelta::minutes(13);
                assert_eq!(counter.due_money(now).await, 1, "{transaction}");
            }
            let after = counter.late(&transaction).await;
            assert_eq!(
                after.state,
                late::refunded(state, said).state,
                "{transaction}"
            );
            let call = match state {
                LateState::Queued => "refund",
                _ => "query_refund",
            };
            let calls = [format!("{call} {}", before.refund_no)];
            assert_eq!(counter.gateway.calls(), calls, "{transaction}");
            assert_eq!(after.settled_at.is_some(), said == RefundSaid::Refunded);
            assert_eq!(after.heard, Some(said), "{transaction}");
            // Whatever was heard, no stock moved by it.
            assert_eq!(counter.returned(&order_no).await, 2);
            if !after.state.is_final() {
                // Out of the way of the next one.
                counter
                    .run(
                        "UPDATE late_money SET state = 'refund_failed', next_action_at = NULL,
                            attempts = attempts + 100 WHERE refund_no = ?",
                        &after.refund_no,
                    )
                    .await;
            }
        }
    }
    counter.world.assert_sound().await;
}
