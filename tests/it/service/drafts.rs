//! Cancelling by an operation that a person confirms.

use chrono::{TimeDelta, Utc};
use serde_json::json;
use stockdesk::domain::command::{Cancel, DraftSeen};
use stockdesk::domain::ids::OpId;
use stockdesk::domain::order::OrderStatus;
use stockdesk::domain::rejection::{Rejection, ServiceError};

use super::till::{Till, cancel, staff};

async fn draft(till: &Till) -> OpId {
    let op = OpId::new(ulid::Ulid::new());
    sqlx::query(
        "INSERT INTO operations (op, kind, status, target, reason, author, created_at, expires_at)
         VALUES (?, 'cancel', 'draft', '{}', 'customer_asked', 'li.wei', ?, ?)",
    )
    .bind(op.to_string())
    .bind(Utc::now())
    .bind(Utc::now() + TimeDelta::hours(24))
    .execute(till.world.desk.pool())
    .await
    .unwrap();
    op
}

fn confirm(order_no: &str, op: OpId, revision: u32) -> Cancel {
    Cancel {
        confirms: Some(DraftSeen { op, revision }),
        ..cancel(order_no)
    }
}

async fn op_row(till: &Till, op: OpId) -> (String, Option<String>) {
    sqlx::query_as("SELECT status, confirmed_by FROM operations WHERE op = ?")
        .bind(op.to_string())
        .fetch_one(till.world.desk.pool())
        .await
        .unwrap()
}

fn by(status: &str) -> (String, Option<String>) {
    (status.to_owned(), Some("li.wei".to_owned()))
}

#[tokio::test]
async fn a_confirmed_draft_is_applied_with_the_cancel() {
    let till = Till::new().await;
    till.world.stock("A", 10).await;
    till.open("R1", &[("A", 2)]).await;
    let op = draft(&till).await;
    let changed = till.cashier.cancel(confirm("R1", op, 2), staff()).await;
    assert!(matches!(
        changed,
        Err(ServiceError::Rejected(Rejection::DraftChanged))
    ));
    assert_eq!(till.status("R1").await, OrderStatus::Pending);

    let done = till
        .cashier
        .cancel(confirm("R1", op, 1), staff())
        .await
        .unwrap();
    assert_eq!(done.receipt.status, OrderStatus::Cancelled);
    assert_eq!(op_row(&till, op).await, by("applied"));
    // Confirmed twice, it shows the same receipt; another draft comes too late.
    let again = till
        .cashier
        .cancel(confirm("R1", op, 1), staff())
        .await
        .unwrap();
    assert!(again.replayed);
    assert_eq!(again.receipt, done.receipt);
    let other = draft(&till).await;
    let late = till.cashier.cancel(confirm("R1", other, 1), staff()).await;
    assert!(matches!(
        late,
        Err(ServiceError::Rejected(Rejection::OrderCancelled))
    ));
    assert_eq!(op_row(&till, other).await.0, "draft");
    // Nor does a draft that did its work do it for another order.
    till.open("R2", &[("A", 1)]).await;
    let used = till.cashier.cancel(confirm("R2", op, 1), staff()).await;
    assert!(matches!(
        used,
        Err(ServiceError::Rejected(Rejection::FormUsed))
    ));
    assert_eq!(till.status("R2").await, OrderStatus::Pending);
}

#[tokio::test]
async fn a_draft_waits_for_the_gateway_and_is_refused_when_the_customer_had_paid() {
    let till = Till::new().await;
    till.world.stock("A", 10).await;
    till.open("R1", &[("A", 2)]).await;
    let op = draft(&till).await;
    till.switches("R1", json!({"http_500": true})).await;
    let waits = till
        .cashier
        .cancel(confirm("R1", op, 1), staff())
        .await
        .unwrap();
    assert_eq!(waits.receipt.status, OrderStatus::Closing);
    assert_eq!(op_row(&till, op).await, by("waiting"));
    till.all_switches_off().await;
    till.switches("R1", json!({"already_paid": true, "no_notification": true}))
        .await;
    let paid = till.cashier.cancel(confirm("R1", op, 1), staff()).await;
    assert!(matches!(
        paid,
        Err(ServiceError::Rejected(Rejection::AlreadyPaid))
    ));
    assert_eq!(op_row(&till, op).await, by("refused"));
    assert_eq!(till.world.levels("A").await, (8, 0));
}
