//! Many orders cancelled as one operation. Each is cancelled alone, by an ordinary operation of its
//! own; this only says which orders, and what became of each.

use serde::{Deserialize, Serialize};

use super::ids::DocumentNo;
use super::order::{OrderRow, OrderStatus};
use super::payment::PaymentState;
use super::rejection::Rejection;

/// Orders that one operation cancels, at most: the longest page of their list.
pub const MAX_CANCELS: usize = 200;

/// Why an order cannot be cancelled together with others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum CancelProblem {
    Unknown,
    Paid,
    /// Its customer is paying just now, as far as the gateway was heard last.
    Paying,
    /// By this actor.
    Cancelled {
        by: Option<String>,
    },
    /// Somebody else's cancel waits for the gateway.
    Closing {
        by: Option<String>,
    },
    Refused {
        why: Rejection,
    },
}

impl CancelProblem {
    /// What stands against cancelling this order, if anything. `order`: `None` when there is none of
    /// this number.
    pub fn of(order: Option<&OrderRow>) -> Option<Self> {
        let Some(order) = order else {
            return Some(Self::Unknown);
        };
        let by = || order.cancel_actor.clone();
        match (order.status, order.payment_state) {
            (OrderStatus::Paid, _) => Some(Self::Paid),
            (OrderStatus::Cancelled, _) => Some(Self::Cancelled { by: by() }),
            (OrderStatus::Closing, _) => Some(Self::Closing { by: by() }),
            (OrderStatus::Pending, Some(PaymentState::Paying)) => Some(Self::Paying),
            (OrderStatus::Pending, _) => None,
        }
    }
}

/// What cancelling one order came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CancelResult {
    Applied,
    Refused(CancelProblem),
}

/// One order of such an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CancelLine {
    /// Counts from 1, without gaps.
    pub line: u32,
    pub order_no: DocumentNo,
    /// Why it cannot be cancelled, as it was found when this was prepared.
    pub problem: Option<CancelProblem>,
    /// `None` until it is known, which may be long: the order's gateway has to answer.
    pub result: Option<CancelResult>,
}
