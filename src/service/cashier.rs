//! The cashier: everything between an order and its payment gateway.
//!
//! `checkout` creates the payment, `settle` takes the gateway's word that money came, `cancel`
//! closes the payment before any stock goes back. None of them holds a database transaction
//! open while a gateway is asked.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::MySqlPool;
use tokio::sync::mpsc;

use super::checkout::Checkouts;
use super::desk::Desk;
use super::retries::Retries;
use crate::domain::ids::DocumentNo;
use crate::domain::machine::Said;
use crate::domain::order::OrderStatus;
use crate::domain::payment::PaymentState;
use crate::domain::rejection::ServiceResult;
use crate::gateway::{Gateways, Watched};
use crate::store::mysql::orders::due_claim;

/// How the cashier deals with gateways.
#[derive(Debug, Clone)]
pub struct CashierSettings {
    /// Where gateways reach us, without a path: `https://stock.example.com`.
    pub notify_base: String,
    /// A person waits this long for a gateway; then the work goes on without them.
    pub patience: Duration,
    /// Payments that are being created at once, by this instance.
    pub checkouts_at_once: usize,
    /// When gateways are asked again.
    pub retries: Retries,
    /// A payment that was sent and never acknowledged counts as never created this long after its
    /// deadline, if its gateway knows nothing of it then. Longer than any gateway lets a customer
    /// pay what it was sent, and a margin for clocks.
    pub unacknowledged_for: TimeDelta,
}

impl CashierSettings {
    pub fn new(notify_base: impl Into<String>) -> Self {
        Self {
            notify_base: notify_base.into(),
            patience: Duration::from_secs(5),
            checkouts_at_once: 16,
            retries: Retries::default(),
            unacknowledged_for: TimeDelta::minutes(135),
        }
    }
}

/// Cheap to clone.
#[derive(Clone)]
pub struct Cashier {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub desk: Desk,
    pub gateways: Gateways,
    pub settings: CashierSettings,
    pub checkouts: mpsc::Sender<DocumentNo>,
}

/// One try to close or create may take this long before another instance begins one as well.
/// Longer than all calls of a try together; a second one at the same time would do no harm.
pub(super) const LEASE: TimeDelta = TimeDelta::seconds(60);

/// An open order that somebody has to look at now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueOrder {
    pub order_no: DocumentNo,
    pub step: DueStep,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DueStep {
    /// Its payment should exist by now: [`Cashier::create_payment`].
    CreatePayment,
    /// Past its deadline, or closing: [`Cashier::time_out`].
    Cancel,
}

impl Cashier {
    /// Starts the task that creates payments; it ends when the last clone is dropped.
    pub fn start(desk: Desk, gateways: Gateways, settings: CashierSettings) -> Self {
        let (checkouts, inbox) = mpsc::channel(Checkouts::WAITING);
        let at_once = settings.checkouts_at_once;
        let inner = Arc::new(Inner {
            desk,
            gateways,
            settings,
            checkouts,
        });
        Checkouts::start(Arc::downgrade(&inner), inbox, at_once);
        Self { inner }
    }

    /// The gateways that an order can be paid through.
    pub fn gateways(&self) -> &Gateways {
        &self.inner.gateways
    }

    pub fn desk(&self) -> &Desk {
        &self.inner.desk
    }

    /// Claims orders that are due: `limit` that are closing and as many that are pending, at most.
    /// Each belongs to the caller for a minute, of all instances.
    ///
    /// # Errors
    /// `NotConfirmed` when the database is away.
    pub async fn claim_due(&self, now: DateTime<Utc>, limit: u32) -> ServiceResult<Vec<DueOrder>> {
        let mut due = Vec::new();
        for status in [OrderStatus::Closing, OrderStatus::Pending] {
            let claimed = due_claim(self.pool(), status, now, now + LEASE, limit).await?;
            due.extend(claimed.into_iter().map(|(order_no, deadline)| DueOrder {
                order_no,
                step: if status == OrderStatus::Closing || deadline <= now {
                    DueStep::Cancel
                } else {
                    DueStep::CreatePayment
                },
            }));
        }
        Ok(due)
    }

    pub(super) fn retries(&self) -> Retries {
        self.inner.settings.retries
    }

    pub(super) fn patience(&self) -> Duration {
        self.inner.settings.patience
    }

    pub(super) fn pool(&self) -> &MySqlPool {
        self.inner.desk.pool()
    }

    pub(super) fn gateway(&self, name: &str) -> Option<&Watched> {
        self.inner.gateways.get(name)
    }

    pub(super) fn notify_url(&self, gateway: &str) -> String {
        let base = self.inner.settings.notify_base.trim_end_matches('/');
        format!("{base}/api/v1/payments/{gateway}/notify")
    }
}

/// An answer that settles nothing, as the order's row and its events keep it. What the gateway
/// said in full is for the log.
pub(super) fn heard(said: Said) -> (PaymentState, &'static str) {
    let state = match said {
        Said::Closed => PaymentState::Closed,
        Said::Paid => PaymentState::Paid,
        Said::Open => PaymentState::Open,
        Said::Paying => PaymentState::Paying,
        Said::NotCreated | Said::Refused | Said::Unknown => PaymentState::Unknown,
    };
    (state, said.as_str())
}
