//! Creating an order's payment at its gateway, right after the order was placed.
//!
//! The order is on disk as `unsent` before anybody is asked; it becomes `sent` on disk before
//! the gateway hears of it, and `open` when the gateway has it. Creating is idempotent by order
//! number, so whatever broke off in between is simply done again, by a worker.

use std::sync::{Arc, Weak};

use chrono::{DateTime, Utc};
use tokio::sync::{Semaphore, mpsc};

use super::cashier::{Cashier, Inner, LEASE};
use crate::domain::actor::Actor;
use crate::domain::ids::DocumentNo;
use crate::domain::payment::{CreateAnswer, NewPayment, PaymentState};
use crate::domain::rejection::ServiceResult;
use crate::gateway::PaymentGateway;
use crate::store::mysql::orders::{
    WatchedOrder, payment_not_created, payment_opened, payment_send, watched_fetch,
};

const ACTOR: Actor = Actor::Worker("checkout");

impl Cashier {
    /// Creates the payment of an order that was just placed, soon, without waiting for it. When
    /// too many wait already, the worker comes across it.
    pub fn checkout_soon(&self, order_no: &DocumentNo) {
        if self.inner.checkouts.try_send(order_no.clone()).is_err() {
            tracing::debug!(%order_no, "too many payments to create; left to the worker");
        }
    }

    /// Creates the payment of a pending order, if that is still to be done, and says what is
    /// known of it; `None` when the order has no payment.
    ///
    /// # Errors
    /// `NotConfirmed` when the database is away; a gateway that does not answer is no error.
    pub async fn checkout(&self, order_no: &DocumentNo) -> ServiceResult<Option<PaymentState>> {
        self.create_payment(order_no, self.desk().now()).await?;
        let order = watched_fetch(self.pool(), order_no).await?;
        Ok(order.map(|order| order.payment_state))
    }

    /// The step itself; nothing happens when it is not this order's next one.
    pub async fn create_payment(
        &self,
        order_no: &DocumentNo,
        now: DateTime<Utc>,
    ) -> ServiceResult<()> {
        let Some(order) = payment_send(self.pool(), order_no, now, now + LEASE).await? else {
            return Ok(());
        };
        let answer = match self.gateway(&order.gateway) {
            Some(gateway) => gateway.create(&self.new_payment(&order)).await,
            None => CreateAnswer::Refused("this gateway is not set up here".to_owned()),
        };
        let again_at = self.inner.settings.retries.next(now, order.attempts);
        match answer {
            CreateAnswer::Created { url, reference } => {
                let reference = reference.as_deref();
                payment_opened(self.pool(), order_no, &url, reference, &ACTOR, now).await?;
            }
            CreateAnswer::AlreadyPaid(payment) => {
                self.desk().payment_arrived(payment, ACTOR).await?;
            }
            CreateAnswer::Refused(why) => {
                tracing::error!(%order_no, why, "the gateway refuses to create a payment");
                let pool = self.pool();
                payment_not_created(pool, order_no, "refused", &ACTOR, now, again_at).await?;
            }
            CreateAnswer::Unknown(why) => {
                tracing::warn!(%order_no, why, "a payment may or may not have been created");
                let pool = self.pool();
                payment_not_created(pool, order_no, "no_answer", &ACTOR, now, again_at).await?;
            }
        }
        Ok(())
    }

    fn new_payment(&self, order: &WatchedOrder) -> NewPayment {
        NewPayment {
            order_no: order.order_no.clone(),
            amount: order.amount,
            expires_at: order.pay_deadline,
            notify_url: self.notify_url(&order.gateway),
        }
    }
}

/// The task behind `checkout_soon`.
pub(super) struct Checkouts;

impl Checkouts {
    /// Orders that may wait for it; a worker finds the others.
    pub const WAITING: usize = 10_000;

    pub fn start(cashier: Weak<Inner>, inbox: mpsc::Receiver<DocumentNo>, at_once: usize) {
        tokio::spawn(Self::run(cashier, inbox, at_once));
    }

    async fn run(cashier: Weak<Inner>, mut inbox: mpsc::Receiver<DocumentNo>, at_once: usize) {
        let permits = Arc::new(Semaphore::new(at_once.max(1)));
        while let Some(order_no) = inbox.recv().await {
            let Ok(permit) = permits.clone().acquire_owned().await else {
                return;
            };
            let Some(inner) = cashier.upgrade() else {
                return;
            };
            tokio::spawn(async move {
                if let Err(error) = (Cashier { inner }).checkout(&order_no).await {
                    tracing::warn!(%order_no, %error, "a payment was not created yet");
                }
                drop(permit);
            });
        }
    }
}
