//! All payments of the sandbox, behind one lock: each change is decided, written down and made
//! visible as one step.

use std::collections::{BTreeSet, HashMap};
use std::io;

use chrono::{DateTime, TimeDelta, Utc};

use super::journal::Journal;
use super::payment::{No, Payment, Request, State, Transaction};
use super::refund::Refund;
use super::signing::Nonces;
use super::switches::{Call, Panel, Switches};
use crate::domain::ids::DocumentNo;

/// While one try to notify is under way, nobody starts another.
const ATTEMPT_LEASE: TimeDelta = TimeDelta::seconds(60);

pub struct Book {
    payments: HashMap<DocumentNo, Payment>,
    /// Oldest first.
    numbers: Vec<DocumentNo>,
    /// When to look at which payment again.
    agenda: BTreeSet<(DateTime<Utc>, DocumentNo)>,
    journal: Option<Journal>,
    pub panel: Panel,
    pub nonces: Nonces,
}

/// A notification to be sent.
#[derive(Debug, Clone)]
pub struct Notice {
    pub order_no: DocumentNo,
    pub notify_url: String,
    pub subject: Subject,
}

/// What a notification is about.
#[derive(Debug, Clone)]
pub enum Subject {
    Paid(Transaction),
    Refund(Refund),
}

impl Subject {
    /// Tries to notify the shop of it before this one.
    pub fn attempts(&self) -> u32 {
        match self {
            Self::Paid(transaction) => transaction.attempts,
            Self::Refund(refund) => refund.attempts,
        }
    }
}

/// Why a change was not made: a rule, or a full disk.
#[derive(Debug)]
pub enum Failed {
    No(No),
    Io(io::Error),
}

impl From<No> for Failed {
    fn from(no: No) -> Self {
        Self::No(no)
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Book {
    pub fn new(journal: Option<Journal>, payments: Vec<Payment>) -> Self {
        let mut book = Self {
            payments: HashMap::new(),
            numbers: Vec::new(),
            agenda: BTreeSet::new(),
            journal: None,
            panel: Panel::default(),
            nonces: Nonces::default(),
        };
        for payment in payments {
            book.remember(payment);
        }
        book.journal = journal;
        book
    }

    /// Nothing is written down from here on; for the very end.
    pub fn end_journal(&mut self) {
        self.journal = None;
    }

    pub fn get(&self, order_no: &DocumentNo) -> Option<&Payment> {
        self.payments.get(order_no)
    }

    pub fn count(&self) -> usize {
        self.numbers.len()
    }

    pub fn newest(&self, limit: usize) -> impl Iterator<Item = &Payment> {
        let newest = self.numbers.iter().rev().take(limit);
        newest.filter_map(|number| self.payments.get(number))
    }

    /// The payment, and whether it is new.
    pub fn create(
        &mut self,
        order_no: &DocumentNo,
        request: Request,
        now: DateTime<Utc>,
    ) -> Result<(Payment, bool), Failed> {
        let Some(payment) = self.payments.get(order_no) else {
            let payment = Payment::new(order_no.clone(), request, now);
            self.save(payment.clone())?;
            return Ok((payment, true));
        };
        match &payment.request {
            _ if payment.state == State::Closed => Err(No::OrderClosed.into()),
            Some(earlier) if earlier.money() == request.money() => Ok((payment.clone(), false)),
            _ => Err(No::DifferentContent.into()),
        }
    }

    pub fn query(&mut self, order_no: &DocumentNo, now: DateTime<Utc>) -> Result<Payment, Failed> {
        if self.faults(order_no, Call::Query).already_paid {
            self.pay_if_open(order_no, now)?;
        }
        let payment = self.payments.get(order_no).ok_or(No::OrderNotExist)?;
        Ok(payment.clone())
    }

    pub fn close(&mut self, order_no: &DocumentNo, now: DateTime<Utc>) -> Result<(), Failed> {
        let faults = self.faults(order_no, Call::Close);
        if faults.already_paid || faults.paid_while_closing {
            self.pay_if_open(order_no, now)?;
        }
        if faults.close_without_effect {
            return Ok(());
        }
        let Some(payment) = self.payments.get(order_no) else {
            return self.save(Payment::tombstone(order_no.clone(), now));
        };
        let mut payment = payment.clone();
        let open = payment.state == State::Open;
        payment.close(now)?;
        if open { self.save(payment) } else { Ok(()) }
    }

    /// The payer pays, at once or done at `until`.
    pub fn pay(
        &mut self,
        order_no: &DocumentNo,
        until: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<(), Failed> {
        let notify = !self.panel.of(order_no).no_notification;
        self.change(order_no, |payment| match until {
            Some(until) => payment.begin(until),
            None => payment.pay(notify, now),
        })
    }

    /// Money that should not have been taken; see [`Payment::take_money`].
    pub fn take_money(
        &mut self,
        order_no: &DocumentNo,
        amount_minor: Option<i64>,
        now: DateTime<Utc>,
    ) -> Result<(), Failed> {
        let notify = !self.panel.of(order_no).no_notification;
        self.change(order_no, |payment| {
            payment.take_money(amount_minor, notify, now)
        })
    }

    /// Finishes what payers began, and hands out the notifications that are due; each comes
    /// again after a lease unless [`Book::notified`] is told of it. Also: when to come back.
    pub fn take_due(
        &mut self,
        now: DateTime<Utc>,
    ) -> Result<(Vec<Notice>, Option<DateTime<Utc>>), Failed> {
        let mut notices = Vec::new();
        while let Some((at, order_no)) = self.agenda.first().cloned()
            && at <= now
        {
            let Some(mut payment) = self.payments.get(&order_no).cloned() else {
                break;
            };
            if payment.paying_until.is_some_and(|until| until <= now) {
                let notify = !self.panel.of(&order_no).no_notification;
                payment.pay(notify, now)?;
            }
            notices.extend(due_notices(&mut payment, now));
            self.save(payment)?;
        }
        Ok((notices, self.agenda.first().map(|(at, _)| *at)))
    }

    /// A notification was tried; `again_at` is `None` when the shop took it.
    pub fn notified(
        &mut self,
        notice: &Notice,
        again_at: Option<DateTime<Utc>>,
    ) -> Result<(), Failed> {
        self.change(&notice.order_no, |payment| {
            let (attempts, next) = match &notice.subject {
                Subject::Paid(about) => {
                    let mut all = payment.transactions.iter_mut();
                    let same = all.find(|t| t.transaction_id == about.transaction_id);
                    let found = same.ok_or(No::TransactionNotExist)?;
                    (&mut found.attempts, &mut found.next_attempt_at)
                }
                Subject::Refund(about) => {
                    let mut all = payment.refunds.iter_mut();
                    let same = all.find(|r| r.refund_no == about.refund_no);
                    let found = same.ok_or(No::RefundNotExist)?;
                    (&mut found.attempts, &mut found.next_attempt_at)
                }
            };
            *attempts += 1;
            *next = again_at;
            Ok(())
        })
    }

    /// The faults for this call; none of them when they are limited to other calls.
    pub fn faults(&self, order_no: &DocumentNo, call: Call) -> Switches {
        let switches = self.panel.of(order_no);
        if switches.apply_to(call) {
            switches.clone()
        } else {
            Switches::default()
        }
    }

    fn pay_if_open(&mut self, order_no: &DocumentNo, now: DateTime<Utc>) -> Result<(), Failed> {
        match self.payments.get(order_no).map(|payment| payment.state) {
            Some(State::Open | State::Paying) => self.pay(order_no, None, now),
            _ => Ok(()),
        }
    }

    pub(super) fn change(
        &mut self,
        order_no: &DocumentNo,
        change: impl FnOnce(&mut Payment) -> Result<(), No>,
    ) -> Result<(), Failed> {
        let mut payment = self
            .payments
            .get(order_no)
            .cloned()
            .ok_or(No::OrderNotExist)?;
        change(&mut payment)?;
        self.save(payment)
    }

    /// The journal first: what cannot be written down does not happen.
    pub(super) fn save(&mut self, payment: Payment) -> Result<(), Failed> {
        if let Some(journal) = &mut self.journal {
            journal.append(&payment)?;
        }
        self.remember(payment);
        Ok(())
    }

    fn remember(&mut self, payment: Payment) {
        let order_no = payment.order_no.clone();
        if let Some(due_at) = payment.due_at() {
            self.agenda.insert((due_at, order_no.clone()));
        }
        match self.payments.insert(order_no.clone(), payment) {
            None => self.numbers.push(order_no),
            Some(earlier) => {
                let later = self.payments.get(&order_no).and_then(Payment::due_at);
                if let Some(due_at) = earlier.due_at().filter(|at| Some(*at) != later) {
                    self.agenda.remove(&(due_at, order_no));
                }
            }
        }
    }
}

/// The notifications of this payment that are due; each is put off by a lease.
fn due_notices(payment: &mut Payment, now: DateTime<Utc>) -> Vec<Notice> {
    let notify_url = payment.request.as_ref().map(|r| r.notify_url.clone());
    let notify_url = notify_url.unwrap_or_default();
    let due = |next: &mut Option<DateTime<Utc>>| {
        let due = next.is_some_and(|at| at <= now);
        if due {
            *next = Some(now + ATTEMPT_LEASE);
        }
        due
    };
    let mut subjects = Vec::new();
    for transaction in &mut payment.transactions {
        if due(&mut transaction.next_attempt_at) {
            subjects.push(Subject::Paid(transaction.clone()));
        }
    }
    for refund in &mut payment.refunds {
        if due(&mut refund.next_attempt_at) {
            subjects.push(Subject::Refund(refund.clone()));
        }
    }
    let notice = |subject| Notice {
        order_no: payment.order_no.clone(),
        notify_url: notify_url.clone(),
        subject,
    };
    subjects.into_iter().map(notice).collect()
}
