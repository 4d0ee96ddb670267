//! All payments of all gateways, behind one lock: each change is decided, written down and made
//! visible as one step.

mod journal;
mod payment;

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use self::journal::{Journal, Record};
pub use self::payment::{
    Gateway, Key, Money, No, Notice, Payment, Refund, RefundState, State, What, alipay_number,
    digits, stripe_number,
};
use crate::faults::{Call, Fault, Faults};

/// While one try to tell is under way, nobody starts another.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// Payments that are kept at most.
const MOST_PAYMENTS: usize = 1_000_000;
/// So many queries still say "open" after a close that shows late.
const HIDDEN: u32 = 2;

/// What Stripe remembers of an idempotency key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Replay {
    pub key: String,
    /// The path and the body that came with it.
    pub asked: String,
    pub status: u16,
    pub body: String,
}

/// A notice to be sent.
#[derive(Debug, Clone)]
pub struct Delivery {
    pub payment: Payment,
    pub notice: Notice,
    /// At once, so many times.
    pub copies: u32,
    pub warp: Option<Fault>,
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

/// How a close ended that was not refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    Now,
    Before,
}

pub struct Book {
    payments: HashMap<Key, Payment>,
    /// Oldest first.
    keys: Vec<Key>,
    /// When to look at which payment again.
    agenda: BTreeSet<(DateTime<Utc>, Key)>,
    /// Which payment a transaction, a refund or a session belongs to.
    aliases: HashMap<Key, String>,
    replays: HashMap<String, Replay>,
    journal: Journal,
    pub faults: Faults,
    pub nonces: Nonces,
    /// All waits of ours, this much of them.
    scale: f64,
    /// Where Stripe tells what happens: one address for a whole account.
    pub stripe_webhook: String,
    webhook_file: PathBuf,
}

impl Book {
    pub fn open(folder: &Path, scale: f64) -> io::Result<Self> {
        let (journal, past) = Journal::open(folder)?;
        let mut book = Self {
            payments: HashMap::new(),
            keys: Vec::new(),
            agenda: BTreeSet::new(),
            aliases: HashMap::new(),
            replays: HashMap::new(),
            journal,
            faults: Faults::default(),
            nonces: Nonces::default(),
            scale,
            stripe_webhook: String::new(),
            webhook_file: folder.join("stripe-webhook"),
        };
        if book.webhook_file.exists() {
            book.stripe_webhook = fs::read_to_string(&book.webhook_file)?;
        }
        for payment in past.payments {
            book.remember(payment);
        }
        for replay in past.replays {
            book.replays.insert(replay.key.clone(), replay);
        }
        Ok(book)
    }

    /// From now on Stripe tells this address what happens; over a restart, too.
    pub fn set_stripe_webhook(&mut self, url: String) -> io::Result<()> {
        fs::write(&self.webhook_file, &url)?;
        self.stripe_webhook = url;
        Ok(())
    }

    /// A wait of this many milliseconds, as long as it takes here.
    pub fn wait(&self, milliseconds: i64) -> TimeDelta {
        #[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)]
        TimeDelta::milliseconds((milliseconds as f64 * self.scale) as i64)
    }

    pub fn get(&self, key: &Key) -> Option<&Payment> {
        self.payments.get(key)
    }

    /// The payment that a transaction or a refund of this number belongs to.
    pub fn by_alias(&self, gateway: Gateway, alias: &str) -> Option<&Payment> {
        let number = self.aliases.get(&(gateway, alias.to_owned()))?;
        self.payments.get(&(gateway, number.clone()))
    }

    pub fn count(&self) -> usize {
        self.keys.len()
    }

    /// Oldest first, from the `skip`th on.
    pub fn oldest(&self, skip: usize) -> impl Iterator<Item = &Payment> {
        let keys = self.keys.iter().skip(skip);
        keys.filter_map(|key| self.payments.get(key))
    }

    pub fn newest(&self, limit: usize) -> impl Iterator<Item = &Payment> {
        let keys = self.keys.iter().rev().take(limit);
        keys.filter_map(|key| self.payments.get(key))
    }

    /// Notices that nobody has taken yet and that will be sent again.
    pub fn untaken(&self) -> usize {
        let waiting = |p: &Payment| p.notices.iter().filter(|n| n.next_at.is_some()).count();
        self.payments.values().map(waiting).sum()
    }

    /// The payment as it is kept, new or the same as before.
    pub fn create(&mut self, payment: Payment) -> Result<Payment, Failed> {
        let Some(earlier) = self.payments.get(&payment.key()) else {
            if self.keys.len() >= MOST_PAYMENTS {
                return Err(No::TooMuch.into());
            }
            self.save(payment.clone())?;
            return Ok(payment);
        };
        match earlier.state {
            State::Paid => Err(No::Paid.into()),
            State::Closed => Err(No::Closed.into()),
            State::Unseen | State::Open | State::Paying => {
                let content = |p: &Payment| {
                    let (amount, currency) = (p.amount_minor, p.currency.clone());
                    (
                        amount,
                        currency,
                        p.attach.clone(),
                        p.title.clone(),
                        p.notify_url.clone(),
                    )
                };
                if content(earlier) == content(&payment) {
                    Ok(earlier.clone())
                } else {
                    Err(No::OtherContent.into())
                }
            }
        }
    }

    /// The payment as a query shows it.
    pub fn query(&mut self, key: &Key, now: DateTime<Utc>) -> Result<Payment, Failed> {
        let payment = self.payments.get(key).ok_or(No::NotExist)?;
        if self.faults.strikes(key, Call::Query, Fault::NotExist) {
            return Err(No::NotExist.into());
        }
        if payment.state != State::Closed {
            return Ok(payment.clone());
        }
        let mut payment = payment.clone();
        if payment.hidden > 0 {
            payment.hidden -= 1;
            self.save(payment.clone())?;
            payment.state = State::Open;
            payment.closed_at = None;
        } else if self.faults.strikes(key, Call::Query, Fault::PayAfterClose) {
            let mut later = payment.clone();
            later.late_money_at = Some(now + self.wait(2_000));
            self.save(later)?;
        }
        Ok(payment)
    }

    /// Closes a payment, or says that it did.
    pub fn close(&mut self, key: &Key, now: DateTime<Utc>) -> Result<Closed, Failed> {
        let strikes = |book: &mut Self, fault| book.faults.strikes(key, Call::Close, fault);
        let Some(state) = self.payments.get(key).map(|payment| payment.state) else {
            return match strikes(self, Fault::UnknownAccepted) {
                true => Ok(Closed::Now),
                false => Err(No::NotExist.into()),
            };
        };
        if state == State::Open {
            if strikes(self, Fault::PayBeforeClose) {
                self.force(key, None, now)?;
            } else if strikes(self, Fault::UserPaying) {
                let until = now + self.wait(3_000);
                self.change(key, |payment, _| payment.begin(until, DateTime::UNIX_EPOCH))?;
            } else if strikes(self, Fault::PayDuringClose) {
                self.force(key, None, now)?;
                return Ok(Closed::Now);
            } else if strikes(self, Fault::CloseWithoutEffect) {
                return Ok(Closed::Now);
            }
        }
        let late = state == State::Open && strikes(self, Fault::LateVisible);
        let closed = self.change(key, |payment, faults| {
            payment.close(now)?;
            payment.hidden = if late { HIDDEN } else { 0 };
            let told = payment.gateway != Gateway::WechatPay;
            // WeChat Pay sends successes only.
            if told && !faults.strikes(key, Call::Notice, Fault::NoNotice) {
                payment.tell(What::Closed, now);
            }
            Ok(())
        });
        match closed {
            Ok(()) => Ok(Closed::Now),
            Err(Failed::No(No::Closed)) => Ok(Closed::Before),
            Err(failed) => Err(failed),
        }
    }

    /// A payment whose time is over ends by itself, where a gateway does that.
    pub fn end(&mut self, key: &Key, now: DateTime<Utc>) -> Result<(), Failed> {
        self.change(key, |payment, _| {
            payment.close(now)?;
            payment.tell(What::Closed, now);
            Ok(())
        })
    }

    /// The shop is told by something it has to believe that a payment is closed.
    pub fn told_closed(&mut self, key: &Key, now: DateTime<Utc>) -> Result<(), Failed> {
        self.change(key, |payment, _| {
            payment.told_closed_at = payment.told_closed_at.or(Some(now));
            Ok(())
        })
    }

    /// The payer looks at the code.
    pub fn scan(&mut self, key: &Key, now: DateTime<Utc>) -> Result<(), Failed> {
        self.change(key, |payment, _| payment.scan(now))
    }

    /// The payer pays, at once or done at `until`.
    pub fn pay(
        &mut self,
        key: &Key,
        until: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<(), Failed> {
        let unsettled = now + self.wait(5_000);
        self.change(key, |payment, faults| {
            if let Some(until) = until {
                return payment.begin(until, now);
            }
            let stripe = payment.gateway == Gateway::Stripe;
            let payable = payment.state == State::Open;
            if stripe && payable && faults.strikes(key, Call::Pay, Fault::Unsettled) {
                payment.begin(unsettled, now)?;
                payment.tell(What::Unsettled, now);
                return Ok(());
            }
            let amount = amount(payment, faults);
            payment.pay(amount, now)?;
            silence(payment, faults);
            Ok(())
        })
    }

    /// Money, whatever the state.
    pub fn force(
        &mut self,
        key: &Key,
        amount_minor: Option<i64>,
        now: DateTime<Utc>,
    ) -> Result<(), Failed> {
        self.change(key, |payment, faults| {
            // Of two payments no answer shows the first: it has to be told.
            for notice in payment
                .notices
                .iter_mut()
                .filter(|n| n.attempts == 0 && !n.taken)
            {
                notice.next_at = notice.next_at.or(Some(now));
            }
            payment.take(amount_minor, now);
            silence(payment, faults);
            Ok(())
        })
    }

    /// A refund: the one that has this number, or a new one.
    pub fn refund(&mut self, key: &Key, refund: Refund) -> Result<Refund, Failed> {
        let mut answer = Err(No::NotExist);
        let ends_at = refund.created_at + self.wait(2_000);
        self.change(key, |payment, faults| {
            if let Some(earlier) = payment.refunds.iter().find(|r| r.number == refund.number) {
                let same = earlier.transaction_id == refund.transaction_id
                    && earlier.amount_minor == refund.amount_minor;
                answer = if same {
                    Ok(earlier.clone())
                } else {
                    Err(No::OtherContent)
                };
                return Ok(());
            }
            let paid = payment
                .money_of(&refund.transaction_id)
                .map(|m| m.amount_minor);
            let left = paid.map(|paid| paid - payment.refunded_minor(&refund.transaction_id));
            if left.is_none_or(|left| left < refund.amount_minor) {
                answer = Err(if paid.is_none() {
                    No::NotExist
                } else {
                    No::TooMuch
                });
                return Ok(());
            }
            let fault = [Fault::RefundAbnormal, Fault::RefundClosed];
            // Alipay has no word for a refund that failed.
            let can_fail = payment.gateway != Gateway::Alipay;
            let failed = can_fail.then(|| faults.first_of(key, Call::Refund, &fault));
            let ends_as = match failed.flatten() {
                Some(Fault::RefundAbnormal) => RefundState::Abnormal,
                Some(_) => RefundState::Closed,
                None => RefundState::Done,
            };
            let refund = Refund {
                ends_at,
                ends_as,
                ..refund
            };
            payment.refunds.push(refund.clone());
            answer = Ok(refund);
            Ok(())
        })?;
        answer.map_err(Failed::from)
    }

    /// What Stripe remembers of a key.
    pub fn replay(&self, key: &str) -> Option<&Replay> {
        self.replays.get(key)
    }

    pub fn keep_replay(&mut self, replay: Replay) -> io::Result<()> {
        self.journal.append(&Record::Replay(replay.clone()))?;
        self.replays.insert(replay.key.clone(), replay);
        Ok(())
    }

    /// Finishes what was begun, and hands out the notices that are due; each comes again after
    /// a lease unless [`Book::told`] is called. Also: when to come back.
    pub fn take_due(
        &mut self,
        now: DateTime<Utc>,
    ) -> io::Result<(Vec<Delivery>, Option<DateTime<Utc>>)> {
        let mut due = Vec::new();
        while let Some((at, key)) = self.agenda.first().cloned()
            && at <= now
        {
            let Some(mut payment) = self.payments.get(&key).cloned() else {
                break;
            };
            self.finish(&mut payment, now);
            for at in 0..payment.notices.len() {
                let notice = &mut payment.notices[at];
                if notice.next_at.is_some_and(|at| at <= now) {
                    let first = notice.attempts == 0;
                    notice.attempts += 1;
                    if first && self.faults.strikes(&key, Call::Notice, Fault::Reordered) {
                        notice.next_at = Some(now + self.wait(30_000));
                        continue;
                    }
                    notice.next_at = Some(now + LEASE);
                    let notice = notice.clone();
                    let payment = payment.clone();
                    due.push(self.delivery(&key, payment, notice));
                }
            }
            self.save(payment)?;
        }
        Ok((due, self.agenda.first().map(|(at, _)| *at)))
    }

    fn delivery(&mut self, key: &Key, payment: Payment, notice: Notice) -> Delivery {
        let warps = [
            Fault::Probe,
            Fault::WrongMerchant,
            Fault::WrongApp,
            Fault::SlowAcknowledgement,
        ];
        let duplicate = self.faults.strikes(key, Call::Notice, Fault::Duplicate);
        Delivery {
            copies: if duplicate { 3 } else { 1 },
            warp: self.faults.first_of(key, Call::Notice, &warps),
            payment,
            notice,
        }
    }

    fn finish(&mut self, payment: &mut Payment, now: DateTime<Utc>) {
        if payment.paying_until.is_some_and(|until| until <= now) {
            let amount = amount(payment, &mut self.faults);
            payment.take(amount, now);
            silence(payment, &mut self.faults);
        }
        if payment.late_money_at.is_some_and(|at| at <= now) {
            payment.take(None, now);
            silence(payment, &mut self.faults);
        }
        let mut ended = Vec::new();
        for refund in &mut payment.refunds {
            if refund.state == RefundState::Processing && refund.ends_at <= now {
                refund.state = refund.ends_as;
                ended.push(refund.number.clone());
            }
        }
        for number in ended {
            payment.tell(What::Refunded { number }, now);
        }
    }

    /// A notice was tried; `again_at` is `None` when it was taken, or is given up.
    pub fn told(
        &mut self,
        key: &Key,
        notice: &str,
        taken: bool,
        again_at: Option<DateTime<Utc>>,
    ) -> Result<(), Failed> {
        self.change(key, |payment, _| {
            let mut notices = payment.notices.iter_mut();
            let notice = notices.find(|n| n.id == notice).ok_or(No::NotExist)?;
            notice.taken |= taken;
            notice.next_at = again_at;
            Ok(())
        })
    }

    fn change(
        &mut self,
        key: &Key,
        change: impl FnOnce(&mut Payment, &mut Faults) -> Result<(), No>,
    ) -> Result<(), Failed> {
        let mut payment = self.payments.get(key).cloned().ok_or(No::NotExist)?;
        change(&mut payment, &mut self.faults)?;
        Ok(self.save(payment)?)
    }

    /// The journal first: what cannot be written down does not happen.
    fn save(&mut self, payment: Payment) -> io::Result<()> {
        self.journal.append(&Record::Payment(payment.clone()))?;
        self.remember(payment);
        Ok(())
    }

    fn remember(&mut self, payment: Payment) {
        let key = payment.key();
        let own = std::iter::once(&payment.own_number).filter(|own| !own.is_empty());
        let transactions = payment.money.iter().map(|m| &m.transaction_id).chain(own);
        let refunds = payment
            .refunds
            .iter()
            .flat_map(|r| [&r.number, &r.refund_id]);
        let order = std::iter::once(&payment.attach).filter(|attach| !attach.is_empty());
        for alias in transactions.chain(refunds).chain(order) {
            self.aliases.insert((key.0, alias.clone()), key.1.clone());
        }
        let due_at = payment.due_at();
        match self.payments.insert(key.clone(), payment) {
            None => self.keys.push(key.clone()),
            Some(earlier) => {
                if let Some(at) = earlier.due_at().filter(|at| Some(*at) != due_at) {
                    self.agenda.remove(&(at, key.clone()));
                }
            }
        }
        if let Some(at) = due_at {
            self.agenda.insert((at, key));
        }
    }
}

/// The amount that the payer pays when it is not the one that was asked for.
fn amount(payment: &Payment, faults: &mut Faults) -> Option<i64> {
    let wrong = faults.strikes(&payment.key(), Call::Pay, Fault::WrongAmount);
    wrong.then_some(payment.amount_minor + 1)
}

/// Lets the newest notice be lost for good, where that is to happen.
fn silence(payment: &mut Payment, faults: &mut Faults) {
    // Late money that nobody is told of shows in no answer that a shop asks for.
    if payment.closed_at.is_none()
        && payment.money.len() == 1
        && faults.strikes(&payment.key(), Call::Notice, Fault::NoNotice)
        && let Some(notice) = payment.notices.last_mut()
    {
        notice.next_at = None;
    }
}

/// How long a nonce is remembered: longer than its signature can be believed.
const NONCE_KEPT: TimeDelta = TimeDelta::seconds(600);

/// The nonces of the last minutes: a request is served once.
#[derive(Default)]
pub struct Nonces {
    seen: HashSet<String>,
    by_time: VecDeque<(DateTime<Utc>, String)>,
}

impl Nonces {
    /// Whether it is new.
    pub fn take(&mut self, nonce: &str, now: DateTime<Utc>) -> bool {
        while let Some((at, _)) = self.by_time.front()
            && now - *at > NONCE_KEPT
        {
            if let Some((_, old)) = self.by_time.pop_front() {
                self.seen.remove(&old);
            }
        }
        if !self.seen.insert(nonce.to_owned()) {
            return false;
        }
        self.by_time.push_back((now, nonce.to_owned()));
        true
    }
}
