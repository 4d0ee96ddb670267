//! Faults to practise with, for every payment or for one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::ids::DocumentNo;

/// What a signed call asks for; a fault can be limited to some of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Call {
    Create,
    Query,
    Close,
    Refund,
    QueryRefund,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// The calls that the faults below apply to; none named means all of them.
    pub on: Vec<Call>,
    /// Waits this long before it does anything, in milliseconds.
    pub slow_ms: u64,
    /// Never answers, and does nothing.
    pub no_answer: bool,
    /// Does what was asked, then drops the connection instead of answering.
    pub drop_connection: bool,
    /// Answers 500 and does nothing.
    pub http_500: bool,
    /// Signs its answers with a key of somebody else's.
    pub bad_signature: bool,
    /// Sends its answers without a signature.
    pub no_signature: bool,
    /// Whoever asks or closes finds the payment paid a moment before.
    pub already_paid: bool,
    /// The payer pays between the last look and the close.
    pub paid_while_closing: bool,
    /// Says that the payment is closed, and leaves it open.
    pub close_without_effect: bool,
    /// Sends no notification about money that arrives.
    pub no_notification: bool,
    /// Takes refunds on, and does not get on with them until this is off again.
    pub refund_waits: bool,
    /// Refunds end in failure: the payer's account is gone.
    pub refund_fails: bool,
}

/// The switches that are named, for a page with a button for each.
pub const NAMES: [&str; 12] = [
    "slow",
    "no_answer",
    "drop_connection",
    "http_500",
    "bad_signature",
    "no_signature",
    "already_paid",
    "paid_while_closing",
    "close_without_effect",
    "no_notification",
    "refund_waits",
    "refund_fails",
];

/// How long a `slow` set by a button takes.
const SLOW_MS: u64 = 3_000;

impl Switches {
    pub fn apply_to(&self, call: Call) -> bool {
        self.on.is_empty() || self.on.contains(&call)
    }

    pub fn is_on(&self, name: &str) -> bool {
        match name {
            "slow" => self.slow_ms > 0,
            "no_answer" => self.no_answer,
            "drop_connection" => self.drop_connection,
            "http_500" => self.http_500,
            "bad_signature" => self.bad_signature,
            "no_signature" => self.no_signature,
            "already_paid" => self.already_paid,
            "paid_while_closing" => self.paid_while_closing,
            "close_without_effect" => self.close_without_effect,
            "no_notification" => self.no_notification,
            "refund_waits" => self.refund_waits,
            "refund_fails" => self.refund_fails,
            _ => false,
        }
    }

    /// Whether there is such a switch.
    pub fn set(&mut self, name: &str, on: bool) -> bool {
        let switch = match name {
            "slow" => {
                self.slow_ms = if on { SLOW_MS } else { 0 };
                return true;
            }
            "no_answer" => &mut self.no_answer,
            "drop_connection" => &mut self.drop_connection,
            "http_500" => &mut self.http_500,
            "bad_signature" => &mut self.bad_signature,
            "no_signature" => &mut self.no_signature,
            "already_paid" => &mut self.already_paid,
            "paid_while_closing" => &mut self.paid_while_closing,
            "close_without_effect" => &mut self.close_without_effect,
            "no_notification" => &mut self.no_notification,
            "refund_waits" => &mut self.refund_waits,
            "refund_fails" => &mut self.refund_fails,
            _ => return false,
        };
        *switch = on;
        true
    }
}

/// The switches of one payment, where it has its own, go before those of all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Panel {
    pub global: Switches,
    pub orders: BTreeMap<DocumentNo, Switches>,
}

impl Panel {
    pub fn of(&self, order_no: &DocumentNo) -> &Switches {
        self.orders.get(order_no).unwrap_or(&self.global)
    }

    pub fn put(&mut self, order_no: Option<DocumentNo>, switches: Switches) {
        match order_no {
            None => self.global = switches,
            Some(order_no) => {
                self.orders.insert(order_no, switches);
            }
        }
    }

    /// Everything works again: for one payment, or for all.
    pub fn clear(&mut self, order_no: Option<&DocumentNo>) {
        match order_no {
            None => *self = Self::default(),
            Some(order_no) => {
                self.orders.remove(order_no);
            }
        }
    }
}
