//! What the stores say after everything, beside what everybody was told.

use std::collections::HashMap;

use sqlx::{Connection, FromRow, MySqlConnection};
use stockdesk::embedded::Stores;

use super::caller::Caller;
use super::customer::cancel;
use super::load::{CancelTold, Order};
use crate::eventually::eventually;

/// An order's entries, and what it came to.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
struct Kept {
    order_no: String,
    status: String,
    deducted: i64,
    /// Entries that undo one, as a cancel and as a rollback.
    cancelled: i64,
    rolled_back: i64,
    proofs: i64,
    payments: i64,
}

const KEPT: &str = "SELECT o.order_no, CAST(o.status AS CHAR) AS status,
    CAST(SUM(l.kind = 'deduct') AS SIGNED) AS deducted,
    CAST(SUM(l.kind = 'cancel') AS SIGNED) AS cancelled,
    CAST(SUM(l.kind = 'rollback') AS SIGNED) AS rolled_back,
    (SELECT COUNT(*) FROM evidence e WHERE e.order_no = o.order_no) AS proofs,
    (SELECT COUNT(*) FROM payments p WHERE p.order_no = o.order_no
       AND p.outcome = 'order_paid') AS payments
  FROM orders o JOIN ledger l ON l.document = o.order_no GROUP BY o.order_no";

/// Orders that somebody has to take further, now or in a moment.
const UNDER_WAY: &str = "SELECT COUNT(*) FROM orders WHERE status = 'closing'
    OR (status = 'pending' AND pay_deadline <= UTC_TIMESTAMP(6) + INTERVAL 1 MINUTE)";

/// Who was at work when the desk died has its orders for a minute, and a gateway that did not
/// answer is asked again after a while: that time passes now.
const TIME_PASSES: &str = "UPDATE orders SET next_action_at = UTC_TIMESTAMP(6)
  WHERE status = 'closing' OR (status = 'pending' AND pay_deadline <= UTC_TIMESTAMP(6))";

pub struct Books {
    stores: Stores,
    database: MySqlConnection,
}

impl Books {
    /// Reads beside the running desk.
    pub async fn open(stores: Stores) -> Self {
        let url = stores.database_url.expose();
        let database = MySqlConnection::connect(url).await.expect("it answers");
        Self { stores, database }
    }

    pub async fn close(self) {
        drop(self.database);
        self.stores.stop().await;
    }

    async fn read(&mut self) -> HashMap<String, Kept> {
        let kept: Vec<Kept> = sqlx::query_as(KEPT)
            .fetch_all(&mut self.database)
            .await
            .expect("the orders");
        let documents: i64 = sqlx::query_scalar("SELECT COUNT(DISTINCT document) FROM ledger")
            .fetch_one(&mut self.database)
            .await
            .expect("the ledger");
        assert_eq!(documents as usize, kept.len(), "all entries are of orders");
        kept.into_iter()
            .map(|kept| (kept.order_no.clone(), kept))
            .collect()
    }

    /// Every order has the entries that its state and its answers promise, and no others; how
    /// many orders are in each state.
    pub async fn check(&mut self, orders: &[Order]) -> HashMap<String, usize> {
        let mut kept = self.read().await;
        let mut states = HashMap::new();
        for order in orders {
            match kept.remove(&order.number) {
                None => assert!(!order.applied, "told 201, and not there: {order:?}"),
                Some(kept) => {
                    check(order, &kept);
                    *states.entry(kept.status).or_default() += 1;
                }
            }
        }
        assert!(kept.is_empty(), "nobody ordered {kept:?}");
        states
    }

    /// Lets everything that is under way come to its end.
    pub async fn settle(&mut self, orders: &[Order], caller: &Caller) {
        let kept = self.read().await;
        // The gateway's word of some payments is still on its way. Whoever cancels such an order
        // is told that it is paid.
        for order in orders.iter().filter(|order| order.paid == Some(true)) {
            if kept[&order.number].status != "paid" {
                let told = cancel(caller, &order.number).await;
                assert_eq!(told, CancelTold::AlreadyPaid, "{order:?}");
            }
        }
        eventually("nothing is under way", async || {
            self.let_time_pass().await;
            let under_way = sqlx::query_scalar(UNDER_WAY).fetch_one(&mut self.database);
            let under_way: i64 = under_way.await.expect("the orders");
            under_way == 0
        })
        .await;
    }

    async fn let_time_pass(&mut self) {
        match sqlx::query(TIME_PASSES).execute(&mut self.database).await {
            Ok(_) => {}
            // The desk is at work on them; again in a moment.
            Err(sqlx::Error::Database(deadlock)) if deadlock.code().as_deref() == Some("40001") => {
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// After [`Books::settle`]: every order came to the end that its answers promise.
    pub async fn check_ends(&mut self, orders: &[Order]) {
        let kept = self.read().await;
        for order in orders.iter().filter(|order| order.applied) {
            let status = kept[&order.number].status.as_str();
            let allowed: &[&str] = match (order.paid, order.cancel, order.pay_within) {
                (_, _, None) | (Some(true), _, _) => &["paid"],
                // The gateway refused the money: it had closed the payment.
                (Some(false), _, _) => &["cancelled"],
                (None, Some(_), _) | (None, None, Some(..=2)) => &["cancelled", "paid"],
                (None, None, Some(_)) => &["pending", "paid"],
            };
            assert!(allowed.contains(&status), "{status}: {order:?}");
        }
    }
}

/// Whatever state an order is in, its stock is where that state says.
fn check(order: &Order, kept: &Kept) {
    assert!(order.applied, "refused, and there: {order:?} {kept:?}");
    let lines = order.lines;
    let back = if order.rolled_back { lines } else { 0 };
    let cancelled = kept.status == "cancelled";
    let expected = Kept {
        deducted: lines,
        cancelled: if cancelled { lines } else { 0 },
        rolled_back: back,
        proofs: i64::from(cancelled),
        payments: i64::from(kept.status == "paid" && order.pay_within.is_some()),
        ..kept.clone()
    };
    assert_eq!(*kept, expected, "{order:?}");
    // What somebody was told is so, at once and for ever.
    let told = match order.cancel {
        Some(CancelTold::Cancelled) => &["cancelled"][..],
        Some(CancelTold::AlreadyPaid) => &["paid"],
        Some(CancelTold::Closing) => &["closing", "cancelled", "paid"],
        None => &["pending", "closing", "cancelled", "paid"],
    };
    assert!(told.contains(&kept.status.as_str()), "{order:?} {kept:?}");
    let bought = order.paid == Some(true);
    assert!(!(bought && cancelled), "paid, and cancelled: {order:?}");
}
