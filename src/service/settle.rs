//! What a gateway says of its own accord, or when somebody asks: stored before it is answered.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::timeout;

use super::cashier::{Cashier, heard};
use crate::domain::actor::Actor;
use crate::domain::ids::DocumentNo;
use crate::domain::machine::{self, Action, Event};
use crate::domain::order::OrderStatus;
use crate::domain::payment::{GatewayAnswer, Notification, PaymentOutcome, PaymentState};
use crate::domain::rejection::{Rejection, ServiceError, ServiceResult};
use crate::gateway::{Acknowledgement, Headers, NotificationRefused, PaymentGateway};
use crate::store::mysql::late::late_hurry;
use crate::store::mysql::orders::{WatchedOrder, closing_hurry, watched_fetch};

/// Who speaks when a gateway sends a notification.
const CALLBACK: Actor = Actor::Worker("payment_callback");

/// Why a notification is not acknowledged, so that it comes again (or ought not to).
#[derive(Debug, thiserror::Error)]
pub enum NotAcknowledged {
    #[error("there is no such gateway")]
    UnknownGateway,
    #[error(transparent)]
    Refused(#[from] NotificationRefused),
    /// It is genuine and could not be stored: the sender must repeat it.
    #[error(transparent)]
    NotStored(#[from] ServiceError),
}

/// What is known of an order's payment after asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentChecked {
    pub status: OrderStatus,
    pub payment_state: PaymentState,
    pub checked_at: DateTime<Utc>,
}

impl Cashier {
    /// Takes a notification of the gateway `name`. The acknowledgement is returned once what it
    /// says is stored, never before.
    pub async fn payment_notified(
        &self,
        name: &str,
        headers: &Headers<'_>,
        body: &[u8],
    ) -> Result<Acknowledgement, NotAcknowledged> {
        let gateway = self.gateway(name).ok_or(NotAcknowledged::UnknownGateway)?;
        let now = self.desk().now();
        match gateway.verify_notification(headers, body, now)? {
            Notification::Paid(payment) => {
                // What fails here is answered with a 5xx (row 20), and comes again.
                let settled = self.desk().payment_arrived(payment, CALLBACK).await?;
                count_payment(settled.receipt);
            }
            Notification::Hint(order_no) => self.hinted(&order_no, now).await?,
            // Nor is this: the refund is asked about now instead of later.
            Notification::Refund { refund_no, .. } => late_hurry(self.pool(), &refund_no, now)
                .await
                .map_err(ServiceError::from)?,
            Notification::Other => {}
        }
        Ok(gateway.acknowledgement())
    }

    /// Something happened at the gateway. Not to be believed in itself: the next query tells.
    async fn hinted(&self, order_no: &DocumentNo, now: DateTime<Utc>) -> ServiceResult<()> {
        let Some(order) = watched_fetch(self.pool(), order_no).await? else {
            return Ok(());
        };
        if machine::next(Some(order.status), Event::Hint).action == Action::Hurry {
            closing_hurry(self.pool(), order_no, now).await?;
        }
        Ok(())
    }

    /// Asks the gateway about an order's payment now, and stores what it says: a payment that
    /// arrived is settled (be it late: row 24), and a closing order whose payment proves closed is cancelled.
    ///
    /// # Errors
    /// `Rejected` with `not_found` when there is no such order, or none with a payment;
    /// `NotConfirmed` when the answer could not be stored.
    pub async fn check_payment(
        &self,
        order_no: &DocumentNo,
        actor: Actor,
    ) -> ServiceResult<PaymentChecked> {
        let now = self.desk().now();
        let order = self.watched(order_no).await?;
        // A payment that was never sent has nobody to ask about it; and a gateway that finds
        // payments by what made them would make it now.
        if order.payment_state != PaymentState::Unsent && !order.never_created {
            let answer = self.ask(&order, self.patience()).await;
            self.take_answer(&order, answer, &actor, now).await?;
        }
        let order = self.watched(order_no).await?;
        Ok(PaymentChecked {
            status: order.status,
            payment_state: order.payment_state,
            checked_at: now,
        })
    }

    /// What the gateway says of an order's payment just now, to be shown and nothing else. Nothing
    /// is stored, not even that money came: whoever opens a page changes nothing by it. Nothing is
    /// lost either, for the gateway says the same to whoever asks next: [`Self::check_payment`]
    /// when a person does something, the worker at the deadline, or its own notification.
    ///
    /// # Errors
    /// As [`Self::check_payment`].
    pub async fn look_at_payment(
        &self,
        order_no: &DocumentNo,
        patience: Duration,
    ) -> ServiceResult<PaymentChecked> {
        let order = self.watched(order_no).await?;
        // To ask for one that the gateway has not said it has could make it.
        let asked = order.acknowledged && !order.never_created;
        let payment_state = match asked {
            true => heard(self.ask(&order, patience.min(self.patience())).await.said()).0,
            false => order.payment_state,
        };
        Ok(PaymentChecked {
            status: order.status,
            payment_state,
            checked_at: self.desk().now(),
        })
    }

    async fn watched(&self, order_no: &DocumentNo) -> ServiceResult<WatchedOrder> {
        let order = watched_fetch(self.pool(), order_no).await?;
        order.ok_or_else(|| Rejection::NotFound.into())
    }

    async fn ask(&self, order: &WatchedOrder, patience: Duration) -> GatewayAnswer {
        let Some(gateway) = self.gateway(&order.gateway) else {
            return GatewayAnswer::Refused("this gateway is not set up here".to_owned());
        };
        let payment = order.sent();
        let query = gateway.query(&payment);
        match timeout(patience, query).await {
            Ok(answer) => answer,
            Err(_) => GatewayAnswer::Unknown("no answer in time".to_owned()),
        }
    }

    async fn take_answer(
        &self,
        order: &WatchedOrder,
        answer: GatewayAnswer,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> ServiceResult<()> {
        match self.conclude(order, answer, actor, now).await {
            // Somebody was faster, or it is paid: what they stored is what is shown.
            Ok(_) | Err(ServiceError::Rejected(_)) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

/// Counts a payment by what it came to.
pub(super) fn count_payment(outcome: PaymentOutcome) {
    metrics::counter!("stockdesk_payments_total", "outcome" => outcome.as_str()).increment(1);
}
