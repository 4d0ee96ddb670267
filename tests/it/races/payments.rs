//! A payment that arrives while its order is being cancelled: the customer has bought the stock.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::market::{Draft, Market};
use crate::api::{assert_problem, found, switch};
use crate::harness::browser::Answer;

const PAID: &str = "The customer has paid";
const CANCELLED: &str = "cancelled.";

/// The API's answer about an order that is paid; while the gateway is slow it may be told once
/// or twice that the order is closing, and asks again.
async fn decided(market: &Market, order_no: &str, mut answer: Answer) -> Answer {
    while answer.status == 202 {
        assert_eq!(answer.json()["status"], "closing");
        answer = market.cancel(order_no).await;
    }
    answer
}

/// The page of a draft after its button was pressed, with nothing in it about a cancel.
async fn assert_page_says_paid(market: &Market, draft: &Draft, answer: &Answer) {
    let page = match answer.status {
        303 => market.page(answer.location()).await,
        status => {
            assert_eq!(status, 422, "{}", answer.body);
            answer.body.clone()
        }
    };
    assert!(page.contains(PAID), "{page}");
    let said = page.matches("The order was not cancelled.").count();
    assert_eq!(said, 1, "once is enough: {page}");
    let cancelled = format!("{} {CANCELLED}", draft.order_no);
    assert!(!page.contains(&cancelled), "{page}");
}

#[tokio::test]
async fn paid_while_being_closed_is_paid_and_nobody_is_told_otherwise() {
    let market = Market::open(&[("A", 10)]).await;
    for (order_no, by_form) in [("P1", false), ("P2", true)] {
        market.place(order_no, &[("A", 2)]).await;
        let draft = market.draft(order_no).await;
        // The gateway's word of it is lost: only the answer to the close tells.
        let quietly = json!({"paid_while_closing": true, "no_notification": true});
        switch(&market.site, order_no, quietly).await;
        if by_form {
            let answer = market.confirm(&draft).await;
            assert_eq!(answer.location(), draft.address);
            assert_page_says_paid(&market, &draft, &answer).await;
        }
        let answer = market.cancel(order_no).await;
        let answer = decided(&market, order_no, answer).await;
        assert_problem(&answer, 409, "already_paid");
        let answer = market.confirm(&draft).await;
        assert_page_says_paid(&market, &draft, &answer).await;
        market.assert_sold(&market.order(order_no).await, 1).await;
    }
    assert_eq!(market.levels("A").await, (6, 0));
    market.assert_sound().await;
}

#[tokio::test]
async fn a_notification_that_arrives_during_the_close_pays_the_order() {
    let market = Market::open(&[("A", 10)]).await;
    for (order_no, by_form) in [("N1", false), ("N2", true)] {
        market.place(order_no, &[("A", 2)]).await;
        let draft = market.draft(order_no).await;
        let slow = json!({"slow_ms": 400, "on": ["close"]});
        switch(&market.site, order_no, slow).await;
        let asked = async {
            match by_form {
                true => market.confirm(&draft).await,
                false => market.cancel(order_no).await,
            }
        };
        let paid = async {
            found("a close under way", async || {
                let order = market.order(order_no).await;
                (order["status"] == "closing").then_some(())
            })
            .await;
            assert!(market.customer_pays(order_no).await, "it is still open");
            market.settled(order_no).await
        };
        let (answer, order) = tokio::join!(asked, paid);
        market.assert_sold(&order, 1).await;
        let events = order["events"].as_array().expect("a list");
        let paid_by = events.iter().find(|event| event["kind"] == "paid");
        let paid_by = paid_by.map(|event| &event["actor"]);
        assert_eq!(paid_by, Some(&json!("worker:payment_callback")), "{order}");
        if by_form {
            assert_page_says_paid(&market, &draft, &answer).await;
            let page = market.page(&draft.address).await;
            assert!(page.contains("Refused") && page.contains(PAID), "{page}");
        } else {
            let answer = decided(&market, order_no, answer).await;
            assert_problem(&answer, 409, "already_paid");
            let answer = market.confirm(&draft).await;
            assert_page_says_paid(&market, &draft, &answer).await;
        }
    }
    assert_eq!(market.levels("A").await, (6, 0));
    market.assert_sound().await;
}

/// A customer, a shop, a form and the worker at once. Whether the gateway took the money decides.
async fn race(market: &Market, draft: &Draft, turn: usize) -> (bool, Answer, Answer) {
    let order_no = &draft.order_no;
    let pays = || market.customer_pays(order_no);
    match turn % 3 {
        0 => tokio::join!(pays(), market.cancel(order_no), market.confirm(draft)),
        1 => {
            let told = tokio::join!(market.cancel(order_no), pays(), market.confirm(draft));
            (told.1, told.0, told.2)
        }
        _ => {
            // Once the close is under way, and not before.
            let pays = async {
                found("a close under way", async || {
                    let order = market.order(order_no).await;
                    (order["status"] != "pending").then_some(())
                })
                .await;
                pays().await
            };
            let told = tokio::join!(market.confirm(draft), market.cancel(order_no), pays);
            (told.2, told.1, told.0)
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_first_the_gateway_the_ledger_and_every_answer_agree() {
    let mut market = Market::open(&[("A", 1_000)]).await;
    let (mut sold, mut returned) = (0, 0);
    for round in 0..6 {
        let mut drafts = Vec::new();
        for n in 0..4 {
            let order_no = format!("W{round}-{n}");
            market.place(&order_no, &[("A", 3)]).await;
            drafts.push(market.draft(&order_no).await);
        }
        market.deadline_passes();
        let all = drafts.iter().enumerate();
        let races = join_all(all.map(|(n, draft)| race(&market, draft, round + n)));
        let (told, ()) = tokio::join!(races, async { market.wake_worker() });
        for (draft, (taken, shop, form)) in drafts.iter().zip(told) {
            let order = market.settled(&draft.order_no).await;
            if taken {
                sold += 1;
                assert_bought(&market, draft, &order, shop, &form).await;
            } else {
                returned += 1;
                market.assert_returned_once(&order, 1).await;
                assert!([200, 202].contains(&shop.status), "{}", shop.body);
                let answer = market.cancel(&draft.order_no).await;
                assert_eq!(answer.status, 200, "{}", answer.body);
            }
        }
        assert_eq!(market.levels("A").await, (1_000 - 3 * sold, 0));
    }
    println!("{sold} sold, {returned} returned");
    market.assert_sound().await;
}

async fn assert_bought(market: &Market, draft: &Draft, order: &Value, shop: Answer, form: &Answer) {
    market.assert_sold(order, 1).await;
    let answer = decided(market, &draft.order_no, shop).await;
    assert_problem(&answer, 409, "already_paid");
    let cancelled = format!("{} {CANCELLED}", draft.order_no);
    assert!(!form.has(&cancelled), "{}", form.body);
    let again = market.confirm(draft).await;
    assert_page_says_paid(market, draft, &again).await;
}
