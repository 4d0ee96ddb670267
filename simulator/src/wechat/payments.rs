//! Payments by a code that the payer scans (Native): create, describe, close.

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::reply::Reply;
use crate::book::{Book, Closed, Failed, Gateway, Key, Money, Payment, RefundState, State};
use crate::faults::{Call, Fault};
use crate::server::Simulator;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prepay {
    appid: String,
    mchid: String,
    description: String,
    out_trade_no: String,
    time_expire: Option<DateTime<FixedOffset>>,
    attach: Option<String>,
    notify_url: String,
    amount: Amount,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Amount {
    total: i64,
    currency: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Merchant {
    mchid: String,
}

/// A number as the merchant may choose it.
pub fn number(text: &str) -> Result<String, Reply> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"_-*|".contains(&b);
    let right = (6..=32).contains(&text.len()) && text.bytes().all(allowed);
    right
        .then(|| text.to_owned())
        .ok_or_else(|| Reply::parameters("out_trade_no"))
}

/// Whether a body names the merchant, and nothing else.
pub fn own_merchant(simulator: &Simulator, body: &[u8]) -> Result<(), Reply> {
    let merchant: Result<Merchant, _> = serde_json::from_slice(body);
    let own = merchant.is_ok_and(|merchant| merchant.mchid == simulator.keys.merchant);
    own.then_some(()).ok_or_else(|| Reply::parameters("mchid"))
}

impl Prepay {
    pub fn read(simulator: &Simulator, body: &[u8]) -> Result<Self, Reply> {
        let prepay: Self = serde_json::from_slice(body).map_err(|_| Reply::parameters("body"))?;
        let wrong = |field| Err(Reply::parameters(field));
        number(&prepay.out_trade_no)?;
        if prepay.mchid != simulator.keys.merchant || prepay.appid != simulator.keys.appid {
            return Err(Reply::code(400, "APPID_MCHID_NOT_MATCH", 268_435_461));
        }
        if !(1..=127).contains(&prepay.description.len()) {
            return wrong("description");
        }
        if prepay
            .attach
            .as_ref()
            .is_some_and(|attach| attach.len() > 128)
        {
            return wrong("attach");
        }
        let url = &prepay.notify_url;
        if !url.starts_with("http") || url.len() > 255 || url.contains('?') {
            return wrong("notify_url");
        }
        if prepay.amount.total < 1 || prepay.amount.currency.as_deref().unwrap_or("CNY") != "CNY" {
            return wrong("amount");
        }
        Ok(prepay)
    }

    pub fn number(&self) -> &str {
        &self.out_trade_no
    }

    pub fn payment(self, now: DateTime<Utc>) -> Payment {
        let week = now + chrono::TimeDelta::days(7);
        Payment {
            gateway: Gateway::WechatPay,
            number: self.out_trade_no,
            amount_minor: self.amount.total,
            currency: "CNY".to_owned(),
            title: self.description,
            attach: self.attach.unwrap_or_default(),
            notify_url: self.notify_url,
            own_number: String::new(),
            metadata: Default::default(),
            created_at: now,
            expires_at: self.time_expire.map_or(week, |time| time.to_utc()),
            state: State::Open,
            paying_until: None,
            closed_at: None,
            told_closed_at: None,
            hidden: 0,
            late_money_at: None,
            money: Vec::new(),
            refunds: Vec::new(),
            notices: Vec::new(),
        }
    }
}

pub fn created(payment: &Payment) -> Reply {
    let code_url = format!("weixin://wxpay/bizpayurl?pr={}", payment.number);
    Reply::json(&json!({ "code_url": code_url }))
}

pub fn close(book: &mut Book, key: &Key, now: DateTime<Utc>) -> Result<Reply, Failed> {
    match book.close(key, now)? {
        Closed::Now => Ok(Reply::no_content()),
        Closed::Before
            if book
                .faults
                .strikes(key, Call::Close, Fault::ClosedAgainRefused) =>
        {
            Err(crate::book::No::Closed.into())
        }
        Closed::Before => Ok(Reply::no_content()),
    }
}

pub fn described(simulator: &Simulator, payment: &Payment) -> Reply {
    let mut reply = Reply::json(&transaction(simulator, payment, payment.money.last()));
    reply.proves_closed = payment.state == State::Closed;
    reply
}

/// A payment as queries and notifications describe it.
pub fn transaction(simulator: &Simulator, payment: &Payment, money: Option<&Money>) -> Value {
    let back =
        |r: &&crate::book::Refund| matches!(r.state, RefundState::Processing | RefundState::Done);
    let state = match payment.state {
        State::Paid if payment.refunds.iter().any(|r| back(&r)) => "REFUND",
        State::Paid => "SUCCESS",
        State::Unseen | State::Open => "NOTPAY",
        State::Paying => "USERPAYING",
        State::Closed => "CLOSED",
    };
    let mut described = json!({
        "appid": simulator.keys.appid,
        "mchid": simulator.keys.merchant,
        "out_trade_no": payment.number,
        "trade_state": state,
        "trade_state_desc": "模拟",
    });
    match money.filter(|_| payment.state == State::Paid) {
        Some(money) => {
            described["transaction_id"] = json!(money.transaction_id);
            described["trade_type"] = json!("NATIVE");
            described["bank_type"] = json!("OTHERS");
            described["attach"] = json!(payment.attach);
            described["success_time"] = json!(beijing(money.paid_at));
            described["payer"] = json!({ "openid": money.payer });
            described["amount"] = json!({
                "total": money.amount_minor,
                "payer_total": money.amount_minor,
                "currency": payment.currency,
                "payer_currency": payment.currency,
            });
        }
        None => {
            described["amount"] = json!({
                "total": payment.amount_minor,
                "currency": payment.currency,
            });
        }
    }
    described
}

pub fn beijing(time: DateTime<Utc>) -> String {
    match FixedOffset::east_opt(8 * 3600) {
        Some(zone) => time
            .with_timezone(&zone)
            .to_rfc3339_opts(SecondsFormat::Secs, false),
        None => time.to_rfc3339_opts(SecondsFormat::Secs, false),
    }
}
