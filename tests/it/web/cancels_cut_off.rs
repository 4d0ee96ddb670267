//! Several orders cancelled at once, by somebody who is cut off anywhere: on a connection that asks, or
//! between two of its questions.

use std::pin::Pin;
use std::task::{Context, Poll};

use chrono::TimeDelta;
use stockdesk::domain::rejection::{ServiceError, ServiceResult};
use stockdesk::domain::role::Role;
use stockdesk::service::Person;
use stockdesk::service::cashier::DueStep;

use super::cancels::drafted;
use super::cancels_once::done;
use super::orders::{desk, placed};
use crate::eventually::eventually;
use crate::harness::site::Site;

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

/// What somebody asked just before being cut off may keep rows locked until its connection is used
/// again: then the next one is told to ask once more.
fn confirmed_or_later<T>(answer: ServiceResult<T>) -> Option<T> {
    match answer {
        Ok(value) => Some(value),
        Err(ServiceError::NotConfirmed(_)) => None,
        Err(error) => panic!("{error}"),
    }
}

/// What the worker of open orders does, some minutes later.
async fn close_what_is_due(site: &Site) {
    let cashier = &site.services().cashier;
    let later = site.world.desk.now() + TimeDelta::minutes(2);
    let due = confirmed_or_later(cashier.claim_due(later, 50).await);
    let due = due.into_iter().flatten();
    for due in due.filter(|due| due.step == DueStep::Cancel) {
        confirmed_or_later(cashier.time_out(&due.order_no, later).await);
    }
}

#[tokio::test]
async fn whoever_is_cut_off_anywhere_leaves_orders_that_are_carried_on_once() {
    let (site, mut browser) = desk().await;
    let person = Person {
        name: "chen.yu".to_owned(),
        role: Role::Supervisor,
        address: None,
    };
    let bulks = &site.services().bulks;
    let (mut orders, mut cut) = (0, 0);
    for polls in (1..12).chain((12..80).step_by(4)) {
        let sku = format!("C{polls}");
        site.world.stock(&sku, 10).await;
        let numbers: Vec<String> = (0..3).map(|n| format!("C{polls}-{n}")).collect();
        for number in &numbers {
            placed(&site, number, &[(&sku, 1)]).await;
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
        eventually("all of them are cancelled", async || {
            site.wait(TimeDelta::seconds(20));
            confirmed_or_later(bulks.confirm(op, 1, None, &person).await);
            confirmed_or_later(bulks.carry_on(1).await);
            close_what_is_due(&site).await;
            browser.get(&address).await.has("3 of 3 orders cancelled.")
        })
        .await;
        assert_eq!(done(&site).await, (orders, orders, orders), "{polls}");
        assert_eq!(site.world.levels(&sku).await, (10, 0));
    }
    assert!(cut > 10, "{cut}");
    let left = "SELECT COUNT(*) FROM operations WHERE status = ?";
    assert_eq!(site.world.count(left, "draft").await, 0);
    site.world.assert_sound().await;
}
