//! Late money has exactly one outcome, whoever acts at once and whatever is killed in between.

use std::time::Duration;

use chrono::{TimeDelta, Utc};
use futures_util::future::join_all;
use serde_json::json;
use sqlx::Executor;
use stockdesk::domain::late::{Deed, LatePolicy, LateState, again_document};
use stockdesk::domain::order::OrderStatus;
use stockdesk::domain::payment::RefundAnswer;
use stockdesk::domain::rejection::{Rejection, ServiceError};
use stockdesk::domain::role::Role;
use stockdesk::service::late::Did;
use stockdesk::service::{Audit, Clock, LateMoney, Person};
use stockdesk::workers::LateMoneyDue;

use super::counter::{Counter, money, number, refunded, supervisor};
use crate::eventually::eventually;
use crate::harness::world::{order, rollback, shop};
use crate::service::till::{Till, cashier};

/// A payment for a cancelled order.
async fn late(counter: &Counter, order_no: &str, transaction: &str) -> u64 {
    counter.cancelled(order_no).await;
    counter.arrives(money(order_no, transaction)).await;
    counter.late(transaction).await.id
}

fn rejection<T: std::fmt::Debug>(answer: Result<T, ServiceError>) -> Rejection {
    match answer {
        Err(ServiceError::Rejected(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn where_the_desk_is_set_to_it_stock_leaves_again_and_the_order_stays_cancelled() {
    let counter = Counter::with(LatePolicy::DeductAgainElseRefund).await;
    late(&counter, "R1", "T1").await;
    assert_eq!(counter.world.levels("A").await, (1_000, 0));
    assert_eq!(counter.due_money(Utc::now()).await, 1);
    let settled = counter.late("T1").await;
    let document = again_document(&number("R1"));
    assert_eq!(settled.state, LateState::Deducted);
    assert_eq!(
        settled.document.as_ref().map(|d| d.as_str()),
        Some(document.as_str())
    );
    assert!(settled.settled_at.is_some() && settled.refund_asked_at.is_none());
    assert_eq!(counter.gateway.calls(), Vec::<String>::new());
    assert_eq!(counter.world.levels("A").await, (998, 0));
    assert_eq!(counter.world.gate("A").await, (Some(998), 0));
    assert_eq!(counter.status("R1").await, OrderStatus::Cancelled);
    let events = counter.late_events("T1").await;
    assert_eq!(
        events,
        ["arrived late".to_owned(), format!("deducted {document}")]
    );
    // A second payment of the same order cannot have the same goods: it goes back.
    counter.gateway.refunds(refunded());
    counter.arrives(money("R1", "T2")).await;
    counter.due_money(Utc::now()).await;
    assert_eq!(counter.late("T2").await.state, LateState::Refunded);
    assert!(
        counter
            .late_events("T2")
            .await
            .contains(&"short deducted_before".to_owned())
    );
    assert_eq!(counter.world.levels("A").await, (998, 0));
    // Goods that left under it can come back like those of any deduction.
    counter
        .world
        .desk
        .rollback(rollback(&document), shop())
        .await
        .unwrap();
    assert_eq!(counter.world.levels("A").await, (1_000, 0));
    counter.world.assert_sound().await;
}

#[tokio::test]
async fn where_the_stock_is_gone_the_money_goes_back() {
    let counter = Counter::with(LatePolicy::DeductAgainElseRefund).await;
    late(&counter, "R1", "T1").await;
    let sold = order("SOLD", &[("A", 999)]);
    counter.world.desk.post(sold, shop()).await.unwrap();
    counter.gateway.refunds(refunded());
    counter.due_money(Utc::now()).await;
    assert_eq!(counter.late("T1").await.state, LateState::Refunded);
    let expected = [
        "arrived late",
        "short insufficient_stock",
        "asked",
        "refunded refunded",
    ];
    assert_eq!(counter.late_events("T1").await, expected);
    assert_eq!(counter.world.levels("A").await, (1, 0));
    counter.world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_acts_at_once_one_outcome_is_all_there_is() {
    let counter = Counter::new().await;
    counter.gateway.refunds(refunded());
    for round in 0..8 {
        let (order_no, transaction) = (format!("R{round}"), format!("T{round}"));
        let before = counter.world.levels("A").await.0;
        let id = late(&counter, &order_no, &transaction).await;
        // From the list of those that wait, so that everything can be asked of it.
        counter
            .run(
                "UPDATE late_money SET state = 'waiting', next_action_at = NULL
                 WHERE payment_id = (SELECT id FROM payments WHERE transaction_id = ?)",
                &transaction,
            )
            .await;
        let deeds = [
            Deed::Deduct,
            Deed::Refund,
            Deed::Handle,
            Deed::Deduct,
            Deed::Refund,
        ];
        let people = deeds.into_iter().map(|deed| {
            let service = counter.late.clone();
            tokio::spawn(async move {
                service
                    .perform(id, deed, "paid in cash", &supervisor())
                    .await
            })
        });
        let worker = LateMoneyDue::new(counter.late.clone());
        let worked = tokio::spawn(async move { worker.run_once(Utc::now()).await });
        let answers = join_all(people).await;
        worked.await.unwrap().unwrap();
        let done = answers.into_iter().map(|answer| answer.unwrap());
        let done = done
            .filter(|answer| matches!(answer, Ok(Did::Now(_))))
            .count();
        assert_eq!(done, 1, "one was first, and the others are told");
        eventually("it is settled", async || {
            counter.late(&transaction).await.settled_at.is_some()
        })
        .await;
        let settled = counter.late(&transaction).await;
        let after = counter.world.levels("A").await.0;
        let refunds = counter.gateway.calls();
        let traces = (settled.state, before - after, refunds.len());
        match traces {
            (LateState::Deducted, 2, 0) | (LateState::Handled, 0, 0) => {}
            (LateState::Refunded, 0, calls) if calls >= 1 => {
                let same = format!("refund {}", settled.refund_no);
                let asked = format!("query_{same}");
                assert!(refunds.iter().all(|call| *call == same || *call == asked));
            }
            other => panic!("{other:?}"),
        }
    }
    counter.world.assert_sound().await;
}

#[tokio::test]
async fn the_schema_itself_refuses_a_second_outcome() {
    let counter = Counter::with(LatePolicy::DeductAgainElseRefund).await;
    for (order_no, transaction) in [("R1", "T1"), ("R2", "T2")] {
        late(&counter, order_no, transaction).await;
    }
    counter.due_money(Utc::now()).await;
    let refund = Counter::new().await;
    refund.gateway.refunds(refunded());
    late(&refund, "R1", "T1").await;
    late(&refund, "R2", "T2").await;
    refund.due_money(Utc::now()).await;
    let deducted = [
        // Deducted and refunded.
        "UPDATE late_money SET refund_asked_at = created_at",
        "UPDATE late_money SET state = 'refunding', next_action_at = created_at",
        // Two payments with one deduction, or one refund.
        "UPDATE late_money SET document = (SELECT d.document FROM documents d
           WHERE d.document LIKE 'late-%' ORDER BY d.document LIMIT 1)",
        "UPDATE late_money SET refund_no = 'LP1'",
        // An outcome without what it left behind.
        "UPDATE late_money SET document = NULL",
        "UPDATE late_money SET document = 'nothing'",
    ];
    for sql in deducted {
        let refused = counter.world.desk.pool().execute(sql).await;
        assert!(refused.is_err(), "{sql}");
    }
    for sql in [
        "UPDATE late_money SET evidence_digest = NULL",
        "UPDATE late_money SET refund_asked_at = NULL",
        "UPDATE late_money SET document = 'R1'",
        "UPDATE late_money SET state = 'handled'",
        "UPDATE late_money SET state = 'queued'",
    ] {
        let refused = refund.world.desk.pool().execute(sql).await;
        assert!(refused.is_err(), "{sql}");
    }
}

#[tokio::test]
async fn people_refund_deduct_again_or_settle_outside_and_it_is_noted() {
    let counter = Counter::new().await;
    let ids = [
        late(&counter, "R1", "T1").await,
        late(&counter, "R2", "T2").await,
        late(&counter, "R3", "T3").await,
    ];
    // As those wait that an earlier version stored.
    let pool = counter.world.desk.pool();
    pool.execute("DELETE FROM late_events").await.unwrap();
    pool.execute("DELETE FROM late_money").await.unwrap();
    let open = counter.queries.late_payments_open().await.unwrap().value;
    assert_eq!(open.0, 3);
    assert_eq!(counter.due_money(Utc::now()).await, 0);
    let operator = Person {
        name: "li.wei".to_owned(),
        role: Role::Operator,
        address: None,
    };
    for deed in [Deed::Refund, Deed::Deduct, Deed::Handle] {
        let refused = counter.late.perform(ids[0], deed, "x", &operator).await;
        assert_eq!(rejection(refused), Rejection::Forbidden);
    }
    counter.gateway.refunds(RefundAnswer::Processing);
    let chen = supervisor();
    let refund = counter
        .late
        .perform(ids[0], Deed::Refund, "", &chen)
        .await
        .unwrap();
    assert_eq!(refund.late().state, LateState::Refunding);
    let deduct = counter
        .late
        .perform(ids[1], Deed::Deduct, "", &chen)
        .await
        .unwrap();
    assert_eq!(deduct.late().state, LateState::Deducted);
    let note = "paid back in cash, receipt 17";
    let handled = counter
        .late
        .perform(ids[2], Deed::Handle, note, &chen)
        .await
        .unwrap();
    assert_eq!(handled.late().handled_note.as_deref(), Some(note));
    assert_eq!(handled.late().handled_by.as_deref(), Some("user:chen.yu"));
    // The same again does nothing; something else is refused.
    for (id, deed) in [
        (ids[0], Deed::Refund),
        (ids[1], Deed::Deduct),
        (ids[2], Deed::Handle),
    ] {
        let again = counter
            .late
            .perform(id, deed, "again", &chen)
            .await
            .unwrap();
        assert!(matches!(again, Did::Before(_)), "{again:?}");
    }
    for (id, deed) in [
        (ids[0], Deed::Deduct),
        (ids[1], Deed::Refund),
        (ids[2], Deed::Refund),
        (ids[0], Deed::Handle),
    ] {
        let refused = counter.late.perform(id, deed, "x", &chen).await;
        assert_eq!(rejection(refused), Rejection::AlreadySettled);
    }
    counter.gateway.refunds(refunded());
    let asked = counter
        .late
        .perform(ids[0], Deed::Ask, "", &operator)
        .await
        .unwrap();
    assert_eq!(asked.late().state, LateState::Refunded);
    assert_eq!(
        rejection(counter.late.perform(99, Deed::Ask, "", &chen).await),
        Rejection::NotFound
    );
    let noted: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT action, object, result FROM audit WHERE actor = 'user:chen.yu' ORDER BY id LIMIT 6",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let noted: Vec<_> = noted
        .iter()
        .map(|(a, o, r)| format!("{a} {o} {r}"))
        .collect();
    let expected = [
        format!("late_refund {} done", ids[0]),
        format!("late_deduct {} done", ids[1]),
        format!("late_handle {} done", ids[2]),
        format!("late_refund {} no_effect", ids[0]),
        format!("late_deduct {} no_effect", ids[1]),
        format!("late_handle {} no_effect", ids[2]),
    ];
    assert_eq!(noted, expected);
    assert_eq!(counter.world.levels("A").await, (998, 0));
    counter.world.assert_sound().await;
}

#[tokio::test]
async fn what_the_gateway_refuses_to_refund_can_be_settled_outside_and_is_then_left_alone() {
    let counter = Counter::new().await;
    let id = late(&counter, "R1", "T1").await;
    counter
        .gateway
        .refunds(RefundAnswer::Refused("NOT_ENOUGH".to_owned()));
    let now = Utc::now();
    counter.due_money(now).await;
    let refused = counter.late("T1").await;
    assert_eq!(refused.state, LateState::Queued);
    assert!(refused.needs_people());
    let wait = refused.next_action_at.expect("it goes on") - now;
    assert!((599..=721).contains(&wait.num_seconds()), "{wait}");
    let open = counter.queries.late_payments_open().await.unwrap().value;
    assert_eq!(open.0, 1);
    // Its stock is not deducted again: the gateway may still pay it back.
    let deduct = counter
        .late
        .perform(id, Deed::Deduct, "", &supervisor())
        .await;
    assert_eq!(rejection(deduct), Rejection::AlreadySettled);
    let handled = counter
        .late
        .perform(id, Deed::Handle, "by bank transfer", &supervisor())
        .await;
    assert_eq!(handled.unwrap().late().state, LateState::Handled);
    counter.gateway.calls();
    assert_eq!(counter.due_money(now + TimeDelta::days(1)).await, 0);
    assert_eq!(counter.gateway.calls(), Vec::<String>::new());
    counter.world.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn instances_share_the_refunds_and_what_a_dead_one_had_comes_again() {
    let counter = Counter::new().await;
    for n in 0..30 {
        late(&counter, &format!("R{n}"), &format!("T{n}")).await;
    }
    let now = Utc::now();
    let mut claimed = Vec::new();
    loop {
        let (a, b) = tokio::join!(
            counter.late.claim_due(now, 7),
            counter.late.claim_due(now, 7)
        );
        let (a, b) = (a.unwrap(), b.unwrap());
        if a.is_empty() && b.is_empty() {
            break;
        }
        claimed.extend(a.into_iter().chain(b).map(|late| late.id));
    }
    claimed.sort_unstable();
    let all = claimed.len();
    claimed.dedup();
    assert_eq!(
        (all, claimed.len()),
        (30, 30),
        "nobody gets what another one has"
    );
    counter.gateway.refunds(refunded());
    assert_eq!(counter.due_money(now).await, 0);
    assert_eq!(counter.due_money(now + TimeDelta::seconds(61)).await, 30);
    assert_eq!(counter.gateway.calls().len(), 30);
    counter.world.assert_sound().await;
}

/// A till whose money comes late, refunded through the real sandbox by workers that are broken
/// off at any moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_broken_off_at_any_moment_refund_each_payment_once() {
    let till = Till::new().await;
    till.world.stock("A", 100).await;
    let orders: Vec<String> = (0..12).map(|n| format!("K{n}")).collect();
    for order_no in &orders {
        till.open(order_no, &[("A", 1)]).await;
        till.cancel(order_no).await.expect("cancelled");
        till.pay_as(order_no, json!({"force": true})).await;
    }
    eventually("all of it is late", async || {
        let stored = "SELECT COUNT(*) FROM late_money WHERE state = ?";
        till.world.count(stored, "queued").await == 12
    })
    .await;
    // Answers are lost after the deed, on and off.
    let lossy = json!({"drop_connection": true, "on": ["refund"]});
    for order_no in orders.iter().step_by(2) {
        till.switches(order_no, lossy.clone()).await;
    }
    let mut now = Utc::now();
    for round in 0..40 {
        let desk = till.world.second_desk().await;
        let patience = Duration::from_secs(5);
        let cashier = cashier(&desk, till.sandbox.url(), &till.notify_base, patience);
        let audit = Audit::new(desk.pool().clone(), Clock::system());
        let worker = LateMoneyDue::new(LateMoney::new(cashier, audit, LatePolicy::Refund));
        let at = now;
        let work = tokio::spawn(async move { worker.run_once(at).await });
        // Killed wherever it is: between mark, call and note.
        let _ = tokio::time::timeout(Duration::from_millis(round % 25), async {
            tokio::task::yield_now().await;
            std::future::pending::<()>().await;
        })
        .await;
        work.abort();
        now += TimeDelta::seconds(61);
        if round == 30 {
            till.all_switches_off().await;
        }
    }
    let audit = Audit::new(till.world.desk.pool().clone(), Clock::system());
    let last = LateMoneyDue::new(LateMoney::new(
        till.cashier.clone(),
        audit,
        LatePolicy::Refund,
    ));
    eventually("every payment is refunded", async || {
        now += TimeDelta::minutes(13);
        last.run_once(now).await.expect("it claims");
        let stored = "SELECT COUNT(*) FROM late_money WHERE state = ?";
        till.world.count(stored, "refunded").await == 12
    })
    .await;
    // What the gateway itself gave back: asking for a second one under another number finds that
    // nothing is left, and the first one is whole.
    let gateway = till.cashier.gateways().get("sandbox").expect("the sandbox");
    for order_no in &orders {
        use stockdesk::gateway::PaymentGateway;
        let late = till.late_of(order_no).await;
        let mut second = late.refund("a test");
        assert!(matches!(
            gateway.query_refund(&second).await,
            RefundAnswer::Refunded { .. }
        ));
        second.refund_no = "LPanother".to_owned();
        let answer = gateway.refund(&second).await;
        assert_eq!(answer, RefundAnswer::Refused("NOT_ENOUGH".to_owned()));
    }
    till.world.assert_sound().await;
}
