//! The desk's books beside the gateways' books.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;
use sqlx::MySqlPool;

use super::end::is_of;
use super::run::OPENING;
use crate::harness::world::World;

/// An order as the desk has it.
pub struct Order {
    pub order_no: String,
    pub status: String,
    pub evidence: Option<String>,
    pub evidences: i64,
    /// Ledger entries that took units, and that gave them back.
    pub taken: i64,
    pub returned: i64,
    /// Of all its entries together.
    pub units: i64,
}

impl Order {
    pub fn is_open(&self) -> bool {
        self.status == "pending" || self.status == "closing"
    }
}

/// Money that the desk knows of.
pub struct Money {
    pub transaction_id: String,
    pub order_no: String,
    pub outcome: String,
}

/// What became of money that paid for nothing.
pub struct Late {
    pub transaction_id: String,
    pub state: String,
}

pub struct Seen {
    pub orders: BTreeMap<String, Order>,
    pub money: Vec<Money>,
    pub late: Vec<Late>,
}

/// Number, state, evidence, how many proofs, entries, reversals, units moved.
type OrderSeen = (String, String, Option<String>, i64, i64, i64, i64);

pub async fn seen(pool: &MySqlPool) -> Seen {
    let orders: Vec<OrderSeen> = sqlx::query_as(
        "SELECT o.order_no, CAST(o.status AS CHAR), e.code,
           (SELECT COUNT(*) FROM evidence p WHERE p.order_no = o.order_no),
           CAST(COALESCE(SUM(l.reverses IS NULL), 0) AS SIGNED),
           CAST(COALESCE(SUM(l.reverses IS NOT NULL), 0) AS SIGNED),
           CAST(COALESCE(SUM(l.delta), 0) AS SIGNED)
         FROM orders o LEFT JOIN evidence e ON e.id = o.evidence_id
         LEFT JOIN ledger l ON l.document = o.order_no
         GROUP BY o.order_no, o.status, e.code",
    )
    .fetch_all(pool)
    .await
    .expect("orders");
    let order = |(order_no, status, evidence, evidences, taken, returned, units): (
        String,
        String,
        Option<String>,
        i64,
        i64,
        i64,
        i64,
    )| Order {
        order_no,
        status,
        evidence,
        evidences,
        taken,
        returned,
        units,
    };
    let money: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT transaction_id, order_no, CAST(outcome AS CHAR) FROM payments
         WHERE gateway IN ('wechat_pay', 'alipay', 'stripe')",
    )
    .fetch_all(pool)
    .await
    .expect("payments");
    let late: Vec<(String, String)> = sqlx::query_as(
        "SELECT p.transaction_id, CAST(l.state AS CHAR) FROM late_money l
         JOIN payments p ON p.id = l.payment_id
         WHERE p.gateway IN ('wechat_pay', 'alipay', 'stripe')",
    )
    .fetch_all(pool)
    .await
    .expect("late money");
    Seen {
        orders: orders
            .into_iter()
            .map(|row| (row.0.clone(), order(row)))
            .collect(),
        money: money
            .into_iter()
            .map(|(transaction_id, order_no, outcome)| Money {
                transaction_id,
                order_no,
                outcome,
            })
            .collect(),
        late: late
            .into_iter()
            .map(|(transaction_id, state)| Late {
                transaction_id,
                state,
            })
            .collect(),
    }
}

#[derive(Default)]
pub struct Verdict {
    pub payments: Vec<String>,
    pub orders: Vec<String>,
    pub units: Vec<String>,
    /// What happened, in numbers.
    pub summary: String,
}

pub async fn judge(world: &World, there: &[Value]) -> Verdict {
    let pool = world.desk.pool();
    let seen = seen(pool).await;
    let mut verdict = Verdict::default();
    let mut count: BTreeMap<String, u64> = BTreeMap::new();
    let mut known: HashMap<&str, &Money> = HashMap::new();
    for money in &seen.money {
        if known.insert(&money.transaction_id, money).is_some() {
            verdict
                .payments
                .push(format!("{} is stored twice", money.transaction_id));
        }
    }
    for payment in there {
        for paid in payment["money"].as_array().into_iter().flatten() {
            let outcome = outcome(&seen, &known, payment, paid);
            match outcome {
                Ok(outcome) => *count.entry(outcome).or_default() += 1,
                Err(why) => {
                    let number = &payment["number"];
                    let id = &paid["transaction_id"];
                    verdict
                        .payments
                        .push(format!("{number}, paid by {id}: {why}"));
                }
            }
        }
    }
    let taken: usize = there
        .iter()
        .map(|p| p["money"].as_array().map_or(0, Vec::len))
        .sum();
    if taken != seen.money.len() {
        let stored = seen.money.len();
        verdict
            .payments
            .push(format!("{taken} payments were made, {stored} are stored"));
    }
    for order in seen.orders.values() {
        let payment = there.iter().find(|p| is_of(p, &order.order_no));
        if let Err(why) = judge_order(&seen, order, payment) {
            let (order_no, status) = (&order.order_no, &order.status);
            verdict.orders.push(format!("{order_no}, {status}: {why}"));
        }
        *count.entry(format!("order {}", order.status)).or_default() += 1;
    }
    verdict.units = units(pool).await;
    verdict.summary = format!("{} orders: {count:?}", seen.orders.len());
    verdict
}

/// What came of money that the gateway took; exactly one thing, or a complaint.
fn outcome(
    seen: &Seen,
    known: &HashMap<&str, &Money>,
    payment: &Value,
    paid: &Value,
) -> Result<String, String> {
    let id = paid["transaction_id"].as_str().unwrap_or_default();
    let money = known.get(id).ok_or("the desk does not know of it")?;
    if !is_of(payment, &money.order_no) {
        return Err(format!("the desk took it for {}", money.order_no));
    }
    let order = seen
        .orders
        .get(&money.order_no)
        .ok_or("there is no such order")?;
    let states: Vec<_> = seen
        .late
        .iter()
        .filter(|l| l.transaction_id == id)
        .collect();
    let refunds = payment["refunds"].as_array().into_iter().flatten();
    let refunds: Vec<_> = refunds
        .filter(|refund| refund["transaction_id"] == id)
        .filter_map(|refund| refund["state"].as_str())
        .collect();
    if money.outcome == "order_paid" {
        return match (order.status.as_str(), states.len(), refunds.len()) {
            ("paid", 0, 0) => Ok(money.outcome.clone()),
            (status, late, refunds) => Err(format!(
                "it paid an order that is {status}; late {late}, refunds {refunds}"
            )),
        };
    }
    let told = payment["told_closed_at"].as_str();
    let early = told.is_none_or(|told| paid["paid_at"].as_str().is_none_or(|at| at < told));
    if money.outcome == "late" && early {
        return Err("it counts as late, and came before the gateway said closed".to_owned());
    }
    if states.len() != 1 {
        return Err(format!(
            "it is {}, with {} outcomes",
            money.outcome,
            states.len()
        ));
    }
    let state = states[0].state.as_str();
    let right = match state {
        "refunded" => refunds == ["done"],
        "refund_failed" => matches!(refunds[..], ["abnormal" | "closed"]),
        "waiting" | "deducted" => refunds.is_empty(),
        _ => false,
    };
    match right {
        true => Ok(format!("{} {state}", money.outcome)),
        false => Err(format!(
            "it is {} {state}, its refunds {refunds:?}",
            money.outcome
        )),
    }
}

fn judge_order(seen: &Seen, order: &Order, payment: Option<&Value>) -> Result<(), String> {
    let (taken, returned, evidences) = (order.taken, order.returned, order.evidences);
    let none = || format!("{taken} entries, {returned} reversed, {evidences} proofs");
    if order.status != "cancelled" {
        let kept = taken > 0 && returned == 0 && evidences == 0 && order.units < 0;
        let paid = |m: &&super::judge::Money| m.order_no == order.order_no;
        let payers = seen
            .money
            .iter()
            .filter(paid)
            .filter(|m| m.outcome == "order_paid")
            .count();
        let right = payers == usize::from(order.status == "paid");
        return if kept && right {
            Ok(())
        } else {
            Err(format!("{}; {payers} payers", none()))
        };
    }
    if taken == 0 || returned != taken || evidences != 1 || order.units != 0 {
        return Err(none());
    }
    let code = order.evidence.as_deref().unwrap_or_default();
    match payment {
        // Nothing was ever sent, or what was sent is not valid any more.
        None if code == "never_created" || code == "never_acknowledged" => Ok(()),
        None => Err(format!("proved by {code}, and the gateway has no payment")),
        Some(payment) if payment["told_closed_at"].is_null() => {
            let state = &payment["state"];
            Err(format!(
                "proved by {code}; the gateway never said closed, its payment is {state}"
            ))
        }
        Some(_) => Ok(()),
    }
}

/// What there was is there, or is held by an order that was not cancelled.
async fn units(pool: &MySqlPool) -> Vec<String> {
    let rows: Vec<(String, String, i64, i64)> = sqlx::query_as(
        "SELECT s.warehouse, s.sku, s.available, CAST(COALESCE((
           SELECT -SUM(l.delta) FROM ledger l JOIN documents d ON d.document = l.document
           WHERE l.stock_id = s.id AND l.kind = 'deduct' AND d.reversed_at IS NULL), 0) AS SIGNED)
         FROM stock s",
    )
    .fetch_all(pool)
    .await
    .expect("stock");
    let wrong = |(_, _, available, sold): &(String, String, i64, i64)| {
        *available < 0 || available + sold != OPENING
    };
    let complaint = |(warehouse, sku, available, sold): (String, String, i64, i64)| {
        format!("{warehouse} {sku}: {available} and {sold} sold, of {OPENING}")
    };
    rows.into_iter().filter(wrong).map(complaint).collect()
}
