//! Payment providers, outbound. Every provider speaks through one trait, so that "close before
//! cancel" is written once and cannot be forgotten by the next provider.

pub mod alipay;
mod http;
mod number;
mod registry;
mod rsa;
pub mod sandbox;
pub mod stripe;
mod watch;
pub mod wechat_pay;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

pub use alipay::{AlipayGateway, AlipaySettings};
pub use http::{CallLimits, GatewaySetupError};
pub use registry::{Gateways, RepeatedName};
pub use sandbox::{SandboxGateway, SandboxSettings};
pub use stripe::{StripeGateway, StripeSettings};
pub use watch::{GatewayHealth, Watched};
pub use wechat_pay::{WechatPayGateway, WechatPayPublicKey, WechatPaySettings};

use crate::domain::machine::{self, Action, Asked, Event, Said};
use crate::domain::order::{OrderStatus, PaymentTerms};
use crate::domain::payment::{
    CreateAnswer, GatewayAnswer, NewPayment, NewRefund, NotPayable, Notification, RefundAnswer,
    SentPayment,
};

/// Where a gateway's client reads the time from, for its signatures.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// A payment provider. Implementations keep no state of an order, and each call is one exchange,
/// five at most, with limits on time and size (see [`CallLimits`]). No answer is believed that is
/// not provably the gateway's, by its signature or (Stripe) by TLS, except as a reason to do
/// nothing.
#[async_trait]
pub trait PaymentGateway: Send + Sync {
    /// The name in orders, in settings and in `POST /api/v1/payments/{gateway}/notify`: 1-32
    /// characters of `a-z 0-9 _`.
    fn name(&self) -> &str;

    /// Whether an order on these terms can be paid here, as far as can be known beforehand.
    fn accepts(&self, _terms: &PaymentTerms) -> Result<(), NotPayable> {
        Ok(())
    }

    /// How long after an order was placed its payment is left open at least. Until then it is
    /// only asked about.
    fn close_after(&self) -> TimeDelta {
        TimeDelta::zero()
    }

    /// Fetches what changes from time to time, such as the gateway's certificates.
    ///
    /// # Errors
    /// A few words for the log; what was fetched before stays in use.
    async fn refresh(&self) -> Result<(), String> {
        Ok(())
    }

    /// Creates the payment, or finds it as created before.
    async fn create(&self, payment: &NewPayment) -> CreateAnswer;

    /// Asks what became of a payment.
    async fn query(&self, payment: &SentPayment) -> GatewayAnswer;

    /// Asks for a payment to be closed, and reads nothing but the answer to that.
    async fn ask_to_close(&self, payment: &SentPayment) -> CloseAsked;

    /// Closes a payment, and proves it: query, close, query again. Written once for all
    /// gateways, and not to be overridden.
    ///
    /// Only the last query can say `Closed`. A close that was "accepted" proves nothing: WeChat
    /// Pay was seen to answer 204 for numbers it did not know, whose payers then paid.
    async fn close(&self, payment: &SentPayment) -> GatewayAnswer {
        let closing = Some(OrderStatus::Closing);
        let before = self.query(payment).await;
        if machine::next(closing, Event::Queried(before.said())).action != Action::AskToClose {
            return before;
        }
        let asked = self.ask_to_close(payment).await;
        let after = self.query(payment).await;
        let event = Event::Confirmed(asked.word(), after.said());
        match machine::next(closing, event).action {
            Action::Conclude(said) if said == after.said() => after,
            Action::Conclude(Said::Paying) => GatewayAnswer::InProgress,
            Action::Conclude(Said::Refused) => GatewayAnswer::Refused(asked.why()),
            _ => {
                GatewayAnswer::Unknown(format!("the query says {}, {}", after.said(), asked.why()))
            }
        }
    }

    /// Gives money back. Asking again is safe: one number is refunded once.
    async fn refund(&self, refund: &NewRefund) -> RefundAnswer;

    /// Asks what became of a refund.
    async fn query_refund(&self, refund: &NewRefund) -> RefundAnswer;

    /// Reads a notification, if the gateway's own signature stands under it. `now` is checked
    /// against the time that was signed.
    fn verify_notification(
        &self,
        headers: &Headers<'_>,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Notification, NotificationRefused>;

    /// What to answer to a notification once it is stored; anything else makes it come again.
    fn acknowledgement(&self) -> Acknowledgement {
        Acknowledgement {
            status: 204,
            content_type: None,
            body: "",
        }
    }
}

/// What a gateway answered to a close, before it is confirmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CloseAsked {
    /// Closed, it says, now or earlier.
    Accepted,
    AlreadyPaid,
    /// The customer is paying at this moment.
    InProgress,
    /// Our configuration, permission or parameters are at fault.
    Refused(String),
    Unknown(String),
}

impl CloseAsked {
    /// The answer without its particulars, as the state machine reads it.
    pub fn word(&self) -> Asked {
        match self {
            Self::Accepted => Asked::Accepted,
            Self::AlreadyPaid => Asked::AlreadyPaid,
            Self::InProgress => Asked::InProgress,
            Self::Refused(_) => Asked::Refused,
            Self::Unknown(_) => Asked::Unknown,
        }
    }

    /// For the log.
    fn why(&self) -> String {
        match self {
            Self::Refused(why) | Self::Unknown(why) => why.clone(),
            _ => format!("the close was answered {:?}", self.word().as_str()),
        }
    }
}

/// Why a notification is not believed. Nothing changes; the sender gets a 4xx.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotificationRefused {
    #[error("the notification carries no signature")]
    Unsigned,
    #[error("the signature is not the gateway's")]
    BadSignature,
    #[error("the signature is too old, or from the future")]
    Stale,
    /// WeChat Pay sends wrong signatures on purpose, to see whether they are noticed.
    #[error("a probe with a wrong signature, refused as it is meant to be")]
    Probe,
    #[error("the notification cannot be read: {0}")]
    Malformed(String),
}

impl NotificationRefused {
    /// One word of it, for counting.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::BadSignature => "bad_signature",
            Self::Stale => "stale",
            Self::Probe => "probe",
            Self::Malformed(_) => "malformed",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Acknowledgement {
    pub status: u16,
    pub content_type: Option<&'static str>,
    pub body: &'static str,
}

/// A request's headers, without a word of which server read them.
#[derive(Debug, Clone, Default)]
pub struct Headers<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Headers<'a> {
    /// The value of a header that came exactly once; names are compared without case.
    pub fn only(&self, name: &str) -> Option<&'a str> {
        let mut found = self.0.iter().filter(|(n, _)| n.eq_ignore_ascii_case(name));
        match (found.next(), found.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Headers<'a> {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

/// What an [`Evidence`](crate::domain::order::Evidence) keeps of an answer: SHA-256, in hex.
pub fn digest_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|b| format!("{b:02x}"))
        .collect()
}
