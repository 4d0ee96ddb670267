//! Lists of orders.

use chrono::TimeDelta;
use stockdesk::domain::listing::{Limit, OrderFilter, OrderKey, OrderStatuses};
use stockdesk::domain::order::OrderStatus;
use stockdesk::domain::payment::PaymentState;
use stockdesk::service::Queries;

use crate::harness::world::{World, order, shop, sku, unpaid_order, warehouse};

const OPEN: OrderFilter = OrderFilter {
    status: OrderStatuses::Open,
    sku: None,
    due_before: None,
    payment_state: None,
};

fn queries(world: &World) -> Queries {
    Queries::new(world.desk.pool().clone(), world.desk.clock().clone())
}

async fn walk(queries: &Queries, filter: &OrderFilter) -> Vec<String> {
    let (mut seen, mut after): (_, Option<OrderKey>) = (Vec::new(), None);
    loop {
        let limit = Limit::new(2).unwrap();
        let page = queries
            .orders_list(filter, after.as_ref(), limit)
            .await
            .unwrap()
            .value;
        assert!(page.items.len() <= 2);
        seen.extend(page.items.iter().map(|row| row.order_no.to_string()));
        match page.next {
            Some(key) => after = Some(key),
            None => return seen,
        }
    }
}

/// Five open orders, the later ones with the earlier deadlines, and two paid ones.
async fn till(world: &World) -> Queries {
    world.stock("A", 100).await;
    world.stock("B", 100).await;
    for n in 1..=5_u32 {
        let lines = if n == 3 {
            vec![("B", 2)]
        } else {
            vec![("A", 1), ("B", 1)]
        };
        let mut post = unpaid_order(&format!("N{n}"), &lines);
        post.payment.as_mut().unwrap().pay_within_seconds = 1000 - 100 * n;
        world.desk.post(post, shop()).await.unwrap();
    }
    world
        .desk
        .post(order("P1", &[("A", 1)]), shop())
        .await
        .unwrap();
    world
        .desk
        .post(order("P2", &[("A", 1)]), shop())
        .await
        .unwrap();
    sqlx::query(
        "UPDATE orders SET status = 'closing', payment_state = 'unknown' WHERE order_no = 'N2'",
    )
    .execute(world.desk.pool())
    .await
    .unwrap();
    queries(world)
}

#[tokio::test]
async fn open_orders_come_soonest_deadline_first() {
    let world = World::new().await;
    let queries = till(&world).await;
    assert_eq!(walk(&queries, &OPEN).await, ["N5", "N4", "N3", "N2", "N1"]);
    assert_eq!(
        queries.orders_count(&OPEN).await.unwrap().value.unwrap().0,
        5
    );
    let paid = OrderFilter {
        status: OrderStatuses::One(OrderStatus::Paid),
        ..OPEN
    };
    assert_eq!(walk(&queries, &paid).await, ["P2", "P1"]);
}

#[tokio::test]
async fn filters_of_orders() {
    let world = World::new().await;
    let queries = till(&world).await;
    let soon = world.desk.now() + TimeDelta::seconds(650);
    for (filter, expected) in [
        (
            OrderFilter {
                sku: Some(sku("A")),
                ..OPEN
            },
            &["N5", "N4", "N2", "N1"][..],
        ),
        (
            OrderFilter {
                sku: Some(sku("NONE")),
                ..OPEN
            },
            &[],
        ),
        (
            OrderFilter {
                due_before: Some(soon),
                ..OPEN
            },
            &["N5", "N4"],
        ),
        (
            OrderFilter {
                payment_state: Some(PaymentState::Unknown),
                ..OPEN
            },
            &["N2"],
        ),
        (
            OrderFilter {
                status: OrderStatuses::One(OrderStatus::Closing),
                ..OPEN
            },
            &["N2"],
        ),
    ] {
        assert_eq!(walk(&queries, &filter).await, expected, "{filter:?}");
    }
}

#[tokio::test]
async fn an_order_is_shown_with_its_lines_and_what_holds_a_sku_is_counted() {
    let world = World::new().await;
    let queries = till(&world).await;
    let page = queries
        .orders_list(&OPEN, None, Limit::new(1).unwrap())
        .await
        .unwrap()
        .value;
    let row = &page.items[0];
    let summary = &row.summary;
    let shown = (summary.units, summary.line_count, summary.lines.len());
    assert_eq!(shown, (2, 2, 2));
    assert_eq!(row.amount.unwrap().minor, 12_800);
    let order = queries.order(&row.order_no).await.unwrap().value.unwrap();
    let lines: Vec<_> = order
        .lines
        .iter()
        .map(|l| (l.sku.as_str(), l.quantity))
        .collect();
    assert_eq!(lines, [("A", 1), ("B", 1)]);
    assert_eq!(order.lines[0].name, "Name of A");
    let level = queries
        .stock(&warehouse(), &sku("A"))
        .await
        .unwrap()
        .value
        .unwrap();
    let open = queries.open_orders(&level).await.unwrap().value.unwrap();
    assert_eq!((level.reserved, open.orders, open.units), (4, 4, 4));
    assert!(
        queries
            .order(&"NONE".parse().unwrap())
            .await
            .unwrap()
            .value
            .is_none()
    );
}

#[tokio::test]
async fn a_list_shows_the_same_of_an_order_from_its_summary_and_from_its_lines() {
    let world = World::new().await;
    for name in ["A", "B \"q\" \\ 红", "C", "D", "E"] {
        world.stock(name, 10).await;
    }
    let lines = [("E", 1), ("B \"q\" \\ 红", 2), ("A", 3), ("D", 1), ("C", 1)];
    for (order_no, lines) in [("O1", &lines[..]), ("O2", &lines[..1])] {
        let placed = world.desk.post(unpaid_order(order_no, lines), shop());
        placed.await.unwrap();
    }
    let queries = queries(&world);
    let shown = async || {
        let page = queries.orders_list(&OPEN, None, Limit::new(9).unwrap());
        let rows = page.await.unwrap().value.items;
        rows.into_iter()
            .map(|row| (row.order_no.to_string(), row.summary))
            .collect::<Vec<_>>()
    };
    let stored = shown().await;
    let (order_no, first) = &stored[0];
    assert_eq!(order_no, "O1");
    assert_eq!((first.units, first.line_count), (8, 5));
    let glance: Vec<_> = first
        .lines
        .iter()
        .map(|(sku, n)| (sku.as_str(), *n))
        .collect();
    assert_eq!(glance, &lines[..3]);
    // As orders were stored before.
    let forget = "UPDATE orders SET summary = NULL WHERE order_no = 'O1'";
    sqlx::query(forget)
        .execute(world.desk.pool())
        .await
        .unwrap();
    assert_eq!(shown().await, stored);
}

#[tokio::test]
async fn orders_of_one_payment_state_are_counted_and_never_looked_for() {
    let world = World::new().await;
    let queries = till(&world).await;
    let of = |status, state| OrderFilter {
        status,
        payment_state: Some(state),
        ..OPEN
    };
    let closing = OrderStatuses::One(OrderStatus::Closing);
    for (filter, expected) in [
        (of(OrderStatuses::Open, PaymentState::Unsent), 4),
        (of(OrderStatuses::Open, PaymentState::Unknown), 1),
        (of(closing, PaymentState::Unsent), 0),
    ] {
        let count = queries.orders_count(&filter).await.unwrap().value;
        assert_eq!(count.unwrap().0, expected, "{filter:?}");
        assert_eq!(walk(&queries, &filter).await.len(), expected as usize);
    }
}
