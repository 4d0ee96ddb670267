//! How gateways are doing: every call is timed and counted, and the last ones remembered.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

use super::{Acknowledgement, CloseAsked, Headers, NotificationRefused, PaymentGateway};
use crate::domain::order::PaymentTerms;
use crate::domain::payment::{
    CreateAnswer, GatewayAnswer, NewPayment, NewRefund, NotPayable, Notification, RefundAnswer,
    SentPayment,
};

/// A gateway as the health page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayHealth {
    pub name: String,
    /// The last answer that could be believed: how long ago it came, and how long it took.
    pub answered: Option<(Duration, Duration)>,
    /// Calls since then that brought no such answer.
    pub unanswered: u32,
}

#[derive(Default)]
struct Memory {
    /// When, and after what time.
    answered: Option<(Instant, Duration)>,
    unanswered: u32,
}

/// A gateway, and what is remembered of it.
pub struct Watched {
    gateway: Arc<dyn PaymentGateway>,
    memory: Mutex<Memory>,
}

impl Watched {
    pub(super) fn new(gateway: Arc<dyn PaymentGateway>) -> Self {
        Self {
            gateway,
            memory: Mutex::default(),
        }
    }

    pub fn health(&self) -> GatewayHealth {
        let memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        GatewayHealth {
            name: self.name().to_owned(),
            answered: memory.answered.map(|(at, took)| (at.elapsed(), took)),
            unanswered: memory.unanswered,
        }
    }

    fn note(&self, call: &'static str, begun: Instant, answer: &'static str) {
        let (name, took) = (self.name().to_owned(), begun.elapsed());
        metrics::histogram!(
            "stockdesk_gateway_seconds", "gateway" => name.clone(), "call" => call
        )
        .record(took);
        metrics::counter!(
            "stockdesk_gateway_calls_total",
            "gateway" => name, "call" => call, "answer" => answer
        )
        .increment(1);
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        if answer == "unknown" {
            memory.unanswered = memory.unanswered.saturating_add(1);
        } else {
            memory.answered = Some((Instant::now(), took));
            memory.unanswered = 0;
        }
    }
}

#[async_trait]
impl PaymentGateway for Watched {
    fn name(&self) -> &str {
        self.gateway.name()
    }

    fn accepts(&self, terms: &PaymentTerms) -> Result<(), NotPayable> {
        self.gateway.accepts(terms)
    }

    fn close_after(&self) -> TimeDelta {
        self.gateway.close_after()
    }

    async fn refresh(&self) -> Result<(), String> {
        self.gateway.refresh().await
    }

    async fn create(&self, payment: &NewPayment) -> CreateAnswer {
        let begun = Instant::now();
        let answer = self.gateway.create(payment).await;
        let word = match &answer {
            CreateAnswer::Created { .. } => "created",
            CreateAnswer::AlreadyPaid(_) => "paid",
            CreateAnswer::Refused(_) => "refused",
            CreateAnswer::Unknown(_) => "unknown",
        };
        self.note("create", begun, word);
        answer
    }

    async fn query(&self, payment: &SentPayment) -> GatewayAnswer {
        let begun = Instant::now();
        let answer = self.gateway.query(payment).await;
        let word = match &answer {
            GatewayAnswer::Closed(_) => "closed",
            GatewayAnswer::Paid(_) => "paid",
            GatewayAnswer::Open => "open",
            GatewayAnswer::InProgress => "paying",
            GatewayAnswer::NotCreated => "not_created",
            GatewayAnswer::Refused(_) => "refused",
            GatewayAnswer::Unknown(_) => "unknown",
        };
        self.note("query", begun, word);
        answer
    }

    async fn ask_to_close(&self, payment: &SentPayment) -> CloseAsked {
        let begun = Instant::now();
        let answer = self.gateway.ask_to_close(payment).await;
        let word = match &answer {
            CloseAsked::Accepted => "accepted",
            CloseAsked::AlreadyPaid => "paid",
            CloseAsked::InProgress => "paying",
            CloseAsked::Refused(_) => "refused",
            CloseAsked::Unknown(_) => "unknown",
        };
        self.note("close", begun, word);
        answer
    }

    async fn refund(&self, refund: &NewRefund) -> RefundAnswer {
        let begun = Instant::now();
        let answer = self.gateway.refund(refund).await;
        self.note("refund", begun, refund_word(&answer));
        answer
    }

    async fn query_refund(&self, refund: &NewRefund) -> RefundAnswer {
        let begun = Instant::now();
        let answer = self.gateway.query_refund(refund).await;
        self.note("query_refund", begun, refund_word(&answer));
        answer
    }

    fn verify_notification(
        &self,
        headers: &Headers<'_>,
        body: &[u8],
        now: DateTime<Utc>,
    ) -> Result<Notification, NotificationRefused> {
        let verified = self.gateway.verify_notification(headers, body, now);
        if let Err(why) = &verified {
            metrics::counter!(
                "stockdesk_notifications_refused_total",
                "gateway" => self.name().to_owned(), "reason" => why.word()
            )
            .increment(1);
        }
        verified
    }

    fn acknowledgement(&self) -> Acknowledgement {
        self.gateway.acknowledgement()
    }
}

fn refund_word(answer: &RefundAnswer) -> &'static str {
    match answer {
        RefundAnswer::Refunded { .. } => "refunded",
        RefundAnswer::Processing => "processing",
        RefundAnswer::Failed(_) => "failed",
        RefundAnswer::Refused(_) => "refused",
        RefundAnswer::Unknown(_) => "unknown",
        RefundAnswer::NotFound => "not_found",
    }
}
