//! Cancelling an order that is not paid: close its payment, prove that it is closed, and only
//! then give its stock back. On doubt the stock stays held, however long it takes.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use tokio::time::timeout;

use super::cashier::{Cashier, LEASE, heard};
use super::settle::count_payment;
use crate::domain::actor::Actor;
use crate::domain::command::Cancel;
use crate::domain::ids::DocumentNo;
use crate::domain::machine::{self, Action, Event, Prepay};
use crate::domain::order::{Evidence, OrderStatus};
use crate::domain::payment::{GatewayAnswer, PaymentOutcome, PaymentState, VerifiedPayment};
use crate::domain::reason::Reason;
use crate::domain::receipt::{Applied, CancelReceipt};
use crate::domain::rejection::{Rejection, ServiceError, ServiceResult};
use crate::gateway::PaymentGateway;
use crate::store::mysql::orders::{
    Closing, WatchedOrder, cancel_receipt_fetch, closing_begin, closing_unanswered,
    payment_answered,
};

const TIMEOUT: Actor = Actor::Worker("timeout_cancel");

impl Cashier {
    /// Cancels an order. The receipt says `cancelled`, or `closing` when the gateway has proved
    /// nothing within a person's patience: the stock stays held, and a worker goes on.
    ///
    /// # Errors
    /// `Rejected` with `not_found`, `already_paid`, `order_cancelled` (by somebody else's
    /// operation), or what is wrong with the draft it confirms; `NotConfirmed` when the same
    /// call can and should be repeated.
    pub async fn cancel(
        &self,
        cancel: Cancel,
        actor: Actor,
    ) -> ServiceResult<Applied<CancelReceipt>> {
        let now = self.desk().now();
        let order_no = cancel.order_no.clone();
        let (order, begun) = match self.begin(&cancel, &actor, now).await? {
            Begun::Closing(order, begun) => (order, begun),
            Begun::Receipt(receipt) => return Ok(Applied::before(receipt)),
        };
        // A task of its own: whoever stops waiting does not stop the work.
        let cashier = self.clone();
        let work = tokio::spawn(async move { cashier.close(&order, &actor, now).await });
        match timeout(self.inner.settings.patience, work).await {
            // Of all who ask at once, the one whose request let it close was the first.
            Ok(Ok(Ok(Some(applied)))) => Ok(Applied {
                replayed: !begun,
                ..applied
            }),
            Ok(Ok(Err(error @ ServiceError::Rejected(_)))) => Err(error),
            // It is closing, that is stored, and it goes on by itself.
            Ok(Ok(Err(error))) => {
                tracing::warn!(%order_no, %error, "an order that is closing was not cancelled yet");
                Ok(closing_receipt(order_no, begun))
            }
            Ok(Ok(Ok(None))) | Err(_) => Ok(closing_receipt(order_no, begun)),
            Ok(Err(error)) => Err(ServiceError::Internal(error.to_string())),
        }
    }

    /// Takes an order that is due as far as its gateway lets it; the reason is `not_paid` unless
    /// somebody gave another one before. `None`: nothing is proved, and it is tried again later.
    pub async fn time_out(
        &self,
        order_no: &DocumentNo,
        now: DateTime<Utc>,
    ) -> ServiceResult<Option<Applied<CancelReceipt>>> {
        let cancel = Cancel {
            order_no: order_no.clone(),
            confirms: None,
            reason: Some(Reason::NotPaid.as_str().to_owned()),
            note: None,
        };
        match self.begin(&cancel, &TIMEOUT, now).await? {
            Begun::Closing(order, _) => self.close(&order, &TIMEOUT, now).await,
            Begun::Receipt(receipt) => Ok(Some(Applied::before(receipt))),
        }
    }

    async fn begin(
        &self,
        cancel: &Cancel,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> ServiceResult<Begun> {
        match closing_begin(self.pool(), cancel, actor, now, now + LEASE).await? {
            Closing::Begun(order) => Ok(Begun::Closing(order, true)),
            Closing::Before(order) => Ok(Begun::Closing(order, false)),
            Closing::Declined(why) => Err(why.into()),
            Closing::Cancelled { same_op: false } => Err(Rejection::OrderCancelled.into()),
            Closing::Cancelled { same_op: true } => {
                let receipt = cancel_receipt_fetch(self.pool(), &cancel.order_no).await?;
                let no_entries = || {
                    let why = format!("{} is cancelled without entries", cancel.order_no);
                    ServiceError::Internal(why)
                };
                Ok(Begun::Receipt(receipt.ok_or_else(no_entries)?))
            }
        }
    }

    /// Asks the gateway of a closing order to close its payment, and does what the answer
    /// licenses; `None` when it licenses nothing yet.
    async fn close(
        &self,
        order: &WatchedOrder,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> ServiceResult<Option<Applied<CancelReceipt>>> {
        let begun = Event::Begun(self.prepay(order, now));
        let answer = match (
            machine::next(Some(order.status), begun).action,
            self.gateway(&order.gateway),
        ) {
            (Action::Ask, Some(gateway)) if now < order.placed_at + gateway.close_after() => {
                gateway.query(&order.sent()).await
            }
            (Action::Ask, Some(gateway)) => gateway.close(&order.sent()).await,
            (Action::Ask, None) => {
                GatewayAnswer::Refused("this gateway is not set up here".to_owned())
            }
            (action, _) => return self.act(order, action, None, actor, now).await,
        };
        self.conclude(order, answer, actor, now).await
    }

    /// Does what a gateway's answer about an order licenses, by the table.
    pub(super) async fn conclude(
        &self,
        order: &WatchedOrder,
        answer: GatewayAnswer,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> ServiceResult<Option<Applied<CancelReceipt>>> {
        let event = Event::Answered(answer.said(), self.prepay(order, now));
        let action = machine::next(Some(order.status), event).action;
        self.act(order, action, Some(answer), actor, now).await
    }

    async fn act(
        &self,
        order: &WatchedOrder,
        action: Action,
        answer: Option<GatewayAnswer>,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> ServiceResult<Option<Applied<CancelReceipt>>> {
        let (desk, order_no) = (self.desk(), &order.order_no);
        match (action, answer) {
            (Action::Cancel, Some(GatewayAnswer::Closed(evidence))) => {
                let done = desk.order_cancelled(order_no, evidence, actor.clone());
                done.await.map(Some)
            }
            (Action::CancelNeverCreated, _) => {
                let evidence = never_created(order, now);
                let done = desk.order_cancelled(order_no, evidence, actor.clone());
                done.await.map(Some)
            }
            (Action::Settle, Some(GatewayAnswer::Paid(payment))) => {
                self.settle(order, payment, actor, now).await.map(|()| None)
            }
            (Action::AskLater | Action::CallPeople, Some(answer)) => {
                self.ask_later(order, action, &answer, actor, now).await?;
                Ok(None)
            }
            (Action::Note, Some(answer)) => {
                let heard = heard(answer.said());
                payment_answered(self.pool(), order_no, heard, actor, now).await?;
                Ok(None)
            }
            (Action::Nothing, _) => Ok(None),
            (action, answer) => Err(ServiceError::Internal(format!(
                "{order_no} is {}: {action:?} does not go with {answer:?}",
                order.status
            ))),
        }
    }

    /// Stores the payment that the gateway told of when it was asked.
    async fn settle(
        &self,
        order: &WatchedOrder,
        payment: VerifiedPayment,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> ServiceResult<()> {
        let settled = self.desk().payment_arrived(payment, actor.clone()).await?;
        count_payment(settled.receipt);
        match settled.receipt {
            PaymentOutcome::OrderPaid | PaymentOutcome::Duplicate => {
                Err(Rejection::AlreadyPaid.into())
            }
            PaymentOutcome::Late => Err(Rejection::OrderCancelled.into()),
            // Money came, but not this order's: people must look. It stays held.
            PaymentOutcome::Mismatch | PaymentOutcome::Orphan => {
                let order_no = &order.order_no;
                tracing::error!(%order_no, "paid, but not as ordered; it stays as it is");
                let (heard, next) = ((PaymentState::Unknown, "mismatch"), self.slowly(now));
                if order.status == OrderStatus::Closing {
                    closing_unanswered(self.pool(), order_no, heard, actor, now, next).await?;
                } else {
                    payment_answered(self.pool(), order_no, heard, actor, now).await?;
                }
                Ok(())
            }
        }
    }

    /// The stock stays held, however long it takes; `CallPeople`: until they have done something,
    /// asking soon would not help.
    async fn ask_later(
        &self,
        order: &WatchedOrder,
        action: Action,
        answer: &GatewayAnswer,
        actor: &Actor,
        now: DateTime<Utc>,
    ) -> ServiceResult<()> {
        let order_no = &order.order_no;
        let next = if action == Action::CallPeople {
            tracing::error!(%order_no, ?answer, "the gateway refuses to close a payment");
            self.slowly(now)
        } else {
            tracing::warn!(%order_no, ?answer, "no proof that a payment is closed");
            self.inner.settings.retries.next(now, order.attempts)
        };
        metrics::counter!("stockdesk_gateway_unanswered_total").increment(1);
        let heard = heard(answer.said());
        let noted = closing_unanswered(self.pool(), order_no, heard, actor, now, next);
        Ok(noted.await?)
    }

    fn slowly(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        self.inner.settings.retries.slow(now)
    }

    /// What our own record says of creating this order's payment.
    fn prepay(&self, order: &WatchedOrder, now: DateTime<Utc>) -> Prepay {
        let settings = &self.inner.settings;
        // No payment is sent after its deadline, and none is sent that is valid for longer.
        let valid_until = order.pay_deadline + settings.retries.scaled(settings.unacknowledged_for);
        match order.payment_state {
            PaymentState::Unsent => Prepay::Unsent,
            _ if order.acknowledged => Prepay::Acknowledged,
            _ if now > valid_until => Prepay::Expired,
            _ => Prepay::Unacknowledged,
        }
    }
}

enum Begun {
    /// It is closing; `true`: since now.
    Closing(WatchedOrder, bool),
    /// It was cancelled before.
    Receipt(CancelReceipt),
}

fn closing_receipt(order_no: DocumentNo, begun: bool) -> Applied<CancelReceipt> {
    Applied {
        receipt: CancelReceipt {
            order_no,
            status: OrderStatus::Closing,
            lines: Vec::new(),
            cancelled_at: None,
        },
        replayed: !begun,
    }
}

/// The proof for a payment that no gateway was ever asked for: our own record, which cannot
/// change once the order is closing.
fn never_created(order: &WatchedOrder, now: DateTime<Utc>) -> Evidence {
    let text = format!(
        "stockdesk\nnever_created\n{}\n{}\n{} {}\n",
        order.order_no,
        order.gateway,
        order.amount.minor,
        order.amount.currency.as_str()
    );
    let digest = Sha256::digest(text.as_bytes());
    Evidence {
        gateway: order.gateway.clone(),
        code: "never_created".to_owned(),
        answered_at: now,
        digest: digest.iter().map(|b| format!("{b:02x}")).collect(),
    }
}
