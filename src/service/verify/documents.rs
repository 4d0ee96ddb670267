//! 2: a document moves a SKU once and is reversed once, as a whole. 3: the states of orders.

use std::collections::HashSet;

use super::{Finding, Place, Progress, content, grouped};
use crate::domain::ledger::{DocumentKind, EntryKind};
use crate::domain::order::OrderStatus;
use crate::domain::rejection::ServiceResult;
use crate::store::mysql::verify::{DocumentSeen, OrderSeen, Snapshot};

pub(super) async fn check(
    snapshot: &mut Snapshot,
    reversals: &mut Finding,
    orders: &mut Finding,
    progress: &impl Fn(Progress),
) -> ServiceResult<()> {
    let (mut after, mut documents, mut orders_seen) = (String::new(), 0, 0u64);
    loop {
        let last = snapshot
            .documents(&after, |document| {
                documents += 1;
                orders_seen += u64::from(document.order.is_some());
                judge(&document, reversals, orders);
            })
            .await?;
        progress(Progress::Documents { done: documents });
        match last {
            Some(last) => after = last,
            None => break,
        }
    }
    for number in snapshot.without_document(orders.room()).await? {
        orders.add(
            Place::Order(number),
            "an order, or its evidence, without a document",
        );
    }
    reversals.scope = format!("{} documents", grouped(documents));
    orders.scope = format!("{} orders", grouped(orders_seen));
    Ok(())
}

/// The next documents after `after`; returns the last one's number, `None` at the end.
pub(super) async fn check_next(
    snapshot: &mut Snapshot,
    after: &str,
    reversals: &mut Finding,
    orders: &mut Finding,
) -> ServiceResult<Option<String>> {
    let judged = |document: DocumentSeen| judge(&document, reversals, orders);
    Ok(snapshot.documents(after, judged).await?)
}

fn judge(document: &DocumentSeen, reversals: &mut Finding, orders: &mut Finding) {
    let is_order = document.order.is_some();
    if let Err(what) = check_document(document) {
        reversals.add(Place::Document(document.document.clone()), what);
    }
    let asked = match content::differs(document) {
        Some(true) => Err("its entries are not the lines that were asked for".to_owned()),
        _ => Ok(()),
    };
    let place = match is_order {
        true => Place::Order(document.document.clone()),
        false => Place::Document(document.document.clone()),
    };
    match (&document.order, asked) {
        (Some(_), Err(what)) => orders.add(place, what),
        (None, Err(what)) => reversals.add(place, what),
        (Some(order), Ok(())) => {
            if let Err(what) = check_order(document, order) {
                orders.add(place, what);
            }
        }
        (None, Ok(())) if document.kind == Some(DocumentKind::Order) => {
            orders.add(place, "a document of an order that is not there");
        }
        (None, Ok(())) => {}
    }
}

/// What holds for every document.
fn check_document(document: &DocumentSeen) -> Result<(), String> {
    let Some(kind) = document.kind else {
        return Err("entries name it, and it is not there".to_owned());
    };
    let (mut forward, mut back) = (HashSet::new(), HashSet::new());
    for entry in &document.entries {
        let side = if entry.kind.reverses() {
            &mut back
        } else {
            &mut forward
        };
        if !side.insert(entry.stock_id) {
            let sku = entry.sku.as_deref().unwrap_or("?");
            let how = entry.kind;
            return Err(format!("more than one {how} of {sku}"));
        }
        if entry.warehouse != document.warehouse {
            let led = format!("led_{}-{}", entry.stock_id, entry.version);
            return Err(format!("{led} is not of its warehouse"));
        }
    }
    let (forward, back) = (forward.len(), back.len());
    if kind == DocumentKind::Fence {
        return match (forward + back, document.reversed) {
            (0, true) => Ok(()),
            _ => Err("a fence with entries, or without its rollback".to_owned()),
        };
    }
    match (forward, back, document.reversed) {
        (0, _, _) => Err("it has no entries".to_owned()),
        (_, 0, false) => Ok(()),
        (n, m, true) if n == m => Ok(()),
        (n, m, marked) => {
            let marked = if marked { "" } else { "not " };
            Err(format!(
                "{m} of {n} entries reversed, and it is {marked}marked as reversed"
            ))
        }
    }
}

/// What holds for orders besides.
fn check_order(document: &DocumentSeen, order: &OrderSeen) -> Result<(), String> {
    if document.kind != Some(DocumentKind::Order) {
        return Err("its document is not that of an order".to_owned());
    }
    let count = |kind| document.entries.iter().filter(|e| e.kind == kind).count();
    let deducted = count(EntryKind::Deduct);
    let (rolled_back, cancelled) = (count(EntryKind::Rollback), count(EntryKind::Cancel));
    if deducted == 0 || deducted + rolled_back + cancelled != document.entries.len() {
        return Err("its lines are not deductions".to_owned());
    }
    let status = order.status;
    let state = format!("{deducted} lines, {rolled_back} rolled back, {cancelled} cancelled");
    let lines_fit = match status {
        OrderStatus::Pending | OrderStatus::Closing => rolled_back == 0 && cancelled == 0,
        OrderStatus::Paid => (rolled_back == 0 || rolled_back == deducted) && cancelled == 0,
        OrderStatus::Cancelled => rolled_back == 0 && cancelled == deducted,
    };
    if !lines_fit {
        return Err(format!("{status} with {state}"));
    }
    if order.watched != status.holds_stock() {
        return Err(format!(
            "{status}, and a worker does not know (next_action_at)"
        ));
    }
    if status == OrderStatus::Closing && !order.cancel_asked {
        return Err("closing, and nobody asked for it".to_owned());
    }
    check_evidence(document, order)
}

fn check_evidence(document: &DocumentSeen, order: &OrderSeen) -> Result<(), String> {
    let status = order.status;
    let Some(id) = order.evidence_id else {
        return match status {
            OrderStatus::Cancelled => Err("cancelled without evidence".to_owned()),
            _ => Ok(()),
        };
    };
    if status != OrderStatus::Cancelled {
        return Err(format!("{status} with evidence of a closed payment"));
    }
    let Some(evidence) = &order.evidence else {
        return Err("cancelled on evidence that is not there".to_owned());
    };
    if evidence.order_no != document.document || Some(&evidence.gateway) != order.gateway.as_ref() {
        let of = format!("order {} at {}", evidence.order_no, evidence.gateway);
        return Err(format!("cancelled on the evidence of {of}"));
    }
    let other = |e: &&crate::store::mysql::verify::EntrySeen| {
        e.kind == EntryKind::Cancel && e.evidence_id != Some(id)
    };
    match document.entries.iter().find(other) {
        Some(e) => Err(format!(
            "led_{}-{} names other evidence",
            e.stock_id, e.version
        )),
        None => Ok(()),
    }
}
