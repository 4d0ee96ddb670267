//! What payment gateways can say, in words that fit them all.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::ids::DocumentNo;
use super::machine::Said;
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

impl NewPayment {
    /// The same payment, as it is asked about afterwards.
    pub fn sent(&self, reference: Option<String>) -> SentPayment {
        SentPayment {
            order_no: self.order_no.clone(),
            amount: self.amount,
            expires_at: self.expires_at,
            reference,
        }
    }
}

/// A payment that its gateway was asked to create, as it is asked about afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentPayment {
    pub order_no: DocumentNo,
    pub amount: Money,
    /// As in [`NewPayment`].
    pub expires_at: DateTime<Utc>,
    /// The gateway's own number of it, from [`CreateAnswer::Created`]. `None` when the gateway
    /// has none, or its answer was lost.
    pub reference: Option<String>,
}

/// What asking a gateway to create a payment came to. Asking again is safe: it is the same one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CreateAnswer {
    /// It exists, for this amount, and can be paid at `url` (at most 2,000 characters).
    Created {
        url: String,
        /// The gateway's own number of it (at most 255 characters of printable ASCII), for a
        /// gateway that cannot be asked by ours. Kept, and handed back in [`SentPayment`].
        reference: Option<String>,
    },
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
    /// Something happened to a refund: a reason to ask about it, never to act.
    Refund {
        /// `None` when the gateway does not say it, or says a number that is not ours.
        order_no: Option<DocumentNo>,
        refund_no: String,
    },
    /// Verified, and nothing to do with a payment.
    Other,
}

/// Why a gateway cannot take an order's payment at all, known before anything is placed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotPayable {
    #[error("cannot be paid through this gateway: it takes {0}")]
    Currency(&'static str),
    #[error("is an amount that this gateway cannot take in this currency")]
    Amount,
    #[error("must be {0} or fewer, for this gateway")]
    Window(u32),
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

impl GatewayAnswer {
    /// The answer without its particulars, as the state machine reads it.
    pub fn said(&self) -> Said {
        match self {
            Self::Closed(_) => Said::Closed,
            Self::Paid(_) => Said::Paid,
            Self::Open => Said::Open,
            Self::InProgress => Said::Paying,
            Self::NotCreated => Said::NotCreated,
            Self::Refused(_) => Said::Refused,
            Self::Unknown(_) => Said::Unknown,
        }
    }
}

/// Money to be given back: a whole payment, or a part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewRefund {
    /// Ours: see [`refund_no`]. A gateway gives back once for one number, however often it is
    /// asked, so every retry carries the same.
    pub refund_no: String,
    pub order_no: DocumentNo,
    /// The gateway's number of the payment that goes back.
    pub transaction_id: String,
    /// What goes back; at most `total`, and in its currency.
    pub amount: Money,
    /// What was paid.
    pub total: Money,
    /// Shown to the payer: 1-80 bytes.
    pub reason: String,
}

impl NewRefund {
    /// The longest reason that every gateway takes.
    pub const MAX_REASON_BYTES: usize = 80;

    /// A whole payment, back to where it came from.
    pub fn whole(payment: &VerifiedPayment, reason: impl Into<String>) -> Self {
        Self {
            refund_no: refund_no(&payment.gateway, &payment.transaction_id),
            order_no: payment.order_no.clone(),
            transaction_id: payment.transaction_id.clone(),
            amount: payment.amount,
            total: payment.amount,
            reason: reason.into(),
        }
    }

    /// Why no gateway would take it, in a few words.
    pub fn fault(&self) -> Option<&'static str> {
        if self.amount.currency != self.total.currency || self.amount.minor > self.total.minor {
            return Some("more would go back than was paid");
        }
        let length = self.reason.len();
        if length == 0 || length > Self::MAX_REASON_BYTES {
            return Some("the reason must be 1 to 80 bytes");
        }
        None
    }
}

/// The refund's number at its gateway: one for each payment, so that no payment goes back twice.
/// `LP` and 32 hexadecimal digits, which every gateway takes.
pub fn refund_no(gateway: &str, transaction_id: &str) -> String {
    let text = format!("stockdesk refund_no\n{gateway}\n{transaction_id}");
    let digest = Sha256::digest(text.as_bytes());
    let hex: String = digest[..16].iter().map(|b| format!("{b:02x}")).collect();
    format!("LP{hex}")
}

/// What asking a gateway for a refund, or about one, came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundAnswer {
    /// Confirmed: the money went back.
    Refunded {
        at: DateTime<Utc>,
        evidence: Evidence,
    },
    /// Taken on; the money is on its way. Ask again later.
    Processing,
    /// Final at the gateway, and nothing arrives by itself: their word for it, such as
    /// `ABNORMAL` or `CLOSED`. People must look.
    Failed(String),
    /// Not taken on: our configuration, permission or balance. The same request can be made
    /// again once people have seen to it.
    Refused(String),
    /// No answer, or none that proves anything: it may have been taken on. Asking for it again is
    /// safe, for it has the same number.
    Unknown(String),
    /// There is no such refund (yet).
    NotFound,
}
