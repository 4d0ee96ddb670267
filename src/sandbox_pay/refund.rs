//! Money on its way back, and the rules of it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::book::{Book, Failed};
use super::payment::{No, Payment};
use super::switches::Switches;
use crate::domain::ids::DocumentNo;
use crate::domain::money::Currency;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum State {
    Processing,
    Refunded,
    /// It will never arrive.
    Failed,
}

/// What a shop asks for.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub refund_no: String,
    pub transaction_id: String,
    pub amount_minor: i64,
    pub currency: Currency,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    pub refund_no: String,
    pub transaction_id: String,
    pub amount_minor: i64,
    pub currency: Currency,
    pub reason: String,
    pub state: State,
    pub refunded_at: Option<DateTime<Utc>>,
    /// Tries to notify the shop of its end so far.
    pub attempts: u32,
    /// When to try next; as with a transaction.
    pub next_attempt_at: Option<DateTime<Utc>>,
}

impl Refund {
    fn is(&self, wanted: &Wanted) -> bool {
        self.transaction_id == wanted.transaction_id
            && (self.amount_minor, self.currency) == (wanted.amount_minor, wanted.currency)
    }

    /// Comes to its end, unless it is made to wait.
    fn go_on(&mut self, faults: &Switches, notify: bool, now: DateTime<Utc>) {
        if self.state != State::Processing || faults.refund_waits {
            return;
        }
        if faults.refund_fails {
            self.state = State::Failed;
        } else {
            self.state = State::Refunded;
            self.refunded_at = Some(now);
        }
        self.next_attempt_at = notify.then_some(now);
    }
}

impl Payment {
    fn refund_of(&self, refund_no: &str) -> Option<&Refund> {
        self.refunds.iter().find(|r| r.refund_no == refund_no)
    }

    /// What may still go back of a transaction.
    fn refundable(&self, wanted: &Wanted) -> Result<i64, No> {
        let mut transactions = self.transactions.iter();
        let paid = transactions
            .find(|t| t.transaction_id == wanted.transaction_id && t.currency == wanted.currency)
            .ok_or(No::TransactionNotExist)?;
        let gone: i64 = self
            .refunds
            .iter()
            .filter(|r| r.transaction_id == wanted.transaction_id && r.state != State::Failed)
            .map(|r| r.amount_minor)
            .sum();
        Ok(paid.amount_minor - gone)
    }
}

impl Book {
    /// The refund, and whether it is new. One number is given back once.
    pub fn refund(
        &mut self,
        order_no: &DocumentNo,
        wanted: Wanted,
        faults: &Switches,
        now: DateTime<Utc>,
    ) -> Result<(Refund, bool), Failed> {
        let payment = self.get(order_no).ok_or(No::OrderNotExist)?;
        if let Some(earlier) = payment.refund_of(&wanted.refund_no) {
            if !earlier.is(&wanted) {
                return Err(No::DifferentContent.into());
            }
            let refund_no = wanted.refund_no;
            return Ok((self.query_refund(order_no, &refund_no, faults, now)?, false));
        }
        if payment.refundable(&wanted)? < wanted.amount_minor {
            return Err(No::NotEnough.into());
        }
        let mut refund = Refund {
            refund_no: wanted.refund_no,
            transaction_id: wanted.transaction_id,
            amount_minor: wanted.amount_minor,
            currency: wanted.currency,
            reason: wanted.reason,
            state: State::Processing,
            refunded_at: None,
            attempts: 0,
            next_attempt_at: None,
        };
        refund.go_on(faults, !self.panel.of(order_no).no_notification, now);
        let made = refund.clone();
        self.change(order_no, |payment| {
            payment.refunds.push(made);
            Ok(())
        })?;
        Ok((refund, true))
    }

    /// What became of it; one that was made to wait goes on once it may.
    pub fn query_refund(
        &mut self,
        order_no: &DocumentNo,
        refund_no: &str,
        faults: &Switches,
        now: DateTime<Utc>,
    ) -> Result<Refund, Failed> {
        let payment = self.get(order_no).ok_or(No::RefundNotExist)?;
        let before = payment.refund_of(refund_no).ok_or(No::RefundNotExist)?;
        let mut refund = before.clone();
        refund.go_on(faults, !self.panel.of(order_no).no_notification, now);
        if refund != *before {
            let gone_on = refund.clone();
            self.change(order_no, |payment| {
                let mut all = payment.refunds.iter_mut();
                let same = all.find(|r| r.refund_no == gone_on.refund_no);
                *same.ok_or(No::RefundNotExist)? = gone_on;
                Ok(())
            })?;
        }
        Ok(refund)
    }
}
