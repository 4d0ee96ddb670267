//! What payment gateways can say, in words that fit them all.

use chrono::{DateTime, Utc};

use super::ids::DocumentNo;
use super::money::Money;
use super::order::Evidence;
use super::words::words;

words! {
    /// What we last heard of an order's payment.
    pub enum PaymentState {
        /// The gateway was not asked to create it yet.
        Unsent = "unsent",
        /// We asked, and do not know whether it was created.
        Sent = "sent",
        /// Created; not paid.
        Open = "open",
        /// The customer is paying at this moment.
        Paying = "paying",
        Paid = "paid",
        Closed = "closed",
        /// The gateway's last answer said nothing we can act on.
        Unknown = "unknown",
    }
}

/// A gateway's verified word that money arrived. Stored once, by (gateway, transaction).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedPayment {
    pub gateway: String,
    /// The gateway's own number of this payment.
    pub transaction_id: String,
    pub order_no: DocumentNo,
    pub amount: Money,
    pub paid_at: DateTime<Utc>,
}

/// A payment to be created at a gateway, under the order's number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPayment {
    pub order_no: DocumentNo,
    pub amount: Money,
    /// Shown to the payer. A gateway may accept money after it: only a close ends a payment.
    pub expires_at: DateTime<Utc>,
    /// Where the gateway sends its notifications.
    pub notify_url: String,
}

/// What asking a gateway to create a payment came to. Asking again is safe: it is the same one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CreateAnswer {
    /// It exists, for this amount, and can be paid at `url` (at most 500 characters).
    Created { url: String },
    /// It existed and has been paid.
    AlreadyPaid(VerifiedPayment),
    /// Closed before, made for another amount, or our configuration is at fault: people must look.
    Refused(String),
    /// No answer, or none that proves anything. It may exist.
    Unknown(String),
}

/// What a verified notification of a gateway says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notification {
    Paid(VerifiedPayment),
    /// Something else happened to this payment: a reason to ask, never to act.
    Hint(DocumentNo),
    /// Verified, and nothing to do with a payment.
    Other,
}

words! {
    /// What a verified payment came to.
    pub enum PaymentOutcome {
        /// It paid its order.
        OrderPaid = "order_paid",
        /// Its order was cancelled before.
        Late = "late",
        /// Its order was paid by another transaction before.
        Duplicate = "duplicate",
        /// Amount, currency or gateway are not those of the order.
        Mismatch = "mismatch",
        /// No such order.
        Orphan = "orphan",
    }
}

/// What asking a gateway about a payment, or to close it, came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GatewayAnswer {
    /// Confirmed closed: the only licence to roll back.
    Closed(Evidence),
    /// Confirmed paid.
    Paid(VerifiedPayment),
    /// Open: not paid, and still payable.
    Open,
    /// The customer is paying at this moment; ask again in 5 seconds or more.
    InProgress,
    /// The gateway knows no such payment.
    NotCreated,
    /// Our configuration, permission or parameters are at fault; people must look.
    Refused(String),
    /// No answer, or none that proves anything. Never a reason to roll back.
    Unknown(String),
}
