//! One payment: what it may become, and when.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::keys::random_hex;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gateway {
    WechatPay,
    Alipay,
    Stripe,
}

impl Gateway {
    pub const ALL: [Self; 3] = [Self::WechatPay, Self::Alipay, Self::Stripe];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::WechatPay => "wechat_pay",
            Self::Alipay => "alipay",
            Self::Stripe => "stripe",
        }
    }

    pub fn named(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|gateway| gateway.as_str() == text)
    }
}

impl fmt::Display for Gateway {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The gateway and the payment's number there.
pub type Key = (Gateway, String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Alipay: its code was given out, and nobody has scanned it.
    Unseen,
    Open,
    /// The payer is entering the password; or, at Stripe, the money is not there yet.
    Paying,
    Paid,
    Closed,
}

/// Why a payment cannot be paid or closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum No {
    NotExist,
    Unseen,
    Paying,
    Paid,
    Closed,
    Expired,
    OtherContent,
    TooMuch,
}

/// Money that arrived.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Money {
    pub transaction_id: String,
    pub amount_minor: i64,
    pub paid_at: DateTime<Utc>,
    /// Who paid, as the gateway calls them: personal data.
    pub payer: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundState {
    Processing,
    Done,
    Closed,
    Abnormal,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// The shop's number of it: one number, one refund.
    pub number: String,
    pub refund_id: String,
    pub transaction_id: String,
    pub amount_minor: i64,
    pub state: RefundState,
    pub created_at: DateTime<Utc>,
    /// When it is through, and what it is then.
    pub ends_at: DateTime<Utc>,
    pub ends_as: RefundState,
    pub notify_url: String,
    /// Stripe: what the shop wrote on it.
    pub metadata: BTreeMap<String, String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    Paid {
        transaction_id: String,
    },
    Refunded {
        number: String,
    },
    Closed,
    /// Stripe: the payer is done, the money is not there.
    Unsettled,
}

/// Something that the shop is to be told, until it says that it heard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    pub id: String,
    pub what: What,
    pub created_at: DateTime<Utc>,
    pub attempts: u32,
    /// `None`: taken, or given up.
    pub next_at: Option<DateTime<Utc>>,
    pub taken: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    pub gateway: Gateway,
    pub number: String,
    pub amount_minor: i64,
    pub currency: String,
    pub title: String,
    /// What the shop gave along; it comes back with everything that says "paid".
    pub attach: String,
    pub notify_url: String,
    /// The gateway's own number, where it has one before anything is paid.
    pub own_number: String,
    /// Stripe: what the shop wrote on it.
    pub metadata: BTreeMap<String, String>,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub state: State,
    pub paying_until: Option<DateTime<Utc>>,
    pub closed_at: Option<DateTime<Utc>>,
    /// Since then the shop can know that it is closed: an answer that it had to believe said so.
    pub told_closed_at: Option<DateTime<Utc>>,
    /// So many queries still say that it is open.
    pub hidden: u32,
    /// Money comes then, although it is closed.
    pub late_money_at: Option<DateTime<Utc>>,
    pub money: Vec<Money>,
    pub refunds: Vec<Refund>,
    pub notices: Vec<Notice>,
}

impl Payment {
    pub fn key(&self) -> Key {
        (self.gateway, self.number.clone())
    }

    /// Pays, now. `amount_minor`: another amount than was asked for.
    pub fn pay(&mut self, amount_minor: Option<i64>, now: DateTime<Utc>) -> Result<(), No> {
        match self.state {
            State::Unseen | State::Open if now >= self.expires_at => return Err(No::Expired),
            // Who began in time may end after it.
            State::Unseen | State::Open | State::Paying => {}
            State::Paid => return Err(No::Paid),
            State::Closed => return Err(No::Closed),
        }
        self.take(amount_minor, now);
        Ok(())
    }

    /// Takes money whatever the state: what a gateway's own disorder can do.
    pub fn take(&mut self, amount_minor: Option<i64>, now: DateTime<Utc>) {
        let first = self.money.is_empty() && !self.own_number.is_empty();
        let transaction_id = match self.gateway {
            _ if first => self.own_number.clone(),
            Gateway::WechatPay => format!("42000{}", digits(23)),
            Gateway::Alipay => alipay_number(now),
            Gateway::Stripe => stripe_number("pi"),
        };
        let payer = match self.gateway {
            Gateway::WechatPay => format!("oUpF8u{}", random_hex(11)),
            Gateway::Alipay => format!("2088{}", digits(12)),
            Gateway::Stripe => format!("payer-{}@example.com", random_hex(5)),
        };
        self.money.push(Money {
            transaction_id: transaction_id.clone(),
            amount_minor: amount_minor.unwrap_or(self.amount_minor),
            paid_at: now,
            payer,
        });
        self.state = State::Paid;
        self.hidden = 0;
        self.paying_until = None;
        self.late_money_at = None;
        self.tell(What::Paid { transaction_id }, now);
    }

    /// The payer looks at the code. Only Alipay makes a difference of it.
    pub fn scan(&mut self, now: DateTime<Utc>) -> Result<(), No> {
        match self.state {
            State::Unseen if now >= self.expires_at => Err(No::Expired),
            State::Unseen => {
                self.state = State::Open;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// The payer begins, and is done at `until`.
    pub fn begin(&mut self, until: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), No> {
        match self.state {
            State::Unseen | State::Open if now >= self.expires_at => Err(No::Expired),
            State::Unseen | State::Open => {
                self.state = State::Paying;
                self.paying_until = Some(until);
                Ok(())
            }
            State::Paying => Err(No::Paying),
            State::Paid => Err(No::Paid),
            State::Closed => Err(No::Closed),
        }
    }

    pub fn close(&mut self, now: DateTime<Utc>) -> Result<(), No> {
        match self.state {
            State::Unseen => Err(No::Unseen),
            State::Open => {
                self.state = State::Closed;
                self.closed_at = Some(now);
                Ok(())
            }
            State::Paying => Err(No::Paying),
            State::Paid => Err(No::Paid),
            State::Closed => Err(No::Closed),
        }
    }

    /// One more thing for the shop to hear.
    pub fn tell(&mut self, what: What, now: DateTime<Utc>) {
        self.notices.push(Notice {
            id: random_hex(16).to_string(),
            what,
            created_at: now,
            attempts: 0,
            next_at: Some(now),
            taken: false,
        });
    }

    pub fn money_of(&self, transaction_id: &str) -> Option<&Money> {
        let mut money = self.money.iter();
        money.find(|money| money.transaction_id == transaction_id)
    }

    /// What of a payment has gone back, or is on its way back.
    pub fn refunded_minor(&self, transaction_id: &str) -> i64 {
        let of_it = |r: &&Refund| {
            r.transaction_id == transaction_id
                && matches!(r.state, RefundState::Processing | RefundState::Done)
        };
        self.refunds
            .iter()
            .filter(of_it)
            .map(|r| r.amount_minor)
            .sum()
    }

    /// When this payment needs somebody to look at it next.
    pub fn due_at(&self) -> Option<DateTime<Utc>> {
        let notices = self.notices.iter().filter_map(|notice| notice.next_at);
        let refunds = self.refunds.iter();
        let refunds = refunds
            .filter(|r| r.state == RefundState::Processing)
            .map(|r| r.ends_at);
        let own = self.paying_until.into_iter().chain(self.late_money_at);
        notices.chain(refunds).chain(own).min()
    }
}

/// A trade number of Alipay's.
pub fn alipay_number(now: DateTime<Utc>) -> String {
    format!("{}22{}", now.format("%Y%m%d"), digits(18))
}

/// A number of Stripe's, of this kind of object.
pub fn stripe_number(kind: &str) -> String {
    format!("{kind}_{}", random_hex(12))
}

pub fn digits(length: usize) -> String {
    let digit = |_| char::from(b'0' + rand::random_range(0..=9_u8));
    (0..length).map(digit).collect()
}
