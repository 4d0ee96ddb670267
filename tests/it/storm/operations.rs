//! Cancels by staff, beside their orders: what the pages said, what is stored, and what became of
//! the order are one story.

use std::collections::{BTreeMap, HashMap};

use sqlx::MySqlPool;

use super::staff::{Deed, Told};
use crate::harness::world::World;

/// A cancel that somebody prepared, with its order as it is now.
#[derive(sqlx::FromRow)]
struct Operation {
    op: String,
    status: String,
    author: String,
    confirmed_by: Option<String>,
    order_no: String,
    order_status: String,
    /// The operation that cancelled the order, or tried to.
    cancel_op: Option<String>,
    cancel_actor: Option<String>,
}

pub struct Verdict {
    pub complaints: Vec<String>,
    /// How many ended how.
    pub summary: String,
}

async fn operations(pool: &MySqlPool) -> Vec<Operation> {
    sqlx::query_as(
        "SELECT p.op, CAST(p.status AS CHAR) status, p.author, p.confirmed_by, o.order_no,
           CAST(o.status AS CHAR) order_status, o.cancel_op, o.cancel_actor
         FROM operations p JOIN orders o ON o.order_no = p.document WHERE p.kind = 'cancel'",
    )
    .fetch_all(pool)
    .await
    .expect("operations")
}

/// Compares what `deeds` were told with what is stored.
pub async fn judge(world: &World, deeds: &[Deed]) -> Verdict {
    let pool = world.desk.pool();
    let operations = operations(pool).await;
    let mut complaints = Vec::new();
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for operation in &operations {
        if let Err(why) = consistent(operation) {
            complaints.push(why);
        }
        *count.entry(operation.status.clone()).or_default() += 1;
    }
    // Only one operation cancels an order, and no order names one that is not there.
    let named = "SELECT COUNT(*) FROM orders WHERE cancel_op IS NOT NULL";
    let named: i64 = sqlx::query_scalar(named)
        .fetch_one(pool)
        .await
        .expect("a count");
    let confirmed = operations.iter().filter(|o| o.status != "draft").count();
    if i64::try_from(confirmed) != Ok(named) {
        complaints.push(format!(
            "{confirmed} cancels were confirmed, {named} orders name one"
        ));
    }
    let by_op: HashMap<&str, &Operation> = operations.iter().map(|o| (o.op.as_str(), o)).collect();
    if by_op.len() != deeds.iter().filter(|deed| deed.op.is_some()).count() {
        complaints.push(format!(
            "{} drafts were not prepared by anybody",
            by_op.len()
        ));
    }
    for deed in deeds {
        *count.entry(format!("told {:?}", deed.told)).or_default() += 1;
        let operation = deed.op.as_deref().map(|op| by_op.get(op).copied());
        if let Err(why) = told_truly(deed, operation) {
            complaints.push(format!("{deed:?}: {why}"));
        }
    }
    // That there was anything to be compared.
    for status in ["applied", "refused"] {
        if !count.contains_key(status) {
            complaints.push(format!("no cancel by staff was {status}"));
        }
    }
    let summary = format!("{} cancels by staff: {count:?}", deeds.len());
    Verdict {
        complaints,
        summary,
    }
}

/// Whether an operation ended as its order did.
fn consistent(operation: &Operation) -> Result<(), String> {
    let Operation {
        op,
        status,
        author,
        order_no,
        order_status,
        ..
    } = operation;
    let its_own = operation.cancel_op.as_ref() == Some(op);
    let right = match status.as_str() {
        "draft" => !its_own && operation.confirmed_by.is_none(),
        "applied" => its_own && order_status == "cancelled",
        "refused" => its_own && order_status == "paid",
        "waiting" => its_own && order_status == "closing",
        _ => false,
    };
    let person = its_own.then(|| format!("user:{author}"));
    let by_them = operation.confirmed_by.as_ref() == its_own.then_some(author)
        && (!its_own || operation.cancel_actor == person);
    match right && by_them {
        true => Ok(()),
        false => Err(format!(
            "{op} of {author} is {status}, confirmed by {:?}; {order_no} is {order_status}, \
             cancelled by {:?} with {:?}",
            operation.confirmed_by, operation.cancel_actor, operation.cancel_op
        )),
    }
}

/// Whether what somebody was told is what happened.
fn told_truly(deed: &Deed, operation: Option<Option<&Operation>>) -> Result<(), String> {
    let operation = match operation {
        None if deed.told == Told::Needless => return Ok(()),
        Some(Some(operation)) => operation,
        None | Some(None) => return Err("there is no operation".to_owned()),
    };
    let confirmed = operation.status != "draft";
    let (author, order_no) = (&operation.author, &operation.order_no);
    if author != deed.person || order_no != &deed.order_no {
        return Err(format!("it is {author}'s, of {order_no}"));
    }
    match (deed.told == Told::Theirs) == confirmed {
        true => Ok(()),
        false => Err(format!(
            "it is {}, of an order that is {}",
            operation.status, operation.order_status
        )),
    }
}
