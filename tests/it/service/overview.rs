//! The numbers of the overview.

use chrono::TimeDelta;
use stockdesk::domain::operation::OpKind;
use stockdesk::service::Overview;

use super::office::{Office, by, chen, deduct, li};
use crate::harness::world::{order, rollback, shop, unpaid_order};

#[tokio::test]
async fn what_needs_a_person_is_counted() {
    let office = Office::new().await;
    let (world, pool) = (&office.world, office.world.desk.pool());
    for (name, available) in [("A", 20), ("LOW", 3), ("OUT", 0), ("GIFT", -1)] {
        world.stock(name, available).await;
    }
    for sql in ["UPDATE stock SET low_water = 5 WHERE sku = 'LOW'"] {
        sqlx::query(sql).execute(pool).await.unwrap();
    }
    for n in 1..=3 {
        let mut post = unpaid_order(&format!("R{n}"), &[("A", 1)]);
        post.payment.as_mut().unwrap().pay_within_seconds = if n == 1 { 60 } else { 900 };
        world.desk.post(post, shop()).await.unwrap();
    }
    for sql in [
        "UPDATE orders SET status = 'closing', attempts = 2 WHERE order_no = 'R3'",
        "INSERT INTO order_events (order_no, at, kind, actor)
         VALUES ('R3', '2026-01-01 00:00:00', 'closing', 'user:li.wei')",
        "INSERT INTO gate_differences (stock_id, seen_at, gate_value, gate_held, available, cause)
         SELECT id, UTC_TIMESTAMP(6), 1, 0, 2, 'unknown' FROM stock WHERE sku = 'A'",
        "INSERT INTO payments (gateway, transaction_id, order_no, amount_minor, currency, paid_at,
           outcome, created_at) VALUES ('sandbox', 'T1', 'R9', 5, 'CNY', UTC_TIMESTAMP(6),
           'orphan', UTC_TIMESTAMP(6))",
    ] {
        sqlx::query(sql).execute(pool).await.unwrap();
    }
    office.drafted(deduct("A", 1), &li()).await;
    let overview = Overview::new(pool.clone(), world.desk.clock().clone());
    let seen = overview.attention().await.value;
    let number = |count: Option<stockdesk::domain::listing::CappedCount>| count.unwrap().0;
    assert_eq!((number(seen.low), number(seen.out)), (1, 1));
    assert_eq!((number(seen.due_soon), number(seen.open_drafts)), (1, 1));
    assert_eq!(
        (number(seen.differences), number(seen.late_payments)),
        (1, 1)
    );
    let cancels = seen.waiting_cancels.unwrap();
    let (order_no, since, op) = cancels.oldest.unwrap();
    assert_eq!((cancels.count.0, order_no.as_str(), op), (1, "R3", None));
    assert_eq!(since.to_rfc3339(), "2026-01-01T00:00:00+00:00");

    let differences = office
        .queries
        .differences_list(true, None, limit(1))
        .await
        .unwrap()
        .value;
    assert_eq!(
        (differences.items[0].available, differences.next),
        (2, None)
    );
    let late = office
        .queries
        .late_payments_list(None, None, limit(1))
        .await
        .unwrap()
        .value;
    assert_eq!(
        (late.items[0].transaction_id.as_str(), late.next),
        ("T1", None)
    );
}

fn limit(rows: u32) -> stockdesk::domain::listing::Limit {
    stockdesk::domain::listing::Limit::new(rows).unwrap()
}

#[tokio::test]
async fn figures_of_the_desk() {
    let office = Office::new().await;
    let world = &office.world;
    world.stock("A", 20).await;
    world.stock("GIFT", -1).await;
    world
        .desk
        .post(order("P1", &[("A", 2)]), shop())
        .await
        .unwrap();
    world.desk.rollback(rollback("P1"), shop()).await.unwrap();
    world
        .desk
        .post(unpaid_order("R1", &[("A", 3)]), shop())
        .await
        .unwrap();
    office.apply(deduct("A", 1), &li()).await;
    let last = office.apply(by(OpKind::Adjust, &[("A", 4)]), &chen()).await;

    let overview = Overview::new(world.desk.pool().clone(), world.desk.clock().clone());
    let day_began = world.desk.now() - TimeDelta::hours(1);
    let figures = overview.figures(day_began).await.value;
    let totals = figures.totals.unwrap();
    assert_eq!((totals.available, totals.reserved), (20, 3));
    assert_eq!(figures.pending_orders.unwrap().0, 1);
    let (count, people) = figures.corrections_today.unwrap();
    assert_eq!((count.0, people), (2, 2));
    let moves = figures.moves.unwrap();
    assert_eq!((moves.per_minute.len(), moves.total()), (60, 5));
    let latest = figures.latest_corrections.unwrap();
    assert_eq!((latest.len(), latest[0].key().op), (2, last.op));
    let tomorrow = overview
        .figures(world.desk.now() + TimeDelta::hours(1))
        .await
        .value;
    assert_eq!(tomorrow.corrections_today.unwrap().0.0, 0);
}

#[tokio::test]
async fn a_number_that_cannot_be_read_is_left_out_and_takes_no_other_with_it() {
    let office = Office::new().await;
    let pool = office.world.desk.pool();
    office.world.stock("A", 0).await;
    sqlx::query("DROP TABLE gate_differences")
        .execute(pool)
        .await
        .unwrap();
    let overview = Overview::new(pool.clone(), office.world.desk.clock().clone());
    let seen = overview.attention().await.value;
    assert!(seen.differences.is_none());
    assert_eq!(seen.out.unwrap().0, 1);
}
