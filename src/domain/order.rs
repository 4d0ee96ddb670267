//! An order: pending -> closing -> cancelled, or pending or closing -> paid.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::ids::{DocumentNo, EntryId, OpId, Sku, Warehouse};
use super::money::Money;
use super::payment::PaymentState;
use super::words::words;

words! {
    pub enum OrderStatus {
        /// Placed; its stock is held until it is paid or its deadline passes.
        Pending = "pending",
        /// Being cancelled: the payment gateway is asked to close the payment; stock still held.
        Closing = "closing",
        /// Closed with evidence; its stock went back, once.
        Cancelled = "cancelled",
        Paid = "paid",
    }
}

impl OrderStatus {
    /// Whether units are held for an order in this state.
    pub fn holds_stock(self) -> bool {
        matches!(self, Self::Pending | Self::Closing)
    }

    /// The whole state machine.
    pub fn may_become(self, next: Self) -> bool {
        use OrderStatus::*;
        matches!(
            (self, next),
            (Pending, Closing) | (Pending, Paid) | (Closing, Paid) | (Closing, Cancelled)
        )
    }
}

/// How an order is to be paid for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentTerms {
    pub gateway: String,
    pub amount: Money,
    /// 1 second to 30 days.
    pub pay_within_seconds: u32,
}

impl PaymentTerms {
    pub const MAX_SECONDS: u32 = 30 * 24 * 3600;
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderLine {
    pub sku: Sku,
    pub name: String,
    /// Units, positive.
    pub quantity: i64,
    /// Left right after this order; `None` when unlimited.
    pub available: Option<i64>,
    pub entry: EntryId,
    /// The entry that returned these units.
    pub reversed_by: Option<EntryId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderEvent {
    pub at: DateTime<Utc>,
    pub kind: EventKind,
    pub actor: String,
    /// A short machine detail: an error code, a payment number, a reason code.
    pub detail: Option<String>,
}

words! {
    /// What happened to an order. Placing it is the order row itself.
    pub enum EventKind {
        PaymentCreated = "payment_created",
        Closing = "closing",
        GatewayAsked = "gateway_asked",
        GatewayUnknown = "gateway_unknown",
        Paid = "paid",
        Cancelled = "cancelled",
        Returned = "returned",
        LatePayment = "late_payment",
    }
}

/// The proof that an order's payment was closed, without which no cancel can be stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    pub gateway: String,
    /// The gateway's own word: `CLOSED`, `never_created`, ...
    pub code: String,
    pub answered_at: DateTime<Utc>,
    /// SHA-256 of the signed answer, in hex.
    pub digest: String,
}

/// An order as its page and `GET /api/v1/orders/{order_no}` show it.
#[derive(Debug, Clone)]
pub struct Order {
    pub order_no: DocumentNo,
    pub warehouse: Warehouse,
    pub status: OrderStatus,
    pub actor: String,
    pub created_at: DateTime<Utc>,
    pub gateway: Option<String>,
    pub amount: Option<Money>,
    pub pay_deadline: Option<DateTime<Utc>>,
    pub payment_state: Option<PaymentState>,
    pub payment_checked_at: Option<DateTime<Utc>>,
    pub payment_url: Option<String>,
    pub transaction_id: Option<String>,
    pub paid_at: Option<DateTime<Utc>>,
    /// Who asked for the cancel, with which operation, and why.
    pub cancel_actor: Option<String>,
    pub cancel_op: Option<OpId>,
    pub cancel_reason: Option<String>,
    pub cancel_note: Option<String>,
    /// Goods of a paid order came back at this time.
    pub returned_at: Option<DateTime<Utc>>,
    pub evidence: Option<Evidence>,
    pub lines: Vec<OrderLine>,
    pub events: Vec<OrderEvent>,
}

/// What a list shows of an order's lines. They never change, so it is stored with the order: a
/// list need not read the lines, of which there may be thousands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderSummary {
    pub warehouse: Warehouse,
    /// Units over all lines.
    pub units: i64,
    pub line_count: i64,
    /// The first few lines.
    pub lines: Vec<(Sku, i64)>,
}

impl OrderSummary {
    /// Lines that a list shows.
    pub const LINES: usize = 3;

    /// Of an order of these lines, each with its units.
    pub fn of<'a>(warehouse: &Warehouse, lines: impl Iterator<Item = (&'a Sku, i64)>) -> Self {
        let mut summary = Self {
            warehouse: warehouse.clone(),
            units: 0,
            line_count: 0,
            lines: Vec::new(),
        };
        for (sku, units) in lines {
            summary.units += units;
            summary.line_count += 1;
            if summary.lines.len() < Self::LINES {
                summary.lines.push((sku.clone(), units));
            }
        }
        summary
    }
}

/// One row of the orders list.
#[derive(Debug, Clone)]
pub struct OrderRow {
    pub order_no: DocumentNo,
    pub status: OrderStatus,
    pub created_at: DateTime<Utc>,
    pub pay_deadline: Option<DateTime<Utc>>,
    pub amount: Option<Money>,
    pub gateway: Option<String>,
    pub payment_state: Option<PaymentState>,
    pub payment_checked_at: Option<DateTime<Utc>>,
    /// Who asked for its cancel, and the staff operation that does it.
    pub cancel_actor: Option<String>,
    pub cancel_op: Option<OpId>,
    pub summary: OrderSummary,
}

/// The open orders that hold units of one SKU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct OpenOrders {
    pub orders: u32,
    pub units: i64,
}
