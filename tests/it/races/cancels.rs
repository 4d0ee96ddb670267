//! One order, and many who cancel it.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::market::{Draft, Market, SHOP, STAFF, WORKER};
use crate::api::assert_problem;
use crate::harness::browser::Answer;

const ROUNDS: usize = 9;
const ORDERS: usize = 3;
const LINES: [(&str, i64); 2] = [("A", 2), ("B", 1)];

/// What each of them was told.
struct Told {
    form: Answer,
    shop: [Answer; 2],
}

/// A shop asks twice while a form is confirmed. `turn` says who looks at the order first, and so
/// comes a little later: each of them is to be the first now and then.
async fn ask_at_once(market: &Market, draft: &Draft, turn: usize) -> Told {
    let order_no = draft.order_no.as_str();
    let (shop_looks, staff_look) = [(0, 0), (4, 0), (6, 6)][turn % 3];
    let look = async |times| {
        for _ in 0..times {
            market.order(order_no).await;
        }
    };
    let shop = async || {
        look(shop_looks).await;
        market.cancel(order_no).await
    };
    let staff = async {
        look(staff_look).await;
        market.confirm(draft).await
    };
    let (form, a, b) = tokio::join!(staff, shop(), shop());
    Told { form, shop: [a, b] }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_worker_a_form_and_a_shop_at_once_return_the_stock_once() {
    let mut market = Market::open(&[("A", 100), ("B", 100)]).await;
    let mut askers: BTreeMap<String, usize> = BTreeMap::new();
    for round in 0..ROUNDS {
        let mut drafts = Vec::new();
        for n in 0..ORDERS {
            let order_no = format!("R{round}-{n}");
            market.place(&order_no, &LINES).await;
            drafts.push(market.draft(&order_no).await);
        }
        market.deadline_passes();
        let all = || drafts.iter().enumerate();
        let asked = join_all(all().map(|(n, draft)| ask_at_once(&market, draft, round + n)));
        let (told, ()) = tokio::join!(asked, async { market.wake_worker() });
        for (draft, told) in drafts.iter().zip(told) {
            let order = market.settled(&draft.order_no).await;
            market.assert_returned_once(&order, 2).await;
            *askers
                .entry(assert_told(&market, draft, &told, &order).await)
                .or_default() += 1;
        }
        assert_eq!(market.levels("A").await, (100, 0), "round {round}");
        assert_eq!(market.levels("B").await, (100, 0), "round {round}");
    }
    println!("who was first: {askers:?}");
    market.assert_sound().await;
    assert_eq!(market.site.world.gate("A").await, (Some(100), 0));
}

/// How pages name somebody who asked.
fn named(asker: &str) -> &'static str {
    match asker {
        SHOP => "API key orders",
        STAFF => "chen.yu",
        WORKER => "by itself, at the deadline",
        other => panic!("{other} never asked"),
    }
}

/// That a form that came too late says so, and who was first.
fn assert_too_late(answer: &Answer, asker: &str) {
    assert_eq!(answer.status, 422, "{}", answer.body);
    let who = named(asker);
    let said = format!("<h2>This order is cancelled already ({who})</h2>");
    assert!(answer.has(&said), "{said}: {}", answer.body);
    assert!(answer.has("Its stock went back."), "{}", answer.body);
    let untrue = "The order was not cancelled.";
    assert!(!answer.has(untrue), "{}", answer.body);
}

/// That each answer makes sense beside the others, and the pages say who did it; who that was.
async fn assert_told(market: &Market, draft: &Draft, told: &Told, order: &Value) -> String {
    let order_no = &draft.order_no;
    let asker = order["cancel"]["actor"].as_str().expect("somebody");
    for answer in &told.shop {
        let status = match answer.status {
            200 => "cancelled",
            202 => "closing",
            _ => panic!("{}", answer.body),
        };
        assert_eq!(answer.json()["status"], status, "{}", answer.body);
    }
    let firsts = told.shop.iter().filter(|a| a.json()["replayed"] == false);
    assert_eq!(firsts.count(), usize::from(asker == SHOP), "{order}");
    assert_form(market, draft, &told.form, asker).await;

    // Whoever asks later is told the same.
    let again = market.cancel(order_no).await;
    assert_eq!(again.status, 200, "{}", again.body);
    let receipt = again.json();
    assert_eq!(receipt["replayed"], true);
    for answer in told.shop.iter().filter(|answer| answer.status == 200) {
        assert_eq!(answer.json()["lines"], receipt["lines"]);
        assert_eq!(answer.json()["cancelled_at"], receipt["cancelled_at"]);
    }
    let who = named(asker);
    let page = market.page(&format!("/orders/{order_no}")).await;
    let said = format!("<dt>Cancel asked by</dt><dd>{who}");
    assert!(page.contains(&said), "{said}: {page}");
    asker.to_owned()
}

async fn assert_form(market: &Market, draft: &Draft, answer: &Answer, asker: &str) {
    let order_no = &draft.order_no;
    if asker == STAFF {
        assert_eq!(answer.location(), draft.address);
        let page = market.page(&draft.address).await;
        assert!(page.contains(&format!("{order_no} cancelled.")), "{page}");
        let by = "<dt>Confirmed by</dt><dd>chen.yu, ";
        assert!(page.contains(by), "{page}");
        let again = market.confirm(draft).await;
        assert_eq!(again.location(), format!("{}?again=1", draft.address));
        let page = market.page(again.location()).await;
        let nothing = "by chen.yu. Nothing was done again.";
        assert!(page.contains(nothing), "{page}");
        return;
    }
    match answer.status {
        // Somebody else's cancel was under way: the order's page tells whose.
        303 => assert_eq!(answer.location(), format!("/orders/{order_no}")),
        _ => assert_too_late(answer, asker),
    }
    assert_too_late(&market.confirm(draft).await, asker);
}

#[tokio::test]
async fn of_three_open_orders_one_cancelled_twice_returns_its_own_stock_once() {
    let market = Market::open(&[("A", 20)]).await;
    let orders = [("R1", 1), ("R2", 2), ("R3", 3), ("S1", 4)];
    for (order_no, units) in orders {
        market.place(order_no, &[("A", units)]).await;
    }
    assert_eq!(market.levels("A").await, (10, 10));
    // By the shop, then by a form that was open meanwhile.
    let draft = market.draft("R1").await;
    let first = market.cancel("R1").await;
    assert_eq!(first.status, 200, "{}", first.body);
    let lines = json!([{"sku": "A", "quantity": 1, "available": 11}]);
    assert_eq!(first.json()["lines"], lines);
    assert_too_late(&market.confirm(&draft).await, SHOP);
    assert_eq!(market.levels("A").await, (11, 9));
    // The other way round.
    let draft = market.draft("S1").await;
    assert_eq!(market.confirm(&draft).await.location(), draft.address);
    let second = market.cancel("S1").await;
    assert_eq!(second.status, 200, "{}", second.body);
    assert_eq!(second.json()["replayed"], true);
    let lines = json!([{"sku": "A", "quantity": 4, "available": 15}]);
    assert_eq!(second.json()["lines"], lines);
    assert_eq!(market.levels("A").await, (15, 5));
    for (order_no, _) in orders {
        let order = market.order(order_no).await;
        if ["R2", "R3"].contains(&order_no) {
            assert_eq!(order["status"], "pending");
            assert_eq!(market.moves(order_no).await, (1, 0, 0));
        } else {
            market.assert_returned_once(&order, 1).await;
        }
    }
    let undone = market
        .shop
        .post("/deductions/R1/rollback", &json!({}))
        .await;
    assert_problem(&undone, 409, "order_cancelled");
    assert_eq!(market.levels("A").await, (15, 5));
    market.assert_sound().await;
}
