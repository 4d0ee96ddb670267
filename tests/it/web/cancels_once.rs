//! Several orders cancelled at once: whoever clicks how often, and whoever is killed where.

use futures_util::future::join3;

use super::bulk::has;
use super::cancels::{FORM, drafted, form_for};
use super::ops::{confirm, post};
use super::orders::{desk, placed};
use crate::harness::site::Site;

const ORDERS: [&str; 3] = ["O1", "O2", "O3"];

/// How often a cancel of one of them began, was done, and was confirmed by somebody.
pub async fn done(site: &Site) -> (i64, i64, i64) {
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

#[tokio::test]
async fn what_somebody_was_killed_over_is_carried_on_and_nothing_is_done_twice() {
    let (site, mut browser) = desk().await;
    for order_no in ORDERS {
        placed(&site, order_no, &[("A", 1), ("B", 1)]).await;
    }
    let address = drafted(&mut browser, &ORDERS).await;
    let pool = site.world.desk.pool();
    let bulks = &site.services().bulks;
    for killed in [
        // After it was confirmed, and before any order was asked for.
        "UPDATE bulk_operations SET status = 'running', confirmed_by = 'chen.yu',
           confirmed_at = created_at, leased_until = created_at",
        // After orders were cancelled, and before that was noted: of two of them, and of all.
        "UPDATE bulk_operations o JOIN bulk_cancels c ON c.op = o.op SET o.status = 'running',
           o.finished_at = NULL, o.applied_count = NULL, o.refused_count = NULL,
           o.leased_until = o.created_at, c.outcome = NULL WHERE c.line > 1",
        "UPDATE bulk_operations o JOIN bulk_cancels c ON c.op = o.op SET o.status = 'running',
           o.finished_at = NULL, o.applied_count = NULL, o.refused_count = NULL,
           o.leased_until = o.created_at, c.outcome = NULL",
    ] {
        sqlx::query(killed).execute(pool).await.expect("killed");
        has(&browser.get(&address).await, &["data-refresh=\"2\""]);
        let carried = bulks.carry_on(1).await.expect("carried").expect("found");
        assert!(carried.finished, "{carried:?}");
        has(&browser.get(&address).await, &["3 of 3 orders cancelled."]);
        assert_eq!(done(&site).await, (3, 6, 3));
    }
    assert_eq!(site.world.levels("A").await, (10, 0));
    site.world.assert_sound().await;
}
