//! A gateway that does not answer: the stock stays held, and the cancel goes on by itself.

use chrono::TimeDelta;
use serde_json::json;

use super::market::Market;
use crate::api::{all_switches_off, switch};
use crate::eventually::eventually;

/// An hour passes, and the worker tries.
async fn an_hour_later(market: &Market) {
    let before = market.worked();
    market.site.wait(TimeDelta::hours(1));
    market.wake_worker();
    eventually("the worker tried", async || market.worked() >= before + 2).await;
}

#[tokio::test]
async fn without_an_answer_the_stock_is_held_and_it_goes_on_by_itself_with_one() {
    let market = Market::open(&[("A", 10)]).await;
    for (order_no, units) in [("S1", 2), ("S2", 3)] {
        market.place(order_no, &[("A", units)]).await;
    }
    let draft = market.draft("S2").await;
    for order_no in ["S1", "S2"] {
        switch(&market.site, order_no, json!({"no_answer": true})).await;
    }
    let closing = market.cancel("S1").await;
    assert_eq!(closing.status, 202, "{}", closing.body);
    assert_eq!(closing.json()["status"], "closing");
    assert_eq!(closing.json()["lines"], json!([]));
    assert_eq!(market.confirm(&draft).await.location(), draft.address);

    // Time alone never returns stock.
    for _ in 0..2 {
        assert_eq!(market.levels("A").await, (5, 5));
        assert_waits(&market, &draft.address).await;
        an_hour_later(&market).await;
    }
    assert_eq!(market.levels("A").await, (5, 5));
    for order_no in ["S1", "S2"] {
        assert_eq!(market.order(order_no).await["status"], "closing");
        assert_eq!(market.moves(order_no).await, (1, 0, 0));
    }

    all_switches_off(&market.site).await;
    an_hour_later(&market).await;
    for (order_no, actor) in [("S1", "key:orders"), ("S2", "user:chen.yu")] {
        let order = market.settled(order_no).await;
        market.assert_returned_once(&order, 1).await;
        assert_eq!(order["cancel"]["actor"], actor, "{order}");
        let last = order["events"].as_array().and_then(|events| events.last());
        let last = last.expect("an event");
        let by_itself = (&json!("cancelled"), &json!("worker:timeout_cancel"));
        assert_eq!((&last["kind"], &last["actor"]), by_itself, "{order}");
    }
    assert_eq!(market.levels("A").await, (10, 0));
    let page = market.page(&draft.address).await;
    assert!(page.contains("S2 cancelled."), "{page}");
    let replay = market.cancel("S1").await;
    assert_eq!(
        (replay.status, &replay.json()["replayed"]),
        (200, &json!(true))
    );
    market.assert_sound().await;
}

/// That the pages of both orders say what is waited for.
async fn assert_waits(market: &Market, op: &str) {
    let page = market.page(op).await;
    for text in [
        "Waiting for the payment gateway",
        "Stock stays reserved. Do not cancel again.",
    ] {
        assert!(page.contains(text), "{text}: {page}");
    }
    for order_no in ["S1", "S2"] {
        let page = market.page(&format!("/orders/{order_no}")).await;
        for text in [
            "Will be cancelled once the gateway proves the payment closed",
            "No proof from the gateway: no answer",
        ] {
            assert!(page.contains(text), "{text}: {page}");
        }
    }
}
