//! Several orders cancelled at once: whoever clicks how often, and whoever is killed where.

use std::pin::Pin;
use std::task::{Context, Poll};

use chrono::TimeDelta;
use futures_util::future::join3;
use stockdesk::domain::role::Role;
use stockdesk::service::Person;
use stockdesk::service::cashier::DueStep;

use super::bulk::has;
use super::cancels::{FORM, drafted, form_for};
use super::ops::{confirm, post};
use super::orders::{desk, placed};
use crate::eventually::eventually;
use crate::harness::site::Site;

const ORDERS: [&str; 3] = ["O1", "O2", "O3"];

/// How often a cancel of one of them began, was done, and was confirmed by somebody.
async fn done(site: &Site) -> (i64, i64, i64) {
    let count = |sql, bind| site.world.count(sql, bind);
    let events = "SELECT COUNT(*) FROM order_events WHERE kind = ?";
    (
        count(events, "closing").await,
        count("SELECT COUNT(*) FROM ledger WHERE kind = ?", "cancel").await,
        count(
            "SELECT COUNT(*) FROM operations WHERE status = ?",
            "applied",
        )
        .await,
    )
}

#[tokio::test]
async fn three_who_confirm_at_once_cancel_each_order_once() {
    let (site, mut browser) = desk().await;
    for order_no in ORDERS {
        placed(&site, order_no, &[("A", 1), ("B", 1)]).await;
    }
    // Another selection takes the place of the first while it is a draft.
    let form = browser.get(&form_for(&["O1"])).await;
    let mut address = String::new();
    for sel in ["O1", "O1,O2,O3", "O1,O2,O3"] {
        let fields = [("sel", sel), ("reason", "cannot_supply")];
        let drafted = post(&mut browser, &form, FORM, &fields).await;
        address = drafted.location().to_owned();
    }
    let preview = browser.get(&address).await;
    has(&preview, &["Check before you cancel 3 orders"]);
    assert_eq!(preview.input("revision").as_deref(), Some("2"));
    let (mut a, mut b, mut c) = (browser.clone(), browser.clone(), browser.clone());
    let (first, second, third) = join3(
        confirm(&mut a, &preview, &address),
        confirm(&mut b, &preview, &address),
        confirm(&mut c, &preview, &address),
    )
    .await;
    let again = format!("{address}?again=1");
    let mut led = [first.location(), second.location(), third.location()];
    led.sort_unstable();
    assert_eq!(led, [&address, &again, &again].map(String::as_str));
    let page = browser.get(&again).await;
    has(
        &page,
        &[
            "3 of 3 orders cancelled.",
            "by chen.yu. Nothing was done again.",
        ],
    );
    assert_eq!(done(&site).await, (3, 6, 3));
    // The same form, sent once more from the history of the browser.
    let form = browser.get(&form_for(&["O1"])).await;
    let fields = [("sel", "O1,O2,O3"), ("reason", "cannot_supply")];
    let op = address.trim_start_matches("/ops/");
    let mut all = fields.to_vec();
    let csrf = form.input("csrf").expect("a token");
    all.extend([("csrf", csrf.as_str()), ("op", op)]);
    assert_eq!(browser.post_bare(FORM, &all).await.location(), again);
    // And with other orders in it.
    all[0] = ("sel", "O1");
    let used = browser.post_bare(FORM, &all).await;
    assert_eq!(used.status, 422, "{}", used.body);
    assert_ne!(used.input("op").as_deref(), Some(op), "a new form");
    let discarded = post(&mut browser, &preview, &format!("{address}/discard"), &[]).await;
    assert_eq!(discarded.location(), again);
    assert_eq!(done(&site).await, (3, 6, 3));
    site.world.assert_sound().await;
}

/// Work that is dropped, wherever it is, when it was asked so often how far it is.
struct CutOff<F> {
    work: Pin<Box<F>>,
    left: u32,
}

impl<F: Future> Future for CutOff<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left -= 1;
        let done = self.work.as_mut().poll(cx).map(Some);
        if self.left == 0 && done.is_pending() {
            return Poll::Ready(None);
        }
        done
    }
}

/// What the worker of open orders does, some minutes later.
async fn close_what_is_due(site: &Site) {
    let cashier = &site.services().cashier;
    let later = site.world.desk.now() + TimeDelta::minutes(2);
    let due = cashier.claim_due(later, 50).await.expect("claimed");
    for due in due.iter().filter(|due| due.step == DueStep::Cancel) {
        let closed = cashier.time_out(&due.order_no, later).await;
        closed.expect("the stores answer");
    }
}

#[tokio::test]
async fn whoever_is_cut_off_anywhere_leaves_orders_that_are_carried_on_once() {
    let (site, mut browser) = desk().await;
    site.world.stock("C", 1_000).await;
    let person = Person {
        name: "chen.yu".to_owned(),
        role: Role::Supervisor,
        address: None,
    };
    let bulks = &site.services().bulks;
    let (mut orders, mut cut) = (0, 0);
    for polls in (1..12).chain((12..80).step_by(4)) {
        let numbers: Vec<String> = (0..3).map(|n| format!("C{polls}-{n}")).collect();
        for number in &numbers {
            placed(&site, number, &[("C", 1)]).await;
        }
        orders += 3;
        let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
        let address = drafted(&mut browser, &numbers).await;
        let op = address.trim_start_matches("/ops/").parse().expect("an op");
        let work = Box::pin(bulks.confirm(op, 1, None, &person));
        let confirmed = CutOff { work, left: polls }.await;
        cut += i64::from(confirmed.is_none());
        // Whoever confirmed it is gone: another goes on, and is cut off as well, and another.
        for polls in [polls, 3 * polls] {
            site.wait(TimeDelta::seconds(20));
            let work = Box::pin(bulks.carry_on(1));
            CutOff { work, left: polls }.await;
        }
        let confirmed = bulks.confirm(op, 1, None, &person).await;
        confirmed.expect("confirmed, now or before");
        eventually("all of them are cancelled", async || {
            site.wait(TimeDelta::seconds(20));
            bulks.carry_on(1).await.expect("carried");
            close_what_is_due(&site).await;
            browser.get(&address).await.has("3 of 3 orders cancelled.")
        })
        .await;
        assert_eq!(done(&site).await, (orders, orders, orders), "{polls}");
        assert_eq!(site.world.levels("C").await, (1_000, 0));
    }
    assert!(cut > 10, "{cut}");
    let left = "SELECT COUNT(*) FROM operations WHERE status = ?";
    assert_eq!(site.world.count(left, "draft").await, 0);
    site.world.assert_sound().await;
}
