//! 5: every verified payment paid its order, has exactly one outcome, or waits where people see
//! it.

use super::{Finding, Place, grouped};
use crate::domain::rejection::ServiceResult;
use crate::store::mysql::verify::{BrokenPayment, Snapshot};

pub(super) async fn check(snapshot: &mut Snapshot, found: &mut Finding) -> ServiceResult<()> {
    for payment in snapshot.broken_payments(found.room()).await? {
        let what = broken(&payment);
        let place = match payment.transaction_id {
            Some(transaction_id) => Place::Payment {
                gateway: payment.gateway,
                transaction_id,
            },
            None => Place::Order(payment.order_no),
        };
        found.add(place, what);
    }
    for late in snapshot.broken_late(found.room()).await? {
        let what = format!(
            "is {} and came as {}, and its outcome is none or more than one",
            late.state, late.outcome
        );
        let (gateway, transaction_id) = (late.gateway, late.transaction_id);
        found.add(
            Place::Payment {
                gateway,
                transaction_id,
            },
            what,
        );
    }
    let (payments, waiting) = snapshot.payments_count().await?;
    found.scope = format!("{} payments", grouped(payments));
    if waiting > 0 {
        let waiting = grouped(waiting);
        found.note = Some(format!("{waiting} wait in the list of late payments"));
    }
    Ok(())
}

fn broken(payment: &BrokenPayment) -> String {
    let order_no = &payment.order_no;
    if payment.outcome.is_empty() {
        return format!("order {order_no} is paid, and this payment is not stored");
    }
    let status = payment.order_status.as_deref().unwrap_or("not there");
    format!(
        "stored as {}, and order {order_no} is {status} or has other terms",
        payment.outcome
    )
}
