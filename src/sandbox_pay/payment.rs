//! One payment as the sandbox gateway keeps it, and the rules between its states.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::refund::Refund;
use crate::domain::ids::DocumentNo;
use crate::domain::money::{Currency, Money};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum State {
    Open,
    /// The payer is entering the password; it becomes paid by itself.
    Paying,
    Paid,
    /// Never to be paid. An order number that was unknown when it was closed is kept like this.
    Closed,
}

/// What a shop asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    pub amount_minor: i64,
    pub currency: Currency,
    /// Shown, not enforced: as with the real ones, only a close ends a payment.
    pub expires_at: DateTime<Utc>,
    pub notify_url: String,
}

impl Request {
    pub fn money(&self) -> Option<Money> {
        Money::new(self.amount_minor, self.currency)
    }
}

/// Money that arrived, and the notification about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transaction {
    pub transaction_id: String,
    pub amount_minor: i64,
    pub currency: Currency,
    pub paid_at: DateTime<Utc>,
    /// Tries to notify the shop so far.
    pub attempts: u32,
    /// When to try next; `None` once the shop has answered 2xx, or when nobody is to be told.
    pub next_attempt_at: Option<DateTime<Utc>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    pub order_no: DocumentNo,
    pub state: State,
    /// `None` when it was closed before anybody created it.
    pub request: Option<Request>,
    pub created_at: DateTime<Utc>,
    pub closed_at: Option<DateTime<Utc>>,
    pub paying_until: Option<DateTime<Utc>>,
    /// One, unless somebody made the payer pay again.
    pub transactions: Vec<Transaction>,
    #[serde(default)]
    pub refunds: Vec<Refund>,
}

/// Why a payment does not do what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum No {
    OrderNotExist,
    OrderPaid,
    OrderClosed,
    UserPaying,
    /// The number is in use for another amount.
    DifferentContent,
    TransactionNotExist,
    RefundNotExist,
    /// More would go back than came.
    NotEnough,
}

impl No {
    pub fn code(self) -> &'static str {
        match self {
            Self::OrderNotExist => "ORDER_NOT_EXIST",
            Self::OrderPaid => "ORDER_PAID",
            Self::OrderClosed => "ORDER_CLOSED",
            Self::UserPaying => "USER_PAYING",
            Self::DifferentContent => "DIFFERENT_CONTENT",
            Self::TransactionNotExist => "TRANSACTION_NOT_EXIST",
            Self::RefundNotExist => "REFUND_NOT_EXIST",
            Self::NotEnough => "NOT_ENOUGH",
        }
    }
}

impl Payment {
    pub fn new(order_no: DocumentNo, request: Request, now: DateTime<Utc>) -> Self {
        Self {
            order_no,
            state: State::Open,
            request: Some(request),
            created_at: now,
            closed_at: None,
            paying_until: None,
            transactions: Vec::new(),
            refunds: Vec::new(),
        }
    }

    /// A number closed before anybody created it: what makes "closed" provable for a payment
    /// whose creation may still be on its way.
    pub fn tombstone(order_no: DocumentNo, now: DateTime<Utc>) -> Self {
        Self {
            order_no,
            state: State::Closed,
            request: None,
            created_at: now,
            closed_at: Some(now),
            paying_until: None,
            transactions: Vec::new(),
            refunds: Vec::new(),
        }
    }

    pub fn close(&mut self, now: DateTime<Utc>) -> Result<(), No> {
        match self.state {
            State::Open => {
                self.state = State::Closed;
                self.closed_at = Some(now);
                Ok(())
            }
            State::Closed => Ok(()),
            State::Paying => Err(No::UserPaying),
            State::Paid => Err(No::OrderPaid),
        }
    }

    /// The payer begins, and is done at `until`.
    pub fn begin(&mut self, until: DateTime<Utc>) -> Result<(), No> {
        self.payable()?;
        self.state = State::Paying;
        self.paying_until = Some(until);
        Ok(())
    }

    pub fn pay(&mut self, notify: bool, now: DateTime<Utc>) -> Result<(), No> {
        self.payable()?;
        self.take_money(None, notify, now)
    }

    /// Money that no gateway should take, and that some did: for a payment that is closed, or
    /// paid already, or of another amount.
    pub fn take_money(
        &mut self,
        amount_minor: Option<i64>,
        notify: bool,
        now: DateTime<Utc>,
    ) -> Result<(), No> {
        let request = self.request.as_ref().ok_or(No::OrderNotExist)?;
        self.transactions.push(Transaction {
            transaction_id: format!("sbx{:032x}", rand::random::<u128>()),
            amount_minor: amount_minor.unwrap_or(request.amount_minor),
            currency: request.currency,
            paid_at: now,
            attempts: 0,
            next_attempt_at: notify.then_some(now),
        });
        self.state = State::Paid;
        self.paying_until = None;
        Ok(())
    }

    fn payable(&self) -> Result<(), No> {
        match self.state {
            State::Open | State::Paying => Ok(()),
            State::Paid => Err(No::OrderPaid),
            State::Closed => Err(No::OrderClosed),
        }
    }

    /// When this payment needs somebody to look at it next.
    pub fn due_at(&self) -> Option<DateTime<Utc>> {
        let attempts = self.transactions.iter().filter_map(|t| t.next_attempt_at);
        let refunds = self.refunds.iter().filter_map(|r| r.next_attempt_at);
        attempts.chain(refunds).chain(self.paying_until).min()
    }
}
