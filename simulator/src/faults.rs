//! What goes wrong, and when: written down for one payment, or at random rates with a seed.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::book::Key;

/// A way to fail. The numbers are those of the list in `simulator/README.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// 1: says that it closed the payment, and leaves it open.
    CloseWithoutEffect,
    /// 2: spells its codes as older pages of the manual do (`ORDERPAID`).
    OldSpelling,
    /// 3: the payer is entering the password, and pays a moment later.
    UserPaying,
    /// 4: accepts to close a number that it does not know.
    UnknownAccepted,
    /// 5: refuses to close again what is closed.
    ClosedAgainRefused,
    /// 6: does it, and the connection breaks before the answer.
    LostReply,
    /// 7: does nothing, and never answers.
    Silent,
    /// 8: the payer pays between the last look and the close.
    PayBeforeClose,
    /// 9: accepts the close, and the payment that was under way is taken all the same.
    PayDuringClose,
    /// 10: 500, and nothing was done.
    Http500,
    /// 10: 502 from something in between, and nothing was done.
    Http502,
    /// 10: 429, and nothing was done.
    TooMany,
    /// 10: refused by a rule for now, and nothing was done.
    RuleLimit,
    /// 11: does it, and does not sign its answer.
    Unsigned,
    /// 11: does it, and signs its answer with somebody else's key.
    WrongKey,
    /// 11: does it, and signs with a time of ten minutes ago.
    StaleAnswer,
    /// 11: does it, and names a key that nobody knows.
    UnknownSerial,
    /// 11: does it, and its answer, rightly signed, is no JSON.
    CorruptAnswer,
    /// 12: closes, and the next queries still say that it is open.
    LateVisible,
    /// 13: every notification comes three times at once.
    Duplicate,
    /// 13: a notification comes after those that happened later.
    Reordered,
    /// 14: a probe with a wrong signature comes first.
    Probe,
    /// 15: another amount is paid than was asked for.
    WrongAmount,
    /// 15: a notification names another merchant, once.
    WrongMerchant,
    /// 15: a notification names another app, once.
    WrongApp,
    /// 16: money arrives although the payment was closed, and said so.
    PayAfterClose,
    /// 17: the acknowledgement is not waited for; the notification comes again.
    SlowAcknowledgement,
    /// 6 of the findings: money arrives, and no notification is ever sent.
    NoNotice,
    /// 20: a refund cannot be paid out.
    RefundAbnormal,
    /// 20: a refund is closed.
    RefundClosed,
    /// 21: asked about a payment that it has, it knows no such payment.
    NotExist,
    /// 23: Stripe does nothing, answers 500 to a request with a key, and again to every repeat.
    Stored500,
    /// 23: Stripe makes a refund, answers 500, and again to every repeat with the key.
    Stored500Done,
    /// 23: the payer has done all there is to do, and the money is not there yet.
    Unsettled,
}

/// What a shop can ask for, and what happens without being asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    Create,
    Query,
    Close,
    Refund,
    RefundQuery,
    Pay,
    Notice,
}

/// A fault that was written down for one payment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Planned {
    pub fault: Fault,
    /// The call that it waits for; none named means the first that it can happen to.
    #[serde(default)]
    pub on: Option<Call>,
    /// How many times it happens.
    #[serde(default = "once")]
    pub times: u32,
}

fn once() -> u32 {
    1
}

/// How often each fault happens where it can, from 0 to 1, and the seed that decides when.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rates {
    pub seed: u64,
    pub rates: BTreeMap<Fault, f64>,
}

/// Faults that may wait for one payment.
const MOST_PLANNED: usize = 100;

#[derive(Default)]
pub struct Faults {
    pub rates: Rates,
    planned: HashMap<Key, VecDeque<Planned>>,
    /// How often the dice were thrown for a payment: the next throw is another one.
    throws: HashMap<Key, u64>,
    /// How often each fault happened.
    pub happened: BTreeMap<Fault, u64>,
}

impl Faults {
    /// Whether there was room for it.
    pub fn plan(&mut self, key: Key, planned: Planned) -> bool {
        let waiting = self.planned.entry(key).or_default();
        if waiting.len() < MOST_PLANNED {
            waiting.push_back(planned);
            return true;
        }
        false
    }

    /// Nothing that was written down for this payment happens any more.
    pub fn forget(&mut self, key: &Key) {
        self.planned.remove(key);
    }

    /// Whether a fault happens here and now; asked once wherever it could.
    pub fn strikes(&mut self, key: &Key, call: Call, fault: Fault) -> bool {
        let strikes = self.take_planned(key, call, fault) || self.throw(key, fault);
        if strikes {
            *self.happened.entry(fault).or_default() += 1;
        }
        strikes
    }

    /// The first of these that happens.
    pub fn first_of(&mut self, key: &Key, call: Call, faults: &[Fault]) -> Option<Fault> {
        let mut faults = faults.iter();
        faults
            .find(|fault| self.strikes(key, call, **fault))
            .copied()
    }

    fn take_planned(&mut self, key: &Key, call: Call, fault: Fault) -> bool {
        let Some(waiting) = self.planned.get_mut(key) else {
            return false;
        };
        let meant = |p: &Planned| p.fault == fault && p.on.is_none_or(|on| on == call);
        let Some(at) = waiting.iter().position(meant) else {
            return false;
        };
        waiting[at].times = waiting[at].times.saturating_sub(1);
        if waiting[at].times == 0 {
            waiting.remove(at);
        }
        true
    }

    fn throw(&mut self, key: &Key, fault: Fault) -> bool {
        let rate = self.rates.rates.get(&fault).copied().unwrap_or(0.0);
        if rate <= 0.0 {
            return false;
        }
        let throws = self.throws.entry(key.clone()).or_default();
        *throws += 1;
        // By payment and count, so that the order in which payments are served changes nothing.
        let mut state = self.rates.seed ^ throws.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for byte in key.1.bytes().chain([key.0 as u8, fault as u8]) {
            state = mix(state ^ u64::from(byte));
        }
        unit(state) < rate
    }
}

/// One step of SplitMix64 (Steele, Lea, Flood 2014).
fn mix(state: u64) -> u64 {
    let z = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// From 0 to 1, without 1.
fn unit(state: u64) -> f64 {
    let bits = u32::try_from(mix(state) >> 32).unwrap_or(u32::MAX);
    f64::from(bits) / (f64::from(u32::MAX) + 1.0)
}
